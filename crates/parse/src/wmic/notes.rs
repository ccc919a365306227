//! What reading the output of `wmic` can say.

use evidence::MessageSpec;

/// Records that can be read in two ways, both of which are kept.
pub(super) const TWO_READINGS: MessageSpec = MessageSpec::new("note-wmic-two-readings", &["count"]);
/// Records behind a script, which might be its last lines.
pub(super) const BEHIND_SCRIPT: MessageSpec = MessageSpec::new("note-wmic-behind-script", &["count"]);
/// Records that end before their last property.
pub(super) const INCOMPLETE: MessageSpec = MessageSpec::new("note-wmic-incomplete", &["count"]);
/// Text that belongs to no record.
pub(super) const OUTSIDE: MessageSpec = MessageSpec::new("note-wmic-outside", &["count"]);
/// Nothing in the text looks like a record.
pub(super) const NO_RECORDS: MessageSpec = MessageSpec::new("note-wmic-no-records", &[]);
/// `wmic` says that there are no instances.
pub(super) const NO_INSTANCES: MessageSpec = MessageSpec::new("note-wmic-no-instances", &[]);
/// So many false beginnings that not every record of a known class was looked for.
pub(super) const TANGLED: MessageSpec = MessageSpec::new("note-wmic-tangled", &[]);
/// Rows with commas that may or may not part two columns.
pub(super) const CSV_COMMAS: MessageSpec = MessageSpec::new("note-wmic-csv-commas", &["count"]);
/// The XML is damaged.
pub(super) const XML_DAMAGED: MessageSpec = MessageSpec::new("note-wmic-xml-damaged", &["detail"]);
/// The XML is nested deeper than any that `wmic` writes.
pub(super) const XML_TOO_DEEP: MessageSpec = MessageSpec::new("note-wmic-xml-too-deep", &["limit"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[
    TWO_READINGS,
    BEHIND_SCRIPT,
    INCOMPLETE,
    OUTSIDE,
    NO_RECORDS,
    NO_INSTANCES,
    TANGLED,
    CSV_COMMAS,
    XML_DAMAGED,
    XML_TOO_DEEP,
];
