//! What the records say of the registry values and services that hardening is about.

use evidence::{Area, Evidence, watched};
use intel::hardening::{Reading, Readings};
use intel::ms17_010::{PatchFacts, Version};
use std::collections::{BTreeMap, BTreeSet};

const PRODUCT_OPTIONS: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions";
const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// What was read of one value, and by which record; `None` where it is not set.
type Told<'a> = Vec<(Option<&'a str>, usize)>;

/// A machine as the records describe it.
pub(crate) struct Machine<'a> {
    version: Option<Version>,
    product: Option<&'a str>,
    /// By key and name in lower case: each reading with its record.
    values: BTreeMap<(String, String), Told<'a>>,
    /// The names of services and drivers, in lower case.
    services: BTreeSet<String>,
    services_complete: bool,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(evidence: &'a Evidence, facts: &'a PatchFacts) -> Self {
        let mut values: BTreeMap<_, Told<'a>> = BTreeMap::new();
        let watched_keys: BTreeSet<_> =
            watched::HARDENING.iter().map(|(key, _)| key.to_lowercase()).collect();
        for (at, value) in evidence.registry_values() {
            let key = value.key.to_lowercase();
            if watched_keys.contains(&key) {
                let place = (key, value.name.to_lowercase());
                values.entry(place).or_default().push((Some(value.data.as_str()), at));
            }
        }
        for (at, setting) in evidence.settings().filter(|(_, setting)| setting.kind == watched::ABSENT) {
            let place = (setting.value.to_lowercase(), setting.name.to_lowercase());
            values.entry(place).or_default().push((None, at));
        }
        Self {
            version: facts.version,
            product: facts.product.as_deref(),
            values,
            services: evidence.services().map(|(_, service)| service.name.to_lowercase()).collect(),
            services_complete: evidence.coverage.is_complete(Area::Services),
        }
    }

    /// The records that tell of a value.
    pub(crate) fn records(&self, key: &str, name: &str) -> Vec<usize> {
        let place = (key.to_lowercase(), name.to_lowercase());
        self.values.get(&place).into_iter().flatten().map(|(_, at)| *at).collect()
    }

    /// Whether it is a domain controller, where that is known.
    pub(crate) fn is_domain_controller(&self) -> Option<bool> {
        match self.value(PRODUCT_OPTIONS, "ProductType") {
            Reading::Set(kind) => Some(kind.eq_ignore_ascii_case("LanmanNT")),
            Reading::Absent | Reading::Unread => None,
        }
    }
}

impl Readings for Machine<'_> {
    fn version(&self) -> Option<Version> {
        self.version
    }

    fn product(&self) -> Option<&str> {
        self.product
    }

    fn is_server(&self) -> Option<bool> {
        if let Reading::Set(kind) = self.value(PRODUCT_OPTIONS, "ProductType") {
            return Some(!kind.eq_ignore_ascii_case("WinNT"));
        }
        // Windows keeps the word `Server` in every language but few, and says so in no other product.
        let product = self.product?;
        if product.contains("Server") { Some(true) } else { product.is_ascii().then_some(false) }
    }

    fn has_service(&self, name: &str) -> Option<bool> {
        match self.value(&format!("{SERVICES}\\{name}"), "Start") {
            Reading::Set(_) => Some(true),
            Reading::Absent => Some(false),
            Reading::Unread if self.services.contains(&name.to_lowercase()) => Some(true),
            Reading::Unread => self.services_complete.then_some(false),
        }
    }

    fn value(&self, key: &str, name: &str) -> Reading<'_> {
        let place = (key.to_lowercase(), name.to_lowercase());
        match self.values.get(&place).map(Vec::as_slice) {
            // Where sources contradict each other, which of them is right cannot be told.
            Some([(first, _), rest @ ..]) if rest.iter().all(|(other, _)| other == first) => {
                first.map_or(Reading::Absent, Reading::Set)
            }
            _ => Reading::Unread,
        }
    }
}
