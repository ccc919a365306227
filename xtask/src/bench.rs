//! Figures: the benchmarks of the crates, and whole runs over many bundles.

use crate::{run, synth};
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often the peak memory of a run is read.
const SAMPLING: Duration = Duration::from_millis(2);

/// Runs the benchmarks of the crates unless told otherwise, then checks 1,000 and 10,000 bundles and prints time and peak memory.
pub(crate) fn run(whole_runs_only: bool) -> Result<()> {
    if !whole_runs_only {
        run::run(run::cargo().args(["bench", "--workspace", "--benches"]))?;
    }
    run::run(run::cargo().args(["build", "--release", "--package", "deminer"]))?;
    for count in [1_000, 10_000] {
        let directory = run::target().join("synth").join(count.to_string());
        if !directory.is_dir() {
            synth::run(count, &directory)?;
        }
        let mut command = Command::new(run::release_binary());
        command.args(["check", "--quiet", "--format", "jsonl"]).arg(&directory);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let begun = Instant::now();
        let mut child = command.spawn().context("deminer does not start")?;
        let peak = watch(&mut child)?;
        let seconds = begun.elapsed().as_secs_f64();
        let memory =
            peak.map_or_else(|| "not known here".to_owned(), |kib| format!("{:.1} MiB", kib / 1024.0));
        println!("{count} bundles: {seconds:.2} s, peak memory {memory}");
    }
    Ok(())
}

/// Waits for the program and gives its peak resident memory in KiB, where the system tells (Linux).
fn watch(child: &mut Child) -> Result<Option<f64>> {
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = None;
    loop {
        if let Some(status) = child.try_wait()? {
            if status.code().is_none_or(|code| code > 1) {
                bail!("deminer ended with {status}");
            }
            return Ok(peak);
        }
        peak = fs::read_to_string(&status_file).ok().and_then(|text| high_water_mark(&text)).or(peak);
        std::thread::sleep(SAMPLING);
    }
}

/// The line `VmHWM: 12345 kB` of a process's status.
fn high_water_mark(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_status() {
        assert_eq!(high_water_mark("VmPeak:\t 9 kB\nVmHWM:\t   2048 kB\n"), Some(2048.0));
        assert_eq!(high_water_mark("Name: x\n"), None);
    }
}
