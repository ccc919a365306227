//! Which events are kept where there are many, and what they become.

use super::wanted::{POWERSHELL, POWERSHELL_CORE, Wanted};
use super::{INCOMPLETE, LEFT_OUT, LEFT_OUT_TELLING, SCRIPT_PARTS, derive, telling};
use crate::{Parsed, Problem};
use evidence::{Event, Level, Location, Message, RecordData};
use std::collections::{BTreeMap, BTreeSet};

/// Events of one number that are kept of one source, where they come in masses.
const FREQUENT: usize = 4_000;
/// Events of any other number that are kept of one source.
const OTHERS: usize = 20_000;
/// Bytes of text that events of one number may have.
const BYTES: usize = 64 << 20;
/// Events between the first and the last ones of a number that are kept for a word in them, and as many for being the first of their kind.
const MIDDLE: usize = 2_000;
/// Bytes of text that those of either sort may have.
const MIDDLE_BYTES: usize = 16 << 20;

/// The place of an event in its source: its number there, and how many were taken in before it.
type Place = (u64, u64);

/// The events of one source.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    /// By provider, number, and whether it is one of those that come in masses.
    kinds: BTreeMap<(&'static str, u32, bool), Kind>,
    taken: u64,
    incomplete: u64,
}

/// The events of one number: the first and the last ones, and of those between what may matter.
#[derive(Debug, Default)]
struct Kind {
    first: BTreeMap<Place, Kept>,
    last: BTreeMap<Place, Kept>,
    bytes: usize,
    /// Those with a word that speaks of more than everyday work.
    telling: Middle,
    /// One of each other kind.
    others: Middle,
    seen: BTreeSet<u64>,
    left_out: u64,
    /// How many of those that were left out had such a word.
    left_out_telling: u64,
}

/// Events from the middle.
#[derive(Debug, Default)]
struct Middle {
    events: BTreeMap<Place, Kept>,
    bytes: usize,
}

impl Middle {
    /// Whether there is room for another event.
    fn has_room(&self, kept: &Kept) -> bool {
        self.events.len() < MIDDLE && self.bytes + kept.bytes() <= MIDDLE_BYTES
    }

    fn add(&mut self, place: Place, kept: Kept) {
        self.bytes += kept.bytes();
        self.events.insert(place, kept);
    }
}

#[derive(Debug)]
struct Kept {
    location: Location,
    event: Event,
}

impl Kept {
    fn bytes(&self) -> usize {
        self.event.data.iter().map(|(name, value)| name.len() + value.len() + 64).sum()
    }
}

impl Keeper {
    /// Keeps an event; `number` orders it in its source. `None` is an event that does not tell its time.
    pub(super) fn add(
        &mut self,
        wanted: &'static Wanted,
        number: u64,
        location: Location,
        event: Option<Event>,
    ) {
        let Some(event) = event else {
            self.incomplete += 1;
            return;
        };
        self.taken += 1;
        let frequent = wanted.is_frequent(event.event_id) && !is_logon_of_a_person(&event);
        let half = if frequent { FREQUENT } else { OTHERS } / 2;
        let kind = self.kinds.entry((wanted.provider, event.event_id, frequent)).or_default();
        kind.add((number, self.taken), Kept { location, event }, half);
    }

    /// Whether nothing was taken in.
    pub(super) fn is_empty(&self) -> bool {
        self.taken == 0 && self.incomplete == 0
    }

    /// The records: each event, and behind it what it holds.
    pub(super) fn into_parsed(self) -> Parsed {
        let mut parsed = Parsed::default();
        let mut events = BTreeMap::new();
        for ((provider, event, _), kind) in self.kinds {
            let between = kind.telling.events.len() + kind.others.events.len();
            let kept = kind.first.len() + kind.last.len() + between;
            let name = format!("{provider} {event}");
            if kind.left_out_telling > 0 {
                let message = LEFT_OUT_TELLING.with([kind.left_out_telling.into(), name.as_str().into()]);
                parsed.problems.push(problem(Level::Warning, message));
            }
            if kind.left_out > 0 {
                let message = LEFT_OUT.with([kind.left_out.into(), name.into(), kept.into(), between.into()]);
                parsed.problems.push(problem(Level::Info, message));
            }
            events.extend(kind.first);
            events.extend(kind.last);
            events.extend(kind.telling.events);
            events.extend(kind.others.events);
        }
        if self.incomplete > 0 {
            parsed.problems.push(problem(Level::Warning, INCOMPLETE.with([self.incomplete.into()])));
        }
        let gaps = join_scripts(&mut events);
        if gaps > 0 {
            parsed.problems.push(problem(Level::Warning, SCRIPT_PARTS.with([gaps.into()])));
        }
        for Kept { location, event } in events.into_values() {
            let derived = derive::records(&event, &mut parsed.problems);
            parsed.records.push((location, RecordData::Event(event)));
            parsed.records.extend(derived.into_iter().map(|data| (location, data)));
        }
        parsed
    }
}

impl Kind {
    fn add(&mut self, place: Place, kept: Kept, half: usize) {
        self.bytes += kept.bytes();
        self.first.insert(place, kept);
        if self.first.len() > half
            && let Some((place, kept)) = self.first.pop_last()
        {
            self.last.insert(place, kept);
        }
        while self.last.len() > half || self.bytes > BYTES {
            // What is neither among the first nor among the last goes, but for what may matter.
            let Some((place, gone)) = self.last.pop_first().or_else(|| self.first.pop_last()) else { break };
            self.bytes = self.bytes.saturating_sub(gone.bytes());
            self.between(place, gone);
        }
    }

    /// Decides about an event between the first and the last ones. What says the same as one before it goes.
    fn between(&mut self, place: Place, kept: Kept) {
        let is_telling = telling::is_telling(&kept.event);
        let bucket = if is_telling { &mut self.telling } else { &mut self.others };
        let room = bucket.has_room(&kept);
        let is_new = match telling::kind(&kept.event) {
            Some(kind) if room => self.seen.insert(kind),
            Some(kind) => !self.seen.contains(&kind),
            None => is_telling,
        };
        if is_new && room {
            bucket.add(place, kept);
        } else {
            self.left_out += 1;
            self.left_out_telling += u64::from(is_telling && is_new);
        }
    }
}

/// Whether the event is a logon with a password of its own. Most logons are of the system and its services, and tell nothing; which accounts
/// were used on a machine tell the others, and each of them counts.
fn is_logon_of_a_person(event: &Event) -> bool {
    const BATCH_AND_SERVICE: [&str; 3] = ["0", "4", "5"];
    event.event_id == 4624
        && event.field("LogonType").is_some_and(|kind| !BATCH_AND_SERVICE.contains(&kind.trim()))
        && event
            .field("TargetUserSid")
            .is_none_or(|sid| sid.starts_with("S-1-5-21-") || sid.starts_with("S-1-12-"))
}

fn problem(level: Level, message: Message) -> Problem {
    Problem { level, offset: None, message }
}

/// Joins the parts of each script block at the place of its first part. Returns how many script blocks lack parts.
fn join_scripts(events: &mut BTreeMap<Place, Kept>) -> u64 {
    // By machine and id: the parts by their number, each with its place.
    let mut blocks: BTreeMap<(String, String), BTreeMap<u64, Place>> = BTreeMap::new();
    for (place, Kept { event, .. }) in events.iter() {
        if event.event_id == 4104
            && [POWERSHELL, POWERSHELL_CORE].contains(&event.provider.as_str())
            && let (Some(id), Some(number)) = (event.field("ScriptBlockId"), number(event, "MessageNumber"))
            && number_of_parts(event) > 1
        {
            // A log that was merged from copies has a part twice.
            let block = blocks.entry((event.computer.clone(), id.to_owned())).or_default();
            block.entry(number).or_insert(*place);
        }
    }
    let mut gaps = 0;
    for parts in blocks.into_values() {
        let mut texts = Vec::with_capacity(parts.len());
        let mut joined: Option<(Place, Kept)> = None;
        for place in parts.values() {
            let Some(mut kept) = events.remove(place) else { continue };
            texts.push(kept.event.data.remove("ScriptBlockText").unwrap_or_default());
            joined.get_or_insert((*place, kept));
        }
        let Some((place, mut kept)) = joined else { continue };
        if number_of_parts(&kept.event) != texts.len() as u64 {
            gaps += 1;
        }
        kept.event.data.insert("MessageNumber".to_owned(), texts.len().to_string());
        kept.event.data.insert("ScriptBlockText".to_owned(), texts.concat());
        events.insert(place, kept);
    }
    gaps
}

fn number(event: &Event, field: &str) -> Option<u64> {
    event.field(field).and_then(|text| text.trim().parse().ok())
}

fn number_of_parts(event: &Event) -> u64 {
    number(event, "MessageTotal").unwrap_or(1)
}
