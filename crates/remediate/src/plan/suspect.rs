//! Whether the file that an entry starts is itself bad, or only started with bad words.
//!
//! `python.exe -c …` and `AutoHotkey.exe x.ahk` are bad entries of good programs: the entry goes, the program stays. A file is deleted only where
//! the evidence speaks against it and not only against the words behind it.

use super::subject;
use crate::guard;
use detect::assessment::Finding;
use intel::{IndicatorKind, Intel, Observation};

/// Programs that do what they are told, without versions and `.exe`. That one runs with bad words says nothing against it.
const TOLD_WHAT_TO_DO: &[&str] = &[
    "autohotkey",
    "autoit",
    "bash",
    "bun",
    "busybox",
    "cmd",
    "cscript",
    "curl",
    "deno",
    "git",
    "instsrv",
    "java",
    "lua",
    "msbuild",
    "mshta",
    "node",
    "nssm",
    "nircmd",
    "perl",
    "php",
    "powershell",
    "psexec",
    "pwsh",
    "py",
    "python",
    "regsvr",
    "ruby",
    "rundll",
    "sh",
    "srvany",
    "tclsh",
    "wget",
    "winsw",
    "wish",
    "wperl",
    "wscript",
];

/// Traits of a command that only a miner understands.
const MINING: [&str; 2] = ["stratum-url", "xmrig-options"];

/// Whether something speaks against the file itself: a family knows its hash or its place, it has the name of a program of Windows, it is a miner
/// by the options that it understands, or it lies where programs do not belong and is bad without any words behind it.
pub(super) fn is_suspect(finding: &Finding, path: &str, sha256: &str, intel: &Intel) -> bool {
    let known = |kind, text| {
        intel.match_families(&[Observation::new(kind, text)]).iter().any(|family| family.score > 0)
    };
    if known(IndicatorKind::Sha256, sha256) {
        return true;
    }
    if is_told_what_to_do(path) {
        return false;
    }
    let disguised = finding.reasons.iter().any(|reason| reason.id == "reason-disguised");
    if disguised || known(IndicatorKind::FilePath, path) {
        return true;
    }
    // What a script in the command starts is another program.
    let hits = finding.decoded.iter().flat_map(|script| &script.traits);
    let mines = hits.into_iter().any(|hit| hit.layer == 0 && MINING.contains(&hit.id));
    mines || (!is_program_folder(path) && is_alone(finding, path))
}

fn is_told_what_to_do(path: &str) -> bool {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default().to_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    // Versions and builds: `python3.11`, `AutoHotkeyU64`, `AutoIt3_x64`.
    let is_version = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || "-_.xuw".contains(c));
    TOLD_WHAT_TO_DO.iter().any(|known| name.strip_prefix(known).is_some_and(is_version))
}

/// Whether programs are installed there.
fn is_program_folder(path: &str) -> bool {
    let lower = path.to_lowercase();
    guard::in_windows(path, None)
        || lower.contains(r":\program files\")
        || lower.contains(r":\program files (x86)\")
}

/// Whether the command is the file, with nothing behind it, or loads it as a library: a library does what is in it.
fn is_alone(finding: &Finding, path: &str) -> bool {
    if path.to_lowercase().ends_with(".dll") {
        return true;
    }
    let command =
        subject::text(&finding.subject, &["Launch String", "ImagePath", "PathName"]).unwrap_or_default();
    let command = command.trim().trim_matches('"').to_lowercase();
    let path = path.to_lowercase();
    command.is_empty() || command == path || path.rsplit('\\').next() == Some(command.as_str())
}
