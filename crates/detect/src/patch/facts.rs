//! What the records say of versions and updates.

use super::states::{in_use, waits};
use super::{Subject, restart};
use evidence::{Evidence, Setting};
use intel::ms17_010::{NetworkAnswer, PatchFacts, Rollup, Sign, SrvSys, Table, UpdateList, Version};
use std::collections::{BTreeMap, BTreeSet};

/// The driver of Remote Desktop, which holds `BlueKeep`.
const TERMINAL_DRIVER: &str = "termdd.sys";

/// The driver of the `SMBv1` server.
const SMB_DRIVER: &str = "srv.sys";

/// Whether a path of the machine is where Windows loads a driver from, and not a copy elsewhere.
fn is_in_use(path: &str, driver: &str) -> bool {
    let path = path.to_ascii_lowercase().replace('/', "\\");
    let mut parts = path.rsplit('\\');
    parts.next() == Some(driver)
        && parts.next() == Some("drivers")
        && matches!(parts.next(), Some("system32" | "sysnative"))
        // The folder of Windows and its drive.
        && !parts.next().is_some_and(|folder| folder.starts_with("lastgood"))
        && parts.count() <= 1
}

/// The facts, and the records that they come from.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// What was read, for the decision.
    pub(super) facts: PatchFacts,
    /// Records that name the version of Windows.
    pub(super) build: Vec<usize>,
    /// Records that name the version of `srv.sys`.
    file: Vec<usize>,
    /// Records that name the version of another driver.
    pub(super) drivers: Vec<usize>,
    /// Lists of updates.
    lists: Vec<usize>,
    /// The record of each update.
    updates: BTreeMap<u32, usize>,
    /// Records of packages.
    packages: Vec<usize>,
    /// Records that say that a restart is due.
    restart: Vec<usize>,
    /// Records of answers over the network.
    network: Vec<usize>,
    /// The version and product that the machine named over the network.
    claimed: (Option<String>, Option<String>),
    /// Every version of Windows that is named.
    versions: BTreeSet<Version>,
    /// The versions of the images that Windows was installed from, which its updates leave as they were.
    images: BTreeSet<Version>,
}

impl Gathered {
    pub(super) fn of(evidence: &Evidence, table: &Table) -> Self {
        let mut gathered = Self::default();
        for (at, setting) in evidence.settings() {
            gathered.setting(at, setting);
        }
        for (at, file) in evidence.files() {
            if is_in_use(&file.path, TERMINAL_DRIVER) {
                gathered.driver(at, file.version.filter(|_| file.exists));
            }
            if is_in_use(&file.path, SMB_DRIVER) {
                gathered.srv_sys(
                    at,
                    if file.exists { file.version.map(SrvSys::Version) } else { Some(SrvSys::Absent) },
                );
            }
        }
        for at in restart::awaited(evidence) {
            gathered.restart(at);
        }
        gathered.system(evidence);
        gathered.images(table);
        let facts = &mut gathered.facts;
        if gathered.versions.len() > 1 {
            // Which of them is this machine's cannot be told.
            facts.versions.clone_from(&gathered.versions);
            (facts.revision, facts.service_pack) = (None, None);
            facts.other_revisions.clear();
        } else {
            facts.version = gathered.versions.first().copied();
        }
        gathered
    }

    fn setting(&mut self, at: usize, setting: &Setting) {
        match setting.kind.as_str() {
            "os-build" => {
                self.build.push(at);
                let detail = |name: &str| setting.details.get(name);
                self.version(&setting.value);
                let facts = &mut self.facts;
                facts.product = facts.product.take().or_else(|| detail("product").cloned());
                facts.service_pack = facts.service_pack.or_else(|| detail("service-pack")?.parse().ok());
                let revision = detail("ubr").and_then(|number| number.parse().ok());
                keep_lowest(&mut facts.revision, &mut facts.other_revisions, revision);
            }
            "image-version" => {
                self.build.push(at);
                self.images.extend(setting.value.parse::<Version>().ok());
                let product = setting.details.get("product");
                self.facts.product = self.facts.product.take().or_else(|| product.cloned());
            }
            "srv-sys-version" => self.srv_sys(at, file_version(&setting.value)),
            "termdd-sys-version" => {
                if let Some(SrvSys::Version(version)) = file_version(&setting.value) {
                    self.driver(at, Some(version));
                }
            }
            "hotfix" => {
                let number = setting.name.strip_prefix("KB").and_then(|number| number.parse().ok());
                self.update(at, number);
            }
            "hotfix-list" => self.list(at, setting),
            "package" => self.package(at, setting),
            "reboot-pending" => self.restart(at),
            "network-check" => self.network_check(at, setting),
            _ => {}
        }
    }

    fn version(&mut self, text: &str) {
        self.versions.extend(text.parse::<Version>().ok());
    }

    /// The version of an image tells the release: not its revision, and before Windows 8 not the service pack.
    fn images(&mut self, table: &Table) {
        let is_known = |image: &Version| table.unserviced.iter().all(|known| known.version != *image);
        let images = self.images.iter().copied().filter(is_known);
        let has_fix = |version: &Version| version.major >= 10 && version.build >= table.shipped_fixed;
        let fits = |image: &Version, own: &Version| {
            let same = (image.major, image.minor) == (own.major, own.minor);
            // Enablement packages raise the build of the image.
            same && (own.major < 10 || image.build == own.build || (has_fix(image) && has_fix(own)))
        };
        let own = &self.versions;
        let other = images.filter(|image| !own.iter().any(|own| fits(image, own))).collect::<Vec<_>>();
        self.versions.extend(other);
    }

    fn srv_sys(&mut self, at: usize, found: Option<SrvSys>) {
        if found.is_some() {
            self.file.push(at);
        }
        keep_lowest(&mut self.facts.srv_sys, &mut self.facts.other_files, found);
    }

    /// The driver of Remote Desktop.
    fn driver(&mut self, at: usize, found: Option<[u16; 4]>) {
        if let Some(version) = found {
            self.drivers.push(at);
            self.facts.drivers.entry(TERMINAL_DRIVER.to_owned()).or_default().insert(version);
        }
    }

    fn update(&mut self, at: usize, number: Option<u32>) {
        if let Some(number) = number {
            self.facts.updates.insert(number);
            self.updates.entry(number).or_insert(at);
        }
    }

    fn list(&mut self, at: usize, setting: &Setting) {
        self.lists.push(at);
        let detail = |name: &str| setting.details.get(name).and_then(|number| number.parse().ok());
        let list = if setting.value == "truncated" {
            UpdateList::Truncated { listed: detail("listed").unwrap_or_default(), counted: detail("counted") }
        } else {
            UpdateList::Whole
        };
        // A whole list of the same machine makes up for one that was cut.
        if self.facts.list != UpdateList::Whole {
            self.facts.list = list;
        }
    }

    fn package(&mut self, at: usize, setting: &Setting) {
        if waits(setting) {
            self.restart(at);
        }
        if !in_use(setting) {
            return;
        }
        if let Some(rollup) = Rollup::from_identity(&setting.name) {
            self.facts.rollups.push(rollup);
            self.packages.push(at);
        } else if let Some(behind) = setting.name.strip_prefix("Package_for_KB") {
            self.update(at, behind.split(['~', '_']).next().and_then(|number| number.parse().ok()));
        }
    }

    fn restart(&mut self, at: usize) {
        self.facts.restart_pending = true;
        self.restart.push(at);
    }

    fn network_check(&mut self, at: usize, setting: &Setting) {
        let answer = network_answer(setting);
        self.network.push(at);
        keep_lowest(&mut self.facts.network, &mut self.facts.other_answers, Some(answer));
        let detail = |name: &str| setting.details.get(name).cloned();
        self.claimed = (detail("version"), detail("system"));
    }

    /// What is known of the operating system beside the records.
    fn system(&mut self, evidence: &Evidence) {
        let system = evidence.host.os.clone().unwrap_or_default();
        if self.versions.is_empty() {
            self.version(system.version.as_deref().unwrap_or_default());
            let facts = &mut self.facts;
            keep_lowest(&mut facts.revision, &mut facts.other_revisions, system.ubr);
        }
        // What a machine says of itself to whoever asks comes last.
        let (version, product) = std::mem::take(&mut self.claimed);
        if self.versions.is_empty() {
            self.version(&version.unwrap_or_default());
        }
        self.facts.product = self.facts.product.take().or(system.product).or(product);
    }

    /// Whether nothing was read that could tell of updates.
    pub(super) fn is_empty(&self) -> bool {
        self.facts == PatchFacts::default() && self.versions.is_empty() && self.images.is_empty()
    }

    /// The record of an update.
    pub(super) fn record_of(&self, update: u32) -> Option<usize> {
        self.updates.get(&update).copied()
    }

    /// The records of packages.
    pub(super) fn packages(&self) -> &[usize] {
        &self.packages
    }

    /// The records that signs come from.
    pub(super) fn records<'s>(&self, signs: impl Iterator<Item = &'s Sign>) -> Vec<usize> {
        let mut records = Vec::new();
        for sign in signs {
            match sign {
                Sign::SrvSysVersion { .. }
                | Sign::SrvSysUnserviced { .. }
                | Sign::SrvSysShippedFixed { .. }
                | Sign::SrvSysAbsent
                | Sign::SrvSysForeign { .. } => records.extend(&self.file),
                Sign::Rollup { .. } | Sign::ForeignRollup { .. } => records.extend(&self.packages),
                Sign::Update { update, .. }
                | Sign::ForeignUpdate { update, .. }
                | Sign::NotAFix { update, .. }
                | Sign::Disputed { update } => records.extend(self.updates.get(update)),
                Sign::ListTruncated { .. } | Sign::ListEmpty | Sign::NotInList => {
                    records.extend(&self.lists);
                }
                Sign::SeveralVersions { .. }
                | Sign::ShippedFixed { .. }
                | Sign::FutureBuild { .. }
                | Sign::Revision { .. }
                | Sign::NoRevision { .. }
                | Sign::Unserviced { .. }
                | Sign::UnknownVersion(_) => records.extend(&self.build),
                Sign::Network(_) => records.extend(&self.network),
                Sign::RestartPending => records.extend(&self.restart),
            }
        }
        records
    }

    /// What was read, under names that Windows uses.
    pub(super) fn subject(&self) -> Subject {
        let facts = &self.facts;
        let mut subject = Subject::new();
        let mut put = |name: &str, value: Option<serde_json::Value>| {
            if let Some(value) = value {
                subject.insert(name.to_owned(), value);
            }
        };
        put("ProductName", facts.product.as_deref().map(Into::into));
        put("Version", facts.version.map(|version| version.to_string().into()));
        put("ServicePackMajorVersion", facts.service_pack.map(Into::into));
        put("UBR", facts.revision.map(Into::into));
        put(
            "srv.sys",
            facts.srv_sys.map(|file| match file {
                SrvSys::Version([a, b, c, d]) => format!("{a}.{b}.{c}.{d}").into(),
                SrvSys::Absent => serde_json::Value::Null,
            }),
        );
        subject
    }

    /// The installed updates that were read, likewise.
    pub(super) fn updates(&self) -> Option<(String, serde_json::Value)> {
        let updates: Vec<_> = self.facts.updates.iter().map(|update| format!("KB{update}")).collect();
        (!updates.is_empty()).then(|| ("HotFixID".to_owned(), updates.into()))
    }
}

/// What a setting says that a machine answered.
pub(super) fn network_answer(setting: &Setting) -> NetworkAnswer {
    match setting.value.as_str() {
        "not-fixed" => NetworkAnswer::NotFixed,
        "fixed" => NetworkAnswer::Fixed,
        "smb1-not-offered" => NetworkAnswer::NotOffered,
        _ => NetworkAnswer::Unclear,
    }
}

/// Of several readings the lowest comes first: it can only be too careful. The others are kept beside it.
fn keep_lowest<T: Ord + Copy>(first: &mut Option<T>, others: &mut BTreeSet<T>, found: Option<T>) {
    let Some(found) = found else { return };
    let known = *first.get_or_insert(found);
    *first = Some(known.min(found));
    others.extend((known != found).then_some(known.max(found)));
}

fn file_version(text: &str) -> Option<SrvSys> {
    if text == "absent" {
        return Some(SrvSys::Absent);
    }
    let numbers: Vec<u16> = text.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    numbers.try_into().ok().map(SrvSys::Version)
}
