//! Reading captures: just enough for TCP over IPv4 on Ethernet or raw IP.

use std::collections::BTreeMap;

/// An endpoint: address and port.
pub(crate) type Endpoint = ([u8; 4], u16);

/// The bytes of each direction of each connection, keyed by sender and receiver.
pub(crate) fn streams(capture: &[u8]) -> BTreeMap<(Endpoint, Endpoint), Vec<u8>> {
    let little = match capture[..4] {
        [0xD4, 0xC3, 0xB2, 0xA1] | [0x4D, 0x3C, 0xB2, 0xA1] => true,
        [0xA1, 0xB2, 0xC3, 0xD4] | [0xA1, 0xB2, 0x3C, 0x4D] => false,
        _ => panic!("no classic capture"),
    };
    let number = |at: usize| {
        let bytes = capture[at..at + 4].try_into().unwrap();
        (if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }) as usize
    };
    let link = number(20);
    let mut segments: BTreeMap<(Endpoint, Endpoint), BTreeMap<u64, &[u8]>> = BTreeMap::new();
    let mut starts: BTreeMap<(Endpoint, Endpoint), u32> = BTreeMap::new();
    let mut at = 24;
    while at + 16 <= capture.len() {
        let length = number(at + 8);
        let packet = &capture[at + 16..at + 16 + length];
        at += 16 + length;
        let ip = match link {
            1 if packet[12..14] == [8, 0] => &packet[14..],
            101 => packet,
            _ => continue,
        };
        if ip[0] >> 4 != 4 || ip[9] != 6 {
            continue;
        }
        let tcp = &ip[usize::from(ip[0] & 15) * 4..usize::from(u16::from_be_bytes([ip[2], ip[3]]))];
        let port = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
        let address = |at: usize| <[u8; 4]>::try_from(&ip[at..at + 4]).unwrap();
        let key = ((address(12), port(0)), (address(16), port(2)));
        let sequence = u32::from_be_bytes(tcp[4..8].try_into().unwrap());
        let data = &tcp[usize::from(tcp[12] >> 4) * 4..];
        if tcp[13] & 2 != 0 {
            starts.insert(key, sequence.wrapping_add(1));
        }
        if !data.is_empty() {
            let start = *starts.entry(key).or_insert(sequence);
            segments.entry(key).or_default().entry(sequence.wrapping_sub(start).into()).or_insert(data);
        }
    }
    let joined = segments.into_iter().map(|(key, parts)| {
        let mut bytes = Vec::new();
        for (offset, data) in parts {
            let known = usize::try_from(offset).unwrap();
            // Repeated segments overlap what is there; a gap ends what can be read.
            if known > bytes.len() {
                break;
            }
            bytes.extend_from_slice(data.get(bytes.len() - known..).unwrap_or_default());
        }
        (key, bytes)
    });
    joined.collect()
}
