use super::*;
use proptest::prelude::*;
use std::io::Read as _;

const TASK: &str = r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Date>2022-03-10T15:59:03</Date><Author>PC1\me</Author><Description>a &amp; b &#x3c; &unknown;</Description>
    <URI>\Folder\Name</URI>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Repetition><Interval>PT1H</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>
      <StartBoundary>2020-01-01T00:00:00</StartBoundary><Enabled>true</Enabled>
    </TimeTrigger>
    <LogonTrigger><Enabled>false</Enabled><UserId>PC1\me</UserId><Delay>PT5M</Delay></LogonTrigger>
    <BootTrigger/>
    <EventTrigger><Subscription>&lt;QueryList&gt;…&lt;/QueryList&gt;</Subscription></EventTrigger>
    <CalendarTrigger>
      <StartBoundary>2021-01-01T03:00:00</StartBoundary>
      <ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><Monday/><Friday/></DaysOfWeek></ScheduleByWeek>
    </CalendarTrigger>
    <SessionStateChangeTrigger><StateChange>SessionUnlock</StateChange></SessionStateChangeTrigger>
  </Triggers>
  <Settings><Enabled>false</Enabled><Hidden>true</Hidden></Settings>
  <Actions Context="Author">
    <Exec><Command>cmd.exe</Command><Arguments>/c "x &gt; y"</Arguments><WorkingDirectory>C:\</WorkingDirectory></Exec>
    <ComHandler><ClassId>{B0D2B535-12E1-439F-86B3-BADA289510F0}</ClassId><Data><![CDATA[$(Arg0) <1>]]></Data></ComHandler>
    <SendEmail><Server>mail</Server><To>a@example.org</To><From>PC1@example.org</From><Bcc>b@example.org</Bcc>
      <HeaderFields><HeaderField><Name>X-Mailer</Name><Value>none</Value></HeaderField></HeaderFields>
      <Body>a &lt;b&gt;</Body><Attachments><File>C:\Users\me\x.doc</File><File>C:\y.txt</File></Attachments></SendEmail>
    <ShowMessage><Title>t</Title><Body>b</Body></ShowMessage>
    <Unheard/>
  </Actions>
  <Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
</Task>"#;

fn read(text: &str, place: &str) -> (ScheduledTask, Vec<Problem>) {
    let mut parsed = parse(&Text::decode(text.as_bytes()), place);
    assert_eq!(parsed.records.len(), 1, "{parsed:#?}");
    let Some((Location::Whole, RecordData::Task(task))) = parsed.records.pop() else { panic!() };
    (task, parsed.problems)
}

#[test]
fn everything_that_a_task_says() {
    let (task, problems) = read(TASK, "export.xml");
    assert_eq!(problems, []);
    insta::assert_debug_snapshot!(task);
}

#[test]
fn what_a_task_leaves_out_has_its_default() {
    let (task, problems) = read("<Task/>", "dir/My Task.xml");
    assert_eq!(problems, []);
    assert_eq!((task.enabled, task.hidden), (Some(true), Some(false)));
    assert_eq!((task.path.as_str(), task.seen.file), (r"\My Task", None));
    let (utf8, _) = read("<?xml version=\"1.0\"?>\n<Task><Actions/></Task>", "x");
    assert_eq!((utf8.actions.len(), utf8.path.as_str()), (0, r"\x"));
}

#[test]
fn of_several_principals_the_actions_name_theirs() {
    let text = r#"<Task><Principals>
        <Principal id="First"><UserId>S-1-5-21-1-2-3-1000</UserId></Principal>
        <Principal id="Second"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal>
        </Principals><Actions Context="Second"><Exec><Command>a.exe</Command></Exec></Actions></Task>"#;
    let (task, _) = read(text, "x");
    assert_eq!((task.principal.as_deref(), task.highest_privileges), (Some("S-1-5-18"), Some(true)));
    let (first, _) = read(&text.replace("Context=\"Second\"", "Context=\"Nobody\""), "x");
    assert_eq!(first.principal.as_deref(), Some("S-1-5-21-1-2-3-1000"));
}

#[test]
fn the_place_of_the_file_names_the_task() {
    let named = |uri: &str| TASK.replace(r"\Folder\Name", uri);
    for (uri, place, path, file, notes) in [
        (r"\A\B", "C/Windows/System32/Tasks/A/B", r"\A\B", true, 0),
        (r"a\b", "C/Windows/System32/Tasks/A/B", r"\A\B", true, 0),
        (r"\Microsoft\B", "C/Windows/system32/tasks/A/B", r"\A\B", true, 1),
        (r"\A\B", "A/B", r"\A\B", true, 0),
        (r"\A\B", "PC1/A/B", r"\A\B", true, 0),
        (r"\A\B", "tasks/pc1/A/B", r"\A\B", true, 0),
        (r"\A\B", "Tasks/C", r"\C", true, 1),
        (r"\A\B", "B.xml", r"\A\B", false, 0),
    ] {
        let (task, problems) = read(&named(uri), place);
        assert_eq!((task.path.as_str(), task.seen.file == Some(true)), (path, file), "{uri} at {place}");
        assert_eq!(problems.len(), notes, "{uri} at {place}: {problems:?}");
    }
}

#[test]
fn what_comes_before_damage_is_read() {
    let at = TASK.find("<SendEmail>").unwrap();
    let (task, problems) = read(&TASK[..at], "x");
    assert_eq!(task.actions.len(), 2);
    assert_eq!(problems[0].message.id, BAD_XML.id);
    assert!(problems[0].offset.is_some());
    let deep = format!("<Task>{}", "<a>".repeat(1_000_000));
    assert_eq!(read(&deep, "x").1[0].level, Level::Error);
}

#[test]
fn entities_are_never_expanded() {
    let bomb = r#"<!DOCTYPE Task [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Task><RegistrationInfo><Author>&b;</Author></RegistrationInfo></Task>"#;
    assert_eq!(read(bomb, "x").0.author.as_deref(), Some("&b;"));
}

#[test]
fn a_folder_is_whole_when_windows_own_tasks_are_there() {
    let task = |path: String, file| ScheduledTask {
        path,
        seen: TaskPlaces { file, ..TaskPlaces::default() },
        ..ScheduledTask::default()
    };
    let tasks = |count: usize, file| {
        (0..count).map(|n| task(format!(r"\Microsoft\Windows\T{n}"), file)).collect::<Vec<_>>()
    };
    assert!(is_whole(tasks(20, Some(true)).iter()));
    assert!(!is_whole(tasks(19, Some(true)).iter()));
    assert!(!is_whole(tasks(50, None).iter()));
}

#[test]
fn the_recorded_tasks_of_an_infected_machine() {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).to_path_buf(),
        Into::into,
    );
    let Ok(file) = std::fs::File::open(data.join("tasks/infected-win10.zip")) else {
        println!("SKIPPED: the tasks are not there");
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the data are missing");
        return;
    };
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut tasks = Vec::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).unwrap();
        if member.is_dir() {
            continue;
        }
        let name = member.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        let parsed = parse(&Text::decode(&bytes), &name);
        assert_eq!(parsed.problems, [], "{name}");
        let [(_, RecordData::Task(task))] = &parsed.records[..] else { panic!("{name}") };
        assert!(same(&task.path, &name.replace('/', "\\")), "{name} {}", task.path);
        assert!(!task.actions.is_empty() && task.seen.file == Some(true), "{name}");
        tasks.push(task.clone());
    }
    assert_eq!(tasks.len(), 202);
    assert!(is_whole(tasks.iter()));
    let count = |wanted: fn(&TaskAction) -> bool| {
        tasks.iter().flat_map(|task| &task.actions).filter(|action| wanted(action)).count()
    };
    assert_eq!(count(|action| matches!(action, TaskAction::Exec { .. })), 90);
    assert_eq!(count(|action| matches!(action, TaskAction::ComHandler { .. })), 112);
    let bad = tasks.iter().find(|task| task.path == r"\GameOver").unwrap();
    let command = r"C:\TMP\mim.exe sekurlsa::LogonPasswords > C:\TMP\o.txt";
    assert_eq!(bad.actions[0].command_line().as_deref(), Some(command));
    assert_eq!(bad.triggers, ["TimeTrigger 2022-03-10T15:59:00 every PT5M"]);
    assert_eq!((bad.principal.as_deref(), bad.enabled), (Some(r"DESKTOP-TMKU40H\TestUser"), Some(true)));
}

proptest! {
    #[test]
    fn any_text_is_read(text: String, place: String) {
        let _ = parse(&Text::decode(text.as_bytes()), &place);
    }

    #[test]
    fn any_piece_of_a_task_is_read(from in 0..TASK.len(), to in 0..TASK.len()) {
        let _ = parse(&Text::decode(TASK.as_bytes().get(from..to).unwrap_or_default()), "x");
    }
}
