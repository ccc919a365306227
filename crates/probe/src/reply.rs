//! Reading the answers of a server.

use crate::answer::{Malformed, Status};
use crate::bytes::{Reader, Texts, utf16};

/// The length of the header of a message ([MS-CIFS] 2.2.3.1).
pub(crate) const HEADER: usize = 32;

/// `SMB_FLAGS2_NT_STATUS`: the status is an `NTSTATUS`.
const NT_STATUS: u16 = 0x4000;
/// `SMB_FLAGS2_UNICODE`: texts are UTF-16.
const UNICODE: u16 = 0x8000;
/// `SMB_FLAGS_REPLY`: the message comes from the server.
const REPLY: u8 = 0x80;

/// `SMB_COM_TRANSACTION`.
pub(crate) const TRANSACTION: u8 = 0x25;
/// `SMB_COM_NEGOTIATE`.
pub(crate) const NEGOTIATE: u8 = 0x72;
/// `SMB_COM_SESSION_SETUP_ANDX`.
pub(crate) const SESSION_SETUP: u8 = 0x73;
/// `SMB_COM_TREE_CONNECT_ANDX`.
pub(crate) const TREE_CONNECT: u8 = 0x75;

/// A message of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply<'m> {
    /// The command that it answers.
    pub command: u8,
    /// How the server answers it.
    pub status: Status,
    /// `Flags2`.
    pub flags2: u16,
    /// The tree, where one is connected.
    pub tid: u16,
    /// The process that asked.
    pub pid: u16,
    /// The session, where there is one.
    pub uid: u16,
    /// The number of the question.
    pub mid: u16,
    /// The parameters.
    pub words: &'m [u8],
    /// The data.
    pub bytes: &'m [u8],
    /// Where in the message the data begin.
    pub bytes_at: usize,
}

/// What stands behind the first four bytes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'m> {
    /// An answer in the protocol that was asked for.
    One(Reply<'m>),
    /// An answer in `SMBv2` or later.
    Two,
}

impl<'m> Message<'m> {
    /// Reads a message.
    ///
    /// # Errors
    ///
    /// It is no answer in either protocol, or says that it is longer than it is.
    pub fn parse(message: &'m [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(message, 0);
        match &reader.array::<4>()? {
            b"\xFFSMB" => {}
            b"\xFESMB" | b"\xFDSMB" | b"\xFCSMB" => return Ok(Self::Two),
            _ => return Err(Malformed { at: 0, what: "no-smb" }),
        }
        let command = reader.u8()?;
        let code = reader.u32()?;
        if reader.u8()? & REPLY == 0 {
            return Err(Malformed { at: 9, what: "no-reply" });
        }
        let flags2 = reader.u16()?;
        reader.take(12)?;
        let (tid, pid, uid, mid) = (reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?);
        let words = usize::from(reader.u8()?) * 2;
        let words = reader.take(words)?;
        let length = usize::from(reader.u16()?);
        let bytes_at = reader.at();
        let bytes = reader.take(length)?;
        let status = if flags2 & NT_STATUS == 0 { Status::Dos(code) } else { Status::Nt(code) };
        Ok(Self::One(Reply { command, status, flags2, tid, pid, uid, mid, words, bytes, bytes_at }))
    }
}

/// What a server offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Negotiated {
    /// None of the dialects.
    NoDialect,
    /// `NT LM 0.12`.
    NtLm {
        /// Whether the session is set up in the rounds of `NTLMSSP`.
        extended: bool,
        /// Whether messages of users must be signed.
        signing_required: bool,
        /// The domain and the name of the server, which it tells without extended security.
        names: (Option<String>, Option<String>),
    },
}

/// What a server says of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetUp<'m> {
    /// What it answers to `NTLMSSP`.
    pub token: &'m [u8],
    /// Whether the session is that of a guest.
    pub guest: bool,
    /// The operating system.
    pub system: Option<String>,
    /// The program that serves.
    pub software: Option<String>,
    /// The domain.
    pub domain: Option<String>,
}

impl<'m> Reply<'m> {
    fn unicode(&self) -> bool {
        self.flags2 & UNICODE != 0
    }

    fn words(&self) -> Reader<'m> {
        Reader::new(self.words, 0)
    }

    /// The answer to `SMB_COM_NEGOTIATE` ([MS-CIFS] 2.2.4.52.2, [MS-SMB] 2.2.4.5.2).
    ///
    /// # Errors
    ///
    /// The answer is of no known form.
    pub fn negotiated(&self) -> Result<Negotiated, Malformed> {
        /// Where the parameters begin.
        const WORDS: usize = HEADER + 1;
        /// `CAP_EXTENDED_SECURITY`.
        const EXTENDED: u32 = 0x8000_0000;
        /// `NEGOTIATE_SECURITY_SIGNATURES_REQUIRED`.
        const REQUIRED: u8 = 0x08;
        let moved = |malformed: Malformed| Malformed { at: malformed.at + WORDS, ..malformed };
        let mut words = self.words();
        match words.u16().map_err(moved)? {
            0xFFFF => return Ok(Negotiated::NoDialect),
            // Only the answer in `NT LM 0.12` has so many, whatever number the server gives it.
            _ if self.words.len() == 34 => {}
            _ => return Err(Malformed { at: HEADER, what: "wrong-word-count" }),
        }
        let mode = words.u8().map_err(moved)?;
        words.take(16).map_err(moved)?;
        let capabilities = words.u32().map_err(moved)?;
        words.take(10).map_err(moved)?;
        let challenge = usize::from(words.u8().map_err(moved)?);
        let extended = capabilities & EXTENDED != 0;
        let mut names = (None, None);
        if !extended && let Some(rest) = self.bytes.get(challenge..) {
            // Windows writes them in UTF-16 whatever the flags say, and does not align them.
            let unicode = self.unicode() || rest.get(1) == Some(&0);
            let mut texts = Texts::new(rest, 0, unicode);
            names = (texts.next(), texts.next());
        }
        Ok(Negotiated::NtLm { extended, signing_required: mode & REQUIRED != 0, names })
    }

    /// The answer to `SMB_COM_SESSION_SETUP_ANDX` ([MS-CIFS] 2.2.4.53.2, [MS-SMB] 2.2.4.6.2).
    ///
    /// # Errors
    ///
    /// The answer is of no known form.
    pub fn set_up(&self) -> Result<SetUp<'m>, Malformed> {
        let mut words = self.words();
        let moved = |malformed: Malformed| Malformed { at: malformed.at + HEADER + 1, ..malformed };
        let token = match self.words.len() {
            // Refused, with nothing to say.
            0 if !self.status.is_success() => return Ok(SetUp::default()),
            6 => 0,
            8 => {
                let mut words = words;
                words.take(6).map_err(moved)?;
                usize::from(words.u16().map_err(moved)?)
            }
            _ => return Err(Malformed { at: HEADER, what: "wrong-word-count" }),
        };
        words.take(4).map_err(moved)?;
        let guest = words.u16().map_err(moved)? & 1 != 0;
        let Some((token, rest)) = self.bytes.split_at_checked(token) else {
            return Err(Malformed { at: self.bytes_at, what: "short-token" });
        };
        let mut texts = Texts::new(rest, self.bytes_at + token.len(), self.unicode());
        let (system, software, domain) = (texts.next(), texts.next(), texts.next());
        Ok(SetUp { token, guest, system, software, domain })
    }
}

/// What a server tells of itself in the challenge of `NTLMSSP` ([MS-NLMP] 2.2.1.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Challenge {
    /// The flags that the server agrees to.
    pub flags: u32,
    /// What a response has to be made of.
    pub nonce: [u8; 8],
    /// The names and times as they came, which a response repeats.
    pub target_info: Vec<u8>,
    /// The `NetBIOS` name of the computer.
    pub name: Option<String>,
    /// Its name in DNS.
    pub dns_name: Option<String>,
    /// The `NetBIOS` name of its domain.
    pub domain: Option<String>,
    /// Major, minor and build number.
    pub version: Option<(u8, u8, u16)>,
    /// The time of the server, in 100 ns since 1601-01-01.
    pub time: Option<u64>,
}

impl Challenge {
    /// Reads the challenge out of a token, whatever is wrapped round it.
    ///
    /// # Errors
    ///
    /// There is none, or it says that it is longer than the token.
    pub fn parse(token: &[u8]) -> Result<Self, Malformed> {
        /// `NTLMSSP_NEGOTIATE_VERSION`.
        const VERSION: u32 = 0x0200_0000;
        let start = token.windows(12).position(|window| window == b"NTLMSSP\0\x02\0\0\0");
        let Some(message) = start.and_then(|start| token.get(start..)) else {
            return Err(Malformed { at: 0, what: "no-challenge" });
        };
        let mut reader = Reader::new(message, 20);
        let flags = reader.u32()?;
        let nonce = reader.array()?;
        let mut challenge = Self { flags, nonce, ..Self::default() };
        // Older servers end here.
        if reader.take(8).is_err() {
            return Ok(challenge);
        }
        if let (Ok(length), Ok(_), Ok(offset)) = (reader.u16(), reader.u16(), reader.u32()) {
            let offset = offset as usize;
            let info = message.get(offset..offset.saturating_add(length.into()));
            challenge.target_info = info.ok_or(Malformed { at: 44, what: "short-target-info" })?.to_vec();
        }
        if flags & VERSION != 0
            && let Ok([major, minor, low, high]) = reader.array::<4>()
        {
            challenge.version = Some((major, minor, u16::from_le_bytes([low, high])));
        }
        challenge.read_target_info();
        Ok(challenge)
    }

    /// The pairs that name the server ([MS-NLMP] 2.2.2.1).
    fn read_target_info(&mut self) {
        let info = std::mem::take(&mut self.target_info);
        let mut reader = Reader::new(&info, 0);
        while let (Ok(id), Ok(length)) = (reader.u16(), reader.u16()) {
            let Ok(value) = reader.take(length.into()) else { break };
            match id {
                0 => break,
                1 => self.name = utf16(value),
                2 => self.domain = utf16(value),
                3 => self.dns_name = utf16(value),
                7 => self.time = value.try_into().ok().map(u64::from_le_bytes),
                _ => {}
            }
        }
        self.target_info = info;
    }
}

#[cfg(test)]
mod tests;
