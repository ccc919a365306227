//! What the README shows is what the program says.

use crate::support::{deminer, finish};
use std::fs;
use std::path::Path;

/// A line that stands for lines that are left out.
const LEFT_OUT: &str = "…";

/// The first block of the README that shows output.
fn excerpt(readme: &Path) -> Vec<String> {
    let text = fs::read_to_string(readme).unwrap();
    let (_, block) = text.split_once("```text\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    block.lines().map(str::to_owned).collect()
}

/// The lines of the excerpt must stand in the report, in this order.
fn assert_shows_the_report(readme: &str, language: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = finish(deminer().current_dir(&root).args(["check", "examples/wannamine", "--lang", language]));
    assert_eq!(run.status, 1, "{}", run.stderr);
    let mut report = run.stdout.lines();
    let mut lines = 0;
    for line in excerpt(&root.join(readme)).iter().filter(|line| line.trim() != LEFT_OUT) {
        assert!(report.any(|said| said == line), "{readme} shows a line that is not in the report: {line}");
        lines += 1;
    }
    assert!(lines > 10, "{readme} shows hardly anything");
}

#[test]
fn the_english_readme_shows_what_is_said() {
    assert_shows_the_report("README.md", "en");
}

#[test]
fn the_japanese_readme_shows_what_is_said() {
    assert_shows_the_report("README.ja.md", "ja");
}
