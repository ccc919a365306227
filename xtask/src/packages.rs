//! Packages of Debian and Ubuntu that the tests need.

use anyhow::{Result, bail};
use std::process::Command;

/// Installs the packages, unless `there` says that what they bring is there; fails where it is not there afterwards either.
pub(crate) fn ensure(packages: &[&str], there: impl Fn() -> bool) -> Result<()> {
    if there() {
        return Ok(());
    }
    let mut outcome = install(packages);
    if !there() {
        // The lists of a fresh container are empty or old.
        let _ = apt_get().arg("update").status();
        outcome = install(packages);
    }
    if there() {
        return Ok(());
    }
    bail!("`apt-get install {}` is needed, and ended so here: {outcome}", packages.join(" "))
}

/// How the installation ended.
fn install(packages: &[&str]) -> String {
    let status = apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages).status();
    match status {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    }
}

/// Asks nothing, and starts no service that a package brings.
fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    command
}
