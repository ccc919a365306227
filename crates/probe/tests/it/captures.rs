//! Recorded conversations of others' checks, played back byte for byte: what servers sent goes in, and what comes out is held
//! against what the recorded check sent.

use crate::pcap::{Endpoint, streams};
use deminer_probe::frame::{Deframer, Frame, framed};
use deminer_probe::reply::Message;
use deminer_probe::{Answer, Break, Options, Session, Stage, Step, Verdict};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

/// The commands of the check.
const COMMANDS: [u8; 4] = [0x72, 0x73, 0x75, 0x25];

/// A capture; `None`, and loudly so, where it is missing.
fn capture(name: &str) -> Option<BTreeMap<(Endpoint, Endpoint), Vec<u8>>> {
    let folder = std::env::var_os("DEMINER_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), Into::into);
    let path = folder.join("captures").join(name);
    if let Ok(bytes) = std::fs::read(&path) {
        return Some(streams(&bytes));
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{} is missing", path.display());
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {} is missing; DEMINER_DATA names another place",
        path.display()
    );
    None
}

/// The whole messages of a stream.
fn messages(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut deframer = Deframer::default();
    deframer.push(stream);
    let mut messages = Vec::new();
    while let Ok(Some(frame)) = deframer.next_frame() {
        if let Frame::Message(message) = frame {
            messages.push(message);
        }
    }
    messages
}

/// A conversation: the messages of both sides that the check has too.
struct Conversation {
    questions: Vec<Vec<u8>>,
    replies: Vec<Vec<u8>>,
}

/// The conversation that was begun from this port.
fn conversation(streams: &BTreeMap<(Endpoint, Endpoint), Vec<u8>>, client_port: u16) -> Conversation {
    let of_check = |stream: &[u8]| {
        let mut messages = messages(stream);
        messages.retain(|message| message.get(4).is_some_and(|command| COMMANDS.contains(command)));
        messages
    };
    let stream = |sends: bool| {
        let is = |(from, to): &(Endpoint, Endpoint)| {
            if sends { from.1 == client_port } else { to.1 == client_port }
        };
        of_check(streams.iter().find(|(key, _)| is(key)).unwrap().1)
    };
    Conversation { questions: stream(true), replies: stream(false) }
}

/// Plays the server's side; what this side sent, and how it ended.
fn play(conversation: &Conversation, server: &str) -> (Session, Vec<Vec<u8>>, Option<Verdict>) {
    let number = |at: usize| u16::from_le_bytes(conversation.questions[0][at..at + 2].try_into().unwrap());
    let options =
        Options { server: server.to_owned(), pid: number(26), mid: number(30), ..Options::default() };
    let mut session = Session::new(options);
    let mut sent = messages(&session.connected());
    for reply in &conversation.replies {
        match session.receive(&framed(reply)) {
            Step::Wait => panic!("a whole message"),
            Step::Send(message) => sent.extend(messages(&message)),
            Step::Done(verdict) => return (session, sent, Some(verdict)),
        }
    }
    (session, sent, None)
}

/// Parameters and data, without the header with its flags and numbers.
fn body(message: &[u8]) -> &[u8] {
    &message[32..]
}

#[test]
fn an_unpatched_server_2008_r2() {
    let Some(streams) = capture("smb-ms17-010-unpatched-2008r2.pcap") else { return };
    let recorded = conversation(&streams, 49455);
    let (session, sent, verdict) = play(&recorded, "10.4.30.5");
    let verdict = verdict.unwrap();
    assert_eq!((verdict.answer, verdict.stage), (Answer::NotFixed, Stage::Transaction));
    assert_eq!(verdict.cause.code().as_deref(), Some("0xC0000205"));
    // The recorded check sets the session up in one round. All else is the same to the byte, but for the tree that it names before there is one.
    assert_eq!(sent.len(), 4);
    assert_eq!(body(&sent[0]), body(&recorded.questions[0]));
    assert!(sent[2].ends_with(b"\\\\10.4.30.5\\IPC$\0?????\0"));
    assert!(recorded.questions[2].ends_with(b"\\\\10.4.30.5\\IPC$\0?????\0"));
    assert_eq!(sent[3], recorded.questions[3]);
    let system = "Windows Server 2008 R2 Standard 7601 Service Pack 1";
    assert_eq!(session.peer().system.as_deref(), Some(system));

    // Another connection to the same server, in two rounds, in which it names itself.
    let (session, _, _) = play(&conversation(&streams, 49193), "10.4.30.5");
    let peer = session.peer();
    assert_eq!(peer.name.as_deref(), Some("PODTRONICS-DC"));
    assert_eq!(peer.dns_name.as_deref(), Some("Podtronics-DC.podtronics.org"));
    assert_eq!(peer.system.as_deref(), Some(system));
    assert_eq!(peer.version, Some((6, 1, 7601)));
}

#[test]
fn a_server_that_says_nothing_to_the_last_question() {
    let Some(streams) = capture("smb-ms17-010-no-answer.pcap") else { return };
    let recorded = conversation(&streams, 32763);
    let (mut session, sent, verdict) = play(&recorded, "192.168.1.38");
    assert_eq!(verdict, None);
    assert_eq!(sent.len(), 5);
    assert_eq!(body(&sent[4]), body(&recorded.questions[4]));
    let verdict = session.broken(Break::TimedOut);
    assert_eq!((verdict.answer, verdict.stage), (Answer::Unknown, Stage::Transaction));
    assert_eq!(session.peer().name.as_deref(), Some("MITI-LT"));
}

#[test]
fn ordinary_traffic_without_extended_security() {
    for (name, port, system) in [
        ("negative-smb1.pcap", 50927, "Windows 7 Ultimate 7601 Service Pack 1"),
        ("eternalblue-win7.pcap", 51112, "Windows 7 Enterprise 7601 Service Pack 1"),
        ("doublepulsar-ping-win7.pcap", 50975, "Windows 7 Enterprise 7601 Service Pack 1"),
    ] {
        let Some(streams) = capture(name) else { return };
        let (session, _, verdict) = play(&conversation(&streams, port), "10.128.0.243");
        assert_eq!((session.stage(), verdict), (Stage::Transaction, None), "{name}");
        assert_eq!(session.peer().system.as_deref(), Some(system));
    }
}

#[test]
fn every_recorded_reply_is_read() {
    let mut count = 0;
    for name in [
        "smb-ms17-010-unpatched-2008r2.pcap",
        "smb-ms17-010-no-answer.pcap",
        "negative-smb1.pcap",
        "eternalblue-win7.pcap",
        "doublepulsar-ping-win7.pcap",
    ] {
        let Some(streams) = capture(name) else { return };
        let from_server = streams.iter().filter(|((from, _), _)| matches!(from.1, 139 | 445));
        for message in from_server.flat_map(|(_, stream)| messages(stream)) {
            if message.starts_with(b"\xFFSMB") && message.get(9).is_some_and(|flags| flags & 0x80 != 0) {
                count += 1;
                assert!(matches!(Message::parse(&message), Ok(Message::One(_))), "{name}");
            }
        }
    }
    assert!(count > 200, "{count}");
}
