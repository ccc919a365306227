//! Which files of a bundle belong together, and to which host.
//!
//! A scope is a part of a bundle that came from one machine: what a manifest seals, a folder or an archive that is called
//! `NAME_WMI`, the files with one prefix, or all the rest. Records that name their machine belong to that; the others belong
//! to the machine of their scope.

use super::aliases::Aliases;
use super::manifest::Manifest;
use super::taken::Taken;
use super::{names, witness};
use crate::file_name::file_name;
use evidence::{Host, NameSource};
use std::collections::{BTreeMap, BTreeSet};

/// A part of a bundle that came from one machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// What the manifest with this number seals.
    Sealed(usize),
    /// Files that a name binds to a host.
    Named(String),
    /// The files of one folder inside an archive.
    Folder(String),
    /// All the rest.
    Rest,
}

/// The scope of every file, in the order of the files.
pub(super) fn scopes(taken: &[Taken], manifests: &[(String, Manifest)], disk: bool) -> Vec<Scope> {
    let mut scopes: Vec<_> = taken.iter().map(|taken| by_place(&taken.relative, manifests)).collect();
    if !disk {
        split(&mut scopes, taken, |path| {
            let (folder, _) = path.rsplit_once('/')?;
            (!folder.is_empty()).then(|| Scope::Folder(folder.to_owned()))
        });
        split_by_prefix(&mut scopes, taken);
    }
    scopes
}

/// By the nearest manifest, else by the nearest folder or archive that is named after a host.
fn by_place(path: &str, manifests: &[(String, Manifest)]) -> Scope {
    let sealed = manifests.iter().enumerate().filter(|(_, (folder, _))| path.starts_with(folder.as_str()));
    if let Some((number, _)) = sealed.max_by_key(|(_, (folder, _))| folder.len()) {
        return Scope::Sealed(number);
    }
    let host = path.rsplit(['/', '!']).skip(1).find_map(names::bundle_host);
    host.map_or(Scope::Rest, |host| Scope::Named(host.to_owned()))
}

/// Splits the rest where it holds several files of a kind that differ in their part.
fn split(scopes: &mut [Scope], taken: &[Taken], part: impl Fn(&str) -> Option<Scope>) {
    let mut seen: BTreeMap<&str, Option<Scope>> = BTreeMap::new();
    let mut several = false;
    for (scope, taken) in scopes.iter().zip(taken) {
        if let (Scope::Rest, true, Some((kind, _))) = (scope, taken.evidence, names::kind(&taken.relative)) {
            let own = part(&taken.relative);
            several |= seen.insert(kind, own.clone()).is_some_and(|other| other != own);
        }
    }
    if several {
        for (scope, taken) in scopes.iter_mut().zip(taken).filter(|(scope, _)| **scope == Scope::Rest) {
            if let Some(own) = part(&taken.relative) {
                *scope = own;
            }
        }
    }
}

/// Within each folder: by prefix, where several files of a kind differ in it, or where all files of a kind share it.
fn split_by_prefix(scopes: &mut [Scope], taken: &[Taken]) {
    let mut folders: BTreeMap<Scope, Vec<usize>> = BTreeMap::new();
    for (at, (scope, taken)) in scopes.iter().zip(taken).enumerate() {
        if matches!(scope, Scope::Rest | Scope::Folder(_)) && taken.evidence {
            folders.entry(scope.clone()).or_default().push(at);
        }
    }
    for files in folders.into_values() {
        let kinds: Vec<_> = files
            .iter()
            .filter_map(|at| {
                taken.get(*at).and_then(|taken| names::kind(&taken.relative)).map(|kind| (*at, kind))
            })
            .collect();
        let prefixes: BTreeSet<_> = kinds.iter().map(|(_, (_, prefix))| prefix.to_uppercase()).collect();
        let distinct: BTreeSet<_> = kinds.iter().map(|(_, (kind, _))| *kind).collect();
        let several = distinct.len() < kinds.len() && prefixes.len() > 1;
        let shared = prefixes.len() == 1 && kinds.len() > 1;
        if several || shared {
            for (at, (_, prefix)) in kinds {
                if let Some(scope) = scopes.get_mut(at).filter(|_| names::is_host(prefix)) {
                    *scope = Scope::Named(prefix.to_owned());
                }
            }
        }
    }
}

/// The host of a scope.
pub(super) fn host(
    scope: &Scope,
    taken: &[&Taken],
    manifests: &[(String, Manifest)],
    bundle: &(String, NameSource),
    aliases: &Aliases,
) -> Host {
    if let Scope::Sealed(number) = scope
        && let Some((_, manifest)) = manifests.get(*number)
    {
        return manifest.host();
    }
    let named = match scope {
        Scope::Named(name) => Some((name.as_str(), NameSource::BundleName)),
        Scope::Folder(folder) => Some((file_name(folder), NameSource::Input)),
        Scope::Rest | Scope::Sealed(_) => Some((bundle.0.as_str(), bundle.1)),
    };
    let (name, source) = named.unwrap_or_default();
    // A name of the bundle's own stands for the records that state no machine, where others state another.
    let stray = |server: &&str| {
        let silent =
            || taken.iter().flat_map(|taken| &taken.records).any(|(_, data)| witness::server(data).is_none());
        source == NameSource::BundleName && !names::same_machine(server, name) && silent()
    };
    match single_server(taken, aliases).filter(|server| !stray(server)) {
        Some(server) => {
            let mut host = machine(server, aliases);
            if source == NameSource::BundleName && names::same_machine(server, name) {
                host.merge(Host::named(name, NameSource::BundleName));
            }
            host
        }
        None => Host::named(name, source),
    }
}

/// The machine that records name so, with the other names that it has.
pub(super) fn machine(server: &str, aliases: &Aliases) -> Host {
    let mut host = Host::named(aliases.canonical(server), NameSource::Record);
    if let Some(machine) = aliases.machine(server) {
        host.names.clone_from(&machine.names);
    }
    host
}

/// The machine that the records name, where they all name one.
fn single_server<'t>(taken: &[&'t Taken], aliases: &'t Aliases) -> Option<&'t str> {
    let mut found: Option<&str> = None;
    for (_, data) in taken.iter().flat_map(|taken| &taken.records) {
        match (witness::witness(data).map(|server| aliases.canonical(server)), found) {
            (None, _) => {}
            (Some(server), None) => found = Some(server),
            (Some(server), Some(other)) if server.eq_ignore_ascii_case(other) => {}
            (Some(_), Some(_)) => return None,
        }
    }
    found
}
