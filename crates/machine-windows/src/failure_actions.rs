//! The value `FailureActions` of a service: how long until failures count from one again, and what is done after each.

use crate::bytes::u32_at;

/// Bytes before the actions: reset period, message, command, count and place of the actions, 32 bits each.
const HEADER: usize = 20;
/// Bytes of an action: what is done, and after how many milliseconds.
const ACTION: usize = 8;

/// What follows when a service fails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Seconds without a failure after which they count from one again.
    pub(crate) reset: u32,
    /// What is done, by its number, and after how many milliseconds.
    pub(crate) actions: Vec<(i32, u32)>,
}

/// What the bytes say; `None` where they hold fewer actions than they say.
pub(crate) fn parse(bytes: &[u8]) -> Option<Failure> {
    let count = usize::try_from(u32_at(bytes, 12)?).ok()?;
    let actions = bytes.get(HEADER..)?.chunks_exact(ACTION).take(count);
    let actions: Vec<_> =
        actions.filter_map(|action| Some((u32_at(action, 0)?.cast_signed(), u32_at(action, 4)?))).collect();
    (actions.len() == count).then_some(Failure { reset: u32_at(bytes, 0)?, actions })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `sc failure x reset= 86400 command= … actions= restart/60000/run/0` writes it.
    fn stored() -> Vec<u8> {
        [86_400_u32, 0, 0, 2, 0x14, 1, 60_000, 3, 0].into_iter().flat_map(u32::to_le_bytes).collect()
    }

    #[test]
    fn actions_are_read_as_the_registry_has_them() {
        let wanted = Failure { reset: 86_400, actions: vec![(1, 60_000), (3, 0)] };
        assert_eq!(parse(&stored()), Some(wanted));
        assert_eq!(parse(&[0; 20]), Some(Failure::default()));
    }

    #[test]
    fn what_says_more_than_it_holds_is_nothing() {
        let mut bytes = stored();
        for length in 0..bytes.len() {
            assert_eq!(parse(&bytes[..length]), None, "{length}");
        }
        bytes[12..16].fill(0xFF);
        assert_eq!(parse(&bytes), None);
    }
}
