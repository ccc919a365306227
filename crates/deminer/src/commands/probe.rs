//! `deminer probe`: whether machines have the update MS17-010, asked over the network.

mod document;
mod log;
mod messages;
pub(crate) mod problem;
mod targets;
mod text;
mod words;

use self::problem::{PASSWORD, Problem};
use crate::args::{Probe, ProbeFormat};
use crate::console::Console;
use crate::error::{Error, shown};
use crate::exit::ExitStatus;
use crate::output::Output;
use crate::progress::Progress;
use document::Document;
use evidence::{Level, Note};
use log::Log;
use messages as m;
use probe::scan::{Event, Outcome, Plan, Port, scan};
use probe::{Answer, Credentials};
use std::io::Write as _;
use std::time::{Duration, SystemTime};

/// Asks whom the user named, and writes what they answered.
pub(crate) fn run(args: &Probe, console: Console) -> Result<ExitStatus, Error> {
    let found = targets::find(args)?;
    let plan = Plan {
        ports: match args.port {
            Some(number) => vec![Port { number, netbios: args.netbios || number == Port::USUAL[1].number }],
            None => Port::USUAL.to_vec(),
        },
        timeout: Duration::from_secs(args.timeout.into()),
        at_once: args.at_once.into(),
        credentials: args.user.as_deref().map(|user| credentials(user, console)).transpose()?,
    };
    let log = match &args.log {
        Some(path) => Log::open(path)?,
        None if args.no_log => Log::none(),
        // Every form of the result is written at the end: a run that is broken off leaves only this.
        None => Log::beside(args.output.as_deref())?,
    };
    let mut output = Output::open(args.output.as_deref(), args.log.as_slice())?;
    let path = output.path();

    if !console.quiet {
        console.tell(&m::OWN_NETWORK.with([found.targets.len().into()]));
        let public = found.targets.iter().filter(|target| target.is_public()).count();
        if public > 0 {
            console.warn(&m::PUBLIC.with([public.into()]));
        }
    }
    let notes: Vec<Note> = found
        .problems
        .iter()
        .map(|problem| Note {
            level: Level::Error,
            source: String::new(),
            offset: None,
            message: problem.message(),
        })
        .collect();
    console.notes(&notes);

    let started = SystemTime::now();
    let progress = Progress::new(console, m::ASKING, found.targets.len());
    let outcomes = scan(&found.targets, &plan, &|event| match event {
        Event::Asked { target, port, stage, named } => log.asked(target, port, stage, named),
        Event::Done(_) => progress.step(),
    });
    drop(progress);
    if let Some(path) = log.finish()? {
        console.remark(&m::LOGGED.with([shown(&path).into()]));
    }

    let catalogue = console.catalogue();
    let document = Document::new((started, SystemTime::now()), &outcomes, &notes, catalogue);
    let written = match args.format {
        ProbeFormat::Text => text::write(&mut output, &outcomes, console, path.is_none()),
        ProbeFormat::Json => document.write(&mut output),
        ProbeFormat::Jsonl => document.write_lines(&mut output),
    };
    let failed = |problem| Error::writing(path.as_deref(), problem);
    written.and_then(|()| output.flush()).and_then(|()| output.finish()).map_err(failed)?;
    Ok(status(&outcomes, !notes.is_empty()))
}

/// The password, from the environment or from the person at the keyboard. It never stands on the command line, which others can see.
fn credentials(user: &str, console: Console) -> Result<Credentials, Error> {
    let password = match std::env::var(PASSWORD) {
        Ok(password) => password,
        Err(std::env::VarError::NotUnicode(_)) => return Err(Problem::PasswordText.into()),
        Err(std::env::VarError::NotPresent) => {
            let prompt = console.catalogue().line(&m::PASSWORD.with([user.into()]));
            rpassword::prompt_password(format!("{prompt} ")).map_err(|_| Problem::NoPassword)?
        }
    };
    Ok(Credentials::new(user, password))
}

/// One machine without the update decides; else one of which nothing is known.
fn status(outcomes: &[Outcome], unresolved: bool) -> ExitStatus {
    let any = |answer| outcomes.iter().any(|outcome| outcome.verdict.answer == answer);
    if any(Answer::NotFixed) {
        ExitStatus::Found
    } else if unresolved || any(Answer::Unknown) {
        ExitStatus::Inconclusive
    } else {
        ExitStatus::Nothing
    }
}
