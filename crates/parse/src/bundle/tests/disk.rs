//! Files of a Windows disk that are read together.

use super::real::data;
use super::*;
use evidence::{Area, RecordData, WmiObject};
use registry_hive::build::KeyPlan;

/// The objects of the evidence that a source of this format shows, as `class name`.
fn objects<'e>(evidence: &'e Evidence, format: &str) -> Vec<&'e WmiObject> {
    let of_format =
        |record: &&evidence::Record| evidence.sources[record.provenance.source as usize].format == format;
    evidence
        .records
        .iter()
        .filter(of_format)
        .filter_map(|record| match &record.data {
            RecordData::WmiObject(object) if !object.is_class("__Win32Provider") => Some(object),
            _ => None,
        })
        .filter(|object| !object.is_class("__EventConsumerProviderRegistration"))
        .collect()
}

fn names<'e>(objects: &[&'e WmiObject]) -> Vec<(&'e str, &'e str)> {
    let mut names: Vec<_> = objects.iter().map(|object| (object.class.as_str(), object.name())).collect();
    names.sort_unstable();
    names
}

const STOCK: [(&str, &str); 3] = [
    ("NTEventLogEventConsumer", "SCM Event Log Consumer"),
    ("__EventFilter", "SCM Event Log Filter"),
    ("__FilterToConsumerBinding", ""),
];

#[test]
fn a_clean_repository_has_the_stock_subscription_only() {
    let Some(folder) = data("repository/clean-win10") else { return };
    let found = find(&folder);
    assert_eq!(found.notes(), []);
    let [evidence] = &found.evidence[..] else { panic!("{:?}", found.hosts()) };
    assert_eq!(names(&objects(evidence, "cim-repository")), STOCK);
    for area in [Area::OtherNamespaces, Area::Timers, Area::ConsumerClasses, Area::ClassStores] {
        assert!(evidence.coverage.is_complete(area), "{area:?}");
    }
    assert!(evidence.coverage.subscriptions_complete());
    assert!(evidence.sources.iter().all(|source| source.sha256.is_some()), "{:?}", evidence.sources);
    assert_eq!(evidence.settings().map(|(_, setting)| &setting.name).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn an_infected_repository_shows_who_made_the_subscription() {
    let Some(folder) = data("repository/infected-win10") else { return };
    let found = find(&folder);
    let [evidence] = &found.evidence[..] else { panic!("{:?}", found.hosts()) };
    let objects = objects(evidence, "cim-repository");
    let mut expected = STOCK.to_vec();
    expected.extend([
        ("ActiveScriptEventConsumer", "KillProcess"),
        ("__EventFilter", "ProcessStartTrigger"),
        ("__FilterToConsumerBinding", ""),
    ]);
    expected.sort_unstable();
    assert_eq!(names(&objects), expected);
    let consumer = objects.iter().find(|object| object.name() == "KillProcess").unwrap();
    assert_eq!(consumer.namespace.as_deref(), Some(r"root\subscription"));
    assert_eq!(consumer.value("KillTimeout"), Some(&evidence::Value::Uint(45)));
    let sid = "S-1-5-21-2212929841-2730996645-2649195864-1000";
    assert_eq!(consumer.creator_sid().as_deref(), Some(sid));
    let later: Vec<_> = evidence.settings().map(|(_, setting)| setting).collect();
    assert_eq!(later.len(), 3, "{later:?}");
    assert!(later.iter().all(|setting| setting.value.starts_with("2022-03-10T16:35:19")), "{later:?}");
}

#[test]
fn a_repository_without_its_index_is_carved() {
    let Some(folder) = data("repository/infected-win10") else { return };
    let objects_data = folder.join("OBJECTS.DATA.gz");
    let found = find_with(&[&objects_data], &Limits::default());
    let [evidence] = &found.evidence[..] else { panic!("{:?}", found.hosts()) };
    assert!(
        names(&objects(evidence, "cim-repository")).contains(&("ActiveScriptEventConsumer", "KillProcess"))
    );
    assert_eq!(evidence.coverage.get(Area::EventConsumers), Some(evidence::ReadState::Partial));
    assert!(found.notes().contains(&(Level::Warning, "note-repository-damaged")), "{:?}", found.notes());
}

#[test]
fn an_index_alone_tells_what_is_missing() {
    let root = folder(&[("PC1_WMI/INDEX.BTR", &[0xCC, 0xAC, 0, 0, 0, 0, 0, 0])]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 0)]);
    assert_eq!(found.notes(), [(Level::Warning, "note-set-lost")]);
}

#[test]
fn a_repository_of_garbage_is_an_error_in_words() {
    let root = folder(&[
        ("PC1_WMI/OBJECTS.DATA", &[0xA5; 12_000]),
        ("PC1_WMI/INDEX.BTR", &[0xCC, 0xAC, 0, 0, 0, 0, 0, 0]),
        ("PC1_WMI/MAPPING1.MAP", &[0xCD, 0xAB, 0, 0]),
    ]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 0)]);
    assert!(!found.evidence[0].coverage.subscriptions_complete());
    assert!(!found.notes().is_empty());
}

#[test]
fn sets_cannot_hold_more_than_the_limit() {
    let page = [0xCC, 0xAC, 0, 0, 0, 0, 0, 0];
    let root = folder(&[("PC1_WMI/INDEX.BTR", &page), ("PC1_WMI/MAPPING1.MAP", &page)]);
    let found = find_with(&[root.path()], &Limits { file: 8, ..Limits::default() });
    assert!(found.notes().contains(&(Level::Error, "note-set-held")), "{:?}", found.notes());
}

#[test]
fn a_system_hive_tells_services_and_names_its_machine() {
    let Some(hives) = data("hives") else { return };
    let files = ["SYSTEM_B.gz", "SYSTEM_B.LOG1.gz", "SYSTEM_B.LOG2.gz"].map(|name| hives.join(name));
    let found = find_with(&files.each_ref().map(std::path::PathBuf::as_path), &Limits::default());
    let [evidence] = &found.evidence[..] else { panic!("{:?}", found.hosts()) };
    assert_eq!((evidence.host.id.0.as_str(), found.notes()), ("DESKTOP-PM6C56D", vec![]));
    assert_eq!(evidence.sources.len(), 3);
    assert!(evidence.coverage.is_complete(Area::Services));
    assert_eq!(evidence.services().count(), 609);
    let service =
        |name: &str| evidence.services().map(|(_, service)| service).find(|s| s.name == name).unwrap();
    let events = service("EventLog");
    assert_eq!((events.is_driver(), events.is_automatic()), (Some(false), Some(true)));
    assert!(events.image_path.as_deref().unwrap().contains("svchost.exe"), "{events:?}");
    assert_eq!(service("Dnscache").service_dll.as_deref(), Some(r"%SystemRoot%\System32\dnsrslvr.dll"));
    let signing = evidence.registry_values().map(|(_, value)| value).find(|value| {
        value.key.ends_with(r"CurrentControlSet\Services\LanmanServer\Parameters")
            && value.name == "RequireSecuritySignature"
    });
    assert_eq!(signing.unwrap().data, "0");
}

#[test]
fn hives_of_other_kinds_and_damaged_ones_are_read_as_far_as_they_go() {
    let Some(hives) = data("hives") else { return };
    for name in ["NTUSER_Bad.DAT.gz", "transactions_NTUSER.DAT.gz"] {
        let found = find(&hives.join(name));
        assert!(found.evidence[0].autostarts().count() > 0, "{name}: {:?}", found.notes());
    }
    let found = find(&hives.join("corrupted_system_hive.gz"));
    assert!(found.notes().contains(&(Level::Warning, "note-hive-damaged")), "{:?}", found.notes());
    assert!(!found.evidence[0].coverage.is_complete(Area::Services));
}

#[test]
fn a_log_without_its_hive_and_a_hive_that_is_none() {
    let mut log = b"regf".to_vec();
    log.resize(512, 0);
    log[28] = 6;
    let root = folder(&[("PC1_WMI/SYSTEM.LOG1", &log), ("PC1_WMI/SOFTWARE", b"regf\0\0\0\0")]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("PC1", 0)]);
    assert_eq!(found.notes(), [(Level::Error, "note-hive-unreadable"), (Level::Info, "note-set-lost")]);
}

#[test]
fn hives_of_a_disk_are_found_by_what_they_hold() {
    let mut system = registry_hive::build::KeyPlan::default();
    system.key("Select").number("Current", 2);
    system.key(r"ControlSet002\Control\ComputerName\ComputerName").text("ComputerName", "TRIAGED");
    let system = system.hive();
    let mut other = registry_hive::build::KeyPlan::default();
    other.key("Nothing").text("x", "y");
    let root = folder(&[
        ("t/C/Windows/System32/config/SYSTEM", &system),
        ("t/C/Windows/System32/config/RegBack/SYSTEM", &system),
        ("t/C/Windows/System32/config/COMPONENTS", &other.hive()),
        ("t/C/Users/me/x.txt", b""),
    ]);
    let found = find(root.path());
    assert_eq!(found.hosts(), [("TRIAGED", 1)]);
    assert_eq!(found.evidence[0].sources.len(), 1);
    assert_eq!(found.notes(), [(Level::Info, "note-hive-outdated"), (Level::Info, "note-files-unread")]);
}

/// The hives SYSTEM, which names the machine, and SOFTWARE with a program that starts.
fn machine(run: &str) -> (Vec<u8>, Vec<u8>) {
    let mut system = registry_hive::build::KeyPlan::default();
    system.key("Select").number("Current", 1);
    system.key(r"ControlSet001\Control\ComputerName\ComputerName").text("ComputerName", "TRIAGED");
    let mut software = registry_hive::build::KeyPlan::default();
    software.key(r"Microsoft\Windows NT\CurrentVersion");
    software.key(r"Microsoft\Windows\CurrentVersion\Run").text("x", run);
    (system.hive(), software.hive())
}

fn launches(evidence: &Evidence) -> Vec<&str> {
    evidence.autostarts().filter_map(|(_, entry)| entry.launch_string.as_deref()).collect()
}

#[test]
fn a_hive_that_windows_put_aside_tells_of_another_day_in_every_shape() {
    let (system, software) = machine("now.exe");
    let (_, old) = machine("then.exe");
    let files: [(&str, &[u8]); 4] = [
        ("C/Windows/System32/config/SYSTEM", &system),
        ("C/Windows/System32/config/SOFTWARE", &software),
        ("C/Windows/System32/config/RegBack/SOFTWARE", &old),
        ("C/Windows.old/Windows/System32/config/SOFTWARE", &old),
    ];
    let archive = zip(&files);
    for root in [folder(&files), folder(&[("PC1.zip", &archive)])] {
        let found = find(root.path());
        assert_eq!(found.evidence.len(), 1, "{:?}", found.hosts());
        assert_eq!(launches(&found.evidence[0]), ["now.exe"]);
        assert!(found.notes().contains(&(Level::Info, "note-hive-outdated")), "{:?}", found.notes());
    }
    // Who names it wants to know.
    let root = folder(&[("RegBack/SOFTWARE", &old)]);
    assert_eq!(launches(&find(&root.path().join("RegBack/SOFTWARE")).evidence[0]), ["then.exe"]);
}

#[test]
fn folders_of_windows_are_one_machine() {
    let (system, software) = machine("now.exe");
    let root = folder(&[
        ("C/Windows/System32/config/SYSTEM", &system),
        ("C/Windows/System32/config/SOFTWARE", &software),
        ("C/Windows/System32/drivers/etc/hosts", b"192.0.2.1 update.example\n"),
        ("C/Windows/System32/de/x.mof", b"class X {};"),
        ("C/Windows/Microsoft.NET/Framework/y.mof", b"class Y {};"),
        ("C/Windows/Prefetch/MUE.EXE-0A1B2C3D.pf", b"MAM"),
    ]);
    for (below, prefetched) in [("C/Windows", 1), ("C/Windows/System32", 0)] {
        let found = find(&root.path().join(below));
        assert_eq!(found.evidence.len(), 1, "{below}: {:?}", found.hosts());
        let evidence = &found.evidence[0];
        assert_eq!(evidence.host.name, "TRIAGED");
        assert_eq!(launches(evidence), ["now.exe"]);
        let ran = evidence.settings().filter(|(_, setting)| setting.kind == "prefetch");
        assert_eq!(ran.count(), prefetched, "{below}");
    }
    // The hives alone, and beside them those of another day.
    let (_, old) = machine("then.exe");
    let root = folder(&[
        ("config/SYSTEM", &system),
        ("config/SOFTWARE", &software),
        ("config/RegBack/SOFTWARE", &old),
    ]);
    let found = find(&root.path().join("config"));
    assert_eq!((found.evidence.len(), launches(&found.evidence[0])), (1, vec!["now.exe"]));
}

#[test]
fn classes_of_tasks_and_providers_are_found_in_the_registry() {
    let (system, _) = machine("");
    let mut software = registry_hive::build::KeyPlan::default();
    software.key(r"Microsoft\Windows NT\CurrentVersion");
    software
        .key(r"Classes\CLSID\{0000000A-0000-0000-0000-000000000000}\InprocServer32")
        .text("", r"C:\evil.dll");
    let task = "<?xml version=\"1.0\"?><Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><Actions><ComHandler><ClassId>{0000000a-0000-0000-0000-000000000000}</ClassId></ComHandler></Actions></Task>";
    let root = folder(&[
        ("t/C/Windows/System32/config/SYSTEM", &system),
        ("t/C/Windows/System32/config/SOFTWARE", &software.hive()),
        ("t/C/Windows/System32/Tasks/Calls", task.as_bytes()),
        ("t/C/Windows/System32/Tasks/Zeroes", &[0; 2_000]),
    ]);
    let found = find(root.path());
    let evidence = &found.evidence[0];
    let entries: Vec<_> =
        evidence.autostarts().map(|(at, entry)| (at, entry.name.as_str(), &entry.image_path)).collect();
    let [(at, name, image)] = entries[..] else { panic!("{entries:?}") };
    assert_eq!((name, image.as_deref()), (r"\Calls", Some(r"C:\evil.dll")));
    let source = &evidence.sources[usize::try_from(evidence.records[at].provenance.source).unwrap()];
    assert!(source.path.ends_with("SOFTWARE"), "{source:?}");
    assert!(found.notes().contains(&(Level::Warning, "note-task-unread")), "{:?}", found.notes());
}

#[test]
fn what_autostarts_name_is_looked_at() {
    let (system, _) = machine("");
    let mut software = registry_hive::build::KeyPlan::default();
    software.key(r"Microsoft\Windows NT\CurrentVersion");
    let run = software.key(r"Microsoft\Windows\CurrentVersion\Run");
    run.text("a", r"rundll32.exe C:\ProgramData\x\evil.dll,Run")
        .text("b", r"cmd.exe /c C:\ProgramData\x\y1.bat");
    let task = "<?xml version=\"1.0\"?><Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><Actions><Exec><Command>wscript</Command><Arguments>//B C:\\ProgramData\\x\\t.vbs</Arguments></Exec></Actions></Task>";
    let mut library = b"MZ\x90\x00\x03\x00\0\0".to_vec();
    library.resize(512, 0);
    let files: [(&str, &[u8]); 7] = [
        ("C/Windows/System32/config/SYSTEM", &system),
        ("C/Windows/System32/config/SOFTWARE", &software.hive()),
        ("C/Windows/System32/Tasks/T", task.as_bytes()),
        ("C/ProgramData/x/evil.dll", &library),
        ("C/ProgramData/x/y1.bat", b"@echo off\r\nstart miner.exe\r\n"),
        ("C/ProgramData/x/t.vbs", b"CreateObject(\"WScript.Shell\").Run \"miner.exe\"\r\n"),
        ("C/ProgramData/x/other.bat", b"echo nobody starts this\r\n"),
    ];
    let archive = zip(&files);
    for root in [folder(&files), folder(&[("PC1.zip", &archive)])] {
        let found = find(root.path());
        let evidence = &found.evidence[0];
        let mut paths: Vec<_> = evidence.files().map(|(_, file)| file.path.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(
            paths,
            [r"C:\ProgramData\x\evil.dll", r"C:\ProgramData\x\t.vbs", r"C:\ProgramData\x\y1.bat"]
        );
        let content = |name: &str| {
            let entry = evidence.autostarts().find(|(_, entry)| entry.name == name);
            entry.and_then(|(_, entry)| entry.extra.get("Content")).map(String::as_str)
        };
        assert_eq!(content("b"), Some("@echo off\r\nstart miner.exe\r\n"));
        assert!(
            content("t.vbs").unwrap().contains("miner.exe"),
            "what a task starts has an entry of its own"
        );
        assert_eq!(content("a"), None);
    }
}

#[test]
fn scripts_of_a_local_policy_start_what_lies_beside_them() {
    let ini: Vec<u8> = "\u{feff}\r\n[Startup]\r\n0CmdLine=run.bat\r\n0Parameters=\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let scripts = "C/Windows/System32/GroupPolicy/Machine/Scripts";
    let root = folder(&[
        (&format!("{scripts}/scripts.ini"), &ini),
        (&format!("{scripts}/Startup/run.bat"), b"start powershell -w hidden"),
    ]);
    let found = find(root.path());
    let entries: Vec<_> = found.evidence[0].autostarts().map(|(_, entry)| entry).collect();
    let [entry] = &entries[..] else { panic!("{entries:#?}") };
    assert_eq!((entry.name.as_str(), entry.launch_string.as_deref()), ("Startup 0", Some("run.bat")));
    assert_eq!(entry.extra["Content"], "start powershell -w hidden");
    assert!(found.evidence[0].sources.iter().any(|source| source.format == "policy-scripts"));
}

#[test]
fn a_file_of_a_start_up_folder_that_was_switched_off() {
    let mut plan = KeyPlan::default();
    let current = plan.key(r"Software\Microsoft\Windows\CurrentVersion");
    current.key(r"Explorer\StartupApproved\StartupFolder").value("off.bat", 3, &[3; 12]);
    let menu = "C/Users/me/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup";
    let root = folder(&[
        ("C/Users/me/NTUSER.DAT", &plan.hive()),
        (&format!("{menu}/Off.bat"), b"start x"),
        (&format!("{menu}/on.bat"), b"start x"),
    ]);
    let found = find(root.path());
    let entries = found.evidence[0].autostarts().map(|(_, entry)| (entry.name.as_str(), entry.enabled));
    assert_eq!(entries.collect::<Vec<_>>(), [("Off.bat", Some(false)), ("on.bat", Some(true))]);
}

#[test]
fn the_library_of_a_provider_in_the_repository_comes_from_the_registry() {
    let Some(packed) = data("repository/clean-win10") else { return };
    // The consumer provider of Windows for event logs.
    let id = "{266c72e6-62e8-11d1-ad89-00c04fd8fdff}";
    let mut software = KeyPlan::default();
    software.key(r"Microsoft\Windows NT\CurrentVersion");
    software.key(&format!(r"Classes\CLSID\{id}\InprocServer32")).text("", r"%ProgramData%\x.dll");
    let software = software.hive();
    let mut files = vec![("t/C/Windows/System32/config/SOFTWARE".to_owned(), software)];
    for entry in fs::read_dir(packed).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let name = format!("t/C/Windows/System32/wbem/Repository/{name}");
        files.push((name, fs::read(path).unwrap()));
    }
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let root = folder(&files);
    let found = find(root.path());
    let evidence = &found.evidence[0];
    let entries = evidence.autostarts().filter(|(_, entry)| entry.category == "WMI Providers");
    let entries: Vec<_> = entries.map(|(_, entry)| (entry.location.as_str(), &entry.image_path)).collect();
    let location = format!(r"HKLM\SOFTWARE\Classes\CLSID\{id}");
    assert!(
        !entries.is_empty(),
        "{:#?}",
        evidence.wmi_objects().filter(|(_, o)| o.is_class("__Win32Provider")).count()
    );
    for entry in entries {
        assert_eq!(entry, (location.as_str(), &Some(r"%ProgramData%\x.dll".to_owned())));
    }
}

#[test]
fn findings_of_defender_are_read_from_its_own_log() {
    let line =
        "2023-07-12T11:16:35.087Z DETECTION_ADD Trojan:Win32/CoinMiner.A file:C:\\Windows\\Temp\\x.exe\r\n";
    let log: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = "C/ProgramData/Microsoft/Windows Defender/Support/MPLog-20230712-101010.log";
    let (system, _) = machine("");
    let root = folder(&[("C/Windows/System32/config/SYSTEM", &system), (place, &log)]);
    let found = find(root.path());
    assert_eq!(found.evidence.len(), 1);
    let evidence = &found.evidence[0];
    let events: Vec<_> = evidence.events().collect();
    let [(at, event)] = events[..] else { panic!("{events:?}") };
    assert_eq!(event.field("Path"), Some(r"file:_C:\Windows\Temp\x.exe"));
    let source = &evidence.sources[usize::try_from(evidence.records[at].provenance.source).unwrap()];
    assert_eq!(
        (source.format.as_str(), source.sha256.as_deref()),
        ("defender-log", Some(sha256(&log).as_str()))
    );
}

#[test]
fn a_driver_that_is_missing_from_a_whole_folder_is_absent() {
    let mut plan = KeyPlan::default();
    plan.key(r"Select").number("Current", 1);
    plan.key(r"ControlSet001\Control\ComputerName\ComputerName").text("ComputerName", "PC1");
    let system = plan.hive();
    let drivers = "C/Windows/System32/drivers";
    let whole: Vec<_> = ["ntfs.sys", "tcpip.sys", "srv2.sys", "SrvNet.sys", "etc/hosts"]
        .map(|name| (format!("{drivers}/{name}"), &b"MZ"[..]))
        .into_iter()
        .chain([("C/Windows/System32/config/SYSTEM".to_owned(), &system[..])])
        .collect();
    let absent = |files: &[(String, &[u8])]| {
        let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        let count = |found: &Found| {
            let settings = found.evidence.iter().flat_map(Evidence::settings);
            settings.filter(|(_, own)| own.kind == "srv-sys-version" && own.value == "absent").count()
        };
        let root = folder(&files);
        let zipped = folder(&[("PC1.zip", &zip(&files))]);
        let counts = [&root, &zipped].map(|root| count(&find(root.path())));
        assert_eq!(counts[0], counts[1], "a folder and an archive agree");
        counts[0]
    };
    let with = |name: &str| [whole.clone(), vec![(name.to_owned(), &b""[..])]].concat();
    assert_eq!(absent(&whole), 1);
    // Whatever it holds.
    assert_eq!(absent(&with(&format!("{drivers}/SRV.SYS"))), 0);
    assert_eq!(absent(&with("C/Windows/WinSxS/x/srv.sys")), 1);
    // A collection of a few files is no whole folder.
    assert_eq!(absent(&whole[1..]), 0);
    let old: Vec<_> = whole[..4]
        .iter()
        .map(|(name, bytes)| (format!("C/Windows.old/{}", &name[2..]), *bytes))
        .chain(whole[5..].iter().cloned())
        .collect();
    assert_eq!(absent(&old), 0);
}

/// A file that nothing starts and no parser reads, wherever it lies: told of where its hash is looked for.
#[test]
fn files_are_found_by_their_hashes() {
    let bytes: &[u8] = b"MZ\x90\0\x03\0\0\0 a program of nobody";
    let text: &[u8] = b"words of nobody";
    let archive = zip(&[("C/ProgramData/x/deep.dat", bytes), ("EventFilter.txt", FILTER.as_bytes())]);
    let root = folder(&[
        ("disk/C/Windows/System32/config/x", b""),
        ("disk/C/Windows/Temp/a.bin", bytes),
        ("disk/C/ProgramData/note.txt", text),
        ("loose/a.bin", bytes),
        ("loose/other.bin", b"MZ\x90\0\x03\0\0\0 another"),
        ("PC7_WMI.zip", &archive),
    ]);
    let hash = |bytes: &[u8]| hex(&Sha256::digest(bytes));
    let limits = Limits { sought: Arc::new([hash(bytes), hash(text)].into()), ..Limits::default() };
    let found = find_with(&[root.path()], &limits);
    let files = found.evidence.iter().flat_map(|evidence| evidence.files().map(|(_, file)| file));
    let mut paths: Vec<_> = files.map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [r"C:\ProgramData\note.txt", r"C:\ProgramData\x\deep.dat", r"C:\Windows\Temp\a.bin", "a.bin"]
    );
    assert!(
        found.evidence.iter().all(|evidence| evidence.sources.iter().all(|source| source.sha256.is_some()))
    );
    // A survey finds the same hosts.
    let discovery = discover(&[Input::Path(root.path().to_owned())], &limits);
    let hosts = |ids: Vec<HostId>| ids.into_iter().map(|id| id.0).collect::<Vec<_>>();
    for bundle in &discovery.bundles {
        let read = bundle.read(&limits).into_iter().map(|evidence| evidence.host.id).collect();
        assert_eq!(hosts(bundle.survey(&limits)), hosts(read), "{}", bundle.name());
    }
    let nobody = find_with(&[root.path()], &Limits::default());
    let files = nobody.evidence.iter().flat_map(|evidence| evidence.files().map(|(_, file)| file));
    // Of an archive every program is told of whose place is known.
    assert_eq!(files.map(|file| file.path.as_str()).collect::<Vec<_>>(), [r"C:\ProgramData\x\deep.dat"]);
}
