//! Values of Windows that hold more or something else than on a clean machine, and entries of places that no clean machine fills.

use crate::assessment::{Action, Confidence, Severity};
use crate::messages as m;
use crate::places::is_user_writable;
use evidence::{AutostartEntry, Message, Service};
use intel::Intel;

/// How an entry differs from a clean machine.
pub(crate) struct Altered {
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) action: Action,
    pub(crate) reason: Message,
    pub(crate) attack: String,
    /// Whether there is something to put back, rather than something too many.
    pub(crate) restores: bool,
}

/// What an entry of an autostart place replaces or adds to.
pub(crate) fn entry(entry: &AutostartEntry, intel: &Intel) -> Option<Altered> {
    let launch = entry.launch_string.as_deref().or(entry.image_path.as_deref()).unwrap_or_default();
    value(entry, launch, intel)
        .or_else(|| debugger(entry, launch, intel))
        .or_else(|| class(entry, launch, intel))
}

/// A value that Windows itself fills. Listings name it as a key with the value's name, or as a key that ends in it.
fn value(entry: &AutostartEntry, launch: &str, intel: &Intel) -> Option<Altered> {
    let settings = intel.settings();
    let split = entry.location.rsplit_once('\\');
    let known = settings
        .stock_value(&entry.location, &entry.name)
        .or_else(|| split.and_then(|(key, name)| settings.stock_value(key, name)))?;
    let foreign = known.foreign(launch);
    let first = foreign.first()?;
    let bad = foreign.iter().any(|part| is_user_writable(part));
    let source = settings.title(&known.source);
    let reason = m::REASON_STOCK_VALUE.with([
        format!("{}\\{}", known.key, known.name).into(),
        (*first).into(),
        source.into(),
    ]);
    let (severity, confidence, action) = if bad {
        (Severity::High, Confidence::Likely, Action::Restore)
    } else {
        // Kiosks and terminal servers put programs of their own there.
        (Severity::Medium, Confidence::Possible, Action::Review)
    };
    Some(Altered { severity, confidence, action, reason, attack: known.attack.clone(), restores: true })
}

/// A debugger that starts in the place of a program.
fn debugger(entry: &AutostartEntry, launch: &str, intel: &Intel) -> Option<Altered> {
    let (place, image) = entry.location.rsplit_once('\\')?;
    let place = place.to_lowercase();
    if !place.ends_with("image file execution options") && !place.ends_with("silentprocessexit") {
        return None;
    }
    if intel.settings().is_harmless_debugger(image, launch) {
        return None;
    }
    let door = intel.settings().is_accessibility(image);
    let spec = if door { m::REASON_DEBUGGER_LOGON } else { m::REASON_DEBUGGER };
    let (severity, confidence, action) = if door && place.ends_with("options") {
        (Severity::High, Confidence::Likely, Action::Remove)
    } else if is_user_writable(launch) {
        (Severity::High, Confidence::Likely, Action::Review)
    } else {
        (Severity::Medium, Confidence::Possible, Action::Review)
    };
    let attack = if door { "T1546.008" } else { "T1546.012" };
    let reason = spec.with([image.into(), launch.into()]);
    Some(Altered { severity, confidence, action, reason, attack: attack.to_owned(), restores: false })
}

/// A class of a user's own that stands before the machine's.
fn class(entry: &AutostartEntry, launch: &str, intel: &Intel) -> Option<Altered> {
    const ATTACK: &str = "T1546.015";
    if entry.category != "COM" || entry.profile.is_none() {
        return None;
    }
    let id = entry.name.as_str();
    let lower = launch.to_lowercase();
    let scriptlet = ["scrobj.dll", ".sct"].iter().any(|ending| lower.ends_with(ending));
    let (reason, severity, confidence) = match intel.settings().hijacked_class(id) {
        Some(known) => {
            let source = intel.settings().title(&known.source);
            let reason =
                m::REASON_CLASS_HIJACKED.with([known.name.as_str().into(), launch.into(), source.into()]);
            let severity = if is_user_writable(launch) { Severity::High } else { Severity::Medium };
            (reason, severity, Confidence::Likely)
        }
        None if scriptlet => {
            (m::REASON_CLASS_SCRIPTLET.with([launch.into()]), Severity::Medium, Confidence::Likely)
        }
        None => return None,
    };
    Some(Altered {
        severity,
        confidence,
        action: Action::Review,
        reason,
        attack: ATTACK.to_owned(),
        restores: false,
    })
}

/// A service of Windows whose library is another.
pub(crate) fn service(service: &Service, intel: &Intel) -> Option<Altered> {
    let known = intel.settings().library_of(&service.name)?;
    let library = service.service_dll.as_deref().filter(|library| !known.is(library))?;
    let expected = known.files.first().map(String::as_str).unwrap_or_default();
    let reason =
        m::REASON_SERVICE_LIBRARY.with([service.name.as_str().into(), library.into(), expected.into()]);
    // Programs for remote desktops and the like replace a library as well, from the folder of programs.
    let lower = library.to_lowercase();
    let usual = lower.contains(r"\program files") || lower.starts_with("%programfiles");
    let (severity, confidence, action) = if usual {
        (Severity::Medium, Confidence::Possible, Action::Review)
    } else {
        (Severity::High, Confidence::Likely, Action::Restore)
    };
    Some(Altered { severity, confidence, action, reason, attack: "T1543.003".to_owned(), restores: true })
}

#[cfg(test)]
mod tests;
