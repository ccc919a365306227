//! The readers of Autoruns exports on any bytes: tables and XML.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parse::autoruns;
use parse::text::Text;

fuzz_target!(|data: &[u8]| {
    let text = Text::decode(data);
    for parsed in [autoruns::parse_table(&text), autoruns::parse_xml(&text)] {
        for (location, _) in parsed.records {
            let evidence::Location::Offset(offset) = location else { panic!("{location:?}") };
            assert!(offset <= data.len() as u64);
        }
    }
});
