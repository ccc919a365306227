//! The program for Windows 7 and later: built, held against what Windows 7 has, and run under Wine.

mod imports;
#[cfg(unix)]
mod story;
mod wine;

use crate::{packages, run};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use wine::{Prefix, windows_path};

/// A kind of Windows that the program is built for.
struct Kind {
    /// The target of the compiler.
    target: &'static str,
    /// The linker, which comes with the packages of [`PACKAGES`].
    linker: &'static str,
    /// The name of the variable that names the linker to cargo.
    linker_variable: &'static str,
    /// What the program has: `manual` is for packages of other systems, and the crate behind `events` does not build for 32-bit x86.
    features: &'static str,
}

const KINDS: [Kind; 2] = [
    Kind {
        target: "x86_64-win7-windows-gnu",
        linker: "x86_64-w64-mingw32-gcc",
        linker_variable: "CARGO_TARGET_X86_64_WIN7_WINDOWS_GNU_LINKER",
        features: "events,net",
    },
    Kind {
        target: "i686-win7-windows-gnu",
        linker: "i686-w64-mingw32-gcc",
        linker_variable: "CARGO_TARGET_I686_WIN7_WINDOWS_GNU_LINKER",
        features: "net",
    },
];

/// What Debian and Ubuntu call the packages that the linkers and Wine come with.
const PACKAGES: [&str; 4] = ["gcc-mingw-w64-x86-64", "gcc-mingw-w64-i686", "wine", "wine64"];

/// Takes the symbols out of a program; it comes with the linker.
#[cfg(unix)]
const STRIP: &str = "x86_64-w64-mingw32-strip";

/// The largest program that is shipped, in bytes.
const MAX_SIZE: u64 = 8 << 20;

/// Without it errors of the `windows` crate ask for a library of Windows 8.
const FLAGS: &str = "--cfg windows_slim_errors";

/// What is shipped says of a panic what it was, not where in the source, and of a value in it no more than its kind. AES, which packages and
/// few scripts need, and Ed25519, which sets of signatures need, come in the smallest of their forms.
const SMALL: &str = concat!(
    "-Zlocation-detail=none -Zfmt-debug=shallow ",
    r#"--cfg aes_backend="soft" --cfg aes_backend_soft="compact" "#,
    r#"--cfg curve25519_dalek_backend="serial""#
);

/// The variable that names the runner of the tests to cargo.
const RUNNER: &str = "CARGO_TARGET_X86_64_WIN7_WINDOWS_GNU_RUNNER";

/// Builds both programs, reads their import tables, and runs the 64-bit one and the tests of the Windows crate under Wine. `profile` is that
/// of cargo: `dist` for what is shipped, `dev` for a quick look.
pub(crate) fn run(profile: &str) -> Result<()> {
    needs()?;
    let [wide, narrow] = KINDS;
    for kind in [&wide, &narrow] {
        build(kind, profile)?;
        let program = program(kind, profile);
        // Only link-time optimisation takes out the libraries that nothing needs in the end.
        if profile == "dist" {
            imports::check(&program)?;
        }
        let size = std::fs::metadata(&program)?.len();
        println!("{}: {size} bytes", program.display());
        ensure!(
            profile != "dist" || size <= MAX_SIZE,
            "{} is larger than {MAX_SIZE} bytes",
            program.display()
        );
    }
    let prefix = Prefix::new("tests")?;
    let running = prefix.keep_running()?;
    run::run(
        prefix
            .apply(cargo(&wide).args([
                "test",
                "--package",
                "deminer-machine-windows",
                "--test",
                "files",
                "--test",
                "windows",
                "--test",
                "wmi",
                "--",
                // The scheduling of Wine is not what is tested.
                "--test-threads=1",
            ]))
            .env(RUNNER, "wine"),
    )?;
    smoke(&prefix, &program(&wide, profile))?;
    startup(&prefix, wide.linker, &program(&wide, profile))?;
    drop(running);
    drop(prefix);
    tell(&wide, profile)
}

/// From infection to cure, with the 64-bit program as it was built.
#[cfg(unix)]
pub(crate) fn story(profile: &str) -> Result<()> {
    needs()?;
    let [wide, _] = KINDS;
    tell(&wide, profile)
}

/// The story is told under Wine only.
#[cfg(not(unix))]
pub(crate) fn story(_profile: &str) -> Result<()> {
    anyhow::bail!("this runs under Wine, and so not on Windows")
}

#[cfg(not(unix))]
fn tell(_wide: &Kind, profile: &str) -> Result<()> {
    story(profile)
}

#[cfg(unix)]
fn tell(wide: &Kind, profile: &str) -> Result<()> {
    run::run(cargo(wide).args(["build", "--package", "deminer-machine-windows", "--example", "lookalike"]))?;
    let built = run::target().join(wide.target).join("debug/examples/lookalike.exe");
    // What is quarantined again and again may be small.
    let look_alike = built.with_extension("stripped.exe");
    run::run(Command::new(STRIP).arg("-o").args([&look_alike, &built]))?;
    story::run(&program(wide, profile), &run::tested_binary()?, &look_alike)
}

/// Builds the program.
fn build(kind: &Kind, profile: &str) -> Result<()> {
    let mut command = cargo(kind);
    command.args(["build", "--package", "deminer", "--profile", profile]);
    command.args(["--no-default-features", "--features", kind.features]);
    if profile == "dist" {
        command.env("RUSTFLAGS", format!("{FLAGS} {SMALL}"));
    }
    run::run(&mut command)
}

/// Cargo with what it takes to build for this kind: Rust comes without a library for it, so that is built too.
fn cargo(kind: &Kind) -> Command {
    let mut command = run::cargo();
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env(kind.linker_variable, kind.linker)
        .env("RUSTFLAGS", FLAGS)
        .arg("-Zbuild-std=std,panic_unwind,test")
        // Without the reader of debug information, which the program does not carry, and with the smaller of two ways wherever there are two.
        .arg("-Zbuild-std-features=panic-unwind,optimize_for_size")
        .args(["--config", &format!("build.target=\"{}\"", kind.target)]);
    command
}

fn program(kind: &Kind, profile: &str) -> PathBuf {
    let folder = if profile == "dev" { "debug" } else { profile };
    run::target().join(kind.target).join(folder).join("deminer.exe")
}

/// Installs what the builds and Wine need, where it is missing.
pub(crate) fn needs() -> Result<()> {
    #[cfg(not(unix))]
    anyhow::bail!("Wine does not run here");
    let sysroot =
        Command::new("rustc").args(["--print", "sysroot"]).output().context("rustc does not start")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot.stdout).trim());
    if !sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").exists() {
        run::run(Command::new("rustup").args(["component", "add", "rust-src"]))
            .context("the source of Rust's library is needed: `rustup component add rust-src`")?;
    }
    let tools = KINDS.iter().map(|kind| kind.linker).chain(["wine"]);
    packages::ensure(&PACKAGES, || tools.clone().all(starts))
}

fn starts(tool: &str) -> bool {
    Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs the program: what it says of the examples is what it says of them here, and it can collect a machine and judge it.
fn smoke(prefix: &Prefix, program: &Path) -> Result<()> {
    let here = &std::path::absolute(run::tested_binary()?)?;
    let examples = ["check", "examples/wannamine", "--format", "json", "--lang", "en"];
    let expected = output(Command::new(here).args(examples))?;
    let found = output(prefix.apply(Command::new("wine").arg(program).args(examples)))?;
    // Paths are written in the way of the system.
    let plain = |json: &str| json.replace("\\\\", "/").replace('\r', "");
    ensure!(plain(&found) == plain(&expected), "the program says something else of the examples under Wine");
    println!("the examples are judged alike under Wine");

    let bundle = prefix.root().join("collected.zip");
    let collected = prefix
        .apply(
            Command::new("wine")
                .arg(program)
                .args(["collect", "--quiet", "--output"])
                .arg(windows_path(&bundle)),
        )
        .status()?;
    ensure!(collected.success() && bundle.is_file(), "`deminer collect` failed under Wine: {collected}");
    let judged = output(Command::new(here).arg("check").arg(&bundle).args(&examples[2..]))?;
    // Wine has no `root\subscription`: that is not known, and neither clean nor an error.
    ensure!(
        judged.contains("\"verdict\": \"inconclusive\"") || judged.contains("\"verdict\":\"inconclusive\""),
        "{judged}"
    );
    println!(
        "a machine of Wine was collected and judged: inconclusive, as it must be without root\\subscription"
    );
    Ok(())
}

/// How often the start of a program is timed.
const STARTS: usize = 15;

/// Prints how long the program takes to start, beside one that does nothing. How long that is depends on what else runs, so nothing is
/// demanded of it here.
fn startup(prefix: &Prefix, compiler: &str, program: &Path) -> Result<()> {
    let source = prefix.root().join("empty.c");
    let empty = prefix.root().join("empty.exe");
    std::fs::write(&source, "int main(void) { return 0; }\n")?;
    run::run(Command::new(compiler).arg(&source).arg("-o").arg(&empty))?;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..STARTS {
        for (program, times) in [empty.as_path(), program].into_iter().zip(&mut times) {
            let begun = Instant::now();
            let mut command = Command::new("wine");
            command.arg(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
            prefix.apply(&mut command).status()?;
            times.push(begun.elapsed());
        }
    }
    let [nothing, own] = times.map(|mut times| {
        times.sort();
        times.get(STARTS / 2).copied().unwrap_or_default()
    });
    let more = own.saturating_sub(nothing);
    println!(
        "`deminer --version` takes {own:.0?} under Wine, an empty program {nothing:.0?}: {more:.0?} more"
    );
    Ok(())
}

fn output(command: &mut Command) -> Result<String> {
    let line = run::shown(command);
    let output = command.current_dir(run::root()).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(!text.is_empty(), "`{line}` says nothing: {}", output.status);
    Ok(text)
}
