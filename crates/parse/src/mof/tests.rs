use super::*;
use evidence::wmi::ClassProperty;
use evidence::{Property, PropertyName, Seen, State, Value, WmiClass};
use insta::assert_snapshot;
use proptest::prelude::*;
use std::fmt::Write as _;

/// What was read, for people: one line a property.
fn shown(parsed: &Parsed) -> String {
    let mut text = String::new();
    for (location, data) in &parsed.records {
        let Location::Offset(at) = location else { panic!("{location:?}") };
        match data {
            RecordData::WmiObject(object) => {
                let place = object.namespace.as_deref().unwrap_or("?");
                let _ = writeln!(
                    text,
                    "@{at} instance {place}:{} defaults={}",
                    object.class, object.omits_defaults
                );
                for Property { name, value, state } in &object.properties {
                    let _ = writeln!(text, "  {} = {value:?} {state:?}", name.as_str());
                }
            }
            RecordData::WmiClass(class) => {
                let _ = writeln!(
                    text,
                    "@{at} class {}:{} {:?} {:?}",
                    class.namespace.as_deref().unwrap_or("?"),
                    class.name,
                    class.superclass,
                    class.qualifiers
                );
                for ClassProperty { name, cim_type, default } in &class.properties {
                    let _ = writeln!(text, "  {cim_type} {name} = {default:?}");
                }
            }
            other => panic!("{other:?}"),
        }
    }
    for problem in &parsed.problems {
        let _ = writeln!(text, "! {:?} @{:?} {:?}", problem.level, problem.offset, problem.message);
    }
    text
}

fn read(text: &str) -> Parsed {
    parse(&Text::decode(text.as_bytes()))
}

fn objects(parsed: &Parsed) -> Vec<&WmiObject> {
    let records = parsed.records.iter().map(|(_, data)| data);
    records
        .filter_map(|data| if let RecordData::WmiObject(object) = data { Some(object) } else { None })
        .collect()
}

#[test]
fn a_source_written_by_people() {
    let parsed = read(concat!(
        "// a test\n#PRAGMA AUTORECOVER\n#pragma namespace (\"\\\\\\\\.\\\\root\\\\subscription\")\n",
        "INSTANCE OF __FilterToConsumerBinding { Filter = $F; consumer = $C; };\n",
        "instance of __EventFilter as $F { Name = \"a\\\"b\"; Query = \"SELECT * \" /* and */\n \"FROM X\"; };\n",
        "instance of CommandLineEventConsumer as $C { Name = \"c\"; RunInteractively=false; KillTimeout = 0x10; };\n",
    ));
    assert_snapshot!("people", shown(&parsed));
    assert_eq!(parsed.coverage.get(Area::Bindings), Some(ReadState::Partial));
    assert_eq!(parsed.coverage.get(Area::OtherNamespaces), None);
}

#[test]
fn a_class_as_get_object_text_writes_it() {
    let parsed = read(concat!(
        "#pragma namespace(\"\\\\\\\\HOST\\\\ROOT\\\\default\")\n",
        "[dynamic: ToInstance, provider(\"P\"): ToInstance DisableOverride, values{\"a\", \"b\"}]\n",
        "class Stub_Store : Base\n{\n",
        "\t[key, read: ToSubClass] string Name;\n",
        "\t[write] string mon = \"QUJD\";\n",
        "\tuint8 bytes[] = {1, 2};\n\treal32 r = -1.500000e+000;\n",
        "\tobject:Other o;\n\t__EventFilter ref f = NULL;\n",
        "\t[static, in] uint32 Run([in, Values{\"x;\"}] string s, [out] object o);\n",
        "\tsint16 last = -3;\n};\n",
        "instance of Stub_Store { Name = \"n\"; };\n",
    ));
    assert_snapshot!("class", shown(&parsed));
    assert_eq!(parsed.coverage.get(Area::ClassStores), Some(ReadState::Partial));
}

#[test]
fn the_words_of_event_5861() {
    let parsed = parse_fragments(concat!(
        "Binding EventFilter: \ninstance of __EventFilter\n{\n\tCreatorSID = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};\n",
        "\tName = \"instance of X { };\";\n};\nPerm. Consumer: \n",
        "instance of ActiveScriptEventConsumer\n{\n\tName = \"s\";\n\tScriptText = \"a\\r\\nb \\\"c\\\"\";\n};\n",
    ));
    assert_snapshot!("event", shown(&parsed));
    assert_eq!(objects(&parsed)[0].creator_sid().as_deref(), Some("S-1-5-18"));
}

#[test]
fn what_cannot_be_read_does_not_take_the_rest_along() {
    let parsed = read(concat!(
        "instance of A { Name = ; Other = 1; Third = \"x\" };\n",
        "nonsense { a; b };\n}\n",
        "instance of B { Name = \"b\"; 5 = 6; Ref = $Nowhere;\n",
        "instance of C { Name = \"open };\n Next = 2; };\n",
        "class { string a; };\n",
        "instance of D { Name = \"d",
    ));
    assert_snapshot!("damage", shown(&parsed));
    let b = objects(&parsed).into_iter().find(|object| object.class == "B").unwrap();
    assert_eq!(b.property("Query"), Seen::Absent, "a damaged instance says nothing of what it lacks");
}

#[test]
fn embedded_instances_and_aliases_in_arrays() {
    let parsed = read(concat!(
        "#pragma namespace(\"root/a\")\ninstance of K as $K { Name = \"k\\\\1\"; };\n",
        "#pragma namespace(\"root/b\")\n",
        "instance of A { List = {$K, \"$K\"}; Inner = instance of B { Ref = $k; }; };\n",
    ));
    let text = shown(&parsed);
    assert_snapshot!("embedded", text);
}

#[test]
fn nesting_has_a_limit() {
    let deep = format!("instance of A {{ x = {}1; y = 2; }};", "{".repeat(100_000));
    let parsed = read(&deep);
    assert!(parsed.problems.iter().any(|problem| problem.message.id == TOO_DEEP.id), "{:?}", parsed.problems);
    let deep = format!("instance of A {{ {} }};", "x = instance of B { ".repeat(100_000));
    assert!(!read(&deep).problems.is_empty());
}

#[test]
fn problems_without_end_are_counted() {
    let parsed = read(&"x;".repeat(1000));
    assert_eq!(parsed.problems.len(), 101);
    assert_eq!(parsed.problems.last().unwrap().message, MORE.with([900_u64.into()]));
}

#[test]
fn damage_is_read_in_linear_time() {
    let size = 1 << 20;
    for unit in
        ["\"\\\"\n", "'", "\"\n", "instance ", "instance of ", "i;", "[", "/*", "a{", "'\\", "-", "0x"]
    {
        let text = unit.repeat(size / unit.len());
        let start = std::time::Instant::now();
        let _ = read(&text);
        let _ = parse_fragments(&text);
        assert!(start.elapsed().as_secs() < 20, "{unit:?} took {:?}", start.elapsed());
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u64>().prop_map(Value::Uint),
        (i64::MIN..0).prop_map(Value::Int),
        any::<f64>().prop_filter("MOF has no such number", |real| real.is_finite()).prop_map(Value::Real),
        any::<String>().prop_map(Value::from),
        "[\\\\\"'\n\r\t\u{0}\u{1}xX0-9a-f😀;{}]{0,12}".prop_map(Value::from),
    ];
    let array = proptest::collection::vec(leaf.clone(), 0..4).prop_map(Value::Array);
    let flat = prop_oneof![3 => leaf, 1 => array];
    flat.prop_recursive(3, 8, 2, |inner| object_of(inner).prop_map(|object| Value::Object(Box::new(object))))
}

fn object_of(value: impl Strategy<Value = Value>) -> impl Strategy<Value = WmiObject> {
    let property = (name(), value).prop_map(|(name, value)| Property {
        name: PropertyName::new(&name),
        value,
        state: State::Known,
    });
    (name(), proptest::collection::vec(property, 0..4)).prop_map(|(class, properties)| WmiObject {
        class: evidence::wmi::schema::standard_class(&class).unwrap_or(&class).to_owned(),
        properties,
        omits_defaults: true,
        ..WmiObject::default()
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z_][A-Za-z0-9_]{0,8}",
        Just("instance".into()),
        Just("ref".into()),
        Just("クラス".into())
    ]
}

fn class() -> impl Strategy<Value = WmiClass> {
    let cim_type = prop_oneof!["string", "uint8\\[\\]", "ref __EventFilter", "object:X", "Y\\[\\]"];
    let property = (name(), cim_type, proptest::option::of(value()))
        .prop_map(|(name, cim_type, default)| ClassProperty { name, cim_type, default });
    let properties = proptest::collection::vec(property, 0..4);
    let qualifiers = proptest::collection::vec((name(), value()), 0..3);
    (name(), proptest::option::of(name()), qualifiers, properties).prop_map(
        |(name, superclass, qualifiers, properties)| WmiClass {
            name,
            superclass,
            qualifiers,
            properties,
            mof_sha256: None,
            namespace: Some(r"root\default".into()),
            server: None,
        },
    )
}

/// A namespace that is put in behind, so that embedded objects have the one around them.
fn settle(object: &mut WmiObject, namespace: Option<&str>) {
    object.namespace = namespace.map(str::to_owned);
    for property in &mut object.properties {
        settle_value(&mut property.value, namespace);
    }
}

fn settle_value(value: &mut Value, namespace: Option<&str>) {
    if let Value::Object(inner) = value {
        settle(inner, namespace);
    }
}

proptest! {
    #[test]
    fn objects_survive_writing(mut object in object_of(value()), namespaced: bool) {
        settle(&mut object, namespaced.then_some(r"root\subscription"));
        let text = write_object(&object).unwrap();
        let parsed = read(&text);
        prop_assert_eq!(&parsed.problems, &[], "{}", text);
        prop_assert_eq!(objects(&parsed), [&object], "{}", text);
        let parsed = parse_fragments(&format!("Perm. Consumer: \n{text}"));
        prop_assert_eq!(objects(&parsed).len(), 1);
    }

    #[test]
    fn classes_survive_writing(mut class in class()) {
        let namespace = class.namespace.clone();
        for value in class.properties.iter_mut().filter_map(|property| property.default.as_mut()) {
            settle_value(value, namespace.as_deref());
        }
        for (_, value) in &mut class.qualifiers {
            settle_value(value, namespace.as_deref());
        }
        let text = write_class(&class).unwrap();
        let parsed = read(&text);
        prop_assert_eq!(&parsed.problems, &[], "{}", text);
        prop_assert_eq!(&parsed.records[0].1, &RecordData::WmiClass(class), "{}", text);
    }

    #[test]
    fn never_panics(text in any::<String>()) {
        let _ = read(&text);
        let _ = parse_fragments(&text);
    }

    #[test]
    fn never_panics_on_almost_mof(
        words in proptest::collection::vec(
            prop_oneof![
                "instance|of|class|as|\\$A|\\{|\\}|;|=|\\[|\\]|\\(|\\)|,|:|ref|#pragma|namespace|X|\"s\"|\"|'|1|-|NULL"
            ],
            0..40,
        ),
    ) {
        let text = words.join(" ");
        let _ = read(&text);
        let _ = parse_fragments(&text);
    }
}

#[test]
fn what_mof_cannot_hold_is_not_written() {
    let object = |name: &str, value: Value, state: State| WmiObject {
        class: "A".into(),
        properties: vec![Property { name: PropertyName::new(name), value, state }],
        ..WmiObject::default()
    };
    let error = |object: WmiObject| write_object(&object).unwrap_err();
    assert_eq!(
        error(object("a = 1; }; instance of B { x", Value::Null, State::Known)),
        WriteError::Name("a = 1; }; instance of B { x".into())
    );
    assert_eq!(error(object("a", Value::Null, State::Truncated)), WriteError::Truncated("a".into()));
    assert_eq!(error(object("a", Value::Real(f64::NAN), State::Known)), WriteError::NotFinite("a".into()));
    let nested = Value::Array(vec![Value::Array(vec![])]);
    assert_eq!(error(object("a", nested, State::Known)), WriteError::Nesting("a".into()));
    let deep =
        (0..1000).fold(Value::Null, |inner, _| Value::Object(Box::new(object("a", inner, State::Known))));
    assert_eq!(error(object("a", deep, State::Known)), WriteError::Nesting("a".into()));
}

#[test]
fn the_written_text_of_an_object() {
    let object = WmiObject {
        class: "CommandLineEventConsumer".into(),
        namespace: Some(r"root\subscription".into()),
        properties: vec![
            Property {
                name: PropertyName::known("CommandLineTemplate"),
                value: Value::text("cmd /c \"echo 1\"\r\n\u{1}"),
                state: State::Known,
            },
            Property {
                name: PropertyName::known("RunInteractively"),
                value: Value::Bool(false),
                state: State::Known,
            },
            Property {
                name: PropertyName::known("CreatorSID"),
                value: Value::Array(vec![Value::Uint(1), Value::Uint(2)]),
                state: State::Known,
            },
        ],
        ..WmiObject::default()
    };
    assert_snapshot!("written", write_object(&object).unwrap());
}

/// A folder of recorded data; `None` where this machine has none.
fn recorded(path: &str) -> Option<Vec<u8>> {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into(),
        std::path::PathBuf::from,
    );
    let bytes = std::fs::read(data.join(path)).ok();
    if bytes.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{path} is missing");
        eprintln!("SKIPPED: {path} is missing");
    }
    bytes
}

#[test]
fn the_recorded_source() {
    let Some(bytes) = recorded("text/subscription.mof") else { return };
    let parsed = parse(&Text::decode(&bytes));
    assert_eq!(parsed.problems, []);
    let [consumer, filter, binding] = objects(&parsed)[..] else { panic!("{parsed:?}") };
    assert_eq!(consumer.text("CommandLineTemplate"), Some("cmd.exe"));
    assert_eq!(
        filter.text("Query"),
        Some(concat!(
            "SELECT * FROM __InstanceCreationEvent Within 3 Where TargetInstance Isa \"Win32_Process\" ",
            "And Targetinstance.Name = \"notepad.exe\" "
        ))
    );
    assert_eq!(filter.namespace.as_deref(), Some(r"root\subscription"));
    assert_eq!(binding.text("Filter"), Some("__EventFilter.Name=\"AtomicRedTeam_filter\""));
    assert_eq!(binding.reference("Consumer").unwrap().name(), Some(consumer.name()));
}

#[test]
fn the_recorded_event_5861() {
    let Some(bytes) = recorded("events/covenant-persistwmi.jsonl.gz") else { return };
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
    let mut seen = 0;
    for line in text.lines().filter(|line| line.contains("\"EventID\":5861")) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let parsed = parse_fragments(event["Message"].as_str().unwrap());
        assert_eq!(parsed.problems, []);
        let [filter, consumer] = objects(&parsed)[..] else { panic!("{parsed:?}") };
        assert_eq!(filter.name(), "Evil Persistence");
        assert_eq!(filter.creator_sid().as_deref(), Some("S-1-5-21-791464340-1796667228-2788435825-1112"));
        assert_eq!(
            consumer.text("CommandLineTemplate"),
            Some("powershell -Sta -Nop -Window Hidden -EncodedCommand <blah>")
        );
        seen += 1;
    }
    assert_eq!(seen, 1);
}
