//! Tables: comma-separated or tab-separated, with or without a banner above.

use super::columns::{Column, header_separator};
use super::entry::Listing;
use super::{NO_HEADER, UNEVEN, finish, problem};
use crate::Parsed;
use crate::text::Text;
use evidence::Level;

/// Lines in which the names of the columns are looked for: the banner has five.
const HEADER_LINES: usize = 200;

/// Reads a table that `autorunsc -c`, `autorunsc -ct` or the window of Autoruns wrote.
pub fn parse(text: &Text) -> Parsed {
    let mut problems = text.problems();
    let whole = text.as_str();
    let Some((start, separator)) = header(whole) else {
        problems.push(problem(Level::Error, Some(0), NO_HEADER.plain()));
        return finish(Listing::default(), problems);
    };
    let table = whole.get(start..).unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(table.as_bytes());
    let mut listing = Listing::default();
    let mut columns: Vec<Column> = Vec::new();
    let mut uneven: Option<(u64, usize, usize)> = None;
    let mut row = csv::StringRecord::new();
    // Neither can fail: the table is text, and lines of any length are let through.
    while let Ok(true) = reader.read_record(&mut row) {
        if columns.is_empty() {
            columns = row.iter().map(Column::of).collect();
            continue;
        }
        let at =
            row.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
        let offset = text.offset(start + at + blank(table, at));
        if row.len() != columns.len() {
            let (_, rows, _) = uneven.get_or_insert((offset, 0, row.len()));
            *rows += 1;
        }
        let cells = row.iter().enumerate().map(|(index, cell)| {
            let column = columns.get(index).cloned();
            (column.unwrap_or_else(|| Column::Other(format!("column {}", index + 1))), cell.trim().to_owned())
        });
        if !listing.add(offset, cells) {
            break;
        }
    }
    if let Some((offset, rows, cells)) = uneven {
        let message = UNEVEN.with([rows.into(), cells.into(), columns.len().into()]);
        problems.push(problem(Level::Warning, Some(offset), message));
    }
    finish(listing, problems)
}

/// Where the line with the names of the columns begins, and what separates them.
fn header(text: &str) -> Option<(usize, u8)> {
    let mut at = 0;
    for line in text.split_inclusive('\n').take(HEADER_LINES) {
        if let Some(separator) = header_separator(line.trim()) {
            return Some((at, separator));
        }
        at += line.len();
    }
    None
}

/// The line ends before a row, which the reader counts to the row.
fn blank(table: &str, at: usize) -> usize {
    let rest = table.as_bytes().get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}
