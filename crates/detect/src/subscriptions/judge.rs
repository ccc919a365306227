//! What a consumer, an orphan or a provider means.

use super::Group;
use super::stock::Place;
use crate::assessment::{Action, Confidence, Finding, Kind, Severity};
use crate::content::{Content, Recognised, recognise};
use crate::messages as m;
use crate::places::is_user_writable;
use crate::subject::{fields, finding, finding_id, places};
use crate::trigger::{Triggers, ends_processes, triggers};
use crate::unify::Unified;
use deobfuscate::Language;
use evidence::wmi::{Binding, Part, SUBSCRIPTION_NAMESPACE, canonical_namespace, schema};
use evidence::{Evidence, Message, ObjectPath, WmiObject};
use intel::{IndicatorKind as Known, Intel, Observation};
use std::collections::BTreeSet;

/// What a consumer can do by its class.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Power {
    RunsCode,
    WritesFiles,
    Harmless,
    Unknown,
}

fn power(class: &str) -> Power {
    let is = |known: &str| class.eq_ignore_ascii_case(known);
    if is(schema::COMMAND_LINE) || is(schema::ACTIVE_SCRIPT) {
        Power::RunsCode
    } else if is(schema::LOG_FILE) {
        Power::WritesFiles
    } else if is(schema::NT_EVENT_LOG) || is(schema::SMTP) {
        Power::Harmless
    } else {
        Power::Unknown
    }
}

/// A consumer that no baseline passes, with everything that is bound to it.
pub(super) fn consumer(
    evidence: &Evidence,
    intel: &Intel,
    group: &Group,
    place: &Place,
    name: &str,
) -> Finding {
    let object = group.consumer.object;
    let class = object.class.as_str();
    let content = content_of(object);
    let triggers = triggers(group.filters());
    let family = recognise(intel, &observations(object, group, &content));
    let bound = !group.pairs.is_empty();

    let kind = if bound { Kind::Subscription } else { Kind::Orphan };
    let title = match place {
        Place::Impostor(_) => m::TITLE_SUBSCRIPTION_STOCK_NAME,
        _ if group.is_ambiguous() => m::TITLE_SUBSCRIPTION_AMBIGUOUS,
        _ if bound => m::TITLE_SUBSCRIPTION,
        _ => m::TITLE_ORPHAN_CONSUMER,
    };
    let shown_class = if class.is_empty() { "?" } else { class };
    let mut finding = finding(kind, name, title.with([shown_class.into(), name.into()]));
    finding.reasons = place_reasons(place);
    (finding.severity, finding.confidence, finding.action) =
        weigh(object, group, place, &content, &triggers, family.as_ref());

    finding.reasons.extend(class_reasons(object));
    finding.reasons.extend(triggers.reasons);
    if triggers.security_tool && ends_processes(&content) {
        let process = group.filters().find_map(|filter| filter.text("Query")).unwrap_or_default();
        finding.reasons.push(m::REASON_KILLS_SECURITY_TOOL.with([process.into()]));
    }
    if !bound {
        finding.reasons.push(m::REASON_NO_BINDING.plain());
    }
    if group.is_ambiguous() {
        finding.reasons.push(m::REASON_AMBIGUOUS.plain());
    }
    if let Some(namespace) = unusual_namespace(group.consumer) {
        finding.reasons.push(m::REASON_NAMESPACE.with([namespace.into()]));
    }
    if let Some(Recognised { family, reasons, .. }) = family {
        finding.reasons.extend(reasons);
        finding.family = Some(family);
    }
    finding.reasons.extend(content.reasons);
    finding.attack = content
        .attack
        .into_iter()
        .chain(["T1546.003".to_owned()])
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let namespace = group
        .consumer
        .namespace
        .as_deref()
        .map_or_else(|| SUBSCRIPTION_NAMESPACE.to_owned(), canonical_namespace);
    finding.id = finding_id(kind, &[&namespace, class, name], &object.fingerprint().to_string());
    finding.subject.insert("consumer".to_owned(), fields(object, group.consumer.namespace.as_deref()));
    let list = |members: Vec<&Unified>| {
        members.into_iter().map(|u| fields(u.object, u.namespace.as_deref())).collect::<Vec<_>>()
    };
    finding.subject.insert("filters".to_owned(), list(group.pairs.iter().map(|(f, _)| *f).collect()).into());
    finding.subject.insert("bindings".to_owned(), list(group.pairs.iter().map(|(_, b)| *b).collect()).into());
    finding.decoded = content.scripts;
    finding.evidence = places(evidence, group.members().flat_map(|member| member.records.iter().copied()));
    finding
}

/// Severity, confidence and what to do.
fn weigh(
    object: &WmiObject,
    group: &Group,
    place: &Place,
    content: &Content,
    triggers: &Triggers,
    family: Option<&Recognised>,
) -> (Severity, Confidence, Action) {
    let bound = !group.pairs.is_empty();
    if group.is_ambiguous() && content.judge().is_none() {
        return (Severity::Medium, Confidence::Possible, Action::Review);
    }
    // A person decides about whatever could be read in two ways.
    let remove = if group.is_ambiguous() { Action::Review } else { Action::Remove };
    match family {
        Some(family) if family.certain && bound => return (Severity::Critical, Confidence::Certain, remove),
        Some(family) if family.by_content => return (Severity::High, Confidence::Certain, remove),
        _ => {}
    }
    if let Some((severity, confidence)) = content.judge() {
        return (severity, confidence, remove);
    }
    match place {
        Place::Impostor(_) => return (Severity::High, Confidence::Likely, Action::Review),
        Place::Hearsay(_) => return (Severity::Low, Confidence::Possible, Action::Review),
        Place::ExtraFilters | Place::Known | Place::Learned | Place::Unknown => {}
    }
    if triggers.security_tool && ends_processes(content) {
        return (Severity::High, Confidence::Likely, remove);
    }
    match power(&object.class) {
        Power::RunsCode => {
            let runs_from = command_line(object).or_else(|| object.text("ScriptFilename").map(str::to_owned));
            let user_writable = runs_from.as_deref().is_some_and(is_user_writable);
            if user_writable && triggers.periodic && bound {
                (Severity::High, Confidence::Likely, Action::Review)
            } else if user_writable || triggers.periodic || family.is_some() {
                (Severity::Medium, Confidence::Likely, Action::Review)
            } else {
                (Severity::Medium, Confidence::Possible, Action::Review)
            }
        }
        Power::WritesFiles if writes_script(object).is_some() => {
            (Severity::High, Confidence::Likely, Action::Review)
        }
        Power::WritesFiles if !writes_log(object) => (Severity::Medium, Confidence::Possible, Action::Review),
        Power::Unknown => (Severity::Medium, Confidence::Possible, Action::Review),
        Power::WritesFiles | Power::Harmless => (Severity::Low, Confidence::Possible, Action::Review),
    }
}

fn place_reasons(place: &Place) -> Vec<Message> {
    match place {
        Place::Impostor(differences) => differences.clone(),
        Place::Hearsay(entry) => {
            let mut reasons = vec![m::REASON_BASELINE_HEARSAY.with([entry.id.as_str().into()])];
            if let Some(file) = &entry.requires_absent_file {
                reasons.push(m::REASON_BASELINE_FILE.with([entry.id.as_str().into(), file.as_str().into()]));
            }
            reasons
        }
        Place::Known | Place::Learned => Vec::new(),
        Place::ExtraFilters | Place::Unknown => vec![m::REASON_NOT_IN_BASELINE.plain()],
    }
}

fn class_reasons(object: &WmiObject) -> Vec<Message> {
    let class = if object.class.is_empty() { "?" } else { object.class.as_str() };
    let mut reasons = match power(class) {
        Power::RunsCode => vec![m::REASON_CAN_RUN_CODE.with([class.into()])],
        Power::Harmless => vec![m::REASON_CANNOT_RUN_CODE.with([class.into()])],
        Power::Unknown => vec![m::REASON_UNKNOWN_CONSUMER_CLASS.with([class.into()])],
        Power::WritesFiles => writes_script(object)
            .map(|file| m::REASON_WRITES_SCRIPT.with([file.into()]))
            .into_iter()
            .collect(),
    };
    if let Some(file) = object.text("ScriptFilename") {
        reasons.push(m::REASON_SCRIPT_FILE.with([file.into()]));
    }
    if let Some(command) = command_line(object).filter(|command| is_user_writable(command)) {
        reasons.push(m::REASON_USER_WRITABLE.with([command.into()]));
    }
    reasons
}

/// The whole command line of a consumer: Windows runs `ExecutablePath` with `CommandLineTemplate` as its command line, and the
/// template alone where the path is empty.
fn command_line(object: &WmiObject) -> Option<String> {
    match (object.text("ExecutablePath"), object.text("CommandLineTemplate")) {
        (Some(path), Some(line)) => {
            let program = path.rsplit(['\\', '/']).next().unwrap_or(path).to_lowercase();
            let stem = program.strip_suffix(".exe").unwrap_or(&program);
            let first = line.trim_start_matches('"').to_lowercase();
            // Some templates repeat the program, some are only its arguments.
            if first.contains(stem) { Some(line.to_owned()) } else { Some(format!("{path} {line}")) }
        }
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}

fn content_of(object: &WmiObject) -> Content {
    let mut content = Content::default();
    if let Some(command) = command_line(object) {
        let field = if object.text("CommandLineTemplate").is_some() {
            "CommandLineTemplate"
        } else {
            "ExecutablePath"
        };
        content.add(field, &command, Some(Language::CommandLine));
    }
    if let Some(script) = object.text("ScriptText") {
        let hint = match object.text("ScriptingEngine").map(str::to_lowercase).as_deref() {
            Some("vbscript") => Some(Language::VbScript),
            Some("jscript") => Some(Language::JScript),
            _ => None,
        };
        content.add("ScriptText", script, hint);
    }
    // The text of a log is no code, whatever it speaks of; that of a script is.
    if writes_script(object).is_some()
        && let Some(text) = object.text("Text")
    {
        content.add("Text", text, None);
    }
    // A class that nobody knows may carry its code in any property.
    if power(&object.class) == Power::Unknown {
        let own = object.properties.iter().filter(|p| !p.name.as_str().eq_ignore_ascii_case("Name"));
        for property in own {
            if let Some(text) = property.value.as_text().filter(|text| text.len() >= 8) {
                content.add(property.name.as_str(), text, None);
            }
        }
    }
    content
}

fn observations<'a>(object: &'a WmiObject, group: &'a Group, content: &'a Content) -> Vec<Observation<'a>> {
    let mut seen = vec![Observation { kind: Known::ConsumerName, text: object.name() }];
    for (filter, _) in &group.pairs {
        seen.push(Observation { kind: Known::FilterName, text: filter.object.name() });
        seen.extend(filter.object.text("Query").map(|text| Observation { kind: Known::Query, text }));
    }
    seen.extend(content.observations());
    seen
}

/// The file that a log consumer writes, where Windows or a server would run or obey it.
fn writes_script(object: &WmiObject) -> Option<&str> {
    const RUNNABLE: &[&str] = &[
        ".asp", ".aspx", ".ashx", ".bat", ".cmd", ".com", ".cpl", ".dll", ".exe", ".hta", ".inf", ".jar",
        ".job", ".js", ".jse", ".jsp", ".lnk", ".mof", ".msc", ".php", ".ps1", ".psm1", ".reg", ".scr",
        ".sct", ".sys", ".url", ".vbe", ".vbs", ".wsf", ".wsh",
    ];
    const PLACES: &[&str] = &[r"\startup\", r"\drivers\etc\", r"\wbem\", r"\system32\tasks\", r"\inetpub\"];
    let file = object.text("Filename")?;
    // Windows drops dots and blanks at the end of a name.
    let lower = file.to_lowercase().replace('/', "\\");
    let lower = lower.trim_end_matches(['.', ' ']);
    let runs = RUNNABLE.iter().any(|ending| lower.ends_with(ending))
        || PLACES.iter().any(|place| lower.contains(place));
    runs.then_some(file)
}

/// Whether a log consumer writes what its name says: a log.
fn writes_log(object: &WmiObject) -> bool {
    let file = object.text("Filename").unwrap_or_default().to_lowercase();
    [".log", ".txt", ".csv", ".xml", ".json"].iter().any(|ending| file.ends_with(ending))
}

fn unusual_namespace(object: &Unified) -> Option<String> {
    object
        .namespace
        .as_deref()
        .map(canonical_namespace)
        .filter(|namespace| namespace != SUBSCRIPTION_NAMESPACE)
}

/// A filter that nothing is bound to, or a timer that no filter asks for.
pub(super) fn orphan(
    evidence: &Evidence,
    intel: &Intel,
    unified: &Unified,
    part: Part,
    differences: Vec<Message>,
) -> Finding {
    let object = unified.object;
    let name = object.name();
    let (title, reason, known) = match part {
        Part::Timer => (m::TITLE_ORPHAN_TIMER, m::REASON_NO_QUERY, Known::TimerName),
        Part::Filter | Part::Consumer => (m::TITLE_ORPHAN_FILTER, m::REASON_NO_BINDING, Known::FilterName),
    };
    let mut finding = finding(Kind::Orphan, name, title.with([name.into()]));
    let mut observations = vec![Observation { kind: known, text: name }];
    observations.extend(object.text("Query").map(|text| Observation { kind: Known::Query, text }));
    finding.reasons.push(reason.plain());
    finding.severity = Severity::Low;
    let triggers = triggers([object]);
    if triggers.periodic {
        finding.severity = Severity::Medium;
    }
    finding.reasons.extend(triggers.reasons);
    if !differences.is_empty() {
        finding.title = m::TITLE_SUBSCRIPTION_STOCK_NAME.with([object.class.as_str().into(), name.into()]);
        finding.reasons.extend(differences);
        (finding.severity, finding.confidence) = (Severity::High, Confidence::Likely);
    }
    if let Some(family) = recognise(intel, &observations) {
        finding.severity = finding.severity.min(Severity::Medium);
        finding.family = Some(family.family);
        finding.reasons.extend(family.reasons);
    }
    if object.ambiguous {
        finding.severity = finding.severity.min(Severity::Medium);
        finding.reasons.push(m::REASON_AMBIGUOUS.plain());
    }
    if let Some(namespace) = unusual_namespace(unified) {
        finding.reasons.push(m::REASON_NAMESPACE.with([namespace.into()]));
    }
    finding.attack = vec!["T1546.003".to_owned()];
    let namespace = unified.namespace.as_deref().unwrap_or(SUBSCRIPTION_NAMESPACE);
    finding.id = finding_id(
        Kind::Orphan,
        &[&canonical_namespace(namespace), &object.class, name],
        &object.fingerprint().to_string(),
    );
    finding.subject.insert("object".to_owned(), fields(object, unified.namespace.as_deref()));
    finding.evidence = places(evidence, unified.records.iter().copied());
    finding
}

/// A binding whose filter or consumer is not there.
pub(super) fn dangling(evidence: &Evidence, unified: &Unified, binding: &Binding) -> Finding {
    let object = unified.object;
    let reference = |name: &str| object.text(name).unwrap_or("?").to_owned();
    let (filter, consumer) = (reference("Filter"), reference("Consumer"));
    let mut finding = finding(
        Kind::Orphan,
        &consumer,
        m::TITLE_ORPHAN_BINDING.with([filter.as_str().into(), consumer.as_str().into()]),
    );
    // What it binds was not read; that such a consumer runs code is known all the same.
    let elsewhere = |path: &ObjectPath| {
        path.namespace.as_deref().is_some_and(|namespace| namespace != SUBSCRIPTION_NAMESPACE)
    };
    let starts_code = binding.consumer.is_none()
        && object.reference("Consumer").is_none_or(|path| {
            matches!(power(&path.class), Power::RunsCode | Power::Unknown) || elsewhere(&path)
        });
    finding.severity = if object.ambiguous || starts_code { Severity::Medium } else { Severity::Low };
    if binding.filter.is_none() {
        finding.reasons.push(m::REASON_NO_FILTER.with([filter.as_str().into()]));
    }
    if binding.consumer.is_none() {
        finding.reasons.push(m::REASON_NO_CONSUMER.with([consumer.as_str().into()]));
    }
    if object.ambiguous {
        finding.reasons.push(m::REASON_AMBIGUOUS.plain());
    }
    finding.attack = vec!["T1546.003".to_owned()];
    let path = |name: &str| object.reference(name).map(|path| path.canonical_relative()).unwrap_or_default();
    finding.id = finding_id(Kind::Orphan, &[&object.class, &path("Filter"), &path("Consumer")], "");
    finding.subject.insert("binding".to_owned(), fields(object, unified.namespace.as_deref()));
    finding.evidence = places(evidence, unified.records.iter().copied());
    finding
}

/// A provider that is registered for consumer classes and is not Windows' own, one of Windows with another class behind its name, or one
/// that a family brings.
///
/// Bondnet brings its own consumer class with its own provider (Guardicore's `GC-BotnetCleaner.vbs`). A standard consumer class that is
/// handed to another provider makes the stock subscription run code.
pub(super) fn provider(evidence: &Evidence, intel: &Intel, unified: &Unified) -> Option<Finding> {
    let object = unified.object;
    if object.is_class("__Win32Provider") {
        return family_provider(evidence, intel, unified)
            .or_else(|| changed_provider(evidence, intel, unified));
    }
    if !object.is_class("__EventConsumerProviderRegistration") {
        return None;
    }
    let names = match object.value("ConsumerClassNames")? {
        evidence::Value::Array(items) => items.iter().filter_map(evidence::Value::as_text).collect(),
        evidence::Value::Text(text) => vec![text.as_ref()],
        _ => Vec::new(),
    };
    let provider = object.text("provider").unwrap_or("?");
    let path = object.reference("provider");
    // Windows' own providers of consumers have the names of their classes.
    let own = |class: &str| match path.as_ref().and_then(ObjectPath::name) {
        Some(name) => name.eq_ignore_ascii_case(class),
        None => object.text("provider").is_none(),
    };
    let foreign: Vec<_> = names
        .into_iter()
        .filter(|class| !(class.is_empty() || schema::is_standard_consumer(class) && own(class)))
        .collect();
    let class = foreign.first()?;
    let seen: Vec<_> = foreign
        .iter()
        .copied()
        .chain([provider])
        .map(|name| Observation::new(Known::ClassName, name))
        .collect();
    let mut finding =
        finding(Kind::ConsumerClass, class, m::TITLE_CONSUMER_CLASS.with([(*class).into(), provider.into()]));
    let reason = |class: &&str| {
        if schema::is_standard_consumer(class) {
            m::REASON_CONSUMER_HANDED_ON.with([(*class).into(), provider.into()])
        } else {
            m::REASON_CONSUMER_PROVIDER.with([(*class).into()])
        }
    };
    finding.reasons = foreign.iter().map(reason).collect();
    if foreign.iter().any(|class| schema::is_standard_consumer(class)) {
        finding.severity = Severity::High;
    }
    if let Some(family) = recognise(intel, &seen) {
        finding.confidence = Confidence::Likely;
        finding.reasons.extend(family.reasons);
        finding.family = Some(family.family);
    }
    Some(finish_provider(evidence, unified, finding, &[class, provider]))
}

/// Providers are many on every machine: only a family's own is told.
fn family_provider(evidence: &Evidence, intel: &Intel, unified: &Unified) -> Option<Finding> {
    let name = unified.object.name();
    let family = recognise(intel, &[Observation::new(Known::ClassName, name)])?;
    let mut finding = finding(Kind::ConsumerClass, name, m::TITLE_PROVIDER.with([name.into()]));
    finding.reasons = family.reasons;
    finding.family = Some(family.family);
    Some(finish_provider(evidence, unified, finding, &[name]))
}

/// A provider of Windows for which another class is loaded. Those of the standard consumers are the same in every Windows; others were
/// measured on some only.
fn changed_provider(evidence: &Evidence, intel: &Intel, unified: &Unified) -> Option<Finding> {
    let object = unified.object;
    let (name, loaded) = (object.name(), object.text("CLSID")?);
    let namespace = canonical_namespace(unified.namespace.as_deref().unwrap_or(SUBSCRIPTION_NAMESPACE));
    let known = intel.providers().classes_of(&namespace, name)?;
    if known.iter().any(|class| class.eq_ignore_ascii_case(loaded.trim())) {
        return None;
    }
    let mut finding = finding(Kind::ConsumerClass, name, m::TITLE_PROVIDER_CHANGED.with([name.into()]));
    finding.severity = if schema::is_standard_consumer(name) { Severity::High } else { Severity::Low };
    finding.reasons =
        vec![m::REASON_PROVIDER_CHANGED.with([known.join(", ").into(), loaded.into(), namespace.into()])];
    Some(finish_provider(evidence, unified, finding, &[name]))
}

fn finish_provider(evidence: &Evidence, unified: &Unified, finding: Finding, identity: &[&str]) -> Finding {
    let mut finding = finding;
    finding.attack = vec!["T1546.003".to_owned()];
    finding.id = finding_id(Kind::ConsumerClass, identity, &unified.object.fingerprint().to_string());
    finding.subject.insert("provider".to_owned(), fields(unified.object, unified.namespace.as_deref()));
    finding.evidence = places(evidence, unified.records.iter().copied());
    finding
}
