//! From an assessment to a plan.

use super::{Action, Plan, PlanEvidence, PlanHost, Precondition, Refusal, Target, Verb, phase, steps};
use crate::messages as m;
use crate::update::{self, UpdatePackage};
use detect::Assessment;
use detect::assessment::{Action as Advice, Confidence, Finding, Stage, State};
use intel::Intel;
use machine::Architecture;
use std::collections::{BTreeMap, BTreeSet};

/// What a person wants besides the default: findings by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Findings that are to be answered though their content alone does not ask for it.
    pub include: BTreeSet<String>,
    /// Findings that are to be left alone.
    pub exclude: BTreeSet<String>,
    /// Packages that may be installed where a finding asks for their update.
    pub updates: Vec<UpdatePackage>,
    /// The instruction set of the machine, where it is known.
    pub architecture: Option<Architecture>,
}

/// An action under construction, keyed by its place in the order: two findings may ask for the same one.
type Actions = BTreeMap<(u8, u16, Target, Verb), Action>;

/// Makes the plan that answers an assessment.
///
/// By default it answers what the content itself speaks for: findings with the advice `remove` that are more than `possible`, and stock
/// entries that are missing. What is stock is never in it, whatever is chosen.
pub fn plan(assessment: &Assessment, intel: &Intel, choice: &Choice) -> Plan {
    let mut actions = Actions::new();
    let mut refused = Vec::new();
    let mut evidence = BTreeSet::new();
    let depths = depths(&assessment.findings);
    for finding in &assessment.findings {
        // Whoever names packages wants them installed.
        let patches = !choice.updates.is_empty() && update::asks(finding);
        let on_content = speaks_for_itself(finding) || (patches && update::is_sure(finding));
        if !on_content && !patches && !choice.include.contains(&finding.id) {
            continue;
        }
        if choice.exclude.contains(&finding.id) {
            refused.push(Refusal { finding: finding.id.clone(), why: m::REFUSE_EXCLUDED.plain() });
            continue;
        }
        let steps = if update::asks(finding) {
            let step = update::step(finding, assessment, choice);
            vec![step.map_err(|unfit| steps::no_update(finding, unfit))]
        } else {
            steps::of(finding, intel)
        };
        for (at, step) in steps.into_iter().enumerate() {
            match step {
                Ok((verb, target, precondition)) => {
                    let action = action(finding, verb, target, precondition, on_content);
                    add(&mut actions, action, &depths, at);
                }
                Err(why) => refused.push(Refusal { finding: finding.id.clone(), why }),
            }
        }
        evidence.extend(finding.evidence.iter().map(|place| {
            let member = place.member.as_ref().map(|member| format!("!{member}")).unwrap_or_default();
            (format!("{}{member}", place.source), place.sha256.clone())
        }));
    }
    let known: BTreeSet<_> = assessment.findings.iter().map(|finding| finding.id.as_str()).collect();
    for id in choice.include.iter().chain(&choice.exclude).filter(|id| !known.contains(id.as_str())) {
        refused.push(Refusal { finding: id.clone(), why: m::REFUSE_NO_FINDING.with([id.into()]) });
    }
    let patch = assessment.stages.iter().find(|stage| stage.stage == Stage::Patch);
    Plan {
        schema: Plan::SCHEMA.to_owned(),
        host: PlanHost { id: assessment.host.id.clone(), name: assessment.host.name.clone() },
        evidence: evidence.into_iter().map(|(source, sha256)| PlanEvidence { source, sha256 }).collect(),
        patch: patch.map_or(State::Unknown, |stage| stage.state),
        actions: actions.into_values().collect(),
        refused,
    }
}

impl Plan {
    /// Takes out what is named: actions by their own ids, or every action that only these findings ask for.
    pub fn leave_out(&mut self, ids: &BTreeSet<String>) {
        let mut unknown: BTreeSet<&String> = ids.iter().collect();
        self.actions.retain(|action| {
            unknown.retain(|id| **id != action.id && !action.because.contains(id));
            let by_finding =
                !action.because.is_empty() && action.because.iter().all(|finding| ids.contains(finding));
            !ids.contains(&action.id) && !by_finding
        });
        self.refused.extend(ids.iter().map(|id| {
            let why = if unknown.contains(id) {
                m::REFUSE_NO_FINDING.with([id.into()])
            } else {
                m::REFUSE_EXCLUDED.plain()
            };
            Refusal { finding: id.clone(), why }
        }));
    }

    /// Whether something that ought to go is not in the plan: neither left out by choice nor a part of Windows.
    pub fn leaves_something(&self) -> bool {
        let harmless = [m::REFUSE_EXCLUDED.id, m::REFUSE_STOCK.id, m::REFUSE_STOCK_CLASS.id];
        self.refused.iter().any(|refusal| !harmless.contains(&refusal.why.id.as_str()))
    }
}

fn speaks_for_itself(finding: &Finding) -> bool {
    match finding.action {
        Advice::Remove => finding.confidence != Confidence::Possible,
        Advice::Restore => true,
        Advice::Review | Advice::AskOwner | Advice::Patch | Advice::Harden | Advice::None => false,
    }
}

fn action(
    finding: &Finding,
    verb: Verb,
    target: Target,
    precondition: Precondition,
    on_content: bool,
) -> Action {
    Action {
        id: Action::id_of(verb, &target),
        backup: backup_words(verb, &target),
        check: check_word(verb).to_owned(),
        because: vec![finding.id.clone()],
        reason: finding.title.clone(),
        on_content,
        at_reboot: verb == Verb::Disable && steps::is_driver(finding),
        verb,
        target,
        precondition,
    }
}

fn add(actions: &mut Actions, action: Action, depths: &BTreeMap<String, u16>, at: usize) {
    let depth = match (&action.target, action.verb) {
        // Services are set up in the order in which the facts have them.
        (Target::Service { .. }, Verb::Harden) => u16::try_from(at).unwrap_or(u16::MAX),
        (Target::WmiClass { class, .. }, _) => {
            // Subclasses go before the classes that they derive from.
            u16::MAX - depths.get(&class.to_lowercase()).copied().unwrap_or_default()
        }
        _ => 0,
    };
    let key = (phase(action.verb, &action.target), depth, action.target.clone(), action.verb);
    match actions.get_mut(&key) {
        Some(known) => {
            known.because.extend(action.because);
            known.because.sort();
            known.because.dedup();
            known.on_content |= action.on_content;
            known.at_reboot |= action.at_reboot;
            // What one finding knows of the object must hold as well as what another does.
            known.precondition.fields.extend(action.precondition.fields);
            known.precondition.unbound |= action.precondition.unbound;
        }
        None => {
            actions.insert(key, action);
        }
    }
}

/// How deep each class store derives from other class stores.
fn depths(findings: &[Finding]) -> BTreeMap<String, u16> {
    let text = |finding: &Finding, name: &str| {
        finding.subject.get(name).and_then(serde_json::Value::as_str).map(str::to_lowercase)
    };
    let supers: BTreeMap<String, Option<String>> = findings
        .iter()
        .filter_map(|finding| Some((text(finding, "__CLASS")?, text(finding, "__SUPERCLASS"))))
        .collect();
    let depth = |class: &String| {
        let mut at = class;
        let mut depth = 0;
        while let Some(Some(above)) = supers.get(at) {
            if depth as usize > supers.len() {
                break;
            }
            (at, depth) = (above, depth + 1);
        }
        depth
    };
    supers.keys().map(|class| (class.clone(), depth(class))).collect()
}

/// What is kept of a target before it is touched, in words for the plan's reader.
pub(crate) fn backup_words(verb: Verb, target: &Target) -> Vec<String> {
    let words: &[&str] = match (verb, target) {
        (Verb::Contain | Verb::Restore, _) => &[],
        (_, Target::WmiInstance { .. } | Target::WmiClass { .. }) => &["json", "mof"],
        (_, Target::Service { .. }) => &["json", "configuration"],
        (_, Target::Task { .. }) => &["json", "xml"],
        (_, Target::RegistryValue { .. }) => &["json", "value"],
        (_, Target::File { .. }) => &["json", "quarantine"],
        (
            _,
            Target::Process { .. }
            | Target::StockEntry { .. }
            | Target::Setting { .. }
            | Target::Update { .. },
        ) => &["json"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// How an action is proven, in a word for the plan's reader.
pub(crate) const fn check_word(verb: Verb) -> &'static str {
    match verb {
        Verb::Contain | Verb::Restore => "present",
        Verb::Suspend => "accepted",
        Verb::Disable => "disabled",
        Verb::End | Verb::Remove => "absent",
        Verb::Reset | Verb::Harden => "equals",
        Verb::Patch => "installed",
    }
}
