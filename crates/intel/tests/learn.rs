//! Learning from clean machines, and comparing with what was learned.

mod support;

use deminer_intel::{Baseline, Comparison, DifferenceKind, EntryKind, Intel, Standing, learn};
use evidence::{
    Area, Evidence, Location, Provenance, ReadState, Record, RecordData, State, Value, WmiObject,
};
use support::{listed, set, stock_binding, stock_consumer, stock_filter, with};

fn host(objects: impl IntoIterator<Item = WmiObject>, state: ReadState) -> Evidence {
    let mut host = Evidence::default();
    for area in [Area::EventFilters, Area::EventConsumers, Area::Bindings] {
        host.coverage.add(area, state);
    }
    host.records = objects
        .into_iter()
        .map(|object| Record {
            provenance: Provenance { source: 0, location: Location::Whole },
            data: RecordData::WmiObject(object),
        })
        .collect();
    host
}

fn stock() -> [WmiObject; 3] {
    [stock_filter(), stock_consumer(), stock_binding()]
}

fn backup() -> [WmiObject; 3] {
    [
        listed(
            "__EventFilter",
            &[("Name", "Backup [*] due"), ("Query", "select * from __TimerEvent"), ("QueryLanguage", "WQL")],
        ),
        listed(
            "CommandLineEventConsumer",
            &[("Name", "Backup"), ("CommandLineTemplate", "backup.exe \"a\nb\"")],
        ),
        listed(
            "__FilterToConsumerBinding",
            &[
                ("Filter", r#"__EventFilter.Name="Backup [*] due""#),
                ("Consumer", r#"CommandLineEventConsumer.Name="Backup""#),
            ],
        ),
    ]
}

#[test]
fn what_all_have_is_expected_and_what_some_have_is_known() {
    let hosts = [host(stock(), ReadState::Complete), host([stock(), backup()].concat(), ReadState::Complete)];
    let baseline = learn(&hosts, "ours");
    let entries: Vec<_> =
        baseline.entries.iter().map(|e| (e.id.as_str(), e.expected, e.kind, e.standing)).collect();
    assert_eq!(
        entries,
        [
            ("backup", false, EntryKind::Learned, Standing::Measured),
            ("scm-event-log-consumer", true, EntryKind::Learned, Standing::Measured),
        ]
    );
}

#[test]
fn what_was_learned_matches_after_a_round_through_a_file() {
    let baseline = learn(&[host([stock(), backup()].concat(), ReadState::Complete)], "ours");
    let text = baseline.to_toml().unwrap();
    let read = Baseline::from_toml("ours.toml", &text).unwrap();
    assert_eq!(read, baseline, "{text}");
    let intel = Intel::builtin().clone().with_baseline(read);
    for object in backup().iter().chain(&stock()) {
        assert_eq!(intel.known(object)[0].comparison, Comparison::Match, "{object:?}");
    }
    let [_, consumer, _] = backup();
    let changed = with(consumer, &[("CommandLineTemplate", "backup.exe \"a\nc\"")]);
    assert!(!intel.known(&changed)[0].comparison.is_compatible());
}

#[test]
fn incomplete_reading_makes_nothing_expected_and_cut_values_make_hearsay() {
    let partial = learn(&[host(stock(), ReadState::Partial)], "ours");
    assert!(partial.entries.iter().all(|entry| !entry.expected));
    let [mut filter, ..] = backup();
    set(&mut filter, "Query", Value::from("select * from"), State::Truncated);
    let cut = learn(&[host([filter.clone()], ReadState::Complete)], "ours");
    assert_eq!(cut.entries[0].standing, Standing::Hearsay);
    let longer = with(filter.clone(), &[("Query", "SELECT *\n FROM __TimerEvent")]);
    assert!(cut.entries[0].compare(&longer).is_some_and(|(_, outcome)| outcome.is_compatible()));
    let other = with(filter, &[("Query", "select Name from __TimerEvent")]);
    assert!(cut.entries[0].compare(&other).is_some_and(|(_, outcome)| !outcome.is_compatible()));
}

#[test]
fn learning_does_not_depend_on_the_order_of_hosts() {
    let hosts = [host(stock(), ReadState::Complete), host(backup(), ReadState::Complete)];
    let other_way = [host(backup(), ReadState::Complete), host(stock(), ReadState::Complete)];
    assert_eq!(learn(&hosts, "x"), learn(&other_way, "x"));
}

#[test]
fn objects_without_names_and_unreadable_bindings_are_not_learned() {
    let nameless = listed("CommandLineEventConsumer", &[("CommandLineTemplate", "x")]);
    let binding = listed("__FilterToConsumerBinding", &[("Filter", "?"), ("Consumer", "")]);
    assert_eq!(learn(&[host([nameless, binding], ReadState::Complete)], "x").entries, []);
}

#[test]
fn differences_of_a_host() {
    let baseline = learn(&[host([stock(), backup()].concat(), ReadState::Complete)], "ours");
    assert_eq!(baseline.diff_evidence(&host([stock(), backup()].concat(), ReadState::Complete)), []);
    let [filter, consumer, _] = backup();
    let changed = with(consumer, &[("CommandLineTemplate", "evil.exe")]);
    let added = listed("__EventFilter", &[("Name", "new")]);
    let found = baseline.diff_evidence(&host([filter, changed, added], ReadState::Complete));
    let found: Vec<_> =
        found.iter().map(|d| format!("{:?} {} {:?} {}", d.kind, d.entry, d.part, d.name)).collect();
    insta::assert_snapshot!(found.join("\n"), @r"
    Changed backup Consumer Backup
    Missing backup Binding Backup
    Missing scm-event-log-consumer Filter SCM Event Log Filter
    Missing scm-event-log-consumer Consumer SCM Event Log Consumer
    Missing scm-event-log-consumer Binding SCM Event Log Consumer
    Added  Filter new
    ");
}

#[test]
fn differences_of_two_baselines() {
    let ours = learn(&[host(stock(), ReadState::Complete)], "ours");
    let theirs = learn(&[host([stock(), backup()].concat(), ReadState::Complete)], "theirs");
    let kinds =
        |a: &Baseline, b: &Baseline| a.diff(b).iter().map(|d| (d.kind, d.entry.clone())).collect::<Vec<_>>();
    assert_eq!(kinds(&ours, &ours), []);
    assert_eq!(kinds(&ours, &theirs), vec![(DifferenceKind::Added, "backup".to_owned()); 3]);
    assert_eq!(kinds(&theirs, &ours), vec![(DifferenceKind::Missing, "backup".to_owned()); 3]);
    // What was learned of the stock subscription is what the program knows of it.
    let builtin = Intel::builtin().baselines().iter().find(|b| b.name == "Windows").unwrap();
    assert!(builtin.diff(&ours).iter().all(|difference| difference.kind == DifferenceKind::Missing));
}

#[test]
fn classes_are_learned_where_all_were_read_completely() {
    let mut evidence = host([], ReadState::Complete);
    evidence.records.push(Record {
        provenance: Provenance { source: 0, location: Location::Whole },
        data: RecordData::WmiClass(evidence::WmiClass {
            name: "Own_Class".into(),
            namespace: Some(r"ROOT\default".into()),
            ..evidence::WmiClass::default()
        }),
    });
    assert!(learn(std::slice::from_ref(&evidence), "x").stock_classes.is_empty());
    evidence.coverage.add(Area::ClassStores, ReadState::Complete);
    let baseline = learn(&[evidence], "x");
    assert_eq!(baseline.has_class(r"root\default", "own_class"), Some(true));
    assert_eq!(baseline.has_class(r"root\cimv2", "own_class"), None);
}
