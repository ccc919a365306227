//! Evidence and intelligence to an assessment.
//!
//! Pure: nothing here reads a file, a clock or a machine. A finding says what it means by message ids and typed arguments, never how it
//! reads.
#![forbid(unsafe_code)]

mod altered;
pub mod assessment;
mod autostart;
mod bits;
mod class_store;
mod content;
mod coverage;
mod events;
mod files;
mod history;
mod launch;
mod messages;
#[cfg(test)]
mod past_tests;
mod patch;
mod places;
mod prevent;
mod processes;
mod registry_store;
mod settings;
mod stages;
#[cfg(test)]
mod store_tests;
mod subject;
mod subscriptions;
#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
mod trigger;
mod unify;
mod verdict;
mod worse;

pub use assessment::Assessment;
pub use patch::catalogue_command;

use evidence::{Evidence, MessageSpec};
use intel::Intel;

/// Every message that this crate can say.
pub const MESSAGES: &[MessageSpec] = messages::ALL;

/// Judges what was read from one host.
pub fn assess(evidence: &Evidence, intel: &Intel) -> Assessment {
    let history = history::History::new(evidence);
    let subscriptions = subscriptions::detect(evidence, intel, &history);
    let stores = class_store::detect(evidence, intel, &history);
    let mut findings = subscriptions.findings;
    findings.extend(stores.findings);
    findings.extend(autostart::detect(evidence, intel, &history));
    findings.extend(processes::detect(evidence, intel, &history));
    let events = events::detect(evidence, intel);
    findings.extend(events.findings);
    findings.extend(settings::detect(evidence, intel));
    findings.extend(bits::detect(evidence, intel));
    findings.extend(registry_store::detect(evidence, intel));
    findings.extend(files::detect(evidence, intel));
    let patch = patch::detect(evidence, intel);
    findings.extend(patch.findings);
    let machine = prevent::Machine::new(evidence, &patch.facts);
    let prevention = prevent::detect(evidence, intel, &machine);
    findings.extend(prevention.findings);
    findings.extend(worse::signs(evidence, intel));
    // What happened since the first sign needs the sign, and never makes a verdict milder.
    let verdict = verdict::verdict(&findings, &evidence.coverage);
    let worse = worse::detect(evidence, intel, &machine, verdict, &findings);
    findings.extend(worse.findings);
    findings.sort_by(|a, b| (a.severity, a.kind, &a.name, &a.id).cmp(&(b.severity, b.kind, &b.name, &b.id)));
    let mut notes = evidence.notes.clone();
    notes.extend(subscriptions.notes);
    notes.sort();
    notes.dedup();

    let mut neighbours = stores.neighbours;
    neighbours.extend(events.neighbours);

    let verdict = verdict::verdict(&findings, &evidence.coverage);
    let stages = stages::stages(&stages::Basis {
        host: &evidence.host.name,
        verdict,
        findings: &findings,
        coverage: &evidence.coverage,
        custody: evidence.custody,
        neighbours: neighbours.len(),
        patch: &patch.standing,
        prevention: prevention.counts,
        duties: worse.duties.len(),
    });
    Assessment {
        host: evidence.host.clone(),
        verdict,
        coverage: evidence.coverage.clone(),
        missing: coverage::missing(&evidence.coverage),
        custody: evidence.custody,
        stages,
        findings,
        neighbours: neighbours.into_iter().collect(),
        exposure: worse.exposure,
        duties: worse.duties,
        timeline: history.timeline(),
        notes,
    }
}
