//! What the baselines know: entries that are there, entries that are missing, names with another content.

use super::Group;
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id};
use crate::unify::Unified;
use evidence::{Coverage, Level, Message, Note, WmiObject};
use intel::{BaselineEntry, Comparison, EntryKind, EntryPart, Intel, Standing};
use std::collections::BTreeSet;

/// How a consumer stands to the baselines.
pub(crate) enum Place<'a> {
    /// An entry that was measured on real machines, and nothing that was read contradicts it.
    Known,
    /// An entry of a baseline that a user learned: trusted, unless the content itself is proven to be a family's.
    Learned,
    /// An entry known from hearsay only.
    Hearsay(&'a BaselineEntry),
    /// The name of an entry with another content.
    Impostor(Vec<Message>),
    /// The consumer is known; the filters that are bound to it besides are not.
    ExtraFilters,
    /// No baseline knows it.
    Unknown,
}

/// The baselines, and which parts of their entries were seen.
pub(crate) struct Stock<'a> {
    entries: Vec<&'a BaselineEntry>,
    seen: BTreeSet<(usize, EntryPart)>,
    notes: Vec<Note>,
}

impl<'a> Stock<'a> {
    pub(crate) fn new(intel: &'a Intel) -> Self {
        let entries = intel.baselines().iter().flat_map(|baseline| &baseline.entries).collect();
        Self { entries, seen: BTreeSet::new(), notes: Vec::new() }
    }

    /// Where a consumer and its filters belong.
    pub(crate) fn place(&mut self, group: &Group) -> Place<'a> {
        let mut impostor = None;
        for (at, entry) in self.entries.iter().copied().enumerate() {
            let mut reading =
                Reading { entry, differences: Vec::new(), unread: BTreeSet::new(), seen: BTreeSet::new() };
            if !reading.add(group.consumer.object) {
                continue;
            }
            // What an entry does not know of, it has nothing against.
            let known_pairs = group
                .pairs
                .iter()
                .filter(|(filter, binding)| {
                    (entry.filter.is_none() || reading.add(filter.object))
                        && (entry.binding.is_none() || reading.add(binding.object))
                })
                .count();
            if !reading.differences.is_empty() {
                // A name that is known from hearsay makes nothing an impostor.
                if entry.standing == Standing::Measured {
                    impostor = impostor.or(Some(Place::Impostor(reading.differences)));
                }
                continue;
            }
            if !group.is_ambiguous() {
                self.seen.extend(reading.seen.into_iter().map(|part| (at, part)));
            }
            if known_pairs < group.pairs.len() {
                return Place::ExtraFilters;
            }
            if entry.standing == Standing::Hearsay {
                return Place::Hearsay(entry);
            }
            self.note_compatible(entry, &reading.unread);
            return if entry.kind == EntryKind::Learned { Place::Learned } else { Place::Known };
        }
        impostor.unwrap_or(Place::Unknown)
    }

    /// Whether an object without its partners is part of a known entry.
    pub(crate) fn is_known_part(&mut self, object: &Unified) -> bool {
        for (at, entry) in self.entries.iter().copied().enumerate() {
            if entry.standing != Standing::Measured || object.object.ambiguous {
                continue;
            }
            if let Some((part, Comparison::Match | Comparison::Compatible { .. })) =
                entry.compare(object.object)
            {
                self.seen.insert((at, part));
                return true;
            }
        }
        false
    }

    /// Why an object without its partners is not the stock one whose name it bears; empty where it bears none.
    pub(crate) fn differences(&self, object: &WmiObject) -> Vec<Message> {
        let measured = self.entries.iter().copied().filter(|entry| entry.standing == Standing::Measured);
        measured
            .flat_map(|entry| {
                let mut reading = Reading::of(entry);
                reading.add(object);
                reading.differences
            })
            .collect()
    }

    /// Entries that every clean machine has and that this one has not, or not whole; said only of a complete reading.
    pub(crate) fn missing(&self, coverage: &Coverage) -> Vec<Finding> {
        if !coverage.subscriptions_complete() {
            return Vec::new();
        }
        let expected = self.entries.iter().enumerate().filter(|(_, entry)| entry.expected);
        expected.filter_map(|(at, entry)| self.missing_parts(at, entry)).collect()
    }

    fn missing_parts(&self, at: usize, entry: &BaselineEntry) -> Option<Finding> {
        let gone: Vec<_> = entry
            .parts()
            .filter(|(part, _)| !self.seen.contains(&(at, *part)))
            .map(|(part, _)| match part {
                EntryPart::Filter => "filter",
                EntryPart::Consumer => "consumer",
                EntryPart::Binding => "binding",
                EntryPart::Timer => "timer",
            })
            .collect();
        if gone.is_empty() {
            return None;
        }
        let title = m::TITLE_STOCK_MISSING.with([entry.id.as_str().into()]);
        let mut finding = finding(Kind::StockMissing, &entry.id, title);
        finding.severity = Severity::Low;
        finding.confidence = Confidence::Certain;
        finding.action = Action::Restore;
        finding.reasons = vec![m::REASON_STOCK_PARTS_MISSING.with([gone.join(", ").into()])];
        finding.id = finding_id(Kind::StockMissing, &[&entry.id], &gone.join(","));
        finding.subject.insert("entry".to_owned(), entry.id.as_str().into());
        finding.subject.insert("missing".to_owned(), gone.into());
        Some(finding)
    }

    fn note_compatible(&mut self, entry: &BaselineEntry, unread: &BTreeSet<String>) {
        // Listings never carry everything; the class and namespace that `wmic` leaves out are not worth a note.
        let fields: Vec<_> = unread.iter().filter(|field| !field.starts_with("__")).cloned().collect();
        if !fields.is_empty() {
            self.notes.push(Note {
                level: Level::Info,
                source: String::new(),
                offset: None,
                message: m::NOTE_STOCK_COMPATIBLE.with([entry.id.as_str().into(), fields.join(", ").into()]),
            });
        }
    }

    pub(crate) fn into_notes(self) -> Vec<Note> {
        self.notes
    }
}

/// An entry held against the objects that bear its names.
struct Reading<'a> {
    entry: &'a BaselineEntry,
    differences: Vec<Message>,
    unread: BTreeSet<String>,
    seen: BTreeSet<EntryPart>,
}

impl<'a> Reading<'a> {
    fn of(entry: &'a BaselineEntry) -> Self {
        Self { entry, differences: Vec::new(), unread: BTreeSet::new(), seen: BTreeSet::new() }
    }

    /// Compares an object with the part whose name it bears; `false` where it bears none.
    fn add(&mut self, object: &WmiObject) -> bool {
        let Some((part, comparison)) = self.entry.compare(object) else { return false };
        self.seen.insert(part);
        match comparison {
            Comparison::Match => {}
            Comparison::Compatible { unread } => self.unread.extend(unread),
            Comparison::Differs { fields } => {
                let entry = self.entry.id.as_str();
                self.differences.extend(fields.into_iter().map(|field| match field.name.as_str() {
                    "__CLASS" => m::REASON_STOCK_CLASS_DIFFERS.with([
                        entry.into(),
                        field.expected.into(),
                        field.found.into(),
                    ]),
                    "__NAMESPACE" => m::REASON_NAMESPACE.with([field.found.into()]),
                    _ => m::REASON_STOCK_DIFFERS.with([
                        entry.into(),
                        field.name.into(),
                        field.expected.into(),
                        field.found.into(),
                    ]),
                }));
            }
        }
        true
    }
}
