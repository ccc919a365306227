//! Files of the computer that the tests run on: what is in use, read-only, linked or closed to others. What Wine cannot do is said to be
//! skipped; a real Windows does it.
#![cfg(windows)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails where something is not there, and says what it skips"
)]

use deminer_machine_windows::Windows;
use machine::{Fault, FileState, Key, Machine as _, MachineMut as _, Stream};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A folder of a test, without short names in its path, that goes with it.
struct Scratch(String);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder: PathBuf = std::env::temp_dir().join(format!("deminer-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let path = std::fs::canonicalize(&folder).unwrap();
        Self(path.to_str().unwrap().trim_start_matches(r"\\?\").to_owned())
    }

    fn path(&self, name: &str) -> String {
        format!(r"{}\{name}", self.0)
    }

    /// What is in it.
    fn names(&self) -> Vec<String> {
        names(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn names(folder: &str) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn is_wine() -> bool {
    Windows::new().registry_key(&Key::new(r"HKCU\Software\Wine")).is_ok_and(|key| key.is_some())
}

fn skip(what: &str) {
    assert!(is_wine(), "a real Windows has {what}");
    eprintln!("SKIPPED under Wine: {what}");
}

/// A junction, where they can be made.
fn junction(at: &str, to: &str) -> bool {
    let made = Command::new("cmd")
        .args(["/c", "mklink", "/J", at, to])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    made && Windows::new().file(at).is_ok_and(|state| state.is_some_and(|state| state.is_link))
}

fn set_readonly(path: &str, is: bool) {
    let mut permissions = std::fs::metadata(path).unwrap().permissions();
    permissions.set_readonly(is);
    std::fs::set_permissions(path, permissions).unwrap();
}

fn state(path: &str) -> FileState {
    Windows::new().file(path).unwrap().unwrap()
}

#[test]
#[ignore = "a helper of the tests of what runs, which start it"]
fn only_sleeps() {
    std::thread::sleep(std::time::Duration::from_mins(1));
}

/// A program of its own that runs until it is ended.
struct Running(Child);

impl Running {
    fn start(path: &str) -> Self {
        std::fs::copy(std::env::current_exe().unwrap(), path).unwrap();
        let mut child = Command::new(path)
            .args(["--ignored", "--exact", "only_sleeps", "--nocapture"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It runs once it says something.
        let mut first = [0];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_is_read_only_is_deleted_and_comes_back_read_only() {
    let mut machine = Windows::new();
    let folder = Scratch::new("readonly");
    let path = folder.path("a.bin");
    machine.write_new(&path, b"fixed").unwrap();
    set_readonly(&path, true);
    let before = state(&path);
    assert_eq!(before.attributes & 1, 1);
    machine.delete_file(&path, &before.identity).unwrap();
    assert_eq!(folder.names(), [""; 0]);
    machine.restore_file(&path, &before, b"fixed").unwrap();
    let back = state(&path);
    assert_eq!((back.attributes, back.identity.modified), (before.attributes, before.identity.modified));
    assert_eq!(machine.replace_file(&path, &back.identity, b"other"), Ok(()));
    assert_eq!((state(&path).attributes & 1, std::fs::read(&path).unwrap()), (1, b"other".to_vec()));
    assert_eq!(folder.names(), ["a.bin"]);
    set_readonly(&path, false);
}

#[test]
fn a_program_that_runs_is_in_use_and_put_aside_until_the_restart() {
    let mut machine = Windows::new();
    let folder = Scratch::new("running");
    let path = folder.path("miner.exe");
    let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let running = Running::start(&path);
    let before = state(&path);
    assert_eq!(machine.delete_file(&path, &before.identity).unwrap_err().fault, Fault::InUse);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), bytes.len() as u64, "it is still whole");

    let pending = machine.deleted_at_restart().unwrap();
    machine.delete_at_restart(&path, &before.identity).unwrap();
    assert_eq!(machine.file(&path).unwrap(), None, "it is gone from its place at once");
    let new: Vec<_> =
        machine.deleted_at_restart().unwrap().into_iter().filter(|path| !pending.contains(path)).collect();
    let [file, aside] = new.as_slice() else { panic!("{new:?}") };
    assert_eq!(*file, format!(r"{aside}\file"));
    assert!(machine.is_protected(aside).unwrap());
    assert_eq!(state(file).identity.volume_and_index, before.identity.volume_and_index);

    // Undoing does not need it.
    machine.restore_file(&path, &before, &bytes).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    drop(running);
    for path in &new {
        machine.keep_at_restart(path).unwrap();
    }
    machine.delete_file(file, &state(file).identity).unwrap();
    machine.delete_directory(aside).unwrap();
}

#[test]
fn what_nobody_may_rename_stays_where_it_is_until_the_restart_or_is_refused() {
    let mut machine = Windows::new();
    let folder = Scratch::new("held");
    let path = folder.path("a.dll");
    machine.write_new(&path, b"x").unwrap();
    let identity = state(&path).identity;
    let _held = std::fs::OpenOptions::new().read(true).share_mode(1).open(&path).unwrap();
    assert_eq!(machine.delete_file(&path, &identity).unwrap_err().fault, Fault::InUse);
    let known = |machine: &Windows| machine.deleted_at_restart().unwrap();
    let is_protected = machine.is_protected(&folder.0).unwrap();
    let done = machine.delete_at_restart(&path, &identity);
    // Where others may change the folder, whatever lies at the path then would be deleted.
    assert_eq!(done.is_ok(), is_protected, "{done:?}");
    assert_eq!(known(&machine).contains(&path), is_protected);
    if is_protected {
        machine.keep_at_restart(&path).unwrap();
    }
    assert!(!known(&machine).contains(&path));
    assert_eq!(machine.keep_at_restart(&path).unwrap_err().fault, Fault::NotFound);
    assert!(machine.file(&path).unwrap().is_some());
}

#[test]
fn what_cannot_be_put_back_whole_leaves_nothing() {
    let mut machine = Windows::new();
    let folder = Scratch::new("torn");
    let path = folder.path("a.bin");
    machine.write_new(&path, b"whole").unwrap();
    let before = state(&path);
    assert_eq!(machine.restore_file(&path, &before, b"other").unwrap_err().fault, Fault::Exists);
    machine.delete_file(&path, &before.identity).unwrap();
    for broken in [
        FileState { streams: vec![Stream { name: "a:b".into(), bytes: vec![1] }], ..before.clone() },
        FileState { security: Some("D:\0".into()), ..before.clone() },
    ] {
        assert!(machine.restore_file(&path, &broken, b"whole").is_err());
        assert_eq!(folder.names(), [""; 0], "not even a part of it");
    }
    machine.restore_file(&path, &before, b"whole").unwrap();
    let gone = FileState { streams: Vec::new(), ..state(&path) };
    assert_eq!(gone.identity.modified, before.identity.modified);
    assert_eq!(folder.names(), ["a.bin"]);
}

#[test]
fn another_name_of_a_file_keeps_the_bytes_that_it_had() {
    let mut machine = Windows::new();
    let folder = Scratch::new("hard");
    let (path, other) = (folder.path("hosts"), folder.path("precious"));
    machine.write_new(&other, b"precious").unwrap();
    std::fs::hard_link(&other, &path).unwrap();
    machine.replace_file(&path, &state(&path).identity, b"new").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
    assert_eq!(std::fs::read(&other).unwrap(), b"precious");
    let changed = machine.replace_file(&path, &state(&other).identity, b"newer").unwrap_err();
    assert_eq!(changed.fault, Fault::Changed);
    assert_eq!(folder.names(), ["hosts", "precious"]);
}

#[test]
fn what_somebody_holds_is_not_replaced_and_stays_whole() {
    let mut machine = Windows::new();
    let folder = Scratch::new("replace");
    let path = folder.path("hosts");
    machine.write_new(&path, b"old").unwrap();
    set_readonly(&path, true);
    let held = std::fs::OpenOptions::new().read(true).share_mode(1).open(&path).unwrap();
    match machine.replace_file(&path, &state(&path).identity, b"new") {
        Err(error) => {
            assert_eq!(error.fault, Fault::InUse);
            assert_eq!((state(&path).attributes & 1, std::fs::read(&path).unwrap()), (1, b"old".to_vec()));
        }
        Ok(()) => skip("that what is open is not replaced"),
    }
    drop(held);
    assert_eq!(folder.names(), ["hosts"]);
    set_readonly(&path, false);
}

#[test]
fn no_change_goes_through_a_junction_and_nothing_is_left_behind_it() {
    let mut machine = Windows::new();
    let folder = Scratch::new("junction");
    let (behind, link) = (folder.path("behind"), folder.path("link"));
    std::fs::create_dir(&behind).unwrap();
    let kept = format!(r"{behind}\kept.bin");
    machine.write_new(&kept, b"kept").unwrap();
    let before = state(&kept);
    if !junction(&link, &behind) {
        return skip("junctions");
    }
    let through = |name: &str| format!(r"{link}\{name}");
    let faults = [
        machine.write_new(&through("a"), b"x"),
        machine.restore_file(&through("a"), &before, b"kept"),
        machine.create_private_directory(&through("a")),
        machine.replace_file(&through("kept.bin"), &before.identity, b"x"),
        machine.delete_file(&through("kept.bin"), &before.identity),
        machine.delete_at_restart(&through("kept.bin"), &before.identity),
        machine.append(&through("kept.bin"), b"x"),
        machine.delete_directory(&link),
    ];
    for fault in faults.map(|done| done.unwrap_err().fault) {
        assert!(matches!(fault, Fault::Link { .. }), "{fault:?}");
    }
    assert_eq!(names(&behind), ["kept.bin"], "not even an empty file");
    assert_eq!(std::fs::read(&kept).unwrap(), b"kept");
}

/// A symbolic link to a file or a folder, where they can be made and are seen as links.
fn symbolic_link(at: &str, to: &str, to_folder: bool) -> bool {
    let made = if to_folder {
        std::os::windows::fs::symlink_dir(to, at)
    } else {
        std::os::windows::fs::symlink_file(to, at)
    };
    made.is_ok() && Windows::new().file(at).is_ok_and(|state| state.is_some_and(|state| state.is_link))
}

#[test]
fn no_change_goes_through_a_symbolic_link_to_a_folder() {
    let mut machine = Windows::new();
    let folder = Scratch::new("symlink-folder");
    let (behind, link) = (folder.path("behind"), folder.path("link"));
    std::fs::create_dir_all(format!(r"{behind}\below")).unwrap();
    let kept = format!(r"{behind}\below\kept.bin");
    machine.write_new(&kept, b"kept").unwrap();
    let before = state(&kept);
    if !symbolic_link(&link, &behind, true) {
        return skip("symbolic links to folders");
    }
    // The link is the grandparent of the file, and the parent of what is made.
    let through = |name: &str| format!(r"{link}\{name}");
    let own = machine.file(&link).unwrap().unwrap();
    let faults = [
        machine.read_file(&through(r"below\kept.bin"), 99).map(drop),
        machine.list(&link).map(drop),
        machine.write_new(&through("a"), b"x"),
        machine.restore_file(&through(r"below\a"), &before, b"kept"),
        machine.create_private_directory(&through("a")),
        machine.replace_file(&through(r"below\kept.bin"), &before.identity, b"x"),
        machine.delete_file(&through(r"below\kept.bin"), &before.identity),
        machine.delete_at_restart(&through(r"below\kept.bin"), &before.identity),
        machine.append(&through(r"below\kept.bin"), b"x"),
        machine.delete_file(&link, &own.identity),
        machine.delete_directory(&link),
    ];
    for fault in faults.map(|done| done.unwrap_err().fault) {
        assert!(matches!(fault, Fault::Link { .. }), "{fault:?}");
    }
    assert_eq!(names(&behind), ["below"]);
    assert_eq!(std::fs::read(&kept).unwrap(), b"kept");
    let _ = std::fs::remove_dir(&link);
}

#[test]
fn no_change_goes_through_a_symbolic_link_to_a_file() {
    let mut machine = Windows::new();
    let folder = Scratch::new("symlink-file");
    let (kept, link) = (folder.path("kept.bin"), folder.path("link.bin"));
    machine.write_new(&kept, b"kept").unwrap();
    let before = state(&kept);
    if !symbolic_link(&link, &kept, false) {
        return skip("symbolic links to files");
    }
    let own = machine.file(&link).unwrap().unwrap();
    assert_ne!(
        own.identity.volume_and_index, before.identity.volume_and_index,
        "the link itself is looked at"
    );
    for identity in [&own.identity, &before.identity] {
        let faults = [
            machine.read_file(&link, 99).map(drop),
            machine.replace_file(&link, identity, b"x"),
            machine.delete_file(&link, identity),
            machine.delete_at_restart(&link, identity),
            machine.append(&link, b"x"),
        ];
        for fault in faults.map(|done| done.unwrap_err().fault) {
            assert!(matches!(fault, Fault::Link { .. }), "{fault:?}");
        }
    }
    for made in [machine.write_new(&link, b"x"), machine.restore_file(&link, &before, b"kept")] {
        assert!(matches!(made.unwrap_err().fault, Fault::Exists | Fault::Link { .. }));
    }
    assert_eq!(std::fs::read(&kept).unwrap(), b"kept");
    assert_eq!(state(&kept).identity, before.identity);
}

#[test]
fn a_file_that_is_closed_to_administrators_is_read_and_comes_back_as_closed() {
    let mut machine = Windows::new();
    let folder = Scratch::new("closed");
    let path = folder.path("a.bin");
    machine.write_new(&path, b"closed").unwrap();
    let plain = state(&path);
    machine.delete_file(&path, &plain.identity).unwrap();
    if is_wine() {
        return skip("access lists of files");
    }
    // Entries of its own, closed to what comes from above; and such that came from above.
    for sddl in
        ["O:SYG:SYD:PAI(D;;FR;;;BA)(A;;FA;;;SY)", "O:S-1-5-80-1-2-3-4-5G:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)"]
    {
        let closed = FileState { security: Some(sddl.into()), ..plain.clone() };
        machine.restore_file(&path, &closed, b"closed").unwrap();
        let found = state(&path);
        assert_eq!(found.security.as_deref(), Some(sddl));
        assert_eq!(machine.read_file(&path, 99).unwrap(), b"closed");
        machine.replace_file(&path, &found.identity, b"other").unwrap();
        assert_eq!(state(&path).security.as_deref(), Some(sddl));
        // Only who may restore may delete it too; the folder is that of this test.
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn streams_come_back_and_too_many_bytes_in_them_are_told() {
    let mut machine = Windows::new();
    let folder = Scratch::new("streams");
    let path = folder.path("a.bin");
    machine.write_new(&path, b"main").unwrap();
    if std::fs::write(format!("{path}:payload"), b"hidden").is_err() || state(&path).streams.is_empty() {
        return skip("alternate data streams");
    }
    let before = state(&path);
    machine.delete_file(&path, &before.identity).unwrap();
    machine.restore_file(&path, &before, b"main").unwrap();
    assert_eq!(state(&path).streams, before.streams);
    let huge = std::fs::File::create(format!("{path}:huge")).unwrap();
    huge.set_len((64 << 20) + 1).unwrap();
    drop(huge);
    let error = machine.file(&path).unwrap_err().to_string();
    assert!(error.contains("alternate data streams"), "{error}");
}
