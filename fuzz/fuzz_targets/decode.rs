//! Any text as a script: decoding ends, keeps its limits, and gives the same twice.

#![no_main]

use deobfuscate::{Language, Limits, decode};
use libfuzzer_sys::fuzz_target;

const LANGUAGES: [Option<Language>; 7] = [
    None,
    Some(Language::PowerShell),
    Some(Language::Batch),
    Some(Language::VbScript),
    Some(Language::JScript),
    Some(Language::Html),
    Some(Language::CommandLine),
];

fuzz_target!(|input: (u8, &str)| {
    let (choice, text) = input;
    let limits = Limits { max_steps: 200_000, max_output: 1 << 20, ..Limits::default() };
    let language = LANGUAGES[usize::from(choice) % LANGUAGES.len()];
    let decoded = decode(text, language, &limits);
    let output: usize = decoded.layers.iter().skip(1).map(|layer| layer.text.len()).sum();
    assert!(output <= limits.max_output);
    assert!(decoded.layers.len() <= limits.max_layers);
    assert!(decoded.layers.iter().enumerate().skip(1).all(|(at, layer)| layer.from < at));
    assert_eq!(decoded, decode(text, language, &limits));
});
