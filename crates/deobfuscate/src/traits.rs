//! What a script does that says something about it, each with a weight, ATT&CK techniques and one line of meaning.
//!
//! Weights follow how often the same text stands in scripts that administrators wrote (measured over some 5,700
//! public benign scripts): `FromBase64String` 75, `Invoke-Expression` 134, `[WmiClass]` 48, `DownloadString` 24 and
//! `-WindowStyle Hidden` 20 files, but no `stratum`, `xmrig` or `donate-level`. So a thing that many do weighs little
//! and only its combination decides; see [`crate::verdict`] for how weights add up.

/// One trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraitInfo {
    /// Stable name, kebab-case.
    pub id: &'static str,
    /// How much it says by itself, 0 to 100.
    pub weight: u8,
    /// ATT&CK technique ids.
    pub attack: &'static [&'static str],
    /// Whether it says that coins are mined.
    pub mining: bool,
    /// One line in English.
    pub meaning: &'static str,
}

const fn info(
    id: &'static str,
    weight: u8,
    attack: &'static [&'static str],
    meaning: &'static str,
) -> TraitInfo {
    TraitInfo { id, weight, attack, mining: false, meaning }
}

const fn mining(
    id: &'static str,
    weight: u8,
    attack: &'static [&'static str],
    meaning: &'static str,
) -> TraitInfo {
    TraitInfo { id, weight, attack, mining: true, meaning }
}

/// Every trait, in the order of output.
pub const ALL: &[TraitInfo] = &[
    mining("stratum-url", 80, &["T1496"], "names a mining pool by its protocol"),
    mining("xmrig-options", 70, &["T1496"], "starts a program with several options that only miners have"),
    mining("xmrig-config", 70, &["T1496"], "holds the configuration of a miner"),
    mining("monero-wallet", 50, &["T1496"], "holds a Monero address whose checksum is right"),
    mining("mining-pool-login", 60, &["T1496"], "speaks the login of a mining pool"),
    info("rival-killer", 60, &["T1489"], "removes the tasks, services or processes of other miners"),
    info(
        "wmi-class-store-run",
        85,
        &["T1027.011", "T1059.001"],
        "reads a payload out of a WMI class and runs it",
    ),
    info(
        "registry-payload-run",
        70,
        &["T1027.011", "T1112"],
        "reads a payload out of the registry and runs it",
    ),
    info("remote-scriptlet", 80, &["T1218.005", "T1218.010"], "runs a script straight from an address"),
    info("credential-theft", 80, &["T1003.001"], "takes passwords out of memory"),
    info("eternalblue-scan", 60, &["T1210"], "looks for or attacks machines without MS17-010"),
    info("amsi-bypass", 70, &["T1562.001"], "switches off the scanning of scripts"),
    info("encoded-program", 50, &["T1027"], "is nothing but an encoded program"),
    info("shadow-copy-delete", 50, &["T1490"], "deletes shadow copies"),
    info("av-uninstall", 60, &["T1562.001"], "uninstalls antivirus programs without asking"),
    info("defender-disabled", 45, &["T1562.001"], "switches Windows Defender off"),
    info("event-log-clear", 40, &["T1070.001"], "clears event logs"),
    info("obfuscated", 35, &["T1027.010"], "hides its words behind string tricks"),
    info("code-injection", 35, &["T1620"], "loads code into memory without a file"),
    info("wmi-subscription-create", 30, &["T1546.003"], "creates a WMI event subscription"),
    info(
        "lolbin-download",
        30,
        &["T1105", "T1197"],
        "downloads with a Windows tool that is not meant for it",
    ),
    info("defender-exclusion", 25, &["T1562.001"], "excludes something from Windows Defender"),
    info("compressed-payload", 25, &["T1027"], "carries a compressed script and unpacks it"),
    info("portproxy", 25, &["T1090.001"], "forwards a port"),
    info("encoded-command", 20, &["T1027.010", "T1059.001"], "hands PowerShell an encoded command"),
    info("hidden-encoded-command", 20, &["T1564.003"], "hides both the window and what it runs"),
    info(
        "unprotected-download",
        20,
        &["T1105"],
        "downloads a program or script from the internet without encryption",
    ),
    info("firewall-tamper", 20, &["T1562.004"], "switches the firewall off"),
    info("hidden-window", 15, &["T1564.003"], "hides its window"),
    info("download-cradle", 15, &["T1105"], "downloads something"),
    info("download-execute", 15, &["T1105", "T1059"], "downloads something and runs it"),
    info("response-run", 10, &["T1105", "T1059"], "runs a server's answer as code"),
    info("ipsec-block", 15, &["T1562.004"], "blocks traffic with an IPsec policy"),
    info("invoke-expression-of-data", 10, &["T1059.001"], "runs text as code"),
    info("wmi-class-store-read", 10, &["T1047"], "reads a property's value out of a WMI class"),
    info("scheduled-task-create", 10, &["T1053.005"], "creates a scheduled task"),
    info("service-create", 10, &["T1543.003"], "creates a service"),
    info("persistent-route", 10, &["T1562"], "adds a route that stays"),
    info("process-kill-list", 10, &["T1489"], "ends many processes by name"),
    info("unfinished-run", 5, &["T1059"], "runs text as code that could not be worked out within the limits"),
    info("execution-policy-bypass", 5, &["T1059.001"], "ignores the execution policy"),
    info("no-profile", 2, &["T1059.001"], "starts PowerShell without profile"),
    info("non-interactive", 2, &["T1059.001"], "starts PowerShell without asking"),
];

/// The trait with a given name.
pub fn by_id(id: &str) -> Option<&'static TraitInfo> {
    ALL.iter().find(|info| info.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_weights_are_in_range() {
        for (i, info) in ALL.iter().enumerate() {
            assert!(
                info.id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-'),
                "{}",
                info.id
            );
            assert!(info.weight <= 100 && !info.meaning.is_empty() && !info.attack.is_empty());
            assert!(ALL[..i].iter().all(|other| other.id != info.id), "{} twice", info.id);
            assert!(info.attack.iter().all(|t| t.starts_with('T')));
        }
        assert!(by_id("stratum-url").is_some_and(|info| info.mining));
        assert!(by_id("no-such").is_none());
    }
}
