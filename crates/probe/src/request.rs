//! Writing the messages of the check. Their parameters are those of the well-known one (nmap's `smb-vuln-ms17-010`, Metasploit's
//! `smb_ms17_010`), so that servers answer as they do to these.

use crate::reply::{NEGOTIATE, SESSION_SETUP, TRANSACTION, TREE_CONNECT};

/// `SMB_FLAGS2_LONG_NAMES`, `SMB_FLAGS2_EXTENDED_SECURITY`, `SMB_FLAGS2_NT_STATUS`.
const FLAGS2: u16 = 0x0001 | 0x0800 | 0x4000;
/// `SMB_FLAGS2_SECURITY_SIGNATURE`: the message is signed.
pub(crate) const SIGNED: u16 = 0x0004;
/// `SMB_FLAGS_CASE_INSENSITIVE`, `SMB_FLAGS_CANONICALIZED_PATHS`.
const FLAGS: u8 = 0x18;
/// No further command in the same message.
const NO_ANDX: [u8; 4] = [0xFF, 0, 0, 0];

/// The numbers that bind questions and answers together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    pub(crate) tid: u16,
    pub(crate) pid: u16,
    pub(crate) uid: u16,
    pub(crate) mid: u16,
}

/// A message: header, parameters, data ([MS-CIFS] 2.2.3).
fn message(command: u8, ids: Ids, words: &[u8], data: &[u8]) -> Vec<u8> {
    let mut message = b"\xFFSMB".to_vec();
    message.push(command);
    message.extend([0; 4]);
    message.push(FLAGS);
    message.extend(FLAGS2.to_le_bytes());
    message.extend([0; 12]);
    for id in [ids.tid, ids.pid, ids.uid, ids.mid] {
        message.extend(id.to_le_bytes());
    }
    message.push(u8::try_from(words.len() / 2).unwrap_or_default());
    message.extend_from_slice(words);
    message.extend(u16::try_from(data.len()).unwrap_or_default().to_le_bytes());
    message.extend_from_slice(data);
    message
}

/// Offers the one dialect in which the check is made.
pub(crate) fn negotiate(ids: Ids) -> Vec<u8> {
    message(NEGOTIATE, ids, &[], b"\x02NT LM 0.12\0")
}

/// The parameters that both kinds of session set-up begin with: the largest answer, the number of questions at once, no virtual circuit.
fn set_up_words() -> Vec<u8> {
    let mut words = NO_ANDX.to_vec();
    words.extend(0x1104_u16.to_le_bytes());
    words.extend(1_u16.to_le_bytes());
    words.extend(0_u16.to_le_bytes());
    words.extend([0; 4]);
    words
}

/// A round of session set-up with a token of `NTLMSSP` ([MS-SMB] 2.2.4.6.1).
pub(crate) fn session_setup(ids: Ids, token: &[u8]) -> Vec<u8> {
    /// `CAP_NT_SMBS`, `CAP_STATUS32`, `CAP_EXTENDED_SECURITY`.
    const CAPABILITIES: u32 = 0x10 | 0x40 | 0x8000_0000;
    let mut words = set_up_words();
    words.extend(u16::try_from(token.len()).unwrap_or_default().to_le_bytes());
    words.extend([0; 4]);
    words.extend(CAPABILITIES.to_le_bytes());
    let mut data = token.to_vec();
    // The names of system and program, both left empty.
    data.extend([0, 0]);
    message(SESSION_SETUP, ids, &words, &data)
}

/// Session set-up in one round, without a name ([MS-CIFS] 2.2.4.53.1).
pub(crate) fn anonymous_session_setup(ids: Ids) -> Vec<u8> {
    /// `CAP_NT_SMBS`, `CAP_STATUS32`.
    const CAPABILITIES: u32 = 0x10 | 0x40;
    let mut words = set_up_words();
    // The lengths of both passwords.
    words.extend([0; 4]);
    words.extend([0; 4]);
    words.extend(CAPABILITIES.to_le_bytes());
    // Account, domain, system and program, all left empty.
    message(SESSION_SETUP, ids, &words, &[0; 4])
}

/// Connects to `IPC$`, which every session may.
pub(crate) fn tree_connect(ids: Ids, server: &str) -> Vec<u8> {
    let mut words = NO_ANDX.to_vec();
    words.extend(0_u16.to_le_bytes());
    words.extend(1_u16.to_le_bytes());
    let mut data = vec![0];
    data.extend_from_slice(format!("\\\\{server}\\IPC$\0?????\0").as_bytes());
    message(TREE_CONNECT, ids, &words, &data)
}

/// Asks how much there is to read in a pipe that nobody opened: `PeekNamedPipe` with FID 0 ([MS-CIFS] 2.2.5.5).
pub(crate) fn peek_named_pipe(ids: Ids) -> Vec<u8> {
    const WORDS: [u8; 32] = [
        0, 0, 0, 0, // no parameters, no data
        0xFF, 0xFF, 0xFF, 0xFF, // any number of them in the answer
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // no set-up in it, no flags, no time limit
        0, 0, 0x4A, 0, 0, 0, 0x4A, 0, // where none of them stand
        2, 0, 0x23, 0, 0, 0, // two words: PeekNamedPipe, FID 0
    ];
    message(TRANSACTION, ids, &WORDS, b"\\PIPE\\\0")
}
