use super::*;
use crate::Parsed;
use crate::text::Text;
use evidence::{Location, Property, RecordData, Seen, State, Value};
use insta::assert_snapshot;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::Path;

/// What was read, for people: one line a property.
fn shown(parsed: &Parsed) -> String {
    let mut text = String::new();
    for (location, data) in &parsed.records {
        let (Location::Offset(at), RecordData::WmiObject(object)) = (location, data) else {
            panic!("{location:?} {data:?}")
        };
        let place = object.namespace.as_deref().unwrap_or("?");
        let server = object.server.as_deref().unwrap_or("?");
        let doubt = if object.ambiguous { " ambiguous" } else { "" };
        let _ = writeln!(text, "@{at} {server} {place}:{} {:?}{doubt}", object.class, object.class_source);
        for Property { name, value, state } in &object.properties {
            let state = if *state == State::Truncated { " …" } else { "" };
            let _ = writeln!(text, "  {} = {value:?}{state}", name.as_str());
        }
    }
    let _ = writeln!(text, "{:?}", parsed.coverage);
    for problem in &parsed.problems {
        let _ = writeln!(text, "! {:?} @{:?} {:?}", problem.level, problem.offset, problem.message);
    }
    text
}

fn list(text: &str) -> Parsed {
    parse_list(&Text::decode(text.as_bytes()))
}

fn json(text: &str) -> Parsed {
    parse_json(&Text::decode(text.as_bytes()))
}

fn objects(parsed: &Parsed) -> Vec<&WmiObject> {
    let records = parsed.records.iter().map(|(_, data)| data);
    records
        .filter_map(|data| if let RecordData::WmiObject(object) = data { Some(object) } else { None })
        .collect()
}

/// A listing as PowerShell lays it out, with the further lines of values indented, or with the indentation lost.
fn listing(records: &[&[(&str, &str)]], indented: bool, end: &str) -> String {
    let mut text = String::from("\n\n");
    for record in records {
        let width = record.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in *record {
            let indent = if indented { " ".repeat(width + 3) } else { String::new() };
            let value = value.replace('\n', &format!("\n{indent}"));
            let _ = writeln!(text, "{name:width$} : {value}");
        }
        text.push('\n');
    }
    text.replace('\n', end)
}

fn system<'a>(class: &'a str, count: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("__GENUS", "2"),
        ("__CLASS", class),
        ("__RELPATH", "x"),
        ("__PROPERTY_COUNT", count),
        ("__SERVER", "HOST-1"),
        ("__NAMESPACE", r"ROOT\subscription"),
    ]
}

fn script<'a>(name: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut record = system("ActiveScriptEventConsumer", "8");
    record.extend([
        ("CreatorSID", "{1, 5, 0, 0...}"),
        ("KillTimeout", "0"),
        ("MachineName", ""),
        ("MaximumQueueSize", ""),
        ("Name", name),
        ("ScriptFilename", ""),
        ("ScriptingEngine", "VBScript"),
        ("ScriptText", text),
        ("PSComputerName", "HOST-1"),
    ]);
    record
}

fn filter<'a>(name: &'a str, query: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut record = system("__EventFilter", "6");
    record.extend([
        ("CreatorSID", "{1, 5, 0, 0...}"),
        ("EventAccess", ""),
        ("EventNamespace", r"root\cimv2"),
        ("Name", name),
        ("Query", query),
        ("QueryLanguage", "WQL"),
        ("PSComputerName", "HOST-1"),
    ]);
    record
}

#[test]
fn a_listing_of_get_wmiobject() {
    let text = listing(&[&script("s", "a\n\n  b\nc"), &filter("f", "SELECT * FROM X")], true, "\r\n");
    assert_snapshot!("wmiobject", shown(&list(&text)));
}

#[test]
fn a_listing_of_get_ciminstance() {
    let text = listing(
        &[
            &[
                ("Consumer", r#"CommandLineEventConsumer (Name = "a "quoted" name")"#),
                ("CreatorSID", "{1, 5, 0, 0…}"),
                ("DeliverSynchronously", "False"),
                ("DeliveryQoS", ""),
                ("Filter", r#"__EventFilter (Name = "f")"#),
                ("MaintainSecurityContext", "False"),
                ("SlowDownProviders", "False"),
                ("PSComputerName", ""),
                ("CimClass", "root/subscription:__FilterToConsumerBinding"),
                ("CimInstanceProperties", "{DeliverSynchronously, DeliveryQoS...}"),
                ("CimSystemProperties", "Microsoft.Management.Infrastructure.CimSystemProperties"),
            ],
            &[
                ("CreatorSID", "{1, 5, 0, 0...}"),
                ("EventAccess", ""),
                ("EventNamespace", "root/cimv2"),
                ("Name", "f"),
                ("Query", "SELECT * FROM X"),
                ("QueryLanguage", "WQL"),
                ("PSComputerName", "HOST-2"),
            ],
            &[("Name", "only"), ("Other", "{a, b}")],
        ],
        true,
        "\n",
    );
    assert_snapshot!("ciminstance", shown(&list(&text)));
}

#[test]
fn format_list_star_adds_properties_of_dot_net() {
    let star = |name| {
        let mut record = filter(name, "SELECT * FROM X");
        let computer = record.pop();
        record.insert(0, computer.unwrap());
        let added =
            ["Scope", "Path", "Options", "ClassPath", "Properties", "SystemProperties", "Qualifiers", "Site"];
        record.extend(added.map(|name| (name, "System.Management.Something")));
        record
    };
    let text = listing(&[&star("f"), &star("g")], true, "\r\n");
    let parsed = list(&text);
    let names: Vec<_> =
        objects(&parsed).iter().map(|object| (object.name(), object.properties.len())).collect();
    assert_eq!(names, [("f", 6), ("g", 6)]);
    assert_eq!(parsed.problems, []);
    // The lines between records may be lost.
    assert_eq!(list(&text.replace("\r\n\r\n", "\r\n")).records.len(), 2);
}

#[test]
fn utf_16_and_a_prompt_around_the_listing() {
    let text = listing(&[&filter("フィルター", "SELECT * FROM X")], true, "\r\n");
    let text = format!(
        "PS C:\\> Get-WmiObject -Namespace root\\subscription -Class __EventFilter{text}\r\nPS C:\\> "
    );
    let bytes: Vec<u8> =
        [0xFEFF_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let parsed = parse_list(&Text::decode(&bytes));
    let [object] = objects(&parsed)[..] else { panic!("{parsed:?}") };
    assert_eq!((object.name(), object.server.as_deref()), ("フィルター", Some("HOST-1")));
    assert_eq!(parsed.problems, []);
    let at = text.find("__GENUS").unwrap();
    assert_eq!(parsed.records[0].0, Location::Offset(2 + 2 * text[..at].encode_utf16().count() as u64));
}

#[test]
fn lines_folded_at_the_width_of_the_console_are_joined() {
    let long = "powershell -enc QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU2Nzg5QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo= -w hidden";
    let mut text = String::new();
    for (name, value) in [("CommandLineTemplate", long), ("Name", "n"), ("ScriptText", "x = 1\ny = 2")] {
        let mut rest = format!("{name:20}: ");
        for (n, line) in value.split('\n').enumerate() {
            rest.push_str(&if n == 0 { String::new() } else { " ".repeat(22) });
            rest.push_str(line);
            while rest.len() > 80 {
                let _ = writeln!(text, "{}", &rest[..80]);
                rest = format!("{}{}", " ".repeat(22), &rest[80..]);
            }
            let _ = writeln!(text, "{rest}");
            rest.clear();
        }
    }
    let parsed = list(&text);
    assert_eq!(objects(&parsed)[0].text("CommandLineTemplate"), Some(long), "{text}");
    assert_eq!(objects(&parsed)[0].text("ScriptText"), Some("x = 1\ny = 2"));

    let words = "__PATH : aaaa bbbb\n         cccc dddd\n         eeeeeeeeee\n         ee\nQuery  : SELECT * \n         FROM X";
    let object = list(words);
    assert_eq!(objects(&object)[0].text("Query"), Some("SELECT * FROM X"));
}

/// A record with a script of one line that is folded at a width, with its further lines indented.
fn folded_script(code: &str, width: usize) -> String {
    let mut text = String::from("Name       : n\r\n");
    let mut line = String::from("ScriptText : ");
    for c in code.chars() {
        if line.len() == width {
            let _ = write!(text, "{line}\r\n");
            line = " ".repeat(13);
        }
        line.push(c);
    }
    let _ = write!(text, "{line}\r\n");
    text
}

#[test]
fn a_script_of_one_line_is_joined_at_any_width_of_a_file() {
    for width in [1000, 2048, 4096, 8191, 8192, 777] {
        let code = format!("Execute \"{}\"", "QUJDREVG/+0=".repeat(width / 8));
        let parsed = list(&folded_script(&code, width));
        assert_eq!(objects(&parsed)[0].text("ScriptText"), Some(code.as_str()), "{width}");
    }
}

#[test]
fn a_script_that_may_be_folded_at_an_odd_width_is_marked() {
    let code = format!("Execute \"{}\"", "QUJDREVG/+0=".repeat(14));
    let parsed = list(&folded_script(&code, 131));
    assert!(matches!(objects(&parsed)[0].property("ScriptText"), Seen::Truncated(_)));
    let own = format!("{}\nnext", "x = 1 : ".repeat(16).trim());
    let parsed = list(&listing(&[&[("Name", "n"), ("ScriptText", &own)]], true, "\r\n"));
    assert_eq!(objects(&parsed)[0].text("ScriptText"), Some(own.as_str()));
    assert!(matches!(objects(&parsed)[0].property("ScriptText"), Seen::Known(_)));
}

#[test]
fn text_that_looks_like_properties_stays_text_where_it_is_indented() {
    let fake = "x\nName             : stock\n\n__GENUS          : 2\n__CLASS          : __EventFilter";
    let text = listing(&[&script("s", fake), &filter("f", "q")], true, "\r\n");
    let parsed = list(&text);
    assert_eq!(objects(&parsed).len(), 2, "{text}");
    assert_eq!(objects(&parsed)[0].text("ScriptText"), Some(fake));
    assert_eq!(parsed.problems, []);
}

#[test]
fn order_and_class_tell_text_from_properties_where_the_indentation_is_lost() {
    let fake = "x\nName             : stock\nNonsense         : 1";
    let text = listing(&[&script("s", fake)], false, "\r\n");
    let parsed = list(&text);
    let [object] = objects(&parsed)[..] else { panic!("{parsed:?}") };
    assert_eq!((object.name(), object.text("ScriptText")), ("s", Some(fake)));
    assert!(!object.ambiguous);
}

#[test]
fn what_cannot_be_told_is_kept_in_both_readings() {
    let twin = "SELECT 1\nQuery            : SELECT 2";
    let text = listing(&[&filter("f", twin)], false, "\r\n");
    assert_snapshot!("twins", shown(&list(&text)));

    let record = "q\n\n__GENUS          : 2\n__CLASS          : __EventFilter\n__PROPERTY_COUNT : 6\nName             : innocent";
    let text = listing(&[&filter("f", record)], false, "\r\n");
    assert_snapshot!("record_in_a_value", shown(&list(&text)));
}

#[test]
fn a_listing_that_was_cut_says_so_and_is_not_complete() {
    let text = listing(&[&filter("f", "q"), &filter("g", "q")], true, "\n");
    let cut = &text[..text.rfind("Query ").unwrap()];
    let parsed = list(cut);
    assert_eq!(objects(&parsed).len(), 2);
    assert_eq!(parsed.coverage.get(Area::EventFilters), Some(ReadState::Partial));
    assert_eq!(parsed.problems.len(), 1, "{:?}", parsed.problems);
    assert_eq!(parsed.problems[0].message.id, INCOMPLETE.id);
    assert_eq!(list("nothing").problems[0].message.id, NO_RECORDS.id);
}

#[test]
fn other_namespaces_are_never_complete() {
    let text = listing(&[&filter("f", "q")], true, "\n").replace(r"ROOT\subscription", r"ROOT\default");
    let parsed = list(&text);
    assert_eq!(parsed.coverage.iter().collect::<Vec<_>>(), [(Area::OtherNamespaces, ReadState::Partial)]);
}

#[test]
fn json_of_get_ciminstance() {
    let parsed = json(
        r#"[
  {"CreatorSID": [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0], "EventAccess": null,
   "EventNamespace": "root\\cimv2", "Name": "f {\"}", "Query": "SELECT *", "QueryLanguage": "WQL",
   "PSComputerName": "HOST-1", "CimClass": "root/subscription:__EventFilter",
   "CimInstanceProperties": ["Name = \"f\""], "CimSystemProperties": "Microsoft.Management.Infrastructure.CimSystemProperties"},
  {"Filter": {"CimClass": {"CimSystemProperties": {"ClassName": "__EventFilter", "Namespace": "root/subscription"}},
     "CimInstanceProperties": [{"Name": "Name", "Value": "f {\"}", "CimType": 14}], "PSComputerName": null},
   "Consumer": "CommandLineEventConsumer (Name = \"c\")", "DeliveryQoS": {"value": [1], "Count": 1},
   "CimSystemProperties": {"Namespace": "root/subscription", "ServerName": "HOST-1", "ClassName": "__FilterToConsumerBinding"}}
]"#,
    );
    assert_snapshot!("json_cim", shown(&parsed));
}

#[test]
fn json_of_get_wmiobject() {
    let parsed = json(
        r#"{"value": [{
   "Scope": {"IsConnected": true}, "Path": {"Server": "HOST-1", "NamespacePath": "root\\subscription", "ClassName": "CommandLineEventConsumer"},
   "Options": {}, "ClassPath": {}, "SystemProperties": [], "Qualifiers": [],
   "Properties": [{"Name": "Name", "Value": "c"}, {"Name": "KillTimeout", "Value": 0}, {"Name": "Priority", "Value": -1}],
   "__CLASS": "commandlineeventconsumer", "Name": "c", "CommandLineTemplate": "System.Object[]", "CreatorSID": "1 2 0"}], "Count": 1}
   {"unrelated": 1} {"broken": tru} {"Name": "cut"#,
    );
    assert_snapshot!("json_wmi", shown(&parsed));
}

#[test]
fn json_has_a_depth() {
    let deep = format!("{}1{}", "{\"Query\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(json(&deep).problems[0].message.id, BROKEN.id);
    assert_eq!(json(&"{".repeat(100_000)).problems[0].message.id, CUT.id);
}

/// Listings that others recorded on a real machine.
#[test]
fn the_recorded_listings() {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).to_path_buf(),
        Into::into,
    );
    let folder = data.join("text/get-wmiobject");
    if !folder.is_dir() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{} is missing", folder.display());
        eprintln!("SKIPPED: {} is missing", folder.display());
        return;
    }
    let mut all = Vec::new();
    for (name, area, count) in [
        ("FilterToConsumerBinding.txt", Area::Bindings, 4),
        ("EventFilter.txt", Area::EventFilters, 3),
        ("EventConsumer.txt", Area::EventConsumers, 3),
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let parsed = parse_list(&Text::decode(&bytes));
        assert_eq!(parsed.problems, [], "{name}");
        assert!(parsed.coverage.is_complete(area), "{name}");
        assert_eq!(parsed.records.len(), count, "{name}");
        all.extend(objects(&parsed).into_iter().cloned());
    }
    for object in &all {
        assert_eq!(object.server.as_deref(), Some("DESKTOP-O8964S4"));
        assert_eq!(object.namespace.as_deref(), Some(r"root\subscription"));
        assert!(
            matches!(object.property("CreatorSID"), Seen::Truncated(Value::Array(items)) if items.len() == 4)
        );
    }
    let script = all.iter().find(|object| object.name() == "bad vbs").unwrap();
    let lines: Vec<&str> = script.text("ScriptText").unwrap().lines().map(str::trim).collect();
    assert_eq!(lines.len(), 8);
    assert_eq!(
        (lines[0], lines[6], lines[7]),
        ("Dim oLocation, oServices, oProcessList, oProcess", "oProcess.Terminate()", "Next")
    );
    let quoted = all.iter().find(|object| object.name().contains('"')).unwrap();
    assert_eq!(quoted.name(), "Windows\" Update Event MOF");
    let bound = all.iter().filter_map(|object| object.reference("Filter"));
    assert!(bound.into_iter().any(|path| path.name() == Some(quoted.name())));
}

#[test]
fn damage_is_read_in_linear_time() {
    let size = 1 << 20;
    for unit in [
        "A : 1\n",
        "A : 1\n\n",
        "A : 1\nB : 2\n",
        "A : 1\n\nBB : 1\n\n",
        "A : \n x\n",
        "{\"a\":[",
        "{\"",
        "{}",
        "\n",
    ] {
        let text = unit.repeat(size / unit.len());
        let start = std::time::Instant::now();
        let _ = list(&text);
        let _ = json(&text);
        assert!(start.elapsed().as_secs() < 20, "{unit:?} took {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>()) {
        let _ = list(&text);
        let _ = json(&text);
    }

    #[test]
    fn never_panics_on_almost_listings(
        lines in proptest::collection::vec(
            prop_oneof!["(Name|Query|__GENUS|__CLASS|PSComputerName|X)  ?: .{0,9}", "", " {0,9}[a-z :]{0,9}", "__PROPERTY_COUNT : [0-9]"],
            0..30,
        ),
        cut in any::<prop::sample::Index>(),
    ) {
        let text = lines.join("\n");
        let parsed = list(&text);
        prop_assert!(parsed.records.len() <= 3 * lines.len());
        let cut = text.char_indices().map(|(at, _)| at).nth(cut.index(text.len().max(1))).unwrap_or(0);
        let _ = list(&text[..cut]);
    }

    #[test]
    fn scripts_survive_indentation(lines in proptest::collection::vec("[ -~]{0,30}[!-~]", 1..6)) {
        let text = lines.join("\n");
        let records = [script("s", &text), script("t", "y")];
        let listing = listing(&[&records[0], &records[1]], true, "\r\n");
        let parsed = list(&listing);
        prop_assert_eq!(objects(&parsed).len(), 2, "{}", &listing);
        prop_assert_eq!(objects(&parsed)[0].text("ScriptText"), Some(text.as_str()), "{}", &listing);
    }

    #[test]
    fn objects_survive_json(name in any::<String>(), query in any::<String>()) {
        let members = serde_json::json!({"Name": name, "Query": query, "CimClass": "root/subscription:__EventFilter"});
        for text in [members.to_string(), serde_json::to_string_pretty(&[&members, &members]).unwrap()] {
            let parsed = json(&text);
            for object in objects(&parsed) {
                prop_assert_eq!(object.value("Name").and_then(Value::as_text), Some(name.as_str()));
                prop_assert!(object.is_filter());
            }
            prop_assert_eq!(&parsed.problems, &[]);
        }
    }
}
