//! `deminer.probe/1`: what was asked and answered, for programs and for `deminer check`.

use super::words;
use evidence::Note;
use jiff::Timestamp;
use probe::scan::{Attempt, Outcome};
use probe::{Peer, Verdict};
use report::{Catalogue, safe_json};
use serde::Serialize;
use std::io::{self, Write};
use std::time::SystemTime;

/// The form of the document.
const SCHEMA: &str = "deminer.probe/1";

/// All of it.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    started: String,
    ended: String,
    results: Vec<Asked<'a>>,
    notes: Vec<String>,
}

/// One result in a line of its own.
#[derive(Serialize)]
struct Line<'a, 'r> {
    schema: &'static str,
    tool: Tool,
    #[serde(flatten)]
    result: &'r Asked<'a>,
}

#[derive(Clone, Copy, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

const TOOL: Tool = Tool { name: "deminer", version: env!("CARGO_PKG_VERSION") };

/// What came of one address.
#[derive(Serialize)]
struct Asked<'a> {
    /// As the user named it.
    target: &'a str,
    /// The name that the user gave it.
    host: Option<&'a str>,
    address: String,
    port: u16,
    time: Option<String>,
    #[serde(flatten)]
    end: End,
    text: String,
    server: Server<'a>,
    attempts: Vec<Tried>,
}

/// How an attempt ended.
#[derive(Serialize)]
struct End {
    answer: &'static str,
    stage: &'static str,
    cause: &'static str,
    code: Option<String>,
}

impl From<&Verdict> for End {
    fn from(verdict: &Verdict) -> Self {
        Self {
            answer: verdict.answer.as_str(),
            stage: verdict.stage.as_str(),
            cause: verdict.cause.as_str(),
            code: verdict.cause.code(),
        }
    }
}

/// What the server told of itself.
#[derive(Serialize)]
struct Server<'a> {
    name: Option<&'a str>,
    dns_name: Option<&'a str>,
    domain: Option<&'a str>,
    system: Option<&'a str>,
    software: Option<&'a str>,
    version: Option<String>,
    guest: bool,
    signing_required: bool,
}

impl<'a> From<&'a Peer> for Server<'a> {
    fn from(peer: &'a Peer) -> Self {
        Self {
            name: peer.name.as_deref(),
            dns_name: peer.dns_name.as_deref(),
            domain: peer.domain.as_deref(),
            system: peer.system.as_deref(),
            software: peer.software.as_deref(),
            version: peer.version.map(|(major, minor, build)| format!("{major}.{minor}.{build}")),
            guest: peer.guest,
            signing_required: peer.signing_required,
        }
    }
}

/// A connection that was tried.
#[derive(Serialize)]
struct Tried {
    time: String,
    port: u16,
    named: bool,
    asked: Vec<&'static str>,
    #[serde(flatten)]
    end: End,
}

impl From<&Attempt> for Tried {
    fn from(attempt: &Attempt) -> Self {
        Self {
            time: time(attempt.started),
            port: attempt.port,
            named: attempt.named,
            asked: attempt.asked.iter().map(|stage| stage.as_str()).collect(),
            end: End::from(&attempt.verdict),
        }
    }
}

impl<'a> Document<'a> {
    pub(super) fn new(
        (started, ended): (SystemTime, SystemTime),
        outcomes: &'a [Outcome],
        notes: &[Note],
        catalogue: &Catalogue,
    ) -> Self {
        let result = |outcome: &'a Outcome| Asked {
            target: &outcome.target.named,
            host: outcome.target.host.as_deref(),
            address: outcome.target.to_string(),
            port: outcome.port,
            time: outcome.attempts.last().map(|attempt| time(attempt.started)),
            end: End::from(&outcome.verdict),
            text: catalogue.text(&words::reason(outcome)),
            server: Server::from(&outcome.peer),
            attempts: outcome.attempts.iter().map(Tried::from).collect(),
        };
        Self {
            schema: SCHEMA,
            tool: TOOL,
            started: time(started),
            ended: time(ended),
            results: outcomes.iter().map(result).collect(),
            notes: notes.iter().map(|note| catalogue.text(&note.message)).collect(),
        }
    }

    /// One document.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", safe_json(&serde_json::to_string_pretty(self)?))
    }

    /// One document an address, one a line.
    pub(super) fn write_lines(&self, out: &mut impl Write) -> io::Result<()> {
        for result in &self.results {
            let line = Line { schema: SCHEMA, tool: TOOL, result };
            writeln!(out, "{}", safe_json(&serde_json::to_string(&line)?))?;
        }
        Ok(())
    }
}

/// As the contracts write times. A clock that is set before the years that can be written gives the first of them.
fn time(time: SystemTime) -> String {
    Timestamp::try_from(time).unwrap_or(Timestamp::MIN).to_string()
}
