//! One finding a row, for spreadsheets.
//!
//! UTF-8 with a byte-order mark and CRLF, as Excel wants it. A host without findings has one row with the columns of the
//! finding empty, so that no host is missing from the table. Texts are shown on one line with hostile characters
//! written out; addresses among the indicators are defanged; a cell that a spreadsheet would take for a formula has an
//! apostrophe before it. The columns keep their English names in every language:
//!
//! | column | content |
//! |---|---|
//! | `host`, `host_id` | name and identity of the machine |
//! | `verdict` | of the host |
//! | `not_read` | areas that were not read, or not completely |
//! | `finding_id`, `kind`, `severity`, `confidence`, `action` | of the finding, as in the JSON |
//! | `name`, `title`, `reason` | of the finding, in words |
//! | `family`, `attack` | family and ATT&CK techniques |
//! | `indicators` | addresses, wallets, files, … in its scripts |
//! | `evidence` | where it was read |

use crate::Context;
use crate::catalogue::Catalogue;
use crate::links::without_links;
use crate::places::place;
use crate::sanitize::visible;
use crate::words::Word as _;
use ::csv::{Terminator, WriterBuilder};
use detect::assessment::{Assessment, Finding};
use std::borrow::Cow;
use std::io::{self, Write};

/// The columns, in order.
const COLUMNS: [&str; 16] = [
    "host",
    "host_id",
    "verdict",
    "not_read",
    "finding_id",
    "kind",
    "severity",
    "confidence",
    "action",
    "name",
    "title",
    "reason",
    "family",
    "attack",
    "indicators",
    "evidence",
];

/// How many of the columns speak of the host.
const HOST_COLUMNS: usize = 4;

/// Marks UTF-8 for spreadsheets.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// The table.
pub(crate) struct CsvReport<'a> {
    context: Context<'a>,
}

impl<'a> CsvReport<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self { context }
    }

    pub(crate) fn begin(out: &mut dyn Write) -> io::Result<()> {
        out.write_all(BYTE_ORDER_MARK.as_bytes())?;
        write_rows(out, [COLUMNS.map(str::to_owned)])
    }

    pub(crate) fn assessment(&mut self, out: &mut dyn Write, assessment: &Assessment) -> io::Result<()> {
        let catalogue = Catalogue::get(self.context.language);
        let not_read = assessment.missing.iter().map(|missing| missing.area.as_str());
        let host = [
            assessment.host.name.clone(),
            assessment.host.id.0.clone(),
            assessment.verdict.name().to_owned(),
            join(not_read),
        ];
        let row = |finding: Option<&Finding>| {
            let mut row = COLUMNS.map(|_| String::new());
            row[..HOST_COLUMNS].clone_from_slice(&host);
            if let Some(finding) = finding {
                row[HOST_COLUMNS..].clone_from_slice(&finding_cells(catalogue, finding));
            }
            row
        };
        if assessment.findings.is_empty() {
            return write_rows(out, [row(None)]);
        }
        write_rows(out, assessment.findings.iter().map(|finding| row(Some(finding))))
    }
}

fn finding_cells(catalogue: &Catalogue, finding: &Finding) -> [String; COLUMNS.len() - HOST_COLUMNS] {
    let indicators = finding.decoded.iter().flat_map(|script| &script.indicators);
    [
        finding.id.clone(),
        finding.kind.name().to_owned(),
        finding.severity.name().to_owned(),
        finding.confidence.name().to_owned(),
        finding.action.name().to_owned(),
        deobfuscate::defang_text(&finding.name).into_owned(),
        catalogue.text(&without_links(&finding.title)),
        catalogue.texts(&finding.reasons.iter().map(without_links).collect::<Vec<_>>()),
        finding.family.clone().unwrap_or_default(),
        join(finding.attack.iter()),
        join(indicators.map(crate::places::indicator)),
        join(finding.evidence.iter().map(|evidence| place(catalogue, evidence))),
    ]
}

fn join<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    let mut out = String::new();
    for word in words {
        if !out.is_empty() {
            out.push_str("; ");
        }
        out.push_str(word.as_ref());
    }
    out
}

fn write_rows(
    out: &mut dyn Write,
    rows: impl IntoIterator<Item = [String; COLUMNS.len()]>,
) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    for row in rows {
        writer.write_record(row.iter().map(|cell| defuse(cell).into_owned()))?;
    }
    writer.flush()
}

/// The cell with hostile characters written out and, where a spreadsheet would take it for a formula, an apostrophe
/// before it. Full-width forms count too: Japanese spreadsheets take them for the plain ones.
fn defuse(cell: &str) -> Cow<'_, str> {
    let formula =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    let shown = visible(cell);
    if cell.trim_start().starts_with(formula) || cell.starts_with(formula) {
        return Cow::Owned(format!("'{shown}"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::{Format, TextOptions, Writer};
    use proptest::prelude::*;

    fn table(assessments: &[Assessment]) -> Vec<Vec<String>> {
        let out = samples::write(Format::Csv, crate::Language::English, TextOptions::default(), assessments);
        let text = out.strip_prefix(BYTE_ORDER_MARK).expect("a byte-order mark");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn every_host_and_every_finding_has_its_row() {
        let infected = samples::infected();
        let rows = table(&[infected.clone(), samples::clean()]);
        assert_eq!(rows[0], COLUMNS);
        assert_eq!(rows.len(), 1 + infected.findings.len() + 1);
        assert_eq!(rows[1][0], "DESKTOP-1");
        let last = &rows[rows.len() - 1];
        assert_eq!(last[2], "clean");
        assert!(last[HOST_COLUMNS..].iter().all(String::is_empty));
    }

    #[test]
    fn formulas_are_defused() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\\t=1"),
            ("\r=1", "'\\r=1"),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(defuse(cell), expected);
        }
    }

    #[test]
    fn no_name_is_a_live_link() {
        let rows = table(&[samples::hostile("\\L http://t1.qxl.example/a")]);
        assert!(
            rows[1..].iter().all(|row| row[9].contains("hxxp://t1") && !row[9].contains("http://")),
            "{rows:?}"
        );
    }

    #[test]
    fn columns_are_documented() {
        let documentation = include_str!("csv.rs");
        let rows: String = documentation.lines().filter(|line| line.starts_with("//! | `")).collect();
        for column in COLUMNS {
            assert!(rows.contains(&format!("`{column}`")), "{column}");
        }
    }

    #[test]
    fn an_empty_report_has_its_header() {
        let writer = Writer::new(
            Format::Csv,
            samples::context(crate::Language::English),
            TextOptions::default(),
            Vec::new(),
        );
        let mut writer = writer;
        writer.begin().unwrap();
        let out = String::from_utf8(writer.end(&[]).unwrap()).unwrap();
        assert!(out.starts_with("\u{FEFF}host,") && out.ends_with("evidence\r\n"), "{out}");
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula(name in any::<String>()) {
            for row in table(&[samples::hostile(&name)]) {
                for cell in row {
                    prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", cell);
                }
            }
        }
    }
}
