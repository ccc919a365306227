//! The wrapping of tokens of `NTLMSSP` (RFC 4178), as far as it takes to offer nothing else.

/// `1.3.6.1.5.5.2`.
const SPNEGO: &[u8] = &[0x06, 0x06, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x02];
/// `1.3.6.1.4.1.311.2.2.10`.
const NTLMSSP: &[u8] = &[0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0A];

/// The first token: `NegTokenInit`.
pub(crate) fn first(token: &[u8]) -> Vec<u8> {
    let mechanisms = der(0xA0, &der(0x30, NTLMSSP));
    let token = der(0xA2, &der(0x04, token));
    let init = der(0xA0, &der(0x30, &[mechanisms, token].concat()));
    der(0x60, &[SPNEGO, &init].concat())
}

/// Any later one: `NegTokenResp`.
pub(crate) fn further(token: &[u8]) -> Vec<u8> {
    der(0xA1, &der(0x30, &der(0xA2, &der(0x04, token))))
}

/// Tag, length, content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..0x80 => bytes.extend(u8::try_from(length)),
        length @ 0x80..0x100 => bytes.extend([0x81].into_iter().chain(u8::try_from(length))),
        length => {
            bytes.push(0x82);
            bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_three_forms() {
        assert_eq!(der(4, &[0; 3]), [4, 3, 0, 0, 0]);
        assert_eq!(der(4, &[0; 0x90])[..3], [4, 0x81, 0x90]);
        assert_eq!(der(4, &[0; 0x123])[..4], [4, 0x82, 0x01, 0x23]);
    }
}
