use crate::assessment::{Action, Finding, Severity};
use crate::messages as m;
use crate::test_support::records_of;
use evidence::{AutostartEntry, AutostartKind, RecordData, ScheduledTask, TaskAction, TaskEmail, TaskPlaces};
use intel::Intel;

fn judged(task: ScheduledTask) -> Vec<Finding> {
    crate::assess(&records_of([RecordData::Task(task)]), Intel::builtin()).findings
}

fn mailing(attachments: &[&str]) -> ScheduledTask {
    let email = TaskEmail {
        server: Some("mail.example.org".to_owned()),
        to: Some("a@example.org".to_owned()),
        bcc: Some("b@example.org".to_owned()),
        attachments: attachments.iter().map(|file| (*file).to_owned()).collect(),
        ..TaskEmail::default()
    };
    ScheduledTask {
        path: r"\Report".to_owned(),
        actions: vec![TaskAction::SendEmail(Box::new(email))],
        ..ScheduledTask::default()
    }
}

#[test]
fn what_a_task_mails_is_told_for_information() {
    for (task, reason) in [
        (mailing(&[]), m::REASON_TASK_MAILS.id),
        (mailing(&[r"C:\Users\me\x.doc"]), m::REASON_TASK_MAILS_FILES.id),
    ] {
        let findings = judged(task);
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert_eq!((finding.severity, finding.action), (Severity::Info, Action::None));
        let [told] = &finding.reasons[..] else { panic!("{finding:?}") };
        assert_eq!(told.id, reason);
        assert_eq!(told.args[0].1, evidence::Arg::from("a@example.org, b@example.org"));
        assert!(finding.subject["actions"].to_string().contains("mail.example.org"), "{finding:?}");
    }
    let message = TaskAction::ShowMessage { title: Some("Backup".to_owned()), body: None };
    let shows = ScheduledTask { actions: vec![message], ..mailing(&[]) };
    assert_eq!(judged(shows), []);
}

#[test]
fn what_a_task_mails_makes_no_other_sign_milder() {
    let seen = TaskPlaces { registry: Some(true), security_descriptor: Some(false), ..TaskPlaces::default() };
    let findings = judged(ScheduledTask { seen, ..mailing(&[]) });
    assert_eq!((findings[0].severity, findings[0].reasons.len()), (Severity::High, 2));
    let program = TaskAction::Exec {
        command: r"C:\Windows\Fonts\svchost.exe".to_owned(),
        arguments: None,
        working_directory: None,
    };
    let mut task = mailing(&[]);
    task.actions.push(program);
    assert_eq!(judged(task)[0].severity, Severity::High);
}

#[test]
fn what_is_switched_off_is_told_to_be() {
    let told = |enabled| {
        let entry = AutostartEntry {
            kind: Some(AutostartKind::Run),
            location: r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run".to_owned(),
            name: "x".to_owned(),
            enabled,
            launch_string: Some(r"C:\Windows\Fonts\svchost.exe".to_owned()),
            ..AutostartEntry::default()
        };
        let findings = crate::assess(&records_of([RecordData::Autostart(entry)]), Intel::builtin()).findings;
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        finding.reasons.iter().any(|reason| reason.id == m::REASON_SWITCHED_OFF.id)
    };
    assert_eq!([told(Some(false)), told(Some(true)), told(None)], [true, false, false]);
}
