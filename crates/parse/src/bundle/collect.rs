//! Takes in the files and members of one bundle, one at a time, and keeps what they say.

use super::archive::{Archive, Input};
use super::guard::{Guard, Hashed};
use super::layout::{folder_of, is_bundle, is_manifest, is_outdated, is_raw_task};
use super::manifest::{MANIFEST_PATH, Manifest, RECORDS_PATH, SCHEMA};
use super::notes::{
    ARCHIVE_NESTED, ARN, EMPTY, MANIFEST_DAMAGED, MANIFEST_SCHEMA, OUTDATED, TASK_UNREAD, UNKNOWN_BINARY,
    UNKNOWN_TEXT, UNREAD, mebibytes, too_large,
};
use super::programs::Programs;
use super::sets::Sets;
use super::sought::{are_sought, read_sought};
use super::taken::{Offer, Taken, failure, note, read_whole, to_note};
use super::{Limits, Shape, names, parsers, records};
use crate::events::TOO_LONG;
use crate::file_name::has_extension;
use crate::format::{Format, HEAD};
use crate::text::Text;
use crate::{Parsed, detection_history, hives, tasks, version};
use evidence::{Level, Location, Message, Note, Source};
use flate2::read::MultiGzDecoder;
use registry_hive::Hive;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

/// How a bundle is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode<'a> {
    pub(super) limits: &'a Limits,
    /// Whether sources are hashed; a survey does without.
    pub(super) hash: bool,
    /// How the files belong together.
    pub(super) shape: Shape,
}

/// The content of one bundle.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    mode: Mode<'a>,
    budget: u64,
    /// What was taken in, in the order in which it was offered.
    pub(super) taken: Vec<Taken>,
    /// The manifests, each with the path of the folder that it seals (empty, or ending in `/` or `!`).
    pub(super) manifests: Vec<(String, Manifest)>,
    /// Remarks on the bundle as a whole.
    pub(super) notes: Vec<Note>,
    /// Files of a whole disk that no parser reads.
    pub(super) unread: u64,
    /// Files that are read together, until all of the bundle has been seen.
    sets: Sets,
    /// Programs that something may start.
    pub(super) programs: Programs,
}

impl<'a> Collector<'a> {
    pub(super) fn new(mode: Mode<'a>) -> Self {
        Self {
            mode,
            budget: mode.limits.unpacked,
            taken: Vec::new(),
            manifests: Vec::new(),
            notes: Vec::new(),
            unread: 0,
            sets: Sets::default(),
            programs: Programs::default(),
        }
    }

    /// Whether no more than the names of machines are asked for.
    pub(super) const fn is_survey(&self) -> bool {
        !self.mode.hash
    }

    pub(super) const fn limits(&self) -> &'a Limits {
        self.mode.limits
    }

    pub(super) const fn shape(&self) -> Shape {
        self.mode.shape
    }

    fn is_sealed(&self) -> bool {
        self.mode.shape == Shape::Sealed
    }

    /// Adds a remark on the bundle as a whole.
    pub(super) fn remark(&mut self, source: &str, level: Level, message: Message) {
        self.notes.push(Note { level, source: source.to_owned(), offset: None, message });
    }

    /// Adds a remark on a file or member that cannot be taken in.
    pub(super) fn refuse(&mut self, offer: Offer, level: Level, message: Message) {
        let mut taken = Taken { evidence: names::kind(&offer.relative).is_some(), ..Taken::default() };
        note(&mut taken, &offer, level, message);
        taken.relative = offer.relative;
        self.taken.push(taken);
    }

    /// Takes in a file or member, and tells of it where its very bytes are looked for.
    pub(super) fn take(&mut self, offer: Offer, reader: &mut dyn Read) {
        if self.mode.limits.sought.is_empty() {
            return self.take_file(offer, reader);
        }
        match read_sought(reader) {
            Ok(bytes) => {
                let known = are_sought(&bytes, self.mode.limits).then(|| offer.clone());
                let before = self.taken.len();
                self.take_file(offer, &mut Cursor::new(&bytes).chain(reader));
                if let Some(offer) = known {
                    self.tell_of_sought(&offer, &bytes, before);
                }
            }
            Err(error) => self.refuse(offer, Level::Error, failure(&error)),
        }
    }

    fn take_file(&mut self, offer: Offer, reader: &mut dyn Read) {
        let mut head = Vec::new();
        if let Err(error) = Read::take(&mut *reader, HEAD as u64).read_to_end(&mut head) {
            return self.refuse(offer, Level::Error, failure(&error));
        }
        let format = Format::of_bytes(&head, &offer.relative);
        let read = format.is_none_or(|format| format.is_read() || format == Format::Program);
        let hash = self.mode.hash && (self.is_sealed() || read);
        let mut stream = Hashed::new(Cursor::new(head).chain(reader), hash);
        match format {
            _ if self.take_by_place(&offer, &mut stream) => {}
            Some(Format::Zip) if offer.layers == 0 && self.mode.shape == Shape::Loose => return,
            Some(Format::Zip) if self.mode.shape == Shape::Disk => self.unread += 1,
            Some(Format::Gzip) if !offer.gunzipped => self.take_gzip(&offer, &mut stream),
            Some(Format::Zip) if !offer.gunzipped && offer.layers <= self.mode.limits.nesting => {
                self.take_archive(&offer, &mut stream);
            }
            Some(Format::Zip | Format::Gzip) => {
                self.refuse(offer.clone(), Level::Error, ARCHIVE_NESTED.plain());
            }
            #[cfg(feature = "events")]
            Some(Format::Evtx) => {
                self.take_log(&offer, &mut stream, Format::Evtx, crate::events::parse_evtx);
            }
            Some(Format::DefenderLog) => {
                self.take_log(&offer, &mut stream, Format::DefenderLog, crate::defender_log::parse);
            }
            Some(Format::RegistryHive) => self.take_hive_file(&offer, &mut stream),
            Some(Format::CimRepository) => self.take_repository_file(&offer, &mut stream),
            Some(Format::Program)
                if version::judged_driver(&offer.relative, self.mode.shape == Shape::Disk).is_some() =>
            {
                self.take_small(&offer, &mut stream, Format::Program, version::parse_judged_driver);
            }
            Some(Format::TaskJob) => {
                self.take_small(&offer, &mut stream, Format::TaskJob, tasks::parse_job);
            }
            Some(Format::DefenderHistory) => {
                self.take_small(&offer, &mut stream, Format::DefenderHistory, detection_history::parse);
            }
            Some(Format::Program) if self.take_program(&offer, &mut stream) => {}
            Some(format) => self.pass(&offer, format),
            None => self.take_text(&offer, &mut stream),
        }
        if self.mode.hash && self.is_sealed() {
            let whole = stream.drain(self.mode.limits.file).unwrap_or(false);
            let stored = Some((stream.length().max(offer.length), stream.digest().filter(|_| whole)));
            self.taken.push(Taken { relative: offer.relative, stored, ..Taken::default() });
        }
    }

    /// Takes in the members of an archive; their paths inside the bundle begin with `prefix`.
    pub(super) fn take_members(&mut self, outer: &Offer, prefix: &str, reader: Input<'_>) {
        let limits = self.mode.limits;
        let (mut archive, members, remarks) = match Archive::open(reader, limits) {
            Ok(opened) => opened,
            Err(message) => return self.refuse(outer.clone(), Level::Error, message),
        };
        let offer = |name: &str, length: u64| Offer {
            path: outer.path.clone(),
            member: Some(match &outer.member {
                Some(archive) => format!("{archive}!{name}"),
                None => name.to_owned(),
            }),
            relative: format!("{prefix}{name}"),
            length,
            named: false,
            layers: outer.layers + 1,
            gunzipped: false,
        };
        // A member that was refused may be the one that is looked for.
        if remarks.is_empty() {
            let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (folder, name) in members.iter().filter_map(|member| member.name.rsplit_once('/')) {
                folders.entry(folder).or_default().push(name);
            }
            for (folder, names) in folders {
                let own = offer(folder, 0);
                self.see_folder(&own.path, own.member, &format!("{}/", own.relative), names);
            }
        }
        for remark in remarks {
            if remark.member.is_empty() {
                self.refuse(outer.clone(), remark.level, remark.message);
            } else {
                let mut offer = offer(&remark.member, 0);
                if !remark.trusted {
                    prefix.clone_into(&mut offer.relative);
                }
                self.refuse(offer, remark.level, remark.message);
            }
        }
        // What is a bundle of its own is read as one, unless a manifest makes it a part of this.
        let outermost = outer.layers == 0;
        if outermost && members.iter().any(|member| is_manifest(&member.name)) {
            self.mode.shape = Shape::Sealed;
        }
        for member in members {
            if outermost && !self.is_sealed() && is_bundle(&member.name) {
                continue;
            }
            let packed = member.packed;
            let offer = offer(&member.name, member.size);
            match archive.read(&member) {
                Ok(file) => self.take_unpacked(offer, file, packed),
                Err(message) => self.refuse(offer, Level::Error, message),
            }
        }
    }

    /// Takes in what `packed` bytes unpack to, at the cost of the bundle's budget.
    fn take_unpacked(&mut self, offer: Offer, unpacked: impl Read, packed: u64) {
        let before = self.budget;
        let mut left = before;
        self.take(offer, &mut Guard::new(unpacked, packed, &mut left, self.mode.limits));
        self.budget = self.budget.saturating_sub(before - left);
    }

    /// Takes in a bundle that is a member of an archive, of which `packed` bytes unpack to it.
    pub(super) fn take_nested(&mut self, offer: &Offer, stream: &mut dyn Read, packed: u64) {
        let before = self.budget;
        let mut left = before;
        self.take_archive(offer, &mut Guard::new(stream, packed, &mut left, self.mode.limits));
        self.budget = self.budget.saturating_sub(before - left);
    }

    /// Takes in the members of an archive that lies inside another one.
    fn take_archive(&mut self, offer: &Offer, stream: &mut dyn Read) {
        match read_whole(stream, self.mode.limits.text) {
            Ok(Some(bytes)) => {
                let prefix =
                    if offer.relative.is_empty() { String::new() } else { format!("{}!", offer.relative) };
                self.take_members(offer, &prefix, Box::new(Cursor::new(bytes)));
            }
            Ok(None) => self.refuse(offer.clone(), Level::Error, too_large(self.mode.limits)),
            Err(error) => self.refuse(offer.clone(), Level::Error, failure(&error)),
        }
    }

    fn take_gzip(&mut self, offer: &Offer, stream: &mut dyn Read) {
        let unpacked = |path: &str| {
            let end = path.len() - if has_extension(path, "gz") { ".gz".len() } else { 0 };
            format!("{path}!{}", crate::file_name::file_name(path.get(..end).unwrap_or(path)))
        };
        let inner = Offer {
            path: offer.path.clone(),
            member: Some(match &offer.member {
                Some(member) => unpacked(member),
                None => unpacked(&offer.path).rsplit('!').next().unwrap_or_default().to_owned(),
            }),
            relative: unpacked(&offer.relative),
            gunzipped: true,
            ..offer.clone()
        };
        // The manifest lists the file as it is stored.
        let shape = self.mode.shape;
        if shape == Shape::Sealed {
            self.mode.shape = Shape::Closed;
        }
        self.take_unpacked(inner, MultiGzDecoder::new(stream), offer.length);
        self.mode.shape = shape;
    }

    /// Notes a file that is no text.
    fn pass(&mut self, offer: &Offer, format: Format) {
        let mut taken = Taken {
            relative: offer.relative.clone(),
            evidence: format.is_evidence() || names::kind(&offer.relative).is_some(),
            ..Taken::default()
        };
        // A task whose file is there and cannot be read is not one without a file.
        let is_task = tasks::path_of(&offer.relative).is_some();
        if self.mode.shape == Shape::Disk && !is_task {
            self.unread += 1;
            return;
        }
        let (level, message) = if is_task && format != Format::Empty {
            (Level::Warning, Some(TASK_UNREAD.plain()))
        } else {
            Self::unread(offer, format)
        };
        if let Some(message) = message {
            note(&mut taken, offer, level, message);
        }
        self.taken.push(taken);
    }

    /// What there is to say of a file that is not read.
    fn unread(offer: &Offer, format: Format) -> (Level, Option<Message>) {
        // A name that promises evidence, or the user's own word for it, makes an unknown content a loss.
        let expected = names::kind(&offer.relative).is_some();
        let unknown = if expected {
            Level::Error
        } else if offer.named || has_extension(&offer.relative, "mof") {
            Level::Warning
        } else {
            Level::Info
        };
        match format {
            Format::AutorunsArn => (Level::Warning, Some(ARN.plain())),
            Format::Empty if expected || offer.named => (Level::Warning, Some(EMPTY.plain())),
            Format::Empty => (Level::Info, None),
            Format::UnknownText => (unknown, Some(UNKNOWN_TEXT.plain())),
            format => match format.unread_words() {
                Some(words) => {
                    let level = if expected && format.is_failed_export() {
                        Level::Error
                    } else if expected || offer.named || format.is_failed_export() {
                        Level::Warning
                    } else {
                        Level::Info
                    };
                    (level, Some(UNREAD.with([words.into()])))
                }
                None => (unknown, Some(UNKNOWN_BINARY.plain())),
            },
        }
    }

    /// Takes in a log, which is read in pieces.
    fn take_log(
        &mut self,
        offer: &Offer,
        stream: &mut Hashed<impl Read>,
        format: Format,
        parse: fn(&mut dyn Read) -> (Parsed, Option<io::Error>),
    ) {
        let limits = self.mode.limits;
        let (parsed, error) = parse(&mut Read::take(&mut *stream, limits.file));
        let whole = error.is_none() && stream.drain(limits.file).unwrap_or(false);
        let source = Source {
            path: offer.path.clone(),
            member: offer.member.clone(),
            sha256: stream.digest().filter(|_| whole),
            length: stream.length().max(offer.length),
            format: format.as_str().to_owned(),
        };
        let mut taken = Taken { relative: offer.relative.clone(), evidence: true, ..Taken::default() };
        taken.records = parsed.records;
        taken.coverage = parsed.coverage;
        let name = source.display_name();
        taken.notes.extend(parsed.problems.into_iter().map(|problem| to_note(problem, &name)));
        if let Some(error) = error {
            note(&mut taken, offer, Level::Error, failure(&error));
        } else if !whole {
            note(&mut taken, offer, Level::Error, TOO_LONG.with([mebibytes(limits.file).into()]));
        }
        taken.source = Some(source);
        self.taken.push(taken);
    }

    /// Takes in a file that is read as a whole: a task, or a driver whose version tells whether a hole is closed.
    fn take_small(
        &mut self,
        offer: &Offer,
        stream: &mut Hashed<impl Read>,
        format: Format,
        parse: fn(&[u8], &str) -> Parsed,
    ) {
        let limits = self.mode.limits;
        let bytes = match read_whole(stream, limits.text) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return self.refuse(offer.clone(), Level::Error, too_large(limits)),
            Err(error) => return self.refuse(offer.clone(), Level::Error, failure(&error)),
        };
        let parsed = parse(&bytes, &offer.relative);
        let source = source(offer, format, stream);
        let name = source.display_name();
        let notes = parsed.problems.into_iter().map(|problem| to_note(problem, &name)).collect();
        self.taken.push(Taken {
            relative: offer.relative.clone(),
            source: Some(source),
            evidence: true,
            records: parsed.records,
            coverage: parsed.coverage,
            notes,
            ..Taken::default()
        });
    }

    /// Sets a file of a WMI repository aside, to be read with the others. Its objects name no machine, so a survey does without.
    fn take_repository_file(&mut self, offer: &Offer, stream: &mut Hashed<impl Read>) {
        let limits = self.mode.limits;
        if !self.mode.hash {
            let relative = offer.relative.clone();
            return self.taken.push(Taken { relative, evidence: true, ..Taken::default() });
        }
        match read_whole(stream, limits.text) {
            Ok(Some(bytes)) => {
                let source = source(offer, Format::CimRepository, stream);
                let refused = self.sets.add_repository_file(offer.clone(), source, bytes, limits.file);
                self.taken.extend(refused);
            }
            Ok(None) => self.refuse(offer.clone(), Level::Error, too_large(limits)),
            Err(error) => self.refuse(offer.clone(), Level::Error, failure(&error)),
        }
    }

    /// Sets a hive or one of its transaction logs aside, to be read together. Of a whole disk, hives that tell nothing are left out.
    fn take_hive_file(&mut self, offer: &Offer, stream: &mut Hashed<impl Read>) {
        let limits = self.mode.limits;
        // What it says was so once. Whoever names the file itself wants to know just that.
        if is_outdated(&offer.relative) && !offer.named {
            let mut taken = Taken { relative: offer.relative.clone(), ..Taken::default() };
            note(&mut taken, offer, Level::Info, OUTDATED.plain());
            return self.taken.push(taken);
        }
        let mut bytes = match read_whole(stream, limits.text) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return self.refuse(offer.clone(), Level::Error, too_large(limits)),
            Err(error) => return self.refuse(offer.clone(), Level::Error, failure(&error)),
        };
        if self.mode.shape == Shape::Disk && !registry_hive::is_log(&bytes) {
            match Hive::new(bytes) {
                Ok(hive) if hives::kind(&hive).is_some() => bytes = hive.into_bytes(),
                _ => {
                    self.unread += 1;
                    return;
                }
            }
        }
        let source = source(offer, Format::RegistryHive, stream);
        let refused = self.sets.add_hive_file(offer.clone(), source, bytes, limits.file);
        self.taken.extend(refused);
    }

    /// Reads what was set aside. To be called when all of the bundle has been taken in.
    pub(super) fn finish(&mut self) {
        let sets = std::mem::take(&mut self.sets);
        self.taken.extend(sets.read(!self.mode.hash));
    }

    fn take_text(&mut self, offer: &Offer, stream: &mut Hashed<impl Read>) {
        let limits = self.mode.limits;
        let bytes = match read_whole(stream, limits.text) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return self.refuse(offer.clone(), Level::Error, too_large(limits)),
            Err(error) => return self.refuse(offer.clone(), Level::Error, failure(&error)),
        };
        let text = Text::decode(&bytes);
        let format = Format::of_text(text.as_str(), &offer.relative);
        if !format.is_read() {
            self.remember_script(offer, stream.digest(), &bytes);
            return self.pass(offer, format);
        }
        let mut taken = Taken { relative: offer.relative.clone(), evidence: true, ..Taken::default() };
        let mut source = Source {
            path: offer.path.clone(),
            member: offer.member.clone(),
            sha256: None,
            length: bytes.len() as u64,
            format: format.as_str().to_owned(),
        };
        source.sha256 = stream.digest();
        let name = source.display_name();
        taken.source = Some(source);
        let manifest_of = folder_of(&offer.relative, MANIFEST_PATH);
        match format {
            Format::Manifest if manifest_of.is_some() => {
                self.take_manifest(manifest_of.unwrap_or_default(), text.as_str(), &mut taken, offer);
            }
            Format::Records if folder_of(&offer.relative, RECORDS_PATH).is_some() => {
                let (records, problems) = records::parse(text.as_str());
                taken.notes.extend(problems.into_iter().map(|problem| to_note(problem, &name)));
                for (line, record) in records {
                    taken.records.push((Location::Record(line), record.data));
                    taken.origins.push(record.provenance);
                }
            }
            // Where the path of a task is no path for a bundle, only the records know it.
            Format::TaskXml if is_raw_task(&offer.relative) => {}
            // Out of place, they speak for no bundle.
            Format::Manifest | Format::Records => taken.evidence = false,
            format => {
                let parsed = parsers::parse(format, &text, &offer.relative);
                taken.records = parsed.records;
                taken.coverage = parsed.coverage;
                taken.notes.extend(parsed.problems.into_iter().map(|problem| to_note(problem, &name)));
                // A machine that was asked from elsewhere is none that evidence was carried away from.
                taken.evidence = format != Format::NetworkCheck || !taken.records.is_empty();
            }
        }
        self.taken.push(taken);
    }

    fn take_manifest(&mut self, folder: &str, text: &str, taken: &mut Taken, offer: &Offer) {
        match serde_json::from_str::<Manifest>(text) {
            Ok(manifest) if manifest.schema == SCHEMA => self.manifests.push((folder.to_owned(), manifest)),
            Ok(manifest) => {
                note(taken, offer, Level::Error, MANIFEST_SCHEMA.with([manifest.schema.as_str().into()]));
            }
            Err(error) => note(taken, offer, Level::Error, MANIFEST_DAMAGED.with([error.to_string().into()])),
        }
    }
}

/// The source of a file that was read to its end.
fn source(offer: &Offer, format: Format, stream: &Hashed<impl Read>) -> Source {
    Source {
        path: offer.path.clone(),
        member: offer.member.clone(),
        sha256: stream.digest(),
        length: stream.length(),
        format: format.as_str().to_owned(),
    }
}
