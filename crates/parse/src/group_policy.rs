//! Scripts of group policy, from the files in which a policy keeps them: `scripts.ini` and `psscripts.ini` below `System32\GroupPolicy`, and on a
//! domain controller below `SYSVOL` ([MS-GPSCR] 2.2.2 and 2.2.3).
//!
//! A section for each occasion, in it a command and its parameters for each number: `0CmdLine=run.bat`, `0Parameters=/x`. A script without a folder
//! lies in the folder of its occasion beside the file. What the registry keeps of the same scripts is written when the policy is applied.

use crate::file_name::has_extension;
use crate::text::Text;
use crate::{Parsed, Problem, place, version};
use evidence::{Area, AutostartEntry, AutostartKind, Level, Location, MessageSpec, ReadState, RecordData};
use std::collections::BTreeMap;

/// Only the first scripts of a very long file were read.
const CUT: MessageSpec = MessageSpec::new("note-policy-scripts-cut", &["limit"]);

/// What this module can say.
pub const NOTES: &[MessageSpec] = &[CUT];

/// Scripts of one file that become records.
const MAX_SCRIPTS: usize = 2_000;
/// The sections with scripts, by the occasion on which they run, and one with settings.
const OCCASIONS: [&str; 4] = ["Startup", "Shutdown", "Logon", "Logoff"];
const CONFIG: &str = "ScriptsConfig";
/// What a script is that has no folder; other commands without one are looked for by Windows.
const SCRIPTS: [&str; 8] = ["bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf"];

/// Whether a text begins with one of the sections and lists a command.
pub(crate) fn recognise(head: &str) -> bool {
    let lines = || head.lines().map(str::trim).filter(|line| !line.is_empty());
    let begins = lines().next().and_then(section);
    begins.is_some_and(|name| {
        OCCASIONS.iter().any(|known| known.eq_ignore_ascii_case(name)) || name.eq_ignore_ascii_case(CONFIG)
    }) && lines().any(|line| key(line).is_some_and(|(_, what, _)| what.eq_ignore_ascii_case("CmdLine")))
}

/// Reads the scripts. `place` is the path of the file in its bundle.
pub fn parse(text: &Text<'_>, place: &str) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let path = place::on_machine(place).unwrap_or_else(|| place.replace('/', "\\"));
    let mut scripts: BTreeMap<(usize, u32), Script> = BTreeMap::new();
    let mut occasion = None;
    for (at, line) in version::lines(text.as_str()) {
        let line = line.trim();
        if let Some(name) = section(line) {
            occasion = OCCASIONS.iter().position(|known| known.eq_ignore_ascii_case(name));
        } else if let (Some(occasion), Some((number, what, value))) = (occasion, key(line)) {
            if scripts.len() >= MAX_SCRIPTS && !scripts.contains_key(&(occasion, number)) {
                let offset = Some(text.offset(at));
                let message = CUT.with([MAX_SCRIPTS.into()]);
                parsed.problems.push(Problem { level: Level::Warning, offset, message });
                break;
            }
            let script = scripts.entry((occasion, number)).or_default();
            // Of a key that is there twice, Windows takes the first.
            if what.eq_ignore_ascii_case("CmdLine") && script.command.is_none() {
                (script.command, script.at) = (Some(value), at);
            } else if what.eq_ignore_ascii_case("Parameters") && script.parameters.is_none() {
                script.parameters = Some(value);
            }
        }
    }
    for ((occasion, number), script) in scripts {
        let Some(command) = script.command.filter(|command| !command.is_empty()) else { continue };
        let occasion = OCCASIONS.get(occasion).copied().unwrap_or_default();
        let parameters = script.parameters.unwrap_or_default();
        let entry = AutostartEntry {
            kind: Some(AutostartKind::Other),
            category: "Logon".to_owned(),
            location: path.clone(),
            name: format!("{occasion} {number}"),
            enabled: Some(true),
            profile: user_of(&path),
            image_path: beside(&path, occasion, command),
            launch_string: Some(format!("{command} {parameters}").trim_end().to_owned()),
            ..AutostartEntry::default()
        };
        let location = Location::Offset(text.offset(script.at));
        parsed.records.push((location, RecordData::Autostart(entry)));
    }
    parsed.coverage.add(Area::Autostarts, ReadState::Partial);
    parsed
}

/// A script while its lines are gathered.
#[derive(Debug, Default)]
struct Script<'t> {
    at: usize,
    command: Option<&'t str>,
    parameters: Option<&'t str>,
}

/// The name of the section that a line begins.
fn section(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']').map(str::trim)
}

/// The number of a script, what the line says of it, and its value.
fn key(line: &str) -> Option<(u32, &str, &str)> {
    let (key, value) = line.split_once('=')?;
    let what = key.trim().trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = key.trim().strip_suffix(what)?;
    Some((digits.parse().ok()?, what, value.trim()))
}

/// Where a script lies that is named without a folder: `Scripts\Startup` beside `Scripts\scripts.ini`.
fn beside(file: &str, occasion: &str, command: &str) -> Option<String> {
    let name = command.trim_matches('"');
    let is_script = SCRIPTS.iter().any(|extension| has_extension(name, extension));
    let is_alone = !name.contains(['\\', '/', ':', '%']);
    let folder = file.rsplit_once('\\')?.0;
    (is_script && is_alone).then(|| format!(r"{folder}\{occasion}\{name}"))
}

/// The user whose policy it is, where it is one's alone: the folder below `GroupPolicyUsers` is called by the SID.
fn user_of(path: &str) -> Option<String> {
    let mut parts = path.split('\\');
    parts.find(|part| part.eq_ignore_ascii_case("GroupPolicyUsers"))?;
    parts.next().filter(|part| part.to_ascii_uppercase().starts_with("S-1-")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use proptest::prelude::*;

    const PLACE: &str = "C/Windows/System32/GroupPolicy/Machine/Scripts/scripts.ini";
    const INI: &str = "\u{feff}\r\n[Startup]\r\n0CmdLine=run.bat\r\n0Parameters=/a /b\r\n1CmdLine=C:\\Tools\\x.exe\r\n1Parameters=\r\n\
        [Shutdown]\r\n0Parameters=\r\n0cmdline=powershell\r\n0CmdLine=second.bat\r\n[Other]\r\n0CmdLine=no.bat\r\n";

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn read(text: &str, place: &str) -> Vec<AutostartEntry> {
        let bytes = utf16(text);
        let parsed = parse(&Text::decode(&bytes), place);
        assert_eq!(parsed.problems, []);
        let entries = parsed.records.into_iter().map(|(at, data)| match data {
            RecordData::Autostart(entry) => {
                let Location::Offset(at) = at else { panic!("{at:?}") };
                let line = String::from_utf8_lossy(&bytes[usize::try_from(at).unwrap()..]).replace('\0', "");
                assert!(line.to_lowercase().contains("cmdline="), "{line}");
                entry
            }
            other => panic!("{other:?}"),
        });
        entries.collect()
    }

    #[test]
    fn scripts_of_a_policy() {
        assert_eq!(Format::recognise(&utf16(INI), "scripts.ini"), Format::PolicyScripts);
        let entries = read(INI, PLACE);
        let folder = r"C:\Windows\System32\GroupPolicy\Machine\Scripts";
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.launch_string.as_deref(), entry.image_path.as_deref()))
            .collect();
        let beside = format!(r"{folder}\Startup\run.bat");
        assert_eq!(
            told,
            [
                ("Startup 0", Some("run.bat /a /b"), Some(beside.as_str())),
                ("Startup 1", Some(r"C:\Tools\x.exe"), None),
                ("Shutdown 0", Some("powershell"), None),
            ]
        );
        assert_eq!(entries[0].location, format!(r"{folder}\scripts.ini"));
        assert_eq!((entries[0].enabled, entries[0].profile.as_deref()), (Some(true), None));
        let own = "C/Windows/System32/GroupPolicyUsers/S-1-5-21-1-2-3-1001/User/Scripts/psscripts.ini";
        let user = read("[ScriptsConfig]\r\nStartExecutePSFirst=true\r\n[Logon]\r\n0CmdLine=x.ps1\r\n", own);
        assert_eq!(user[0].profile.as_deref(), Some("S-1-5-21-1-2-3-1001"));
        assert!(user[0].image_path.as_deref().unwrap().ends_with(r"\Scripts\Logon\x.ps1"));
    }

    #[test]
    fn other_files_of_settings_are_none() {
        for text in
            ["[Startup]\r\nDelay=5\r\n", "[General]\r\n0CmdLine=x\r\n", "0CmdLine=x.bat\r\n", "[Startup]\r\n"]
        {
            assert_eq!(Format::recognise(&utf16(text), "scripts.ini"), Format::UnknownText, "{text}");
        }
    }

    #[test]
    fn more_scripts_than_a_policy_has_are_told() {
        let lines = (0..=MAX_SCRIPTS).map(|number| format!("{number}CmdLine=x{number}.bat\r\n"));
        let text = "[Logon]\r\n".to_owned() + &lines.collect::<Vec<_>>().concat();
        let parsed = parse(&Text::decode(text.as_bytes()), PLACE);
        assert_eq!(parsed.records.len(), MAX_SCRIPTS);
        assert_eq!(parsed.problems[0].message.id, CUT.id);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text: String, place: String) {
            let _ = recognise(&text);
            let _ = parse(&Text::decode(text.as_bytes()), &place);
        }

        #[test]
        fn any_line_is_read(lines in proptest::collection::vec("\\[?(Startup|Logon)?\\]?[0-9]{0,12}(CmdLine|Parameters)?=?.{0,5}", 0..20)) {
            let _ = parse(&Text::decode(lines.join("\n").as_bytes()), PLACE);
        }
    }
}
