//! Packs the data files into one compressed blob.
//!
//! Plain indicator strings inside the program would make antivirus software take it for the malware that it looks for.
#![allow(clippy::disallowed_methods, reason = "a build reads its sources and writes what it makes of them")]

use std::error::Error;
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
    let mut texts = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
        texts.push((name, fs::read_to_string(file)?));
    }
    let blob = packed::pack(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("data.bin"), blob)?;
    Ok(())
}
