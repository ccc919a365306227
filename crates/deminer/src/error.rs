//! What stops a command: what to say, and what to do about it.

#[cfg(feature = "net")]
use crate::commands::probe::problem::Problem;
use crate::messages as m;
use crate::problem::worded;
use crate::suggest;
use evidence::{Message, Note};
use std::io;
use std::path::{Path, PathBuf};

/// Of several things that were found, so many are named.
const MAX_NAMES: usize = 10;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Error {
    /// `check` without evidence, on a system where there is nothing to check by itself.
    NoEvidence,
    /// The machine cannot be read: it is no Windows.
    NotWindows,
    /// Questions are to be asked, and there is no terminal.
    NoTerminal,
    /// Whoever was asked went away.
    Unanswered,
    /// The machine cannot be cleaned: it is no Windows.
    CleanNeedsWindows,
    /// A run on the machine did not begin; why not, and what to do about it where that is not in it.
    Stopped(Message),
    /// The machine refused what has to be known before anything is done.
    Machine(String),
    /// The machine cannot be read, or its bundle cannot be written.
    Collect(collect::Error),
    /// The path of a scan file is not absolute.
    ScanFileRelative(PathBuf),
    /// What was named as a scan file is none.
    ScanFileOther(PathBuf),
    /// Where a folder with updates lies on the machine is not known.
    UpdatesElsewhere(PathBuf),
    /// What was named as the path of updates on the machine is none.
    UpdatesPath(String),
    /// None of the inputs could be read; the notes say why of each.
    NothingRead { inputs: usize, notes: Vec<Note> },
    /// The report would overwrite evidence.
    OutputIsEvidence(PathBuf),
    /// The report would replace a folder.
    OutputIsFolder(PathBuf),
    /// The output cannot be written.
    CannotWrite(PathBuf, io::Error),
    /// Standard output cannot be written.
    CannotPrint(io::Error),
    /// A file cannot be read; something with a similar name that is there.
    CannotRead { path: PathBuf, problem: io::Error, similar: Option<String> },
    /// A file that is read as a whole is too large for that.
    TooLarge { path: PathBuf, limit: u64 },
    /// The threads cannot be started.
    NoThreads(String),
    /// A baseline file is not one.
    BaselineFile(String),
    /// A file of families is not one.
    FamilyFile(String),
    /// There is no baseline with this name; one with a similar name.
    UnknownBaseline { name: String, similar: Option<String> },
    /// There is no family with this name; one with a similar name.
    UnknownFamily { name: String, similar: Option<String> },
    /// The files of a WMI repository cannot be read.
    Repository(cim_repository::Error),
    /// What a repository was to be taken from cannot be looked into.
    NoRepository { path: PathBuf, why: Message },
    /// Several repositories lie where one was asked for.
    SeveralRepositories { path: PathBuf, found: Vec<String> },
    /// The repository has no such class or instance.
    NoSuchObject(String),
    /// What was named as a class or instance is no path of one.
    ObjectPath { path: String, problem: String },
    /// The evidence has nothing that a baseline could list.
    NothingToLearn,
    /// A baseline was to be learned from a host that is infected; how many findings say so.
    LearnFromInfected { host: String, count: u64 },
    /// A file is no plan.
    PlanFile { path: String, problem: String },
    /// A plan is for one host, and the evidence speaks of several.
    SeveralHosts,
    /// A set of signatures is none.
    SignatureSet(String),
    /// A set of signatures, or a key, is refused.
    Signature(Message),
    /// A folder has more files than a package takes.
    TooManyFiles { path: PathBuf, limit: u64 },
    /// A package cannot be put together.
    Package(String),
    /// The evidence has no such finding; one with a similar id or name.
    NoFinding { name: String, similar: Option<String> },
    /// The finding has no such field or layer, or nothing in it is a payload.
    NoPayload { named: String },
    /// The samples have nothing by which they could be known again.
    NothingLearned,
    /// The evidence does not speak of this host; one with a similar name.
    UnknownHost { name: String, similar: Option<String> },
    /// Nobody can be asked over the network.
    #[cfg(feature = "net")]
    Probe(Problem),
}

impl Error {
    /// None of these inputs could be read; what there is to say of each that is not in the report.
    pub(crate) fn nothing_read(inputs: &[PathBuf], notes: Vec<Note>) -> Self {
        match inputs {
            [path] if path != Path::new("-") && !path.exists() => {
                Self::cannot_read(path, io::ErrorKind::NotFound.into())
            }
            _ => Self::NothingRead { inputs: inputs.len(), notes },
        }
    }

    /// An error of reading, with a guess at what was meant where nothing is there.
    pub(crate) fn cannot_read(path: &Path, problem: io::Error) -> Self {
        let similar =
            (problem.kind() == io::ErrorKind::NotFound).then(|| suggest::similar_path(path)).flatten();
        Self::CannotRead { path: path.to_owned(), problem, similar }
    }

    /// An error of writing: to a file, or where none is named to standard output.
    pub(crate) fn writing(path: Option<&Path>, problem: io::Error) -> Self {
        match path {
            Some(path) => Self::CannotWrite(path.to_owned(), problem),
            None => Self::CannotPrint(problem),
        }
    }

    /// Whether nobody reads the output any more, which is no reason to complain.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::CannotPrint(problem) | Self::CannotWrite(_, problem) if problem.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What happened.
    pub(crate) fn message(&self) -> Message {
        match self {
            Self::NoEvidence => m::NO_EVIDENCE.plain(),
            Self::NotWindows => m::NOT_WINDOWS.plain(),
            Self::NoTerminal => m::NO_TERMINAL.plain(),
            Self::Unanswered => m::UNANSWERED.plain(),
            Self::CleanNeedsWindows => m::CLEAN_NEEDS_WINDOWS.plain(),
            Self::Stopped(why) | Self::Signature(why) => why.clone(),
            Self::Machine(problem) => m::CANNOT_COLLECT.with([problem.into()]),
            Self::Collect(problem) => m::CANNOT_COLLECT.with([problem.to_string().into()]),
            Self::ScanFileRelative(path) => m::SCAN_FILE_RELATIVE.with([shown(path).into()]),
            Self::ScanFileOther(path) => m::SCAN_FILE_OTHER.with([shown(path).into()]),
            Self::UpdatesElsewhere(path) => m::UPDATES_ELSEWHERE.with([shown(path).into()]),
            Self::UpdatesPath(path) => m::UPDATES_PATH.with([path.as_str().into()]),
            Self::NothingRead { inputs, .. } => m::NOTHING_READ.with([(*inputs).into()]),
            Self::OutputIsEvidence(path) => m::OUTPUT_IS_EVIDENCE.with([shown(path).into()]),
            Self::OutputIsFolder(path) => m::OUTPUT_IS_FOLDER.with([shown(path).into()]),
            Self::CannotWrite(path, problem) => m::CANNOT_WRITE.with([shown(path).into(), worded(problem)]),
            Self::CannotPrint(problem) => m::CANNOT_PRINT.with([worded(problem)]),
            Self::CannotRead { path, problem, .. } => {
                m::CANNOT_READ.with([shown(path).into(), worded(problem)])
            }
            Self::TooLarge { path, limit } => m::INPUT_TOO_LARGE.with([shown(path).into(), (*limit).into()]),
            Self::NoThreads(problem) => m::NO_THREADS.with([problem.into()]),
            Self::BaselineFile(problem) | Self::FamilyFile(problem) | Self::SignatureSet(problem) => {
                m::DATA_FILE.with([problem.into()])
            }
            Self::UnknownBaseline { name, .. } => m::UNKNOWN_BASELINE.with([name.into()]),
            Self::UnknownFamily { name, .. } => m::UNKNOWN_FAMILY.with([name.into()]),
            Self::Repository(cim_repository::Error::Open { path, source }) => {
                m::CANNOT_READ.with([shown(path).into(), worded(source)])
            }
            Self::Repository(cim_repository::Error::Io { file, source, .. }) => {
                m::CANNOT_READ.with([file.to_string().into(), worded(source)])
            }
            Self::Repository(problem) => m::CIM_PROBLEM.with([problem.to_string().into()]),
            Self::NoRepository { path, why } => m::CANNOT_READ.with([shown(path).into(), why.clone().into()]),
            Self::SeveralRepositories { path, found } => {
                let names: Vec<String> =
                    found.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
                let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
                m::SEVERAL_REPOSITORIES.with([shown(path).into(), count.into(), names.join(", ").into()])
            }
            Self::NoSuchObject(path) => m::NO_SUCH_OBJECT.with([path.into()]),
            Self::ObjectPath { path, problem } => m::OBJECT_PATH.with([path.into(), problem.into()]),
            Self::NothingToLearn => m::NOTHING_TO_LEARN.plain(),
            Self::LearnFromInfected { host, count } => {
                m::LEARN_FROM_INFECTED.with([host.into(), (*count).into()])
            }
            Self::PlanFile { path, problem } => m::PLAN_FILE.with([path.into(), problem.into()]),
            Self::TooManyFiles { path, limit } => {
                m::TOO_MANY_FILES.with([shown(path).into(), (*limit).into()])
            }
            Self::Package(problem) => m::CANNOT_PACK.with([problem.into()]),
            Self::NoFinding { name, .. } => m::NO_FINDING.with([name.into()]),
            Self::NoPayload { named } => m::NO_PAYLOAD.with([named.into()]),
            Self::NothingLearned => m::NOTHING_LEARNED.plain(),
            Self::SeveralHosts => m::SEVERAL_HOSTS.plain(),
            Self::UnknownHost { name, .. } => m::UNKNOWN_HOST.with([name.into()]),
            #[cfg(feature = "net")]
            Self::Probe(problem) => problem.message(),
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<Message> {
        let did_you_mean = |name: &String| m::HINT_DID_YOU_MEAN.with([name.into()]);
        Some(match self {
            Self::CannotPrint(_) => return None,
            Self::NoEvidence => m::HINT_NO_EVIDENCE.plain(),
            Self::NotWindows => m::HINT_NOT_WINDOWS.plain(),
            Self::NoTerminal | Self::Unanswered => m::HINT_NO_TERMINAL.plain(),
            Self::CleanNeedsWindows => m::HINT_CLEAN_NEEDS_WINDOWS.plain(),
            Self::Stopped(why) => return stop_hint(why),
            Self::Machine(_) | Self::Collect(_) => m::HINT_CANNOT_COLLECT.plain(),
            Self::ScanFileRelative(_) | Self::ScanFileOther(_) => m::HINT_SCAN_FILE.plain(),
            Self::UpdatesElsewhere(_) | Self::UpdatesPath(_) => m::HINT_UPDATES_PATH.plain(),
            Self::NothingRead { .. } => m::HINT_NOTHING_READ.plain(),
            Self::OutputIsEvidence(_) => m::HINT_OUTPUT_IS_EVIDENCE.plain(),
            Self::OutputIsFolder(_) => m::HINT_OUTPUT_IS_FOLDER.plain(),
            Self::CannotWrite(..) | Self::Package(_) => m::HINT_CANNOT_WRITE.plain(),
            Self::CannotRead { similar: Some(name), .. }
            | Self::UnknownBaseline { similar: Some(name), .. }
            | Self::UnknownFamily { similar: Some(name), .. }
            | Self::NoFinding { similar: Some(name), .. }
            | Self::UnknownHost { similar: Some(name), .. } => did_you_mean(name),
            Self::CannotRead { .. } => m::HINT_CANNOT_READ.plain(),
            Self::TooLarge { .. } => m::HINT_INPUT_TOO_LARGE.plain(),
            Self::NoThreads(_) => m::HINT_NO_THREADS.plain(),
            Self::BaselineFile(_) => m::HINT_BASELINE_FILE.plain(),
            Self::FamilyFile(_) => m::HINT_FAMILY_FILE.plain(),
            Self::UnknownBaseline { .. } => m::HINT_UNKNOWN_BASELINE.plain(),
            Self::UnknownFamily { .. } => m::HINT_UNKNOWN_FAMILY.plain(),
            Self::Repository(_) | Self::NoRepository { .. } => m::HINT_REPOSITORY.plain(),
            Self::SeveralRepositories { found, .. } => {
                m::HINT_SEVERAL_REPOSITORIES.with([found.first().map_or("", String::as_str).into()])
            }
            Self::NoSuchObject(_) => m::HINT_NO_SUCH_OBJECT.plain(),
            Self::ObjectPath { .. } => m::HINT_OBJECT_PATH.plain(),
            Self::NothingToLearn => m::HINT_NOTHING_TO_LEARN.plain(),
            Self::LearnFromInfected { .. } => m::HINT_LEARN_FROM_INFECTED.plain(),
            Self::PlanFile { .. } => m::HINT_PLAN_FILE.plain(),
            Self::SignatureSet(_) => m::HINT_SIGNATURE_SET.plain(),
            Self::Signature(_) => m::HINT_SIGNATURE.plain(),
            Self::TooManyFiles { .. } => m::HINT_TOO_MANY_FILES.plain(),
            Self::NoFinding { .. } => m::HINT_NO_FINDING.plain(),
            Self::NoPayload { .. } => m::HINT_NO_PAYLOAD.plain(),
            Self::NothingLearned => m::HINT_NOTHING_LEARNED.plain(),
            Self::SeveralHosts => m::HINT_SEVERAL_HOSTS.plain(),
            Self::UnknownHost { .. } => m::HINT_UNKNOWN_HOST.plain(),
            #[cfg(feature = "net")]
            Self::Probe(problem) => problem.hint(),
        })
    }

    /// What is to be said of the single inputs.
    pub(crate) fn notes(&self) -> &[Note] {
        match self {
            Self::NothingRead { notes, .. } => notes,
            _ => &[],
        }
    }
}

#[cfg(feature = "net")]
impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Probe(problem)
    }
}

impl From<remediate::Stop> for Error {
    fn from(stop: remediate::Stop) -> Self {
        Self::Stopped(stop.message)
    }
}

/// What to do about a run that did not begin, where what stopped it does not say so itself.
fn stop_hint(why: &Message) -> Option<Message> {
    let hint = match why.id.as_str() {
        "stop-not-elevated" => m::HINT_ELEVATE,
        "stop-case-damaged" => m::HINT_CASE,
        "stop-case-path" => m::HINT_CASE_PATH,
        "stop-other-host" => m::HINT_OTHER_HOST,
        "stop-not-verified" => m::HINT_NOT_VERIFIED,
        _ => return None,
    };
    Some(hint.plain())
}

/// The path as the user would type it.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
