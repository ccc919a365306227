//! What the evaluator noticed on its way: texts worked out, texts run, tricks used.

use std::collections::HashSet;
use std::rc::Rc;

use super::ast::{Node, Span};
use super::text::Text;
use super::value::Value;
use crate::encoding;
use crate::engine::Child;
use crate::model::Language;

/// Ways of hiding words that people who write scripts to be read do not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trick {
    /// Back-ticks inside words.
    Tick,
    /// A command, member or type whose name is put together.
    HiddenWord,
    /// Text out of numbers of characters.
    CharCodes,
    /// Text backwards.
    Reversed,
    /// `-bxor` over characters.
    Xor,
    /// `{2}{0}{1}`.
    Shuffled,
    /// `.Replace` on a constant.
    Replaced,
    /// `.Invoke` on a method.
    Invoke,
    /// Base64 to text.
    Base64,
    /// A compressed stream.
    Compressed,
    /// Constants put together.
    Joined,
}

/// As many as there are kinds of [`Trick`].
const TRICKS: usize = Trick::Joined as usize + 1;

/// Something that was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    OutOfSteps,
    TooLarge,
    TooDeep,
    TooLong,
    /// A compressed stream ended early or was none.
    Damaged,
    /// A text is protected with a key that is not in the script.
    Locked,
}

impl Gap {
    /// The problem's name and sentence.
    pub(crate) fn problem(self) -> (&'static str, String) {
        let (id, detail) = match self {
            Self::OutOfSteps => ("step-limit", "working out the script takes more steps than are allowed"),
            Self::TooLarge => ("output-limit", "the script builds more text than is allowed"),
            Self::TooDeep => ("depth-limit", "brackets or blocks are nested too deeply to follow"),
            Self::TooLong => ("length-limit", "the script has more parts than are followed"),
            Self::Locked => ("locked-text", "a text is protected with a key that the user's machine keeps"),
            Self::Damaged => ("damaged-stream", "a compressed stream is cut off, damaged or too large"),
        };
        (id, detail.to_owned())
    }
}

/// Longest text that replaces an expression in the readable form.
const MAX_FOLD: usize = 8192;
/// Most bytes of all these texts.
const MAX_FOLDED: usize = 16 << 20;
/// Most texts of which the parts are told that nobody reads in the script.
const MAX_TOLD: usize = 512;
/// Most bytes of them, and most bytes of scripts that are searched for them.
const MAX_TOLD_BYTES: usize = 256 << 10;
const MAX_SEARCHED: usize = 64 << 20;
/// Marks a [`Node`] that has no one text.
const VARIES: u32 = u32::MAX;

/// What a place of the script is shown as.
#[derive(Debug)]
enum Edit {
    /// A string, in quotes.
    Quoted(Rc<Text>),
    /// A name, as it is.
    Bare(String),
    /// It was not always the same.
    None,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    edits: Vec<(Span, Edit)>,
    /// Bytes of the edits.
    folded: usize,
    tricks: [usize; TRICKS],
    pub(crate) children: Vec<Child>,
    products: Vec<(&'static str, Value)>,
    how: Vec<&'static str>,
    /// What was not followed, in the order met.
    pub(crate) gaps: Vec<Gap>,
    /// Texts that were put together and hold an address or a command line.
    told: Vec<Rc<Text>>,
    known: HashSet<Rc<str>>,
}

impl Trace {
    pub(crate) fn gap(&mut self, gap: Gap) {
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    pub(crate) fn trick(&mut self, trick: Trick) {
        self.tricks[trick as usize] += 1;
    }

    fn count(&self, trick: Trick) -> usize {
        self.tricks[trick as usize]
    }

    /// Whether the text hides what it says. Joining and formatting constants is everybody's habit and does not count.
    pub(crate) fn is_obfuscated(&self) -> bool {
        let strong =
            [Trick::CharCodes, Trick::Reversed, Trick::Xor, Trick::Shuffled, Trick::Invoke, Trick::Replaced]
                .into_iter()
                .filter(|&trick| self.count(trick) > 0)
                .count();
        self.count(Trick::HiddenWord) > 0
            || self.count(Trick::Tick) > 0
            || strong > 1
            || strong == 1 && !self.children.is_empty()
    }

    /// Whether a compressed stream was opened.
    pub(crate) fn is_compressed(&self) -> bool {
        self.count(Trick::Compressed) > 0
    }

    /// Whether a readable form is worth a layer of its own.
    pub(crate) fn is_worth_showing(&self) -> bool {
        let plain = self.count(Trick::Base64) + self.count(Trick::Compressed);
        self.tricks.iter().sum::<usize>() > plain
    }

    /// Notes that a place is worked out to a text.
    pub(crate) fn fold(&mut self, node: &Node, text: &Rc<Text>) {
        match node.fold.get() {
            VARIES => {}
            _ if text.len() > MAX_FOLD => self.vary(node),
            0 if self.folded + text.len() > MAX_FOLDED => node.fold.set(VARIES),
            0 => {
                self.folded += text.len();
                self.edits.push((node.span, Edit::Quoted(Rc::clone(text))));
                node.fold.set(u32::try_from(self.edits.len()).unwrap_or(VARIES));
            }
            place => {
                let same = match self.edits.get(place as usize - 1) {
                    Some((_, Edit::Quoted(known))) => Rc::ptr_eq(known, text) || known == text,
                    Some((_, Edit::Bare(known))) => *known == text.as_str(),
                    _ => false,
                };
                if !same {
                    self.vary(node);
                }
            }
        }
    }

    /// Whether a place is known to have no one text.
    pub(crate) fn varies(node: &Node) -> bool {
        node.fold.get() == VARIES
    }

    /// Notes that a place has no one text.
    pub(crate) fn vary(&mut self, node: &Node) {
        let place = node.fold.replace(VARIES);
        if place != VARIES
            && let Some((_, edit)) = (place as usize).checked_sub(1).and_then(|at| self.edits.get_mut(at))
        {
            *edit = Edit::None;
        }
    }

    /// Notes that a place is a name, to be shown without quotes.
    pub(crate) fn bare(&mut self, node: &Node, text: &str) {
        if !is_name(text) {
            return;
        }
        let place = node.fold.get();
        if place == 0 {
            self.edits.push((node.span, Edit::Bare(text.to_owned())));
            node.fold.set(u32::try_from(self.edits.len()).unwrap_or(VARIES));
        } else if let Some((_, edit)) = self.edits.get_mut(place as usize - 1) {
            match edit {
                Edit::Quoted(known) if known.as_str() == text => *edit = Edit::Bare(text.to_owned()),
                Edit::Bare(known) if known == text => {}
                _ => self.vary(node),
            }
        }
    }

    /// The same for a place that is no expression.
    pub(crate) fn word(&mut self, span: Span, text: &str) {
        if is_name(text) {
            self.edits.push((span, Edit::Bare(text.to_owned())));
        }
    }

    /// Notes that a place is a string, written in a way that hides what it says.
    pub(crate) fn string(&mut self, span: Span, text: &str) {
        if text.len() <= MAX_FOLD {
            self.edits.push((span, Edit::Quoted(Rc::new(Text::new(text)))));
        }
    }

    /// The text with everything worked out in its place; `None` where nothing was.
    pub(crate) fn readable(&self, src: &str, room: usize) -> Option<String> {
        let mut edits: Vec<&(Span, Edit)> =
            self.edits.iter().filter(|(_, edit)| !matches!(edit, Edit::None)).collect();
        // Outer places first; what lies inside an applied one is part of it. Names before strings.
        edits.sort_by(|(a, one), (b, other)| {
            let name = |edit: &Edit| !matches!(edit, Edit::Bare(_));
            a.start.cmp(&b.start).then(b.end.cmp(&a.end)).then(name(one).cmp(&name(other)))
        });
        let mut out = String::with_capacity(src.len());
        let mut at = 0;
        for (span, edit) in edits {
            if span.start < at || out.len() > room {
                continue;
            }
            out.push_str(src.get(at..span.start)?);
            match edit {
                Edit::Quoted(text) => {
                    out.push('\'');
                    out.push_str(&text.replace('\'', "''"));
                    out.push('\'');
                }
                Edit::Bare(text) => out.push_str(text),
                Edit::None => {}
            }
            at = span.end;
        }
        out.push_str(src.get(at..)?);
        (out != src).then_some(out)
    }

    /// Whether a text is neither too short nor too long to be told.
    pub(crate) fn is_told(text: &Text) -> bool {
        (8..=MAX_FOLD).contains(&text.len())
    }

    /// Notes a text that the script puts together where it holds an address or starts a program: it is told also where
    /// nothing is hidden by it.
    pub(crate) fn tell(&mut self, text: &Rc<Text>) {
        if self.told.len() < MAX_TOLD
            && Self::is_told(text)
            && (has_address(text) || starts_program(text))
            && self.known.insert(Rc::from(text.as_str()))
        {
            self.told.push(Rc::clone(text));
        }
    }

    /// What was put together and does not stand in the script as it is: the addresses, and as layers the command lines.
    pub(crate) fn told(&mut self, src: &str) -> Vec<String> {
        let mut addresses = Vec::new();
        let searched = MAX_SEARCHED / src.len().max(1);
        let mut bytes = 0;
        for text in std::mem::take(&mut self.told).into_iter().take(searched) {
            bytes += text.len();
            if bytes > MAX_TOLD_BYTES {
                break;
            }
            if src.contains(text.as_str()) {
                continue;
            }
            if starts_program(&text) {
                let text = text.to_string();
                if !self.children.iter().any(|child| child.text == text) {
                    self.child(Child { how: "command-line", language: Some(Language::CommandLine), text });
                }
            } else {
                addresses.push(text.to_string());
            }
        }
        addresses
    }

    /// Names the step that was just taken, for the layer that comes out of it.
    pub(crate) fn step(&mut self, how: &'static str) {
        if !self.how.contains(&how) {
            self.how.push(how);
        }
    }

    /// The most telling of the steps taken since the last layer.
    fn take_how(&mut self, otherwise: &'static str) -> &'static str {
        const ORDER: &[&str] = &[
            "deflate",
            "gzip",
            "zlib",
            "aes",
            "xor",
            "base64-utf16",
            "base64",
            "char-codes",
            "reversed",
            "replaced",
            "format",
            "joined",
        ];
        let how = ORDER.iter().find(|name| self.how.contains(name)).copied().unwrap_or(otherwise);
        self.how.clear();
        how
    }

    /// A text that the script runs as code.
    pub(crate) fn run(&mut self, value: &Value, separator: &str) {
        let Some(text) = value.to_text(separator) else { return };
        self.consume(value);
        let how = self.take_how("invoke-expression");
        self.child(Child { how, language: Some(Language::PowerShell), text });
    }

    pub(crate) fn child(&mut self, child: Child) {
        if self.children.len() < 256 && !child.text.trim().is_empty() {
            self.children.push(child);
        }
    }

    /// Something decoded: shown in the end, unless it goes on into something else.
    pub(crate) fn produce(&mut self, from: &Value, how: &'static str, value: &Value) {
        self.consume(from);
        self.step(how);
        if self.products.len() < 256 {
            self.products.push((how, value.clone()));
        }
    }

    fn consume(&mut self, value: &Value) {
        self.products.retain(|(_, known)| !is_same_data(known, value));
    }

    /// Turns what was decoded and never run into layers.
    pub(crate) fn flush(&mut self) {
        for (how, value) in std::mem::take(&mut self.products) {
            let (language, text) = match &value {
                Value::Str(text) | Value::Builder(text) => (None, text.to_string()),
                Value::Bytes(bytes) | Value::Stream(bytes) => match encoding::text_of(bytes) {
                    ("binary", text) => (Some(Language::Binary), text),
                    (_, text) => (None, text),
                },
                _ => continue,
            };
            let is_shown = self.children.iter().any(|child| child.text.contains(&text));
            if text.chars().count() >= 16 && !is_shown {
                self.child(Child { how, language, text });
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '\\' | ':');
    text.len() < 200 && text.chars().all(plain)
}

/// Whether there is a scheme, or a port behind a name or number.
fn has_address(text: &str) -> bool {
    text.contains("://")
        || text.as_bytes().windows(4).any(|w| {
            w[0].is_ascii_alphanumeric() && w[1] == b':' && w[2].is_ascii_digit() && w[3].is_ascii_digit()
        })
}

/// Whether it is a command line that starts an interpreter.
fn starts_program(text: &str) -> bool {
    let head = text
        .get(..text.floor_char_boundary(260))
        .unwrap_or_default()
        .trim_start_matches(['"', '\'', ' ', '&']);
    let Some((program, _)) = head.split_once([' ', '"']) else { return false };
    let name = program.rsplit(['\\', '/']).next().unwrap_or(program).to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    PROGRAMS.contains(&name)
}

/// Programs that run what stands in their command line.
const PROGRAMS: &[&str] = &[
    "powershell",
    "pwsh",
    "cmd",
    "mshta",
    "wscript",
    "cscript",
    "rundll32",
    "regsvr32",
    "certutil",
    "bitsadmin",
    "schtasks",
    "msiexec",
    "wmic",
    "%comspec%",
];

fn is_same_data(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Rc::ptr_eq(a, b),
        (Value::Bytes(a) | Value::Stream(a), Value::Bytes(b) | Value::Stream(b)) => Rc::ptr_eq(a, b),
        (_, Value::List(items)) => items.iter().take(4).any(|item| is_same_data(a, item)),
        _ => false,
    }
}
