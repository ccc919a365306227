//! Reference records: for each instance that refers to another, one beside the other's key.
//!
//! Four texts, each a `u32` count and UTF-16LE: namespace, class and property of the referring instance, and its key path
//! (libyal/dtformats, "registration"; measured). The index names the record by the hash of that path.

use crate::bytes::Cursor;
use crate::error::Malformed;

/// A record that says: this instance refers to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceRecord {
    /// Namespace of the referring instance.
    pub namespace: String,
    /// Class of the referring instance.
    pub class: String,
    /// The property that refers.
    pub property: String,
    /// Key path of the referring instance: `NS_…\KI_…\I_…`.
    pub from: String,
}

/// Longest of the four texts that is believed.
const MAX_TEXT: usize = 4096;

/// Reads a reference record; `None` when the data is none.
pub(crate) fn read(data: &[u8]) -> Option<ReferenceRecord> {
    let mut cursor = Cursor::new(data, 0);
    let mut next = || text(&mut cursor).ok();
    let record = ReferenceRecord { namespace: next()?, class: next()?, property: next()?, from: next()? };
    record.from.starts_with("NS_").then_some(record)
}

fn text(cursor: &mut Cursor<'_>) -> Result<String, Malformed> {
    let count = cursor.u32("")? as usize;
    if count > MAX_TEXT {
        return Err(cursor.fail("a text is too long"));
    }
    let units = cursor.take(2 * count, "")?.as_chunks::<2>().0;
    let text = char::decode_utf16(units.iter().map(|u| u16::from_le_bytes(*u)));
    Ok(text.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_texts() {
        let mut data = Vec::new();
        for text in ["root\\x", "C", "provider", "NS_1\\KI_2\\I_3"] {
            data.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
            data.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        }
        let record = read(&data).unwrap();
        assert_eq!((record.namespace.as_str(), record.class.as_str()), ("root\\x", "C"));
        assert_eq!((record.property.as_str(), record.from.as_str()), ("provider", "NS_1\\KI_2\\I_3"));
        assert_eq!(read(&data[..data.len() - 1]), None);
    }
}
