//! Where each stage of the workflow stands.

use crate::assessment::{Action, Finding, Kind, Next, Severity, Stage, StageState, State, Verdict};
use crate::messages as m;
use crate::prevent::Counts;
use crate::verdict::speaks_of_infection;
use evidence::{Area, Coverage, Custody, Message};

/// What the stages follow from.
pub(crate) struct Basis<'a> {
    pub(crate) host: &'a str,
    pub(crate) verdict: Verdict,
    pub(crate) findings: &'a [Finding],
    pub(crate) coverage: &'a Coverage,
    pub(crate) custody: Custody,
    pub(crate) neighbours: usize,
    pub(crate) patch: &'a Standing,
    pub(crate) prevention: Counts,
    pub(crate) duties: usize,
}

/// All eight stages, in order.
pub(crate) fn stages(basis: &Basis) -> Vec<StageState> {
    Stage::ALL
        .into_iter()
        .map(|stage| {
            let (state, summary, next) = match stage {
                Stage::Confirm => confirm(basis),
                Stage::Patch => basis.patch.clone(),
                Stage::Collect => collect(basis.custody),
                Stage::Compare => compare(basis),
                Stage::Locate => locate(basis),
                Stage::Remove => remove(basis),
                Stage::Verify => (State::Unknown, m::STAGE_VERIFY_UNKNOWN.plain(), None),
                Stage::Prevent => prevent(basis),
            };
            StageState { stage, state, summary, next }
        })
        .collect()
}

/// Where a stage stands, why, and what comes next.
pub(crate) type Standing = (State, Message, Option<Next>);

fn confirm(basis: &Basis) -> Standing {
    let count =
        basis.findings.iter().filter(|f| speaks_of_infection(f) && f.severity <= Severity::Medium).count();
    match basis.verdict {
        Verdict::Infected => {
            (State::Act, m::STAGE_CONFIRM_INFECTED.with([count.into()]), Some(full_report()))
        }
        Verdict::Suspicious => {
            (State::Act, m::STAGE_CONFIRM_SUSPICIOUS.with([count.into()]), Some(full_report()))
        }
        Verdict::Clean => (State::Ok, m::STAGE_CONFIRM_CLEAN.plain(), None),
        Verdict::Inconclusive => {
            (State::Unknown, m::STAGE_CONFIRM_UNKNOWN.plain(), Some(export_subscriptions()))
        }
    }
}

fn collect(custody: Custody) -> Standing {
    match custody {
        Custody::Verified => (State::Ok, m::STAGE_COLLECT_OK.plain(), None),
        Custody::Broken => (State::Act, m::STAGE_COLLECT_BROKEN.plain(), None),
        Custody::Unsealed => (State::Unknown, m::STAGE_COLLECT_UNKNOWN.plain(), None),
    }
}

fn compare(basis: &Basis) -> Standing {
    let compared = |finding: &&Finding| {
        matches!(
            finding.kind,
            Kind::Subscription | Kind::Orphan | Kind::StockMissing | Kind::ConsumerClass | Kind::ClassStore
        ) && finding.severity < Severity::Info
            // What is gone differs no longer.
            && finding.action != Action::None
    };
    let count = basis.findings.iter().filter(compared).count();
    if count > 0 {
        (State::Act, m::STAGE_COMPARE_DIFFERS.with([count.into()]), Some(full_report()))
    } else if basis.coverage.subscriptions_complete() {
        (State::Ok, m::STAGE_COMPARE_OK.plain(), None)
    } else {
        (State::Unknown, m::STAGE_COMPARE_UNKNOWN.plain(), Some(export_subscriptions()))
    }
}

fn locate(basis: &Basis) -> Standing {
    let count =
        basis.findings.iter().filter(|f| speaks_of_infection(f) && f.severity <= Severity::Medium).count();
    let read_all =
        [Area::Tasks, Area::Services, Area::Autostarts].iter().all(|area| basis.coverage.is_complete(*area));
    if count > 0 {
        (State::Act, m::STAGE_LOCATE_FOUND.with([count.into()]), Some(full_report()))
    } else if read_all && basis.coverage.subscriptions_complete() {
        (State::Ok, m::STAGE_LOCATE_OK.plain(), None)
    } else {
        (State::Unknown, m::STAGE_LOCATE_UNKNOWN.plain(), Some(Next::OnMachine(AUTORUNS.to_owned())))
    }
}

fn remove(basis: &Basis) -> Standing {
    let wanted = |action: Action| basis.findings.iter().filter(|f| f.action == action).count();
    let certain = wanted(Action::Remove) + wanted(Action::Restore);
    let open = basis
        .findings
        .iter()
        .filter(|f| matches!(f.action, Action::Review | Action::AskOwner) && f.severity <= Severity::Medium)
        .filter(|f| !matches!(f.kind, Kind::Patch | Kind::Hardening))
        .count();
    if certain > 0 {
        (State::Act, m::STAGE_REMOVE_ACT.with([certain.into()]), Some(plan(basis)))
    } else if open > 0 {
        (State::Act, m::STAGE_REMOVE_REVIEW.with([open.into()]), Some(full_report()))
    } else if basis.verdict == Verdict::Inconclusive {
        (State::Unknown, m::STAGE_REMOVE_UNKNOWN.plain(), None)
    } else {
        (State::Ok, m::STAGE_REMOVE_OK.plain(), None)
    }
}

fn prevent(basis: &Basis) -> Standing {
    if basis.neighbours > 0 {
        return (State::Act, m::STAGE_PREVENT_NEIGHBOURS.with([basis.neighbours.into()]), None);
    }
    let Counts { met, open, unknown } = basis.prevention;
    if basis.duties > 0 {
        let summary = m::STAGE_PREVENT_DUTIES.with([basis.duties.into(), open.into()]);
        return (State::Act, summary, Some(full_report()));
    }
    match (open, met, unknown) {
        (0, 0, _) => (State::Unknown, m::STAGE_PREVENT_UNKNOWN.plain(), None),
        (0, met, 0) => (State::Ok, m::STAGE_PREVENT_OK.with([met.into()]), None),
        (0, met, unknown) => {
            (State::Unknown, m::STAGE_PREVENT_PARTLY.with([met.into(), unknown.into()]), None)
        }
        (gaps, _, unknown) => {
            let summary = m::STAGE_PREVENT_GAPS.with([gaps.into(), unknown.into()]);
            (State::Act, summary, Some(full_report()))
        }
    }
}

/// Every autostart place with hashes and signatures, hidden Microsoft entries included.
const AUTORUNS: &str = "autorunsc64.exe -accepteula -nobanner -a * -c -h -s * > autoruns.csv";

/// The report that shows every finding with its evidence.
pub(crate) fn full_report() -> Next {
    let words = ["check", "{evidence}", "--format", "html", "--output", "report.html"];
    Next::Deminer(words.map(str::to_owned).to_vec())
}

fn plan(basis: &Basis) -> Next {
    let words = ["plan", "{evidence}", "--host", basis.host, "--output", "plan.json"];
    Next::Deminer(words.map(str::to_owned).to_vec())
}

fn export_subscriptions() -> Next {
    let parts = [
        ("__EventFilter", "EventFilter.txt"),
        ("__EventConsumer", "EventConsumer.txt"),
        ("__FilterToConsumerBinding", "FilterToConsumerBinding.txt"),
    ];
    let commands = parts.map(|(class, file)| {
        format!("Get-WmiObject -Namespace root\\subscription -Class {class} | Format-List * | Out-File -Width 1000000 {file}")
    });
    Next::OnMachine(format!("powershell -NoProfile -Command \"{}\"", commands.join("; ")))
}
