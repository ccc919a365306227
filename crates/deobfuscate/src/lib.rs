//! Scripts and command lines to layers of plain text, with the facts and traits that stand in them.
//!
//! [`decode`] takes what malware left in a task, a subscription, a process's command line or a file, and opens it
//! layer by layer: encoded commands, compressed streams, string tricks of PowerShell, batch, `VBScript` and `JScript`.
//! Nothing is ever run: each language has a small lexer and an evaluator for the constant part of it that knows no
//! file, no network, no process and no clock.

#![forbid(unsafe_code)]

mod bare;
mod batch;
mod command_line;
mod defang;
mod encoding;
mod engine;
mod indicators;
mod language;
mod markup;
mod model;
mod number;
mod pool;
mod powershell;
mod recognize;
mod scan;
mod scripting;
pub mod traits;
pub mod verdict;
pub mod wallet;

pub use defang::{defang, defang_text};
pub use model::{
    Decoded, Indicator, IndicatorKind, Language, Layer, Limits, PROBLEMS, Problem, ScriptVerdict, TraitHit,
};

/// Opens a text layer by layer. Never fails, never runs anything; what could not be opened is in
/// [`Decoded::problems`].
///
/// `hint` says what the text is, where the place it was found in tells; without it the content decides. A command line
/// of 300 bytes without anything of interest costs some microseconds.
///
/// ```
/// use deminer_deobfuscate::{Language, Limits, decode};
///
/// let decoded = decode("powershell -nop -e ZQBjAGgAbwAgADEA", Some(Language::CommandLine), &Limits::default());
/// assert_eq!(decoded.layers[1].how, "base64-utf16");
/// assert_eq!(decoded.layers[1].text, "echo 1");
/// ```
pub fn decode(text: &str, hint: Option<Language>, limits: &Limits) -> Decoded {
    engine::decode(text, hint, limits)
}

/// Opens bytes layer by layer as [`decode`] does a text: those of a compressed stream, a program, or text in any form of Unicode.
pub fn decode_bytes(bytes: &[u8], limits: &Limits) -> Decoded {
    engine::decode_bytes(bytes, limits)
}
