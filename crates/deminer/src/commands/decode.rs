//! `deminer decode`: a script or command line, layer by layer.

use crate::args::{Decode, DecodeFormat};
use crate::console::Console;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::input;
use crate::messages as m;
use deobfuscate::{Decoded, Indicator, IndicatorKind, Language, Limits, Problem, ScriptVerdict};
use evidence::MessageSpec;
use intel::Intel;
use parse::text::{Text, looks_binary};
use report::safe_json;
use report::sanitize::{visible, visible_lines};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// The form of the JSON.
const SCHEMA: &str = "deminer.layers/1";

/// Decodes what was named and prints it.
pub(crate) fn run(args: &Decode, console: Console) -> Result<ExitStatus, Error> {
    let limits = Limits::default();
    let mut decoded = match (&args.command, &args.file) {
        (Some(command), _) => deobfuscate::decode(command, Some(Language::CommandLine), &limits),
        (None, Some(path)) => {
            let (bytes, more) = input::read_beginning(path, limits.max_input as u64)?;
            let mut decoded = decode_bytes(&bytes, language_of(path), &limits);
            if more {
                note_the_rest(&mut decoded, bytes.len());
            }
            decoded
        }
        (None, None) => return Err(Error::NoEvidence),
    };
    name_known_pools(&mut decoded);
    let mut out = io::stdout().lock();
    let written = match args.format {
        DecodeFormat::Text => write_text(&mut out, &decoded, console),
        DecodeFormat::Json => write_json(&mut out, &decoded),
    };
    written.and_then(|()| out.flush()).map_err(Error::CannotPrint)?;
    Ok(match decoded.verdict {
        ScriptVerdict::Benign => ExitStatus::Nothing,
        ScriptVerdict::Suspicious | ScriptVerdict::Malicious | ScriptVerdict::Miner => ExitStatus::Found,
    })
}

/// Hosts that are known as mining pools are called so, whatever the script does with them.
fn name_known_pools(decoded: &mut Decoded) {
    let pools = Intel::builtin().pools();
    let of = |kind| decoded.indicators.iter().filter(move |indicator| indicator.kind == kind);
    let has_port = |host: &str| {
        of(IndicatorKind::Endpoint)
            .any(|endpoint| endpoint.value.rsplit_once(':').is_some_and(|(name, _)| name == host))
    };
    let known: Vec<Indicator> = of(IndicatorKind::Endpoint)
        .chain(of(IndicatorKind::Domain).filter(|domain| !has_port(&domain.value)))
        .filter(|indicator| pools.host(&indicator.value).is_some())
        .map(|indicator| Indicator { kind: IndicatorKind::Pool, ..indicator.clone() })
        .collect();
    decoded.indicators.extend(known);
    decoded.indicators.sort();
    decoded.indicators.dedup_by(|b, a| a.kind == b.kind && a.value == b.value);
}

/// What Windows takes a file for by its name.
fn language_of(path: &Path) -> Option<Language> {
    Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "ps1" | "psm1" | "psd1" => Language::PowerShell,
        "bat" | "cmd" => Language::Batch,
        "vbs" | "vbe" => Language::VbScript,
        "js" | "jse" => Language::JScript,
        "hta" | "htm" | "html" | "sct" | "wsf" | "wsc" => Language::Html,
        _ => return None,
    })
}

/// A script that was read in part cannot be called harmless.
fn note_the_rest(decoded: &mut Decoded, read: usize) {
    decoded.problems.retain(|problem| problem.id != "input-truncated");
    let detail = format!("only the first {read} bytes were read; there are more");
    decoded.problems.insert(0, Problem { id: "input-truncated", layer: 0, detail });
    decoded.verdict = decoded.verdict.max(ScriptVerdict::Suspicious);
}

fn decode_bytes(bytes: &[u8], hint: Option<Language>, limits: &Limits) -> Decoded {
    if looks_binary(bytes) {
        let latin: String = bytes.iter().copied().map(char::from).collect();
        return deobfuscate::decode(&latin, Some(Language::Binary), limits);
    }
    deobfuscate::decode(Text::decode(bytes).as_str(), hint, limits)
}

/// `deminer.layers/1`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    layers: &'a [deobfuscate::Layer],
    indicators: &'a [deobfuscate::Indicator],
    traits: &'a [deobfuscate::TraitHit],
    verdict: ScriptVerdict,
    notes: &'a [deobfuscate::Problem],
}

fn write_json(out: &mut impl Write, decoded: &Decoded) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        layers: &decoded.layers,
        indicators: &decoded.indicators,
        traits: &decoded.traits,
        verdict: decoded.verdict,
        notes: &decoded.problems,
    };
    writeln!(out, "{}", safe_json(&serde_json::to_string_pretty(&document)?))
}

fn write_text(out: &mut impl Write, decoded: &Decoded, console: Console) -> io::Result<()> {
    let bold = console.heading();
    let word = |message: MessageSpec| console.catalogue().line(&message.plain());
    let verdict = word(match decoded.verdict {
        ScriptVerdict::Benign => m::DECODE_BENIGN,
        ScriptVerdict::Suspicious => m::DECODE_SUSPICIOUS,
        ScriptVerdict::Malicious => m::DECODE_MALICIOUS,
        ScriptVerdict::Miner => m::DECODE_MINER,
    });
    writeln!(out, "{bold}{verdict}{bold:#}")?;
    for (at, layer) in decoded.layers.iter().enumerate() {
        let language = layer.language.as_str();
        match at {
            0 => writeln!(out, "\n{bold}[0] {}{bold:#} {language}", layer.how)?,
            _ => writeln!(out, "\n{bold}[{at}] {}{bold:#} {language} <- [{}]", layer.how, layer.from)?,
        }
        for line in visible_lines(&layer.text) {
            writeln!(out, "    {line}")?;
        }
    }
    if !decoded.traits.is_empty() {
        writeln!(out, "\n{bold}{}{bold:#}", word(m::DECODE_TRAITS))?;
        for hit in &decoded.traits {
            writeln!(
                out,
                "    [{}] {}",
                hit.layer,
                console.catalogue().word_for(&format!("trait-{}", hit.id))
            )?;
        }
    }
    if !decoded.indicators.is_empty() {
        writeln!(out, "\n{bold}{}{bold:#}", word(m::DECODE_INDICATORS))?;
        for indicator in &decoded.indicators {
            let value = report::indicator(indicator);
            writeln!(out, "    [{}] {:16} {value}", indicator.layer, indicator.kind.as_str())?;
        }
    }
    if !decoded.problems.is_empty() {
        writeln!(out, "\n{bold}{}{bold:#}", word(m::DECODE_NOTES))?;
        for problem in &decoded.problems {
            writeln!(out, "    [{}] {}: {}", problem.layer, problem.id, visible(&problem.detail))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_tells_its_language() {
        let text = b"x = \"cal\" + \"c 1\": o.Run(x)";
        let opened = |name: &str| {
            decode_bytes(text, language_of(Path::new(name)), &Limits::default()).layers[0].language
        };
        assert_eq!(opened("a.VBS"), Language::VbScript);
        assert_eq!(opened("a.ps1"), Language::PowerShell);
        assert_eq!(opened("a.cmd"), Language::Batch);
        assert_eq!(language_of(Path::new("a.txt")), None);
        assert_eq!(language_of(Path::new("-")), None);
    }

    #[test]
    fn a_script_that_was_read_in_part_is_not_harmless() {
        let mut decoded = decode_bytes(b"echo 1", None, &Limits::default());
        assert_eq!(decoded.verdict, ScriptVerdict::Benign);
        note_the_rest(&mut decoded, 6);
        assert_eq!((decoded.verdict, decoded.problems[0].id), (ScriptVerdict::Suspicious, "input-truncated"));
    }

    #[test]
    fn known_pools_are_called_so() {
        for (text, pools) in [
            ("$p = 'xmr.nanopool.org:14444'", &["xmr.nanopool.org:14444"][..]),
            ("start http://www.minexmr.com/x", &["www.minexmr.com"]),
            ("$p = 'www.example.com:14444'", &[]),
        ] {
            let mut decoded = deobfuscate::decode(text, None, &Limits::default());
            name_known_pools(&mut decoded);
            let found: Vec<&str> = decoded
                .indicators
                .iter()
                .filter(|indicator| indicator.kind == IndicatorKind::Pool)
                .map(|indicator| indicator.value.as_str())
                .collect();
            assert_eq!(found, pools, "{text}");
        }
    }
}
