//! Running processes and their connections: what mines now, what poses as Windows, and what uses the processors unseen.
//!
//! A busy computer is no infected one. A command line that mines, or hides what it runs, speaks for itself; everything else (processor
//! time, a missing window, a port that pools like, a parent that WMI starts things with) counts only together.

mod connections;
mod judge;
#[cfg(test)]
mod tests;

use crate::assessment::{Finding, Kind};
use crate::history::History;
use crate::messages as m;
use crate::subject::{finding, finding_id, places};
use crate::subscriptions::put_in_the_past;
use evidence::wmi::Fingerprint;
use evidence::{Area, Connection, Evidence, Process};
use intel::Intel;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Units of FILETIME in a second.
const SECOND: u64 = 10_000_000;

/// Looks at every process and connection of the evidence. Processes of the same program and command line are one finding.
pub(crate) fn detect(evidence: &Evidence, intel: &Intel, history: &History) -> Vec<Finding> {
    let running = Running::new(evidence);
    let mut findings = Vec::new();
    let mut owners = BTreeSet::new();
    let children = running.script_hosts_of_wmi(intel);
    for group in running.groups() {
        let Some(judgement) = judge::judge(&group, &running, &children, intel) else { continue };
        owners.extend(group.iter().map(|(_, process)| process.pid));
        let mut finding = describe(&group, &running);
        finding.severity = judgement.severity;
        finding.confidence = judgement.confidence;
        finding.action = judgement.action;
        finding.reasons = judgement.reasons;
        finding.family = judgement.family;
        finding.attack = judgement.attack.into_iter().collect();
        finding.decoded = judgement.decoded;
        let records: Vec<_> = group.iter().map(|(record, _)| *record).collect();
        put_in_the_past(
            &mut finding,
            history.past(&records, None, evidence.coverage.is_complete(Area::Processes)),
        );
        finding.evidence = places(evidence, records);
        findings.push(finding);
    }
    findings.extend(connections::detect(evidence, intel, &running, &owners));
    findings
}

/// A process with the place of its record.
type Instance<'a> = (usize, &'a Process);

/// A process is looked for so many above: shells in shells of script hosts are some five.
const MAX_ANCESTORS: usize = 16;

/// So many processes of one number, or connections of one process, are looked at: real machines have one, and some hundreds.
const PER_NUMBER: usize = 512;

/// So many processes that the processes of a finding have started are named.
const MAX_DESCENDANTS: usize = 256;

/// What runs, and who belongs to whom.
pub(crate) struct Running<'a> {
    processes: Vec<Instance<'a>>,
    connections: Vec<(usize, &'a Connection)>,
    by_number: BTreeMap<u32, Vec<&'a Process>>,
    connections_by_number: BTreeMap<u32, Vec<&'a Connection>>,
    /// What was started by the process of a number.
    children: BTreeMap<u32, Vec<&'a Process>>,
    /// The latest time that any process or connection was made: the evidence was taken then or later.
    newest: u64,
}

impl<'a> Running<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        let mut seen = BTreeSet::new();
        let processes: Vec<_> = evidence
            .processes()
            .filter(|(_, process)| seen.insert((process.pid, process.created, &process.image_path)))
            .collect();
        let connections: Vec<_> = evidence.connections().collect();
        let started = processes.iter().filter_map(|(_, process)| process.created);
        let made = connections.iter().filter_map(|(_, connection)| connection.created);
        let newest = started.chain(made).max().unwrap_or_default();
        let mut by_number: BTreeMap<u32, Vec<&Process>> = BTreeMap::new();
        for (_, process) in &processes {
            let same = by_number.entry(process.pid).or_default();
            if same.len() < PER_NUMBER {
                same.push(process);
            }
        }
        let mut connections_by_number: BTreeMap<u32, Vec<&Connection>> = BTreeMap::new();
        for (_, connection) in &connections {
            let same = connections_by_number.entry(connection.pid.unwrap_or_default()).or_default();
            if same.len() < PER_NUMBER && connection.remote_address.is_some() {
                same.push(connection);
            }
        }
        let mut children: BTreeMap<u32, Vec<&Process>> = BTreeMap::new();
        for (_, process) in &processes {
            let of = children.entry(process.parent_pid.unwrap_or_default()).or_default();
            if of.len() < PER_NUMBER && process.parent_pid.is_some() {
                of.push(process);
            }
        }
        Self { processes, connections, by_number, connections_by_number, children, newest }
    }

    /// The processes of each program and command line, sorted.
    fn groups(&self) -> Vec<Vec<Instance<'a>>> {
        let mut groups: BTreeMap<(String, &str), Vec<Instance<'a>>> = BTreeMap::new();
        for instance in &self.processes {
            let (_, process) = instance;
            let command = process.command_line.as_deref().unwrap_or_default();
            groups.entry((program(process).to_lowercase(), command)).or_default().push(*instance);
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        for group in &mut groups {
            group.sort_by_key(|(_, process)| (process.pid, process.created));
        }
        groups
    }

    /// The process that started this one, where it still runs: one that began later has only taken its number.
    fn parent(&self, process: &Process) -> Option<&'a Process> {
        let parent = process.parent_pid.filter(|parent| *parent != process.pid)?;
        let older = |other: &&Process| match (other.created, process.created) {
            (Some(other), Some(own)) => other <= own,
            _ => true,
        };
        self.by_number.get(&parent)?.iter().copied().find(older)
    }

    /// What the processes have started, and what that has started, parents before children. Only where the times tell that it was these, and not
    /// one that had the number before or after.
    fn descendants(&self, group: &[Instance<'a>]) -> Vec<&'a Process> {
        let mut seen: BTreeSet<_> = group.iter().map(|(_, process)| (process.pid, process.created)).collect();
        let mut open: VecDeque<_> = group.iter().map(|(_, process)| *process).collect();
        let mut found = Vec::new();
        while let Some(above) = open.pop_front() {
            let children = self.children.get(&above.pid).map(Vec::as_slice).unwrap_or_default();
            for child in children.iter().filter(|child| self.is_child(child, above)) {
                if found.len() == MAX_DESCENDANTS {
                    return found;
                }
                if seen.insert((child.pid, child.created)) {
                    found.push(*child);
                    open.push_back(child);
                }
            }
        }
        found
    }

    /// Whether this process started the child, and no other of its number did.
    fn is_child(&self, child: &Process, above: &Process) -> bool {
        let (Some(begun), Some(own)) = (above.created, child.created) else { return false };
        let same = self.by_number.get(&above.pid).map(Vec::as_slice).unwrap_or_default();
        let latest = same.iter().filter_map(|other| other.created).filter(|other| *other <= own).max();
        child.pid != above.pid && latest == Some(begun)
    }

    /// The processes above this one, the nearest first, as far as they still run.
    pub(crate) fn ancestors(&self, process: &Process) -> impl Iterator<Item = &'a Process> {
        let mut above = self.parent(process);
        let next = move || {
            let this = above?;
            above = self.parent(this);
            Some(this)
        };
        std::iter::from_fn(next).take(MAX_ANCESTORS)
    }

    /// The program that starts what WMI subscriptions name, where the process is below one, through shells or not.
    fn wmi_host_above(&self, process: &Process, intel: &Intel) -> Option<&'a Process> {
        self.ancestors(process).find(|above| intel.processes().is_wmi_host(&above.name))
    }

    /// How many script hosts run below each program that starts what WMI subscriptions name, by its number and start. One that another
    /// script host started is no other.
    fn script_hosts_of_wmi(&self, intel: &Intel) -> BTreeMap<(u32, Option<u64>), usize> {
        let mut counts = BTreeMap::new();
        let known = intel.processes();
        for (_, process) in self.processes.iter().filter(|(_, process)| known.is_script_host(&process.name)) {
            let host = self
                .ancestors(process)
                .find(|above| known.is_wmi_host(&above.name) || known.is_script_host(&above.name))
                .filter(|host| known.is_wmi_host(&host.name));
            if let Some(host) = host {
                *counts.entry((host.pid, host.created)).or_default() += 1;
            }
        }
        counts
    }

    /// The connections of the process to others.
    fn connections_of(&self, process: &Process) -> impl Iterator<Item = &'a Connection> {
        let created = process.created;
        let own = self.connections_by_number.get(&process.pid).map(Vec::as_slice).unwrap_or_default();
        own.iter().copied().filter(move |connection| match (connection.created, created) {
            (Some(made), Some(started)) if made > 0 => made >= started,
            _ => true,
        })
    }

    /// The process that owns the connection.
    fn owner(&self, connection: &Connection) -> Option<&'a Process> {
        self.by_number.get(&connection.pid?)?.last().copied()
    }

    /// For how many seconds at least the connection has been there.
    fn age(&self, connection: &Connection) -> Option<u64> {
        let made = connection.created.filter(|made| *made > 0)?;
        Some(self.newest.saturating_sub(made) / SECOND)
    }
}

/// The program of a process: its path, or its name where that is not known.
fn program(process: &Process) -> &str {
    process.image_path.as_deref().unwrap_or(&process.name)
}

/// The finding but for its judgement.
fn describe(group: &[Instance], running: &Running) -> Finding {
    let Some((_, first)) = group.first() else {
        return finding(Kind::Process, "", m::TITLE_PROCESSES.with(["".into(), 0_usize.into()]));
    };
    let title = match group.len() {
        1 => m::TITLE_PROCESS.with([program(first).into(), u64::from(first.pid).into()]),
        count => m::TITLE_PROCESSES.with([program(first).into(), count.into()]),
    };
    let mut finding = finding(Kind::Process, &first.name, title);
    let command = first.command_line.as_deref().unwrap_or_default();
    let fingerprint = Fingerprint::of_lines([command.trim()]).to_string();
    finding.id = finding_id(Kind::Process, &[program(first)], &fingerprint);
    finding.subject = fields(first, running);
    if group.len() > 1 {
        let all = group.iter().map(|(_, process)| Json::Object(fields(process, running)));
        finding.subject.insert("Instances".to_owned(), all.collect());
    }
    let below = running.descendants(group);
    if !below.is_empty() {
        let all = below.into_iter().map(|process| Json::Object(fields(process, running)));
        finding.subject.insert("Descendants".to_owned(), all.collect());
    }
    finding
}

/// Every field of a process under the name that `Win32_Process` has for it; those that it does not have in the same manner.
fn fields(process: &Process, running: &Running) -> Map<String, Json> {
    let mut map = Map::new();
    let mut put = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), value);
        }
    };
    put("Name", Some(process.name.as_str().into()));
    put("ProcessId", Some(process.pid.into()));
    put("ParentProcessId", process.parent_pid.map(Json::from));
    put("ExecutablePath", process.image_path.as_deref().map(Json::from));
    put("CommandLine", process.command_line.as_deref().map(Json::from));
    put("CreationDate", process.created.map(Json::from));
    put("User", process.user.as_deref().map(Json::from));
    put("ProcessorMilliseconds", process.cpu_ms.map(Json::from));
    put("ProcessorPercent", process.cpu_percent.map(|share| share.round().into()));
    put("HasWindow", process.has_window.map(Json::from));
    put("Signer", process.signer.as_deref().map(Json::from));
    for (algorithm, hash) in &process.hashes {
        let name = if algorithm == "sha256" { "SHA-256".to_owned() } else { algorithm.to_uppercase() };
        put(&name, Some(hash.as_str().into()));
    }
    if !process.modules.is_empty() {
        put("Modules", serde_json::to_value(&process.modules).ok());
    }
    let partners: BTreeSet<_> = running.connections_of(process).filter_map(partner).collect();
    if !partners.is_empty() {
        put("Connections", serde_json::to_value(&partners).ok());
    }
    map
}

/// Address and port of the other side.
fn partner(connection: &Connection) -> Option<String> {
    let address = connection.remote_address.as_deref()?;
    let port = connection.remote_port.unwrap_or_default();
    Some(if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") })
}
