//! What a server's behaviour says.

use std::fmt;

/// What the check says of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// The update is missing.
    NotFixed,
    /// The update is there.
    Fixed,
    /// The server does not speak `SMBv1`, so the hole cannot be reached this way. Says nothing of the update.
    NotOffered,
    /// The server is no Windows, and the update not for it.
    NotWindows,
    /// The check did not get to an answer, or to one that tells nothing.
    Unknown,
}

impl Answer {
    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFixed => "not-fixed",
            Self::Fixed => "fixed",
            Self::NotOffered => "smb1-not-offered",
            Self::NotWindows => "not-windows",
            Self::Unknown => "unknown",
        }
    }
}

/// A step of the check, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Opening the connection.
    Connect,
    /// Asking for a `NetBIOS` session, on port 139.
    Netbios,
    /// `SMB_COM_NEGOTIATE`.
    Negotiate,
    /// `SMB_COM_SESSION_SETUP_ANDX`.
    SessionSetup,
    /// `SMB_COM_TREE_CONNECT_ANDX` to `IPC$`.
    TreeConnect,
    /// `SMB_COM_TRANSACTION` with `PeekNamedPipe`.
    Transaction,
}

impl Stage {
    /// Every stage, in their order.
    pub const ALL: [Self; 6] = [
        Self::Connect,
        Self::Netbios,
        Self::Negotiate,
        Self::SessionSetup,
        Self::TreeConnect,
        Self::Transaction,
    ];

    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Netbios => "netbios",
            Self::Negotiate => "negotiate",
            Self::SessionSetup => "session-setup",
            Self::TreeConnect => "tree-connect",
            Self::Transaction => "transaction",
        }
    }
}

/// The status of a reply. Bit 0x4000 of `Flags2` tells which of the two it is ([MS-CIFS] 2.2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// An `NTSTATUS`.
    Nt(u32),
    /// A class and code of DOS, as the four bytes that stand where an `NTSTATUS` would.
    Dos(u32),
}

impl Status {
    /// `STATUS_INSUFF_SERVER_RESOURCES`.
    pub const INSUFFICIENT_SERVER_RESOURCES: Self = Self::Nt(0xC000_0205);
    /// `STATUS_INSUFFICIENT_RESOURCES`.
    pub const INSUFFICIENT_RESOURCES: Self = Self::Nt(0xC000_009A);
    /// `STATUS_INVALID_HANDLE`.
    pub const INVALID_HANDLE: Self = Self::Nt(0xC000_0008);
    /// `STATUS_ACCESS_DENIED`.
    pub const ACCESS_DENIED: Self = Self::Nt(0xC000_0022);
    /// `STATUS_MORE_PROCESSING_REQUIRED`.
    pub const MORE_PROCESSING_REQUIRED: Self = Self::Nt(0xC000_0016);

    /// Whether it is success: zero in both forms.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Nt(0) | Self::Dos(0))
    }

    /// Whether the name or password was refused, so that asking again could lock the account.
    pub const fn is_refused_logon(self) -> bool {
        // WRONG_PASSWORD, LOGON_FAILURE, ACCOUNT_RESTRICTION, INVALID_LOGON_HOURS, INVALID_WORKSTATION, PASSWORD_EXPIRED,
        // ACCOUNT_DISABLED, ACCOUNT_LOCKED_OUT, NO_SUCH_USER, PASSWORD_MUST_CHANGE, LOGON_TYPE_NOT_GRANTED.
        matches!(
            self,
            Self::Nt(
                0xC000_006A | 0xC000_006D
                    ..=0xC000_0072 | 0xC000_0234 | 0xC000_0064 | 0xC000_0224 | 0xC000_015B
            )
        )
    }
}

/// As `0xC0000205`; a status of DOS as `dos-0x005B0002`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nt(code) => write!(f, "0x{code:08X}"),
            Self::Dos(code) => write!(f, "dos-0x{code:08X}"),
        }
    }
}

/// Why the check ended as it did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The server answered with this status.
    Status(Status),
    /// The server speaks none of the dialects that were offered.
    Dialect,
    /// The server answered in `SMBv2` or later.
    SmbTwo,
    /// The port is closed.
    Refused,
    /// No whole answer within the deadline.
    TimedOut,
    /// There is no way to the address.
    Unreachable,
    /// The server closed the connection.
    Closed,
    /// The connection was reset.
    Reset,
    /// A `NetBIOS` session was refused with this error code (RFC 1002, 4.3.4).
    SessionRefused(u8),
    /// The `NetBIOS` service is at another place (RFC 1002, 4.3.5), which nobody named.
    Retargeted,
    /// The answer breaks the protocol: what was wrong, and at which byte of the message.
    Malformed(Malformed),
    /// Something else that the system says.
    System(String),
}

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Malformed {
    /// The byte of the message at which it shows, counted from 0.
    pub at: usize,
    /// What, in kebab case: `no-smb`, `short`, `wrong-command`, …
    pub what: &'static str,
}

impl Cause {
    /// The name in machine-readable output.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Dialect => "dialect",
            Self::SmbTwo => "smb2",
            Self::Refused => "refused",
            Self::TimedOut => "timed-out",
            Self::Unreachable => "unreachable",
            Self::Closed => "closed",
            Self::Reset => "reset",
            Self::SessionRefused(_) => "session-refused",
            Self::Retargeted => "retargeted",
            Self::Malformed(_) => "malformed",
            Self::System(_) => "system",
        }
    }

    /// The code behind the cause, where there is one.
    pub fn code(&self) -> Option<String> {
        match self {
            Self::Status(status) => Some(status.to_string()),
            Self::Dialect => Some("0xFFFF".to_owned()),
            Self::SessionRefused(code) => Some(format!("0x{code:02X}")),
            Self::Malformed(malformed) => Some(format!("{}@{}", malformed.what, malformed.at)),
            Self::System(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Whether the same question may be answered otherwise a moment later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::TimedOut | Self::Closed | Self::Reset)
    }
}

/// The end of a check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verdict {
    /// What it says.
    pub answer: Answer,
    /// The step that it ended at.
    pub stage: Stage,
    /// Why.
    pub cause: Cause,
}

impl Verdict {
    /// A check that got to no answer.
    pub const fn unknown(stage: Stage, cause: Cause) -> Self {
        Self { answer: Answer::Unknown, stage, cause }
    }
}

/// What a server tells of itself on the way. All of it is the server's own claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peer {
    /// The operating system: `Windows 7 Enterprise 7601 Service Pack 1`.
    pub system: Option<String>,
    /// The program that serves: `Windows 7 Enterprise 6.1`, `Samba 4.17.12-Debian`.
    pub software: Option<String>,
    /// The `NetBIOS` name of the computer.
    pub name: Option<String>,
    /// The name of the computer in DNS.
    pub dns_name: Option<String>,
    /// The `NetBIOS` name of its domain or workgroup.
    pub domain: Option<String>,
    /// Major, minor and build number.
    pub version: Option<(u8, u8, u16)>,
    /// Whether the session is that of a guest.
    pub guest: bool,
    /// Whether the server takes only signed messages of users.
    pub signing_required: bool,
}

impl Peer {
    /// Whether the server says that it is something else than Windows.
    pub fn is_other_system(&self) -> bool {
        let starts = |text: &str, with: &str| {
            text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
        };
        self.is_samba()
            || self.system.as_deref().is_some_and(|system| !system.is_empty() && !starts(system, "windows"))
    }

    /// Whether the server says that it is Samba.
    pub fn is_samba(&self) -> bool {
        self.software.as_deref().is_some_and(|software| software.to_ascii_lowercase().contains("samba"))
    }

    /// Judges the end of a conversation by who was at the other side.
    pub(crate) fn judge(&self, verdict: Verdict) -> Verdict {
        let other = match verdict.answer {
            Answer::NotFixed => self.is_samba(),
            Answer::Fixed | Answer::Unknown => self.is_other_system(),
            Answer::NotOffered | Answer::NotWindows => false,
        };
        if other { Verdict { answer: Answer::NotWindows, ..verdict } } else { verdict }
    }
}
