//! Reading, removing and restoring in WMI by the real calls of COM, on a WMI of maps: paths, flags, escaping, types and error codes.
#![cfg(windows)]
#![allow(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod classes;
#[allow(missing_docs, unreachable_pub, reason = "helpers of these tests alone")]
#[allow(clippy::ref_as_ptr, clippy::inline_always, reason = "what `#[implement]` writes")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "as the interfaces have it")]
mod double;

use classes::store;
use deminer_machine_windows::Windows;
use double::values::{
    ARRAY, BOOLEAN, CHAR16, DATETIME, OBJECT, REAL32, REAL64, REFERENCE, SINT8, SINT16, SINT32, SINT64,
    STRING, UINT8, UINT16, UINT32, UINT64, bytes, embedded, half_text, half_texts, longs, null, objects, odd,
    reals, shorts, text, texts, variants,
};
use double::{CREATOR, Call, Class, Property, Shared};
use evidence::State::{Known, Truncated};
use evidence::Value;
use machine::{Fault, Machine as _, MachineMut as _, WmiInstance, WmiPath};
use std::collections::BTreeMap;
use windows::Win32::System::Variant::VARIANT;

const SUBSCRIPTION: &str = r"root\subscription";
const DEFAULT: &str = r"root\default";
/// `WBEM_FLAG_FORWARD_ONLY`, `WBEM_FLAG_RETURN_IMMEDIATELY`.
const STREAM: i32 = 0x30;
/// `WBEM_FLAG_ENSURE_LOCATABLE`.
const LOCATABLE: i32 = 0x100;
const SHALLOW: i32 = 1;
const CREATE_ONLY: i32 = 2;
/// `WBEM_FLAG_RETURN_IMMEDIATELY`: no call is waited for without a limit.
const AT_ONCE: i32 = 0x10;
/// A name as malware could choose it to break paths that are put together by hand.
const HOSTILE: &str = r#"SCM "Event" \Log\ Filter' = a,b.c:d"#;
const OTHER_CREATOR: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];

fn sid() -> Property {
    Property::new("CreatorSID", UINT8 | ARRAY).default(bytes(&OTHER_CREATOR))
}

/// The classes of subscriptions, and one infection.
fn infected() -> Shared {
    let double = Shared::default();
    let add = |class| double.class(SUBSCRIPTION, class);
    let name = || Property::new("Name", STRING).key();
    add(Class::new(
        "__EventFilter",
        None,
        vec![
            sid(),
            Property::new("EventNamespace", STRING),
            name(),
            Property::new("Query", STRING),
            Property::new("QueryLanguage", STRING),
        ],
    ));
    let above = || vec![sid().inherited(), Property::new("MaximumQueueSize", UINT32).inherited()];
    add(Class::new("__EventConsumer", None, vec![sid(), Property::new("MaximumQueueSize", UINT32)])
        .qualified("abstract", VARIANT::from(true)));
    let with = |own: Vec<Property>| above().into_iter().chain(own).collect::<Vec<_>>();
    add(Class::new(
        "CommandLineEventConsumer",
        Some("__EventConsumer"),
        with(vec![
            name(),
            Property::new("CommandLineTemplate", STRING),
            Property::new("Priority", SINT32).default(VARIANT::from(32)),
            Property::new("KillTimeout", UINT32),
            Property::new("RunInteractively", BOOLEAN),
        ]),
    ));
    add(Class::new(
        "NTEventLogEventConsumer",
        Some("__EventConsumer"),
        with(vec![
            name(),
            Property::new("Category", UINT16),
            Property::new("InsertionStringTemplates", STRING | ARRAY).default(texts(&[""])),
        ]),
    ));
    add(Class::new(
        "__FilterToConsumerBinding",
        None,
        vec![
            Property::new("Consumer", REFERENCE).key(),
            sid(),
            Property::new("DeliverSynchronously", BOOLEAN).default(VARIANT::from(false)),
            Property::new("Filter", REFERENCE).key(),
        ],
    ));
    let escaped = HOSTILE.replace('\\', r"\\").replace('"', r#"\""#);
    let fill = |class, values: &[(&str, VARIANT)]| double.instance(SUBSCRIPTION, class, values);
    fill(
        "__EventFilter",
        &[
            ("Name", text(HOSTILE)),
            ("Query", text("SELECT * FROM __Event")),
            ("EventNamespace", text(r"root\cimv2")),
        ],
    );
    fill(
        "CommandLineEventConsumer",
        &[
            ("Name", text(HOSTILE)),
            ("CommandLineTemplate", text("powershell \"é\" 日本\r\n")),
            // Above what a signed number holds: WMI hands it over as -1.
            ("KillTimeout", VARIANT::from(-1)),
            ("Priority", null()),
            ("RunInteractively", VARIANT::from(true)),
        ],
    );
    fill(
        "__FilterToConsumerBinding",
        &[
            ("Filter", text(&format!(r#"__EventFilter.Name="{escaped}""#))),
            (
                "Consumer",
                text(&format!(r#"\\.\root\subscription:CommandLineEventConsumer.Name="{escaped}""#)),
            ),
        ],
    );
    fill(
        "NTEventLogEventConsumer",
        &[
            ("Name", text("SCM Event Log Consumer")),
            ("InsertionStringTemplates", texts(&["", "a \"b\"", "日本"])),
            ("CreatorSID", bytes(&CREATOR)),
        ],
    );
    double
}

fn machine(double: &Shared) -> Windows {
    let spaces = [SUBSCRIPTION, DEFAULT].map(|name| (name.to_owned(), double.services(name)));
    Windows::with_wmi(BTreeMap::from(spaces), double.compiler())
}

fn call(method: &'static str, target: &str, flags: i32) -> Call {
    Call { method, target: target.to_owned(), flags }
}

/// Like the instance, but for the account that made it, which WMI sets anew.
fn with_creator(mut instance: WmiInstance, creator: &[u8]) -> WmiInstance {
    for property in &mut instance.object.properties {
        if property.name.as_str() == "CreatorSID" {
            property.value = Value::Array(creator.iter().map(|byte| Value::Uint(u64::from(*byte))).collect());
        }
    }
    instance
}

#[test]
fn a_subscription_goes_and_comes_back_by_its_own_paths() {
    let double = infected();
    let mut machine = machine(&double);
    let escaped = r#"SCM \"Event\" \\Log\\ Filter' = a,b.c:d"#;
    let twice = escaped.replace('\\', r"\\").replace('"', r#"\""#);
    let paths = [
        (
            "__FilterToConsumerBinding",
            format!(
                r#"__FilterToConsumerBinding.Consumer="\\\\.\\root\\subscription:CommandLineEventConsumer.Name=\"{twice}\"",Filter="__EventFilter.Name=\"{twice}\"""#
            ),
        ),
        ("CommandLineEventConsumer", format!(r#"CommandLineEventConsumer.Name="{escaped}""#)),
        ("__EventFilter", format!(r#"__EventFilter.Name="{escaped}""#)),
    ];
    for (class, path) in &paths {
        let found = machine.wmi_instances(SUBSCRIPTION, class).unwrap();
        let [instance] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(instance.path.relative, *path);
        assert_eq!(
            double.calls(&["CreateInstanceEnum"]),
            [call("CreateInstanceEnum", class, STREAM | LOCATABLE)]
        );
        assert_eq!(machine.wmi_instance(&instance.path).unwrap().as_ref(), Some(instance));

        machine.delete_wmi_instance(instance).unwrap();
        let calls = double.calls(&["DeleteInstance", "DeleteClass", "PutInstance"]);
        assert_eq!(calls, [call("DeleteInstance", path, AT_ONCE)], "looked at, and then exactly this one");
        assert_eq!(machine.wmi_instance(&instance.path).unwrap(), None);
        assert_eq!(machine.delete_wmi_instance(instance).unwrap_err().fault, Fault::NotFound);

        machine.put_wmi_instance(instance).unwrap();
        let calls = double.calls(&["PutInstance", "Put"]);
        assert_eq!(calls.last(), Some(&call("PutInstance", path, CREATE_ONLY | AT_ONCE)));
        assert!(!calls.iter().any(|call| call.target == "CreatorSID"), "WMI sets it: {calls:?}");
        let back = machine.wmi_instance(&instance.path).unwrap().unwrap();
        assert_eq!(back, with_creator(instance.clone(), &CREATOR));
        assert_eq!(machine.put_wmi_instance(instance).unwrap_err().fault, Fault::Exists);
    }
}

#[test]
fn values_are_told_as_their_types_are() {
    let double = infected();
    let found = machine(&double).wmi_instances(SUBSCRIPTION, "__EventConsumer").unwrap();
    let [command, log] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(command.object.value("KillTimeout"), Some(&Value::Uint(u64::from(u32::MAX))));
    assert_eq!(command.object.value("Priority"), Some(&Value::Null));
    assert_eq!(command.object.text("CommandLineTemplate"), Some("powershell \"é\" 日本\r\n"));
    let texts = ["", "a \"b\"", "日本"].map(Value::text).to_vec();
    assert_eq!(log.object.value("InsertionStringTemplates"), Some(&Value::Array(texts)));
    let creator = CREATOR.map(|byte| Value::Uint(byte.into())).to_vec();
    assert_eq!(log.object.value("CreatorSID"), Some(&Value::Array(creator)));
}

#[test]
fn what_has_changed_meanwhile_is_not_deleted() {
    let double = infected();
    let mut machine = machine(&double);
    let found = machine.wmi_instances(SUBSCRIPTION, "CommandLineEventConsumer").unwrap().remove(0);
    double.instance(
        SUBSCRIPTION,
        "CommandLineEventConsumer",
        &[("Name", text(HOSTILE)), ("CommandLineTemplate", text("something else"))],
    );
    assert_eq!(machine.delete_wmi_instance(&found).unwrap_err().fault, Fault::Changed);
    assert_eq!(double.calls(&["DeleteInstance"]), []);
    assert!(machine.wmi_instance(&found.path).unwrap().is_some());
}

/// An instance with a property of every type, single and in arrays.
fn every_type(double: &Shared) {
    let inner =
        Class::new("Inner", None, vec![Property::new("Text", STRING), Property::new("Bytes", UINT8 | ARRAY)]);
    double.class(DEFAULT, inner.clone());
    let object = |value: &str| {
        let values = vec![text(value), bytes(&[0, 255])];
        double::object::make(double, DEFAULT, &inner, false, values)
    };
    let values = [
        ("Boolean", BOOLEAN, VARIANT::from(true)),
        ("Char", CHAR16, VARIANT::from(65_i16)),
        ("Date", DATETIME, text("20200102030405.000000+000")),
        ("HighChar", CHAR16, VARIANT::from(-1_i16)),
        ("Object", OBJECT, embedded(object("one"))),
        ("Objects", OBJECT | ARRAY, objects(&[object("two"), object("three")])),
        ("Real", REAL64, VARIANT::from(0.1_f64)),
        ("Reals", REAL64 | ARRAY, reals(&[0.5, -1e300])),
        ("Short", REAL32, VARIANT::from(0.5_f32)),
        ("Sint16", SINT16, VARIANT::from(-5_i16)),
        ("Sint32", SINT32, VARIANT::from(i32::MIN)),
        ("Sint32s", SINT32 | ARRAY, longs(&[-1, i32::MAX])),
        ("Sint64", SINT64, text("-9223372036854775808")),
        ("Sint8", SINT8, VARIANT::from(-128_i16)),
        ("Sint8s", SINT8 | ARRAY, shorts(&[-128, 127])),
        ("Strings", STRING | ARRAY, texts(&[])),
        ("Uint16", UINT16, VARIANT::from(65_535)),
        ("Uint32s", UINT32 | ARRAY, longs(&[-1, 0])),
        ("Uint64", UINT64, text("18446744073709551615")),
        ("Uint64s", UINT64 | ARRAY, texts(&["0", "18446744073709551615"])),
        ("Uint8", UINT8, VARIANT::from(255_u8)),
    ];
    let mut properties: Vec<_> = values.iter().map(|(name, kind, _)| Property::new(name, *kind)).collect();
    properties.push(Property::new("Name", STRING).key());
    double.class(DEFAULT, Class::new("Everything", None, properties));
    let named = values.into_iter().map(|(name, _, value)| (name, value)).chain([("Name", text("x"))]);
    double.instance(DEFAULT, "Everything", &named.collect::<Vec<_>>());
}

#[test]
fn every_type_comes_back_as_it_was_read() {
    let double = Shared::default();
    every_type(&double);
    let mut machine = machine(&double);
    let before = machine.wmi_instances(DEFAULT, "Everything").unwrap().remove(0);
    let value = |name: &str| before.object.value(name).unwrap();
    assert_eq!(value("Sint64"), &Value::Int(i64::MIN));
    assert_eq!(value("Uint64"), &Value::Uint(u64::MAX));
    assert_eq!(value("Uint32s"), &Value::Array(vec![Value::Uint(u64::from(u32::MAX)), Value::Uint(0)]));
    assert_eq!(value("Strings"), &Value::Array(Vec::new()));
    let Value::Object(inner) = value("Object") else { panic!("{:?}", value("Object")) };
    assert_eq!((inner.class.as_str(), inner.text("Text")), ("Inner", Some("one")));
    assert_eq!(inner.value("Bytes"), Some(&Value::Array(vec![Value::Uint(0), Value::Uint(255)])));
    machine.delete_wmi_instance(&before).unwrap();
    machine.put_wmi_instance(&before).unwrap();
    assert_eq!(machine.wmi_instance(&before.path).unwrap().unwrap(), before);
}

/// Whether a fault is the one that is wanted.
type Wanted = Box<dyn Fn(&Fault) -> bool>;

#[test]
fn error_codes_are_told_as_what_they_mean() {
    let other =
        |code: u32| move |fault: &Fault| matches!(fault, Fault::Other { code: own, .. } if *own == code);
    let is = |wanted: Fault| move |fault: &Fault| *fault == wanted;
    let cases: [(u32, Wanted); 6] = [
        (0x8004_1003, Box::new(is(Fault::AccessDenied))),
        (0x8004_100E, Box::new(is(Fault::Unsupported))),
        (0x8004_1010, Box::new(is(Fault::NotFound))),
        (0x8004_1001, Box::new(other(0x8004_1001))),
        (0x8007_06BA, Box::new(other(0x8007_06BA))),
        (0x8004_1062, Box::new(is(Fault::AccessDenied))),
    ];
    let double = infected();
    let mut machine = machine(&double);
    let found = machine.wmi_instances(SUBSCRIPTION, "__EventFilter").unwrap().remove(0);
    for (code, wanted) in cases {
        for method in ["CreateInstanceEnum", "Next", "Get"] {
            double.fail_on(method, "", code);
            let fault = machine.wmi_instances(SUBSCRIPTION, "__EventFilter").unwrap_err().fault;
            assert!(wanted(&fault), "{method} {code:x}: {fault:?}");
            double.heal();
        }
        double.fail_on("DeleteInstance", "", code);
        let error = machine.delete_wmi_instance(&found).unwrap_err();
        assert!(wanted(&error.fault) && error.target == found.path.relative, "{code:x}: {error:?}");
        double.heal();
        assert!(machine.wmi_instance(&found.path).unwrap().is_some(), "a refusal deletes nothing");
        let put =
            WmiInstance { path: WmiPath { relative: String::new(), ..found.path.clone() }, ..found.clone() };
        double.fail_on("PutInstance", "", code);
        assert!(wanted(&machine.put_wmi_instance(&put).unwrap_err().fault), "{code:x}");
        double.heal();
        double.fail_on("CreateClassEnum", "", code);
        assert!(wanted(&machine.wmi_classes(SUBSCRIPTION).unwrap_err().fault), "{code:x}");
        double.heal();
    }
    // Not there is an answer to a question, and a fault where it was to be changed.
    double.fail_on("GetObject", "__EventFilter", 0x8004_1002);
    assert_eq!(machine.wmi_instance(&found.path).unwrap(), None);
    assert_eq!(machine.delete_wmi_instance(&found).unwrap_err().fault, Fault::NotFound);
    assert_eq!(double.calls(&["DeleteInstance"]).len(), 6, "only those of above");
    double.heal();
    for method in ["GetObject", "DeleteInstance", "PutInstance"] {
        double.fail_on(method, "Name", 0x0004_0004);
    }
    assert_eq!(machine.wmi_instance(&found.path).unwrap_err().fault, Fault::TimedOut);
    assert_eq!(machine.put_wmi_instance(&found).unwrap_err().fault, Fault::TimedOut);
    double.heal();
    double.fail_on("DeleteInstance", "", 0x0004_0004);
    assert_eq!(machine.delete_wmi_instance(&found).unwrap_err().fault, Fault::TimedOut);
    double.heal();
    // A success that means that it took too long.
    double.fail_on("Next", "", 0x0004_0004);
    let fault = machine.wmi_instances(SUBSCRIPTION, "__EventFilter").unwrap_err().fault;
    assert_eq!(fault, Fault::TimedOut);
}

#[test]
fn a_namespace_that_is_not_there_is_no_empty_one() {
    let machine = machine(&Shared::default());
    let fault = machine.wmi_classes(r"root\nothing").unwrap_err().fault;
    assert_eq!(fault, Fault::Unsupported);
}

#[test]
fn every_namespace_is_found_and_one_that_may_not_be_read_is_still_there() {
    let double = Shared::default();
    let spaces = ["root", r"root\cimv2", r"root\cimv2\security", r"root\hidden"];
    for (above, names) in [
        ("root", &["CIMV2", "Hidden"][..]),
        (r"root\cimv2", &["Security"]),
        (r"root\cimv2\security", &[]),
        (r"root\hidden", &[]),
    ] {
        double.class(above, Class::new("__NAMESPACE", None, vec![Property::new("Name", STRING).key()]));
        for name in names {
            double.instance(above, "__NAMESPACE", &[("Name", text(name))]);
        }
    }
    let given = spaces.iter().filter(|name| **name != r"root\hidden");
    let given = given.map(|name| ((*name).to_owned(), double.services(name)));
    let machine = Windows::with_wmi(given.collect(), double.compiler());
    let listed = machine.wmi_namespaces().unwrap();
    assert_eq!(listed.found, spaces);
    let missed: Vec<_> = listed.missed.iter().map(|error| (error.target.as_str(), &error.fault)).collect();
    assert_eq!(missed, [(r"root\hidden", &Fault::Unsupported)], "what is in it is not known");
    double.fail_on("CreateInstanceEnum", "", 0x8004_1003);
    assert_eq!(machine.wmi_namespaces().unwrap_err().fault, Fault::AccessDenied);
}

#[test]
fn what_cannot_be_read_whole_hides_nothing_and_is_not_deleted() {
    let double = Shared::default();
    let properties = vec![Property::new("Name", STRING).key(), Property::new("Payload", UINT8 | ARRAY)];
    double.class(DEFAULT, Class::new("Filled", None, properties));
    double.instance(
        DEFAULT,
        "Filled",
        &[("Name", text("huge")), ("Payload", bytes(&vec![7; (2 << 20) + 1]))],
    );
    double.instance(DEFAULT, "Filled", &[("Name", text("odd")), ("Payload", odd())]);
    double.instance(DEFAULT, "Filled", &[("Name", text("plain")), ("Payload", bytes(&[7]))]);
    let mut machine = machine(&double);
    let found = machine.wmi_instances(DEFAULT, "Filled").unwrap();
    let [huge, odd, plain] = found.as_slice() else { panic!("{}", found.len()) };
    let state = |instance: &WmiInstance| instance.object.properties[1].state;
    assert_eq!([state(huge), state(odd), state(plain)], [Truncated, Truncated, Known]);
    let Some(Value::Array(items)) = huge.object.value("Payload") else { panic!("{odd:?}") };
    assert_eq!((items.len(), items.first()), (2 << 20, Some(&Value::Uint(7))));
    for instance in [huge, odd] {
        assert!(matches!(machine.delete_wmi_instance(instance).unwrap_err().fault, Fault::Other { .. }));
        assert!(matches!(machine.put_wmi_instance(instance).unwrap_err().fault, Fault::Other { .. }));
    }
    machine.delete_wmi_instance(plain).unwrap();
    assert_eq!(double.calls(&["DeleteInstance", "PutInstance"]).len(), 1);
}

#[test]
fn half_a_letter_is_shown_and_keeps_what_holds_it() {
    let double = Shared::default();
    let properties = vec![
        Property::new("Name", STRING).key(),
        Property::new("Command", STRING),
        Property::new("Commands", STRING | ARRAY),
    ];
    double.class(DEFAULT, Class::new("Filled", None, properties));
    let half = [0x61, 0xD800, 0x62];
    for (name, command, commands) in [
        ("one", half_text(&half), half_texts(&[0x61])),
        ("many", half_text(&[0x61]), half_texts(&half)),
        ("plain", text("a"), texts(&["a", "b"])),
    ] {
        let values = [("Name", text(name)), ("Command", command), ("Commands", commands)];
        double.instance(DEFAULT, "Filled", &values);
    }
    let mut machine = machine(&double);
    let found = machine.wmi_instances(DEFAULT, "Filled").unwrap();
    let [many, one, plain] = found.as_slice() else { panic!("{}", found.len()) };
    assert_eq!(one.object.text("Command"), Some("a\u{FFFD}b"));
    let state = |instance: &WmiInstance| [1, 2].map(|at| instance.object.properties[at].state);
    assert_eq!([state(one), state(many), state(plain)], [[Truncated, Known], [Known, Truncated], [Known; 2]]);
    for instance in [one, many] {
        assert!(matches!(machine.delete_wmi_instance(instance).unwrap_err().fault, Fault::Other { .. }));
    }
    assert_eq!(double.calls(&["DeleteInstance"]), []);
    machine.delete_wmi_instance(plain).unwrap();
}

#[test]
fn elements_that_do_not_fit_are_not_read() {
    let double = Shared::default();
    let properties = vec![Property::new("Name", STRING).key(), Property::new("Odd", STRING | ARRAY)];
    double.class(DEFAULT, Class::new("Filled", None, properties));
    double.instance(DEFAULT, "Filled", &[("Name", text("x")), ("Odd", variants())]);
    let found = machine(&double).wmi_instances(DEFAULT, "Filled").unwrap().remove(0);
    assert_eq!(
        (&found.object.properties[1].value, found.object.properties[1].state),
        (&Value::Null, Truncated)
    );
}

#[test]
fn a_deleted_namespace_is_not_reached_by_the_connection_that_was() {
    let double = store();
    double.class("root", Class::new("__NAMESPACE", None, vec![Property::new("Name", STRING).key()]));
    double.instance("root", "__NAMESPACE", &[("Name", text("DEFAULT"))]);
    let spaces = ["root", DEFAULT].map(|name| (name.to_owned(), double.services(name)));
    let mut machine = Windows::with_wmi(BTreeMap::from(spaces), double.compiler());
    assert!(machine.wmi_class(DEFAULT, "Base").unwrap().is_some());
    let space = machine.wmi_instances("root", "__NAMESPACE").unwrap().remove(0);
    machine.delete_wmi_instance(&space).unwrap();
    assert_eq!(machine.wmi_class(DEFAULT, "Base").unwrap_err().fault, Fault::Unsupported);
}
