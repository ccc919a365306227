//! Running the program, and making evidence for it.

use serde_json::Value;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(crate) use assert_cmd::Command;
pub(crate) use tempfile::TempDir;

/// The program, in English, with nothing of the environment that could change what it says.
pub(crate) fn deminer() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deminer"));
    for name in ["LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "NO_COLOR", "TERM"] {
        command.env_remove(name);
    }
    command.env("LANG", "C");
    command
}

/// How a run ended.
pub(crate) struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the program with these arguments. A panic is a failure of the test, whatever it expects.
pub(crate) fn run<I, S>(args: I) -> Run
where
    I: IntoIterator<Item = S>,
    S: AsRef<std::ffi::OsStr>,
{
    finish(deminer().args(args))
}

/// Runs a prepared command.
pub(crate) fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let run = Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert!((0..=3).contains(&run.status), "status {}: {}", run.status, run.stderr);
    run
}

/// What `check --format json` says of the evidence.
pub(crate) fn check(evidence: &[&Path]) -> (i32, Value) {
    let run = run([Path::new("check"), Path::new("--format=json")].iter().chain(evidence));
    let value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|problem| panic!("{problem}: status {}, {}{}", run.status, run.stdout, run.stderr));
    (run.status, value)
}

/// What it says of the only host.
pub(crate) fn check_one(evidence: &[&Path]) -> (i32, Value) {
    let (status, report) = check(evidence);
    let assessments = report["assessments"].as_array().unwrap();
    assert_eq!(assessments.len(), 1, "{report:#}");
    (status, assessments[0].clone())
}

/// The findings of an assessment at or above a severity.
pub(crate) fn findings<'a>(assessment: &'a Value, severities: &[&str]) -> Vec<&'a Value> {
    let all = assessment["findings"].as_array().unwrap();
    all.iter().filter(|finding| severities.contains(&finding["severity"].as_str().unwrap())).collect()
}

/// All severities but `info`.
pub(crate) const ABOVE_INFO: &[&str] = &["critical", "high", "medium", "low"];

/// The state of a stage.
pub(crate) fn stage<'a>(assessment: &'a Value, name: &str) -> &'a Value {
    let stages = assessment["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["stage"] == name).unwrap()
}

/// The shipped examples.
pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/wannamine").canonicalize().unwrap()
}

/// A file or folder of the public evidence that is not part of the project; `None`, and loudly so, where that is missing.
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DEMINER_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{} is missing", path.display());
    // Past the test harness, which would hide it.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {} is missing; DEMINER_DATA names another place",
        path.display()
    );
    None
}

/// A zip archive with these members.
pub(crate) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The file of the stock filter, consumer and binding as wmic writes it.
pub(crate) const STOCK: &str = "\r\r\n\r\r\n\
    CreatorSID={1,2,0,0,0,0,0,5,32,0,0,0,32,2,0,0}\r\r\nEventAccess=\r\r\nEventNamespace=root\\cimv2\r\r\n\
    Name=SCM Event Log Filter\r\r\nQuery=select * from MSFT_SCMEventLogEvent\r\r\nQueryLanguage=WQL\r\r\n\r\r\n\r\r\n\
    Category=0\r\r\nCreatorSID={1,2,0,0,0,0,0,5,32,0,0,0,32,2,0,0}\r\r\nEventID=0\r\r\nEventType=1\r\r\n\
    InsertionStringTemplates={\"\"}\r\r\nMachineName=\r\r\nMaximumQueueSize=\r\r\nName=SCM Event Log Consumer\r\r\n\
    NameOfRawDataProperty=\r\r\nNameOfUserSIDProperty=sid\r\r\nNumberOfInsertionStrings=0\r\r\n\
    SourceName=Service Control Manager\r\r\nUNCServerName=\r\r\n\r\r\n\r\r\n\
    Consumer=\"NTEventLogEventConsumer.Name=\"SCM Event Log Consumer\"\"\r\r\n\
    CreatorSID={1,2,0,0,0,0,0,5,32,0,0,0,32,2,0,0}\r\r\nDeliverSynchronously=FALSE\r\r\nDeliveryQoS=\r\r\n\
    Filter=\"__EventFilter.Name=\"SCM Event Log Filter\"\"\r\r\nMaintainSecurityContext=FALSE\r\r\n\
    SlowDownProviders=FALSE\r\r\n\r\r\n\r\r\n";

/// UTF-16LE with a byte order mark.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A filter, a consumer that starts a command, and their binding, as wmic lists them.
pub(crate) fn subscription(name: &str, query: &str, command: &str) -> String {
    format!(
        "\r\n\r\nCreatorSID={{1,1,0,0,0,0,0,5,18,0,0,0}}\r\nEventAccess=\r\nEventNamespace=root\\cimv2\r\nName={name} F\r\n\
         Query={query}\r\nQueryLanguage=WQL\r\n\r\n\r\n\
         CommandLineTemplate={command}\r\nCreateNewConsole=FALSE\r\nCreateNewProcessGroup=FALSE\r\nCreateSeparateWowVdm=FALSE\r\n\
         CreateSharedWowVdm=FALSE\r\nCreatorSID={{1,1,0,0,0,0,0,5,18,0,0,0}}\r\nDesktopName=\r\nExecutablePath=\r\n\
         FillAttribute=\r\nForceOffFeedback=FALSE\r\nForceOnFeedback=FALSE\r\nKillTimeout=0\r\nMachineName=\r\n\
         MaximumQueueSize=\r\nName={name} C\r\nPriority=32\r\nRunInteractively=FALSE\r\nShowWindowCommand=\r\n\
         UseDefaultErrorMode=FALSE\r\nWindowTitle=\r\nWorkingDirectory=\r\nXCoordinate=\r\nXNumCharacters=\r\nXSize=\r\n\
         YCoordinate=\r\nYNumCharacters=\r\nYSize=\r\n\r\n\r\n\
         Consumer=\"CommandLineEventConsumer.Name=\"{name} C\"\"\r\nCreatorSID={{1,1,0,0,0,0,0,5,18,0,0,0}}\r\n\
         DeliverSynchronously=FALSE\r\nDeliveryQoS=\r\nFilter=\"__EventFilter.Name=\"{name} F\"\"\r\n\
         MaintainSecurityContext=FALSE\r\nSlowDownProviders=FALSE\r\n\r\n\r\n"
    )
}
