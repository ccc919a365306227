//! What ran, and what waits in the registry to run: only what is malicious or mines by its own text.

use super::{fields, files};
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::{Content, recognise};
use crate::messages as m;
use crate::subject::{finding, finding_id};
use deobfuscate::{Language, ScriptVerdict};
use evidence::{Event, Message};
use intel::{IndicatorKind as Known, Intel, Observation};

/// Shorter values of the registry are no payload.
const VALUE: usize = 24;

/// A field that holds what ran.
pub(super) fn field(
    event: &Event,
    intel: &Intel,
    kind: Kind,
    field: &'static str,
    hint: Option<Language>,
) -> Option<Finding> {
    judge(event, intel, kind, field, event.field(field)?, hint)
}

/// The command line that started PowerShell: events 400 and 600 name it among other lines, event 4103 in its context.
pub(super) fn host(event: &Event, intel: &Intel) -> Option<Finding> {
    let commands = event.data.values().flat_map(|text| text.lines()).filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        // The name is translated in event 4103, so its place is taken by what it must hold.
        let named = name.trim().replace(' ', "").eq_ignore_ascii_case("HostApplication");
        (named || value.to_lowercase().contains(".exe")).then_some(value.trim())
    });
    let mut commands: Vec<_> = commands.collect();
    commands.dedup();
    commands
        .into_iter()
        .find_map(|command| judge(event, intel, Kind::Process, "HostApplication", command, None))
}

/// A value of the registry that was written. Those that start something are judged as autostart entries.
pub(super) fn value(event: &Event, intel: &Intel) -> Option<Finding> {
    let place = event.field("TargetObject")?.trim();
    let by_place = || {
        let family = recognise(intel, &[Observation { kind: Known::RegistryPath, text: place }])?;
        let mut finding = finding(Kind::Event, place, m::TITLE_VALUE_WRITTEN.with([place.into()]));
        let by_content = (Severity::High, Confidence::Likely);
        let by_name = (Severity::Medium, Confidence::Possible);
        (finding.severity, finding.confidence) = if family.by_content { by_content } else { by_name };
        finding.action = Action::Review;
        finding.reasons = family.reasons;
        finding.family = Some(family.family);
        finding.id = finding_id(Kind::Event, &["value-written"], place);
        finding.subject = fields(event);
        Some(finding)
    };
    let starts = crate::autostart::is_written_start(event);
    let data = event.field("Details").filter(|data| data.len() >= VALUE && !starts);
    data.and_then(|data| judge(event, intel, Kind::Event, "Details", data, None)).or_else(by_place)
}

fn judge(
    event: &Event,
    intel: &Intel,
    kind: Kind,
    field: &'static str,
    text: &str,
    hint: Option<Language>,
) -> Option<Finding> {
    let mut content = Content::default();
    content.add(field, text, hint);
    let image = event.field("Image").or_else(|| event.field("NewProcessName")).unwrap_or_default();
    let mut observations = content.observations();
    // Values are written by programs of all kinds; a program that ran is known by its file as well.
    if kind == Kind::Process {
        observations.extend(files::observations(image, event));
    }
    let family = recognise(intel, &observations).filter(|family| family.by_content);
    drop(observations);
    let bad = matches!(content.verdict, Some(ScriptVerdict::Miner | ScriptVerdict::Malicious));
    if !bad && family.is_none() {
        return None;
    }
    let name: String = text.chars().take(80).collect();
    let mut finding = finding(kind, &name, title(kind, &name, event));
    (finding.severity, finding.confidence, finding.action) =
        (Severity::High, Confidence::Likely, Action::Review);
    finding.reasons = content.reasons;
    if let Some(family) = family {
        finding.reasons.extend(family.reasons);
        finding.family = Some(family.family);
    }
    finding.attack = content.attack.into_iter().collect();
    finding.id = finding_id(kind, &[field], text);
    finding.decoded = content.scripts;
    finding.subject = fields(event);
    Some(finding)
}

fn title(kind: Kind, name: &str, event: &Event) -> Message {
    match kind {
        Kind::Script => m::TITLE_SCRIPT_RAN.with([name.into()]),
        Kind::Process => m::TITLE_PROCESS_RAN.with([name.into()]),
        _ => m::TITLE_VALUE_WRITTEN.with([event.field("TargetObject").unwrap_or("?").into()]),
    }
}
