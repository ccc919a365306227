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
    /// When parts of subscriptions were stored that came after Windows, by the place of the part.
    added: BTreeMap<Provenance, &'a str>,
}

/// The kind of setting that tells that a part of a subscription was stored well after its class.
const ADDED: &str = "wmi-written-after-install";

impl<'a> History<'a> {
    pub(crate) fn new(evidence: &'a Evidence) -> Self {
        let provenance = |at: usize| evidence.records.get(at).map(|record| record.provenance);
        let events = evidence.events().filter_map(|(at, event)| Some((provenance(at)?, event))).collect();
        let added = evidence.settings().filter(|(_, setting)| setting.kind == ADDED);
        let added =
            added.filter_map(|(at, setting)| Some((provenance(at)?, setting.value.as_str()))).collect();
        Self { evidence, events, added }
    }

    /// That something was added after Windows was installed, where a source tells when one of these records was stored.
    ///
    /// A repository keeps the start of the session of Windows in which an object was stored, not the time of storing: it was not before
    /// that.
    pub(crate) fn added_later(&self, records: impl IntoIterator<Item = usize>) -> Option<Message> {
        let provenances =
            records.into_iter().filter_map(|at| Some(self.evidence.records.get(at)?.provenance));
        let sessions = provenances.filter_map(|provenance| self.added.get(&provenance).copied());
        sessions.min().map(|session| m::REASON_ADDED_LATER.with([session.into()]))
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
    let added = evidence.settings().filter(|(_, setting)| setting.kind == ADDED);
    entries.extend(added.filter_map(|(record, setting)| {
        let place: EvidenceRef = places(evidence, [record]).into_iter().next()?;
        let time = setting.value.parse().ok()?;
        Some(TimelineEntry {
            time,
            what: m::TIMELINE_STORED.with([setting.name.as_str().into()]),
            evidence: place,
        })
    }));
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
        ("EventLog", 6005) => m::TIMELINE_STARTED.plain(),
        ("Service Control Manager", 7040) => {
            m::TIMELINE_SERVICE_CHANGED.with([field(&["param1"]), field(&["param3"])])
        }
        ("Microsoft-Windows-Windows Defender", 5007) => {
            m::TIMELINE_DEFENDER_CHANGED.with([field(&["New Value"])])
        }
        ("Microsoft-Windows-TaskScheduler", 140) => m::TIMELINE_TASK_CHANGED.with([field(&["TaskName"])]),
        ("Microsoft-Windows-Security-Auditing", 4719) => {
            m::TIMELINE_AUDIT_CHANGED.with([field(&["SubcategoryGuid"])])
        }
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
