//! A file server that answers by a script.
#![allow(dead_code, reason = "the tests of the command line play only some of the parts")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What it does with a question.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers with this message, in which the ids of the question are filled in.
    Reply(Vec<u8>),
    /// Sends these bytes as they are.
    Raw(Vec<u8>),
    /// The same, byte by byte, with a pause between them.
    Slowly(Vec<u8>, Duration),
    /// Closes the connection.
    Close,
    /// Resets the connection: closes it while a part of the question is unread.
    Reset,
    /// Says nothing until the other side gives up.
    Silence,
}

/// The server, listening until the test ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// The questions of each connection.
    pub(crate) asked: Arc<Mutex<Vec<Vec<Vec<u8>>>>>,
}

impl Server {
    /// Plays the script on every connection: one act a question.
    pub(crate) fn start(script: Vec<Act>) -> Self {
        Self::at("127.0.0.1:0", vec![script])
    }

    /// Plays the scripts one a connection; the last one again and again.
    pub(crate) fn at(address: &str, scripts: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let script = scripts[number.min(scripts.len() - 1)].clone();
                log.lock().unwrap().push(Vec::new());
                let log = Arc::clone(&log);
                std::thread::spawn(move || {
                    play(stream, script, |question| log.lock().unwrap()[number].push(question));
                });
            }
        });
        Self { address, asked }
    }
}

fn play(mut stream: TcpStream, script: Vec<Act>, log: impl Fn(Vec<u8>)) {
    stream.set_nodelay(true).unwrap();
    for act in script {
        if matches!(act, Act::Reset) {
            // What is unread when a socket is closed makes a reset of it.
            let mut first = [0];
            let _ = stream.read_exact(&mut first);
            return;
        }
        let Some(question) = read_question(&mut stream) else { return };
        log(question.clone());
        match act {
            Act::Reply(mut reply) => {
                reply[26..28].copy_from_slice(&question[26..28]);
                reply[30..32].copy_from_slice(&question[30..32]);
                // A tree and a session once they are there.
                for id in [24..26, 28..30] {
                    if question[id.clone()] != [0, 0] {
                        reply[id.clone()].copy_from_slice(&question[id]);
                    }
                }
                let _ = stream.write_all(&framed(&reply));
            }
            Act::Raw(bytes) => drop(stream.write_all(&bytes)),
            Act::Slowly(bytes, pause) => {
                for byte in bytes {
                    std::thread::sleep(pause);
                    if stream.write_all(&[byte]).is_err() {
                        return;
                    }
                }
            }
            Act::Close | Act::Reset => return,
            Act::Silence => break,
        }
    }
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
}

/// A whole message, without what stands before it.
fn read_question(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).ok()?;
    let mut message = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]]))];
    stream.read_exact(&mut message).ok()?;
    // The request for a NetBIOS session has no message in it.
    if head[0] == 0x81 { Some([head.to_vec(), message].concat()) } else { Some(message) }
}

pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0, length[1], length[2], length[3]], message].concat()
}

/// A message of a server.
pub(crate) fn message(command: u8, status: u32, flags2: u16, words: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut message = b"\xFFSMB".to_vec();
    message.push(command);
    message.extend(status.to_le_bytes());
    message.push(0x98);
    message.extend(flags2.to_le_bytes());
    message.extend([0; 20]);
    message.push(u8::try_from(words.len() / 2).unwrap());
    message.extend_from_slice(words);
    message.extend(u16::try_from(bytes.len()).unwrap().to_le_bytes());
    message.extend_from_slice(bytes);
    message
}

/// `NTSTATUS`, long names.
pub(crate) const FLAGS2: u16 = 0x4001;

/// Offers `NT LM 0.12`.
pub(crate) fn negotiated(extended: bool) -> Vec<u8> {
    let mut words = vec![0, 0, 3];
    words.extend([0; 16]);
    words.extend(if extended { 0x8000_00D4_u32 } else { 0x54 }.to_le_bytes());
    words.extend([0; 10]);
    words.push(if extended { 0 } else { 8 });
    let names: Vec<u8> = "WORKGROUP\0PC-1\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bytes = if extended { vec![7; 16] } else { [vec![9; 8], names].concat() };
    message(0x72, 0, FLAGS2, &words, &bytes)
}

/// None of the dialects.
pub(crate) fn no_dialect() -> Vec<u8> {
    message(0x72, 0, FLAGS2, &[0xFF, 0xFF], &[])
}

/// The first round of a set-up: a challenge that names the computer.
pub(crate) fn challenge(name: &str, dns_name: &str) -> Vec<u8> {
    let mut info = Vec::new();
    for (id, text) in [(2_u16, "CORP"), (1, name), (3, dns_name)] {
        let text: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        info.extend(id.to_le_bytes());
        info.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
        info.extend(text);
    }
    info.extend([0; 4]);
    let mut token = b"NTLMSSP\0\x02\0\0\0".to_vec();
    token.extend([0, 0, 0, 0, 56, 0, 0, 0]);
    token.extend(0x0280_0201_u32.to_le_bytes());
    token.extend([1, 2, 3, 4, 5, 6, 7, 8]);
    token.extend([0; 8]);
    let length = u16::try_from(info.len()).unwrap().to_le_bytes();
    token.extend(length.iter().chain(&length));
    token.extend(56_u32.to_le_bytes());
    token.extend([6, 1, 0xB1, 0x1D, 0, 0, 0, 15]);
    token.extend(info);
    let mut words = vec![0xFF, 0, 0, 0, 0, 0];
    words.extend(u16::try_from(token.len()).unwrap().to_le_bytes());
    let mut reply =
        message(0x73, 0xC000_0016, FLAGS2, &words, &[token, b"Windows\0Windows\0".to_vec()].concat());
    reply[28] = 8;
    reply
}

/// The session is there; the set-up of the extended kind or not.
pub(crate) fn set_up(extended: bool, system: &str, software: &str) -> Vec<u8> {
    let words: &[u8] = if extended { &[0xFF, 0, 0, 0, 0, 0, 0, 0] } else { &[0xFF, 0, 0, 0, 0, 0] };
    let mut reply = message(0x73, 0, FLAGS2, words, format!("{system}\0{software}\0WORKGROUP\0").as_bytes());
    reply[28] = 8;
    reply
}

/// The tree is connected.
pub(crate) fn tree() -> Vec<u8> {
    let mut reply = message(0x75, 0, FLAGS2, &[0xFF, 0, 0, 0, 1, 0], b"IPC\0\0");
    reply[24] = 8;
    reply
}

/// A refusal, or the answer to the last question.
pub(crate) fn refusal(command: u8, status: u32) -> Vec<u8> {
    message(command, status, FLAGS2, &[], &[])
}

/// Everything up to the last question, as a Windows 7 answers it.
pub(crate) fn up_to_the_last_question() -> Vec<Act> {
    vec![
        Act::Reply(negotiated(true)),
        Act::Reply(challenge("PC-1", "pc-1.corp.example")),
        Act::Reply(set_up(true, "Windows 7 Professional 7601 Service Pack 1", "Windows 7 Professional 6.1")),
        Act::Reply(tree()),
    ]
}

/// All of it, with this answer to the last question.
pub(crate) fn windows(status: u32) -> Vec<Act> {
    let mut script = up_to_the_last_question();
    script.push(Act::Reply(refusal(0x25, status)));
    script
}
