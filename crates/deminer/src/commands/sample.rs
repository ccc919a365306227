//! `deminer sample`: samples for those who analyse them.

use super::{custody, plan};
use crate::args::{Sample as Args, SamplePack};
use crate::console::Console;
use crate::error::{Error, shown};
use crate::exit::ExitStatus;
use crate::input;
use crate::knowledge;
use crate::messages as m;
use crate::output::Output;
use crate::suggest::similar;
use detect::Assessment;
use detect::assessment::{Finding, Kind};
use report::sanitize::visible;
use sample::{Format, Manifest, Origin, Sample, Tool};
use std::io::{self, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The largest sample, in bytes: more than vendors take.
const SAMPLE_LIMIT: u64 = 256 << 20;

/// Runs one of the commands.
pub(crate) fn run(args: &Args, console: Console) -> Result<ExitStatus, Error> {
    match args {
        Args::Pack(args) => pack(args, console),
    }
}

fn pack(args: &SamplePack, console: Console) -> Result<ExitStatus, Error> {
    let gathered = gather(&args.samples, &args.from, args.host.as_deref(), console)?;
    let named: Vec<PathBuf> = args.from.iter().cloned().chain(gathered.files).collect();
    let custody = custody::of(&named, args.operator.as_deref())?;
    let tool = Tool::deminer(env!("CARGO_PKG_VERSION"));
    let manifest = write_archive(&args.output, &named, |out| {
        sample::pack(gathered.samples, !args.no_layers, tool, custody, out)
    })?;
    let mut out = io::stdout().lock();
    list(&mut out, &manifest, console).and_then(|()| out.flush()).map_err(Error::CannotPrint)?;
    if !console.quiet {
        console.tell(&m::SAMPLE_PACKED.with([manifest.samples.len().into(), shown(&args.output).into()]));
    }
    Ok(ExitStatus::Nothing)
}

/// Writes an archive to a file that is whole or not there.
pub(super) fn write_archive<T>(
    path: &Path,
    inputs: &[PathBuf],
    write: impl FnOnce(&mut std::fs::File) -> Result<T, sample::Error>,
) -> Result<T, Error> {
    let failed = |problem| Error::CannotWrite(path.to_owned(), problem);
    let mut output = Output::open(Some(path), inputs)?;
    let mut file = tempfile::tempfile().map_err(failed)?;
    let done = write(&mut file).map_err(|problem| match problem {
        sample::Error::Write(problem) => failed(problem),
        other => Error::Package(other.to_string()),
    })?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    io::copy(&mut file, &mut output).and_then(|_| output.finish()).map_err(failed)?;
    Ok(done)
}

/// What was named.
pub(super) struct Gathered {
    /// The samples, in the order in which they were named.
    pub(super) samples: Vec<Sample>,
    /// Those that are files.
    pub(super) files: Vec<PathBuf>,
    /// The findings that others come from, with what they were found in.
    pub(super) findings: Vec<Finding>,
}

/// Reads what was named: files, and with evidence findings of one machine.
pub(super) fn gather(
    named: &[String],
    from: &[PathBuf],
    host: Option<&str>,
    console: Console,
) -> Result<Gathered, Error> {
    let mut gathered = Gathered { samples: Vec::new(), files: Vec::new(), findings: Vec::new() };
    let mut assessment = None;
    for name in named {
        let path = Path::new(name);
        if from.is_empty() || path.is_file() {
            let bytes = input::read(path, SAMPLE_LIMIT)?;
            gathered.samples.push(Sample::file(shown(path), bytes));
            gathered.files.push(path.to_owned());
            continue;
        }
        let assessment = if let Some(known) = &assessment {
            known
        } else {
            let intel = knowledge::with_baselines(&[])?;
            &*assessment.insert(plan::assess(from, host, &intel, console)?)
        };
        let (finding, samples) = of_finding(assessment, name)?;
        gathered.samples.extend(samples);
        if !gathered.findings.contains(finding) {
            gathered.findings.push(finding.clone());
        }
    }
    Ok(gathered)
}

/// The payloads of the finding that is named `ID`, `ID/FIELD` or `ID/FIELD/LAYER`.
fn of_finding<'a>(assessment: &'a Assessment, named: &str) -> Result<(&'a Finding, Vec<Sample>), Error> {
    let mut parts = named.splitn(3, '/');
    let (id, field, layer) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let is_meant = |finding: &&Finding| {
        finding.id.eq_ignore_ascii_case(id)
            || (finding.kind == Kind::ClassStore && finding.name.eq_ignore_ascii_case(id))
    };
    let finding = assessment.findings.iter().find(is_meant).ok_or_else(|| {
        let known = assessment.findings.iter().flat_map(|finding| [&finding.id, &finding.name]);
        Error::NoFinding { name: id.to_owned(), similar: similar(id, known.map(String::as_str)) }
    })?;
    let mut samples = sample::payloads(assessment, finding, field);
    if let Some(layer) = layer {
        let number: Option<usize> = layer.parse().ok();
        let first = samples.drain(..).next();
        let layers = first.map(|whole| {
            let sha256 = sample::Digests::of(&whole.bytes).sha256;
            std::iter::once(whole.clone()).chain(sample::layers(&whole, &sha256)).collect::<Vec<_>>()
        });
        samples.extend(number.and_then(|number| layers?.into_iter().nth(number)));
    }
    if samples.is_empty() {
        return Err(Error::NoPayload { named: named.to_owned() });
    }
    Ok((finding, samples))
}

/// One line a sample: its hash, what it is, how long, and where it came from.
fn list(out: &mut impl Write, manifest: &Manifest, console: Console) -> io::Result<()> {
    for packed in &manifest.samples {
        let about = &packed.description;
        let format = match about.format {
            Format::Program => m::SAMPLE_PROGRAM,
            Format::Text => m::SAMPLE_TEXT,
            Format::Data => m::SAMPLE_DATA,
        };
        let origin = packed.origins.first().map(origin).unwrap_or_default();
        let line = m::SAMPLE_LINE.with([format.plain().into(), about.length.into(), origin.into()]);
        writeln!(out, "{}  {}", about.digests.sha256, console.catalogue().line(&line))?;
    }
    Ok(())
}

/// Where a sample came from, as the user would name it.
fn origin(origin: &Origin) -> String {
    match origin {
        Origin::File { path } => path.clone(),
        Origin::Finding { finding, name, field, .. } => format!("{finding}/{field} ({})", visible(name)),
        Origin::Layer { of, layer, how } => {
            format!("{}/{layer} ({how})", of.get(..16).unwrap_or(of))
        }
    }
}
