//! Packages of updates in a folder, for plans that install them.

use crate::commands::custody::hash;
use crate::error::Error;
use crate::this_machine::machine_path;
use detect::Assessment;
use remediate::UpdatePackage;
use std::fs::{self, File};
use std::path::Path;

/// Where packages lie that a plan may install.
#[derive(Debug, Clone, Copy)]
pub(in crate::commands) struct Folder<'a> {
    /// The folder that is read here.
    path: &'a Path,
    /// The same folder as the machine names it, where that is not its path here.
    on_machine: Option<&'a str>,
}

impl<'a> Folder<'a> {
    /// The folder on the machine that is cleaned.
    pub(in crate::commands) const fn here(path: &'a Path) -> Self {
        Self { path, on_machine: None }
    }

    /// The folder for a plan that is made perhaps elsewhere: on another system than Windows its path on the machine has to be said.
    pub(super) fn named(path: &'a Path, on_machine: Option<&'a str>) -> Result<Self, Error> {
        match on_machine.map(|folder| folder.strip_suffix('\\').unwrap_or(folder)) {
            Some(folder) if UpdatePackage::is_path(&format!(r"{folder}\x.msu")) => {
                Ok(Self { path, on_machine: Some(folder) })
            }
            Some(folder) => Err(Error::UpdatesPath(folder.to_owned())),
            None if cfg!(windows) => Ok(Self::here(path)),
            None => Err(Error::UpdatesElsewhere(path.to_owned())),
        }
    }

    /// The path of a package in it, as the machine names it.
    fn on_machine(&self, package: &Path, name: &str) -> String {
        match self.on_machine {
            Some(folder) => format!(r"{folder}\{name}"),
            None => machine_path(package),
        }
    }
}

/// The packages in the folder that hold an update which the assessment asks for. Links are left alone, and so is everything below.
pub(in crate::commands) fn find(
    folder: Folder<'_>,
    assessment: &Assessment,
) -> Result<Vec<UpdatePackage>, Error> {
    let wanted = remediate::wanted_updates(assessment);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |problem| Error::CannotRead { path, problem, similar: None }
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.path).map_err(failed(folder.path))? {
        let entry = entry.map_err(failed(folder.path))?;
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str() else { continue };
        let Some((update, windows, architecture)) = UpdatePackage::named(name) else { continue };
        if !wanted.contains(&update) || !entry.file_type().map_err(failed(&path))?.is_file() {
            continue;
        }
        let sha256 = File::open(&path).and_then(hash).map_err(failed(&path))?;
        let (windows, path) = (windows.to_owned(), folder.on_machine(&path, name));
        found.push(UpdatePackage { update, windows, architecture, path, sha256 });
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::clean::tests::{assessed, infected};
    use detect::assessment::{Action, Kind};
    use machine::Architecture;

    #[test]
    fn the_packages_of_the_updates_that_are_asked_for_are_found_and_hashed() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "windows6.1-kb4012215-x64_00.msu",
            "windows6.1-kb4012215-x86_00.msu",
            "windows6.1-kb4012216-x64_00.msu",
            "windows6.1-kb4012215-x64_00.exe",
            "read me.txt",
        ] {
            fs::write(folder.path().join(name), b"MSCF").unwrap();
        }
        fs::create_dir(folder.path().join("windows6.1-kb4012215-arm64_00.msu")).unwrap();
        let mut assessment = assessed(infected());
        assert_eq!(find(Folder::here(folder.path()), &assessment).unwrap(), []);
        let mut finding = assessment.findings[0].clone();
        (finding.kind, finding.action) = (Kind::Patch, Action::Patch);
        finding.subject.insert("Install".to_owned(), serde_json::json!(["KB4012215", "KB1 & calc"]));
        assessment.findings.push(finding);
        let found = find(Folder::here(folder.path()), &assessment).unwrap();
        let kinds: Vec<_> = found.iter().map(|package| (package.update, package.architecture)).collect();
        assert_eq!(kinds, [(4_012_215, Architecture::X64), (4_012_215, Architecture::X86)]);
        assert!(found.iter().all(|package| package.sha256 == collect::sha256(b"MSCF")));
        for on_machine in [r"D:\updates", r"D:\updates\"] {
            let named = Folder::named(folder.path(), Some(on_machine)).unwrap();
            let paths: Vec<_> =
                find(named, &assessment).unwrap().into_iter().map(|package| package.path).collect();
            let expected =
                ["x64", "x86"].map(|word| format!(r"D:\updates\windows6.1-kb4012215-{word}_00.msu"));
            assert_eq!(paths, expected);
        }
        for odd in ["/mnt/updates", r"\\server\updates", r"D:\a\..\b", "updates", ""] {
            let named = Folder::named(folder.path(), Some(odd));
            assert!(matches!(named, Err(Error::UpdatesPath(_))), "{odd}");
        }
        assert!(matches!(
            find(Folder::here(Path::new("/no/such/folder")), &assessment),
            Err(Error::CannotRead { .. })
        ));
    }
}
