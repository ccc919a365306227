//! The value `Actions` of a task in the task cache.
//!
//! Layout by G DATA Advanced Analytics, *winreg-tasks* (`kaitai/actions.ksy`, 2022): a version (`u16`); from version 3 on the id of the principal; then
//! actions up to the end, each a mark (`u16`), an id, and what the mark says. Texts are a length in bytes (`u32`) and UTF-16LE.

use evidence::{TaskAction, TaskEmail};

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

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.u32()?;
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
                let mut email = TaskEmail::default();
                // Of a damaged one that is told which stands before the damage, and nothing behind it.
                if self.email(&mut email).is_none() {
                    self.0 = &[];
                }
                Some(TaskAction::SendEmail(Box::new(email)))
            }
            MESSAGE => {
                Some(TaskAction::ShowMessage { title: filled(self.text()?), body: filled(self.text()?) })
            }
            _ => None,
        }
    }

    /// A mail: its texts, then files and headers with their count in front.
    fn email(&mut self, email: &mut TaskEmail) -> Option<()> {
        let TaskEmail { server, from, to, cc, bcc, reply_to, subject, body, attachments, headers } = email;
        for text in [from, to, cc, bcc, reply_to, server, subject, body] {
            *text = filled(self.text()?);
        }
        // Each takes bytes of what is left, so that no count costs more than the value is long.
        for at in 0..self.u32()? {
            let file = self.text()?;
            if (at as usize) < TaskEmail::MAX_PARTS {
                attachments.push(file);
            }
        }
        for at in 0..self.u32()? {
            let header = (self.text()?, self.text()?);
            if (at as usize) < TaskEmail::MAX_PARTS {
                headers.push(header);
            }
        }
        Some(())
    }
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// A GUID as text: three numbers little-endian, then bytes.
pub(crate) fn guid(bytes: &[u8]) -> Option<String> {
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

    /// A mail with these files and a header, as winreg-tasks lays it out.
    fn mail(files: &[&str]) -> Vec<u8> {
        let mut bytes = EMAIL.to_le_bytes().to_vec();
        let texts = ["", "PC1@example.org", "a@example.org", "", "", "", "mail.example.org", "report", "see"];
        for part in texts {
            bytes.extend(text(part));
        }
        bytes.extend(u32::try_from(files.len()).unwrap().to_le_bytes());
        for file in files {
            bytes.extend(text(file));
        }
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend([text("X-Mailer"), text("none")].concat());
        bytes
    }

    #[test]
    fn mails_and_messages_with_what_they_say() {
        let mut bytes = exec(3, "a.exe", "");
        bytes.extend(mail(&[r"C:\x.doc", r"C:\y.txt"]));
        bytes.extend(MESSAGE.to_le_bytes());
        bytes.extend([text(""), text("title"), text("body")].concat());
        let (_, actions) = read(&bytes);
        let email = TaskEmail {
            server: Some("mail.example.org".into()),
            from: Some("PC1@example.org".into()),
            to: Some("a@example.org".into()),
            subject: Some("report".into()),
            body: Some("see".into()),
            attachments: vec![r"C:\x.doc".into(), r"C:\y.txt".into()],
            headers: vec![("X-Mailer".into(), "none".into())],
            ..TaskEmail::default()
        };
        let message = TaskAction::ShowMessage { title: Some("title".into()), body: Some("body".into()) };
        assert_eq!(actions[1..], [TaskAction::SendEmail(Box::new(email)), message]);
    }

    #[test]
    fn of_a_damaged_mail_that_is_told_which_can_be_read() {
        let bytes = [vec![2, 0], mail(&[r"C:\x.doc"])].concat();
        for end in 2..bytes.len() {
            assert!(read(&bytes[..end]).1.len() <= 1, "{end}");
        }
        let (_, actions) = read(&bytes[..bytes.len() - 40]);
        let [TaskAction::SendEmail(email)] = &actions[..] else { panic!("{actions:?}") };
        assert_eq!(email.server.as_deref(), Some("mail.example.org"));
        // A count of files that are not there.
        let at = bytes.len() - (4 + 2 * 8 + 4 + 2 * 4) - 4 - (4 + 2 * 8) - 4;
        let mut bytes = bytes;
        assert_eq!(bytes[at..at + 4], [1, 0, 0, 0]);
        bytes[at..at + 4].fill(0xFF);
        let [TaskAction::SendEmail(email)] = &read(&bytes).1[..] else { panic!() };
        assert!(email.attachments.len() <= TaskEmail::MAX_PARTS);
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
