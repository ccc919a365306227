//! What a script or command line says about whoever carries it.

use crate::assessment::{Confidence, DecodedScript, Severity};
use crate::messages as m;
use deobfuscate::{Decoded, Language, Limits, ScriptVerdict, traits};
use evidence::{Message, Value};
use intel::{IndicatorKind as Known, Intel, Observation};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Traits that a subscription or a hidden autostart of a clean machine does not show, each a sign of its own.
const TELLING: &[&str] = &[
    "encoded-command",
    "hidden-encoded-command",
    "hidden-window",
    "download-cradle",
    "download-execute",
    "lolbin-download",
    "remote-scriptlet",
    "wmi-class-store-read",
    "obfuscated",
    "compressed-payload",
    "code-injection",
    "defender-exclusion",
    "wmi-subscription-create",
    "unfinished-run",
];

/// Habits of administrators: they say something beside another sign, and nothing by themselves or together.
const HABITS: &[&str] = &["execution-policy-bypass", "hidden-window"];

/// What was found in one or more scripts of the same subject.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// The scripts, decoded.
    pub(crate) scripts: Vec<DecodedScript>,
    /// The worst that a script says by itself.
    pub(crate) verdict: Option<ScriptVerdict>,
    /// Telling traits, each once.
    pub(crate) telling: BTreeSet<&'static str>,
    /// Whether there are habits of administrators, [`HABITS`].
    pub(crate) habits: bool,
    /// Whether a script that lies in a file has telling traits and is harmless as a whole.
    pub(crate) told_in_file: bool,
    /// Why, in words.
    pub(crate) reasons: Vec<Message>,
    /// ATT&CK techniques.
    pub(crate) attack: BTreeSet<String>,
    /// The SHA-256 of each script and of each layer of it, for signatures.
    hashes: BTreeSet<String>,
}

/// Scripts larger than this are looked at by their beginning: enough for any script that a person wrote.
const MAX_SCRIPT: usize = 4 << 20;

fn limits() -> Limits {
    Limits { max_input: MAX_SCRIPT, ..Limits::default() }
}

/// The pieces of a text as one: pieces of one length were cut without regard to lines, others are lines.
fn joined(items: &[Value]) -> String {
    let pieces: Vec<_> = items.iter().filter_map(Value::as_text).collect();
    let length = pieces.first().map_or(0, |piece| piece.len());
    let even = pieces.iter().rev().skip(1).all(|piece| piece.len() == length);
    pieces.join(if even { "" } else { "\n" })
}

impl Content {
    /// Decodes a script and adds what it says.
    pub(crate) fn add(&mut self, field: &str, text: &str, hint: Option<Language>) {
        if text.trim().is_empty() {
            return;
        }
        self.hash(text);
        self.take(field, text, deobfuscate::decode(text, hint, &limits()));
    }

    /// Decodes a script that lies in a file and adds what it says. Scripts of administrators download, run and hide as well, so that single traits
    /// count only where the whole is worth a look.
    pub(crate) fn add_file(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.hash(text);
        let decoded = deobfuscate::decode(text, None, &limits());
        let harmless = decoded.verdict == ScriptVerdict::Benign;
        let before = (self.telling.clone(), self.habits);
        self.take(field, text, decoded);
        if harmless {
            self.told_in_file |= self.telling.len() > before.0.len();
            (self.telling, self.habits) = before;
        }
    }

    /// Decodes the beginning of a value of WMI, so many characters or bytes, and adds what it says: of a text, of an array of bytes, or of
    /// an array of texts, which are pieces of one. The hash is of the whole.
    pub(crate) fn add_value(&mut self, field: &str, value: &Value, most: usize) {
        match (value, value.as_bytes()) {
            (Value::Text(text), _) => self.add_beginning(field, text, most),
            (_, Some(bytes)) => self.add_bytes(field, &bytes, most),
            (Value::Array(items), None) => self.add_beginning(field, &joined(items), most),
            _ => {}
        }
    }

    /// Decodes the beginning of binary data, so many bytes, and adds what it says; the hash is of the whole.
    pub(crate) fn add_bytes(&mut self, field: &str, bytes: &[u8], most: usize) {
        self.hashes.insert(sha256(bytes));
        let head = bytes.get(..most).unwrap_or(bytes);
        self.take(field, "", deobfuscate::decode_bytes(head, &limits()));
        if head.len() < bytes.len() {
            self.mark_beginning();
        }
    }

    fn take(&mut self, field: &str, text: &str, decoded: Decoded) {
        for hit in &decoded.traits {
            // A script that lies in a file is there to be looked at; hiding its window hides little.
            let habit = HABITS.contains(&hit.id) && (hit.id != "hidden-window" || runs_a_file(text));
            self.habits |= habit;
            if TELLING.contains(&hit.id) && !habit {
                self.telling.insert(hit.id);
            }
            self.attack.extend(hit.attack.iter().map(|id| (*id).to_owned()));
            // Traits of no weight of their own only add up; they would bury the reasons that count.
            if traits::by_id(hit.id).is_some_and(|info| info.weight >= 5) {
                let meaning = Message::new(&format!("trait-{}", hit.id));
                self.reasons.push(m::REASON_TRAIT.with([
                    field.into(),
                    meaning.into(),
                    hit.excerpt.as_str().into(),
                ]));
            }
        }
        for layer in decoded.layers.iter().skip(1) {
            self.hash_layer(layer);
        }
        self.verdict = self.verdict.max(Some(decoded.verdict));
        self.scripts.push(DecodedScript {
            field: field.to_owned(),
            layers: decoded.layers,
            indicators: decoded.indicators,
            traits: decoded.traits,
            problems: decoded.problems,
        });
    }

    /// Decodes the beginning of a text, so many characters, and adds what it says; the hash is of the whole.
    pub(crate) fn add_beginning(&mut self, field: &str, text: &str, most: usize) {
        let head: String = text.chars().take(most).collect();
        let before = self.scripts.len();
        self.add(field, &head, None);
        if head.len() < text.len() {
            self.hash(text);
            if self.scripts.len() > before {
                self.mark_beginning();
            }
        }
    }

    /// Says that only the beginning of what was added last was looked at. Where that ends is then no damage of its own.
    fn mark_beginning(&mut self) {
        if let Some(script) = self.scripts.last_mut() {
            script.problems.retain(|problem| !(problem.layer == 0 && problem.id.starts_with("damaged-")));
            let detail = "only the beginning was looked at".to_owned();
            script.problems.insert(0, deobfuscate::Problem { id: "input-truncated", layer: 0, detail });
        }
    }

    /// Adds the hash of a text.
    fn hash(&mut self, text: &str) {
        self.hashes.insert(sha256(text.as_bytes()));
    }

    /// Binary content has one character a byte.
    fn hash_layer(&mut self, layer: &deobfuscate::Layer) {
        let bytes = layer.text.chars().map(u8::try_from).collect::<Result<Vec<_>, _>>();
        match bytes {
            Ok(bytes) if layer.language == Language::Binary => {
                self.hashes.insert(sha256(&bytes));
            }
            _ => self.hash(&layer.text),
        }
    }

    /// How bad a carrier is that nobody should have hidden a script in: a WMI consumer, a task or value that starts it unseen.
    pub(crate) fn judge(&self) -> Option<(Severity, Confidence)> {
        match (self.verdict, self.telling.len()) {
            (Some(ScriptVerdict::Miner | ScriptVerdict::Malicious), _) => {
                Some((Severity::High, Confidence::Certain))
            }
            (_, 2..) => Some((Severity::High, Confidence::Certain)),
            (Some(ScriptVerdict::Suspicious), _) | (_, 1) => Some((Severity::High, Confidence::Likely)),
            _ => None,
        }
    }

    /// Whether nothing speaks against it but that it is an encoded program.
    pub(crate) fn is_only_packed(&self) -> bool {
        let mut traits = self.scripts.iter().flat_map(|script| &script.traits);
        traits.all(|hit| hit.id == "encoded-program")
    }

    /// What the families may recognise in the scripts: every layer's text, and what it names.
    pub(crate) fn observations(&self) -> Vec<Observation<'_>> {
        let mut seen = Vec::new();
        for script in &self.scripts {
            for layer in &script.layers {
                seen.push(Observation { kind: Known::CommandText, text: &layer.text });
            }
            for indicator in &script.indicators {
                if let Some(kind) = known_kind(indicator.kind) {
                    seen.push(Observation { kind, text: &indicator.value });
                }
            }
        }
        seen.extend(self.hashes.iter().map(|hash| Observation { kind: Known::Sha256, text: hash }));
        seen
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether PowerShell is handed a script file: `-File` in any abbreviation.
fn runs_a_file(command: &str) -> bool {
    let mut words = command.split_whitespace().map(str::to_lowercase);
    words.any(|word| word.len() > 1 && ["-file", "/file"].iter().any(|whole| whole.starts_with(&word)))
}

fn known_kind(kind: deobfuscate::IndicatorKind) -> Option<Known> {
    use deobfuscate::IndicatorKind as Found;
    Some(match kind {
        Found::Url => Known::Url,
        Found::Domain => Known::Domain,
        Found::Ipv4 | Found::Ipv6 => Known::Ip,
        Found::MoneroAddress
        | Found::BitcoinAddress
        | Found::EthereumAddress
        | Found::UncheckedEthereumAddress => Known::Wallet,
        Found::FilePath => Known::FilePath,
        Found::RegistryKey => Known::RegistryPath,
        Found::TaskName => Known::TaskName,
        Found::ServiceName => Known::ServiceName,
        Found::Mutex => Known::Mutex,
        Found::Md5 => Known::Md5,
        Found::Sha1 => Known::Sha1,
        Found::Sha256 => Known::Sha256,
        Found::UserAgent => Known::UserAgent,
        Found::WmiClass => Known::ClassName,
        Found::Endpoint | Found::Pool | Found::Port | Found::Sha512 => return None,
    })
}

/// A family that was recognised, in the words of a finding.
#[derive(Debug)]
pub(crate) struct Recognised {
    /// Its name.
    pub(crate) family: String,
    /// Whether content says so, not only names.
    pub(crate) by_content: bool,
    /// Whether the content alone is certain.
    pub(crate) certain: bool,
    /// Why.
    pub(crate) reasons: Vec<Message>,
}

/// The family that fits best, if any does.
pub(crate) fn recognise(intel: &Intel, observations: &[Observation]) -> Option<Recognised> {
    let best = intel.match_families(observations).into_iter().find(|found| found.score > 0)?;
    let reasons = best
        .indicators
        .iter()
        .filter(|hit| hit.indicator.weight > 0)
        .map(|hit| {
            let spec =
                if hit.indicator.is_content() { m::REASON_FAMILY_CONTENT } else { m::REASON_FAMILY_NAME };
            let source = title_of(intel, best.family, &hit.indicator.source);
            spec.with([best.family.into(), hit.indicator.pattern.as_str().into(), source.into()])
        })
        .collect();
    Some(Recognised {
        family: best.family.to_owned(),
        by_content: best.content,
        certain: best.certain,
        reasons,
    })
}

/// The title of a family's source, which files name by a short id.
fn title_of<'a>(intel: &'a Intel, family: &str, source: &'a str) -> &'a str {
    let family = intel.families().iter().find(|known| known.name == family);
    let known = family.and_then(|family| family.sources.iter().find(|known| known.id == source));
    known.map_or(source, |known| known.title.as_str())
}
