//! Local accounts that are easily taken, and who can do everything on the machine.

use super::{sources, title, why};
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Account, Evidence, Message};
use intel::hardening::Hardening;
use std::collections::{BTreeMap, BTreeSet};

/// The relative id of the account that every Windows has for administration.
const BUILT_IN: u32 = 500;
/// The accounts that Windows makes itself: administrator, guest, the domain's key, the default account, Application Guard's.
const STOCK: [u32; 5] = [BUILT_IN, 501, 502, 503, 504];

/// The gaps of local accounts. What both the policy and an account tell of the guest becomes one finding: the policy's, unless the guest is more
/// than enabled.
pub(super) fn detect(
    evidence: &Evidence,
    hardening: &Hardening,
    policies: &mut Vec<Finding>,
) -> Vec<Finding> {
    let mut findings: BTreeMap<String, (Finding, Vec<usize>)> = BTreeMap::new();
    for (at, account) in evidence.accounts() {
        let found = [
            guest(account, hardening),
            enabled_guest(account, hardening),
            no_password(account, hardening),
            old_password(account, hardening),
        ];
        // Several sources may tell of one account.
        for finding in found.into_iter().flatten() {
            findings.entry(finding.id.clone()).or_insert_with(|| (finding, Vec::new())).1.push(at);
        }
    }
    let placed = |(finding, records): (Finding, Vec<usize>)| Finding {
        evidence: places(evidence, records),
        ..finding
    };
    let mut findings: Vec<_> = findings.into_values().map(placed).collect();
    let is_guest = |finding: &Finding| finding.title.id == m::HARDENING_GUEST.id;
    let is_more = |finding: &Finding| finding.title.id == m::TITLE_GUEST_ADMINISTRATOR.id;
    if let Some(more) = findings.iter_mut().find(|finding| is_more(finding)) {
        let told = policies.extract_if(.., |finding| is_guest(finding));
        more.evidence.extend(told.flat_map(|finding| finding.evidence));
        findings.retain(|finding| !is_guest(finding));
    } else if let Some(policy) = policies.iter_mut().find(|finding| is_guest(finding)) {
        let told = findings.extract_if(.., |finding| is_guest(finding));
        policy.evidence.extend(told.flat_map(|finding| finding.evidence));
    }
    findings.extend(old_passwords(evidence, hardening));
    findings.extend(administrators(evidence, hardening));
    findings
}

fn about(kind: Kind, account: &Account, what: &str, title: Message) -> Finding {
    let mut finding = finding(kind, &account.name, title);
    finding.id = finding_id(kind, &[what, &account.name], "");
    if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(account) {
        finding.subject = fields;
    }
    finding
}

/// The guest with the rights of an administrator: a way back in that nobody sets up for use.
fn guest(account: &Account, hardening: &Hardening) -> Option<Finding> {
    if account.rid != Some(501) || account.administrator != Some(true) {
        return None;
    }
    let title = m::TITLE_GUEST_ADMINISTRATOR.with([account.name.as_str().into()]);
    let mut finding = about(Kind::Account, account, "guest-administrator", title);
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Certain);
    finding.reasons = vec![m::REASON_GUEST.plain()];
    // What is not enabled needs no disabling, and taking that back would enable it.
    let is_on = account.enabled == Some(true);
    let set = is_on.then_some(DISABLE_GUEST).into_iter().chain([DEMOTE_GUEST]);
    let undo = [PROMOTE_GUEST].into_iter().chain(is_on.then_some(ENABLE_GUEST));
    finding.reasons.extend(set.map(|command| m::HARDENING_SET.with([command.into()])));
    finding.reasons.extend(undo.map(|command| m::HARDENING_UNDO.with([command.into()])));
    finding.reasons.extend(sources(hardening, &["cis".to_owned(), "group-member".to_owned()]));
    finding.attack = vec!["T1078.001".to_owned()];
    Some(finding)
}

/// By the number that the guest has in every language.
const DISABLE_GUEST: &str = r#"powershell -NoProfile -Command "Get-LocalUser | Where-Object SID -Like 'S-1-5-21-*-501' | Disable-LocalUser""#;
const ENABLE_GUEST: &str = r#"powershell -NoProfile -Command "Get-LocalUser | Where-Object SID -Like 'S-1-5-21-*-501' | Enable-LocalUser""#;

/// By the number that the group of the administrators has in every language.
const DEMOTE_GUEST: &str = r#"powershell -NoProfile -Command "Get-LocalGroupMember -SID S-1-5-32-544 | Where-Object SID -Like 'S-1-5-21-*-501' | Remove-LocalGroupMember -SID S-1-5-32-544""#;
const PROMOTE_GUEST: &str = r#"powershell -NoProfile -Command "Get-LocalUser | Where-Object SID -Like 'S-1-5-21-*-501' | Add-LocalGroupMember -SID S-1-5-32-544""#;

/// Whom they mean a person has to write in: no shell runs them as they stand.
const DEMOTE: &str =
    r#"powershell -NoProfile -Command "Remove-LocalGroupMember -SID S-1-5-32-544 -Member <NAME>""#;
const PROMOTE: &str =
    r#"powershell -NoProfile -Command "Add-LocalGroupMember -SID S-1-5-32-544 -Member <NAME>""#;

/// The guest that anyone can log on as.
fn enabled_guest(account: &Account, hardening: &Hardening) -> Option<Finding> {
    if account.rid != Some(501) || account.enabled != Some(true) || account.administrator == Some(true) {
        return None;
    }
    let mut finding = about(Kind::Hardening, account, "guest", title("guest"));
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Certain);
    finding.action = Action::Harden;
    finding.reasons = why("guest").into_iter().collect();
    finding.reasons.push(m::HARDENING_SET.with([DISABLE_GUEST.into()]));
    finding.reasons.push(m::HARDENING_UNDO.with([ENABLE_GUEST.into()]));
    finding.reasons.extend(sources(hardening, &["cis".to_owned()]));
    finding.attack = vec!["T1078.001".to_owned()];
    Some(finding)
}

/// How a property of an account is set and taken back. The account is named by its number: nothing of the evidence gets into a command.
fn commands(account: &Account, pick: &str, set: &str, undo: &str) -> Vec<Message> {
    let Some(rid) = account.rid else { return Vec::new() };
    let command = |change: &str| {
        format!(
            r#"powershell -NoProfile -Command "{pick} | Where-Object SID -Like 'S-1-5-21-*-{rid}' | {change}""#
        )
    };
    let (set, undo) = (command(set), command(undo));
    vec![m::HARDENING_SET.with([set.into()]), m::HARDENING_UNDO.with([undo.into()])]
}

/// An account that may have no password.
fn no_password(account: &Account, hardening: &Hardening) -> Option<Finding> {
    let stock = account.rid.is_some_and(|rid| STOCK.contains(&rid) && rid != BUILT_IN);
    if account.password_not_required != Some(true) || account.enabled != Some(true) || stock {
        return None;
    }
    let title = m::TITLE_ACCOUNT_NO_PASSWORD.with([account.name.as_str().into()]);
    let mut finding = about(Kind::Hardening, account, "no-password", title);
    let administrator = account.administrator == Some(true);
    finding.severity = if administrator { Severity::Medium } else { Severity::Low };
    finding.confidence = Confidence::Certain;
    finding.action = Action::Harden;
    finding.reasons = vec![m::REASON_ACCOUNT_NO_PASSWORD.plain()];
    finding.reasons.extend(is_administrator(account));
    finding.reasons.extend(commands(
        account,
        "Get-CimInstance Win32_UserAccount -Filter 'LocalAccount=TRUE'",
        "Set-CimInstance -Property @{PasswordRequired=$true}",
        "Set-CimInstance -Property @{PasswordRequired=$false}",
    ));
    finding.reasons.extend(sources(hardening, &["user-account".to_owned()]));
    finding.attack = vec!["T1078.003".to_owned()];
    Some(finding)
}

/// An administrator whose password stays for ever.
fn old_password(account: &Account, hardening: &Hardening) -> Option<Finding> {
    let all = account.password_never_expires == Some(true)
        && account.enabled == Some(true)
        && account.administrator == Some(true);
    if !all {
        return None;
    }
    let title = m::TITLE_ACCOUNT_NEVER_EXPIRES.with([account.name.as_str().into()]);
    let mut finding = about(Kind::Hardening, account, "never-expires", title);
    finding.severity = Severity::Low;
    finding.confidence = Confidence::Certain;
    finding.action = Action::Harden;
    finding.reasons = vec![m::REASON_ACCOUNT_NEVER_EXPIRES.plain()];
    finding.reasons.extend(commands(
        account,
        "Get-LocalUser",
        "Set-LocalUser -PasswordNeverExpires $false",
        "Set-LocalUser -PasswordNeverExpires $true",
    ));
    finding.reasons.extend(sources(hardening, &["local-user".to_owned()]));
    finding.attack = vec!["T1078.003".to_owned()];
    Some(finding)
}

/// How many accounts one command is for.
const PER_COMMAND: usize = 64;
/// How many such commands there are at most.
const MOST_COMMANDS: usize = 8;

/// The other accounts whose passwords stay for ever, all in one: many are meant to be so.
fn old_passwords(evidence: &Evidence, hardening: &Hardening) -> Option<Finding> {
    let stays = |account: &Account| {
        account.password_never_expires == Some(true)
            && account.enabled == Some(true)
            && account.administrator != Some(true)
            && !account.rid.is_some_and(|rid| STOCK.contains(&rid))
    };
    let own: Vec<_> = evidence.accounts().filter(|(_, account)| stays(account)).collect();
    let mut names: Vec<_> = own.iter().map(|(_, account)| account.name.clone()).collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let title = m::TITLE_ACCOUNTS_NEVER_EXPIRE.with([names.len().into()]);
    let mut finding = finding(Kind::Hardening, "never-expires", title);
    finding.severity = Severity::Info;
    finding.confidence = Confidence::Certain;
    finding.action = Action::Harden;
    finding.id = finding_id(Kind::Hardening, &["never-expires"], "");
    finding.reasons = vec![m::REASON_ACCOUNTS_NEVER_EXPIRE.with([names.join(", ").into()])];
    let numbers: BTreeSet<u32> = own.iter().filter_map(|(_, account)| account.rid).collect();
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    let command = |numbers: &[String], value: &str| {
        let numbers = numbers.join("|");
        format!(
            r#"powershell -NoProfile -Command "Get-LocalUser | Where-Object SID -Match '^S-1-5-21-.*-({numbers})$' | Set-LocalUser -PasswordNeverExpires {value}""#
        )
    };
    let parts = || numbers.chunks(PER_COMMAND).take(MOST_COMMANDS);
    let set = parts().map(|numbers| m::HARDENING_SET.with([command(numbers, "$false").into()]));
    finding.reasons.extend(set);
    let undo = parts().map(|numbers| m::HARDENING_UNDO.with([command(numbers, "$true").into()]));
    finding.reasons.extend(undo);
    finding.reasons.extend(sources(hardening, &["local-user".to_owned()]));
    finding.attack = vec!["T1078.003".to_owned()];
    finding.subject.insert("Accounts".to_owned(), names.into());
    finding.evidence = places(evidence, own.iter().map(|(at, _)| *at));
    Some(finding)
}

fn is_administrator(account: &Account) -> Option<Message> {
    (account.administrator == Some(true)).then(|| m::REASON_ACCOUNT_ADMINISTRATOR.plain())
}

/// Who can do everything on the machine: a person has to know each of them.
fn administrators(evidence: &Evidence, hardening: &Hardening) -> Option<Finding> {
    let (mut names, mut records) = (Vec::new(), Vec::new());
    for (at, account) in evidence.accounts() {
        if account.administrator == Some(true) && account.enabled != Some(false) {
            names.push(account.name.clone());
            records.push(at);
        }
    }
    // The group itself tells more: accounts of a domain and other groups are in it, too.
    let members = evidence.settings().filter(|(_, setting)| {
        setting.kind == "group-member" && setting.name.eq_ignore_ascii_case("Administrators")
    });
    let (own, places_of): (Vec<_>, Vec<_>) = members.map(|(at, setting)| (setting.value.clone(), at)).unzip();
    if !own.is_empty() {
        (names, records) = (own, places_of);
    }
    names.sort();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let title = m::TITLE_ADMINISTRATORS.with([names.len().into()]);
    let mut finding = finding(Kind::Hardening, "administrators", title);
    // One who installed the machine is on every one.
    finding.severity = if names.len() > 2 { Severity::Low } else { Severity::Info };
    finding.confidence = Confidence::Certain;
    finding.reasons = vec![m::REASON_ADMINISTRATORS.with([names.join(", ").into()])];
    finding.reasons.push(m::HARDENING_SET.with([DEMOTE.into()]));
    finding.reasons.push(m::HARDENING_UNDO.with([PROMOTE.into()]));
    finding.reasons.extend(sources(hardening, &["cis".to_owned(), "group-member".to_owned()]));
    finding.id = finding_id(Kind::Hardening, &["administrators"], "");
    finding.subject.insert("Members".to_owned(), names.into());
    finding.evidence = places(evidence, records);
    Some(finding)
}
