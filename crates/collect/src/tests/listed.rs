//! Lists of which a part could not be read, and jobs of BITS.

use super::*;
use evidence::Setting;
use machine::Error;

fn setting(kind: &str, name: &str, value: &str, details: &[(&str, &str)]) -> Setting {
    let details = details.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Setting { kind: kind.into(), name: name.into(), value: value.into(), details: details.collect() }
}

#[test]
fn a_list_that_is_cut_is_kept_and_told_as_a_part() {
    let mut state = computer();
    let cut = |operation| Error::new(operation, "", Fault::TooMany { limit: 1 });
    let rule = setting("firewall-rule", "r", "allow", &[]);
    state.settings.insert(("firewall-rule".into(), "r".into()), rule);
    let whole = collected(&Memory::new(state.clone())).1;
    assert!(whole.coverage.is_complete(Area::Settings), "{:?}", whole.coverage);
    assert!(whole.coverage.is_complete(Area::OtherNamespaces), "{:?}", whole.coverage);
    state.missed_settings.insert("firewall-rule".into(), vec![cut("list the firewall rules")]);
    state.missed_namespaces.push(cut("list the WMI namespaces"));
    let (manifest, evidence) = collected(&Memory::new(state));
    for what in ["list the firewall rules", "list the WMI namespaces"] {
        let failure = manifest.failures.iter().find(|failure| failure.what == what);
        assert!(failure.is_some_and(|failure| failure.why.contains("more than 1;")), "{what}");
    }
    assert!(evidence.settings().any(|(_, own)| own.kind == "firewall-rule"), "what was read is kept");
    for area in [Area::Settings, Area::OtherNamespaces] {
        assert_eq!(evidence.coverage.get(area), Some(evidence::ReadState::Partial), "{area:?}");
    }
    assert!(evidence.coverage.subscriptions_complete(), "its own namespace was read");
}

#[test]
fn jobs_of_bits_are_told_with_the_files_that_their_commands_start() {
    let mut state = computer();
    let details = [("remote", "http://192.0.2.1/b"), ("local", r"C:\Users\Public\b.dat")];
    let job = setting("bits-job", "Fonts", r"C:\Users\Public\probe.exe -k", &details);
    state.settings.insert(("bits-job".into(), "Fonts".into()), job.clone());
    let silent = setting("bits-job", "Update", "", &[("local", r"C:\Users\Public\silent.dat")]);
    state.settings.insert(("bits-job".into(), "Update".into()), silent);
    for path in [r"C:\Users\Public\b.dat", r"C:\Users\Public\silent.dat"] {
        state.add_file(path, b"MZ");
    }
    let (_, evidence) = collected(&Memory::new(state.clone()));
    assert!(evidence.settings().any(|(_, own)| *own == job));
    let told = |path: &str| {
        evidence.files().any(|(_, file)| file.path == path && file.hashes.contains_key("sha256"))
    };
    assert!(told(r"C:\Users\Public\probe.exe") && told(r"C:\Users\Public\b.dat"));
    assert!(!told(r"C:\Users\Public\silent.dat"), "nothing starts it");
    // A service that cannot be asked takes nothing from what was read.
    let machine = Memory::new(state);
    machine.fail_on("settings", "bits-job", Fault::Unsupported);
    let (manifest, evidence) = collected(&machine);
    assert!(manifest.failures.iter().any(|failure| failure.what == "read the settings `bits-job`"));
    assert!(evidence.coverage.is_complete(Area::Settings));
}

#[test]
fn what_a_script_host_has_loaded_is_looked_at_as_what_is_started_is() {
    let mut state = computer();
    let library = r"C:\Users\Public\loaded.dll";
    state.add_file(library, b"MZ");
    let host = state.add_process(8, r"C:\Windows\System32\rundll32.exe", "rundll32.exe x");
    host.process.modules = vec![library.to_owned(), r"\Device\nowhere.dll".to_owned()];
    let (_, evidence) = collected(&Memory::new(state));
    let own: Vec<_> = evidence.files().filter(|(_, file)| file.path == library).collect();
    assert_eq!(own.len(), 1);
    assert!(own[0].1.hashes.contains_key("sha256"));
    assert_eq!(own[0].1.signer.as_deref(), Some("(Not signed)"));
}

#[test]
fn a_consumer_that_derives_too_often_is_told() {
    let mut state = computer();
    for depth in 0..70 {
        let above = if depth == 0 { "__EventConsumer".to_owned() } else { format!("Deep{}", depth - 1) };
        state.add_class(r"root\subscription", &format!("Deep{depth}"), Some(&above));
    }
    let (manifest, evidence) = collected(&Memory::new(state));
    let what = "list the classes that derive from each other below `__EventConsumer`";
    assert!(manifest.failures.iter().any(|failure| failure.what == what), "{:?}", manifest.failures);
    assert!(!evidence.coverage.is_complete(Area::EventConsumers));
}
