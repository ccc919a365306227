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

/// Readings by key and name.
struct ByKey<'a>(&'a [(&'a str, &'a str, Option<&'a str>)]);

impl Readings for ByKey<'_> {
    fn version(&self) -> Option<Version> {
        "10.0.19045".parse().ok()
    }
    fn product(&self) -> Option<&str> {
        None
    }
    fn is_server(&self) -> Option<bool> {
        None
    }
    fn has_service(&self, _: &str) -> Option<bool> {
        None
    }
    fn value(&self, key: &str, name: &str) -> Reading<'_> {
        let found = self.0.iter().find(|(end, known, _)| key.ends_with(end) && *known == name);
        found.map_or(Reading::Unread, |(.., data)| data.map_or(Reading::Absent, Reading::Set))
    }
}

#[test]
fn what_group_policy_says_of_the_firewall_counts_before_the_local_value() {
    let check = Intel::builtin().hardening().check("firewall").unwrap();
    let public = check.values.iter().find(|value| value.key.ends_with(r"\PublicProfile")).unwrap();
    let (local, policy, older) = (
        r"FirewallPolicy\PublicProfile",
        r"WindowsFirewall\PublicProfile",
        r"WindowsFirewall\StandardProfile",
    );
    let on = "EnableFirewall";
    let none: &[(&str, &str, Option<&str>)] = &[(policy, on, None), (older, on, None)];
    for (own, by_policy, expected, decides) in [
        // Nothing is set by policy.
        ("1", none, Standing::Good, false),
        ("0", none, Standing::Open, false),
        // What policy says wins, in both directions.
        ("1", &[(policy, on, Some("0"))], Standing::Open, true),
        ("0", &[(policy, on, Some("1"))], Standing::Good, true),
        // Whether a policy says otherwise was not read.
        ("1", &[], Standing::Unknown, false),
        ("0", &[], Standing::Open, false),
        // The older kind of policy is a doubt where it disagrees.
        ("1", &[(policy, on, None), (older, on, Some("0"))], Standing::Unknown, false),
        ("0", &[(policy, on, None), (older, on, Some("1"))], Standing::Unknown, false),
        ("0", &[(policy, on, None), (older, on, Some("0"))], Standing::Open, false),
    ] {
        let all: Vec<_> = by_policy.iter().copied().chain([(local, on, Some(own))]).collect();
        let readings = ByKey(&all);
        assert_eq!(public.judge(&readings), expected, "{own} {by_policy:?}");
        assert_eq!(public.policy_that_decides(&readings).is_some(), decides, "{own} {by_policy:?}");
    }
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
        for value in check.values.iter().chain(&check.unless).chain(&check.also) {
            for key in value.policy.iter().chain([&value.key]) {
                assert!(watched.contains(&(key.as_str(), value.name.as_str())), "{key} {}", value.name);
            }
            assert!(value.absent.is_sorted_by_key(|rule| rule.since), "{}", check.id);
            assert_eq!(value.absent.first().map(|rule| rule.since), Some(Version::default()));
            // What group policy may set is no local matter.
            assert!(value.policy.is_empty() || value.set.is_none(), "{}", check.id);
        }
        let own = check.values.iter().any(|value| value.command.is_some());
        assert_eq!(check.can_be_planned(), check.commands.is_empty() && !own, "{}", check.id);
        assert!(
            check.values.iter().all(|value| value.command.is_some() == value.undo.is_some()),
            "{}",
            check.id
        );
        assert_eq!(check.commands.is_empty(), check.undo.is_empty(), "{}", check.id);
        // What a plan sets is what the check asks for.
        for value in check.values.iter().chain(&check.also).filter(|_| check.services.is_empty() && !own) {
            let Some(set) = value.set.as_ref().filter(|_| check.can_be_planned()) else { continue };
            let text = match set {
                ToSet::Number(number) => number.to_string(),
                ToSet::Text(text) => text.clone(),
            };
            assert_eq!(value.good.holds(&text), Some(true), "{}", check.id);
            assert_eq!(hardening.to_set(&value.key, &value.name), Some((value, set)));
        }
        assert!(check.also.iter().all(|value| value.set.is_some()), "{}", check.id);
        for service in &check.services {
            assert!(service.start.is_some() != service.without.is_some(), "one thing at a time");
            assert_eq!(hardening.service(&service.name), Some(service), "each stands once");
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
