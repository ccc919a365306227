//! The readers of what PowerShell prints of WMI objects, on any bytes: lists and JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parse::powershell;
use parse::text::Text;

fuzz_target!(|data: &[u8]| {
    let text = Text::decode(data);
    for parsed in [powershell::parse_list(&text), powershell::parse_json(&text)] {
        for (location, _) in parsed.records {
            let evidence::Location::Offset(offset) = location else { panic!("{location:?}") };
            assert!(offset <= data.len() as u64);
        }
    }
});
