//! One event in the shape of the event log: `{"Event": {"System": {…}, "EventData": {…}}}`, as `evtx_dump` writes it.

use super::wanted::Wanted;
use evidence::Event;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// An event as far as a source tells of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Raw {
    pub(super) provider: String,
    pub(super) channel: String,
    pub(super) event_id: u32,
    pub(super) record_id: Option<u64>,
    pub(super) time: Option<Timestamp>,
    pub(super) computer: String,
    pub(super) data: BTreeMap<String, String>,
}

impl Raw {
    /// What is known of an event of this provider and number.
    pub(super) fn wanted(&self) -> Option<&'static Wanted> {
        Wanted::find(&self.provider, &self.channel, self.event_id)
    }

    /// The event of a provider that is read; `None` where it has no time.
    pub(super) fn into_event(self, wanted: &Wanted) -> Option<Event> {
        Some(Event {
            channel: self.channel,
            provider: wanted.provider.to_owned(),
            event_id: self.event_id,
            record_id: self.record_id.unwrap_or(0),
            time: self.time?,
            computer: self.computer,
            data: self.data,
        })
    }
}

/// Reads an event in the shape of the log, attributes inside (`#attributes`) or beside (`…_attributes`) their element.
pub(super) fn read(value: &Value) -> Option<Raw> {
    let event = value.get("Event").unwrap_or(value);
    let system = event.get("System")?;
    let element = |name: &str| system.get(name).map(text).unwrap_or_default();
    let attribute = |name: &str, attribute: &str| {
        let inside = system.get(name).and_then(|element| {
            element.get("#attributes").and_then(|all| all.get(attribute)).or_else(|| element.get(attribute))
        });
        let beside = || system.get(format!("{name}_attributes"))?.get(attribute);
        inside.or_else(beside).map(text).unwrap_or_default()
    };
    let body = event.get("EventData").filter(|body| !body.is_null());
    let data = match (body, event.get("UserData")) {
        (Some(body), _) => fields(body),
        (None, Some(Value::Object(user))) => user
            .iter()
            .filter(|(name, _)| !is_attributes(name))
            .flat_map(|(_, inner)| fields(inner))
            .collect(),
        _ => BTreeMap::new(),
    };
    Some(Raw {
        provider: attribute("Provider", "Name"),
        channel: element("Channel"),
        event_id: element("EventID").trim().parse().ok()?,
        record_id: element("EventRecordID").trim().parse().ok(),
        time: attribute("TimeCreated", "SystemTime").parse().ok(),
        computer: element("Computer").trim().to_owned(),
        data,
    })
}

/// The data of an event by the names of the fields; fields without a name are counted.
pub(super) fn fields(body: &Value) -> BTreeMap<String, String> {
    let mut data = BTreeMap::new();
    let Value::Object(members) = body else { return data };
    for (name, value) in members {
        if name == "Data" {
            for (at, unnamed) in (1..).zip(unnamed(value)) {
                data.insert(format!("param{at}"), unnamed);
            }
        } else if !is_attributes(name) {
            data.insert(name.clone(), text(value));
        }
    }
    data
}

fn is_attributes(name: &str) -> bool {
    name.starts_with('#') || name.ends_with("_attributes") || name == "xmlns"
}

/// The fields without a name.
fn unnamed(value: &Value) -> Vec<String> {
    match value.get("#text").unwrap_or(value) {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Null => Vec::new(),
        single => vec![text(single)],
    }
}

/// A value as the text that the log shows.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("\n"),
        Value::Object(members) => match members.get("#text") {
            Some(inner) => text(inner),
            None if members.keys().all(|name| is_attributes(name)) => String::new(),
            None => value.to_string(),
        },
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_stand_inside_or_beside_their_element() {
        let inside = json!({"Event": {
            "#attributes": {"xmlns": "x"},
            "System": {
                "Provider": {"#attributes": {"Name": "P"}},
                "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": 7045},
                "TimeCreated": {"#attributes": {"SystemTime": "2022-03-10T21:08:30.5Z"}},
                "EventRecordID": 7, "Channel": "System", "Computer": "PC1"
            },
            "EventData": {"Data": {"#text": ["a", null, 3]}, "Flag": true, "Binary": null}
        }});
        let beside = json!({"Event": {
            "System": {
                "Provider_attributes": {"Name": "P"},
                "EventID": "7045", "EventID_attributes": {"Qualifiers": 16384},
                "TimeCreated_attributes": {"SystemTime": "2022-03-10T21:08:30.5Z"},
                "EventRecordID": "7", "Channel": "System", "Computer": "PC1"
            },
            "EventData": {"Data": ["a", "", "3"], "Flag": "true", "Binary": ""}
        }});
        let read_inside = read(&inside).unwrap();
        assert_eq!(Some(&read_inside), read(&beside).as_ref());
        let data: Vec<_> = read_inside.data.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(data, ["Binary=", "Flag=true", "param1=a", "param2=", "param3=3"]);
        assert_eq!((read_inside.event_id, read_inside.record_id), (7045, Some(7)));
    }

    #[test]
    fn user_data_is_the_inside_of_its_element() {
        let event = json!({"Event": {
            "System": {"Provider": {"#attributes": {"Name": "P"}}, "EventID": 1},
            "EventData": null,
            "UserData": {"Operation": {"#attributes": {"xmlns": "x"}, "Namespace": "//./root"}}
        }});
        let data = read(&event).unwrap().data;
        assert_eq!(data.into_iter().collect::<Vec<_>>(), [("Namespace".to_owned(), "//./root".to_owned())]);
        assert_eq!(read(&json!({"Event": {"EventData": {}}})), None);
        assert_eq!(read(&json!([1])), None);
    }
}
