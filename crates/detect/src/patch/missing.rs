//! What Windows Update itself says: updates that are missing, and when it last looked.

use super::age::{MAX_DAYS, as_of, days_between};
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Evidence, Message, Setting};
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

/// Updates that a finding names in words; its subject has all of them.
const SHOWN: usize = 10;

/// What is missing, and how many of those updates close holes.
pub(super) struct Missing {
    pub(super) findings: Vec<Finding>,
    pub(super) urgent: usize,
    /// The number of the first of those.
    pub(super) first: Option<u32>,
}

pub(super) fn detect(evidence: &Evidence) -> Missing {
    let mut missing: BTreeMap<(&str, &str), (&Setting, Vec<usize>)> = BTreeMap::new();
    for (at, setting) in evidence.settings().filter(|(_, setting)| setting.kind == "missing-update") {
        let name = (setting.name.as_str(), setting.value.as_str());
        missing.entry(name).or_insert_with(|| (setting, Vec::new())).1.push(at);
    }
    let number = |name: &str| name.strip_prefix("KB")?.parse::<u32>().ok();
    let mut urgent_ones = missing.values().filter(|(setting, _)| is_urgent(setting));
    let first = urgent_ones.find_map(|(setting, _)| number(&setting.name));
    let urgent = missing.values().filter(|(setting, _)| is_urgent(setting)).count();
    let scan = evidence.settings().filter(|(_, setting)| setting.kind == "update-scan").last();
    let mut findings: Vec<_> = listed(evidence, &missing, urgent, scan).into_iter().collect();
    findings.extend(last_search(evidence));
    Missing { findings, urgent, first }
}

/// By the severity that Microsoft's security centre gives the update.
fn is_urgent(setting: &Setting) -> bool {
    let severity = setting.details.get("severity").map(String::as_str);
    matches!(severity, Some("critical" | "important"))
}

fn listed(
    evidence: &Evidence,
    missing: &BTreeMap<(&str, &str), (&Setting, Vec<usize>)>,
    urgent: usize,
    scan: Option<(usize, &Setting)>,
) -> Option<Finding> {
    if missing.is_empty() {
        let (at, scan) = scan?;
        let mut finding = finding(Kind::Patch, "Windows Update", m::PATCH_TITLE_MISSING_NONE.plain());
        finding.severity = Severity::Info;
        finding.confidence = Confidence::Likely;
        finding.reasons = searched(scan);
        finding.id = finding_id(Kind::Patch, &["missing-updates"], "");
        finding.evidence = places(evidence, [at]);
        return Some(finding);
    }
    let title = m::PATCH_TITLE_MISSING.with([missing.len().into()]);
    let mut finding = finding(Kind::Patch, "Windows Update", title);
    finding.severity = if urgent > 0 { Severity::Medium } else { Severity::Low };
    finding.confidence = Confidence::Certain;
    finding.action = Action::Patch;
    let mut settings: Vec<_> = missing.values().map(|(setting, _)| *setting).collect();
    settings.sort_by_key(|setting| !is_urgent(setting));
    let named = settings.iter().take(SHOWN).map(|setting| {
        let number = if setting.name.is_empty() { "–" } else { &setting.name };
        m::PATCH_MISSING.with([number.into(), (&setting.value).into()])
    });
    finding.reasons = named.collect();
    finding.reasons.extend(scan.into_iter().flat_map(|(_, scan)| searched(scan)));
    finding.id = finding_id(Kind::Patch, &["missing-updates"], "");
    let all: Vec<_> = settings
        .iter()
        .map(|setting| {
            let severity = setting.details.get("severity");
            json!({"HotFixID": setting.name, "Title": setting.value, "MsrcSeverity": severity})
        })
        .collect();
    finding.subject.insert("Missing".to_owned(), all.into());
    let records = missing.values().flat_map(|(_, records)| records.iter().copied());
    finding.evidence = places(evidence, records.chain(scan.map(|(at, _)| at)));
    Some(finding)
}

/// With which file Windows Update searched, when, and of when it is.
fn searched(scan: &Setting) -> Vec<Message> {
    let detail = |name: &str| scan.details.get(name).cloned().unwrap_or_default();
    let count = detail("missing").parse::<u64>().unwrap_or_default();
    let name = scan.name.rsplit(['\\', '/']).next().unwrap_or_default();
    let time = detail("time");
    let day = time.get(..10).unwrap_or(&time);
    let mut reasons = vec![m::PATCH_SCAN.with([name.into(), (&scan.value).into(), day.into(), count.into()])];
    reasons.extend(scan.details.get("issued").map(|day| m::PATCH_SCAN_ISSUED.with([day.into()])));
    reasons
}

/// That Windows Update has long not looked.
fn last_search(evidence: &Evidence) -> Option<Finding> {
    let searches = evidence.settings().filter(|(_, setting)| setting.kind == "update-search");
    let (at, day) = searches
        .filter_map(|(at, setting)| Some((at, setting.value.parse::<Date>().ok()?)))
        .max_by_key(|(_, day)| *day)?;
    let days = days_between(day, as_of(evidence)?)?;
    if days <= MAX_DAYS {
        return None;
    }
    let days = u64::try_from(days).ok()?;
    let title = m::PATCH_TITLE_SEARCH.with([day.to_string().into(), days.into()]);
    let mut finding = finding(Kind::Patch, "Windows Update", title);
    finding.severity = Severity::Low;
    finding.confidence = Confidence::Likely;
    finding.action = Action::Patch;
    finding.reasons = vec![m::PATCH_SEARCH.plain()];
    finding.id = finding_id(Kind::Patch, &["update-search"], "");
    finding.subject.insert("LastSearchSuccessDate".to_owned(), day.to_string().into());
    finding.evidence = places(evidence, [at]);
    Some(finding)
}
