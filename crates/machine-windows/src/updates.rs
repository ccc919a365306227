//! What Windows Update itself says is missing, from what it last learned: nothing is asked over the network.

use crate::beside;
use crate::fault::{Outcome, from_error};
use crate::settings::setting;
use crate::wmi::prepare;
use evidence::Setting;
use machine::{Error, Fault, Listed};
use std::cell::Cell;
use std::time::Duration;
use windows::Win32::Foundation::VARIANT_BOOL;
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance};
use windows::Win32::System::UpdateAgent::{
    AutomaticUpdates, IAutomaticUpdates2, IStringCollection, IUpdate, IUpdateSession, UpdateSession,
    orcSucceeded, orcSucceededWithErrors,
};
use windows::Win32::System::Variant::{VARIANT, VT_DATE};
use windows::core::BSTR;

/// The updates that are asked for.
const CRITERIA: &str = "IsInstalled=0 and Type='Software' and IsHidden=0";
/// How long the search may take; on a machine with a long history it takes minutes.
const PATIENCE: Duration = Duration::from_mins(1);
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
    let fault = |error: windows::core::Error| from_error(&error);
    // SAFETY: COM is ready on this thread; texts outlive the calls.
    let (result, updates) = unsafe {
        let session: IUpdateSession =
            CoCreateInstance(&UpdateSession, None, CLSCTX_INPROC_SERVER).map_err(fault)?;
        let searcher = session.CreateUpdateSearcher().map_err(fault)?;
        searcher.SetOnline(VARIANT_BOOL::from(false)).map_err(fault)?;
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
    #[expect(
        clippy::cast_possible_truncation,
        reason = "days of calendars, and what lies outside becomes no date"
    )]
    let days = jiff::Span::new().try_days(days.floor() as i64).ok()?;
    Some(jiff::civil::date(1899, 12, 30).checked_add(days).ok()?.to_string())
}
