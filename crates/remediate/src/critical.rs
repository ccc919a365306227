//! Processes that Windows cannot be without, by their own word: it stops when they end. They are left running, and go when the machine restarts,
//! provided that nothing starts them any more.

use crate::messages as m;
use crate::object::Object;
use crate::plan::{Action, Target, Verb};
use crate::receipt::{ActionReceipt, Outcome};
use evidence::{Message, Process};
use machine::{Fault, Machine, ProcessId, Result, ServiceConfig};

/// The program of the process that Windows would stop with, where the action would stop or end one.
pub(crate) fn held_by(machine: &dyn Machine, action: &Action, found: &Object) -> Result<Option<String>> {
    match (action.verb, &action.target, found) {
        (Verb::Suspend | Verb::End, Target::Process { image_path, .. }, _) => {
            let Some(process) = action.target.process_id() else { return Ok(None) };
            Ok(is_critical(machine, &process)?.then(|| image_path.clone()))
        }
        (Verb::End, Target::Service { .. }, Object::Service(config)) => of_service(machine, config),
        _ => Ok(None),
    }
}

/// The same of a service: what is asked to stop ends its process.
fn of_service(machine: &dyn Machine, config: &ServiceConfig) -> Result<Option<String>> {
    if config.service.running != Some(true) || config.service.is_driver() == Some(true) {
        return Ok(None);
    }
    let Some(command) = &config.service.image_path else { return Ok(None) };
    for process in machine.processes()?.iter().filter(|process| runs(process, command)) {
        let (Some(created), Some(image_path)) = (process.created, process.image_path.clone()) else {
            continue;
        };
        if is_critical(machine, &ProcessId { pid: process.pid, created, image_path: image_path.clone() })? {
            return Ok(Some(image_path));
        }
    }
    Ok(None)
}

/// A process that has ended meanwhile takes nothing with it.
fn is_critical(machine: &dyn Machine, process: &ProcessId) -> Result<bool> {
    match machine.is_critical(process) {
        Err(error) if matches!(error.fault, Fault::NotFound | Fault::Changed) => Ok(false),
        other => other,
    }
}

/// Whether the process runs this command: the same program, and where the command says more, the same words behind it. Of programs that host many
/// services only those are meant that are told to host this one.
fn runs(process: &Process, command: &str) -> bool {
    let Some(image) = process.image_path.as_deref() else { return false };
    if !names(command, image) {
        return false;
    }
    let command = plain(command);
    let program = image.rsplit('\\').next().unwrap_or_default().to_lowercase();
    let words = command.split_once(&program).map(|(_, words)| words.trim()).unwrap_or_default();
    process.command_line.as_deref().is_none_or(|own| plain(own).contains(words))
}

fn plain(text: &str) -> String {
    text.replace('"', "").replace('/', "\\").to_lowercase()
}

/// Whether a text names the program: by its path, or by its name where the folders are written as a variable.
fn names(text: &str, path: &str) -> bool {
    let (text, path) = (plain(text), plain(path));
    let name = path.rsplit('\\').next().unwrap_or_default();
    text.contains(&path) || (text.contains('%') && !name.is_empty() && text.contains(&format!("\\{name}")))
}

/// Whether the action keeps the program from being started: what names it is disabled or removed, or its file is.
fn keeps_from_starting(action: &Action, path: &str) -> bool {
    match (action.verb, &action.target) {
        (Verb::Remove, Target::File { path: own }) => own.eq_ignore_ascii_case(path),
        (Verb::Disable, Target::Service { .. } | Target::Task { .. })
        | (Verb::Remove, Target::RegistryValue { .. } | Target::WmiInstance { .. })
        | (Verb::Reset, Target::RegistryValue { .. }) => {
            action.precondition.fields.values().any(|value| names(value, path))
        }
        _ => false,
    }
}

/// What becomes of an action that is refused because of such a process: where the plan keeps its program from being started, it goes with the
/// next start, and that is no refusal.
pub(crate) fn at_restart(actions: &[Action], why: &Message) -> Option<Message> {
    let path = why.text("path").filter(|_| why.id == m::REFUSE_CRITICAL.id)?;
    let keeps = actions.iter().any(|action| keeps_from_starting(action, path));
    keeps.then(|| m::OUTCOME_CRITICAL.with([path.into()]))
}

/// Says refused where nothing of what should keep the program from being started was done: the process would be there again. Gives what was
/// changed.
pub(crate) fn hold_to_it(actions: &[Action], receipts: &mut [ActionReceipt]) -> Vec<ActionReceipt> {
    let holds = |receipt: &&ActionReceipt| {
        matches!(receipt.outcome, Outcome::Done | Outcome::AtRestart | Outcome::AsItShould)
    };
    let done: Vec<String> = receipts.iter().filter(holds).map(|receipt| receipt.id.clone()).collect();
    let keeps = |path: &str| {
        let mut done = actions.iter().filter(|action| done.contains(&action.id));
        done.any(|action| keeps_from_starting(action, path))
    };
    let mut changed = Vec::new();
    for receipt in receipts.iter_mut().filter(|receipt| receipt.message.id == m::OUTCOME_CRITICAL.id) {
        let path = receipt.message.text("path").unwrap_or_default().to_owned();
        if !keeps(&path) {
            (receipt.outcome, receipt.message) =
                (Outcome::Refused, m::REFUSE_CRITICAL.with([path.as_str().into()]));
            changed.push(receipt.clone());
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_named_by_its_path_or_behind_a_variable() {
        let path = r"C:\ProgramData\miner.exe";
        for text in
            [r#""c:\programdata\MINER.exe" -o x"#, r"%ProgramData%\miner.exe", r"C:/ProgramData/miner.exe"]
        {
            assert!(names(text, path), "{text}");
        }
        for text in ["miner.exe", r"C:\Other\miner.exe", r"%ProgramData%\x.exe", ""] {
            assert!(!names(text, path), "{text}");
        }
    }

    #[test]
    fn of_programs_that_host_services_the_one_that_is_told_to_is_meant() {
        let process = |line: &str| Process {
            image_path: Some(r"C:\Windows\System32\svchost.exe".into()),
            command_line: Some(line.into()),
            ..Process::default()
        };
        let command = r"%SystemRoot%\System32\svchost.exe -k evil";
        assert!(runs(&process(r"C:\Windows\System32\svchost.exe -k evil -p"), command));
        assert!(!runs(&process(r"C:\Windows\System32\svchost.exe -k DcomLaunch -p"), command));
    }
}
