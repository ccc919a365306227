//! What was read of a machine, as far as it tells of the update.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// A version of Windows: `6.1.7601`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The build number.
    pub build: u32,
}

impl Version {
    /// The version of these three numbers.
    pub const fn new(major: u32, minor: u32, build: u32) -> Self {
        Self { major, minor, build }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.build)
    }
}

impl FromStr for Version {
    type Err = ();

    /// Reads `6.1.7601`; what stands behind a third dot is left out.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut numbers = text.trim().split('.').map(|part| part.parse::<u32>().map_err(drop));
        let mut number = || numbers.next().ok_or(())?;
        Ok(Self::new(number()?, number()?, number()?))
    }
}

/// Everything that was read of a machine and may tell of the update.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchFacts {
    /// The name of the product, in any language.
    pub product: Option<String>,
    /// The version of Windows; `None` where it is not known, or several are named.
    pub version: Option<Version>,
    /// The versions that are named, where they are several: which of them is this machine's cannot be told.
    pub versions: BTreeSet<Version>,
    /// The service pack; 0 where it is known that there is none.
    pub service_pack: Option<u32>,
    /// The revision of the build, the fourth number of the version (UBR).
    pub revision: Option<u32>,
    /// Other revisions that were read.
    pub other_revisions: BTreeSet<u32>,
    /// The file that holds the hole.
    pub srv_sys: Option<SrvSys>,
    /// What else was read of that file.
    pub other_files: BTreeSet<SrvSys>,
    /// The versions of other drivers, by their names in lower case.
    pub drivers: BTreeMap<String, BTreeSet<[u16; 4]>>,
    /// The `RollupFix` packages that are installed or superseded; not those that are only staged.
    pub rollups: Vec<Rollup>,
    /// The numbers of the installed updates.
    pub updates: BTreeSet<u32>,
    /// What is known of the list that they come from.
    pub list: UpdateList,
    /// Whether an update waits for a restart.
    pub restart_pending: bool,
    /// What the machine answered over the network.
    pub network: Option<NetworkAnswer>,
    /// What else it answered.
    pub other_answers: BTreeSet<NetworkAnswer>,
}

/// The driver of the `SMBv1` server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SrvSys {
    /// The four numbers of its fixed version information, not of the string, which lags behind.
    Version([u16; 4]),
    /// It is not there.
    Absent,
}

/// A package of the component store: `Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.24002.1.4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rollup {
    /// The build number: 7601.
    pub build: u32,
    /// The revision: 24002.
    pub revision: u32,
}

impl Rollup {
    /// The `CurrentState` values of the component store in which a package counts: installed, and superseded by a
    /// newer one. A staged package (64) is not in use.
    pub const STATES: [u32; 2] = [112, 80];

    /// Reads the identity of a package; `None` where it is another package.
    pub fn from_identity(identity: &str) -> Option<Self> {
        const NAME: &str = "Package_for_RollupFix~";
        let start = identity.get(..NAME.len())?;
        if !start.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let mut numbers = identity.rsplit('~').next()?.split('.').map(|part| part.parse().ok());
        Some(Self { build: numbers.next()??, revision: numbers.next()?? })
    }
}

/// What is known of a list of updates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpdateList {
    /// None was read.
    #[default]
    None,
    /// It was read to its end.
    Whole,
    /// It says that there are more than it lists.
    Truncated {
        /// How many it lists.
        listed: u32,
        /// How many there are, where it says so.
        counted: Option<u32>,
    },
}

/// What a machine answers to the well-known read-only check, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NetworkAnswer {
    /// `STATUS_INSUFF_SERVER_RESOURCES` to the last step.
    NotFixed,
    /// `STATUS_INVALID_HANDLE`, or on Windows 10 `STATUS_ACCESS_DENIED`, to the last step.
    Fixed,
    /// `SMBv1` is not offered, which says nothing of the update.
    NotOffered,
    /// Anything else.
    Unclear,
}
