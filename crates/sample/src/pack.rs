//! The package for those who analyse samples.

use crate::archive::{Archive, Error};
use crate::describe::{Description, describe};
use crate::item::{Origin, Sample, layers};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Seek, Write};

/// The form of the manifest.
pub const SCHEMA: &str = "deminer.sample/1";

/// What stands in the manifest of a package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// Through whose hands the samples went.
    pub custody: Custody,
    /// The samples, by their SHA-256.
    pub samples: Vec<Packed>,
}

/// The program that packs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Tool {
    /// This program in this version.
    pub const fn deminer(version: &'static str) -> Self {
        Self { name: "deminer", version }
    }
}

/// Through whose hands something went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Custody {
    /// When it was packed: UTC, RFC 3339.
    pub packed: String,
    /// Who packed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// On which machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// What it was taken from, with what is known of each, in the order in which it was named.
    pub sources: Vec<Event>,
}

/// Something from which samples or evidence were taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its path, as it was named.
    pub path: String,
    /// The SHA-256 of the file, where it is one file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Its length in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// When the file was last written, as the file system says: UTC, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Who collected it, when, with which program, where its own manifest says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected: Option<serde_json::Value>,
}

/// A sample in the package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Packed {
    /// Where it lies in the archive.
    pub member: String,
    /// Where it came from; more than one where the same bytes were found again.
    pub origins: Vec<Origin>,
    /// What it is.
    #[serde(flatten)]
    pub description: Description,
}

/// Writes the samples and a manifest of them into an encrypted archive. Samples with the same bytes are packed once. With `with_layers`, what
/// comes out of a sample when it is decoded is packed too.
///
/// # Errors
/// [`Error`] where the archive cannot be written.
pub fn pack(
    samples: Vec<Sample>,
    with_layers: bool,
    tool: Tool,
    custody: Custody,
    out: impl Write + Seek,
) -> Result<Manifest, Error> {
    let mut archive = Archive::new(out);
    let mut packed: Vec<Packed> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for sample in samples {
        let sha256 = add(&mut archive, &mut packed, &mut known, &sample)?;
        let layers = if with_layers { layers(&sample, &sha256) } else { Vec::new() };
        for layer in layers {
            add(&mut archive, &mut packed, &mut known, &layer)?;
        }
    }
    let manifest = Manifest { schema: SCHEMA, tool, custody, samples: packed };
    let text = report::safe_json(&serde_json::to_string_pretty(&manifest)?);
    archive.add("manifest.json", text.as_bytes())?;
    archive.finish()?;
    Ok(manifest)
}

/// Packs one sample and gives its SHA-256.
fn add<W: Write + Seek>(
    archive: &mut Archive<W>,
    packed: &mut Vec<Packed>,
    known: &mut BTreeMap<String, usize>,
    sample: &Sample,
) -> Result<String, Error> {
    let sha256 = crate::digest::sha256(&sample.bytes);
    if let Some(there) = known.get(&sha256).and_then(|at| packed.get_mut(*at)) {
        there.origins.push(sample.origin.clone());
        return Ok(sha256);
    }
    // The name is a hash: nothing that an attacker wrote names a file.
    let member = format!("samples/{sha256}");
    archive.add(&member, &sample.bytes)?;
    known.insert(sha256.clone(), packed.len());
    packed.push(Packed { member, origins: vec![sample.origin.clone()], description: describe(sample) });
    Ok(sha256)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::PASSWORD;
    use std::io::{Cursor, Read as _};
    use zip::ZipArchive;

    fn packed(samples: Vec<Sample>) -> (Manifest, Vec<u8>) {
        let mut out = Cursor::new(Vec::new());
        let manifest =
            pack(samples, true, Tool::deminer("0"), Custody::default(), &mut out).expect("an archive");
        (manifest, out.into_inner())
    }

    #[test]
    fn what_is_packed_comes_out_with_the_password_and_not_without() {
        let script = b"powershell -e ZQBjAGgAbwAgADEA".to_vec();
        let (manifest, bytes) = packed(vec![Sample::file("../../evil\\name.ps1".into(), script.clone())]);
        assert_eq!(manifest.samples.len(), 2);
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        for at in 0..archive.len() {
            let name = archive.by_index_raw(at).unwrap().name().unwrap().into_owned();
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.".contains(&b)), "{name}");
        }
        let member = &manifest.samples[0].member;
        assert!(archive.by_name(member).is_err());
        let mut content = Vec::new();
        archive.by_name_decrypt(member, PASSWORD.as_bytes()).unwrap().read_to_end(&mut content).unwrap();
        assert_eq!(content, script);
        let mut text = String::new();
        archive
            .by_name_decrypt("manifest.json", PASSWORD.as_bytes())
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["schema"], SCHEMA);
        assert_eq!(json["samples"][1]["origins"][0]["of"], json["samples"][0]["sha256"]);
    }

    #[test]
    fn the_same_bytes_are_packed_once() {
        let sample = |name: &str| Sample::file(name.into(), b"Write-Host hello".to_vec());
        let (manifest, _) = packed(vec![sample("a"), sample("b")]);
        assert_eq!(manifest.samples.len(), 1);
        assert_eq!(manifest.samples[0].origins.len(), 2);
    }
}
