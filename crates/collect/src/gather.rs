//! What was gathered so far.

use crate::error::Error;
use evidence::{Area, Coverage, FileFact, Location, Provenance, ReadState, Record, RecordData, Source};
use machine::{Facts, Fault, Listed, Machine, Signature};
use parse::bundle::manifest::Failure;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The largest program of which a hash is taken, in bytes.
const MAX_PROGRAM: u64 = 256 << 20;

/// The largest amount of raw copies, in bytes.
const MAX_RAW: usize = 512 << 20;

/// What is known of a program's file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    /// What Windows says of its signature, as Autoruns words it; `None` where it could not be asked.
    pub(crate) signer: Option<String>,
    /// What there is to know of its bytes; `None` where they could not be read.
    pub(crate) fact: Option<FileFact>,
}

impl Image {
    /// Its SHA-256 under the name of the algorithm.
    pub(crate) fn sha256(&self) -> Option<(String, String)> {
        let hash = self.fact.as_ref()?.hashes.get("sha256")?;
        Some(("sha256".to_owned(), hash.clone()))
    }
}

/// Where raw copies go as they are made: no more than one is in memory.
pub(crate) trait Store {
    /// Writes a copy under its path below `deminer/raw/`.
    fn keep(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error>;
}

/// What was gathered.
pub(crate) struct Gathered {
    /// What the computer is.
    pub(crate) facts: Facts,
    /// The records.
    pub(crate) records: Vec<Record>,
    /// What they point into.
    pub(crate) sources: Vec<Source>,
    /// Which areas were read.
    pub(crate) coverage: Coverage,
    /// What could not be read.
    pub(crate) failures: Vec<Failure>,
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
    /// Where raw copies go.
    store: &'m mut dyn Store,
    /// Their paths below `deminer/raw/`.
    kept: BTreeSet<String>,
    /// Bytes of raw copies so far.
    raw_bytes: usize,
    /// Why the bundle cannot be written any more.
    pub(crate) broken: Option<Error>,
    images: BTreeMap<String, Image>,
    /// Which programs could not be looked at, and why: they are told with the files.
    pub(crate) image_failures: Vec<machine::Error>,
    /// Registry keys that only the system may read.
    pub(crate) refused_keys: usize,
}

impl<'m> Gathering<'m> {
    /// Nothing gathered yet.
    pub(crate) fn new(machine: &'m dyn Machine, facts: Facts, store: &'m mut dyn Store) -> Self {
        Self {
            machine,
            facts,
            records: Vec::new(),
            sources: Vec::new(),
            coverage: Coverage::default(),
            failures: Vec::new(),
            store,
            kept: BTreeSet::new(),
            raw_bytes: 0,
            broken: None,
            images: BTreeMap::new(),
            image_failures: Vec::new(),
            refused_keys: 0,
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

    /// What was found, with what was missed noted; nothing where all of it failed, which is noted, too.
    pub(crate) fn listed<T>(&mut self, outcome: machine::Result<Listed<T>>) -> Option<Vec<T>> {
        let Listed { found, missed } = self.or_note(outcome)?;
        for error in missed {
            self.note(&error);
        }
        Some(found)
    }

    /// Notes a failure.
    pub(crate) fn note(&mut self, error: &machine::Error) {
        let what = match error.target.as_str() {
            "" => error.operation.to_owned(),
            target => format!("{} `{target}`", error.operation),
        };
        self.failures.push(Failure { what, why: error.fault.to_string() });
    }

    /// Notes that no more than so many of something were read.
    pub(crate) fn note_cut(&mut self, operation: &'static str, target: &str, limit: usize) {
        let fault = Fault::TooMany { limit: limit as u64 };
        self.note(&machine::Error::new(operation, target, fault));
    }

    /// Notes that the area was read, completely where no failure was noted since there were so many.
    pub(crate) fn cover(&mut self, area: Area, failures_before: usize) {
        let complete = self.failures.len() == failures_before;
        self.coverage.add(area, if complete { ReadState::Complete } else { ReadState::Partial });
    }

    /// Keeps a raw copy. Returns whether there was room for it.
    pub(crate) fn keep(&mut self, path: &str, bytes: &[u8]) -> bool {
        if self.broken.is_some() || self.kept.contains(path) {
            return false;
        }
        if self.raw_bytes.saturating_add(bytes.len()) > MAX_RAW {
            let limit = MAX_RAW as u64;
            self.note(&machine::Error::new("keep a copy of", path, Fault::TooLarge { limit }));
            return false;
        }
        self.raw_bytes += bytes.len();
        self.kept.insert(path.to_owned());
        self.broken = self.store.keep(path, bytes).err();
        self.broken.is_none()
    }

    /// What was gathered, without where it came from.
    pub(crate) fn gathered(self) -> Gathered {
        let Self { facts, records, sources, coverage, failures, .. } = self;
        Gathered { facts, records, sources, coverage, failures }
    }

    /// Signature and hashes of a program, looked at once.
    pub(crate) fn image(&mut self, path: &str) -> Image {
        let key = path.to_lowercase();
        if let Some(known) = self.images.get(&key) {
            return known.clone();
        }
        let signature = self.machine.signature(path);
        let bytes = self.machine.read_file(path, MAX_PROGRAM);
        let image = Image {
            signer: self.of_image(signature).map(|signature| signer(&signature)),
            fact: self.of_image(bytes).map(|bytes| parse::started::program(path, &bytes)),
        };
        self.images.insert(key, image.clone());
        image
    }

    /// The value, or the failure kept for the files, unless there is no such file.
    fn of_image<T>(&mut self, outcome: machine::Result<T>) -> Option<T> {
        match outcome {
            Ok(value) => return Some(value),
            Err(error) if matches!(error.fault, Fault::NotFound | Fault::Unsupported) => {}
            Err(error) => self.image_failures.push(error),
        }
        None
    }
}

/// What Autoruns says of a file without a signature.
pub(crate) const UNSIGNED: &str = "(Not verified)";

/// The signature as Autoruns words it.
fn signer(signature: &Signature) -> String {
    match signature {
        Signature::Valid { signer, .. } => format!("(Verified) {signer}"),
        Signature::Unsigned => UNSIGNED.to_owned(),
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
