//! WMI subscriptions against the baselines, and by what they do.

mod judge;
mod stock;

use crate::assessment::{Action, Finding, Severity};
use crate::history::{History, Past, Thing};
use crate::unify::{Unified, unify};
use evidence::wmi::{self, Linked, Part};
use evidence::{Evidence, Note, WmiObject};
use intel::Intel;
use std::collections::BTreeMap;

/// What was found about subscriptions, and what is worth a note.
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Finding>,
    pub(crate) notes: Vec<Note>,
}

/// A consumer, and every filter that is bound to it.
pub(crate) struct Group<'a> {
    pub(crate) consumer: &'a Unified<'a>,
    /// Filters and bindings, in order.
    pub(crate) pairs: Vec<(&'a Unified<'a>, &'a Unified<'a>)>,
}

impl<'a> Group<'a> {
    pub(crate) fn filters(&self) -> impl Iterator<Item = &'a WmiObject> + '_ {
        self.pairs.iter().map(|(filter, _)| filter.object)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &'a Unified<'a>> + '_ {
        let pairs = self.pairs.iter().flat_map(|(filter, binding)| [*filter, *binding]);
        std::iter::once(self.consumer).chain(pairs)
    }

    pub(crate) fn is_ambiguous(&self) -> bool {
        self.members().any(|member| member.object.ambiguous)
    }
}

/// Looks at every filter, consumer, timer and binding of the evidence.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel, history: &History) -> Outcome {
    let unified = unify(evidence);
    let objects: Vec<&WmiObject> = unified.iter().map(|u| u.object).collect();
    let linked = wmi::link(&objects);
    let mut stock = stock::Stock::new(intel);
    let mut findings = Vec::new();

    for group in groups(&unified, &linked) {
        let name = group.consumer.object.name();
        match stock.place(&group) {
            stock::Place::Known if !group.is_ambiguous() => {}
            place => {
                let mut found = judge::consumer(evidence, intel, &group, &place, name);
                let consumer = group.consumer;
                let thing = Thing::object(consumer.object);
                let complete = evidence.coverage.subscriptions_complete();
                let past = history.past(&consumer.records, thing.as_ref(), complete);
                put_in_the_past(&mut found, past);
                let records = group.members().flat_map(|member| member.records.iter().copied());
                found.reasons.extend(history.added_later(records));
                // A learned baseline may have been learned from an infected machine.
                if !matches!(place, stock::Place::Learned) || found.severity == Severity::Critical {
                    findings.push(found);
                }
            }
        }
    }
    for orphan in &linked.orphans {
        let Some(object) = unified.get(orphan.object) else { continue };
        if orphan.part == Part::Consumer || stock.is_known_part(object) {
            continue;
        }
        let differences = stock.differences(object.object);
        let mut found = judge::orphan(evidence, intel, object, orphan.part, differences);
        found.reasons.extend(history.added_later(object.records.iter().copied()));
        findings.push(found);
    }
    for dangling in &linked.dangling {
        let Some(binding) = unified.get(dangling.binding) else { continue };
        if stock.is_known_part(binding) {
            continue;
        }
        findings.push(judge::dangling(evidence, binding, dangling));
    }
    for object in &unified {
        findings.extend(judge::provider(evidence, intel, object));
    }
    findings.extend(stock.missing(&evidence.coverage));
    Outcome { findings, notes: stock.into_notes() }
}

/// Something that is known to be gone needs a look, but no removal.
pub(crate) fn put_in_the_past(finding: &mut Finding, past: Option<Past>) {
    let Some(past) = past else { return };
    finding.reasons.insert(0, past.reason);
    if past.gone {
        finding.severity = finding.severity.max(Severity::Medium);
        finding.action = Action::Review;
    }
}

/// Every consumer with what is bound to it; one without a binding has no pairs.
fn groups<'a>(unified: &'a [Unified<'a>], linked: &Linked) -> Vec<Group<'a>> {
    let mut by_consumer: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for orphan in linked.orphans.iter().filter(|orphan| orphan.part == Part::Consumer) {
        by_consumer.entry(orphan.object).or_default();
    }
    for subscription in &linked.subscriptions {
        by_consumer
            .entry(subscription.consumer)
            .or_default()
            .push((subscription.filter, subscription.binding));
    }
    // A binding whose filter is gone still holds its consumer.
    for consumer in linked.dangling.iter().filter_map(|dangling| dangling.consumer) {
        by_consumer.entry(consumer).or_default();
    }
    by_consumer
        .into_iter()
        .filter_map(|(consumer, pairs)| {
            let pairs =
                pairs.into_iter().filter_map(|(f, b)| Some((unified.get(f)?, unified.get(b)?))).collect();
            Some(Group { consumer: unified.get(consumer)?, pairs })
        })
        .collect()
}
