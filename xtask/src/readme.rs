//! The README's example: its command is run, and what it shows is what the program says.

use crate::run;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::{Command, Stdio};

/// The READMEs and the languages of the reports in them.
const READMES: [(&str, &str); 2] = [("README.md", "en"), ("README.ja.md", "ja")];

/// The exit status of `deminer check` where something was found.
const FOUND: i32 = 1;

/// How many lines of the first finding are shown.
const LINES: usize = 9;

/// What stands for lines that are left out.
const LEFT_OUT: &str = "…";

/// Puts the present report into the READMEs, or with `check` fails where it is another one.
pub(crate) fn run(check: bool) -> Result<()> {
    for (file, language) in READMES {
        let path = run::root().join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
        let Some((before, rest)) = text.split_once("```text\n") else {
            bail!("{file} has no block of output")
        };
        let Some((_, after)) = rest.split_once("```") else {
            bail!("the block of output in {file} has no end")
        };
        let present = format!("{before}```text\n{}```{after}", excerpt(&report(language)?));
        if present == text {
            continue;
        }
        if check {
            bail!("{file} shows another report than the program prints; `cargo xtask readme` puts it right");
        }
        fs::write(&path, present).with_context(|| format!("cannot write {file}"))?;
        println!("wrote {file}");
    }
    Ok(())
}

/// What the command of the README prints; whether it was optimised changes nothing of it.
fn report(language: &str) -> Result<String> {
    let mut command = Command::new(std::path::absolute(run::tested_binary()?)?);
    command.args(["check", "examples/wannamine", "--lang", language]).current_dir(run::root());
    println!("$ {}", run::shown(&command));
    let output = command.stdin(Stdio::null()).output().context("deminer does not start")?;
    if output.status.code() != Some(FOUND) {
        bail!(
            "the README's example ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout).context("the report is not UTF-8")
}

/// Of the first host: its verdict and stages, the beginning of the first finding with its decoded script, and the last section. Lines
/// that are too long for the terminal (commands to paste) are left out.
fn excerpt(report: &str) -> String {
    let host: Vec<&str> = report.lines().take_while(|line| !line.starts_with("PC-CLEAN")).collect();
    let sections: Vec<&[&str]> =
        host.split(|line| line.is_empty()).filter(|section| !section.is_empty()).collect();
    let mut lines: Vec<&str> = Vec::new();
    if let [head, stages, finding, .., last] = sections.as_slice() {
        lines.extend(head.iter());
        lines.push("");
        lines.extend(stages.iter().filter(|line| line.chars().count() <= 100));
        lines.push("");
        lines.extend(finding.iter().take(LINES));
        lines.push(LEFT_OUT);
        let is_script = |line: &&&str| line.contains('│');
        let before = finding.iter().position(|line| is_script(&line)).map_or(0, |at| at.saturating_sub(1));
        lines.extend(finding.iter().skip(before).take(1));
        lines.extend(finding.iter().filter(is_script));
        lines.push(LEFT_OUT);
        lines.extend(last.iter());
    }
    lines.iter().fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_keeps_what_a_reader_looks_for_first() {
        let report = "PC-1  infected\n\nstages\n  confirm  act\n\nfindings\n  critical  x\n  decoded\n    │ echo 1\n\nread\n  all\n\n\
                      neighbours\n  10.0.0.1\n\nPC-CLEAN  clean\n";
        assert_eq!(
            excerpt(report),
            "PC-1  infected\n\nstages\n  confirm  act\n\nfindings\n  critical  x\n  decoded\n    │ echo 1\n…\n  decoded\n    │ echo 1\n…\n\
             neighbours\n  10.0.0.1\n"
        );
    }
}
