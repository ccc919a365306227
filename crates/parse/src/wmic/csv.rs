//! `wmic … get /format:csv`: a header that begins with `Node`, and one row an instance.
//!
//! The values are not quoted, so a comma or a line end in one looks like the end of a value or of a row. A row goes on
//! until it has a value for every column. Where it has more, one column that can hold commas gets the extra ones, or
//! two: the one of queries, commands and scripts if the others then read as what they are, else the first that fits.
//! What fits in several ways, and a header within a row, which a value can hold, make rows ambiguous.

use super::area::area_of;
use super::layout::{Kind, LAYOUTS};
use super::notes::{BEHIND_SCRIPT, CSV_COMMAS, INCOMPLETE, NO_RECORDS, TWO_READINGS};
use super::value;
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::wmi::{ClassSource, schema};
use evidence::{
    Level, Location, MessageSpec, Property, PropertyName, ReadState, RecordData, State, Value, WmiObject,
};

/// Columns beyond this many belong to no class that `wmic` lists.
const MOST_COLUMNS: usize = 512;

/// How far a row is followed behind a header that it may hold.
const MOST_BEHIND_HEADER: usize = 1 << 20;

/// How many headers within rows are looked at.
const MOST_HEADERS: usize = 64;

/// How many commas more than columns are shared between two columns.
const MOST_SHARED: usize = 32;

/// How many rows of a file have their commas shared between two columns.
const MOST_SHARED_ROWS: usize = 1000;

/// Reads comma-separated values; several tables may follow one another.
pub fn parse_csv(text: &Text<'_>) -> Parsed {
    let mut rows = Rows::new(text);
    rows.parsed.problems = text.problems();
    let mut at = 0;
    for line in text.as_str().split_inclusive('\n') {
        rows.line(at, line);
        at += line.len();
    }
    rows.finish_row();
    let Rows { mut parsed, commas, incomplete, behind_script, ambiguous, .. } = rows;
    if parsed.records.is_empty() {
        parsed.problems.push(Problem { level: Level::Error, offset: None, message: NO_RECORDS.plain() });
    }
    let mut say = |level: Level, spec: &MessageSpec, at: &[usize]| {
        if let Some(first) = at.first() {
            let message = spec.with([at.len().into()]);
            parsed.problems.push(Problem { level, offset: Some(text.offset(*first)), message });
        }
    };
    say(Level::Warning, &TWO_READINGS, &ambiguous);
    say(Level::Info, &CSV_COMMAS, &commas);
    say(Level::Info, &BEHIND_SCRIPT, &behind_script);
    say(Level::Warning, &INCOMPLETE, &incomplete);
    parsed
}

/// A column of a table.
#[derive(Debug, Clone)]
struct Column {
    name: PropertyName,
    kind: Kind,
}

/// The rows of a file as they are read.
struct Rows<'t, 'b> {
    text: &'t Text<'b>,
    parsed: Parsed,
    columns: Vec<Column>,
    class: Option<&'static str>,
    /// The machine that all rows of a table begin with.
    node: Option<String>,
    /// The row that is being read, and where it began.
    row: Option<(usize, String)>,
    row_commas: usize,
    commas: Vec<usize>,
    incomplete: Vec<usize>,
    behind_script: Vec<usize>,
    /// Rows that can be read in several ways.
    ambiguous: Vec<usize>,
    /// Up to where a row may go on that others are read in.
    doubted: usize,
    /// How many headers within rows may still be looked at.
    headers: usize,
    /// How many rows may still have their commas shared between two columns.
    shared: usize,
}

impl<'t, 'b> Rows<'t, 'b> {
    fn new(text: &'t Text<'b>) -> Self {
        Self {
            text,
            parsed: Parsed::default(),
            columns: Vec::new(),
            class: None,
            node: None,
            row: None,
            row_commas: 0,
            commas: Vec::new(),
            incomplete: Vec::new(),
            behind_script: Vec::new(),
            ambiguous: Vec::new(),
            doubted: 0,
            headers: MOST_HEADERS,
            shared: MOST_SHARED_ROWS,
        }
    }

    fn line(&mut self, at: usize, line: &str) {
        let content = line.trim_end_matches(['\r', '\n']).trim_start_matches('\u{FEFF}');
        if let Some(header) = content.strip_prefix("Node,").filter(|header| is_header(header)) {
            self.row_through_header(at);
            self.finish_row();
            self.begin_table(header);
            return;
        }
        if self.columns.is_empty() {
            return;
        }
        let is_whole = self.row.is_none() || self.row_commas >= self.columns.len();
        let line_commas = memchr::memchr_iter(b',', content.as_bytes()).count();
        let node = content.split_once(',').map(|(node, _)| node);
        let begins = node.is_some_and(|node| self.node.as_deref().is_none_or(|known| known == node));
        if is_whole && begins && !content.is_empty() {
            self.finish_row();
            self.node = node.map(str::to_owned);
            self.row = Some((at, content.to_owned()));
            self.row_commas = line_commas;
        } else if let Some((_, row)) = &mut self.row {
            row.push('\n');
            row.push_str(content);
            self.row_commas += line_commas;
        }
    }

    /// Reads an unfinished row as one that holds the header at `at`, besides the reading in which it is cut off there.
    fn row_through_header(&mut self, at: usize) {
        let Some((start, row)) = self.row.clone().filter(|_| self.row_commas < self.columns.len()) else {
            return;
        };
        let Some(left) = self.headers.checked_sub(1) else { return };
        self.headers = left;
        let (mut whole, mut commas, mut end) = (row.clone(), self.row_commas, at);
        for line in self.text.as_str().get(at..).unwrap_or_default().split_inclusive('\n') {
            let content = line.trim_end_matches(['\r', '\n']);
            let begins = content.split_once(',').is_some_and(|(node, _)| self.node.as_deref() == Some(node));
            let next = begins || content.strip_prefix("Node,").is_some_and(is_header);
            if end - at > MOST_BEHIND_HEADER || (next && commas >= self.columns.len()) {
                break;
            }
            whole.push('\n');
            whole.push_str(content);
            commas += memchr::memchr_iter(b',', content.as_bytes()).count();
            end += line.len();
        }
        self.doubted = self.doubted.max(end);
        self.row = Some((start, whole));
        self.finish_row();
        self.row = Some((start, row));
    }

    fn begin_table(&mut self, header: &str) {
        let column = |name: &str| {
            let known = LAYOUTS.column(LAYOUTS.key(name));
            Column { name: PropertyName::new(name), kind: known.map_or(Kind::Any, |known| known.kind) }
        };
        self.columns = header.split(',').take(MOST_COLUMNS).map(column).collect();
        self.class = schema::infer(&header.split(','));
        self.node = None;
    }

    fn finish_row(&mut self) {
        let Some((at, row)) = self.row.take() else { return };
        let fields: Vec<&str> = row.trim_end_matches('\n').split(',').skip(1).collect();
        let extra = fields.len().saturating_sub(self.columns.len());
        let is_short = fields.len() < self.columns.len();
        let (values, in_several_ways) = if extra == 0 {
            (fields.iter().map(|field| (*field).to_owned()).collect(), false)
        } else {
            self.commas.push(at);
            self.share_commas(&fields, extra)
        };
        if is_short {
            self.incomplete.push(at);
        }
        let ambiguous = in_several_ways || at < self.doubted;
        if ambiguous && self.ambiguous.last() != Some(&at) {
            self.ambiguous.push(at);
        }
        let properties = self.columns.iter().zip(&values).map(|(column, text)| Property {
            name: column.name.clone(),
            value: csv_value(column.kind, text),
            state: State::Known,
        });
        let mut object = WmiObject {
            class: self.class.unwrap_or_default().to_owned(),
            class_source: if self.class.is_some() { ClassSource::Inferred } else { ClassSource::Unknown },
            server: self.node.clone().filter(|node| !node.is_empty()),
            properties: properties.collect(),
            ambiguous,
            ..WmiObject::default()
        };
        if let (true, Some(last)) = (is_short, object.properties.last_mut()) {
            last.state = State::Truncated;
        }
        if let Some((area, state)) = area_of(&object) {
            let whole = !is_short && at >= self.doubted;
            self.parsed.coverage.add(area, if whole { state } else { ReadState::Partial });
        }
        let follows = self.columns.last().is_some_and(|column| column.kind == Kind::Free)
            && self.parsed.records.last().is_some_and(|(_, data)| is_of_class(data, &object.class));
        if follows {
            self.behind_script.push(at);
        }
        self.parsed.records.push((Location::Offset(self.text.offset(at)), RecordData::WmiObject(object)));
    }

    /// The values of a row in which `extra` commas are part of one of them or of two, and whether others fit as well.
    fn share_commas(&mut self, fields: &[&str], extra: usize) -> (Vec<String>, bool) {
        let join = |(first, own, second): (usize, usize, usize)| -> Vec<String> {
            let mut fields = fields.iter().copied();
            let mut take = |count: usize| fields.by_ref().take(count).collect::<Vec<_>>().join(",");
            let more = |at: usize| {
                if at == first {
                    own
                } else if at == second {
                    extra - own
                } else {
                    0
                }
            };
            (0..self.columns.len()).map(|at| take(1 + more(at))).collect()
        };
        let of_kind = |free: bool| {
            let columns = self.columns.iter().enumerate();
            columns
                .filter(move |(_, column)| (column.kind == Kind::Free) == free)
                .map(|(at, _)| (at, extra, at))
        };
        let fits = |share: &(usize, usize, usize)| self.fits(fields, extra, *share);
        let mut alone = of_kind(true).filter(fits);
        if let Some(share) = alone.next() {
            // Commas are at home there, and in a name they are rare.
            return (join(share), alone.next().is_some());
        }
        let mut alone = of_kind(false).filter(fits);
        if let Some(share) = alone.next() {
            return (join(share), alone.next().is_some());
        }
        let last = self.columns.len().saturating_sub(1);
        if extra > MOST_SHARED || self.shared == 0 {
            return (join((last, extra, last)), true);
        }
        let columns = 0..self.columns.len();
        let pairs = columns
            .clone()
            .flat_map(|first| columns.clone().skip(first + 1).map(move |second| (first, second)));
        let mut shares =
            pairs.flat_map(|(first, second)| (1..extra).map(move |own| (first, own, second))).filter(fits);
        let (found, other) = (shares.next(), shares.next());
        let values = join(found.unwrap_or((last, extra, last)));
        self.shared -= 1;
        (values, found.is_none() || other.is_some())
    }

    /// Whether all values are of their kinds where the column `first` has `own` commas and the column `second` the other ones.
    fn fits(&self, fields: &[&str], extra: usize, (first, own, second): (usize, usize, usize)) -> bool {
        let mut rest = fields;
        self.columns.iter().enumerate().all(|(at, column)| {
            let more = if at == first {
                own
            } else if at == second {
                extra - own
            } else {
                0
            };
            let Some((value, behind)) = rest.split_at_checked(more + 1) else { return false };
            rest = behind;
            match value {
                [whole] => column.kind.fits(&whole.replace(';', ",")),
                parts => column.holds_commas() && parts.iter().all(|part| column.kind.fits(part)),
            }
        })
    }
}

impl Column {
    /// Whether a value can have commas in it.
    fn holds_commas(&self) -> bool {
        let among = |names: &[&str]| names.iter().any(|name| self.name.as_str() == *name);
        !matches!(self.kind, Kind::Bool | Kind::Number | Kind::Bytes)
            && !among(&["QueryLanguage", "ScriptingEngine", "EventNamespace", "EventAccess"])
    }
}

fn is_header(header: &str) -> bool {
    header
        .split(',')
        .all(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

fn is_of_class(data: &RecordData, class: &str) -> bool {
    matches!(data, RecordData::WmiObject(object) if object.class == class)
}

/// As in a list, but with semicolons in arrays, and strings in them without quotes.
fn csv_value(kind: Kind, text: &str) -> Value {
    match (kind, text.strip_prefix('{').and_then(|text| text.strip_suffix('}'))) {
        (Kind::Strings, Some(inner)) if !inner.starts_with('"') => {
            Value::Array(inner.split(';').map(Value::from).collect())
        }
        (Kind::Strings, Some(_)) => value::parse(kind, &text.replace("\";\"", "\",\"")),
        _ => value::parse(kind, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> (Vec<WmiObject>, Vec<String>) {
        let parsed = parse_csv(&Text::decode(text.as_bytes()));
        let objects = parsed.records.into_iter().map(|(_, data)| match data {
            RecordData::WmiObject(object) => object,
            other => panic!("{other:?}"),
        });
        (objects.collect(), parsed.problems.into_iter().map(|problem| problem.message.id).collect())
    }

    const FILTERS: &str = "\r\r\nNode,CreatorSID,EventAccess,EventNamespace,Name,Query,QueryLanguage\r\r\n";

    #[test]
    fn rows_become_objects_of_the_machine() {
        let (objects, problems) =
            parse(&format!("{FILTERS}PC,{{1;2}},,root\\cimv2,f,select * from x,WQL\r\r\n"));
        assert_eq!(problems, [""; 0]);
        assert_eq!(objects.len(), 1);
        assert!(objects[0].is_filter());
        assert_eq!(objects[0].server.as_deref(), Some("PC"));
        assert_eq!(objects[0].value("CreatorSID").unwrap().as_bytes(), Some(vec![1, 2]));
        assert_eq!(objects[0].text("Query"), Some("select * from x"));
    }

    #[test]
    fn commas_and_line_ends_stay_in_the_query() {
        let text = format!("{FILTERS}PC,{{1;2}},,n,f,select a\r\r\nPC,from b,WQL\r\r\nPC,,,,g,q,WQL\r\r\n");
        let (objects, problems) = parse(&text);
        assert_eq!(objects.len(), 2);
        assert_eq!(objects[0].name(), "f");
        assert_eq!(objects[1].name(), "g");
        assert!(objects[0].text("Query").unwrap().starts_with("select a\nPC,from b"));
        assert_eq!(problems, ["note-wmic-csv-commas"]);
    }

    #[test]
    fn neighbours_of_a_command_show_where_it_ends() {
        let layout =
            LAYOUTS.classes.iter().find(|layout| layout.schema.class == schema::COMMAND_LINE).unwrap();
        let names: Vec<_> = layout.columns.iter().map(|column| column.name).collect();
        let values: Vec<_> = layout
            .columns
            .iter()
            .map(|column| match (column.name, column.kind) {
                ("CommandLineTemplate", _) => "a,b,c",
                ("DesktopName", _) => "",
                (_, Kind::Bool) => "FALSE",
                (_, Kind::Text) => "t",
                _ => "",
            })
            .collect();
        let (objects, problems) = parse(&format!("Node,{}\nPC,{}\n", names.join(","), values.join(",")));
        assert_eq!(objects[0].text("CommandLineTemplate"), Some("a,b,c"));
        assert_eq!(objects[0].name(), "t");
        assert_eq!(problems, ["note-wmic-csv-commas"]);
    }

    #[test]
    fn a_short_row_covers_a_part_only() {
        let parsed = parse_csv(&Text::decode(format!("{FILTERS}PC,{{1;2}},,n").as_bytes()));
        assert_eq!(parsed.coverage.get(evidence::Area::EventFilters), Some(ReadState::Partial));
        assert_eq!(parse("x,y\n").1, ["note-wmic-no-records"]);
    }

    const COMMANDS: &str = "CommandLineTemplate,CreateNewConsole,KillTimeout,Name,Priority,RunInteractively";

    #[test]
    fn commas_in_two_columns_find_their_places() {
        let (objects, problems) = parse(&format!("Node,{COMMANDS}\nPC,a,b c,TRUE,0,x,y,32,FALSE\n"));
        assert_eq!(objects[0].text("CommandLineTemplate"), Some("a,b c"));
        assert_eq!(objects[0].name(), "x,y");
        assert!(!objects[0].ambiguous);
        assert_eq!(problems, ["note-wmic-csv-commas"]);
    }

    #[test]
    fn commas_that_fit_nowhere_surely_are_told() {
        let (objects, problems) = parse("Node,Caption,Name,ScriptingEngine\nPC,a,b,c,VBScript\n");
        assert!(objects[0].ambiguous);
        assert_eq!(problems, ["note-wmic-two-readings", "note-wmic-csv-commas"]);
    }

    #[test]
    fn a_header_within_a_value_loses_nothing() {
        let header = "Node,KillTimeout,Name,ScriptFilename,ScriptText,ScriptingEngine";
        let text = format!(
            "{header}\r\r\nPC,0,evil,,x\r\r\nNode,a,b\r\r\nRun payload,VBScript\r\r\nPC,0,next,,y,VBScript\r\r\n"
        );
        let (objects, problems) = parse(&text);
        let whole = objects.iter().find(|object| object.text("ScriptingEngine") == Some("VBScript")).unwrap();
        assert_eq!(whole.text("ScriptText"), Some("x\nNode,a,b\nRun payload"));
        assert!(whole.ambiguous);
        assert!(objects.iter().any(|object| object.ambiguous && object.text("ScriptText") == Some("x")));
        assert!(problems.contains(&"note-wmic-two-readings".to_owned()), "{problems:?}");
    }

    proptest! {
        #[test]
        fn never_panics(text in "(Node,|Name|Query|,|\\{|;|\\}|\n|PC|あ|\"){0,40}") {
            parse(&text);
        }
    }
}
