//! An encrypted archive in the making.

use crate::digest::{hex, sha256};
use sha2::{Digest as _, Sha256};
use std::io::{Read, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, DateTime, ZipWriter};

/// The password that vendors of security software expect: it keeps scanners on the way from opening the archive, and keeps no secret.
pub const PASSWORD: &str = "infected";

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be written.
    #[error("{0}")]
    Write(#[from] std::io::Error),
    /// It cannot be put together.
    #[error("{0}")]
    Zip(#[from] zip::result::ZipError),
    /// The manifest cannot be written as JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

/// An archive whose members are encrypted, but for those that are said to be plain.
pub(crate) struct Archive<W: Write + Seek> {
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> Archive<W> {
    /// An empty one.
    pub(crate) fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(out) }
    }

    /// Adds a member, encrypted with [`PASSWORD`], and gives its SHA-256. `path` is ours, never the attacker's.
    pub(crate) fn add(&mut self, path: &str, bytes: &[u8]) -> Result<String, Error> {
        let options = options(bytes).with_aes_encryption(AesMode::Aes256, PASSWORD);
        self.zip.start_file(path, options)?;
        self.zip.write_all(bytes)?;
        Ok(sha256(bytes))
    }

    /// Adds a member from a stream, encrypted, and gives its SHA-256 and length.
    pub(crate) fn copy(&mut self, path: &str, mut source: impl Read) -> Result<(String, u64), Error> {
        let options = options(&[]).large_file(true).with_aes_encryption(AesMode::Aes256, PASSWORD);
        self.zip.start_file(path, options)?;
        let mut hash = Sha256::new();
        let mut length = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = source.read(&mut buffer)?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            hash.update(bytes);
            self.zip.write_all(bytes)?;
            length += bytes.len() as u64;
        }
        Ok((hex(&hash.finalize()), length))
    }

    /// Adds a member that anyone can read.
    pub(crate) fn add_plain(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        self.zip.start_file(path, options(bytes))?;
        self.zip.write_all(bytes)?;
        Ok(())
    }

    /// Writes what is left.
    pub(crate) fn finish(self) -> Result<(), Error> {
        self.zip.finish()?.flush()?;
        Ok(())
    }
}

fn options(bytes: &[u8]) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .large_file(bytes.len() as u64 > u64::from(u32::MAX))
}
