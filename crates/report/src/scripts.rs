//! Decoded scripts for the reports that people read.

use crate::catalogue::Catalogue;
use crate::sanitize::visible;
use deobfuscate::TraitHit;
use detect::assessment::DecodedScript;
use evidence::Message;

/// The layers to show: all of them, or those from which no other came out. The input itself stands in the record
/// already and is shown here only where it is the script.
pub(crate) fn shown_layers(script: &DecodedScript, all: bool) -> Vec<usize> {
    if all || script.layers.len() < 2 {
        return (0..script.layers.len()).collect();
    }
    let is_source = |number: usize| {
        script.layers.iter().enumerate().any(|(at, layer)| at != number && layer.from == number)
    };
    (1..script.layers.len()).filter(|number| !is_source(*number)).collect()
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

/// What a trait means, in words.
pub(crate) fn trait_meaning(catalogue: &Catalogue, hit: &TraitHit) -> String {
    catalogue.word_for(&format!("trait-{}", hit.id))
}
