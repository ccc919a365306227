//! Messages on a TCP stream: the four bytes before each, on port 139 and on port 445 alike (RFC 1002, 4.3).

use crate::answer::Malformed;

/// The longest message that is waited for: what a `NetBIOS` session can carry. No answer to the check comes near it.
pub const MAX_LENGTH: usize = 0x1_FFFF;

/// The length of what stands before a message.
const HEADER: usize = 4;

/// A message on the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A message of the session.
    Message(Vec<u8>),
    /// The `NetBIOS` session is there.
    Granted,
    /// The `NetBIOS` session is refused, with this error code.
    Refused(u8),
    /// The `NetBIOS` session is to be had at another place.
    Retarget,
    /// A sign of life.
    KeepAlive,
}

/// Puts messages together from the pieces in which they arrive.
#[derive(Debug, Default)]
pub struct Deframer {
    bytes: Vec<u8>,
}

impl Deframer {
    /// Takes what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message; `None` while it has not arrived.
    ///
    /// # Errors
    ///
    /// What arrived is no such message, or announces one that is too long. There is no going on behind that.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, Malformed> {
        let Some((&kind, _)) = self.bytes.split_first() else { return Ok(None) };
        if !matches!(kind, 0x00 | 0x82..=0x85) {
            return Err(Malformed { at: 0, what: "no-session-message" });
        }
        let Some(header) = self.bytes.first_chunk::<HEADER>() else { return Ok(None) };
        let length = u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize;
        if length > MAX_LENGTH {
            return Err(Malformed { at: 1, what: "too-long" });
        }
        if self.bytes.len() < HEADER + length {
            return Ok(None);
        }
        let rest = self.bytes.split_off(HEADER + length);
        let mut message = std::mem::replace(&mut self.bytes, rest);
        let message = message.split_off(HEADER);
        Ok(Some(match kind {
            0x82 => Frame::Granted,
            0x83 => Frame::Refused(message.first().copied().unwrap_or_default()),
            0x84 => Frame::Retarget,
            0x85 => Frame::KeepAlive,
            _ => Frame::Message(message),
        }))
    }
}

/// A message with what stands before it.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or_default().to_be_bytes();
    let mut bytes = vec![0, length[1], length[2], length[3]];
    bytes.extend_from_slice(message);
    bytes
}

/// The request for a `NetBIOS` session with whatever file server is there, `*SMBSERVER`.
pub(crate) fn session_request() -> Vec<u8> {
    let mut bytes = vec![0x81, 0, 0, 68];
    bytes.extend(encoded_name(b"*SMBSERVER", 0x20));
    bytes.extend(encoded_name(b"DEMINER", 0x00));
    bytes
}

/// A `NetBIOS` name: 15 characters filled up with blanks and a suffix, each byte as two letters (RFC 1001, 14.1).
fn encoded_name(name: &[u8], suffix: u8) -> Vec<u8> {
    let padded = name.iter().copied().chain(std::iter::repeat(b' ')).take(15).chain([suffix]);
    let letters = padded.flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 0x0F)]);
    std::iter::once(32).chain(letters).chain([0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_encoded_as_the_rfc_shows() {
        // RFC 1001, 14.1: "FRED            " is EGFCEFEECACACACACACACACACACACACA.
        let fred = encoded_name(b"FRED", b' ');
        assert_eq!(&fred[1..33], b"EGFCEFEECACACACACACACACACACACACA");
        assert_eq!((fred[0], fred[33], fred.len()), (32, 0, 34));
        assert_eq!(session_request().len(), 72);
    }

    #[test]
    fn what_cannot_be_a_message_is_said_at_once() {
        let problem = |bytes: &[u8]| {
            let mut deframer = Deframer::default();
            deframer.push(bytes);
            deframer.next_frame()
        };
        assert_eq!(problem(b"HTTP"), Err(Malformed { at: 0, what: "no-session-message" }));
        assert_eq!(problem(&[0, 0xFF, 0xFF, 0xFF]), Err(Malformed { at: 1, what: "too-long" }));
        assert_eq!(problem(&[0, 0, 0, 1]), Ok(None));
        assert_eq!(problem(&[0x83, 0, 0, 1, 0x82]), Ok(Some(Frame::Refused(0x82))));
        assert_eq!(problem(&[0x85, 0, 0, 0]), Ok(Some(Frame::KeepAlive)));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(messages: Vec<Vec<u8>>, size in 1_usize..9) {
            let stream: Vec<u8> = messages.iter().flat_map(|message| framed(message)).collect();
            let mut deframer = Deframer::default();
            let mut found = Vec::new();
            for piece in stream.chunks(size) {
                deframer.push(piece);
                while let Some(frame) = deframer.next_frame().unwrap() {
                    found.push(frame);
                }
            }
            let expected: Vec<_> = messages.into_iter().map(Frame::Message).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn anything_ends(bytes: Vec<u8>) {
            let mut deframer = Deframer::default();
            deframer.push(&bytes);
            let mut left = bytes.len();
            while let Ok(Some(_)) = deframer.next_frame() {
                prop_assert!(deframer.bytes.len() < left);
                left = deframer.bytes.len();
            }
        }
    }
}
