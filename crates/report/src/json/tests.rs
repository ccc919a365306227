use super::*;
use crate::language::Language;
use crate::samples::{clean, context, hostile, infected, write};
use crate::sanitize::is_hostile;
use crate::subject::Sorted;
use crate::{Format, TextOptions, Writer};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

const SCHEMA_FILE: &str = include_str!("../../../../docs/schema/assessments-1.schema.json");

static DOCUMENT: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA_FILE).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "the schema is a schema");
    jsonschema::validator_for(&schema).unwrap()
});

static LINE: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA_FILE).unwrap();
    let line = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": "#/$defs/line",
        "$defs": schema["$defs"],
    });
    jsonschema::validator_for(&line).unwrap()
});

fn document(language: Language, assessments: &[Assessment]) -> (String, Value) {
    let text = write(Format::Json, language, TextOptions::default(), assessments);
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

fn problems(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_document_is_as_the_schema_says() {
    for language in Language::ALL {
        for assessments in [&[][..], &[clean()], &[infected(), clean()]] {
            let (_, value) = document(language, assessments);
            assert_eq!(problems(&DOCUMENT, &value), Vec::<String>::new());
            assert_eq!(value["assessments"].as_array().map(Vec::len), Some(assessments.len()));
        }
    }
}

#[test]
fn the_schema_refuses_what_is_not_so() {
    let (_, good) = document(Language::English, &[infected()]);
    let mut stages_missing = good.clone();
    stages_missing["assessments"][0]["stages"].as_array_mut().unwrap().pop();
    let mut unknown_key = good.clone();
    unknown_key["assessments"][0]["extra"] = json!(1);
    let mut other_verdict = good;
    other_verdict["assessments"][0]["verdict"] = json!("dirty");
    for bad in [stages_missing, unknown_key, other_verdict] {
        assert!(!problems(&DOCUMENT, &bad).is_empty());
    }
}

#[test]
fn each_line_is_an_assessment_with_its_schema() {
    let text = write(Format::Jsonl, Language::English, TextOptions::default(), &[infected(), clean()]);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!(problems(&LINE, line), Vec::<String>::new());
        assert_eq!(line["schema"], SCHEMA);
    }
    let (_, document) = document(Language::English, &[infected()]);
    assert_eq!(lines[0]["findings"], document["assessments"][0]["findings"]);
}

#[test]
fn the_layout_is_that_of_the_contract() {
    let (_, value) = document(Language::English, &[infected()]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&Sorted(&value)).unwrap());
}

#[test]
fn messages_are_the_same_in_every_language() {
    let messages = |language| {
        let (_, value) = document(language, &[infected()]);
        let finding = &value["assessments"][0]["findings"][0];
        (finding["title"].clone(), finding["title_message"].clone(), finding["reason_messages"].clone())
    };
    let (english, japanese) = (messages(Language::English), messages(Language::Japanese));
    assert_ne!(english.0, japanese.0);
    assert_eq!((english.1, english.2), (japanese.1, japanese.2));
}

#[test]
fn nothing_is_shortened() {
    let mut host = infected();
    let long = "x".repeat(2_000_000);
    host.findings[0].subject.insert("mon".to_owned(), Value::String(long.clone()));
    let (_, value) = document(Language::English, &[host]);
    assert_eq!(value["assessments"][0]["findings"][0]["subject"]["mon"], Value::String(long));
}

#[test]
fn the_timeline_points_to_its_evidence() {
    let mut host = infected();
    let mut earlier = host.timeline[0].clone();
    earlier.evidence.source = "a.evtx".to_owned();
    host.timeline.insert(0, earlier);
    let (_, value) = document(Language::English, &[host]);
    let host = &value["assessments"][0];
    for (entry, source) in
        host["timeline"].as_array().unwrap().iter().zip(["a.evtx", "evidence/DESKTOP-1_WMI.zip"])
    {
        let at = usize::try_from(entry["evidence"].as_u64().unwrap()).unwrap();
        assert_eq!(host["timeline_evidence"][at]["source"], source);
    }
}

#[test]
fn a_document_without_hosts_is_whole() {
    let mut writer =
        Writer::new(Format::Json, context(Language::English), TextOptions::default(), Vec::new());
    writer.begin().unwrap();
    let value: Value = serde_json::from_slice(&writer.end(&[]).unwrap()).unwrap();
    assert_eq!(value["assessments"], json!([]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn json_of_others_is_made_safe_and_reads_the_same(text in any::<String>(), key in any::<String>()) {
        let value = json!({ key: [text, "\u{202E}\u{200B}\u{9b}\u{E0041}\n\t\u{7f}"] });
        let safe = crate::safe_json(&serde_json::to_string_pretty(&value).unwrap());
        prop_assert!(!safe.contains(|c| is_hostile(c) && c != '\n'));
        prop_assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), value);
    }

    #[test]
    fn every_text_survives_and_none_acts_on_a_terminal(name in any::<String>()) {
        let (text, value) = document(Language::Japanese, &[hostile(&name)]);
        prop_assert!(!text.contains(|c| is_hostile(c) && c != '\n'));
        prop_assert_eq!(problems(&DOCUMENT, &value), Vec::<String>::new());
        let host = &value["assessments"][0];
        prop_assert_eq!(&host["host"]["name"], &json!(name));
        prop_assert_eq!(&host["findings"][0]["name"], &json!(name));
        prop_assert_eq!(&host["findings"][0]["title_message"]["args"]["name"], &json!(name));
    }
}
