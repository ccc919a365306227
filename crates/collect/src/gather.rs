//! What was gathered so far.

use evidence::{Area, Coverage, Location, Provenance, ReadState, Record, RecordData, Source};
use machine::{Facts, Fault, Machine, Signature};
use parse::bundle::manifest::Failure;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The largest program of which a hash is taken, in bytes.
const MAX_PROGRAM: u64 = 256 << 20;

/// The largest amount of raw copies, in bytes.
const MAX_RAW: usize = 512 << 20;

/// What is known of a program's file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    /// What Windows says of its signature, as Autoruns words it.
    pub(crate) signer: Option<String>,
    /// Its SHA-256.
    pub(crate) sha256: Option<String>,
}

/// What was gathered so far, and from what.
pub(crate) struct Gathering<'m> {
    /// The computer.
    pub(crate) machine: &'m dyn Machine,
    /// What it is.
    pub(crate) facts: Facts,
    /// The records.
    pub(crate) records: Vec<Record>,
    /// What they point into.
    pub(crate) sources: Vec<Source>,
    /// Which areas were read.
    pub(crate) coverage: Coverage,
    /// What could not be read.
    pub(crate) failures: Vec<Failure>,
    /// Raw copies, by their path below `deminer/raw/`.
    pub(crate) raw: BTreeMap<String, Vec<u8>>,
    /// Bytes of raw copies so far.
    raw_bytes: usize,
    images: BTreeMap<String, Image>,
}

impl<'m> Gathering<'m> {
    /// Nothing gathered yet.
    pub(crate) fn new(machine: &'m dyn Machine, facts: Facts) -> Self {
        Self {
            machine,
            facts,
            records: Vec::new(),
            sources: Vec::new(),
            coverage: Coverage::default(),
            failures: Vec::new(),
            raw: BTreeMap::new(),
            raw_bytes: 0,
            images: BTreeMap::new(),
        }
    }

    /// The place of a part of the live computer among the sources, in the words of the documentation.
    pub(crate) fn source(&mut self, part: &str) -> u32 {
        let known = self.sources.iter().position(|source| source.member.as_deref() == Some(part));
        let at = known.unwrap_or_else(|| {
            self.sources.push(Source {
                path: self.facts.host.name.clone(),
                member: Some(part.to_owned()),
                sha256: None,
                length: 0,
                format: "live".to_owned(),
            });
            self.sources.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Adds records of a part of the computer.
    pub(crate) fn add(&mut self, part: &str, data: impl IntoIterator<Item = RecordData>) {
        let provenance = Provenance { source: self.source(part), location: Location::Whole };
        self.records.extend(data.into_iter().map(|data| Record { provenance, data }));
    }

    /// The value, or the failure noted.
    pub(crate) fn or_note<T>(&mut self, outcome: machine::Result<T>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.note(&error);
                None
            }
        }
    }

    /// The value, or the failure noted unless it says that there is no such thing.
    pub(crate) fn if_there<T>(&mut self, outcome: machine::Result<T>) -> Option<T> {
        match outcome {
            Err(error) if matches!(error.fault, Fault::NotFound | Fault::Unsupported) => None,
            outcome => self.or_note(outcome),
        }
    }

    /// Notes a failure.
    pub(crate) fn note(&mut self, error: &machine::Error) {
        let what = match error.target.as_str() {
            "" => error.operation.to_owned(),
            target => format!("{} `{target}`", error.operation),
        };
        self.failures.push(Failure { what, why: error.fault.to_string() });
    }

    /// Notes that the area was read, completely where no failure was noted since there were so many.
    pub(crate) fn cover(&mut self, area: Area, failures_before: usize) {
        let complete = self.failures.len() == failures_before;
        self.coverage.add(area, if complete { ReadState::Complete } else { ReadState::Partial });
    }

    /// Keeps a raw copy. Returns whether there was room for it.
    pub(crate) fn keep(&mut self, path: String, bytes: Vec<u8>) -> bool {
        let fits = self.raw_bytes.saturating_add(bytes.len()) <= MAX_RAW;
        if fits {
            self.raw_bytes += bytes.len();
            self.raw.insert(path, bytes);
        } else {
            let limit = MAX_RAW as u64;
            self.note(&machine::Error::new("keep a copy of", path, Fault::TooLarge { limit }));
        }
        fits
    }

    /// Signature and hash of a program, looked at once.
    pub(crate) fn image(&mut self, path: &str) -> Image {
        let key = path.to_lowercase();
        if let Some(known) = self.images.get(&key) {
            return known.clone();
        }
        let signature = self.machine.signature(path);
        let image = Image {
            signer: signature.ok().map(|signature| signer(&signature)),
            sha256: self.machine.read_file(path, MAX_PROGRAM).ok().map(|bytes| sha256(&bytes)),
        };
        self.images.insert(key, image.clone());
        image
    }
}

/// The signature as Autoruns words it.
fn signer(signature: &Signature) -> String {
    match signature {
        Signature::Valid { signer, .. } => format!("(Verified) {signer}"),
        Signature::Unsigned => "(Not verified)".to_owned(),
        Signature::Invalid { reason } => format!("(Not verified) {reason}"),
    }
}

/// The SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}
