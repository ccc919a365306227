//! What is stock, what only looks so, and what cannot be told.

mod support;

use deminer_intel::{Comparison, EntryPart, Intel, Known, Standing};
use evidence::{State, Value, WmiObject};
use support::{listed, mof, set, stock_binding, stock_consumer, stock_filter, with};

/// The best entry that the object claims to be.
fn best(object: &WmiObject) -> Option<Known<'static>> {
    Intel::builtin().known(object).into_iter().next()
}

fn comparison(object: &WmiObject) -> Comparison {
    best(object).map(|known| known.comparison).expect("a known name")
}

/// The names of the fields that differ.
fn differing(object: &WmiObject) -> Vec<String> {
    match comparison(object) {
        Comparison::Differs { fields } => fields.into_iter().map(|field| field.name).collect(),
        other => panic!("expected a difference, found {other:?}"),
    }
}

#[test]
fn the_builtin_data_can_be_read() {
    assert_eq!(Intel::builtin().problems(), []);
    assert!(Intel::builtin().families().len() >= 12);
    let expected: Vec<_> = Intel::builtin().expected().map(|(_, entry)| entry.id.as_str()).collect();
    assert_eq!(expected, ["scm-event-log"]);
}

#[test]
fn the_stock_subscription_matches_in_every_format() {
    for (object, part) in [
        (stock_filter(), EntryPart::Filter),
        (stock_consumer(), EntryPart::Consumer),
        (stock_binding(), EntryPart::Binding),
        (
            mof(
                "__EventFilter",
                &[
                    ("Name", "SCM Event Log Filter"),
                    ("Query", "SELECT  * FROM MSFT_SCMEventLogEvent"),
                    ("QueryLanguage", "wql"),
                    ("EventNamespace", "//./root/CIMV2"),
                ],
            ),
            EntryPart::Filter,
        ),
        (
            mof(
                "NTEventLogEventConsumer",
                &[
                    ("Name", "SCM Event Log Consumer"),
                    ("NameOfUserSIDProperty", "sid"),
                    ("SourceName", "Service Control Manager"),
                ],
            ),
            EntryPart::Consumer,
        ),
    ] {
        let known = best(&object).expect("stock");
        assert_eq!((known.part, known.comparison), (part, Comparison::Match), "{object:?}");
        assert_eq!(known.entry.standing, Standing::Measured);
    }
}

#[test]
fn the_creator_makes_nothing_stock_and_nothing_suspicious() {
    for sid in ["", "{1,5,0,0,0,0,0,5,21,0,0,0}"] {
        assert_eq!(comparison(&with(stock_filter(), &[("CreatorSID", sid)])), Comparison::Match);
    }
    let mut cut = stock_filter();
    let start = [1, 2, 0, 0].into_iter().map(Value::Uint).collect();
    set(&mut cut, "CreatorSID", Value::Array(start), State::Truncated);
    assert_eq!(comparison(&cut), Comparison::Match);
    // The administrators' SID does not help another query.
    assert_eq!(differing(&with(stock_filter(), &[("Query", "select * from __TimerEvent")])), ["Query"]);
}

#[test]
fn names_one_word_away_are_not_stock() {
    for name in [
        "SCM Event8 Log Filter",
        "SCM Event8 Log Filter2",
        "SCM Events Log Filter",
        "SCM Event Logs Filter",
        "SCM Event Filter",
        "DSM Event Log Filter",
        "SCM Event Log Filter ",
    ] {
        assert_eq!(best(&with(stock_filter(), &[("Name", name)])), None, "{name}");
    }
}

#[test]
fn a_stock_name_with_another_content_differs() {
    let run = listed(
        "CommandLineEventConsumer",
        &[("Name", "SCM Event Log Consumer"), ("CommandLineTemplate", "powershell.exe -W Hidden")],
    );
    assert_eq!(differing(&run), ["__CLASS"]);
    assert_eq!(differing(&with(stock_filter(), &[("EventNamespace", r"root\default")])), ["EventNamespace"]);
    assert_eq!(differing(&with(stock_consumer(), &[("UNCServerName", r"\\elsewhere")])), ["UNCServerName"]);
    assert_eq!(differing(&with(stock_consumer(), &[("MachineName", "elsewhere")])), ["MachineName"]);
    assert_eq!(
        differing(&with(stock_binding(), &[("MaintainSecurityContext", "TRUE")])),
        ["MaintainSecurityContext"]
    );
    let bound_to_another_class = r#"CommandLineEventConsumer.Name="SCM Event Log Consumer""#;
    assert_eq!(differing(&with(stock_binding(), &[("Consumer", bound_to_another_class)])), ["Consumer"]);
}

#[test]
fn the_stock_filter_bound_to_a_stranger_is_no_stock_binding() {
    let stranger = r#"CommandLineEventConsumer.Name="x""#;
    assert_eq!(best(&with(stock_binding(), &[("Consumer", stranger)])), None);
}

#[test]
fn another_namespace_is_not_stock() {
    let mut object = stock_filter();
    object.namespace = Some(r"ROOT\default".into());
    assert_eq!(differing(&object), ["__NAMESPACE"]);
    object.namespace = Some("//./ROOT/Subscription".into());
    assert_eq!(comparison(&object), Comparison::Match);
}

#[test]
fn what_was_not_read_leaves_it_open() {
    let mut object = stock_filter();
    object.properties.retain(|property| ["Name", "Query"].contains(&property.name.as_str()));
    let Comparison::Compatible { unread } = comparison(&object) else { panic!("{object:?}") };
    assert_eq!(unread, ["QueryLanguage", "EventNamespace", "EventAccess"]);

    let mut object = stock_filter();
    set(&mut object, "Query", "select * from MSFT_SCMEvent".into(), State::Truncated);
    assert_eq!(comparison(&object), Comparison::Compatible { unread: vec!["Query".into()] });
    set(&mut object, "Query", "select * from __TimerEvent".into(), State::Truncated);
    assert_eq!(differing(&object), ["Query"]);
}

#[test]
fn a_cut_array_compares_by_its_beginning() {
    let cut = |first: &str| {
        let mut object = stock_consumer();
        set(&mut object, "InsertionStringTemplates", Value::Array(vec![first.into()]), State::Truncated);
        object
    };
    assert_eq!(
        comparison(&cut("")),
        Comparison::Compatible { unread: vec!["InsertionStringTemplates".into()] }
    );
    assert_eq!(differing(&cut("%1")), ["InsertionStringTemplates"]);
}

#[test]
fn a_consumer_of_no_known_class_is_compared_by_what_it_shows() {
    let mut object = stock_consumer();
    object.class = String::new();
    object.class_source = evidence::wmi::ClassSource::Unknown;
    assert_eq!(comparison(&object), Comparison::Compatible { unread: vec!["__CLASS".into()] });
    set(&mut object, "CommandLineTemplate", "calc.exe".into(), State::Known);
    assert_eq!(differing(&object), ["CommandLineTemplate"]);
}

/// The entry of Windows 7, as public descriptions give it.
fn bvt() -> [WmiObject; 2] {
    let query = r#"SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA "Win32_Processor" AND TargetInstance.LoadPercentage > 99"#;
    [
        listed(
            "__EventFilter",
            &[
                ("Name", "BVTFilter"),
                ("Query", query),
                ("QueryLanguage", "WQL"),
                ("EventNamespace", r"root\cimv2"),
            ],
        ),
        listed(
            "CommandLineEventConsumer",
            &[
                ("Name", "BVTConsumer"),
                ("CommandLineTemplate", "cscript KernCap.vbs"),
                ("WorkingDirectory", r"C:\\tools\\kernrate"),
                ("CreatorSID", "{1,5,0,0,0,0,0,5,21,0,0,0}"),
            ],
        ),
    ]
}

#[test]
fn hearsay_is_compatible_at_best_and_says_what_must_not_exist() {
    for object in bvt() {
        let known = best(&object).expect("BVT");
        assert_eq!(known.comparison, Comparison::Compatible { unread: Vec::new() });
        assert_eq!(known.entry.standing, Standing::Hearsay);
        assert_eq!(known.entry.requires_absent_file.as_deref(), Some("KernCap.vbs"));
        assert!(!known.entry.expected);
    }
    let [_, consumer] = bvt();
    assert_eq!(
        differing(&with(consumer.clone(), &[("CommandLineTemplate", "powershell -e AAAA")])),
        ["CommandLineTemplate"]
    );
    assert_eq!(differing(&with(consumer, &[("ExecutablePath", r"C:\x.exe")])), ["ExecutablePath"]);
}

#[test]
fn vendors_known_by_name_only_never_pass_on_content() {
    let object = listed(
        "ActiveScriptEventConsumer",
        &[
            ("Name", "DellCommandPowerManagerAlertEventConsumer"),
            ("ScriptText", "anything"),
            ("ScriptingEngine", "VBScript"),
        ],
    );
    let known = best(&object).expect("Dell");
    let Comparison::Compatible { unread } = known.comparison else { panic!("{:?}", known.comparison) };
    assert!(unread.iter().any(|name| name == "ScriptText"), "{unread:?}");
    assert!(known.entry.consumer.as_ref().is_some_and(|template| template.name_only));
    // The name with another class of consumer is not even that.
    let other = listed("CommandLineEventConsumer", &[("Name", "DellCommandPowerManagerAlertEventConsumer")]);
    assert_eq!(differing(&other), ["__CLASS"]);
}

#[test]
fn class_lists_are_those_of_the_measured_machines() {
    let intel = Intel::builtin();
    assert_eq!(intel.has_class(r"ROOT\default", "stdregprov"), Some(true));
    assert_eq!(intel.has_class(r"root\default", "CommandLineEventConsumer"), Some(true));
    for class in ["Win32_Services", "systemcore_Updater8", "Office_Updater", "coredpussvr"] {
        assert_eq!(intel.has_class(r"root\default", class), Some(false), "{class}");
    }
    assert_eq!(intel.has_class(r"root\cimv2", "Win32_Service"), Some(true));
    assert_eq!(intel.has_class(r"root\cimv2", "Win32_SysCommand"), Some(false));
    assert_eq!(intel.has_class(r"root\wmi", "anything"), None);
    let classes = |namespace: &str| {
        intel
            .baselines()
            .iter()
            .filter_map(|b| b.stock_classes.get(namespace))
            .map(std::collections::BTreeSet::len)
            .sum::<usize>()
    };
    assert_eq!(
        [r"root", r"root\default", r"root\subscription", r"root\cimv2"].map(classes),
        [75, 79, 70, 862]
    );
    let own = intel.baselines().iter().filter_map(|b| b.stock_classes.get(r"root\default")).flatten();
    assert_eq!(own.filter(|name| !name.starts_with("__")).count(), 24);
}
