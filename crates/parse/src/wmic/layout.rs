//! What `wmic` prints of each known class: its properties in alphabetical order, and what their values look like.

use evidence::wmi::schema::{self, Schema};
use std::ops::Range;
use std::sync::LazyLock;

/// What the text of a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `TRUE`, `FALSE` or nothing.
    Bool,
    /// A whole number or nothing.
    Number,
    /// Small numbers in braces.
    Bytes,
    /// Strings, each in quotes, in braces.
    Strings,
    /// An object path in quotes that do not escape the quotes in it.
    Reference,
    /// Text of one line, as a rule.
    Text,
    /// Text that may well have several lines: queries, commands, scripts, messages.
    Free,
    /// The class is not known, and so the kind is not.
    Any,
}

impl Kind {
    /// Whether a value of this kind has one line, always.
    pub(super) const fn is_single_line(self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::Bytes)
    }

    /// Whether text can be a value of this kind. Lines in it end in `\n`.
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Self::Bool => text.is_empty() || text == "TRUE" || text == "FALSE",
            Self::Number => text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit()),
            Self::Bytes => {
                text.is_empty()
                    || (text.starts_with('{')
                        && text.ends_with('}')
                        && text.bytes().all(|byte| byte.is_ascii_digit() || b"{},".contains(&byte)))
            }
            Self::Reference | Self::Text => !text.contains('\n'),
            Self::Strings | Self::Free | Self::Any => true,
        }
    }

    /// The kind of a property of the known classes. No name means two things in two of them.
    fn of(name: &str) -> Self {
        match name {
            "DeliverSynchronously"
            | "MaintainSecurityContext"
            | "SlowDownProviders"
            | "UseDefaultErrorMode"
            | "CreateNewConsole"
            | "CreateNewProcessGroup"
            | "CreateSeparateWowVdm"
            | "CreateSharedWowVdm"
            | "ForceOnFeedback"
            | "ForceOffFeedback"
            | "RunInteractively"
            | "IsUnicode"
            | "SkipIfPassed" => Self::Bool,
            "MaximumQueueSize"
            | "Priority"
            | "XCoordinate"
            | "YCoordinate"
            | "XSize"
            | "YSize"
            | "XNumCharacters"
            | "YNumCharacters"
            | "FillAttribute"
            | "ShowWindowCommand"
            | "KillTimeout"
            | "EventID"
            | "EventType"
            | "Category"
            | "NumberOfInsertionStrings"
            | "MaximumFileSize"
            | "IntervalBetweenEvents"
            | "DeliveryQoS" => Self::Number,
            "CreatorSID" => Self::Bytes,
            "InsertionStringTemplates" | "HeaderFields" => Self::Strings,
            "Filter" | "Consumer" => Self::Reference,
            "Query" | "CommandLineTemplate" | "ScriptText" | "Text" | "Message" => Self::Free,
            _ => Self::Text,
        }
    }
}

/// The number of a property name among those of the known classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(u8);

impl Key {
    /// A line that does not begin like a property.
    pub(super) const NONE: Self = Self(u8::MAX);
    /// A property that no known class has.
    pub(super) const OTHER: Self = Self(u8::MAX - 1);

    /// The place in the tables that have one entry for each known property.
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Whether a known class has the property.
    pub(super) fn is_known(self) -> bool {
        self.0 < Self::OTHER.0
    }
}

/// One property as it is printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) key: Key,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// A class as it is printed.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) schema: &'static Schema,
    pub(super) columns: Vec<Column>,
    /// The place of the property that may hold several lines, where the class has one.
    pub(super) free: Option<usize>,
    /// Which properties stand together: those of one line each, and the one behind them.
    pub(super) blocks: Vec<Range<usize>>,
}

impl Layout {
    /// Whether the last value printed may hold several lines, so that nothing shows where it ends.
    pub(super) fn ends_free(&self) -> bool {
        self.free.is_some_and(|free| free + 1 == self.columns.len())
    }
}

/// The known classes and the names of their properties.
#[derive(Debug)]
pub(super) struct Layouts {
    pub(super) classes: Vec<Layout>,
    columns: Vec<Column>,
    slots: [u8; SLOTS],
}

/// More than twice the number of names, so that a search ends soon.
const SLOTS: usize = 256;

/// The one table, made when it is first needed.
pub(super) static LAYOUTS: LazyLock<Layouts> = LazyLock::new(Layouts::new);

impl Layouts {
    fn new() -> Self {
        let mut names: Vec<_> =
            schema::SCHEMAS.iter().flat_map(|schema| schema.properties).copied().collect();
        names.sort_unstable();
        names.dedup();
        let columns: Vec<Column> = (0_u8..Key::OTHER.0)
            .zip(names)
            .map(|(at, name)| Column { key: Key(at), name, kind: Kind::of(name) })
            .collect();
        let mut slots = [Key::NONE.0; SLOTS];
        for column in &columns {
            let mut slot = slot_of(column.name.as_bytes());
            while let Some(taken) = slots.get_mut(slot) {
                if *taken == Key::NONE.0 {
                    *taken = column.key.0;
                    break;
                }
                slot = (slot + 1) % SLOTS;
            }
        }
        let mut layouts = Self { classes: Vec::new(), columns, slots };
        for schema in schema::SCHEMAS {
            let mut names = schema.properties.to_vec();
            names.sort_by_key(|name| name.to_ascii_lowercase());
            let columns: Vec<_> = names.iter().filter_map(|name| layouts.column(layouts.key(name))).collect();
            let free = columns.iter().position(|column| column.kind == Kind::Free);
            let ends = (0..columns.len()).filter(|at| {
                let single = columns.get(*at).is_some_and(|column| column.kind.is_single_line());
                !single || at + 1 == columns.len()
            });
            let blocks =
                ends.scan(0, |start, end| Some(std::mem::replace(start, end + 1)..end + 1)).collect();
            layouts.classes.push(Layout { schema, columns, free, blocks });
        }
        layouts
    }

    /// The number of a property name; names are compared with case, as `wmic` prints them as the class spells them.
    pub(super) fn key(&self, name: &str) -> Key {
        self.key_of_bytes(name.as_bytes())
    }

    /// The same for a name that was not checked to be text.
    pub(super) fn key_of_bytes(&self, name: &[u8]) -> Key {
        let mut slot = slot_of(name);
        loop {
            let Some(found) = self.slots.get(slot).and_then(|at| self.columns.get(usize::from(*at))) else {
                return Key::OTHER;
            };
            if found.name.as_bytes() == name {
                return found.key;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// The property with this number.
    pub(super) fn column(&self, key: Key) -> Option<Column> {
        self.columns.get(key.index()).copied()
    }

    /// How many properties there are.
    pub(super) fn key_count(&self) -> usize {
        self.columns.len()
    }
}

fn slot_of(name: &[u8]) -> usize {
    let byte = |at: usize| usize::from(name.get(at).copied().unwrap_or_default());
    let last = name.len().saturating_sub(1);
    (name.len() * 89 + byte(0) * 5 + byte(last / 2) * 17 + byte(last) * 3) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_is_found_and_nothing_else() {
        for schema in schema::SCHEMAS {
            for name in schema.properties {
                let column = LAYOUTS.column(LAYOUTS.key(name)).unwrap();
                assert_eq!(column.name, *name);
            }
        }
        for other in ["", "x", "name", "CreatorSid", "Names", "NAME"] {
            assert_eq!(LAYOUTS.key(other), Key::OTHER, "{other}");
        }
        assert!(LAYOUTS.key_count() * 2 < SLOTS);
    }

    #[test]
    fn classes_are_printed_in_alphabetical_order() {
        let script =
            LAYOUTS.classes.iter().find(|layout| layout.schema.class == schema::ACTIVE_SCRIPT).unwrap();
        let names: Vec<_> = script.columns.iter().map(|column| column.name).collect();
        assert_eq!(names[5..], ["ScriptFilename", "ScriptingEngine", "ScriptText"]);
        assert!(script.ends_free());
        assert_eq!(script.blocks, [0..3, 3..5, 5..6, 6..7, 7..8]);
    }
}
