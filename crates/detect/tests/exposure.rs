//! The accounts that were used on recorded machines, counted a second time straight from the text of the events.
//!
//! The reader of the log is the same for both; another reader, python-evtx over all chunks, counted the same logons of `TestUser`.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

use deminer_detect::assess;
use deminer_detect::assessment::{Assessment, Kind, Severity};
use evtx::EvtxParser;
use intel::Intel;
use parse::bundle::{BundleRef, Limits};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use zip::ZipArchive;

/// The recorded logs of a machine, or a loud word that they are missing.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn logs(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        Into::into,
    );
    let path = data.join("events").join(name);
    if path.is_file() {
        return Some(path);
    }
    println!("SKIPPED: {} is not there", path.display());
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the data are missing");
    None
}

fn assessment(path: &PathBuf) -> Assessment {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    let evidence = BundleRef::from_bytes("logs.zip", bytes).read(&Limits::default());
    let [evidence] = &evidence[..] else { panic!("{} hosts", evidence.len()) };
    assess(evidence, Intel::builtin())
}

/// What stands between two texts.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

/// Logons of the types that count, by identifier and type: found in the XML of every record.
fn counted(path: &PathBuf) -> BTreeMap<String, BTreeMap<u32, u64>> {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    for member in 0..archive.len() {
        let mut file = archive.by_index(member).unwrap();
        if file.enclosed_name().is_some_and(|name| name.ends_with("Security.evtx")) {
            file.read_to_end(&mut bytes).unwrap();
        }
    }
    let mut counts: BTreeMap<String, BTreeMap<u32, u64>> = BTreeMap::new();
    for record in EvtxParser::from_buffer(bytes).unwrap().records() {
        let record = record.unwrap();
        let text = &record.data;
        if between(text, "<EventID>", "<") != Some("4624") {
            continue;
        }
        let field = |name: &str| between(text, &format!("Name=\"{name}\">"), "<").unwrap_or_default();
        let kind: u32 = field("LogonType").parse().unwrap();
        let sid = field("TargetUserSid");
        // The identifiers of persons and of accounts of a domain; those of Windows itself begin otherwise.
        if [2, 3, 9, 10, 11].contains(&kind) && sid.starts_with("S-1-5-21-") {
            *counts.entry(sid.to_owned()).or_default().entry(kind).or_default() += 1;
        }
    }
    counts
}

#[test]
fn the_exposed_accounts_agree_with_the_logons() {
    let Some(path) = logs("infected-win10.zip") else { return };
    let assessment = assessment(&path);
    let told: BTreeMap<_, _> = assessment
        .exposure
        .accounts
        .iter()
        .filter(|account| !account.logons.is_empty())
        .map(|account| (account.sid.clone().unwrap(), account.logons.clone()))
        .collect();
    assert!(!told.is_empty());
    let mut counted = counted(&path);
    // Who came over the network alone, before the first sign, left nothing there.
    counted.retain(|sid, kinds| told.contains_key(sid) || kinds.keys().any(|kind| *kind != 3));
    assert_eq!(told, counted);
    let duties: Vec<_> = assessment.duties.iter().map(|duty| duty.id.as_str()).collect();
    assert!(duties.contains(&"passwords") && duties.contains(&"rebuild"), "{duties:?}");
    let titles: Vec<_> = assessment.findings.iter().map(|finding| finding.title.id.as_str()).collect();
    assert!(titles.contains(&"title-guest-made-administrator"), "{titles:?}");
}

#[test]
fn a_clean_machine_has_nothing_to_fear() {
    let Some(path) = logs("clean-win10.zip") else { return };
    let assessment = assessment(&path);
    let loud = assessment.findings.iter().filter(|finding| {
        finding.severity < Severity::Info && !matches!(finding.kind, Kind::Patch | Kind::Hardening)
    });
    let loud: Vec<_> = loud.map(|finding| (&finding.title, &finding.reasons)).collect();
    assert!(loud.is_empty(), "{loud:?}");
    assert_eq!((assessment.duties.len(), assessment.exposure.accounts.len()), (0, 0));
}
