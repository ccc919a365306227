//! From one finding to the steps that answer it.

use super::parts::{Step, fields, image, reset, unknown};
use super::{Precondition, Target, Verb, says_content, subject, values};
use crate::messages as m;
use crate::object::{MOF, PROPERTIES, QUALIFIER, QUALIFIERS, TYPE, cim_type, property_names};
use crate::update::Unfit;
use crate::{guard, stock_values, task_actions, task_fields};
use detect::assessment::{Finding, Kind};
use evidence::wmi::{SUBSCRIPTION_NAMESPACE, schema};
use evidence::{Message, ObjectPath, WmiObject};
use intel::Intel;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// The start type of a driver counts from the next start on.
pub(super) fn is_driver(finding: &Finding) -> bool {
    finding.kind == Kind::Driver
}

/// The steps that answer a finding.
pub(super) fn of(finding: &Finding, intel: &Intel) -> Vec<Step> {
    let subject = &finding.subject;
    let by_hand = || m::REFUSE_BY_HAND.with([finding.name.as_str().into()]);
    match finding.kind {
        Kind::Subscription | Kind::Orphan => wmi_objects(subject, intel),
        Kind::ClassStore => match subject.get("object").and_then(Json::as_object) {
            Some(fields) => vec![stored(&subject::object(fields), intel)],
            None => vec![class(subject, intel)],
        },
        Kind::Task => vec![task(subject)],
        Kind::Service | Kind::Driver => service(finding, intel),
        Kind::Run | Kind::Autostart => values::autostart(finding, intel),
        Kind::Process => processes(subject),
        Kind::File => vec![file(subject)],
        Kind::Setting => vec![values::setting(finding)],
        Kind::StockMissing => vec![stock(subject, intel)],
        Kind::Hardening => values::harden(finding, intel),
        Kind::Account => vec![Err(values::by_command(finding).unwrap_or_else(by_hand))],
        Kind::Patch => vec![Err(no_update(finding, Unfit::None))],
        Kind::ConsumerClass | Kind::Connection | Kind::Network | Kind::Event | Kind::Script => {
            vec![Err(by_hand())]
        }
    }
}

/// Why the plan does not install the update; which one it is, and where it is to be had.
pub(super) fn no_update(finding: &Finding, unfit: Unfit) -> Message {
    let first = finding.subject.get("Install").and_then(|all| all.get(0)).and_then(Json::as_str);
    let number = first.and_then(|name| name.strip_prefix("KB")?.parse::<u32>().ok());
    let name = finding.name.as_str().into();
    let Some(number) = number else { return m::REFUSE_BY_HAND.with([name]) };
    let why = match unfit {
        Unfit::None => m::REFUSE_UPDATE,
        Unfit::Several => m::REFUSE_UPDATE_SEVERAL,
        Unfit::NoVersion => m::REFUSE_UPDATE_VERSION,
    };
    why.with([name, format!("KB{number}").into(), detect::catalogue_command(number).into()])
}

/// A subscription: its consumer, filters and bindings; or one object without its partners.
fn wmi_objects(subject: &Map<String, Json>, intel: &Intel) -> Vec<Step> {
    let one = ["consumer", "object", "binding"].into_iter().filter_map(|name| subject.get(name));
    let many = ["filters", "bindings"].into_iter().filter_map(|name| subject.get(name)?.as_array()).flatten();
    let objects = one.chain(many).filter_map(Json::as_object);
    objects.map(|fields| wmi_object(&subject::object(fields), intel)).collect()
}

/// An instance that holds a payload. Nothing says what its class may do, so the namespace has to be known, too.
fn stored(object: &WmiObject, intel: &Intel) -> Step {
    match object.namespace {
        Some(_) => wmi_object(object, intel),
        None => Err(m::REFUSE_NAMESPACE_UNKNOWN.with([object.class.as_str().into()])),
    }
}

/// The keys of a class that WMI does not bring: those that such classes have, the first one that the object has.
const USUAL_KEYS: [&str; 5] = ["Name", "InstanceID", "DeviceID", "Id", "Key"];

fn wmi_object(object: &WmiObject, intel: &Intel) -> Step {
    if let Some(entry) = guard::stock_entry(object, intel) {
        return Err(entry);
    }
    if object.class.is_empty() {
        return Err(m::REFUSE_CLASS_UNKNOWN.plain());
    }
    let namespace = object.namespace.clone().unwrap_or_else(|| SUBSCRIPTION_NAMESPACE.to_owned());
    let key_names: &[&str] = if object.is_binding() {
        &["Filter", "Consumer"]
    } else if object.is_timer() {
        &["TimerId"]
    } else {
        match USUAL_KEYS.iter().position(|name| object.text(name).is_some()) {
            Some(at) if schema::of(&object.class).is_none() => USUAL_KEYS.get(at..=at).unwrap_or_default(),
            _ => &["Name"],
        }
    };
    let mut keys = BTreeMap::new();
    for name in key_names {
        let value = object.text(name).ok_or_else(|| unknown(name))?;
        let value = if object.is_binding() { plain_reference(value, &namespace) } else { value.to_owned() };
        keys.insert((*name).to_owned(), value);
    }
    let fields =
        object.properties.iter().filter(|property| !matches!(property.value, evidence::Value::Object(_)));
    let precondition = Precondition {
        fields: fields.map(|p| (p.name.as_str().to_owned(), p.value.canonical().into_owned())).collect(),
        unbound: object.is_filter(),
    };
    let class = schema::standard_class(&object.class).unwrap_or(&object.class).to_owned();
    told_apart(Target::WmiInstance { namespace, class, keys }, precondition)
}

/// The step that removes an object of which more than its name is known.
fn told_apart(target: Target, precondition: Precondition) -> Step {
    if says_content(&target, &precondition) {
        Ok((Verb::Remove, target, precondition))
    } else {
        Err(m::REFUSE_NAME_ONLY.plain())
    }
}

/// A reference without server, and without the namespace where that is the object's own: sources differ in both.
fn plain_reference(text: &str, namespace: &str) -> String {
    match ObjectPath::parse(text) {
        Ok(mut path) => {
            path.server = None;
            path.namespace = path.namespace.filter(|own| own != namespace);
            path.to_string()
        }
        Err(_) => text.to_owned(),
    }
}

fn class(subject: &Map<String, Json>, intel: &Intel) -> Step {
    let described = subject::object(subject);
    let name = described.class.clone();
    if name.is_empty() {
        return Err(unknown("__CLASS"));
    }
    let Some(namespace) = described.namespace.clone() else {
        return Err(m::REFUSE_NAMESPACE_UNKNOWN.with([name.into()]));
    };
    if let Some(stock) = guard::stock_class(&namespace, &name, intel) {
        return Err(stock);
    }
    let mut precondition = Precondition::default();
    for property in &described.properties {
        precondition
            .fields
            .insert(property.name.as_str().to_owned(), property.value.canonical().into_owned());
    }
    let superclass = subject.get("__SUPERCLASS").and_then(Json::as_str).unwrap_or_default();
    precondition.fields.insert("__SUPERCLASS".to_owned(), superclass.to_owned());
    // Sources differ in whether they show what a class inherits, and in nothing else.
    let is_cut = subject.keys().any(|name| name.ends_with(" (truncated)"));
    if superclass.is_empty() && !is_cut {
        let names = property_names(described.properties.iter().map(|property| property.name.as_str()));
        precondition.fields.insert(PROPERTIES.to_owned(), names);
    }
    let part = |name: &str| subject.get(name).and_then(Json::as_object).into_iter().flatten();
    let types = part("__TYPES").filter_map(|(name, text)| Some((name, text.as_str()?)));
    precondition.fields.extend(types.map(|(name, text)| (format!("{TYPE}{name}"), cim_type(text))));
    // Those of properties are told only by some sources, as `Property.Qualifier`.
    let qualifiers: Vec<_> = part("__QUALIFIERS").filter(|(name, _)| !name.contains('.')).collect();
    for (name, value) in &qualifiers {
        let value = serde_json::from_value::<evidence::Value>((*value).clone());
        let value = value.map(|value| value.canonical().into_owned());
        precondition.fields.extend(value.map(|value| (format!("{QUALIFIER}{name}"), value)));
    }
    if superclass.is_empty() && !qualifiers.is_empty() {
        let names = property_names(qualifiers.iter().map(|(name, _)| name.as_str()));
        precondition.fields.insert(QUALIFIERS.to_owned(), names);
    }
    let mof = subject.get(MOF).and_then(Json::as_str);
    precondition.fields.extend(mof.map(|hash| (MOF.to_owned(), hash.to_owned())));
    told_apart(Target::WmiClass { namespace, class: name }, precondition)
}

fn task(subject: &Map<String, Json>) -> Step {
    let path =
        subject::text(subject, &["Path", "TaskPath", "URI", "Entry"]).ok_or_else(|| unknown("Path"))?;
    let path = if path.starts_with('\\') { path } else { format!("\\{path}") };
    let command = subject::text(subject, &["Launch String", "Command"])
        .or_else(|| subject::first_text(subject, &["Actions"]))
        .ok_or_else(|| unknown("Command"))?;
    // Listings tell of one action only.
    let actions = subject::list(subject, "Actions").and_then(task_actions::of_evidence);
    let mut precondition = fields([("Command", Some(command)), ("Actions", actions)]);
    task_fields::add(&mut precondition, subject);
    Ok((Verb::Disable, Target::Task { path }, precondition))
}

fn service(finding: &Finding, intel: &Intel) -> Vec<Step> {
    let subject = &finding.subject;
    let Some(name) = subject::text(subject, &["Entry", "Name"]) else { return vec![Err(unknown("Name"))] };
    let library = subject::text(subject, &["ServiceDll"]);
    let command = subject::text(subject, &["Launch String", "ImagePath", "PathName"]);
    if stock_values::has_stock_library(&name) {
        // A service of Windows whose library was exchanged gets its own one back. Listings show the library as the image.
        let listed = library.is_none();
        let found = library.or_else(|| subject::text(subject, &["Image Path"]));
        let exchanged = found.as_deref().is_none_or(|path| !stock_values::is_stock_library(&name, path));
        return vec![if exchanged {
            reset(&stock_values::service_dll_key(&name), "ServiceDll", found, !listed)
        } else {
            reset(&stock_values::service_key(&name), "ImagePath", command, true)
        }];
    }
    let Some(command) = command else { return vec![Err(unknown("ImagePath"))] };
    if intel.settings().command_of(&name).is_some_and(|stock| !stock.eq_ignore_ascii_case(&command)) {
        return vec![reset(&stock_values::service_key(&name), "ImagePath", Some(command), true)];
    }
    let text = |name: &str| subject::text(subject, &[name]);
    // The registry tells of every value, and of one that it does not tell of, that there is none. Listings and logs tell of some, in words.
    let is_whole = subject::has(subject, "DisplayName") || subject::has(subject, "Running");
    let whole = |text: Option<String>| text.or_else(|| is_whole.then(String::new));
    let exact = |text: Option<String>| text.filter(|_| is_whole);
    let stays = fields([
        ("ImagePath", Some(command)),
        ("ServiceDll", whole(library)),
        ("ObjectName", text("Account")),
        ("Type", exact(text("ServiceType"))),
    ]);
    let mut first = stays.clone();
    // These two are no more what they were once it is disabled.
    let starts = fields([("Start", exact(text("Start"))), ("FailureCommand", whole(text("FailureCommand")))]);
    first.fields.extend(starts.fields);
    let target = Target::Service { name };
    let mut steps = vec![Ok((Verb::Disable, target.clone(), first))];
    if finding.kind == Kind::Service {
        steps.push(Ok((Verb::End, target, stays)));
    }
    steps.extend(image(finding, intel));
    steps
}

/// The processes of a finding: one, or all that run the same program with the same command line; and what they have started.
fn processes(subject: &Map<String, Json>) -> Vec<Step> {
    let mut steps: Vec<_> = match subject::list(subject, "Instances") {
        Some(all) => all.iter().filter_map(Json::as_object).flat_map(process).collect(),
        None => process(subject),
    };
    // A process of Windows that hosts others is nobody's branch: it stays, and so does what it has started. Parents stand before children.
    let mut hosts = BTreeSet::new();
    let below = subject::list(subject, "Descendants").unwrap_or_default();
    for child in below.iter().filter_map(Json::as_object) {
        let (pid, parent) =
            (subject::number(child, &["ProcessId"]), subject::number(child, &["ParentProcessId"]));
        let image = subject::text(child, &["ExecutablePath"]).unwrap_or_default();
        if parent.is_none_or(|parent| hosts.contains(&parent)) || guard::process(&image, None).is_some() {
            hosts.extend(pid);
        } else {
            steps.extend(process(child));
        }
    }
    steps
}

fn process(subject: &Map<String, Json>) -> Vec<Step> {
    let pid = subject::number(subject, &["ProcessId", "PID"]).and_then(|pid| u32::try_from(pid).ok());
    let created = subject::number(subject, &["CreationDate", "Created"]);
    let image_path = subject::text(subject, &["ExecutablePath", "Image Path"]);
    let (pid, created, image_path) = match (pid, created, image_path) {
        (Some(pid), Some(created), Some(image_path)) => (pid, created, image_path),
        (None, ..) => return vec![Err(unknown("ProcessId"))],
        (_, None, _) => return vec![Err(unknown("CreationDate"))],
        (.., None) => return vec![Err(unknown("ExecutablePath"))],
    };
    if let Some(host) = guard::process(&image_path, None) {
        return vec![Err(host)];
    }
    let precondition = fields([("CommandLine", subject::text(subject, &["CommandLine"]))]);
    let target = Target::Process { pid, created, image_path };
    vec![Ok((Verb::Suspend, target.clone(), precondition.clone())), Ok((Verb::End, target, precondition))]
}

fn file(subject: &Map<String, Json>) -> Step {
    let path = subject::text(subject, &["Path", "FullPath"]).ok_or_else(|| unknown("Path"))?;
    if let Some(refused) = guard::path(&path, None) {
        return Err(refused);
    }
    if let Some(signer) = subject::text(subject, &["Signer"])
        && guard::is_microsoft(&signer)
    {
        return Err(m::REFUSE_MICROSOFT.with([path.into(), signer.into()]));
    }
    let hashes = subject.get("hashes").and_then(Json::as_object).unwrap_or(subject);
    let sha256 = subject::text(hashes, &["SHA-256"]).ok_or_else(|| unknown("SHA-256"))?;
    Ok((Verb::Remove, Target::File { path }, fields([("SHA256", Some(sha256.to_lowercase()))])))
}

fn stock(subject: &Map<String, Json>, intel: &Intel) -> Step {
    let entry = subject::text(subject, &["entry"]).ok_or_else(|| unknown("entry"))?;
    if crate::stock_entry::find(&entry, intel).is_none() {
        return Err(m::REFUSE_NO_ENTRY.with([entry.into()]));
    }
    Ok((Verb::Restore, Target::StockEntry { entry }, Precondition::default()))
}
