//! Samples: what was found, packed for those who analyse it.
//!
//! [`Sample`] is a file, a payload out of a finding, or a decoded layer, with where it came from; [`describe()`] says what it is; [`pack()`] puts
//! samples into an encrypted archive with a manifest; [`learn`] makes a signature of them, and [`seal`] signs sets of signatures. Nothing here reads a clock, a file or a machine: bytes and times are handed in.
#![forbid(unsafe_code)]

mod archive;
mod describe;
mod digest;
mod finding;
mod item;
pub mod learn;
mod pack;
mod package;
pub mod seal;
mod strings;

pub use archive::{Error, PASSWORD};
pub use describe::{Description, Format, Script, describe};
pub use digest::Digests;
pub use finding::payloads;
pub use item::{Origin, Sample, layers};
pub use pack::{Custody, Event, Manifest, Packed, SCHEMA, Tool, pack};
pub use package::{ESCALATION_SCHEMA, Member, Package};
