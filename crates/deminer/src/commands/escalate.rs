//! `deminer escalate`: everything that an incident response team needs, in one package.

mod handover;

use super::{custody, plan, sample as samples};
use crate::args::Escalate;
use crate::console::Console;
use crate::error::{Error, shown};
use crate::exit::ExitStatus;
use crate::knowledge;
use crate::messages as m;
use detect::Assessment;
use detect::assessment::Kind;
use handover::{Question, questions};
use report::{Context, Format, Language, Shell, TextOptions, Writer, safe_json};
use sample::{Package, Tool};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

/// The most files that are taken from a folder: a bundle has some hundreds.
const MAX_FILES: usize = 20_000;

/// How deep folders of evidence are followed.
const MAX_DEPTH: usize = 32;

/// Makes the package.
pub(crate) fn run(args: &Escalate, console: Console) -> Result<ExitStatus, Error> {
    let intel = knowledge::with_sets(&args.baseline, &args.signatures, console)?;
    let meant = plan::assess_with_files(&args.evidence, args.host.as_deref(), &intel, console)?;
    let assessment = meant.assessment;
    let custody = custody::of(&args.evidence, args.operator.as_deref())?;
    let typed: Vec<String> = args.evidence.iter().map(|path| shown(path)).collect();
    let mut files = files(&args.evidence)?;
    if let Some(own) = &meant.files {
        // What was read of other machines is not this team's to see.
        files.retain(|file| own.contains(&file.path));
    }
    let tool = Tool::deminer(env!("CARGO_PKG_VERSION"));
    let questions = questions(&assessment, &typed);
    samples::write_archive(&args.output, &args.evidence, |out| {
        let mut package = Package::new(out);
        package.add_plain("README.txt", &handover::readme())?;
        for language in Language::ALL {
            let text = handover::text(&assessment, &questions, &custody, language);
            package.add(&format!("handover.{}.txt", language.tag()), text.as_bytes())?;
            let page = report(&assessment, Format::Html, language, &typed)?;
            package.add(&format!("assessment.{}.html", language.tag()), &page)?;
        }
        let report = report(&assessment, Format::Json, Language::English, &typed)?;
        package.add("assessment.json", &report)?;
        package.add("timeline.json", &pretty(&timeline(&assessment))?)?;
        package.add("accounts.json", &pretty(&all_accounts(&assessment, &report)?)?)?;
        package.add("questions.json", &pretty(&worded(&questions))?)?;
        copy(&mut package, &files)?;
        package.finish(&assessment.host.name, &tool, &custody)
    })?;
    if !console.quiet {
        console.tell(&m::ESCALATED.with([shown(&args.output).into(), questions.len().into()]));
    }
    Ok(ExitStatus::Nothing)
}

fn pretty(value: &Json) -> Result<Vec<u8>, sample::Error> {
    Ok(safe_json(&serde_json::to_string_pretty(value)?).as_bytes().to_vec())
}

/// A report of the machine as bytes.
fn report(
    assessment: &Assessment,
    format: Format,
    language: Language,
    typed: &[String],
) -> io::Result<Vec<u8>> {
    let tool_version = env!("CARGO_PKG_VERSION");
    let context = Context { tool_version, language, evidence_args: typed, shell: Shell::native() };
    let options = TextOptions { color: false, width: 100, verbosity: report::Verbosity::Verbose };
    let mut writer = Writer::new(format, context, options, Vec::new());
    writer.begin()?;
    writer.assessment(assessment)?;
    writer.end(&[])
}

/// What happened when, in both languages.
fn timeline(assessment: &Assessment) -> Json {
    let entries = assessment.timeline.iter().map(|entry| {
        json!({
            "time": entry.time.to_string(),
            "en": handover::say(Language::English, &entry.what),
            "ja": handover::say(Language::Japanese, &entry.what),
            "fate_en": entry.fate.as_ref().map(|fate| handover::say(Language::English, fate)),
            "fate_ja": entry.fate.as_ref().map(|fate| handover::say(Language::Japanese, fate)),
            "evidence": entry.evidence,
        })
    });
    entries.collect()
}

/// The questions in both languages.
fn worded(questions: &[Question]) -> Json {
    let one = |question: &Question| {
        json!({
            "stage": question.stage,
            "en": handover::say(Language::English, &question.what),
            "ja": handover::say(Language::Japanese, &question.what),
            "command": question.command,
        })
    };
    questions.iter().map(one).collect()
}

/// Everything about accounts: in whose name things were installed, whose passwords others may have, and what people have to do.
fn all_accounts(assessment: &Assessment, report: &[u8]) -> Result<Json, sample::Error> {
    let report: Json = serde_json::from_slice(report)?;
    let of_report =
        |name: &str| report.pointer(&format!("/assessments/0/{name}")).cloned().unwrap_or_default();
    let duties: Json = assessment
        .duties
        .iter()
        .map(|duty| {
            json!({
                "id": duty.id,
                "en": handover::say(Language::English, &duty.text),
                "ja": handover::say(Language::Japanese, &duty.text),
            })
        })
        .collect();
    Ok(json!({
        "involved": accounts(assessment),
        "exposed_since": of_report("exposed_since"),
        "exposed_accounts": of_report("exposed_accounts"),
        "duties": duties,
    }))
}

/// The accounts that the evidence connects with what was found: as whom subscriptions were made, and accounts that are findings themselves.
fn accounts(assessment: &Assessment) -> BTreeSet<String> {
    let mut accounts = BTreeSet::new();
    for finding in &assessment.findings {
        if finding.kind == Kind::Account {
            accounts.insert(finding.name.clone());
        }
        if finding.severity <= detect::assessment::Severity::Medium {
            for part in ["filter", "consumer", "binding"] {
                let sid = finding.subject.get(part).and_then(|part| part.get("CreatorSID (text)"));
                accounts.extend(sid.and_then(Json::as_str).map(str::to_owned));
            }
        }
    }
    accounts
}

/// A file of the evidence: which input it belongs to, and its way from there.
struct Source {
    input: usize,
    name: Vec<String>,
    path: PathBuf,
}

/// The files of the evidence, sorted. Links are not followed.
fn files(evidence: &[PathBuf]) -> Result<Vec<Source>, Error> {
    let mut found = Vec::new();
    for (input, path) in (1..).zip(evidence) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        walk(path, Source { input, name: vec![name], path: path.clone() }, MAX_DEPTH, &mut found)?;
    }
    Ok(found)
}

fn walk(named: &Path, at: Source, depth: usize, found: &mut Vec<Source>) -> Result<(), Error> {
    let fail = |problem| Error::cannot_read(named, problem);
    let about = if depth == MAX_DEPTH { fs::metadata(&at.path) } else { fs::symlink_metadata(&at.path) };
    let about = about.map_err(fail)?;
    if about.is_file() {
        if found.len() >= MAX_FILES {
            return Err(Error::TooManyFiles { path: named.to_owned(), limit: MAX_FILES as u64 });
        }
        found.push(at);
    } else if let (true, Some(depth)) = (about.is_dir(), depth.checked_sub(1)) {
        let mut entries: Vec<_> =
            fs::read_dir(&at.path).map_err(fail)?.collect::<Result<_, _>>().map_err(fail)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let mut name = at.name.clone();
            name.push(entry.file_name().to_string_lossy().into_owned());
            walk(named, Source { input: at.input, name, path: entry.path() }, depth, found)?;
        }
    }
    Ok(())
}

fn copy<W: Write + Seek>(package: &mut Package<W>, files: &[Source]) -> Result<(), sample::Error> {
    for file in files {
        let name: Vec<&str> = file.name.iter().map(String::as_str).collect();
        let folder = format!("evidence/{:02}", file.input);
        package.copy(&folder, &name, &shown(&file.path), File::open(&file.path)?)?;
    }
    Ok(())
}
