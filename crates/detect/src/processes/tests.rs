//! Processes and connections made up in code.

use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::test_support::records_of;
use evidence::{Connection, Process, RecordData};
use intel::Intel;

const HIDDEN: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
/// Half past something, and an hour before.
const NOW: u64 = 133_000_000_000_000_000;
const HOUR_AGO: u64 = NOW - 3600 * super::SECOND;

fn process(pid: u32, path: &str, command: &str) -> Process {
    Process {
        pid,
        parent_pid: Some(1),
        name: path.rsplit('\\').next().unwrap_or_default().to_owned(),
        image_path: Some(path.to_owned()),
        command_line: Some(command.to_owned()),
        created: Some(HOUR_AGO),
        ..Process::default()
    }
}

/// It has worked for half an hour, on a quarter of the processors.
fn busy(process: Process) -> Process {
    Process { cpu_ms: Some(30 * 60_000), cpu_percent: Some(25.0), has_window: Some(false), ..process }
}

fn unsigned(process: Process) -> Process {
    Process { signer: Some("(Not verified)".to_owned()), ..process }
}

fn verified(process: Process, by: &str) -> Process {
    Process { signer: Some(format!("(Verified) {by}")), ..process }
}

fn child_of(parent: u32, process: Process) -> Process {
    Process { parent_pid: Some(parent), ..process }
}

fn connection(pid: u32, address: &str, port: u16) -> Connection {
    Connection {
        protocol: "tcp".into(),
        local_address: "192.0.2.10".into(),
        local_port: 50_000,
        remote_address: Some(address.into()),
        remote_port: Some(port),
        state: Some("established".into()),
        pid: Some(pid),
        created: Some(HOUR_AGO + super::SECOND),
    }
}

fn found(processes: Vec<Process>, connections: Vec<Connection>) -> Vec<Finding> {
    let newest = Process { pid: 99, name: "deminer.exe".into(), created: Some(NOW), ..Process::default() };
    let processes = processes.into_iter().chain([newest]).map(RecordData::Process);
    let evidence = records_of(processes.chain(connections.into_iter().map(RecordData::Connection)));
    crate::assess(&evidence, Intel::builtin()).findings
}

fn judged(processes: Vec<Process>, connections: Vec<Connection>) -> Vec<(Severity, Confidence, Action)> {
    let findings = found(processes, connections);
    findings.iter().map(|finding| (finding.severity, finding.confidence, finding.action)).collect()
}

fn one(process: Process) -> Vec<(Severity, Confidence, Action)> {
    judged(vec![process], Vec::new())
}

/// A miner's command line, with an address of the documentation's.
const MINES: &str = "-o stratum+tcp://192.0.2.1:3333 -u x --donate-level 1 --coin monero -k";

#[test]
fn a_miner_that_hides_goes_and_an_open_one_is_its_owners_question() {
    let hides = process(10, r"C:\ProgramData\svchost.exe", &format!("svchost.exe {MINES}"));
    assert_eq!(one(hides), [(Severity::High, Confidence::Certain, Action::Remove)]);
    let open = process(10, r"C:\tools\miner.exe", &format!("miner.exe {MINES}"));
    assert_eq!(one(open), [(Severity::Medium, Confidence::Likely, Action::AskOwner)]);
    let script = process(10, HIDDEN, &format!("powershell -w hidden -c \".\\x.exe {MINES}\""));
    assert_eq!(one(script), [(Severity::High, Confidence::Certain, Action::Remove)]);
}

#[test]
fn a_miner_below_a_wmi_host_runs_and_persists() {
    let host = process(4, r"C:\Windows\System32\wbem\WmiPrvSE.exe", "WmiPrvSE.exe");
    let miner = child_of(4, process(10, HIDDEN, &format!("powershell -c \"x.exe {MINES}\"")));
    let expected = [(Severity::Critical, Confidence::Certain, Action::Remove)];
    assert_eq!(judged(vec![host.clone(), miner.clone()], Vec::new()), expected);
    // A process that began after its child has only taken the number of the parent.
    let later = Process { created: Some(NOW), ..host };
    let expected = [(Severity::High, Confidence::Certain, Action::Remove)];
    assert_eq!(judged(vec![later, miner], Vec::new()), expected);
}

#[test]
fn ordinary_programs_are_silent_however_busy() {
    let quiet = [
        verified(
            process(10, r"C:\Program Files\Vendor\browser.exe", "browser.exe --type=renderer"),
            "Vendor",
        ),
        unsigned(process(11, r"C:\Program Files\LLVM\bin\clang.exe", "clang.exe -O2 -c a.c")),
        verified(
            process(12, r"C:\Program Files\Microsoft SQL Server\sqlservr.exe", "sqlservr.exe -sX"),
            "Microsoft",
        ),
        verified(
            process(13, r"C:\ProgramData\Microsoft\Windows Defender\MsMpEng.exe", "MsMpEng.exe"),
            "Microsoft",
        ),
        verified(
            process(14, r"C:\Windows\System32\svchost.exe", "svchost.exe -k netsvcs"),
            "Microsoft Windows",
        ),
        process(15, r"C:\Windows\System32\svchost.exe", "svchost.exe -k netsvcs"),
        unsigned(Process { has_window: Some(true), ..process(16, r"C:\Users\me\game.exe", "game.exe") }),
        process(17, r"C:\Users\me\.rustup\toolchains\stable\bin\rustc.exe", "rustc.exe --edition=2024 a.rs"),
        process(18, "System", ""),
    ];
    let seen: Vec<_> = quiet
        .into_iter()
        .map(|process| Process { has_window: process.has_window, ..busy(process.clone()) })
        .map(|process| Process { has_window: process.has_window.or(Some(false)), ..process })
        .collect();
    assert_eq!(judged(seen, Vec::new()), []);
}

#[test]
fn a_name_of_windows_elsewhere_needs_more_than_the_name_to_go() {
    let path = r"C:\ProgramData\x\svchost.exe";
    let alone = process(10, path, "svchost.exe");
    assert_eq!(one(alone.clone()), [(Severity::Medium, Confidence::Possible, Action::Review)]);
    assert_eq!(one(unsigned(alone.clone())), [(Severity::High, Confidence::Likely, Action::Review)]);
    assert_eq!(one(busy(unsigned(alone.clone()))), [(Severity::High, Confidence::Likely, Action::Remove)]);
    assert_eq!(one(busy(verified(alone, "Vendor"))), []);
}

#[test]
fn busy_script_hosts_are_looked_at_and_idle_ones_are_not() {
    let idle = process(10, HIDDEN, r"powershell -File C:\scripts\backup.ps1");
    assert_eq!(one(idle.clone()), []);
    assert_eq!(one(busy(idle.clone())), [(Severity::Medium, Confidence::Possible, Action::Review)]);
    let short = Process { cpu_ms: Some(20_000), ..busy(idle.clone()) };
    assert_eq!(one(short), []);
    let talks = vec![connection(10, "192.0.2.1", 3333)];
    let expected = [(Severity::High, Confidence::Likely, Action::Review)];
    assert_eq!(judged(vec![busy(idle.clone())], talks.clone()), expected);
    assert_eq!(judged(vec![idle], talks), [(Severity::Low, Confidence::Possible, Action::Review)]);
}

#[test]
fn many_script_hosts_below_a_wmi_host_are_one_finding() {
    let host = process(4, r"C:\Windows\System32\wbem\WmiPrvSE.exe", "WmiPrvSE.exe");
    let children = |count: u32| {
        let child = |pid| child_of(4, process(pid, HIDDEN, "powershell.exe -NoP"));
        std::iter::once(host.clone()).chain((10..10 + count).map(child)).collect::<Vec<_>>()
    };
    assert_eq!(judged(children(2), Vec::new()), []);
    let found = found(children(8), Vec::new());
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((finding.severity, finding.action), (Severity::Medium, Action::Review));
    assert_eq!(finding.subject["Instances"].as_array().map(Vec::len), Some(8));
    assert!(finding.reasons.iter().any(|reason| reason.id == "reason-wmi-child"));
}

#[test]
fn a_shell_between_hides_no_wmi_host() {
    let host = process(4, r"C:\Windows\System32\wbem\WmiPrvSE.exe", "WmiPrvSE.exe");
    let shell = |pid| child_of(4, process(pid, r"C:\Windows\System32\cmd.exe", "cmd /c start"));
    let miner = child_of(5, process(10, HIDDEN, &format!("powershell -c \"x.exe {MINES}\"")));
    let found_below = judged(vec![host.clone(), shell(5), miner], Vec::new());
    assert_eq!(found_below, [(Severity::Critical, Confidence::Certain, Action::Remove)]);

    let below = |shell: u32, pid: u32| child_of(shell, process(pid, HIDDEN, "powershell.exe -NoP"));
    let many = vec![host.clone(), shell(5), shell(6), shell(7), below(5, 10), below(6, 11), below(7, 12)];
    assert_eq!(judged(many, Vec::new()), [(Severity::Medium, Confidence::Likely, Action::Review)]);
    // One that starts itself again is one.
    let chain = vec![host, shell(5), below(5, 10), below(10, 11), below(11, 12)];
    assert_eq!(judged(chain, Vec::new()), []);
}

#[test]
fn a_busy_program_below_a_script_host_is_looked_at() {
    let script = process(4, HIDDEN, "powershell -File x.ps1");
    let work = |path: &str| child_of(4, busy(unsigned(process(10, path, "a.exe"))));
    let writable = work(r"C:\Users\Public\a.exe");
    assert_eq!(
        judged(vec![script.clone(), writable], Vec::new()),
        [(Severity::Medium, Confidence::Possible, Action::Review)]
    );
    let installed = work(r"C:\Program Files\Vendor\a.exe");
    assert_eq!(
        judged(vec![script.clone(), installed], Vec::new()),
        [(Severity::Low, Confidence::Possible, Action::Review)]
    );
    let host = process(1, r"C:\Windows\System32\wbem\WmiPrvSE.exe", "WmiPrvSE.exe");
    let of_wmi = work(r"C:\Program Files\Vendor\a.exe");
    assert_eq!(
        judged(vec![host, script.clone(), of_wmi], Vec::new()),
        [(Severity::Medium, Confidence::Possible, Action::Review)]
    );
    let signed = child_of(4, busy(process(10, r"C:\Program Files\Vendor\a.exe", "a.exe")));
    assert_eq!(judged(vec![script, verified(signed, "Vendor")], Vec::new()), []);
}

#[test]
fn lasting_connections_count_on_any_port_with_work() {
    let lasting = |address: &str| vec![connection(10, address, 443)];
    let installed = busy(unsigned(process(10, r"C:\Program Files\Vendor\a.exe", "a.exe")));
    assert_eq!(
        judged(vec![installed.clone()], lasting("198.51.100.7")),
        [(Severity::Low, Confidence::Possible, Action::Review)]
    );
    assert_eq!(judged(vec![installed.clone()], lasting("10.0.0.7")), []);
    let idle = Process { cpu_percent: Some(0.0), ..installed };
    assert_eq!(judged(vec![idle], lasting("198.51.100.7")), []);
    let script = busy(process(10, HIDDEN, r"powershell -File C:\scripts\x.ps1"));
    assert_eq!(
        judged(vec![script], lasting("198.51.100.7")),
        [(Severity::Medium, Confidence::Likely, Action::Review)]
    );
}

#[test]
fn one_processor_of_many_is_busy() {
    // An hour on one of sixteen processors is a sixteenth of all.
    let script = process(10, HIDDEN, r"powershell -File C:\scripts\x.ps1");
    let one_of_sixteen = Process { cpu_ms: Some(58 * 60_000), cpu_percent: Some(6.2), ..script };
    assert_eq!(one(one_of_sixteen.clone()), [(Severity::Medium, Confidence::Possible, Action::Review)]);
    assert_eq!(one(Process { cpu_ms: Some(10 * 60_000), ..one_of_sixteen.clone() }), []);
    assert_eq!(one(Process { cpu_percent: Some(0.2), ..one_of_sixteen }), []);
}

#[test]
fn a_library_from_anywhere_in_a_script_host() {
    let with = |program: &str, module: &str| {
        one(Process { modules: vec![module.to_owned()], ..process(10, program, "x -File a") })
    };
    let strange = r"C:\ProgramData\x.dll";
    assert_eq!(with(HIDDEN, strange), [(Severity::Low, Confidence::Possible, Action::Review)]);
    assert_eq!(with(HIDDEN, r"C:\Windows\System32\kernel32.dll"), []);
    assert_eq!(with(r"C:\Program Files\Vendor\a.exe", strange), []);
}

#[test]
fn ports_and_addresses_only_support() {
    // Ordinary programs connect to ordinary servers on such ports.
    let browser = verified(process(10, r"C:\Program Files\Vendor\browser.exe", "browser.exe"), "Vendor");
    assert_eq!(judged(vec![browser], vec![connection(10, "192.0.2.1", 8888)]), []);
    let stranger = busy(unsigned(process(10, r"C:\Users\Public\a.exe", "a.exe")));
    assert_eq!(one(stranger.clone()), [(Severity::Low, Confidence::Possible, Action::Review)]);
    let expected = [(Severity::Medium, Confidence::Likely, Action::Review)];
    assert_eq!(judged(vec![stranger.clone()], vec![connection(10, "192.0.2.1", 3333)]), expected);
    // Made a moment ago, and not yet a habit.
    let fresh = Connection { created: Some(NOW), ..connection(10, "192.0.2.1", 3333) };
    assert_eq!(judged(vec![stranger], vec![fresh]), [(Severity::Low, Confidence::Possible, Action::Review)]);
}

#[test]
fn an_address_of_a_pool_is_a_finding_of_its_own() {
    let pools = Intel::builtin().pools();
    let pool =
        pools.hosts.iter().find(|host| host.host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    let Some(pool) = pool else { return };
    let browser = verified(process(10, r"C:\Program Files\Vendor\browser.exe", "browser.exe"), "Vendor");
    let found = found(vec![browser], vec![connection(10, &pool.host, 3333)]);
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((finding.kind, finding.severity), (Kind::Connection, Severity::Medium));
    assert_eq!((finding.confidence, finding.action), (Confidence::Possible, Action::Review));
    assert_eq!(finding.subject["OwningProcessName"], "browser.exe");
}

#[test]
fn the_id_says_what_runs_and_not_when() {
    let make = |pid, created| {
        let process = process(pid, r"C:\ProgramData\svchost.exe", &format!("svchost.exe {MINES}"));
        found(vec![Process { created: Some(created), ..process }], Vec::new()).remove(0)
    };
    let (first, second) = (make(10, HOUR_AGO), make(20, NOW));
    assert_eq!(first.id, second.id);
    assert_ne!(first.subject["ProcessId"], second.subject["ProcessId"]);
    assert_eq!(first.subject["CreationDate"], HOUR_AGO);
}

proptest::proptest! {
    /// Numbers that fit nothing, parents of themselves, processes twice: never a panic.
    #[test]
    fn any_processes_are_judged(
        rows in proptest::collection::vec((0_u32..4, 0_u32..4, ".{0,40}", proptest::option::of(0_u64..9), -1.0_f32..1e9), 0..12),
    ) {
        let processes = rows.iter().map(|(pid, parent, text, created, share)| Process {
            pid: *pid,
            parent_pid: Some(*parent),
            name: "powershell.exe".into(),
            command_line: Some(text.clone()),
            created: *created,
            cpu_ms: Some(u64::MAX),
            cpu_percent: Some(*share),
            ..Process::default()
        });
        let connections = rows.iter().map(|(pid, port, text, created, _)| Connection {
            pid: Some(*pid),
            remote_address: Some(text.clone()),
            remote_port: u16::try_from(*port).ok(),
            created: *created,
            ..Connection::default()
        });
        let records = processes.map(RecordData::Process).chain(connections.map(RecordData::Connection));
        let findings = crate::assess(&records_of(records), Intel::builtin()).findings;
        proptest::prop_assert!(findings.iter().all(|finding| !finding.id.is_empty()));
    }
}

#[test]
fn what_a_process_has_started_is_told_and_not_what_has_its_number_from_another() {
    let miner = "x.exe -o stratum+tcp://192.0.2.1:3333 -u x -p x --donate-level 1";
    let at = |seconds: u64, process: Process| {
        let created = Some(HOUR_AGO + seconds * super::SECOND);
        Process { created, ..process }
    };
    let other = |pid, parent, seconds| at(seconds, child_of(parent, process(pid, r"C:\x\y.exe", "y")));
    let all = found(
        vec![
            process(100, r"C:\x\x.exe", miner),
            other(101, 100, 5),
            other(102, 101, 6),
            // Older than the one whose number it names as its parent's.
            Process { created: Some(HOUR_AGO - 1), ..child_of(100, process(103, r"C:\x\z.exe", "z")) },
            // The number is another's since, and this is that one's.
            other(101, 7, 50),
            other(104, 101, 60),
            Process { created: None, ..child_of(100, process(105, r"C:\x\z.exe", "z")) },
        ],
        Vec::new(),
    );
    let miner = all.iter().find(|finding| finding.subject["ProcessId"] == 100).unwrap();
    let below = miner.subject["Descendants"].as_array().unwrap();
    let pids: Vec<_> = below.iter().map(|process| process["ProcessId"].as_u64().unwrap()).collect();
    assert_eq!(pids, [101, 102]);
}
