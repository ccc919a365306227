//! What protection is told to overlook, and what WMI is told to make again.

use super::Judged;
use crate::assessment::{Confidence, Severity};
use crate::content::recognise;
use crate::messages as m;
use crate::places::is_user_writable;
use evidence::Setting;
use intel::{IndicatorKind as Known, Intel, Observation};

/// Endings of files that run.
const RUNS: &[&str] =
    &[".bat", ".cmd", ".com", ".dll", ".exe", ".hta", ".js", ".ps1", ".scr", ".sys", ".vbe", ".vbs", ".wsf"];

/// An exclusion of Defender, with how it is taken out and put back.
pub(super) fn exclusion(setting: &Setting, intel: &Intel) -> Option<Judged> {
    let mut judged = judge_exclusion(setting, intel)?;
    // What group policy excludes no local command takes out.
    let by_policy = setting.details.get("given_by").is_some_and(|by| by == "policy");
    if let Some(parameter) = parameter(&setting.value).filter(|_| !by_policy) {
        // The name is the attacker's: a person writes it in, and no shell runs the command as it stands.
        let command = |verb: &str| {
            format!(r#"powershell -NoProfile -Command "{verb}-MpPreference -{parameter} <NAME>""#)
        };
        judged.reasons.push(m::HARDENING_SET.with([command("Remove").into()]));
        judged.reasons.push(m::HARDENING_UNDO.with([command("Add").into()]));
        judged.reasons.extend(crate::prevent::sources(intel.hardening(), &["exclusions".to_owned()]));
    }
    Some(judged)
}

/// How Defender's own commands call the kind of exclusion.
fn parameter(kind: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 3] =
        [("paths", "ExclusionPath"), ("processes", "ExclusionProcess"), ("extensions", "ExclusionExtension")];
    KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind)).map(|(_, parameter)| *parameter)
}

fn judge_exclusion(setting: &Setting, intel: &Intel) -> Option<Judged> {
    const ATTACK: &str = "T1562.001";
    let name = setting.name.as_str();
    if let Some(family) = recognise(intel, &[Observation::new(Known::FilePath, name)]) {
        return Some(Judged::of_family(family, ATTACK));
    }
    if let Some(source) = intel.settings().is_broad_exclusion(&setting.value, name) {
        let source = intel.settings().title(source);
        let reason = m::REASON_EXCLUSION_BROAD.with([name.into(), source.into()]);
        return Some(Judged::review(Severity::Medium, Confidence::Likely, ATTACK, reason));
    }
    let lower = name.to_lowercase();
    if is_user_writable(name) && RUNS.iter().any(|ending| lower.ends_with(ending)) {
        let reason = m::REASON_EXCLUSION_WRITABLE.with([name.into()]);
        return Some(Judged::review(Severity::Low, Confidence::Possible, ATTACK, reason));
    }
    None
}

/// A MOF file that WMI compiles again when it makes its repository anew: with it comes back what was removed.
pub(super) fn recovered_mof(setting: &Setting, intel: &Intel) -> Option<Judged> {
    const ATTACK: &str = "T1546.003";
    let path = setting.name.as_str();
    if let Some(family) = recognise(intel, &[Observation::new(Known::FilePath, path)]) {
        return Some(Judged::of_family(family, ATTACK));
    }
    if intel.settings().is_usual_mof(path) {
        return None;
    }
    let reason = m::REASON_MOF_PLACE.with([path.into()]);
    let (severity, confidence) = if is_user_writable(path) {
        (Severity::Medium, Confidence::Likely)
    } else {
        (Severity::Low, Confidence::Possible)
    };
    Some(Judged::review(severity, confidence, ATTACK, reason))
}
