//! What event logs tell: a timeline, and whether something that a log shows is still there.

mod fate;
#[cfg(test)]
mod tests;

pub(crate) use fate::{Fate, Thing};

use crate::assessment::{EvidenceRef, TimelineEntry};
use crate::messages as m;
use crate::subject::places;
use evidence::wmi::{STORED_AFTER_INSTALL, WRITTEN_AFTER_INSTALL};
use evidence::{Area, Event, Evidence, Message, Provenance};
use fate::{Deed, Fates};
use std::collections::BTreeMap;

/// The events of the evidence by the place where they were read, to find what a derived record comes from.
pub(crate) struct History<'a> {
    evidence: &'a Evidence,
    events: BTreeMap<Provenance, &'a Event>,
    /// When parts of subscriptions were stored that came after Windows, by the place of the part.
    added: BTreeMap<Provenance, &'a str>,
    fates: Fates,
}

impl<'a> History<'a> {
    pub(crate) fn new(evidence: &'a Evidence) -> Self {
        let provenance = |at: usize| evidence.records.get(at).map(|record| record.provenance);
        let events = evidence.events().filter_map(|(at, event)| Some((provenance(at)?, event))).collect();
        let kinds = [WRITTEN_AFTER_INSTALL, STORED_AFTER_INSTALL];
        let added = evidence.settings().filter(|(_, setting)| kinds.contains(&setting.kind.as_str()));
        let added =
            added.filter_map(|(at, setting)| Some((provenance(at)?, setting.value.as_str()))).collect();
        let fates = Fates::new(evidence, |record| is_history(evidence, record));
        Self { evidence, events, added, fates }
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

    /// Whether the record tells what was, not what is.
    pub(crate) fn is_history(&self, record: usize) -> bool {
        is_history(self.evidence, record)
    }

    /// Whether nothing shows the records but keys that a damaged hive no longer leads to.
    pub(crate) fn only_recovered(&self, records: &[usize]) -> bool {
        let source = |at: usize| {
            let provenance = self.evidence.records.get(at)?.provenance;
            self.evidence.sources.get(usize::try_from(provenance.source).ok()?)
        };
        !records.is_empty()
            && records
                .iter()
                .all(|at| source(*at).is_some_and(|source| source.format == "registry-hive-deleted"))
    }

    /// Whether the record is one of the deleted objects of a repository.
    pub(crate) fn is_deleted(&self, record: usize) -> bool {
        let source = || {
            let provenance = self.evidence.records.get(record)?.provenance;
            self.evidence.sources.get(usize::try_from(provenance.source).ok()?)
        };
        source().is_some_and(|source| source.format == "cim-repository-deleted")
    }

    /// When the event was written that the record comes from.
    pub(crate) fn time(&self, record: usize) -> Option<jiff::Timestamp> {
        let provenance = self.evidence.records.get(record)?.provenance;
        self.events.get(&provenance).map(|event| event.time)
    }

    /// What logs and deleted objects tell of a subject, where they tell of it: since when it is known, and whether it is still there.
    /// `complete` is whether everything of its kind was read of the machine as it is.
    pub(crate) fn past(&self, records: &[usize], thing: Option<&Thing>, complete: bool) -> Option<Past> {
        let first = records.iter().filter_map(|record| self.time(*record)).min();
        if records.is_empty() || !records.iter().all(|record| self.is_history(*record)) {
            let time = first?.to_string();
            return Some(Past {
                gone: false,
                deleted: false,
                reason: m::REASON_HISTORY_PRESENT.with([time.into()]),
            });
        }
        if records.iter().all(|record| self.is_deleted(*record)) {
            let reason = if complete { m::REASON_DELETED_GONE } else { m::REASON_DELETED };
            return Some(Past { gone: complete, deleted: true, reason: reason.plain() });
        }
        let time = first.map_or_else(|| "?".to_owned(), |time| time.to_string());
        let last = records.iter().filter_map(|record| self.time(*record)).max();
        let fate = match (thing, last) {
            // Another of its name may be there; what this one was, is not.
            (Some(thing), Some(last)) => self.fates.of(thing, last, complete),
            _ if complete => Fate::Gone,
            _ => Fate::Unknown,
        };
        let (gone, reason) = match fate {
            Fate::Removed(removed) => {
                let seconds = last.map_or(0, |last| seconds_between(last, removed));
                let arguments = [time.into(), removed.to_string().into(), seconds.into()];
                (true, m::REASON_HISTORY_REMOVED.with(arguments))
            }
            _ if complete => (true, m::REASON_HISTORY_GONE.with([time.into()])),
            _ => (false, m::REASON_HISTORY.with([time.into()])),
        };
        Some(Past { gone, deleted: false, reason })
    }

    /// What became of what the event says was made; `None` where it says nothing of the kind.
    fn fate(&self, event: &Event) -> Option<Message> {
        // Of a binding all is told by what it binds.
        let (thing, deed) = fate::told(event).into_iter().next()?;
        if deed == Deed::Removed {
            return None;
        }
        let coverage = &self.evidence.coverage;
        let complete = match &thing {
            Thing::Object(_) | Thing::Binding(..) => coverage.subscriptions_complete(),
            Thing::Task(_) => coverage.is_complete(Area::Tasks),
            Thing::Service(_) => coverage.is_complete(Area::Services),
        };
        Some(match self.fates.of(&thing, event.time, complete) {
            Fate::Present => m::FATE_PRESENT.plain(),
            Fate::Removed(at) => {
                m::FATE_REMOVED.with([at.to_string().into(), seconds_between(event.time, at).into()])
            }
            Fate::Gone => m::FATE_GONE.plain(),
            Fate::Unknown => m::FATE_UNKNOWN.plain(),
        })
    }

    /// Everything of note that the logs tell, in order.
    pub(crate) fn timeline(&self) -> Vec<TimelineEntry> {
        let evidence = self.evidence;
        let mut entries: Vec<_> = evidence
            .events()
            .filter_map(|(record, event)| {
                let what = what(event)?;
                let evidence = places(evidence, [record]).into_iter().next()?;
                Some(TimelineEntry { time: event.time, what, fate: self.fate(event), evidence })
            })
            .collect();
        let added = evidence.settings().filter(|(_, setting)| setting.kind == WRITTEN_AFTER_INSTALL);
        entries.extend(added.filter_map(|(record, setting)| {
            let place: EvidenceRef = places(evidence, [record]).into_iter().next()?;
            let time = setting.value.parse().ok()?;
            let what = m::TIMELINE_STORED.with([setting.name.as_str().into()]);
            Some(TimelineEntry { time, what, fate: None, evidence: place })
        }));
        entries.sort_by(|a, b| (a.time, &a.what, &a.evidence).cmp(&(b.time, &b.what, &b.evidence)));
        entries.dedup_by(|a, b| a.time == b.time && a.what == b.what);
        entries
    }
}

/// Whether the record comes from a log, or is one of the deleted objects of a source: it tells what was, not what is.
fn is_history(evidence: &Evidence, record: usize) -> bool {
    let source = |at: usize| {
        let provenance = evidence.records.get(at)?.provenance;
        evidence.sources.get(usize::try_from(provenance.source).ok()?)
    };
    source(record)
        .is_some_and(|source| source.format.starts_with("event") || source.format.ends_with("-deleted"))
}

/// Whole seconds from one time to a later one.
fn seconds_between(from: jiff::Timestamp, to: jiff::Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

/// Something that logs or deleted objects tell of.
pub(crate) struct Past {
    /// Whether it is known to be gone.
    pub(crate) gone: bool,
    /// Whether only deleted objects tell of it.
    pub(crate) deleted: bool,
    /// Why, in words.
    pub(crate) reason: Message,
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
        ("Microsoft-Windows-Eventlog", 1102 | 104) => m::TIMELINE_LOG_CLEARED.with([log_of(event).into()]),
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

/// The log that was cleared: event 104 names it, and event 1102 is written into it.
pub(crate) fn log_of(event: &Event) -> &str {
    event.field("Channel").unwrap_or(&event.channel)
}
