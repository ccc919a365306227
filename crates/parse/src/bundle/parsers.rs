//! Which parser reads which format.

use crate::format::Format;
use crate::text::Text;
use crate::{Parsed, autoruns, mof, powershell, wmic};

/// Reads a text in its format.
pub(super) fn parse(format: Format, text: &Text<'_>) -> Parsed {
    match format {
        Format::WmicList => wmic::parse_list(text),
        Format::WmicCsv => wmic::parse_csv(text),
        Format::WmicRawxml => wmic::parse_rawxml(text),
        Format::PowershellList => powershell::parse_list(text),
        Format::PowershellJson => powershell::parse_json(text),
        Format::Mof => mof::parse(text),
        Format::AutorunsCsv | Format::AutorunsTsv => autoruns::parse_table(text),
        Format::AutorunsXml => autoruns::parse_xml(text),
        _ => Parsed::default(),
    }
}
