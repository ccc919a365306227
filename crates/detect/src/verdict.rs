//! The verdict of a host, by the rules of `docs/contracts.md`.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity, Verdict};
use evidence::Coverage;

/// The verdict for these findings and this coverage.
pub(crate) fn verdict(findings: &[Finding], coverage: &Coverage) -> Verdict {
    let about_infection = || findings.iter().filter(|finding| speaks_of_infection(finding));
    let infected = about_infection().any(|finding| {
        finding.severity <= Severity::High
            && finding.confidence <= Confidence::Likely
            && finding.action != Action::AskOwner
    });
    let suspicious = about_infection()
        .any(|finding| finding.severity <= Severity::Medium || finding.action == Action::AskOwner);
    if infected {
        Verdict::Infected
    } else if suspicious {
        Verdict::Suspicious
    } else if coverage.subscriptions_complete() {
        Verdict::Clean
    } else {
        Verdict::Inconclusive
    }
}

/// Whether the finding is about a miner or persistence; the others set their own stages only.
pub(crate) fn speaks_of_infection(finding: &Finding) -> bool {
    !matches!(finding.kind, Kind::Patch | Kind::Hardening | Kind::StockMissing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages as m;
    use crate::subject::finding;
    use evidence::{Area, ReadState};

    fn with(kind: Kind, severity: Severity, confidence: Confidence, action: Action) -> Finding {
        Finding { severity, confidence, action, ..finding(kind, "x", m::REASON_NO_BINDING.plain()) }
    }

    fn complete() -> Coverage {
        let mut coverage = Coverage::default();
        for area in [Area::EventFilters, Area::EventConsumers, Area::Bindings] {
            coverage.add(area, ReadState::Complete);
        }
        coverage
    }

    #[test]
    fn the_rules_row_by_row() {
        use Action::{AskOwner, Remove, Review};
        use Confidence::{Certain, Likely, Possible};
        use Severity::{Critical, High, Low, Medium};
        let rows = [
            (Kind::Subscription, Critical, Certain, Remove, Verdict::Infected),
            (Kind::Subscription, High, Likely, Remove, Verdict::Infected),
            (Kind::Subscription, High, Possible, Review, Verdict::Suspicious),
            (Kind::Task, Medium, Certain, Review, Verdict::Suspicious),
            (Kind::Task, High, Certain, AskOwner, Verdict::Suspicious),
            (Kind::Orphan, Low, Certain, Review, Verdict::Clean),
            (Kind::Patch, High, Certain, Action::Patch, Verdict::Clean),
            (Kind::Hardening, Medium, Certain, Action::Harden, Verdict::Clean),
            (Kind::StockMissing, Medium, Certain, Action::Restore, Verdict::Clean),
        ];
        for (kind, severity, confidence, action, expected) in rows {
            let finding = with(kind, severity, confidence, action);
            assert_eq!(verdict(&[finding], &complete()), expected, "{kind:?} {severity:?} {confidence:?}");
        }
    }

    #[test]
    fn clean_is_said_only_of_what_was_read() {
        assert_eq!(verdict(&[], &complete()), Verdict::Clean);
        let mut partly = Coverage::default();
        assert_eq!(verdict(&[], &Coverage::default()), Verdict::Inconclusive);
        partly.add(Area::EventFilters, ReadState::Complete);
        partly.add(Area::EventConsumers, ReadState::Partial);
        partly.add(Area::Bindings, ReadState::Complete);
        assert_eq!(verdict(&[], &partly), Verdict::Inconclusive);
    }
}
