//! What the signs of one program add up to.

use super::{Instance, Running, SECOND, connections, partner, program};
use crate::assessment::{Action, Confidence, DecodedScript, Severity};
use crate::content::{Content, Recognised, recognise};
use crate::messages as m;
use crate::places::{is_disguised, is_user_writable};
use deobfuscate::{Language, ScriptVerdict};
use evidence::{Message, Process};
use intel::{IndicatorKind as Known, Intel, Observation};
use std::collections::{BTreeMap, BTreeSet};

/// A program is busy that uses this share of all processors, in per cent, …
const BUSY_PERCENT: f32 = 10.0;
/// … and has used them for so long, in milliseconds: shorter work is anybody's.
const BUSY_MILLISECONDS: u64 = 2 * 60 * 1000;
/// It is busy, too, if it works now, by this share, …
const WORKS_PERCENT: f32 = 1.0;
/// … and has used one processor for so much of its life, in per cent: on many processors, that of one is a small share of all.
const ONE_PROCESSOR: u64 = 75;
/// So many script hosts below one WMI host are many: management tools start them one after the other.
const MANY_CHILDREN: usize = 3;
/// A connection is long-lived after so many seconds.
const LONG_LIVED: u64 = 10 * 60;

/// How many script hosts each process has started that starts what WMI subscriptions name, by its number and start.
type Children = BTreeMap<(u32, Option<u64>), usize>;

/// How bad it is, and why.
pub(super) struct Judgement {
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) action: Action,
    pub(super) reasons: Vec<Message>,
    pub(super) family: Option<String>,
    pub(super) attack: BTreeSet<String>,
    pub(super) decoded: Vec<DecodedScript>,
}

/// What is seen of a program besides what its command line says.
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own")]
struct Signs {
    /// It has the name of a program of Windows and lies elsewhere, and no valid signature.
    disguised: bool,
    /// It was looked at, and has no valid signature.
    unsigned: bool,
    /// It has a valid signature.
    verified: bool,
    /// It uses the processors, and has for minutes.
    busy: bool,
    /// It has no visible window, though its session was looked at.
    hidden: bool,
    /// It runs what it is handed.
    script_host: bool,
    /// A program that starts what WMI subscriptions name started it, through shells or not.
    of_wmi: bool,
    /// A program that runs what it is handed started it, through shells or not.
    of_script: bool,
    /// It has long been connected to one and the same public address.
    lasting: bool,
    /// It runs what it is handed, and has loaded a library from where any program can write.
    strange_module: bool,
    /// It is one of many script hosts that such a program started.
    one_of_many: bool,
    /// It talks to an address that miners talk to.
    pool: bool,
    /// It has long been connected to a port that pools like.
    mining_port: bool,
    /// Why, in the order in which people should read it.
    reasons: Vec<Message>,
}

/// The judgement of the processes of one program and command line, where there is something to say.
pub(super) fn judge(
    group: &[Instance],
    running: &Running,
    children: &Children,
    intel: &Intel,
) -> Option<Judgement> {
    let (_, first) = group.first()?;
    let mut content = Content::default();
    let command = first.command_line.as_deref().unwrap_or_default();
    content.add("CommandLine", command, Some(Language::CommandLine));
    let mut observations = vec![Observation { kind: Known::FilePath, text: program(first) }];
    for (algorithm, hash) in group.iter().flat_map(|(_, process)| &process.hashes) {
        let kind = match algorithm.as_str() {
            "md5" => Known::Md5,
            "sha1" => Known::Sha1,
            "sha256" => Known::Sha256,
            _ => continue,
        };
        observations.push(Observation { kind, text: hash });
    }
    observations.extend(content.observations());
    let family = recognise(intel, &observations);
    drop(observations);

    let mut signs = signs(group, running, children, intel);
    let (severity, confidence, action) = weigh(&content, family.as_ref(), &mut signs, program(first))?;
    let mut attack = std::mem::take(&mut content.attack);
    if signs.disguised {
        attack.insert("T1036.005".to_owned());
    }
    if signs.pool || signs.busy {
        attack.insert("T1496".to_owned());
    }
    if signs.of_wmi {
        attack.insert("T1546.003".to_owned());
    }
    let mut reasons = std::mem::take(&mut content.reasons);
    reasons.append(&mut signs.reasons);
    let family = family.map(|family| {
        reasons.extend(family.reasons);
        family.family
    });
    Some(Judgement { severity, confidence, action, reasons, family, attack, decoded: content.scripts })
}

fn signs(group: &[Instance], running: &Running, children: &Children, intel: &Intel) -> Signs {
    let processes = || group.iter().map(|(_, process)| *process);
    let any_signer = |valid: bool| {
        processes()
            .filter_map(|process| process.signer.as_deref())
            .any(|signer| signer.starts_with("(Verified)") == valid)
    };
    let path = processes().next().map_or("", program);
    let name = processes().next().map_or("", |process| process.name.as_str());
    let verified = any_signer(true) && !any_signer(false);
    let mut reasons = Vec::new();

    let disguised = !verified && is_disguised(path);
    if disguised {
        reasons.push(m::REASON_DISGUISED.with([path.into()]));
    }
    let share: f32 = processes().filter_map(|process| process.cpu_percent).filter(|share| *share > 0.0).sum();
    let used = processes().filter_map(|process| process.cpu_ms).max().unwrap_or_default();
    let one_processor =
        share >= WORKS_PERCENT && processes().any(|process| uses_one_processor(process, running));
    let busy = used >= BUSY_MILLISECONDS && (share >= BUSY_PERCENT || one_processor);
    if busy {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 100")]
        let percent = share.clamp(0.0, 100.0) as u64;
        reasons.push(m::REASON_BUSY.with([percent.into(), (used / 60_000).into()]));
    }
    let script_host = intel.processes().is_script_host(name);
    let parent = processes().find_map(|process| running.wmi_host_above(process, intel));
    let of_script = processes()
        .any(|process| running.ancestors(process).any(|above| intel.processes().is_script_host(&above.name)));
    let mut one_of_many = false;
    if let Some(parent) = parent.filter(|_| script_host) {
        let count = children.get(&(parent.pid, parent.created)).copied().unwrap_or_default();
        one_of_many = count >= MANY_CHILDREN;
        reasons.push(m::REASON_WMI_CHILD.with([parent.name.as_str().into(), count.into()]));
    }
    let mut connected: Vec<_> = processes().flat_map(|process| running.connections_of(process)).collect();
    connected.sort_by_key(|connection| partner(connection));
    connected.dedup_by_key(|connection| partner(connection));
    let (mut pool, mut mining_port, mut lasting) = (false, false, None);
    for connection in connected {
        let address = connection.remote_address.as_deref().unwrap_or_default();
        if let Some((reason, _)) = connections::known(address, intel) {
            pool = true;
            reasons.push(reason);
            continue;
        }
        let port = connection.remote_port.unwrap_or_default();
        let established = connection.state.as_deref() == Some("established");
        let age = running.age(connection).filter(|age| established && *age >= LONG_LIVED);
        if established && intel.pools().is_port(port) {
            mining_port |= age.is_some();
            let partner = partner(connection).unwrap_or_default();
            reasons.push(m::REASON_MINING_PORT.with([partner.into()]));
        } else if let Some(age) = age.filter(|_| connections::is_public(address)) {
            lasting = lasting.max(Some((age / 60, partner(connection).unwrap_or_default())));
        }
    }
    // Everybody has lasting connections; what works hard and has one may be handed its work.
    if let Some((minutes, partner)) = lasting.as_ref().filter(|_| busy) {
        reasons.push(m::REASON_LASTING.with([partner.as_str().into(), (*minutes).into()]));
    }
    let modules = processes().flat_map(|process| &process.modules);
    let strange_module = modules.filter(|_| script_host).find(|module| is_user_writable(module));
    if let Some(module) = strange_module {
        reasons.push(m::REASON_MODULE.with([module.as_str().into()]));
    }
    Signs {
        disguised,
        unsigned: any_signer(false),
        verified,
        busy,
        hidden: processes().any(|process| process.has_window == Some(false)),
        script_host,
        of_wmi: parent.is_some(),
        of_script,
        lasting: lasting.is_some(),
        strange_module: strange_module.is_some(),
        one_of_many,
        pool,
        mining_port,
        reasons,
    }
}

/// Whether the process has used as much as one processor for most of its life: single threads show as little on many processors.
fn uses_one_processor(process: &Process, running: &Running) -> bool {
    let (Some(created), Some(used)) = (process.created.filter(|created| *created > 0), process.cpu_ms) else {
        return false;
    };
    let lived = running.newest.saturating_sub(created) / (SECOND / 1000);
    used.saturating_mul(100) >= lived.saturating_mul(ONE_PROCESSOR)
}

fn weigh(
    content: &Content,
    family: Option<&Recognised>,
    signs: &mut Signs,
    path: &str,
) -> Option<(Severity, Confidence, Action)> {
    use Confidence::{Certain, Likely, Possible};
    use Severity::{Critical, High, Low, Medium};
    let mines = content.verdict == Some(ScriptVerdict::Miner);
    match family {
        Some(family) if family.certain => return Some((Critical, Certain, Action::Remove)),
        Some(family) if family.by_content => return Some((High, Likely, Action::Remove)),
        _ => {}
    }
    if mines && signs.of_wmi {
        // A miner that a subscription started: it runs, and it persists.
        return Some((Critical, Certain, Action::Remove));
    }
    if mines
        && content.telling.is_empty()
        && !content.habits
        && !signs.disguised
        && !signs.script_host
        && family.is_none()
    {
        signs.reasons.push(m::REASON_MINES_OPENLY.plain());
        return Some((Medium, Likely, Action::AskOwner));
    }
    if mines || content.verdict == Some(ScriptVerdict::Malicious) {
        return Some((High, Certain, Action::Remove));
    }
    if signs.disguised {
        let acts = signs.busy || signs.pool || signs.mining_port || !content.telling.is_empty();
        return Some(match (signs.unsigned, acts) {
            (true, true) => (High, Likely, Action::Remove),
            (true, false) | (false, true) => (High, Likely, Action::Review),
            (false, false) => (Medium, Possible, Action::Review),
        });
    }
    let told = usize::from(!content.telling.is_empty())
        + usize::from(content.telling.len() + usize::from(content.habits) > 1);
    let seen = [signs.busy, signs.pool, signs.mining_port, signs.one_of_many];
    let seen = seen.iter().filter(|sign| **sign).count();
    if signs.script_host {
        // The program is Windows' own; what it runs is not known, so the signs have to agree.
        signs.reasons.push(m::REASON_RUNS_SCRIPTS.plain());
        return match (seen, told) {
            // Modules of PowerShell that a user installed lie where the user can write.
            (0, 0 | 1) if content.verdict != Some(ScriptVerdict::Suspicious) => {
                signs.strange_module.then_some((Low, Possible, Action::Review))
            }
            (1, 0) if signs.busy && signs.lasting => Some((Medium, Likely, Action::Review)),
            (1, 0) if signs.one_of_many => Some((Medium, Likely, Action::Review)),
            (1, 0) if signs.mining_port => Some((Low, Possible, Action::Review)),
            (1, 0) => Some((Medium, Possible, Action::Review)),
            (0, _) => Some((Medium, Likely, Action::Review)),
            _ => Some((High, Likely, Action::Review)),
        };
    }
    if told > 1 || content.verdict == Some(ScriptVerdict::Suspicious) {
        let severity = if signs.verified { Low } else { Medium };
        return Some((severity, Likely, Action::Review));
    }
    if signs.unsigned && is_user_writable(path) {
        signs.reasons.push(m::REASON_USER_WRITABLE.with([path.into()]));
        signs.reasons.push(m::REASON_NOT_SIGNED.with([path.into()]));
        let unseen = signs.busy && signs.hidden;
        let handed = signs.of_script || signs.lasting;
        if unseen {
            signs.reasons.push(m::REASON_NO_WINDOW.plain());
        }
        match (signs.busy, signs.pool, signs.mining_port) {
            (true, true, _) => return Some((High, Likely, Action::Review)),
            (true, _, true) => return Some((Medium, Likely, Action::Review)),
            (_, true, _) => return Some((Medium, Possible, Action::Review)),
            _ if unseen && signs.of_wmi => return Some((Medium, Likely, Action::Review)),
            _ if unseen && handed => return Some((Medium, Possible, Action::Review)),
            _ if unseen => return Some((Low, Possible, Action::Review)),
            _ => {}
        }
    }
    // Compilers and servers are busy and have no window, too. So where the program lies in a place for programs, something else must tell
    // that it works for others.
    if signs.busy && signs.hidden && !signs.verified && (signs.of_script || signs.of_wmi || signs.lasting) {
        signs.reasons.push(m::REASON_NO_WINDOW.plain());
        return Some(match (signs.of_wmi, signs.unsigned) {
            (true, _) => (Medium, Possible, Action::Review),
            (false, true) => (Low, Possible, Action::Review),
            (false, false) => (Severity::Info, Possible, Action::Review),
        });
    }
    (family.is_some() && !signs.verified).then_some((Medium, Possible, Action::Review))
}
