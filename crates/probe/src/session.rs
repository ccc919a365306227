//! The conversation with one server, without sockets and clocks: what arrived goes in, what is to be sent comes out.

use crate::answer::{Answer, Cause, Malformed, Peer, Stage, Status, Verdict};
use crate::frame::{self, Deframer, Frame, framed};
use crate::ntlm::{self, Credentials};
use crate::reply::{self, Challenge, Message, Negotiated, Reply};
use crate::request::{self, Ids};
use crate::signing::Signer;
use crate::spnego;

/// Signs of life that are passed over before a server counts as one that never answers.
const MAX_KEEP_ALIVES: usize = 16;

/// How a conversation is led.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether a `NetBIOS` session is asked for first, as on port 139.
    pub netbios: bool,
    /// What the server is called in the path of `IPC$`: its address, or a name.
    pub server: String,
    /// The name with which the session is set up; without one it is anonymous.
    pub credentials: Option<Credentials>,
    /// The number that stands for the asking process. Servers repeat it.
    pub pid: u16,
    /// The number of every question. Servers repeat it.
    pub mid: u16,
    /// Eight random bytes, for a session with a name.
    pub nonce: [u8; 8],
    /// The time in 100 ns since 1601-01-01, for a session with a name.
    pub time: u64,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Wait for more.
    Wait,
    /// Send this.
    Send(Vec<u8>),
    /// The check is at its end.
    Done(Verdict),
}

/// How a connection ends or fails to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    /// The deadline has passed.
    TimedOut,
    /// The port is closed.
    Refused,
    /// There is no way to the address.
    Unreachable,
    /// The other side closed the connection.
    Closed,
    /// The other side reset the connection.
    Reset,
    /// Something else, in the system's words.
    System(String),
}

/// The conversation with one server.
#[derive(Debug)]
pub struct Session {
    options: Options,
    stage: Stage,
    ids: Ids,
    deframer: Deframer,
    keep_alives: usize,
    /// Whether the session is set up in rounds of `NTLMSSP`, and which of them was sent.
    rounds: usize,
    extended: bool,
    signer: Option<Signer>,
    peer: Peer,
    asked: Vec<Stage>,
}

impl Session {
    /// A conversation that is not begun.
    pub fn new(options: Options) -> Self {
        let ids = Ids { pid: options.pid, mid: options.mid, ..Ids::default() };
        Self {
            options,
            stage: Stage::Connect,
            ids,
            deframer: Deframer::default(),
            keep_alives: 0,
            rounds: 0,
            extended: false,
            signer: None,
            peer: Peer::default(),
            asked: Vec::new(),
        }
    }

    /// Where the conversation stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// What was asked, in its order. Two rounds of session set-up are there twice.
    pub fn asked(&self) -> &[Stage] {
        &self.asked
    }

    /// What the server told of itself so far.
    pub const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The connection is there: what to send first.
    pub fn connected(&mut self) -> Vec<u8> {
        if self.options.netbios {
            self.at(Stage::Netbios);
            frame::session_request()
        } else {
            self.negotiate()
        }
    }

    /// Takes what arrived.
    pub fn receive(&mut self, bytes: &[u8]) -> Step {
        self.deframer.push(bytes);
        loop {
            let frame = match self.deframer.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => return Step::Wait,
                Err(malformed) => return self.malformed(malformed),
            };
            match (frame, self.stage) {
                (Frame::KeepAlive, _) if self.keep_alives < MAX_KEEP_ALIVES => self.keep_alives += 1,
                (Frame::Granted, Stage::Netbios) => return Step::Send(self.negotiate()),
                (Frame::Refused(code), Stage::Netbios) => return self.unknown(Cause::SessionRefused(code)),
                (Frame::Retarget, Stage::Netbios) => return self.unknown(Cause::Retargeted),
                (Frame::Message(message), stage) if stage > Stage::Netbios => {
                    return self.message(&message).unwrap_or_else(|malformed| self.malformed(malformed));
                }
                _ => return self.malformed(Malformed { at: 0, what: "wrong-session-message" }),
            }
        }
    }

    /// The connection did not come about, or is gone.
    pub fn broken(&mut self, how: Break) -> Verdict {
        let cause = match how {
            Break::TimedOut => Cause::TimedOut,
            Break::Refused => Cause::Refused,
            Break::Unreachable => Cause::Unreachable,
            Break::Closed => Cause::Closed,
            Break::Reset => Cause::Reset,
            Break::System(text) => Cause::System(text),
        };
        // A server without SMBv1 hangs up on the first message. Later on it may be any filter in between.
        let hung_up = self.stage == Stage::Negotiate && matches!(cause, Cause::Closed | Cause::Reset);
        let answer = if hung_up { Answer::NotOffered } else { Answer::Unknown };
        self.peer.judge(Verdict { answer, stage: self.stage, cause })
    }

    fn at(&mut self, stage: Stage) {
        self.stage = stage;
        self.asked.push(stage);
    }

    fn done(&self, answer: Answer, cause: Cause) -> Step {
        Step::Done(self.peer.judge(Verdict { answer, stage: self.stage, cause }))
    }

    fn unknown(&self, cause: Cause) -> Step {
        self.done(Answer::Unknown, cause)
    }

    fn malformed(&self, malformed: Malformed) -> Step {
        self.unknown(Cause::Malformed(malformed))
    }

    /// A question, signed where that has begun.
    fn send(&mut self, mut message: Vec<u8>) -> Step {
        if let Some(signer) = &mut self.signer {
            signer.sign(&mut message);
        }
        Step::Send(framed(&message))
    }

    fn negotiate(&mut self) -> Vec<u8> {
        self.at(Stage::Negotiate);
        framed(&request::negotiate(self.ids))
    }

    fn message(&mut self, message: &[u8]) -> Result<Step, Malformed> {
        let reply = match Message::parse(message)? {
            Message::One(reply) => reply,
            Message::Two if self.stage == Stage::Negotiate => {
                return Ok(self.done(Answer::NotOffered, Cause::SmbTwo));
            }
            Message::Two => return Err(Malformed { at: 0, what: "wrong-protocol" }),
        };
        let command = match self.stage {
            Stage::Connect | Stage::Netbios | Stage::Negotiate => reply::NEGOTIATE,
            Stage::SessionSetup => reply::SESSION_SETUP,
            Stage::TreeConnect => reply::TREE_CONNECT,
            Stage::Transaction => reply::TRANSACTION,
        };
        if reply.command != command {
            return Err(Malformed { at: 4, what: "wrong-command" });
        }
        if reply.mid != self.ids.mid {
            return Err(Malformed { at: 30, what: "wrong-mid" });
        }
        match self.stage {
            Stage::Connect | Stage::Netbios | Stage::Negotiate => self.negotiated(&reply),
            Stage::SessionSetup => self.set_up(&reply),
            Stage::TreeConnect => self.tree_connected(&reply),
            Stage::Transaction => self.peeked(&reply),
        }
    }

    fn negotiated(&mut self, reply: &Reply<'_>) -> Result<Step, Malformed> {
        match reply.status {
            status if status.is_success() => {}
            // It may speak the protocol at another moment.
            status @ (Status::INSUFFICIENT_SERVER_RESOURCES | Status::INSUFFICIENT_RESOURCES) => {
                return Ok(self.unknown(Cause::Status(status)));
            }
            status => return Ok(self.done(Answer::NotOffered, Cause::Status(status))),
        }
        let Negotiated::NtLm { extended, signing_required, names: (domain, name) } = reply.negotiated()?
        else {
            return Ok(self.done(Answer::NotOffered, Cause::Dialect));
        };
        self.peer.signing_required = signing_required;
        (self.peer.domain, self.peer.name) = (domain, name);
        self.extended = extended;
        self.at(Stage::SessionSetup);
        let message = if extended {
            request::session_setup(self.ids, &spnego::first(&ntlm::negotiate()))
        } else {
            request::anonymous_session_setup(self.ids)
        };
        Ok(self.send(message))
    }

    fn set_up(&mut self, reply: &Reply<'_>) -> Result<Step, Malformed> {
        let set_up = match reply.set_up() {
            Ok(set_up) => set_up,
            // The refusal itself is plain.
            Err(_) if !reply.status.is_success() && reply.status != Status::MORE_PROCESSING_REQUIRED => {
                return Ok(self.unknown(Cause::Status(reply.status)));
            }
            Err(malformed) => return Err(malformed),
        };
        let peer = &mut self.peer;
        peer.system = set_up.system.or_else(|| peer.system.take());
        peer.software = set_up.software.or_else(|| peer.software.take());
        peer.domain = peer.domain.take().or(set_up.domain);
        peer.guest = set_up.guest;
        match reply.status {
            Status::MORE_PROCESSING_REQUIRED if self.extended && self.rounds == 0 => {
                self.rounds += 1;
                self.ids.uid = reply.uid;
                let challenge = Challenge::parse(set_up.token)?;
                Ok(self.authenticate(&challenge))
            }
            status if !status.is_success() => Ok(self.unknown(Cause::Status(status))),
            _ => {
                self.ids.uid = reply.uid;
                if self.peer.guest {
                    self.signer = None;
                }
                self.at(Stage::TreeConnect);
                let message = request::tree_connect(self.ids, &self.options.server);
                Ok(self.send(message))
            }
        }
    }

    /// The second round.
    fn authenticate(&mut self, challenge: &Challenge) -> Step {
        let peer = &mut self.peer;
        peer.name = challenge.name.clone().or_else(|| peer.name.take());
        peer.domain = challenge.domain.clone().or_else(|| peer.domain.take());
        peer.dns_name.clone_from(&challenge.dns_name);
        peer.version = challenge.version;
        let (token, key) = match &self.options.credentials {
            Some(credentials) => {
                let (token, key) =
                    ntlm::with_name(challenge, credentials, self.options.nonce, self.options.time);
                (token, Some(key))
            }
            None => (ntlm::anonymous(challenge), None),
        };
        self.asked.push(Stage::SessionSetup);
        let step = self.send(request::session_setup(self.ids, &spnego::further(&token)));
        // Sessions without a name are never signed.
        self.signer = key.filter(|_| self.peer.signing_required).map(Signer::new);
        step
    }

    fn tree_connected(&mut self, reply: &Reply<'_>) -> Result<Step, Malformed> {
        if !reply.status.is_success() {
            return Ok(self.unknown(Cause::Status(reply.status)));
        }
        if reply.words.len() < 4 {
            return Err(Malformed { at: reply::HEADER, what: "wrong-word-count" });
        }
        self.ids.tid = reply.tid;
        self.at(Stage::Transaction);
        let message = request::peek_named_pipe(self.ids);
        Ok(self.send(message))
    }

    fn peeked(&self, reply: &Reply<'_>) -> Result<Step, Malformed> {
        if reply.tid != self.ids.tid {
            return Err(Malformed { at: 24, what: "wrong-tid" });
        }
        // Only these three tell, and only here.
        let answer = match reply.status {
            Status::INSUFFICIENT_SERVER_RESOURCES => Answer::NotFixed,
            Status::INVALID_HANDLE | Status::ACCESS_DENIED => Answer::Fixed,
            _ => Answer::Unknown,
        };
        Ok(self.done(answer, Cause::Status(reply.status)))
    }
}

#[cfg(test)]
mod tests;
