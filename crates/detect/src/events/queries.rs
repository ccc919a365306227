//! Event queries that a log shows: who waits for what, without the objects that wait.
//!
//! Programs ask WMI for events all day long, and permanent queries come back at each start of Windows: only a query that waits for a disguised
//! timer without anybody in sight, or for a tool that looks at the machine, is told.

use super::fields;
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id};
use crate::trigger::triggers;
use evidence::{Event, Evidence, WmiObject};
use intel::wql::canonical;
use std::collections::BTreeSet;

/// The queries that filters in the evidence have: those are judged as parts of subscriptions.
pub(super) fn judged(evidence: &Evidence) -> BTreeSet<String> {
    let filters = evidence.wmi_objects().filter(|(_, object)| object.is_filter());
    filters.filter_map(|(_, object)| object.text("Query")).map(canonical).collect()
}

/// Events 5859 and 5860 of WMI-Activity, and event 10 of WMI: `query` is what waits.
pub(super) fn query(
    event: &Event,
    query: &str,
    permanent: bool,
    judged: &BTreeSet<String>,
) -> Option<Finding> {
    if judged.contains(&canonical(query)) {
        return None;
    }
    let filter = WmiObject {
        properties: vec![evidence::Property {
            name: evidence::PropertyName::known("Query"),
            value: query.into(),
            state: evidence::State::Known,
        }],
        ..WmiObject::default()
    };
    let found = triggers([&filter]);
    if !(found.security_tool || permanent && found.periodic) {
        return None;
    }
    let mut finding = finding(Kind::Event, query, m::TITLE_QUERY.with([query.into()]));
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Possible);
    finding.action = Action::Review;
    finding.reasons = found.reasons;
    finding
        .reasons
        .push(if permanent { m::REASON_QUERY_PERMANENT } else { m::REASON_QUERY_TEMPORARY }.plain());
    finding.attack = vec!["T1546.003".to_owned()];
    finding.id = finding_id(Kind::Event, &["query"], &canonical(query));
    finding.subject = fields(event);
    Some(finding)
}
