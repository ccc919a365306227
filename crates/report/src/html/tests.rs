use super::*;
use crate::language::Language;
use crate::samples::{clean, context, hostile, infected, run_note, with_links, write};
use crate::sanitize::is_hostile;
use crate::{Format, TextOptions};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn page(language: Language, assessments: &[Assessment]) -> String {
    write(Format::Html, language, TextOptions::default(), assessments)
}

/// The page without its style sheet.
fn content(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}{after}")
}

/// Every tag of the page with its attributes. Panics where the page is not made of whole tags and escaped text.
fn tags(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let content = content(page);
    let mut tags = Vec::new();
    let mut rest = content.as_str();
    while let Some(start) = rest.find('<') {
        let (text, tail) = rest.split_at(start);
        assert!(!text.contains('>') && !text.contains('"'), "text that is not escaped: {text}");
        let end = tail.find('>').expect("a tag that ends");
        tags.push(tag(&tail[1..end]));
        rest = &tail[end + 1..];
    }
    tags
}

fn tag(text: &str) -> (String, Vec<(String, String)>) {
    let (name, mut rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        let Some((attribute, tail)) = rest.split_once("=\"") else {
            attributes.push((rest.trim().to_owned(), String::new()));
            break;
        };
        let (value, tail) = tail.split_once('"').expect("a value that ends");
        attributes.push((attribute.trim().to_owned(), value.to_owned()));
        rest = tail;
    }
    (name.trim_start_matches('/').to_owned(), attributes)
}

#[test]
fn english() {
    insta::assert_snapshot!(content(&page(Language::English, &[infected(), clean()])));
}

#[test]
fn japanese() {
    insta::assert_snapshot!(content(&page(Language::Japanese, &[clean()])));
}

#[test]
fn the_page_stands_alone() {
    let page = page(Language::Japanese, &[infected(), clean()]);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"ja\">"));
    assert!(page.contains(
        "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\""
    ));
    let (_, style) = page.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains('<'), "{style}");
}

#[test]
fn every_unfolded_element_is_closed_again() {
    let mut open: Vec<String> = Vec::new();
    let page = content(&page(Language::English, &[infected(), clean()]));
    for piece in page.split('<').skip(1) {
        let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name), "{piece}"),
            None if ["", "meta", "br"].contains(&name.as_str()) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn the_list_of_hosts_leads_where_there_are_many() {
    let place = |page: &str, id: &str| page.find(&format!("id=\"{id}\""));
    assert_eq!(place(&page(Language::English, &[infected()]), "overview"), None);
    let two = page(Language::English, &[infected(), clean()]);
    assert!(place(&two, "overview") < place(&two, "host-1") && place(&two, "host-1") < place(&two, "host-2"));
}

#[test]
fn hosts_are_not_held_back_without_limit() {
    let mut report = HtmlReport { max_held: 1_000, ..HtmlReport::new(context(Language::English)) };
    let mut out = Vec::new();
    report.begin(&mut out).unwrap();
    for _ in 0..3 {
        report.assessment(&mut out, &clean()).unwrap();
        assert!(report.held.is_empty());
    }
    report.end(&mut out, &[run_note()]).unwrap();
    let page = String::from_utf8(out).unwrap();
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}"));
    assert!(place("href=\"#overview\"") < place("id=\"host-1\""));
    assert!(place("id=\"host-3\"") < place("id=\"overview\""));
}

#[test]
fn stages_come_before_findings() {
    let page = page(Language::English, &[infected()]);
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}"));
    assert!(
        place("class=\"verdict") < place("class=\"track\"")
            && place("class=\"track\"") < place("class=\"fold finding")
    );
    assert_eq!(page.matches("class=\"dot\"").count(), 8);
}

#[test]
fn nothing_is_shortened() {
    let mut host = infected();
    let long = "0123456789".repeat(100_000);
    host.findings[0].subject.insert("mon".to_owned(), long.clone().into());
    assert!(page(Language::English, &[host]).contains(&long));
}

/// Text in the manner of an attacker who knows that it ends up in a page.
fn markup() -> impl Strategy<Value = String> {
    let pieces = [
        "<script>", "</bdi>", "</pre>", "\"", "'", " onload=", "&lt;", "<!--", "-->", "{{ 1 }}", "\u{202E}",
        "</style>", "a",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..8)
        .prop_map(|pieces| pieces.concat())
}

#[test]
fn no_sentence_has_a_link_of_the_evidence() {
    let page = page(Language::English, &[with_links("http://bad.example/x.ps1")]);
    assert!(page.contains("hxxp://bad.example/x.ps1") && !page.contains("http://bad.example"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_becomes_markup(name in prop_oneof![any::<String>(), markup()]) {
        let page = page(Language::English, &[hostile(&name), clean()]);
        let plain = self::page(Language::English, &[hostile("name"), clean()]);
        let names = |page: &str| tags(page).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
        prop_assert!(names(&page).is_subset(&names(&self::page(Language::English, &[infected(), hostile("a\nb")]))));
        prop_assert!(!names(&plain).contains("script"));
        for (_, attributes) in tags(&page) {
            for (attribute, value) in attributes {
                prop_assert!(!attribute.starts_with("on") && attribute != "src" && attribute != "style");
                prop_assert!(attribute != "href" || value.starts_with('#'));
            }
        }
        prop_assert!(!page.contains(|c| is_hostile(c) && c != '\n'));
    }
}
