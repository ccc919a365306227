use super::*;
use crate::Format;
use crate::language::Language;
use crate::samples::{clean, hostile, infected, with_links, write};
use crate::sanitize::is_hostile;
use proptest::prelude::*;

fn text(language: Language, verbosity: Verbosity, assessments: &[Assessment]) -> String {
    write(Format::Text, language, TextOptions { verbosity, ..TextOptions::default() }, assessments)
}

#[test]
fn english() {
    insta::assert_snapshot!(text(Language::English, Verbosity::Normal, &[infected(), clean()]));
}

#[test]
fn japanese() {
    insta::assert_snapshot!(text(Language::Japanese, Verbosity::Normal, &[infected(), clean()]));
}

#[test]
fn verbose() {
    insta::assert_snapshot!(text(Language::English, Verbosity::Verbose, &[infected()]));
}

#[test]
fn quiet_is_one_line_a_host() {
    let out = write(
        Format::Text,
        Language::English,
        TextOptions { verbosity: Verbosity::Quiet, ..TextOptions::default() },
        &[infected(), clean()],
    );
    insta::assert_snapshot!(out, @r"
    DESKTOP-1         infected      WannaMine, 2 findings, 2 areas not read
    経理-07           clean         no findings, 1 area not read

    notes on the run (1)
      warning  notes\u{1B}[31m.txt · offset 12: nothing
    ");
}

#[test]
fn colour_only_where_asked() {
    let colored = |color| {
        let options = TextOptions { color, ..TextOptions::default() };
        write(Format::Text, Language::English, options, &[infected(), clean()])
    };
    assert!(!colored(false).contains('\u{1b}'));
    assert!(colored(true).contains('\u{1b}'));
    let mut bare = String::new();
    let mut rest = colored(true);
    while let Some(start) = rest.find('\u{1b}') {
        bare.push_str(&rest[..start]);
        let end = rest[start..].find('m').unwrap() + start + 1;
        rest = rest.split_off(end);
    }
    bare.push_str(&rest);
    assert_eq!(bare, colored(false), "colour changes nothing else");
}

#[test]
fn nothing_but_commands_is_wider_than_the_terminal() {
    for width in [60, 100] {
        for language in Language::ALL {
            let options = TextOptions { width, verbosity: Verbosity::Verbose, ..TextOptions::default() };
            let next = Catalogue::get(language).word_for("label-next");
            for line in write(Format::Text, language, options, &[infected(), clean()]).lines() {
                let command = line.trim_start().starts_with(&next);
                assert!(command || columns(line) <= width, "{} columns: {line}", columns(line));
            }
        }
    }
}

#[test]
fn long_lists_say_what_they_leave_out() {
    let mut host = infected();
    host.neighbours = (0..30).map(|n| format!("10.0.0.{n}")).collect();
    assert!(
        text(Language::English, Verbosity::Normal, &[host.clone()])
            .contains("… 10 more (`--verbose` shows all)")
    );
    assert!(!text(Language::English, Verbosity::Verbose, &[host]).contains("10 more"));
}

#[test]
fn no_sentence_has_a_link_of_the_evidence() {
    let out = text(Language::English, Verbosity::Verbose, &[with_links("http://bad.example/x.ps1")]);
    assert!(out.contains("hxxp://bad.example/x.ps1") && !out.contains("http://bad.example"), "{out}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_hostile_reaches_the_terminal(name in any::<String>(), verbose in any::<bool>()) {
        let verbosity = if verbose { Verbosity::Verbose } else { Verbosity::Normal };
        let out = text(Language::Japanese, verbosity, &[hostile(&name)]);
        prop_assert!(!out.contains(|c| is_hostile(c) && c != '\n'));
    }

    #[test]
    fn no_name_makes_a_line_of_its_own(name in "[a-z]{3}[\r\n\u{85}\u{2028}\u{1b}]{1,3}[a-z]{3}") {
        let out = text(Language::English, Verbosity::Quiet, &[hostile(&name)]);
        let lines = out.lines().count();
        prop_assert_eq!(lines, text(Language::English, Verbosity::Quiet, &[hostile("name")]).lines().count());
    }
}
