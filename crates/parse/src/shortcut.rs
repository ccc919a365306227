//! Shortcuts (`.lnk`): the command that they start.
//!
//! Format: \[MS-SHLLINK\] *Shell Link Binary File Format*. A header of 0x4C bytes with its class id and flags, a list of item ids, where the
//! file lies (`LinkInfo`, 2.3), then texts (2.4): name, relative path, working folder, arguments, icon.

/// The size of the header and the class id of shortcuts, with which every one begins.
const HEAD: [u8; 20] = [0x4C, 0, 0, 0, 0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

const HAS_ITEMS: u32 = 0x01;
const HAS_LINK_INFO: u32 = 0x02;
const HAS_NAME: u32 = 0x04;
const HAS_RELATIVE_PATH: u32 = 0x08;
const HAS_WORKING_FOLDER: u32 = 0x10;
const HAS_ARGUMENTS: u32 = 0x20;
const IS_UNICODE: u32 = 0x80;

/// The program that a shortcut starts, with its arguments; `None` where the bytes are no shortcut or name no file.
pub(crate) fn command(bytes: &[u8]) -> Option<String> {
    if !bytes.starts_with(&HEAD) {
        return None;
    }
    let flags = u32_at(bytes, 20)?;
    let has = |flag: u32| flags & flag != 0;
    let mut at = 0x4C;
    if has(HAS_ITEMS) {
        at += 2 + usize::from(u16_at(bytes, at)?);
    }
    let mut program = None;
    if has(HAS_LINK_INFO) {
        let info = bytes.get(at..)?;
        let size = usize::try_from(u32_at(info, 0)?).ok()?;
        program = local_path(info.get(..size)?);
        at = at.checked_add(size)?;
    }
    let mut arguments = None;
    for flag in [HAS_NAME, HAS_RELATIVE_PATH, HAS_WORKING_FOLDER, HAS_ARGUMENTS] {
        if !has(flag) {
            continue;
        }
        let (text, next) = text(bytes, at, has(IS_UNICODE))?;
        at = next;
        match flag {
            HAS_RELATIVE_PATH => program = program.or(Some(text)),
            HAS_ARGUMENTS => arguments = Some(text),
            _ => {}
        }
    }
    let program = program?;
    Some(match arguments {
        Some(arguments) if !arguments.is_empty() => format!("\"{program}\" {arguments}"),
        _ => program,
    })
}

/// The path on a drive of the machine: `LocalBasePath`, where flag 1 says that it is there.
fn local_path(info: &[u8]) -> Option<String> {
    if u32_at(info, 8)? & 1 == 0 {
        return None;
    }
    let start = usize::try_from(u32_at(info, 16)?).ok()?;
    let text = info.get(start..)?.split(|byte| *byte == 0).next()?;
    Some(encoding_rs::WINDOWS_1252.decode(text).0.into_owned()).filter(|path| !path.is_empty())
}

/// A text with its length in characters before it, and where it ends.
fn text(bytes: &[u8], at: usize, wide: bool) -> Option<(String, usize)> {
    let count = usize::from(u16_at(bytes, at)?);
    let start = at + 2;
    let end = start + if wide { count * 2 } else { count };
    let data = bytes.get(start..end)?;
    let encoding = if wide { encoding_rs::UTF_16LE } else { encoding_rs::WINDOWS_1252 };
    Some((encoding.decode_without_bom_handling(data).0.into_owned(), end))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shortcut() -> Vec<u8> {
        let flags = HAS_ITEMS | HAS_LINK_INFO | HAS_NAME | HAS_ARGUMENTS | IS_UNICODE;
        let mut bytes = HEAD.to_vec();
        bytes.extend(flags.to_le_bytes());
        bytes.resize(0x4C, 0);
        bytes.extend([4, 0, 0xAA, 0xAA, 0, 0]);
        let path = b"C:\\Windows\\System32\\cmd.exe\0";
        let mut info = vec![0; 28];
        info[8] = 1;
        info[16] = 28;
        info.extend(path);
        let size = u32::try_from(info.len()).unwrap();
        info[..4].copy_from_slice(&size.to_le_bytes());
        bytes.extend(info);
        for text in ["name", "/c run.bat"] {
            bytes.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
            bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        }
        bytes
    }

    #[test]
    fn the_command_of_a_shortcut() {
        assert_eq!(command(&shortcut()).as_deref(), Some(r#""C:\Windows\System32\cmd.exe" /c run.bat"#));
        assert_eq!(command(b"MZ"), None);
    }

    proptest! {
        #[test]
        fn damage_does_no_harm(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
            let mut bytes = shortcut();
            let place = at.index(bytes.len());
            bytes[place] = byte;
            bytes.truncate(cut.index(bytes.len() + 1));
            let _ = command(&bytes);
        }
    }
}
