//! Fuzzing with cargo-fuzz, which needs a nightly toolchain.

use crate::run;
use anyhow::{Context, Result, bail};
use std::process::{Command, Stdio};

/// Runs one target, or each in turn, for this many seconds.
pub(crate) fn run(target: Option<&str>, seconds: u64) -> Result<()> {
    let known = targets()?;
    let chosen: Vec<&str> = match target {
        Some(name) if !known.iter().any(|known| known == name) => {
            bail!("there is no fuzz target `{name}`; there are: {}", known.join(", "))
        }
        Some(name) => vec![name],
        None => known.iter().map(String::as_str).collect(),
    };
    install()?;
    for name in chosen {
        let limit = format!("-max_total_time={seconds}");
        run::run(
            Command::new("cargo")
                .args(["+nightly", "fuzz", "run", name, "--", &limit, "-rss_limit_mb=2048", "-timeout=10"])
                .current_dir(run::root()),
        )?;
    }
    Ok(())
}

/// The fuzz targets: the files in `fuzz/fuzz_targets`, sorted.
pub(crate) fn targets() -> Result<Vec<String>> {
    let directory = run::root().join("fuzz").join("fuzz_targets");
    let mut names = Vec::new();
    for entry in
        std::fs::read_dir(&directory).with_context(|| format!("cannot list {}", directory.display()))?
    {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// Installs what is missing, or says what to install.
fn install() -> Result<()> {
    let answers = |args: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !answers(&["+nightly", "--version"]) {
        bail!("fuzzing needs a nightly toolchain: `rustup toolchain install nightly --profile minimal`");
    }
    if !answers(&["+nightly", "fuzz", "--version"]) {
        run::run(Command::new("cargo").args(["install", "--locked", "cargo-fuzz"]))?;
    }
    Ok(())
}
