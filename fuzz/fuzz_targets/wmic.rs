//! The readers of what `wmic` prints, on any bytes: lists, comma-separated values and raw XML.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parse::text::Text;
use parse::wmic;

fuzz_target!(|data: &[u8]| {
    let text = Text::decode(data);
    for parsed in [wmic::parse_list(&text), wmic::parse_csv(&text), wmic::parse_rawxml(&text)] {
        for (location, _) in parsed.records {
            let evidence::Location::Offset(offset) = location else { panic!("{location:?}") };
            assert!(offset <= data.len() as u64);
        }
    }
});
