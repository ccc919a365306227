//! Hives that others recorded on clean machines: what starts with them is silent.

use deminer_detect::assess;
use deminer_detect::assessment::{Kind, Severity};
use intel::Intel;
use parse::bundle::{Input, Limits, discover};
use std::path::PathBuf;

#[test]
fn what_starts_with_a_clean_machine_is_silent() {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    for files in [
        vec!["SYSTEM_B.gz", "SYSTEM_B.LOG1.gz", "SYSTEM_B.LOG2.gz"],
        vec!["NTUSER_Bad.DAT.gz"],
        vec!["transactions_NTUSER.DAT.gz", "transactions_ntuser.dat.log1.gz"],
    ] {
        let inputs: Vec<_> = files.iter().map(|file| Input::Path(data.join("hives").join(file))).collect();
        let limits = Limits::default();
        let bundles = discover(&inputs, &limits).bundles;
        if bundles.is_empty() {
            assert!(std::env::var_os("CI").is_none(), "{files:?}: the recordings must be there in CI");
            eprintln!("SKIPPED: {files:?} are not there, set DEMINER_DATA to the folder of recordings");
            continue;
        }
        let evidence: Vec<_> = bundles.iter().flat_map(|bundle| bundle.read(&limits)).collect();
        assert!(
            evidence.iter().map(|evidence| evidence.autostarts().count()).sum::<usize>() > 0,
            "{files:?}"
        );
        for evidence in &evidence {
            let found = assess(evidence, Intel::builtin()).findings.into_iter().filter(|finding| {
                matches!(finding.kind, Kind::Autostart | Kind::Run | Kind::Service | Kind::Driver)
                    && finding.severity < Severity::Info
            });
            let found: Vec<_> =
                found.map(|finding| (finding.severity, finding.name, finding.subject)).collect();
            assert!(found.is_empty(), "{files:?}: {found:#?}");
        }
    }
}
