//! Versions of Windows: holes that worms use besides MS17-010, and when support ended.
//!
//! Every hole has the same three answers as MS17-010, and the same rule: that an update is not in a list says nothing.

use crate::ms17_010::{Answer, PatchFacts, Table, Version, version};
use crate::{FileError, SourceRef};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Holes and releases: the file of the form `deminer.windows/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Windows {
    /// The form of the file: [`Windows::SCHEMA`].
    pub schema: String,
    /// Where the facts come from.
    pub sources: Vec<SourceRef>,
    /// The holes.
    pub holes: Vec<Hole>,
    /// The releases of which support has ended for some edition.
    pub releases: Vec<Release>,
}

/// A hole that worms use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hole {
    /// Its number: `CVE-2020-0796`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The id of the source.
    pub source: String,
    /// The driver that holds it, where its version tells, in lower case.
    #[serde(default)]
    pub driver: Option<String>,
    /// The ids of the sources of its versions.
    #[serde(default)]
    pub driver_sources: Vec<String>,
    /// The versions that have it.
    pub affected: Vec<Affected>,
}

/// A version of Windows with a hole, and how its fix shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Affected {
    /// The version.
    #[serde(deserialize_with = "version")]
    pub version: Version,
    /// The lowest revision of the build with the fix.
    #[serde(default)]
    pub revision: Option<u32>,
    /// The updates that hold the fix; none where the service pack never got one.
    #[serde(default)]
    pub fixes: BTreeSet<u32>,
    /// Rollups that came after the fix, and hold it.
    #[serde(default)]
    pub later: BTreeSet<u32>,
    /// The `RollupFix` package from which on the fix is there.
    #[serde(default)]
    pub rollup: Option<RollupFrom>,
    /// What the version of the driver tells.
    #[serde(default)]
    pub drivers: Vec<DriverBounds>,
    /// Whether the updates since May 2019 of the facts on MS17-010 hold it too.
    #[serde(default)]
    pub since_may_2019: bool,
}

/// The versions of a driver of one build, as far as they are known. Those between are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DriverBounds {
    /// The third number of the driver's version.
    pub build: u16,
    /// Up to this fourth number the driver is known without the fix.
    #[serde(default)]
    pub open_through: Option<u16>,
    /// From this fourth number on it is known with the fix.
    #[serde(default)]
    pub fixed_from: Option<u16>,
}

/// The first `RollupFix` package with a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RollupFrom {
    /// The build number that it is for.
    pub build: u32,
    /// The lowest revision.
    pub revision: u32,
    /// Whether it is a cumulative update, without which nothing newer can be there.
    #[serde(default)]
    pub cumulative: bool,
}

/// What is known of a hole on a machine that could have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holed<'a> {
    /// The hole.
    pub hole: &'a Hole,
    /// The version of Windows, and the updates for it.
    pub affected: &'a Affected,
    /// Whether the fix is there.
    pub answer: Answer,
    /// What says so.
    pub ground: Ground,
    /// What speaks against it.
    pub against: Option<Ground>,
}

/// What an answer about a hole rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The version of the driver.
    Driver {
        /// The version that was read.
        found: [u16; 4],
        /// The lowest of its build that is known with the fix; `None` where none ever got it.
        minimum: Option<[u16; 4]>,
    },
    /// The revision of the build, and the lowest with the fix.
    Revision {
        /// The revision that was read.
        found: u32,
        /// The lowest with the fix.
        minimum: u32,
    },
    /// The newest `RollupFix` package, and the lowest with the fix.
    Rollup {
        /// The build number that it is for.
        build: u32,
        /// The revision that was read.
        found: u32,
        /// The lowest with the fix.
        minimum: u32,
    },
    /// An update that holds the fix.
    Update(u32),
    /// Nothing that was read tells.
    Nothing,
}

/// A release of Windows of which support has ended for some edition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Release {
    /// The version.
    #[serde(deserialize_with = "version")]
    pub version: Version,
    /// Its name.
    pub name: String,
    /// When support ended for the editions of private people and small offices, as `YYYY-MM-DD`.
    #[serde(default)]
    pub ended: Option<String>,
    /// When it ended for Enterprise and Education, where that is another day; empty where it has not yet.
    #[serde(default)]
    pub enterprise: Option<String>,
    /// When it ended for LTSB and LTSC.
    #[serde(default)]
    pub long_term: Option<String>,
    /// When it ended for Windows Server.
    #[serde(default)]
    pub server: Option<String>,
}

impl Windows {
    /// The form of the file.
    pub const SCHEMA: &'static str = "deminer.windows/1";

    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`] where the text is no TOML of this form.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, FileError> {
        let windows: Self = crate::own::read(file, text)?;
        if windows.schema != Self::SCHEMA {
            let problem = format!("expected schema = \"{}\", found \"{}\"", Self::SCHEMA, windows.schema);
            return Err(FileError::at(file, text, None, problem));
        }
        Ok(windows)
    }

    /// The holes that the version of the machine has, and whether they are fixed. A version that none has is not affected.
    pub fn holes_of<'a>(&'a self, facts: &PatchFacts, ms17_010: &Table) -> Vec<Holed<'a>> {
        if facts.versions.len() > 1 {
            return Vec::new();
        }
        let version = ms17_010.version_of(facts);
        let affected = self.holes.iter().filter_map(|hole| {
            let version = version.or_else(|| {
                let [major, minor, build, _] = *hole.versions(facts).next()?;
                Some(Version::new(major.into(), minor.into(), build.into()))
            })?;
            let affected = hole.affected.iter().find(|affected| affected.version == version)?;
            Some((hole, affected))
        });
        affected.map(|(hole, affected)| hole.judge(affected, facts, ms17_010)).collect()
    }

    /// The release and the day when support ended, where it has ended for this edition.
    ///
    /// Support that Microsoft sells beyond that day is not counted. Where the edition is not known, the last day of all
    /// counts.
    pub fn end_of_support(&self, version: Version, product: &str) -> Option<(&Release, &str)> {
        let release = self.releases.iter().find(|release| release.version == version)?;
        let product = product.to_ascii_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| product.contains(word));
        let ended = if is(&["server"]) {
            release.server.as_deref()
        } else if is(&["ltsc", "ltsb"]) {
            release.long_term.as_deref()
        } else if is(&[" pro", " home"]) {
            release.ended.as_deref()
        } else {
            release.enterprise.as_deref().or(release.ended.as_deref())
        };
        ended.filter(|ended| !ended.is_empty()).map(|ended| (release, ended))
    }
}

impl Hole {
    /// The versions of its driver that were read, the lowest first.
    fn versions<'f>(&self, facts: &'f PatchFacts) -> impl Iterator<Item = &'f [u16; 4]> + use<'f> {
        let found = self.driver.as_ref().and_then(|driver| facts.drivers.get(driver));
        found.into_iter().flatten()
    }

    /// The driver decides, and what else was read speaks for it or against it.
    fn judge<'a>(&'a self, affected: &'a Affected, facts: &PatchFacts, ms17_010: &Table) -> Holed<'a> {
        let by_driver = self.versions(facts).filter_map(|found| affected.by_driver(*found));
        // Of several readings the most careful counts.
        let by_driver = by_driver.max_by_key(|(answer, _)| match answer {
            Answer::NotFixed => 2,
            Answer::Unknown => 1,
            Answer::Fixed => 0,
        });
        let (other, other_ground, other_against) = affected.judge(facts, ms17_010);
        let (answer, ground, against) = match by_driver {
            Some((answer @ (Answer::NotFixed | Answer::Fixed), ground)) => {
                let against = other != Answer::Unknown && other != answer;
                (answer, ground, against.then_some(other_ground))
            }
            Some((Answer::Unknown, ground)) if other == Answer::Unknown => (other, ground, None),
            _ => (other, other_ground, other_against),
        };
        Holed { hole: self, affected, answer, ground, against }
    }
}

impl Affected {
    /// What a version of the driver says; nothing where it belongs to another Windows.
    fn by_driver(&self, found: [u16; 4]) -> Option<(Answer, Ground)> {
        let [major, minor, build, fourth] = found;
        let is_own = self.version.major == u32::from(major) && self.version.minor == u32::from(minor);
        let bounds = self.drivers.iter().find(|bounds| is_own && bounds.build == build)?;
        // Where a build ends before the fix, the next one of the same Windows has it.
        let next = || self.drivers.iter().find(|other| other.build > build && other.fixed_from.is_some());
        let fixed = bounds.fixed_from.map(|from| [major, minor, build, from]);
        let minimum = fixed.or_else(|| {
            let next = next()?;
            Some([major, minor, next.build, next.fixed_from?])
        });
        let answer = if bounds.fixed_from.is_some_and(|from| fourth >= from) {
            Answer::Fixed
        } else if bounds.open_through.is_some_and(|through| fourth <= through) {
            Answer::NotFixed
        } else {
            Answer::Unknown
        };
        Some((answer, Ground::Driver { found, minimum }))
    }

    /// The revision decides, and packages and updates speak for it or against it.
    fn judge(&self, facts: &PatchFacts, ms17_010: &Table) -> (Answer, Ground, Option<Ground>) {
        let (other, other_ground) = self.by_updates(facts, ms17_010);
        let (Some(found), Some(minimum)) = (facts.revision, self.revision) else {
            return (other, other_ground, None);
        };
        let answer = if found >= minimum { Answer::Fixed } else { Answer::NotFixed };
        // Packages stay behind what a later one brought, so an old one speaks against nothing.
        let against = other == Answer::Fixed && answer == Answer::NotFixed;
        (answer, Ground::Revision { found, minimum }, against.then_some(other_ground))
    }

    fn by_updates(&self, facts: &PatchFacts, ms17_010: &Table) -> (Answer, Ground) {
        let line = ms17_010.lines.iter().find(|line| self.since_may_2019 && line.version == self.version);
        let fixes = |update: &&u32| {
            self.fixes.contains(update)
                || self.later.contains(update)
                || line.is_some_and(|line| line.since_may_2019.contains(update))
        };
        let newest = |from: &RollupFrom| {
            let own = facts.rollups.iter().filter(|rollup| rollup.build == from.build);
            own.map(|rollup| rollup.revision).max().map(|found| (*from, found))
        };
        let rollup = self.rollup.as_ref().and_then(newest);
        let ground = |(from, found): (RollupFrom, u32)| Ground::Rollup {
            build: from.build,
            found,
            minimum: from.revision,
        };
        if let Some(rollup) = rollup.filter(|(from, found)| *found >= from.revision) {
            return (Answer::Fixed, ground(rollup));
        }
        match (facts.updates.iter().find(fixes), rollup) {
            (Some(update), _) => (Answer::Fixed, Ground::Update(*update)),
            (None, Some(rollup)) if rollup.0.cumulative => (Answer::NotFixed, ground(rollup)),
            // A single update may have brought the fix all the same.
            (None, _) => (Answer::Unknown, Ground::Nothing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Intel;

    fn answers(version: Version, revision: Option<u32>, updates: &[u32]) -> Vec<(String, Answer)> {
        let facts = PatchFacts {
            version: Some(version),
            revision,
            updates: updates.iter().copied().collect(),
            ..PatchFacts::default()
        };
        let intel = Intel::builtin();
        let holes = intel.windows().holes_of(&facts, intel.ms17_010());
        holes.into_iter().map(|holed| (holed.hole.name.clone(), holed.answer)).collect()
    }

    #[test]
    fn a_package_that_speaks_against_the_revision_is_kept() {
        let facts = PatchFacts {
            version: Some(Version::new(10, 0, 18_363)),
            revision: Some(719),
            rollups: vec![crate::ms17_010::Rollup { build: 18_362, revision: 720 }],
            ..PatchFacts::default()
        };
        let intel = Intel::builtin();
        let holes = intel.windows().holes_of(&facts, intel.ms17_010());
        let first = holes.first().unwrap();
        assert_eq!((first.answer, first.against.is_some()), (Answer::NotFixed, true));
    }

    #[test]
    fn smbghost_below_at_and_above_its_boundary() {
        for build in [18_362, 18_363] {
            let at = |revision, updates: &[u32]| answers(Version::new(10, 0, build), revision, updates);
            let expected = |answer| vec![("SMBGhost".to_owned(), answer)];
            assert_eq!(at(Some(719), &[]), expected(Answer::NotFixed));
            assert_eq!(at(Some(720), &[]), expected(Answer::Fixed));
            assert_eq!(at(Some(721), &[]), expected(Answer::Fixed));
            assert_eq!(at(None, &[4_551_762]), expected(Answer::Fixed));
            assert_eq!(at(None, &[5_003_169]), expected(Answer::Fixed));
            assert_eq!(at(None, &[4_540_673]), expected(Answer::Unknown));
        }
        for build in [17_763, 19_041] {
            assert_eq!(answers(Version::new(10, 0, build), Some(1), &[]), []);
        }
    }

    #[test]
    fn bluekeep_by_the_updates_of_each_product() {
        for (version, update, answer) in [
            ((5, 1, 2600), 4_500_331, Answer::Fixed),
            ((5, 2, 3790), 4_500_331, Answer::Fixed),
            ((6, 0, 6002), 4_499_149, Answer::Fixed),
            ((6, 0, 6003), 4_499_180, Answer::Fixed),
            ((6, 1, 7601), 4_499_164, Answer::Fixed),
            ((6, 1, 7601), 4_499_175, Answer::Fixed),
            ((6, 1, 7601), 4_534_310, Answer::Fixed),
            ((6, 0, 6003), 4_530_695, Answer::Fixed),
            ((6, 0, 6003), 4_493_471, Answer::Unknown),
            ((6, 1, 7601), 4_493_472, Answer::Unknown),
            ((6, 1, 7601), 4_500_331, Answer::Unknown),
            ((6, 1, 7600), 4_499_164, Answer::Unknown),
        ] {
            let (major, minor, build) = version;
            let found = answers(Version::new(major, minor, build), None, &[update]);
            assert_eq!(found, [("BlueKeep".to_owned(), answer)], "{version:?} KB{update}");
        }
        assert_eq!(answers(Version::new(6, 2, 9200), None, &[]), []);
    }

    #[test]
    fn bluekeep_by_the_driver() {
        let judged = |version: Option<(u32, u32, u32)>, found: &[[u16; 4]], updates: &[u32]| {
            let facts = PatchFacts {
                version: version.map(|(major, minor, build)| Version::new(major, minor, build)),
                drivers: [("termdd.sys".to_owned(), found.iter().copied().collect())].into(),
                updates: updates.iter().copied().collect(),
                ..PatchFacts::default()
            };
            let intel = Intel::builtin();
            let holes = intel.windows().holes_of(&facts, intel.ms17_010());
            holes.first().map(|holed| (holed.answer, holed.against.is_some()))
        };
        let (open, fixed, unknown) =
            ((Answer::NotFixed, false), (Answer::Fixed, false), (Answer::Unknown, false));
        let seven = (6, 1, 7601);
        for (version, found, expected) in [
            ((5, 1, 2600), [5, 1, 2600, 7700], open),
            ((5, 1, 2600), [5, 1, 2600, 7701], fixed),
            ((5, 2, 3790), [5, 2, 3790, 6786], open),
            ((5, 2, 3790), [5, 2, 3790, 6787], fixed),
            ((6, 0, 6001), [6, 0, 6001, 18_000], open),
            ((6, 0, 6002), [6, 0, 6002, 24_500], open),
            ((6, 0, 6003), [6, 0, 6002, 24_500], open),
            ((6, 0, 6003), [6, 0, 6003, 20_513], unknown),
            ((6, 0, 6002), [6, 0, 6003, 20_514], fixed),
            ((6, 1, 7600), [6, 1, 7600, 16_385], open),
            (seven, [6, 1, 7601, 17_514], open),
            (seven, [6, 1, 7601, 23_403], open),
            (seven, [6, 1, 7601, 23_404], unknown),
            (seven, [6, 1, 7601, 24_440], unknown),
            (seven, [6, 1, 7601, 24_441], fixed),
            // A driver of another Windows tells nothing.
            (seven, [6, 1, 7600, 16_385], unknown),
            (seven, [10, 0, 19_041, 1], unknown),
        ] {
            assert_eq!(judged(Some(version), &[found], &[]), Some(expected), "{version:?} {found:?}");
        }
        // It tells the Windows, too, and of several the most careful counts.
        assert_eq!(judged(None, &[[6, 1, 7601, 24_441]], &[]), Some(fixed));
        assert_eq!(judged(None, &[[10, 0, 19_041, 1]], &[]), None);
        assert_eq!(judged(Some(seven), &[[6, 1, 7601, 24_441], [6, 1, 7601, 23_000]], &[]), Some(open));
        // What speaks against it is kept; where it does not tell, the rest does.
        let contradicted = judged(Some(seven), &[[6, 1, 7601, 23_000]], &[4_499_175]);
        assert_eq!(contradicted, Some((Answer::NotFixed, true)));
        assert_eq!(judged(Some(seven), &[[6, 1, 7601, 24_000]], &[4_499_175]), Some(fixed));
    }

    #[test]
    fn holes_by_the_rollup_that_is_installed() {
        use crate::ms17_010::Rollup;
        let answer = |version, build, revision| {
            let rollups = vec![Rollup { build, revision: 1 }, Rollup { build, revision }];
            let facts = PatchFacts { version, rollups, ..PatchFacts::default() };
            let intel = Intel::builtin();
            let holes = intel.windows().holes_of(&facts, intel.ms17_010());
            holes.first().map(|holed| holed.answer)
        };
        let seven = Some(Version::new(6, 1, 7601));
        // A single update may have brought the fix where the rollup is older.
        assert_eq!(answer(seven, 7601, 24_440), Some(Answer::Unknown));
        assert_eq!(answer(seven, 7601, 24_441), Some(Answer::Fixed));
        assert_eq!(answer(None, 7601, 24_545), Some(Answer::Fixed));
        let server = Some(Version::new(6, 0, 6003));
        assert_eq!(answer(server, 6003, 20_511), Some(Answer::Unknown));
        assert_eq!(answer(server, 6003, 20_512), Some(Answer::Fixed));
        for build in [18_362, 18_363] {
            let version = Some(Version::new(10, 0, build));
            assert_eq!(answer(version, 18_362, 719), Some(Answer::NotFixed));
            assert_eq!(answer(version, 18_362, 720), Some(Answer::Fixed));
        }
    }

    #[test]
    fn support_ends_by_edition() {
        let windows = Intel::builtin().windows();
        let ended = |build, product| {
            let version = if build < 10_000 { Version::new(6, 1, build) } else { Version::new(10, 0, build) };
            windows.end_of_support(version, product).map(|(_, day)| day)
        };
        assert_eq!(ended(7601, "Microsoft Windows 7 Professional"), Some("2020-01-14"));
        assert_eq!(ended(14_393, "Microsoft Windows 10 Pro"), Some("2018-04-10"));
        assert_eq!(ended(14_393, "Microsoft Windows 10 企业版"), Some("2019-04-09"));
        assert_eq!(ended(14_393, "Microsoft Windows Server 2016 Standard"), None);
        assert_eq!(ended(17_763, "Microsoft Windows 10 Enterprise LTSC"), None);
        assert_eq!(ended(26_100, "Microsoft Windows 11 Enterprise"), None);
        assert_eq!(ended(26_100, ""), None);
        assert_eq!(ended(26_100, "Microsoft Windows 11 Pro"), Some("2026-10-13"));
        assert_eq!(ended(26_100, "Microsoft Windows Server 2025 Standard"), None);
        assert_eq!(ended(25_398, "Windows Server Datacenter"), Some("2025-10-24"));
        assert_eq!(ended(25_398, ""), Some("2025-10-24"));
        assert_eq!(ended(16_299, "Windows Server Standard"), Some("2019-04-09"));
        assert_eq!(ended(17_134, "Windows Server Standard"), Some("2019-11-12"));
    }

    #[test]
    fn every_fact_has_its_source() {
        let windows = Intel::builtin().windows();
        for hole in &windows.holes {
            for id in hole.driver_sources.iter().chain([&hole.source]) {
                assert!(windows.sources.iter().any(|source| source.id == *id), "{}", hole.id);
            }
            assert_eq!(hole.driver.is_some(), !hole.driver_sources.is_empty());
        }
        assert!(windows.sources.iter().any(|source| source.id == "lifecycle"));
        assert!(windows.releases.is_sorted_by_key(|release| release.version));
    }
}
