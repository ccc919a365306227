//! A Windows of Wine.

use crate::run;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A Windows of Wine, made anew and gone with this.
pub(super) struct Prefix(PathBuf);

impl Prefix {
    /// A new one.
    pub(super) fn new(name: &str) -> Result<Self> {
        let path = run::target().join(format!("wine-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        let prefix = Self(std::path::absolute(path)?);
        run::run(prefix.wine().args(["wineboot", "--init"]).stderr(Stdio::null()))?;
        // What the first start set off goes on behind it, and services that are made meanwhile are forgotten.
        run::run(prefix.apply(Command::new("wineserver").arg("--wait")))?;
        Ok(prefix)
    }

    /// The folder that holds it.
    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// Its drive `C:`.
    pub(super) fn drive(&self) -> PathBuf {
        self.0.join("drive_c")
    }

    /// Where a path on its drive `C:` is here.
    pub(super) fn here(&self, path: &str) -> PathBuf {
        let below = path.strip_prefix("C:\\").unwrap_or(path);
        self.drive().join(below.replace('\\', "/"))
    }

    /// The command with the variables that name this Windows.
    pub(super) fn apply<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("WINEPREFIX", &self.0)
            .env("WINEDEBUG", "-all")
            // Nothing here needs .NET or HTML, for which Wine would ask a person.
            .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
            .env_remove("DISPLAY")
    }

    /// Wine on this Windows.
    pub(super) fn wine(&self) -> Command {
        let mut command = Command::new("wine");
        self.apply(&mut command);
        command
    }

    /// Runs a command of this Windows, quietly.
    pub(super) fn quiet(&self, words: &[&str]) -> Result<()> {
        let output = output(self.wine().args(words))?;
        ensure!(
            output.status.success(),
            "`{}` failed under Wine: {}\n{}{}",
            words.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// Starts a program of this Windows and leaves it running.
    pub(super) fn start(&self, program: &Path, words: &[&str]) -> Result<Running> {
        let mut command = self.wine();
        command.arg(program).args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Running(command.spawn().context("wine does not start")?))
    }

    /// Keeps this Windows running as long as the result is there. Without a program Wine ends its services, and a program that starts
    /// meanwhile meets the service manager on its way out.
    pub(super) fn keep_running(&self) -> Result<Running> {
        let mut command = self.wine();
        command.arg("cmd").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Running(command.spawn().context("wine does not start")?))
    }

    /// Shuts this Windows down; the next command starts it again.
    pub(super) fn shut_down(&self) {
        let _ = self.apply(Command::new("wineserver").arg("--kill")).status();
        let _ = self.apply(Command::new("wineserver").arg("--wait")).status();
    }
}

impl Drop for Prefix {
    fn drop(&mut self) {
        self.shut_down();
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How often a program is started that Wine does not start.
const TRIES: usize = 5;

/// Runs a program of Wine to its end. Now and then Wine cannot start one while another ends and says so; nothing has run then, so it is started
/// again.
pub(super) fn output(command: &mut Command) -> Result<Output> {
    for _ in 1..TRIES {
        let output = command.output().context("wine does not start")?;
        let not_started = b"Application could not be started";
        if output.status.success()
            || !output.stderr.windows(not_started.len()).any(|part| part == not_started)
        {
            return Ok(output);
        }
        println!("Wine did not start `{}`: once more", run::shown(command));
        std::thread::sleep(Duration::from_secs(1));
    }
    command.output().context("wine does not start")
}

/// A program that runs under Wine; it is ended with this.
pub(super) struct Running(pub(super) Child);

impl Running {
    /// Whether it still runs.
    pub(super) fn is_there(&mut self) -> bool {
        self.0.try_wait().is_ok_and(|status| status.is_none())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A path of this system as Wine's programs see it.
pub(super) fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}
