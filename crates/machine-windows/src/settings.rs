//! Facts that have a place of their own in Windows, by kind: reading them, and changing the few that are changed one by one.

use crate::fault::Outcome;
use crate::{accounts, bits, change, facts, file, firewall, policy, registry, stored, updates};
use evidence::Setting;
use machine::{Fault, HOSTS_FOLDER, Listed, PARAMETERS_OF_TCPIP, hosts_folder};
use std::cell::Cell;
use std::collections::BTreeMap;

/// The largest hosts file that is read.
const HOSTS_LIMIT: u64 = 8 << 20;

/// The service that forwards ports.
const PORT_FORWARDER: &str = "iphlpsvc";

/// The settings of a kind.
pub(crate) fn read(kind: &str, is_com_ready: &Cell<bool>) -> Outcome<Listed<Setting>> {
    match kind {
        "hosts-entry" => hosts().map(Listed::from),
        "account-policy" => policy::of_accounts().map(Listed::from),
        "audit-policy" => policy::of_audit().map(Listed::from),
        "group-member" => accounts::group_members(),
        "missing-update" => updates::missing(),
        "update-search" => updates::last_search(is_com_ready).map(Listed::from),
        bits::KIND => bits::list(),
        firewall::KIND => firewall::list(is_com_ready).map(Listed::from),
        kind => stored::read(kind, &registry::read),
    }
}

/// Deletes a setting that is still `expected` and can be put back as it was.
pub(crate) fn delete(expected: &Setting, is_com_ready: &Cell<bool>) -> Outcome<()> {
    if expected.kind == firewall::KIND {
        return firewall::remove(expected, is_com_ready);
    }
    let (key, name, data) = stored::place(expected).ok_or(Fault::Unsupported)?;
    let stored =
        registry::read(&key)?.and_then(|found| found.value(&name).cloned()).ok_or(Fault::NotFound)?;
    if !stored::read(&expected.kind, &registry::read)?.found.contains(expected) {
        return Err(Fault::Changed);
    }
    if stored != data {
        let text = "it is stored in a form that could not be put back; remove it by hand".to_owned();
        return Err(Fault::Other { code: 0, text });
    }
    change::delete_value(&key, &name, &data)?;
    tell(expected);
    Ok(())
}

/// Makes a setting.
pub(crate) fn put(setting: &Setting, is_com_ready: &Cell<bool>) -> Outcome<()> {
    if setting.kind == firewall::KIND {
        return firewall::add(setting, is_com_ready);
    }
    let (key, name, data) = stored::place(setting).ok_or(Fault::Unsupported)?;
    match change::set_value(&key, &name, None, &data) {
        Err(Fault::Changed) => Err(Fault::Exists),
        done => done,
    }?;
    tell(setting);
    Ok(())
}

/// Tells the service that goes by the setting that it has changed. Where it does not run there is nobody to tell.
fn tell(setting: &Setting) {
    if setting.kind == "portproxy" {
        let _ = change::tell_of_change(PORT_FORWARDER);
    }
}

/// The lines of the hosts file, wherever it is.
fn hosts() -> Outcome<Vec<Setting>> {
    let stored = registry::text(PARAMETERS_OF_TCPIP, HOSTS_FOLDER);
    let folder = hosts_folder(stored.as_deref(), &facts::windows_folder()?).ok_or_else(|| {
        let text = format!("its place is not known: `{}`", stored.unwrap_or_default());
        Fault::Other { code: 0, text }
    })?;
    let bytes = match file::read(&format!(r"{folder}\hosts"), HOSTS_LIMIT) {
        Err(Fault::NotFound) => return Ok(Vec::new()),
        bytes => bytes?,
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut found = Vec::new();
    for line in text.trim_start_matches('\u{FEFF}').lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let Some(address) = words.next() else { continue };
        found.extend(words.map(|name| setting("hosts-entry", name, address)));
    }
    Ok(found)
}

/// A setting without more about it.
pub(crate) fn setting(kind: &str, name: impl Into<String>, value: impl Into<String>) -> Setting {
    Setting { kind: kind.to_owned(), name: name.into(), value: value.into(), details: BTreeMap::new() }
}
