//! What `deminer probe` wrote: which machines answered over the network, and how.
//!
//! Each answer becomes a setting of the kind `network-check`, called `MS17-010`, whose value is the answer: `not-fixed`, `fixed`,
//! `smb1-not-offered` or `unknown`. Its details: `host` (the machine by the name that it gave itself, else by the name under which it was asked, else
//! by its address), `address`, `port`, `stage`, `cause`, `code`, `time`, and what it said of itself: `name`, `system`, `version`.

use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::{Area, Level, Location, MessageSpec, ReadState, RecordData, Setting};
use serde::Deserialize;

/// The kind of the settings.
pub const KIND: &str = "network-check";

/// The kind of such a setting beside a machine that only had the address.
pub const LINKED: &str = "network-check-of-address";

/// The form of the document that is read.
const SCHEMA: &str = "deminer.probe/1";

const SCHEMA_UNKNOWN: MessageSpec = MessageSpec::new("note-network-schema", &["schema"]);
const DAMAGED: MessageSpec = MessageSpec::new("note-network-damaged", &["problem"]);
const LEFT_OUT: MessageSpec = MessageSpec::new("note-network-left-out", &["count"]);

/// Everything that this module can say.
pub const NOTES: &[MessageSpec] = &[SCHEMA_UNKNOWN, DAMAGED, LEFT_OUT];

/// A document of many results, or a line with one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    schema: String,
    results: Vec<Asked>,
    #[serde(flatten)]
    single: Asked,
}

/// What came of one address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    host: Option<String>,
    address: Option<String>,
    port: Option<u16>,
    time: Option<String>,
    answer: Option<String>,
    stage: Option<String>,
    cause: Option<String>,
    code: Option<String>,
    server: Server,
}

/// What the server told of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Server {
    name: Option<String>,
    dns_name: Option<String>,
    system: Option<String>,
    version: Option<String>,
}

/// Whether a text begins as such a document does.
pub(crate) fn is_first(head: &str) -> bool {
    head.contains("\"schema\"") && head.contains("\"deminer.probe/")
}

/// Reads the results.
pub fn parse(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let mut left_out = 0_u64;
    let mut number = 0_u64;
    for document in serde_json::Deserializer::from_str(text.as_str()).into_iter::<Document>() {
        let document = match document {
            Ok(document) if document.schema == SCHEMA => document,
            Ok(document) => {
                parsed.problems.push(problem(Level::Error, SCHEMA_UNKNOWN.with([document.schema.into()])));
                break;
            }
            Err(error) => {
                parsed.problems.push(problem(Level::Error, DAMAGED.with([error.to_string().into()])));
                break;
            }
        };
        let single = document.single.answer.is_some().then_some(document.single);
        for asked in document.results.into_iter().chain(single) {
            number += 1;
            match asked.setting() {
                Some(setting) => {
                    parsed.records.push((Location::Record(number), RecordData::Setting(setting)));
                }
                None => left_out += 1,
            }
        }
    }
    if left_out > 0 {
        parsed.problems.push(problem(Level::Info, LEFT_OUT.with([left_out.into()])));
    }
    if !parsed.records.is_empty() {
        parsed.coverage.add(Area::Patch, ReadState::Partial);
    }
    parsed
}

impl Asked {
    /// The setting, where a Windows machine was there to answer.
    fn setting(self) -> Option<Setting> {
        let answer = self.answer?;
        let nobody = self.stage.as_deref() == Some("connect") && self.host.is_none();
        if answer == "not-windows" || nobody {
            return None;
        }
        let server = self.server;
        let own_name = server.dns_name.or(server.name.clone());
        let host = own_name.or(self.host).or_else(|| self.address.clone());
        let details = [
            ("host", host),
            ("address", self.address),
            ("port", self.port.map(|port| port.to_string())),
            ("stage", self.stage),
            ("cause", self.cause),
            ("code", self.code),
            ("time", self.time),
            ("name", server.name),
            ("system", server.system),
            ("version", server.version),
        ];
        let details = details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Some(Setting {
            kind: KIND.to_owned(),
            name: "MS17-010".to_owned(),
            value: answer,
            details: details.collect(),
        })
    }
}

fn problem(level: Level, message: evidence::Message) -> Problem {
    Problem { level, offset: None, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings(text: &str) -> (Vec<Setting>, Vec<String>) {
        let parsed = parse(&Text::decode(text.as_bytes()));
        let settings = parsed.records.into_iter().map(|(_, data)| match data {
            RecordData::Setting(setting) => setting,
            other => panic!("{other:?}"),
        });
        (settings.collect(), parsed.problems.into_iter().map(|problem| problem.message.id).collect())
    }

    fn result(answer: &str, stage: &str, more: &str) -> String {
        format!(r#""answer": "{answer}", "stage": "{stage}", "address": "10.0.0.7", "port": 445{more}"#)
    }

    #[test]
    fn the_best_name_is_the_one_that_the_machine_gives_itself() {
        let host = |more: &str| {
            let text = format!(
                r#"{{"schema": "deminer.probe/1", "results": [{{{}}}]}}"#,
                result("fixed", "transaction", more)
            );
            settings(&text).0[0].details["host"].clone()
        };
        assert_eq!(host(""), "10.0.0.7");
        assert_eq!(host(r#", "host": "alias""#), "alias");
        assert_eq!(host(r#", "host": "alias", "server": {"name": "PC-1"}"#), "PC-1");
        assert_eq!(
            host(r#", "server": {"name": "PC-1", "dns_name": "pc-1.corp.example"}"#),
            "pc-1.corp.example"
        );
    }

    #[test]
    fn one_document_and_lines_say_the_same() {
        let (a, b) = (
            result("fixed", "transaction", ""),
            result("unknown", "tree-connect", r#", "code": "0xC0000022""#),
        );
        let document =
            format!(r#"{{"schema": "deminer.probe/1", "results": [{{{a}}}, {{{b}}}], "notes": []}}"#);
        let lines =
            format!("{{\"schema\":\"deminer.probe/1\",{a}}}\r\n{{\"schema\":\"deminer.probe/1\",{b}}}\r\n");
        assert_eq!(settings(&document), settings(&lines));
        assert_eq!(settings(&lines).0.len(), 2);
    }

    #[test]
    fn where_no_windows_was_there_is_nothing_to_judge() {
        let text = format!(
            r#"{{"schema": "deminer.probe/1", "results": [{{{}}}, {{{}}}, {{{}}}]}}"#,
            result("unknown", "connect", ""),
            result("not-windows", "transaction", ""),
            result("unknown", "connect", r#", "host": "pc-1""#)
        );
        let (settings, problems) = settings(&text);
        assert_eq!(settings.len(), 1);
        assert_eq!(problems, ["note-network-left-out"]);
    }

    #[test]
    fn damage_is_told_and_what_came_before_is_kept() {
        let line = format!("{{\"schema\":\"deminer.probe/1\",{}}}\n", result("fixed", "transaction", ""));
        let (kept, problems) = settings(&format!("{line}{{\"schema\":\"deminer.pro"));
        assert_eq!((kept.len(), problems), (1, vec!["note-network-damaged".to_owned()]));
        assert_eq!(settings(r#"{"schema": "deminer.probe/9"}"#).1, ["note-network-schema"]);
    }

    proptest! {
        #[test]
        fn anything_is_read(text: String) {
            let _ = parse(&Text::decode(text.as_bytes()));
            let _ = parse(&Text::decode(format!("{{\"schema\":\"deminer.probe/1\",{text}").as_bytes()));
        }
    }
}
