//! Exports that leave out what they were made for: recognised, so that people are told how to export again.

use super::{Format, is_telling, starts_with};

/// The export that the text is, by its first lines.
pub(super) fn recognise(head: &str) -> Option<Format> {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut first = lines.next()?;
    if starts_with(first, "#TYPE ") {
        first = lines.next()?;
    }
    if names(first.split(',').map(unquoted)) {
        return Some(Format::ExportCsv);
    }
    let second = lines.next().unwrap_or_default();
    if is_error(first, second) || is_error(second, lines.next().unwrap_or_default()) {
        return Some(Format::WmicError);
    }
    let columns = || first.split_ascii_whitespace().map(Some);
    if !names(columns()) {
        return None;
    }
    if second.starts_with('-') && second.bytes().all(|byte| matches!(byte, b'-' | b' ' | b'\t')) {
        Some(Format::PowershellTable)
    } else {
        first.contains("  ").then_some(Format::WmicTable)
    }
}

/// Whether these are the names of columns, of which one at least tells of subscriptions.
fn names<'t>(columns: impl Iterator<Item = Option<&'t str>>) -> bool {
    let (mut count, mut telling) = (0, false);
    for column in columns {
        let Some(name) = column.filter(|name| is_name(name)) else { return false };
        count += 1;
        telling |= is_telling(name);
    }
    count > 1 && telling
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn unquoted(cell: &str) -> Option<&str> {
    cell.strip_prefix('"')?.strip_suffix('"')
}

/// `ERROR:` and `Description = …`, in English or Japanese.
fn is_error(line: &str, next: &str) -> bool {
    let description = next.split_once('=').map(|(key, _)| key.trim());
    matches!((line, description), ("ERROR:" | "エラー:", Some("Description" | "説明")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_that_leave_out_what_matters() {
        for (text, format) in [
            (
                "#TYPE Microsoft.Management.Infrastructure.CimInstance#root\n\"Name\",\"Query\"",
                Some(Format::ExportCsv),
            ),
            ("\"PSComputerName\",\"Query\",\"Name\"\r\n\"PC\",\"2\",\"x\"", Some(Format::ExportCsv)),
            ("\r\nEventNamespace Name Query\r\n-------------- ---- -----\r\n", Some(Format::PowershellTable)),
            ("CreatorSID  EventAccess  EventNamespace  Name\r\r\n{1}", Some(Format::WmicTable)),
            ("Node - PC1\r\nERROR:\r\nDescription = Access denied\r\n", Some(Format::WmicError)),
            ("エラー:\r\n説明 = 無効な名前空間\r\n", Some(Format::WmicError)),
            ("#TYPE System.Management.ManagementObject\n\"__GENUS\",\"HotFixID\"\n", None),
            ("\"Name\",\"Text\"\n", None),
            ("Query your EventNamespace\n", None),
            ("Dear Query  Name, all\n", None),
            ("EventNamespace\n", None),
            ("ERROR: something\nDescription = x", None),
            ("", None),
        ] {
            assert_eq!(recognise(text), format, "{text}");
        }
    }
}
