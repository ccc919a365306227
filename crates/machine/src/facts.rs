//! What a computer is.

use serde::{Deserialize, Serialize};

/// The instruction set of the computer's Windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// 32-bit x86.
    X86,
    /// 64-bit x86.
    #[default]
    X64,
    /// 64-bit ARM.
    Arm64,
}

/// What the computer is, and what this program may do on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The host as evidence knows it: names, machine GUID or SID as id, operating system.
    pub host: evidence::Host,
    /// Its instruction set.
    pub architecture: Architecture,
    /// Whether this program was built for another instruction set than Windows runs: paths are redirected then.
    pub redirected: bool,
    /// Whether it is a domain controller.
    pub domain_controller: bool,
    /// Whether the program runs with an administrator's full rights.
    pub elevated: bool,
    /// The account that the program runs as.
    pub user: String,
    /// The privileges that the program holds.
    pub rights: Vec<String>,
    /// The Windows folder: `C:\Windows`.
    pub windows: String,
    /// The folder for programs' data: `C:\ProgramData`.
    pub program_data: String,
    /// The names of libraries beside this program that Windows has too: they may have been loaded in the place of Windows' own.
    #[serde(default)]
    pub beside: Vec<String>,
}

/// What Windows says of a file's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// There is none, in the file or in a catalogue.
    Unsigned,
    /// It verifies, up to a root that Windows trusts.
    Valid {
        /// Who signed.
        signer: String,
        /// Whether the chain ends in Microsoft's own root for Windows.
        windows: bool,
    },
    /// It does not verify.
    Invalid {
        /// Why, in the system's words.
        reason: String,
    },
}
