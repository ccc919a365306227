//! `deminer signature`: from a sample to a plan that removes what carries it.

use crate::support::{TempDir, deminer, finish, run, subscription, zipped};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A script of no known family that no rule calls bad.
const SCRIPT: &str =
    "$site = 'http://cdn.qvortex.example.invalid/stage'; $tag = 'qvortexloader'; Write-Output $site $tag";

/// A consumer that an administrator might have, but for what it runs.
fn evidence(folder: &Path, command: &str) -> PathBuf {
    let query =
        "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA 'Win32_LocalTime'";
    let path = folder.join("PC-7_WMI.zip");
    std::fs::write(&path, zipped(&[("all.txt", subscription("Upkeep", query, command).as_bytes())])).unwrap();
    path
}

fn signature(args: &[&OsStr]) -> (i32, String, String) {
    let run = finish(deminer().arg("signature").args(args));
    (run.status, run.stdout, run.stderr)
}

/// A set with the signature of the script.
fn set(folder: &Path) -> PathBuf {
    let (script, set) = (folder.join("dropped.ps1"), folder.join("incident.toml"));
    std::fs::write(&script, SCRIPT).unwrap();
    let args = [
        "new".as_ref(),
        script.as_os_str(),
        "--name".as_ref(),
        "Qvortex".as_ref(),
        "--output".as_ref(),
        set.as_os_str(),
    ];
    let (status, stdout, stderr) = signature(&args);
    assert_eq!(status, 0, "{stderr}");
    assert!(stdout.contains("qvortexloader") && stdout.contains("cdn.qvortex.example.invalid"), "{stdout}");
    set
}

fn checked(evidence: &Path, extra: &[&OsStr]) -> Value {
    let run = finish(deminer().args(["check", "--format", "json"]).arg(evidence).args(extra));
    serde_json::from_str(&run.stdout).unwrap_or_else(|problem| panic!("{problem}: {}", run.stderr))
}

#[test]
fn a_sample_is_known_again_in_other_evidence_and_a_plan_removes_it() {
    let folder = TempDir::new().unwrap();
    let set = set(folder.path());
    let evidence = evidence(folder.path(), &format!("powershell.exe -Command \"{SCRIPT}\""));
    let with = ["--signatures".as_ref(), set.as_os_str()];
    let found = checked(&evidence, &with);
    let finding = &found["assessments"][0]["findings"][0];
    assert_eq!(
        (finding["family"].as_str(), finding["action"].as_str()),
        (Some("Qvortex"), Some("remove")),
        "{finding:#}"
    );
    assert_eq!(found["assessments"][0]["verdict"], "infected");
    let without = checked(&evidence, &[]);
    assert_eq!(without["assessments"][0]["findings"][0]["family"], Value::Null);

    let plan = finish(deminer().arg("plan").arg(&evidence).args(with));
    assert_eq!(plan.status, 1, "{}", plan.stderr);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let actions = plan["actions"].as_array().unwrap();
    assert_eq!(actions.iter().filter(|action| action["verb"] == "remove").count(), 3, "{plan:#}");
}

#[test]
fn the_same_name_again_makes_a_new_version_and_clean_evidence_is_respected() {
    let folder = TempDir::new().unwrap();
    let set = set(folder.path());
    let clean = evidence(folder.path(), "powershell.exe -Command \"Write-Output 'qvortexloader'\"");
    let script = folder.path().join("dropped.ps1");
    let (status, stdout, stderr) = signature(&[
        "new".as_ref(),
        script.as_os_str(),
        "--name".as_ref(),
        "Qvortex".as_ref(),
        "--clean".as_ref(),
        clean.as_os_str(),
        "--output".as_ref(),
        set.as_os_str(),
    ]);
    assert_eq!(status, 0, "{stderr}");
    assert!(stderr.contains("version 2"), "{stderr}");
    assert!(stdout.contains("qvortexloader (the clean evidence has it)"), "{stdout}");
    let text = std::fs::read_to_string(&set).unwrap();
    assert!(!text.contains("qvortexloader") && text.matches("[[families]]").count() == 1, "{text}");
}

#[test]
fn a_signed_set_is_trusted_by_its_key_and_refused_when_it_was_changed() {
    let folder = TempDir::new().unwrap();
    let set = set(folder.path());
    let evidence = evidence(folder.path(), "cmd.exe /c ver");
    let (key, name) = (folder.path().join("team.key"), folder.path().join("team"));
    assert_eq!(signature(&["keygen".as_ref(), "--output".as_ref(), name.as_os_str()]).0, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = signature(&["keygen".as_ref(), "--output".as_ref(), name.as_os_str()]);
    assert_eq!(again.0, 2, "a key is never overwritten: {}", again.2);
    let public = folder.path().join("team.pub");
    let check = |extra: &[&OsStr]| {
        finish(deminer().arg("check").arg(&evidence).arg("--signatures").arg(&set).args(extra))
    };
    let trust = ["--trust".as_ref(), public.as_os_str()];
    let unsigned = check(&trust);
    assert!(unsigned.status == 2 && unsigned.stderr.contains("nobody signed it"), "{}", unsigned.stderr);
    let own = check(&[]);
    assert!(own.status != 2 && own.stderr.contains("taken as your own"), "{}", own.stderr);

    assert_eq!(signature(&["sign".as_ref(), set.as_os_str(), "--key".as_ref(), key.as_os_str()]).0, 0);
    assert_ne!(check(&trust).status, 2);
    let verified = signature(&["verify".as_ref(), set.as_os_str(), "--trust".as_ref(), public.as_os_str()]);
    assert!(verified.0 == 0 && verified.1.contains("the signature holds"), "{}", verified.1);
    let (copy, sample) = (folder.path().join("copy.toml"), folder.path().join("more.ps1"));
    std::fs::copy(&set, &copy).unwrap();
    std::fs::write(&sample, "$stage='zanthorumloader'; Start-Process C:\\zanthorum\\zanthorumhost.exe")
        .unwrap();
    let grown = signature(&[
        "new".as_ref(),
        sample.as_os_str(),
        "--name".as_ref(),
        "Zanthorum".as_ref(),
        "--output".as_ref(),
        copy.as_os_str(),
    ]);
    assert!(grown.0 == 0 && grown.2.contains("sign it again"), "{}", grown.2);
    let other = folder.path().join("other");
    signature(&["keygen".as_ref(), "--output".as_ref(), other.as_os_str()]);
    let stranger = check(&["--trust".as_ref(), folder.path().join("other.pub").as_os_str()]);
    assert!(
        stranger.status == 2 && stranger.stderr.contains("`--trust` does not name"),
        "{}",
        stranger.stderr
    );

    let text = std::fs::read_to_string(&set).unwrap().replace("qvortexloader", "qvortexloadex");
    std::fs::write(&set, text).unwrap();
    for extra in [&[][..], &trust[..]] {
        let broken = check(extra);
        assert!(
            broken.status == 2 && broken.stderr.contains("does not fit its content"),
            "{}",
            broken.stderr
        );
    }
}

#[test]
fn a_sample_without_anything_of_its_own_is_said_to_be_one() {
    let folder = TempDir::new().unwrap();
    let (script, set) = (folder.path().join("a.ps1"), folder.path().join("a.toml"));
    std::fs::write(&script, "Get-Process | Stop-Process -Force").unwrap();
    let run = run([
        "signature".as_ref(),
        "new".as_ref(),
        script.as_os_str(),
        "--name".as_ref(),
        "X".as_ref(),
        "--output".as_ref(),
        set.as_os_str(),
    ]);
    assert_eq!(run.status, 0);
    assert!(run.stderr.contains("nothing of their own but their hashes"), "{}", run.stderr);
}

/// A file that nothing starts: found wherever it lies, removed where its place is known, and never where a program of Windows has its own.
#[test]
fn a_file_is_known_again_by_its_hash_wherever_it_lies() {
    let folder = TempDir::new().unwrap();
    let set = set(folder.path());
    let disk = folder.path().join("PC-8");
    for place in ["C/Windows/System32/svchost.exe", "C/Windows/Temp/~x.dat", "C/ProgramData/x/readme.txt"] {
        let path = disk.join(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, SCRIPT).unwrap();
    }
    std::fs::write(disk.join("C/ProgramData/x/empty.txt"), "").unwrap();
    let with = ["--signatures".as_ref(), set.as_os_str()];
    let found = checked(&disk, &with);
    let findings = found["assessments"][0]["findings"].as_array().unwrap();
    let files: Vec<_> = findings.iter().filter(|finding| finding["kind"] == "file").collect();
    assert_eq!(files.len(), 3, "{found:#}");
    assert!(files.iter().all(|file| file["severity"] == "critical" && file["family"] == "Qvortex"));

    let plan = finish(deminer().arg("plan").arg(&disk).args(with));
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let paths: Vec<_> =
        plan["actions"].as_array().unwrap().iter().map(|action| action["target"]["path"].clone()).collect();
    assert_eq!(paths, [r"C:\ProgramData\x\readme.txt", r"C:\Windows\Temp\~x.dat"], "{plan:#}");
    assert!(plan["actions"][0]["precondition"]["fields"]["SHA256"].is_string(), "{plan:#}");
    assert_eq!(plan["refused"][0]["why"]["id"], "refuse-system-program", "{plan:#}");

    // Without a place on the machine there is nothing that a plan could remove.
    let loose = folder.path().join("samples");
    std::fs::create_dir(&loose).unwrap();
    std::fs::write(loose.join("a.bin"), SCRIPT).unwrap();
    let found = checked(&loose, &with);
    let finding = &found["assessments"][0]["findings"][0];
    assert_eq!((&finding["kind"], &finding["action"]), (&"file".into(), &"review".into()), "{found:#}");
}

#[test]
fn nothing_is_learned_from_nothing() {
    let folder = TempDir::new().unwrap();
    let (sample, set) = (folder.path().join("empty.bin"), folder.path().join("set.toml"));
    std::fs::write(&sample, "").unwrap();
    let args =
        ["new".as_ref(), sample.as_os_str(), "--name".as_ref(), "X".as_ref(), "-o".as_ref(), set.as_os_str()];
    let (status, _, stderr) = signature(&args);
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains("nothing by which they could be known again"), "{stderr}");
    assert!(!set.exists());
}
