//! Any bytes and any text as a script: decoding ends, keeps its limits, and gives the same twice.

#![no_main]

use deobfuscate::{Decoded, Language, Limits, decode, decode_bytes};
use libfuzzer_sys::fuzz_target;

const LANGUAGES: [Option<Language>; 8] = [
    None,
    Some(Language::PowerShell),
    Some(Language::Batch),
    Some(Language::VbScript),
    Some(Language::JScript),
    Some(Language::Html),
    Some(Language::CommandLine),
    Some(Language::Binary),
];

fn within(decoded: &Decoded, limits: &Limits) {
    let output: usize = decoded.layers.iter().skip(1).map(|layer| layer.text.len()).sum();
    assert!(output <= limits.max_output);
    assert!(decoded.layers.len() <= limits.max_layers);
    assert!(decoded.layers.iter().enumerate().skip(1).all(|(at, layer)| layer.from < at));
}

fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else { return };
    let limits = Limits { max_steps: 200_000, max_output: 1 << 20, ..Limits::default() };
    // Streams, programs, UTF-16 that is none.
    let decoded = decode_bytes(bytes, &limits);
    within(&decoded, &limits);
    assert_eq!(decoded, decode_bytes(bytes, &limits));
    let text = String::from_utf8_lossy(bytes);
    let language = LANGUAGES[usize::from(choice) % LANGUAGES.len()];
    let decoded = decode(&text, language, &limits);
    within(&decoded, &limits);
    assert_eq!(decoded, decode(&text, language, &limits));
});
