//! Signs that an update waits for a restart, beside the keys that say so.

use super::states::in_use;
use evidence::{Evidence, from_filetime};
use intel::ms17_010::Rollup;
use jiff::{SignedDuration, Timestamp};

/// Windows finishes updates while it starts, and some of it right behind: what was installed then is in use.
const AFTER_START: SignedDuration = SignedDuration::from_hours(1);

/// The records of cumulative updates that were installed after the last start, and of the driver that waits to be replaced.
pub(super) fn awaited(evidence: &Evidence) -> Vec<usize> {
    let mut records: Vec<_> = evidence
        .registry_values()
        .filter(|(_, value)| {
            // The list of files that are moved at the next start: source and target by turns.
            value.name.eq_ignore_ascii_case("PendingFileRenameOperations")
                && value.data.to_ascii_lowercase().contains(r"\drivers\srv.sys")
        })
        .map(|(at, _)| at)
        .collect();
    let Some(started) = started(evidence) else { return records };
    let after = started.checked_add(AFTER_START).unwrap_or(started);
    let installed = evidence.settings().filter(|(_, setting)| {
        let time = setting.details.get("installed").and_then(|time| time.parse::<Timestamp>().ok());
        setting.kind == "package"
            && in_use(setting)
            && Rollup::from_identity(&setting.name).is_some()
            && time.is_some_and(|time| time > after)
    });
    records.extend(installed.map(|(at, _)| at));
    records
}

/// When Windows was last started: as its log says, or as its oldest process, whichever is later.
fn started(evidence: &Evidence) -> Option<Timestamp> {
    let logged = evidence
        .events()
        .filter(|(_, event)| event.event_id == 6005 && event.provider.eq_ignore_ascii_case("EventLog"))
        .map(|(_, event)| event.time)
        .max();
    let oldest = evidence.processes().filter_map(|(_, process)| from_filetime(process.created?)).min();
    logged.max(oldest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::records_of;
    use evidence::{Event, Process, RecordData, RegistryValue, Setting};

    fn rollup(state: &str, installed: &str) -> RecordData {
        RecordData::Setting(Setting {
            kind: "package".into(),
            name: "Package_for_RollupFix~31bf3856ad364e35~amd64~~14393.2000.1.0".into(),
            value: state.into(),
            details: [("installed".to_owned(), installed.to_owned())].into(),
        })
    }

    fn start(time: &str) -> RecordData {
        RecordData::Event(Event {
            channel: "System".into(),
            provider: "EventLog".into(),
            event_id: 6005,
            record_id: 1,
            time: time.parse().unwrap(),
            computer: "PC".into(),
            data: std::collections::BTreeMap::new(),
        })
    }

    fn count(records: Vec<RecordData>) -> usize {
        awaited(&records_of(records)).len()
    }

    #[test]
    fn what_was_installed_after_the_last_start_waits_for_the_next() {
        let starts = || vec![start("2024-05-14T08:00:00Z"), start("2024-05-10T08:00:00Z")];
        let with = |record| starts().into_iter().chain([record]).collect::<Vec<_>>();
        assert_eq!(count(with(rollup("112", "2024-05-14T09:00:01Z"))), 1);
        // Windows finishes updates while it starts.
        assert_eq!(count(with(rollup("112", "2024-05-14T09:00:00Z"))), 0);
        assert_eq!(count(with(rollup("112", "2024-05-13T09:00:00Z"))), 0);
        // A day is no time, and what is staged was never installed.
        assert_eq!(count(with(rollup("112", "2024-05-15"))), 0);
        assert_eq!(count(with(rollup("64", "2024-05-15T09:00:00Z"))), 0);
        assert_eq!(count(vec![rollup("112", "2024-05-15T09:00:00Z")]), 0);
        // 2024-05-15 00:00, by the oldest process: the log may end before the last start.
        let process = |hours: u64| {
            RecordData::Process(Process {
                created: Some(133_602_048_000_000_000 + hours * 36_000_000_000),
                ..Process::default()
            })
        };
        let oldest = with(rollup("112", "2024-05-14T20:00:00Z"));
        assert_eq!(count(oldest.iter().cloned().chain([process(5), process(0)]).collect()), 0);
    }

    #[test]
    fn a_driver_that_is_to_be_replaced() {
        let value = |name: &str, data: &str| {
            RecordData::Registry(RegistryValue {
                key: r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager".into(),
                name: name.into(),
                kind: "REG_MULTI_SZ".into(),
                data: data.into(),
                key_written: None,
            })
        };
        let pending = "PendingFileRenameOperations";
        assert_eq!(
            count(vec![value(pending, "\\??\\C:\\t.tmp\n!\\??\\C:\\Windows\\System32\\Drivers\\SRV.SYS")]),
            1
        );
        assert_eq!(count(vec![value(pending, "\\??\\C:\\t.tmp\n\\??\\C:\\Windows\\x\\srv2.sys")]), 0);
        assert_eq!(count(vec![value("Other", r"C:\Windows\System32\drivers\srv.sys")]), 0);
    }
}
