//! Which accounts were used on the machine, and how: their passwords count as known to whoever was there.
//!
//! Logons are those of event 4624 of the types 2 (at the machine), 3 (over the network), 9 (with other credentials), 10 (Remote Desktop) and 11
//! (with cached credentials), as Microsoft numbers them. The accounts of Windows itself have no password and are left out: those of the system
//! and its services, of the window manager and the fonts, of virtual accounts, and the anonymous one.
//!
//! A logon over the network leaves no credentials behind, so of those only the ones since the first sign of the infection count. The other types
//! leave them in memory and, for a domain, on the disk: whenever the account was used, they are there to be taken.

use super::is_audit;
use crate::assessment::ExposedAccount;
use evidence::{Event, Evidence, Service};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The types of logon that count.
const TYPES: [u32; 5] = [2, 3, 9, 10, 11];
/// The beginnings of identifiers of accounts without a password: nobody, anonymous, the system and its services, services by name, application
/// pools, virtual machines, the window manager, the fonts.
const WITHOUT_PASSWORD: [&str; 10] = [
    "S-1-0-",
    "S-1-5-7",
    "S-1-5-18",
    "S-1-5-19",
    "S-1-5-20",
    "S-1-5-80-",
    "S-1-5-82-",
    "S-1-5-83-",
    "S-1-5-90-",
    "S-1-5-96-",
];

/// The types of logon that leave credentials behind.
const LEAVE: [u32; 4] = [2, 9, 10, 11];

/// The accounts that were used since this time, or that left credentials before, sorted by domain and name.
pub(super) fn accounts(evidence: &Evidence, since: Option<Timestamp>) -> Vec<ExposedAccount> {
    let own_names: BTreeSet<String> = evidence.host.names.iter().map(|name| short(name)).collect();
    let mut exposed = Exposed { own_names, accounts: BTreeMap::new(), by_name: BTreeMap::new() };
    let mut seen = BTreeSet::new();
    for (_, event) in evidence.events() {
        // A log and its copy tell of the same logon twice.
        if seen.insert((event.time, event.record_id, event.event_id, event.computer.as_str())) {
            exposed.logon(event, since.is_none_or(|since| event.time >= since));
        }
    }
    for (_, service) in evidence.services() {
        exposed.service(service);
    }
    for (_, task) in evidence.tasks() {
        // Whoever is logged on runs these, and no password is stored with them.
        let stores_none = ["InteractiveToken", "S4U", "Group", "ServiceAccount"];
        if task.logon_type.as_deref().is_some_and(|kind| stores_none.contains(&kind)) {
            continue;
        }
        exposed.task(&task.path, task.principal.as_deref().unwrap_or_default());
    }
    let mut accounts: Vec<_> = exposed.accounts.into_values().filter(is_exposed).collect();
    accounts.sort_by_key(|account| {
        (
            account.domain.as_deref().unwrap_or_default().to_lowercase(),
            account.name.to_lowercase(),
            account.sid.clone(),
        )
    });
    accounts
}

/// Whether the account was used since the first sign, or left credentials before it.
fn is_exposed(account: &ExposedAccount) -> bool {
    !account.logons_since.is_empty()
        || LEAVE.iter().any(|kind| account.logons.contains_key(kind))
        || account.explicit > 0
        || !account.services.is_empty()
        || !account.tasks.is_empty()
}

struct Exposed {
    /// The names of the machine, short and in lower case.
    own_names: BTreeSet<String>,
    /// By identifier, or where none is known by domain and name.
    accounts: BTreeMap<String, ExposedAccount>,
    /// The key of each account by domain and name.
    by_name: BTreeMap<String, String>,
}

impl Exposed {
    fn logon(&mut self, event: &Event, since: bool) {
        if !is_audit(event, 4624) && !is_audit(event, 4648) {
            return;
        }
        if is_audit(event, 4648) {
            // Credentials that were given for another machine.
            let elsewhere = event.field("TargetServerName").is_some_and(|server| {
                !server.eq_ignore_ascii_case("localhost") && !self.own_names.contains(&short(server))
            });
            let (domain, name) = (event.field("TargetDomainName"), event.field("TargetUserName"));
            if let Some(account) =
                name.filter(|_| elsewhere && since).and_then(|name| self.account(None, domain, name))
            {
                account.explicit += 1;
                account.used(event.time);
            }
            return;
        }
        let Some(kind) = event.field("LogonType").and_then(number).filter(|kind| TYPES.contains(kind)) else {
            return;
        };
        let Some(name) = event.field("TargetUserName") else { return };
        let (sid, domain) = (event.field("TargetUserSid"), event.field("TargetDomainName"));
        if let Some(account) = self.account(sid, domain, name) {
            *account.logons.entry(kind).or_default() += 1;
            if since {
                *account.logons_since.entry(kind).or_default() += 1;
            }
            account.used(event.time);
        }
        // The other credentials of type 9 are those that leave the machine.
        let outbound =
            event.field("TargetOutboundUserName").filter(|name| since && kind == 9 && *name != "-");
        let domain = event.field("TargetOutboundDomainName");
        if let Some(account) = outbound.and_then(|name| self.account(None, domain, name)) {
            account.explicit += 1;
            account.used(event.time);
        }
    }

    /// Windows keeps the password of a service's account on the machine.
    fn service(&mut self, service: &Service) {
        if service.is_driver() == Some(true) {
            return;
        }
        let Some((domain, name)) = service.account.as_deref().and_then(account_of) else { return };
        // Managed accounts change their passwords by themselves.
        if name.ends_with('$') {
            return;
        }
        let domain = if domain == Some(".") { None } else { domain };
        if let Some(account) = self.account(None, domain, name) {
            account.services.push(service.name.clone());
            account.services.sort();
            account.services.dedup();
        }
    }

    /// A task of a user of its own; groups and the accounts of Windows are none.
    fn task(&mut self, path: &str, principal: &str) {
        let account = if principal.starts_with("S-1-") {
            if !principal.starts_with("S-1-5-21-") {
                return;
            }
            // Of an identifier that nobody has logged on with, no name is known: it stands for itself.
            if self.accounts.contains_key(principal) {
                self.accounts.get_mut(principal)
            } else {
                self.account(Some(principal), None, principal)
            }
        } else {
            let Some((Some(domain), name)) = account_of(principal) else { return };
            self.account(None, Some(domain), name)
        };
        if let Some(account) = account {
            account.tasks.push(path.to_owned());
            account.tasks.sort();
            account.tasks.dedup();
        }
    }

    /// The account of this identifier or name; `None` for those of Windows and for machines of a domain.
    fn account(
        &mut self,
        sid: Option<&str>,
        domain: Option<&str>,
        name: &str,
    ) -> Option<&mut ExposedAccount> {
        let clean = |text: &&str| !text.is_empty() && *text != "-";
        let (sid, domain) = (sid.filter(clean), domain.filter(clean));
        let without = |sid: &str| {
            WITHOUT_PASSWORD
                .iter()
                .any(|start| if start.ends_with('-') { sid.starts_with(start) } else { sid == *start })
        };
        if !clean(&name) || sid.is_some_and(without) || domain.is_some_and(is_of_windows) {
            return None;
        }
        let local = domain.map(|domain| self.own_names.contains(&short(domain)));
        if name.ends_with('$') && local != Some(true) {
            return None;
        }
        let by_name = format!("{}\\{}", domain.unwrap_or_default().to_lowercase(), name.to_lowercase());
        let key = match (sid, self.by_name.get(&by_name)) {
            (Some(sid), _) => sid.to_owned(),
            (None, Some(known)) => known.clone(),
            (None, None) => by_name.clone(),
        };
        // What was known by its name alone has an identifier now.
        if sid.is_some()
            && let Some(mut earlier) = self.accounts.remove(&by_name)
        {
            earlier.sid = sid.map(str::to_owned);
            self.accounts.entry(key.clone()).or_insert(earlier);
        }
        self.by_name.insert(by_name, key.clone());
        Some(self.accounts.entry(key).or_insert_with(|| ExposedAccount {
            domain: domain.map(str::to_owned),
            name: name.to_owned(),
            sid: sid.map(str::to_owned),
            local,
            ..ExposedAccount::default()
        }))
    }
}

/// Domain and name of an account as services and tasks write it; `None` for those of Windows, which stand for themselves.
fn account_of(text: &str) -> Option<(Option<&str>, &str)> {
    let text = text.trim();
    if let Some((domain, name)) = text.split_once('\\') {
        return (!is_of_windows(domain) && !name.is_empty()).then_some((Some(domain), name));
    }
    let (name, domain) = text.split_once('@')?;
    (!name.is_empty() && !domain.is_empty()).then_some((Some(domain), name))
}

/// Whether a domain is one that Windows gives to its own accounts. `NT AUTHORITY` and `NT SERVICE` are translated behind the `NT`.
fn is_of_windows(domain: &str) -> bool {
    let domain = domain.to_uppercase();
    ["WINDOW MANAGER", "FONT DRIVER HOST", "IIS APPPOOL", "BUILTIN", "NT VIRTUAL MACHINE"]
        .contains(&domain.as_str())
        || domain.starts_with("NT ")
        || domain.starts_with("NT-")
}

/// A machine's name without its domain, in lower case.
fn short(name: &str) -> String {
    name.trim_start_matches('\\').split('.').next().unwrap_or_default().to_lowercase()
}

fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}
