//! Repositories in folders and archives, by their names.

use super::*;

const DATA: &[u8] = b"not really";

fn names(path: &Path, limits: &Limits) -> Vec<String> {
    let found = repositories(path, limits).unwrap();
    let root = path.to_string_lossy();
    found.iter().map(|one| one.name().strip_prefix(&root[..]).unwrap_or(one.name()).to_owned()).collect()
}

#[test]
fn repositories_are_found_in_folders_and_archives() {
    let limits = Limits::default();
    let inner = zip(&[("Repository/OBJECTS.DATA", DATA), ("Repository/INDEX.BTR", b"i")]);
    let archive = zip(&[
        ("C/Windows/System32/wbem/Repository/OBJECTS.DATA.gz", &gzip(DATA)),
        ("C/Windows/System32/wbem/Repository/MAPPING1.MAP", b"m"),
        ("C/Windows/System32/wbem/Repository.001/objects.data", DATA),
        ("C/Windows/System32/wbem/INDEX.BTR", b"alone"),
        ("other.zip", &inner),
    ]);
    let root = folder(&[
        ("a/triage.zip", &archive),
        ("b/uploads/auto/C%3A/Windows/System32/wbem/Repository/Objects.data", DATA),
        ("b/notes.txt", b"x"),
        ("b/broken.zip", b"PK\x03\x04 and no more"),
    ]);
    let found = names(root.path(), &limits);
    let expected = [
        "/a/triage.zip!C/Windows/System32/wbem/Repository",
        "/a/triage.zip!C/Windows/System32/wbem/Repository.001",
        "/a/triage.zip!other.zip!Repository",
        "/b/uploads/auto/C%3A/Windows/System32/wbem/Repository",
    ];
    assert_eq!(found, expected);
    let outdated: Vec<_> =
        repositories(root.path(), &limits).unwrap().iter().map(RepositoryRef::is_outdated).collect();
    assert_eq!(outdated, [false, true, false, false]);
    // By its name each is found again, and no other.
    for name in expected {
        let path = format!("{}{name}", root.path().display());
        let found = repositories(Path::new(&path), &limits).unwrap();
        assert!(found.len() == 1 && found[0].name() == path, "{path}: {found:?}");
        if found[0].folder().is_none() {
            let parts = found[0].read(&limits).unwrap();
            assert_eq!(parts.objects.size().unwrap(), DATA.len() as u64, "{path}");
        }
    }
    let part = format!("{}/a/triage.zip!c/windows", root.path().display());
    assert_eq!(repositories(Path::new(&part), &limits).unwrap().len(), 2);
    let nothing = format!("{}/a/triage.zip!D", root.path().display());
    assert_eq!(repositories(Path::new(&nothing), &limits).unwrap(), []);
    assert!(repositories(&root.path().join("b/broken.zip"), &limits).is_err());
    assert_eq!(repositories(&root.path().join("b/notes.txt"), &limits).unwrap(), []);
}

#[test]
fn no_archive_unpacks_to_more_than_the_limits() {
    let zeros = vec![0; 100_000];
    let archive = zip(&[("OBJECTS.DATA", &zeros), ("INDEX.BTR.gz", &gzip(&zeros))]);
    let root = folder(&[("x.zip", &archive)]);
    let path = root.path().join("x.zip");
    for limits in [
        Limits { unpacked: 150_000, ..Limits::default() },
        Limits { file: 99_999, ..Limits::default() },
        Limits { ratio: 2, ratio_from: 1_000, ..Limits::default() },
    ] {
        let found = repositories(&path, &limits).unwrap();
        assert!(found[0].read(&limits).is_err(), "{limits:?}");
    }
    let found = repositories(&path, &Limits::default()).unwrap();
    let parts = found[0].read(&Limits::default()).unwrap();
    assert_eq!(parts.index.unwrap().size().unwrap(), 100_000);
}
