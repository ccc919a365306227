//! How a gap is closed, and how that is taken back to what was read. Nothing of the evidence gets into a command but numbers that were read as
//! such and plain names of services.

use super::readings::Machine;
use crate::messages as m;
use evidence::Message;
use intel::hardening::{Check, Reading, Readings as _, ServiceChange, ToSet, Watched};

/// Where services and drivers are set up.
const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// How starting is called, by the `Start` value.
const STARTS: [&str; 5] = ["boot", "system", "auto", "demand", "disabled"];

/// A command, and what takes it back.
struct Pair {
    set: String,
    back: Back,
}

enum Back {
    /// This command.
    Command(String),
    /// What this command tells before.
    Noted(String),
}

/// The commands for the values that are open, and for what is set besides.
pub(super) fn of<'a>(
    check: &Check,
    machine: &Machine<'_>,
    open: impl Iterator<Item = &'a Watched>,
) -> Vec<Message> {
    let local: Vec<&Watched> = open.filter(|value| value.policy_that_decides(machine).is_none()).collect();
    if local.is_empty() {
        return Vec::new();
    }
    let values = local.iter().copied().chain(besides(check, machine));
    let own: Vec<Pair> = values
        .filter_map(|value| of_value(value, machine))
        .chain(check.services.iter().filter_map(|service| of_service(service, machine)))
        .collect();
    let mut set = check.commands.clone();
    set.extend(local.iter().filter_map(|value| value.command.clone()));
    let mut undo: Vec<Message> = check.undo.iter().map(|command| undoing(command)).collect();
    undo.extend(local.iter().filter_map(|value| value.undo.as_deref()).map(undoing));
    let (mut noted, mut last) = (Vec::new(), Vec::new());
    for Pair { set: command, back } in own {
        set.push(command);
        match back {
            Back::Command(command) => last.push(undoing(&command)),
            Back::Noted(command) => noted.push(m::HARDENING_NOTE_FIRST.with([command.into()])),
        }
    }
    // What was done last is taken back first.
    undo.extend(last.into_iter().rev());
    let set = set.into_iter().map(|command| m::HARDENING_SET.with([command.into()]));
    noted.into_iter().chain(set).chain(undo).collect()
}

fn undoing(command: &str) -> Message {
    m::HARDENING_UNDO.with([command.into()])
}

/// The values that are set besides, where they are not known to be as they should be.
pub(super) fn besides<'a>(check: &'a Check, machine: &Machine<'_>) -> impl Iterator<Item = &'a Watched> {
    let is_good = |value: &&Watched| match machine.value(&value.key, &value.name) {
        Reading::Set(data) => value.good.holds(data) == Some(true),
        Reading::Absent | Reading::Unread => false,
    };
    check.also.iter().filter(move |value| !is_good(value))
}

fn of_value(value: &Watched, machine: &Machine<'_>) -> Option<Pair> {
    let place = format!("\"{}\" /v {}", value.key, value.name);
    let (kind, wanted) = match value.set.as_ref()? {
        ToSet::Number(number) => ("REG_DWORD", number.to_string()),
        ToSet::Text(text) => ("REG_SZ", text.clone()),
    };
    let number = |data: &str| data.trim().parse::<u32>().ok();
    let back = match machine.value(&value.key, &value.name) {
        Reading::Absent => Back::Command(format!("reg delete {place} /f")),
        Reading::Set(data) => match number(data) {
            Some(before) => Back::Command(format!("reg add {place} /t {kind} /d {before} /f")),
            None => Back::Noted(format!("reg query {place}")),
        },
        Reading::Unread => Back::Noted(format!("reg query {place}")),
    };
    Some(Pair { set: format!("reg add {place} /t {kind} /d {wanted} /f"), back })
}

fn of_service(service: &ServiceChange, machine: &Machine<'_>) -> Option<Pair> {
    let name = &service.name;
    let key = format!("{SERVICES}\\{name}");
    let noted = || Back::Noted(format!("sc.exe qc {name}"));
    if let Some(start) = service.start {
        let number = |value: &str| match machine.value(&key, value) {
            Reading::Set(data) => data.trim().parse::<u32>().ok(),
            Reading::Absent | Reading::Unread => None,
        };
        let before = number("Start");
        if before.is_some_and(|before| before >= start) {
            return None;
        }
        let delayed = before == Some(2) && number("DelayedAutostart") == Some(1);
        let before = before.and_then(word).map(|word| if delayed { "delayed-auto" } else { word });
        let back =
            before.map_or_else(noted, |word| Back::Command(format!("sc.exe config {name} start= {word}")));
        return Some(Pair { set: format!("sc.exe config {name} start= {}", word(start)?), back });
    }
    let other = service.without.as_deref()?;
    let depends = match machine.value(&key, "DependOnService") {
        Reading::Set(data) => names(data),
        Reading::Absent => Some(Vec::new()),
        Reading::Unread => None,
    };
    let command = |names: &[&str]| {
        // A single slash stands for none.
        let list = if names.is_empty() { "/".to_owned() } else { names.join("/") };
        format!("sc.exe config {name} depend= {list}")
    };
    let Some(depends) = depends else {
        return Some(Pair { set: format!("sc.exe config {name} depend= <LIST>"), back: noted() });
    };
    let rest: Vec<_> = depends.iter().copied().filter(|own| !own.eq_ignore_ascii_case(other)).collect();
    (rest.len() < depends.len()).then(|| Pair { set: command(&rest), back: Back::Command(command(&depends)) })
}

fn word(start: u32) -> Option<&'static str> {
    STARTS.get(usize::try_from(start).ok()?).copied()
}

/// The names in a list of services; `None` where one of them is none that may stand in a command.
fn names(data: &str) -> Option<Vec<&str>> {
    let names: Vec<_> =
        data.split(['\n', '\r', '\0']).map(str::trim).filter(|name| !name.is_empty()).collect();
    let plain = |name: &&str| {
        name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    (names.len() <= 32 && names.iter().all(plain)).then_some(names)
}
