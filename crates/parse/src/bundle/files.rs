//! Files that tell something by their place: start-up folders, prefetch, and the programs that autostart entries start.

use super::Shape;
use super::collect::Collector;
use super::guard::{Hashed, hex};
use super::notes::too_large;
use super::programs::{MAX_PROGRAM, Script};
use super::taken::{Offer, Taken, failure, read_whole, source};
use crate::file_name::has_extension;
use crate::format::Format;
use crate::place::{self, Place};
use crate::started::{LENGTH, MAX_SCRIPT, beginning, program, start_up};
use crate::text::Text;
use crate::version;
use evidence::programs_of;
use evidence::{
    Area, AutostartEntry, AutostartKind, FileFact, Level, Location, ReadState, RecordData, Setting, Source,
    TaskAction,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// Programs of one bundle whose facts are read.
const MAX_PROGRAMS: usize = 2_000;
/// Programs of a disk that are remembered until it is known which of them something starts.
const MAX_REMEMBERED: usize = 200_000;
/// Folders of Windows that keep copies of programs which nothing starts from there.
const STORES: [&str; 4] =
    [r"\windows\winsxs\", r"\windows\servicing\", r"\windows\softwaredistribution\", r"\windows.old\"];

/// Scripts of one bundle that are remembered until it is known which of them something starts.
const MAX_SCRIPTS: usize = 5_000;
/// Bytes of them that are remembered.
const MAX_HELD: usize = 256 << 20;

impl Collector<'_> {
    /// Takes in a file whose place makes it evidence, whatever it holds. Returns whether it was one.
    pub(super) fn take_by_place(&mut self, offer: &Offer, stream: &mut Hashed<impl Read>) -> bool {
        let Some(place) = place::of(&offer.relative) else { return false };
        let mut taken = Taken { relative: offer.relative.clone(), evidence: true, ..Taken::default() };
        if !self.is_survey() {
            match place {
                Place::Prefetch { path, program } => {
                    let setting = Setting {
                        kind: "prefetch".to_owned(),
                        name: program,
                        value: path,
                        details: BTreeMap::new(),
                    };
                    taken.source = Some(source(offer, "prefetch", None, offer.length));
                    taken.records.push((Location::Whole, RecordData::Setting(setting)));
                }
                Place::StartUp { path, user } => {
                    let bytes = match read_whole(stream, self.limits().text) {
                        Ok(Some(bytes)) => bytes,
                        Ok(None) => {
                            self.refuse(offer.clone(), Level::Error, too_large(self.limits()));
                            return true;
                        }
                        Err(error) => {
                            self.refuse(offer.clone(), Level::Error, failure(&error));
                            return true;
                        }
                    };
                    taken.source = Some(source(offer, "start-up-file", stream.digest(), stream.length()));
                    taken
                        .records
                        .push((Location::Whole, RecordData::Autostart(start_up(&path, user, &bytes))));
                    if version::parse_program(&bytes).is_some() {
                        taken.records.push((Location::Whole, RecordData::File(program(&path, &bytes))));
                    }
                    taken.coverage.add(Area::Autostarts, ReadState::Partial);
                }
            }
        }
        self.taken.push(taken);
        true
    }

    /// Looks at the names in a folder, of which `relative` is the path inside the bundle with `/` at its end: that the driver of the `SMBv1`
    /// server is not there is told of the folder of the drivers, where all of it was seen.
    pub(super) fn see_folder<'n>(
        &mut self,
        path: &str,
        member: Option<String>,
        relative: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) {
        const DRIVERS: &str = "windows/system32/drivers/";
        let driver = format!("{relative}srv.sys");
        let lower = relative.to_ascii_lowercase();
        let above = lower.strip_suffix(DRIVERS);
        let in_use = above.is_some_and(|above| above.is_empty() || above.ends_with(['/', '!']))
            && version::judged_driver(&driver, true).is_some();
        if !in_use || !version::lacks_smb_driver(names) {
            return;
        }
        let mut taken = Taken { relative: driver, evidence: true, ..Taken::default() };
        if !self.is_survey() {
            let format = "folder".to_owned();
            taken.source = Some(Source { path: path.to_owned(), member, sha256: None, length: 0, format });
            taken.records.push((Location::Whole, version::absent_smb_driver()));
            taken.coverage.add(Area::Patch, ReadState::Partial);
        }
        self.taken.push(taken);
    }

    /// Takes in a program whose place on the machine is known: at once where few are expected, else once it is known that something
    /// starts it. Returns whether it was one.
    pub(super) fn take_program(&mut self, offer: &Offer, stream: &mut Hashed<impl Read>) -> bool {
        let Some(path) = place::on_machine(&offer.relative) else { return false };
        if offer.length > MAX_PROGRAM {
            return false;
        }
        if self.shape() == Shape::Disk {
            let lower = path.to_lowercase();
            let kept = STORES.iter().any(|store| lower.contains(store));
            if !self.is_survey() && !kept && self.programs.seen.len() < MAX_REMEMBERED {
                self.programs.seen.insert(lower, offer.clone());
            }
            return false;
        }
        if self.programs.read >= MAX_PROGRAMS {
            return false;
        }
        self.programs.read += 1;
        let bytes = if self.is_survey() { Ok(None) } else { read_whole(stream, MAX_PROGRAM) };
        match bytes {
            Ok(Some(bytes)) => {
                let source = source(offer, Format::Program.as_str(), stream.digest(), stream.length());
                self.add_program(offer, source, &path, &bytes);
            }
            Ok(None) => {
                let relative = offer.relative.clone();
                self.taken.push(Taken { relative, evidence: true, ..Taken::default() });
            }
            Err(error) => self.refuse(offer.clone(), Level::Error, failure(&error)),
        }
        true
    }

    /// Remembers a text that is a script by its name, until it is known whether something starts it.
    pub(super) fn remember_script(&mut self, offer: &Offer, sha256: Option<String>, bytes: &[u8]) {
        const ENDS: [&str; 10] = ["bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "sct"];
        let is_script = ENDS.iter().any(|end| has_extension(&offer.relative, end));
        if !is_script || self.is_survey() {
            return;
        }
        let Some(on_machine) = place::on_machine(&offer.relative) else { return };
        let path = on_machine.to_lowercase();
        let kept = STORES.iter().any(|store| path.contains(store));
        let head = beginning(bytes);
        let room = self.programs.held.saturating_add(head.len()) <= MAX_HELD;
        if !kept && room && self.programs.scripts.len() < MAX_SCRIPTS {
            self.programs.held += head.len();
            let source = source(offer, "script", sha256, bytes.len() as u64);
            let facts = (head.len() < bytes.len()).then(|| script_facts(&on_machine, bytes));
            let script = Script { offer: offer.clone(), source, bytes: head.to_vec(), facts };
            self.programs.scripts.insert(path, script);
        }
    }

    /// Adds what the scripts hold that something starts: to the entry that does, and for whatever else does as an entry of its own.
    fn read_scripts(&mut self, scripts: &BTreeMap<String, Script>) {
        let mut found: BTreeMap<&str, bool> = BTreeMap::new();
        let mut left = MAX_HELD;
        for (_, data) in self.taken.iter_mut().flat_map(|taken| &mut taken.records) {
            let started = started(data);
            let scripts = started.iter().filter_map(|path| scripts.get_key_value(path));
            for (path, script) in scripts {
                let is_told = if let RecordData::Autostart(entry) = data {
                    let content = entry.extra.entry("Content".to_owned()).or_default();
                    // One script may be started by very many.
                    if content.len() < MAX_SCRIPT && script.bytes.len() <= left {
                        left -= script.bytes.len();
                        content.push_str(Text::decode(&script.bytes).as_str());
                        if let Some(size) = script.facts.as_ref().and_then(|facts| facts.size) {
                            entry.extra.insert(LENGTH.to_owned(), size.to_string());
                        }
                    }
                    true
                } else {
                    false
                };
                *found.entry(path).or_insert(true) &= is_told;
            }
        }
        for (path, is_told) in found {
            let Some(script) = scripts.get(path) else { continue };
            let path = place::on_machine(&script.offer.relative).unwrap_or_default();
            let mut taken =
                Taken { relative: script.offer.relative.clone(), evidence: true, ..Taken::default() };
            taken.source = Some(script.source.clone());
            taken.records.push((
                Location::Whole,
                RecordData::File(script.facts.clone().unwrap_or_else(|| script_facts(&path, &script.bytes))),
            ));
            if !is_told {
                let mut entry = AutostartEntry {
                    kind: Some(AutostartKind::Other),
                    category: "Scripts".to_owned(),
                    ..start_up(&path, None, &script.bytes)
                };
                if let Some(size) = script.facts.as_ref().and_then(|facts| facts.size) {
                    entry.extra.insert(LENGTH.to_owned(), size.to_string());
                }
                taken.records.push((Location::Whole, RecordData::Autostart(entry)));
            }
            taken.coverage.add(Area::Files, ReadState::Partial);
            self.taken.push(taken);
        }
    }

    /// Reads the programs of a disk that something starts. `open` opens a file by its path.
    pub(super) fn read_started(&mut self, open: impl Fn(&str) -> Option<Vec<u8>>) {
        let programs = std::mem::take(&mut self.programs);
        if !programs.scripts.is_empty() {
            self.read_scripts(&programs.scripts);
        }
        if programs.seen.is_empty() {
            return;
        }
        let records = self.taken.iter().flat_map(|taken| &taken.records);
        let started: BTreeSet<String> = records.flat_map(|(_, data)| started(data)).collect();
        for path in started.iter().take(MAX_PROGRAMS) {
            let Some(offer) = programs.seen.get(path) else { continue };
            let Some(bytes) = open(&offer.path) else { continue };
            let hash = hex(&Sha256::digest(&bytes));
            let source = source(offer, Format::Program.as_str(), Some(hash), bytes.len() as u64);
            let path = place::on_machine(&offer.relative).unwrap_or_default();
            self.add_program(offer, source, &path, &bytes);
        }
    }

    pub(super) fn add_program(&mut self, offer: &Offer, source: Source, path: &str, bytes: &[u8]) {
        let mut taken = Taken { relative: offer.relative.clone(), evidence: true, ..Taken::default() };
        taken.source = Some(source);
        taken.records.push((Location::Whole, RecordData::File(program(path, bytes))));
        taken.coverage.add(Area::Files, ReadState::Partial);
        self.taken.push(taken);
    }

    /// Tells of a file whose hash is looked for, whatever it is and wherever it lies, where it is not told of already.
    pub(super) fn tell_of_sought(&mut self, offer: &Offer, bytes: &[u8], before: usize) {
        let own = if offer.relative.is_empty() { &offer.path } else { &offer.relative };
        let path = place::on_machine(&offer.relative).unwrap_or_else(|| own.clone());
        let told = self
            .taken
            .iter()
            .skip(before)
            .flat_map(|taken| &taken.records)
            .any(|(_, data)| matches!(data, RecordData::File(file) if file.path == path));
        if told {
            return;
        }
        let hash = hex(&Sha256::digest(bytes));
        let source = source(offer, "file", Some(hash), bytes.len() as u64);
        self.add_program(offer, source, &path, bytes);
    }
}

/// What there is to know of a script: nobody signs most of them.
fn script_facts(path: &str, bytes: &[u8]) -> FileFact {
    FileFact { signer: None, ..program(path, bytes) }
}

/// The files that a record starts, as paths are compared.
fn started(data: &RecordData) -> BTreeSet<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut add = |text: &Option<String>| commands.extend(text.clone());
    match data {
        RecordData::Autostart(entry) => [&entry.image_path, &entry.launch_string].into_iter().for_each(add),
        RecordData::Service(service) => {
            [&service.image_path, &service.service_dll, &service.failure_command].into_iter().for_each(add);
        }
        RecordData::Task(task) => {
            for action in &task.actions {
                add(&action.command_line());
                if let TaskAction::Exec { command, .. } = action {
                    add(&Some(command.clone()));
                }
            }
        }
        RecordData::WmiObject(object) if object.is_consumer() => {
            for name in ["ExecutablePath", "CommandLineTemplate", "ScriptFileName", "ScriptFilename"] {
                add(&object.text(name).map(str::to_owned));
            }
        }
        _ => {}
    }
    commands.iter().flat_map(|command| programs_of(command)).collect()
}
