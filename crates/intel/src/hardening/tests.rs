use super::*;
use crate::Intel;
use std::collections::{BTreeMap, BTreeSet};

/// What was read of a machine, for tests.
#[derive(Default)]
struct Machine {
    version: Option<Version>,
    product: Option<&'static str>,
    services: BTreeMap<&'static str, bool>,
    values: BTreeMap<&'static str, Option<&'static str>>,
}

impl Readings for Machine {
    fn version(&self) -> Option<Version> {
        self.version
    }
    fn product(&self) -> Option<&str> {
        self.product
    }
    fn is_server(&self) -> Option<bool> {
        self.product.map(|product| product.contains("Server"))
    }
    fn has_service(&self, name: &str) -> Option<bool> {
        self.services.get(name).copied()
    }
    fn value(&self, _: &str, name: &str) -> Reading<'_> {
        match self.values.get(name) {
            Some(Some(data)) => Reading::Set(data),
            Some(None) => Reading::Absent,
            None => Reading::Unread,
        }
    }
}

fn machine(build: &str) -> Machine {
    Machine { version: build.parse().ok(), ..Machine::default() }
}

fn standing(machine: &Machine, id: &str) -> Standing {
    let judged = Intel::builtin().hardening().judge(machine);
    judged.iter().find(|judged| judged.check.id == id).unwrap().standing
}

fn with(mut machine: Machine, name: &'static str, data: Option<&'static str>) -> Machine {
    machine.values.insert(name, data);
    machine
}

#[test]
fn what_is_not_set_means_what_the_version_does_by_default() {
    let smb1 = |build, data| standing(&with(machine(build), "SMB1", data), "smb1-server");
    // Whether the driver is there was not read, so only a value that is good by itself settles it.
    assert_eq!(smb1("6.1.7601", Some("0")), Standing::Good);
    assert_eq!(smb1("6.1.7601", Some("1")), Standing::Open);
    for (build, expected) in [
        ("6.1.7601", Standing::Open),
        ("6.3.9600", Standing::Open),
        ("10.0.15063", Standing::Open),
        ("10.0.16299", Standing::Unknown),
        ("10.0.19045", Standing::Unknown),
        ("10.0.22000", Standing::Good),
    ] {
        assert_eq!(smb1(build, None), expected, "{build}");
    }
    assert_eq!(standing(&machine("6.1.7601"), "smb1-server"), Standing::Unknown);
    let unknown_version = with(Machine::default(), "SMB1", None);
    assert_eq!(standing(&unknown_version, "smb1-server"), Standing::Unknown);
}

#[test]
fn without_its_driver_there_is_nothing_to_harden() {
    let mut old = with(machine("10.0.15063"), "SMB1", None);
    old.services.insert("srv", false);
    assert_eq!(standing(&old, "smb1-server"), Standing::Moot);
    old.services.insert("srv", true);
    assert_eq!(standing(&old, "smb1-server"), Standing::Open);
}

#[test]
fn boundaries_of_versions() {
    let wdigest = |build| standing(&with(machine(build), "UseLogonCredential", None), "wdigest");
    assert_eq!(wdigest("5.1.2600"), Standing::Moot);
    assert_eq!(wdigest("6.1.7601"), Standing::Open);
    assert_eq!(wdigest("6.2.9200"), Standing::Open);
    assert_eq!(wdigest("6.3.9600"), Standing::Good);
    let on = with(machine("10.0.19045"), "UseLogonCredential", Some("1"));
    assert_eq!(standing(&on, "wdigest"), Standing::Open);
    let lsa = |build| standing(&with(machine(build), "RunAsPPL", None), "lsa-protection");
    assert_eq!(lsa("6.1.7601"), Standing::Moot);
    assert_eq!(lsa("10.0.19045"), Standing::Open);
    assert_eq!(lsa("10.0.22621"), Standing::Unknown);
    for (data, expected) in
        [("0", Standing::Open), ("1", Standing::Good), ("2", Standing::Good), ("x", Standing::Unknown)]
    {
        let own = with(machine("10.0.19045"), "RunAsPPL", Some(data));
        assert_eq!(standing(&own, "lsa-protection"), expected, "{data}");
    }
}

#[test]
fn a_check_of_an_edition_is_for_that_edition() {
    let guard = |product| {
        let own = Machine { product, ..with(machine("10.0.19045"), "LsaCfgFlags", None) };
        standing(&own, "credential-guard")
    };
    assert_eq!(guard(Some("Windows 10 Enterprise")), Standing::Open);
    assert_eq!(guard(Some("Windows 10 Pro")), Standing::Moot);
    assert_eq!(guard(Some("Windows 10 企业版")), Standing::Unknown);
    assert_eq!(guard(None), Standing::Unknown);
}

#[test]
fn where_remote_desktop_is_off_its_authentication_does_not_matter() {
    let own = |off| {
        with(with(machine("10.0.19045"), "fDenyTSConnections", Some(off)), "UserAuthentication", Some("0"))
    };
    assert_eq!(standing(&own("1"), "rdp-authentication"), Standing::Moot);
    assert_eq!(standing(&own("0"), "rdp-authentication"), Standing::Open);
}

#[test]
fn tests_read_and_show() {
    for (text, data, holds, shown) in [
        ("= 1 | 2", "2", Some(true), "1 / 2"),
        ("!= 0", "0", Some(false), "≠ 0"),
        (">= 5", "4", Some(false), "≥ 5"),
        ("1 .. 10", "0", Some(false), "1–10"),
        ("lacks |Active=TRUE|", "v2|active=true|", Some(false), "≠ …|Active=TRUE|…"),
        (">= 5", "many", None, "≥ 5"),
    ] {
        let test: Test = text.parse().unwrap();
        assert_eq!(test.holds(data), holds, "{text} {data}");
        assert_eq!(test.to_string(), shown);
    }
    assert!("5".parse::<Test>().is_err() && ">= x".parse::<Test>().is_err());
}

#[test]
fn every_check_can_be_read_has_a_source_and_is_set_one_way() {
    let hardening = Intel::builtin().hardening();
    assert_eq!(Intel::builtin().problems(), []);
    let watched: BTreeSet<_> = evidence::watched::HARDENING
        .iter()
        .flat_map(|(key, names)| names.iter().map(move |name| (*key, *name)))
        .collect();
    let mut ids = BTreeSet::new();
    for check in &hardening.checks {
        assert!(ids.insert(&check.id), "{}", check.id);
        for value in check.values.iter().chain(&check.unless) {
            assert!(watched.contains(&(value.key.as_str(), value.name.as_str())), "{}", value.name);
            assert!(value.absent.is_sorted_by_key(|rule| rule.since), "{}", check.id);
            assert_eq!(value.absent.first().map(|rule| rule.since), Some(Version::default()));
        }
        let own = check.values.iter().any(|value| value.command.is_some());
        assert_eq!(check.sets_numbers(), check.commands.is_empty() && !own, "{}", check.id);
        assert!(
            check.values.iter().all(|value| value.command.is_some() == value.undo.is_some()),
            "{}",
            check.id
        );
        assert_eq!(check.commands.is_empty(), check.undo.is_empty(), "{}", check.id);
        // What a plan sets is what the check asks for.
        for value in check.values.iter().filter(|_| check.sets_numbers()) {
            let number = value.set.unwrap();
            assert_eq!(value.good.holds(&number.to_string()), Some(true), "{}", check.id);
            assert_eq!(hardening.number_to_set(&value.key, &value.name), Some(number));
        }
    }
    for policy in &hardening.policies {
        assert!(ids.insert(&policy.id), "{}", policy.id);
    }
    let sources = hardening.checks.iter().map(|check| &check.sources);
    for source in sources.chain(hardening.policies.iter().map(|policy| &policy.sources)).flatten() {
        assert!(hardening.source(source).is_some(), "{source}");
    }
    let used: BTreeSet<_> = hardening
        .checks
        .iter()
        .flat_map(|check| &check.sources)
        .chain(hardening.policies.iter().flat_map(|policy| &policy.sources))
        .chain(&hardening.accounts)
        .collect();
    assert!(hardening.sources.iter().all(|source| used.contains(&source.id)));
}
