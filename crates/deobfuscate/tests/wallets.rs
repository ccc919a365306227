//! The published set of strings taken for Monero addresses, each judged a second time by other means.
//!
//! The second judgement shares nothing with the first: Base58 by digits in a long number instead of blocks in a machine
//! word, and Keccak-256 written out here instead of a crate's.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::path::PathBuf;

use deminer_deobfuscate::wallet::{MoneroKind, monero};

const ALPHABET: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// One block to `size` bytes, most significant first, by long multiplication.
fn block(text: &str, size: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0_u32; size];
    for c in text.chars() {
        let mut carry = u32::try_from(ALPHABET.find(c)?).ok()?;
        for byte in bytes.iter_mut().rev() {
            let value = *byte * 58 + carry;
            *byte = value % 256;
            carry = value / 256;
        }
        if carry > 0 {
            return None;
        }
    }
    bytes.into_iter().map(|b| u8::try_from(b).ok()).collect()
}

fn decode(address: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = address;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(rest.len().min(11));
        let size = [(11, 8), (10, 7), (9, 6), (7, 5), (6, 4), (5, 3), (3, 2), (2, 1)]
            .iter()
            .find(|s| s.0 == head.len())?
            .1;
        out.extend(block(head, size)?);
        rest = tail;
    }
    Some(out)
}

/// Keccak-256 with the original padding, from the specification: rate 136 bytes, 24 rounds.
fn keccak256(data: &[u8]) -> Vec<u8> {
    let mut state = [[0_u64; 5]; 5];
    let mut message = data.to_vec();
    message.push(1);
    while !message.len().is_multiple_of(136) {
        message.push(0);
    }
    *message.last_mut().unwrap() |= 0x80;
    for chunk in message.chunks(136) {
        for (i, lane) in chunk.chunks(8).enumerate() {
            state[i % 5][i / 5] ^= u64::from_le_bytes(lane.try_into().unwrap());
        }
        rounds(&mut state);
    }
    (0..4).flat_map(|i| state[i % 5][i / 5].to_le_bytes()).collect()
}

fn rounds(a: &mut [[u64; 5]; 5]) {
    let mut lfsr = 1_u8;
    for _ in 0..24 {
        let c: Vec<u64> = (0..5).map(|x| a[x].iter().fold(0, |sum, lane| sum ^ lane)).collect();
        for x in 0..5 {
            let d = c[(x + 4) % 5] ^ c[(x + 1) % 5].rotate_left(1);
            a[x].iter_mut().for_each(|lane| *lane ^= d);
        }
        let (mut x, mut y, mut current) = (1, 0, a[1][0]);
        for t in 0..24_u32 {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            let next = a[x][y];
            a[x][y] = current.rotate_left((t + 1) * (t + 2) / 2 % 64);
            current = next;
        }
        let before = *a;
        for (x, sheet) in a.iter_mut().enumerate() {
            for (y, lane) in sheet.iter_mut().enumerate() {
                *lane = before[x][y] ^ !before[(x + 1) % 5][y] & before[(x + 2) % 5][y];
            }
        }
        for j in 0..7 {
            if lfsr & 1 == 1 {
                a[0][0] ^= 1 << ((1_u32 << j) - 1);
            }
            lfsr = if lfsr & 0x80 != 0 { lfsr << 1 ^ 0x71 } else { lfsr << 1 };
        }
    }
}

fn second_opinion(address: &str) -> Option<MoneroKind> {
    let bytes = decode(address)?;
    let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    if keccak256(body).get(..4)? != checksum {
        return None;
    }
    match (body.first()?, body.len()) {
        (18, 65) => Some(MoneroKind::Standard),
        (19, 73) => Some(MoneroKind::Integrated),
        (42, 65) => Some(MoneroKind::Subaddress),
        _ => None,
    }
}

#[test]
fn the_second_keccak_is_right() {
    let hex = keccak256(b"").iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(hex, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

#[test]
fn every_line_of_the_published_set() {
    let root = std::env::var_os("DEMINER_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(root.join("wallets/monero.txt")) else {
        println!("SKIPPED: wallets/monero.txt is missing");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "the test data is missing in CI");
        return;
    };
    let (mut kinds, mut bad) = ([0; 3], Vec::new());
    for line in text.lines() {
        let judged = monero(line);
        assert_eq!(judged, second_opinion(line), "{line}");
        match judged {
            Some(MoneroKind::Standard) => kinds[0] += 1,
            Some(MoneroKind::Integrated) => kinds[1] += 1,
            Some(MoneroKind::Subaddress) => kinds[2] += 1,
            None => bad.push(line),
        }
        // One letter changed is no address any more, to both.
        let changed: String = line
            .chars()
            .enumerate()
            .map(|(i, c)| if i == 40 { if c == '2' { '3' } else { '2' } } else { c })
            .collect();
        assert_eq!((monero(&changed), second_opinion(&changed)), (None, None), "{changed}");
    }
    assert_eq!(kinds, [1053, 115, 0]);
    // One written in lower case throughout, one with letters that Base58 does not have, one with a wrong checksum.
    assert_eq!(bad.iter().map(|line| &line[..6]).collect::<Vec<_>>(), ["442uo8", "47fEcV", "4judgz"]);
}
