//! Event logs as Windows stores them: a header of 4,096 bytes, then chunks of 65,536 bytes that stand for themselves.
//!
//! The `evtx` crate reads a chunk; this module streams the chunks, a batch at a time on all cores. A chunk in which no provider is named
//! that matters is not looked into, and of the others only the records with a number that matters become more than text.

use super::keep::Keeper;
use super::wanted::{WANTED, WMI_ACTIVITY, Wanted};
use super::{CUT, DAMAGED, NO_SUBSCRIPTIONS, RECORDS_DAMAGED, SLOW, record};
use crate::{Parsed, Problem};
use ::evtx::{EvtxChunkData, ParserSettings};
use aho_corasick::AhoCorasick;
use evidence::{Area, Event, Level, Location, Message, ReadState};
use memchr::memmem;
use rayon::prelude::*;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

const HEADER: usize = 4096;
const CHUNK: usize = 1 << 16;
/// Chunks that are in memory at a time.
const BATCH: usize = 128;
/// How long one log may take; the slowest of those that were measured took a thousandth of it.
const TIME: Duration = Duration::from_mins(5);
/// Damaged places that are told one by one.
const TOLD: usize = 20;

/// The names of the providers, as a chunk stores them.
static PROVIDERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = WANTED
        .iter()
        .map(|wanted| wanted.provider.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    AhoCorasick::new(names).ok()
});

/// Reads an event log to its end. What cannot be read of it is told, and the rest is read.
///
/// The error is what ended the reading early; what was read up to there is in the first part of the answer.
pub fn parse(reader: &mut dyn Read) -> (Parsed, Option<io::Error>) {
    let mut log = Log::default();
    let error = log.read(reader, Instant::now()).err();
    (log.into_parsed(error.is_none()), error)
}

/// A log while it is read.
#[derive(Default)]
struct Log {
    keeper: Keeper,
    problems: Vec<Problem>,
    /// Whether the log holds events of the WMI-Activity log.
    wmi_activity: bool,
    /// Whether some of them tell of subscriptions.
    subscriptions: bool,
    damaged: u64,
}

/// What a chunk holds.
#[derive(Default)]
struct Chunk {
    events: Vec<(&'static Wanted, u64, Option<Event>)>,
    wmi_activity: bool,
    /// Records that cannot be read, and why the first of them.
    failed: u64,
    reason: Option<String>,
    /// Why the chunk as a whole cannot be read.
    damage: Option<String>,
}

impl Log {
    fn read(&mut self, reader: &mut dyn Read, start: Instant) -> io::Result<()> {
        let mut header = Vec::new();
        Read::take(&mut *reader, HEADER as u64).read_to_end(&mut header)?;
        // The number of chunks; a log that was not closed may hold more.
        let expected = header.get(42..44).and_then(|bytes| bytes.try_into().ok());
        let expected = u64::from(expected.map_or(0, u16::from_le_bytes));
        let mut batch = Vec::new();
        let mut chunks = 0_u64;
        loop {
            batch.clear();
            Read::take(&mut *reader, (BATCH * CHUNK) as u64).read_to_end(&mut batch)?;
            if batch.is_empty() {
                break;
            }
            if start.elapsed() > TIME {
                self.tell(Level::Error, offset_of(chunks), SLOW.with([TIME.as_secs().into()]));
                return Ok(());
            }
            let read: Vec<_> = batch.par_chunks(CHUNK).map(read_chunk).collect();
            for chunk in read {
                self.add(chunk, offset_of(chunks));
                chunks += 1;
            }
            if batch.len() % CHUNK != 0 {
                // The last chunk is cut, and was read as far as it goes.
                let whole = chunks.saturating_sub(1);
                self.tell(
                    Level::Error,
                    offset_of(whole),
                    CUT.with([whole.into(), expected.max(chunks).into()]),
                );
                return Ok(());
            }
        }
        if chunks < expected || header.len() < HEADER {
            self.tell(Level::Error, offset_of(chunks), CUT.with([chunks.into(), expected.into()]));
        }
        Ok(())
    }

    fn add(&mut self, chunk: Chunk, offset: u64) {
        self.wmi_activity |= chunk.wmi_activity;
        for (wanted, id, event) in chunk.events {
            self.subscriptions |= wanted.provider == WMI_ACTIVITY
                && event.as_ref().is_some_and(|event| matches!(event.event_id, 5859..=5861));
            self.keeper.add(wanted, id, Location::Record(id), event);
        }
        if let Some(reason) = chunk.damage {
            self.tell(Level::Error, offset, DAMAGED.with([reason.into()]));
        }
        if let Some(reason) = chunk.reason {
            self.tell(Level::Warning, offset, RECORDS_DAMAGED.with([chunk.failed.into(), reason.into()]));
        }
    }

    fn tell(&mut self, level: Level, offset: u64, message: Message) {
        self.damaged += 1;
        if self.problems.len() < TOLD {
            self.problems.push(Problem { level, offset: Some(offset), message });
        }
    }

    fn into_parsed(self, whole: bool) -> Parsed {
        let complete = whole && self.damaged == 0 && self.wmi_activity && self.subscriptions;
        let mut parsed = self.keeper.into_parsed();
        let state = if complete { ReadState::Complete } else { ReadState::Partial };
        parsed.coverage.add(Area::Events, state);
        let mut problems = self.problems;
        if whole && self.damaged == 0 && self.wmi_activity && !self.subscriptions {
            problems.push(Problem { level: Level::Info, offset: None, message: NO_SUBSCRIPTIONS.plain() });
        }
        problems.append(&mut parsed.problems);
        parsed.problems = problems;
        parsed
    }
}

/// Where a chunk begins.
fn offset_of(chunk: u64) -> u64 {
    HEADER as u64 + chunk * CHUNK as u64
}

/// Reads a chunk, whatever the crate makes of it.
fn read_chunk(bytes: &[u8]) -> Chunk {
    if bytes.iter().all(|byte| *byte == 0) {
        return Chunk::default();
    }
    if !bytes.starts_with(b"ElfChnk\0") {
        return Chunk { damage: Some("no chunk begins here".to_owned()), ..Chunk::default() };
    }
    if !PROVIDERS.as_ref().is_none_or(|providers| providers.is_match(bytes)) {
        return Chunk::default();
    }
    let mut chunk = Chunk::default();
    // What was read before a panic is whole: events are added one by one.
    let outcome = catch_unwind(AssertUnwindSafe(|| read_records(bytes, &mut chunk)));
    chunk.damage = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(reason)) => Some(reason),
        Err(_) => Some("the records contradict each other".to_owned()),
    };
    chunk
}

fn read_records(bytes: &[u8], chunk: &mut Chunk) -> Result<(), String> {
    let mut padded = bytes.to_vec();
    padded.resize(CHUNK, 0);
    let settings = Arc::new(ParserSettings::new().indent(false));
    let mut data = EvtxChunkData::new(padded, false).map_err(|error| error.to_string())?;
    let mut records = data.parse(settings).map_err(|error| error.to_string())?;
    for record in records.iter() {
        match record.and_then(::evtx::EvtxRecord::into_json_bytes) {
            Ok(record) => chunk.take(record.event_record_id, record.timestamp, &record.data),
            Err(error) => {
                chunk.failed += 1;
                chunk.reason.get_or_insert_with(|| error.to_string());
            }
        }
    }
    Ok(())
}

impl Chunk {
    /// Takes in a record, where it matters.
    fn take(&mut self, id: u64, written: jiff::Timestamp, json: &[u8]) {
        if !self.wmi_activity {
            self.wmi_activity = memmem::find(json, WMI_ACTIVITY.as_bytes()).is_some();
        }
        if !number(json).is_none_or(Wanted::is_number) {
            return;
        }
        let Some(mut raw) = serde_json::from_slice(json).ok().and_then(|value| record::read(&value)) else {
            return;
        };
        if let Some(wanted) = raw.wanted() {
            raw.record_id = Some(id);
            raw.time = raw.time.or(Some(written));
            self.events.push((wanted, id, raw.into_event(wanted)));
        }
    }
}

/// The number of an event, without reading all of it: the first `EventID` is that of the head.
fn number(json: &[u8]) -> Option<u32> {
    let behind = |mark: &[u8], bytes: &[u8]| memmem::find(bytes, mark).map(|at| at + mark.len());
    let rest = json.get(behind(b"\"EventID\":", json)?..)?;
    let rest = match rest.first()? {
        b'{' => rest.get(behind(b"\"#text\":", rest)?..)?,
        _ => rest,
    };
    let mut digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
    digits.try_fold(0_u32, |number, digit| number.checked_mul(10)?.checked_add(u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_plain_or_beside_attributes() {
        assert_eq!(number(br#"{"System":{"EventID":5861,"Version":0}}"#), Some(5861));
        let beside = br##"{"EventID":{"#attributes":{"Qualifiers":16384},"#text":7045},"Version":1}"##;
        assert_eq!(number(beside), Some(7045));
        assert_eq!(number(br#"{"System":{}}"#), None);
        assert_eq!(number(br#"{"EventID":99999999999}"#), None);
    }
}
