//! WMI subscriptions against the baselines, and by what they do.

mod judge;
mod stock;

use crate::assessment::{Action, Finding, Kind, Severity};
use crate::history::{History, Past, Thing};
use crate::unify::{Unified, unify};
use evidence::wmi::{self, Linked, Part};
use evidence::{Area, Evidence, Note, WmiObject};
use intel::Intel;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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
///
/// What is known to be past is no part of what is there: a deleted binding binds nothing, and a deleted stock entry is missing. So what
/// is there is linked by itself, and then what was there with all of it.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel, history: &History) -> Outcome {
    let (mut unified, past): (Vec<_>, Vec<_>) =
        unify(evidence).into_iter().partition(|one| !is_past(one, evidence, history));
    let there = unified.len();
    unified.extend(past);
    let judge = Judge { evidence, intel, history, unified: &unified };
    let mut stock = stock::Stock::new(intel);
    let mut findings = judge.judge(0..there, &mut stock);
    if there < unified.len() {
        findings.extend(judge.judge(there..unified.len(), &mut stock::Stock::new(intel)));
    }
    findings.extend(stock.missing(&evidence.coverage));
    Outcome { findings, notes: stock.into_notes() }
}

/// Whether the object was there and is so no longer: only deleted objects show it, or only logs where all that there is was read.
fn is_past(one: &Unified, evidence: &Evidence, history: &History) -> bool {
    let complete = is_read(one.namespace.as_deref(), evidence);
    one.records.iter().all(|record| history.is_deleted(*record) || complete && history.is_history(*record))
}

/// Whether the parts of subscriptions of the namespace were read completely; those of `root\subscription` where none is given.
fn is_read(namespace: Option<&str>, evidence: &Evidence) -> bool {
    let coverage = &evidence.coverage;
    let usual = namespace.is_none_or(|name| wmi::canonical_namespace(name) == wmi::SUBSCRIPTION_NAMESPACE);
    coverage.subscriptions_complete() && (usual || coverage.is_complete(Area::OtherNamespaces))
}

struct Judge<'a> {
    evidence: &'a Evidence,
    intel: &'a Intel,
    history: &'a History<'a>,
    unified: &'a [Unified<'a>],
}

impl<'a> Judge<'a> {
    /// Judges the objects at these places, linked with all up to the last of them.
    fn judge(&self, places: Range<usize>, stock: &mut stock::Stock<'a>) -> Vec<Finding> {
        let Self { evidence, intel, history, .. } = *self;
        let unified = self.unified.get(..places.end).unwrap_or_default();
        let objects: Vec<&WmiObject> = unified.iter().map(|u| u.object).collect();
        let linked = wmi::link(&objects);
        let mut findings = Vec::new();
        // Filters are shown with their consumers; those of a consumer that is judged elsewhere stand alone.
        let mut shown = BTreeSet::new();
        for (consumer, group) in groups(unified, &linked) {
            if !places.contains(&consumer) {
                continue;
            }
            shown.extend(linked.subscriptions.iter().filter(|s| s.consumer == consumer).map(|s| s.filter));
            let name = group.consumer.object.name();
            match stock.place(&group) {
                stock::Place::Known if !group.is_ambiguous() => {}
                place => {
                    let mut found = judge::consumer(evidence, intel, &group, &place, name);
                    self.put_in_the_past(&mut found, group.consumer);
                    let records = group.members().flat_map(|member| member.records.iter().copied());
                    found.reasons.extend(history.added_later(records));
                    // A learned baseline may have been learned from an infected machine.
                    if !matches!(place, stock::Place::Learned) || found.severity == Severity::Critical {
                        findings.push(found);
                    }
                }
            }
        }
        let orphans = linked.orphans.iter().filter(|o| o.part != Part::Consumer).map(|o| (o.object, o.part));
        let filters = linked.subscriptions.iter().map(|s| (s.filter, Part::Filter));
        let alone: BTreeSet<_> = orphans.chain(filters.filter(|(at, _)| !shown.contains(at))).collect();
        for (at, part) in alone {
            let Some(object) = unified.get(at).filter(|_| places.contains(&at)) else { continue };
            if stock.is_known_part(object) {
                continue;
            }
            let differences = stock.differences(object.object);
            let mut found = judge::orphan(evidence, intel, object, part, differences);
            self.put_in_the_past(&mut found, object);
            found.reasons.extend(history.added_later(object.records.iter().copied()));
            findings.push(found);
        }
        for dangling in &linked.dangling {
            let binding = unified.get(dangling.binding).filter(|_| places.contains(&dangling.binding));
            let Some(binding) = binding.filter(|binding| !stock.is_known_part(binding)) else { continue };
            let mut found = judge::dangling(evidence, binding, dangling);
            self.put_in_the_past(&mut found, binding);
            findings.push(found);
        }
        for object in unified.iter().skip(places.start) {
            if let Some(mut found) = judge::provider(evidence, intel, object) {
                self.put_in_the_past(&mut found, object);
                found.reasons.extend(history.added_later(object.records.iter().copied()));
                findings.push(found);
            }
        }
        findings
    }

    fn put_in_the_past(&self, finding: &mut Finding, object: &Unified) {
        let complete = match finding.kind {
            Kind::ConsumerClass => self.evidence.coverage.is_complete(Area::ConsumerClasses),
            _ => is_read(object.namespace.as_deref(), self.evidence),
        };
        let thing = Thing::object(object.object);
        put_in_the_past(finding, self.history.past(&object.records, thing.as_ref(), complete));
    }
}

/// Something that is known to be gone needs a look, but no removal. What only deleted objects tell of may have been cleaned long ago: it is
/// no infection of today, and nothing to be looked at where all that there is was read.
pub(crate) fn put_in_the_past(finding: &mut Finding, past: Option<Past>) {
    let Some(past) = past else { return };
    finding.reasons.insert(0, past.reason);
    if past.gone || past.deleted {
        finding.severity = finding.severity.max(Severity::Medium);
        finding.action = Action::Review;
    }
    if past.gone && past.deleted {
        finding.severity = finding.severity.max(Severity::Low);
        finding.action = Action::None;
    }
}

/// Every consumer, by its place, with what is bound to it; one without a binding has no pairs.
fn groups<'a>(unified: &'a [Unified<'a>], linked: &Linked) -> Vec<(usize, Group<'a>)> {
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
            Some((consumer, Group { consumer: unified.get(consumer)?, pairs }))
        })
        .collect()
}
