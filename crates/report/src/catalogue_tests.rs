use super::*;
use crate::words::tests::all_ids;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource};
use fluent_syntax::parser;
use std::collections::{BTreeMap, BTreeSet};

/// Ids and variables of one file.
type Ids = BTreeMap<String, BTreeSet<String>>;

/// Name, English text and Japanese text of each file of the catalogue.
fn both() -> Vec<(String, [String; 2])> {
    let (english, japanese) = (files(Language::English), files(Language::Japanese));
    let names = |files: &[(String, String)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&english), names(&japanese));
    english
        .into_iter()
        .zip(japanese)
        .map(|((name, english), (_, japanese))| (name, [english, japanese]))
        .collect()
}

/// The English text of a file.
fn english(name: &str) -> String {
    files(Language::English).into_iter().find(|(own, _)| own == name).unwrap().1
}

fn parsed<'t>(name: &str, text: &'t str) -> Resource<&'t str> {
    parser::parse(text).unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"))
}

fn ids(name: &str, text: &str) -> Ids {
    let mut out = Ids::new();
    for entry in &parsed(name, text).body {
        match entry {
            Entry::Message(message) => {
                let mut variables = BTreeSet::new();
                in_pattern(message.value.as_ref().expect("a value"), &mut variables);
                let earlier = out.insert(message.id.name.to_owned(), variables);
                assert!(earlier.is_none(), "{name}: {} twice", message.id.name);
            }
            Entry::Junk { content } => panic!("{name}: {content}"),
            _ => {}
        }
    }
    out
}

fn in_pattern(pattern: &Pattern<&str>, out: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => in_inline(inline, out),
                Expression::Select { selector, variants } => {
                    in_inline(selector, out);
                    for variant in variants {
                        in_pattern(&variant.value, out);
                    }
                }
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, out: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            out.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inner) = expression.as_ref() {
                in_inline(inner, out);
            }
        }
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("{other:?} is not used in this catalogue"),
    }
}

fn all(language: Language) -> Ids {
    let mut out = Ids::new();
    for (name, text) in files(language) {
        for (id, variables) in ids(&name, &text) {
            assert!(out.insert(id.clone(), variables).is_none(), "{id} stands in two files");
        }
    }
    out
}

#[test]
fn both_languages_say_the_same_things_with_the_same_arguments() {
    for (name, [english, japanese]) in both() {
        assert_eq!(ids(&name, &english), ids(&name, &japanese), "{name}");
    }
}

/// Nobody knows before whether it would be `a` or `an`.
#[test]
fn no_article_stands_before_a_name_in_english() {
    for (name, [text, _]) in both() {
        let words: Vec<_> = text.split_whitespace().collect();
        for pair in words.windows(2) {
            let is_article = ["a", "an"].contains(&pair[0].to_lowercase().as_str());
            let is_variable = pair[1].trim_start_matches(['“', '`', '(']).starts_with('{');
            assert!(!(is_article && is_variable), "{name}: {pair:?}");
        }
    }
}

#[test]
fn every_value_of_the_vocabulary_has_its_word() {
    let catalogue = all(Language::English);
    for id in all_ids() {
        assert!(catalogue.contains_key(&id), "{id} is missing");
    }
    for info in deobfuscate::traits::ALL {
        let id = format!("trait-{}", info.id);
        assert!(catalogue.contains_key(&id), "{id} is missing");
    }
}

/// What the crates can say, by id, with the names of the arguments.
fn spoken() -> Ids {
    let specs = detect::MESSAGES.iter().chain(parse::messages());
    specs.map(|spec| (spec.id.to_owned(), spec.args.iter().map(|arg| (*arg).to_owned()).collect())).collect()
}

#[test]
fn everything_that_the_crates_can_say_is_worded_with_the_arguments_they_give() {
    let catalogue = all(Language::English);
    for (id, given) in spoken() {
        let Some(used) = catalogue.get(&id) else { panic!("{id} is missing") };
        assert!(used.is_subset(&given), "{id} is given {given:?} and uses {used:?}");
    }
}

#[test]
fn everything_that_is_worded_for_the_crates_is_said() {
    let spoken = spoken();
    for (name, text) in files(Language::English).into_iter().filter(|(name, _)| {
        ["detect", "patch", "prevent"].contains(&name.as_str()) || name.starts_with("parse-")
    }) {
        for id in ids(&name, &text).into_keys() {
            assert!(spoken.contains_key(&id), "{name}: {id} is never said");
        }
    }
}

#[test]
fn every_trait_that_is_worded_is_known() {
    let known: BTreeSet<_> =
        deobfuscate::traits::ALL.iter().map(|info| format!("trait-{}", info.id)).collect();
    assert_eq!(ids("traits", &english("traits")).into_keys().collect::<BTreeSet<_>>(), known);
}

#[test]
fn every_word_of_the_report_is_used() {
    let sources = [
        include_str!("catalogue.rs"),
        include_str!("csv.rs"),
        include_str!("html.rs"),
        include_str!("html/view.rs"),
        include_str!("places.rs"),
        include_str!("scripts.rs"),
        include_str!("text.rs"),
        include_str!("worse.rs"),
        include_str!("text/finding.rs"),
        include_str!("text/pen.rs"),
        include_str!("../templates/finding.html"),
        include_str!("../templates/head.html"),
        include_str!("../templates/host.html"),
        include_str!("../templates/overview.html"),
    ];
    let built: BTreeSet<_> = all_ids().into_iter().collect();
    for id in ids("report", &english("report")).into_keys() {
        let literal = format!("\"{id}\"");
        let used = built.contains(&id) || sources.iter().any(|source| source.contains(&literal));
        assert!(used, "{id} is not used");
    }
}

#[test]
fn no_wording_has_the_marks_of_quotes_or_anything_hostile() {
    for (name, texts) in both() {
        for text in texts {
            let hostile = text.chars().find(|c| crate::sanitize::is_hostile(*c) && *c != '\n');
            assert_eq!(hostile, None, "{name}");
        }
    }
}

#[test]
fn numbers_choose_plural_forms() {
    let english = Catalogue::get(Language::English);
    let count = |count: u64| english.text(&Message::new("findings-count").with("count", count));
    assert_eq!([0, 1, 2].map(count), ["no findings", "1 finding", "2 findings"]);
    assert_eq!(count(u64::MAX), "18446744073709551615 findings");
    let japanese = Catalogue::get(Language::Japanese);
    assert_eq!(japanese.text(&Message::new("findings-count").with("count", 2_u64)), "検出 2 件");
}

#[test]
fn messages_stand_in_messages_up_to_a_limit() {
    let mut message = Message::new("join-list").with("first", "a").with("second", "b");
    assert_eq!(Catalogue::get(Language::English).text(&message), "a, b");
    for _ in 0..100 {
        message = Message::new("join-list").with("first", message).with("second", "c");
    }
    let text = Catalogue::get(Language::English).text(&message);
    assert_eq!(text, "…, c, c, c, c, c, c, c, c");
}

#[test]
fn unknown_ids_and_missing_arguments_are_shown_as_they_are() {
    for language in Language::ALL {
        let catalogue = Catalogue::get(language);
        assert_eq!(catalogue.text(&Message::new("no-such-id\u{1b}")), "no-such-id\\u{1B}");
        assert_eq!(catalogue.text(&Message::new("")), "");
        assert_eq!(catalogue.text(&Message::new("place-record")).matches("$record").count(), 1);
    }
}

#[test]
fn evidence_is_made_visible_and_told_apart() {
    let catalogue = Catalogue::get(Language::English);
    let message = Message::new("join-list")
        .with("first", "a\u{202E}\u{2069}b")
        .with("second", Message::new("state-ok"));
    assert_eq!(catalogue.text(&message), "a\u{202E}\u{2069}b, ok");
    assert_eq!(catalogue.line(&message), "a\\u{202E}\\u{2069}b, ok");
    let run = |text: &str, quoted| Run { text: text.to_owned(), quoted };
    assert_eq!(catalogue.runs(&message), [run("a\\u{202E}\\u{2069}b", true), run(", ok", false)]);
}

proptest::proptest! {
    #[test]
    fn any_message_can_be_worded(id in "[a-z-]{0,12}", name in ".{0,8}", value in ".{0,20}") {
        let message = Message::new(&id).with(&name, value.as_str());
        for language in Language::ALL {
            let catalogue = Catalogue::get(language);
            let _ = catalogue.text(&message);
            let joined: String = catalogue.runs(&message).into_iter().map(|run| run.text).collect();
            proptest::prop_assert_eq!(joined, catalogue.line(&message));
        }
    }
}
