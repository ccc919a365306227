//! What is known: what is built in, and what the user adds.

use crate::args::Signatures;
use crate::console::Console;
use crate::error::{Error, shown};
use crate::input;
use crate::messages as m;
use evidence::Message;
use intel::{Baseline, Family, IndicatorKind, Intel};
use parse::bundle::Limits;
use sample::seal::{Opened, PublicKey, Refused, open};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is built in and the user's baselines.
pub(crate) fn with_baselines(baselines: &[PathBuf]) -> Result<Intel, Error> {
    baselines
        .iter()
        .try_fold(Intel::builtin().clone(), |intel, path| Ok(intel.with_baseline(baseline(path)?)))
}

/// The same and the user's sets of signatures.
pub(crate) fn with_sets(
    baselines: &[PathBuf],
    signatures: &Signatures,
    console: Console,
) -> Result<Intel, Error> {
    let intel = with_baselines(baselines)?;
    let families = set_families(signatures, console)?;
    Ok(if families.is_empty() { intel } else { intel.with_families(families) })
}

/// How evidence is read: the files that the user's own families know by their hashes are looked for wherever they lie.
pub(crate) fn limits(intel: &Intel) -> Limits {
    let own = intel.families().iter().skip(Intel::builtin().families().len());
    let hashes = own.flat_map(|family| &family.indicators).filter(|indicator| {
        matches!(indicator.kind, IndicatorKind::Md5 | IndicatorKind::Sha1 | IndicatorKind::Sha256)
    });
    let sought = hashes.map(|indicator| indicator.pattern.as_str().to_ascii_lowercase()).collect();
    Limits { sought: Arc::new(sought), ..Limits::default() }
}

/// A baseline that the user names as a file.
pub(crate) fn baseline(path: &Path) -> Result<Baseline, Error> {
    let text = input::read_data_file(path)?;
    Baseline::from_toml(&path.to_string_lossy(), &text)
        .map_err(|problem| Error::BaselineFile(problem.to_string()))
}

/// A family that the user names as a file.
pub(crate) fn family(path: &Path) -> Result<Family, Error> {
    let text = input::read_data_file(path)?;
    Family::from_toml(&path.to_string_lossy(), &text)
        .map_err(|problem| Error::FamilyFile(problem.to_string()))
}

/// The families of the sets that are named.
fn set_families(args: &Signatures, console: Console) -> Result<Vec<intel::Family>, Error> {
    let trusted = keys(&args.trust)?;
    let mut families = Vec::new();
    for path in &args.signatures {
        let opened = read_set(path, &trusted)?;
        if trusted.is_empty() && !console.quiet {
            console.tell(&standing(path, &opened));
        }
        families.extend(opened.set.families);
    }
    Ok(families)
}

/// A set in a file.
pub(crate) fn read_set(path: &Path, trusted: &[PublicKey]) -> Result<Opened, Error> {
    let text = input::read_data_file(path)?;
    open(&shown(path), &text, trusted).map_err(|problem| refused(path, problem))
}

/// Why a set or a key is not taken.
pub(crate) fn refused(path: &Path, problem: Refused) -> Error {
    let path = shown(path);
    let why = match problem {
        Refused::Form(problem) => return Error::SignatureSet(problem.to_string()),
        Refused::Broken => m::SIGNATURE_BROKEN,
        Refused::Stranger => m::SIGNATURE_STRANGER,
        Refused::Unsigned => m::SIGNATURE_UNSIGNED,
        Refused::Key => m::SIGNATURE_NO_KEY,
    };
    Error::Signature(why.with([path.into()]))
}

/// Who stands behind a set.
pub(crate) fn standing(path: &Path, opened: &Opened) -> Message {
    let (path, version) = (shown(path).into(), opened.set.version.into());
    match &opened.signer {
        Some(key) => m::SIGNATURE_SIGNED.with([path, version, key.to_base64().into()]),
        None => m::SIGNATURE_OWN.with([path, version]),
    }
}

/// Keys, each a file or the key itself.
pub(crate) fn keys(named: &[String]) -> Result<Vec<PublicKey>, Error> {
    let key = |name: &String| {
        let path = Path::new(name);
        let text = if path.exists() { input::read_data_file(path)? } else { name.clone() };
        PublicKey::from_text(&text).map_err(|problem| refused(path, problem))
    };
    named.iter().map(key).collect()
}
