//! Exports that are recognised by more than their first bytes, or that are not what they should be.

use super::*;
use evidence::{Area, ReadState};

#[test]
fn mof_behind_much_comment_is_read_and_other_text_called_mof_is_told() {
    let consumer = "instance of\tCommandLineEventConsumer { Name = \"x\"; CommandLineTemplate = \"y\"; };\n";
    let padded = format!("{}{consumer}", "// padding\r\n".repeat(4 << 10));
    let root = folder(&[("PC1/a.txt", padded.as_bytes())]);
    assert_eq!(find(root.path()).hosts(), [("PC1", 1)]);
    let prose = format!("nothing known {};\n{consumer}", "x".repeat(64 << 10));
    let root = folder(&[
        ("PC1_WMI/a.mof", prose.as_bytes()),
        ("PC1_WMI/b.mof", b"nothing known"),
        ("PC1_WMI/c.txt", b"nothing known"),
    ]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 1)]);
    let unknown: Vec<_> = found.notes().into_iter().filter(|(_, id)| *id == "note-unknown-text").collect();
    assert_eq!(unknown, [(Level::Warning, "note-unknown-text"), (Level::Info, "note-unknown-text")]);
}

#[test]
fn exports_that_cannot_be_read_are_named() {
    let table = b"EventNamespace Name Query\r\n-------------- ---- -----\r\nroot\\cimv2     F    SEL...\r\n";
    let root = folder(&[("PC1_WMI/EventFilter.txt", table), ("PC1_WMI/any.txt", table)]);
    let notes =
        find(root.path()).notes().into_iter().map(|(level, id)| (level, id.to_owned())).collect::<Vec<_>>();
    let unread = "note-format-unread".to_owned();
    assert_eq!(notes, [(Level::Error, unread.clone()), (Level::Warning, unread)]);
}

#[test]
fn an_empty_listing_covers_what_its_name_says() {
    let none = b"No Instance(s) Available.\r\r\n\r\r\n";
    let root = folder(&[
        ("PC1_WMI/EventFilter.txt", none),
        ("PC1_WMI/CommandLineEventConsumer.txt", none),
        ("PC1_WMI/PC1_TimerInstruction.txt", none),
        ("PC1_WMI/any.txt", none),
    ]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 0)]);
    assert_eq!(found.notes(), [(Level::Info, "note-wmic-no-instances"); 4]);
    let covered: Vec<_> = found.evidence[0].coverage.iter().collect();
    let expected = [
        (Area::EventFilters, ReadState::Complete),
        (Area::EventConsumers, ReadState::Partial),
        (Area::Timers, ReadState::Complete),
    ];
    assert_eq!(covered, expected);
}
