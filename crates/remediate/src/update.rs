//! Updates: which packages hold one, and what of one a machine has.

use crate::guard;
use crate::messages as m;
use crate::object::Object;
use crate::plan::{Action, Choice, Precondition, Target, Verb};
use detect::Assessment;
use detect::assessment::{Action as Advice, Confidence, Finding, Kind};
use evidence::Message;
use machine::{Architecture, Facts, Fault, Machine, Result};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The kind of setting that tells of the packages in the component store.
const KIND: &str = "package";
/// How the packages of cumulative updates are named, whatever the number of the update.
const CUMULATIVE: &str = "Package_for_RollupFix~";

/// States of packages (`docs/formats.md`): installed, and superseded by a later one.
const INSTALLED: [&str; 2] = ["112", "80"];
/// To be installed at the next start.
const PENDING: &str = "96";
/// To be taken away at the next start.
const LEAVING: &str = "5";

/// A file that holds an update, by its name, and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdatePackage {
    /// The number of the update.
    pub update: u32,
    /// The version of Windows that it is for: `6.1`.
    pub windows: String,
    /// The instruction set that it is for.
    pub architecture: Architecture,
    /// Where it is.
    pub path: String,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

impl UpdatePackage {
    /// Whether a package with this path can be installed: an absolute one on a local drive of the machine.
    pub fn is_path(path: &str) -> bool {
        guard::is_plain_path(path)
    }

    /// What the name of a file says that it holds: number, version of Windows and instruction set. The names are those of Microsoft's catalogue,
    /// such as `windows6.1-kb4012215-x64_HASH.msu`; any other says nothing.
    pub fn named(file: &str) -> Option<(u32, &'static str, Architecture)> {
        /// How the catalogue calls the versions.
        const VERSIONS: [(&str, &str); 7] = [
            ("6.0", "6.0"),
            ("6.1", "6.1"),
            ("8", "6.2"),
            ("8-rt", "6.2"),
            ("8.1", "6.3"),
            ("10.0", "10.0"),
            ("11.0", "10.0"),
        ];
        let lower = file.to_ascii_lowercase();
        let stem = lower.strip_suffix(".msu")?.strip_prefix("windows")?;
        let (version, rest) = stem.split_once("-kb")?;
        let (_, windows) = VERSIONS.iter().find(|(known, _)| *known == version)?;
        let (number, rest) = rest.split_once('-')?;
        let architecture = match rest.split_once('_').map_or(rest, |(word, _)| word) {
            "x86" => Architecture::X86,
            "x64" => Architecture::X64,
            "arm64" => Architecture::Arm64,
            _ => return None,
        };
        let digits = (6..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        Some((number.parse().ok().filter(|_| digits)?, windows, architecture))
    }
}

/// The numbers of the updates that an assessment asks for.
pub fn wanted(assessment: &Assessment) -> BTreeSet<u32> {
    assessment.findings.iter().filter(|finding| asks(finding)).flat_map(numbers).collect()
}

/// Whether the finding asks for an update.
pub(crate) fn asks(finding: &Finding) -> bool {
    finding.kind == Kind::Patch && finding.action == Advice::Patch
}

/// Whether that is more than possible, so that it needs no person's word.
pub(crate) fn is_sure(finding: &Finding) -> bool {
    asks(finding) && finding.confidence != Confidence::Possible
}

fn numbers(finding: &Finding) -> impl Iterator<Item = u32> {
    let all = finding.subject.get("Install").and_then(Json::as_array).into_iter().flatten();
    all.filter_map(|name| name.as_str()?.strip_prefix("KB")?.parse().ok())
}

/// Why no package is the one to install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// None is of the update and for the machine.
    None,
    /// Several could be.
    Several,
    /// For which Windows it has to be is not known.
    NoVersion,
}

/// The step that installs the update that the finding asks for, where exactly one package is the one.
pub(crate) fn step(
    finding: &Finding,
    assessment: &Assessment,
    choice: &Choice,
) -> std::result::Result<(Verb, Target, Precondition), Unfit> {
    let numbers: BTreeSet<u32> = numbers(finding).collect();
    let of_update = |package: &&UpdatePackage| numbers.contains(&package.update);
    let at_hand = choice.updates.iter().filter(of_update);
    let version = assessment.host.os.as_ref().and_then(|os| os.version.as_deref());
    let Some(version) = version else {
        return Err(if at_hand.count() == 0 { Unfit::None } else { Unfit::NoVersion });
    };
    let fits = |package: &&UpdatePackage| {
        is_of(version, &package.windows)
            && choice.architecture.is_none_or(|own| own == package.architecture)
            && guard::is_plain_path(&package.path)
    };
    let mut fitting = at_hand.filter(fits);
    let package = fitting.next().ok_or(Unfit::None)?;
    if fitting.next().is_some() {
        return Err(Unfit::Several);
    }
    let fields = [
        (SHA256, package.sha256.clone()),
        (WINDOWS, package.windows.clone()),
        (ARCHITECTURE, word(package.architecture).to_owned()),
    ];
    let target = Target::Update { update: format!("KB{}", package.update), package: package.path.clone() };
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok((Verb::Patch, target, Precondition { fields, unbound: false }))
}

/// What has to be so of the package and the machine, in the precondition.
pub(crate) const SHA256: &str = "SHA256";
const WINDOWS: &str = "Windows";
const ARCHITECTURE: &str = "Architecture";

const fn word(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86 => "x86",
        Architecture::X64 => "x64",
        Architecture::Arm64 => "arm64",
    }
}

/// Whether a version with its build is one of that version: `6.1.7601` of `6.1`.
fn is_of(version: &str, windows: &str) -> bool {
    version.strip_prefix(windows).is_some_and(|rest| rest.starts_with('.'))
}

/// The number of an update by its name; `None` where it is no name of one.
pub(crate) fn number(update: &str) -> Option<u32> {
    let digits = update.strip_prefix("KB")?;
    ((6..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse().ok())?
}

/// What the machine has that tells of the update: its own packages, and those of cumulative updates, which do not say their number.
pub(crate) fn read(machine: &dyn Machine, update: &str) -> Result<Object> {
    let own = format!("Package_for_{update}~");
    let listed = machine.settings(KIND)?;
    if let Some(missed) = listed.missed.into_iter().next() {
        return Err(missed);
    }
    let tells = |name: &str| name.starts_with(&own) || name.starts_with(CUMULATIVE);
    let packages = listed.found.into_iter().filter(|package| tells(&package.name));
    let packages = packages.map(|package| (package.name, package.value)).collect();
    Ok(Object::Update { update: update.to_owned(), packages })
}

/// Whether a machine has an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Has {
    /// It has not.
    No,
    /// It is installed.
    Yes,
    /// It will have, from the next start on.
    AtRestart,
    /// It has until the next start.
    Leaving,
}

/// Whether the machine has the update: a package of its own is there, or one of a cumulative update that was not there before.
pub(crate) fn has(update: &str, before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Has {
    let own = format!("Package_for_{update}~");
    let is_in = |state: &String| INSTALLED.contains(&state.as_str()) || state == PENDING;
    let is_new = |name: &str| !before.get(name).is_some_and(is_in);
    let telling = now.iter().filter(|(name, _)| name.starts_with(&own) || is_new(name));
    let states: BTreeSet<&str> = telling.map(|(_, state)| state.as_str()).collect();
    if INSTALLED.iter().any(|state| states.contains(state)) {
        Has::Yes
    } else if states.contains(PENDING) {
        Has::AtRestart
    } else if states.contains(LEAVING) {
        Has::Leaving
    } else {
        Has::No
    }
}

/// Why the package is not installed; `None` where nothing speaks against it. Its hash is looked at when it is.
pub(crate) fn refusal(
    machine: &dyn Machine,
    action: &Action,
    package: &str,
    facts: &Facts,
) -> Result<Option<Message>> {
    let wanted = |name: &str| action.precondition.fields.get(name).map(String::as_str);
    let changed = |name: &str| Ok(Some(m::OUTCOME_CHANGED.with([name.into()])));
    if wanted(ARCHITECTURE) != Some(word(facts.architecture)) {
        return changed(ARCHITECTURE);
    }
    let version = facts.host.os.as_ref().and_then(|os| os.version.as_deref()).unwrap_or_default();
    if !wanted(WINDOWS).is_some_and(|windows| is_of(version, windows)) {
        return changed(WINDOWS);
    }
    match machine.file(package)? {
        Some(state) if state.is_link || !state.final_path.eq_ignore_ascii_case(package) => {
            return Ok(Some(m::REFUSE_LINK.with([package.into()])));
        }
        Some(state) if !state.is_directory => {}
        _ => return Ok(Some(m::REFUSE_PACKAGE_GONE.with([package.into()]))),
    }
    let signature = match machine.signature(package) {
        Err(error) if error.fault == Fault::NotFound => {
            return Ok(Some(m::REFUSE_PACKAGE_GONE.with([package.into()])));
        }
        signature => signature?,
    };
    Ok((!guard::is_of_microsoft(&signature)).then(|| m::REFUSE_PACKAGE.with([package.into()])))
}

/// Whether an action that installs says which package it means.
pub(crate) fn says_package(action: &Action) -> bool {
    let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    action.precondition.fields.get(SHA256).is_some_and(is_hash)
}

/// Whether the target is an update and a package that can be one.
pub(crate) fn is_valid(update: &str, package: &str) -> bool {
    let file = package.rsplit('\\').next().unwrap_or_default();
    guard::is_plain_path(package)
        && number(update)
            .is_some_and(|number| UpdatePackage::named(file).is_some_and(|(named, ..)| named == number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_known_by_the_names_of_the_catalogue() {
        use Architecture::{Arm64, X64, X86};
        for (name, expected) in [
            (
                "windows6.1-kb4012215-x64_a777b8c251dcd8378ecdafa81aefbe7f9009c72b.msu",
                Some((4_012_215, "6.1", X64)),
            ),
            ("Windows8.1-KB4012216-x86_00.msu", Some((4_012_216, "6.3", X86))),
            ("windows8-rt-kb4012217-x64_00.msu", Some((4_012_217, "6.2", X64))),
            ("windows6.0-kb4012598-x86.msu", Some((4_012_598, "6.0", X86))),
            ("windows10.0-kb4013429-arm64_00.msu", Some((4_013_429, "10.0", Arm64))),
            ("windows6.1-kb4012215-x64-express_00.msu", None),
            ("windows6.1-kb4012215-ia64_00.msu", None),
            ("windows6.1-kb40122150000-x64_00.msu", None),
            ("windows6.2-kb4012215-x64_00.msu", None),
            ("kb4012215-x64.msu", None),
            ("windows6.1-kb4012215-x64_00.exe", None),
            ("windows6.1-kb+012215-x64_00.msu", None),
        ] {
            assert_eq!(UpdatePackage::named(name), expected, "{name}");
        }
    }
}
