//! The folders of a real machine as a triage collection would bring them, built from the public evidence where that is at hand.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Where the public evidence is.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("DEMINER_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
}

/// Puts the repository, the event logs and the tasks of a recorded machine (`infected-win10`, `clean-win10`) where Windows has them, below
/// `root`. `None` where the evidence is missing; the clean machine came without its tasks.
pub(crate) fn machine(name: &str, root: &Path) -> Option<PathBuf> {
    let data = folder();
    let system = root.join("C/Windows/System32");
    let repository = system.join("wbem/Repository");
    fs::create_dir_all(&repository).unwrap();
    let files = fs::read_dir(data.join("repository").join(name)).ok()?;
    for file in files {
        let file = file.unwrap();
        let unpacked = file.file_name().into_string().unwrap();
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(fs::File::open(file.path()).unwrap()).read_to_end(&mut bytes).unwrap();
        fs::write(repository.join(unpacked.trim_end_matches(".gz")), bytes).unwrap();
    }
    unpack(&data.join("events").join(format!("{name}.zip")), &system.join("winevt/Logs"))?;
    unpack(&data.join("tasks").join(format!("{name}.zip")), &system.join("Tasks"));
    Some(root.to_path_buf())
}

/// Unpacks an archive into a folder; `None` where it is missing.
fn unpack(archive: &Path, folder: &Path) -> Option<()> {
    let mut archive = zip::ZipArchive::new(fs::File::open(archive).ok()?).unwrap();
    archive.extract(folder).unwrap();
    Some(())
}
