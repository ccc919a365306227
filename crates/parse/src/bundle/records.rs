//! The records of a bundle, `deminer/records.jsonl`: one [`evidence::Record`] a line.

use super::notes::RECORD_DAMAGED;
use crate::Problem;
use evidence::{Level, Record};

/// Damaged lines that are told one by one.
const MAX_PROBLEMS: usize = 50;

/// Reads the records, each with the number of its line, counted from 1.
pub(super) fn parse(text: &str) -> (Vec<(u64, Record)>, Vec<Problem>) {
    let mut records = Vec::new();
    let mut problems = Vec::new();
    let mut at = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if !line.trim().is_empty() {
            match serde_json::from_str(line) {
                Ok(record) => records.push((number, record)),
                Err(error) if problems.len() < MAX_PROBLEMS => problems.push(Problem {
                    level: Level::Error,
                    offset: Some(at),
                    message: RECORD_DAMAGED.with([number.into(), error.to_string().into()]),
                }),
                Err(_) => {}
            }
        }
        at += line.len() as u64;
    }
    (records, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_line_does_not_stop_the_others() {
        let line = r#"{"provenance":{"source":0,"location":{"offset":7}},"type":"wmi-class","data":{"name":"X","properties":[]}}"#;
        let (records, problems) = parse(&format!("{line}\n\n{{broken\n{line}\n"));
        assert_eq!(records.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].offset, Some(line.len() as u64 + 2));
    }

    #[test]
    fn damaged_lines_are_not_kept_without_end() {
        let (records, problems) = parse(&"x\n".repeat(1000));
        assert_eq!((records.len(), problems.len()), (0, MAX_PROBLEMS));
    }
}
