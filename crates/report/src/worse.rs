//! How accounts were used, in words, for the reports that people read.

use crate::catalogue::Catalogue;
use crate::sanitize::visible;
use detect::assessment::ExposedAccount;
use evidence::Message;

/// The words for a type of logon.
fn logon(kind: u32) -> &'static str {
    match kind {
        2 => "logon-at-machine",
        3 => "logon-over-network",
        9 => "logon-other-credentials",
        10 => "logon-remote-desktop",
        _ => "logon-cached",
    }
}

/// How an account was used: logons by type, services, tasks.
pub fn uses(catalogue: &Catalogue, account: &ExposedAccount) -> String {
    let counted = |id: &str, count: u64| catalogue.line(&Message::new(id).with("count", count));
    let mut uses: Vec<_> = account.logons.iter().map(|(kind, count)| counted(logon(*kind), *count)).collect();
    if account.explicit > 0 {
        uses.push(counted("logon-elsewhere", account.explicit));
    }
    for (id, names) in [("used-by-services", &account.services), ("used-by-tasks", &account.tasks)] {
        if !names.is_empty() {
            let names = catalogue.list(names.iter().map(|name| visible(name)));
            uses.push(format!("{} {names}", catalogue.word_for(id)));
        }
    }
    catalogue.list(uses)
}

/// When an account was used last.
pub(crate) fn last_use(account: &ExposedAccount) -> String {
    account.last.map(|time| time.to_string()).unwrap_or_default()
}
