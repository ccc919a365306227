//! Lines of the hosts file. People use it, too: for machines of their own, and to block advertising with thousands of lines.

use super::Judged;
use crate::assessment::{Action, Confidence, Severity};
use crate::content::recognise;
use crate::messages as m;
use evidence::Setting;
use intel::settings::Purpose;
use intel::{IndicatorKind as Known, Intel, Observation, PoolKind};
use std::net::IpAddr;

/// A file that blocks more names than this is a list against advertising.
const BLOCK_LIST: usize = 100;

/// Impair Defenses: Disable or Modify Tools.
const ATTACK: &str = "T1562.001";

/// Where a line leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Nowhere.
    Blocked,
    /// To a machine of the same network.
    Private,
    /// Anywhere else.
    Public,
}

/// Whether a setting is a line that leads nowhere.
pub(super) fn is_block(setting: &Setting) -> bool {
    setting.kind == "hosts-entry" && way(&setting.value) == Some(Way::Blocked)
}

/// `blocked` is how many names the file blocks.
pub(super) fn judge(setting: &Setting, blocked: usize, intel: &Intel) -> Option<Judged> {
    let way = way(&setting.value)?;
    let (name, address) = (setting.name.as_str(), setting.value.as_str());
    if let Some((purpose, source)) = intel.settings().purpose_of(name) {
        let source = intel.settings().title(source);
        let args = [name.into(), address.into(), source.into()];
        return Some(match (way, purpose) {
            // A cache or update server of one's own is reached so.
            (Way::Private, _) => Judged::review(
                Severity::Low,
                Confidence::Possible,
                ATTACK,
                m::REASON_HOSTS_PRIVATE.with(args),
            ),
            // Machines that nobody may change are kept from updates so.
            (Way::Blocked, Purpose::Update) => Judged::review(
                Severity::Medium,
                Confidence::Possible,
                ATTACK,
                m::REASON_HOSTS_BLOCKED.with(args),
            ),
            (Way::Blocked, Purpose::Protection) => Judged::new(
                Severity::Medium,
                Confidence::Likely,
                Action::Remove,
                ATTACK,
                m::REASON_HOSTS_BLOCKED.with(args),
            ),
            (Way::Public, _) => Judged::new(
                Severity::Medium,
                Confidence::Likely,
                Action::Remove,
                ATTACK,
                m::REASON_HOSTS_REDIRECTED.with(args),
            ),
        });
    }
    let mut seen = vec![Observation::new(Known::Domain, name)];
    if way == Way::Public {
        seen.push(Observation::new(Known::Ip, address));
    }
    // Who blocks a family's own servers protects the machine.
    if let Some(family) = recognise(intel, &seen).filter(|_| way != Way::Blocked) {
        return Some(Judged::of_family(family, "T1071.001"));
    }
    let pool = intel.pools().host(name)?;
    let args = [name.into(), address.into()];
    match (way, pool.kind) {
        (Way::Blocked, PoolKind::Malware) => None,
        (Way::Blocked, _) if blocked > BLOCK_LIST => None,
        (Way::Blocked, _) => Some(Judged::review(
            Severity::Low,
            Confidence::Possible,
            "T1496.001",
            m::REASON_HOSTS_POOL_BLOCKED.with(args),
        )),
        (Way::Private | Way::Public, PoolKind::Malware) => Some(Judged::new(
            Severity::High,
            Confidence::Likely,
            Action::Remove,
            "T1496.001",
            m::REASON_HOSTS_POOL.with(args),
        )),
        (Way::Private | Way::Public, _) => Some(Judged::review(
            Severity::Medium,
            Confidence::Possible,
            "T1496.001",
            m::REASON_HOSTS_POOL.with(args),
        )),
    }
}

/// The folder of the hosts file.
pub(super) fn folder(setting: &Setting, intel: &Intel) -> Option<Judged> {
    let stock = intel
        .settings()
        .stock_value(r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters", "DataBasePath")?;
    let path = stock.foreign(&setting.value).into_iter().next()?;
    let source = intel.settings().title(&stock.source);
    let reason = m::REASON_HOSTS_FOLDER.with([path.into(), source.into()]);
    Some(Judged::review(Severity::Medium, Confidence::Likely, ATTACK, reason))
}

/// Where an address leads.
pub(super) fn way(address: &str) -> Option<Way> {
    let address: IpAddr = address.split('%').next()?.parse().ok()?;
    Some(match address {
        _ if address.is_loopback() || address.is_unspecified() => Way::Blocked,
        IpAddr::V4(address) if address.is_broadcast() => Way::Blocked,
        IpAddr::V4(address) if address.is_private() || address.is_link_local() => Way::Private,
        IpAddr::V6(address) if address.is_unique_local() || address.is_unicast_link_local() => Way::Private,
        _ => Way::Public,
    })
}
