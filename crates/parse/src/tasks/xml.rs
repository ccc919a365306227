//! The XML of a task as a small tree.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// How deep elements may stand in elements; tasks go six deep.
const DEPTH: usize = 32;
/// Elements of one task.
const ELEMENTS: usize = 20_000;
/// Attributes of one element.
const ATTRIBUTES: usize = 16;

/// An element with its text and its children, and of its attributes the two that tell who runs a task.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Its name without a prefix.
    pub(super) name: String,
    /// What others call it by.
    pub(super) id: Option<String>,
    /// What it calls another by.
    pub(super) context: Option<String>,
    text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    fn of(tag: &BytesStart) -> Self {
        let mut element = Self { name: tag.local_name().as_ref().to_owned(), ..Self::default() };
        for attribute in tag.attributes().take(ATTRIBUTES).flatten() {
            let value = || Some(attribute.value.as_ref().to_owned());
            match attribute.key.as_ref() {
                "id" => element.id = value(),
                "Context" => element.context = value(),
                _ => {}
            }
        }
        element
    }

    /// Whether it has this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(name))
    }

    /// Its text without white space around it, where it has any.
    pub(super) fn text(&self) -> Option<String> {
        Some(self.text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The text of the first child of this name, where it has any.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        self.child(name).and_then(Self::text)
    }

    /// What the elements in it say that hold no others: their text, or their name.
    pub(super) fn leaves(&self) -> Vec<String> {
        let mut leaves = Vec::new();
        // Depth first, and in order.
        let mut open: Vec<&Self> = self.children.iter().rev().collect();
        while let Some(element) = open.pop() {
            if element.children.is_empty() {
                let text = element.text.trim();
                leaves.push(if text.is_empty() { element.name.clone() } else { text.to_owned() });
            }
            open.extend(element.children.iter().rev());
        }
        leaves
    }
}

/// Reads the first element of the text with what is in it. Where the XML is damaged, what came before is read, and the place and the reason
/// are told.
pub(super) fn read(text: &str) -> (Option<Element>, Option<(usize, String)>) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let mut elements = 0;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let damage = match reader.read_event() {
            Ok(Event::Start(_) | Event::Empty(_)) if elements >= ELEMENTS || open.len() >= DEPTH => {
                Some((at, "there are more elements than a task has".to_owned()))
            }
            Ok(Event::Start(tag)) => {
                elements += 1;
                open.push(Element::of(&tag));
                None
            }
            Ok(Event::Empty(tag)) => {
                elements += 1;
                let element = Element::of(&tag);
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return (Some(element), None),
                }
                None
            }
            Ok(Event::End(_)) => {
                if let Some(root) = close(&mut open) {
                    return (Some(root), None);
                }
                None
            }
            Ok(Event::Text(part)) => {
                push(&mut open, &part.xml10_content());
                None
            }
            Ok(Event::CData(part)) => {
                push(&mut open, &part.xml10_content());
                None
            }
            Ok(Event::GeneralRef(reference)) => {
                push(&mut open, &resolve(&reference));
                None
            }
            Ok(Event::Eof) => Some((at, "the task ends early".to_owned())),
            Ok(_) => None,
            Err(error) => Some((usize::try_from(reader.error_position()).unwrap_or(at), error.to_string())),
        };
        if damage.is_some() {
            let mut root = None;
            while !open.is_empty() {
                root = close(&mut open);
            }
            return (root, damage);
        }
    }
}

/// Ends the innermost element; it is the answer where it was the outermost.
fn close(open: &mut Vec<Element>) -> Option<Element> {
    let element = open.pop()?;
    match open.last_mut() {
        Some(parent) => {
            parent.children.push(element);
            None
        }
        None => Some(element),
    }
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// The text that a reference stands for; what is not one of XML's own stays as it is, and is never expanded.
fn resolve(reference: &BytesRef) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name = reference.xml10_content();
    match quick_xml::escape::resolve_predefined_entity(&name) {
        Some(text) => text.to_owned(),
        None => format!("&{name};"),
    }
}
