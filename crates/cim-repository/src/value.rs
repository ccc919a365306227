//! Values of properties and qualifiers.

use std::fmt;

use crate::embedded::EmbeddedObject;
use crate::part::Qualifier;

/// A decoded value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// `sint8`
    SInt8(i8),
    /// `uint8`
    UInt8(u8),
    /// `sint16`
    SInt16(i16),
    /// `uint16`
    UInt16(u16),
    /// `sint32`
    SInt32(i32),
    /// `uint32`
    UInt32(u32),
    /// `sint64`
    SInt64(i64),
    /// `uint64`
    UInt64(u64),
    /// `real32`
    Real32(f32),
    /// `real64`
    Real64(f64),
    /// `boolean`
    Boolean(bool),
    /// `char16`: a UTF-16 code unit
    Char16(u16),
    /// `string`
    String(String),
    /// `datetime`, as it is written: `yyyymmddHHMMSS.mmmmmmsUUU`
    DateTime(String),
    /// A reference: the path of an object, as it is written
    Reference(String),
    /// An object inside the object
    Object(Box<EmbeddedObject>),
    /// `uint8[]`
    Bytes(Vec<u8>),
    /// Any other array
    Array(Vec<Value>),
    /// There is a value, but it is damaged; says why
    Unreadable(&'static str),
}

impl Value {
    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a string, date or reference.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) | Self::DateTime(s) | Self::Reference(s) => Some(s),
            _ => None,
        }
    }

    /// A boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Boolean(b) = self { Some(*b) } else { None }
    }

    /// Any integer.
    pub fn as_integer(&self) -> Option<i128> {
        Some(match *self {
            Self::SInt8(n) => n.into(),
            Self::UInt8(n) => n.into(),
            Self::SInt16(n) => n.into(),
            Self::UInt16(n) | Self::Char16(n) => n.into(),
            Self::SInt32(n) => n.into(),
            Self::UInt32(n) => n.into(),
            Self::SInt64(n) => n.into(),
            Self::UInt64(n) => n.into(),
            _ => return None,
        })
    }

    /// The bytes of an array of bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(b) = self { Some(b) } else { None }
    }

    /// The elements of an array that is not one of bytes.
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(a) = self { Some(a) } else { None }
    }

    /// The object inside.
    pub fn as_object(&self) -> Option<&EmbeddedObject> {
        if let Self::Object(o) = self { Some(o) } else { None }
    }

    /// Calls `f` with every unreadable value in this one, and why it is unreadable.
    pub(crate) fn unreadable(&self, f: &mut dyn FnMut(&'static str)) {
        match self {
            Self::Unreadable(why) => f(why),
            Self::Array(elements) => elements.iter().for_each(|e| e.unreadable(f)),
            Self::Object(object) => object.properties.iter().for_each(|p| p.value.unreadable(f)),
            _ => {}
        }
    }
}

impl fmt::Display for Value {
    /// As MOF writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::SInt8(n) => n.fmt(f),
            Self::UInt8(n) => n.fmt(f),
            Self::SInt16(n) => n.fmt(f),
            Self::UInt16(n) | Self::Char16(n) => n.fmt(f),
            Self::SInt32(n) => n.fmt(f),
            Self::UInt32(n) => n.fmt(f),
            Self::SInt64(n) => n.fmt(f),
            Self::UInt64(n) => n.fmt(f),
            Self::Real32(n) => n.fmt(f),
            Self::Real64(n) => n.fmt(f),
            Self::Boolean(b) => f.write_str(if *b { "TRUE" } else { "FALSE" }),
            Self::String(s) | Self::DateTime(s) | Self::Reference(s) => quoted(f, s),
            Self::Object(object) => object.fmt(f),
            Self::Bytes(bytes) => list(f, bytes),
            Self::Array(elements) => list(f, elements),
            Self::Unreadable(why) => write!(f, "/* unreadable: {why} */ NULL"),
        }
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, elements: &[T]) -> fmt::Result {
    f.write_str("{")?;
    for (i, element) in elements.iter().enumerate() {
        f.write_str(if i > 0 { ", " } else { "" })?;
        element.fmt(f)?;
    }
    f.write_str("}")
}

/// Writes a string with MOF's quotes and escapes.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write as _;
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\x{:04X}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// The value of the first of the qualifiers with this name (case does not count).
pub(crate) fn qualifier<'a>(qualifiers: &'a [Qualifier], name: &str) -> Option<&'a Value> {
    qualifiers.iter().find(|q| q.name.eq_ignore_ascii_case(name)).map(|q| &q.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_mof_writes_it() {
        let s = |t: &str| Value::String(t.into()).to_string();
        assert_eq!(s("a\"b\\c\r\n\u{1b}"), r#""a\"b\\c\r\n\x001B""#);
        assert_eq!(Value::Array(vec![Value::SInt16(-1), Value::Boolean(true)]).to_string(), "{-1, TRUE}");
        assert_eq!(Value::Bytes(vec![1, 255]).to_string(), "{1, 255}");
    }

    #[test]
    fn asked_for_what_it_is_not() {
        assert_eq!(Value::UInt64(u64::MAX).as_integer(), Some(u64::MAX.into()));
        assert_eq!(Value::Null.as_str(), None);
        assert_eq!(Value::Boolean(true).as_integer(), None);
    }
}
