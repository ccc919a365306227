//! Payloads in WMI classes, however they are kept.

use crate::assessment::{Assessment, Finding, Kind, Severity, Verdict};
use crate::test_support::{evidence_of, object, records_of};
use base64::Engine as _;
use evidence::{ClassProperty, RecordData, Value, WmiClass, WmiObject};
use intel::Intel;

/// The beginning of a program, and something of which nothing can be told.
fn program() -> Vec<u8> {
    let mut program = vec![0; 0x80];
    program[..2].copy_from_slice(b"MZ");
    program[0x3c] = 0x80;
    program.extend(b"PE\0\0\x64\x86");
    program.extend((0..2000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]));
    program
}

fn class(namespace: &str, name: &str, defaults: Vec<Value>) -> WmiClass {
    let property = |(at, value): (usize, Value)| ClassProperty {
        name: format!("p{at}"),
        cim_type: String::new(),
        default: Some(value),
    };
    WmiClass {
        name: name.into(),
        namespace: Some(namespace.into()),
        properties: defaults.into_iter().enumerate().map(property).collect(),
        ..WmiClass::default()
    }
}

fn assess(classes: impl IntoIterator<Item = WmiClass>) -> Assessment {
    crate::assess(&records_of(classes.into_iter().map(RecordData::WmiClass)), Intel::builtin())
}

fn reasons(finding: &Finding) -> Vec<&str> {
    finding.reasons.iter().map(|reason| reason.id.as_ref()).collect()
}

fn bytes(of: &[u8]) -> Value {
    Value::Array(of.iter().map(|byte| Value::Uint((*byte).into())).collect())
}

#[test]
fn a_program_is_known_in_any_spelling() {
    let base64 = base64::engine::general_purpose::STANDARD.encode(program());
    let hex = program().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat();
    let pieces = base64.as_bytes().chunks(100).map(|piece| String::from_utf8_lossy(piece).as_ref().into());
    let values =
        [Value::text(base64.clone()), Value::text(hex), bytes(&program()), Value::Array(pieces.collect())];
    for value in values {
        let assessment = assess([class(r"root\cimv2", "Win32_Updater", vec![value.clone()])]);
        let finding = &assessment.findings[0];
        assert_eq!((finding.severity, assessment.verdict), (Severity::High, Verdict::Infected), "{value:?}");
        assert!(reasons(finding).contains(&"reason-store-content"), "{finding:#?}");
    }
    // Too small for a store by its size.
    let small = assess([class(r"root\cimv2", "Win32_Updater", vec![bytes(&program()[..0x90])])]);
    assert_eq!((small.findings.len(), small.verdict), (1, Verdict::Infected), "{:#?}", small.findings);
}

#[test]
fn pieces_of_a_store_in_several_classes() {
    let pieces = |count: usize| {
        (0..count).map(|at| class(r"root\cimv2", &format!("Split{at}"), vec!["QUJD".repeat(225).into()]))
    };
    let found = assess(pieces(6));
    assert_eq!((found.findings.len(), found.verdict), (6, Verdict::Infected), "{:#?}", found.findings);
    assert!(reasons(&found.findings[0]).contains(&"reason-store-pieces"));
    let few = assess(pieces(2));
    assert!(few.findings.is_empty(), "{:#?}", few.findings);
}

#[test]
fn a_payload_in_a_qualifier_and_none_in_a_description() {
    let with = |value: Value| WmiClass {
        qualifiers: vec![("p.Description".into(), value)],
        ..class(r"root\cimv2", "CIM_Policy", Vec::new())
    };
    let base64 = base64::engine::general_purpose::STANDARD.encode(program());
    assert_eq!(assess([with(base64.into())]).verdict, Verdict::Infected);
    let description = "A policy is a rule that says what is done when something holds. ".repeat(100);
    assert!(assess([with(description.into())]).findings.is_empty());
}

#[test]
fn a_payload_in_an_instance_anywhere() {
    let stored = |value: &str| {
        let object = WmiObject {
            namespace: Some(r"root\cimv2".into()),
            ..object("Win32_Upkeep", &[("Name", "x"), ("data", value)])
        };
        crate::assess(&evidence_of([object]), Intel::builtin())
    };
    let base64 = base64::engine::general_purpose::STANDARD.encode(program());
    let found = stored(&base64);
    assert_eq!(found.findings[0].kind, Kind::ClassStore);
    assert_eq!(found.findings[0].severity, Severity::High);
    // A certificate, a licence, a setting: data of programs.
    assert!(stored(&"3082010A0282010100C1".repeat(100)).findings.is_empty());
}

#[test]
fn consumer_classes_are_followed_to_what_they_derive_from() {
    let below = |namespace: &str, name: &str, above: &str| WmiClass {
        superclass: Some(above.into()),
        ..class(namespace, name, Vec::new())
    };
    let found = |classes: Vec<WmiClass>| {
        let assessment = assess(classes);
        assessment.findings.into_iter().map(|finding| finding.name).collect::<Vec<_>>()
    };
    let elsewhere = r"root\hardware\vendor";
    let chain = vec![below(elsewhere, "Middle", "__EventConsumer"), below(elsewhere, "Odd", "middle")];
    assert_eq!(found(chain), ["Middle", "Odd"]);
    assert_eq!(found(vec![below(elsewhere, "Odd", "CommandLineEventConsumer")]), ["Odd"]);
    assert_eq!(found(vec![below(elsewhere, "CommandLineEventConsumer", "__EventConsumer")]), [""; 0]);
    // Classes that derive from each other are damage, and no endless work.
    assert_eq!(found(vec![below(elsewhere, "A", "B"), below(elsewhere, "B", "A")]), [""; 0]);
}

#[test]
fn providers_of_windows_with_another_class_behind_them() {
    let judged = |mut object: WmiObject| {
        object.namespace = Some(r"root\subscription".into());
        let assessment = crate::assess(&evidence_of([object]), Intel::builtin());
        assessment.findings.iter().map(|f| (f.kind, f.severity)).collect::<Vec<_>>()
    };
    let provider = |class: &str| {
        judged(object("__Win32Provider", &[("Name", "CommandLineEventConsumer"), ("CLSID", class)]))
    };
    assert_eq!(provider("{266C72E5-62E8-11D1-AD89-00C04FD8FDFF}"), []);
    let high = [(Kind::ConsumerClass, Severity::High)];
    assert_eq!(provider("{11111111-62e8-11d1-ad89-00c04fd8fdff}"), high);

    let registered = |provider: &str| {
        judged(object(
            "__EventConsumerProviderRegistration",
            &[
                ("ConsumerClassNames", "NTEventLogEventConsumer"),
                ("provider", &format!("__Win32Provider.Name=\"{provider}\"")),
            ],
        ))
    };
    assert_eq!(registered("NTEventLogEventConsumer"), []);
    assert_eq!(registered("Upkeep"), high);
}
