//! `NTLMSSP`: the messages with which a session is set up, without a name or with one by `NTLMv2` ([MS-NLMP]).

use crate::bytes::to_utf16;
use crate::reply::Challenge;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md4::{Digest as _, Md4};
use md5::Md5;
use std::fmt;

/// A name and its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The domain or computer that knows the name; empty where the server is to decide.
    pub domain: String,
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// Without the password.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("domain", &self.domain)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// A name as Windows writes it: `DOMAIN\name`, or a name alone.
    pub fn new(name: &str, password: String) -> Self {
        let (domain, user) = name.split_once('\\').unwrap_or_default();
        let user = if user.is_empty() { name.trim_start_matches('\\') } else { user };
        Self { domain: domain.to_owned(), user: user.to_owned(), password }
    }
}

/// `NTLMSSP_NEGOTIATE_UNICODE`.
const UNICODE: u32 = 0x0000_0001;
/// `NTLMSSP_REQUEST_TARGET`: the server is to name itself.
const REQUEST_TARGET: u32 = 0x0000_0004;
/// `NTLMSSP_NEGOTIATE_SIGN`.
const SIGN: u32 = 0x0000_0010;
/// `NTLMSSP_NEGOTIATE_NTLM`.
const NTLM: u32 = 0x0000_0200;
/// `NTLMSSP_ANONYMOUS`.
const ANONYMOUS: u32 = 0x0000_0800;
/// `NTLMSSP_NEGOTIATE_ALWAYS_SIGN`.
const ALWAYS_SIGN: u32 = 0x0000_8000;
/// `NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY`.
const EXTENDED: u32 = 0x0008_0000;
/// `NTLMSSP_NEGOTIATE_TARGET_INFO`.
const TARGET_INFO: u32 = 0x0080_0000;
/// `NTLMSSP_NEGOTIATE_128`.
const KEY_128: u32 = 0x2000_0000;

const FLAGS: u32 = UNICODE | REQUEST_TARGET | SIGN | NTLM | ALWAYS_SIGN | EXTENDED | TARGET_INFO | KEY_128;

/// The first message.
pub(crate) fn negotiate() -> Vec<u8> {
    let mut message = b"NTLMSSP\0\x01\0\0\0".to_vec();
    message.extend(FLAGS.to_le_bytes());
    message.extend([0; 16]);
    message
}

/// The last message of a session without a name.
pub(crate) fn anonymous(challenge: &Challenge) -> Vec<u8> {
    authenticate((FLAGS & challenge.flags) | UNICODE | ANONYMOUS, [&[0], &[], &[], &[], &[]])
}

/// The last message of a session with a name, and the key with which its messages are signed.
///
/// `nonce` is this side's part of the challenge, `time` is for servers that do not tell theirs, in 100 ns since 1601-01-01.
pub(crate) fn with_name(
    challenge: &Challenge,
    credentials: &Credentials,
    nonce: [u8; 8],
    time: u64,
) -> (Vec<u8>, [u8; 16]) {
    let response = respond(challenge, credentials, nonce, challenge.time.unwrap_or(time));
    let message = authenticate(
        (FLAGS & challenge.flags) | UNICODE,
        [&response.lm, &response.nt, &to_utf16(&credentials.domain), &to_utf16(&credentials.user), &[]],
    );
    (message, response.key)
}

/// What proves the password.
struct Response {
    lm: Vec<u8>,
    nt: Vec<u8>,
    key: [u8; 16],
}

/// `NTLMv2` ([MS-NLMP] 3.3.2).
fn respond(challenge: &Challenge, credentials: &Credentials, nonce: [u8; 8], time: u64) -> Response {
    let hash = Md4::digest(to_utf16(&credentials.password));
    let name = to_utf16(&format!("{}{}", credentials.user.to_uppercase(), credentials.domain));
    let key = hmac(&hash, &[&name]);
    let mut blob = vec![1, 1, 0, 0, 0, 0, 0, 0];
    blob.extend(time.to_le_bytes());
    blob.extend(nonce);
    blob.extend([0; 4]);
    blob.extend_from_slice(&challenge.target_info);
    blob.extend([0; 4]);
    let proof = hmac(&key, &[&challenge.nonce, &blob]);
    // Where the server tells its time, the older response is left out.
    let lm = if challenge.time.is_some() {
        vec![0; 24]
    } else {
        [hmac(&key, &[&challenge.nonce, &nonce]).as_slice(), &nonce].concat()
    };
    Response { lm, nt: [proof.as_slice(), &blob].concat(), key: hmac(&key, &[&proof]) }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    // Any length of key will do, so this is never the other case.
    let Ok(mut mac) = Hmac::<Md5>::new_from_slice(key) else { return [0; 16] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// `AUTHENTICATE_MESSAGE` ([MS-NLMP] 2.2.1.3) with the responses, domain, user and workstation.
fn authenticate(flags: u32, fields: [&[u8]; 5]) -> Vec<u8> {
    /// What stands before the fields.
    const HEAD: usize = 64;
    let mut message = b"NTLMSSP\0\x03\0\0\0".to_vec();
    let mut offset = HEAD;
    let mut place = |field: &[u8]| {
        let length = u16::try_from(field.len()).unwrap_or_default().to_le_bytes();
        message.extend(length.iter().chain(&length));
        message.extend(u32::try_from(offset).unwrap_or_default().to_le_bytes());
        offset += field.len();
    };
    fields.into_iter().for_each(&mut place);
    // No key is exchanged.
    place(&[]);
    message.extend(flags.to_le_bytes());
    for field in fields {
        message.extend_from_slice(field);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of [MS-NLMP] 4.2.4.
    #[test]
    fn responses_are_those_of_the_specification() {
        let credentials = Credentials::new(r"Domain\User", "Password".to_owned());
        let mut target_info = Vec::new();
        for (id, text) in [(2_u16, "Domain"), (1, "Server")] {
            let text = to_utf16(text);
            target_info.extend(id.to_le_bytes());
            target_info.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
            target_info.extend(text);
        }
        target_info.extend([0; 4]);
        let challenge = Challenge {
            nonce: [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF],
            target_info,
            ..Challenge::default()
        };
        let response = respond(&challenge, &credentials, [0xAA; 8], 0);
        let proof =
            [0x68, 0xCD, 0x0A, 0xB8, 0x51, 0xE5, 0x1C, 0x96, 0xAA, 0xBC, 0x92, 0x7B, 0xEB, 0xEF, 0x6A, 0x1C];
        let lm =
            [0x86, 0xC3, 0x50, 0x97, 0xAC, 0x9C, 0xEC, 0x10, 0x25, 0x54, 0x76, 0x4A, 0x57, 0xCC, 0xCC, 0x19];
        let key =
            [0x8D, 0xE4, 0x0C, 0xCA, 0xDB, 0xC1, 0x4A, 0x82, 0xF1, 0x5C, 0xB0, 0xAD, 0x0D, 0xE9, 0x5C, 0xA3];
        assert_eq!(response.nt[..16], proof);
        assert_eq!(response.lm[..16], lm);
        assert_eq!(response.key, key);
    }

    #[test]
    fn names_are_read_as_windows_writes_them() {
        let parts = |name: &str| {
            let credentials = Credentials::new(name, String::new());
            (credentials.domain, credentials.user)
        };
        assert_eq!(parts(r"CORP\anna"), ("CORP".into(), "anna".into()));
        assert_eq!(parts(r".\anna"), (".".into(), "anna".into()));
        assert_eq!(parts("anna@corp.example"), (String::new(), "anna@corp.example".into()));
    }

    #[test]
    fn the_password_is_not_shown() {
        let credentials = Credentials::new("anna", "sesame".to_owned());
        assert!(!format!("{credentials:?}").contains("sesame"));
    }
}
