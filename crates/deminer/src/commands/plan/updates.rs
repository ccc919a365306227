//! Packages of updates in a folder, for plans that install them.

use crate::commands::custody::hash;
use crate::error::Error;
use crate::this_machine::machine_path;
use detect::Assessment;
use remediate::UpdatePackage;
use std::fs::{self, File};
use std::path::Path;

/// The packages in the folder that hold an update which the assessment asks for. Links are left alone, and so is everything below.
pub(in crate::commands) fn find(folder: &Path, assessment: &Assessment) -> Result<Vec<UpdatePackage>, Error> {
    let wanted = remediate::wanted_updates(assessment);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |problem| Error::CannotRead { path, problem, similar: None }
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let (path, name) = (entry.path(), entry.file_name());
        let Some((update, windows, architecture)) = name.to_str().and_then(UpdatePackage::named) else {
            continue;
        };
        if !wanted.contains(&update) || !entry.file_type().map_err(failed(&path))?.is_file() {
            continue;
        }
        let sha256 = File::open(&path).and_then(hash).map_err(failed(&path))?;
        let (windows, path) = (windows.to_owned(), machine_path(&path));
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
        assert_eq!(find(folder.path(), &assessment).unwrap(), []);
        let mut finding = assessment.findings[0].clone();
        (finding.kind, finding.action) = (Kind::Patch, Action::Patch);
        finding.subject.insert("Install".to_owned(), serde_json::json!(["KB4012215", "KB1 & calc"]));
        assessment.findings.push(finding);
        let found = find(folder.path(), &assessment).unwrap();
        let kinds: Vec<_> = found.iter().map(|package| (package.update, package.architecture)).collect();
        assert_eq!(kinds, [(4_012_215, Architecture::X64), (4_012_215, Architecture::X86)]);
        assert!(found.iter().all(|package| package.sha256 == collect::sha256(b"MSCF")));
        assert!(matches!(find(Path::new("/no/such/folder"), &assessment), Err(Error::CannotRead { .. })));
    }
}
