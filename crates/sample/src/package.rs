//! The package for an incident response team: evidence and what was made of it, with the hash of each member.

use crate::archive::{Archive, Error};
use crate::pack::{Custody, Tool};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{Read, Seek, Write};

/// The form of the manifest.
pub const ESCALATION_SCHEMA: &str = "deminer.escalation/1";

/// The most letters of a name in a package.
const LONGEST_NAME: usize = 80;

/// Names that mean devices on Windows, whatever their end (Microsoft, "Naming Files, Paths, and Namespaces").
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// A member of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its path in the package.
    pub path: String,
    /// The path that it had, where it was a file of the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its SHA-256.
    pub sha256: String,
    /// Its length in bytes.
    pub length: u64,
}

/// What stands in the manifest.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    tool: &'a Tool,
    host: &'a str,
    custody: &'a Custody,
    members: &'a [Member],
}

/// A package in the making.
pub struct Package<W: Write + Seek> {
    archive: Archive<W>,
    members: Vec<Member>,
    taken: BTreeSet<String>,
}

impl<W: Write + Seek> Package<W> {
    /// An empty one.
    pub fn new(out: W) -> Self {
        Self { archive: Archive::new(out), members: Vec::new(), taken: BTreeSet::new() }
    }

    /// Adds a text that anyone can read, without the password.
    ///
    /// # Errors
    /// [`Error`] where the archive cannot be written.
    pub fn add_plain(&mut self, path: &str, text: &str) -> Result<(), Error> {
        self.archive.add_plain(path, text.as_bytes())
    }

    /// Adds a member whose path is ours.
    ///
    /// # Errors
    /// [`Error`] where the archive cannot be written.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let sha256 = self.archive.add(path, bytes)?;
        let length = bytes.len() as u64;
        self.members.push(Member { path: path.to_owned(), from: None, sha256, length });
        Ok(())
    }

    /// Adds a file of the user's below `folder`, which is ours. What the file is called is made harmless, and a name that is taken gets a number.
    ///
    /// # Errors
    /// [`Error`] where the file cannot be read or the archive not written.
    pub fn copy(&mut self, folder: &str, name: &[&str], from: &str, source: impl Read) -> Result<(), Error> {
        let name: Vec<_> = name.iter().map(|part| harmless(part)).collect();
        let whole = format!("{folder}/{}", name.join("/"));
        let numbered = (2..).map(|number| format!("{whole}~{number}"));
        let mut path = whole.clone();
        for next in numbered {
            // Windows does not tell names by their case.
            if self.taken.insert(path.to_lowercase()) {
                break;
            }
            path = next;
        }
        let (sha256, length) = self.archive.copy(&path, source)?;
        self.members.push(Member { path, from: Some(from.to_owned()), sha256, length });
        Ok(())
    }

    /// Writes the manifest and what is left; the members, in the order in which they were added.
    ///
    /// # Errors
    /// [`Error`] where the archive cannot be written.
    pub fn finish(mut self, host: &str, tool: &Tool, custody: &Custody) -> Result<Vec<Member>, Error> {
        let manifest = Manifest { schema: ESCALATION_SCHEMA, tool, host, custody, members: &self.members };
        let text = report::safe_json(&serde_json::to_string_pretty(&manifest)?);
        self.archive.add("manifest.json", text.as_bytes())?;
        self.archive.finish()?;
        Ok(self.members)
    }
}

/// A name that is one part of a path on any system.
fn harmless(name: &str) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' }
    };
    let name: String = name.chars().take(LONGEST_NAME).map(letter).collect();
    let name = name.trim_matches('.');
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    let device = DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device));
    if name.is_empty() || device { format!("_{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn names_are_harmless_and_distinct() {
        for (name, expected) in [
            ("PC-1_WMI.zip", "PC-1_WMI.zip"),
            ("..", "_"),
            ("a/b\\c:d", "a_b_c_d"),
            ("COM1.txt", "_COM1.txt"),
            ("\u{202E}x", "_x"),
        ] {
            assert_eq!(harmless(name), expected);
        }
        assert_eq!(harmless(&"x".repeat(500)).len(), LONGEST_NAME);
        let mut package = Package::new(Cursor::new(Vec::new()));
        for name in ["a?b", "A*b", "a:b"] {
            package.copy("evidence/01", &["..", name], name, name.as_bytes()).unwrap();
        }
        let members = package.finish("PC", &Tool::deminer("0"), &Custody::default()).unwrap();
        let paths: Vec<_> = members.iter().map(|member| member.path.as_str()).collect();
        assert_eq!(paths, ["evidence/01/_/a_b", "evidence/01/_/A_b~2", "evidence/01/_/a_b~3"]);
        assert_eq!(members[0].length, 3);
    }
}
