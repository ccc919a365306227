//! The shipped evidence: an invented office network with `WannaMine`, and one machine without it.
//!
//! Names of classes, properties, filters and consumers, and the queries, are those that public write-ups give for the family; payloads are
//! filler text, commands decode to a description, addresses are private ones and those reserved for documentation. Everything is zipped, so
//! that an antivirus program does not take the text for the malware.

use crate::run;
use crate::wmi::{self, Instance};
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The queries that the filters of `WannaMine` are known for.
const OFTEN: &str = "SELECT * FROM __InstanceModificationEvent WITHIN 5600 WHERE TargetInstance ISA \
                     'Win32_PerfFormattedData_PerfOS_System'";
const AFTER_START: &str = "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA \
                           'Win32_PerfFormattedData_PerfOS_System' AND TargetInstance.SystemUpTime >= 240 AND \
                           TargetInstance.SystemUpTime < 301";

/// Writes the examples, or with `check` fails where they differ.
pub(crate) fn run(check: bool) -> Result<()> {
    let directory = run::root().join("examples").join("wannamine");
    fs::create_dir_all(&directory)?;
    let hosts = [
        ("PC-ACCOUNTING", accounting()),
        ("PC-CLEAN", clean()),
        ("PC-RECEPTION", reception()),
        ("SERVER-FILES", server()),
    ];
    let mut stale = Vec::new();
    for (host, members) in hosts {
        let path = directory.join(format!("{host}_WMI.zip"));
        let bytes = zipped(&members)?;
        if check {
            if fs::read(&path).ok().and_then(|bytes| unzipped(&bytes).ok()) != Some(unzipped(&bytes)?) {
                stale.push(path.display().to_string());
            }
        } else {
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
            println!("wrote {}", path.display());
        }
    }
    if !stale.is_empty() {
        bail!(
            "differs from what the code writes: {}; `cargo xtask examples` writes it anew",
            stale.join(", ")
        );
    }
    Ok(())
}

/// A member of an archive.
pub(crate) struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// An archive whose bytes depend on the members alone.
pub(crate) fn zipped(members: &[Member]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for member in members {
        archive.start_file(member.name, options)?;
        archive.write_all(&member.bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// The names and contents of the members, which do not depend on who compressed them.
fn unzipped(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    (0..archive.len())
        .map(|at| {
            let mut member = archive.by_index(at)?;
            let mut content = Vec::new();
            member.read_to_end(&mut content)?;
            let name = member.name()?.into_owned();
            Ok((name, content))
        })
        .collect()
}

/// The three files of a machine as `wmic` writes them.
pub(crate) fn wmic_files(subscriptions: &[[Instance; 3]]) -> Vec<Member> {
    let column = |at: usize| wmi::utf16(&wmi::wmic_list(subscriptions.iter().map(|parts| &parts[at])));
    vec![
        Member { name: "EventFilter.txt", bytes: column(0) },
        Member { name: "EventConsumer.txt", bytes: column(1) },
        Member { name: "FilterToConsumerBinding.txt", bytes: column(2) },
    ]
}

/// A subscription that starts a command line.
pub(crate) fn subscription(filter: &str, query: &str, consumer: &str, command: &str) -> [Instance; 3] {
    let filter = wmi::filter(filter, query, wmi::USER);
    let consumer = wmi::command_line_consumer(consumer, command, wmi::USER);
    let binding = wmi::binding(&filter, &consumer, wmi::USER);
    [filter, consumer, binding]
}

/// The command line of the family, with a harmless script in it.
pub(crate) fn hidden_command(class: &str) -> String {
    let script = format!(
        "# Synthetic example of the Deminer project. It reads a value and does nothing with it.\r\n\
         $se = @('192.0.2.93:8000', 'update.example.org:8000', 'info.example.org:8000')\r\n\
         $funs = ([WmiClass] 'root\\default:{class}').Properties['funs'].Value\r\n"
    );
    let bytes: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    format!("powershell.exe -NoP -NonI -W Hidden  -E {}", STANDARD.encode(bytes))
}

/// The class that the family keeps its parts in, filled with text that does nothing.
fn class_store(class: &str, credentials: &[&str], exploited: &[&str]) -> Member {
    let filler = |beginning: &str, sentence: &str, length: usize| {
        STANDARD.encode(beginning.bytes().chain(sentence.bytes().cycle()).take(length).collect::<Vec<_>>())
    };
    // Two letters make a payload look like a program to a reader of its beginning; no more of one is there.
    let program = |part: &str, length| {
        filler("MZ", &format!(" Synthetic filler of the Deminer project in place of {part}."), length)
    };
    let script = "function Show-Note { 'Synthetic filler of the Deminer project in place of funs.' }\r\n";
    let properties = [
        ("mimi", program("mimi", 6_000)),
        ("mon", program("mon", 4_500)),
        ("funs", filler("", script, 3_000)),
        ("sc", filler("", "Synthetic filler of the Deminer project in place of sc. ", 1_200)),
        ("ipsu", credentials.join(",")),
        ("i17", exploited.join(",")),
        ("ver", "1.0".to_owned()),
    ];
    Member { name: "ClassStore.mof", bytes: wmi::utf16(&wmi::class_mof(class, &properties)) }
}

/// Both subscriptions, the class store, and the stock subscription untouched.
fn accounting() -> Vec<Member> {
    let command = hidden_command("Win32_Services");
    let mut members = wmic_files(&[
        wmi::stock(),
        subscription("SCM Event8 Log Filter", OFTEN, "SCM Event8 Log Consumer", &command),
        subscription("SCM Event8 Log Filter2", AFTER_START, "SCM Event8 Log Consumer2", &command),
    ]);
    members.push(class_store("Win32_Services", &["10.0.0.12", "10.0.0.20"], &["10.0.0.31", "10.0.0.44"]));
    members
}

/// What the published removal lines leave: the stock subscription is gone, one of the family's and the payload are still there.
fn reception() -> Vec<Member> {
    let command = hidden_command("systemcore_Updater8");
    let mut members =
        wmic_files(&[subscription("DSM Event Log Filter", OFTEN, "DSM Event Log Consumer", &command)]);
    members.push(class_store("systemcore_Updater8", &["10.0.0.11"], &["10.0.0.20"]));
    members
}

/// The stock names with another content, as `Get-WmiObject` lists them.
fn server() -> Vec<Member> {
    let command = hidden_command("Win32_Services");
    let parts = subscription("SCM Event Log Filter", OFTEN, "SCM Event Log Consumer", &command);
    let listed = |instance: &Instance| wmi::utf16(&wmi::get_wmi_object("SERVER-FILES", [instance]));
    vec![
        Member { name: "EventFilter.txt", bytes: listed(&parts[0]) },
        Member { name: "EventConsumer.txt", bytes: listed(&parts[1]) },
        Member { name: "FilterToConsumerBinding.txt", bytes: listed(&parts[2]) },
    ]
}

/// Only what every Windows has.
fn clean() -> Vec<Member> {
    wmic_files(&[wmi::stock()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_the_same_in_every_run() {
        assert_eq!(zipped(&accounting()).unwrap(), zipped(&accounting()).unwrap());
    }

    #[test]
    fn payloads_are_longer_than_any_default_of_a_clean_machine() {
        let store = class_store("C", &[], &[]);
        assert!(store.bytes.len() > 2 * (6_000 + 4_500 + 3_000 + 1_200));
    }

    #[test]
    fn the_shipped_examples_are_those_of_the_code() {
        run(true).unwrap();
    }
}
