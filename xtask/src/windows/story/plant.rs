//! What is planted: an infection that harms nobody, and normal software beside it.

use super::super::wine::Prefix;
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The look-alike miner: a name of Windows in a folder that any program can write.
pub(super) const MINER: &str = r"C:\ProgramData\WindowsCache\svchost.exe";
/// Normal software that runs and starts with Windows.
pub(super) const AGENT: &str = r"C:\Program Files\Backup\agent.exe";

/// The file of the task that starts the miner, and of one that starts the normal software.
pub(super) const BAD_TASK: &str = r"C:\windows\system32\tasks\WindowsCache";
const GOOD_TASK: &str = r"C:\windows\system32\tasks\Nightly Backup";

/// The hosts file.
pub(super) const HOSTS: &str = r"C:\windows\system32\drivers\etc\hosts";
/// Lines of the hosts file that are an administrator's own.
const GOOD_HOSTS: &str = "127.0.0.1 localhost\r\n192.0.2.20 printer.office.example # second floor\r\n";
/// A line that shuts out a maker of antivirus programs.
const BAD_HOSTS: &str = "0.0.0.0 update.sophos.com\r\n";

/// The words behind the name of the miner.
pub(super) fn options(port: u16) -> Vec<String> {
    let pool = format!("stratum+tcp://127.0.0.1:{port}");
    ["-o", &pool, "-u", "look-alike", "-p", "x", "-k", "--donate-level", "1"].map(str::to_owned).to_vec()
}

/// Plants both into a Windows that was just made, and starts that Windows anew, so that it knows its services.
pub(super) fn plant(prefix: &Prefix, look_alike: &Path, port: u16) -> Result<()> {
    for path in [MINER, AGENT] {
        let file = prefix.here(path);
        fs::create_dir_all(file.parent().context("a file has a folder")?)?;
        fs::copy(look_alike, file)?;
    }
    let options = options(port).join(" ");
    write(prefix, BAD_TASK, &task(MINER, &options))?;
    write(prefix, GOOD_TASK, &task(AGENT, "--nightly"))?;
    fs::write(prefix.here(HOSTS), format!("{GOOD_HOSTS}{BAD_HOSTS}"))?;

    let file = prefix.root().join("planted.reg");
    fs::write(&file, utf16(&registry(&format!("{MINER} {options}"))))?;
    prefix.quiet(&["reg", "import", &super::super::wine::windows_path(&file)])?;
    fs::remove_file(file)?;
    prefix.shut_down();
    Ok(())
}

fn registry(command: &str) -> String {
    let mut text = "Windows Registry Editor Version 5.00\r\n".to_owned();
    let mut key = |key: &str, values: &[(&str, &str)]| {
        let _ = write!(text, "\r\n[HKEY_LOCAL_MACHINE\\{key}]\r\n");
        for (name, data) in values {
            let _ = write!(text, "\"{name}\"={data}\r\n");
        }
    };
    let string = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let agent = string(&format!("\"{AGENT}\" --service"));
    let bad = string(command);
    key(
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run",
        &[("WindowsCache", bad.as_str()), ("Backup", &string(&format!("\"{AGENT}\" --tray")))],
    );
    // Started by hand only: nothing runs that the test did not start.
    let service = |command: &str, name: &str| {
        [
            ("Type", "dword:00000010".to_owned()),
            ("Start", "dword:00000003".to_owned()),
            ("ErrorControl", "dword:00000000".to_owned()),
            ("ObjectName", string("LocalSystem")),
            ("DisplayName", string(name)),
            ("ImagePath", command.to_owned()),
            // Wine's service manager writes this one with every change.
            ("PreshutdownTimeout", "dword:00000000".to_owned()),
        ]
    };
    for (name, command) in [("WindowsCache", &bad), ("BackupAgent", &agent)] {
        let values = service(command, name);
        let values: Vec<_> = values.iter().map(|(name, data)| (*name, data.as_str())).collect();
        key(&format!(r"SYSTEM\CurrentControlSet\Services\{name}"), &values);
    }
    key(
        r"SYSTEM\CurrentControlSet\Services\PortProxy\v4tov4\tcp",
        // The first is what a family opens as the sign of its presence, the second somebody's own.
        &[("0.0.0.0/65529", "\"1.1.1.1/53\""), ("127.0.0.1/8080", "\"192.0.2.30/80\"")],
    );
    text
}

/// A task as Windows stores it.
fn task(command: &str, arguments: &str) -> Vec<u8> {
    utf16(&format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><CalendarTrigger><StartBoundary>2020-01-01T03:00:00</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>
  <Settings><Enabled>true</Enabled></Settings>
  <Actions><Exec><Command>"{command}"</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"#
    ))
}

fn utf16(text: &str) -> Vec<u8> {
    "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn write(prefix: &Prefix, path: &str, bytes: &[u8]) -> Result<()> {
    let file = prefix.here(path);
    fs::create_dir_all(file.parent().context("a file has a folder")?)?;
    fs::write(file, bytes)?;
    Ok(())
}
