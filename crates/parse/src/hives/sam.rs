//! The SAM hive: local accounts, by name, number and flags. Nothing of a password is looked at.
//!
//! The value `F` of an account has a fixed form (libyal, *Security Accounts Manager*): last logon at 8, last change of the password at 24, number at
//! 48, flags at 56, which \[MS-SAMR\] 2.2.1.12 names. A group's value `C` ends in the SIDs of its members: where from at 0x28, how many at 0x30,
//! counted from 0x34.

use super::view::View;
use crate::Parsed;
use evidence::wmi::sid_text;
use evidence::{Account, Area, ReadState, RecordData};
use registry_hive::Kind;
use std::collections::BTreeSet;

const LAST_LOGON: usize = 8;
const PASSWORD_SET: usize = 24;
const FLAGS: usize = 56;
const DISABLED: u16 = 0x0001;
const PASSWORD_NOT_REQUIRED: u16 = 0x0004;
const PASSWORD_NEVER_EXPIRES: u16 = 0x0200;
/// Accounts that are read.
const MAX_ACCOUNTS: usize = 100_000;

pub(super) fn read(view: &View, out: &mut Parsed) {
    let Some(users) = view.at(r"SAM\Domains\Account\Users") else { return };
    let administrators = administrators(view);
    // The type of the default value of a name is the account's number.
    for key in users.at("Names").iter().flat_map(View::children).take(MAX_ACCOUNTS) {
        let rid = key.key.value("").and_then(|value| number_of(value.kind()));
        let mut account = Account { name: key.name(), rid, ..Account::default() };
        let fixed = rid.and_then(|rid| users.at(&format!("{rid:08X}"))?.key.value("F"));
        if let Some(data) = fixed.as_ref().map(registry_hive::Value::data) {
            let flags = data.get(FLAGS..).and_then(|rest| rest.first_chunk()).map(|c| u16::from_le_bytes(*c));
            let has = |flag: u16| flags.map(|flags| flags & flag != 0);
            account.enabled = has(DISABLED).map(|disabled| !disabled);
            account.password_not_required = has(PASSWORD_NOT_REQUIRED);
            account.password_never_expires = has(PASSWORD_NEVER_EXPIRES);
            account.password_set = time(&data, PASSWORD_SET);
            account.last_logon = time(&data, LAST_LOGON);
        }
        account.administrator = administrators.as_ref().zip(rid).map(|(all, rid)| all.contains(&rid));
        out.records.push((key.location(), RecordData::Account(account)));
    }
    account_policy(view, out);
    let state = if view.is_sound() { ReadState::Complete } else { ReadState::Partial };
    out.coverage.add(Area::Accounts, state);
}

/// The account policy of the machine: the value `F` of its domain has a fixed form too, which tools for forensics and for password audits agree
/// on (`Impacket`, `DOMAIN_ACCOUNT_F`; `chntpw`). Spans of time are negative, in 100 ns; the lowest number stands for "never".
fn account_policy(view: &View, out: &mut Parsed) {
    const DAY: i64 = 864_000_000_000;
    const MINUTE: i64 = 600_000_000;
    const COMPLEX: u32 = 1;
    const CLEAR_TEXT: u32 = 16;
    let Some(key) = view.at(r"SAM\Domains\Account") else { return };
    let Some(value) = key.key.value("F") else { return };
    let data = value.data();
    let short = |at: usize| data.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes));
    let long = |at: usize| data.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let span = |at: usize, unit: i64| {
        let span = i64::from_le_bytes(*data.get(at..)?.first_chunk()?);
        match span {
            i64::MIN => Some(-1),
            1.. => None,
            _ => Some(-(span / unit)),
        }
    };
    let (Some(properties), Some(length), Some(history), Some(threshold)) =
        (long(76), short(80), short(82), short(84))
    else {
        return;
    };
    let (Some(oldest), Some(youngest), Some(locked), Some(window)) =
        (span(24, DAY), span(32, DAY), span(48, MINUTE), span(56, MINUTE))
    else {
        return;
    };
    // Numbers that no policy can have: the value is of another form.
    let fits =
        length <= 256 && history <= 1_024 && threshold <= 999 && oldest <= 99_999 && youngest <= 99_999;
    if !fits || !(1..=9).contains(&short(0).unwrap_or_default()) {
        return;
    }
    let flag = |flag: u32| i64::from(properties & flag != 0);
    for (name, number) in [
        ("MinimumPasswordAge", youngest),
        ("MaximumPasswordAge", oldest),
        ("MinimumPasswordLength", i64::from(length)),
        ("PasswordHistorySize", i64::from(history)),
        ("LockoutBadCount", i64::from(threshold)),
        ("LockoutDuration", locked),
        ("ResetLockoutCount", window),
        ("PasswordComplexity", flag(COMPLEX)),
        ("ClearTextPassword", flag(CLEAR_TEXT)),
    ] {
        out.records.push((key.location(), crate::policy::policy(name, &number.to_string())));
    }
}

fn number_of(kind: Kind) -> Option<u32> {
    match kind {
        Kind::Other(rid) => Some(rid),
        _ => None,
    }
}

/// A time; 0 and all ones stand for "never".
fn time(data: &[u8], at: usize) -> Option<u64> {
    let time = u64::from_le_bytes(*data.get(at..)?.first_chunk()?);
    (time != 0 && time < i64::MAX.unsigned_abs()).then_some(time)
}

/// The numbers of the local accounts in the group of administrators.
fn administrators(view: &View) -> Option<BTreeSet<u32>> {
    const HEAD: usize = 0x34;
    let domain = view.at(r"SAM\Domains\Account")?.key.value("V")?;
    let domain = domain.data();
    // The value ends in the last three numbers of the machine's SID.
    let mut own = String::from("S-1-5-21");
    for number in domain.get(domain.len().checked_sub(12)?..)?.as_chunks::<4>().0 {
        own = format!("{own}-{}", u32::from_le_bytes(*number));
    }
    let group = view.at(r"SAM\Domains\Builtin\Aliases\00000220")?.key.value("C")?;
    let group = group.data();
    let number = |at: usize| {
        let bytes = group.get(at..)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    };
    let (start, count) = (number(0x28)?, number(0x30)?);
    let mut rest = group.get(HEAD.checked_add(start)?..)?;
    let mut members = BTreeSet::new();
    for _ in 0..count {
        let length = 8 + 4 * usize::from(*rest.get(1)?);
        let (sid, others) = rest.split_at_checked(length)?;
        rest = others;
        let text = sid_text(sid)?;
        if let Some((domain, rid)) = text.rsplit_once('-')
            && domain == own
        {
            members.extend(rid.parse::<u32>().ok());
        }
    }
    Some(members)
}
