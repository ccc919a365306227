//! How long ago the last update of Windows was installed: three answers, as for every hole.
//!
//! There is no clock here: an age is counted to the day on which the evidence was collected, and where nothing tells that, to the day of its
//! newest event.

use super::facts::Gathered;
use super::states::in_use;
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Event, Evidence, Message, Setting};
use intel::ms17_010::{Answer, Rollup, UpdateList};
use intel::{Intel, SourceRef};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Microsoft brings updates every month: who has not had one for two of them has missed some.
pub(super) const MAX_DAYS: i32 = 62;

/// What Windows Update brings besides updates of Windows, often every day: definitions and the platform of Defender, the removal tool, its own
/// parts.
const OTHERS: [&str; 7] =
    ["KB2267602", "KB4052623", "KB5007651", "KB2310138", "KB890830", "KB4023057", "KB5001716"];

/// An update and when it was installed.
struct Dated<'e> {
    /// The first day that it may be.
    first: Date,
    /// The last day that it may be.
    last: Date,
    /// Its record.
    at: usize,
    /// Its number or its package.
    name: &'e str,
}

/// What was read of the days of updates.
#[derive(Default)]
struct Days<'e> {
    /// Cumulative updates, from the component store.
    rollups: Vec<Dated<'e>>,
    /// Other updates, from the component store and from lists.
    others: Vec<Dated<'e>>,
    /// Updates that Windows Update has logged: the log may have been cut or cleared.
    logged: Vec<Dated<'e>>,
    /// How many listed updates have no day that could be read.
    undated: usize,
    /// How many have one behind the day of collecting: a clock was wrong, or the evidence is not of one day.
    beyond: usize,
}

/// The day up to which the evidence reaches.
pub(super) fn as_of(evidence: &Evidence) -> Option<Date> {
    evidence.collected.or_else(|| evidence.events().map(|(_, event)| event.time).max()).map(day)
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

/// The days from one to another.
pub(super) fn days_between(from: Date, to: Date) -> Option<i32> {
    from.until(to).ok().map(|span| span.get_days())
}

/// Judges the age of the last update; nothing where no day was read.
pub(super) fn detect(evidence: &Evidence, gathered: &Gathered, intel: &Intel) -> Option<Finding> {
    if gathered.facts.versions.len() > 1 {
        // Of which machine the last update is cannot be told.
        return None;
    }
    let collected = as_of(evidence);
    let days = Days::of(evidence, collected);
    let ten = gathered.facts.version.is_some_and(|version| version.major >= 10);
    // Since Windows 10 every update of Windows is cumulative, and lists name those of .NET beside them.
    let by_rollup = ten && !days.rollups.is_empty();
    let of_store = days.rollups.iter().chain(days.others.iter().filter(|_| !by_rollup));
    let newest = of_store.chain(&days.logged).max_by_key(|dated| (dated.last, dated.first))?;
    let known: Vec<_> = days.rollups.iter().chain(days.others.iter().filter(|_| !by_rollup)).collect();
    let first =
        known.iter().map(|dated| dated.first).chain(days.logged.iter().map(|dated| dated.first)).max()?;
    // After the end of support there is nothing to install.
    let ended = end_of_support(gathered, intel);
    let until = collected.map(|collected| ended.map_or(collected, |ended| collected.min(ended)));
    let dated = by_rollup || (gathered.facts.list != UpdateList::None && days.undated == 0);
    let whole = dated && days.beyond == 0;
    let cut = matches!(gathered.facts.list, UpdateList::Truncated { .. });
    let age = |from: Date| days_between(from, until?);
    let answer = if age(first).is_some_and(|days| days <= MAX_DAYS) {
        Answer::Fixed
    } else if !known.is_empty()
        && whole
        && (by_rollup || !cut)
        && age(newest.last).is_some_and(|d| d > MAX_DAYS)
    {
        Answer::NotFixed
    } else {
        Answer::Unknown
    };
    let mut reasons = vec![m::PATCH_AGE_UPDATE.with([newest.name.into(), shown(newest).into()])];
    if answer == Answer::Unknown {
        reasons.extend(why_unknown(&days, newest, cut, collected));
    }
    reasons.extend(
        ended.filter(|_| until == ended).map(|day| m::PATCH_AGE_SUPPORT.with([day.to_string().into()])),
    );
    if answer == Answer::NotFixed {
        reasons.push(m::PATCH_AGE_INSTALL.plain());
    }
    let sources = intel.windows().sources.iter().filter(|source| source.id == "cadence");
    let mut told = told(evidence, answer, newest, age(newest.last), reasons, sources);
    if let (Answer::Fixed, Some(ended)) = (answer, ended.filter(|_| until == ended)) {
        told.title = m::PATCH_TITLE_AGE_SUPPORT.with([shown(newest).into(), ended.to_string().into()]);
    }
    Some(told)
}

fn told<'s>(
    evidence: &Evidence,
    answer: Answer,
    newest: &Dated<'_>,
    age: Option<i32>,
    reasons: Vec<Message>,
    sources: impl Iterator<Item = &'s SourceRef>,
) -> Finding {
    let days = u64::try_from(age.unwrap_or_default()).unwrap_or_default();
    let arguments = [shown(newest).into(), days.into()];
    let (title, severity, confidence, action) = match answer {
        Answer::Fixed => {
            (m::PATCH_TITLE_AGE_RECENT.with(arguments), Severity::Info, Confidence::Likely, Action::None)
        }
        Answer::NotFixed => {
            (m::PATCH_TITLE_AGE_OLD.with(arguments), Severity::Low, Confidence::Likely, Action::Review)
        }
        Answer::Unknown => {
            (m::PATCH_TITLE_AGE_UNKNOWN.plain(), Severity::Info, Confidence::Possible, Action::None)
        }
    };
    let mut finding = finding(Kind::Patch, "Windows Update", title);
    (finding.severity, finding.confidence, finding.action) = (severity, confidence, action);
    finding.reasons = reasons;
    finding.reasons.extend(sources.map(super::source));
    finding.id = finding_id(Kind::Patch, &["update-age"], "");
    let property = match newest.name {
        name if name.starts_with("KB") => "HotFixID",
        name if name.starts_with("Package_for_") => "PackageIdentity",
        _ => "updateTitle",
    };
    finding.subject.insert(property.to_owned(), newest.name.into());
    finding.subject.insert("InstalledOn".to_owned(), shown(newest).into());
    finding.subject.insert("days".to_owned(), age.map(|days| days.max(0)).into());
    finding.evidence = places(evidence, [newest.at]);
    finding
}

/// Why the age cannot be told.
fn why_unknown(days: &Days<'_>, newest: &Dated<'_>, cut: bool, collected: Option<Date>) -> Vec<Message> {
    let mut reasons = Vec::new();
    if collected.is_none() {
        reasons.push(m::PATCH_AGE_NO_CLOCK.plain());
    }
    if newest.first != newest.last {
        reasons.push(m::PATCH_AGE_ORDER.plain());
    }
    if days.undated > 0 {
        reasons.push(m::PATCH_AGE_UNDATED.with([days.undated.into()]));
    }
    if days.beyond > 0 {
        reasons.push(m::PATCH_AGE_BEYOND.with([days.beyond.into()]));
    }
    if cut {
        reasons.push(m::PATCH_AGE_CUT.plain());
    }
    if days.rollups.is_empty() && days.others.is_empty() {
        reasons.push(m::PATCH_AGE_LOG.plain());
    }
    reasons
}

/// The day, or the two that it may be.
fn shown(dated: &Dated<'_>) -> String {
    if dated.first == dated.last {
        dated.last.to_string()
    } else {
        format!("{} / {}", dated.first, dated.last)
    }
}

/// The day when support of the product ended.
fn end_of_support(gathered: &Gathered, intel: &Intel) -> Option<Date> {
    let product = gathered.facts.product.as_deref().unwrap_or_default();
    let (_, day) = intel.windows().end_of_support(gathered.facts.version?, product)?;
    day.parse().ok()
}

impl<'e> Days<'e> {
    fn of(evidence: &'e Evidence, collected: Option<Date>) -> Self {
        let mut days = Self::default();
        for (at, setting) in evidence.settings() {
            days.setting(at, setting, collected);
        }
        for (at, event) in evidence.events() {
            let Some(name) = installed(event) else { continue };
            let day = day(event.time);
            days.logged.push(Dated { first: day, last: day, at, name });
        }
        days
    }

    fn setting(&mut self, at: usize, setting: &'e Setting, collected: Option<Date>) {
        let is_list = setting.kind == "hotfix";
        let is_other = is_list && OTHERS.contains(&setting.name.as_str());
        if is_other || !is_list && (setting.kind != "package" || !in_use(setting)) {
            return;
        }
        let text = setting.details.get("installed").map(String::as_str).unwrap_or_default();
        let Some((first, last)) = span(text, collected) else {
            self.undated += usize::from(is_list);
            return;
        };
        if is_beyond(first, collected) {
            self.beyond += 1;
            return;
        }
        let dated = Dated { first, last, at, name: &setting.name };
        if is_list {
            self.others.push(dated);
        } else if Rollup::from_identity(&setting.name).is_some() {
            self.rollups.push(dated);
        } else if setting.name.starts_with("Package_for_KB") {
            self.others.push(dated);
        }
    }
}

/// The first and the last day that a text allows: a time, a day, or two days of which it is one. What lies behind the collecting is not it.
fn span(text: &str, collected: Option<Date>) -> Option<(Date, Date)> {
    if let Some((first, last)) = text.split_once('/') {
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        return Some(if is_beyond(last, collected) { (first, first) } else { (first, last) });
    }
    let day = text.parse::<Timestamp>().map(day).or_else(|_| text.parse::<Date>()).ok()?;
    Some((day, day))
}

/// Whether a day lies behind that of collecting. The clock of the machine is in its own zone.
fn is_beyond(day: Date, collected: Option<Date>) -> bool {
    collected.and_then(|collected| collected.tomorrow().ok()).is_some_and(|latest| day > latest)
}

/// The title of an update of Windows that Windows Update has installed.
fn installed(event: &Event) -> Option<&str> {
    let is_update =
        event.event_id == 19 && event.provider.eq_ignore_ascii_case("Microsoft-Windows-WindowsUpdateClient");
    let title = event.field("updateTitle").filter(|_| is_update)?;
    let of_windows = title.contains("Windows") && title.contains("KB") && !title.contains(".NET");
    (of_windows && !OTHERS.iter().any(|other| title.contains(other))).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess;
    use crate::test_support::records_of;
    use evidence::RecordData;

    fn setting(kind: &str, name: &str, value: &str, details: &[(&str, &str)]) -> RecordData {
        RecordData::Setting(Setting {
            kind: kind.into(),
            name: name.into(),
            value: value.into(),
            details: details.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        })
    }

    fn hotfix(installed: &str) -> RecordData {
        setting("hotfix", "KB5034122", "", &[("installed", installed)])
    }

    fn list(state: &str) -> RecordData {
        setting("hotfix-list", "", state, &[])
    }

    fn build(version: &str) -> RecordData {
        setting("os-build", "", version, &[("product", "Microsoft Windows Server 2022 Standard")])
    }

    fn rollup(state: &str, installed: &str) -> RecordData {
        let name = "Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.2227.1.6";
        setting("package", name, state, &[("installed", installed)])
    }

    fn event(time: &str, title: &str) -> RecordData {
        RecordData::Event(Event {
            channel: "System".into(),
            provider: "Microsoft-Windows-WindowsUpdateClient".into(),
            event_id: 19,
            record_id: 1,
            time: time.parse().unwrap(),
            computer: "PC".into(),
            data: [("updateTitle".to_owned(), title.to_owned())].into(),
        })
    }

    /// Severity, title and reasons of the finding, on evidence that was collected on 2024-05-20.
    fn judged(records: Vec<RecordData>, collected: bool) -> Option<(Severity, String, String)> {
        let mut evidence = records_of(records);
        evidence.collected = collected.then(|| "2024-05-20T08:00:00Z".parse().unwrap());
        let found = assess(&evidence, Intel::builtin()).findings.into_iter();
        let mut found = found.filter(|finding| finding.title.id.starts_with("patch-title-age"));
        let finding = found.next()?;
        assert!(found.next().is_none());
        assert!(finding.severity == Severity::Info || !finding.evidence.is_empty());
        let reasons: Vec<_> =
            finding.reasons.iter().map(|reason| reason.id.replace("patch-age-", "")).collect();
        Some((finding.severity, finding.title.id.replace("patch-title-age-", ""), reasons.join(" ")))
    }

    fn expect(records: Vec<RecordData>, severity: Severity, title: &str, reasons: &str) {
        let expected = (severity, title.to_owned(), format!("update {reasons}hardening-source"));
        assert_eq!(judged(records, true), Some(expected));
    }

    const TEN: &str = "10.0.20348";

    #[test]
    fn three_answers_at_the_boundary() {
        let at = |installed| vec![build(TEN), list("complete"), hotfix(installed)];
        expect(at("2024-03-19"), Severity::Info, "recent", "");
        expect(at("2024-03-18"), Severity::Low, "old", "install ");
        // Of two readings both have to say it, and what lies in the future is none.
        expect(at("2024-03-04/2024-04-03"), Severity::Info, "unknown", "order ");
        expect(at("2024-01-04/2024-04-01"), Severity::Info, "unknown", "order ");
        expect(at("2024-01-02/2024-02-01"), Severity::Low, "old", "install ");
        expect(at("2024-04-05/2024-05-04"), Severity::Info, "recent", "");
        expect(at("2024-01-06/2024-06-01"), Severity::Low, "old", "install ");
    }

    #[test]
    fn neither_the_future_nor_what_is_no_update_of_windows_is_recent() {
        let platform = || setting("hotfix", "KB5001716", "", &[("installed", "2024-05-18")]);
        expect(
            vec![build(TEN), list("complete"), hotfix("2023-01-10"), platform()],
            Severity::Low,
            "old",
            "install ",
        );
        let future = || hotfix("2024-07-15");
        assert_eq!(judged(vec![build(TEN), list("complete"), future()], true), None);
        let both = vec![build(TEN), list("complete"), hotfix("2023-01-10"), future()];
        expect(both, Severity::Info, "unknown", "beyond ");
    }

    #[test]
    fn what_is_missing_is_not_guessed() {
        assert_eq!(judged(vec![build(TEN), list("complete"), hotfix("")], true), None);
        assert_eq!(judged(vec![build(TEN)], true), None);
        let old = || hotfix("2023-01-10");
        expect(
            vec![build(TEN), list("complete"), old(), setting("hotfix", "KB1", "", &[])],
            Severity::Info,
            "unknown",
            "undated ",
        );
        expect(vec![build(TEN), list("truncated"), old()], Severity::Info, "unknown", "cut ");
        let (severity, title, reasons) = judged(vec![build(TEN), list("complete"), old()], false).unwrap();
        assert_eq!((severity, title.as_str()), (Severity::Info, "unknown"));
        assert_eq!(reasons, "update no-clock hardening-source");
        // Two machines in one pile.
        assert_eq!(judged(vec![build(TEN), build("6.1.7601"), list("complete"), old()], true), None);
    }

    #[test]
    fn cumulative_updates_of_the_component_store_come_first() {
        let old = || vec![build(TEN), list("complete"), hotfix("2024-05-14")];
        let with = |record| old().into_iter().chain([record]).collect();
        expect(old(), Severity::Info, "recent", "");
        // What is listed may be an update of .NET.
        expect(with(rollup("112", "2023-01-11T02:00:00Z")), Severity::Low, "old", "install ");
        expect(with(rollup("installed", "2024-05-15")), Severity::Info, "recent", "");
        // One that is only staged is not in.
        expect(with(rollup("64", "2023-01-11T02:00:00Z")), Severity::Info, "recent", "");
    }

    #[test]
    fn the_log_of_windows_update_speaks_of_what_was_installed() {
        let windows = "2024-05 Cumulative Update for Microsoft server operating system (Windows) (KB5037782)";
        let old = || vec![build(TEN), rollup("112", "2023-01-11T02:00:00Z")];
        let with = |title| old().into_iter().chain([event("2024-05-15T03:00:00Z", title)]).collect();
        expect(with(windows), Severity::Info, "recent", "");
        for other in [
            "Security Intelligence Update for Windows Defender Antivirus - KB2267602",
            "2024-05 Cumulative Update for .NET Framework for Windows (KB5038282)",
            "Update for Office (KB5002000)",
            "2024-05 Update for Windows 10 Version 22H2 for x64-based Systems (KB4023057)",
        ] {
            expect(with(other), Severity::Low, "old", "install ");
        }
        // A log may have been cut: that it ends says nothing.
        let log = vec![build(TEN), event("2023-01-15T03:00:00Z", windows)];
        expect(log, Severity::Info, "unknown", "log ");
        // Without a manifest the newest event is the clock.
        let log = [old(), vec![event("2024-01-01T00:00:00Z", "Update for Office (KB5002000)")]].concat();
        assert_eq!(judged(log, false).unwrap().1, "old");
    }

    #[test]
    fn after_the_end_of_support_nothing_can_be_missing() {
        let seven = |installed| {
            let build = setting("os-build", "", "6.1.7601", &[("product", "Windows 7 Professional")]);
            vec![build, list("complete"), hotfix(installed)]
        };
        expect(seven("2020-01-15"), Severity::Info, "support", "support ");
        expect(seven("2016-05-01"), Severity::Low, "old", "support install ");
    }
}
