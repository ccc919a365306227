//! `wmic … get /format:csv`: a header that begins with `Node`, and one row an instance.
//!
//! The values are not quoted, so a comma or a line end in one looks like the end of a value or of a row. A row goes on
//! until it has a value for every column. Where it has more, one column that can hold commas gets the extra ones: the
//! one of queries, commands and scripts if the others then read as what they are, else the first that fits.

use super::layout::{Kind, LAYOUTS};
use super::{BEHIND_SCRIPT, CSV_COMMAS, INCOMPLETE, NO_RECORDS, area_of, value};
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::wmi::{ClassSource, schema};
use evidence::{
    Level, Location, MessageSpec, Property, PropertyName, ReadState, RecordData, State, Value, WmiObject,
};

/// Columns beyond this many belong to no class that `wmic` lists.
const MOST_COLUMNS: usize = 512;

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
    let Rows { mut parsed, commas, incomplete, behind_script, .. } = rows;
    if parsed.records.is_empty() {
        parsed.problems.push(Problem { level: Level::Error, offset: None, message: NO_RECORDS.plain() });
    }
    let mut say = |level: Level, spec: &MessageSpec, at: &[usize]| {
        if let Some(first) = at.first() {
            let message = spec.with([at.len().into()]);
            parsed.problems.push(Problem { level, offset: Some(text.offset(*first)), message });
        }
    };
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
        }
    }

    fn line(&mut self, at: usize, line: &str) {
        let content = line.trim_end_matches(['\r', '\n']).trim_start_matches('\u{FEFF}');
        if let Some(header) = content.strip_prefix("Node,").filter(|header| is_header(header)) {
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
        let values = if extra == 0 {
            fields.iter().map(|field| (*field).to_owned()).collect()
        } else {
            self.commas.push(at);
            self.share_commas(&fields, extra)
        };
        if is_short {
            self.incomplete.push(at);
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
            ..WmiObject::default()
        };
        if let (true, Some(last)) = (is_short, object.properties.last_mut()) {
            last.state = State::Truncated;
        }
        if let Some((area, state)) = area_of(&object) {
            self.parsed.coverage.add(area, if is_short { ReadState::Partial } else { state });
        }
        let follows = self.columns.last().is_some_and(|column| column.kind == Kind::Free)
            && self.parsed.records.last().is_some_and(|(_, data)| is_of_class(data, &object.class));
        if follows {
            self.behind_script.push(at);
        }
        self.parsed.records.push((Location::Offset(self.text.offset(at)), RecordData::WmiObject(object)));
    }

    /// The values of a row in which `extra` commas are part of one of them.
    fn share_commas(&self, fields: &[&str], extra: usize) -> Vec<String> {
        let join = |owner: usize| -> Vec<String> {
            let mut fields = fields.iter().copied();
            let mut take = |count: usize| fields.by_ref().take(count).collect::<Vec<_>>().join(",");
            (0..self.columns.len()).map(|at| take(if at == owner { extra + 1 } else { 1 })).collect()
        };
        let fits = |values: &[String]| {
            self.columns.iter().zip(values).all(|(column, text)| column.kind.fits(&text.replace(';', ",")))
        };
        let of_kind = |free: bool| {
            let columns = self.columns.iter().enumerate();
            columns.filter(move |(_, column)| (column.kind == Kind::Free) == free).map(|(at, _)| at)
        };
        let mut owners = of_kind(true).chain(of_kind(false));
        let last = self.columns.len().saturating_sub(1);
        owners.find_map(|owner| Some(join(owner)).filter(|values| fits(values))).unwrap_or_else(|| join(last))
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

    proptest! {
        #[test]
        fn never_panics(text in "(Node,|Name|Query|,|\\{|;|\\}|\n|PC|あ|\"){0,40}") {
            parse(&text);
        }
    }
}
