//! Scheduled tasks as Windows kept them before Vista, and `at` still makes them up to Windows 7: files `*.job` in `C:\Windows\Tasks`.
//!
//! A section of fixed length, then what varies: texts of UTF-16 with their count in front, data of programs, triggers (Microsoft: MS-TSCH, 2.4
//! ".JOB File Format"). Who runs the task is not in it; what `at` makes runs as SYSTEM.

use super::rooted;
use crate::{Parsed, Problem};
use evidence::{
    Area, Level, Location, MessageSpec, ReadState, RecordData, ScheduledTask, TaskAction, TaskPlaces,
};

/// The file ends before its last text.
pub(super) const CUT: MessageSpec = MessageSpec::new("note-task-job-cut", &[]);

/// Where the section of varying length begins, and in it the name of the program: a count of running instances stands before it.
const FIXED: usize = 68;
const APPLICATION: usize = FIXED + 2;
/// The length of a trigger.
const TRIGGER: usize = 48;
/// Triggers of one task that are read.
const TRIGGERS: usize = 64;
/// Versions of Windows that write such files, from NT 4.0 to 10.
const VERSIONS: &[u16] = &[0x0400, 0x0500, 0x0501, 0x0502, 0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0A00];
/// Flags of a task and of a trigger.
const DISABLED: u32 = 4;
const HIDDEN: u32 = 0x200;

/// Whether the bytes at the beginning of a file are those of such a task.
pub(crate) fn is_job(head: &[u8]) -> bool {
    word(head, 0).is_some_and(|version| VERSIONS.contains(&version))
        && word(head, 2) == Some(1)
        && word(head, 20).map(usize::from) == Some(APPLICATION)
        && word(head, 22).is_some_and(|triggers| usize::from(triggers) > APPLICATION)
        && head.len() > APPLICATION
}

/// Reads a task. `place` is the path of the file in its bundle, with `/` between its parts. What comes before damage is read.
pub fn parse_job(bytes: &[u8], place: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut at = APPLICATION;
    let mut texts = std::iter::from_fn(|| text(bytes, &mut at));
    let [command, arguments, folder, author, comment] = std::array::from_fn(|_| texts.next());
    if comment.is_none() {
        let offset = Some(bytes.len() as u64);
        parsed.problems.push(Problem { level: Level::Warning, offset, message: CUT.plain() });
    }
    let Some(command) = command else { return parsed };
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let flags = long(bytes, 48).unwrap_or(0);
    let name = crate::file_name::file_name(place);
    let stem = if crate::file_name::has_extension(name, "job") { name.get(..name.len() - 4) } else { None };
    let folders = place.replace('\\', "/").to_lowercase();
    let action =
        TaskAction::Exec { command, arguments: filled(arguments), working_directory: filled(folder) };
    let task = ScheduledTask {
        path: rooted(stem.unwrap_or(name)),
        enabled: Some(flags & DISABLED == 0),
        hidden: Some(flags & HIDDEN != 0),
        author: filled(author),
        description: filled(comment),
        triggers: triggers(bytes),
        actions: vec![action],
        seen: TaskPlaces {
            file: folders.contains("windows/tasks/").then_some(true),
            ..TaskPlaces::default()
        },
        ..ScheduledTask::default()
    };
    parsed.coverage.add(Area::Tasks, ReadState::Partial);
    parsed.records.push((Location::Whole, RecordData::Task(task)));
    parsed
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The text at this place, which is then behind it: a count of characters with the zero at the end, and the characters.
fn text(bytes: &[u8], at: &mut usize) -> Option<String> {
    let begin = at.checked_add(2)?;
    let end = begin.checked_add(usize::from(word(bytes, *at)?) * 2)?;
    let units = bytes.get(begin..end)?.chunks_exact(2);
    let units: Vec<u16> = units.filter_map(|pair| pair.try_into().ok().map(u16::from_le_bytes)).collect();
    *at = end;
    let ended = units.split(|unit| *unit == 0).next().unwrap_or_default();
    Some(String::from_utf16_lossy(ended))
}

/// What starts the task, each trigger in the words of a task in XML.
fn triggers(bytes: &[u8]) -> Vec<String> {
    let Some(begin) = word(bytes, 22).map(usize::from) else { return Vec::new() };
    let count = word(bytes, begin).map_or(0, usize::from).min(TRIGGERS);
    let all = bytes.get(begin + 2..).unwrap_or_default().chunks_exact(TRIGGER).take(count);
    all.map(trigger).collect()
}

fn trigger(bytes: &[u8]) -> String {
    let number = |at: usize| word(bytes, at).unwrap_or(0);
    let kind = match long(bytes, 32) {
        Some(0) => "TimeTrigger",
        Some(1) => "CalendarTrigger day",
        Some(2) => "CalendarTrigger week",
        Some(3) => "CalendarTrigger month",
        Some(4) => "CalendarTrigger monthdayofweek",
        Some(5) => "IdleTrigger",
        Some(6) => "BootTrigger",
        Some(7) => "LogonTrigger",
        _ => "?",
    };
    let mut words = vec![kind.to_owned()];
    if number(4) > 0 {
        let (year, month, day) = (number(4), number(6), number(8));
        words.push(format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:00", number(16), number(18)));
    }
    words.extend(long(bytes, 24).filter(|minutes| *minutes > 0).map(|minutes| format!("every PT{minutes}M")));
    if long(bytes, 28).is_some_and(|flags| flags & DISABLED != 0) {
        words.push("disabled".to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use proptest::prelude::*;

    /// A task as `at` makes it.
    fn job(texts: [&str; 5], flags: u32) -> Vec<u8> {
        let mut body = Vec::new();
        for text in texts {
            let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
            body.extend(u16::try_from(units.len()).unwrap().to_le_bytes());
            body.extend(units.into_iter().flat_map(u16::to_le_bytes));
        }
        // No data of a program, and eight reserved bytes.
        body.extend([0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let triggers = u16::try_from(APPLICATION + body.len()).unwrap();
        let mut job = vec![0; FIXED];
        job[..4].copy_from_slice(&[1, 6, 1, 0]);
        job[20..22].copy_from_slice(&70_u16.to_le_bytes());
        job[22..24].copy_from_slice(&triggers.to_le_bytes());
        job[48..52].copy_from_slice(&flags.to_le_bytes());
        job.extend([0, 0]);
        job.extend(body);
        job.extend([1, 0]);
        let mut trigger = vec![0; TRIGGER];
        for (at, value) in [(0, 48_u16), (4, 2022), (6, 3), (8, 10), (16, 13), (18, 5), (24, 60)] {
            trigger[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
        job.extend(trigger);
        job
    }

    const TEXTS: [&str; 5] = ["cmd.exe", "/c start x", "", "SYSTEM", "Created by NetScheduleJobAdd."];

    fn read(bytes: &[u8], place: &str) -> ScheduledTask {
        let parsed = parse_job(bytes, place);
        assert_eq!(parsed.problems, []);
        let [(Location::Whole, RecordData::Task(task))] = &parsed.records[..] else { panic!("{parsed:?}") };
        task.clone()
    }

    #[test]
    fn a_task_of_at_is_read() {
        let bytes = job(TEXTS, HIDDEN);
        assert_eq!(Format::recognise(&bytes, "At1.job"), Format::TaskJob);
        let task = read(&bytes, "C/Windows/Tasks/At1.job");
        assert_eq!((task.path.as_str(), task.seen.file), (r"\At1", Some(true)));
        assert_eq!((task.enabled, task.hidden), (Some(true), Some(true)));
        assert_eq!(task.actions[0].command_line().as_deref(), Some("cmd.exe /c start x"));
        assert_eq!(task.author.as_deref(), Some("SYSTEM"));
        assert_eq!(task.triggers, ["TimeTrigger 2022-03-10T13:05:00 every PT60M"]);
        assert_eq!(read(&job(TEXTS, DISABLED), "x.job").enabled, Some(false));
        assert_eq!(read(&job(TEXTS, 0), "x.job").seen.file, None);
    }

    #[test]
    fn what_comes_before_the_end_is_read() {
        let bytes = job(TEXTS, 0);
        for end in 0..bytes.len() {
            let parsed = parse_job(&bytes[..end], "x.job");
            assert!(parsed.records.len() <= 1 && parsed.problems.len() <= 1, "{end}");
        }
        let parsed = parse_job(&bytes[..APPLICATION + 20], "x.job");
        assert_eq!((parsed.records.len(), parsed.problems[0].message.id.as_str()), (1, CUT.id));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, place: String) {
            let _ = parse_job(&bytes, &place);
        }

        #[test]
        fn any_byte_may_be_another(at in 0_usize..300, value: u8) {
            let mut bytes = job(TEXTS, 0);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            prop_assert!(parse_job(&bytes, "x.job").records.len() <= 1);
        }
    }
}
