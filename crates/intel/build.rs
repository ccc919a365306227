//! Packs the data files into one compressed blob.
//!
//! Plain indicator strings inside the program would make antivirus software take it for the malware that it looks for.
#![allow(clippy::disallowed_methods, reason = "a build reads its sources and writes what it makes of them")]

use flate2::{Compression, write::DeflateEncoder};
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folders and files that are packed, below `data`.
const PACKED: [&str; 11] = [
    "aftermath.toml",
    "baselines",
    "common.toml",
    "families",
    "hardening.toml",
    "ms17-010.toml",
    "pools.toml",
    "processes.toml",
    "providers.toml",
    "settings.toml",
    "windows.toml",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=build.rs");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("data");
    let mut files = Vec::new();
    for name in PACKED {
        let path = root.join(name);
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                files.push(entry?.path());
            }
        } else {
            files.push(path);
        }
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    for file in &files {
        packed.write_all(&member(&root, file)?)?;
    }
    let target = PathBuf::from(env::var("OUT_DIR")?).join("data.bin");
    fs::write(target, packed.finish()?)?;
    Ok(())
}

/// One file as the blob holds it: its path below `data`, its length in bytes, each on a line, and its text.
fn member(root: &Path, file: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let name = file.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
    let text = fs::read_to_string(file)?;
    Ok(format!("{name}\n{}\n{text}", text.len()).into_bytes())
}
