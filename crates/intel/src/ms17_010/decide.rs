//! The decision.

use super::{
    Answer, Certainty, Decision, Line, NetworkAnswer, PatchFacts, Remedy, Rollup, Settle, Sign, SrvSys,
    Table, UpdateList, Version,
};

/// At most this many updates are named of those that hold the fix, or that belong elsewhere.
const MOST_NAMED: usize = 3;

impl Table {
    /// Whether the machine has the fix, by everything that was read of it.
    pub fn decide(&self, facts: &PatchFacts) -> Decision {
        let lines = self.lines_of(facts);
        let mut signs = Vec::new();
        if facts.versions.len() > 1 {
            signs.push(Sign::SeveralVersions { versions: facts.versions.iter().copied().collect() });
        }
        let files = facts.srv_sys.iter().chain(&facts.other_files);
        signs.extend(of_a_kind(files.map(|file| self.by_file(facts, *file))));
        let revisions = facts.revision.iter().chain(&facts.other_revisions).copied().map(Some);
        let revisions: Vec<_> = revisions.collect();
        let revisions = if revisions.is_empty() { vec![None] } else { revisions };
        signs.extend(of_a_kind(
            revisions.into_iter().filter_map(|revision| self.by_build(facts, revision, &lines)),
        ));
        self.by_rollup(facts, &mut signs);
        self.by_updates(facts, &lines, &mut signs);
        let answers = facts.network.iter().chain(&facts.other_answers);
        signs.extend(of_a_kind(answers.copied().map(Sign::Network)));
        signs.extend(facts.restart_pending.then_some(Sign::RestartPending));

        let answer = signs.iter().map(Sign::says).find(|says| *says != Answer::Unknown);
        let answer = answer.unwrap_or(Answer::Unknown);
        // A list that names the update of a service pack that never got it belongs to another state of the machine, or to another machine.
        let by_list = signs
            .iter()
            .filter(|sign| sign.says() == Answer::Fixed)
            .all(|sign| matches!(sign, Sign::Update { .. }));
        let unserviced = signs.iter().any(|sign| matches!(sign, Sign::Unserviced { .. }));
        let answer = if answer == Answer::Fixed && by_list && unserviced { Answer::Unknown } else { answer };
        let (silent, speaking): (Vec<_>, Vec<_>) =
            signs.into_iter().partition(|sign| sign.says() == Answer::Unknown);
        let (evidence, mut contradictions): (Vec<_>, Vec<_>) =
            speaking.into_iter().partition(|sign| sign.says() == answer);
        // A file cannot be there and not be there.
        let has_file = matches!(facts.srv_sys, Some(SrvSys::Version(_)));
        let (foreign, silent): (Vec<_>, Vec<_>) = silent
            .into_iter()
            .partition(|sign| sign.is_foreign() || (has_file && *sign == Sign::SrvSysAbsent));
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
        let server = facts.product.as_deref().and_then(is_server);
        if let Some(version) = self.version_of(facts) {
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

    /// The version of Windows, where need be by its file or its packages.
    pub(crate) fn version_of(&self, facts: &PatchFacts) -> Option<Version> {
        let file = match facts.srv_sys {
            Some(SrvSys::Version([major, minor, build, _])) => {
                Some(Version::new(major.into(), minor.into(), build.into()))
            }
            _ => None,
        };
        let package = || {
            let newest = facts.rollups.iter().map(|rollup| rollup.build).max();
            let shipped = newest.filter(|build| *build >= self.shipped_fixed);
            let of = |line: &&Line| facts.rollups.iter().any(|rollup| rollup.build == line.version.build);
            let line = || self.lines.iter().find(of).map(|line| line.version);
            shipped.map(|build| Version::new(10, 0, build)).or_else(line)
        };
        facts.version.or(file).or_else(package)
    }

    /// The first line of which the update holds the fix.
    fn line_with(&self, update: u32) -> Option<&Line> {
        self.lines.iter().find(|line| line.fixes.contains(&update))
    }

    fn by_file(&self, facts: &PatchFacts, file: SrvSys) -> Sign {
        let SrvSys::Version(found) = file else { return Sign::SrvSysAbsent };
        let [major, minor, build, fourth] = found;
        let own = Version::new(major.into(), minor.into(), build.into());
        if facts.version.is_some_and(|version| !self.can_have(version, own)) {
            return Sign::SrvSysForeign { found };
        }
        if self.is_shipped_fixed(own) {
            return Sign::SrvSysShippedFixed { found };
        }
        if own == SERVER_2008_LATE {
            return Sign::SrvSysVersion { found, minimum: [major, minor, build, 0] };
        }
        if self.unserviced.iter().any(|version| version.version == own) {
            return Sign::SrvSysUnserviced { found };
        }
        let line = self.lines.iter().find(|line| line.version == own);
        match line.and_then(|line| line.minimum(fourth)) {
            Some(minimum) => Sign::SrvSysVersion { found, minimum: [major, minor, build, minimum] },
            None => Sign::UnknownVersion(own),
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

    fn by_build(&self, facts: &PatchFacts, revision: Option<u32>, lines: &[&Line]) -> Option<Sign> {
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
        match (revision, line.branches.first()) {
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

    fn by_rollup(&self, facts: &PatchFacts, signs: &mut Vec<Sign>) {
        let version = self.version_of(facts);
        let is_own = |rollup: &Rollup| version.is_none_or(|version| self.is_for(*rollup, version));
        let (own, foreign): (Vec<Rollup>, Vec<Rollup>) = facts.rollups.iter().copied().partition(is_own);
        let line = self.lines.iter().filter(|line| line.rollups).find_map(|line| {
            let build = line.version.build;
            let found = own.iter().filter(|r| r.build == build).map(|r| r.revision).max()?;
            let minimum = line.branches.first()?.minimum.into();
            Some(Sign::Rollup { build, found, minimum, cumulative: line.version.major >= 10 })
        });
        let newest = own.iter().map(|rollup| rollup.build).max();
        let shipped = newest.filter(|build| facts.version.is_none() && *build >= self.shipped_fixed);
        signs.extend(shipped.map(|build| Sign::ShippedFixed { build }).or(line));
        let newest = foreign.into_iter().max();
        signs.extend(newest.map(|Rollup { build, revision }| Sign::ForeignRollup { build, revision }));
    }

    /// Whether a package can be on a Windows of this version.
    fn is_for(&self, rollup: Rollup, version: Version) -> bool {
        let own = |version: Version| rollup.build == version.build;
        own(version)
            || own(serviced_as(version))
            || (own(SERVER_2008_LATE) && serviced_as(SERVER_2008_LATE) == version)
            || (self.is_shipped_fixed(version) && rollup.build >= self.shipped_fixed)
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
                Remedy::Install {
                    update: line.install,
                    products: line.name.clone(),
                    rollups: line.fixes.len() > 1,
                }
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

/// Whether the product is a server: every language writes `Windows Server`. Of Windows Embedded 8 some products have the updates of the server
/// and some those of Windows 8, so that cannot be told.
fn is_server(product: &str) -> Option<bool> {
    let product = product.to_ascii_lowercase();
    let is_embedded = product.contains("embedded 8") && !product.contains("embedded 8.1");
    (!is_embedded).then(|| product.contains("server"))
}

/// What several readings of one kind say: of those that say the same the first, and the one that is most careful before the others.
fn of_a_kind(signs: impl Iterator<Item = Sign>) -> Vec<Sign> {
    let mut signs: Vec<_> = signs.collect();
    signs.sort_by_key(|sign| match sign.says() {
        Answer::NotFixed => 0,
        Answer::Fixed => 1,
        Answer::Unknown => 2,
    });
    signs.dedup_by(|next, first| next.says() == first.says() && !next.is_foreign());
    signs
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
