//! `ConvertTo-Json` of WMI objects, by PowerShell 5 and 7.

use super::fields::{Draft, flattened, is_system, reference};
use super::{Areas, BROKEN, CUT, FOREIGN, SHALLOW, Tally};
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::wmi::{ClassSource, schema};
use evidence::{Level, Location, ObjectPath, RecordData, State, Value, WmiObject};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;
use std::ops::Range;

/// Reads the objects in a text of JSON: one, an array, or one behind the other.
///
/// Each object is read by itself, so that a damaged one costs no other.
pub fn parse_json(text: &Text<'_>) -> Parsed {
    let whole = text.as_str();
    let mut parsed = Parsed::default();
    let mut areas = Areas::default();
    let mut reader = Reader::default();
    let (mut broken, mut foreign) = (Tally::default(), Tally::default());
    let mut detail = String::new();
    let mut objects = Objects { text: whole, at: 0 };
    for found in &mut objects {
        let at = text.offset(found.start);
        let members = match serde_json::from_str::<Members>(whole.get(found).unwrap_or_default()) {
            Ok(members) => members,
            Err(error) => {
                broken.add(at);
                if detail.is_empty() {
                    detail = error.to_string();
                }
                continue;
            }
        };
        for members in members.listed() {
            let shallow = reader.shallow;
            let Some(object) = reader.object(members).filter(is_of_interest) else {
                foreign.add(at);
                continue;
            };
            if reader.shallow > shallow {
                reader.tally.add(at);
            }
            areas.add(&object, reader.shallow == shallow);
            parsed.records.push((Location::Offset(at), RecordData::WmiObject(object)));
        }
    }
    parsed.coverage = areas.coverage();
    let rest = text.offset(objects.at);
    parsed.problems.extend(broken.tell(Level::Error, |count| BROKEN.with([count.into(), detail.into()])));
    parsed.problems.extend(foreign.tell(Level::Info, |count| FOREIGN.with([count.into()])));
    parsed.problems.extend(reader.tally.tell(Level::Warning, |count| SHALLOW.with([count.into()])));
    if objects.at < whole.len() {
        parsed.problems.push(Problem { level: Level::Error, offset: Some(rest), message: CUT.plain() });
    }
    parsed.problems.sort_by_key(|problem| problem.offset);
    parsed
}

/// Whether an object is one that WMI may have given: of a stated class, or with properties of a class that we know.
fn is_of_interest(object: &WmiObject) -> bool {
    object.class_source != ClassSource::Unknown
        || object
            .properties
            .iter()
            .any(|p| schema::intern(p.name.as_str()).is_some() && p.name.as_str() != "Name")
}

/// The places of the outermost objects. Stops before one that does not end.
struct Objects<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Objects<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        let rest = |at: usize| bytes.get(at..).unwrap_or_default();
        let Some(skipped) = memchr::memchr(b'{', rest(self.at)) else {
            self.at = bytes.len();
            return None;
        };
        let start = self.at + skipped;
        self.at = start;
        let (mut at, mut open) = (start, 0_usize);
        loop {
            at += memchr::memchr3(b'{', b'}', b'"', rest(at))?;
            match bytes.get(at) {
                Some(b'{') => open += 1,
                Some(b'}') => open -= 1,
                _ => loop {
                    at += 1;
                    at += memchr::memchr2(b'"', b'\\', rest(at))?;
                    if bytes.get(at) == Some(&b'"') {
                        break;
                    }
                    at += 1;
                },
            }
            at += 1;
            if open == 0 {
                self.at = at;
                return Some(start..at);
            }
        }
    }
}

/// The members of a JSON object in their order.
struct Members(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl Members {
    fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The objects in `{"value": […], "Count": 2}`, as PowerShell 5 shows an array that is an object; else the object itself.
    fn listed(self) -> Vec<Self> {
        match self.get("value") {
            Some(Json::Array(items)) if self.get("Count").is_some() && self.0.len() == 2 => {
                items.iter().filter_map(Self::of).collect()
            }
            _ => vec![self],
        }
    }

    fn of(json: &Json) -> Option<Self> {
        json.as_object().map(|object| Self(object.iter().map(|(n, v)| (n.clone(), v.clone())).collect()))
    }
}

/// Makes objects, and counts what the depth of the JSON hides.
#[derive(Debug, Default)]
struct Reader {
    shallow: usize,
    tally: Tally,
}

impl Reader {
    /// The WMI object that a JSON object shows. `None` where it shows nothing.
    fn object(&mut self, members: Members) -> Option<WmiObject> {
        let extended = members.get("ClassPath").is_some() && members.get("SystemProperties").is_some();
        let mut draft = Draft::default();
        let mut described = None;
        let mut computer = None;
        for (name, json) in members.0 {
            match name.to_ascii_lowercase().as_str() {
                "__class" => draft.set_class(json.as_str().unwrap_or_default()),
                "__namespace" => draft.set_namespace(json.as_str().unwrap_or_default()),
                "__server" => draft.set_server(json.as_str().unwrap_or_default()),
                "pscomputername" => computer = json.as_str().map(str::to_owned),
                "cimclass" => cim_class(&mut draft, &json),
                "cimsystemproperties" => system_properties(&mut draft, &json),
                "ciminstanceproperties" => described = Some(json),
                "properties" if extended => described = described.or(Some(json)),
                "path" if extended => management_path(&mut draft, &json),
                _ if is_system(&name, extended) => {}
                _ => self.property(&mut draft, &name, json),
            }
        }
        if let Some(Json::Array(items)) = described {
            for item in items {
                self.described(&mut draft, &item);
            }
        }
        if let Some(computer) = computer {
            draft.set_server(&computer);
        }
        let object = draft.finish();
        (object.class_source == ClassSource::Stated || !object.properties.is_empty()).then_some(object)
    }

    /// `{"Name": …, "Value": …}` among the descriptions of the properties, where the object does not show the property itself.
    fn described(&mut self, draft: &mut Draft, item: &Json) {
        let (Some(name), Some(value)) = (item.get("Name").and_then(Json::as_str), item.get("Value")) else {
            return;
        };
        if !draft.properties.iter().any(|known| known.name.as_str().eq_ignore_ascii_case(name)) {
            self.property(draft, name, value.clone());
        }
    }

    fn property(&mut self, draft: &mut Draft, name: &str, json: Json) {
        let is_reference = name.eq_ignore_ascii_case("Filter") || name.eq_ignore_ascii_case("Consumer");
        let (value, state) = match json {
            Json::String(text) => self.text(name, text),
            json => (self.value(json), State::Known),
        };
        let value = match value {
            Value::Object(object) if is_reference => match path(&object) {
                Some(path) => Value::from(path),
                None => Value::Object(object),
            },
            other => other,
        };
        draft.push(name, value, state);
    }

    fn text(&mut self, name: &str, text: String) -> (Value, State) {
        if let Some(path) = reference(name, &text) {
            return (Value::from(path), State::Known);
        }
        if let Some(array) = flattened(name, &text) {
            return (array, State::Known);
        }
        let type_name =
            ["System.", "Microsoft.Management.Infrastructure."].iter().any(|start| text.starts_with(start));
        let hidden = type_name && !text.contains([' ', '\n']);
        self.shallow += usize::from(hidden);
        (Value::from(text), if hidden { State::Truncated } else { State::Known })
    }

    fn value(&mut self, json: Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::String(text) => Value::from(text),
            Json::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => Value::Uint(number),
                (None, Some(number)) => Value::Int(number),
                (None, None) => number.as_f64().map_or(Value::Null, Value::Real),
            },
            Json::Array(items) => Value::Array(items.into_iter().map(|item| self.value(item)).collect()),
            Json::Object(members) => {
                // PowerShell 5 shows arrays and dates that it had as objects as `{"value": …}`.
                if let Some(inner @ (Json::Array(_) | Json::String(_))) = members.get("value") {
                    return self.value(inner.clone());
                }
                self.object(Members(members.into_iter().collect()))
                    .map_or(Value::Null, |object| Value::Object(Box::new(object)))
            }
        }
    }
}

/// The relative path of an object to which a reference points.
fn path(object: &WmiObject) -> Option<String> {
    let named =
        object.properties.iter().find(|property| property.name.as_str().eq_ignore_ascii_case("Name"))?;
    let name = named.value.as_text()?.to_owned();
    let keys = vec![("Name".to_owned(), name)];
    let path =
        ObjectPath { server: None, namespace: object.namespace.clone(), class: object.class.clone(), keys };
    (!object.class.is_empty()).then(|| path.to_string())
}

fn cim_class(draft: &mut Draft, json: &Json) {
    if let Some(text) = json.as_str() {
        draft.set_cim_class(text);
    } else if let Some(system) = json.get("CimSystemProperties") {
        system_properties(draft, system);
    }
}

fn system_properties(draft: &mut Draft, json: &Json) {
    let text = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default();
    draft.set_class(text("ClassName"));
    draft.set_namespace(text("Namespace"));
    draft.set_server(text("ServerName"));
}

/// The `Path` of an object of `Get-WmiObject`.
fn management_path(draft: &mut Draft, json: &Json) {
    let text = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default();
    draft.set_class(text("ClassName"));
    draft.set_namespace(text("NamespacePath"));
    draft.set_server(text("Server"));
}
