//! The content of a bundle, host by host.

use super::aliases::Aliases;
use super::collect::Collector;
use super::join;
use super::manifest::Manifest;
use super::names;
use super::notes::{MANIFEST_FAILURE, MORE, NO_EVIDENCE, OTHER_HOST, RENAMED, UNREAD_FILES};
use super::scope::{self, Scope};
use super::taken::Taken;
use super::witness::server;
use crate::format::Format;
use crate::{tasks, version};
use evidence::{
    Area, Custody, Evidence, Host, HostId, Level, Message, NameSource, Note, Provenance, ReadState, Record,
    RecordData, Source,
};
use std::collections::BTreeMap;

/// Notes of one kind that a bundle shows one by one.
const MAX_NOTES: usize = 40;

/// What is known of a bundle before it is read.
#[derive(Debug)]
pub(super) struct Bundle<'b> {
    /// Where it is, for people.
    pub(super) display: &'b str,
    /// The host by the bundle's name, and how far that can be trusted.
    pub(super) host: (String, NameSource),
    /// Whether it is a whole disk, where no folder stands for a host.
    pub(super) disk: bool,
    /// Whether manifests are compared.
    pub(super) verify: bool,
}

/// The evidence of one host while it is put together.
#[derive(Debug, Default)]
struct Builder {
    evidence: Evidence,
    custody: Option<Custody>,
    /// Where the sources of the manifests begin in the sources of this host, by manifest.
    origins: BTreeMap<usize, usize>,
    /// What joins the records of several sources.
    known: join::Known,
}

impl Builder {
    fn new(host: Host) -> Self {
        Self { evidence: Evidence { host, ..Evidence::default() }, ..Self::default() }
    }

    fn add_custody(&mut self, custody: Custody) {
        self.custody = Some(match (self.custody, custody) {
            (None, custody) => custody,
            (Some(Custody::Broken), _) | (_, Custody::Broken) => Custody::Broken,
            (Some(Custody::Verified), Custody::Verified) => Custody::Verified,
            _ => Custody::Unsealed,
        });
    }

    fn add_source(&mut self, source: &Source) -> u32 {
        self.evidence.sources.push(source.clone());
        u32::try_from(self.evidence.sources.len() - 1).unwrap_or(u32::MAX)
    }
}

/// Groups what was taken in by host.
pub(super) fn group(bundle: &Bundle, collector: Collector) -> Vec<Evidence> {
    let Collector { taken, manifests, mut notes, unread, .. } = collector;
    if unread > 0 {
        notes.push(note(bundle.display, Level::Info, UNREAD_FILES.with([unread.into()])));
    }
    let scopes = scope::scopes(&taken, &manifests, bundle.disk);
    let aliases = Aliases::of(&taken);
    let mut members: BTreeMap<&Scope, Vec<&Taken>> = BTreeMap::new();
    for (scope, taken) in scopes.iter().zip(&taken) {
        members.entry(scope).or_default().push(taken);
    }
    let mut hosts: BTreeMap<HostId, Builder> = BTreeMap::new();
    let mut homes: BTreeMap<&Scope, Host> = BTreeMap::new();
    let mut loose = Vec::new();
    for (scope, members) in &members {
        let sealed = matches!(scope, Scope::Sealed(_));
        if !sealed && !members.iter().any(|taken| taken.evidence) {
            loose.extend(members.iter().flat_map(|taken| &taken.notes).cloned());
            continue;
        }
        let home = scope::host(scope, members, &manifests, &bundle.host, &aliases);
        if let Scope::Sealed(number) = scope {
            let builder = hosts.entry(home.id.clone()).or_insert_with(|| Builder::new(home.clone()));
            seal(builder, bundle, (*number, &manifests, members));
        }
        homes.insert(*scope, home);
    }
    for (scope, taken) in scopes.iter().zip(taken) {
        if let Some(home) = homes.get(scope) {
            let manifest = match scope {
                Scope::Sealed(number) => manifests.get(*number).map(|(_, manifest)| (*number, manifest)),
                _ => None,
            };
            distribute(&mut hosts, (home, &aliases), manifest, taken);
        }
    }
    if hosts.is_empty() {
        let host = Host::named(&bundle.host.0, bundle.host.1);
        hosts.insert(host.id.clone(), Builder::new(host));
        if !loose.iter().chain(&notes).any(|note| note.level == Level::Error) {
            notes.push(note(bundle.display, Level::Error, NO_EVIDENCE.plain()));
        }
    }
    for (at, builder) in hosts.values_mut().enumerate() {
        let own = &mut builder.evidence.notes;
        own.extend(notes.iter().cloned());
        // What matters to nobody in particular is told once.
        own.extend(loose.iter().filter(|note| at == 0 || note.level == Level::Error).cloned());
        builder.evidence.notes = capped(std::mem::take(own));
        builder.evidence.custody = builder.custody.unwrap_or_default();
        warn_of_other_host(bundle, &mut builder.evidence);
        tell_of_names(&aliases, &mut builder.evidence);
        version::name_system(&mut builder.evidence);
        join::join(&mut builder.evidence, &builder.known);
        if tasks::is_whole(builder.evidence.tasks().map(|(_, task)| task)) {
            builder.evidence.coverage.add(Area::Tasks, ReadState::Complete);
        }
    }
    hosts.into_values().map(|builder| builder.evidence).collect()
}

/// Adds what a manifest says of its host.
fn seal(builder: &mut Builder, bundle: &Bundle, sealed: (usize, &[(String, Manifest)], &[&Taken])) {
    let (number, manifests, members) = sealed;
    let Some((folder, manifest)) = manifests.get(number) else { return };
    if bundle.verify {
        let stored = members.iter().filter_map(|taken| {
            let path = taken.relative.strip_prefix(folder.as_str())?;
            let (length, hash) = taken.stored.as_ref()?;
            (!path.contains('!')).then_some((path, (*length, hash.as_deref())))
        });
        let (custody, messages) = manifest.verify(&stored.collect());
        builder.add_custody(custody);
        let messages = messages.into_iter().map(|message| note(bundle.display, Level::Error, message));
        builder.evidence.notes.extend(messages);
        // What a bundle claims of itself counts only while it is whole.
        if custody == Custody::Verified {
            builder.evidence.coverage.merge(&manifest.coverage);
            let ended = manifest.ended.as_ref().or(manifest.started.as_ref());
            let ended = ended.and_then(|time| time.parse().ok());
            builder.evidence.collected = builder.evidence.collected.max(ended);
        }
    }
    builder.evidence.notes.extend(manifest.failures.iter().map(|failure| {
        let message = MANIFEST_FAILURE.with([(&failure.what).into(), (&failure.why).into()]);
        note(bundle.display, Level::Warning, message)
    }));
    let start = builder.evidence.sources.len();
    builder.evidence.sources.extend(manifest.sources.iter().cloned());
    builder.origins.insert(number, start);
}

/// Gives the records of one file to the hosts that they speak of.
fn distribute(
    hosts: &mut BTreeMap<HostId, Builder>,
    (home, aliases): (&Host, &Aliases),
    manifest: Option<(usize, &Manifest)>,
    taken: Taken,
) {
    let Taken { relative, source, records, origins, coverage, notes, evidence, classes, .. } = taken;
    let is_task = records.iter().any(|(_, data)| matches!(data, RecordData::Task(_)));
    let unread = tasks::path_of(&relative).filter(|_| !is_task);
    // The source's place among those of each host that it speaks of.
    let mut places: BTreeMap<HostId, u32> = BTreeMap::new();
    let mut place = |hosts: &mut BTreeMap<HostId, Builder>, host: Host| {
        let id = host.id.clone();
        let builder = hosts.entry(id.clone()).or_insert_with(|| Builder::new(host));
        *places.entry(id).or_insert_with(|| {
            builder.evidence.coverage.merge(&coverage);
            // What was asked from elsewhere does not make the evidence of the machine less whole.
            let asked = source.as_ref().is_some_and(|source| source.format == Format::NetworkCheck.as_str());
            if manifest.is_none() && !asked {
                builder.add_custody(Custody::Unsealed);
            }
            source.as_ref().map_or(0, |source| builder.add_source(source))
        })
    };
    if records.is_empty() && (evidence || !notes.is_empty() || unread.is_some()) {
        place(hosts, home.clone());
    }
    let mut origins = origins.into_iter();
    for (location, data) in records {
        let origin = origins.next();
        let host = match server(&data) {
            Some(server) if is_home(home, manifest, server, aliases) => home.clone(),
            Some(server) => scope::machine(server, aliases),
            None => home.clone(),
        };
        let id = host.id.clone();
        let at = place(hosts, host);
        let Some(builder) = hosts.get_mut(&id) else { continue };
        let provenance = origin
            .zip(manifest)
            .and_then(|(origin, (number, manifest))| {
                let start = u32::try_from(*builder.origins.get(&number)?).ok()?;
                ((origin.source as usize) < manifest.sources.len())
                    .then(|| Provenance { source: origin.source.saturating_add(start), ..origin })
            })
            .unwrap_or(Provenance { source: at, location });
        builder.evidence.records.push(Record { provenance, data });
    }
    if let Some(builder) = hosts.get_mut(&home.id) {
        builder.known.unread_tasks.extend(unread.map(|path| join::task_key(&path)));
        if let Some(at) = places.get(&home.id) {
            builder.known.add_classes(classes, *at);
        }
    }
    for id in places.keys() {
        if let Some(builder) = hosts.get_mut(id) {
            builder.evidence.notes.extend(notes.iter().cloned());
        }
    }
}

fn is_home(home: &Host, manifest: Option<(usize, &Manifest)>, server: &str, aliases: &Aliases) -> bool {
    let is = |server: &str| {
        home.names.iter().any(|name| name.eq_ignore_ascii_case(server))
            || manifest.is_some_and(|(_, manifest)| manifest.speaks_of(server))
    };
    is(server) || aliases.machine(server).is_some_and(|machine| machine.names.iter().any(|name| is(name)))
}

/// A machine that logs show under several names.
fn tell_of_names(aliases: &Aliases, evidence: &mut Evidence) {
    if let Some(machine) = aliases.machine(&evidence.host.name) {
        let names = machine.names.iter().filter(|name| **name != machine.name).map(String::as_str);
        let names = names.collect::<Vec<_>>().join(", ");
        let message = RENAMED.with([(&machine.name).into(), names.into()]);
        evidence.notes.push(note("", Level::Info, message));
    }
}

/// A bundle named after one machine that speaks of another may have been mixed up, or a clone.
fn warn_of_other_host(bundle: &Bundle, evidence: &mut Evidence) {
    let (name, source) = &bundle.host;
    let host = &evidence.host;
    if *source == NameSource::BundleName
        && host.name_source == NameSource::Record
        && !names::same_machine(name, &host.name)
    {
        let message = OTHER_HOST.with([name.into(), (&host.name).into()]);
        evidence.notes.push(note(bundle.display, Level::Warning, message));
    }
}

/// At most [`MAX_NOTES`] of each kind, and how many more there were.
fn capped(notes: Vec<Note>) -> Vec<Note> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut more: BTreeMap<String, (u64, Note)> = BTreeMap::new();
    let mut kept = Vec::with_capacity(notes.len().min(1024));
    for note in notes {
        let count = counts.entry(note.message.id.clone()).or_default();
        *count += 1;
        if *count <= MAX_NOTES {
            kept.push(note);
        } else {
            more.entry(note.message.id.clone()).or_insert((0, note)).0 += 1;
        }
    }
    kept.extend(more.into_values().map(|(count, first)| Note {
        message: MORE.with([count.into(), first.message.into()]),
        offset: None,
        ..first
    }));
    kept
}

fn note(source: &str, level: Level, message: Message) -> Note {
    Note { level, source: source.to_owned(), offset: None, message }
}
