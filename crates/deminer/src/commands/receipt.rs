//! What became of actions, and how they stand, for people and for programs.

use crate::args::ReceiptFormat;
use crate::console::Console;
use crate::desk::Desk;
use crate::error::Error;
use crate::messages as m;
use evidence::{Message, MessageSpec};
use jiff::Timestamp;
use machine::Machine;
use remediate::{
    Action, ActionReceipt, Again, Found, Now, Outcome, Plan, PlanHost, Receipt, Run, Target, Unread, Verb,
    Verification, Verified,
};
use report::sanitize::visible;
use report::{Catalogue, safe_json};
use serde::Serialize;
use std::io::{self, Write};

/// The name of a verb.
pub(crate) const fn verb(verb: Verb) -> MessageSpec {
    match verb {
        Verb::Contain => m::VERB_CONTAIN,
        Verb::Suspend => m::VERB_SUSPEND,
        Verb::Disable => m::VERB_DISABLE,
        Verb::End => m::VERB_END,
        Verb::Remove => m::VERB_REMOVE,
        Verb::Reset => m::VERB_RESET,
        Verb::Restore => m::VERB_RESTORE,
        Verb::Patch => m::VERB_PATCH,
        Verb::Harden => m::VERB_HARDEN,
    }
}

const fn outcome(outcome: Outcome) -> MessageSpec {
    match outcome {
        Outcome::Planned => m::OUTCOME_PLANNED,
        Outcome::Done => m::OUTCOME_DONE,
        Outcome::AtRestart => m::OUTCOME_AT_RESTART,
        Outcome::AsItShould => m::OUTCOME_AS_IT_SHOULD,
        Outcome::Refused => m::OUTCOME_REFUSED,
        Outcome::HeldBack => m::OUTCOME_HELD_BACK,
        Outcome::Failed => m::OUTCOME_FAILED,
        Outcome::Unknown => m::OUTCOME_UNKNOWN,
    }
}

const fn run(run: Run) -> MessageSpec {
    match run {
        Run::DryRun => m::RUN_DRY,
        Run::Apply => m::RUN_APPLY,
        Run::Resume => m::RUN_RESUME,
        Run::Purge => m::RUN_PURGE,
        Run::Undo => m::RUN_UNDO,
        Run::Verify => m::RUN_VERIFY,
    }
}

/// The first line of what is told of a run.
pub(crate) fn heading(out: &mut dyn Write, what: Run, host: &str, console: Console) -> io::Result<()> {
    let bold = console.heading();
    let host = visible(host).into_owned();
    writeln!(out, "{bold}{}{bold:#}", console.catalogue().line(&run(what).with([host.into()])))
}

/// One action: what became of it, and why where that is not plain from it.
pub(crate) fn action_line(
    out: &mut dyn Write,
    receipt: &ActionReceipt,
    catalogue: &Catalogue,
) -> io::Result<()> {
    let is_undone = receipt.outcome == Outcome::Done && receipt.message.id.starts_with("undo-");
    let spec = if is_undone { m::OUTCOME_UNDONE } else { outcome(receipt.outcome) };
    let word = catalogue.line(&spec.plain());
    named(out, &receipt.id, receipt.verb, &receipt.target, &word, catalogue)?;
    // That what was done is done need not be said twice.
    let speaks = ["undo-disarmed", "outcome-stands-still", "outcome-done-no-mof"];
    let plain = receipt.message.args.is_empty()
        && matches!(receipt.outcome, Outcome::Done | Outcome::Planned)
        && !speaks.contains(&receipt.message.id.as_str());
    if plain { Ok(()) } else { detail(out, &catalogue.line(&receipt.message)) }
}

/// What is said of an action of a plan: why, and how it is made safe.
pub(crate) fn reasons(out: &mut dyn Write, action: &Action, catalogue: &Catalogue) -> io::Result<()> {
    let because = action.because.iter().map(|id| visible(id).into_owned());
    let reason = action.reason.clone();
    detail(out, &catalogue.line(&m::ACTION_REASON.with([reason.into(), catalogue.list(because).into()])))?;
    let word = |word: &str| match safety(word) {
        Some(spec) => catalogue.line(&spec.plain()),
        None => visible(word).into_owned(),
    };
    let backup = match action.backup.as_slice() {
        [] => catalogue.line(&m::ACTION_NO_BACKUP.plain()),
        words => catalogue.list(words.iter().map(|own| word(own))),
    };
    detail(out, &catalogue.line(&m::ACTION_SAFETY.with([backup.into(), word(&action.check).into()])))
}

/// What a plan's word for a backup or a check means.
fn safety(word: &str) -> Option<MessageSpec> {
    Some(match word {
        "json" => m::BACKUP_JSON,
        "mof" => m::BACKUP_MOF,
        "configuration" => m::BACKUP_CONFIGURATION,
        "xml" => m::BACKUP_XML,
        "value" => m::BACKUP_VALUE,
        "quarantine" => m::BACKUP_QUARANTINE,
        "present" => m::CHECK_PRESENT,
        "accepted" => m::CHECK_ACCEPTED,
        "disabled" => m::CHECK_DISABLED,
        "absent" => m::CHECK_ABSENT,
        "equals" => m::CHECK_EQUALS,
        "by hand" => m::CHECK_BY_HAND,
        _ => return None,
    })
}

/// What a run comes to.
pub(crate) fn summary(out: &mut dyn Write, receipt: &Receipt, catalogue: &Catalogue) -> io::Result<()> {
    let count =
        |wanted: &[Outcome]| receipt.actions.iter().filter(|action| wanted.contains(&action.outcome)).count();
    let numbers = [
        (m::SUM_PLANNED, count(&[Outcome::Planned])),
        (m::SUM_DONE, count(&[Outcome::Done])),
        (m::SUM_AS_IT_SHOULD, count(&[Outcome::AsItShould])),
        (m::SUM_AT_RESTART, count(&[Outcome::AtRestart])),
        (m::SUM_HELD_BACK, count(&[Outcome::HeldBack])),
        (m::SUM_LEFT, count(&[Outcome::Refused, Outcome::Failed, Outcome::Unknown])),
    ];
    let said = numbers.into_iter().filter(|(_, count)| *count > 0);
    let words: Vec<_> = said.map(|(spec, count)| catalogue.line(&spec.with([count.into()]))).collect();
    let sum = if words.is_empty() { catalogue.line(&m::SUM_NOTHING.plain()) } else { catalogue.list(words) };
    writeln!(out, "{sum}")?;
    if let Some(stopped) = &receipt.stopped {
        writeln!(out, "{}", catalogue.line(&m::STOPPED.with([stopped.clone().into()])))?;
    }
    Ok(())
}

/// What a verification comes to.
pub(crate) fn verification_summary(
    out: &mut dyn Write,
    verification: &Verification,
    catalogue: &Catalogue,
) -> io::Result<()> {
    let holds = |action: &&Verified| matches!(action.now, Now::Gone | Now::Kept | Now::Undone);
    let held = verification.actions.iter().filter(holds).count();
    let other = verification.actions.len() - held;
    let sum = if other == 0 {
        m::VERIFY_PASSED.with([held.into()])
    } else {
        m::VERIFY_FAILED.with([held.into(), other.into()])
    };
    writeln!(out, "{}", catalogue.line(&sum))?;
    if let Some(again) = &verification.again {
        read_again(out, again, catalogue)?;
    }
    match &verification.stopped {
        Some(stopped) => writeln!(out, "{}", catalogue.line(&m::STOPPED.with([stopped.clone().into()]))),
        None => Ok(()),
    }
}

/// What reading the whole machine once more showed.
fn read_again(out: &mut dyn Write, again: &Again, catalogue: &Catalogue) -> io::Result<()> {
    let say = |out: &mut dyn Write, message: &Message| writeln!(out, "{}", catalogue.line(message));
    match (&again.failed, again.found.as_slice()) {
        (Some(why), _) => say(out, &m::AGAIN_FAILED.with([why.clone().into()]))?,
        (None, []) => say(out, &m::AGAIN_NOTHING.plain())?,
        (None, found) => say(out, &m::AGAIN_FOUND.with([(found.len() as u64).into()]))?,
    }
    for found in &again.found {
        writeln!(out, "  {}  {}", visible(&found.finding), catalogue.say(&found.title))?;
    }
    if again.unread.is_empty() {
        return Ok(());
    }
    let areas = catalogue.list(again.unread.iter().map(|unread| {
        let area = catalogue.word_for(&format!("area-{}", unread.area.as_str()));
        if unread.partly { catalogue.line(&Message::new("partly-read").with("area", area)) } else { area }
    }));
    say(out, &m::AGAIN_UNREAD.with([areas.into()]))
}

/// How an action stands.
pub(crate) fn verified_line(
    out: &mut dyn Write,
    verified: &Verified,
    catalogue: &Catalogue,
) -> io::Result<()> {
    let word = catalogue.line(
        &match verified.now {
            Now::Gone => m::NOW_GONE,
            Now::Kept => m::NOW_KEPT,
            Now::Back => m::NOW_BACK,
            Now::Changed => m::NOW_CHANGED,
            Now::AtRestart => m::NOW_AT_RESTART,
            Now::NotDone => m::NOW_NOT_DONE,
            Now::Undone => m::NOW_UNDONE,
            Now::Unknown => m::NOW_UNKNOWN,
        }
        .plain(),
    );
    named(out, &verified.id, verified.verb, &verified.target, &word, catalogue)?;
    match verified.now {
        Now::Gone | Now::Kept | Now::Undone => Ok(()),
        _ => detail(out, &catalogue.line(&verified.message)),
    }?;
    verified.by.iter().try_for_each(|by| detail(out, &catalogue.say(by)))
}

fn named(
    out: &mut dyn Write,
    id: &str,
    what: Verb,
    target: &Target,
    word: &str,
    catalogue: &Catalogue,
) -> io::Result<()> {
    let verb = catalogue.line(&verb(what).plain());
    writeln!(out, "  {}  {word}: {verb} {}", visible(id), catalogue.line(&target_name(target)))
}

/// What an action is done to, with its kind where the name does not show it.
pub(crate) fn target_name(target: &Target) -> Message {
    // That of the firewall rule of a containment says all there is to say.
    if let Target::Setting { setting, name } = target
        && setting == remediate::CONTAINMENT
    {
        return m::TARGET_PLAIN.with([name.into()]);
    }
    let spec = match target {
        Target::Service { .. } => m::TARGET_SERVICE,
        Target::Task { .. } => m::TARGET_TASK,
        Target::StockEntry { .. } => m::TARGET_STOCK,
        _ => m::TARGET_PLAIN,
    };
    spec.with([target.name().into()])
}

fn detail(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "                {text}")
}

/// A receipt as a program reads it: that of the case folder, with every message in words, and what the run comes to.
#[derive(Serialize)]
struct ReceiptView<'a> {
    schema: &'a str,
    host: &'a remediate::PlanHost,
    run: Run,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a str>,
    started: Timestamp,
    finished: Timestamp,
    complete: bool,
    needs_restart: bool,
    actions: Vec<Worded<'a, ActionReceipt>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<StoppedView<'a>>,
    /// What a dry run was about: reasons, preconditions, backups and checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'a Plan>,
}

/// Something with a message, and the message in words.
#[derive(Serialize)]
struct Worded<'a, T> {
    #[serde(flatten)]
    item: &'a T,
    text: String,
    /// What is said besides, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by_text: Vec<String>,
}

impl<'a, T> Worded<'a, T> {
    const fn new(item: &'a T, text: String) -> Self {
        Self { item, text, by_text: Vec::new() }
    }
}

#[derive(Serialize)]
struct StoppedView<'a> {
    message: &'a Message,
    text: String,
}

impl<'a> StoppedView<'a> {
    fn new(message: &'a Message, catalogue: &Catalogue) -> Self {
        Self { message, text: catalogue.text(message) }
    }
}

/// Something that is otherwise than at the look before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// When that was seen.
    pub time: Timestamp,
    /// The action.
    pub id: String,
    /// How it stood.
    pub from: Now,
    /// How it stands.
    pub to: Now,
}

/// Something that was not there at the first look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Arrival {
    /// When it was seen.
    pub time: Timestamp,
    /// What it is.
    pub target: Target,
}

/// One thing that is new.
pub(crate) fn arrival_line(out: &mut dyn Write, new: &Arrival, catalogue: &Catalogue) -> io::Result<()> {
    let what = m::ARRIVED.with([new.time.to_string().into(), target_name(&new.target).into()]);
    writeln!(out, "{}", catalogue.line(&what))
}

/// A verification as a program reads it.
#[derive(Serialize)]
struct VerificationView<'a> {
    schema: &'a str,
    host: &'a remediate::PlanHost,
    case: &'a str,
    time: Timestamp,
    passed: bool,
    actions: Vec<Worded<'a, Verified>>,
    /// What reading the whole machine once more showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<AgainView<'a>>,
    /// What changed while it was watched.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    changes: &'a [Change],
    /// What was new while it was watched.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    arrived: &'a [Arrival],
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<StoppedView<'a>>,
}

#[derive(Serialize)]
struct AgainView<'a> {
    found: Vec<Worded<'a, Found>>,
    unread: &'a [Unread],
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<StoppedView<'a>>,
}

impl<'a> AgainView<'a> {
    fn new(again: &'a Again, catalogue: &Catalogue) -> Self {
        let worded = |item: &'a Found| Worded::new(item, catalogue.text(&item.title));
        Self {
            found: again.found.iter().map(worded).collect(),
            unread: &again.unread,
            failed: again.failed.as_ref().map(|why| StoppedView::new(why, catalogue)),
        }
    }
}

/// A run that did not begin.
pub(crate) struct Stopped<'a> {
    /// What the run was for.
    pub run: Run,
    /// The case folder, as far as it is known.
    pub case: Option<&'a str>,
    /// When it was asked for.
    pub began: Timestamp,
}

impl Stopped<'_> {
    /// Whoever reads JSON reads in it why there is nothing else. The error stays what it is, unless that cannot be written.
    pub(crate) fn told(
        &self,
        machine: &dyn Machine,
        error: Error,
        format: ReceiptFormat,
        desk: &mut Desk,
    ) -> Error {
        let (Error::Stopped(why), ReceiptFormat::Json) = (&error, format) else { return error };
        let receipt = Receipt {
            schema: Receipt::SCHEMA.to_owned(),
            host: host_of(machine),
            run: self.run,
            case: self.case.map(str::to_owned),
            started: self.began,
            finished: machine.now(),
            actions: Vec::new(),
            stopped: Some(why.clone()),
        };
        match json(desk.out, &receipt, None, desk.console.catalogue()) {
            Ok(()) => error,
            Err(problem) => Error::CannotPrint(problem),
        }
    }
}

/// The machine as a receipt names it; without a name where it does not tell.
pub(crate) fn host_of(machine: &dyn Machine) -> PlanHost {
    let host = machine.facts().map(|facts| facts.host).unwrap_or_default();
    PlanHost { id: host.id, name: host.name }
}

/// Writes as JSON that nothing was verified, and why.
pub(crate) fn stopped_verification(
    out: &mut dyn Write,
    host: &PlanHost,
    case: &str,
    time: Timestamp,
    why: &Message,
    catalogue: &Catalogue,
) -> io::Result<()> {
    let view = VerificationView {
        schema: Verification::SCHEMA,
        host,
        case,
        time,
        passed: false,
        actions: Vec::new(),
        again: None,
        changes: &[],
        arrived: &[],
        stopped: Some(StoppedView::new(why, catalogue)),
    };
    writeln!(out, "{}", safe_json(&serde_json::to_string_pretty(&view)?))
}

/// Writes a receipt as JSON.
pub(crate) fn json(
    out: &mut dyn Write,
    receipt: &Receipt,
    plan: Option<&Plan>,
    catalogue: &Catalogue,
) -> io::Result<()> {
    let worded = |item: &ActionReceipt| catalogue.text(&item.message);
    let view = ReceiptView {
        schema: &receipt.schema,
        host: &receipt.host,
        run: receipt.run,
        case: receipt.case.as_deref(),
        started: receipt.started,
        finished: receipt.finished,
        complete: receipt.is_complete(),
        needs_restart: receipt.needs_restart(),
        actions: receipt.actions.iter().map(|item| Worded::new(item, worded(item))).collect(),
        stopped: receipt.stopped.as_ref().map(|message| StoppedView::new(message, catalogue)),
        plan,
    };
    writeln!(out, "{}", safe_json(&serde_json::to_string_pretty(&view)?))
}

fn verified_view<'a>(item: &'a Verified, catalogue: &Catalogue) -> Worded<'a, Verified> {
    let by_text = item.by.iter().map(|by| catalogue.text(by)).collect();
    Worded { item, text: catalogue.text(&item.message), by_text }
}

/// Writes a verification as JSON.
pub(crate) fn verification_json(
    out: &mut dyn Write,
    verification: &Verification,
    changes: &[Change],
    arrived: &[Arrival],
    catalogue: &Catalogue,
) -> io::Result<()> {
    let view = VerificationView {
        schema: &verification.schema,
        host: &verification.host,
        case: &verification.case,
        time: verification.time,
        passed: verification.is_passed(),
        actions: verification.actions.iter().map(|item| verified_view(item, catalogue)).collect(),
        again: verification.again.as_ref().map(|again| AgainView::new(again, catalogue)),
        changes,
        arrived,
        stopped: verification.stopped.as_ref().map(|message| StoppedView::new(message, catalogue)),
    };
    writeln!(out, "{}", safe_json(&serde_json::to_string_pretty(&view)?))
}
