//! The XML of a task in the form in which two readings of one are compared.

use quick_xml::Reader;
use quick_xml::events::Event;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The SHA-256 of [`without_enabled`], in lower-case hex.
pub fn definition_sha256(xml: &str) -> String {
    Sha256::digest(without_enabled(xml)).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The XML without the setting that says whether the task is enabled, which the scheduler writes into it, and without white space between
/// elements. Triggers have such an element, too, and keep it. What cannot be read stays as it is.
pub fn without_enabled(xml: &str) -> String {
    plain(xml).unwrap_or_else(|| xml.to_owned())
}

fn plain(xml: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    let is_setting = |path: &[String]| matches!(path, [_, settings, enabled, ..] if settings == "Settings" && enabled == "Enabled");
    loop {
        let from = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        let text = xml.get(from..usize::try_from(reader.buffer_position()).ok()?)?.trim();
        let was_setting = is_setting(&path);
        let mut ends_settings = false;
        match event {
            Event::Start(element) => path.push(element.local_name().as_ref().to_owned()),
            Event::End(_) => {
                ends_settings = matches!(path.as_slice(), [_, settings] if settings == "Settings");
                path.pop();
            }
            // Settings with nothing in them are none.
            Event::Empty(element)
                if path.len() == 1 && element.local_name().as_ref() == "Settings"
                    || path.len() == 2
                        && is_setting(
                            &[path.clone(), vec![element.local_name().as_ref().to_owned()]].concat(),
                        ) =>
            {
                continue;
            }
            Event::Eof => break,
            _ => {}
        }
        if text.is_empty() || was_setting || is_setting(&path) {
            continue;
        }
        if ends_settings && parts.last().is_some_and(|last| last.starts_with("<Settings")) {
            parts.pop();
            continue;
        }
        parts.push(text.to_owned());
    }
    // A text that ends in the middle is none that could be compared.
    path.is_empty().then(|| parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = r#"<?xml version="1.0"?><Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
        <Settings><Enabled>true</Enabled></Settings>
        <Actions><Exec><Command>"C:\x y\a.exe"</Command><Arguments>-a &amp; &#x62;</Arguments></Exec><Exec><Command>b</Command></Exec></Actions></Task>"#;

    #[test]
    fn being_enabled_makes_no_other_task() {
        let disabled = XML.replace("<Enabled>true</Enabled>", "<Enabled>false</Enabled>");
        assert_eq!(without_enabled(XML), without_enabled(&disabled));
        assert_ne!(without_enabled(XML), without_enabled(&XML.replace("-a", "-b")));
        let never = XML.replace("<Settings><Enabled>true</Enabled></Settings>", "");
        assert_eq!(without_enabled(XML), without_enabled(&never), "the scheduler adds the settings");
        assert_eq!(without_enabled(XML), without_enabled(&XML.replace("<Enabled>true</Enabled>", "\n")));
        assert_eq!(without_enabled("<Task"), "<Task");
    }

    #[test]
    fn a_trigger_that_is_switched_off_makes_another_task() {
        let with = |state: &str| {
            format!("<Task><Triggers><BootTrigger><Enabled>{state}</Enabled></BootTrigger></Triggers></Task>")
        };
        assert_ne!(without_enabled(&with("true")), without_enabled(&with("false")));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = definition_sha256(&text);
            let _ = definition_sha256(&format!("<Task><Settings>{text}</Settings></Task>"));
        }
    }
}
