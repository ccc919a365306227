//! Recorded logs with their known answers, and damaged ones.

use super::*;
use crate::Parsed;
use evidence::{Area, Event, Level, Location, ReadState, RecordData, WmiObject};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The recorded file, or a loud word that it is missing.
pub(super) fn recorded(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).to_path_buf(),
        Into::into,
    );
    let path = data.join("events").join(name);
    if path.is_file() {
        return Some(path);
    }
    println!("SKIPPED: {} is not there", path.display());
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the data are missing");
    None
}

pub(super) fn events(parsed: &Parsed) -> Vec<&Event> {
    let events = parsed.records.iter().filter_map(|(_, data)| match data {
        RecordData::Event(event) => Some(event),
        _ => None,
    });
    events.collect()
}

pub(super) fn objects(parsed: &Parsed) -> Vec<&WmiObject> {
    let objects = parsed.records.iter().filter_map(|(_, data)| match data {
        RecordData::WmiObject(object) => Some(object),
        _ => None,
    });
    objects.collect()
}

/// How often each consumer of a binding is named.
fn bound(parsed: &[Parsed]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for object in parsed.iter().flat_map(objects).filter(|object| object.is_binding()) {
        let consumer = object.reference("Consumer").unwrap();
        let filter = object.reference("Filter").unwrap();
        let name = format!("{} -> {}", filter.name().unwrap(), consumer.name().unwrap());
        *counts.entry(name).or_default() += 1;
    }
    counts
}

fn count(parsed: &[Parsed], provider: &str, number: u32) -> usize {
    let all = parsed.iter().flat_map(events);
    all.filter(|event| event.provider == provider && event.event_id == number).count()
}

#[cfg(feature = "events")]
mod logs {
    use super::*;

    fn log(name: &str) -> Option<Vec<u8>> {
        recorded(name).map(|path| std::fs::read(path).unwrap())
    }

    fn read(bytes: &[u8]) -> Parsed {
        let mut reader = bytes;
        let (parsed, error) = parse_evtx(&mut reader);
        assert!(error.is_none());
        parsed
    }

    /// All logs of a machine, by name.
    fn machine(name: &str) -> Option<Vec<(String, Parsed)>> {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(recorded(name)?).unwrap()).unwrap();
        let mut logs = Vec::new();
        for at in 0..archive.len() {
            let mut member = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            logs.push((member.name().unwrap().into_owned(), read(&bytes)));
        }
        Some(logs)
    }

    const STOCK: &str = "SCM Event Log Filter -> SCM Event Log Consumer";

    #[test]
    fn the_logs_of_the_infected_machine() {
        let Some(logs) = machine("infected-win10.zip") else { return };
        assert_eq!(logs.len(), 94);
        let complete = |parsed: &Parsed| parsed.coverage.get(Area::Events) == Some(ReadState::Complete);
        let complete: Vec<_> =
            logs.iter().filter(|(_, parsed)| complete(parsed)).map(|(name, _)| name.as_str()).collect();
        assert_eq!(complete, ["Microsoft-Windows-WMI-Activity%4Operational.evtx"]);
        let problems: Vec<_> = logs.iter().flat_map(|(_, parsed)| &parsed.problems).collect();
        assert_eq!(problems, Vec::<&crate::Problem>::new());
        let logs: Vec<_> = logs.into_iter().map(|(_, parsed)| parsed).collect();
        let pairs = [(STOCK.to_owned(), 2), ("ProcessStartTrigger -> KillProcess".to_owned(), 1)];
        assert_eq!(bound(&logs), BTreeMap::from(pairs));
        for (provider, number, times) in [
            (wanted::WMI_ACTIVITY, 5857, 36),
            (wanted::WMI_ACTIVITY, 5858, 110),
            (wanted::WMI_ACTIVITY, 5859, 3),
            (wanted::WMI_ACTIVITY, 5861, 3),
            (wanted::SYSMON, 1, 681),
            (wanted::SECURITY, 4624, 227),
            (wanted::SECURITY, 4732, 6),
            (wanted::SERVICES, 7045, 33),
            ("EventLog", 6005, 3),
            ("PowerShell", 600, 24),
            (wanted::POWERSHELL, 4104, 1),
            ("Microsoft-Windows-Windows Defender", 1116, 20),
            ("Microsoft-Windows-Bits-Client", 59, 25),
        ] {
            assert_eq!(count(&logs, provider, number), times, "{provider} {number}");
        }
        let services = logs
            .iter()
            .flat_map(|log| &log.records)
            .filter(|(_, data)| matches!(data, RecordData::Service(_)));
        assert_eq!(services.count(), 33);
    }

    #[test]
    fn what_made_the_infected_machine_ill() {
        let Some(logs) = machine("infected-win10.zip") else { return };
        let (_, log) = logs.into_iter().find(|(name, _)| name.contains("WMI-Activity")).unwrap();
        let event =
            *events(&log).iter().find(|event| event.field("ESS") == Some("ProcessStartTrigger")).unwrap();
        assert_eq!(event.time.to_string().get(..19), Some("2022-03-10T21:08:30"));
        assert_eq!(event.computer, "DESKTOP-TMKU40H");
        let at = Location::Record(event.record_id);
        let made: Vec<_> = log.records.iter().filter(|(location, _)| *location == at).collect();
        assert_eq!(made.len(), 4, "{made:#?}");
        let consumer = *objects(&log).iter().find(|object| object.name() == "KillProcess").unwrap();
        assert_eq!(consumer.class, "ActiveScriptEventConsumer");
        assert_eq!(consumer.namespace.as_deref(), Some(r"root\subscription"));
        assert_eq!(consumer.server.as_deref(), Some("DESKTOP-TMKU40H"));
        assert_eq!(consumer.creator_sid().as_deref(), Some("S-1-5-21-2212929841-2730996645-2649195864-1000"));
        assert!(consumer.omits_defaults);
        assert_eq!(consumer.value("KillTimeout").and_then(evidence::Value::as_number), Some(45));
    }

    #[test]
    fn the_logs_of_the_clean_machine() {
        let Some(logs) = machine("clean-win10.zip") else { return };
        assert_eq!(logs.len(), 109);
        let logs: Vec<_> = logs.into_iter().map(|(_, parsed)| parsed).collect();
        assert_eq!(bound(&logs), BTreeMap::from([(STOCK.to_owned(), 4)]));
        assert_eq!(count(&logs, "Microsoft-Windows-Windows Defender", 1116), 0);
        assert_eq!(logs.iter().flat_map(|log| &log.problems).count(), 0);
    }

    #[test]
    fn a_subscription_in_a_lone_log() {
        let Some(bytes) = log("wmi-activity-logrotate.evtx") else { return };
        let log = read(&bytes);
        let pairs = [(STOCK.to_owned(), 11), ("LogRotate Event -> LogRotate Consumer".to_owned(), 1)];
        assert_eq!(bound(std::slice::from_ref(&log)), BTreeMap::from(pairs));
        let consumer = *objects(&log).iter().find(|object| object.name() == "LogRotate Consumer").unwrap();
        assert_eq!(consumer.class, "CommandLineEventConsumer");
        assert!(consumer.text("CommandLineTemplate").unwrap().contains("tmpA7Z2.ps1"));
        let event = *events(&log).iter().find(|event| event.field("ESS") == Some("LogRotate Event")).unwrap();
        assert_eq!(event.time.to_string().get(..19), Some("2020-06-20T19:28:04"));
    }

    #[test]
    fn what_sysmon_shows_of_a_subscription() {
        let Some(bytes) = log("sysmon-wmi-botfilter.evtx") else { return };
        let log = read(&bytes);
        for number in 19..=21 {
            assert_eq!(count(std::slice::from_ref(&log), wanted::SYSMON, number), 2, "{number}");
        }
        // Created and deleted: what was created is told once.
        let [consumer, binding, filter] = objects(&log)[..] else { panic!("{:#?}", objects(&log)) };
        assert_eq!(consumer.text("CommandLineTemplate"), Some(r"c:\Windows\System32\cmd.exe"));
        assert_eq!((consumer.name(), filter.name()), ("BotConsumer23", "BotFilter82"));
        assert_eq!(filter.text("EventNamespace"), Some(r"root\cimv2"));
        assert_eq!(binding.reference("Filter").unwrap().name(), Some("BotFilter82"));
        assert_eq!(binding.server.as_deref(), Some("IEWIN7"));
    }

    /// Each part of the log as a log of its own.
    fn parts(bytes: &[u8]) -> Vec<Vec<u8>> {
        let (head, chunks) = bytes.split_at(4096);
        let mut head = head.to_vec();
        head[42..44].copy_from_slice(&1_u16.to_le_bytes());
        let chunks = chunks.chunks_exact(65536).filter(|chunk| chunk.starts_with(b"ElfChnk"));
        chunks.map(|chunk| [&head, chunk].concat()).collect()
    }

    #[test]
    fn a_log_that_tells_of_no_subscription_at_all_is_no_proof() {
        let Some(bytes) = log("wmi-activity-logrotate.evtx") else { return };
        let parts: Vec<_> = parts(&bytes).iter().map(|part| read(part)).collect();
        let tells = |part: &Parsed| events(part).iter().any(|event| matches!(event.event_id, 5859..=5861));
        let (with, without): (Vec<_>, Vec<_>) = parts.iter().partition(|part| tells(part));
        assert!(!with.is_empty() && !without.is_empty(), "{} {}", with.len(), without.len());
        for part in with {
            assert_eq!(part.coverage.get(Area::Events), Some(ReadState::Complete));
            assert_eq!(part.problems, []);
        }
        for part in without {
            assert_eq!(part.coverage.get(Area::Events), Some(ReadState::Partial));
            assert_eq!(part.problems[0].message.id, NO_SUBSCRIPTIONS.id);
        }
    }

    #[test]
    fn a_cut_log_gives_what_is_there() {
        let Some(bytes) = log("wmi-activity-logrotate.evtx") else { return };
        let whole = read(&bytes);
        let cut = read(&bytes[..4096 + 65536 + 20_000]);
        assert!(!cut.records.is_empty() && cut.records.len() < whole.records.len());
        let last = cut.problems.last().unwrap();
        assert_eq!((last.level, last.offset), (Level::Error, Some(4096 + 65536)));
        assert_eq!(last.message.id, CUT.id);
        assert_eq!(cut.coverage.get(Area::Events), Some(ReadState::Partial));
        let head = read(&bytes[..100]);
        assert_eq!((head.records.len(), head.problems.len()), (0, 1));
    }

    #[test]
    fn a_damaged_chunk_does_not_stop_the_others() {
        let Some(mut bytes) = log("wmi-activity-logrotate.evtx") else { return };
        let whole = read(&bytes).records.len();
        bytes[4096] = b'X';
        let damaged = read(&bytes);
        assert!(!damaged.records.is_empty() && damaged.records.len() < whole);
        assert_eq!(damaged.problems[0].message.id, DAMAGED.id);
        assert_eq!(damaged.problems[0].offset, Some(4096));
    }

    #[test]
    fn no_damage_makes_a_panic() {
        let Some(original) = log("sysmon-wmi-botfilter.evtx") else { return };
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).unwrap()
        };
        for _ in 0..200 {
            let mut bytes = original.clone();
            for _ in 0..20 {
                let at = 4096 + random(20_000.min(bytes.len() - 4096));
                bytes[at] = u8::try_from(random(256)).unwrap();
            }
            read(&bytes);
        }
    }
}
