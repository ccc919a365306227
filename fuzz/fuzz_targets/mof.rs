//! The reader and the writer of MOF, on any bytes: what was read and can be written is read again as the same.

#![no_main]

use evidence::RecordData;
use libfuzzer_sys::fuzz_target;
use parse::mof;
use parse::text::Text;

/// The record as MOF, where MOF can hold it.
fn written(data: &RecordData) -> Option<String> {
    match data {
        RecordData::WmiObject(object) => mof::write_object(object).ok(),
        RecordData::WmiClass(class) => mof::write_class(class).ok(),
        _ => None,
    }
}

fuzz_target!(|data: &[u8]| {
    let text = Text::decode(data);
    let _ = mof::parse_fragments(text.as_str());
    for (location, data) in mof::parse(&text).records {
        let evidence::Location::Offset(_) = location else { panic!("{location:?}") };
        let Some(first) = written(&data) else { continue };
        let again = mof::parse(&Text::decode(first.as_bytes()));
        assert_eq!(again.problems, [], "{first}");
        let [(_, read)] = again.records.as_slice() else { panic!("{first}") };
        assert_eq!(written(read).as_deref(), Some(first.as_str()));
    }
});
