//! The cure: cleaned, verified, put back, and cut off at every step of the journal.

use super::plant::{HOSTS, MINER};
use super::state::State;
use super::{Infection, Running, Scene, said};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// What cleaning changes, each as a part of the line that tells the change, in lower case; nothing else may change.
const CHANGES: [&str; 6] = [
    "- drive_c/programdata/windowscache/svchost.exe",
    "\\currentversion\\run\\windowscache",
    "\\services\\windowscache\\start",
    "~ drive_c/windows/system32/drivers/etc/hosts",
    "\\portproxy\\v4tov4\\tcp\\0.0.0.0/65529",
    TASK,
];

/// The task's file, when the task is switched off.
const TASK: &str = "~ drive_c/windows/system32/tasks/windowscache";

/// How often the file of the journal is looked at.
const LOOK: Duration = Duration::from_micros(100);
/// How long one run may take on a slow computer.
const PATIENCE: Duration = Duration::from_mins(5);

/// Cleans, verifies and puts back; then does it again and again, cut off at each step.
pub(super) fn run(
    scene: &mut Scene,
    infection: Infection,
    agent: &mut Running,
    before: &State,
    bundle: &Path,
) -> Result<()> {
    let mut infection = infection;
    let plan = scene.plan(bundle)?;
    let case = scene.name("case")?;
    let receipt = scene.clean(&plan, &case)?;
    let by_task = outcomes(&receipt)?;
    infection.miner.wait()?;
    ensure!(agent.is_there(), "cleaning ended normal software");
    let after = scene.state()?;
    only_the_plan(before, &after, &by_task)?;
    println!("cleaned: exactly the {} changes of the plan", before.changes(&after).len());

    let verified = scene.deminer(&["verify", &case])?;
    ensure!(verified.status.code() == Some(i32::from(!by_task.is_empty())), "verify: {}", said(&verified));
    let found = super::findings(&scene.collect()?)?;
    let left = found.iter().filter(|finding| finding["action"] == "remove");
    let left: Vec<_> = left.filter(|finding| !is_disabled(finding)).map(super::describe).collect();
    ensure!(left.iter().all(|line| by_task.is_empty() || line.starts_with("task")), "left: {left:#?}");
    println!("verified: gone");

    scene.undo(&case)?;
    as_before(scene, before)?;
    println!("undone: every file and every value as before");
    let lines = lines(&scene.prefix.here(&case).join("journal.jsonl"));
    cut_off_everywhere(scene, before, &after, lines)
}

/// Whether a service that is still there is at least switched off.
fn is_disabled(finding: &Json) -> bool {
    finding["subject"]["start"] == 4 || finding["subject"]["enabled"] == false
}

/// The actions that could not be done: under this Wine tasks cannot be switched off. Everything else has to be done and proven.
fn outcomes(receipt: &Json) -> Result<BTreeSet<String>> {
    let actions = receipt["actions"].as_array().context("no actions")?;
    let mut left = BTreeSet::new();
    for action in actions {
        let settled = action["outcome"] == "done" || action["outcome"] == "as-it-should";
        if settled {
            continue;
        }
        ensure!(action["target"]["kind"] == "task", "not done: {action:#}");
        println!("SKIPPED under Wine, whose scheduler cannot do it: {}", action["target"]);
        left.insert(action["id"].to_string());
    }
    Ok(left)
}

/// The changes are those of the plan, all of them and no other.
fn only_the_plan(before: &State, after: &State, left: &BTreeSet<String>) -> Result<()> {
    let changes: Vec<_> = before.changes(after).into_iter().map(|line| line.to_lowercase()).collect();
    let expected: Vec<_> = CHANGES.iter().filter(|change| left.is_empty() || **change != TASK).collect();
    for change in &changes {
        ensure!(expected.iter().any(|part| change.contains(**part)), "changed beside the plan: {change}");
    }
    for part in expected {
        ensure!(changes.iter().any(|change| change.contains(*part)), "not changed: {part}, but {changes:#?}");
    }
    Ok(())
}

fn as_before(scene: &Scene, before: &State) -> Result<()> {
    let changes = before.changes(&scene.state()?);
    ensure!(changes.is_empty(), "not as before: {changes:#?}");
    Ok(())
}

/// For every line that the journal gets: cut off there, then carried on or undone, and the state is one of the two.
fn cut_off_everywhere(scene: &mut Scene, before: &State, after: &State, lines: usize) -> Result<()> {
    let mut hit = BTreeMap::new();
    let mut current: Option<(Infection, String)> = None;
    for line in 1..=lines {
        let still_there = current.take().filter(|(infection, _)| infection.lives());
        let (infection, plan) = if let Some(same) = still_there {
            same
        } else {
            let infection = scene.infect()?;
            let bundle = scene.collect()?;
            let plan = scene.plan(&bundle)?;
            (infection, plan)
        };
        let case = scene.name("cut")?;
        let reached = scene.cut_off(&plan, &case, line)?;
        hit.insert(reached, line);
        if line % 2 == 0 && scene.prefix.here(&case).join("plan.json").is_file() {
            let words = ["clean", "--resume", &case, "--apply", "--yes", "--unpatched"];
            let output = scene.deminer(&words)?;
            ensure!(
                output.status.code().is_some_and(|code| code < 2),
                "cut off at {reached}: {}",
                said(&output)
            );
            let changes = after.changes(&scene.state()?);
            ensure!(changes.is_empty(), "cut off at line {reached} and carried on, not clean: {changes:#?}");
        }
        if reached > 0 {
            scene.undo(&case).with_context(|| format!("cut off at line {reached}"))?;
        }
        as_before(scene, before).with_context(|| format!("cut off at line {reached}"))?;
        current = Some((infection, plan));
    }
    println!(
        "cut off {lines} times, at {} different lines of {lines}: carried on or undone each time",
        hit.len()
    );
    ensure!(
        std::fs::read(scene.prefix.here(HOSTS)).is_ok() && scene.prefix.here(MINER).is_file(),
        "not as planted"
    );
    Ok(())
}

fn lines(journal: &Path) -> usize {
    std::fs::read(journal).map_or(0, |bytes| String::from_utf8_lossy(&bytes).matches('\n').count())
}

impl Infection {
    /// Whether the miner still runs; a process that stands still does.
    fn lives(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.miner.0.id())).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with('Z') && !rest.is_empty())
    }
}

impl Running {
    /// Waits until it has ended.
    fn wait(&mut self) -> Result<()> {
        let began = std::time::Instant::now();
        while self.is_there() {
            ensure!(began.elapsed() < PATIENCE, "the miner still runs");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Scene<'_> {
    /// Plans what a bundle asks for, and says where the plan is.
    fn plan(&mut self, bundle: &Path) -> Result<String> {
        let plan = self.name("plan.json")?;
        let name = bundle.file_name().context("a bundle has a name")?.to_string_lossy();
        let output = self.deminer(&["plan", &format!(r"C:\story\{name}"), "--output", &plan])?;
        ensure!(self.prefix.here(&plan).is_file(), "`deminer plan` made no plan: {}", said(&output));
        Ok(plan)
    }

    /// Carries out a plan and returns the receipt.
    fn clean(&self, plan: &str, case: &str) -> Result<Json> {
        let words = ["clean", plan, "--apply", "--yes", "--unpatched", "--case", case, "--format", "json"];
        let output = self.deminer(&words)?;
        serde_json::from_slice(&output.stdout).with_context(|| said(&output))
    }

    /// Puts back everything, what would start the miner included.
    fn undo(&self, case: &str) -> Result<()> {
        let output = self.deminer(&["undo", case, "--rearm"])?;
        // What has ended does not come back, and is said to be left.
        ensure!(output.status.code().is_some_and(|code| code < 2), "undo: {}", said(&output));
        Ok(())
    }

    /// Starts to clean, ends the program from outside when its journal has so many lines, and says how many it had in the end.
    fn cut_off(&self, plan: &str, case: &str, at: usize) -> Result<usize> {
        let mut command = self.prefix.wine();
        command.arg(super::windows_path(self.program));
        command.args(["clean", plan, "--apply", "--yes", "--unpatched", "--case", case]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut cleaning = Running(child);
        let journal = self.prefix.here(case).join("journal.jsonl");
        let began = std::time::Instant::now();
        while lines(&journal) < at && cleaning.is_there() {
            if began.elapsed() > PATIENCE {
                bail!("`deminer clean` does not come to line {at} of its journal");
            }
            std::thread::sleep(LOOK);
        }
        drop(cleaning);
        Ok(lines(&journal))
    }
}
