//! Real output of `systeminfo` and `wmic qfe` in several languages and encodings, with the answers that are known.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

use deminer_detect::assess;
use deminer_detect::assessment::{Stage, StageState, State};
use intel::Intel;
use parse::bundle::{BundleRef, Limits};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use zip::ZipArchive;

/// The folder of the recorded evidence, or a loud word that it is missing.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn data() -> Option<PathBuf> {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        Into::into,
    );
    let folder = data.join("patch");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: {} is not there", folder.display());
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the data are missing");
    None
}

/// What a file says.
struct Read {
    /// Where the stage stands.
    stage: StageState,
    /// How many different updates it names.
    updates: usize,
    /// Whether its list was cut.
    cut: bool,
    /// The build, where the file tells it.
    build: Option<u32>,
}

fn read(name: &str, bytes: Vec<u8>) -> Read {
    let evidence = BundleRef::from_bytes(name, bytes).read(&Limits::default());
    let [evidence] = &evidence[..] else { panic!("{name}: {} hosts", evidence.len()) };
    let of_kind = |kind| evidence.settings().map(|(_, setting)| setting).filter(move |s| s.kind == kind);
    let stages = assess(evidence, Intel::builtin()).stages;
    Read {
        stage: stages.into_iter().find(|stage| stage.stage == Stage::Patch).unwrap(),
        updates: of_kind("hotfix").map(|setting| &setting.name).collect::<BTreeSet<_>>().len(),
        cut: of_kind("hotfix-list").any(|setting| setting.value == "truncated"),
        build: of_kind("os-build").next().and_then(|setting| setting.value.rsplit('.').next()?.parse().ok()),
    }
}

/// Every recorded file by its name: what it says, how many updates it names, and the answer that is known.
fn recorded() -> Option<Vec<(String, Read, usize, String)>> {
    let folder = data()?;
    let mut answers = csv::Reader::from_path(folder.join("systeminfo-answers.csv")).unwrap();
    let mut archive = ZipArchive::new(File::open(folder.join("systeminfo.zip")).unwrap()).unwrap();
    let rows = answers.records().map(|row| {
        let row = row.unwrap();
        let mut bytes = Vec::new();
        archive.by_name(&row[0]).unwrap().read_to_end(&mut bytes).unwrap();
        (row[0].to_owned(), read(&row[0], bytes), row[3].parse().unwrap(), row[4].to_owned())
    });
    Some(rows.collect())
}

#[test]
fn every_recorded_system_has_its_known_answer() {
    let Some(recorded) = recorded() else { return };
    let mut counts = [0; 4];
    for (name, Read { stage, build, .. }, _, known) in recorded {
        let (class, expected) = if known.starts_with("patched") {
            (0, State::Ok)
        } else if known.starts_with("fix") && !known.ends_with("none") {
            (1, State::Ok)
        } else if build.is_some_and(|build| build >= 15_063) {
            // They list no update that holds the fix; their build needs none, and the build comes before the list. Of the 35 files of
            // which the absence of updates alone would speak these are nine, and 26 stay open.
            (2, State::Ok)
        } else {
            (3, State::Unknown)
        };
        counts[class] += 1;
        assert_eq!(stage.state, expected, "{name}: {known}: {:?}", stage.summary);
        if expected == State::Unknown {
            assert_eq!(stage.summary.id, "stage-patch-cannot-tell", "{name}");
            assert!(stage.next.is_some(), "{name}");
        }
    }
    assert_eq!(counts, [121, 2, 9, 26]);
}

#[test]
fn every_update_that_is_listed_is_read() {
    let Some(recorded) = recorded() else { return };
    for (name, read, updates, _) in recorded {
        // Windows Vista leaves `KB` out of two, which the known count leaves out too.
        let bare = if name.contains("vista") { 2 } else { 0 };
        assert_eq!(read.updates, updates + bare, "{name}");
        let cut = ["_B_systeminfo", "ultimaten_de", "xp_sp2_x64"].iter().any(|part| name.contains(part));
        assert_eq!(read.cut, cut, "{name}");
    }
}
