//! Many inputs, host by host, in bounded memory and in an order that no thread can change.
//!
//! The first pass asks every bundle which hosts it speaks of and keeps their ids. The second reads the bundles of some hosts at a time,
//! in the order of the ids, and hands over the evidence of each host. A few bundles, which the second pass would hold at once anyway, are read
//! in the first, so that their logs are not read twice.

mod answers;

use crate::console::Console;
use crate::messages as m;
use crate::progress::Progress;
use answers::Answers;
use evidence::{Evidence, HostId, Level, Note};
use parse::bundle::{BundleRef, Limits, Surveyed};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// How many hosts are read at a time. The output does not depend on it; memory does.
const AT_A_TIME: usize = 32;

/// As many bundles as this are read in the first pass.
const FEW: usize = 8;

/// A host and the bundles that speak of it, by their place in the list of bundles.
struct Plan {
    host: HostId,
    bundles: BTreeSet<usize>,
}

/// The hosts that some bundles speak of.
pub(crate) struct Hosts<'a> {
    bundles: &'a [BundleRef],
    limits: &'a Limits,
    plans: Vec<Plan>,
    /// What the first pass read, by the place of the bundle, until the second takes it.
    kept: Mutex<BTreeMap<usize, Vec<Evidence>>>,
    answers: Answers,
}

impl<'a> Hosts<'a> {
    /// The first pass.
    pub(crate) fn survey(bundles: &'a [BundleRef], limits: &'a Limits, console: Console) -> Self {
        let progress = Progress::new(console, m::SURVEYING, bundles.len());
        let few = bundles.len() <= FEW;
        let surveyed: Vec<(Vec<Surveyed>, Option<Vec<Evidence>>)> = bundles
            .par_iter()
            .map(|bundle| {
                let read = few.then(|| bundle.read(limits));
                let hosts = match &read {
                    Some(evidence) => evidence.iter().map(Surveyed::of).collect(),
                    None => bundle.survey_hosts(limits),
                };
                progress.step();
                (hosts, read)
            })
            .collect();
        let answers = Answers::of(surveyed.iter().flat_map(|(hosts, _)| hosts));
        let mut kept = BTreeMap::new();
        let mut by_host: BTreeMap<HostId, BTreeSet<usize>> = BTreeMap::new();
        for (at, (hosts, read)) in surveyed.into_iter().enumerate() {
            for host in hosts {
                for other in answers.linked_to(&host.id) {
                    by_host.entry(other.clone()).or_default().insert(at);
                }
                by_host.entry(answers.home(host.id)).or_default().insert(at);
            }
            kept.extend(read.map(|read| (at, read)));
        }
        let plans = by_host.into_iter().map(|(host, bundles)| Plan { host, bundles }).collect();
        Self { bundles, limits, plans, answers, kept: Mutex::new(kept) }
    }

    /// How many hosts there are.
    pub(crate) fn len(&self) -> usize {
        self.plans.len()
    }

    /// The second pass: `judge` makes something of the evidence of each host, on many threads; `take` gets what it made, one after the
    /// other, in the order of the host ids.
    pub(crate) fn each<T: Send, E>(
        &self,
        judge: impl Fn(Evidence) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        for plans in self.plans.chunks(AT_A_TIME) {
            let judged: Vec<T> = self.read(plans).into_par_iter().map(&judge).collect();
            judged.into_iter().try_for_each(&mut take)?;
        }
        Ok(())
    }

    /// The evidence of these hosts, each bundle read once.
    fn read(&self, plans: &[Plan]) -> Vec<Evidence> {
        let needed: BTreeSet<usize> = plans.iter().flat_map(|plan| plan.bundles.iter().copied()).collect();
        let parts: BTreeMap<usize, Vec<Evidence>> = needed
            .into_par_iter()
            .filter_map(|at| {
                let kept = self.kept.lock().ok().and_then(|mut kept| kept.remove(&at));
                Some((at, kept.or_else(|| Some(self.bundles.get(at)?.read(self.limits)))?))
            })
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        let mut by_host: BTreeMap<HostId, Evidence> = BTreeMap::new();
        for mut part in parts.into_values().flatten() {
            self.answers.join(&mut part);
            match by_host.get_mut(&part.host.id) {
                Some(known) => known.merge(part),
                None => {
                    by_host.insert(part.host.id.clone(), part);
                }
            }
        }
        self.answers.link(&mut by_host);
        plans.iter().map(|plan| by_host.remove(&plan.host).unwrap_or_else(|| changed(&plan.host))).collect()
    }
}

/// What is left of a host whose evidence was there in the first pass and is gone in the second.
fn changed(host: &HostId) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.host.id = host.clone();
    evidence.host.name.clone_from(&host.0);
    evidence.host.names = vec![host.0.clone()];
    evidence.notes.push(Note {
        level: Level::Error,
        source: String::new(),
        offset: None,
        message: m::BUNDLE_CHANGED.with([(&host.0).into()]),
    });
    evidence
}
