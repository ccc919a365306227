//! Files that a log shows: drivers and libraries that were loaded, programs that ran or were written, programs whose image was replaced.

use super::fields;
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::{Recognised, recognise};
use crate::messages as m;
use crate::places::{is_disguised, is_user_writable};
use crate::subject::{finding, finding_id};
use evidence::{Event, Message};
use intel::{IndicatorKind as Known, Intel, Observation};

/// What families may know a file by that an event of Sysmon shows with its hashes: `SHA1=…,MD5=…,SHA256=…`.
pub(super) fn observations<'a>(path: &'a str, event: &'a Event) -> Vec<Observation<'a>> {
    let mut seen = vec![Observation { kind: Known::FilePath, text: path }];
    let hashes = event.field("Hashes").or_else(|| event.field("Hash")).unwrap_or_default().split(',');
    seen.extend(hashes.filter_map(|hash| {
        let (algorithm, text) = hash.split_once('=')?;
        let kind = match algorithm.trim().to_ascii_uppercase().as_str() {
            "MD5" => Known::Md5,
            "SHA1" => Known::Sha1,
            "SHA256" => Known::Sha256,
            _ => return None,
        };
        Some(Observation { kind, text: text.trim() })
    }));
    seen
}

/// A finding about a file, with what a family says of it.
fn about(
    event: &Event,
    what: &str,
    path: &str,
    title: Message,
    judgement: (Severity, Confidence),
    family: Option<Recognised>,
) -> Finding {
    let mut finding = finding(Kind::Event, path, title);
    (finding.severity, finding.confidence) = judgement;
    finding.action = Action::Review;
    if let Some(family) = family {
        finding.reasons.extend(family.reasons);
        finding.family = Some(family.family);
    }
    finding.id = finding_id(Kind::Event, &[what], path);
    finding.subject = fields(event);
    finding
}

fn by_family(family: &Recognised) -> (Severity, Confidence) {
    if family.by_content {
        (Severity::High, Confidence::Likely)
    } else {
        (Severity::Medium, Confidence::Possible)
    }
}

/// Event 6 of Sysmon. Miners set processor registers through a driver that hardware monitors use as well: where it lies tells more.
pub(super) fn driver(event: &Event, intel: &Intel) -> Option<Finding> {
    let path = event.field("ImageLoaded")?.trim();
    let seen = observations(path, event);
    let family = recognise(intel, &seen);
    let known = intel.processes().driver(seen.iter().map(|seen| seen.text));
    let judgement = match &family {
        Some(family) => by_family(family),
        None if known.is_some() && is_user_writable(path) => (Severity::Medium, Confidence::Possible),
        None if known.is_some() => (Severity::Low, Confidence::Possible),
        None => return None,
    };
    let mut finding =
        about(event, "driver-loaded", path, m::TITLE_DRIVER_LOADED.with([path.into()]), judgement, family);
    if let Some((driver, source)) = known {
        finding.reasons.push(m::REASON_DRIVER.with([driver.into(), source.into()]));
    }
    if is_user_writable(path) {
        finding.reasons.push(m::REASON_USER_WRITABLE.with([path.into()]));
    }
    finding.attack = vec!["T1068".to_owned()];
    Some(finding)
}

/// Events 11 (a file was made), 15 (so was a stream, with the hashes of what it holds) and 29 (it is a program, with its hashes) of Sysmon.
pub(super) fn written(event: &Event, intel: &Intel) -> Option<Finding> {
    let path = event.field("TargetFilename")?.trim();
    let family = recognise(intel, &observations(path, event));
    let disguised = is_disguised(path);
    let judgement = match &family {
        Some(family) if family.certain => (Severity::High, Confidence::Certain),
        _ if disguised => (Severity::High, Confidence::Likely),
        Some(family) => by_family(family),
        None => return None,
    };
    let mut finding =
        about(event, "file-written", path, m::TITLE_FILE_WRITTEN.with([path.into()]), judgement, family);
    if disguised {
        finding.reasons.push(m::REASON_DISGUISED.with([path.into()]));
        finding.attack = vec!["T1036.005".to_owned()];
    }
    Some(finding)
}

/// Event 25 of Sysmon. Browsers and their kin replace their own images when they start; programs of Windows do not.
pub(super) fn tampered(event: &Event) -> Option<Finding> {
    let path = event.field("Image")?.trim();
    let lower = path.to_lowercase();
    let of_windows = lower.contains(r"\windows\system32\") || lower.contains(r"\windows\syswow64\");
    if !of_windows && !is_disguised(path) {
        return None;
    }
    let title = m::TITLE_TAMPERED.with([path.into()]);
    let judgement = (Severity::Medium, Confidence::Likely);
    let mut finding = about(event, "tampered", path, title, judgement, None);
    finding.reasons = vec![m::REASON_TAMPERED.with([event.field("Type").unwrap_or("?").into()])];
    finding.attack = vec!["T1055.012".to_owned()];
    Some(finding)
}

/// Event 5857 of WMI-Activity: a provider was loaded.
pub(super) fn provider(event: &Event, intel: &Intel) -> Option<Finding> {
    let path = event.field("ProviderPath")?.trim();
    let name = event.field("ProviderName").unwrap_or_default().trim();
    let seen = [(Known::FilePath, path), (Known::ClassName, name)];
    let family = recognise(intel, &seen.map(|(kind, text)| Observation { kind, text }));
    // Defender keeps its own below `ProgramData`.
    let own = path.to_lowercase().contains(r"\programdata\microsoft\windows defender\");
    let judgement = match &family {
        Some(family) => by_family(family),
        None if is_user_writable(path) && !own => (Severity::Medium, Confidence::Possible),
        None => return None,
    };
    let title = m::TITLE_PROVIDER_LOADED.with([name.into(), path.into()]);
    let mut finding = about(event, "provider-loaded", path, title, judgement, family);
    if is_user_writable(path) {
        finding.reasons.push(m::REASON_USER_WRITABLE.with([path.into()]));
    }
    finding.attack = vec!["T1546.003".to_owned()];
    Some(finding)
}

/// Events 10 and 63 of WMI itself name providers and queries; a provider that a family brings is told.
pub(super) fn registered(event: &Event, intel: &Intel) -> Option<Finding> {
    let name = event.field("param1").or_else(|| event.field("Provider"))?.trim();
    let family = recognise(intel, &[Observation { kind: Known::ClassName, text: name }])?;
    let judgement = by_family(&family);
    let title = m::TITLE_PROVIDER.with([name.into()]);
    Some(about(event, "provider-registered", name, title, judgement, Some(family)))
}
