//! The opener on any bytes: archives, archives in archives, compressed files, every text format. A survey and a reading agree.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parse::bundle::{BundleRef, Limits};

fuzz_target!(|data: &[u8]| {
    let limits = Limits { text: 1 << 20, file: 1 << 20, unpacked: 4 << 20, ratio_from: 1 << 16, ..Limits::default() };
    let bundle = BundleRef::from_bytes("PC1_WMI.zip", data);
    let evidence = bundle.read(&limits);
    assert!(!evidence.is_empty());
    assert!(evidence.iter().map(|evidence| &evidence.host.id).eq(&bundle.survey(&limits)));
    for evidence in &evidence {
        for record in &evidence.records {
            assert!((record.provenance.source as usize) < evidence.sources.len());
        }
    }
});
