//! Reader for registry hives (`regf`, versions 1.2 to 1.6) with their transaction logs.
//!
//! Tolerant: what is damaged is left out and named in [`Hive::problems`], what is whole is read. Bounded: no cell is followed twice in a walk, no
//! list is believed beyond the cell that holds it, and all that is read of a hive together has a bound, so a hostile hive costs some times its length. It reads bytes that are handed to
//! it and knows nothing of files.
//!
//! ```
//! # fn show(bytes: Vec<u8>, log1: &[u8], log2: &[u8]) -> Result<(), registry_hive::Error> {
//! let hive = registry_hive::Hive::with_logs(bytes, &[log1, log2])?;
//! if let Some(key) = hive.root().and_then(|root| root.descend(r"Select")) {
//!     println!("{:?}", key.value("Current").and_then(|value| value.number()));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Source of the format: Maxim Suhanov, *Windows registry file format specification* (public, version of 2023), checked against the public
//! hives that the tests name.
#![forbid(unsafe_code)]

#[cfg(feature = "build")]
pub mod build;
mod cells;
mod hive;
mod key;
mod log;
mod marvin;
mod value;

pub use hive::{Error, Hive, Problem, Replay};
pub use key::{Key, Walk, WalkKeys};
pub use log::is_log;
pub use value::{Kind, Value};
