//! The published workflow's own way: a PowerShell script that carries out the WMI part of a plan, for machines on which only a script may run.
//!
//! The script holds no text of the attacker at all. Standard classes, their properties and the usual namespaces stand in it by name; everything
//! else (other names, every key, every field) by the SHA-256 of its canonical form. The script lists what is on the machine, hashes it the
//! same way, and compares. Without `-Apply` it changes nothing; before it deletes, it exports; after it deleted, it reads again.
//! Names and keys are compared as WMI does, without case and with every blank. What the plan names and the machine does not have is
//! counted apart and never taken for done: an export may have changed a name (`?` for what its code page lacks).
//!
//! It is ASCII, and uses what PowerShell 2.0 has: `System.Management` directly, so that it runs where the WMI cmdlets are gone.

use crate::plan::{Action, Plan, Target, Verb, is_binding, tells};
use evidence::wmi::schema;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The namespaces that may stand in a script by name.
const NAMESPACES: [&str; 3] = [r"root\subscription", r"root\default", r"root\cimv2"];

const HEAD: &str = include_str!("script/head.ps1");
const TAIL: &str = include_str!("script/tail.ps1");

/// A script, and how much of the plan it carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its text, ASCII with `\r\n`.
    pub text: String,
    /// How many actions it carries out.
    pub actions: usize,
    /// How many actions of the plan are of kinds that it does not know.
    pub left_out: usize,
}

/// The script for a plan. It removes WMI objects and classes; every other action is left out and counted, be it about something else or
/// about putting an object back.
pub fn script(plan: &Plan) -> Script {
    let mut rows = String::new();
    let mut actions = 0;
    for action in &plan.actions {
        if let Some(row) = row(action) {
            rows.push_str(&row);
            actions += 1;
        }
    }
    let left_out = plan.actions.len() - actions;
    let host = sha256(&lower(&plan.host.name));
    let text =
        format!("{HEAD}$PlanHost = '{host}'\n$LeftOut = {left_out}\n$Actions = @(\n{rows}$null)\n{TAIL}");
    Script { text: text.replace('\n', "\r\n"), actions, left_out }
}

/// One action as a hash table of PowerShell; `None` for kinds that scripts do not carry out, and for what is known by its name alone.
fn row(action: &Action) -> Option<String> {
    let told = action.precondition.fields.keys().any(|name| tells(&action.target, name));
    if action.verb != Verb::Remove || !told {
        return None;
    }
    let mut row = String::from("@{ ");
    let fields = match &action.target {
        Target::WmiInstance { namespace, class, keys } => {
            let standard = schema::of(class);
            let _ = write!(row, "Kind = 'instance'; {}; ", by_name("Namespace", namespace, &NAMESPACES));
            match standard {
                Some(schema) => drop(write!(row, "Class = '{}'; ", schema.class)),
                None => drop(write!(row, "ClassHash = '{}'; ", sha256(&lower(class)))),
            }
            let hashes = keys.iter().map(|(name, value)| (name.as_str(), key(name, value)));
            let _ = write!(row, "Keys = {}; ", table(hashes, standard.is_some()));
            // The keys have been compared; references in them have many spellings.
            let is_key = |name: &str| keys.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
            let others =
                action.precondition.fields.iter().filter(|(name, _)| !is_reference(name) && !is_key(name));
            table(others.map(|(name, value)| (name.as_str(), sha256(value))), standard.is_some())
        }
        Target::WmiClass { namespace, class } => {
            let _ = write!(
                row,
                "Kind = 'class'; {}; ClassHash = '{}'; Keys = @{{}}; ",
                by_name("Namespace", namespace, &NAMESPACES),
                sha256(&lower(class))
            );
            let own = action.precondition.fields.iter().filter(|(name, _)| !name.starts_with("__"));
            table(own.map(|(name, value)| (name.as_str(), sha256(value))), false)
        }
        _ => return None,
    };
    // Fields that no standard class has are not compared, so they alone tell nothing.
    if fields == table(std::iter::empty(), false) && !is_binding(&action.target) {
        return None;
    }
    let unbound = if action.precondition.unbound { "$true" } else { "$false" };
    let _ = writeln!(row, "Fields = {fields}; Unbound = {unbound}; Id = '{}' }},", action.id);
    Some(row)
}

/// `Name = 'text'` for a text that is on the list, else `NameHash = '…'`.
fn by_name(name: &str, text: &str, known: &[&'static str]) -> String {
    match known.iter().find(|known| known.eq_ignore_ascii_case(text)) {
        Some(known) => format!("{name} = '{known}'"),
        None => format!("{name}Hash = '{}'", sha256(&lower(text))),
    }
}

/// Fields with the hashes of their values. The names of standard classes' properties are known ones; others are hashed too.
fn table<'a>(fields: impl Iterator<Item = (&'a str, String)>, standard: bool) -> String {
    let known =
        |name: &str| schema::SCHEMAS.iter().flat_map(|s| s.properties).find(|p| p.eq_ignore_ascii_case(name));
    let fields: BTreeMap<String, String> = fields
        .filter_map(|(name, hash)| match known(name) {
            Some(known) if standard => Some(((*known).to_owned(), hash)),
            _ if standard => None,
            _ => Some((sha256(&lower(name)), hash)),
        })
        .collect();
    let fields: Vec<_> = fields.into_iter().map(|(name, hash)| format!("'{name}' = '{hash}'")).collect();
    format!("@{{ {} }}", fields.join("; "))
}

/// The hash of a key's value, without case. References lose server and namespace too, as the script does with those that it reads.
fn key(name: &str, value: &str) -> String {
    if is_reference(name) { sha256(&plain_reference(value)) } else { sha256(&lower(value)) }
}

/// Lower case as `ToLowerInvariant` of .NET has it: one UTF-16 unit for one, whatever stands around it. Letters that came into Unicode
/// later than the case tables of the machine (Cherokee, Georgian capitals) are lowered here and not there; a name with such a capital
/// is then not found, and the script says so.
fn lower(text: &str) -> String {
    let simple = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(lower), None) if c <= '\u{FFFF}' => lower,
            _ => c,
        }
    };
    text.chars().map(simple).collect()
}

fn is_reference(name: &str) -> bool {
    name.eq_ignore_ascii_case("Filter") || name.eq_ignore_ascii_case("Consumer")
}

/// What stands behind the namespace, in lower case: the colon that ends it is the first one, and stands before any quote.
fn plain_reference(text: &str) -> String {
    let before_quote = text.split('"').next().unwrap_or_default();
    let relative = match before_quote.find(':') {
        Some(colon) => text.get(colon + 1..).unwrap_or_default(),
        None => text,
    };
    lower(relative)
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PlanHost, Precondition};
    use evidence::{HostId, Message};
    use proptest::prelude::*;

    /// A plan against a subscription, a consumer of an unknown class and a class store, all with the same text of the attacker.
    fn plan(text: &str) -> Plan {
        let keys = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), text.to_owned())).collect();
        let instance = |class: &str, names: &[&str]| Target::WmiInstance {
            namespace: r"root\subscription".into(),
            class: class.into(),
            keys: keys(names),
        };
        let targets = [
            (
                instance(schema::BINDING, &["Filter", "Consumer"]),
                vec!["Filter", "Consumer", "DeliverSynchronously"],
            ),
            (
                instance(schema::COMMAND_LINE, &["Name"]),
                vec!["Name", "CommandLineTemplate", "ExecutablePath"],
            ),
            (instance(schema::EVENT_FILTER, &["Name"]), vec!["Name", "Query"]),
            (instance(&format!("X{text}"), &["Name"]), vec!["Name", "Script"]),
            (
                Target::WmiClass { namespace: format!(r"root\{text}"), class: text.to_owned() },
                vec!["mon", "funs"],
            ),
            (Target::File { path: text.to_owned() }, vec![]),
        ];
        let actions = targets
            .into_iter()
            .map(|(target, fields)| Action {
                id: Action::id_of(Verb::Remove, &target),
                verb: Verb::Remove,
                target,
                precondition: Precondition {
                    fields: fields.into_iter().map(|name| (name.to_owned(), text.to_owned())).collect(),
                    unbound: false,
                },
                backup: Vec::new(),
                check: "absent".into(),
                because: Vec::new(),
                reason: Message::new("x"),
                on_content: true,
                at_reboot: false,
            })
            .collect();
        Plan {
            schema: Plan::SCHEMA.into(),
            host: PlanHost { id: HostId(text.to_owned()), name: text.to_owned() },
            evidence: Vec::new(),
            patch: detect::assessment::State::Unknown,
            actions,
            refused: Vec::new(),
        }
    }

    /// The script with every run of 12 or 64 hex digits in quotes made equal.
    fn without_hashes(script: &str) -> String {
        let is_hash = |part: &str| {
            matches!(part.len(), 12 | 64)
                && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        script.split('\'').map(|part| if is_hash(part) { "#" } else { part }).collect::<Vec<_>>().join("'")
    }

    #[test]
    fn what_a_script_does_not_know_is_counted() {
        let script = script(&plan("x"));
        assert_eq!((script.actions, script.left_out), (5, 1));
        assert!(script.text.contains("Class = '__FilterToConsumerBinding'"), "{}", script.text);
        assert!(script.text.contains("$LeftOut = 1\r\n"));
        assert!(script.text.contains("of kinds which this script does not do: $LeftOut\""));
    }

    #[test]
    fn what_is_known_by_its_name_alone_is_left_out() {
        let mut plan = plan("x");
        for action in &mut plan.actions {
            action
                .precondition
                .fields
                .retain(|name, _| ["Name", "Filter", "Consumer", "__SUPERCLASS"].contains(&name.as_str()));
            action.precondition.fields.insert("__SUPERCLASS".into(), "y".into());
        }
        let script = script(&plan);
        assert_eq!((script.actions, script.left_out), (1, 5), "a binding is nothing but its keys");
    }

    #[test]
    fn references_are_compared_without_server_namespace_and_case() {
        for text in [r#"\\.\ROOT\subscription:__EventFilter.Name="A:b""#, r#"__eventfilter.Name="a:B""#] {
            assert_eq!(plain_reference(text), r#"__eventfilter.name="a:b""#);
        }
    }

    #[test]
    fn names_and_keys_are_compared_without_case_and_contents_with_it() {
        let rows = |text: &str| script(&plan(text)).text;
        let of = |text: &str| {
            rows(text).lines().filter(|line| line.starts_with("@{")).map(str::to_owned).collect::<Vec<_>>()
        };
        let without_fields = |rows: Vec<String>| -> Vec<String> {
            rows.iter().filter_map(|row| Some(row.split_once("Fields")?.0.to_owned())).collect()
        };
        assert_eq!(without_fields(of("Miner \u{c4}")), without_fields(of("mINER \u{e4}")));
        assert_ne!(of("Miner"), of("mINER"), "a command line keeps its case");
        assert_ne!(without_fields(of("miner")), without_fields(of("miner ")), "a blank is part of a name");
        assert_ne!(without_fields(of("miner")), without_fields(of("m?ner")));
        // The key has been compared; among the fields it would be compared with case.
        let filter = of("x").into_iter().find(|row| row.contains("'__EventFilter'")).unwrap();
        assert_eq!(filter.matches("'Name' = ").count(), 1, "{filter}");
    }

    #[test]
    fn lower_case_is_that_of_the_script() {
        assert_eq!(lower("A\u{c4}\u{416}Z"), "a\u{e4}\u{436}z");
        // Neither the sigma at the end of a word nor the dotted capital I, which has no simple lower case.
        assert_eq!(lower("\u{39f}\u{3a3} \u{130} \u{10400}"), "\u{3bf}\u{3c3} \u{130} \u{10400}");
    }

    #[test]
    fn what_was_not_found_is_not_done() {
        let text = script(&plan("x")).text;
        assert!(!text.contains("is not there"), "said without counting");
        let (_, end) = text.split_once("if ($missing -gt 0) {").unwrap();
        assert!(end.contains("$missing not found."), "{end}");
        assert!(
            end.contains("if (($left -gt 0) -or ($missing -gt 0)) { exit 1 }\r\nWrite-Output 'All done.'"),
            "{end}"
        );
    }

    #[test]
    fn the_grammar_of_powershell_reads_it() {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
        for text in ["x", "'; Remove-Item C:\\ -Recurse #"] {
            let script = script(&plan(text));
            let tree = parser.parse(&script.text, None).unwrap();
            assert!(!tree.root_node().has_error(), "{}", tree.root_node().to_sexp());
        }
    }

    #[test]
    fn nothing_newer_than_powershell_2_is_used() {
        let newer = [
            "[pscustomobject]",
            "[ordered]",
            "Get-CimInstance",
            "Remove-CimInstance",
            "Get-FileHash",
            "ForEach-Object -Parallel",
            ".ForEach(",
            ".Where(",
            "::new(",
            " -in ",
            " -notin ",
            "-shl",
            "??",
            "?.",
            "&&",
            "||",
            "using namespace",
            "\nclass ",
            "\nenum ",
            "#requires",
            "Out-File -Encoding utf8NoBOM",
            "$PSItem",
            "-NoNewline",
            "Get-Content -Raw",
        ];
        // Comments are prose.
        let text = script(&plan("x")).text.to_lowercase();
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
        for word in newer {
            assert!(!code.contains(&word.to_lowercase()), "{word}");
        }
    }

    proptest! {
        #[test]
        fn text_of_the_attacker_changes_hex_digits_only(text in hostile()) {
            let (ours, theirs) = (script(&plan("x")), script(&plan(&text)));
            prop_assert!(theirs.text.is_ascii());
            prop_assert_eq!(without_hashes(&ours.text), without_hashes(&theirs.text));
        }
    }

    fn hostile() -> impl Strategy<Value = String> {
        let nasty = [
            "'", "''", "\"", "$()", "$(calc)", "`", "`n", "%", "%PATH%", "\n", "\r\n", "-->", "#>", "@'\n",
            "\n'@", "\u{202E}", "\u{2019}", "\u{2018}", "\u{201C}", "\0", ";", "}", ")", "\u{2028}",
            "\u{85}",
        ];
        let piece =
            prop_oneof![proptest::sample::select(nasty.to_vec()).prop_map(str::to_owned), any::<String>()];
        prop_oneof![
            proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat()),
            Just("'".repeat(64 << 10)),
        ]
    }
}
