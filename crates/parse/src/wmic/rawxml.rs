//! `wmic … get /format:rawxml`: the XML from which `wmic` makes all its other formats.
//!
//! Elements by the DMTF's "Representation of CIM in XML" (DSP0201), within `COMMAND` and `RESULTS` of `wmic`'s own. The
//! only entities that are resolved are the five of XML and character references; any other stays as it is written.

use super::area::area_of;
use super::layout::{Kind, LAYOUTS};
use super::notes::{NO_RECORDS, XML_DAMAGED, XML_TOO_DEEP};
use super::value;
use crate::text::Text;
use crate::{Parsed, Problem};
use evidence::wmi::{ClassSource, canonical_namespace, schema};
use evidence::{
    Level, Location, ObjectPath, Property, PropertyName, ReadState, RecordData, State, Value, WmiObject,
};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Deeper nesting than a reference in an object in an answer needs.
const DEEPEST: usize = 64;

/// Reads raw XML. What comes before a place that is not well-formed is kept.
pub fn parse_rawxml(text: &Text<'_>) -> Parsed {
    let mut parsed = Parsed { problems: text.problems(), ..Parsed::default() };
    let mut reader = Reader::from_str(text.as_str());
    reader.config_mut().allow_dangling_amp = true;
    let mut document = Document::default();
    let mut depth = 0_usize;
    let damage = loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                depth += 1;
                if depth > DEEPEST {
                    break Some((at, XML_TOO_DEEP.with([DEEPEST.into()])));
                }
                document.open(&tag, at);
            }
            Ok(Event::Empty(tag)) => {
                document.open(&tag, at);
                document.close(tag.name().as_ref());
            }
            Ok(Event::End(tag)) => {
                depth = depth.saturating_sub(1);
                document.close(tag.name().as_ref());
            }
            Ok(Event::Text(part)) => document.text(&part.xml10_content()),
            Ok(Event::CData(part)) => document.text(&part.xml10_content()),
            Ok(Event::GeneralRef(reference)) => document.text(&resolve(&reference)),
            Ok(Event::Eof) if depth > 0 => {
                break Some((at, XML_DAMAGED.with(["the file ends before its elements do".into()])));
            }
            Ok(Event::Eof) => break None,
            Ok(_) => {}
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(at);
                break Some((at, XML_DAMAGED.with([error.to_string().into()])));
            }
        }
    };
    document.cut();
    for (at, object) in document.objects {
        if let Some((area, state)) = area_of(&object) {
            parsed.coverage.add(area, if damage.is_some() { ReadState::Partial } else { state });
        }
        parsed.records.push((Location::Offset(text.offset(at)), RecordData::WmiObject(object)));
    }
    match damage {
        Some((at, message)) => {
            parsed.problems.push(Problem { level: Level::Error, offset: Some(text.offset(at)), message });
        }
        None if parsed.records.is_empty() => {
            parsed.problems.push(Problem {
                level: Level::Warning,
                offset: None,
                message: NO_RECORDS.plain(),
            });
        }
        None => {}
    }
    parsed
}

/// The text of a reference to a character or to an entity of XML; of any other, the reference itself.
fn resolve(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    match reference.as_ref() {
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "amp" => "&".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        other => format!("&{other};"),
    }
}

/// What has been read of a document.
#[derive(Debug, Default)]
struct Document {
    objects: Vec<(usize, WmiObject)>,
    server: Option<String>,
    namespace: Option<String>,
    /// The instance that is open, and how many stand open in it.
    instance: Option<(usize, WmiObject)>,
    inner: usize,
    property: Option<OpenProperty>,
    /// The text of the innermost element that has text.
    content: Option<String>,
}

/// A property that is being read.
#[derive(Debug, Default)]
struct OpenProperty {
    name: String,
    cim_type: String,
    is_array: bool,
    values: Vec<String>,
    reference: Option<ObjectPath>,
    host: Option<String>,
    namespace: Vec<String>,
    key: String,
}

impl Document {
    fn open(&mut self, tag: &BytesStart<'_>, at: usize) {
        let name = tag.name();
        match name.as_ref() {
            "INSTANCE" if self.instance.is_some() => self.inner += 1,
            _ if self.inner > 0 => {}
            "INSTANCE" => self.instance = Some((at, self.new_object(attribute(tag, "CLASSNAME")))),
            "RESULTS" => self.server = attribute(tag, "NODE").filter(|node| !node.is_empty()),
            "PROPERTY" | "PROPERTY.ARRAY" | "PROPERTY.REFERENCE" => {
                self.property = Some(OpenProperty {
                    name: attribute(tag, "NAME").unwrap_or_default(),
                    cim_type: attribute(tag, "TYPE").unwrap_or_default(),
                    is_array: name.as_ref() == "PROPERTY.ARRAY",
                    ..OpenProperty::default()
                });
            }
            "NAMESPACE" => match (&mut self.property, attribute(tag, "NAME")) {
                (Some(property), Some(part)) => property.namespace.push(part),
                (None, None) => self.content = Some(String::new()),
                _ => {}
            },
            "INSTANCENAME" => {
                if let Some(property) = &mut self.property {
                    let class = attribute(tag, "CLASSNAME").unwrap_or_default();
                    property.reference =
                        Some(ObjectPath { server: None, namespace: None, class, keys: Vec::new() });
                }
            }
            "KEYBINDING" => {
                if let Some(property) = &mut self.property {
                    property.key = attribute(tag, "NAME").unwrap_or_default();
                }
            }
            "VALUE" | "KEYVALUE" | "HOST" => self.content = Some(String::new()),
            _ => {}
        }
    }

    fn text(&mut self, part: &str) {
        if let (Some(content), 0) = (&mut self.content, self.inner) {
            content.push_str(part);
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "INSTANCE" if self.inner > 0 => self.inner -= 1,
            _ if self.inner > 0 => {}
            "INSTANCE" => self.objects.extend(self.instance.take()),
            "PROPERTY" | "PROPERTY.ARRAY" | "PROPERTY.REFERENCE" => {
                if let (Some((_, object)), Some(property)) = (&mut self.instance, self.property.take()) {
                    property.add_to(object, State::Known);
                }
            }
            "VALUE" => self.take_content(|property, content| property.values.push(content)),
            "HOST" => self.take_content(|property, content| property.host = Some(content)),
            "KEYVALUE" => self.take_content(|property, content| {
                let key = std::mem::take(&mut property.key);
                if let Some(reference) = &mut property.reference {
                    reference.keys.push((key, content));
                }
            }),
            "NAMESPACE" if self.property.is_none() => {
                let namespace = self.content.take().map(|text| canonical_namespace(&text));
                self.namespace =
                    namespace.filter(|namespace| !namespace.is_empty()).or(self.namespace.take());
            }
            _ => {}
        }
    }

    fn take_content(&mut self, put: impl FnOnce(&mut OpenProperty, String)) {
        if let (Some(property), Some(content)) = (&mut self.property, self.content.take()) {
            put(property, content);
        }
    }

    /// Keeps what stood open where the document broke off.
    fn cut(&mut self) {
        let content = self.content.take();
        if let Some((_, object)) = &mut self.instance
            && let Some(mut property) = self.property.take()
        {
            property.values.extend(content);
            property.add_to(object, State::Truncated);
        }
        self.objects.extend(self.instance.take());
    }

    fn new_object(&self, class: Option<String>) -> WmiObject {
        let class = class.unwrap_or_default();
        let class_source = if class.is_empty() { ClassSource::Unknown } else { ClassSource::Stated };
        WmiObject {
            class: schema::standard_class(&class).map_or(class, str::to_owned),
            class_source,
            namespace: self.namespace.clone(),
            server: self.server.clone(),
            ..WmiObject::default()
        }
    }
}

impl OpenProperty {
    /// Adds the property to its object. System properties say where the object is.
    fn add_to(mut self, object: &mut WmiObject, state: State) {
        if self.name.starts_with("__") {
            let text = self.values.pop().filter(|text| !text.is_empty());
            match self.name.as_str() {
                "__SERVER" => object.server = text.or(object.server.take()),
                "__NAMESPACE" => {
                    object.namespace =
                        text.map(|text| canonical_namespace(&text)).or(object.namespace.take());
                }
                _ => {}
            }
            return;
        }
        let name = PropertyName::new(&self.name);
        let value = self.value();
        object.properties.push(Property { name, value, state });
    }

    fn value(mut self) -> Value {
        if let Some(mut reference) = self.reference {
            reference.namespace =
                Some(canonical_namespace(&self.namespace.join("\\"))).filter(|text| !text.is_empty());
            reference.server = self.host.filter(|_| reference.namespace.is_some());
            return Value::from(reference.to_string());
        }
        let kind = match self.cim_type.as_str() {
            "boolean" => Kind::Bool,
            "uint8" | "uint16" | "uint32" | "uint64" | "sint8" | "sint16" | "sint32" | "sint64" => {
                Kind::Number
            }
            "" => LAYOUTS.column(LAYOUTS.key(&self.name)).map_or(Kind::Text, |column| column.kind),
            _ => Kind::Text,
        };
        if self.is_array {
            let item = |text: &String| match value::parse(kind, text) {
                Value::Null => Value::from(""),
                value => value,
            };
            return if self.values.is_empty() {
                Value::Null
            } else {
                Value::Array(self.values.iter().map(item).collect())
            };
        }
        self.values.pop().map_or(Value::Null, |text| value::parse(kind, &text))
    }
}

/// The attribute with its entities resolved, or as it is written where that cannot be done.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok()??;
    let raw = found.value.as_ref();
    Some(quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), std::borrow::Cow::into_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LISTING: &str = r#"<?xml version="1.0"?>
<COMMAND SEQUENCENUM="1" ISSUEDFROM="PC"><REQUEST><CONTEXT><NAMESPACE>ROOT\Subscription</NAMESPACE></CONTEXT></REQUEST>
<RESULTS NODE="PC"><CIM>
<INSTANCE CLASSNAME="__EventFilter">
<PROPERTY NAME="__PATH" CLASSORIGIN="___SYSTEM" TYPE="string"><VALUE>\\PC\x</VALUE></PROPERTY>
<PROPERTY.ARRAY NAME="CreatorSID" TYPE="uint8"><VALUE.ARRAY><VALUE>1</VALUE><VALUE>2</VALUE></VALUE.ARRAY></PROPERTY.ARRAY>
<PROPERTY NAME="EventAccess" TYPE="string"></PROPERTY>
<PROPERTY NAME="Name" TYPE="string"><VALUE>a &lt;b&gt; &#x26; &evil;</VALUE></PROPERTY>
</INSTANCE>
<INSTANCE CLASSNAME="__FilterToConsumerBinding">
<PROPERTY.REFERENCE NAME="Filter" TYPE="ref"><VALUE.REFERENCE><INSTANCEPATH><NAMESPACEPATH><HOST>PC</HOST>
<LOCALNAMESPACEPATH><NAMESPACE NAME="root"/><NAMESPACE NAME="subscription"/></LOCALNAMESPACEPATH></NAMESPACEPATH>
<INSTANCENAME CLASSNAME="__EventFilter"><KEYBINDING NAME="Name"><KEYVALUE VALUETYPE="string">a "b"</KEYVALUE></KEYBINDING></INSTANCENAME>
</INSTANCEPATH></VALUE.REFERENCE></PROPERTY.REFERENCE>
<PROPERTY NAME="DeliverSynchronously" TYPE="boolean"><VALUE>FALSE</VALUE></PROPERTY>
</INSTANCE></CIM></RESULTS></COMMAND>"#;

    fn objects(parsed: &Parsed) -> Vec<&WmiObject> {
        let records = parsed.records.iter();
        let objects = records.filter_map(|(_, data)| match data {
            RecordData::WmiObject(object) => Some(object),
            _ => None,
        });
        objects.collect()
    }

    #[test]
    fn objects_carry_class_namespace_and_machine() {
        let parsed = parse_rawxml(&Text::decode(LISTING.as_bytes()));
        assert_eq!(parsed.problems, []);
        let objects = objects(&parsed);
        assert_eq!(objects.len(), 2);
        assert!(objects[0].is_filter());
        assert_eq!(objects[0].class_source, ClassSource::Stated);
        assert_eq!(objects[0].namespace.as_deref(), Some(r"root\subscription"));
        assert_eq!(objects[0].server.as_deref(), Some("PC"));
        assert_eq!(objects[0].name(), "a <b> & &evil;");
        assert_eq!(objects[0].value("CreatorSID").unwrap().as_bytes(), Some(vec![1, 2]));
        assert_eq!(objects[0].value("EventAccess"), Some(&Value::Null));
        let filter = objects[1].reference("Filter").unwrap();
        assert_eq!((filter.class.as_str(), filter.name()), ("__EventFilter", Some("a \"b\"")));
        assert_eq!(filter.namespace.as_deref(), Some(r"root\subscription"));
        assert_eq!(objects[1].value("DeliverSynchronously"), Some(&Value::Bool(false)));
        assert_eq!(parsed.coverage.get(evidence::Area::EventFilters), Some(ReadState::Complete));
    }

    #[test]
    fn what_comes_before_the_damage_is_kept() {
        let cut = LISTING.find("a &lt;b").unwrap() + 3;
        let parsed = parse_rawxml(&Text::decode(&LISTING.as_bytes()[..cut]));
        assert_eq!(parsed.problems.len(), 1);
        assert_eq!(parsed.coverage.get(evidence::Area::EventFilters), Some(ReadState::Partial));
        assert_eq!(objects(&parsed)[0].properties.last().unwrap().state, State::Truncated);
        let deep = "<a>".repeat(100_000);
        let parsed = parse_rawxml(&Text::decode(deep.as_bytes()));
        assert_eq!(parsed.problems[0].message, XML_TOO_DEEP.with([DEEPEST.into()]));
        assert_eq!(parse_rawxml(&Text::decode(b"<a/>")).problems[0].message, NO_RECORDS.plain());
    }

    proptest! {
        #[test]
        fn never_panics(cut in 0..LISTING.len(), at in 0..LISTING.len(), piece in "(<|>|&|;|\"|/|あ|INSTANCE|VALUE){0,4}") {
            let text = format!("{}{piece}{}", &LISTING[..cut.min(at)], &LISTING[cut.max(at)..]);
            parse_rawxml(&Text::decode(text.as_bytes()));
        }
    }
}
