//! `deminer cim`.

use crate::support::{TempDir, data, deminer, finish, run};
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::io;

/// A repository of the public data, unpacked.
fn repository(name: &str) -> Option<TempDir> {
    let packed = data(&format!("repository/{name}"))?;
    let folder = TempDir::new().unwrap();
    for entry in fs::read_dir(packed).unwrap() {
        let path = entry.unwrap().path();
        let mut file = File::create(folder.path().join(path.file_stem().unwrap())).unwrap();
        io::copy(&mut GzDecoder::new(File::open(path).unwrap()), &mut file).unwrap();
    }
    Some(folder)
}

#[test]
fn hashes_of_a_name() {
    // The first is given in public notes on the format; case does not count.
    let hashes = run(["cim", "hash", "win32_services"]);
    assert_eq!(hashes.status, 0);
    insta::assert_snapshot!(hashes.stdout, @r"
    SHA-256  7E4EF4073BCE38C0C70A6A5125813E6C8EF0C0A2847BC40AC9C69DED896D3F0B
    MD5      98EEA2A855C5F9FE59AD28553FFEC653
    ");
}

#[test]
fn a_folder_that_is_no_repository() {
    let folder = TempDir::new().unwrap();
    let refused = finish(deminer().args(["cim", "ls"]).arg(folder.path()));
    assert_eq!(refused.status, 2);
    assert!(
        refused.stderr.contains("hint: name the folder or the archive that holds OBJECTS.DATA"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_clean_repository() {
    let Some(folder) = repository("clean-win10") else { return };
    let namespaces = finish(deminer().args(["cim", "ls"]).arg(folder.path()));
    assert!(
        namespaces.stdout.lines().any(|line| line.eq_ignore_ascii_case(r"root\subscription")),
        "{}",
        namespaces.stdout
    );
    let classes = finish(deminer().args(["cim", "ls"]).arg(folder.path()).arg(r"root\default"));
    assert!(classes.stdout.lines().any(|line| line == "StdRegProv"), "{}", classes.stdout);
    let class = finish(
        deminer().args(["cim", "show"]).arg(folder.path()).arg(r"root\subscription:LogFileEventConsumer"),
    );
    assert!(class.stdout.contains("uint64 MaximumFileSize = 65535;"), "{}", class.stdout);
    let none = finish(deminer().args(["cim", "show"]).arg(folder.path()).arg(r"root\default:Win32_Services"));
    assert_eq!(none.status, 2);
    let traces = finish(deminer().args(["cim", "hash", "Win32_Services"]).arg(folder.path()));
    assert_eq!(traces.status, 0, "{}", traces.stdout);
}

#[test]
fn what_is_read_from_a_disk_can_be_checked() {
    let Some(folder) = repository("infected-win10") else { return };
    let mof = finish(deminer().args(["cim", "subscriptions"]).arg(folder.path()));
    assert_eq!(mof.status, 0, "{}", mof.stderr);
    let checked = finish(deminer().args(["check", "-", "--format", "json"]).write_stdin(mof.stdout));
    assert_eq!(checked.status, 1, "{}", checked.stderr);
    assert!(
        checked.stdout.contains("ProcessStartTrigger") && checked.stdout.contains("KillProcess"),
        "{}",
        checked.stdout
    );
    assert!(!checked.stdout.contains("stock-missing"), "{}", checked.stdout);
}

#[test]
fn what_goes_through_the_whole_repository() {
    let Some(folder) = repository("clean-win10") else { return };
    let stores = finish(deminer().args(["cim", "stores"]).arg(folder.path()));
    assert_eq!((stores.status, stores.stdout.as_str()), (0, ""), "a clean machine has none");
    let smaller = finish(deminer().args(["cim", "stores", "--larger-than=100"]).arg(folder.path()));
    assert_eq!(smaller.status, 1);
    assert!(smaller.stdout.contains("characters\n  OBJECTS.DATA at offset 0x"), "{}", smaller.stdout);

    let export = finish(deminer().args(["cim", "export", "--format=jsonl"]).arg(folder.path()));
    assert_eq!(export.status, 0);
    let kinds = |kind: &str| {
        export.stdout.lines().filter(|line| line.starts_with(&format!("{{\"type\":\"{kind}\""))).count()
    };
    // As many as the index has keys of either kind.
    assert_eq!((kinds("wmi-class"), kinds("wmi-object")), (6_684, 2_519));
    let mof = finish(deminer().args(["cim", "export"]).arg(folder.path()));
    assert_eq!(mof.stdout.lines().filter(|line| line.starts_with("instance of ")).count(), 2_519);

    let deleted = finish(deminer().args(["cim", "deleted"]).arg(folder.path()));
    assert!(!deleted.stdout.contains("EventConsumer\n{"), "no subscription was deleted from it");
}

#[test]
fn a_damaged_repository_is_told_and_ends_with_three() {
    let Some(folder) = repository("infected-win10") else { return };
    let cim = |verb: &str, rest: &[&str]| finish(deminer().args(["cim", verb]).arg(folder.path()).args(rest));
    // The bytes of a class that is in two namespaces: the key that leads to it, and the record.
    let shown = cim("show", &[r"root\subscription:ActiveScriptEventConsumer"]);
    let at = shown.stdout.split("offset 0x").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
    let at = usize::from_str_radix(at, 16).unwrap();
    let objects = folder.path().join("OBJECTS.DATA");
    let mut data = fs::read(&objects).unwrap();
    data[at + 60..at + 200].fill(0xEE);
    fs::write(&objects, data).unwrap();

    let subscriptions = cim("subscriptions", &[]);
    assert_eq!(subscriptions.status, 3);
    assert!(subscriptions.stdout.contains("KillProcess"), "{}", subscriptions.stdout);
    assert!(subscriptions.stderr.contains("decoded with that of root\\DEFAULT"), "{}", subscriptions.stderr);
    let listed = cim("ls", &[r"root\subscription"]);
    assert!(listed.status == 3 && listed.stderr.contains("OBJECTS.DATA"), "{}", listed.stderr);
    let shown = cim("show", &[r"root\subscription:ActiveScriptEventConsumer"]);
    assert!(
        shown.status == 3 && shown.stdout.contains("class ActiveScriptEventConsumer"),
        "{}",
        shown.stdout
    );
    let export = cim("export", &[]);
    assert!(export.status == 3 && !export.stderr.is_empty() && export.stdout.contains("// not read: "));
}

#[test]
fn without_an_index_every_command_says_so_and_gives_what_is_there() {
    let Some(folder) = repository("infected-win10") else { return };
    fs::remove_file(folder.path().join("INDEX.BTR")).unwrap();
    let cim = |verb: &str, rest: &[&str]| finish(deminer().args(["cim", verb]).arg(folder.path()).args(rest));
    let stores = cim("stores", &["--larger-than=100"]);
    assert!(stores.status == 1 && stores.stdout.contains("characters\n"), "{}", stores.stdout);
    assert!(stores.stderr.contains("INDEX.BTR is missing"), "{}", stores.stderr);
    let export = cim("export", &["--format=jsonl"]);
    assert_eq!(export.status, 3);
    assert!(export.stdout.lines().count() > 9_000 && export.stderr.contains("INDEX.BTR is missing"));
    let checked = finish(deminer().arg("check").arg(folder.path()).args(["--format", "json"]));
    assert!(checked.stdout.contains("KillProcess"), "{}", checked.stderr);
}

#[test]
fn paths_are_taken_as_people_write_them() {
    let Some(folder) = repository("infected-win10") else { return };
    let cim = |verb: &str, rest: &[&str]| finish(deminer().args(["cim", verb]).arg(folder.path()).args(rest));
    let none = cim("ls", &[r"root\nope"]);
    assert!(
        none.status == 2 && none.stderr.contains(r"the repository has no `root\nope`"),
        "{}",
        none.stderr
    );
    let by_value = cim("show", &[r#"root\subscription:ActiveScriptEventConsumer="KillProcess""#]);
    assert!(by_value.stdout.contains("ScriptingEngine = \"VBScript\";"), "{}", by_value.stderr);
    assert!(
        by_value.stdout.contains("// written not before 2022-03-10T16:35:19.25849"),
        "{}",
        by_value.stdout
    );
    assert!(by_value.stdout.contains("in the order of logical pages"), "{}", by_value.stdout);
    let single = cim("show", &[r"root\subscription:__ThisNAMESPACE=@"]);
    assert!(single.stdout.contains("instance of __thisNAMESPACE"), "{} {}", single.stdout, single.stderr);

    let slashes = run(["cim", "hash", "root/subscription"]);
    assert_eq!(slashes.stdout, run(["cim", "hash", r"root\subscription"]).stdout);
    let filter = r#"__EventFilter.Name="ProcessStartTrigger""#;
    let traces = finish(deminer().args(["cim", "hash", filter]).arg(folder.path()));
    assert_eq!(traces.status, 1);
    let named = r"key, live: an instance of __EventFilter in root\subscription";
    assert!(traces.stdout.contains(named), "{}", traces.stdout);
}

#[test]
fn a_repository_is_found_below_and_in_compressed_files() {
    let Some(packed) = data("repository/clean-win10") else { return };
    let listed = finish(deminer().args(["cim", "ls"]).arg(&packed));
    assert!(listed.status == 0 && listed.stdout.contains("root\\subscription\n"), "{}", listed.stderr);
    let image = TempDir::new().unwrap();
    let below = image.path().join("Windows/System32/wbem/Repository");
    fs::create_dir_all(&below).unwrap();
    for entry in fs::read_dir(packed).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), below.join(entry.file_name())).unwrap();
    }
    let below = finish(deminer().args(["cim", "ls"]).arg(image.path()));
    assert_eq!((below.status, below.stdout), (0, listed.stdout));
}

#[test]
fn what_was_deleted_begins_with_what_matters() {
    let Some(folder) = repository("clean-win10") else { return };
    let deleted = |rest: &[&str]| finish(deminer().args(["cim", "deleted"]).arg(folder.path()).args(rest));
    let short = deleted(&[]);
    assert!(short.stdout.lines().count() < 1_000, "{}", short.stdout.lines().count());
    assert!(short.stdout.contains("// not printed, by class"), "{}", short.stdout);
    let lines = deleted(&["--class", "WDMClassesOfDriver", "--format", "jsonl"]).stdout;
    let objects: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        objects
            .iter()
            .any(|o| o["type"] == "deleted" && o["content"]["data"]["class"] == "WDMClassesOfDriver"),
        "{lines}"
    );
}

#[test]
fn the_export_has_what_the_repository_has() {
    let Some(folder) = repository("infected-win10") else { return };
    let export = finish(deminer().args(["cim", "export", "--format=jsonl"]).arg(folder.path())).stdout;
    let find = |part: &str| {
        let line = export.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}"));
        serde_json::from_str::<serde_json::Value>(line).unwrap()
    };
    let class = find(r#""name":"ActiveScriptEventConsumer""#);
    let names: Vec<_> =
        class["all_properties"].as_array().unwrap().iter().map(|p| p["name"].clone()).collect();
    assert_eq!(names[..3], ["MachineName", "MaximumQueueSize", "CreatorSID"], "inherited ones first");
    let consumer = find("KillProcess\\\"\"");
    let not_before = consumer["not_before"].as_str().unwrap();
    assert!(not_before.starts_with("2022-03-10T16:35:19.25849"), "{not_before}");
    assert_eq!(
        (consumer["indexed"].clone(), consumer["unreadable"].clone()),
        (true.into(), serde_json::json!([]))
    );
    assert!(consumer["logical_offset"].is_u64() && consumer["offset"].is_u64());
    let mof = finish(deminer().args(["cim", "export"]).arg(folder.path())).stdout;
    assert!(
        mof.contains("__EventFilter ref Filter;") || mof.contains("__EventFilter ref Filter ="),
        "references name their class"
    );
    assert!(mof.contains("\tScriptFilename = NULL;"), "nulls are written");
    assert!(mof.contains("uint32 Create("), "methods are written");
}

#[test]
fn a_repository_in_an_archive_is_found_as_check_finds_it() {
    let Some(packed) = data("repository/infected-win10") else { return };
    let listed = finish(deminer().args(["cim", "subscriptions"]).arg(&packed));
    assert!(listed.status == 0 && listed.stdout.contains("KillProcess"), "{}", listed.stderr);
    let files: Vec<(String, Vec<u8>)> = fs::read_dir(packed)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    let place = "uploads/auto/C%3A/Windows/System32/wbem/Repository";
    let members = |folders: &[&str]| {
        let named = folders
            .iter()
            .flat_map(|folder| files.iter().map(move |(name, bytes)| (format!("{folder}/{name}"), bytes)));
        let named: Vec<_> = named.collect();
        let members: Vec<_> = named.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        crate::support::zipped(&members)
    };
    let folder = TempDir::new().unwrap();
    let one = folder.path().join("triage.zip");
    fs::write(&one, members(&[place, "uploads/auto/C%3A/Windows/System32/wbem/Repository.001"])).unwrap();
    let found = finish(deminer().args(["cim", "subscriptions"]).arg(&one));
    assert_eq!((found.status, &found.stdout), (0, &listed.stdout), "{}", found.stderr);

    let two = folder.path().join("two.zip");
    fs::write(&two, members(&["PC1", "PC2"])).unwrap();
    let refused = finish(deminer().args(["cim", "subscriptions"]).arg(&two));
    assert_eq!(refused.status, 2);
    let shown = two.display();
    assert!(
        refused.stderr.contains(&format!("holds 2 repositories: `{shown}!PC1`, `{shown}!PC2`"))
            && refused.stderr.contains("hint: name one of them"),
        "{}",
        refused.stderr
    );
    let chosen = finish(deminer().args(["cim", "subscriptions"]).arg(format!("{shown}!PC2")));
    assert_eq!((chosen.status, &chosen.stdout), (0, &listed.stdout), "{}", chosen.stderr);

    let none = folder.path().join("none.zip");
    fs::write(&none, crate::support::zipped(&[("notes.txt", b"x")])).unwrap();
    let none = finish(deminer().args(["cim", "ls"]).arg(&none));
    assert!(
        none.status == 2 && none.stderr.contains("hint: name the folder or the archive"),
        "{}",
        none.stderr
    );
    let missing = finish(deminer().args(["cim", "ls"]).arg(folder.path().join("missing.zip")));
    assert!(
        missing.status == 2 && missing.stderr.contains("there is no such file or folder"),
        "{}",
        missing.stderr
    );
}

/// The schema of a line: `export` or `deleted`.
fn schema(part: &str) -> jsonschema::Validator {
    let mut schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../docs/schema/cim-1.schema.json")).unwrap();
    schema["anyOf"] = serde_json::json!([{ "$ref": format!("#/$defs/{part}") }]);
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn what_cim_writes_as_json_has_the_form_of_the_schema() {
    let Some(folder) = repository("infected-win10") else { return };
    let cim = |verb: &str, rest: &[&str]| {
        let run = finish(deminer().args(["cim", verb, "--format=jsonl"]).arg(folder.path()).args(rest));
        run.stdout
    };
    // Of so many lines of one form, some stand for the others.
    let (export, deleted) = (cim("export", &[]), cim("deleted", &["--all"]));
    let short = cim("deleted", &[]);
    fs::remove_file(folder.path().join("INDEX.BTR")).unwrap();
    let carved = cim("export", &[]);
    let mut types = std::collections::BTreeSet::new();
    for (part, lines, step) in
        [("export", &export, 23), ("export", &carved, 97), ("deleted", &deleted, 7), ("deleted", &short, 1)]
    {
        let schema = schema(part);
        for line in lines.lines().step_by(step) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Err(error) = schema.validate(&line) {
                panic!("{error} in {line:#}");
            }
            types.insert(line["type"].as_str().unwrap().to_owned());
            types.extend(line["content"]["type"].as_str().map(str::to_owned));
        }
    }
    for kind in ["wmi-class", "wmi-object", "deleted", "stale-key", "count", "fragment"] {
        assert!(types.contains(kind), "{kind} in {types:?}");
    }
    let schema = schema("export");
    assert!(schema.is_valid(&serde_json::json!({ "type": "problem", "text": "x" })));
    let mut line: serde_json::Value = serde_json::from_str(export.lines().next().unwrap()).unwrap();
    line["new"] = true.into();
    assert!(!schema.is_valid(&line), "a field that the schema does not know");
}
