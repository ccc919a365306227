//! From infection to cure under Wine: a Windows is infected harmlessly, collected, judged, cleaned, verified and put back, and what changed
//! in all its files and its whole registry is compared with what should have.

mod cure;
mod cut;
mod plant;
mod pool;
mod state;

use super::wine::{Prefix, Running, output, windows_path};
use anyhow::{Context, Result, anyhow, ensure};
use cut::Cutter;
use plant::{AGENT, MINER};
use pool::Pool;
use serde_json::Value as Json;
use state::State;
use std::collections::BTreeSet;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Output;

/// What is planted, by kind and a part of the title, and what is to become of it.
const PLANTED: [(&str, &str, Fate); 8] = [
    ("process", MINER, Fate::Goes),
    // By itself it is shown to a person; it goes with what starts it.
    ("file", MINER, Fate::Stays),
    ("run", "WindowsCache", Fate::Goes),
    ("service", "WindowsCache", Fate::Goes),
    ("task", "WindowsCache", Fate::Goes),
    ("setting", "update.sophos.com", Fate::Goes),
    ("setting", "65529", Fate::Goes),
    ("setting", "8080", Fate::Stays),
];

/// What is to become of something that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is removed or disabled.
    Goes,
    /// It is shown to a person, and nothing is done.
    Stays,
}

/// Everything that the story needs.
struct Scene<'a> {
    prefix: Prefix,
    program: &'a Path,
    /// The program of this system, which judges what was collected.
    judge: &'a Path,
    cutter: &'a Cutter,
    teller: usize,
    pool: Pool,
    /// How often something was numbered.
    count: usize,
}

/// The miner while it runs, with the pool's end of its connection.
struct Infection {
    miner: Running,
    _connection: TcpStream,
}

/// How many tell the story at the same time, each on a Windows of its own; they share the places where it is cut off.
const TELLERS: usize = 2;

/// Tells the story. `look_alike` stands in for the miner and for the software beside it.
pub(super) fn run(program: &Path, judge: &Path, look_alike: &Path) -> Result<()> {
    let cutter = &Cutter::new()?;
    let cuts = std::thread::scope(|scope| {
        let tellers: Vec<_> = (0..TELLERS)
            .map(|teller| {
                scope.spawn(move || {
                    let told = tell(teller, cutter, [program, judge, look_alike]);
                    // The others go on for minutes.
                    told.inspect_err(|error| println!("the story of teller {teller} ended: {error:#}"))
                })
            })
            .collect();
        let told =
            tellers.into_iter().map(|teller| teller.join().map_err(|_| anyhow!("a teller panicked"))?);
        told.collect::<Result<Vec<_>>>()
    })?;
    println!("cut off {} times: carried on or undone each time", cuts.iter().sum::<usize>());
    Ok(())
}

/// Tells it once, with this teller's share of the cuts, and says how many those were.
fn tell(teller: usize, cutter: &Cutter, [program, judge, look_alike]: [&Path; 3]) -> Result<usize> {
    let prefix = Prefix::new(&format!("story-{teller}"))?;
    let mut scene = Scene { prefix, program, judge, cutter, teller, pool: Pool::open()?, count: 0 };
    plant::plant(&scene.prefix, look_alike, scene.pool.port)?;
    let agent = PathBuf::from(AGENT);
    let mut agent = scene.prefix.start(&agent, &["--tray"])?;
    let mut infection = scene.infect()?;

    // The first run of anything starts services of Wine; what that changes is not the program's doing.
    scene.collect()?;
    let before = scene.state()?;
    let bundle = scene.collect()?;
    let changed = before.changes(&scene.state()?);
    ensure!(changed.is_empty(), "collecting changed the machine: {changed:#?}");
    ensure!(infection.miner.is_there() && agent.is_there(), "collecting ended a process");
    let found = scene.findings(&bundle)?;
    exactly_the_planted(&found)?;
    scene.say(&format!("collected and judged: exactly the {} planted things", PLANTED.len()));
    cure::run(&mut scene, infection, &mut agent, &before, &bundle)
}

impl Scene<'_> {
    /// Says how far the story is, once of all tellers.
    fn say(&self, line: &str) {
        if self.teller == 0 {
            println!("{line}");
        }
    }

    /// Starts the miner, and waits until it has connected to its pool.
    fn infect(&self) -> Result<Infection> {
        let options = plant::options(self.pool.port);
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        let miner = self.prefix.start(Path::new(MINER), &options)?;
        Ok(Infection { miner, _connection: self.pool.accept()? })
    }

    /// The state of everything but the folders in which the test keeps its own.
    fn state(&self) -> Result<State> {
        State::read(&self.prefix, &["drive_c/story"])
    }

    /// A new name below the folder of the test.
    fn name(&mut self, what: &str) -> Result<String> {
        self.count += 1;
        std::fs::create_dir_all(self.prefix.here(r"C:\story"))?;
        Ok(format!(r"C:\story\{}-{what}", self.count))
    }

    /// Collects this Windows, and says where the bundle is.
    fn collect(&mut self) -> Result<PathBuf> {
        let bundle = self.name("bundle.zip")?;
        let output = self.deminer(&["collect", "--quiet", "--output", &bundle])?;
        ensure!(output.status.success(), "`deminer collect` failed: {}", said(&output));
        Ok(self.prefix.here(&bundle))
    }

    /// Runs the program in this Windows.
    fn deminer(&self, words: &[&str]) -> Result<Output> {
        let mut command = self.prefix.wine();
        output(command.arg(windows_path(self.program)).args(words).args(["--lang", "en", "--color", "never"]))
    }

    /// The findings of a bundle that are about infection: updates and hardening are not this story's.
    fn findings(&self, bundle: &Path) -> Result<Vec<Json>> {
        let words = ["--format", "json", "--lang", "en"];
        let text =
            super::output(std::process::Command::new(self.judge).arg("check").arg(bundle).args(words))?;
        let report: Json = serde_json::from_str(&text)?;
        let assessment = report.pointer("/assessments/0").context("no assessment")?;
        // Wine has no `root\subscription`: the areas of it are not read, and said to be missing.
        let missing =
            assessment.pointer("/coverage/missing").and_then(Json::as_array).context("no coverage")?;
        for area in ["event-filters", "event-consumers", "bindings"] {
            ensure!(
                missing.iter().any(|one| one["what"] == *area),
                "`{area}` is not said to be missing: {missing:?}"
            );
        }
        let findings = assessment["findings"].as_array().context("no findings")?;
        let about_updates = |finding: &&Json| finding["kind"] != "patch" && finding["kind"] != "hardening";
        Ok(findings.iter().filter(about_updates).cloned().collect())
    }
}

/// Holds the findings against what was planted.
fn exactly_the_planted(findings: &[Json]) -> Result<()> {
    let mut left: BTreeSet<_> = findings.iter().map(describe).collect();
    for (kind, part, fate) in PLANTED {
        let fits = |finding: &&Json| {
            finding["kind"] == *kind && finding["title"].as_str().is_some_and(|title| title.contains(part))
        };
        let found: Vec<_> = findings.iter().filter(fits).collect();
        let [finding] = found.as_slice() else {
            anyhow::bail!("{} findings of `{kind}` `{part}`, among {left:#?}", found.len());
        };
        let goes = finding["action"] == "remove";
        ensure!(goes == (fate == Fate::Goes), "`{kind}` `{part}` has the action {}", finding["action"]);
        left.remove(&describe(finding));
    }
    ensure!(left.is_empty(), "found what was not planted: {left:#?}");
    Ok(())
}

/// A finding in a line.
fn describe(finding: &Json) -> String {
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    format!(
        "{} {} {} {}: {}",
        text("kind"),
        text("severity"),
        text("confidence"),
        text("action"),
        text("title")
    )
}

/// What a run of the program said.
fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}
