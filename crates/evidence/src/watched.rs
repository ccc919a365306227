//! Registry values of which a reader says what they hold, or that they are not there.
//!
//! What is not set has a meaning of its own: Windows then does what its version does by default. So a reader of a machine or of a hive tells
//! of each of these values: a [`RegistryValue`](crate::RegistryValue) where it is set, a setting of the kind [`ABSENT`] with the key as its
//! value where it was looked for and is not there. What neither is said of was not read.

use crate::Setting;
use std::collections::BTreeMap;

/// The kind of setting that says that a registry value was looked for and is not there.
pub const ABSENT: &str = "registry-absent";

/// That the value of this name is not in the key.
pub fn absent(key: &str, name: &str) -> Setting {
    Setting {
        kind: ABSENT.to_owned(),
        name: name.to_owned(),
        value: key.to_owned(),
        details: BTreeMap::new(),
    }
}

/// The values that tell how a machine is hardened, by key.
pub const HARDENING: &[(&str, &[&str])] = &[
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters",
        &["SMB1", "RequireSecuritySignature", "EnableSecuritySignature", "RestrictNullSessAccess"],
    ),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters",
        &["RequireSecuritySignature", "AllowInsecureGuestAuth"],
    ),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation", &["DependOnService"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\mrxsmb10", &["Start"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\srv", &["Start"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\WinRM", &["Start", "DelayedAutostart"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\RemoteRegistry", &["Start"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\MpsSvc", &["Start"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\WinDefend", &["Start"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Services\wuauserv", &["Start"]),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa",
        &[
            "RunAsPPL",
            "RunAsPPLBoot",
            "LsaCfgFlags",
            "DisableRestrictedAdmin",
            "NoLMHash",
            "LmCompatibilityLevel",
            "RestrictAnonymous",
            "RestrictAnonymousSAM",
            "EveryoneIncludesAnonymous",
            "LimitBlankPasswordUse",
        ],
    ),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest", &["UseLogonCredential"]),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceGuard",
        &["EnableVirtualizationBasedSecurity", "RequirePlatformSecurityFeatures"],
    ),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions", &["ProductType"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server", &["fDenyTSConnections"]),
    (r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp", &["UserAuthentication"]),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile",
        &["EnableFirewall", "DefaultInboundAction"],
    ),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile",
        &["EnableFirewall", "DefaultInboundAction"],
    ),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile",
        &["EnableFirewall", "DefaultInboundAction"],
    ),
    (
        r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\DomainProfile",
        &["EnableFirewall", "DefaultInboundAction"],
    ),
    (
        r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PrivateProfile",
        &["EnableFirewall", "DefaultInboundAction"],
    ),
    (
        r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\StandardProfile",
        &["EnableFirewall", "DefaultInboundAction"],
    ),
    (
        r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile",
        &["EnableFirewall", "DefaultInboundAction"],
    ),
    (
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules",
        &["WMI-RPCSS-In-TCP", "WMI-WINMGMT-In-TCP", "WMI-RPCSS-In-TCP-NoScope", "WMI-WINMGMT-In-TCP-NoScope"],
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System",
        &[
            "LocalAccountTokenFilterPolicy",
            "FilterAdministratorToken",
            "EnableLUA",
            "ConsentPromptBehaviorAdmin",
        ],
    ),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer", &["NoDriveTypeAutoRun"]),
    (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service", &["allow_unencrypted", "auth_basic"]),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Service", &["AllowUnencryptedTraffic", "AllowBasic"]),
    (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon", &["CachedLogonsCount", "AutoAdminLogon"]),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender", &["DisableAntiSpyware", "DisableAntiVirus"]),
    (
        r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Real-Time Protection",
        &[
            "DisableRealtimeMonitoring",
            "DisableBehaviorMonitoring",
            "DisableIOAVProtection",
            "DisableScriptScanning",
        ],
    ),
    (r"HKLM\SOFTWARE\Microsoft\Windows Defender\Real-Time Protection", &["DisableRealtimeMonitoring"]),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", &["DisableWindowsUpdateAccess"]),
    (r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU", &["NoAutoUpdate"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_value_stands_once_below_a_root_that_is_read() {
        let mut seen = BTreeSet::new();
        for (key, names) in HARDENING {
            assert!(
                key.starts_with(r"HKLM\SYSTEM\CurrentControlSet\") || key.starts_with(r"HKLM\SOFTWARE\"),
                "{key}"
            );
            for name in *names {
                assert!(seen.insert((key.to_lowercase(), name.to_lowercase())), "{key} {name}");
            }
        }
    }
}
