//! What an answer means, as messages.

use super::messages as m;
use evidence::{Arg, Message};
use probe::scan::Outcome;
use probe::{Answer, Cause, Stage};

/// The word for an answer.
pub(super) fn answer(answer: Answer) -> Message {
    match answer {
        Answer::NotFixed => m::NOT_FIXED,
        Answer::Fixed => m::FIXED,
        Answer::NotOffered => m::NOT_OFFERED,
        Answer::NotWindows => m::NOT_WINDOWS,
        Answer::Unknown => m::UNKNOWN,
    }
    .plain()
}

/// Why it is the answer.
pub(super) fn reason(outcome: &Outcome) -> Message {
    let verdict = &outcome.verdict;
    let code = || Arg::from(verdict.cause.code().unwrap_or_default());
    match (verdict.answer, &verdict.cause) {
        (Answer::NotFixed, _) => m::WHY_NOT_FIXED.with([code()]),
        (Answer::Fixed, _) => m::WHY_FIXED.with([code()]),
        (Answer::NotOffered, Cause::Dialect) => m::WHY_NO_DIALECT.plain(),
        (Answer::NotOffered, Cause::SmbTwo) => m::WHY_SMB2.plain(),
        (Answer::NotOffered, Cause::Status(_)) => m::WHY_NEGOTIATE_REFUSED.with([code()]),
        (Answer::NotOffered, _) => m::WHY_HUNG_UP.plain(),
        (Answer::NotWindows, cause) => {
            let peer = &outcome.peer;
            let who = peer.software.as_ref().or(peer.system.as_ref()).cloned().unwrap_or_default();
            m::WHY_NOT_WINDOWS.with([who.into(), stage(verdict.stage).into(), self::cause(cause).into()])
        }
        (Answer::Unknown, cause) => {
            m::WHY_UNKNOWN.with([stage(verdict.stage).into(), self::cause(cause).into()])
        }
    }
}

/// The name of a step.
fn stage(stage: Stage) -> Message {
    match stage {
        Stage::Connect => m::STAGE_CONNECT,
        Stage::Netbios => m::STAGE_NETBIOS,
        Stage::Negotiate => m::STAGE_NEGOTIATE,
        Stage::SessionSetup => m::STAGE_SESSION_SETUP,
        Stage::TreeConnect => m::STAGE_TREE_CONNECT,
        Stage::Transaction => m::STAGE_TRANSACTION,
    }
    .plain()
}

fn cause(cause: &Cause) -> Message {
    let code = || Arg::from(cause.code().unwrap_or_default());
    match cause {
        Cause::Status(_) => m::CAUSE_STATUS.with([code()]),
        Cause::Dialect => m::WHY_NO_DIALECT.plain(),
        Cause::SmbTwo => m::WHY_SMB2.plain(),
        Cause::Refused => m::CAUSE_REFUSED.plain(),
        Cause::TimedOut => m::CAUSE_TIMED_OUT.plain(),
        Cause::Unreachable => m::CAUSE_UNREACHABLE.plain(),
        Cause::Closed => m::CAUSE_CLOSED.plain(),
        Cause::Reset => m::CAUSE_RESET.plain(),
        Cause::SessionRefused(_) => m::CAUSE_SESSION_REFUSED.with([code()]),
        Cause::Retargeted => m::CAUSE_RETARGETED.plain(),
        Cause::Malformed(malformed) => {
            m::CAUSE_MALFORMED.with([(malformed.at as u64).into(), malformed.what.into()])
        }
        Cause::System(_) => m::CAUSE_SYSTEM.with([code()]),
    }
}
