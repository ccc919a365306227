//! What was answered, for people.

use super::{messages as m, words};
use crate::console::Console;
use probe::scan::Outcome;
use probe::{Answer, Stage};
use report::sanitize::visible;
use std::io::{self, Write};

/// The order in which answers matter.
const ORDER: [Answer; 5] =
    [Answer::NotFixed, Answer::Unknown, Answer::NotOffered, Answer::NotWindows, Answer::Fixed];

/// Writes a paragraph for each address that answered anything, and counts.
pub(super) fn write(
    out: &mut impl Write,
    outcomes: &[Outcome],
    console: Console,
    to_stdout: bool,
) -> io::Result<()> {
    let catalogue = console.catalogue();
    let bold = if to_stdout { console.heading() } else { anstyle::Style::new() };
    let mut silent = 0_u64;
    for outcome in outcomes {
        let answer = catalogue.line(&words::answer(outcome.verdict.answer));
        if console.quiet {
            writeln!(out, "{}\t{answer}", outcome.target)?;
            continue;
        }
        // Of a range, most addresses are nobody's.
        let of_range = outcome.target.named.contains('/');
        if of_range && outcome.verdict.stage == Stage::Connect && !console.verbose {
            silent += 1;
            continue;
        }
        writeln!(out, "{bold}{}{bold:#}  {bold}{answer}{bold:#}{}", outcome.target, who(outcome))?;
        writeln!(out, "    {}", catalogue.line(&words::reason(outcome)))?;
        if console.verbose {
            for attempt in &outcome.attempts {
                let asked = attempt.asked.iter().map(|stage| stage.as_str()).collect::<Vec<_>>().join(", ");
                writeln!(out, "    {}: {asked}", attempt.port)?;
            }
        }
    }
    if console.quiet {
        return Ok(());
    }
    if silent > 0 {
        writeln!(out, "{}", catalogue.line(&m::SILENT.with([silent.into()])))?;
    }
    if outcomes.len() > 1 {
        let counts = ORDER.into_iter().filter_map(|answer| {
            let count = outcomes.iter().filter(|outcome| outcome.verdict.answer == answer).count();
            let word = words::answer(answer);
            (count > 0).then(|| catalogue.line(&m::COUNT.with([word.into(), count.into()])))
        });
        writeln!(out, "\n{bold}{}{bold:#}", catalogue.list(counts))?;
    }
    Ok(())
}

/// What the server told of itself: ` PC-1 (pc-1.corp.example), Windows 7 …`.
fn who(outcome: &Outcome) -> String {
    let peer = &outcome.peer;
    let name = peer.dns_name.as_ref().or(peer.name.as_ref()).or(outcome.target.host.as_ref());
    // Samba calls its system Windows.
    let system = if peer.is_samba() { None } else { peer.system.as_ref() }.or(peer.software.as_ref());
    let told: Vec<_> = name.into_iter().chain(system).map(|text| visible(text)).collect();
    if told.is_empty() { String::new() } else { format!("  {}", told.join(", ")) }
}
