//! Recognises text formats.

mod failed;
mod mof;

use super::{Format, HEAD};
use crate::{autoruns, events, group_policy, hotfix, network, policy, systeminfo, version, wmic};
use evidence::wmi::schema::SCHEMAS;

/// Properties that many classes of WMI have: alone they do not show that a listing is about subscriptions.
const COMMON: &[&str] = &[
    "Name",
    "Text",
    "Message",
    "Subject",
    "Category",
    "Priority",
    "EventID",
    "EventType",
    "Filename",
    "KillTimeout",
    "ExecutablePath",
    "WorkingDirectory",
    "SourceName",
    "MachineName",
];

/// Whether nothing but blanks and comments is in the text, so that what follows would decide.
pub(super) fn is_undecided(text: &str) -> bool {
    mof::skip_blanks(text).is_empty()
}

/// Whether an instance in MOF stands anywhere in the text.
pub(super) fn mentions_instances(text: &str) -> bool {
    mof::mentions_instances(text)
}

/// The format of a text, by its beginning. Comments of MOF in front of all else are passed over, however many there are.
pub(super) fn recognise(text: &str) -> Format {
    let start = mof::skip_blanks(text);
    let head = start.get(..start.floor_char_boundary(HEAD)).unwrap_or(start);
    match head.chars().next() {
        None if text.contains(['/', '*']) => Format::UnknownText,
        None => Format::Empty,
        Some('<') => xml(head),
        Some('{') => json(head),
        Some('[') => match json(head) {
            Format::UnknownText => lines(head),
            format => format,
        },
        // `evtx_dump` numbers the events that it writes.
        Some('R')
            if starts_with(head, "Record ") && head.contains('{') && events::looks_like_events(head) =>
        {
            Format::EventJson
        }
        Some('n' | 'N') if wmic::is_no_instances(head) => Format::WmicList,
        Some(_) => lines(head),
    }
}

fn xml(head: &str) -> Format {
    let mut rest = head;
    let root = loop {
        rest = rest.trim_start();
        let end = if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<!") {
            ">"
        } else {
            break rest.strip_prefix('<').unwrap_or_default();
        };
        match rest.split_once(end) {
            Some((_, behind)) => rest = behind,
            None => return Format::UnknownText,
        }
    };
    let name = root.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
    match name.to_ascii_lowercase().as_str() {
        "command" | "results" if hotfix::names_updates(head) => Format::Hotfixes,
        "command" | "results" => Format::WmicRawxml,
        "autoruns" => Format::AutorunsXml,
        "objs" => Format::Clixml,
        "task" => Format::TaskXml,
        "html" | "table" | "h3" if names_a_property(head, &['>', '<']) => Format::WmicHtable,
        _ => Format::UnknownText,
    }
}

fn json(head: &str) -> Format {
    let inner = head.trim_start_matches(['[', '{']).trim_start_matches([' ', '\t', '\r', '\n', '{']);
    if inner.starts_with("\"provenance\"") {
        Format::Records
    } else if inner.starts_with("\"schema\"") && head.contains("deminer.bundle/") {
        Format::Manifest
    } else if inner.starts_with('"') && network::is_first(head) {
        Format::NetworkCheck
    } else if inner.starts_with('"') && events::looks_like_events(head) {
        Format::EventJson
    } else if inner.starts_with('"') && version::is_json(head) {
        Format::ComputerInfo
    } else if inner.starts_with('"') && hotfix::names_updates(head) {
        Format::Hotfixes
    } else if inner.starts_with('"')
        && (head.contains("\"CimClass\"") || head.contains("\"__CLASS\"") || names_a_property(head, &['"']))
    {
        Format::PowershellJson
    } else {
        Format::UnknownText
    }
}

/// Whether a property that tells of subscriptions stands between two of the marks.
fn names_a_property(head: &str, marks: &[char]) -> bool {
    head.split(marks).any(|part| is_telling(part.trim()))
}

fn is_telling(name: &str) -> bool {
    !COMMON.iter().any(|common| common.eq_ignore_ascii_case(name))
        && SCHEMAS
            .iter()
            .any(|schema| schema.properties.iter().any(|property| property.eq_ignore_ascii_case(name)))
}

fn lines(head: &str) -> Format {
    if head.starts_with('[') && policy::recognise_template(head) {
        return Format::SecurityTemplate;
    }
    if head.starts_with('[') && group_policy::recognise(head) {
        return Format::PolicyScripts;
    }
    if let Some(format) = failed::recognise(head) {
        return format;
    }
    let system = systeminfo::recognise(head);
    let mut first = true;
    for (at, line) in version::lines(head) {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if line.is_empty() {
            continue;
        }
        if let Some(format) = updates(line, at, system) {
            return format;
        }
        if first && starts_with(line, "Node,") {
            return Format::WmicCsv;
        }
        first = false;
        if let Some(separator) = autoruns::header_separator(line) {
            return if separator == b'\t' { Format::AutorunsTsv } else { Format::AutorunsCsv };
        }
        if head.get(at..).is_some_and(|rest| mof::begins(rest.trim_start())) {
            return Format::Mof;
        }
        if let Some((key, _)) = line.split_once('=').filter(|(key, _)| is_telling(key)) {
            // MOF sets blanks round the sign; a listing sets none.
            return if key.ends_with(' ') { Format::Mof } else { Format::WmicList };
        }
        // `Format-List` sets blanks round the colon; YAML sets none before it.
        let key = line.split_once(':').and_then(|(key, _)| key.strip_suffix(' '));
        if key.is_some_and(|key| is_telling(key.trim_end()) || key.starts_with("__")) {
            return if lists_updates(head) { Format::Hotfixes } else { Format::PowershellList };
        }
    }
    let ver = head.lines().any(|line| version::ver_line(line).is_some());
    if ver {
        Format::WindowsVersion
    } else if policy::recognise_net_accounts(head) {
        Format::NetAccounts
    } else if hotfix::is_bare(head) {
        Format::Hotfixes
    } else {
        Format::UnknownText
    }
}

/// The format of a line that tells of updates; `system` is where the version stands in the output of `systeminfo`.
///
/// Asked line by line, so that a text in a listing of subscriptions does not hide the listing.
fn updates(line: &str, at: usize, system: Option<usize>) -> Option<Format> {
    if system.is_some_and(|system| system <= at) {
        Some(Format::SystemInfo)
    } else if hotfix::is_heading(line) {
        Some(Format::Hotfixes)
    } else if hotfix::names_a_package(line) {
        Some(Format::Packages)
    } else {
        version::is_computer_info(line).then_some(Format::ComputerInfo)
    }
}

/// Whether the first object of a listing with system properties is an update.
fn lists_updates(head: &str) -> bool {
    let class = |line| version::property(line).filter(|(key, _)| *key == "__CLASS");
    let first = head.lines().find_map(class);
    first.is_some_and(|(_, class)| class.eq_ignore_ascii_case("Win32_QuickFixEngineering"))
}

fn starts_with(line: &str, prefix: &str) -> bool {
    line.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(cases: &[(&str, Format)]) {
        for (text, format) in cases {
            assert_eq!(recognise(text), *format, "{text}");
        }
    }

    #[test]
    fn listings() {
        all(&[
            ("\r\r\n\r\r\nCreatorSID={1,2}\r\r\nEventAccess=\r\r\n", Format::WmicList),
            ("Name=x\r\nQuery=SELECT * FROM a\r\n", Format::WmicList),
            ("No Instance(s) Available.\r\r\n\r\r\n", Format::WmicList),
            ("No Instance(s) Available. Or so.\r\n", Format::UnknownText),
            ("\r\n__CLASS  : __EventFilter\r\nName     : x\r\n", Format::PowershellList),
            ("__CLASS : CommandLineEventConsumer\n", Format::PowershellList),
            ("\r\nNode,CreatorSID,Name\r\nPC,,x\r\n", Format::WmicCsv),
            ("\r\n__GENUS          : 2\r\n", Format::PowershellList),
            ("EventNamespace : root\\cimv2\r\nName : x", Format::PowershellList),
        ]);
    }

    #[test]
    fn structured_formats() {
        all(&[
            (r#"<COMMAND SEQUENCENUM="1">"#, Format::WmicRawxml),
            ("<?xml version=\"1.0\"?>\n<!-- x --><autoruns><item>", Format::AutorunsXml),
            ("<Objs Version=\"1.1.0.1\">", Format::Clixml),
            ("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<Task version=\"1.2\">", Format::TaskXml),
            ("<html><td>EventNamespace</td></html>", Format::WmicHtable),
            ("<html><p>Hello</p></html>", Format::UnknownText),
            ("[\n  {\n    \"CreatorSID\": [1]\n  }\n]", Format::PowershellJson),
            ("{\"provenance\":{\"source\":0}}", Format::Records),
            ("{\"schema\": \"deminer.bundle/1\"}", Format::Manifest),
            ("{\"hello\": 1}", Format::UnknownText),
        ]);
    }

    #[test]
    fn mof_of_people_and_of_events() {
        all(&[
            ("// comment\n#PRAGMA AUTORECOVER\n", Format::Mof),
            ("/* long\n comment */\nInstance of __EventFilter as $F\n{", Format::Mof),
            ("Binding EventFilter: \ninstance of __EventFilter\n", Format::Mof),
            ("[dynamic]\nclass Win32_Services : CIM_X {", Format::Mof),
            ("[dynamic, provider(\"x\")] class X {};", Format::Mof),
            ("instance of\tCommandLineEventConsumer {};", Format::Mof),
            ("INSTANCE  OF\nCommandLineEventConsumer {};", Format::Mof),
            (&format!("{}instance of X {{}};", "// padding\n".repeat(HEAD)), Format::Mof),
            ("// nothing else", Format::UnknownText),
        ]);
    }

    #[test]
    fn autoruns_behind_its_banner() {
        all(&[
            (
                "\r\nSysinternals Autoruns v14.09\r\n\r\nTime,Entry Location,Entry,Enabled,Category\r\n",
                Format::AutorunsCsv,
            ),
            ("Time\tEntry Location\tEntry\tEnabled\tCategory\r\n", Format::AutorunsTsv),
        ]);
    }

    #[test]
    fn other_listings_and_prose_are_not_evidence() {
        all(&[
            ("AcceptPause=FALSE\r\r\nCaption=x\r\r\nName=svc\r\r\n", Format::UnknownText),
            ("[section]\r\nName=x\r\n", Format::UnknownText),
            ("detection:\n  filter:\n    Query: x\n", Format::UnknownText),
            ("Dear all: class dismissed, for instance of course.\n", Format::UnknownText),
            (" \r\n\t\r\n", Format::Empty),
        ]);
    }
}
