//! Where the records of a listing begin and end, and where each of their values does.
//!
//! Nothing in a listing sets a value off from what follows it, so the known order of the properties has to. A record
//! of a known class has every property of the class once, in alphabetical order; those that are numbers, booleans or
//! SIDs take one line each. Of the places where a property could begin, the earliest that leaves room for the rest
//! is taken; the latest is the other extreme, and where the two differ the record can be read in several ways.

use super::layout::{Column, Key, Kind, LAYOUTS, Layout};
use super::lines::Lines;
use std::cell::{Cell, OnceCell};
use std::ops::Range;

/// One record: lines, and which of them begin a property.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// The class, where the properties are all those of a known one in their order.
    pub(super) layout: Option<&'static Layout>,
    /// The first line.
    pub(super) first: usize,
    /// The line behind the last one.
    pub(super) end: usize,
    starts: Starts,
}

/// The lines at which the properties begin.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Starts {
    /// This many, each on the line behind the one before it.
    Run(usize),
    /// At these.
    At(Vec<usize>),
}

impl Reading {
    fn run(layout: &'static Layout, first: usize) -> Self {
        let count = layout.columns.len();
        Self { layout: Some(layout), first, end: first + count, starts: Starts::Run(count) }
    }

    /// A record whose properties begin at these lines.
    pub(super) fn at(layout: Option<&'static Layout>, starts: Vec<usize>, end: usize) -> Self {
        let first = starts.first().copied().unwrap_or(end);
        Self { layout, first, end, starts: Starts::At(starts) }
    }

    /// How many properties it has.
    pub(super) fn len(&self) -> usize {
        match &self.starts {
            Starts::Run(count) => *count,
            Starts::At(starts) => starts.len(),
        }
    }

    /// The line at which a property begins.
    pub(super) fn start(&self, at: usize) -> usize {
        match &self.starts {
            Starts::Run(count) if at < *count => self.first + at,
            Starts::At(starts) => starts.get(at).copied().unwrap_or(self.end),
            Starts::Run(_) => self.end,
        }
    }

    /// The first line of a property's value and the line behind its last.
    pub(super) fn span(&self, at: usize) -> (usize, usize) {
        let end = if at + 1 < self.len() { self.start(at + 1) } else { self.end };
        (self.start(at), end)
    }

    /// The kind of a property's values.
    pub(super) fn kind(&self, at: usize) -> Kind {
        self.layout.and_then(|layout| layout.columns.get(at)).map_or(Kind::Any, |column| column.kind)
    }

    /// Whether the record can end anywhere, so that what follows may belong to its last value.
    pub(super) fn ends_free(&self) -> bool {
        self.layout.is_some_and(Layout::ends_free)
    }
}

/// Reads records out of the lines.
#[derive(Debug)]
pub(super) struct Reader<'l, 't> {
    lines: &'l Lines<'t>,
    places: OnceCell<Vec<Vec<usize>>>,
    /// How many lines may still be looked at again, so that no listing takes longer than its length deserves.
    budget: Cell<usize>,
}

impl<'l, 't> Reader<'l, 't> {
    pub(super) fn new(lines: &'l Lines<'t>) -> Self {
        let budget = Cell::new(lines.len().saturating_mul(64).saturating_add(1 << 16));
        Self { lines, places: OnceCell::new(), budget }
    }

    /// Whether the listing was too tangled to find every record of a known class.
    pub(super) fn gave_up(&self) -> bool {
        self.budget.get() == 0
    }

    /// Whether so many lines may be looked at once more.
    fn afford(&self, lines: usize) -> bool {
        let left = self.budget.get().saturating_sub(lines);
        self.budget.set(left);
        left > 0
    }

    /// The lines that belong to no record, and the records in their order.
    pub(super) fn read(&self) -> (Vec<usize>, Vec<Reading>) {
        let (mut outside, mut readings) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < self.lines.len() {
            if self.lines.key(at) == Key::NONE {
                outside.push(at);
                at += 1;
                continue;
            }
            let mut reading = self.known(at).unwrap_or_else(|| self.unknown(at));
            while reading.end < self.lines.len() && !self.begins_behind(reading.end, &reading) {
                reading.end += 1;
            }
            at = reading.end;
            readings.push(reading);
        }
        (outside, readings)
    }

    /// The record of a known class that begins at a line, if one does.
    fn known(&self, at: usize) -> Option<Reading> {
        let key = self.lines.key(at);
        let classes = || {
            let first =
                move |layout: &&Layout| layout.columns.first().is_some_and(|column| column.key == key);
            LAYOUTS.classes.iter().filter(first)
        };
        if !key.is_known() || classes().next().is_none() {
            return None;
        }
        classes().find_map(|layout| self.unbroken(layout, at)).or_else(|| {
            let complete = classes().filter_map(|layout| self.earliest(layout, at));
            complete.min_by_key(|reading| reading.end)
        })
    }

    /// A record with one line for each property, as long as nothing but the last value could go on.
    fn unbroken(&self, layout: &'static Layout, at: usize) -> Option<Reading> {
        let fits = |(place, column): (usize, &Column)| {
            self.lines.key(at + place) == column.key && (place == 0 || self.lines.blanks(at + place) == 0)
        };
        layout.columns.iter().enumerate().all(fits).then(|| Reading::run(layout, at))
    }

    /// The record with the earliest places for its properties, some of which take several lines.
    fn earliest(&self, layout: &'static Layout, at: usize) -> Option<Reading> {
        let mut starts = Vec::with_capacity(layout.columns.len());
        for block in &layout.blocks {
            let start = match starts.last() {
                None => Some(at).filter(|at| self.stands_at(layout, block, *at)),
                Some(last) => {
                    let candidates = self.places_of(layout, block);
                    let from = candidates.partition_point(|place| place <= last);
                    candidates
                        .get(from..)?
                        .iter()
                        .copied()
                        .find(|place| self.stands_at(layout, block, *place))
                }
            }?;
            starts.extend(start..start + block.len());
        }
        let end = starts.last()? + 1;
        let reading = Reading::at(Some(layout), starts, end);
        let swallows = (0..reading.len()).any(|property| {
            let span = reading.span(property);
            reading.kind(property) != Kind::Free && self.complete_within(span).next().is_some()
        });
        (!swallows).then_some(reading)
    }

    /// The record with the same lines and the latest places for its properties, if they differ.
    pub(super) fn latest(&self, reading: &Reading) -> Option<Reading> {
        let layout = reading.layout?;
        if reading.end == reading.first + reading.len() {
            return None;
        }
        let mut starts = vec![reading.first; reading.len()];
        let mut bound = reading.end;
        for (at, block) in layout.blocks.iter().enumerate().rev() {
            let start = if at == 0 {
                Some(reading.first).filter(|first| first + block.len() <= bound)
            } else {
                let candidates = self.places_of(layout, block);
                let until = candidates.partition_point(|place| place + block.len() <= bound);
                let mut candidates = candidates.get(..until)?.iter().copied().rev();
                candidates.find(|place| self.stands_at(layout, block, *place))
            }?;
            for (place, line) in block.clone().zip(start..) {
                *starts.get_mut(place)? = line;
            }
            bound = start;
        }
        let same = starts.iter().enumerate().all(|(place, start)| *start == reading.start(place));
        (!same).then(|| Reading::at(Some(layout), starts, reading.end))
    }

    /// Whether the properties of a block begin line by line from here on.
    fn stands_at(&self, layout: &Layout, block: &Range<usize>, at: usize) -> bool {
        let stands = |(line, place): (usize, usize)| {
            layout.columns.get(place).is_some_and(|column| self.lines.key(line) == column.key)
                && (line == at || self.lines.blanks(line) == 0)
        };
        self.afford(block.len()) && (at..).zip(block.clone()).all(stands)
    }

    /// The lines at which a block may begin.
    fn places_of(&self, layout: &Layout, block: &Range<usize>) -> &[usize] {
        layout.columns.get(block.start).map_or(&[], |column| self.places(column.key))
    }

    /// A record of no known class: names that rise, or that some known class has.
    fn unknown(&self, at: usize) -> Reading {
        let mut starts = vec![at];
        let mut reading = Reading::at(None, Vec::new(), at + 1);
        reading.first = at;
        let mut next = at + 1;
        while next < self.lines.len() {
            reading.end = next;
            if self.lines.blanks(next) > 0 {
                if self.lines.key(next) != Key::NONE && self.begins_behind(next, &reading) {
                    break;
                }
            } else if self.continues(&starts, next) {
                starts.push(next);
            }
            next += 1;
        }
        Reading::at(None, starts, next)
    }

    /// Whether a line is the next property of a record of no known class.
    fn continues(&self, starts: &[usize], at: usize) -> bool {
        let (key, last) = (self.lines.key(at), starts.last().copied().unwrap_or(at));
        if key == Key::NONE {
            return false;
        }
        let lower = |line: usize| self.lines.name(line).bytes().map(|byte| byte.to_ascii_lowercase());
        if lower(last).lt(lower(at)) {
            return true;
        }
        // Other tools print the same layout in the order of the class.
        let seen = starts.iter().any(|start| self.lines.key(*start) == key);
        let before = LAYOUTS.column(self.lines.key(last));
        let follows = || {
            let pair = [self.lines.name(last), self.lines.name(at)];
            LAYOUTS
                .classes
                .iter()
                .any(|layout| layout.schema.properties.windows(2).any(|names| names == pair))
        };
        key.is_known() && !seen && (before.is_none_or(|column| column.kind != Kind::Free) || follows())
    }

    /// Whether a new record begins at a line behind this one.
    fn begins_behind(&self, at: usize, reading: &Reading) -> bool {
        let key = self.lines.key(at);
        if key == Key::NONE {
            return false;
        }
        if self.lines.blanks(at) == 0 {
            // Some tools take the blank lines out.
            let ended = reading.layout.is_some_and(|layout| !layout.ends_free());
            return ended && LAYOUTS.classes.iter().any(|layout| self.unbroken(layout, at).is_some());
        }
        if self.known(at).is_some() {
            return true;
        }
        match reading.layout {
            Some(layout) if !layout.ends_free() => true,
            Some(_) => self.looks_like_consumer(at) || self.is_cut_off(at),
            None => {
                let first = self.lines.name(reading.first);
                self.lines.name(at) == first || self.lines.blanks(at) > 1 || self.looks_like_consumer(at)
            }
        }
    }

    /// Whether the lines from here to a blank one hold the properties that all consumers have.
    fn looks_like_consumer(&self, at: usize) -> bool {
        let block = (at..self.lines.len()).take_while(|line| *line == at || self.lines.blanks(*line) == 0);
        evidence::wmi::schema::looks_like_consumer(block.take(256).map(|line| self.lines.name(line)))
    }

    /// Whether the rest of the lines are the beginning of a record of a known class.
    fn is_cut_off(&self, at: usize) -> bool {
        let rest = self.lines.len() - at;
        let begins = |layout: &Layout| {
            layout.columns.len() > rest
                && layout.columns.iter().take(rest).enumerate().all(|(place, column)| {
                    let line = at + place;
                    self.lines.key(line) == column.key && (place == 0 || self.lines.blanks(line) == 0)
                })
        };
        rest > 1 && LAYOUTS.classes.iter().any(begins)
    }

    /// Complete records of known classes behind blank lines within a value, one line a property.
    pub(super) fn complete_within(&self, (first, end): (usize, usize)) -> impl Iterator<Item = Reading> + '_ {
        let begins = move |line: &usize| self.lines.blanks(*line) > 0 && self.lines.key(*line).is_known();
        let end = if self.afford(end - first) { end } else { first };
        (first + 1..end).filter(begins).filter_map(move |line| {
            let found = LAYOUTS.classes.iter().find_map(|layout| self.unbroken(layout, line))?;
            (found.end <= end).then_some(found)
        })
    }

    fn places(&self, key: Key) -> &[usize] {
        let places = self.places.get_or_init(|| {
            let mut places = vec![Vec::new(); LAYOUTS.key_count()];
            for (at, line) in self.lines.iter() {
                if let Some(of_key) = places.get_mut(line.key.index()) {
                    of_key.push(at);
                }
            }
            places
        });
        places.get(key.index()).map_or(&[], Vec::as_slice)
    }
}
