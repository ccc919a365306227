//! The readers of versions and updates, on any bytes: `systeminfo`, lists of updates and packages, `ver`, and a driver.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parse::text::Text;
use parse::{hotfix, systeminfo, version};

fuzz_target!(|data: &[u8]| {
    let text = Text::decode(data);
    for parsed in [
        systeminfo::parse(&text),
        hotfix::parse_updates(&text),
        hotfix::parse_packages(&text),
        version::parse_computer_info(&text),
        version::parse_ver(&text),
    ] {
        for (location, _) in parsed.records {
            let evidence::Location::Offset(offset) = location else { panic!("{location:?}") };
            assert!(offset <= data.len() as u64);
        }
    }
    for name in ["srv.sys", "termdd.sys"] {
        let _ = version::parse_judged_driver(data, name);
    }
});
