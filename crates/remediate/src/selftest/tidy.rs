//! Taking everything of the test away again.

use super::{Phase, Run, objects};
use crate::case::CaseDir;
use crate::object::{Context, Object, read};
use crate::plan::{Action, Target, Verb};
use machine::{Fault, Key, MachineMut, Result};

/// How deep folders are gone into: the case folder has backups, and in them one folder an action.
const DEPTH: u8 = 3;

/// Takes the objects, the namespace and the case folder away. What there is to say of it is said where `aloud`.
pub(super) fn away(run: &mut Run, targets: &[Target], context: &Context, case: &CaseDir, aloud: bool) {
    let mut ordered: Vec<&Target> = targets.iter().collect();
    ordered.sort_by_key(|target| {
        let verb = Verb::Remove;
        Action { verb, ..blank(target) }.phase()
    });
    for target in ordered {
        let done = match read(run.machine, target, context) {
            Ok(None) => Ok(()),
            // Without the namespace nothing is in it.
            Err(error) if matches!(error.fault, Fault::NotFound | Fault::Unsupported) => Ok(()),
            Err(error) => Err(error),
            Ok(Some(object)) => delete(run.machine, target, &object),
        };
        tell(run, aloud, target.name(), done);
    }
    let space = objects::namespace();
    let done = match run.machine.wmi_instance(&space.path) {
        Ok(Some(found)) => run.machine.delete_wmi_instance(&found),
        Ok(None) => Ok(()),
        Err(error) if matches!(error.fault, Fault::NotFound | Fault::Unsupported) => Ok(()),
        Err(error) => Err(error),
    };
    tell(run, aloud, space.path.relative, done);
    let done = folder(run.machine, case.path(), DEPTH);
    tell(run, aloud, case.path().to_owned(), done);
}

fn tell(run: &mut Run, aloud: bool, name: String, done: Result<()>) {
    if aloud {
        run.step(Phase::Tidy, name, done.err().map(|error| error.to_string()));
    }
}

/// An action on the target, for its place in the order.
fn blank(target: &Target) -> Action {
    Action {
        id: String::new(),
        verb: Verb::Remove,
        target: target.clone(),
        precondition: crate::plan::Precondition::default(),
        backup: Vec::new(),
        check: String::new(),
        because: Vec::new(),
        reason: crate::messages::REASON_SELFTEST.plain(),
        on_content: true,
        at_reboot: false,
    }
}

fn delete(machine: &mut dyn MachineMut, target: &Target, object: &Object) -> Result<()> {
    match (target, object) {
        (_, Object::WmiInstance(found)) => machine.delete_wmi_instance(found),
        (_, Object::WmiClass(found)) => machine.delete_wmi_class(found),
        (_, Object::Task(found)) => machine.delete_task(found),
        (_, Object::Service(found)) => machine.delete_service(found),
        (Target::RegistryValue { key, name }, Object::RegistryValue { data, .. }) => {
            machine.delete_registry_value(&Key::new(key.as_str()), name, data)
        }
        (Target::File { path }, Object::File { state, .. }) => machine.delete_file(path, &state.identity),
        _ => Ok(()),
    }
}

/// Deletes a folder of ours with what is in it; links are never gone into.
fn folder(machine: &mut dyn MachineMut, path: &str, depth: u8) -> Result<()> {
    let Some(state) = machine.file(path)? else { return Ok(()) };
    if !state.is_directory || state.is_link {
        return machine.delete_file(path, &state.identity);
    }
    for entry in machine.list(path)? {
        let inner = format!("{path}\\{}", entry.name);
        match (entry.is_directory && !entry.is_link, depth.checked_sub(1)) {
            (true, Some(depth)) => folder(machine, &inner, depth)?,
            _ => {
                if let Some(state) = machine.file(&inner)? {
                    machine.delete_file(&inner, &state.identity)?;
                }
            }
        }
    }
    machine.delete_directory(path)
}
