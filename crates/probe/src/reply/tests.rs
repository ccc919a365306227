use super::*;
use crate::session::{Options, Session, Step};
use proptest::prelude::*;

/// A message of a server.
fn message(command: u8, code: u32, flags2: u16, words: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut message = b"\xFFSMB".to_vec();
    message.push(command);
    message.extend(code.to_le_bytes());
    message.push(REPLY);
    message.extend(flags2.to_le_bytes());
    message.extend([0; 20]);
    message.push(u8::try_from(words.len() / 2).unwrap());
    message.extend_from_slice(words);
    message.extend(u16::try_from(bytes.len()).unwrap().to_le_bytes());
    message.extend_from_slice(bytes);
    message
}

fn reply(message: &[u8]) -> Reply<'_> {
    match Message::parse(message) {
        Ok(Message::One(reply)) => reply,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_flags_tell_the_kind_of_the_status() {
    let status = |flags2| reply(&message(TRANSACTION, 0x005B_0002, flags2, &[], &[])).status;
    assert_eq!(status(NT_STATUS), Status::Nt(0x005B_0002));
    assert_eq!(status(0), Status::Dos(0x005B_0002));
    assert!(reply(&message(TRANSACTION, 0, 0, &[], &[])).status.is_success());
}

#[test]
fn what_is_no_reply_is_told_by_its_first_wrong_byte() {
    let good = message(TRANSACTION, 0, 0, &[1, 2], &[3]);
    for length in 0..good.len() {
        assert!(Message::parse(&good[..length]).is_err(), "{length}");
    }
    assert_eq!(Message::parse(b"GET / HTTP/1.1"), Err(Malformed { at: 0, what: "no-smb" }));
    assert_eq!(Message::parse(b"\xFESMB@"), Ok(Message::Two));
}

#[test]
fn texts_in_utf_16_begin_at_an_even_byte() {
    let text: Vec<u8> = "Windows 7\0Windows 7\0ワーク\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bytes = [&[0], text.as_slice()].concat();
    // 32 + 1 + 6 + 2 is odd.
    let plain = message(SESSION_SETUP, 0, UNICODE, &[0xFF, 0, 0, 0, 1, 0], &bytes);
    let set_up = reply(&plain).set_up().unwrap();
    assert_eq!(set_up.system.as_deref(), Some("Windows 7"));
    assert_eq!(set_up.domain.as_deref(), Some("ワーク"));
    assert!(set_up.guest);
}

#[test]
fn a_token_that_claims_too_much() {
    let lie = message(SESSION_SETUP, 0, 0, &[0xFF, 0, 0, 0, 0, 0, 9, 0], &[1; 8]);
    assert_eq!(reply(&lie).set_up(), Err(Malformed { at: 43, what: "short-token" }));
    let mut token = b"NTLMSSP\0\x02\0\0\0".to_vec();
    token.extend([0; 28]);
    token.extend([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    assert_eq!(Challenge::parse(&token), Err(Malformed { at: 44, what: "short-target-info" }));
    assert_eq!(Challenge::parse(b"nothing"), Err(Malformed { at: 0, what: "no-challenge" }));
}

proptest! {
    #[test]
    fn anything_is_read_or_refused(bytes: Vec<u8>, kind in 0_usize..4) {
        let command = [NEGOTIATE, SESSION_SETUP, TREE_CONNECT, TRANSACTION][kind];
        let mut bytes = bytes;
        let _ = Message::parse(&bytes);
        for (place, byte) in b"\xFFSMB".iter().chain([&command]).enumerate() {
            if let Some(slot) = bytes.get_mut(place) {
                *slot = *byte;
            }
        }
        if let Ok(Message::One(reply)) = Message::parse(&bytes) {
            prop_assert!(reply.words.len() + reply.bytes.len() + HEADER + 3 <= bytes.len());
            let _ = reply.negotiated();
            let _ = reply.set_up();
        }
        let _ = Challenge::parse(&bytes);
    }

    #[test]
    fn any_words_and_bytes(words in proptest::collection::vec(any::<u8>(), 0..40), bytes: Vec<u8>, flags: u16) {
        let words = &words[..words.len() / 2 * 2];
        for command in [NEGOTIATE, SESSION_SETUP] {
            let message = message(command, 0, flags, words, &bytes);
            let reply = reply(&message);
            prop_assert_eq!((reply.words, reply.bytes), (words, bytes.as_slice()));
            let _ = (reply.negotiated(), reply.set_up());
        }
    }

    #[test]
    fn a_conversation_ends_whatever_arrives(pieces: Vec<Vec<u8>>, netbios: bool) {
        let mut session = Session::new(Options { netbios, ..Options::default() });
        let _ = session.connected();
        let mut sent = 1;
        for piece in pieces {
            match session.receive(&piece) {
                Step::Wait => {}
                Step::Send(_) => sent += 1,
                Step::Done(_) => break,
            }
        }
        prop_assert!(sent <= 6);
    }
}
