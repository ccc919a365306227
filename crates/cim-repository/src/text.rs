//! Readable text in damaged data.

use crate::encoding::latin1;

/// Shorter runs are noise.
const MIN_LENGTH: usize = 4;
/// Texts that are kept of one piece.
const MAX_STRINGS: usize = 1000;

/// Runs of printable characters, in one byte each or in UTF-16LE, in their order.
pub(crate) fn strings(data: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < data.len() && found.len() < MAX_STRINGS {
        let narrow = data[at..].iter().take_while(|&&b| is_text(b)).count();
        let wide = data[at..].as_chunks::<2>().0.iter().take_while(|u| u[1] == 0 && is_text(u[0])).count();
        if narrow >= MIN_LENGTH {
            found.push(latin1(&data[at..at + narrow]));
            at += narrow;
        } else if wide >= MIN_LENGTH {
            found.push(data[at..at + 2 * wide].iter().step_by(2).copied().map(char::from).collect());
            at += 2 * wide;
        } else {
            at += narrow.max(1);
        }
    }
    found
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_widths_are_found() {
        let data = b"\x01\0KillProcess\0\x02w\0i\0d\0e\0\0\0abc\0";
        assert_eq!(strings(data), ["KillProcess", "wide"]);
        assert!(strings(&[]).is_empty());
    }
}
