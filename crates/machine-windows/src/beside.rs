//! Work that may take longer than anybody waits.

use crate::fault::{Outcome, from_io};
use machine::Fault;
use std::sync::mpsc;
use std::time::Duration;

/// Does the work on a thread of its own. It cannot be broken off, so it is left behind where it takes too long.
pub(crate) fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    let (tell, told) = mpsc::channel();
    let begun = std::thread::Builder::new().spawn(move || {
        // Nobody listens any more where it took too long.
        let _ = tell.send(work());
    });
    begun.map_err(|error| from_io(&error))?;
    told.recv_timeout(patience).unwrap_or(Err(Fault::TimedOut))
}
