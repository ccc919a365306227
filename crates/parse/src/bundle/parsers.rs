//! Which parser reads which format.

use crate::format::Format;
use crate::text::Text;
use crate::{Parsed, autoruns};

/// Reads a text in its format.
pub(super) fn parse(format: Format, text: &Text<'_>) -> Parsed {
    match format {
        Format::AutorunsCsv | Format::AutorunsTsv => autoruns::parse_table(text),
        Format::AutorunsXml => autoruns::parse_xml(text),
        _ => Parsed::default(),
    }
}
