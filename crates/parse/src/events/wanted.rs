//! Which events are read, by who writes them. The numbers are those that Microsoft and Sysinternals document.

/// What is read of one provider.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The name under which it writes, in its own spelling.
    pub(super) provider: &'static str,
    /// The log, for exports that do not name the provider; empty where others write events of the same numbers there.
    channel: &'static str,
    /// The numbers of its events.
    events: &'static [u32],
    /// Those of them that come in masses.
    frequent: &'static [u32],
}

/// The provider of the WMI-Activity log.
pub(super) const WMI_ACTIVITY: &str = "Microsoft-Windows-WMI-Activity";
/// The provider of Sysmon's log.
pub(super) const SYSMON: &str = "Microsoft-Windows-Sysmon";
/// The provider of the audit events in the Security log.
pub(super) const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
/// The provider that tells of services in the System log.
pub(super) const SERVICES: &str = "Service Control Manager";
/// The provider of PowerShell's script blocks.
pub(super) const POWERSHELL: &str = "Microsoft-Windows-PowerShell";
/// The same of PowerShell 6 and later.
pub(super) const POWERSHELL_CORE: &str = "PowerShellCore";

/// Everything that is read.
pub(super) const WANTED: &[Wanted] = &[
    Wanted {
        provider: WMI_ACTIVITY,
        channel: "Microsoft-Windows-WMI-Activity/Operational",
        events: &[5857, 5858, 5859, 5860, 5861],
        frequent: &[5857, 5858],
    },
    Wanted {
        provider: SYSMON,
        channel: "Microsoft-Windows-Sysmon/Operational",
        events: &[1, 3, 6, 11, 12, 13, 15, 19, 20, 21, 22, 25, 29],
        frequent: &[1, 3, 11, 12, 13, 22],
    },
    Wanted { provider: "Microsoft-Windows-WMI", channel: "", events: &[10, 63], frequent: &[10] },
    Wanted { provider: "WinMgmt", channel: "", events: &[10, 63], frequent: &[10] },
    Wanted {
        provider: SECURITY,
        channel: "Security",
        events: &[
            4624, 4625, 4648, 4688, 4697, 4698, 4699, 4702, 4719, 4720, 4732, 4768, 4769, 4771, 4776, 5140,
            5145,
        ],
        frequent: &[4624, 4625, 4648, 4688, 4768, 4769, 4771, 4776, 5140, 5145],
    },
    Wanted { provider: "Microsoft-Windows-Eventlog", channel: "Security", events: &[1102], frequent: &[] },
    Wanted { provider: "Microsoft-Windows-Eventlog", channel: "System", events: &[104], frequent: &[] },
    Wanted { provider: SERVICES, channel: "System", events: &[7040, 7045], frequent: &[] },
    Wanted { provider: "EventLog", channel: "System", events: &[6005], frequent: &[] },
    Wanted { provider: "Microsoft-Windows-WindowsUpdateClient", channel: "", events: &[19], frequent: &[19] },
    Wanted {
        provider: "Microsoft-Windows-TaskScheduler",
        channel: "Microsoft-Windows-TaskScheduler/Operational",
        events: &[106, 140, 141, 200],
        frequent: &[200],
    },
    Wanted {
        provider: "PowerShell",
        channel: "Windows PowerShell",
        events: &[400, 600],
        frequent: &[400, 600],
    },
    Wanted {
        provider: POWERSHELL,
        channel: "Microsoft-Windows-PowerShell/Operational",
        events: &[4103, 4104],
        frequent: &[4103],
    },
    Wanted {
        provider: POWERSHELL_CORE,
        channel: "PowerShellCore/Operational",
        events: &[4103, 4104],
        frequent: &[4103],
    },
    Wanted {
        provider: "Microsoft-Windows-Windows Defender",
        channel: "Microsoft-Windows-Windows Defender/Operational",
        events: &[1116, 1117, 5001, 5007],
        frequent: &[],
    },
    Wanted {
        provider: "Microsoft-Windows-SMBServer",
        channel: "Microsoft-Windows-SMBServer/Audit",
        events: &[3000],
        frequent: &[3000],
    },
    Wanted {
        provider: "Microsoft-Windows-Bits-Client",
        channel: "Microsoft-Windows-Bits-Client/Operational",
        events: &[59, 60],
        frequent: &[59, 60],
    },
];

/// The logs that hold what is read, in the order of the table: those that one provider has to itself, and the two that many share.
pub(super) fn channels() -> impl Iterator<Item = &'static str> {
    let own = WANTED.iter().map(|wanted| wanted.channel).filter(|channel| !channel.is_empty());
    own.chain(["System", "Application"])
}

impl Wanted {
    /// The provider, or where it is not named the log, if its event of this number is read.
    pub(super) fn find(provider: &str, channel: &str, event: u32) -> Option<&'static Self> {
        WANTED.iter().find(|wanted| {
            let same = if provider.is_empty() {
                !wanted.channel.is_empty() && wanted.channel.eq_ignore_ascii_case(channel)
            } else {
                wanted.provider.eq_ignore_ascii_case(provider)
            };
            same && wanted.events.contains(&event)
        })
    }

    /// Whether any provider has an event of this number that is read.
    #[cfg(feature = "events")]
    pub(super) fn is_number(event: u32) -> bool {
        WANTED.iter().any(|wanted| wanted.events.contains(&event))
    }

    /// Whether the event comes in masses.
    pub(super) fn is_frequent(&self, event: u32) -> bool {
        self.frequent.contains(&event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_decides_and_the_log_stands_in_for_it() {
        assert!(Wanted::find("microsoft-windows-sysmon", "", 20).is_some());
        assert!(Wanted::find("Microsoft-Windows-Sysmon", "", 4).is_none());
        assert!(Wanted::find("Microsoft-Windows-AppReadiness", "Security", 4624).is_none());
        assert!(Wanted::find("", "security", 4624).is_some());
        assert!(Wanted::find("", "", 10).is_none());
        for (channel, number, provider) in [
            ("Security", 1102, "Microsoft-Windows-Eventlog"),
            ("System", 104, "Microsoft-Windows-Eventlog"),
            ("System", 7045, SERVICES),
            ("System", 6005, "EventLog"),
        ] {
            assert_eq!(Wanted::find("", channel, number).unwrap().provider, provider, "{channel} {number}");
        }
        // Whoever writes to the log of applications has an event 10.
        assert!(Wanted::find("", "Application", 10).is_none());
    }

    #[test]
    fn what_comes_in_masses_is_read() {
        for wanted in WANTED {
            assert!(wanted.frequent.iter().all(|event| wanted.events.contains(event)), "{wanted:?}");
        }
    }
}
