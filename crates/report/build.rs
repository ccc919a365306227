//! Packs the catalogue of each language into one compressed blob.
#![allow(clippy::disallowed_methods, reason = "a build reads its sources and writes what it makes of them")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=build.rs");
    let locales = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("locales");
    for language in ["en", "ja"] {
        let mut files = Vec::new();
        for entry in fs::read_dir(locales.join(language))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "ftl") {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                files.push((name, fs::read_to_string(&path)?));
            }
        }
        files.sort();
        let blob = packed::pack(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
        fs::write(PathBuf::from(env::var("OUT_DIR")?).join(format!("{language}.bin")), blob)?;
    }
    Ok(())
}
