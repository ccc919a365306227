//! Whole collections from a computer in memory, read back by `parse`.

use super::*;
use evidence::{
    Area, Connection, Custody, Evidence, Property, PropertyName, RecordData, Service, State, Value, WmiObject,
};
use machine::memory::{Memory, State as Computer};
use machine::{Fault, RegistryData, ServiceConfig, StoredTask};
use parse::bundle::{BundleRef, Limits};
use std::io::Cursor;

mod kept;
mod listed;
mod repository;
mod updates;

const TASK: &str = "<Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><Actions><Exec>\
    <Command>C:\\Users\\Public\\probe.exe</Command></Exec></Actions></Task>";

fn object(class: &str, fields: &[(&str, &str)]) -> WmiObject {
    let known = evidence::wmi::schema::of(class).map(|schema| schema.properties).unwrap_or_default();
    let own = |name: &str| fields.iter().find(|(field, _)| *field == name);
    WmiObject {
        class: class.to_owned(),
        properties: known
            .iter()
            .map(|name| Property {
                name: PropertyName::known(name),
                value: own(name).map_or(Value::Null, |(_, value)| Value::text(*value)),
                state: State::Known,
            })
            .collect(),
        ..WmiObject::default()
    }
}

/// A machine with a little of everything.
fn computer() -> Computer {
    let mut state = Computer::default();
    state.facts.host = evidence::Host::named("PC-1", evidence::NameSource::Manifest);
    state.facts.host.id = evidence::HostId("0f3c".into());
    state.facts.windows = r"C:\Windows".into();
    state.facts.program_data = r"C:\ProgramData".into();
    state.facts.user = r"PC-1\admin".into();
    state.facts.elevated = true;
    for class in ["__EventFilter", "__EventConsumer", "__FilterToConsumerBinding", "__TimerInstruction"] {
        state.add_class(r"root\subscription", class, None);
    }
    state.add_class(r"root\subscription", "CommandLineEventConsumer", Some("__EventConsumer"));
    state.add_namespace("root");
    let filter =
        object("__EventFilter", &[("Name", "F"), ("Query", "SELECT * FROM x"), ("QueryLanguage", "WQL")]);
    let consumer =
        object("CommandLineEventConsumer", &[("Name", "C"), ("CommandLineTemplate", "probe.exe -o x")]);
    let binding = object(
        "__FilterToConsumerBinding",
        &[("Filter", "__EventFilter.Name=\"F\""), ("Consumer", "CommandLineEventConsumer.Name=\"C\"")],
    );
    state.add_instance(r"root\subscription", filter, &["Name"]);
    state.add_instance(r"root\subscription", consumer, &["Name"]);
    state.add_instance(r"root\subscription", binding, &["Filter", "Consumer"]);
    let run = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
    state.add_registry_value(run, "Updater", RegistryData::string(r"C:\Users\Public\probe.exe -k"));
    state.add_file(r"C:\Users\Public\probe.exe", b"MZ");
    state.add_file(r"C:\Windows\System32\Tasks\Evil\Task", TASK.as_bytes());
    state.tasks.insert(
        r"\told".into(),
        StoredTask { path: r"\Told".into(), xml: TASK.into(), enabled: false, security: None },
    );
    state.services.insert(
        "svc".into(),
        ServiceConfig {
            service: Service { name: "Svc".into(), image_path: Some("a.exe".into()), ..Service::default() },
            ..ServiceConfig::default()
        },
    );
    state.add_process(7, r"C:\Users\Public\probe.exe", "probe.exe -o pool");
    state.connections.push(Connection { protocol: "tcp".into(), pid: Some(7), ..Connection::default() });
    state
}

fn collected(machine: &Memory) -> (Manifest, Evidence) {
    collected_with(machine, &Options::default())
}

fn collected_with(machine: &Memory, options: &Options) -> (Manifest, Evidence) {
    let mut bytes = Cursor::new(Vec::new());
    let (mut begun, mut steps) = (Vec::new(), Vec::new());
    let mut told = |progress: Progress| {
        let list = if progress.took.is_some() { &mut steps } else { &mut begun };
        list.push(progress.step);
    };
    let manifest = collect(machine, options, &mut told, &mut bytes).unwrap();
    assert_eq!(begun, Step::ALL);
    assert_eq!(steps, Step::ALL);
    let mut read = BundleRef::from_bytes("PC-1_WMI.zip", bytes.into_inner()).read(&Limits::default());
    assert_eq!(read.len(), 1, "one machine");
    (manifest, read.remove(0))
}

#[test]
fn what_was_collected_is_read_back_and_its_seal_holds() {
    let machine = Memory::new(computer());
    let before = machine.snapshot();
    let (manifest, evidence) = collected(&machine);
    assert_eq!(evidence.custody, Custody::Verified, "{:?}", evidence.notes);
    assert_eq!(evidence.host.id.0, "0f3c");
    assert!(evidence.coverage.subscriptions_complete(), "{:?} {:?}", evidence.coverage, manifest.failures);
    let consumers: Vec<_> = evidence.wmi_objects().filter(|(_, object)| object.is_consumer()).collect();
    assert_eq!(consumers.len(), 2, "from the listing and from the records");
    assert_eq!(consumers[0].1.fingerprint(), consumers[1].1.fingerprint());
    let (_, entry) = evidence.autostarts().next().unwrap();
    assert_eq!(entry.image_path.as_deref(), Some(r"C:\Users\Public\probe.exe"));
    assert_eq!(entry.signer.as_deref(), Some("(Not verified)"));
    assert!(entry.hashes.contains_key("sha256"));
    assert_eq!(evidence.services().count(), 1);
    assert_eq!(evidence.connections().count(), 1);
    let (_, process) = evidence.processes().next().unwrap();
    assert_eq!(process.command_line.as_deref(), Some("probe.exe -o pool"));
    assert!(process.hashes.contains_key("sha256"));
    assert_eq!(manifest.operator.as_deref(), Some(r"PC-1\admin"));
    assert_eq!(manifest.rights, ["administrator"]);
    assert!(machine.snapshot().diff(&before).is_empty(), "nothing is changed");
}

#[test]
fn tasks_tell_which_places_know_them() {
    let (_, evidence) = collected(&Memory::new(computer()));
    let place = |path: &str| {
        let mut own = evidence.tasks().filter(|(_, task)| task.path == path && task.seen.file.is_some());
        own.next().map(|(_, task)| (task.seen.file, task.enabled, task.actions.len())).unwrap()
    };
    assert_eq!(place(r"\Evil\Task"), (Some(true), Some(true), 1));
    assert_eq!(place(r"\Told"), (Some(false), Some(false), 1));
}

/// The value `Actions` of a task that starts a program.
fn actions(command: &str) -> RegistryData {
    let text = |text: &str| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [u32::try_from(units.len()).unwrap().to_le_bytes().as_slice(), &units].concat()
    };
    let parts = ["", command, "", ""].map(text).concat();
    let bytes = [vec![3, 0], text("Author"), vec![0x66, 0x66], parts, vec![0, 0]].concat();
    RegistryData { kind: 3, bytes }
}

/// Adds a task to the task cache.
fn cache(state: &mut Computer, path: &str, id: &str, command: &str) {
    let cache = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache";
    let parts: Vec<_> = path.split('\\').collect();
    for depth in 1..parts.len() {
        state.add_registry_value(
            &format!("{cache}\\Tree{}", parts[..depth].join("\\")),
            "",
            RegistryData::string(""),
        );
    }
    let tree = format!("{cache}\\Tree{path}");
    state.add_registry_value(&tree, "Id", RegistryData::string(id));
    state.add_registry_value(&tree, "SD", RegistryData { kind: 3, bytes: vec![1] });
    state.add_registry_value(&format!("{cache}\\Tasks"), "", RegistryData::string(""));
    state.add_registry_value(&format!("{cache}\\Tasks\\{id}"), "Actions", actions(command));
    state.add_registry_value(&format!("{cache}\\Tasks\\{id}"), "Path", RegistryData::string(path));
}

#[test]
fn what_the_task_cache_runs_instead_of_the_file_is_told() {
    let mut state = computer();
    cache(&mut state, r"\Evil\Task", "{1}", r"C:\Windows\miner.exe");
    cache(&mut state, r"\Told", "{2}", r"c:\users\public\PROBE.exe");
    cache(&mut state, r"\Only", "{3}", r"C:\Windows\only.exe");
    cache(&mut state, r"\Lost", "{4}", r"C:\Windows\lost.exe");
    state.registry.retain(|path, _| !path.ends_with(r"\tree\lost"));
    let (_, evidence) = collected(&Memory::new(state));
    let find = |path: &str| {
        let mut own = evidence.tasks().filter(|(_, task)| task.path == path && task.seen.scheduler.is_some());
        own.next().map(|(_, task)| task.clone()).unwrap()
    };
    let evil = find(r"\Evil\Task");
    assert_eq!(evil.elsewhere[0].place, evidence::TaskPlace::Registry);
    assert_eq!(evil.elsewhere[0].actions[0].command_line().as_deref(), Some(r"C:\Windows\miner.exe"));
    assert_eq!(find(r"\Told").elsewhere, [], "letter case is no difference");
    let only = find(r"\Only");
    assert_eq!((only.actions.len(), only.seen.file, only.seen.scheduler), (1, Some(false), Some(false)));
    let lost = find(r"\Lost");
    assert_eq!((lost.actions.len(), lost.seen.security_descriptor), (1, None));
}

#[test]
fn a_task_that_rights_may_hide_is_not_called_hidden() {
    let mut state = computer();
    state.facts.elevated = false;
    let (_, evidence) = collected(&Memory::new(state));
    let mut hidden = evidence.tasks().filter(|(_, task)| task.seen.scheduler == Some(false));
    assert_eq!(hidden.next(), None);
}

#[test]
fn a_task_of_another_alphabet_is_one_task() {
    let mut state = computer();
    state.add_file("C:\\Windows\\System32\\Tasks\\更新 & 保守", TASK.as_bytes());
    let (_, evidence) = collected(&Memory::new(state));
    let paths: Vec<_> = evidence.tasks().map(|(_, task)| task.path.as_str()).collect();
    assert!(paths.contains(&"\\更新 & 保守"), "{paths:?}");
    assert!(paths.iter().all(|path| path.len() < 60), "no task is called after a hash: {paths:?}");
}

#[test]
fn a_folder_that_the_scheduler_cannot_list_hides_no_task_and_makes_none_hidden() {
    let mut state = computer();
    state.facts.elevated = true;
    let scheduler = |state: machine::memory::State, path: &str| {
        let (manifest, evidence) = collected(&Memory::new(state));
        // The copy of its file is a task of its own, of which the scheduler was not asked.
        let mut own = evidence.tasks().filter(|(_, task)| task.path == path);
        (own.find_map(|(_, task)| task.seen.scheduler), manifest.failures.len())
    };
    let (whole, failures) = scheduler(state.clone(), r"\Evil\Task");
    assert_eq!(whole, Some(false));
    let missed = machine::Error::new("list the scheduled tasks in the folder", r"\Evil", Fault::AccessDenied);
    state.missed_tasks.push(missed);
    assert_eq!(scheduler(state.clone(), r"\Evil\Task"), (None, failures + 1));
    assert_eq!(scheduler(state, r"\Told"), (Some(true), failures + 1));
}

#[test]
fn what_cannot_be_read_is_listed_and_the_rest_goes_on() {
    let machine = Memory::new(computer());
    for method in ["processes", "services", "tasks", "accounts", "settings", "registry_key"] {
        machine.fail_on(method, "", Fault::AccessDenied);
    }
    machine.fail_on("wmi_instances", "__EventFilter", Fault::TimedOut);
    let (manifest, evidence) = collected(&machine);
    assert_eq!(evidence.custody, Custody::Verified);
    assert!(!evidence.coverage.subscriptions_complete());
    assert!(evidence.coverage.is_complete(Area::Bindings));
    assert!(evidence.coverage.get(Area::Processes).is_none());
    for what in
        ["list the processes", "list the services", "list the instances of the WMI class `__EventFilter`"]
    {
        assert!(
            manifest.failures.iter().any(|failure| failure.what == what),
            "{what}: {:?}",
            manifest.failures
        );
    }
    assert_eq!(evidence.wmi_objects().filter(|(_, object)| object.is_binding()).count(), 2);
}

#[test]
fn a_machine_without_wmi_is_unknown_not_clean() {
    let mut state = computer();
    state.namespaces.clear();
    let (manifest, evidence) = collected(&Memory::new(state));
    assert!(!evidence.coverage.subscriptions_complete());
    assert_eq!(evidence.coverage.get(Area::EventFilters), None);
    assert!(manifest.failures.iter().any(|failure| failure.what == "list the WMI namespaces"));
    assert!(!manifest.members.iter().any(|member| member.path == "EventFilter.txt"));
}

#[test]
fn a_namespace_that_is_missing_is_said() {
    let mut state = computer();
    state.namespaces.remove(r"root\subscription");
    let (manifest, evidence) = collected(&Memory::new(state));
    assert_eq!(evidence.coverage.get(Area::EventConsumers), None);
    assert!(manifest.failures.iter().any(|failure| failure.what.contains(r"root\subscription")));
}

#[test]
fn instances_behind_a_provider_are_never_asked_for() {
    let mut state = computer();
    state.add_class(r"root\subscription", "EvilConsumer", Some("__EventConsumer"));
    let space = state.namespaces.get_mut(r"root\subscription").unwrap();
    space.classes.get_mut("evilconsumer").unwrap().has_provider = true;
    let machine = Memory::new(state);
    let (manifest, evidence) = collected(&machine);
    let asked: Vec<_> = machine
        .calls()
        .into_iter()
        .filter(|call| call.method == "wmi_instances")
        .map(|call| call.target)
        .collect();
    assert!(asked.contains(&"CommandLineEventConsumer".to_owned()), "{asked:?}");
    assert!(!asked.iter().any(|class| class == "__EventConsumer" || class == "EvilConsumer"), "{asked:?}");
    assert!(manifest.failures.iter().any(|failure| failure.what.contains("EvilConsumer")));
    assert!(!evidence.coverage.is_complete(Area::EventConsumers));
}

#[test]
fn records_point_to_the_part_of_the_machine_that_said_it() {
    let (_, evidence) = collected(&Memory::new(computer()));
    let (at, _) = evidence.services().next().unwrap();
    let record = &evidence.records[at];
    assert!(matches!(record.data, RecordData::Service(_)));
    let source = &evidence.sources[record.provenance.source as usize];
    assert_eq!(source.member.as_deref(), Some("services"));
}

#[test]
fn settings_of_every_kind_are_asked_for_once_and_one_that_fails_stops_no_other() {
    let mut state = computer();
    let policy = evidence::Setting {
        kind: "account-policy".into(),
        name: "MinimumPasswordLength".into(),
        value: "0".into(),
        ..evidence::Setting::default()
    };
    state.settings.insert((policy.kind.clone(), policy.name.to_lowercase()), policy.clone());
    let machine = Memory::new(state);
    machine.fail_on("settings", "missing-update", Fault::TimedOut);
    let (manifest, evidence) = collected(&machine);
    let mut asked: Vec<_> = machine
        .calls()
        .into_iter()
        .filter(|call| call.method == "settings")
        .map(|call| call.target)
        .collect();
    asked.sort();
    let count = asked.len();
    asked.dedup();
    assert_eq!(asked.len(), count, "{asked:?}");
    for kind in ["os-build", "package", "update-search", "account-policy", "group-member"] {
        assert!(asked.iter().any(|own| own == kind), "{kind}");
    }
    assert!(evidence.settings().any(|(_, found)| *found == policy));
    let failed: Vec<_> =
        manifest.failures.iter().filter(|failure| failure.what.contains("settings")).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(evidence.coverage.is_complete(Area::Patch), "nothing hangs on it");
    machine.fail_on("settings", "package", Fault::AccessDenied);
    assert!(!collected(&machine).1.coverage.is_complete(Area::Patch));
}

/// What the file is to those who start it.
fn file<'e>(evidence: &'e Evidence, path: &str) -> Option<&'e evidence::FileFact> {
    evidence.files().map(|(_, file)| file).find(|file| file.path.eq_ignore_ascii_case(path))
}

#[test]
fn a_script_of_a_start_up_folder_is_read() {
    let mut state = computer();
    let folder = r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\StartUp";
    state.add_file(&format!("{folder}\\run.bat"), b"start powershell -w hidden");
    let (_, evidence) = collected(&Memory::new(state));
    let (_, entry) = evidence.autostarts().find(|(_, entry)| entry.name == "run.bat").unwrap();
    assert_eq!(entry.extra["Content"], "start powershell -w hidden");
    assert!(entry.hashes.contains_key("sha256"));
}

#[test]
fn a_service_that_the_manager_does_not_show_is_told() {
    let mut state = computer();
    for (name, flag) in [("Hidden", None), ("Going", Some(1)), ("Loose", None)] {
        let key = format!(r"HKLM\SYSTEM\CurrentControlSet\Services\{name}");
        state.add_registry_value(r"HKLM\SYSTEM\CurrentControlSet\Services", "", RegistryData::string(""));
        state.add_registry_value(&key, "Type", RegistryData::dword(16));
        let values = flag.map(|flag| {
            let data = RegistryData::dword(flag);
            (machine::Key::new(&*key), machine::RegistryValue { name: "DeleteFlag".into(), data })
        });
        let service = Service {
            name: name.into(),
            service_type: Some(16),
            image_path: Some(r"C:\Windows\h.exe".into()),
            ..Service::default()
        };
        let values = values.into_iter().collect();
        let config = ServiceConfig { service, values, ..ServiceConfig::default() };
        state.services.insert(name.to_lowercase(), config);
        state.hidden_services.insert(name.to_lowercase());
    }
    let machine = Memory::new(state);
    let (_, evidence) = collected(&machine);
    let hidden = |name: &str| evidence.services().find(|(_, service)| service.name == name).unwrap().1.hidden;
    assert_eq!((hidden("Hidden"), hidden("Going"), hidden("Svc")), (Some(true), None, None));
    machine.state_mut().hidden_services.clear();
    machine.state_mut().facts.elevated = false;
    assert!(collected(&machine).1.services().all(|(_, service)| service.hidden.is_none()));
}

#[test]
fn the_programs_that_are_started_are_looked_at() {
    let mut state = computer();
    state.add_file(r"C:\Windows\System32\Tasks\Gone", TASK.replace("probe", "gone").as_bytes());
    state.services.get_mut("svc").unwrap().service.service_dll = Some(r"%SystemRoot%\x.dll".into());
    state.add_file(r"C:\Windows\x.dll", b"MZ");
    let machine = Memory::new(state);
    let (_, evidence) = collected(&machine);
    assert!(evidence.coverage.is_complete(Area::Files));
    let probe = file(&evidence, r"C:\Users\Public\probe.exe").unwrap();
    assert_eq!((probe.exists, probe.signer.as_deref(), probe.size), (true, Some("(Not signed)"), Some(2)));
    assert!(probe.hashes.contains_key("md5"));
    assert!(file(&evidence, r"C:\Windows\x.dll").unwrap().exists);
    assert!(!file(&evidence, r"C:\Users\Public\gone.exe").unwrap().exists);
}

#[test]
fn a_signature_that_could_not_be_asked_for_is_unknown_and_said() {
    let machine = Memory::new(computer());
    machine.fail_on("signature", r"C:\Users\Public\probe.exe", Fault::AccessDenied);
    let (manifest, evidence) = collected(&machine);
    assert_eq!(evidence.autostarts().next().unwrap().1.signer, None);
    assert_eq!(file(&evidence, r"C:\Users\Public\probe.exe").unwrap().signer, None);
    assert!(!evidence.coverage.is_complete(Area::Files));
    let told = |failure: &&parse::bundle::manifest::Failure| failure.what.contains("signature");
    assert_eq!(manifest.failures.iter().filter(told).count(), 1);
}

#[test]
fn command_lines_that_rights_hide_are_said() {
    let mut state = computer();
    state.add_process(8, r"C:\Windows\System32\x.exe", "").process.command_line = None;
    let (manifest, evidence) = collected(&Memory::new(state));
    assert!(!evidence.coverage.is_complete(Area::Processes));
    assert!(manifest.failures.iter().any(|failure| failure.what.contains("command line")));
}

/// A user with a profile.
fn with_profile(state: &mut Computer, sid: &str, path: &str) {
    let list = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";
    state.add_registry_value(list, "", RegistryData::string(""));
    state.add_registry_value(&format!("{list}\\{sid}"), "ProfileImagePath", RegistryData::string(path));
}

#[test]
fn what_starts_with_a_user_who_is_not_logged_on_is_read_from_his_hive() {
    let mut state = computer();
    with_profile(&mut state, "S-1-5-21-1", r"C:\Users\me");
    let mut plan = registry_hive::build::KeyPlan::default();
    plan.key(r"Software\Microsoft\Windows\CurrentVersion\Run").text("Updater", r"C:\Users\me\x.exe -q");
    // Keys of a user's own make his hive no other.
    plan.key("Select");
    state.add_file(r"C:\Users\me\NTUSER.DAT", &plan.hive());
    let (_, evidence) = collected(&Memory::new(state));
    let (_, entry) = evidence.autostarts().find(|(_, entry)| entry.profile.is_some()).unwrap();
    assert_eq!(entry.location, r"HKU\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\Run");
    assert_eq!(entry.image_path.as_deref(), Some(r"C:\Users\me\x.exe"));

    let mut state = computer();
    with_profile(&mut state, "S-1-5-21-1", r"C:\Users\me");
    state.add_file(r"C:\Users\me\NTUSER.DAT", b"no hive");
    let (manifest, evidence) = collected(&Memory::new(state));
    assert!(!evidence.coverage.is_complete(Area::Autostarts));
    assert!(manifest.failures.iter().any(|failure| failure.what.contains("NTUSER.DAT")));
}

/// Adds a value, and the keys above its key.
fn add(state: &mut Computer, key: &str, name: &str, text: &str) {
    let parts: Vec<_> = key.split('\\').collect();
    for depth in 1..parts.len() {
        let above = parts[..depth].join("\\");
        if !state.registry.contains_key(&above.to_lowercase()) {
            state.add_registry_value(&above, "", RegistryData::string(""));
        }
    }
    state.add_registry_value(key, name, RegistryData::string(text));
}

#[test]
fn the_running_registry_is_read_where_that_of_a_disk_is() {
    let mut state = computer();
    let payload = format!("powershell -enc {}", "QQBB".repeat(400));
    let sid = r"HKU\S-1-5-21-2";
    let class = r"CLSID\{0F3C0F3C-0F3C-0F3C-0F3C-0F3C0F3C0F3C}\InprocServer32";
    for (key, name, text) in [
        (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnceEx\0001", "1", "a.exe"),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "BootExecute", "autocheck autochk *"),
        (r"HKLM\SOFTWARE\Vendor", "Payload", payload.as_str()),
        (&format!(r"{sid}\Software\Microsoft\Windows\CurrentVersion\Policies\System"), "Shell", "b.exe"),
        (&format!(r"{sid}_Classes\ms-settings\shell\open\command"), "", "c.exe"),
        (&format!(r"{sid}_Classes\{class}"), "", r"C:\Users\Public\d.dll"),
        (&format!(r"{sid}\Software\Own"), "Stage", payload.as_str()),
    ] {
        add(&mut state, key, name, text);
    }
    let (_, evidence) = collected(&Memory::new(state));
    let starts: Vec<_> = evidence
        .autostarts()
        .map(|(_, entry)| (entry.location.as_str(), entry.launch_string.as_deref().unwrap_or_default()))
        .collect();
    for (location, launch) in [
        (r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "autocheck autochk *"),
        (r"HKU\S-1-5-21-2\Software\Microsoft\Windows\CurrentVersion\Policies\System", "b.exe"),
        (r"HKU\S-1-5-21-2\Software\Classes\ms-settings\shell\open\command", "c.exe"),
        (&*format!(r"HKU\S-1-5-21-2\Software\Classes\{class}"), r"C:\Users\Public\d.dll"),
    ] {
        assert!(starts.contains(&(location, launch)), "{location}: {starts:#?}");
    }
    let stores: Vec<_> = evidence.registry_values().map(|(_, value)| value.key.as_str()).collect();
    assert!(stores.contains(&r"HKLM\SOFTWARE\Vendor"), "{stores:?}");
    assert!(stores.contains(&r"HKU\S-1-5-21-2\Software\Own"), "{stores:?}");
}

#[test]
fn a_huge_value_is_cut_and_said() {
    let mut state = computer();
    let run = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
    add(&mut state, run, "Huge", &"a".repeat(2 << 20));
    let (manifest, evidence) = collected(&Memory::new(state));
    let (_, entry) = evidence.autostarts().find(|(_, entry)| entry.name == "Huge").unwrap();
    assert_eq!(entry.launch_string.as_ref().unwrap().len(), 512 << 10);
    assert!(manifest.failures.iter().any(|failure| failure.what.ends_with("Huge`")));
    assert!(!evidence.coverage.is_complete(Area::Autostarts));
}

#[test]
fn logs_that_the_machine_does_not_have_leave_nothing_out() {
    let mut state = computer();
    for channel in [
        "System",
        "Microsoft-Windows-Windows Defender/Operational",
        "Microsoft-Windows-Bits-Client/Operational",
    ] {
        state.logs.insert(channel.to_lowercase(), b"ElfFile\0".to_vec());
    }
    let machine = Memory::new(state);
    let options = Options { logs: Some(Ok(r"C:\Logs".into())), ..Options::default() };
    let (manifest, evidence) = collected_with(&machine, &options);
    assert!(evidence.coverage.is_complete(Area::Events), "{:?}", manifest.failures);
    let kept: Vec<_> = manifest.members.iter().filter(|member| member.path.contains("/logs/")).collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    machine.fail_on("export_log", "System", Fault::AccessDenied);
    let (_, evidence) = collected_with(&machine, &options);
    assert!(!evidence.coverage.is_complete(Area::Events));
}

#[test]
fn logs_without_a_folder_are_said_to_be_missing() {
    let refused = machine::Error::new("make the folder", r"C:\Windows\Temp\x", Fault::DiskFull);
    let options = Options { logs: Some(Err(refused)), clock_offset_seconds: Some(-90), ..Options::default() };
    let (manifest, evidence) = collected_with(&Memory::new(computer()), &options);
    assert_eq!(evidence.coverage.get(Area::Events), None);
    assert_eq!(manifest.clock_offset_seconds, Some(-90));
    assert!(manifest.failures.iter().any(|failure| failure.what.contains("make the folder")));
}
