//! What a person at a terminal sees: language, colour, width, and the one place that writes to standard error.

use crate::args::{Color, Global, Lang};
use crate::error::Error;
use crate::messages as m;
use anstyle::{AnsiColor, Style};
use evidence::{Level, MessageSpec, Note};
use report::sanitize::{visible, visible_lines};
use report::{Catalogue, Language, TextOptions, Verbosity};
use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};

/// Columns of a report that does not go to a terminal.
const WIDTH: usize = 100;

/// Where something is said.
#[derive(Debug, Clone, Copy)]
enum Place {
    Output,
    Errors,
}

impl Place {
    fn is_terminal(self) -> bool {
        match self {
            Self::Output => io::stdout().is_terminal(),
            Self::Errors => io::stderr().is_terminal(),
        }
    }

    /// Whether a terminal there obeys escape sequences: the consoles of Windows 7 and 8 would show them.
    #[cfg(windows)]
    fn obeys(self) -> bool {
        match self {
            Self::Output => machine_windows::output_obeys_escapes(),
            Self::Errors => machine_windows::errors_obey_escapes(),
        }
    }

    /// Whether a terminal there obeys escape sequences.
    #[cfg(not(windows))]
    const fn obeys(self) -> bool {
        let _ = self;
        true
    }
}

/// How to speak to the person at the keyboard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    pub language: Language,
    color: Color,
    pub quiet: bool,
    pub verbose: bool,
}

impl Console {
    /// What the options and the system say.
    pub(crate) fn new(global: &Global) -> Self {
        let language = match global.lang {
            Some(Lang::En) => Language::English,
            Some(Lang::Ja) => Language::Japanese,
            None => system_language(),
        };
        Self { language, color: global.color, quiet: global.quiet, verbose: global.verbose }
    }

    /// How to speak in tests: plainly, in this language, and to nobody but the test.
    #[cfg(test)]
    pub(crate) const fn plain(language: Language) -> Self {
        Self { language, color: Color::Never, quiet: true, verbose: false }
    }

    /// The wording.
    pub(crate) fn catalogue(self) -> &'static Catalogue {
        Catalogue::get(self.language)
    }

    /// How headings on standard output look.
    pub(crate) fn heading(self) -> Style {
        if self.colored(Some(Place::Output)) { Style::new().bold() } else { Style::new() }
    }

    /// Whether a bar that moves has anyone who looks at it.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Whether there is colour in what goes to this place, or into a file.
    fn colored(self, place: Option<Place>) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                !set("NO_COLOR")
                    && !is_dumb
                    && place.is_some_and(|place| place.is_terminal() && place.obeys())
            }
        }
    }

    /// How a report for people is to be written; `to_stdout` where it goes to standard output and not into a file.
    pub(crate) fn text_options(self, to_stdout: bool) -> TextOptions {
        let terminal = to_stdout && io::stdout().is_terminal();
        let size = terminal.then(terminal_size::terminal_size).flatten();
        TextOptions {
            color: self.colored(to_stdout.then_some(Place::Output)),
            width: size.map_or(WIDTH, |(width, _)| usize::from(width.0)),
            verbosity: match (self.quiet, self.verbose) {
                (true, _) => Verbosity::Quiet,
                (_, true) => Verbosity::Verbose,
                _ => Verbosity::Normal,
            },
        }
    }

    /// Says why a command could not do its work.
    pub(crate) fn complain(self, error: &Error) {
        if error.is_broken_pipe() {
            return;
        }
        self.notes(error.notes());
        self.say(m::ERROR, AnsiColor::Red, &self.catalogue().line(&error.message()));
        if let Some(hint) = error.hint() {
            self.say(m::HINT, AnsiColor::Cyan, &self.catalogue().line(&hint));
        }
    }

    /// Says what there is to say of single inputs, unless only the result was asked for.
    pub(crate) fn remarks(self, notes: &[Note]) {
        if !self.quiet {
            self.notes(notes);
        }
    }

    /// Says what the person should know of a result.
    pub(crate) fn warn(self, message: &evidence::Message) {
        self.say(m::WARNING, AnsiColor::Yellow, &self.catalogue().line(message));
    }

    /// Says what was done.
    pub(crate) fn tell(self, message: &evidence::Message) {
        self.say(m::NOTE, AnsiColor::Cyan, &self.catalogue().line(message));
    }

    /// Says what was done or comes next, unless only the result was asked for.
    pub(crate) fn remark(self, message: &evidence::Message) {
        if !self.quiet {
            self.tell(message);
        }
    }

    /// Says what there is to say of single inputs, also where only the result was asked for.
    pub(crate) fn notes(self, notes: &[Note]) {
        for note in notes {
            let (word, color) = match note.level {
                Level::Error => (m::ERROR, AnsiColor::Red),
                Level::Warning => (m::WARNING, AnsiColor::Yellow),
                Level::Info => (m::NOTE, AnsiColor::Cyan),
            };
            let text = self.catalogue().line(&note.message);
            if note.source.is_empty() {
                self.say(word, color, &text);
            } else {
                self.say(word, color, &format!("{}: {text}", visible(&note.source)));
            }
        }
    }

    /// One line on standard error. That nobody reads it is no reason to stop.
    fn say(self, word: MessageSpec, color: AnsiColor, text: &str) {
        let word = self.catalogue().line(&word.plain());
        let style = if self.colored(Some(Place::Errors)) {
            Style::new().bold().fg_color(Some(color.into()))
        } else {
            Style::new()
        };
        let _ = writeln!(io::stderr(), "{style}{word}{style:#} {text}");
    }
}

/// Text that another program may want as it is and a terminal must not obey: TOML with names from the evidence in it.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if !io::stdout().is_terminal() {
        return Cow::Borrowed(text);
    }
    let mut lines = String::with_capacity(text.len());
    for line in visible_lines(text) {
        lines.push_str(&line);
        lines.push('\n');
    }
    Cow::Owned(lines)
}

/// The language of the system; English where it is none that the program speaks.
fn system_language() -> Language {
    sys_locale::get_locale().map_or(Language::English, |tag| Language::from_tag(&tag))
}
