use super::*;
use evidence::Value;
use proptest::prelude::*;
use std::fmt::Write as _;

/// The objects of a listing, and the ids of the problems.
fn parse(text: &str) -> (Vec<WmiObject>, Vec<String>) {
    let parsed = parse_list(&Text::decode(text.as_bytes()));
    let objects = parsed.records.into_iter().map(|(_, data)| match data {
        RecordData::WmiObject(object) => object,
        other => panic!("{other:?}"),
    });
    (objects.collect(), parsed.problems.into_iter().map(|problem| problem.message.id).collect())
}

/// A record of a class as `wmic` prints it, with these values.
fn record(class: &str, values: &[(&str, &str)]) -> String {
    let layout = LAYOUTS.classes.iter().find(|layout| layout.schema.class == class).unwrap();
    let mut text = String::from("\r\r\n\r\r\n");
    for column in &layout.columns {
        let value = values.iter().find(|(name, _)| *name == column.name).map_or("", |(_, value)| value);
        let _ = write!(text, "{}={}\r\r\n", column.name, value.replace('\n', "\r\n"));
    }
    text
}

fn stock() -> String {
    record(
        schema::NT_EVENT_LOG,
        &[("Category", "0"), ("Name", "SCM Event Log Consumer"), ("SourceName", "Service Control Manager")],
    )
}

fn script(engine: &str, text: &str) -> String {
    let values = [("Name", "s"), ("ScriptingEngine", engine), ("ScriptText", text)];
    record(schema::ACTIVE_SCRIPT, &values)
}

fn command(name: &str, text: &str) -> String {
    record(schema::COMMAND_LINE, &[("Name", name), ("CommandLineTemplate", text), ("YSize", "")])
}

/// The way in which a value with line ends of Windows is printed.
fn printed(text: &str) -> String {
    text.replace("\r\r\n", "\r\n")
}

fn classes(objects: &[WmiObject]) -> Vec<(&str, bool)> {
    objects.iter().map(|object| (object.class.as_str(), object.ambiguous)).collect()
}

const AS: &str = schema::ACTIVE_SCRIPT;
const CL: &str = schema::COMMAND_LINE;
const NT: &str = schema::NT_EVENT_LOG;

#[test]
fn several_classes_in_one_listing() {
    let filter = record(
        schema::EVENT_FILTER,
        &[("Name", "f"), ("Query", "select *\r\nfrom x"), ("QueryLanguage", "WQL")],
    );
    let binding = record(
        schema::BINDING,
        &[("Filter", r#""__EventFilter.Name="f"""#), ("DeliverSynchronously", "FALSE")],
    );
    let timer = record(schema::INTERVAL_TIMER, &[("TimerId", "t"), ("IntervalBetweenEvents", "10")]);
    let text = [stock(), command("c", "cmd /c a=b"), filter, binding, timer].concat();
    let (objects, problems) = parse(&text);
    assert_eq!(problems, [""; 0]);
    assert!(objects.iter().all(|object| !object.ambiguous && object.class_source == ClassSource::Inferred));
    let names: Vec<_> = objects.iter().map(|object| object.class.as_str()).collect();
    assert_eq!(names, [NT, CL, schema::EVENT_FILTER, schema::BINDING, schema::INTERVAL_TIMER]);
    assert_eq!(objects[1].text("CommandLineTemplate"), Some("cmd /c a=b"));
    assert_eq!(objects[2].text("Query"), Some("select *\r\nfrom x"));
    assert_eq!(objects[3].text("Filter"), Some(r#"__EventFilter.Name="f""#));
    assert_eq!(objects[3].value("DeliverSynchronously"), Some(&Value::Bool(false)));
    assert_eq!(objects[4].value("IntervalBetweenEvents"), Some(&Value::Uint(10)));
}

#[test]
fn scripts_keep_their_lines() {
    let source = "Name=WScript\r\n\r\n\r\nScriptingEngine=x\r\nDim a\r\n\r\nKillTimeout=3";
    let (objects, problems) = parse(&[script("VBScript", source), stock()].concat());
    assert_eq!(classes(&objects), [(AS, false), (NT, false)]);
    assert_eq!(objects[0].text("ScriptText"), Some(source));
    assert_eq!(problems, ["note-wmic-behind-script"]);
}

#[test]
fn a_record_forged_behind_an_open_comment_is_doubted() {
    let text = script("JScript", &format!("/*{}*/ evil()", printed(&stock())));
    let (objects, problems) = parse(&text);
    assert_eq!(classes(&objects), [(AS, true), (AS, true), (NT, true)]);
    assert!(objects[1].text("ScriptText").unwrap().ends_with("*/ evil()"));
    assert_eq!(problems, ["note-wmic-two-readings"]);
}

#[test]
fn a_record_forged_with_other_line_ends_is_doubted() {
    let text = script("VBScript", &format!("x=1{}", stock().replace("\r\r\n", "\n")));
    let (objects, problems) = parse(&text);
    assert_eq!(classes(&objects), [(AS, true), (AS, true), (NT, true)]);
    assert_eq!(problems, ["note-wmic-two-readings"]);
}

#[test]
fn a_record_forged_with_too_few_blank_lines_is_doubted() {
    let text = script("VBScript", &format!("x=1\r\n{}", printed(&stock()[3..])));
    let (objects, problems) = parse(&text);
    assert_eq!(classes(&objects), [(AS, true), (AS, true), (NT, true)]);
    assert_eq!(problems, ["note-wmic-two-readings"]);
}

#[test]
fn a_record_that_is_there_twice_is_doubted() {
    let text = [script("VBScript", &format!("x=1{}", printed(&stock()))), stock()].concat();
    let (objects, problems) = parse(&text);
    assert_eq!(classes(&objects)[..3], [(AS, true), (AS, true), (NT, true)]);
    assert_eq!(problems, ["note-wmic-two-readings"]);
}

#[test]
fn a_part_of_a_record_in_a_script_is_the_script() {
    let source = "x=1\r\n\r\n\r\nName=SCM Event Log Consumer\r\nSourceName=Service Control Manager\r\ny=2";
    let (objects, problems) = parse(&[script("VBScript", source), stock()].concat());
    assert_eq!(classes(&objects), [(AS, false), (NT, false)]);
    assert_eq!(objects[0].text("ScriptText"), Some(source));
    assert_eq!(problems, ["note-wmic-behind-script"]);
}

#[test]
fn a_second_set_of_properties_is_read_both_ways() {
    let values = [
        ("Name", "n\r\nScriptFilename=\r\nScriptingEngine=VBScript\r\nScriptText=harmless()"),
        ("ScriptingEngine", "VBScript"),
        ("ScriptText", "evil()"),
    ];
    let (objects, problems) = parse(&record(AS, &values));
    assert_eq!(classes(&objects), [(AS, true), (AS, true)]);
    assert!(objects[0].text("ScriptText").unwrap().ends_with("evil()"));
    assert_eq!(objects[1].text("ScriptText"), Some("evil()"));
    assert_eq!(problems, ["note-wmic-two-readings"]);
}

#[test]
fn a_record_within_a_command_is_kept_beside_it() {
    let (objects, problems) = parse(&command("c", &format!("evil{}", printed(&stock()))));
    assert_eq!(classes(&objects), [(CL, true), (NT, true)]);
    assert!(objects[0].text("CommandLineTemplate").unwrap().starts_with("evil\r\n"));
    assert_eq!(objects[0].name(), "c");
    assert_eq!(problems, ["note-wmic-two-readings"]);
}

#[test]
fn a_command_that_closes_its_own_record_is_doubted() {
    let rest = command("fake", "").split_once("CreateNewConsole").unwrap().1.to_owned();
    let inner = format!(
        "evil\r\nCreateNewConsole{}{}\r\n\r\n\r\nCommandLineTemplate=notepad",
        printed(&rest),
        printed(&stock())
    );
    let (objects, problems) = parse(&command("c", &inner));
    assert_eq!(classes(&objects), [(CL, true), (CL, true), (NT, true), (CL, true)]);
    assert_eq!(objects[1].name(), "c");
    assert!(objects[1].text("CommandLineTemplate").unwrap().ends_with("notepad"));
    assert_eq!(problems, ["note-wmic-two-readings"]);
    let (honest, problems) = parse(&[command("a", "x"), command("b", "y"), stock()].concat());
    assert_eq!(classes(&honest), [(CL, false), (CL, false), (NT, false)]);
    assert_eq!(problems, [""; 0]);
}

#[test]
fn a_query_over_a_record_needs_an_open_quote() {
    let filter = |query: &str, name: &str| {
        record(schema::EVENT_FILTER, &[("Name", name), ("Query", query), ("QueryLanguage", "WQL")])
    };
    let inner = filter("select * from y", "fake");
    let inner = inner.strip_suffix("QueryLanguage=WQL\r\r\n").unwrap();
    let forged = format!("select * from x where a=\"\r\nQueryLanguage=WQL{}\"", printed(inner));
    let (objects, problems) = parse(&filter(forged.trim_end(), "f"));
    assert!(objects.iter().all(|object| object.ambiguous), "{objects:?}");
    assert_eq!(problems, ["note-wmic-two-readings"]);
    let (objects, problems) = parse(&[filter("q", "f"), filter("q", "f")].concat());
    assert_eq!(objects.len(), 2);
    assert_eq!(problems, [""; 0]);
}

#[test]
fn a_cut_listing_covers_a_part_only() {
    let text = [stock(), command("c", "x")].concat();
    let cut = &text[..text.len() - 40];
    let parsed = parse_list(&Text::decode(cut.as_bytes()));
    assert_eq!(parsed.coverage.get(Area::EventConsumers), Some(ReadState::Partial));
    let (objects, problems) = parse(cut);
    assert_eq!(classes(&objects), [(NT, false), (CL, false)]);
    assert_eq!(objects[1].properties.last().unwrap().state, State::Truncated);
    assert_eq!(problems, ["note-wmic-incomplete"]);
    assert_eq!(parse(script("JScript", "a()").trim_end()).1, ["note-wmic-incomplete"]);
    assert_eq!(parse(stock().trim_end()).1, [""; 0]);
}

#[test]
fn unknown_classes_are_kept_as_such() {
    let text = "\n\nCreatorSID={1,2}\nMachineName=\nMaximumQueueSize=\nName=n\nZeal=TRUE\n";
    let (objects, problems) = parse(&[stock().replace('\r', ""), text.to_owned()].concat());
    assert_eq!(classes(&objects), [(NT, false), ("", false)]);
    assert_eq!(objects[1].class_source, ClassSource::Unknown);
    assert_eq!(objects[1].value("Zeal"), Some(&Value::Bool(true)));
    assert_eq!(problems, [""; 0]);
}

#[test]
fn other_orders_and_choices_of_properties_are_read() {
    let text = "Name=f\nCreatorSID=\nQueryLanguage=WQL\nQuery=q\nEventNamespace=n\nEventAccess=\n\nName=g\nQuery=q\n";
    let (objects, _) = parse(text);
    assert_eq!(classes(&objects), [(schema::EVENT_FILTER, false), ("", false)]);
    assert_eq!(objects[1].properties.len(), 2);
}

#[test]
fn listings_without_blank_lines_are_read() {
    let text = [stock(), command("c", "x"), stock()].concat().replace("\r\r\n\r\r\n", "");
    let (objects, problems) = parse(&text);
    assert_eq!(classes(&objects), [(NT, false), (CL, false), (NT, false)]);
    assert_eq!(problems, [""; 0]);
}

#[test]
fn nothing_is_not_no_instances() {
    let empty = parse_list(&Text::decode(b""));
    assert_eq!(empty.problems[0].message, NO_RECORDS.plain());
    let none = Text::decode(b"No Instance(s) Available.\r\r\n\r\r\n");
    assert!(says_no_instances(&none));
    assert_eq!(parse_list(&none).problems[0].message, NO_INSTANCES.plain());
    assert!(parse_list(&none).coverage.iter().next().is_none());
    let (objects, _) = parse(&format!("No Instance(s) Available.{}{}", "\n".repeat(300), stock()));
    assert_eq!(objects.len(), 1);
    let (_, problems) = parse(&format!("C:\\>wmic x\r\r\n{}", stock()));
    assert_eq!(problems, ["note-wmic-outside"]);
}

#[test]
fn tangled_listings_are_given_up_in_time() {
    let begun =
        "\n\nCreatorSID=\nKillTimeout=\nMachineName=\n\nMaximumQueueSize=\n\nScriptText=\n".repeat(20_000);
    let commands = "\n\nCommandLineTemplate=\nCreateNewConsole=\n".repeat(50_000);
    for text in [begun, commands] {
        let (objects, problems) = parse(&text);
        assert!(!objects.is_empty());
        assert!(problems.contains(&TANGLED.id.to_owned()), "{problems:?}");
    }
}

/// Text of a value: lines that do not begin like properties.
fn lines_of_text() -> impl Strategy<Value = String> {
    prop::collection::vec("[ -~あ-んア-ン一-龠]{0,20}", 0..4).prop_map(|lines| {
        let lines: Vec<_> = lines.iter().map(|line| format!(" {line}")).collect();
        lines.join("\r\n").trim_end().to_owned()
    })
}

fn any_object() -> impl Strategy<Value = (usize, Vec<String>)> {
    (0..LAYOUTS.classes.len()).prop_flat_map(|class| {
        let columns = LAYOUTS.classes[class].columns.iter().map(|column| match column.kind {
            Kind::Bool => prop::sample::select(vec!["", "TRUE", "FALSE"]).prop_map(str::to_owned).boxed(),
            Kind::Number => {
                prop_oneof![Just(String::new()), any::<u32>().prop_map(|n| n.to_string())].boxed()
            }
            Kind::Bytes => Just("{1,2,0,5}".to_owned()).boxed(),
            Kind::Strings => Just("{\"a\",\"b\"}".to_owned()).boxed(),
            Kind::Reference => "\"X[.]Name=\"[a-z]{1,5}\"\"".boxed(),
            Kind::Text | Kind::Any => {
                "[!-~][ -~あ-ん]{0,12}".prop_map(|text| text.trim_end().to_owned()).boxed()
            }
            Kind::Free => lines_of_text().boxed(),
        });
        (Just(class), columns.collect::<Vec<_>>())
    })
}

proptest! {
    #[test]
    fn what_is_rendered_is_read_again(
        objects in prop::collection::vec(any_object(), 1..6),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r\r\n", "\r\n\r\n"]),
        utf16 in any::<bool>(),
    ) {
        let mut text = String::new();
        for (class, values) in &objects {
            text.push_str("\n\n");
            for (column, value) in LAYOUTS.classes[*class].columns.iter().zip(values) {
                let _ = writeln!(text, "{}={}", column.name, value.replace("\r\n", "\n"));
            }
        }
        let text = format!("{text}\n\n").replace('\n', line_end);
        let bytes = if utf16 {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        } else {
            text.into_bytes()
        };
        let parsed = parse_list(&Text::decode(&bytes));
        let read: Vec<_> = parsed.records.iter().filter_map(|(_, data)| match data {
            RecordData::WmiObject(object) if !object.ambiguous => Some(object),
            _ => None,
        }).collect();
        let doubted = parsed.problems.iter().any(|problem| problem.message.id == TWO_READINGS.id);
        prop_assert!(doubted || read.len() == objects.len(), "{:?}", parsed);
        if !doubted {
            for (object, (class, values)) in read.iter().zip(&objects) {
                let layout = &LAYOUTS.classes[*class];
                prop_assert_eq!(&object.class, layout.schema.class);
                for ((column, value), property) in layout.columns.iter().zip(values).zip(&object.properties) {
                    let expected = value::parse(column.kind, value);
                    prop_assert_eq!(expected.canonical(), property.value.canonical());
                }
            }
        }
    }

    #[test]
    fn never_panics(bytes in any::<Vec<u8>>()) {
        parse_list(&Text::decode(&bytes));
    }

    #[test]
    fn never_panics_on_pieces_of_listings(pieces in prop::collection::vec(prop_oneof![
        Just("\n"), Just("\r\r\n"), Just("CreatorSID="), Just("Name=x\n"), Just("Query="), Just("ScriptText=/*"),
        Just("CommandLineTemplate=\n"), Just("{1,"), Just("\"}"), Just("あ"), Just("\n\n\n"),
        Just("\n\nEventDateTime=\nSkipIfPassed=\nTimerId=t\n"), Just("IntervalBetweenEvents=1\n"),
    ], 0..60)) {
        parse_list(&Text::decode(pieces.concat().as_bytes()));
    }
}
