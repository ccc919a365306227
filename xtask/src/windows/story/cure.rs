//! The cure: cleaned, verified, put back, and cut off at every step of the journal.

use super::cut::Cut;
use super::plant::{HOSTS, MINER};
use super::state::State;
use super::{Infection, Running, Scene, TELLERS, said};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::Path;
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

/// How long one run may take on a slow computer.
const PATIENCE: Duration = Duration::from_mins(5);

/// Cleans, verifies and puts back; then does it again and again, cut off at each step.
pub(super) fn run(
    scene: &mut Scene,
    infection: Infection,
    agent: &mut Running,
    before: &State,
    bundle: &Path,
) -> Result<usize> {
    let mut infection = infection;
    let plan = scene.plan(bundle)?;
    let case = scene.name("case")?;
    let receipt = scene.clean(&plan, &case)?;
    let cleaned = lines(&scene.prefix.here(&case).join("journal.jsonl"));
    let by_task = outcomes(scene, &receipt)?;
    infection.miner.wait()?;
    ensure!(agent.is_there(), "cleaning ended normal software");
    let after = scene.state()?;
    only_the_plan(before, &after, &by_task)?;
    scene.say(&format!("cleaned: exactly the {} changes of the plan", before.changes(&after).len()));

    let verified = scene.deminer(&["verify", &case])?;
    ensure!(verified.status.code() == Some(i32::from(!by_task.is_empty())), "verify: {}", said(&verified));
    let bundle = scene.collect()?;
    let found = scene.findings(&bundle)?;
    let left = found.iter().filter(|finding| finding["action"] == "remove");
    let left: Vec<_> = left.filter(|finding| !is_disabled(finding)).map(super::describe).collect();
    ensure!(left.iter().all(|line| !by_task.is_empty() && line.starts_with("task")), "left: {left:#?}");
    scene.say("verified: gone");

    scene.undo(&case)?;
    as_before(scene, before)?;
    scene.say("undone: every file and every value as before");
    cut_off_everywhere(scene, before, &after, cleaned)
}

/// Whether a service that is still there is at least switched off.
fn is_disabled(finding: &Json) -> bool {
    finding["subject"]["start"] == 4 || finding["subject"]["enabled"] == false
}

/// The actions that could not be done: under this Wine tasks cannot be switched off. Everything else has to be done and proven.
fn outcomes(scene: &Scene, receipt: &Json) -> Result<BTreeSet<String>> {
    let actions = receipt["actions"].as_array().context("no actions")?;
    let mut left = BTreeSet::new();
    for action in actions {
        let settled = action["outcome"] == "done" || action["outcome"] == "as-it-should";
        if settled {
            continue;
        }
        ensure!(action["target"]["kind"] == "task", "not done: {action:#}");
        scene.say(&format!("SKIPPED under Wine, whose scheduler cannot do it: {}", action["target"]));
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

/// For every line that the journal gets: cut off right behind it and right before it, then carried on or undone, and the state is one of the
/// two. Undoing is cut off in the same way. Says how often it was cut off; each teller has a share of the lines.
fn cut_off_everywhere(scene: &mut Scene, before: &State, after: &State, cleaned: usize) -> Result<usize> {
    scene.say(&format!("cutting off on both sides of each of {cleaned} lines of the journal"));
    let mut current: Option<(Infection, String)> = None;
    let mut count = 0;
    let cuts = (1..=cleaned).flat_map(|line| [Cut::Before(line), Cut::After(line)]);
    for (number, cut) in cuts.enumerate().skip(scene.teller).step_by(TELLERS) {
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
        let words = ["clean", &plan, "--apply", "--yes", "--unpatched", "--case", &case];
        scene.cut_off(cut, &words, &case)?;
        let has_begun = scene.prefix.here(&case).join("plan.json").is_file() && cut.lines() > 0;
        // Each line is met by both ways: carried on where it was cut off on one side of it, undone at once on the other.
        if has_begun && number % 4 < 2 {
            let words = ["clean", "--resume", &case, "--apply", "--yes", "--unpatched"];
            let output = scene.deminer(&words)?;
            ensure!(output.status.code().is_some_and(|code| code < 2), "{cut:?}: {}", said(&output));
            let changes = after.changes(&scene.state()?);
            ensure!(changes.is_empty(), "{cut:?} and carried on, not clean: {changes:#?}");
        }
        if has_begun {
            if cut == Cut::After(cleaned) {
                count += cut_off_undoing(scene, &case)?;
            }
            scene.undo(&case).with_context(|| format!("{cut:?}"))?;
        }
        as_before(scene, before).with_context(|| format!("{cut:?}"))?;
        current = Some((infection, plan));
        count += 1;
    }
    ensure!(
        std::fs::read(scene.prefix.here(HOSTS)).is_ok() && scene.prefix.here(MINER).is_file(),
        "not as planted"
    );
    Ok(count)
}

/// Undoes a case again and again, cut off behind one more of its own lines each time, until it comes to its end. Says how often it was cut off.
fn cut_off_undoing(scene: &Scene, case: &str) -> Result<usize> {
    /// More lines than undoing writes.
    const MANY: usize = 100;
    let journal = scene.prefix.here(case).join("journal.jsonl");
    for own in 1..MANY {
        let cut = Cut::After(lines(&journal) + own);
        if !scene.cutter.run(&scene.prefix, scene.program, cut, &["undo", case, "--rearm"])? {
            return Ok(own - 1);
        }
    }
    bail!("undoing {case} does not come to an end");
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

    /// Runs the program and ends it at that place of the journal of `case`.
    fn cut_off(&self, cut: Cut, words: &[&str], case: &str) -> Result<()> {
        ensure!(self.cutter.run(&self.prefix, self.program, cut, words)?, "{cut:?}: it was not cut off");
        let reached = lines(&self.prefix.here(case).join("journal.jsonl"));
        ensure!(reached == cut.lines(), "{cut:?}: the journal has {reached} lines");
        Ok(())
    }
}
