//! `deminer cim`: the WMI repository as it lies on a disk.

mod json;
mod mof;
mod past;
mod source;
mod whole;

use super::print;
use crate::args::{Cim as Args, CimDeletedFormat};
use crate::console::{Console, harmless};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::messages as m;
use cim_repository::{Instance, Key, KeyKind, NameHash, Namespace, Repository, md5_of_name};
use evidence::{Level, Note, ObjectPath};
use mof::{pragma, write_class, write_instance};
use past::{Choice, Names};
use std::fmt::Write as _;
use std::path::Path;

/// Runs one of the commands.
pub(crate) fn run(args: &Args, console: Console) -> Result<ExitStatus, Error> {
    match args {
        Args::Ls { repository, namespace } => {
            with(repository, console, |repository, unread| match namespace {
                None => Ok((namespaces(repository), ExitStatus::Nothing)),
                Some(namespace) => {
                    classes(repository, namespace, unread).map(|text| (text, ExitStatus::Nothing))
                }
            })
        }
        Args::Show { repository, object } => with(repository, console, |repository, unread| {
            show(repository, object, unread).map(|text| (text, ExitStatus::Nothing))
        }),
        Args::Subscriptions { repository } => {
            with(repository, console, |repository, _| Ok((subscriptions(repository), ExitStatus::Nothing)))
        }
        Args::Stores { repository, larger_than } => {
            with(repository, console, |repository, _| Ok(whole::stores(repository, *larger_than)))
        }
        Args::Deleted { repository, all, class, format } => with(repository, console, |repository, _| {
            let json = *format == CimDeletedFormat::Jsonl;
            Ok(past::deleted(repository, &Choice { all: *all, class: class.as_deref(), json }))
        }),
        Args::Export { repository, format } => {
            let repository = source::open(repository)?;
            let status = whole::export(&repository, *format);
            tell(&repository, Vec::new(), console);
            status
        }
        Args::Hash { name, repository } => hash(name, repository.as_deref(), console),
    }
}

/// Opens the repository, prints what there is to say of it, and says on standard error what was damaged. What is described may add
/// objects that could not be read.
fn with(
    path: &Path,
    console: Console,
    describe: impl FnOnce(&Repository, &mut Vec<String>) -> Result<(String, ExitStatus), Error>,
) -> Result<ExitStatus, Error> {
    let repository = source::open(path)?;
    let mut unread = Vec::new();
    let described = describe(&repository, &mut unread);
    let is_whole = tell(&repository, unread, console);
    let (text, status) = described?;
    print(&harmless(&text))?;
    Ok(if status == ExitStatus::Nothing && !is_whole { ExitStatus::Inconclusive } else { status })
}

/// Says what was damaged; returns whether nothing was.
fn tell(repository: &Repository, unread: Vec<String>, console: Console) -> bool {
    let problems = repository.problems().into_iter().map(|problem| problem.text);
    let notes: Vec<Note> = problems
        .chain(unread)
        .map(|problem| Note {
            level: Level::Warning,
            source: String::new(),
            offset: None,
            message: m::CIM_PROBLEM.with([problem.into()]),
        })
        .collect();
    console.remarks(&notes);
    notes.is_empty()
}

fn namespaces(repository: &Repository) -> String {
    let mut text = String::new();
    for namespace in repository.namespaces() {
        let _ = writeln!(text, "{namespace}");
    }
    text
}

/// The namespace as the repository writes it, where it has it.
fn known(repository: &Repository, path: &str) -> Option<Namespace> {
    let wanted = Namespace::new(path).hash();
    repository.namespaces().into_iter().find(|namespace| namespace.hash() == wanted)
}

fn classes(repository: &Repository, namespace: &str, unread: &mut Vec<String>) -> Result<String, Error> {
    let namespace = known(repository, namespace).ok_or_else(|| Error::NoSuchObject(namespace.to_owned()))?;
    let mut names = Vec::new();
    for class in repository.classes(&namespace) {
        match class {
            Ok(class) => names.push(class.name.clone()),
            Err(error) => unread.push(error.to_string()),
        }
    }
    names.sort_by_key(|name| name.to_lowercase());
    Ok(names.iter().fold(String::new(), |text, name| text + name + "\n"))
}

/// A class or instance by its path. Where it may be among what is damaged, that is said and nothing printed.
fn show(repository: &Repository, object: &str, unread: &mut Vec<String>) -> Result<String, Error> {
    let path = ObjectPath::parse(object)
        .map_err(|problem| Error::ObjectPath { path: object.to_owned(), problem: problem.to_string() })?;
    let written = path.namespace.as_deref().unwrap_or(r"root\cimv2");
    let namespace = known(repository, written).unwrap_or_else(|| Namespace::new(written));
    let mut text = pragma(&namespace);
    let is_singleton = object.trim().trim_matches('"').ends_with("=@");
    if path.keys.is_empty() && !is_singleton {
        return match repository.class(&namespace, &path.class) {
            Ok(Some(class)) => {
                write_class(&mut text, &class);
                Ok(text)
            }
            Ok(None) => missing(repository, object, unread),
            Err(error) => {
                unread.push(error.to_string());
                Ok(String::new())
            }
        };
    }
    for instance in repository.instances(&namespace, &path.class) {
        match instance {
            Ok(instance) if is_wanted(&instance, &path) => {
                write_instance(&mut text, &instance, true);
                return Ok(text);
            }
            Ok(_) => {}
            Err(error) => unread.push(error.to_string()),
        }
    }
    missing(repository, object, unread)
}

/// Whether the path names the instance: by all its keys, by the value of its only one, or as the only instance of a class without keys.
fn is_wanted(instance: &Instance, path: &ObjectPath) -> bool {
    let Ok(own) = ObjectPath::parse(&instance.relative_path()) else { return false };
    match (path.keys.as_slice(), own.keys.as_slice()) {
        ([(name, value)], [(_, own)]) if name.is_empty() => value.to_lowercase() == own.to_lowercase(),
        _ => path.canonical_relative() == own.canonical_relative(),
    }
}

/// What is said of an object that was not found: in a damaged repository it may be there.
fn missing(repository: &Repository, object: &str, unread: &[String]) -> Result<String, Error> {
    if repository.problems().is_empty() && unread.is_empty() {
        Err(Error::NoSuchObject(object.to_owned()))
    } else {
        Ok(String::new())
    }
}

fn subscriptions(repository: &Repository) -> String {
    let mut text = String::new();
    for objects in repository.subscriptions() {
        text += &pragma(&objects.namespace);
        for instance in
            [&objects.filters, &objects.consumers, &objects.bindings, &objects.timers].into_iter().flatten()
        {
            write_instance(&mut text, instance, false);
        }
        for undecoded in &objects.fragments {
            let _ = writeln!(
                text,
                "// OBJECTS.DATA at offset {:#x}, an object that cannot be decoded:",
                undecoded.location.offset()
            );
            past::write_strings(&mut text, &undecoded.fragment.strings);
            text.push('\n');
        }
    }
    text
}

/// The name as it is hashed: a namespace's path with backslashes, an instance by its key values.
fn hashed(name: &str) -> (NameHash, String) {
    let keys = ObjectPath::parse(name).ok().filter(|path| name.contains("=\"") && !path.keys.is_empty());
    if let Some(path) = keys {
        let values: Vec<&str> = path.keys.iter().map(|(_, value)| value.as_str()).collect();
        return (NameHash::of_key_values(values.iter().copied()), values.join("\u{ffff}"));
    }
    let is_namespace = name.split(['/', '\\']).next().is_some_and(|first| first.eq_ignore_ascii_case("root"));
    let name = if is_namespace { name.replace('/', "\\") } else { name.to_owned() };
    (NameHash::of(&name), name)
}

/// The hashes of a name, and the traces of it in a repository.
fn hash(name: &str, repository: Option<&Path>, console: Console) -> Result<ExitStatus, Error> {
    let (hash, name) = hashed(name);
    let mut text = format!("SHA-256  {hash}\nMD5      {}\n", md5_of_name(&name));
    let mut status = ExitStatus::Nothing;
    if let Some(path) = repository {
        let repository = source::open(path)?;
        for trace in repository.traces_of_hash(&hash).map_err(Error::Repository)? {
            let page = match trace.live_page {
                Some(true) => "live page",
                Some(false) => "page not in use",
                None => "page of unknown state",
            };
            let _ =
                writeln!(text, "{} at offset {:#x}, {page}  {}", trace.file, trace.offset, trace.key_part);
            status = ExitStatus::Found;
        }
        let is_of = |key: &Key| {
            key.namespace != hash
                && match key.kind {
                    KeyKind::Class { class, .. } | KeyKind::ClassReference { class, .. } => class == hash,
                    KeyKind::Instance { class, instance, .. } => class == hash || instance == hash,
                    KeyKind::Keyed { root, instance, .. } | KeyKind::Reference { root, instance, .. } => {
                        root == hash || instance == hash
                    }
                    KeyKind::Subclass { parent, class } => parent == hash || class == hash,
                }
        };
        if status == ExitStatus::Found {
            let names = Names::of(&repository);
            let live = repository.keys().filter(is_of).map(|key| ("live", key)).collect::<Vec<_>>();
            let stale = repository.stale_keys().into_iter().filter(is_of).map(|key| ("not live", key));
            for (state, key) in live.into_iter().chain(stale) {
                let _ = writeln!(text, "key, {state}: {}", names.key(&key));
            }
        }
        tell(&repository, Vec::new(), console);
    }
    print(&harmless(&text))?;
    Ok(status)
}
