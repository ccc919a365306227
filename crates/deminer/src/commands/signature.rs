//! `deminer signature`: what was found once is known again.

use super::{custody, sample as samples};
use crate::args::{Signature as Args, SignatureNew};
use crate::console::Console;
use crate::error::{Error, shown};
use crate::exit::ExitStatus;
use crate::hosts::Hosts;
use crate::input::{self, inputs};
use crate::knowledge::{keys, read_set, refused, standing};
use crate::messages as m;
use crate::output::Output;
use crate::random;
use evidence::{Evidence, Message};
use intel::{Intel, SignatureSet};
use parse::bundle::{self, Limits};
use report::sanitize::visible;
use sample::learn::{Learned, Why, learn};
use sample::seal::{SecretKey, sign};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Runs one of the commands.
pub(crate) fn run(args: &Args, console: Console) -> Result<ExitStatus, Error> {
    match args {
        Args::New(args) => new(args, console),
        Args::Sign { set, key } => seal(set, key, console),
        Args::Verify { set, trust } => verify(set, trust, console),
        Args::Keygen { output } => keygen(output, console),
    }
}

fn new(args: &SignatureNew, console: Console) -> Result<ExitStatus, Error> {
    let mut was_signed = false;
    let mut set = if args.output.is_file() {
        let opened = read_set(&args.output, &[])?;
        was_signed = opened.signer.is_some();
        opened.set
    } else {
        let stem = args.output.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        SignatureSet::new(&stem.unwrap_or_default())
    };
    let gathered = samples::gather(&args.samples, &args.from, args.host.as_deref(), console)?;
    let clean = evidence_of(&args.clean, console)?;
    let source = format!("{} samples, {}", gathered.samples.len(), custody::now());
    let intel = Intel::builtin();
    let learned = learn(&args.name, &source, &gathered.samples, &gathered.findings, intel, &clean);
    if learned.family.indicators.is_empty() {
        return Err(Error::NothingLearned);
    }
    set.put(learned.family.clone());
    let text = set.to_toml().map_err(|problem| Error::SignatureSet(problem.to_string()))?;
    // What is written must be read again.
    SignatureSet::from_toml(&shown(&args.output), &text)
        .map_err(|problem| Error::SignatureSet(problem.to_string()))?;
    let named: Vec<PathBuf> = args.from.iter().chain(&args.clean).cloned().chain(gathered.files).collect();
    write(&args.output, &named, &text)?;
    let mut out = io::stdout().lock();
    tell(&mut out, &learned, console).and_then(|()| out.flush()).map_err(Error::CannotPrint)?;
    if learned.hashes_only() {
        console.warn(&m::SIGNATURE_HASHES_ONLY.plain());
    }
    if was_signed {
        console.warn(&m::SIGNATURE_DROPPED.with([shown(&args.output).into()]));
    }
    if !console.quiet {
        let count = learned.family.indicators.len();
        console.tell(&m::SIGNATURE_WRITTEN.with([
            count.into(),
            shown(&args.output).into(),
            set.version.into(),
        ]));
    }
    Ok(ExitStatus::Nothing)
}

/// Everything in the evidence, whatever the machine.
fn evidence_of(named: &[PathBuf], console: Console) -> Result<Vec<Evidence>, Error> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let limits = Limits::default();
    let found = bundle::discover(&inputs(named), &limits);
    let hosts = Hosts::survey(&found.bundles, &limits, console);
    if hosts.len() == 0 {
        return Err(Error::nothing_read(named, found.notes));
    }
    let mut all = Vec::new();
    let taken: Result<(), std::convert::Infallible> = hosts.each(
        |evidence| evidence,
        |evidence| {
            all.push(evidence);
            Ok(())
        },
    );
    taken.map(|()| all).map_err(|never| match never {})
}

/// What the signature has, and what was left out of it, one a line.
fn tell(out: &mut impl Write, learned: &Learned, console: Console) -> io::Result<()> {
    let bold = console.heading();
    let line = |message: Message| console.catalogue().line(&message);
    let kind = |kind: intel::IndicatorKind| {
        let word = serde_json::to_value(kind).unwrap_or_default();
        word.as_str().unwrap_or_default().to_owned()
    };
    writeln!(out, "{bold}{}{bold:#}", visible(&learned.family.name))?;
    for indicator in &learned.family.indicators {
        writeln!(out, "  {:15} {}", kind(indicator.kind), visible(indicator.pattern.as_str()))?;
    }
    if !learned.left_out.is_empty() {
        writeln!(out, "{bold}{}{bold:#}", line(m::SIGNATURE_LEFT_OUT.plain()))?;
    }
    for (candidate, why) in &learned.left_out {
        let why = match why {
            Why::Common => m::SIGNATURE_COMMON.plain(),
            Why::Short => m::SIGNATURE_SHORT.plain(),
            Why::Baseline(name) => m::SIGNATURE_BASELINE.with([name.into()]),
            Why::Clean => m::SIGNATURE_CLEAN.plain(),
        };
        writeln!(out, "  {:15} {} ({})", kind(candidate.kind), visible(&candidate.text), line(why))?;
    }
    Ok(())
}

fn seal(path: &Path, key: &Path, console: Console) -> Result<ExitStatus, Error> {
    let key = SecretKey::from_toml(&input::read_data_file(key)?).map_err(|problem| refused(key, problem))?;
    let text = input::read_data_file(path)?;
    let signed = sign(&shown(path), &text, &key).map_err(|problem| refused(path, problem))?;
    write(path, &[], &signed)?;
    if !console.quiet {
        console.tell(&standing(path, &read_set(path, &[])?));
    }
    Ok(ExitStatus::Nothing)
}

fn verify(path: &Path, trust: &[String], console: Console) -> Result<ExitStatus, Error> {
    let opened = read_set(path, &keys(trust)?)?;
    let text = console.catalogue().line(&standing(path, &opened));
    super::print(&format!("{text}\n"))?;
    Ok(if opened.signer.is_some() { ExitStatus::Nothing } else { ExitStatus::Found })
}

fn keygen(name: &Path, console: Console) -> Result<ExitStatus, Error> {
    let with_end = |end: &str| {
        let mut file = name.as_os_str().to_owned();
        file.push(end);
        PathBuf::from(file)
    };
    let (secret_path, public_path) = (with_end(".key"), with_end(".pub"));
    let seed = random::bytes().map_err(|problem| Error::CannotWrite(secret_path.clone(), problem))?;
    let key = SecretKey::from_seed(&seed);
    private(&secret_path, &key.to_toml())
        .map_err(|problem| Error::CannotWrite(secret_path.clone(), problem))?;
    write(&public_path, &[], &key.public().to_toml())?;
    if !console.quiet {
        console.tell(&m::KEYS_WRITTEN.with([shown(&secret_path).into(), shown(&public_path).into()]));
    }
    Ok(ExitStatus::Nothing)
}

/// Writes a file that only its owner may read, and no file that is there.
fn private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn write(path: &Path, inputs: &[PathBuf], text: &str) -> Result<(), Error> {
    let mut output = Output::open(Some(path), inputs)?;
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.finish())
        .map_err(|problem| Error::writing(Some(path), problem))
}
