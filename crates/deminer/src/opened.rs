//! Started by a double click: the window is the program's own, and would close with it before anybody has read what it says.

use crate::args::Arguments;
use crate::commands;
use crate::console::Console;
use crate::desk::{Answer, Asker};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::messages as m;
use crate::output::Output;
use clap::Parser as _;
use evidence::MessageSpec;
use std::path::{Path, PathBuf};

/// What the report is called.
const REPORT: &str = "deminer-report.html";

/// Whether the program was started by a double click: without arguments, in a window that no other program uses.
#[cfg(windows)]
pub(crate) fn by_double_click() -> bool {
    std::env::args_os().count() == 1 && machine_windows::owns_console()
}

/// Whether the program was started by a double click, which is a matter of Windows.
#[cfg(not(windows))]
pub(crate) const fn by_double_click() -> bool {
    false
}

/// Checks this machine, writes the page, offers to open it, and keeps the window until Enter is pressed.
pub(crate) fn run(asker: &mut dyn Asker) -> ExitStatus {
    let report = report();
    let words = ["deminer", "check", "--format", "html", "--output"];
    let words = words.map(Into::into).into_iter().chain([report.clone().into_os_string()]);
    let Ok(arguments) = Arguments::try_parse_from(words) else { return ExitStatus::Failed };
    let console = Console::new(&arguments.global);
    console.tell(&m::OPENED_HELLO.plain());
    let ended = commands::run(&arguments.command, console);
    conclude(ended, &report, console, asker, open)
}

/// Where the report goes: beside the program, or where that cannot be written among the temporary files.
fn report() -> PathBuf {
    let here = PathBuf::from(REPORT);
    let here = std::path::absolute(&here).unwrap_or(here);
    // What is not finished is not kept.
    if Output::open(Some(&here), &[]).is_ok() { here } else { std::env::temp_dir().join(REPORT) }
}

/// Says what came of it, and waits.
fn conclude(
    ended: Result<ExitStatus, Error>,
    report: &Path,
    console: Console,
    asker: &mut dyn Asker,
    open: impl FnOnce(&Path) -> bool,
) -> ExitStatus {
    let line = |message: MessageSpec| console.catalogue().line(&message.plain());
    let status = match ended {
        Ok(status) => {
            console.tell(
                &match status {
                    ExitStatus::Nothing => m::OPENED_NOTHING,
                    ExitStatus::Found => m::OPENED_FOUND,
                    ExitStatus::Failed | ExitStatus::Inconclusive => m::OPENED_UNKNOWN,
                }
                .plain(),
            );
            console.tell(&m::OPENED_REPORT.with([report.to_string_lossy().as_ref().into()]));
            if asker.ask(&line(m::OPENED_ASK), true) == Answer::Yes && !open(report) {
                console.warn(&m::OPENED_BY_HAND.plain());
            }
            status
        }
        Err(error) => {
            console.complain(&error);
            ExitStatus::Failed
        }
    };
    asker.wait(&line(m::OPENED_END));
    status
}

/// Has Windows' own shell open the page, in whatever browser the person uses. It is named by its full path.
fn open(report: &Path) -> bool {
    let shell = crate::this_machine::this_machine()
        .and_then(|machine| machine.facts().ok())
        .map(|facts| format!("{}\\explorer.exe", facts.windows.trim_end_matches('\\')));
    shell.is_some_and(|shell| std::process::Command::new(shell).arg(report).spawn().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::clean::tests::Script;
    use report::Language;

    fn concluded(ended: Result<ExitStatus, Error>, answers: &[Answer]) -> (ExitStatus, bool, Vec<String>) {
        let (mut asker, mut opened) = (Script::new(answers), false);
        let console = Console::plain(Language::English);
        let status = conclude(ended, Path::new("r.html"), console, &mut asker, |_| {
            opened = true;
            true
        });
        (status, opened, asker.asked)
    }

    #[test]
    fn the_report_is_opened_only_where_that_is_wanted_and_the_window_waits() {
        let (status, opened, asked) = concluded(Ok(ExitStatus::Found), &[Answer::Yes]);
        assert_eq!((status, opened, asked.len()), (ExitStatus::Found, true, 2));
        assert!(asked[1].starts_with("press Enter"), "{asked:?}");
        let (_, opened, asked) = concluded(Ok(ExitStatus::Nothing), &[Answer::No]);
        assert_eq!((opened, asked.len()), (false, 2));
        let (status, opened, asked) = concluded(Err(Error::NotWindows), &[]);
        assert_eq!((status, opened, asked.len()), (ExitStatus::Failed, false, 1));
    }
}
