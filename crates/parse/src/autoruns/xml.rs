//! The XML export of `autorunsc -x`: `<autoruns>` holds an `<item>` for each entry, which holds an element for each column.

use super::columns::Column;
use super::entry::Listing;
use super::{BAD_XML, finish, problem};
use crate::Parsed;
use crate::text::Text;
use evidence::Level;
use quick_xml::events::{BytesRef, Event};
use quick_xml::reader::Reader;

/// Reads an XML export. What comes before a place that is not well-formed is kept.
pub fn parse(text: &Text) -> Parsed {
    let mut problems = text.problems();
    let mut reader = Reader::from_str(text.as_str());
    reader.config_mut().allow_dangling_amp = true;
    let mut listing = Listing::default();
    let mut item: Option<Item> = None;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        match reader.read_event() {
            Ok(Event::Start(tag)) if tag.local_name().as_ref() == "item" => {
                // An item that was not closed ends where the next begins.
                if !flush(&mut listing, item.replace(Item::at(text.offset(at)))) {
                    break;
                }
            }
            Ok(Event::Start(tag)) => {
                if let Some(item) = &mut item {
                    item.fields.push((Column::of(tag.local_name().as_ref()), String::new()));
                    item.open = true;
                }
            }
            Ok(Event::End(tag)) if tag.local_name().as_ref() == "item" => {
                if !flush(&mut listing, item.take()) {
                    break;
                }
            }
            Ok(Event::End(_)) => item.iter_mut().for_each(|item| item.open = false),
            Ok(Event::Text(part)) => push(&mut item, &part.xml10_content()),
            Ok(Event::CData(part)) => push(&mut item, &part.xml10_content()),
            Ok(Event::GeneralRef(reference)) => push(&mut item, &resolve(&reference)),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let message = BAD_XML.with([error.to_string().into()]);
                let offset = usize::try_from(reader.error_position()).unwrap_or(at);
                problems.push(problem(Level::Error, Some(text.offset(offset)), message));
                break;
            }
        }
    }
    flush(&mut listing, item);
    finish(listing, problems)
}

/// One entry while it is read.
struct Item {
    offset: u64,
    fields: Vec<(Column, String)>,
    open: bool,
}

impl Item {
    fn at(offset: u64) -> Self {
        Self { offset, fields: Vec::new(), open: false }
    }
}

fn flush(listing: &mut Listing, item: Option<Item>) -> bool {
    item.is_none_or(|item| {
        listing
            .add(item.offset, item.fields.into_iter().map(|(column, text)| (column, text.trim().to_owned())))
    })
}

fn push(item: &mut Option<Item>, text: &str) {
    if let Some(item) = item.as_mut().filter(|item| item.open)
        && let Some((_, field)) = item.fields.last_mut()
    {
        field.push_str(text);
    }
}

/// The text that a reference stands for; what is not one of XML's own stays as it is.
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
