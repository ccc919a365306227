use super::*;
use crate::language::Language;
use crate::samples::{clean, hostile, infected, write};
use crate::sanitize::is_hostile;
use crate::{Format, TextOptions};
use proptest::prelude::*;

fn page(language: Language, assessments: &[Assessment]) -> String {
    write(Format::Html, language, TextOptions::default(), assessments)
}

#[test]
#[ignore]
fn pictures() {
    for language in Language::ALL {
        std::fs::write(
            format!("/tmp/report-{}.html", language.tag()),
            page(language, &[infected(), clean()]),
        )
        .unwrap();
    }
    std::fs::write("/tmp/report-one.html", page(Language::English, &[infected()])).unwrap();
}
