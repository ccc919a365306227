//! Shutting the ways in while the machine is not patched: inbound SMB and RPC, but for the addresses that manage it.

use crate::plan::{Action, Precondition, Target, Verb, backup_words, check_word};
use evidence::{Message, Setting};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kind of setting: the firewall's rules of this program alone. A `firewall-rule` is any rule, as the registry has it.
pub const KIND: &str = "containment";
/// What the name of the rule begins with; the addresses that stay allowed follow.
const NAME: &str = "Deminer: contain 135,139,445";
const PORTS: &str = "135,139,445";

/// The action that contains the machine, with these addresses allowed.
pub(crate) fn action(allowed: &[IpAddr], reason: Message) -> Action {
    let mut allowed: Vec<_> = allowed.to_vec();
    allowed.sort();
    allowed.dedup();
    let names: Vec<_> = allowed.iter().map(ToString::to_string).collect();
    let name = if names.is_empty() { NAME.to_owned() } else { format!("{NAME} except {}", names.join(",")) };
    let target = Target::Setting { setting: KIND.to_owned(), name };
    Action {
        id: Action::id_of(Verb::Contain, &target),
        verb: Verb::Contain,
        backup: backup_words(Verb::Contain, &target),
        check: check_word(Verb::Contain).to_owned(),
        target,
        precondition: Precondition::default(),
        because: Vec::new(),
        reason,
        on_content: true,
        at_reboot: false,
    }
}

/// The rule that the action makes; `None` where the action is no such one.
pub(crate) fn setting(action: &Action) -> Option<Setting> {
    let Target::Setting { setting, name } = &action.target else { return None };
    (setting == KIND && name.starts_with(NAME))
        .then(|| rule(&Setting { name: name.clone(), ..Setting::default() }))
}

/// The rule of this name as it must be.
pub(crate) fn rule(named: &Setting) -> Setting {
    let allowed: Vec<IpAddr> = named
        .name
        .split_once(" except ")
        .map(|(_, list)| list.split(',').filter_map(|text| text.parse().ok()).collect())
        .unwrap_or_default();
    let details = [
        ("action", "block".to_owned()),
        ("direction", "in".to_owned()),
        ("protocol", "tcp".to_owned()),
        ("local-ports", PORTS.to_owned()),
        // A rule that blocks goes before one that allows, so the exceptions have to be cut out of it.
        ("remote-addresses", all_but(&allowed)),
    ];
    Setting {
        kind: KIND.to_owned(),
        name: named.name.clone(),
        value: "block".to_owned(),
        details: details
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<BTreeMap<_, _>>(),
    }
}

/// The addresses that a machine can be reached from. The firewall refuses ranges that hold others: the unspecified one, loopback, multicast
/// (seen in public issues of tools that make such rules).
const UNICAST_V4: (Ipv4Addr, Ipv4Addr) = (Ipv4Addr::new(1, 0, 0, 0), Ipv4Addr::new(223, 255, 255, 255));
/// The same of IPv6: global, unique local and link-local ones.
const UNICAST_V6: (Ipv6Addr, Ipv6Addr) = (
    Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0),
    Ipv6Addr::new(0xFEFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF),
);

/// Every address but these, as the firewall takes it: `any`, or ranges joined by commas.
fn all_but(allowed: &[IpAddr]) -> String {
    if allowed.is_empty() {
        return "any".to_owned();
    }
    let v4: Vec<u128> = allowed
        .iter()
        .filter_map(|ip| if let IpAddr::V4(ip) = ip { Some(u128::from(u32::from(*ip))) } else { None })
        .collect();
    let v6: Vec<u128> = allowed
        .iter()
        .filter_map(|ip| if let IpAddr::V6(ip) = ip { Some(u128::from(*ip)) } else { None })
        .collect();
    let four = |bits: u128| Ipv4Addr::from(u32::try_from(bits).unwrap_or(u32::MAX)).to_string();
    let six = |bits: u128| Ipv6Addr::from(bits).to_string();
    let bounds_v4 = (u128::from(u32::from(UNICAST_V4.0)), u128::from(u32::from(UNICAST_V4.1)));
    let bounds_v6 = (u128::from(UNICAST_V6.0), u128::from(UNICAST_V6.1));
    let mut ranges = gaps(&v4, bounds_v4, four);
    ranges.extend(gaps(&v6, bounds_v6, six));
    ranges.join(",")
}

/// The ranges between the addresses, from the first to the last of the bounds.
fn gaps(allowed: &[u128], (first, last): (u128, u128), text: impl Fn(u128) -> String) -> Vec<String> {
    let mut sorted = allowed.to_vec();
    sorted.retain(|address| (first..=last).contains(address));
    sorted.sort_unstable();
    sorted.dedup();
    let mut ranges = Vec::new();
    let mut from = Some(first);
    for address in sorted {
        if let (Some(start), Some(end)) = (from, address.checked_sub(1))
            && start <= end
        {
            ranges.push(format!("{}-{}", text(start), text(end)));
        }
        from = address.checked_add(1).filter(|next| *next <= last);
    }
    ranges.extend(from.map(|start| format!("{}-{}", text(start), text(last))));
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_cut_out_of_the_addresses_that_are_blocked() {
        let allowed =
            |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
        assert_eq!(all_but(&[]), "any");
        let rest = "2000::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        assert_eq!(
            all_but(&allowed(&["10.0.0.6", "10.0.0.5", "1.0.0.0", "fe80::1"])),
            "1.0.0.1-10.0.0.4,10.0.0.7-223.255.255.255,2000::-fe80::,fe80::2-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
        );
        assert_eq!(all_but(&allowed(&["223.255.255.255"])), format!("1.0.0.0-223.255.255.254,{rest}"));
        // Nothing comes from these, so they are no exceptions.
        assert_eq!(
            all_but(&allowed(&["0.0.0.0", "::1", "255.255.255.255"])),
            format!("1.0.0.0-223.255.255.255,{rest}")
        );
    }

    #[test]
    fn the_rule_follows_from_the_name_of_the_action() {
        let one = action(&["10.0.0.5".parse().unwrap()], Message::new("x"));
        let rule = setting(&one).unwrap();
        assert_eq!(rule.name, "Deminer: contain 135,139,445 except 10.0.0.5");
        assert!(rule.details["remote-addresses"].starts_with("1.0.0.0-10.0.0.4,10.0.0.6-"));
        assert_eq!(super::rule(&rule), rule);
    }
}
