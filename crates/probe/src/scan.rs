//! Many servers, a few at once.

use crate::answer::{Cause, Peer, Stage, Verdict};
use crate::connection::attempt;
use crate::ntlm::Credentials;
use crate::session::{self, Session};
use crate::targets::{Target, in_unc};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A port to ask on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// Its number.
    pub number: u16,
    /// Whether a `NetBIOS` session comes first.
    pub netbios: bool,
}

impl Port {
    /// 445, and where that is closed 139 with a `NetBIOS` session.
    pub const USUAL: [Self; 2] = [Self { number: 445, netbios: false }, Self { number: 139, netbios: true }];
}

/// How a scan is made.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The ports: the next one only where there was no connection to the one before.
    pub ports: Vec<Port>,
    /// The longest that a step may take.
    pub timeout: Duration,
    /// How many servers are asked at once.
    pub at_once: usize,
    /// A name for servers that refuse a session without one.
    pub credentials: Option<Credentials>,
}

/// Something that happens during a scan.
#[derive(Debug)]
pub enum Event<'e> {
    /// A question goes out.
    Asked {
        /// Whom it is asked.
        target: &'e Target,
        /// On which port.
        port: u16,
        /// What.
        stage: Stage,
        /// Whether the session has a name.
        named: bool,
    },
    /// A server is done with.
    Done(&'e Outcome),
}

/// A connection that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub started: SystemTime,
    /// The port.
    pub port: u16,
    /// Whether the session was to have a name.
    pub named: bool,
    /// What was asked.
    pub asked: Vec<Stage>,
    /// How it ended.
    pub verdict: Verdict,
}

/// What came of one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The address.
    pub target: Target,
    /// The port of the attempt that counts.
    pub port: u16,
    /// The end of that attempt.
    pub verdict: Verdict,
    /// What the server told of itself.
    pub peer: Peer,
    /// Every connection that was tried.
    pub attempts: Vec<Attempt>,
}

/// Asks each target. The outcomes stand in the order of the targets.
pub fn scan(targets: &[Target], plan: &Plan, observe: &(dyn Fn(Event<'_>) + Sync)) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::with_capacity(targets.len()));
    let logon = Logon::new(plan.credentials.as_ref());
    let work = || {
        while let Some((at, target)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            targets.get(at).map(|target| (at, target))
        } {
            let outcome = Asker { target, plan, logon: &logon, observe, attempts: Vec::new() }.ask();
            observe(Event::Done(&outcome));
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((at, outcome));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..plan.at_once.clamp(1, targets.len().max(1)) {
            scope.spawn(work);
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Whether the name and password may be used. A wrong password that many servers are asked with locks the account, so the
/// first server decides alone whether the others are asked.
struct Logon<'p> {
    credentials: Option<&'p Credentials>,
    state: Mutex<LogonState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LogonState {
    Untried,
    Good,
    Refused,
}

impl<'p> Logon<'p> {
    const fn new(credentials: Option<&'p Credentials>) -> Self {
        Self { credentials, state: Mutex::new(LogonState::Untried) }
    }

    /// Lets `attempt` use the name, unless it was refused; until it was accepted, one at a time.
    fn with<T>(&self, attempt: impl FnOnce(&Credentials) -> (T, LogonState)) -> Option<T> {
        let credentials = self.credentials?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            LogonState::Refused => None,
            LogonState::Good => {
                drop(state);
                let (result, seen) = attempt(credentials);
                if seen == LogonState::Refused {
                    *self.state.lock().unwrap_or_else(PoisonError::into_inner) = seen;
                }
                Some(result)
            }
            LogonState::Untried => {
                let (result, seen) = attempt(credentials);
                *state = seen;
                Some(result)
            }
        }
    }
}

/// Asks one server.
struct Asker<'a> {
    target: &'a Target,
    plan: &'a Plan,
    logon: &'a Logon<'a>,
    observe: &'a (dyn Fn(Event<'_>) + Sync),
    attempts: Vec<Attempt>,
}

impl Asker<'_> {
    fn ask(mut self) -> Outcome {
        let (mut port, mut result) = self.first_open_port();
        // One retry: what a busy server or a lost packet spoils may go well the second time.
        if result.0.cause.is_passing() {
            let again = self.attempt(port, None);
            // A server that goes further than before tells more.
            if again.0.stage >= result.0.stage {
                result = again;
            }
        }
        if is_refusal(&result.0)
            && let Some(again) = self.with_name(port)
        {
            result = again;
        }
        if let [only] = self.plan.ports.as_slice() {
            port = *only;
        }
        let (verdict, peer) = result;
        Outcome { target: self.target.clone(), port: port.number, verdict, peer, attempts: self.attempts }
    }

    /// The first port with a connection; else the first one.
    fn first_open_port(&mut self) -> (Port, (Verdict, Peer)) {
        let mut first = None;
        for port in self.plan.ports.clone() {
            let result = self.attempt(port, None);
            if result.0.stage > Stage::Connect {
                return (port, result);
            }
            first.get_or_insert((port, result));
        }
        first.unwrap_or_else(|| {
            let verdict = Verdict::unknown(Stage::Connect, Cause::System("no port".to_owned()));
            (Port::USUAL[0], (verdict, Peer::default()))
        })
    }

    /// With the name, where there is one and nobody refused it.
    fn with_name(&mut self, port: Port) -> Option<(Verdict, Peer)> {
        let logon = self.logon;
        logon.with(|credentials| {
            let result = self.attempt(port, Some(credentials.clone()));
            let state = match (&result.0.cause, result.0.stage) {
                (Cause::Status(status), _) if status.is_refused_logon() => LogonState::Refused,
                (_, Stage::TreeConnect | Stage::Transaction) => LogonState::Good,
                _ => LogonState::Untried,
            };
            (result, state)
        })
    }

    fn attempt(&mut self, port: Port, credentials: Option<Credentials>) -> (Verdict, Peer) {
        let started = SystemTime::now();
        let named = credentials.is_some();
        let mut nonce = [0; 8];
        // Without random bytes the response is still right, only guessable by who can see it.
        let _ = getrandom::fill(&mut nonce);
        let [low, high, mid, ..] = nonce;
        let mut session = Session::new(session::Options {
            netbios: port.netbios,
            server: in_unc(self.target.address),
            credentials,
            pid: u16::from_le_bytes([low, high]),
            mid: u16::from(mid) | 1,
            nonce,
            time: windows_time(started),
        });
        let asked = |session: &Session| {
            if let Some(stage) = session.asked().last() {
                let (target, stage) = (self.target, *stage);
                (self.observe)(Event::Asked { target, port: port.number, stage, named });
            }
        };
        let socket = self.target.socket(port.number);
        (self.observe)(Event::Asked { target: self.target, port: port.number, stage: Stage::Connect, named });
        let verdict = attempt(socket, self.plan.timeout, &mut session, &asked);
        let asked = std::iter::once(Stage::Connect).chain(session.asked().iter().copied()).collect();
        self.attempts.push(Attempt { started, port: port.number, named, asked, verdict: verdict.clone() });
        (verdict, session.peer().clone())
    }
}

/// Whether a session with a name may get further.
fn is_refusal(verdict: &Verdict) -> bool {
    verdict.answer == crate::Answer::Unknown
        && matches!(verdict.cause, Cause::Status(_))
        && verdict.stage >= Stage::SessionSetup
}

/// In 100 ns since 1601-01-01.
fn windows_time(time: SystemTime) -> u64 {
    /// From 1601-01-01 to 1970-01-01.
    const BEFORE: u64 = 116_444_736_000_000_000;
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos() / 100).unwrap_or_default().saturating_add(BEFORE)
}
