//! What the traits of a script add up to.
//!
//! - `miner`: the weights of the mining traits reach [`MINER`]. A pool's address with its scheme, several miner
//!   options, or a wallet together with a pool login does; a wallet alone (a donation page has one) does not.
//! - `malicious`: the weights of all traits reach [`MALICIOUS`].
//! - `suspicious`: they reach [`SUSPICIOUS`], the input was longer than what was read, or a limit stopped the working out
//!   of a script that runs text as code.
//! - `benign`: else. It is said of what was read: the problems tell what was not.
//!
//! Each trait counts once, however often it occurs. The bounds are such that what administrators' scripts do
//! (downloading and running an installer, encoded commands of configuration management, creating tasks) stays benign,
//! and hiding the window *and* encoding the command is suspicious whatever is inside.

use crate::model::{Problem, ScriptVerdict, TraitHit};
use crate::traits;

/// Sum of mining weights that makes a miner.
pub const MINER: u32 = 60;
/// Sum of weights that makes a script malicious.
pub const MALICIOUS: u32 = 80;
/// Sum of weights that makes a script suspicious.
pub const SUSPICIOUS: u32 = 50;

/// The verdict for a set of traits.
pub fn of(hits: &[TraitHit], problems: &[Problem]) -> ScriptVerdict {
    let sum = |mining_only: bool| -> u32 {
        traits::ALL
            .iter()
            .filter(|info| (info.mining || !mining_only) && hits.iter().any(|hit| hit.id == info.id))
            .map(|info| u32::from(info.weight))
            .sum()
    };
    let total = sum(false);
    if sum(true) >= MINER {
        ScriptVerdict::Miner
    } else if total >= MALICIOUS {
        ScriptVerdict::Malicious
    } else if total >= SUSPICIOUS
        || problems.iter().any(|problem| problem.id == "input-truncated")
        || hits.iter().any(|hit| hit.id == "unfinished-run")
    {
        ScriptVerdict::Suspicious
    } else {
        ScriptVerdict::Benign
    }
}
