//! The computer that the tests run on, read by the calls of Windows; `cargo xtask windows` runs them under Wine.
#![cfg(windows)]
#![allow(clippy::unwrap_used, reason = "a test fails where something is not there")]

use deminer_machine_windows::Windows;
use evidence::Value;
use machine::{Fault, FileIdentity, Key, Machine as _, MachineMut as _, ProcessId, RegistryData};
use std::path::PathBuf;
use std::process::{Child, Command};
use windows::Win32::Networking::BackgroundIntelligentTransferService::{
    BG_JOB_TYPE_DOWNLOAD, BackgroundCopyManager, IBackgroundCopyJob, IBackgroundCopyJob2,
    IBackgroundCopyManager,
};
use windows::Win32::System::Com::{
    CLSCTX_LOCAL_SERVER, COINIT_MULTITHREADED, CoCreateInstance, CoInitializeEx,
};
use windows::core::{GUID, HSTRING, Interface as _, w};

/// A folder of this test, without short names in its path.
fn scratch(name: &str) -> String {
    let folder: PathBuf = std::env::temp_dir().join(format!("deminer-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = std::fs::canonicalize(&folder).unwrap();
    path.to_str().unwrap().trim_start_matches(r"\\?\").to_owned()
}

#[test]
fn the_facts_are_told() {
    let facts = Windows::new().facts().unwrap();
    let os = facts.host.os.unwrap();
    assert!(os.version.unwrap().split('.').count() == 3);
    assert!(!facts.host.name.is_empty() && facts.host.names.contains(&facts.host.name));
    assert!(facts.windows.to_lowercase().ends_with(r":\windows"), "{}", facts.windows);
    assert!(facts.program_data.contains(":\\"), "{}", facts.program_data);
    assert!(!facts.user.is_empty());
    assert!(!facts.rights.is_empty());
}

/// A process that waits until it is ended: this very program, with a test that sleeps.
fn sleeper() -> Child {
    let own = std::env::current_exe().unwrap();
    Command::new(own).args(["--ignored", "--exact", "only_sleeps", "a miner's pool"]).spawn().unwrap()
}

#[test]
#[ignore = "a helper of the tests of processes, which start it"]
fn only_sleeps() {
    std::thread::sleep(std::time::Duration::from_mins(1));
}

#[test]
fn processes_are_told_with_what_they_were_started_with() {
    let mut machine = Windows::new();
    let mut child = sleeper();
    let find = |machine: &Windows| {
        machine.processes().unwrap().into_iter().find(|process| process.pid == child.id())
    };
    let found = find(&machine).unwrap();
    assert!(found.command_line.as_deref().unwrap().contains("a miner's pool"), "{found:?}");
    assert_eq!(found.parent_pid, Some(std::process::id()));
    assert!(found.cpu_ms.is_some() && found.user.is_some(), "{found:?}");
    let id =
        ProcessId { pid: found.pid, created: found.created.unwrap(), image_path: found.image_path.unwrap() };
    let other = ProcessId { created: id.created + 1, ..id.clone() };
    assert_eq!(machine.end_process(&other).unwrap_err().fault, Fault::Changed);
    assert!(child.try_wait().unwrap().is_none(), "it still runs");
    assert!(!machine.is_critical(&id).unwrap());
    machine.suspend_process(&id).unwrap();
    machine.resume_process(&id).unwrap();
    machine.end_process(&id).unwrap();
    assert!(child.wait().is_ok());
}

#[test]
fn connections_are_told_with_their_owner() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let _client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let connections = Windows::new().connections().unwrap();
    let state = |state: &str| {
        connections.iter().find(|c| c.local_port == port && c.state.as_deref() == Some(state)).cloned()
    };
    let listening = state("listen").unwrap();
    // Wine does not find the owner in every sandbox, and says 0 then.
    assert!(listening.pid == Some(std::process::id()) || listening.pid == Some(0), "{listening:?}");
    assert_eq!((listening.protocol.as_str(), listening.local_address.as_str()), ("tcp", "127.0.0.1"));
    let out = connections.iter().find(|c| c.remote_port == Some(port)).unwrap();
    assert_eq!(out.remote_address.as_deref(), Some("127.0.0.1"));
}

#[test]
fn the_registry_is_read_and_changed_only_as_expected() {
    let mut machine = Windows::new();
    let key = Key::new(format!(r"HKCU\Software\Deminer test {}", std::process::id()));
    let (first, second) = (RegistryData::string("erste Währung"), RegistryData::dword(7));
    machine.set_registry_value(&key, "A", None, &first).unwrap();
    assert_eq!(machine.registry_key(&key).unwrap().unwrap().value("a"), Some(&first));
    let refused = machine.set_registry_value(&key, "A", None, &second).unwrap_err();
    assert_eq!(refused.fault, Fault::Changed);
    machine.set_registry_value(&key, "A", Some(&first), &second).unwrap();
    assert_eq!(machine.delete_registry_value(&key, "A", &first).unwrap_err().fault, Fault::Changed);
    machine.delete_registry_value(&key, "A", &second).unwrap();
    assert_eq!(machine.registry_key(&key).unwrap().unwrap().values, []);
    assert_eq!(machine.registry_key(&key.join("nothing")).unwrap(), None);
    let windows = machine.registry_key(&Key::new(r"HKLM\SOFTWARE\Microsoft")).unwrap().unwrap();
    assert!(windows.subkeys.iter().any(|name| name == "Windows NT"));
}

#[test]
fn services_are_made_read_disabled_and_deleted() {
    let mut machine = Windows::new();
    let name = format!("DeminerTest{}", std::process::id());
    let config = machine::ServiceConfig {
        service: evidence::Service {
            name: name.clone(),
            display_name: Some("Deminer test".into()),
            service_type: Some(0x10),
            start: Some(2),
            image_path: Some(r"C:\nowhere\deminer-test.exe --pool".into()),
            ..evidence::Service::default()
        },
        error_control: 1,
        // What starts it besides, deep below its key.
        values: [r"TriggerInfo\0", "Parameters", r"Parameters\a\b"]
            .map(|below| {
                let key = Key::new(r"HKLM\SYSTEM\CurrentControlSet\Services").join(&name).join(below);
                (key, machine::RegistryValue { name: "Type".into(), data: RegistryData::dword(20) })
            })
            .to_vec(),
        ..machine::ServiceConfig::default()
    };
    machine.create_service(&config).unwrap();
    assert!(machine.services().unwrap().contains(&name));
    let made = machine.service(&name).unwrap().unwrap();
    assert_eq!((made.service.start, &made.service.image_path), (Some(2), &config.service.image_path));
    assert_eq!(made.service.running, Some(false));
    assert!(config.values.iter().all(|value| made.values.contains(value)), "{:?}", made.values);
    assert_eq!(machine.create_service(&config).unwrap_err().fault, Fault::Exists);
    machine.set_service_start(&name, 4).unwrap();
    assert_eq!(machine.delete_service(&made).unwrap_err().fault, Fault::Changed);
    let disabled = machine.service(&name).unwrap().unwrap();
    assert_eq!(disabled.service.start, Some(4));
    machine.delete_service(&disabled).unwrap();
    assert_eq!(machine.service(&name).unwrap(), None);
    machine.create_service(&made).unwrap();
    let back = machine.service(&name).unwrap().unwrap();
    assert_eq!(back.values, made.values, "every value comes back");
    assert_eq!(back.security, made.security);
    machine.delete_service(&back).unwrap();
}

#[test]
fn what_a_service_depends_on_is_taken_away_and_comes_back() {
    let mut machine = Windows::new();
    let name = format!("DeminerDepends{}", std::process::id());
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let config = machine::ServiceConfig {
        service: evidence::Service {
            name: name.clone(),
            service_type: Some(0x10),
            start: Some(3),
            image_path: Some(r"C:\nowhere\deminer-test.exe".into()),
            ..evidence::Service::default()
        },
        error_control: 1,
        depends_on: list(&["RpcSs", "EventLog"]),
        ..machine::ServiceConfig::default()
    };
    machine.create_service(&config).unwrap();
    let made = machine.service(&name).unwrap().unwrap();
    assert_eq!(made.depends_on, config.depends_on);
    let changed = machine.set_service_dependencies(&name, &list(&["RpcSs"]), &[]).unwrap_err();
    assert_eq!(changed.fault, Fault::Changed, "it is told what it must still be");
    for without in [list(&["RpcSs"]), Vec::new()] {
        machine.set_service_dependencies(&name, &made.depends_on, &without).unwrap();
        let now = machine.service(&name).unwrap().unwrap();
        assert_eq!((&now.depends_on, now.service.start), (&without, Some(3)));
        machine.set_service_dependencies(&name, &without, &made.depends_on).unwrap();
        let back = machine.service(&name).unwrap().unwrap();
        assert_eq!((back.depends_on, back.values), (made.depends_on.clone(), made.values.clone()));
    }
    machine.delete_service(&machine.service(&name).unwrap().unwrap()).unwrap();
}

#[test]
fn a_package_that_is_another_or_unsigned_never_reaches_the_installer() {
    let mut machine = Windows::new();
    let path = std::env::temp_dir().join(format!("windows6.1-kb4012215-x64_{}.msu", std::process::id()));
    std::fs::write(&path, b"abc").unwrap();
    let path = path.to_str().unwrap();
    let other = machine.install_update(path, &"0".repeat(64)).unwrap_err();
    assert_eq!(other.fault, Fault::Changed);
    // FIPS 180-4, the hash of `abc`.
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let unsigned = machine.install_update(path, hash).unwrap_err();
    assert!(matches!(&unsigned.fault, Fault::Other { code: 0, .. } | Fault::Unsupported), "{unsigned}");
    let gone = machine.install_update(&format!("{path}x"), hash).unwrap_err();
    assert_eq!(gone.fault, Fault::NotFound);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn what_follows_a_failure_goes_and_comes_back() {
    let mut machine = Windows::new();
    let name = format!("DeminerFailure{}", std::process::id());
    let key = Key::new(r"HKLM\SYSTEM\CurrentControlSet\Services").join(&name);
    // Reset after a day; run the command after the first failure, and start again a minute after the second.
    let actions: Vec<u8> =
        [86_400_u32, 0, 0, 2, 20, 3, 0, 1, 60_000].into_iter().flat_map(u32::to_le_bytes).collect();
    let config = machine::ServiceConfig {
        service: evidence::Service {
            name: name.clone(),
            service_type: Some(0x10),
            start: Some(3),
            image_path: Some(r"C:\nowhere\deminer-test.exe".into()),
            ..evidence::Service::default()
        },
        error_control: 1,
        values: vec![(
            key,
            machine::RegistryValue { name: "RebootMessage".into(), data: RegistryData::string("stays") },
        )],
        ..machine::ServiceConfig::default()
    };
    machine.create_service(&config).unwrap();
    let plain = machine.service(&name).unwrap().unwrap();
    machine.set_service_failure_actions(&name, Some(&actions), Some("cmd /c mine")).unwrap();
    let armed = machine.service(&name).unwrap().unwrap();
    assert_eq!(armed.failure_actions.as_ref(), Some(&actions));
    assert_eq!(armed.service.failure_command.as_deref(), Some("cmd /c mine"));
    machine.set_service_failure_actions(&name, None, None).unwrap();
    let now = machine.service(&name).unwrap().unwrap();
    assert_eq!(now, plain, "and the message is as it was");
    assert!(now.values.iter().any(|(_, value)| value.name == "RebootMessage"));
    machine.set_service_failure_actions(&name, Some(&actions), Some("cmd /c mine")).unwrap();
    assert_eq!(machine.service(&name).unwrap().unwrap(), armed);
    machine.delete_service(&armed).unwrap();
}

#[test]
fn files_are_read_deleted_and_restored() {
    let mut machine = Windows::new();
    let folder = scratch("files");
    let path = format!(r"{folder}\Probe ü.bin");
    assert_eq!(machine.file(&path).unwrap(), None);
    machine.write_new(&path, b"one").unwrap();
    machine.append(&path, b" two").unwrap();
    assert_eq!(machine.write_new(&path, b"three").unwrap_err().fault, Fault::Exists);
    assert_eq!(machine.read_file(&path, 7).unwrap(), b"one two");
    assert_eq!(machine.read_file(&path, 6).unwrap_err().fault, Fault::TooLarge { limit: 6 });
    let listed = machine.list(&folder).unwrap();
    assert_eq!(listed.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["Probe ü.bin"]);

    let state = machine.file(&path).unwrap().unwrap();
    assert_eq!((state.identity.size, state.is_directory, state.is_link), (7, false, false));
    assert_eq!(state.final_path.to_lowercase(), path.to_lowercase());
    let other = FileIdentity { size: 8, ..state.identity.clone() };
    assert_eq!(machine.delete_file(&path, &other).unwrap_err().fault, Fault::Changed);
    let held = std::fs::File::open(&path).unwrap();
    assert_eq!(machine.delete_file(&path, &state.identity).unwrap_err().fault, Fault::InUse);
    drop(held);
    machine.delete_file(&path, &state.identity).unwrap();
    assert_eq!(machine.file(&path).unwrap(), None);
    machine.restore_file(&path, &state, b"one two").unwrap();
    let back = machine.file(&path).unwrap().unwrap();
    assert_eq!((back.created, back.identity.modified), (state.created, state.identity.modified));
    assert_eq!((back.attributes, &back.security), (state.attributes, &state.security));
    machine.replace_file(&path, &back.identity, b"new").unwrap();
    assert_eq!(machine.read_file(&path, 99).unwrap(), b"new");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn paths_that_are_not_whole_or_lead_upwards_are_not_there() {
    let machine = Windows::new();
    for path in
        ["file.txt", r"\file.txt", r"C:file", r"C:\Windows\..\boot.ini", r"C:\a:stream", r"\\host\share\a"]
    {
        assert_eq!(machine.read_file(path, 9).unwrap_err().fault, Fault::NotFound, "{path}");
    }
}

#[test]
fn wmi_is_read_with_the_types_of_its_classes() {
    let machine = Windows::new();
    let systems = machine.wmi_instances(r"root\cimv2", "Win32_OperatingSystem").unwrap();
    let [system] = systems.as_slice() else { panic!("{systems:?}") };
    assert_eq!(system.object.class, "Win32_OperatingSystem");
    assert_eq!(system.object.namespace.as_deref(), Some(r"root\cimv2"));
    assert!(system.object.text("Version").unwrap().contains('.'));
    assert!(matches!(system.object.value("ProductType"), Some(Value::Uint(1..=3))), "{system:?}");
    assert!(matches!(system.object.value("TotalVisibleMemorySize"), Some(Value::Uint(_))), "{system:?}");
    assert!(!system.path.relative.is_empty());
}

#[test]
fn a_namespace_that_is_not_there_is_no_empty_one() {
    let fault = Windows::new().wmi_instances(r"root\nothing", "__EventFilter").unwrap_err().fault;
    assert_eq!(fault, Fault::Unsupported);
}

#[test]
fn settings_of_every_kind_are_read_or_said_to_be_missing() {
    let machine = Windows::new();
    for kind in [
        "hosts-entry",
        "portproxy",
        "firewall-rule",
        "dns-server",
        "route",
        "defender-exclusion",
        "ipsec-policy",
        "package",
        "os-build",
        "reboot-pending",
        "wmi-autorecover-mof",
        "group-member",
    ] {
        let listed = machine.settings(kind).unwrap();
        assert!(listed.found.iter().all(|setting| setting.kind == kind), "{kind}: {listed:?}");
        assert_eq!(listed.missed, [], "{kind}");
    }
    let build = machine.settings("os-build").unwrap().found;
    let version = machine.facts().unwrap().host.os.unwrap().version.unwrap();
    assert!(build.iter().any(|own| own.value == version), "{build:?} {version}");
    // What Wine has no more than a stub for says so; a real Windows has it.
    for kind in ["account-policy", "audit-policy", "update-search", "missing-update", "containment"] {
        match machine.settings(kind) {
            Ok(found) => println!("{kind}: {found:?}"),
            Err(error) => println!("{error}"),
        }
    }
    assert_eq!(machine.settings("no such kind").unwrap_err().fault, Fault::Unsupported);
    // Nothing is a scan file there, so nothing is found by it.
    let error = machine.scan_updates(r"C:\none\wsusscn2.cab").unwrap_err();
    println!("{error}");
}

#[test]
fn settings_that_are_kept_in_the_registry_go_and_come_back_as_they_were() {
    let mut machine = Windows::new();
    let forwarded = |name: &str, families: &str| evidence::Setting {
        kind: "portproxy".into(),
        name: name.into(),
        value: "192.0.2.1:80".into(),
        details: [("families".to_owned(), families.to_owned())].into(),
    };
    for setting in [forwarded("127.0.0.9:57", "v4tov4"), forwarded("::1:57", "v6tov4")] {
        machine.put_setting(&setting).unwrap();
        assert!(machine.settings("portproxy").unwrap().found.contains(&setting), "{setting:?}");
        assert_eq!(machine.put_setting(&setting).unwrap_err().fault, Fault::Exists);
        let other = evidence::Setting { name: format!("9{}", setting.name), ..setting.clone() };
        assert_eq!(machine.delete_setting(&other).unwrap_err().fault, Fault::NotFound);
        let other = evidence::Setting { value: "192.0.2.1:81".into(), ..setting.clone() };
        assert_eq!(machine.delete_setting(&other).unwrap_err().fault, Fault::Changed);
        machine.delete_setting(&setting).unwrap();
        assert!(!machine.settings("portproxy").unwrap().found.contains(&setting), "{setting:?}");
        assert_eq!(machine.delete_setting(&setting).unwrap_err().fault, Fault::NotFound);
    }
}

#[test]
fn what_could_not_be_put_back_as_it_was_is_not_deleted() {
    let mut machine = Windows::new();
    let key = Key::new(r"HKLM\SYSTEM\CurrentControlSet\Services\PortProxy\v4tov4\tcp");
    let stored = RegistryData { kind: 2, ..RegistryData::string("192.0.2.1/81") };
    machine.set_registry_value(&key, "127.0.0.10/57", None, &stored).unwrap();
    let found = machine.settings("portproxy").unwrap().found;
    let found = found.iter().find(|own| own.name == "127.0.0.10:57").unwrap();
    assert!(matches!(machine.delete_setting(found).unwrap_err().fault, Fault::Other { .. }));
    machine.delete_registry_value(&key, "127.0.0.10/57", &stored).unwrap();
}

/// A job of this test, which starts the service where it does not run; it waits until it is resumed, and is cancelled when it is dropped.
struct Job(IBackgroundCopyJob);

impl Job {
    /// The job with its id, and the command that runs behind it.
    fn make(name: &str) -> windows::core::Result<(Self, String, &'static str)> {
        // SAFETY: plain calls of COM with texts that outlive them.
        unsafe {
            let _ = CoInitializeEx(None, COINIT_MULTITHREADED);
            let manager: IBackgroundCopyManager =
                CoCreateInstance(&BackgroundCopyManager, None, CLSCTX_LOCAL_SERVER)?;
            let (mut id, mut job) = (GUID::default(), None);
            manager.CreateJob(&HSTRING::from(name), BG_JOB_TYPE_DOWNLOAD, &raw mut id, &raw mut job)?;
            let job = Self(job.unwrap());
            job.0.AddFile(w!("http://192.0.2.1/deminer-test"), w!(r"C:\deminer-test.tmp"))?;
            let own = job.0.cast::<IBackgroundCopyJob2>()?;
            // Wine does not keep one.
            let is_kept = own.SetNotifyCmdLine(w!("cmd.exe"), w!("cmd /c exit 0")).is_ok();
            let command = if is_kept { "cmd.exe /c exit 0" } else { "" };
            Ok((job, format!("{{{id:?}}}").to_uppercase(), command))
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // SAFETY: the job is one that the service gave.
        let _ = unsafe { self.0.Cancel() };
    }
}

#[test]
fn jobs_of_bits_are_told_with_the_command_behind_them() {
    let name = format!("deminer test {}", std::process::id());
    let (job, id, command) = match Job::make(&name) {
        Ok(made) => made,
        Err(error) => return println!("SKIPPED: no job of BITS can be made: {error}"),
    };
    if command.is_empty() {
        println!("SKIPPED: the command behind a job of BITS");
    }
    let listed = Windows::new().settings("bits-job").unwrap();
    let own = listed.found.iter().find(|own| own.details.get("id") == Some(&id)).unwrap();
    assert_eq!((own.name.as_str(), own.value.as_str()), (name.as_str(), command));
    let detail = |name: &str| own.details.get(name).map(String::as_str);
    assert_eq!(detail("remote"), Some("http://192.0.2.1/deminer-test"));
    assert_eq!(detail("local"), Some(r"C:\deminer-test.tmp"));
    assert_eq!(
        (detail("type"), detail("state"), detail("files")),
        (Some("download"), Some("suspended"), Some("1"))
    );
    assert!(detail("owner").is_none_or(|owner| owner.starts_with("S-1-")), "{own:?}");
    drop(job);
    let listed = Windows::new().settings("bits-job").unwrap();
    let own = listed.found.iter().find(|own| own.details.get("id") == Some(&id));
    assert!(own.is_none_or(|own| own.details["state"] == "cancelled"), "{own:?}");
}

#[test]
fn a_machine_is_contained_and_set_free_or_says_why_not() {
    let mut machine = Windows::new();
    let rule = evidence::Setting {
        kind: "containment".into(),
        name: format!("Deminer: contain test {} except 10.0.0.5", std::process::id()),
        value: "block".into(),
        details: [
            ("action", "block"),
            ("direction", "in"),
            ("protocol", "tcp"),
            ("local-ports", "135,139,445"),
            ("remote-addresses", "1.0.0.0-10.0.0.4,10.0.0.6-223.255.255.255"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
    };
    // Wine has the interface and no firewall behind it.
    match machine.put_setting(&rule) {
        Ok(()) => {
            assert!(machine.settings("containment").unwrap().found.contains(&rule));
            assert_eq!(machine.put_setting(&rule).unwrap_err().fault, Fault::Exists);
            machine.delete_setting(&rule).unwrap();
            assert!(!machine.settings("containment").unwrap().found.contains(&rule));
        }
        Err(error) => assert!(error.to_string().contains("irewall"), "{error}"),
    }
    let other = evidence::Setting { name: "somebody's rule".into(), ..rule };
    assert_eq!(machine.put_setting(&other).unwrap_err().fault, Fault::Unsupported);
    assert_eq!(machine.delete_setting(&other).unwrap_err().fault, Fault::Unsupported);
}

#[test]
fn accounts_are_told_with_their_flags() {
    match Windows::new().accounts() {
        Ok(accounts) => {
            let whole = |account: &evidence::Account| account.enabled.is_some() && account.rid.is_some();
            assert!(accounts.found.iter().all(whole), "{accounts:?}");
        }
        // `ERROR_INVALID_LEVEL`: Wine lists names alone.
        Err(error) => assert!(matches!(error.fault, Fault::Other { code: 0x8007_007C, .. }), "{error}"),
    }
}

#[test]
fn tasks_signatures_and_logs_are_told_or_said_to_be_missing() {
    let machine = Windows::new();
    let own = std::env::current_exe().unwrap();
    let own = own.to_str().unwrap().trim_start_matches(r"\\?\").to_owned();
    assert_eq!(machine.signature(&own).unwrap(), machine::Signature::Unsigned);
    assert_eq!(machine.signature(&format!("{own}.missing")).unwrap_err().fault, Fault::NotFound);
    match machine.tasks() {
        Ok(tasks) => assert!(tasks.found.iter().all(|task| task.path.starts_with('\\')), "{tasks:?}"),
        Err(error) => println!("{error}"),
    }
    let folder = scratch("log");
    let to = format!(r"{folder}\System.evtx");
    match machine.export_log("System", &to) {
        Ok(()) => assert!(machine.file(&to).unwrap().is_some()),
        Err(error) => println!("{error}"),
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
