//! `deminer cim`: the WMI repository as it lies on a disk.

mod whole;

use super::print;
use crate::args::Cim as Args;
use crate::console::{Console, harmless};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::messages as m;
use cim_repository::{Class, Instance, NameHash, Namespace, Repository, md5_of_name};
use evidence::{Level, Note, ObjectPath};
use std::fmt::Write as _;
use std::path::Path;

/// Runs one of the commands.
pub(crate) fn run(args: &Args, console: Console) -> Result<ExitStatus, Error> {
    match args {
        Args::Ls { repository, namespace } => with(repository, console, |repository| {
            let text = match namespace {
                None => namespaces(repository),
                Some(namespace) => classes(repository, &Namespace::new(namespace)),
            };
            Ok((text, ExitStatus::Nothing))
        }),
        Args::Show { repository, object } => with(repository, console, |repository| {
            show(repository, object).map(|text| (text, ExitStatus::Nothing))
        }),
        Args::Subscriptions { repository } => {
            with(repository, console, |repository| Ok((subscriptions(repository), ExitStatus::Nothing)))
        }
        Args::Stores { repository, larger_than } => {
            with(repository, console, |repository| Ok(whole::stores(repository, *larger_than)))
        }
        Args::Deleted { repository, all } => {
            with(repository, console, |repository| Ok(whole::deleted(repository, *all)))
        }
        Args::Export { repository, format } => {
            let repository = Repository::open(repository).map_err(Error::Repository)?;
            whole::export(&repository, *format)
        }
        Args::Hash { name, repository } => hash(name, repository.as_deref()),
    }
}

/// Opens the repository, prints what there is to say of it, and says on standard error what was damaged.
fn with(
    path: &Path,
    console: Console,
    describe: impl FnOnce(&Repository) -> Result<(String, ExitStatus), Error>,
) -> Result<ExitStatus, Error> {
    let repository = Repository::open(path).map_err(Error::Repository)?;
    let described = describe(&repository);
    let notes: Vec<Note> = repository
        .problems()
        .into_iter()
        .map(|problem| Note {
            level: Level::Warning,
            source: String::new(),
            offset: None,
            message: m::CIM_PROBLEM.with([problem.text.into()]),
        })
        .collect();
    console.remarks(&notes);
    let (text, status) = described?;
    print(&harmless(&text))?;
    Ok(status)
}

fn namespaces(repository: &Repository) -> String {
    let mut text = String::new();
    for namespace in repository.namespaces() {
        let _ = writeln!(text, "{namespace}");
    }
    text
}

fn classes(repository: &Repository, namespace: &Namespace) -> String {
    let mut names: Vec<String> =
        repository.classes(namespace).filter_map(Result::ok).map(|class| class.name.clone()).collect();
    names.sort_by_key(|name| name.to_lowercase());
    names.iter().fold(String::new(), |text, name| text + name + "\n")
}

/// A class or instance by its path.
fn show(repository: &Repository, object: &str) -> Result<String, Error> {
    let path = ObjectPath::parse(object)
        .map_err(|problem| Error::ObjectPath { path: object.to_owned(), problem: problem.to_string() })?;
    let namespace = Namespace::new(path.namespace.as_deref().unwrap_or(r"root\cimv2"));
    let mut text = pragma(&namespace);
    if path.keys.is_empty() {
        let class = repository.class(&namespace, &path.class).map_err(Error::Repository)?;
        write_class(&mut text, &*class.ok_or_else(|| Error::NoSuchObject(object.to_owned()))?);
        return Ok(text);
    }
    let wanted = path.canonical_relative();
    let is_wanted = |instance: &Instance| {
        ObjectPath::parse(&instance.relative_path()).is_ok_and(|path| path.canonical_relative() == wanted)
    };
    let found = repository.instances(&namespace, &path.class).filter_map(Result::ok).find(is_wanted);
    write_instance(&mut text, &found.ok_or_else(|| Error::NoSuchObject(object.to_owned()))?);
    Ok(text)
}

fn subscriptions(repository: &Repository) -> String {
    let mut text = String::new();
    for objects in repository.subscriptions() {
        text += &pragma(&objects.namespace);
        for instance in
            [&objects.filters, &objects.consumers, &objects.bindings, &objects.timers].into_iter().flatten()
        {
            write_instance(&mut text, instance);
        }
    }
    text
}

/// The line that says which namespace the objects after it are in.
fn pragma(namespace: &Namespace) -> String {
    match namespace.path() {
        Some(path) => format!("#pragma namespace(\"\\\\\\\\.\\\\{}\")\n\n", path.replace('\\', "\\\\")),
        None => format!("// namespace unknown, hash {}\n\n", namespace.hash()),
    }
}

fn write_class(text: &mut String, class: &Class) {
    let _ = writeln!(text, "// OBJECTS.DATA at offset {:#x}", class.location.offset());
    let _ = write!(text, "class {}", class.name);
    if let Some(superclass) = class.superclass() {
        let _ = write!(text, " : {superclass}");
    }
    text.push_str("\n{\n");
    for property in &class.properties {
        let key = if property.is_key() { "[key] " } else { "" };
        let kind = property.cim_type.base.name();
        let array = if property.cim_type.array { "[]" } else { "" };
        let _ = write!(text, "\t{key}{kind} {}{array}", property.name);
        if !property.default.is_null() {
            let _ = write!(text, " = {}", property.default);
        }
        text.push_str(";\n");
    }
    text.push_str("};\n\n");
}

fn write_instance(text: &mut String, instance: &Instance) {
    let _ = writeln!(text, "// OBJECTS.DATA at offset {:#x}", instance.location.offset());
    let _ = writeln!(text, "instance of {}\n{{", instance.class.name);
    for value in instance.properties.iter().filter(|value| !value.value().is_null()) {
        let _ = writeln!(text, "\t{} = {};", value.property.name, value.value());
    }
    text.push_str("};\n\n");
}

/// The hashes of a name, and the traces of it in a repository.
fn hash(name: &str, repository: Option<&Path>) -> Result<ExitStatus, Error> {
    let mut text = format!("SHA-256  {}\nMD5      {}\n", NameHash::of(name), md5_of_name(name));
    let mut status = ExitStatus::Nothing;
    if let Some(path) = repository {
        let repository = Repository::open(path).map_err(Error::Repository)?;
        for trace in repository.traces_of(name).map_err(Error::Repository)? {
            let page = match trace.live_page {
                Some(true) => "live page",
                Some(false) => "page not in use",
                None => "page of unknown state",
            };
            let _ =
                writeln!(text, "{} at offset {:#x}, {page}  {}", trace.file, trace.offset, trace.key_part);
            status = ExitStatus::Found;
        }
    }
    print(&harmless(&text))?;
    Ok(status)
}
