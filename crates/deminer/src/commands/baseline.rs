//! `deminer baseline`: what a clean machine has.

use super::print;
use crate::args::Baseline as Args;
use crate::console::{Console, harmless};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::hosts::Hosts;
use crate::input::inputs;
use crate::knowledge;
use crate::messages as m;
use crate::output::Output;
use crate::suggest::similar;
use detect::assessment::{Finding, Severity, Verdict};
use evidence::Evidence;
use intel::{Baseline, Difference, DifferenceKind, Intel};
use parse::bundle::{self, Limits};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Runs one of the commands.
pub(crate) fn run(args: &Args, console: Console) -> Result<ExitStatus, Error> {
    match args {
        Args::Learn { evidence, name, output } => learn(evidence, name, output.as_deref(), console),
        Args::Show { baseline: None } => list(console),
        Args::Show { baseline: Some(name) } => show(name),
        Args::Diff { old, new } => diff(old, new, console),
    }
}

fn learn(
    evidence: &[PathBuf],
    name: &str,
    output: Option<&Path>,
    console: Console,
) -> Result<ExitStatus, Error> {
    let hosts = read(evidence, console)?;
    if let Some((host, count)) = infected(&hosts) {
        return Err(Error::LearnFromInfected { host, count });
    }
    let baseline = intel::learn(&hosts, name);
    if baseline.entries.is_empty() && baseline.stock_classes.is_empty() {
        return Err(Error::NothingToLearn);
    }
    let text = baseline.to_toml().map_err(|problem| Error::BaselineFile(problem.to_string()))?;
    if output.is_none() {
        return print(&harmless(&text));
    }
    let mut file = Output::open(output, evidence)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.finish())
        .map_err(|problem| Error::writing(output, problem))?;
    Ok(ExitStatus::Nothing)
}

/// The first host that has a miner or a persistence of its kind, and how many findings say so. What is learned from it would be overlooked
/// from then on. A host that is only suspicious may be learned from: its owner's own subscriptions look like that.
fn infected(hosts: &[Evidence]) -> Option<(String, u64)> {
    hosts.iter().find_map(|host| {
        let assessment = detect::assess(host, Intel::builtin());
        let is_severe = |finding: &&Finding| finding.severity >= Severity::High;
        let count = assessment.findings.iter().filter(is_severe).count();
        (assessment.verdict == Verdict::Infected).then(|| (host.host.name.clone(), count as u64))
    })
}

/// The evidence of all hosts below the inputs, with what there is to say of it on standard error.
fn read(evidence: &[PathBuf], console: Console) -> Result<Vec<Evidence>, Error> {
    let limits = Limits::default();
    let found = bundle::discover(&inputs(evidence), &limits);
    let hosts = Hosts::survey(&found.bundles, &limits, console);
    if hosts.len() == 0 {
        return Err(Error::nothing_read(evidence, found.notes));
    }
    console.remarks(&found.notes);
    let mut all = Vec::with_capacity(hosts.len());
    let Ok(()) = hosts.each(
        |host| host,
        |host| {
            console.remarks(&host.notes);
            all.push(host);
            Ok::<(), Infallible>(())
        },
    );
    Ok(all)
}

/// The names of the built-in baselines, with how much is in them.
fn list(console: Console) -> Result<ExitStatus, Error> {
    let baselines = Intel::builtin().baselines();
    let width = baselines.iter().map(|baseline| baseline.name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for baseline in baselines {
        let classes = baseline.stock_classes.values().map(BTreeSet::len).sum::<usize>();
        let size = m::BASELINE_SIZE.with([baseline.entries.len().into(), classes.into()]);
        let _ = writeln!(text, "{:width$}  {}", baseline.name, console.catalogue().line(&size));
    }
    print(&text)
}

fn show(name: &str) -> Result<ExitStatus, Error> {
    let baseline = named(name)?;
    // A built-in one as it was written, with its remarks.
    let is_this = |file: &str, text: &str| Baseline::from_toml(file, text).is_ok_and(|read| read == baseline);
    if let Some((_, text)) = intel::builtin_files().find(|(file, text)| is_this(file, text)) {
        return print(text);
    }
    let text = baseline.to_toml().map_err(|problem| Error::BaselineFile(problem.to_string()))?;
    print(&harmless(&text))
}

/// A built-in baseline by its name, else a file.
fn named(name: &str) -> Result<Baseline, Error> {
    let builtin = Intel::builtin().baselines();
    if let Some(found) = builtin.iter().find(|baseline| baseline.name.eq_ignore_ascii_case(name)) {
        return Ok(found.clone());
    }
    let path = Path::new(name);
    if path.exists() {
        return knowledge::baseline(path);
    }
    let similar = similar(name, builtin.iter().map(|baseline| baseline.name.as_str()));
    Err(Error::UnknownBaseline { name: name.to_owned(), similar })
}

/// Compares a baseline with another, or with the hosts of some evidence.
fn diff(old: &str, new: &str, console: Console) -> Result<ExitStatus, Error> {
    let old = named(old)?;
    let differences = if is_baseline(new) {
        old.diff(&named(new)?)
    } else {
        let hosts = read(&[PathBuf::from(new)], console)?;
        hosts.iter().flat_map(|host| old.diff_evidence(host)).collect()
    };
    print(&worded(&differences, console))?;
    Ok(if differences.is_empty() { ExitStatus::Nothing } else { ExitStatus::Found })
}

/// Whether the name is one of a baseline and not of evidence: what is there and is no TOML is evidence.
fn is_baseline(name: &str) -> bool {
    let path = Path::new(name);
    !path.exists() || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

fn worded(differences: &[Difference], console: Console) -> String {
    let catalogue = console.catalogue();
    let mut text = String::new();
    if differences.is_empty() {
        let _ = writeln!(text, "{}", catalogue.line(&m::BASELINE_SAME.plain()));
    }
    for difference in differences {
        let message = match difference.kind {
            DifferenceKind::Missing => m::BASELINE_MISSING,
            DifferenceKind::Added => m::BASELINE_ADDED,
            DifferenceKind::Changed => m::BASELINE_CHANGED,
        };
        let name = if difference.name.is_empty() { &difference.entry } else { &difference.name };
        let _ = writeln!(text, "{}", catalogue.line(&message.with([name.into()])));
        for field in &difference.fields {
            let found = m::BASELINE_FIELD.with([
                (&field.name).into(),
                (&field.expected).into(),
                (&field.found).into(),
            ]);
            let _ = writeln!(text, "    {}", catalogue.line(&found));
        }
    }
    text
}
