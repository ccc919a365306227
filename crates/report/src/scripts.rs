//! Decoded scripts for the reports that people read.

use crate::catalogue::Catalogue;
use crate::sanitize::visible;
use crate::subject::Part;
use deobfuscate::TraitHit;
use detect::assessment::DecodedScript;
use evidence::Message;

/// The layers to show: all of them, or those from which no other came out.
///
/// The input stands in the record already, and is shown again only where it is the script and has lines to number.
pub(crate) fn shown_layers(script: &DecodedScript, record: &[Part], all: bool) -> Vec<usize> {
    let Some(input) = script.layers.first() else {
        return Vec::new();
    };
    let recorded = record.iter().flat_map(|part| &part.fields).any(|field| field.value == input.text);
    let only = script.layers.len() == 1;
    let with_input = if only { !recorded || input.text.trim_end().contains('\n') } else { all && !recorded };
    let is_source = |number: usize| script.layers.iter().skip(1).any(|layer| layer.from == number);
    let inner = (1..script.layers.len()).filter(|number| all || !is_source(*number));
    with_input.then_some(0).into_iter().chain(inner).collect()
}

/// How a layer was reached, on one line: `layer 2 · base64-utf16 · powershell · from layer 1`. Made visible.
pub(crate) fn layer_title(catalogue: &Catalogue, script: &DecodedScript, number: usize) -> String {
    let Some(layer) = script.layers.get(number) else {
        return String::new();
    };
    let name = catalogue.line(&Message::new("label-layer").with("number", number));
    let origin = if number == 0 {
        Message::new("from-field").with("field", script.field.as_str())
    } else {
        Message::new("from-layer").with("number", layer.from)
    };
    let parts =
        [name, visible(layer.how).into_owned(), layer.language.as_str().to_owned(), catalogue.line(&origin)];
    parts.join(" · ")
}

/// The words for what keeps a layer from being opened, by its name.
const UNOPENED: [(&str, &str); deobfuscate::PROBLEMS.len()] = [
    ("damaged-base64", "unopened-damaged-base64"),
    ("damaged-stream", "unopened-damaged-stream"),
    ("depth-limit", "unopened-depth-limit"),
    ("encoded-script", "unopened-encoded-script"),
    ("indicator-limit", "unopened-indicator-limit"),
    ("input-truncated", "unopened-input-truncated"),
    ("layer-limit", "unopened-layer-limit"),
    ("length-limit", "unopened-length-limit"),
    ("locked-text", "unopened-locked-text"),
    ("output-limit", "unopened-output-limit"),
    ("step-limit", "unopened-step-limit"),
];

/// What was not opened, or not completely, with the reason, one line for each.
pub(crate) fn unopened<'a>(
    catalogue: &'a Catalogue,
    script: &'a DecodedScript,
) -> impl Iterator<Item = String> + 'a {
    script.problems.iter().filter_map(|problem| {
        let (_, id) = UNOPENED.iter().find(|(name, _)| *name == problem.id)?;
        let message = Message::new("not-opened").with("number", problem.layer);
        Some(catalogue.line(&message.with("reason", Message::new(id))))
    })
}

/// What a trait means, in words.
pub(crate) fn trait_meaning(catalogue: &Catalogue, hit: &TraitHit) -> String {
    catalogue.word_for(&format!("trait-{}", hit.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::parts;
    use deobfuscate::{Language, Layer};
    use serde_json::{Map, Value};

    fn script(texts: &[(&str, usize)]) -> DecodedScript {
        let layer = |(text, from): &(&str, usize)| Layer {
            how: "input",
            language: Language::Unknown,
            text: (*text).to_owned(),
            from: *from,
        };
        DecodedScript {
            field: "f".to_owned(),
            layers: texts.iter().map(layer).collect(),
            indicators: Vec::new(),
            traits: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn record(value: &str) -> Vec<Part> {
        parts(&Map::from_iter([("f".to_owned(), Value::from(value))]))
    }

    #[test]
    fn every_reason_is_worded() {
        assert_eq!(UNOPENED.map(|(name, _)| name), deobfuscate::PROBLEMS);
        let mut script = script(&[("a", 0)]);
        script.problems.push(deobfuscate::Problem {
            id: "damaged-base64",
            layer: 0,
            detail: "a sentence".to_owned(),
        });
        let lines: Vec<_> = unopened(Catalogue::get(crate::Language::English), &script).collect();
        assert_eq!(lines, ["layer 0 was not opened, or not completely: its Base64 is cut off or damaged"]);
    }

    #[test]
    fn the_input_is_not_shown_twice() {
        let one_line = script(&[("a", 0)]);
        assert_eq!(shown_layers(&one_line, &record("a"), true), Vec::<usize>::new());
        assert_eq!(shown_layers(&one_line, &record("b"), false), [0]);
        assert_eq!(shown_layers(&script(&[("a\nb", 0)]), &record("a\nb"), false), [0]);
        assert_eq!(shown_layers(&script(&[]), &record("a"), true), Vec::<usize>::new());
    }

    #[test]
    fn the_last_layers_are_those_that_count() {
        let script = script(&[("a", 0), ("b", 0), ("c", 1), ("d", 0)]);
        assert_eq!(shown_layers(&script, &record("a"), false), [2, 3]);
        assert_eq!(shown_layers(&script, &record("a"), true), [1, 2, 3]);
        assert_eq!(shown_layers(&script, &[], true), [0, 1, 2, 3]);
    }
}
