//! The little that has to be known of a task's XML besides what evidence says: the command line that it runs first.

use quick_xml::Reader;
use quick_xml::events::Event;

/// The first command line of the task's actions; `None` where it starts no program, or the XML cannot be read.
pub(crate) fn first_command(xml: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let (mut command, mut arguments) = (String::new(), String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => path.push(element.local_name().as_ref().to_owned()),
            Event::End(element) => {
                path.pop();
                if element.local_name().as_ref() == "Exec" && !command.is_empty() {
                    break;
                }
            }
            Event::Text(text) => add(&path, &text, &mut command, &mut arguments),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().ok()? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned(),
                };
                add(&path, &character, &mut command, &mut arguments);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match (command.trim(), arguments.trim()) {
        ("", _) => None,
        (command, "") => Some(command.to_owned()),
        (command, arguments) => Some(format!("{command} {arguments}")),
    }
}

fn add(path: &[String], text: &str, command: &mut String, arguments: &mut String) {
    match path {
        [.., exec, last] if exec == "Exec" && last == "Command" => command.push_str(text),
        [.., exec, last] if exec == "Exec" && last == "Arguments" => arguments.push_str(text),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = r#"<?xml version="1.0"?><Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
        <Settings><Enabled>true</Enabled></Settings>
        <Actions><Exec><Command>"C:\x y\a.exe"</Command><Arguments>-a &amp; &#x62;</Arguments></Exec><Exec><Command>b</Command></Exec></Actions></Task>"#;

    #[test]
    fn the_first_command_is_read_with_its_arguments() {
        assert_eq!(first_command(XML).as_deref(), Some(r#""C:\x y\a.exe" -a & b"#));
        assert_eq!(first_command("<Task><Actions><ComHandler/></Actions></Task>"), None);
        assert_eq!(first_command("<Task"), None);
    }
}
