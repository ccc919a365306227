//! The same object read from several sources is one object.

use evidence::{Custody, Evidence, Seen, WmiObject, wmi};
use std::collections::BTreeMap;

/// A WMI object, and every record that shows it.
#[derive(Debug, Clone)]
pub(crate) struct Unified<'a> {
    /// The fullest reading.
    pub(crate) object: &'a WmiObject,
    /// The places of the records, in order.
    pub(crate) records: Vec<usize>,
    /// The namespace, from whichever source carries it.
    pub(crate) namespace: Option<String>,
}

/// Joins the readings of each object: same class and name without case, no contradiction in the namespace nor in any field that
/// both show.
pub(crate) fn unify(evidence: &Evidence) -> Vec<Unified<'_>> {
    let mut unified: Vec<Unified> = Vec::new();
    let mut by_identity: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    let exact = has_exact_records(evidence);
    for (record, object) in evidence.wmi_objects() {
        // What a listing leaves open, the records beside it under the same seal tell exactly.
        if exact && object.ambiguous && object.namespace.is_none() {
            continue;
        }
        let same = by_identity.entry(identity(object)).or_default();
        let joined = same.iter().copied().find(|at| {
            unified.get(*at).is_some_and(|other| {
                other.object.ambiguous == object.ambiguous
                    && namespaces_agree(other.namespace.as_deref(), object.namespace.as_deref())
                    && fields_agree(other.object, object)
            })
        });
        if let Some(other) = joined.and_then(|at| unified.get_mut(at)) {
            other.records.push(record);
            if known_fields(object) > known_fields(other.object) {
                other.object = object;
            }
            if other.namespace.is_none() {
                other.namespace.clone_from(&object.namespace);
            }
        } else {
            same.push(unified.len());
            unified.push(Unified { object, records: vec![record], namespace: object.namespace.clone() });
        }
    }
    unified
}

/// Whether all of the evidence is sealed, and a collector that read the machine itself wrote the subscriptions down as records too.
fn has_exact_records(evidence: &Evidence) -> bool {
    let is_live = |at: usize| {
        let record = evidence.records.get(at);
        let source = record.and_then(|record| usize::try_from(record.provenance.source).ok());
        source.and_then(|at| evidence.sources.get(at)).is_some_and(|source| source.format == "live")
    };
    evidence.custody == Custody::Verified
        && evidence.wmi_objects().any(|(at, object)| {
            object.namespace.as_deref().map(wmi::canonical_namespace).as_deref()
                == Some(wmi::SUBSCRIPTION_NAMESPACE)
                && is_live(at)
        })
}

fn identity(object: &WmiObject) -> (String, String) {
    let key = if object.is_binding() {
        let path = |name| object.reference(name).map(|path| path.canonical_relative()).unwrap_or_default();
        format!("{}\n{}", path("Filter"), path("Consumer"))
    } else {
        object.name().to_lowercase()
    };
    (object.class.to_lowercase(), key)
}

fn namespaces_agree(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => wmi::canonical_namespace(a) == wmi::canonical_namespace(b),
        // A listing without namespaces speaks of `root\subscription`.
        (Some(one), None) | (None, Some(one)) => wmi::canonical_namespace(one) == wmi::SUBSCRIPTION_NAMESPACE,
        (None, None) => true,
    }
}

fn fields_agree(a: &WmiObject, b: &WmiObject) -> bool {
    let fingerprints_speak = known_fields(a) == known_fields(b);
    if fingerprints_speak && a.fingerprint() == b.fingerprint() {
        return true;
    }
    a.properties.iter().all(|property| {
        let name = property.name.as_str();
        // Names, references and namespaces have many spellings; the identity has compared them.
        if ["Name", "TimerId", "CreatorSID", "Filter", "Consumer", "EventNamespace"]
            .iter()
            .any(|n| n.eq_ignore_ascii_case(name))
        {
            return true;
        }
        match (a.property(name), b.property(name)) {
            (Seen::Known(x), Seen::Known(y)) => {
                x.canonical() == y.canonical() || (x.is_empty() && is_zero(y)) || (is_zero(x) && y.is_empty())
            }
            _ => true,
        }
    })
}

/// Formats differ in whether they show null, zero or false for what was never set.
fn is_zero(value: &evidence::Value) -> bool {
    value.is_empty() || matches!(value.canonical().as_ref(), "0" | "false")
}

fn known_fields(object: &WmiObject) -> usize {
    object.properties.iter().filter(|property| property.state == evidence::State::Known).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{evidence_of, object};

    #[test]
    fn two_formats_of_one_object_are_one_and_a_changed_one_is_another() {
        let wmic = object(
            "CommandLineEventConsumer",
            &[("Name", "C"), ("CommandLineTemplate", "x.exe"), ("KillTimeout", "0")],
        );
        let mut mof = object("commandlineeventconsumer", &[("Name", "c"), ("CommandLineTemplate", "x.exe")]);
        mof.namespace = Some(r"root\subscription".into());
        let changed = object("CommandLineEventConsumer", &[("Name", "C"), ("CommandLineTemplate", "y.exe")]);
        let evidence = evidence_of([wmic, mof, changed]);
        let unified = unify(&evidence);
        let records: Vec<_> = unified.iter().map(|u| u.records.clone()).collect();
        assert_eq!(records, [vec![0, 1], vec![2]]);
        assert_eq!(unified[0].namespace.as_deref(), Some(r"root\subscription"));
    }

    #[test]
    fn what_a_listing_leaves_open_adds_nothing_to_sealed_records() {
        let mut exact =
            object("CommandLineEventConsumer", &[("Name", "C"), ("CommandLineTemplate", "x.exe")]);
        exact.namespace = Some(r"root\subscription".into());
        let mut listed = object("CommandLineEventConsumer", &[("Name", "C"), ("CommandLineTemplate", "x")]);
        listed.ambiguous = true;
        let mut evidence = evidence_of([exact, listed]);
        assert_eq!(unify(&evidence).len(), 2, "without a seal both count");
        evidence.custody = Custody::Verified;
        assert_eq!(unify(&evidence).len(), 2, "a listing without records is all that there is");
        evidence.sources = vec![evidence::Source {
            path: "PC-1".into(),
            member: None,
            sha256: None,
            length: 0,
            format: "live".into(),
        }];
        evidence.records.iter_mut().for_each(|record| record.provenance.source = 0);
        assert_eq!(unify(&evidence).len(), 1);
    }

    #[test]
    fn namespaces_keep_objects_apart() {
        let plain = object("__EventFilter", &[("Name", "F")]);
        let mut elsewhere = plain.clone();
        elsewhere.namespace = Some(r"root\default".into());
        assert_eq!(unify(&evidence_of([plain, elsewhere])).len(), 2);
    }
}
