//! The decision.

use super::{
    Answer, Certainty, Decision, Line, NetworkAnswer, PatchFacts, Remedy, Settle, Sign, SrvSys, Table,
    UpdateList, Version,
};

/// At most this many updates are named of those that hold the fix, or that belong elsewhere.
const MOST_NAMED: usize = 3;

impl Table {
    /// Whether the machine has the fix, by everything that was read of it.
    pub fn decide(&self, facts: &PatchFacts) -> Decision {
        let lines = self.lines_of(facts);
        let mut signs = Vec::new();
        signs.extend(self.by_file(facts));
        signs.extend(self.by_build(facts, &lines));
        signs.extend(self.by_rollup(facts));
        self.by_updates(facts, &lines, &mut signs);
        signs.extend(facts.network.map(Sign::Network));
        signs.extend(facts.restart_pending.then_some(Sign::RestartPending));

        let answer = signs.iter().map(Sign::says).find(|says| *says != Answer::Unknown);
        let answer = answer.unwrap_or(Answer::Unknown);
        let (silent, speaking): (Vec<_>, Vec<_>) =
            signs.into_iter().partition(|sign| sign.says() == Answer::Unknown);
        let (evidence, mut contradictions): (Vec<_>, Vec<_>) =
            speaking.into_iter().partition(|sign| sign.says() == answer);
        let (foreign, silent): (Vec<_>, Vec<_>) = silent
            .into_iter()
            .partition(|sign| matches!(sign, Sign::SrvSysForeign { .. } | Sign::ForeignUpdate { .. }));
        contradictions.extend(foreign);

        let mut certainty = evidence.first().map_or(Certainty::Possible, Sign::certainty);
        if !contradictions.is_empty() {
            certainty = certainty.lowered();
        }
        if facts.restart_pending {
            certainty = certainty.lowered();
        }
        let settled = answer != Answer::Unknown && certainty == Certainty::Certain;
        let settle = if settled { Vec::new() } else { settle(facts, answer, !contradictions.is_empty()) };
        let (evidence, remarks) =
            if answer == Answer::Unknown { (silent, Vec::new()) } else { (evidence, silent) };
        let remedies =
            if answer == Answer::Fixed { Vec::new() } else { self.remedies(facts, &lines, &evidence) };
        Decision { answer, certainty, evidence, contradictions, remarks, settle, remedies }
    }

    /// The product lines that the machine may belong to.
    fn lines_of(&self, facts: &PatchFacts) -> Vec<&Line> {
        let file = match facts.srv_sys {
            Some(SrvSys::Version([major, minor, build, _])) => {
                Some(Version::new(major.into(), minor.into(), build.into()))
            }
            _ => None,
        };
        let server = facts.product.as_deref().map(is_server);
        let builds =
            self.lines.iter().filter(|line| facts.rollups.iter().any(|r| r.build == line.version.build));
        let package = builds.map(|line| line.version).next();
        if let Some(version) = facts.version.or(file).or(package) {
            let fits = |line: &&Line| {
                line.version == serviced_as(version)
                    && line.server.is_none_or(|only| server.is_none_or(|server| server == only))
            };
            return self.lines.iter().filter(fits).collect();
        }
        // The updates tell the product, where they all belong to one.
        let known: Vec<_> =
            facts.updates.iter().filter(|update| self.line_with(**update).is_some()).collect();
        let fits = |line: &&Line| !known.is_empty() && known.iter().all(|update| line.fixes.contains(update));
        self.lines.iter().filter(fits).collect()
    }

    /// The first line of which the update holds the fix.
    fn line_with(&self, update: u32) -> Option<&Line> {
        self.lines.iter().find(|line| line.fixes.contains(&update))
    }

    fn by_file(&self, facts: &PatchFacts) -> Option<Sign> {
        let found = match facts.srv_sys? {
            SrvSys::Absent => return Some(Sign::SrvSysAbsent),
            SrvSys::Version(found) => found,
        };
        let [major, minor, build, fourth] = found;
        let own = Version::new(major.into(), minor.into(), build.into());
        if facts.version.is_some_and(|version| !self.can_have(version, own)) {
            return Some(Sign::SrvSysForeign { found });
        }
        if self.is_shipped_fixed(own) {
            return Some(Sign::SrvSysShippedFixed { found });
        }
        if own == SERVER_2008_LATE {
            return Some(Sign::SrvSysVersion { found, minimum: [major, minor, build, 0] });
        }
        if self.unserviced.iter().any(|version| version.version == own) {
            return Some(Sign::SrvSysUnserviced { found });
        }
        let line = self.lines.iter().find(|line| line.version == own);
        match line.and_then(|line| line.minimum(fourth)) {
            Some(minimum) => Some(Sign::SrvSysVersion { found, minimum: [major, minor, build, minimum] }),
            None => Some(Sign::UnknownVersion(own)),
        }
    }

    /// Whether a Windows of one version can have a file of another.
    fn can_have(&self, windows: Version, file: Version) -> bool {
        serviced_as(windows) == serviced_as(file)
            || (self.is_shipped_fixed(windows) && self.is_shipped_fixed(file))
    }

    const fn is_shipped_fixed(&self, version: Version) -> bool {
        version.major == 10 && version.minor == 0 && version.build >= self.shipped_fixed
    }

    fn by_build(&self, facts: &PatchFacts, lines: &[&Line]) -> Option<Sign> {
        let version = facts.version?;
        let build = version.build;
        if self.is_shipped_fixed(version) {
            let future = build > self.newest_known;
            return Some(if future { Sign::FutureBuild { build } } else { Sign::ShippedFixed { build } });
        }
        if let Some(service_pack) = self.unserviced_pack(facts, lines) {
            return Some(Sign::Unserviced { service_pack });
        }
        let Some(line) = lines.first() else {
            return Some(Sign::UnknownVersion(version));
        };
        if version.major < 10 {
            return None;
        }
        match (facts.revision, line.branches.first()) {
            (Some(found), Some(branch)) => {
                Some(Sign::Revision { build, found, minimum: branch.minimum.into() })
            }
            _ => Some(Sign::NoRevision { build }),
        }
    }

    /// The service pack of a machine that never got the update.
    fn unserviced_pack(&self, facts: &PatchFacts, lines: &[&Line]) -> Option<u32> {
        if self.unserviced.iter().any(|known| facts.version == Some(known.version)) {
            return Some(facts.service_pack.unwrap_or_default());
        }
        let needed = lines.first().map(|line| line.service_pack)?;
        facts.service_pack.filter(|found| *found < needed)
    }

    fn by_rollup(&self, facts: &PatchFacts) -> Option<Sign> {
        let newest = |line: &Line| {
            let build = line.version.build;
            let own = facts.rollups.iter().filter(|rollup| rollup.build == build);
            own.map(|rollup| rollup.revision).max().map(|found| (build, found))
        };
        let newest_of_all = facts.rollups.iter().map(|rollup| rollup.build).max();
        if let (None, Some(build)) =
            (facts.version, newest_of_all.filter(|build| *build >= self.shipped_fixed))
        {
            return Some(Sign::ShippedFixed { build });
        }
        let version = |line: &&Line| facts.version.is_none_or(|version| version == line.version);
        self.lines.iter().filter(|line| line.rollups).filter(version).find_map(|line| {
            let (build, found) = newest(line)?;
            let minimum = line.branches.first()?.minimum.into();
            Some(Sign::Rollup { build, found, minimum, cumulative: line.version.major >= 10 })
        })
    }

    fn by_updates(&self, facts: &PatchFacts, lines: &[&Line], signs: &mut Vec<Sign>) {
        let before = signs.len();
        let holds = |update: &u32| lines.iter().any(|line| line.fixes.contains(update));
        let fixes = facts.updates.iter().filter(|update| holds(update));
        signs.extend(fixes.take(MOST_NAMED).map(|update| {
            let products = lines.iter().copied().filter(|line| line.fixes.contains(update));
            Sign::Update { update: *update, products: names(products) }
        }));
        let found = signs.len() > before;
        let foreign = facts.updates.iter().filter(|update| !holds(update));
        let foreign = foreign.filter_map(|update| Some((update, self.line_with(*update)?)));
        signs.extend(foreign.take(MOST_NAMED).map(|(update, _)| {
            let products = self.lines.iter().filter(|line| line.fixes.contains(update));
            Sign::ForeignUpdate { update: *update, products: names(products) }
        }));
        let listed = |update: u32| facts.updates.contains(&update);
        let wrong = self.not_fixes.iter().filter(|known| listed(known.update));
        signs.extend(wrong.map(|known| Sign::NotAFix { update: known.update, why: known.why }));
        let mut disputed: Vec<_> = self.lines.iter().flat_map(|line| &line.disputed).collect();
        disputed.sort();
        disputed.dedup();
        let disputed = disputed.into_iter().filter(|update| listed(**update));
        signs.extend(disputed.map(|update| Sign::Disputed { update: *update }));
        match facts.list {
            UpdateList::Truncated { listed, counted } => {
                signs.push(Sign::ListTruncated { listed, counted });
            }
            UpdateList::Whole if facts.updates.is_empty() => signs.push(Sign::ListEmpty),
            UpdateList::Whole if !found => signs.push(Sign::NotInList),
            UpdateList::Whole | UpdateList::None => {}
        }
    }

    /// What to install, for each product that the machine may be.
    fn remedies(&self, facts: &PatchFacts, lines: &[&Line], evidence: &[Sign]) -> Vec<Remedy> {
        let file = evidence.iter().find_map(|sign| match sign {
            Sign::SrvSysUnserviced { found: [major, minor, build, _] } => {
                Some(Version::new((*major).into(), (*minor).into(), (*build).into()))
            }
            _ => None,
        });
        let version = facts.version.or(file);
        if let Some(known) = self.unserviced.iter().find(|known| Some(known.version) == version) {
            let line = self.lines.iter().find(|line| Some(line.version) == known.line);
            return vec![line.map_or(Remedy::None, |line| service_pack_first(known.service_pack, line))];
        }
        let remedy = |line: &&Line| {
            if facts.service_pack.is_some_and(|found| found < line.service_pack) {
                service_pack_first(line.service_pack, line)
            } else {
                Remedy::Install { update: line.install, products: line.name.clone() }
            }
        };
        lines.iter().map(remedy).collect()
    }
}

fn service_pack_first(service_pack: u32, line: &Line) -> Remedy {
    Remedy::ServicePackFirst { service_pack, update: line.install, products: line.name.clone() }
}

/// Server 2008 SP2 counts its builds from here since the spring of 2019.
const SERVER_2008_LATE: Version = Version::new(6, 0, 6003);

/// The version under which the facts keep a version.
fn serviced_as(version: Version) -> Version {
    if version == SERVER_2008_LATE { Version::new(6, 0, 6002) } else { version }
}

/// Whether the product is a server: every language writes `Windows Server`.
fn is_server(product: &str) -> bool {
    product.to_ascii_lowercase().contains("server")
}

fn names<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    lines.map(|line| line.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// What would settle the answer, the surest first.
fn settle(facts: &PatchFacts, answer: Answer, contradicted: bool) -> Vec<Settle> {
    let open = answer == Answer::Unknown || contradicted;
    let mut settle = Vec::new();
    if open && facts.srv_sys.is_none_or(|file| matches!(file, SrvSys::Version(_))) {
        settle.push(Settle::SrvSysVersion);
    }
    let ten = facts.version.is_some_and(|version| version.major >= 10);
    if open && ten && facts.revision.is_none() {
        settle.push(Settle::Revision);
    }
    if open && facts.version.is_none() {
        settle.push(Settle::Product);
    }
    if open && matches!(facts.list, UpdateList::Truncated { .. }) {
        settle.push(Settle::WholeList);
    }
    if facts.restart_pending {
        settle.push(Settle::Restart);
    }
    if open
        && !facts
            .network
            .is_some_and(|answer| matches!(answer, NetworkAnswer::Fixed | NetworkAnswer::NotFixed))
    {
        settle.push(Settle::Network);
    }
    settle
}
