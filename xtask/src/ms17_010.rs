//! The facts of MS17-010 for the program, from tables that are too large for it.
//!
//! Three tables go in: `ms17-010.csv` (for each product the fixed version of `srv.sys` and the updates of spring 2017),
//! `ms17-010-superseding-kbs.csv` (for each product the updates that supersede those, directly or not) and
//! `rollups-2017-2021.csv` (which updates of a month were rollups). They stay outside the project, as they repeat
//! themselves once for every edition; what the program needs of them is one small file.

use crate::run;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What a product line is called here and there.
struct Line {
    /// Its name in the file.
    name: &'static str,
    /// The version of Windows: major, minor and build number.
    version: &'static str,
    /// Whether only servers, or only workstations, are meant; the version does not tell.
    server: Option<bool>,
    /// The oldest service pack that got updates, where the version does not tell.
    service_pack: u32,
    /// Whether the packages that are called `RollupFix` tell the version of `srv.sys`.
    rollups: bool,
    /// The update that a person is told to install.
    install: u32,
}

/// The product lines, older first.
const LINES: &[Line] = &[
    Line {
        name: "Windows XP SP3",
        version: "5.1.2600",
        server: None,
        service_pack: 3,
        rollups: false,
        install: 4_012_598,
    },
    Line {
        name: "Windows Server 2003 SP2 / XP x64 SP2",
        version: "5.2.3790",
        server: None,
        service_pack: 2,
        rollups: false,
        install: 4_012_598,
    },
    Line {
        name: "Windows Vista SP2 / Server 2008 SP2",
        version: "6.0.6002",
        server: None,
        service_pack: 0,
        rollups: false,
        install: 4_012_598,
    },
    Line {
        name: "Windows 7 SP1 / Server 2008 R2 SP1",
        version: "6.1.7601",
        server: None,
        service_pack: 0,
        rollups: true,
        install: 4_012_215,
    },
    Line {
        name: "Windows 8",
        version: "6.2.9200",
        server: Some(false),
        service_pack: 0,
        rollups: true,
        install: 4_012_598,
    },
    Line {
        name: "Windows Server 2012",
        version: "6.2.9200",
        server: Some(true),
        service_pack: 0,
        rollups: true,
        install: 4_012_217,
    },
    Line {
        name: "Windows 8.1 / Server 2012 R2",
        version: "6.3.9600",
        server: None,
        service_pack: 0,
        rollups: true,
        install: 4_012_216,
    },
    Line {
        name: "Windows 10 1507",
        version: "10.0.10240",
        server: None,
        service_pack: 0,
        rollups: true,
        install: 4_012_606,
    },
    Line {
        name: "Windows 10 1511",
        version: "10.0.10586",
        server: None,
        service_pack: 0,
        rollups: true,
        install: 4_013_198,
    },
    Line {
        name: "Windows 10 1607 / Server 2016",
        version: "10.0.14393",
        server: None,
        service_pack: 0,
        rollups: true,
        install: 4_013_429,
    },
];

/// What the file begins with: what no table has, and where everything comes from.
const HEAD: &str = r#"# MS17-010 by product line. Written by `cargo xtask ms17-010`, not by hand.
schema = "deminer.ms17-010/1"

sources = [
  { id = "ms-script", title = "Microsoft, How to verify that MS17-010 is installed (KB4023262): table of updates, and PowerShell script with the fixed versions of srv.sys", url = "https://support.microsoft.com/help/4023262" },
  { id = "msrc", title = "MSRC data on CVE-2017-0143 to CVE-2017-0148, as collected by bitsadmin/wesng (BSD-3-Clause), commit 026a581", url = "https://github.com/bitsadmin/wesng" },
  { id = "tenable", title = "Tenable, plugins on MS17-010 and on the monthly rollups of 2017, 2018 and 2021: which update of a month is a rollup", url = "https://www.tenable.com/plugins" },
  { id = "openvas", title = "Greenbone, OpenVAS check of MS17-010: vulnerable versions of srv.sys" },
  { id = "release-information", title = "Microsoft, Windows release information: builds", url = "https://learn.microsoft.com/windows/release-health/release-information" },
]

# Every build from here on was released with the fix.
shipped-fixed = 15063
# The newest build of a release that these facts know.
newest-known = 28000

# Versions for which no update was made: their service pack comes first, where there is one.
unserviced = [
  { version = "5.0.2195", service-pack = 0 },
  { version = "6.0.6000", service-pack = 2, line = "6.0.6002" },
  { version = "6.0.6001", service-pack = 2, line = "6.0.6002" },
  { version = "6.1.7600", service-pack = 1, line = "6.1.7601" },
]
"#;

/// A row of the table of products and updates.
#[derive(Deserialize)]
struct Update {
    product: String,
    build_prefix: String,
    kb: String,
    kind: String,
    srv_sys_min_version: String,
    contains_fix: String,
}

/// A row of the table of superseding updates.
#[derive(Deserialize)]
struct Superseding {
    product: String,
    kb: u32,
    how: String,
    first_date_in_data: String,
}

/// A row of the table of rollups.
#[derive(Deserialize)]
struct Rollup {
    product_family: String,
    kb: u32,
    class: String,
}

/// What is known of a product line.
#[derive(Default)]
struct Facts {
    /// The first fourth number of a servicing branch, and the fixed one in it.
    branches: BTreeMap<u32, u32>,
    /// Updates that hold the fix.
    fixes: BTreeSet<u32>,
    /// Updates of which sources disagree whether they hold it.
    disputed: BTreeSet<u32>,
    /// Those of `fixes` that hold the fix of CVE-2019-0708 (May 2019) too.
    since_may_2019: BTreeSet<u32>,
}

/// The day of CVE-2019-0708, and the lowest number of an update that holds its fix.
const BLUEKEEP: (&str, u32) = ("20190514", 4_499_164);

/// Writes the data file from the tables in a folder.
pub(crate) fn run(from: &Path) -> Result<()> {
    let mut facts: Vec<Facts> = LINES.iter().map(|_| Facts::default()).collect();
    let mut not_fixes: BTreeMap<u32, &str> = BTreeMap::new();
    for update in read::<Update>(&from.join("ms17-010.csv"))? {
        add_update(&update, &mut facts, &mut not_fixes)?;
    }
    for row in read::<Superseding>(&from.join("ms17-010-superseding-kbs.csv"))? {
        let line = line_of(&row.product)?;
        if row.how == "disputed" {
            facts[line].disputed.insert(row.kb);
            continue;
        }
        facts[line].fixes.insert(row.kb);
        if row.first_date_in_data.as_str() >= BLUEKEEP.0 && row.kb >= BLUEKEEP.1 {
            facts[line].since_may_2019.insert(row.kb);
        }
    }
    for row in read::<Rollup>(&from.join("rollups-2017-2021.csv"))? {
        let line = &mut facts[line_of(&row.product_family)?];
        match row.class.as_str() {
            // They hold everything that came before, and Microsoft's own data do not list them.
            "rollup" | "preview_or_oob" => drop(line.fixes.insert(row.kb)),
            "security_only" => {}
            other => bail!("KB{} is of an unknown class, `{other}`", row.kb),
        }
    }
    for line in &mut facts {
        line.fixes.retain(|kb| !line.disputed.contains(kb));
        let wrong: Vec<_> = line.fixes.iter().filter(|kb| not_fixes.contains_key(kb)).collect();
        ensure!(wrong.is_empty(), "the tables disagree about {wrong:?}");
    }
    let path = run::root().join("crates/intel/data/ms17-010.toml");
    let text = write(&facts, &not_fixes)?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    reader
        .deserialize()
        .collect::<csv::Result<_>>()
        .with_context(|| format!("{} has another form", path.display()))
}

fn add_update(row: &Update, facts: &mut [Facts], not_fixes: &mut BTreeMap<u32, &str>) -> Result<()> {
    let Some(kb) = row.kb.strip_prefix("KB") else { return Ok(()) };
    let kb: u32 = kb.parse().with_context(|| format!("`{}` is no number of an update", row.kb))?;
    if row.product == "(any)" {
        let why = if row.kind.starts_with("bulletin") { "bulletin" } else { "predates" };
        not_fixes.insert(kb, why);
        return Ok(());
    }
    let server = row.product.contains("Server 2012");
    let line = LINES
        .iter()
        .position(|line| line.version == row.build_prefix && line.server.is_none_or(|only| only == server));
    let line = &mut facts[line.with_context(|| format!("no line has {}", row.build_prefix))?];
    for (at, version) in row.srv_sys_min_version.split(" / ").enumerate() {
        let minimum = version.rsplit('.').next().and_then(|last| last.parse().ok());
        let minimum = minimum.with_context(|| format!("`{version}` is no version"))?;
        let second = at > 0 || row.product.contains("LDR");
        line.branches.insert(if second { 20_000 } else { 0 }, minimum);
    }
    match row.contains_fix.split_whitespace().next() {
        Some("yes") => drop(line.fixes.insert(kb)),
        Some("disputed") => drop(line.disputed.insert(kb)),
        Some("no") => drop(not_fixes.insert(kb, "not-in-it")),
        _ => bail!("KB{kb}: `{}` says neither yes nor no", row.contains_fix),
    }
    Ok(())
}

/// The line of a product by the name that Microsoft's data give it.
fn line_of(product: &str) -> Result<usize> {
    const NAMES: &[(&str, &str)] = &[
        ("XP Professional x64", "5.2.3790"),
        ("Server 2003", "5.2.3790"),
        ("Windows XP", "5.1.2600"),
        ("Vista", "6.0.6002"),
        ("Server 2008 R2", "6.1.7601"),
        ("Server 2008", "6.0.6002"),
        ("Windows 7", "6.1.7601"),
        ("Windows 8.1", "6.3.9600"),
        ("RT 8.1", "6.3.9600"),
        ("Server 2012 R2", "6.3.9600"),
        ("Server 2012", "6.2.9200"),
        ("Windows 8", "6.2.9200"),
        ("Version 1511", "10.0.10586"),
        ("Version 1607", "10.0.14393"),
        ("Server 2016", "10.0.14393"),
        ("Windows 10 for", "10.0.10240"),
    ];
    let version = NAMES.iter().find(|(name, _)| product.contains(name)).map(|(_, version)| *version);
    let server = product.contains("Server");
    let line = LINES
        .iter()
        .position(|line| Some(line.version) == version && line.server.is_none_or(|only| only == server));
    line.with_context(|| format!("no line has `{product}`"))
}

fn write(facts: &[Facts], not_fixes: &BTreeMap<u32, &str>) -> Result<String> {
    let mut text = HEAD.to_owned();
    text.push_str("\n# Updates that lists on the web take for the fix.\nnot-fixes = [\n");
    for (kb, why) in not_fixes {
        writeln!(text, "  {{ update = {kb}, why = \"{why}\" }},")?;
    }
    text.push_str("]\n");
    for (line, facts) in LINES.iter().zip(facts) {
        ensure!(facts.fixes.contains(&line.install), "KB{} is no fix of {}", line.install, line.name);
        write!(text, "\n[[lines]]\nname = \"{}\"\nversion = \"{}\"\n", line.name, line.version)?;
        if let Some(server) = line.server {
            writeln!(text, "server = {server}")?;
        }
        if line.service_pack > 0 {
            writeln!(text, "service-pack = {}", line.service_pack)?;
        }
        writeln!(text, "rollups = {}\ninstall = {}", line.rollups, line.install)?;
        text.push_str("branches = [");
        for (at, (from, minimum)) in facts.branches.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(text, "{comma}{{ from = {from}, minimum = {minimum} }}")?;
        }
        text.push_str("]\n");
        numbers(&mut text, "fixes", &facts.fixes)?;
        numbers(&mut text, "disputed", &facts.disputed)?;
        numbers(&mut text, "since-may-2019", &facts.since_may_2019)?;
    }
    Ok(text)
}

fn numbers(text: &mut String, name: &str, numbers: &BTreeSet<u32>) -> Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    writeln!(text, "{name} = [")?;
    let numbers: Vec<_> = numbers.iter().map(u32::to_string).collect();
    for row in numbers.chunks(12) {
        writeln!(text, "  {},", row.join(", "))?;
    }
    text.push_str("]\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_by_the_names_of_microsofts_data() {
        for (product, version, server) in [
            ("Microsoft Windows XP Professional x64 Edition Service Pack 2", "5.2.3790", None),
            ("Windows Server 2008 R2 for x64-based Systems Service Pack 1", "6.1.7601", None),
            ("Windows Server 2008 for 32-bit Systems Service Pack 2", "6.0.6002", None),
            ("Windows 8 for 32-bit Systems", "6.2.9200", Some(false)),
            ("Windows Server 2012", "6.2.9200", Some(true)),
            ("Windows RT 8.1", "6.3.9600", None),
            ("Windows 10 for 32-bit Systems", "10.0.10240", None),
            ("Windows 10 Version 1607 for x64-based Systems", "10.0.14393", None),
        ] {
            let line = &LINES[line_of(product).unwrap()];
            assert_eq!((line.version, line.server), (version, server), "{product}");
        }
        assert!(line_of("Windows 95").is_err());
    }
}
