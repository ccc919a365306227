//! Whether a machine has the update MS17-010, the one that closes the hole which these worms spread through.
//!
//! [`Table::decide`] looks at five kinds of evidence, the strongest first: the version of `srv.sys`, the build and its
//! revision, the `RollupFix` packages, the installed updates with all that supersede the fix, and what the machine
//! answered over the network. The first one that speaks decides; those that contradict it are kept and shown. That
//! an update is not in a list never says that the fix is missing: published lists are wrong in both directions, and
//! `systeminfo` cuts its list short.

mod decide;
mod facts;
mod table;
#[cfg(test)]
mod tests;

pub use facts::{NetworkAnswer, PatchFacts, Rollup, SrvSys, UpdateList, Version};
pub(crate) use table::version;
pub use table::{Branch, Line, NotFix, Table, Unserviced, WhyNot};

/// Whether the fix is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// It is.
    Fixed,
    /// It is not.
    NotFixed,
    /// What was read does not tell.
    Unknown,
}

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// One sign, with something against it.
    Possible,
    /// A sign that others could contradict.
    Likely,
    /// The version of what holds the hole itself.
    Certain,
}

impl Certainty {
    /// One step less sure.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Certain => Self::Likely,
            Self::Likely | Self::Possible => Self::Possible,
        }
    }
}

/// The answer for one machine, and everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the fix is there.
    pub answer: Answer,
    /// How sure that is; [`Certainty::Possible`] where the answer is unknown.
    pub certainty: Certainty,
    /// What says so, what decided first. Where the answer is unknown: what was looked at in vain.
    pub evidence: Vec<Sign>,
    /// What speaks against it.
    pub contradictions: Vec<Sign>,
    /// What to know besides: it decides nothing.
    pub remarks: Vec<Sign>,
    /// What would settle an unknown or contradicted answer, the surest first.
    pub settle: Vec<Settle>,
    /// What to install where the fix is not known to be there: one for each product that it may be.
    pub remedies: Vec<Remedy>,
}

/// Something that was read, held against the facts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// The version of `srv.sys`, and the fixed one of its branch.
    SrvSysVersion {
        /// The version that was read.
        found: [u16; 4],
        /// The lowest version with the fix.
        minimum: [u16; 4],
    },
    /// A `srv.sys` of a service pack that never got the update.
    SrvSysUnserviced {
        /// The version that was read.
        found: [u16; 4],
    },
    /// A `srv.sys` of a Windows that was released with the fix.
    SrvSysShippedFixed {
        /// The version that was read.
        found: [u16; 4],
    },
    /// A Windows that was released with the fix.
    ShippedFixed {
        /// The build number.
        build: u32,
    },
    /// A build that is newer than these facts. Whatever comes has the fix, unless the number is a lie.
    FutureBuild {
        /// The build number.
        build: u32,
    },
    /// The build and its revision, and the fixed one.
    Revision {
        /// The build number.
        build: u32,
        /// The revision that was read.
        found: u32,
        /// The lowest revision with the fix.
        minimum: u32,
    },
    /// The newest `RollupFix` package, and the fixed one.
    Rollup {
        /// The build number that the package is for.
        build: u32,
        /// The revision that was read.
        found: u32,
        /// The lowest revision with the fix.
        minimum: u32,
        /// Whether it is a cumulative update, without which nothing newer can be there.
        cumulative: bool,
    },
    /// An installed update that holds the fix.
    Update {
        /// Its number.
        update: u32,
        /// The products that it is for.
        products: String,
    },
    /// What the machine answered over the network.
    Network(NetworkAnswer),

    /// `srv.sys` is not there: no server for `SMBv1`, and nothing to patch.
    SrvSysAbsent,
    /// Several versions of Windows are named: this may be the evidence of several machines.
    SeveralVersions {
        /// The versions.
        versions: Vec<Version>,
    },
    /// A `srv.sys` that belongs to another Windows than the one that was read.
    SrvSysForeign {
        /// The version that was read.
        found: [u16; 4],
    },
    /// A `RollupFix` package of another Windows than the one that was read.
    ForeignRollup {
        /// The build number that the package is for.
        build: u32,
        /// The revision.
        revision: u32,
    },
    /// A build of which the revision was not read.
    NoRevision {
        /// The build number.
        build: u32,
    },
    /// A service pack that never got the update: it cannot be there, unless somebody replaced the file.
    Unserviced {
        /// The service pack that was read; 0 for none.
        service_pack: u32,
    },
    /// A version that no release had.
    UnknownVersion(Version),
    /// Updates of another Windows than the one that was read.
    ForeignUpdate {
        /// The number of the first.
        update: u32,
        /// The products that it is for.
        products: String,
    },
    /// An update that lists take for the fix, and that does not hold it.
    NotAFix {
        /// Its number.
        update: u32,
        /// Why not.
        why: WhyNot,
    },
    /// An update of which sources disagree whether it holds the fix.
    Disputed {
        /// Its number.
        update: u32,
    },
    /// The list of updates was cut: this many of that many are there.
    ListTruncated {
        /// How many are listed.
        listed: u32,
        /// How many there are, where it says so.
        counted: Option<u32>,
    },
    /// A list of updates without any.
    ListEmpty,
    /// A list of updates without one that is known to hold the fix, which says nothing.
    NotInList,
    /// A restart is due: what is on the disk may not be what runs.
    RestartPending,
}

impl Sign {
    /// What the sign says by itself.
    pub const fn says(&self) -> Answer {
        let fixed = match self {
            Self::SrvSysVersion { found, minimum } => !less(*found, *minimum),
            Self::SrvSysUnserviced { .. } | Self::Network(NetworkAnswer::NotFixed) => false,
            Self::SrvSysShippedFixed { .. }
            | Self::ShippedFixed { .. }
            | Self::FutureBuild { .. }
            | Self::Update { .. }
            | Self::Network(NetworkAnswer::Fixed) => true,
            Self::Revision { found, minimum, .. } => *found >= *minimum,
            Self::Rollup { found, minimum, cumulative, .. } => {
                if *found < *minimum && !*cumulative {
                    return Answer::Unknown;
                }
                *found >= *minimum
            }
            _ => return Answer::Unknown,
        };
        if fixed { Answer::Fixed } else { Answer::NotFixed }
    }

    /// Whether it belongs to another machine than the rest, which makes all of it doubtful.
    const fn is_foreign(&self) -> bool {
        matches!(
            self,
            Self::SeveralVersions { .. }
                | Self::SrvSysForeign { .. }
                | Self::ForeignRollup { .. }
                | Self::ForeignUpdate { .. }
        )
    }

    /// How sure it is of that.
    const fn certainty(&self) -> Certainty {
        match self {
            Self::SrvSysVersion { .. }
            | Self::SrvSysUnserviced { .. }
            | Self::SrvSysShippedFixed { .. }
            | Self::ShippedFixed { .. }
            | Self::Revision { .. }
            | Self::Network(_) => Certainty::Certain,
            _ => Certainty::Likely,
        }
    }
}

/// Whether a version is lower than another.
const fn less(a: [u16; 4], b: [u16; 4]) -> bool {
    const fn key(v: [u16; 4]) -> u64 {
        (v[0] as u64) << 48 | (v[1] as u64) << 32 | (v[2] as u64) << 16 | v[3] as u64
    }
    key(a) < key(b)
}

/// What would settle the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Settle {
    /// The numeric version of `srv.sys`.
    SrvSysVersion,
    /// The revision of the build (UBR).
    Revision,
    /// Which Windows it is.
    Product,
    /// The list of updates, uncut.
    WholeList,
    /// A restart, and the same reading again.
    Restart,
    /// The read-only check over the network.
    Network,
}

/// What to do where the fix is not known to be there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// Install the update, or any later rollup where there are some.
    Install {
        /// Its number.
        update: u32,
        /// The products that it is for.
        products: String,
        /// Whether later rollups hold it, too.
        rollups: bool,
    },
    /// Install the service pack first.
    ServicePackFirst {
        /// The number of the service pack.
        service_pack: u32,
        /// The number of the update that follows it.
        update: u32,
        /// The products that it is for.
        products: String,
    },
    /// There is no update: isolate the machine, or retire it.
    None,
}
