//! The fields of a task besides the command lines of its actions, as evidence and as the machine have them, and when two of them are the same.

use crate::plan::Precondition;
use evidence::{ScheduledTask, TaskAction};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// What is compared exactly, by its name in the task's XML where it has one there.
const EXACT: [&str; 8] =
    ["Data", "Enabled", "Hidden", "LogonType", "RunLevel", "SecurityDescriptor", "Triggers", XML];
/// The account or group that the task runs as.
const ACCOUNT: &str = "UserId";
/// The whole definition: what none of the other fields has is in it.
const XML: &str = "XmlSHA256";

/// The fields of a task on a machine, where its definition can be read.
pub(crate) fn of_machine(task: &machine::StoredTask) -> BTreeMap<String, String> {
    let mut fields = parse::tasks::definition(&task.xml).map(|own| defined(&own)).unwrap_or_default();
    fields.insert("Enabled".to_owned(), task.enabled.to_string());
    fields.extend(task.security.clone().map(|text| ("SecurityDescriptor".to_owned(), text)));
    fields.insert(XML.to_owned(), parse::tasks::definition_sha256(&task.xml));
    fields
}

/// Adds the fields that evidence has. Only a definition tells of all of them: of listings and of the registry, what is not there is not known.
pub(crate) fn add(precondition: &mut Precondition, subject: &Map<String, Json>) {
    let Ok(task) = serde_json::from_value::<ScheduledTask>(with_places(subject)) else { return };
    if task.highest_privileges.is_some() {
        precondition.fields.extend(defined(&task));
        let enabled = task.enabled.map(|enabled| ("Enabled".to_owned(), enabled.to_string()));
        precondition.fields.extend(enabled);
    }
    precondition.fields.extend(task.security.map(|text| ("SecurityDescriptor".to_owned(), text)));
    precondition.fields.extend(task.definition_sha256.map(|hash| (XML.to_owned(), hash)));
}

/// The subject with what a task has always and a finding may leave out.
fn with_places(subject: &Map<String, Json>) -> Json {
    let mut own = subject.clone();
    for (name, nothing) in [
        ("seen", Json::Object(Map::new())),
        ("triggers", Json::Array(Vec::new())),
        ("actions", Json::Array(Vec::new())),
    ] {
        own.entry(name).or_insert(nothing);
    }
    Json::Object(own)
}

/// What the definition of a task says; that it says nothing is something to hold, too.
fn defined(task: &ScheduledTask) -> BTreeMap<String, String> {
    let each = |text: fn(&TaskAction) -> Option<&String>| {
        let lines = task.actions.iter().map(|action| text(action).map(String::as_str).unwrap_or_default());
        lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
    };
    let folders = each(|action| match action {
        TaskAction::Exec { working_directory, .. } => working_directory.as_ref(),
        _ => None,
    });
    let data = each(|action| match action {
        TaskAction::ComHandler { data, .. } => data.as_ref(),
        _ => None,
    });
    let level = if task.highest_privileges == Some(true) { "HighestAvailable" } else { "LeastPrivilege" };
    [
        (ACCOUNT, task.principal.clone().unwrap_or_default()),
        ("LogonType", task.logon_type.clone().unwrap_or_default()),
        ("RunLevel", level.to_owned()),
        ("Triggers", task.triggers.join("\n")),
        ("Hidden", (task.hidden == Some(true)).to_string()),
        ("WorkingDirectory", folders),
        ("Data", data),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Whether the field is the same in both; `None` where it is a command line, which listings rebuild from its parts.
pub(crate) fn same(name: &str, found: &str, wanted: &str) -> Option<bool> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    if is(ACCOUNT) {
        Some(same_account(found, wanted))
    } else if is("WorkingDirectory") {
        Some(found.trim().eq_ignore_ascii_case(wanted.trim()))
    } else {
        EXACT.iter().any(|known| is(known)).then(|| found.trim() == wanted.trim())
    }
}

/// Accounts that everybody has, by their SIDs.
const WELL_KNOWN: [(&str, &[&str]); 6] = [
    ("s-1-5-18", &["system", "localsystem", r"nt authority\system"]),
    (
        "s-1-5-19",
        &["localservice", "local service", r"nt authority\localservice", r"nt authority\local service"],
    ),
    (
        "s-1-5-20",
        &[
            "networkservice",
            "network service",
            r"nt authority\networkservice",
            r"nt authority\network service",
        ],
    ),
    ("s-1-5-32-544", &["administrators", r"builtin\administrators"]),
    ("s-1-5-32-545", &["users", r"builtin\users"]),
    ("s-1-5-4", &["interactive", r"nt authority\interactive"]),
];

/// Whether two texts mean one account. Where one is a SID and the other a name, nothing here tells, and the other fields have to.
fn same_account(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim().to_lowercase();
        let known = WELL_KNOWN.iter().find(|(_, names)| names.contains(&text.as_str()));
        known.map_or(text, |(sid, _)| (*sid).to_owned())
    };
    let (a, b) = (plain(a), plain(b));
    if a == b {
        return true;
    }
    let is_sid = |text: &str| text.starts_with("s-1-");
    let is_known = |text: &str| WELL_KNOWN.iter().any(|(sid, _)| *sid == text);
    match (is_sid(&a), is_sid(&b)) {
        (true, true) => false,
        (true, false) => !is_known(&a) && !b.is_empty(),
        (false, true) => !is_known(&b) && !a.is_empty(),
        // One source writes the computer's name before the account, another does not.
        (false, false) => {
            let name = |text: &str| text.rsplit('\\').next().map(str::to_owned);
            a.contains('\\') != b.contains('\\') && name(&a) == name(&b)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const XML_TEXT: &str = r#"<Task><Triggers><BootTrigger/></Triggers><Principals><Principal id="A"><UserId>S-1-5-18</UserId>
        <LogonType>Password</LogonType><RunLevel>HighestAvailable</RunLevel></Principal></Principals><Settings><Hidden>true</Hidden></Settings>
        <Actions Context="A"><Exec><Command>a</Command><WorkingDirectory>C:\x</WorkingDirectory></Exec><ComHandler><ClassId>{1}</ClassId>
        <Data>d</Data></ComHandler></Actions></Task>"#;

    #[test]
    fn evidence_and_the_machine_name_the_same_fields() {
        let task = machine::StoredTask {
            path: r"\T".into(),
            xml: XML_TEXT.into(),
            enabled: true,
            security: Some("O:BA".into()),
        };
        let evidence = ScheduledTask {
            security: task.security.clone(),
            definition_sha256: Some(parse::tasks::definition_sha256(XML_TEXT)),
            ..parse::tasks::definition(XML_TEXT).unwrap()
        };
        let Json::Object(subject) = serde_json::to_value(&evidence).unwrap() else { panic!() };
        let mut precondition = Precondition::default();
        add(&mut precondition, &subject);
        assert_eq!(precondition.fields, of_machine(&task));
        assert_eq!(precondition.fields.len(), 10);
        assert!(precondition.fields.iter().all(|(name, value)| same(name, value, value) == Some(true)));
    }

    #[test]
    fn what_is_not_a_definition_tells_little() {
        let mut precondition = Precondition::default();
        let subject = json!({"path": "\\T", "principal": "Author", "hidden": false, "security": "D:"});
        add(&mut precondition, subject.as_object().unwrap());
        assert_eq!(precondition.fields.keys().collect::<Vec<_>>(), ["SecurityDescriptor"]);
    }

    #[test]
    fn accounts_are_compared_as_far_as_they_can_be() {
        for (a, b, same) in [
            ("S-1-5-18", r"NT AUTHORITY\SYSTEM", true),
            ("system", "LocalSystem", true),
            ("S-1-5-18", "S-1-5-19", false),
            ("S-1-5-18", "Eve", false),
            ("", "S-1-5-18", false),
            (r"PC1\me", "ME", true),
            (r"PC1\me", r"PC2\me", false),
            ("me", "you", false),
            ("S-1-5-21-1-2-3-1001", "me", true),
            ("S-1-5-21-1-2-3-1001", "", false),
        ] {
            assert_eq!(same_account(a, b), same, "{a} {b}");
            assert_eq!(same_account(b, a), same, "{b} {a}");
        }
    }
}
