//! The journal: one line an event, written and synced before what it announces is done.
//!
//! A line is `{"hash":"…","time":…,"entry":{…}}`, where `hash` is SHA-256 over the hash of the line before (nothing for the first) and the
//! text of the line from `"time"` on. The chain shows damage, reordering and careless editing; it has no secret, so whoever can write the
//! folder could write a new one. A power cut can tear the last line, and another one the `opened` that follows it, and so on; the first whole
//! line behind torn ones is always an `opened`.

use super::Saved;
use crate::object::sha256_hex;
use crate::plan::Action;
use crate::receipt::Run;
use machine::MachineMut;
use serde::{Deserialize, Serialize};

/// What happened, or is about to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Event {
    /// The program opened the case.
    Opened { run: Run },
    /// The action is about to be done.
    Intent { action: Box<Action> },
    /// Its backup is complete and was read back.
    BackedUp { action: String, saved: Saved },
    /// The machine says that it is done.
    Done { action: String },
    /// A re-reading proves it.
    Proven { action: String, at_restart: bool },
    /// It could not be done, or not be proven.
    Failed { action: String, error: String },
    /// The action is about to be undone.
    UndoIntent { action: String },
    /// The machine says that it is undone.
    UndoDone { action: String },
    /// A re-reading proves it.
    UndoProven { action: String },
    /// It could not be undone, or not be proven.
    UndoFailed { action: String, error: String },
    /// It was looked whether what was done still holds.
    Verified { passed: bool },
}

/// A line behind its hash.
#[derive(Serialize, Deserialize)]
struct Line {
    time: jiff::Timestamp,
    entry: Event,
}

/// A line with its hash.
#[derive(Deserialize)]
struct Hashed {
    #[serde(rename = "hash")]
    _hash: String,
    #[serde(flatten)]
    _line: Line,
}

/// A journal that can be written on.
#[derive(Debug)]
pub(super) struct Journal {
    path: String,
    /// The hash of the last whole line.
    last: String,
    /// Whether the file ends in the middle of a line.
    torn: bool,
}

impl Journal {
    pub(super) const fn new(path: String) -> Self {
        Self { path, last: String::new(), torn: false }
    }

    /// Reads a journal, with everything that happened.
    pub(super) fn read(path: String, bytes: &[u8]) -> Result<(Self, Vec<Event>), String> {
        let mut journal = Self::new(path);
        let mut events = Vec::new();
        let mut torn_before = false;
        for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let event = std::str::from_utf8(line).ok().and_then(|line| journal.accept(line));
            match event {
                Some(event) if torn_before && !matches!(event, Event::Opened { .. }) => {
                    return Err(broken(at));
                }
                Some(event) => {
                    torn_before = false;
                    events.push(event);
                }
                None if line.is_empty() => {}
                // A whole line that does not follow was not torn: lines before it are missing or changed.
                None if is_whole(line) || (torn_before && !may_be_opening(line)) => return Err(broken(at)),
                None => torn_before = true,
            }
        }
        journal.torn = !bytes.is_empty() && bytes.last() != Some(&b'\n');
        Ok((journal, events))
    }

    /// The event of a line that is whole and follows the last one.
    fn accept(&mut self, line: &str) -> Option<Event> {
        let (hash, body) = line.strip_prefix("{\"hash\":\"")?.split_once("\",")?;
        if sha256_hex(format!("{}{body}", self.last).as_bytes()) != hash {
            return None;
        }
        let line: Line = serde_json::from_str(&format!("{{{body}")).ok()?;
        hash.clone_into(&mut self.last);
        Some(line.entry)
    }

    pub(super) fn write(&mut self, machine: &mut dyn MachineMut, event: &Event) -> machine::Result<()> {
        let line = Line { time: machine.now(), entry: event.clone() };
        // Serialising plain data to memory does not fail.
        let text = serde_json::to_string(&line).unwrap_or_default();
        let body = text.strip_prefix('{').unwrap_or_default();
        let hash = sha256_hex(format!("{}{body}", self.last).as_bytes());
        let before = if self.torn { "\n" } else { "" };
        machine.append(&self.path, format!("{before}{{\"hash\":\"{hash}\",{body}\n").as_bytes())?;
        self.torn = false;
        self.last = hash;
        Ok(())
    }
}

/// Whether the line has everything that a line has, whatever it follows.
fn is_whole(line: &[u8]) -> bool {
    serde_json::from_slice::<Hashed>(line).is_ok()
}

/// Whether a torn line can have been an `opened`: behind a torn line nothing else is written.
fn may_be_opening(line: &[u8]) -> bool {
    const BEFORE: &[u8] = b"\"entry\":{";
    const OPENED: &[u8] = b"\"opened\"";
    let entry = line.windows(BEFORE.len()).position(|own| own == BEFORE);
    let entry = entry.and_then(|at| line.get(at + BEFORE.len()..)).unwrap_or_default();
    entry.iter().zip(OPENED).all(|(own, wanted)| own == wanted)
}

fn broken(at: usize) -> String {
    format!("line {} does not follow the one before", at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use machine::Machine;
    use machine::memory::{Crash, Memory, State};

    const PATH: &str = r"C:\journal.jsonl";

    fn written(events: &[Event]) -> Memory {
        let mut state = State::default();
        state.add_file(PATH, b"");
        let mut memory = Memory::new(state);
        let mut journal = Journal::new(PATH.into());
        for event in events {
            journal.write(&mut memory, event).unwrap();
        }
        memory
    }

    fn read(memory: &Memory) -> Result<(Journal, Vec<Event>), String> {
        Journal::read(PATH.into(), &memory.read_file(PATH, 1 << 20).unwrap())
    }

    fn done(action: &str) -> Event {
        Event::Done { action: action.into() }
    }

    #[test]
    fn what_was_written_is_read() {
        let events = [Event::Opened { run: Run::Apply }, done("a"), done("b")];
        assert_eq!(read(&written(&events)).unwrap().1, events);
    }

    #[test]
    fn a_torn_line_is_followed_by_an_opening_and_nothing_else() {
        let mut memory = written(&[Event::Opened { run: Run::Apply }]);
        memory.crash_at(memory.call_count(), Crash::Torn);
        read_on(&mut memory, &done("lost")).unwrap_err();
        memory.heal();
        read_on(&mut memory, &Event::Opened { run: Run::Resume }).unwrap();
        let events = read(&memory).unwrap().1;
        assert_eq!(events, [Event::Opened { run: Run::Apply }, Event::Opened { run: Run::Resume }]);

        let mut memory = written(&[Event::Opened { run: Run::Apply }]);
        memory.append(PATH, b"{\"hash\":").unwrap();
        read_on(&mut memory, &done("a")).unwrap();
        assert_eq!(read(&memory).unwrap_err(), "line 3 does not follow the one before");
    }

    /// Appends these bytes as a cut in the middle of a write would leave them.
    fn torn(bytes: &[u8], after: &[u8]) -> Vec<u8> {
        let before: &[u8] = if bytes.last() == Some(&b'\n') { b"" } else { b"\n" };
        [bytes, before, after].concat()
    }

    #[test]
    fn opening_can_be_cut_off_again_and_again() {
        let whole = |events: &[Event]| written(events).read_file(PATH, 1 << 20).unwrap();
        let opened = Event::Opened { run: Run::Apply };
        let one = whole(std::slice::from_ref(&opened));
        let two = whole(&[opened.clone(), Event::Opened { run: Run::Undo }]);
        let (lost, opening) = (&whole(&[opened.clone(), done("a")])[one.len()..], &two[one.len()..]);
        for first in 1..lost.len() {
            for second in [1, 20, 90, opening.len() - 20, opening.len() - 2] {
                let mut bytes = torn(&one, &lost[..first]);
                bytes = torn(&bytes, &opening[..second]);
                bytes = torn(&bytes, &opening[..second / 2]);
                let read = Journal::read(PATH.into(), &bytes).unwrap();
                assert!(read.1.len() <= 2, "{first} {second}");
                let mut memory = Memory::new(State::default());
                memory.state_mut().add_file(PATH, &bytes);
                read_on(&mut memory, &Event::Opened { run: Run::Resume }).unwrap();
                read_on(&mut memory, &done("b")).unwrap();
                assert_eq!(super::tests::read(&memory).unwrap().1.last(), Some(&done("b")));
            }
        }
        // Zeros are what some file systems leave of a write that was cut off.
        let zeros = torn(&torn(&one, &[0; 99]), &[0; 7]);
        assert!(Journal::read(PATH.into(), &torn(&zeros, opening)).is_ok());
        assert!(
            Journal::read(PATH.into(), &torn(&torn(&one, &lost[..40]), &lost[..lost.len() - 3])).is_err()
        );
    }

    fn read_on(memory: &mut Memory, event: &Event) -> machine::Result<()> {
        let mut state = State::default();
        state.add_file(PATH, &memory.state().files.get(&PATH.to_lowercase()).unwrap().bytes);
        let bytes = state.files.get(&PATH.to_lowercase()).unwrap().bytes.clone();
        Journal::read(PATH.into(), &bytes).unwrap().0.write(memory, event)
    }

    #[test]
    fn changed_and_missing_lines_are_noticed() {
        let memory = written(&[Event::Opened { run: Run::Apply }, done("a"), done("b"), done("c")]);
        let bytes = memory.read_file(PATH, 1 << 20).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let changed = text.replace("\"a\"", "\"x\"");
        assert!(Journal::read(PATH.into(), changed.as_bytes()).is_err());
        let lines: Vec<_> = text.lines().collect();
        let without = [lines[0], lines[2], lines[3]].join("\n");
        assert!(Journal::read(PATH.into(), without.as_bytes()).is_err());
    }
}
