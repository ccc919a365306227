//! Signs of ransomware to come, of stolen credentials and of remote control, in what ran and what was installed.

use super::{ADMINISTRATORS, is_audit, is_guest};
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Event, Evidence, Message};
use intel::Intel;
use std::collections::{BTreeMap, BTreeSet};

/// Command lines that a finding shows.
const SHOWN: usize = 3;
/// Lines of a script that are looked at, and how long one may be.
const MAX_LINES: usize = 2_000;
const MAX_LINE: usize = 4_096;

/// Everything of the kind, whatever else is known of the machine.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let mut findings = deeds(evidence, intel);
    findings.extend(remote_control(evidence, intel));
    findings.extend(guest_made_administrator(evidence));
    findings
}

/// What is found of a deed: its command lines in order of time, and the records.
#[derive(Default)]
struct Found {
    lines: Vec<String>,
    records: Vec<usize>,
    attack: Vec<String>,
    source: String,
}

fn deeds(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let mut found: BTreeMap<&str, Found> = BTreeMap::new();
    for (at, event) in evidence.events() {
        for line in lines(event) {
            for deed in intel.aftermath().deeds(&line) {
                let own = found.entry(&deed.id).or_default();
                own.records.push(at);
                own.attack.clone_from(&deed.attack);
                own.source.clone_from(&deed.source);
                if !own.lines.contains(&line) {
                    own.lines.push(line.clone());
                }
            }
        }
    }
    found.into_iter().filter_map(|(id, found)| deed(evidence, intel, id, found)).collect()
}

fn deed(evidence: &Evidence, intel: &Intel, id: &str, found: Found) -> Option<Finding> {
    let title = title(id)?;
    let mut finding = finding(Kind::Event, id, title);
    finding.severity = Severity::Medium;
    finding.confidence = Confidence::Likely;
    finding.action = Action::Review;
    finding.attack = found.attack;
    finding.id = finding_id(Kind::Event, &["deed", id], "");
    finding.reasons =
        found.lines.iter().take(SHOWN).map(|line| m::REASON_DEED.with([line.as_str().into()])).collect();
    let source = intel.aftermath().sources.iter().find(|source| source.id == found.source);
    finding.reasons.extend(source.map(|source| {
        let url = source.url.clone().unwrap_or_default();
        m::HARDENING_SOURCE.with([(&source.title).into(), url.into()])
    }));
    finding.subject.insert("CommandLine".to_owned(), found.lines.into());
    finding.evidence = places(evidence, found.records);
    Some(finding)
}

/// What the deed is, in one line.
fn title(id: &str) -> Option<Message> {
    let id = format!("title-deed-{id}");
    m::ALL.iter().find(|spec| spec.id == id).map(evidence::MessageSpec::plain)
}

/// The command lines of an event, with single blanks. Of a script every line.
fn lines(event: &Event) -> Vec<String> {
    let field = match (event.provider.as_str(), event.event_id) {
        ("Microsoft-Windows-Security-Auditing", 4688) | ("Microsoft-Windows-Sysmon", 1) => "CommandLine",
        ("Microsoft-Windows-PowerShell" | "PowerShellCore", 4104) => "ScriptBlockText",
        _ => return Vec::new(),
    };
    let text = event.field(field).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#') && line.len() <= MAX_LINE);
    lines
        .take(MAX_LINES)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect()
}

/// Programs for remote control among the services, those that a log saw installed included.
fn remote_control(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let mut found: BTreeMap<&str, (BTreeSet<&str>, Vec<usize>)> = BTreeMap::new();
    let installed = evidence.events().filter(|(_, event)| {
        (event.event_id == 7045 && event.provider == "Service Control Manager") || is_audit(event, 4697)
    });
    let installed = installed.filter_map(|(at, event)| Some((at, event.field("ServiceName")?)));
    let present = evidence.services().map(|(at, service)| (at, service.name.as_str()));
    for (at, service) in installed.chain(present) {
        if let Some(tool) = intel.aftermath().remote_tool(service) {
            let own = found.entry(&tool.name).or_default();
            own.0.insert(service);
            own.1.push(at);
        }
    }
    let about = |(tool, (services, records)): (&str, (BTreeSet<&str>, Vec<usize>))| {
        let mut finding = finding(Kind::Event, tool, m::TITLE_REMOTE_TOOL.with([tool.into()]));
        // Whether it belongs there is known to whoever looks after the machine; it is no sign of a miner.
        finding.severity = Severity::Low;
        finding.reasons = vec![m::REASON_REMOTE_TOOL.plain()];
        finding.attack = vec!["T1219".to_owned()];
        finding.id = finding_id(Kind::Event, &["remote-tool", tool], "");
        let services: Vec<_> = services.into_iter().collect();
        finding.subject.insert("ServiceName".to_owned(), services.into());
        finding.evidence = places(evidence, records);
        finding
    };
    found.into_iter().map(about).collect()
}

/// The guest becomes an administrator only where somebody wants a way back in.
fn guest_made_administrator(evidence: &Evidence) -> Option<Finding> {
    let records: Vec<_> = evidence
        .events()
        .filter(|(_, event)| is_audit(event, 4732) && event.field("TargetSid") == Some(ADMINISTRATORS))
        .filter(|(_, event)| event.field("MemberSid").is_some_and(is_guest))
        .collect();
    let (_, first) = records.iter().min_by_key(|(_, event)| event.time)?;
    let time = first.time.to_string();
    let mut finding = finding(Kind::Account, "guest", m::TITLE_GUEST_MADE_ADMINISTRATOR.plain());
    finding.severity = Severity::Medium;
    finding.confidence = Confidence::Likely;
    let by = first.field("SubjectUserName").unwrap_or("?");
    finding.reasons =
        vec![m::REASON_ADMINISTRATOR_NEW.with([by.into(), time.into()]), m::REASON_GUEST.plain()];
    finding.attack = vec!["T1098".to_owned(), "T1078.001".to_owned()];
    finding.id = finding_id(Kind::Account, &["guest-administrator"], "");
    finding.subject = first.data.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    finding.evidence = places(evidence, records.iter().map(|(at, _)| *at));
    Some(finding)
}
