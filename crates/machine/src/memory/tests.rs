use super::*;
use crate::{Key, Machine, MachineMut, RegistryData};

fn machine() -> Memory {
    let mut state = State::default();
    state.add_folder(r"C:\case");
    state.add_file(r"C:\x\a.exe", b"MZ");
    state.add_registry_value(r"HKLM\Software\Run", "a", RegistryData::string("a.exe"));
    Memory::new(state)
}

#[test]
fn a_failing_call_changes_nothing_and_one_that_fails_after_does() {
    let mut memory = machine();
    let before = memory.snapshot();
    memory.fail_at(0, Fault::AccessDenied);
    memory.fail_after(1, Fault::TimedOut);
    let key = Key::new(r"HKLM\Software\Run");
    let data = RegistryData::string("a.exe");
    let error = memory.delete_registry_value(&key, "A", &data).unwrap_err();
    assert_eq!(
        error.to_string(),
        r"could not delete the registry value `HKLM\Software\Run\A`: access denied; run it as administrator"
    );
    assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new());
    let error = memory.delete_registry_value(&key, "A", &data).unwrap_err();
    assert_eq!(error.fault, Fault::TimedOut);
    assert_eq!(before.diff(&memory.snapshot()), [r#"registry: "hklm\\software\\run": "a": gone"#]);
}

#[test]
fn destructive_calls_refuse_what_has_changed() {
    let mut memory = machine();
    let identity = memory.file(r"c:\X\a.exe").unwrap().unwrap().identity;
    memory.change_before("delete_file", "A.EXE", |state| {
        state.add_file(r"C:\x\a.exe", b"other");
    });
    assert_eq!(memory.delete_file(r"C:\x\a.exe", &identity).unwrap_err().fault, Fault::Changed);
    let key = Key::new(r"HKLM\Software\Run");
    let other = RegistryData::string("b.exe");
    assert_eq!(memory.delete_registry_value(&key, "a", &other).unwrap_err().fault, Fault::Changed);
    assert_eq!(memory.set_registry_value(&key, "a", None, &other).unwrap_err().fault, Fault::Changed);
}

#[test]
fn links_are_never_gone_through() {
    let mut memory = machine();
    let identity = memory.file(r"C:\x\a.exe").unwrap().unwrap().identity;
    memory.state_mut().files.get_mut(r"c:\x").unwrap().state.is_link = true;
    let link = Fault::Link { at: r"C:\x".into() };
    assert_eq!(memory.read_file(r"C:\x\a.exe", 9).unwrap_err().fault, link);
    assert_eq!(memory.delete_file(r"C:\x\a.exe", &identity).unwrap_err().fault, link);
    assert_eq!(memory.write_new(r"C:\x\b", b"").unwrap_err().fault, link);
    assert_eq!(memory.list(r"C:\x").unwrap_err().fault, link);
    assert!(memory.file(r"C:\x").unwrap().unwrap().is_link, "the link itself can be looked at");
}

#[test]
fn a_power_cut_tears_writes_and_nothing_else() {
    for (crash, left) in [(Crash::Before, None), (Crash::Torn, Some(2)), (Crash::After, Some(4))] {
        let mut memory = machine();
        memory.crash_at(0, crash);
        memory.write_new(r"C:\case\f", b"1234").unwrap_err();
        memory.facts().unwrap_err();
        memory.heal();
        assert_eq!(memory.file(r"C:\case\f").unwrap().map(|state| state.identity.size), left, "{crash:?}");
    }
    let mut memory = machine();
    memory.crash_at(0, Crash::Torn);
    memory
        .delete_registry_value(&Key::new(r"HKLM\Software\Run"), "a", &RegistryData::string("a.exe"))
        .unwrap_err();
    assert!(memory.state().registry_value(&Key::new(r"HKLM\Software\Run"), "a").is_some());
}

#[test]
fn a_power_cut_leaves_files_that_are_put_back_or_replaced_whole_or_untouched() {
    for (crash, whole) in [(Crash::Before, false), (Crash::Torn, false), (Crash::After, true)] {
        let mut memory = machine();
        let state = memory.file(r"C:\x\a.exe").unwrap().unwrap();
        memory.crash_at(1, crash);
        memory.restore_file(r"C:\x\b.exe", &state, b"MZ").unwrap_err();
        memory.heal();
        let restored = memory.file(r"C:\x\b.exe").unwrap();
        assert_eq!(restored.map(|state| state.identity.size), whole.then_some(2), "{crash:?}");
        memory.heal();
        memory.crash_at(0, crash);
        memory.replace_file(r"C:\x\a.exe", &state.identity, b"1234").unwrap_err();
        memory.heal();
        let expected: &[u8] = if whole { b"1234" } else { b"MZ" };
        assert_eq!(memory.read_file(r"C:\x\a.exe", 9).unwrap(), expected, "{crash:?}");
    }
}

#[test]
fn a_task_of_which_only_traces_show_is_hidden() {
    let memory = machine();
    memory.state_mut().facts.windows = r"C:\Windows".into();
    let key = crate::StoredTask::key(r"\Evil\Task").0;
    memory.state_mut().add_registry_value(&key, "Index", RegistryData::dword(1));
    assert_eq!(memory.task(r"\Evil\Task").unwrap(), None, "a folder has a key, too");
    memory.state_mut().add_registry_value(&key, "Id", RegistryData::string("{1}"));
    assert_eq!(memory.task(r"\Evil\Task").unwrap_err().fault, Fault::Hidden { at: key });
    memory.state_mut().add_file(r"C:\Windows\System32\Tasks\Other", b"<Task/>");
    assert!(matches!(memory.task(r"\Other").unwrap_err().fault, Fault::Hidden { .. }));
    assert_eq!(memory.task(r"\None").unwrap(), None);
}

#[test]
fn a_restart_deletes_what_was_to_be_deleted() {
    let mut memory = machine();
    memory.state_mut().add_process(7, r"C:\x\a.exe", "a");
    memory.state_mut().files.get_mut(r"c:\x\a.exe").unwrap().held = true;
    let identity = memory.file(r"C:\x\a.exe").unwrap().unwrap().identity;
    assert_eq!(memory.delete_file(r"C:\x\a.exe", &identity).unwrap_err().fault, Fault::InUse);
    memory.delete_at_restart(r"C:\x\a.exe", &identity).unwrap();
    assert_eq!(memory.deleted_at_restart().unwrap(), [r"C:\x\a.exe"]);
    memory.restart();
    assert_eq!(memory.file(r"C:\x\a.exe").unwrap(), None);
    assert_eq!(memory.processes().unwrap(), []);
}

#[test]
fn calls_are_counted_and_tell_reading_from_changing() {
    let mut memory = machine();
    memory.slow_on("facts", "", Duration::from_secs(5));
    let before = memory.now();
    memory.facts().unwrap();
    memory.write_new(r"C:\case\f", b"").unwrap();
    assert_eq!(memory.now().duration_since(before).as_secs(), 5);
    let calls: Vec<_> = memory.calls().iter().map(|call| (call.method, call.changes())).collect();
    assert_eq!(calls, [("facts", false), ("write_new", true)]);
    memory.disk_full_from(2);
    assert_eq!(memory.append(r"C:\case\f", b"x").unwrap_err().fault, Fault::DiskFull);
}
