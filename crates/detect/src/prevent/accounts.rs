//! Local accounts that are easily taken, and who can do everything on the machine.

use super::{sources, title, why};
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use evidence::{Account, Evidence, Message};
use intel::hardening::Hardening;

/// The relative id of the account that every Windows has for administration.
const BUILT_IN: u32 = 500;
/// The accounts that Windows makes itself: administrator, guest, the domain's key, the default account, Application Guard's.
const STOCK: [u32; 5] = [BUILT_IN, 501, 502, 503, 504];

pub(super) fn detect(evidence: &Evidence, hardening: &Hardening) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Where the policy tells of the guest, that is the finding.
    let told = evidence.settings().any(|(_, setting)| {
        setting.kind == "account-policy" && setting.name == "EnableGuestAccount" && setting.value != "0"
    });
    for (at, account) in evidence.accounts() {
        let enabled = enabled_guest(account, hardening).filter(|_| !told);
        let found =
            [guest(account), enabled, no_password(account, hardening), old_password(account, hardening)];
        findings.extend(found.into_iter().flatten().map(|mut finding| {
            finding.evidence = places(evidence, [at]);
            finding
        }));
    }
    findings.extend(administrators(evidence));
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
fn guest(account: &Account) -> Option<Finding> {
    if account.rid != Some(501) || account.administrator != Some(true) {
        return None;
    }
    let title = m::TITLE_GUEST_ADMINISTRATOR.with([account.name.as_str().into()]);
    let mut finding = about(Kind::Account, account, "guest-administrator", title);
    (finding.severity, finding.confidence) = (Severity::Medium, Confidence::Certain);
    finding.reasons = vec![m::REASON_GUEST.plain()];
    finding.reasons.push(m::HARDENING_SET.with([DISABLE_GUEST.into()]));
    finding.reasons.push(m::HARDENING_UNDO.with([ENABLE_GUEST.into()]));
    finding.attack = vec!["T1078.001".to_owned()];
    Some(finding)
}

/// By the number that the guest has in every language.
const DISABLE_GUEST: &str = r#"powershell -NoProfile -Command "Get-LocalUser | Where-Object SID -Like 'S-1-5-21-*-501' | Disable-LocalUser""#;
const ENABLE_GUEST: &str = r#"powershell -NoProfile -Command "Get-LocalUser | Where-Object SID -Like 'S-1-5-21-*-501' | Enable-LocalUser""#;

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

fn is_administrator(account: &Account) -> Option<Message> {
    (account.administrator == Some(true)).then(|| m::REASON_ACCOUNT_ADMINISTRATOR.plain())
}

/// Who can do everything on the machine: a person has to know each of them.
fn administrators(evidence: &Evidence) -> Option<Finding> {
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
    finding.id = finding_id(Kind::Hardening, &["administrators"], "");
    finding.subject.insert("Members".to_owned(), names.into());
    finding.evidence = places(evidence, records);
    Some(finding)
}
