//! The value `Actions` of a task in the task cache.
//!
//! Layout by G DATA Advanced Analytics, *winreg-tasks* (`kaitai/actions.ksy`, 2022): a version (`u16`); from version 3 on the id of the principal; then
//! actions up to the end, each a mark (`u16`), an id, and what the mark says. Texts are a length in bytes (`u32`) and UTF-16LE.

use evidence::TaskAction;

const EXEC: u16 = 0x6666;
const COM_HANDLER: u16 = 0x7777;
const EMAIL: u16 = 0x8888;
const MESSAGE: u16 = 0x9999;

/// Actions of one task; Windows allows 32.
const MAX_ACTIONS: usize = 64;

/// The principal and the actions. What is behind an unknown or damaged action is left out.
pub(super) fn read(bytes: &[u8]) -> (Option<String>, Vec<TaskAction>) {
    let mut cursor = Cursor(bytes);
    let mut actions = Vec::new();
    let Some(version) = cursor.u16() else { return (None, actions) };
    let principal = if version >= 3 { cursor.text() } else { None };
    while actions.len() < MAX_ACTIONS
        && let Some(action) = cursor.action(version)
    {
        actions.push(action);
    }
    (principal.filter(|principal| !principal.is_empty()), actions)
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.take(4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))?;
        let bytes = self.take(usize::try_from(length).ok()?)?;
        let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        Some(text.collect::<String>().trim_end_matches('\0').to_owned())
    }

    fn action(&mut self, version: u16) -> Option<TaskAction> {
        let mark = self.u16()?;
        self.text()?;
        match mark {
            EXEC => {
                let command = self.text()?;
                let (arguments, working_directory) = (filled(self.text()?), filled(self.text()?));
                if version >= 3 {
                    self.u16()?;
                }
                Some(TaskAction::Exec { command, arguments, working_directory })
            }
            COM_HANDLER => {
                let class_id = guid(self.take(16)?)?;
                Some(TaskAction::ComHandler { class_id, data: filled(self.text()?) })
            }
            EMAIL => {
                // What follows is not needed, and of a length of its own.
                self.0 = &[];
                Some(TaskAction::Other { element: "SendEmail".to_owned() })
            }
            MESSAGE => {
                self.text()?;
                self.text()?;
                Some(TaskAction::Other { element: "ShowMessage".to_owned() })
            }
            _ => None,
        }
    }
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// A GUID as text: three numbers little-endian, then bytes.
fn guid(bytes: &[u8]) -> Option<String> {
    let (first, rest) = bytes.split_first_chunk()?;
    let (second, rest) = rest.split_first_chunk()?;
    let (third, rest) = rest.split_first_chunk()?;
    let last = rest.first_chunk().map(|last| u64::from_be_bytes(*last))?;
    let (first, second) = (u32::from_le_bytes(*first), u16::from_le_bytes(*second));
    let third = u16::from_le_bytes(*third);
    Some(format!(
        "{{{first:08X}-{second:04X}-{third:04X}-{:04X}-{:012X}}}",
        last >> 48,
        last & 0xFFFF_FFFF_FFFF
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Vec<u8> {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = u32::try_from(units.len()).unwrap();
        [length.to_le_bytes().as_slice(), &units].concat()
    }

    fn exec(version: u16, command: &str, arguments: &str) -> Vec<u8> {
        let mut bytes = version.to_le_bytes().to_vec();
        if version >= 3 {
            bytes.extend(text("Author"));
        }
        bytes.extend(EXEC.to_le_bytes());
        for part in ["", command, arguments, ""] {
            bytes.extend(text(part));
        }
        if version >= 3 {
            bytes.extend([0, 0]);
        }
        bytes
    }

    #[test]
    fn programs_and_com_handlers_of_both_versions() {
        for version in [2, 3] {
            let mut bytes = exec(version, "cmd.exe", "/c x");
            bytes.extend(COM_HANDLER.to_le_bytes());
            bytes.extend(text(""));
            bytes.extend([0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 8, 9, 10, 11, 12, 13, 14, 15]);
            bytes.extend(text("data"));
            let (principal, actions) = read(&bytes);
            assert_eq!(principal.as_deref(), (version == 3).then_some("Author"));
            let exec = TaskAction::Exec {
                command: "cmd.exe".into(),
                arguments: Some("/c x".into()),
                working_directory: None,
            };
            let handler = TaskAction::ComHandler {
                class_id: "{00112233-4455-6677-0809-0A0B0C0D0E0F}".into(),
                data: Some("data".into()),
            };
            assert_eq!(actions, [exec, handler]);
        }
    }

    #[test]
    fn what_is_unknown_ends_the_actions() {
        let mut bytes = exec(3, "a.exe", "");
        bytes.extend([0x55, 0x55, 1, 2, 3]);
        assert_eq!(read(&bytes).1.len(), 1);
        assert_eq!(read(&bytes[..20]).1, []);
        assert_eq!(read(&[]), (None, Vec::new()));
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }
}
