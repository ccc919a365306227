//! What Windows Update itself says is missing, from what it last learned or from a scan file of Microsoft's: nothing is asked over the network.

use crate::beside;
use crate::fault::{Outcome, from_error};
use crate::settings::setting;
use crate::wmi::prepare;
use evidence::Setting;
use machine::{Error, Fault, Listed};
use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use windows::Win32::Foundation::VARIANT_BOOL;
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance};
use windows::Win32::System::UpdateAgent::{
    AutomaticUpdates, IAutomaticUpdates2, IStringCollection, IUpdate, IUpdateSearcher, IUpdateServiceManager,
    IUpdateSession, UpdateServiceManager, UpdateSession, orcSucceeded, orcSucceededWithErrors, ssOthers,
};
use windows::Win32::System::Variant::{VARIANT, VT_DATE};
use windows::core::BSTR;

/// The updates that are asked for.
const CRITERIA: &str = "IsInstalled=0 and Type='Software' and IsHidden=0";
/// How long the search may take; on a machine with a long history it takes minutes.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a search with a scan file may take: it holds the updates of all products.
const SCAN_PATIENCE: Duration = Duration::from_mins(45);
/// The name of the service that Windows Update makes of a scan file.
const SCAN_SERVICE: &str = "Deminer scan file";
/// More services than Windows Update ever has.
const MAX_SERVICES: i32 = 256;
/// More updates than any machine is behind.
const MAX_UPDATES: i32 = 10_000;
/// More numbers or bulletins than any update has.
const MAX_TEXTS: i32 = 256;

/// The updates that are not installed, sorted.
pub(crate) fn missing() -> Outcome<Listed<Setting>> {
    beside::within(PATIENCE, search)
}

fn search() -> Outcome<Listed<Setting>> {
    prepare(&Cell::new(false));
    let searcher = searcher().map_err(|error| from_error(&error))?;
    found_by(&searcher)
}

/// A searcher that asks nothing over the network.
fn searcher() -> windows::core::Result<IUpdateSearcher> {
    // SAFETY: COM is ready on this thread.
    unsafe {
        let session: IUpdateSession = CoCreateInstance(&UpdateSession, None, CLSCTX_INPROC_SERVER)?;
        let searcher = session.CreateUpdateSearcher()?;
        searcher.SetOnline(VARIANT_BOOL::from(false))?;
        Ok(searcher)
    }
}

/// The updates that are missing by a scan file, sorted. Windows Update makes a service of the file for the time of the search: it is taken back
/// in every way that this ends, and goes by itself with this program, as it is not made to last.
pub(crate) fn scan(file: &str) -> Outcome<Listed<Setting>> {
    let made: Made = Arc::default();
    let (file, theirs) = (file.to_owned(), Arc::clone(&made));
    let found = beside::within(SCAN_PATIENCE, move || search_with(&file, &theirs));
    // The search took too long or broke down.
    let left = made.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(left) = left else { return found };
    let removed = beside::within(PATIENCE, move || {
        prepare(&Cell::new(false));
        let manager = manager().map_err(|error| from_error(&error))?;
        remove(&manager, &left)
    });
    match (found, removed) {
        (found, Ok(())) => found,
        (Ok(mut found), Err(fault)) => {
            found.missed.push(still_there(&fault));
            Ok(found)
        }
        (Err(found), Err(fault)) => {
            let text = format!("{found}; {}", still_there(&fault).fault);
            Err(Fault::Other { code: 0, text })
        }
    }
}

/// The id of the service that was made of a scan file, as long as it is there.
type Made = Arc<Mutex<Option<String>>>;

fn still_there(fault: &Fault) -> Error {
    let text = format!("the service `{SCAN_SERVICE}` of Windows Update may still be there ({fault})");
    Error::new("take the scan file back from Windows Update", "", Fault::Other { code: 0, text })
}

fn search_with(file: &str, made: &Made) -> Outcome<Listed<Setting>> {
    prepare(&Cell::new(false));
    let fault = |error: windows::core::Error| from_error(&error);
    let manager = manager().map_err(fault)?;
    // What a run left that was cut off.
    for left in own_services(&manager).map_err(fault)? {
        remove(&manager, &left)?;
    }
    // SAFETY: COM is ready on this thread; texts outlive the calls.
    let service = unsafe {
        // Without a flag the service ends with the last reference to it.
        manager.AddScanPackageService(&BSTR::from(SCAN_SERVICE), &BSTR::from(file), 0).map_err(fault)?
    };
    // SAFETY: the service is one that was just given.
    let (id, issued) = unsafe { (service.ServiceID().map_err(fault)?, service.IssueDate().ok()) };
    let set = |value| *made.lock().unwrap_or_else(PoisonError::into_inner) = value;
    set(Some(id.to_string()));
    // SAFETY: as above.
    let searching = || unsafe {
        let searcher = searcher()?;
        searcher.SetServerSelection(ssOthers)?;
        searcher.SetServiceID(&id)?;
        windows::core::Result::Ok(searcher)
    };
    let found = searching().map_err(fault).and_then(|searcher| found_by(&searcher));
    let removed = remove(&manager, &id.to_string());
    drop(service);
    let is_gone = || own_services(&manager).is_ok_and(|left| left.is_empty());
    if removed.is_ok() || is_gone() {
        set(None);
    }
    let mut found = found?;
    let mut own = setting("update-scan", file, "");
    own.details.extend(issued.and_then(day_of).map(|day| ("issued".to_owned(), day)));
    found.found.push(own);
    Ok(found)
}

fn manager() -> windows::core::Result<IUpdateServiceManager> {
    // SAFETY: COM is ready on this thread.
    unsafe { CoCreateInstance(&UpdateServiceManager, None, CLSCTX_INPROC_SERVER) }
}

/// The ids of the services that this program made of scan files.
fn own_services(manager: &IUpdateServiceManager) -> windows::core::Result<Vec<String>> {
    // SAFETY: the collection and the services are ones that were just given; it counts from 0.
    unsafe {
        let services = manager.Services()?;
        let mut own = Vec::new();
        for index in 0..services.Count()?.min(MAX_SERVICES) {
            let service = services.get_Item(index)?;
            if service.IsScanPackageService()?.as_bool() && service.Name()? == SCAN_SERVICE {
                own.push(service.ServiceID()?.to_string());
            }
        }
        Ok(own)
    }
}

fn remove(manager: &IUpdateServiceManager, id: &str) -> Outcome<()> {
    // SAFETY: COM is ready on this thread; the text outlives the call.
    unsafe { manager.RemoveService(&BSTR::from(id)).map_err(|error| from_error(&error)) }
}

/// What a searcher finds missing.
fn found_by(searcher: &IUpdateSearcher) -> Outcome<Listed<Setting>> {
    let fault = |error: windows::core::Error| from_error(&error);
    // SAFETY: COM is ready on this thread; texts outlive the calls.
    let (result, updates) = unsafe {
        let found = searcher.Search(&BSTR::from(CRITERIA)).map_err(fault)?;
        (found.ResultCode().map_err(fault)?, found.Updates().map_err(fault)?)
    };
    if ![orcSucceeded, orcSucceededWithErrors].contains(&result) {
        let text = "Windows Update could not search what it knows; let it search once".to_owned();
        return Err(Fault::Other { code: result.0.cast_unsigned(), text });
    }
    let mut missing = Listed::from(Vec::new());
    let mut cut = |what, limit: i32| {
        let fault = Fault::TooMany { limit: u64::from(limit.cast_unsigned()) };
        missing.missed.push(Error::new(what, "", fault));
    };
    // SAFETY: the collection is one that was just given, and counts from 0.
    unsafe {
        let count = updates.Count().map_err(fault)?;
        if count > MAX_UPDATES {
            cut("list the missing updates", MAX_UPDATES);
        }
        for index in 0..count.min(MAX_UPDATES) {
            let update = updates.get_Item(index).map_err(fault)?;
            if numbers_of(&update).map_err(fault)? > MAX_TEXTS {
                cut("list the numbers of a missing update", MAX_TEXTS);
            }
            missing.found.extend(records(&update).map_err(fault)?);
        }
    }
    missing.found.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
    missing.found.dedup();
    Ok(missing)
}

/// How many numbers or bulletins the update has.
fn numbers_of(update: &IUpdate) -> windows::core::Result<i32> {
    // SAFETY: the update is one that was just given.
    unsafe { Ok(update.KBArticleIDs()?.Count()?.max(update.SecurityBulletinIDs()?.Count()?)) }
}

/// One record a number: an update can have several, and some have none.
fn records(update: &IUpdate) -> windows::core::Result<Vec<Setting>> {
    // SAFETY: the update is one that was just given.
    let (title, numbers, bulletins, severity, id) = unsafe {
        (
            update.Title()?.to_string(),
            texts(&update.KBArticleIDs()?)?,
            texts(&update.SecurityBulletinIDs()?)?,
            update.MsrcSeverity().unwrap_or_default().to_string(),
            update.Identity()?.UpdateID()?.to_string(),
        )
    };
    let names = if numbers.is_empty() { vec![String::new()] } else { numbers };
    Ok(names
        .into_iter()
        .map(|number| {
            let name = if number.is_empty() { number } else { format!("KB{number}") };
            let mut own = setting("missing-update", name, title.clone());
            let details = [
                ("severity", severity.to_lowercase()),
                ("bulletins", bulletins.join(",")),
                ("id", id.to_lowercase()),
            ];
            let details = details.into_iter().filter(|(_, value)| !value.is_empty());
            own.details = details.map(|(name, value)| (name.to_owned(), value)).collect();
            own
        })
        .collect())
}

/// # Safety
/// The collection is one that Windows Update gave.
unsafe fn texts(list: &IStringCollection) -> windows::core::Result<Vec<String>> {
    // SAFETY: as the caller vouches; it counts from 0.
    unsafe {
        (0..list.Count()?.min(MAX_TEXTS))
            .map(|index| list.get_Item(index).map(|text| text.to_string()))
            .collect()
    }
}

/// The day on which Windows Update last searched with success; no record where it never did.
pub(crate) fn last_search(is_com_ready: &Cell<bool>) -> Outcome<Vec<Setting>> {
    prepare(is_com_ready);
    // SAFETY: COM is ready on this thread.
    let date = unsafe {
        let updates: IAutomaticUpdates2 = CoCreateInstance(&AutomaticUpdates, None, CLSCTX_INPROC_SERVER)
            .map_err(|error| from_error(&error))?;
        updates
            .Results()
            .and_then(|results| results.LastSearchSuccessDate())
            .map_err(|error| from_error(&error))?
    };
    Ok(day(&date).map(|day| setting("update-search", "", day)).into_iter().collect())
}

/// A date of COM, in days since 1899-12-30, as the day.
fn day(date: &VARIANT) -> Option<String> {
    // SAFETY: the number is read only where the type says that there is one.
    let days = unsafe {
        let inner = &date.Anonymous.Anonymous;
        (inner.vt == VT_DATE).then(|| inner.Anonymous.date)?
    };
    day_of(days)
}

fn day_of(days: f64) -> Option<String> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "days of calendars, and what lies outside becomes no date"
    )]
    let days = jiff::Span::new().try_days(days.floor() as i64).ok()?;
    Some(jiff::civil::date(1899, 12, 30).checked_add(days).ok()?.to_string())
}
