//! Everything that a task does, as its XML says it and as evidence does.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value as Json;

/// What one action is, a line each: the command with its arguments, the class that is called, or the name of the element.
#[derive(Default)]
struct Line {
    element: String,
    words: [String; 2],
}

impl Line {
    fn text(&self) -> String {
        let words = self.words.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
        let text = words.collect::<Vec<_>>().join(" ");
        if text.is_empty() { self.element.clone() } else { text }
    }
}

/// All actions of a task, in order; `None` where the XML cannot be read or has none.
pub(crate) fn all(xml: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    let begins = |path: &[String]| matches!(path, [task, actions] if task == "Task" && actions == "Actions");
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_owned();
                if begins(&path) {
                    lines.push(Line { element: name.clone(), ..Line::default() });
                }
                path.push(name);
            }
            Event::Empty(element) if begins(&path) => {
                lines.push(Line { element: element.local_name().as_ref().to_owned(), ..Line::default() });
            }
            Event::End(_) => drop(path.pop()),
            Event::Text(text) => add(&path, &text, &mut lines),
            Event::CData(text) => add(&path, &text, &mut lines),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().ok()? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned(),
                };
                add(&path, &character, &mut lines);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    joined(lines.iter().map(Line::text))
}

fn add(path: &[String], text: &str, lines: &mut [Line]) {
    let [_, _, _, part] = path else { return };
    let Some(line) = lines.last_mut() else { return };
    let [first, second] = &mut line.words;
    match (line.element.as_str(), part.as_str()) {
        ("Exec", "Command") | ("ComHandler", "ClassId") => first.push_str(text),
        ("Exec", "Arguments") => second.push_str(text),
        _ => {}
    }
}

/// The same of the actions that evidence has; `None` where one of them is not understood.
pub(crate) fn of_evidence(actions: &[Json]) -> Option<String> {
    let text = |action: &Json, name: &str| action.get(name).and_then(Json::as_str).map(str::to_owned);
    let lines = actions.iter().map(|action| {
        let line = match action.get("kind")?.as_str()? {
            "exec" => Line {
                element: "Exec".to_owned(),
                words: [text(action, "command")?, text(action, "arguments").unwrap_or_default()],
            },
            "com-handler" => {
                Line { element: "ComHandler".to_owned(), words: [text(action, "class_id")?, String::new()] }
            }
            "other" => Line { element: text(action, "element")?, ..Line::default() },
            _ => return None,
        };
        Some(line.text())
    });
    joined(lines.collect::<Option<Vec<_>>>()?.into_iter())
}

fn joined(lines: impl Iterator<Item = String>) -> Option<String> {
    let text = lines.collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_action_is_read_from_the_xml_and_from_evidence_alike() {
        let xml = r#"<?xml version="1.0"?><Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions>
            <Exec><Command>a.exe</Command><Arguments>-x &amp; y</Arguments></Exec><ComHandler><ClassId>{1}</ClassId><Data>z</Data></ComHandler>
            <Exec><Command>b</Command></Exec><ShowMessage/></Actions></Task>"#;
        let evidence = [
            json!({"kind": "exec", "command": "a.exe", "arguments": "-x & y", "working_directory": null}),
            json!({"kind": "com-handler", "class_id": "{1}", "data": "z"}),
            json!({"kind": "exec", "command": "b", "arguments": null}),
            json!({"kind": "other", "element": "ShowMessage"}),
        ];
        assert_eq!(all(xml).as_deref(), Some("a.exe -x & y\n{1}\nb\nShowMessage"));
        assert_eq!(all(xml), of_evidence(&evidence));
        assert_eq!(of_evidence(&[json!({"kind": "new"})]), None);
        assert_eq!((all("<Task"), all("<Task><Actions/></Task>"), of_evidence(&[])), (None, None, None));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = all(&text);
            let _ = all(&format!("<Task><Actions><Exec><Command>{text}</Command></Exec></Actions></Task>"));
        }
    }
}
