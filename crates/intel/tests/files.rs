//! Users' files: the same form as the program's, and errors that name file, line and what was expected.

use deminer_intel::{
    Baseline, Family, FamilyIndicator, IndicatorKind, Intel, Observation, Pattern, builtin_files,
};

const FAMILY: &str = r#"schema = "deminer.family/1"
name = "Own"
sources = [{ id = "lab", title = "our own sample" }]
indicators = [
  { kind = "mutex", pattern = "Global\\x#", weight = 4, source = "lab" },
  { id = "h", kind = "md5", pattern = "d41d8cd98f00b204e9800998ecf8427e", weight = 10, source = "lab" },
]
"#;

/// The error that replacing one piece of the family file by another gives.
fn family_error(from: &str, to: &str) -> String {
    let text = FAMILY.replace(from, to);
    assert_ne!(text, FAMILY, "{from}");
    Family::from_toml("own.toml", &text).expect_err(to).to_string()
}

#[test]
fn a_users_family_is_found_like_ours() {
    let family = Family::from_toml("own.toml", FAMILY).unwrap();
    let intel = Intel::builtin().clone().with_families([family]);
    let seen = [Observation::new(IndicatorKind::Md5, "D41D8CD98F00B204E9800998ECF8427E")];
    let found = intel.match_families(&seen);
    assert_eq!(found[0].family, "Own");
    assert!(found[0].certain);
    assert!(Intel::builtin().match_families(&seen).is_empty());
}

#[test]
fn family_errors_name_file_line_and_what_is_expected() {
    let errors = [
        family_error("weight = 4, ", ""),
        family_error("weight = 4", "weight = 11"),
        family_error("weight = 4", "content = true, weight = 4"),
        family_error("\"mutex\"", "\"mutexes\""),
        family_error("d41d8cd98f", "d41d8cd9"),
        family_error("source = \"lab\" },\n]", "source = \"web\" },\n]"),
        family_error("Global\\\\x#", "x#*"),
        family_error("family/1", "family/2"),
        family_error("name = \"Own\"", "name = \"Own"),
        family_error("name = \"Own\"", "name = \"Own\"\nthreshold = 1"),
        family_error("  { id", "  { id = \"x\", id"),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

fn family_error_or(text: &str) -> String {
    Family::from_toml("own.toml", text).expect_err(text).to_string()
}

#[test]
fn combos_must_speak_of_indicators() {
    let combo =
        |all: &str| family_error_or(&format!("{FAMILY}combos = [\n  {{ all = {all}, weight = 1 }},\n]\n"));
    insta::assert_snapshot!([combo("[\"h\"]"), combo("[\"h\", \"g\"]")].join("\n"), @r"
    `own.toml`, line 9: expected two or more indicators in `all`
    `own.toml`, line 9: the combo names `g`, expected the id of an indicator
    ");
}

#[test]
fn our_own_files_survive_being_written_and_read() {
    for (name, text) in builtin_files() {
        if name.starts_with("families/") {
            let family = Family::from_toml(name, text).unwrap();
            assert_eq!(Family::from_toml(name, &family.to_toml().unwrap()), Ok(family), "{name}");
        } else if name.starts_with("baselines/") {
            let baseline = Baseline::from_toml(name, text).unwrap();
            assert_eq!(Baseline::from_toml(name, &baseline.to_toml().unwrap()), Ok(baseline), "{name}");
        }
    }
}

#[test]
fn a_family_can_be_made_by_program() {
    let indicator = FamilyIndicator::new(IndicatorKind::FilterName, Pattern::exact("a*b"), 4, "lab");
    let mut family = Family::from_toml("own.toml", FAMILY).unwrap();
    family.indicators.push(indicator);
    assert_eq!(Family::from_toml("own.toml", &family.to_toml().unwrap()), Ok(family));
}

#[test]
fn baseline_errors_name_file_line_and_what_is_expected() {
    let good = r#"schema = "deminer.baseline/1"
name = "Own"

[[entries]]
id = "a"
kind = "learned"
standing = "measured"

[entries.filter]
class = "__EventFilter"
name = "F"
[entries.filter.fields]
Query = "select * from X"
"#;
    Baseline::from_toml("own.toml", good).unwrap();
    let error = |from: &str, to: &str| {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from}");
        Baseline::from_toml("own.toml", &text).expect_err(to).to_string()
    };
    let errors = [
        error("\"learned\"", "\"learnt\""),
        error("name = \"F\"\n", ""),
        error("\"select * from X\"", "{ starts = \"select\" }"),
        error("standing = \"measured\"", "standing = \"measured\"\nsources = [\"web\"]"),
        error("baseline/1", "family/1"),
        error("kind = \"learned\"\n", ""),
        error("class = \"__EventFilter\"\n", "class = \"__EventFilter\"\ncolour = 1\n"),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}
