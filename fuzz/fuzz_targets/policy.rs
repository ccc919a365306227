//! The readers of the account policy, on any bytes: security templates and `net accounts`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parse::policy;
use parse::text::Text;

fuzz_target!(|data: &[u8]| {
    let text = Text::decode(data);
    for parsed in [policy::parse_template(&text), policy::parse_net_accounts(&text)] {
        for (location, _) in parsed.records {
            let evidence::Location::Offset(offset) = location else { panic!("{location:?}") };
            assert!(offset <= data.len() as u64);
        }
    }
});
