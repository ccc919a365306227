//! Listings as `wmic … get /format:list` writes them into a file.
//!
//! UTF-16LE with a byte order mark; properties in alphabetical order without regard to case, empty ones included; two empty lines before each
//! instance; line ends `\r\r\n`, because a `\n` becomes `\r\n` on the way into the file, also inside values.

use evidence::{Property, Value, WmiObject};

/// What `wmic` says where there are no instances.
const NOTHING: &str = "No Instance(s) Available.\r\n";

/// The listing of these instances.
pub fn list<'o>(objects: impl IntoIterator<Item = &'o WmiObject>) -> Vec<u8> {
    let mut text = String::new();
    for object in objects {
        text.push_str("\r\n\r\n");
        let mut properties: Vec<&Property> = object.properties.iter().collect();
        properties.sort_by_key(|property| property.name.as_str().to_lowercase());
        for property in properties {
            let name = property.name.as_str();
            text.push_str(name);
            text.push('=');
            text.push_str(&shown(name, &property.value));
            text.push_str("\r\n");
        }
    }
    text.push_str(if text.is_empty() { NOTHING } else { "\r\n\r\n\r\n" });
    let units = text.replace('\n', "\r\n");
    std::iter::once(0xFEFF).chain(units.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A value as the listing shows it.
fn shown(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "TRUE".to_owned(),
        Value::Bool(false) => "FALSE".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Uint(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) if name == "Filter" || name == "Consumer" => format!("\"{text}\""),
        Value::Text(text) => text.to_string(),
        Value::Array(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| match item {
                    Value::Text(text) => format!("\"{text}\""),
                    item => shown("", item),
                })
                .collect();
            format!("{{{}}}", items.join(","))
        }
        Value::Object(object) => format!("instance of {}", object.class),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::wmi::schema;
    use evidence::{PropertyName, RecordData, State};
    use parse::text::Text;
    use proptest::prelude::*;

    fn object(class: &str, fields: &[(&'static str, Value)]) -> WmiObject {
        let all = schema::of(class).unwrap().properties;
        let property = |name: &&'static str| Property {
            name: PropertyName::known(name),
            value: fields.iter().find(|(own, _)| own == name).map_or(Value::Null, |(_, value)| value.clone()),
            state: State::Known,
        };
        WmiObject {
            class: class.to_owned(),
            properties: all.iter().map(property).collect(),
            ..WmiObject::default()
        }
    }

    fn read_back(objects: &[WmiObject]) -> Vec<WmiObject> {
        let bytes = list(objects);
        let parsed = parse::wmic::parse_list(&Text::decode(&bytes));
        let objects = parsed.records.into_iter().map(|(_, data)| match data {
            RecordData::WmiObject(object) => object,
            other => panic!("{other:?}"),
        });
        objects.collect()
    }

    #[test]
    fn the_bytes_are_those_of_wmic() {
        let timer = object("__IntervalTimerInstruction", &[("TimerId", Value::text("T"))]);
        let text: Vec<u8> =
            "\u{FEFF}\r\r\n\r\r\nIntervalBetweenEvents=\r\r\nSkipIfPassed=\r\r\nTimerId=T\r\r\n\r\r\n\r\r\n\r\r\n"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
        assert_eq!(list([&timer]), text);
    }

    #[test]
    fn nothing_is_said_in_the_words_of_wmic() {
        assert!(parse::wmic::says_no_instances(&Text::decode(&list([]))));
    }

    #[test]
    fn several_lines_in_a_script_come_back() {
        let script = object(
            "ActiveScriptEventConsumer",
            &[
                ("Name", Value::text("C")),
                ("ScriptingEngine", Value::text("VBScript")),
                ("ScriptText", Value::text("a = 1\r\nb = 2")),
            ],
        );
        let [read] = read_back(std::slice::from_ref(&script)).try_into().unwrap();
        assert_eq!(read.fingerprint(), script.fingerprint());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            names in prop::collection::vec("[A-Za-z0-9 _.\u{4e00}-\u{4e20}\"{}-]{1,12}", 1..4),
            command in "[ -~]{0,60}",
            sid in prop::collection::vec(0_u64..256, 1..28),
        ) {
            let sid = Value::Array(sid.iter().copied().map(Value::Uint).collect());
            let consumers: Vec<_> = names.iter().map(|name| object("CommandLineEventConsumer", &[
                ("Name", Value::text(name.trim())),
                ("CommandLineTemplate", Value::text(command.clone())),
                ("CreatorSID", sid.clone()),
                ("RunInteractively", Value::Bool(false)),
            ])).collect();
            let bindings: Vec<_> = names.iter().map(|name| object("__FilterToConsumerBinding", &[
                ("Filter", Value::text(format!("__EventFilter.Name=\"{}\"", name.trim().replace('"', "\\\"")))),
                ("Consumer", Value::text("CommandLineEventConsumer.Name=\"x\"")),
                ("CreatorSID", sid.clone()),
            ])).collect();
            let prints = |objects: &[WmiObject]| objects.iter().map(WmiObject::fingerprint).collect::<Vec<_>>();
            for objects in [consumers, bindings] {
                let read = read_back(&objects);
                // Text that looks like the listing itself is read in each way that it can be.
                if !read.iter().any(|object| object.ambiguous) {
                    prop_assert_eq!(prints(&read), prints(&objects));
                }
                for print in prints(&objects) {
                    prop_assert!(prints(&read).contains(&print), "{read:?}");
                }
            }
        }
    }
}
