//! Everything that a change must pass.

use crate::{benign, examples, fuzz, packages, readme, run, windows};
use anyhow::{Context, Result, anyhow, bail};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs every check, the cheap ones first, and closes with the count of the tests.
pub(crate) fn run() -> Result<()> {
    components()?;
    run::run(run::cargo().args(["fmt", "--all", "--check"]))?;
    run::run(run::cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))?;
    examples::run(true)?;
    data()?;
    samba()?;
    let counts = tests(benign_scripts()?.as_deref())?;
    run::run(
        run::cargo()
            .args(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    fuzz_targets_compile()?;
    readme::run(true)?;
    on_windows()?;
    println!("{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.ignored);
    Ok(())
}

/// Asks for the parts of the toolchain that the checks need.
fn components() -> Result<()> {
    for tool in ["fmt", "clippy"] {
        let there =
            run::cargo().args([tool, "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            run::run(Command::new("rustup").args(["component", "add", "rustfmt", "clippy"]))
                .context("rustfmt and clippy are needed: `rustup component add rustfmt clippy`")?;
        }
    }
    Ok(())
}

/// Says whether the tests will find the real evidence that is not part of the project.
fn data() -> Result<()> {
    let directory = std::env::var_os("DEMINER_DATA")
        .map_or_else(|| run::root().join("..").join("shared").join("data"), PathBuf::from);
    if directory.is_dir() {
        return Ok(());
    }
    skipped(
        "the tests on real evidence",
        &anyhow!("{} is not there; DEMINER_DATA names another place", directory.display()),
    )
}

/// Installs the Samba that the network check is tested against. Where that cannot be, the tests themselves say what they leave out.
fn samba() -> Result<()> {
    let there = || std::path::Path::new("/usr/sbin/smbd").exists();
    match packages::ensure(&["samba"], there) {
        Ok(()) => Ok(()),
        Err(problem) => skipped("the tests with a real Samba", &problem),
    }
}

/// Says loudly what is left out and why. In CI it is a failure, so that nothing is skipped unseen.
fn skipped(what: &str, problem: &anyhow::Error) -> Result<()> {
    if std::env::var_os("CI").is_some_and(|ci| ci == "true") {
        bail!("{what} must run in CI: {problem:#}");
    }
    println!("SKIPPED: {what}: {problem:#}");
    Ok(())
}

/// The folder with scripts that must stay quiet; none, and loudly so, where the registries do not answer. A script that is not quiet fails the tests
/// wherever they run; a registry that is down fails none, since what the project holds is not worse for it.
fn benign_scripts() -> Result<Option<PathBuf>> {
    Ok(match benign::fetch()? {
        benign::Corpus::There(folder, count) => {
            println!("{count} scripts of packages are held against the judgement");
            Some(folder)
        }
        benign::Corpus::Missing(why) => {
            println!("SKIPPED: the test on scripts of packages, because they could not be had: {why}");
            None
        }
    })
}

/// The programs for Windows, and everything that runs under Wine.
fn on_windows() -> Result<()> {
    match windows::needs() {
        Ok(()) => windows::run("dist"),
        Err(problem) => skipped("the programs for Windows", &problem),
    }
}

/// How many tests did what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Adds what a line of the test runner's output tells.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(what)) = (words.next().map(str::parse::<u64>), words.next()) else {
                continue;
            };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

/// Runs all tests of all crates, the examples in their documentation included, and counts them.
fn tests(benign: Option<&Path>) -> Result<Counts> {
    let mut command = run::cargo();
    if let Some(folder) = benign {
        command.env("DEMINER_BENIGN", folder);
    }
    command.args(["test", "--workspace", "--locked", "--no-fail-fast"]).stdout(Stdio::piped());
    println!("$ {}", run::shown(&command));
    let mut child = command.spawn().context("cargo does not start")?;
    let mut counts = Counts::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            counts.add(&line);
        }
    }
    let status = child.wait()?;
    if !status.success() || counts.failed > 0 || counts.passed == 0 {
        bail!("tests: {} passed, {} failed ({status})", counts.passed, counts.failed);
    }
    Ok(counts)
}

/// Checks that the fuzz targets still fit the crates; running them is `cargo xtask fuzz`.
fn fuzz_targets_compile() -> Result<()> {
    if fuzz::targets().is_ok_and(|targets| !targets.is_empty()) {
        // Most of what they depend on was checked there already.
        let target = run::target();
        run::run(
            run::cargo()
                .args(["check", "--manifest-path", "fuzz/Cargo.toml"])
                .env("CARGO_TARGET_DIR", std::path::absolute(target)?),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_summed_over_the_crates() {
        let mut counts = Counts::default();
        counts.add("running 3 tests");
        counts.add(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        counts.add("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        assert_eq!(counts, Counts { passed: 5, failed: 1, ignored: 1 });
    }
}
