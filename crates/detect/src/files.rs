//! Files: what programs say of themselves, and the families that their hashes and places give away.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::recognise;
use crate::messages as m;
use crate::places::is_disguised;
use crate::subject::{finding, finding_id, places};
use evidence::{Evidence, FileFact, program_of, programs_of};
use intel::{IndicatorKind as Known, Intel, Observation};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The files of the evidence by their path, to be found again by those who start them.
#[derive(Debug, Default)]
pub(crate) struct Files<'a> {
    by_path: BTreeMap<String, &'a FileFact>,
}

impl<'a> Files<'a> {
    pub(crate) fn of(evidence: &'a Evidence) -> Self {
        let files = evidence.files().filter(|(_, file)| file.exists);
        Self { by_path: files.map(|(_, file)| (program_of(&file.path), file)).collect() }
    }

    /// The files that a command names, where they were read: a program, and the libraries and scripts that it is handed.
    pub(crate) fn started_by(&self, command: &str) -> Vec<&'a FileFact> {
        if self.by_path.is_empty() {
            return Vec::new();
        }
        programs_of(command).iter().filter_map(|path| self.by_path.get(path).copied()).collect()
    }
}

/// What families may know a file by.
pub(crate) fn observations(file: &FileFact) -> Vec<Observation<'_>> {
    let mut seen = vec![Observation::new(Known::FilePath, &file.path)];
    for (algorithm, hash) in &file.hashes {
        let kind = match algorithm.as_str() {
            "md5" => Known::Md5,
            "sha1" => Known::Sha1,
            "sha256" => Known::Sha256,
            _ => continue,
        };
        seen.push(Observation::new(kind, hash));
    }
    seen.extend(file.original_name.iter().map(|name| Observation::new(Known::FileName, name)));
    seen
}

/// Looks at every file, and at every program of which Windows noted that it ran.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    let files = evidence.files().filter(|(_, file)| file.exists);
    let files = files.filter_map(|(record, file)| Some((record, judge(file, intel)?)));
    let ran = evidence.settings().filter(|(_, setting)| setting.kind == "prefetch");
    let ran =
        ran.filter_map(|(record, setting)| Some((record, judge_ran(&setting.name, &setting.value, intel)?)));
    for (record, found) in files.chain(ran) {
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    }
    let findings = seen.into_values().map(|(finding, records)| {
        let evidence = places(evidence, records);
        Finding { evidence, ..finding }
    });
    findings.collect()
}

fn judge(file: &FileFact, intel: &Intel) -> Option<Finding> {
    let family = recognise(intel, &observations(file));
    let disguised = is_disguised(&file.path);
    let (severity, confidence, action) = match &family {
        Some(family) if family.certain => (Severity::Critical, Confidence::Certain, Action::Remove),
        Some(family) if family.by_content => (Severity::High, Confidence::Likely, Action::Remove),
        _ if disguised => (Severity::High, Confidence::Likely, Action::Review),
        Some(_) => (Severity::Medium, Confidence::Possible, Action::Review),
        None => return None,
    };
    let mut finding = finding(Kind::File, &file.path, m::TITLE_FILE.with([file.path.as_str().into()]));
    (finding.severity, finding.confidence, finding.action) = (severity, confidence, action);
    if !is_whole(&file.path) {
        // Found among the evidence, not where it lay on the machine: there is nothing that a plan could remove.
        finding.action = Action::Review;
        finding.reasons.push(m::REASON_PLACE_UNKNOWN.with([file.path.as_str().into()]));
    }
    if disguised {
        finding.reasons.push(m::REASON_DISGUISED.with([file.path.as_str().into()]));
        finding.attack = vec!["T1036.005".to_owned()];
    }
    if let Some(family) = family {
        finding.reasons.extend(family.reasons);
        finding.family = Some(family.family);
    }
    let fingerprint = file.hashes.get("sha256").map(String::as_str).unwrap_or_default();
    finding.id = finding_id(Kind::File, &[&file.path], fingerprint);
    finding.subject = subject(file);
    Some(finding)
}

/// Whether a path says where on the machine a file is.
fn is_whole(path: &str) -> bool {
    path.starts_with(r"\\") || path.get(1..3) == Some(r":\")
}

/// A program that ran: its name alone says little.
fn judge_ran(program: &str, path: &str, intel: &Intel) -> Option<Finding> {
    let family = recognise(intel, &[Observation::new(Known::FileName, program)])?;
    let mut finding = finding(Kind::Event, program, m::TITLE_RAN.with([program.into()]));
    (finding.severity, finding.confidence) = (Severity::Low, Confidence::Possible);
    finding.reasons = vec![m::REASON_PREFETCH.with([path.into()])];
    finding.reasons.extend(family.reasons);
    finding.family = Some(family.family);
    finding.id = finding_id(Kind::Event, &["prefetch", program], "");
    finding.subject = Map::from_iter([("Path".to_owned(), Json::from(path))]);
    Some(finding)
}

fn subject(file: &FileFact) -> Map<String, Json> {
    match serde_json::to_value(file) {
        Ok(Json::Object(map)) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::records_of;
    use evidence::{AutostartEntry, AutostartKind, RecordData, Service, Setting};

    /// A family with a hash, made up.
    fn intel() -> Intel {
        let family = format!(
            "schema = \"deminer.family/1\"\nname = \"Own\"\nsources = [{{ id = \"lab\", title = \"t\" }}]\nindicators = [{{ kind = \"sha256\", pattern = \"{}\", weight = 10, source = \"lab\" }}]",
            "ab".repeat(32)
        );
        Intel::builtin().clone().with_families([intel::Family::from_toml("own.toml", &family).unwrap()])
    }

    fn file(path: &str, hash: &str) -> FileFact {
        FileFact {
            path: path.into(),
            exists: true,
            hashes: BTreeMap::from([("sha256".to_owned(), hash.repeat(32))]),
            signer: Some("(Not signed)".into()),
            ..FileFact::default()
        }
    }

    fn found(records: Vec<RecordData>) -> Vec<(Kind, Severity, Action, Option<String>)> {
        let assessment = crate::assess(&records_of(records), &intel());
        assessment.findings.into_iter().map(|f| (f.kind, f.severity, f.action, f.family)).collect()
    }

    #[test]
    fn a_hash_gives_the_file_and_who_starts_it_away() {
        let service = Service {
            name: "upd".into(),
            service_type: Some(16),
            image_path: Some(r"%SystemRoot%\system32\upd.exe -k".into()),
            ..Service::default()
        };
        let records =
            vec![RecordData::Service(service), RecordData::File(file(r"C:\Windows\System32\upd.exe", "ab"))];
        let own = Some("Own".to_owned());
        assert_eq!(
            found(records),
            [
                (Kind::Service, Severity::Critical, Action::Remove, own.clone()),
                (Kind::File, Severity::Critical, Action::Remove, own),
            ]
        );
    }

    #[test]
    fn a_hash_gives_away_what_nothing_starts() {
        let own = Some("Own".to_owned());
        for (path, action) in [
            (r"C:\ProgramData\x\notes.dat", Action::Remove),
            ("evidence/sample.bin", Action::Review),
            ("sample.bin", Action::Review),
        ] {
            let records = vec![RecordData::File(file(path, "ab"))];
            assert_eq!(found(records), [(Kind::File, Severity::Critical, action, own.clone())], "{path}");
        }
    }

    #[test]
    fn an_unsigned_program_where_programs_do_not_live() {
        let entry = AutostartEntry {
            kind: Some(AutostartKind::Run),
            location: r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run".into(),
            name: "x".into(),
            launch_string: Some(r"C:\ProgramData\x\x.exe".into()),
            image_path: Some(r"C:\ProgramData\x\x.exe".into()),
            ..AutostartEntry::default()
        };
        let alone = found(vec![RecordData::Autostart(entry.clone())]);
        assert_eq!(alone, [], "nothing is known of the file");
        let records =
            vec![RecordData::Autostart(entry), RecordData::File(file(r"C:\ProgramData\x\x.exe", "cd"))];
        assert_eq!(found(records), [(Kind::Run, Severity::Low, Action::Review, None)]);
        // A program of Windows that is handed the library.
        let entry = AutostartEntry {
            kind: Some(AutostartKind::Run),
            location: r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run".into(),
            name: "y".into(),
            launch_string: Some(r"rundll32.exe C:\ProgramData\x\y.dll,Run".into()),
            image_path: Some("rundll32.exe".into()),
            ..AutostartEntry::default()
        };
        let records =
            vec![RecordData::Autostart(entry), RecordData::File(file(r"C:\ProgramData\x\y.dll", "cd"))];
        assert_eq!(found(records), [(Kind::Run, Severity::Low, Action::Review, None)]);
    }

    #[test]
    fn ordinary_files_are_silent() {
        assert_eq!(found(vec![RecordData::File(file(r"C:\Program Files\Vendor\a.exe", "cd"))]), []);
        let ran = |program: &str| {
            found(vec![RecordData::Setting(Setting {
                kind: "prefetch".into(),
                name: program.into(),
                value: format!(r"C:\Windows\Prefetch\{program}-00000000.pf"),
                details: BTreeMap::new(),
            })])
        };
        assert_eq!(ran("CHROME.EXE"), []);
        assert_eq!(ran("UPSUPX.EXE"), [(Kind::Event, Severity::Low, Action::Review, Some("MyKings".into()))]);
    }

    #[test]
    fn a_program_of_windows_elsewhere() {
        let records = vec![RecordData::File(file(r"C:\Windows\Fonts\svchost.exe", "cd"))];
        assert_eq!(found(records), [(Kind::File, Severity::High, Action::Review, None)]);
    }
}
