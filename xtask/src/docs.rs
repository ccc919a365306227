//! Man pages and shell completions, as packages ship them.

use crate::run;
use anyhow::{Context, Result};
use std::fs;

/// The shells that there are completions for, and what their files are called.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "deminer.bash"),
    ("elvish", "deminer.elv"),
    ("fish", "deminer.fish"),
    ("powershell", "_deminer.ps1"),
    ("zsh", "_deminer"),
];

/// Writes them into target/docs.
pub(crate) fn run() -> Result<()> {
    let directory = run::target().join("docs");
    let (man, completions) = (directory.join("man"), directory.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    let deminer = || {
        let mut command = run::cargo();
        command.args(["run", "--quiet", "--package", "deminer", "--"]);
        command
    };
    run::run(deminer().arg("man").arg("--out").arg(&man))?;
    for (shell, file) in SHELLS {
        let output = deminer().args(["completions", shell]).output().context("deminer does not start")?;
        anyhow::ensure!(output.status.success(), "`deminer completions {shell}` failed: {}", output.status);
        fs::write(completions.join(file), output.stdout)?;
    }
    println!("wrote {}", directory.display());
    Ok(())
}
