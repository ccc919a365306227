//! Raw copies of the WMI repository.

use super::*;

/// The computer with a repository, and where its files are.
fn with_repository() -> (Computer, [&'static str; 3]) {
    let files = [
        r"C:\Windows\System32\wbem\Repository\MAPPING1.MAP",
        r"C:\Windows\System32\wbem\Repository\INDEX.BTR",
        r"C:\Windows\System32\wbem\Repository\OBJECTS.DATA",
    ];
    let mut state = computer();
    for path in files {
        state.add_file(path, b"1");
    }
    state.add_file(r"C:\Windows\System32\wbem\Repository\..evil.map", b"1");
    (state, files)
}

fn copied(machine: &Memory) -> (Vec<String>, Vec<String>) {
    let options = Options { repository: true, ..Options::default() };
    let (manifest, _) = collected_with(machine, &options);
    let raw = |path: &str| path.strip_prefix("deminer/raw/Windows/System32/wbem/").map(str::to_owned);
    let failures = manifest.failures.iter().filter(|failure| failure.what.contains("epository"));
    (
        manifest.members.iter().filter_map(|member| raw(&member.path)).collect(),
        failures.map(|failure| failure.why.clone()).collect(),
    )
}

#[test]
fn the_repository_is_copied_on_request_under_its_own_names() {
    let (mut state, [_, index, _]) = with_repository();
    let names = ["Repository/MAPPING1.MAP", "Repository/INDEX.BTR", "Repository/OBJECTS.DATA"];
    assert_eq!(copied(&Memory::new(state.clone())), (names.map(str::to_owned).to_vec(), Vec::new()));
    let (manifest, _) = collected(&Memory::new(state.clone()));
    assert!(!manifest.members.iter().any(|member| member.path.contains("Repository")), "only on request");
    state.add_file(r"C:\Windows\System32\wbem\Repository\FS\OBJECTS.DATA", b"1");
    assert!(copied(&Memory::new(state.clone())).0.contains(&"Repository/FS/OBJECTS.DATA".to_owned()));
    let machine = Memory::new(state);
    machine.fail_on("read_file", index, Fault::InUse);
    let (members, failures) = copied(&machine);
    assert_eq!((members.len(), failures.as_slice()), (3, &["it is in use".to_owned()][..]));
    assert_eq!(copied(&Memory::new(computer())).1, ["it is not there"]);
}

#[test]
fn a_copy_that_was_written_to_meanwhile_is_made_again_or_told() {
    let (state, [mapping, _, objects]) = with_repository();
    let writes = |state: &mut Computer| {
        state.files.get_mut(&mapping.to_lowercase()).unwrap().bytes.push(b'2');
    };
    let machine = Memory::new(state.clone());
    machine.change_before("read_file", objects, writes);
    assert_eq!(copied(&machine).1, Vec::<String>::new(), "the second time it belongs together");
    // Each reading of the objects, and that of the mappings behind it, is followed by another write.
    let machine = Memory::new(state);
    let dry = Memory::new(with_repository().0);
    copied(&dry);
    let first = dry.calls().iter().position(|call| call.method == "read_file" && call.target == objects);
    for attempt in 0..3 {
        machine.change_before_call(first.unwrap() + attempt * 4, move |state| {
            state.files.get_mut(&mapping.to_lowercase()).unwrap().bytes.push(b'2');
        });
    }
    let (members, failures) = copied(&machine);
    assert_eq!(members.len(), 3, "it is kept all the same");
    assert!(failures.len() == 1 && failures[0].contains("written to meanwhile"), "{failures:?}");
}
