//! Asking finding by finding what goes into a plan.

use crate::commands::receipt::{target_name, verb};
use crate::console::Console;
use crate::desk::{Answer, Asker};
use crate::error::Error;
use crate::messages as m;
use detect::Assessment;
use detect::assessment::Finding;
use intel::Intel;
use remediate::{Choice, Plan};
use std::fmt::Write as _;

/// What the person wants of what could be planned. What the content speaks for is a yes where only Enter is pressed, the rest a no.
pub(super) fn choose(
    assessment: &Assessment,
    intel: &Intel,
    mut choice: Choice,
    console: Console,
    asker: &mut dyn Asker,
) -> Result<Choice, Error> {
    let by_itself = remediate::plan(assessment, intel, &choice);
    let every = assessment.findings.iter().map(|finding| finding.id.clone());
    let all = Choice { include: every.collect(), ..choice.clone() };
    let possible = remediate::plan(assessment, intel, &all);
    for finding in &assessment.findings {
        if !asks_for(&possible, finding) {
            continue;
        }
        let planned = asks_for(&by_itself, finding);
        match asker.ask(&question(&possible, finding, console), planned) {
            Answer::Nobody => return Err(Error::Unanswered),
            Answer::Yes if !planned => {
                choice.include.insert(finding.id.clone());
            }
            Answer::No if planned => {
                choice.exclude.insert(finding.id.clone());
            }
            Answer::Yes | Answer::No => {}
        }
    }
    Ok(choice)
}

fn asks_for(plan: &Plan, finding: &Finding) -> bool {
    plan.actions.iter().any(|action| action.because.contains(&finding.id))
}

/// The finding with its reasons, and what would be done.
fn question(plan: &Plan, finding: &Finding, console: Console) -> String {
    let catalogue = console.catalogue();
    let severity = serde_json::to_value(finding.severity).unwrap_or_default();
    let severity = catalogue.word_for(&format!("severity-{}", severity.as_str().unwrap_or_default()));
    let mut text = format!("\n{}: {} ({})\n", severity, catalogue.say(&finding.title), finding.id);
    for reason in &finding.reasons {
        let _ = writeln!(text, "  - {}", catalogue.say(reason));
    }
    for action in plan.actions.iter().filter(|action| action.because.contains(&finding.id)) {
        let verb = catalogue.line(&verb(action.verb).plain());
        let _ = writeln!(text, "  {verb} {}", catalogue.line(&target_name(&action.target)));
    }
    text + &catalogue.line(&m::ASK_PLAN.plain())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::clean::tests::{Script, assessed, infected};
    use report::Language;
    use std::collections::BTreeSet;

    /// The targets that are planned after these answers, and what was asked. Whatever else is asked is left out.
    fn planned(answers: &[Answer]) -> (Vec<String>, Vec<String>) {
        let assessment = assessed(infected());
        let mut asker = Script::new(&[answers, &[Answer::No; 20]].concat());
        let console = Console::plain(Language::English);
        let choice = Choice::default();
        let choice = choose(&assessment, Intel::builtin(), choice, console, &mut asker).unwrap();
        let plan = remediate::plan(&assessment, Intel::builtin(), &choice);
        let names: BTreeSet<_> = plan.actions.iter().map(|action| action.target.name()).collect();
        (names.into_iter().collect(), asker.asked)
    }

    #[test]
    fn each_finding_that_can_be_planned_is_asked_once_and_the_answer_counts() {
        let (names, asked) = planned(&[Answer::Yes, Answer::Yes, Answer::No, Answer::No]);
        insta::assert_snapshot!(asked.join("\n"));
        assert!(names.iter().any(|name| name == "Bad"), "the service was not planned by itself: {names:?}");
        assert!(!names.iter().any(|name| name.contains("Strange") || name.contains("scm")), "{names:?}");
        let (names, _) = planned(&[Answer::No, Answer::No, Answer::No, Answer::Yes]);
        assert!(names.iter().all(|name| name.contains("Strange") || name.contains("probe")), "{names:?}");
    }

    #[test]
    fn who_stops_answering_gets_no_plan() {
        let assessment = assessed(infected());
        let mut asker = Script::new(&[Answer::Yes]);
        let console = Console::plain(Language::English);
        let choice = Choice::default();
        let ended = choose(&assessment, Intel::builtin(), choice, console, &mut asker);
        assert!(matches!(ended, Err(Error::Unanswered)));
    }
}
