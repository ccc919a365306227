//! The loop over layers: look, note, open, until nothing opens any more or a limit is reached.

use std::collections::HashSet;

use crate::command_line::{self, Context, Payload};
use crate::encoding;
use crate::indicators::Collector;
use crate::language;
use crate::model::{Decoded, IndicatorKind, Language, Layer, Limits, Problem, TraitHit};
use crate::recognize::{self, Seen};
use crate::scan::{self, Needle as N, Scan};
use crate::scripting::{self, Dialect};
use crate::{bare, batch, markup, powershell, traits, verdict};

/// A layer before it has its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    /// How it was reached.
    pub(crate) how: &'static str,
    /// Its language, where the way to it tells.
    pub(crate) language: Option<Language>,
    /// Its text.
    pub(crate) text: String,
}

/// What opening one layer gave.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    pub(crate) children: Vec<Child>,
    pub(crate) traits: Vec<Seen>,
    pub(crate) problems: Vec<(&'static str, String)>,
    /// Texts that it puts together without hiding anything by it, and that hold addresses.
    pub(crate) texts: Vec<String>,
}

/// See [`crate::decode`].
pub(crate) fn decode(text: &str, hint: Option<Language>, limits: &Limits) -> Decoded {
    let mut engine = Engine::new(limits);
    let kept = text.get(..text.floor_char_boundary(limits.max_input)).unwrap_or_default();
    if kept.len() < text.len() {
        let detail = format!("only the first {} of {} bytes were read", kept.len(), text.len());
        engine.problem("input-truncated", 0, detail);
    }
    let language = engine.language_of(hint.filter(|&hint| hint != Language::Unknown), kept);
    engine.layers.push(Layer { how: "input", language, text: kept.to_owned(), from: 0 });
    let mut next = 0;
    while next < engine.layers.len() {
        engine.layer(next);
        next += 1;
    }
    engine.finish()
}

/// See [`crate::decode_bytes`].
pub(crate) fn decode_bytes(bytes: &[u8], limits: &Limits) -> Decoded {
    match encoding::text_of(bytes) {
        ("binary", content) => decode(&content, Some(Language::Binary), limits),
        (_, text) => decode(&text, None, limits),
    }
}

struct Engine<'l> {
    limits: &'l Limits,
    layers: Vec<Layer>,
    /// What a layer may be written in if not in what was guessed.
    otherwise: Vec<Option<Language>>,
    known: HashSet<u64>,
    collector: Collector,
    hits: Vec<TraitHit>,
    problems: Vec<Problem>,
    output_left: usize,
    steps_left: u64,
}

impl<'l> Engine<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            layers: Vec::new(),
            otherwise: Vec::new(),
            known: HashSet::new(),
            collector: Collector::new(limits.max_indicators),
            hits: Vec::new(),
            problems: Vec::new(),
            output_left: limits.max_output,
            steps_left: limits.max_steps,
        }
    }

    /// The language of the layer that is added next.
    fn language_of(&mut self, known: Option<Language>, text: &str) -> Language {
        let (language, second) = known.map_or_else(|| language::guesses(text), |known| (known, None));
        self.otherwise.push(second);
        language
    }

    fn problem(&mut self, id: &'static str, layer: usize, detail: String) {
        debug_assert!(crate::model::PROBLEMS.contains(&id), "{id}");
        if self.problems.len() < 64 && !self.problems.iter().any(|p| p.id == id && p.layer == layer) {
            self.problems.push(Problem { id, layer, detail });
        }
    }

    fn hit(&mut self, id: &'static str, layer: usize, excerpt: String) {
        if let Some(info) = traits::by_id(id)
            && self.hits.iter().all(|hit| hit.id != id)
        {
            self.hits.push(TraitHit {
                id: info.id,
                weight: info.weight,
                attack: info.attack,
                layer,
                excerpt,
            });
        }
    }

    fn layer(&mut self, index: usize) {
        let Some(layer) = self.layers.get_mut(index) else { return };
        if let Some(child) = match layer.language {
            Language::Binary => bare::binary(&layer.text, self.output_left),
            _ => bare::text(&layer.text),
        } {
            // Long Base64 has the words of any language in it.
            if layer.language != Language::Binary {
                layer.language = Language::Unknown;
            }
            return self.add(child, index);
        }
        if layer.language == Language::Binary {
            return;
        }
        let language = layer.language;
        // Taken out while it is read, and put back below.
        let text = std::mem::take(&mut layer.text);
        let readable = scan::without_data(&text);
        let scan = Scan::of(&readable);
        for (id, at) in recognize::traits(&readable, &scan) {
            self.hit(id, index, scan::excerpt(&text, at));
        }
        drop(readable);
        self.collector.read(&text, &scan, index);
        let (room, limits) = (self.output_left, self.limits);
        let mut opened = open(&text, language, &scan, limits, room, &mut self.steps_left);
        let mut language = language;
        if opened.children.is_empty()
            && let Some(second) = self.otherwise.get(index).copied().flatten()
        {
            let again = open(&text, second, &scan, limits, room, &mut self.steps_left);
            if !again.children.is_empty() {
                (opened, language) = (again, second);
            }
        }
        for (id, at) in opened.traits {
            self.hit(id, index, scan::excerpt(&text, at));
        }
        if let Some(layer) = self.layers.get_mut(index) {
            layer.text = text;
            layer.language = language;
        }
        let limited = opened.problems.iter().any(|(id, _)| LIMITS.contains(id));
        let ran = self.layers.get(index).filter(|_| limited);
        if let Some(excerpt) = ran.and_then(|layer| Some(scan::excerpt(&layer.text, runs_text(&layer.text)?)))
        {
            self.hit("unfinished-run", index, excerpt);
        }
        for (id, detail) in opened.problems {
            self.problem(id, index, detail);
        }
        for text in opened.texts {
            // As it stands in scripts: in quotes, or options after a blank.
            let text = if text.starts_with('-') { format!(" {text}") } else { format!("'{text}'") };
            self.collector.read(&text, &Scan::of(&text), index);
        }
        for child in opened.children {
            self.add(child, index);
        }
    }

    fn add(&mut self, child: Child, from: usize) {
        let text = child.text;
        if text.trim().is_empty() || !self.is_new(&text) {
            return;
        }
        if self.layers.len() >= self.limits.max_layers {
            let detail =
                format!("there are more than {} layers; the rest was not opened", self.limits.max_layers);
            self.problem("layer-limit", from, detail);
            return;
        }
        let kept = text.get(..text.floor_char_boundary(self.output_left)).unwrap_or_default();
        if kept.len() < text.len() {
            let detail = format!(
                "the layers together are longer than {} bytes; the rest was left out",
                self.limits.max_output
            );
            self.problem("output-limit", from, detail);
        }
        if kept.is_empty() {
            return;
        }
        self.output_left -= kept.len();
        let language = self.language_of(child.language, kept);
        self.layers.push(Layer { how: child.how, language, text: kept.to_owned(), from });
    }

    /// Whether no layer has this text yet.
    fn is_new(&mut self, text: &str) -> bool {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        if self.known.is_empty()
            && let Some(first) = self.layers.first()
        {
            let mut hasher = DefaultHasher::new();
            first.text.trim().hash(&mut hasher);
            self.known.insert(hasher.finish());
        }
        let mut hasher = DefaultHasher::new();
        text.trim().hash(&mut hasher);
        self.known.insert(hasher.finish())
    }

    /// The beginning of the input, where it is nothing but the layer in another spelling.
    fn encoded_in(&self, layer: usize) -> Option<String> {
        let first = self.layers.first().filter(|first| first.language == Language::Unknown && layer > 0)?;
        let mut at = layer;
        while at > 0 {
            let layer = self.layers.get(at)?;
            if !layer.is_unpacked() {
                return None;
            }
            at = layer.from;
        }
        Some(scan::excerpt(&first.text, 0))
    }

    fn finish(mut self) -> Decoded {
        if let Some(wallet) = self.collector.has(IndicatorKind::MoneroAddress) {
            let (layer, value) = (wallet.layer, wallet.value.clone());
            self.hit("monero-wallet", layer, value);
        }
        let of =
            |id: &str| self.hits.iter().find(|hit| hit.id == id).map(|hit| (hit.layer, hit.excerpt.clone()));
        if let (Some(_), Some((layer, excerpt))) = (of("hidden-window"), of("encoded-command")) {
            self.hit("hidden-encoded-command", layer, excerpt);
        }
        if let Some(at) = self.layers.iter().position(Layer::is_program)
            && let Some(excerpt) = self.encoded_in(at)
        {
            self.hit("encoded-program", 0, excerpt);
        }
        if self.collector.full {
            let detail = format!(
                "there are more than {} indicators; the rest was left out",
                self.limits.max_indicators
            );
            self.problem("indicator-limit", 0, detail);
        }
        let position = |id: &str| traits::ALL.iter().position(|info| info.id == id);
        self.hits.sort_by_key(|hit| position(hit.id));
        self.problems.sort_by(|a, b| a.layer.cmp(&b.layer).then(a.id.cmp(b.id)));
        let verdict = verdict::of(&self.hits, &self.problems);
        Decoded {
            layers: self.layers,
            indicators: self.collector.finish(),
            traits: self.hits,
            verdict,
            problems: self.problems,
        }
    }
}

/// Problems that leave a script half worked out.
const LIMITS: [&str; 4] = ["depth-limit", "length-limit", "output-limit", "step-limit"];

/// Where a script runs text as code.
fn runs_text(text: &str) -> Option<usize> {
    const WORDS: [&str; 9] = [
        "iex",
        "invoke-expression",
        "scriptblock]::create",
        "invokescript",
        "-enc",
        "-encodedcommand",
        "eval",
        "execute",
        "executeglobal",
    ];
    let lower = text.to_ascii_lowercase();
    let part = |c: char| c.is_alphanumeric() || c == '_';
    WORDS.iter().find_map(|word| {
        let is_word = |&at: &usize| {
            let (before, after) = (&lower[..at], &lower[at + word.len()..]);
            !before.ends_with(part) && !after.starts_with(part)
        };
        lower.match_indices(word).map(|(at, _)| at).find(is_word)
    })
}

/// Opens one layer as far as its language allows.
fn open(
    text: &str,
    language: Language,
    scan: &Scan,
    limits: &Limits,
    room: usize,
    steps: &mut u64,
) -> Opened {
    let mut opened = Opened::default();
    match language {
        Language::PowerShell => powershell::open(text, limits, room, steps, &mut opened),
        Language::VbScript => scripting::open(text, Dialect::Vb, limits, room, steps, &mut opened),
        Language::JScript => scripting::open(text, Dialect::Js, limits, room, steps, &mut opened),
        Language::Html => markup::open(text, &mut opened),
        Language::Batch => batch(text, scan, room, &mut opened),
        Language::CommandLine | Language::Unknown => command(text, scan, room, &mut opened),
        Language::Binary => {}
    }
    let context = match language {
        Language::CommandLine | Language::Unknown => Context::Line,
        Language::Batch => Context::Shell,
        // The commands that these start are layers already.
        Language::VbScript | Language::JScript if opened.children.iter().any(|child| child.how == "run") => {
            return opened;
        }
        _ => Context::Script,
    };
    let passed_on = |child: &Child| matches!(child.how, "cmd" | "evaluated" | "script");
    if scan.any(&[N::PowerShell, N::Pwsh]) && !opened.children.iter().any(passed_on) {
        started_powershell(command_line::invocations(text, context), &mut opened);
    }
    if matches!(language, Language::CommandLine | Language::Unknown | Language::PowerShell)
        && let Some(bare) = command_line::bare_arguments(text)
    {
        // They are the line and no script.
        opened.children.clear();
        started_powershell(vec![bare], &mut opened);
    }
    if scan.has(N::Certutil)
        && let Some(child) = bare::certificate(text)
    {
        opened.children.push(child);
    }
    if scan.any(&[N::Mshta, N::Rundll32])
        && let Some((language, script)) = command_line::inline_script(text)
    {
        opened.children.push(Child { how: "inline-script", language: Some(language), text: script });
    }
    opened
}

/// A command line: what a shell in it is given, or the line itself where it is written in the shell's own tricks.
fn command(text: &str, scan: &Scan, room: usize, opened: &mut Opened) {
    if (scan.any(&[N::Cmd, N::ComSpec]) || text.trim_start().starts_with('/'))
        && let Some(command) = command_line::shell_command(text)
    {
        opened.children.push(Child { how: "cmd", language: Some(Language::Batch), text: command.to_owned() });
    } else if scan.count(N::Caret) > 2
        || text.contains("^\r\n")
        || text.contains("^\n")
        || batch::is_shell(text)
        || batch::has_quotes_in_words(text)
        || batch::is_torn(text)
    {
        batch(text, scan, room, opened);
    }
}

fn batch(text: &str, scan: &Scan, room: usize, opened: &mut Opened) {
    if !scan.any(&[N::Caret, N::Percent, N::Exclamation, N::Echo]) && !batch::has_quotes_in_words(text) {
        return;
    }
    if let Some(plain) = batch::open(text, room, opened) {
        opened.children.push(Child { how: "evaluated", language: Some(Language::Batch), text: plain });
    } else if scan.has(N::Cmd)
        && text.lines().nth(1).is_none()
        && let Some(inner) = command_line::shell_command(text)
    {
        opened.children.push(Child { how: "cmd", language: Some(Language::Batch), text: inner.to_owned() });
    }
}

fn started_powershell(invocations: Vec<command_line::Invocation>, opened: &mut Opened) {
    for invocation in invocations {
        opened.traits.extend(invocation.traits.iter().map(|&id| (id, invocation.at)));
        match invocation.payload {
            Payload::Encoded(value) => encoded_command(&value, opened),
            Payload::Command(command) => {
                opened.children.push(Child {
                    how: "command",
                    language: Some(Language::PowerShell),
                    text: command,
                });
            }
            Payload::StandardInput(Some(script)) => {
                opened.children.push(Child {
                    how: "echo",
                    language: Some(Language::PowerShell),
                    text: script,
                });
            }
            Payload::StandardInput(None) | Payload::None => {}
        }
    }
}

/// The text of `-EncodedCommand`. PowerShell reads UTF-16LE there and nothing else, so that is the reading wherever the
/// bytes are not plainly ASCII.
fn encoded_command(value: &str, opened: &mut Opened) {
    let Some(unpacked) = encoding::base64(value) else {
        opened
            .problems
            .push(("damaged-base64", "what follows the encoded-command argument is not Base64".to_owned()));
        return;
    };
    if unpacked.damaged {
        opened
            .problems
            .push(("damaged-base64", "the Base64 of the encoded command is cut off or damaged".to_owned()));
    }
    let (how, text) = match encoding::text_of(&unpacked.bytes) {
        ("ascii" | "utf8", text) => ("base64-ascii", text),
        ("utf16", text) => ("base64-utf16", text),
        _ => ("base64-utf16", encoding::utf16le(&unpacked.bytes)),
    };
    // Random units hold halves of pairs, and the marks of any language by chance.
    let broken = text.chars().filter(|&c| c == char::REPLACEMENT_CHARACTER).count();
    let language =
        if broken > 1 && broken * 64 > text.len() / 3 { Language::Unknown } else { Language::PowerShell };
    opened.children.push(Child { how, language: Some(language), text });
}
