//! What event logs tell: a timeline, and whether something that a log shows is still there.

use crate::assessment::{EvidenceRef, TimelineEntry};
use crate::messages as m;
use crate::subject::places;
use evidence::{Event, Evidence, Message, Provenance};
use std::collections::BTreeMap;

/// The events of the evidence by the place where they were read, to find what a derived record comes from.
pub(crate) struct History<'a> {
    evidence: &'a Evidence,
    events: BTreeMap<Provenance, &'a Event>,
}

impl<'a> History<'a> {
    pub(crate) fn new(evidence: &'a Evidence) -> Self {
        let provenance = |at: usize| evidence.records.get(at).map(|record| record.provenance);
        let events = evidence.events().filter_map(|(at, event)| Some((provenance(at)?, event))).collect();
        Self { evidence, events }
    }

    /// Whether the record comes from a log, or is one of the deleted objects of a source: it tells what was, not what is.
    pub(crate) fn is_history(&self, record: usize) -> bool {
        let source = |at: usize| {
            let provenance = self.evidence.records.get(at)?.provenance;
            self.evidence.sources.get(usize::try_from(provenance.source).ok()?)
        };
        source(record)
            .is_some_and(|source| source.format.starts_with("event") || source.format.ends_with("-deleted"))
    }

    /// When the event was written that the record comes from.
    pub(crate) fn time(&self, record: usize) -> Option<jiff::Timestamp> {
        let provenance = self.evidence.records.get(record)?.provenance;
        self.events.get(&provenance).map(|event| event.time)
    }

    /// Why a subject that only logs show is no proof of today: since when it is known, and whether a complete reading lacks it.
    ///
    /// `None` where a source of another kind shows it as well.
    pub(crate) fn only_history(&self, records: &[usize], read_completely: bool) -> Option<Past> {
        if records.is_empty() || !records.iter().all(|record| self.is_history(*record)) {
            return None;
        }
        let first = records.iter().filter_map(|record| self.time(*record)).min();
        let time = first.map_or_else(|| "?".to_owned(), |time| time.to_string());
        let spec = if read_completely { m::REASON_HISTORY_GONE } else { m::REASON_HISTORY };
        Some(Past { gone: read_completely, reason: spec.with([time.into()]) })
    }
}

/// Something that logs tell of.
pub(crate) struct Past {
    /// Whether it is known to be gone.
    pub(crate) gone: bool,
    /// Why, in words.
    pub(crate) reason: Message,
}

/// Everything of note that the logs tell, in order.
pub(crate) fn timeline(evidence: &Evidence) -> Vec<TimelineEntry> {
    let mut entries: Vec<_> = evidence
        .events()
        .filter_map(|(record, event)| {
            let place: EvidenceRef = places(evidence, [record]).into_iter().next()?;
            Some(TimelineEntry { time: event.time, what: what(event)?, evidence: place })
        })
        .collect();
    entries.sort_by(|a, b| (a.time, &a.what, &a.evidence).cmp(&(b.time, &b.what, &b.evidence)));
    entries.dedup_by(|a, b| a.time == b.time && a.what == b.what);
    entries
}

/// The sentence for an event, where it is worth one. Event numbers as Microsoft and Sysinternals document them.
fn what(event: &Event) -> Option<Message> {
    let field = |names: &[&str]| -> evidence::Arg {
        names.iter().find_map(|name| event.field(name)).unwrap_or("?").trim().into()
    };
    let provider = event.provider.as_str();
    let message = match (provider, event.event_id) {
        ("Microsoft-Windows-WMI-Activity", 5861) => {
            m::TIMELINE_SUBSCRIPTION.with([field(&["CONSUMER", "Consumer"])])
        }
        ("Microsoft-Windows-Sysmon", 19) => {
            m::TIMELINE_WMI_FILTER.with([field(&["Operation"]), field(&["Name"])])
        }
        ("Microsoft-Windows-Sysmon", 20) => {
            m::TIMELINE_WMI_CONSUMER.with([field(&["Operation"]), field(&["Name"])])
        }
        ("Microsoft-Windows-Sysmon", 21) => {
            m::TIMELINE_WMI_BINDING.with([field(&["Operation"]), field(&["Consumer"])])
        }
        ("Service Control Manager", 7045) => {
            m::TIMELINE_SERVICE.with([field(&["ServiceName"]), field(&["ImagePath"])])
        }
        ("Microsoft-Windows-Security-Auditing", 4697) => {
            m::TIMELINE_SERVICE.with([field(&["ServiceName"]), field(&["ServiceFileName"])])
        }
        ("Microsoft-Windows-Security-Auditing", 4698) | ("Microsoft-Windows-TaskScheduler", 106) => {
            m::TIMELINE_TASK_CREATED.with([field(&["TaskName"])])
        }
        ("Microsoft-Windows-Security-Auditing", 4702) => {
            m::TIMELINE_TASK_CHANGED.with([field(&["TaskName"])])
        }
        ("Microsoft-Windows-Security-Auditing", 4699) | ("Microsoft-Windows-TaskScheduler", 141) => {
            m::TIMELINE_TASK_DELETED.with([field(&["TaskName"])])
        }
        ("Microsoft-Windows-Eventlog", 1102 | 104) => {
            m::TIMELINE_LOG_CLEARED.with([event.channel.as_str().into()])
        }
        ("Microsoft-Windows-Windows Defender", 1116 | 1117) => {
            m::TIMELINE_DEFENDER.with([field(&["Threat Name"]), field(&["Path"])])
        }
        ("Microsoft-Windows-Windows Defender", 5001) => m::TIMELINE_DEFENDER_OFF.plain(),
        ("Microsoft-Windows-Security-Auditing", 4720) => {
            m::TIMELINE_ACCOUNT_CREATED.with([field(&["TargetUserName"])])
        }
        ("Microsoft-Windows-Security-Auditing", 4732) => {
            m::TIMELINE_ACCOUNT_GROUP.with([field(&["MemberSid", "MemberName"]), field(&["TargetUserName"])])
        }
        _ => return None,
    };
    Some(message)
}
