//! The words of the package: what is known, what is not, and what would settle it.

use crate::messages as m;
use detect::Assessment;
use detect::assessment::{Kind, Severity, Stage, State};
use evidence::{Arg, Message};
use report::{Catalogue, Language, Shell, command_line};
use sample::Custody;
use std::fmt::Write as _;

/// How many findings the text names; the assessment has all.
const MAX_FINDINGS: usize = 40;

/// Something that is not known.
pub(super) struct Question {
    /// The stage that it belongs to.
    pub(super) stage: &'static str,
    /// What is not known, and what would settle it.
    pub(super) what: Message,
    /// The command that would, where there is one.
    pub(super) command: Option<String>,
}

/// What the assessment leaves open: unknown stages, evidence that is missing, and things that a person has to look at.
pub(super) fn questions(assessment: &Assessment, evidence: &[String]) -> Vec<Question> {
    let open = assessment.stages.iter().filter(|stage| stage.state == State::Unknown);
    let stages = open.map(|stage| Question {
        stage: stage.stage.as_str(),
        what: stage.summary.clone(),
        command: stage.next.as_ref().map(|next| command_line(next, evidence, Shell::native())),
    });
    let missing = assessment.missing.iter().map(|missing| Question {
        stage: Stage::Collect.as_str(),
        what: m::HANDOVER_MISSING.with([id("area", &missing.area).into(), missing.how.clone().into()]),
        command: None,
    });
    let unclear = assessment.findings.iter().filter(|finding| {
        finding.severity <= Severity::Medium && finding.confidence == detect::assessment::Confidence::Possible
    });
    let unclear = unclear.map(|finding| Question {
        stage: Stage::Locate.as_str(),
        what: m::HANDOVER_UNCLEAR.with([finding.title.clone().into(), Arg::from(finding.id.as_str())]),
        command: None,
    });
    stages.chain(missing).chain(unclear).collect()
}

/// A word of the vocabulary as a message.
fn id(prefix: &str, value: &impl serde::Serialize) -> Message {
    let word = serde_json::to_value(value).unwrap_or_default();
    Message::new(&format!("{prefix}-{}", word.as_str().unwrap_or_default()))
}

/// A message in words. Whoever opens the text follows no link that evidence put into it.
pub(super) fn say(language: Language, message: &Message) -> String {
    Catalogue::get(language).say(message)
}

/// What stands in the package without the password.
pub(super) fn readme() -> String {
    let lines = Language::ALL.map(|language| format!("{}\n", say(language, &m::HANDOVER_README.plain())));
    lines.join("\n")
}

/// The hand-over.
pub(super) fn text(
    assessment: &Assessment,
    questions: &[Question],
    custody: &Custody,
    language: Language,
) -> String {
    let say = |message: &Message| say(language, message);
    let mut text = String::new();
    let mut line = |line: &str| {
        let _ = writeln!(text, "{line}");
    };
    line(&say(&m::HANDOVER_TITLE.with([(&assessment.host.name).into()])));
    line(&say(&m::HANDOVER_PACKED
        .with([(&custody.packed).into(), custody.operator.as_deref().unwrap_or("?").into()])));
    line(&say(&m::HANDOVER_VERDICT.with([id("verdict", &assessment.verdict).into()])));
    line(&say(&if has_program(assessment) { m::HANDOVER_PROGRAM } else { m::HANDOVER_NO_PROGRAM }.plain()));

    line(&format!("\n{}", say(&m::HANDOVER_STAGES.plain())));
    for stage in &assessment.stages {
        let (name, state) = (id("stage", &stage.stage), id("state", &stage.state));
        line(&format!(
            "  {}",
            say(&m::HANDOVER_STAGE.with([name.into(), state.into(), stage.summary.clone().into(),]))
        ));
    }
    line(&format!("\n{}", say(&m::HANDOVER_FINDINGS.plain())));
    let worth: Vec<_> = assessment.findings.iter().filter(|f| f.severity <= Severity::Medium).collect();
    for finding in worth.iter().take(MAX_FINDINGS) {
        let severity = id("severity", &finding.severity);
        line(&format!(
            "  {}",
            say(&m::HANDOVER_FINDING.with([
                severity.into(),
                finding.title.clone().into(),
                Arg::from(finding.id.as_str()),
            ]))
        ));
    }
    if worth.is_empty() {
        line(&format!("  {}", say(&m::HANDOVER_NONE.plain())));
    } else if worth.len() > MAX_FINDINGS {
        line(&format!("  {}", say(&m::HANDOVER_MORE.with([(worth.len() - MAX_FINDINGS).into()]))));
    }
    let accounts = super::accounts(assessment);
    section(&mut line, &say(&m::HANDOVER_ACCOUNTS.plain()), accounts.iter().map(|name| visible(name)), &say);
    let exposed = assessment.exposure.accounts.iter().map(|account| {
        let uses = report::account_uses(Catalogue::get(language), account);
        format!("{}: {uses}", visible(&account.full_name()))
    });
    section(&mut line, &say(&m::HANDOVER_EXPOSED.plain()), exposed, &say);
    let duties = assessment.duties.iter().map(|duty| say(&duty.text));
    section(&mut line, &say(&m::HANDOVER_DUTIES.plain()), duties, &say);
    let neighbours = assessment.neighbours.iter().map(|name| visible(name));
    section(&mut line, &say(&m::HANDOVER_NEIGHBOURS.plain()), neighbours, &say);
    let open = questions.iter().flat_map(|question| {
        let command = question.command.as_ref().map(|command| format!("    {}", visible(command)));
        std::iter::once(say(&question.what)).chain(command)
    });
    section(&mut line, &say(&m::HANDOVER_QUESTIONS.plain()), open, &say);
    line(&format!("\n{}", say(&m::HANDOVER_CONTENTS.plain())));
    text
}

/// A heading and what stands under it, or that there is nothing.
fn section(
    line: &mut impl FnMut(&str),
    heading: &str,
    items: impl Iterator<Item = String>,
    say: &impl Fn(&Message) -> String,
) {
    line(&format!("\n{heading}"));
    let mut any = false;
    for item in items {
        any = true;
        line(&format!("  {item}"));
    }
    if !any {
        line(&format!("  {}", say(&m::HANDOVER_NONE.plain())));
    }
}

fn visible(text: &str) -> String {
    report::sanitize::visible(text).into_owned()
}

/// Whether a program is among what was found, in a file or packed into a script or class.
fn has_program(assessment: &Assessment) -> bool {
    assessment.findings.iter().filter(|finding| finding.severity <= Severity::Medium).any(|finding| {
        let packed = |layer: &deobfuscate::Layer| {
            layer.language == deobfuscate::Language::Binary && layer.text.starts_with("MZ")
        };
        finding.kind == Kind::File || finding.decoded.iter().any(|script| script.layers.iter().any(packed))
    })
}
