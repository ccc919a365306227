//! The commands that go through a whole repository: `stores`, `export`.

use super::json;
use super::mof::{pragma, write_class, write_instance};
use crate::args::CimFormat;
use crate::console::harmless;
use crate::error::Error;
use crate::exit::ExitStatus;
use cim_repository::{Class, Instance, Namespace, Problem, Repository, Value, Visitor};
use deobfuscate::{Decoded, Limits, decode, decode_bytes};
use report::safe_json;
use report::sanitize::visible;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

/// A value is decoded by its beginning: what it is shows there.
const DECODED: usize = 256 << 10;

/// Every class property whose default value is larger than `larger`: where it is, how large, and what it holds.
pub(super) fn stores(repository: &Repository, larger: usize) -> (String, ExitStatus) {
    let mut stores = Stores { larger, text: String::new() };
    repository.walk(&mut stores);
    let status = if stores.text.is_empty() { ExitStatus::Nothing } else { ExitStatus::Found };
    (stores.text, status)
}

struct Stores {
    larger: usize,
    text: String,
}

impl Visitor for Stores {
    fn class(&mut self, class: &Arc<Class>) {
        for property in &class.properties {
            let Some((size, decoded)) = measured(&property.default, self.larger) else { continue };
            let namespace = visible(&class.namespace.to_string()).into_owned();
            let (class_name, name) = (visible(&class.name), visible(&property.name));
            let _ = writeln!(self.text, "{namespace}:{class_name}.{name}  {size} characters");
            let _ = writeln!(self.text, "  OBJECTS.DATA at offset {:#x}", class.location.offset());
            for layer in held(&decoded) {
                let _ = writeln!(self.text, "  {layer}");
            }
        }
    }
}

/// The size of a value, in characters, bytes or elements, and its beginning decoded, where it is larger.
fn measured(value: &Value, larger: usize) -> Option<(usize, Decoded)> {
    let limits = Limits::default();
    let text = |text: &str| decode(&text.chars().take(DECODED).collect::<String>(), None, &limits);
    let size = match value {
        Value::String(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Array(items) => items.iter().map(|item| item.as_str().map_or(1, str::len)).sum(),
        _ => return None,
    };
    if size <= larger {
        return None;
    }
    Some(match value {
        Value::Bytes(bytes) => (size, decode_bytes(bytes.get(..DECODED).unwrap_or(bytes), &limits)),
        Value::Array(items) => {
            (size, text(&items.iter().filter_map(Value::as_str).collect::<Vec<_>>().concat()))
        }
        other => (size, text(other.as_str().unwrap_or_default())),
    })
}

/// What the layers of a value are: how each was opened, its language, its length and its beginning. The value itself is told of where it is
/// a program.
fn held(decoded: &Decoded) -> Vec<String> {
    let told = decoded.layers.iter().enumerate().filter(|(at, layer)| *at > 0 || layer.is_program());
    told.map(|(_, layer)| {
        let what = if layer.is_program() { "program" } else { layer.language.as_str() };
        let begin: String = layer.text.chars().take(60).collect();
        format!("{} -> {what}, {} characters: {}", layer.how, layer.text.chars().count(), visible(&begin))
    })
    .collect()
}

/// Writes every class and instance with every property.
pub(super) fn export(repository: &Repository, format: CimFormat) -> Result<ExitStatus, Error> {
    let mut export = Export { out: io::stdout().lock(), format, namespace: None, failed: None };
    let summary = repository.walk(&mut export);
    if let Some(problem) = export.failed.or(export.out.flush().err()) {
        return Err(Error::CannotPrint(problem));
    }
    Ok(if summary.problems == 0 && repository.problems().is_empty() {
        ExitStatus::Nothing
    } else {
        ExitStatus::Inconclusive
    })
}

struct Export {
    out: io::StdoutLock<'static>,
    format: CimFormat,
    namespace: Option<Namespace>,
    failed: Option<io::Error>,
}

impl Export {
    fn write(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(text.as_bytes()).err();
        }
    }

    fn mof(&mut self, namespace: &Namespace, write: impl FnOnce(&mut String)) {
        let mut text = String::new();
        if self.namespace.as_ref() != Some(namespace) {
            text.push_str(&pragma(namespace));
            self.namespace = Some(namespace.clone());
        }
        write(&mut text);
        self.write(&harmless(&text));
    }

    fn json(&mut self, object: &serde_json::Value) {
        self.write(&format!("{}\n", safe_json(&object.to_string())));
    }
}

impl Visitor for Export {
    fn class(&mut self, class: &Arc<Class>) {
        match self.format {
            CimFormat::Mof => self.mof(&class.namespace, |text| write_class(text, class)),
            CimFormat::Jsonl => self.json(&json::class(class)),
        }
    }

    fn instance(&mut self, instance: &Instance) {
        match self.format {
            CimFormat::Mof => self.mof(&instance.namespace, |text| write_instance(text, instance, true)),
            CimFormat::Jsonl => self.json(&json::instance(instance)),
        }
    }

    fn problem(&mut self, problem: &Problem) {
        if self.format == CimFormat::Mof {
            self.write(&format!("// not read: {}\n", visible(&problem.to_string())));
        } else {
            let line = serde_json::json!({ "type": "problem", "text": problem.to_string() });
            self.json(&line);
        }
    }
}
