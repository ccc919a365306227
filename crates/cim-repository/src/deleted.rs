//! Recovering what was deleted or replaced.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::carve::{self, Origin, Piece};
use crate::class::{self, Class};
use crate::error::Problem;
use crate::finder::ClassFinder;
use crate::hash::NameHash;
use crate::index::Query;
use crate::instance::{self, Instance};
use crate::key::{Key, KeyKind};
use crate::location::Location;
use crate::namespace::Namespace;
use crate::rebuild;
use crate::reference::{self, ReferenceRecord};
use crate::repository::Repository;
use crate::text;
use crate::time::FileTime;

/// What is left of an object that the live index does not lead to.
#[derive(Debug, Clone, PartialEq)]
pub struct Carved {
    /// Where it was found.
    pub origin: Origin,
    /// Whether a live object has its name.
    pub status: Status,
    /// The namespace, when a live or stale key names the record; else unknown.
    pub namespace: Namespace,
    /// Whether the end of the record is missing.
    pub cut: bool,
    /// Where it lies.
    pub location: Location,
    /// The object itself, as far as it could be read.
    pub content: Content,
}

/// Whether an object is gone or only an older state of one that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// No live object of this class and name.
    Deleted,
    /// A live object has the same class and name.
    Replaced,
    /// Not enough is left to tell.
    Unknown,
}

/// What a [`Carved`] object is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A class definition. Properties of superclasses are missing when those are gone.
    Class(Arc<Class>),
    /// An instance.
    Instance(Box<Instance>),
    /// A reference record: some instance referred to another.
    Reference(ReferenceRecord),
    /// An instance whose class or layout is gone, or the rest of some record.
    Fragment(Fragment),
}

/// What can be said of a record that cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Hash of the class's name, when the record begins as an instance does.
    pub class: Option<NameHash>,
    /// Start of the session that wrote it, see [`Instance::session`].
    pub session: Option<FileTime>,
    /// Readable text in it.
    pub strings: Vec<String>,
}

/// Longest record that is filled up.
const MAX_FILL: usize = 1 << 20;

/// Everything that [`Repository::deleted`] found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deleted {
    /// Objects, in the order of the file: first those in mapped pages, then those in unmapped ones.
    pub objects: Vec<Carved>,
    /// Keys on pages of the index that are not live, without those that are live too. They prove that an object of that
    /// name existed.
    pub keys: Vec<Key>,
    /// Unmapped records that are the same bytes as a live one, left out of `objects`.
    pub copies: usize,
}

impl Repository {
    /// Recovers deleted and replaced objects: records without a live key, unmapped pages, space between records, pages of
    /// the index that are not live.
    ///
    /// Reads all of `OBJECTS.DATA` and `INDEX.BTR`.
    pub fn deleted(&self) -> Deleted {
        let live = self.index.keys(Query::All);
        let stale = self.stale_keys();
        let mut search = Search::new(self, live, &stale);
        let limit = self.carving_limit();
        let mut taken = 0usize;
        let mut pieces = Vec::new();
        let by_place = self.live_places();
        carve::pieces(&self.objects, &self.map, &|page, id| by_place.contains(&(page, id)), &mut |piece| {
            taken += piece.data.len();
            if !search.is_copy(&piece) {
                pieces.push(piece);
            }
            taken <= limit
        });
        if taken > limit {
            let text =
                "the records of OBJECTS.DATA overlap: not all of them were searched for deleted objects";
            self.note(Problem::new(None, text));
        }
        search.offer_classes(&pieces);
        let objects = pieces.iter().map(|piece| search.decode(piece)).collect();
        let copies = search.copies;
        Deleted { objects, keys: stale, copies }
    }

    /// Keys on any page of the index, live ones left out.
    pub fn stale_keys(&self) -> Vec<Key> {
        // Without a mapping, all keys already count as live.
        let (Some(pages), Some(_)) = (&self.index_pages, self.mapping()) else { return Vec::new() };
        let live: HashSet<&Key> = self.index.keys(Query::All).iter().collect();
        let mut stale = rebuild::all_keys(pages, |_| true);
        stale.retain(|key| !live.contains(key));
        stale
    }
}

struct Search<'r> {
    repository: &'r Repository,
    /// Keys by record number and size: numbers are random, so a record keeps them wherever its page goes.
    by_record: HashMap<(u32, u32), Key>,
    live_records: HashMap<(u32, u32), Key>,
    /// Live names, with their namespace, and once more with an unknown one.
    live_classes: HashSet<(NameHash, NameHash)>,
    live_instances: HashSet<(NameHash, NameHash, NameHash)>,
    namespaces: HashMap<NameHash, Namespace>,
    finder: ClassFinder,
    /// Bytes that may still be filled into records without an end.
    filling: usize,
    copies: usize,
}

impl<'r> Search<'r> {
    fn new(repository: &'r Repository, live: &[Key], stale: &[Key]) -> Self {
        let mut search = Self {
            repository,
            by_record: HashMap::new(),
            live_records: HashMap::new(),
            live_classes: HashSet::new(),
            live_instances: HashSet::new(),
            namespaces: repository.namespaces().into_iter().map(|n| (n.hash(), n)).collect(),
            finder: ClassFinder::default(),
            filling: repository.carving_limit().saturating_add(MAX_FILL),
            copies: 0,
        };
        for key in live {
            let namespaces = [key.namespace, NameHash::UNKNOWN];
            match key.kind {
                KeyKind::Class { class, .. } => {
                    search.live_classes.extend(namespaces.map(|namespace| (namespace, class)));
                }
                KeyKind::Instance { class, instance, .. } => {
                    search.live_instances.extend(namespaces.map(|namespace| (namespace, class, instance)));
                }
                _ => {}
            }
            if let Some(at) = key.record() {
                search.live_records.insert((at.id, at.size), *key);
            }
        }
        for key in live.iter().chain(stale) {
            if let Some(at) = key.record() {
                search.by_record.entry((at.id, at.size)).or_insert(*key);
            }
        }
        search
    }

    fn namespace(&self, hash: NameHash) -> Namespace {
        self.namespaces.get(&hash).cloned().unwrap_or_else(|| Namespace::from_hash(hash))
    }

    /// Whether the piece is byte for byte a live record.
    fn is_copy(&mut self, piece: &Piece) -> bool {
        let Location { record_id, size, .. } = piece.location;
        let Some(at) = self.live_records.get(&(record_id, size)).and_then(Key::record) else { return false };
        let same = self.repository.record(at).is_ok_and(|live| live.data.starts_with(&piece.data));
        self.copies += usize::from(same);
        same
    }

    /// Makes carved class definitions known, so that instances and classes below them can be decoded.
    fn offer_classes(&mut self, pieces: &[Piece]) {
        for piece in pieces.iter().filter(|p| carve::class_size(&p.data).is_some()) {
            self.finder.offer_carved(&piece.data, piece.location, self.namespace_of(piece));
        }
    }

    fn namespace_of(&self, piece: &Piece) -> Namespace {
        self.by_record
            .get(&(piece.location.record_id, piece.location.size))
            .map_or_else(Namespace::unknown, |key| self.namespace(key.namespace))
    }

    fn decode(&mut self, piece: &Piece) -> Carved {
        let mut namespace = self.namespace_of(piece);
        let data = self.whole(piece);
        let mut status = Status::Unknown;
        let content = if carve::instance_size(&data).is_some() {
            match self.instance(&data, piece, &namespace) {
                Some(instance) => {
                    let class = NameHash::of(&instance.class.name);
                    status = self.status(self.live_instances.contains(&(
                        namespace.hash(),
                        class,
                        instance.key_hash(),
                    )));
                    Content::Instance(Box::new(instance))
                }
                None => Content::Fragment(fragment(&piece.data)),
            }
        } else if let Some(class) = self.class(&data, piece, &namespace) {
            status = self.status(self.live_classes.contains(&(namespace.hash(), NameHash::of(&class.name))));
            Content::Class(class)
        } else if let Some(record) = reference::read(&data) {
            namespace = Namespace::new(&record.namespace);
            Content::Reference(record)
        } else {
            Content::Fragment(fragment(&piece.data))
        };
        Carved { origin: piece.origin, status, namespace, cut: piece.cut, location: piece.location, content }
    }

    fn status(&self, is_live: bool) -> Status {
        match (self.repository.has_index(), is_live) {
            (false, _) => Status::Unknown,
            (true, true) => Status::Replaced,
            (true, false) => Status::Deleted,
        }
    }

    fn instance(&mut self, data: &[u8], piece: &Piece, namespace: &Namespace) -> Option<Instance> {
        let head = instance::head(data).ok()?;
        let classes = self.finder.candidates(self.repository, head.class, Some(head.class_stored), namespace);
        classes.into_iter().find_map(|class| {
            let namespace = namespace.clone();
            let instance = instance::read(data, piece.location, namespace, class).ok()?;
            Some(Instance { is_indexed: false, ..instance })
        })
    }

    fn class(&mut self, data: &[u8], piece: &Piece, namespace: &Namespace) -> Option<Arc<Class>> {
        carve::class_size(data)?;
        let superclass = class::head(data).ok()?.superclass;
        let parents = if superclass.is_empty() {
            Vec::new()
        } else {
            self.finder.candidates(self.repository, NameHash::of(&superclass), None, namespace)
        };
        let read = |parent| class::read(data, piece.location, namespace.clone(), parent).ok();
        let fits =
            |class: &Class, parent: &Class| class.derivation.get(1..) == Some(parent.derivation.as_slice());
        parents
            .iter()
            .find_map(|parent| read(Some(&**parent)).filter(|class| fits(class, parent)))
            .or_else(|| read(None))
            .filter(|class| !class.name.is_empty())
            .map(|class| Arc::new(Class { is_indexed: false, ..class }))
    }

    /// The data, filled up to the size that it claims, so that what is left can be decoded. No string in the filling ends, so
    /// none is made up.
    fn whole<'p>(&mut self, piece: &'p Piece) -> Cow<'p, [u8]> {
        let data = piece.data.as_slice();
        let Some(claimed) = carve::instance_size(data).or_else(|| carve::class_size(data)) else {
            return Cow::Borrowed(data);
        };
        let missing = claimed.saturating_sub(data.len());
        let Some(left) = self.filling.checked_sub(missing).filter(|_| missing > 0 && claimed < MAX_FILL)
        else {
            return Cow::Borrowed(data);
        };
        self.filling = left;
        let mut data = data.to_vec();
        data.resize(claimed, 0xFF);
        Cow::Owned(data)
    }
}

/// What is left of a record that cannot be decoded.
pub(crate) fn fragment(data: &[u8]) -> Fragment {
    let head = instance::head(data).ok().filter(|h| h.session.is_plausible());
    let rest = if head.is_some() { data.get(instance::HASH_BYTES + 16..).unwrap_or_default() } else { data };
    Fragment { class: head.map(|h| h.class), session: head.map(|h| h.session), strings: text::strings(rest) }
}
