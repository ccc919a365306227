//! Readable pieces of a program.

/// The shortest piece that is kept, in characters.
const SHORTEST: usize = 6;

/// The most text that is kept, in bytes.
const MOST: usize = 8 << 20;

/// Pieces of printable ASCII, and of the same in UTF-16, one a line: ASCII first, each in the order in which they stand.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut piece = String::new();
    for byte in bytes.iter().copied().chain([0]) {
        take(&mut text, &mut piece, byte, is_printable(byte));
    }
    for start in [0, 1] {
        let pairs = bytes.get(start..).unwrap_or_default().as_chunks::<2>().0;
        for [low, high] in pairs.iter().copied().chain([[0, 0]]) {
            take(&mut text, &mut piece, low, high == 0 && is_printable(low));
        }
    }
    text
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E | b'\t')
}

/// Adds a character to the piece, or ends the piece.
fn take(text: &mut String, piece: &mut String, byte: u8, printable: bool) {
    if printable {
        piece.push(char::from(byte));
        return;
    }
    if piece.len() >= SHORTEST && text.len().saturating_add(piece.len()) < MOST {
        text.push_str(piece);
        text.push('\n');
    }
    piece.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read() {
        let ascii = b"\x00\x01stratum+tcp://\x02short\x01\x01";
        let wide: Vec<u8> = "pool.example.org".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for between in [&[][..], &[1]] {
            let bytes = [&ascii[..], between, &wide].concat();
            assert_eq!(readable(&bytes), "stratum+tcp://\npool.example.org\n");
        }
        assert_eq!(readable(&[]), "");
    }
}
