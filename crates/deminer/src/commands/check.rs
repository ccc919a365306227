//! `deminer check`: from evidence to a verdict for each host.

use crate::args::{Check, Format, Require};
use crate::console::Console;
use crate::error::{Error, shown};
use crate::exit::ExitStatus;
use crate::hosts::Hosts;
use crate::input::inputs;
use crate::knowledge::{self, limits, with_sets};
use crate::messages as m;
use crate::output::Output;
use crate::progress::Progress;
use detect::assessment::{Assessment, Next, Stage, State, Verdict};
use evidence::{Level, Note};
use intel::Intel;
use parse::bundle::{self, Discovery};
use report::{Context, Shell, Writer};

/// Checks the evidence and writes the report.
pub(crate) fn run(args: &Check, console: Console) -> Result<ExitStatus, Error> {
    use_threads(args.threads)?;
    let intel = intel(args, console)?;
    let limits = limits(&intel);
    let live = args.evidence.is_empty();
    let last_case = if live { super::clean::last_case() } else { None };
    let found = if live {
        Discovery {
            bundles: vec![super::collect::to_memory(args.offline_updates.as_deref(), console)?],
            notes: Vec::new(),
        }
    } else {
        bundle::discover(&inputs(&args.evidence), &limits)
    };
    let hosts = Hosts::survey(&found.bundles, &limits, console);
    if hosts.len() == 0 {
        return Err(Error::nothing_read(&args.evidence, found.notes));
    }

    let output = Output::open(args.output.as_deref(), &args.evidence)?;
    let path = output.path();
    let failed = |problem| Error::writing(path.as_deref(), problem);
    let format = report_format(args.format);
    let typed: Vec<String> = args.evidence.iter().map(|path| shown(path)).collect();
    let context = Context {
        tool_version: env!("CARGO_PKG_VERSION"),
        language: console.language,
        evidence_args: &typed,
        shell: Shell::native(),
    };
    let mut writer = Writer::new(format, context, console.text_options(path.is_none()), output);
    let (unread, remarks): (Vec<Note>, Vec<Note>) =
        found.notes.iter().cloned().partition(|note| is_unread(note, &typed));
    let mut tally = Tally { unread: !unread.is_empty(), ..Tally::default() };
    let progress = Progress::new(console, m::CHECKING, hosts.len());
    writer.begin().map_err(failed)?;
    hosts.each(
        |evidence| {
            let mut assessment = detect::assess(&evidence, &intel);
            if live {
                clean_here(&mut assessment, last_case.as_deref());
            }
            progress.step();
            assessment
        },
        |assessment| {
            tally.count(&assessment);
            progress.aside(|| writer.assessment(&assessment)).map_err(failed)
        },
    )?;
    drop(progress);
    if !format.carries_run_notes() {
        console.remarks(&remarks);
    }
    // What is said on standard error need not stand beside it on the same terminal.
    let on_terminal = format == report::Format::Text && path.is_none();
    let in_report = if on_terminal { &remarks } else { &found.notes };
    writer.end(in_report).and_then(Output::finish).map_err(failed)?;
    console.notes(&unread);
    if tally.read_anything {
        Ok(tally.status(args.require))
    } else {
        Err(Error::nothing_read(&args.evidence, Vec::new()))
    }
}

/// On the machine itself what is to go is cleaned there, and what went in a case that is there is verified.
fn clean_here(assessment: &mut Assessment, last_case: Option<&str>) {
    for stage in &mut assessment.stages {
        match (stage.stage, last_case) {
            (Stage::Remove, _) if stage.state == State::Act => {
                let is_plan = matches!(&stage.next, Some(Next::Deminer(words)) if words.first().is_some_and(|word| word == "plan"));
                let words: &[&str] =
                    if is_plan { &["clean"] } else { &["plan", "--interactive", "--output", "plan.json"] };
                stage.next = Some(Next::Deminer(words.iter().map(|word| (*word).to_owned()).collect()));
            }
            (Stage::Verify, Some(case)) => {
                stage.next = Some(Next::Deminer(vec!["verify".to_owned(), case.to_owned()]));
            }
            _ => {}
        }
    }
}

/// Whether the note says that an input could not be read at all. That one was read and holds no evidence is another matter.
fn is_unread(note: &Note, inputs: &[String]) -> bool {
    note.level == Level::Error && note.message.id != "note-no-evidence" && inputs.contains(&note.source)
}

/// Uses so many threads for everything that runs on many.
fn use_threads(threads: Option<u16>) -> Result<(), Error> {
    let Some(threads) = threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.into())
        .build_global()
        .map_err(|problem| Error::NoThreads(problem.to_string()))
}

/// What is built in and what the user adds.
fn intel(args: &Check, console: Console) -> Result<Intel, Error> {
    let intel = with_sets(&args.baseline, &args.signatures, console)?;
    let families: Vec<_> =
        args.families.iter().map(|path| knowledge::family(path)).collect::<Result<_, _>>()?;
    Ok(if families.is_empty() { intel } else { intel.with_families(families) })
}

const fn report_format(format: Format) -> report::Format {
    match format {
        Format::Text => report::Format::Text,
        Format::Json => report::Format::Json,
        Format::Jsonl => report::Format::Jsonl,
        Format::Csv => report::Format::Csv,
        Format::Html => report::Format::Html,
    }
}

/// What the exit status depends on, over all hosts.
#[derive(Debug, Default)]
struct Tally {
    worst: Worst,
    read_anything: bool,
    incomplete: bool,
    /// An input was asked for and could not be read.
    unread: bool,
}

/// The verdict of the host that decides, the least one first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    #[default]
    Nothing,
    Inconclusive,
    Found,
}

impl Tally {
    fn count(&mut self, assessment: &Assessment) {
        let unpatched =
            assessment.stages.iter().any(|stage| stage.stage == Stage::Patch && stage.state == State::Act);
        let outcome = match assessment.verdict {
            Verdict::Infected | Verdict::Suspicious => Worst::Found,
            _ if unpatched => Worst::Found,
            Verdict::Inconclusive => Worst::Inconclusive,
            Verdict::Clean => Worst::Nothing,
        };
        self.worst = self.worst.max(outcome);
        self.read_anything |= assessment.coverage.iter().next().is_some();
        self.incomplete |= !assessment.missing.is_empty();
    }

    fn status(&self, require: Require) -> ExitStatus {
        match self.worst {
            Worst::Found => ExitStatus::Found,
            Worst::Inconclusive => ExitStatus::Inconclusive,
            Worst::Nothing if self.unread => ExitStatus::Inconclusive,
            Worst::Nothing if require == Require::Full && self.incomplete => ExitStatus::Inconclusive,
            Worst::Nothing => ExitStatus::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_outranks_what_was_not_read() {
        let status = |worst, incomplete, require| {
            Tally { worst, read_anything: true, incomplete, unread: false }.status(require)
        };
        let unread = |worst| {
            Tally { worst, read_anything: true, incomplete: false, unread: true }
                .status(Require::Subscriptions)
        };
        assert_eq!(unread(Worst::Nothing), ExitStatus::Inconclusive);
        assert_eq!(unread(Worst::Found), ExitStatus::Found);
        assert_eq!(status(Worst::Nothing, true, Require::Subscriptions), ExitStatus::Nothing);
        assert_eq!(status(Worst::Nothing, true, Require::Full), ExitStatus::Inconclusive);
        assert_eq!(status(Worst::Nothing, false, Require::Full), ExitStatus::Nothing);
        assert_eq!(status(Worst::Inconclusive, true, Require::Subscriptions), ExitStatus::Inconclusive);
        assert_eq!(status(Worst::Found, true, Require::Full), ExitStatus::Found);
        assert!(Worst::Nothing < Worst::Inconclusive && Worst::Inconclusive < Worst::Found);
    }
}
