//! Events from logs.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One event of a log, reduced to what matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The log: `Microsoft-Windows-WMI-Activity/Operational`, `Security`, …
    pub channel: String,
    /// Who wrote it: `Microsoft-Windows-Sysmon`, …
    pub provider: String,
    /// Its number.
    pub event_id: u32,
    /// Its place in the log, as the log counts.
    pub record_id: u64,
    /// When it was written, in UTC.
    pub time: jiff::Timestamp,
    /// The machine that wrote it.
    pub computer: String,
    /// Its data by the names of the fields; fields without a name are called `param1`, `param2`, …
    pub data: BTreeMap<String, String>,
}

impl Event {
    /// The field of this name, where it is there and not empty.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.data.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }
}

/// A value as it was before Sysmon wrote it into events 19 to 21, in quotes and with the escapes of MOF: `root\cimv2` for ` "root\\cimv2"`.
pub fn unquoted(text: &str) -> String {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(character) = rest.next() {
        let escaped = match (character, rest.clone().next()) {
            ('\\', Some(same @ ('\\' | '"' | '\''))) => Some(same),
            ('\\', Some('n')) => Some('\n'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some('t')) => Some('\t'),
            _ => None,
        };
        plain.push(escaped.unwrap_or(character));
        if escaped.is_some() {
            rest.next();
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_and_escapes_of_sysmon_are_undone() {
        for (text, plain) in [
            (r#" "root\\cimv2""#, r"root\cimv2"),
            (r#" "CommandLineEventConsumer.Name=\"x\"""#, r#"CommandLineEventConsumer.Name="x""#),
            (r#""a\r\n\tb\\n""#, "a\r\n\tb\\n"),
            ("bare", "bare"),
            (r#""a\qb\""#, r"a\qb\"),
            ("\"", "\""),
        ] {
            assert_eq!(unquoted(text), plain, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_unquoted(text: String) {
            let _ = unquoted(&text);
        }
    }
}
