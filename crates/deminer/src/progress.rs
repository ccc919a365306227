//! The bar that moves while there is much to read.

use crate::console::Console;
use evidence::{Message, MessageSpec};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Work that is done sooner than this needs no bar.
const PATIENCE: Duration = Duration::from_millis(800);

/// A bar on standard error, if anyone looks at it and the work takes long.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// When the bar may appear; `None` once it has, or where it never will.
    hidden_until: Mutex<Option<Instant>>,
}

impl Progress {
    /// A bar for so many steps.
    pub(crate) fn new(console: Console, what: MessageSpec, steps: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(console.catalogue().line(&what.plain()));
        let hidden_until = console.shows_progress().then(|| Instant::now() + PATIENCE);
        Self { bar, hidden_until: Mutex::new(hidden_until) }
    }

    /// A step begins, and whoever looks sees which.
    pub(crate) fn begin(&self, console: Console, step: &Message) {
        self.bar.set_message(console.catalogue().line(step));
        if let Ok(mut hidden_until) = self.hidden_until.try_lock()
            && hidden_until.take().is_some()
        {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.tick();
    }

    /// One step is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
        if let Ok(mut hidden_until) = self.hidden_until.try_lock()
            && hidden_until.is_some_and(|until| Instant::now() >= until)
        {
            *hidden_until = None;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Does something that may write to the terminal, with the bar out of the way.
    pub(crate) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        self.bar.suspend(work)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
