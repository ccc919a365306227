//! Random bytes of the system, for keys.

use std::io;

/// 32 bytes that nobody can guess.
pub(crate) fn bytes() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}
