//! `collect --repository`: WMI as it is read alive and as it lies on the disk, in one bundle.

use crate::support::{ABOVE_INFO, TempDir, check_one, data, findings};
use collect::Options;
use evidence::{Evidence, NameSource, WmiObject};
use flate2::read::GzDecoder;
use machine::memory::{Memory, State};
use parse::bundle::{Input, Limits, discover};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

const REPOSITORY: &str = r"C:\Windows\System32\wbem\Repository";
const SUBSCRIPTION: &str = r"root\subscription";

/// A machine with the files of this repository, and with what they hold in its WMI.
fn computer(folder: &Path) -> State {
    let mut state = State::default();
    state.facts.host = evidence::Host::named("PC-1", NameSource::Manifest);
    state.facts.windows = r"C:\Windows".into();
    for class in ["__EventFilter", "__EventConsumer", "__FilterToConsumerBinding", "__TimerInstruction"] {
        state.add_class(SUBSCRIPTION, class, None);
    }
    let found = discover(&[Input::Path(folder.to_owned())], &Limits::default());
    let evidence = found.bundles[0].read(&Limits::default()).remove(0);
    for (at, object) in evidence.wmi_objects() {
        let is_own = object.namespace.as_deref() == Some(SUBSCRIPTION) && is_present(&evidence, at);
        if is_own && object.is_consumer() {
            state.add_class(SUBSCRIPTION, &object.class, Some("__EventConsumer"));
        }
        if is_own && (object.is_filter() || object.is_consumer()) {
            state.add_instance(SUBSCRIPTION, WmiObject::clone(object), &["Name"]);
        } else if is_own && object.is_binding() {
            state.add_instance(SUBSCRIPTION, WmiObject::clone(object), &["Filter", "Consumer"]);
        }
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = Vec::new();
        GzDecoder::new(File::open(&path).unwrap()).read_to_end(&mut bytes).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy();
        state.add_file(&format!("{REPOSITORY}\\{name}"), &bytes);
    }
    state
}

/// What was deleted once lies in the files only.
fn is_present(evidence: &Evidence, record: usize) -> bool {
    let source = evidence.records[record].provenance.source;
    evidence.sources[source as usize].format == "cim-repository"
}

#[test]
fn a_subscription_that_is_read_alive_and_from_the_files_is_one_finding() {
    for (name, subscriptions) in [("infected-win10", 1), ("clean-win10", 0)] {
        let Some(folder) = data(&format!("repository/{name}")) else { return };
        let machine = Memory::new(computer(&folder));
        let kept = TempDir::new().unwrap();
        let mut hosts = Vec::new();
        for repository in [false, true] {
            let path = kept.path().join(format!("PC-1_{repository}_WMI.zip"));
            let options = Options { repository, ..Options::default() };
            let manifest =
                collect::collect(&machine, &options, &mut |_| {}, File::create(&path).unwrap()).unwrap();
            let copied = manifest
                .members
                .iter()
                .any(|member| member.path == "deminer/raw/Windows/System32/wbem/Repository/OBJECTS.DATA");
            assert_eq!(copied, repository);
            let torn = manifest.failures.iter().any(|failure| failure.what.contains("repository"));
            assert!(!torn, "{:?}", manifest.failures);
            hosts.push(check_one(&[&path]).1);
        }
        let own = |host| {
            let found = findings(host, ABOVE_INFO).into_iter();
            found.filter(|found| found["kind"] == "subscription").collect::<Vec<_>>()
        };
        let [alive, both] = [own(&hosts[0]), own(&hosts[1])];
        assert_eq!((alive.len(), both.len()), (subscriptions, subscriptions), "{both:#?}");
        for (alive, both) in alive.iter().zip(&both) {
            assert_eq!((&alive["id"], &alive["severity"]), (&both["id"], &both["severity"]));
            let places = both["evidence"].to_string();
            assert!(places.contains("OBJECTS.DATA") && places.contains("wmi/root"), "{places}");
        }
        assert_eq!(hosts[0]["verdict"], hosts[1]["verdict"]);
        assert_eq!(hosts[1]["custody"], "verified");
        let kinds = |host| {
            let found: Vec<_> =
                findings(host, ABOVE_INFO).iter().map(|found| found["id"].to_string()).collect();
            found
        };
        let (alive, both) = (kinds(&hosts[0]), kinds(&hosts[1]));
        assert!(alive.iter().all(|id| both.contains(id)), "{alive:?} {both:?}");
    }
}
