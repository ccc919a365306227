//! Signatures of messages ([MS-CIFS] 3.1.4.1), which servers that require them want of users.

use md5::{Digest as _, Md5};

/// Signs one message after another.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    key: [u8; 16],
    /// The number of the next question. Answers have the odd ones.
    number: u32,
}

impl Signer {
    /// The session was set up in question 0 and answer 1.
    pub(crate) const fn new(key: [u8; 16]) -> Self {
        Self { key, number: 2 }
    }

    /// Signs a message.
    pub(crate) fn sign(&mut self, message: &mut [u8]) {
        use crate::request::SIGNED;
        const FLAGS2: std::ops::Range<usize> = 10..12;
        const SIGNATURE: std::ops::Range<usize> = 14..22;
        if let Some(flags) = message.get_mut(FLAGS2) {
            flags.copy_from_slice(&(u16::from_le_bytes([flags[0], flags[1]]) | SIGNED).to_le_bytes());
        }
        if let Some(field) = message.get_mut(SIGNATURE) {
            field[..4].copy_from_slice(&self.number.to_le_bytes());
            field[4..].fill(0);
        }
        let digest = Md5::new().chain_update(self.key).chain_update(&*message).finalize();
        if let (Some(field), Some(signature)) = (message.get_mut(SIGNATURE), digest.get(..8)) {
            field.copy_from_slice(signature);
        }
        self.number = self.number.wrapping_add(2);
    }
}
