//! CIM types ([MS-WMIO] 2.2.82, `CimType`).

use std::fmt;

/// The type of a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are those of the CIM types")]
pub enum BaseType {
    SInt8,
    UInt8,
    SInt16,
    UInt16,
    SInt32,
    UInt32,
    SInt64,
    UInt64,
    Real32,
    Real64,
    Boolean,
    String,
    DateTime,
    Reference,
    Char16,
    Object,
}

/// A type as a property or qualifier has it: a base type, or an array of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CimType {
    /// Type of the value or of the array's elements.
    pub base: BaseType,
    /// Whether it is an array.
    pub array: bool,
}

const ARRAY: u32 = 0x2000;
/// Set in a class's property that its superclass has too.
const INHERITED: u32 = 0x4000;

impl CimType {
    /// Reads a type code; the flag for "inherited" is passed over.
    pub fn from_code(code: u32) -> Option<Self> {
        let base = match code & !(ARRAY | INHERITED) {
            2 => BaseType::SInt16,
            3 => BaseType::SInt32,
            4 => BaseType::Real32,
            5 => BaseType::Real64,
            8 => BaseType::String,
            11 => BaseType::Boolean,
            13 => BaseType::Object,
            16 => BaseType::SInt8,
            17 => BaseType::UInt8,
            18 => BaseType::UInt16,
            19 => BaseType::UInt32,
            20 => BaseType::SInt64,
            21 => BaseType::UInt64,
            101 => BaseType::DateTime,
            102 => BaseType::Reference,
            103 => BaseType::Char16,
            _ => return None,
        };
        Some(Self { base, array: code & ARRAY != 0 })
    }

    /// Bytes that a value takes in a table of values. What does not fit there is a reference of four bytes.
    pub(crate) fn slot_size(self) -> usize {
        if self.array { 4 } else { self.base.slot_size() }
    }
}

impl BaseType {
    pub(crate) fn slot_size(self) -> usize {
        match self {
            Self::SInt8 | Self::UInt8 => 1,
            Self::SInt16 | Self::UInt16 | Self::Char16 | Self::Boolean => 2,
            Self::SInt64 | Self::UInt64 | Self::Real64 => 8,
            Self::SInt32
            | Self::UInt32
            | Self::Real32
            | Self::String
            | Self::DateTime
            | Self::Reference
            | Self::Object => 4,
        }
    }

    /// The type's name in MOF.
    pub fn name(self) -> &'static str {
        match self {
            Self::SInt8 => "sint8",
            Self::UInt8 => "uint8",
            Self::SInt16 => "sint16",
            Self::UInt16 => "uint16",
            Self::SInt32 => "sint32",
            Self::UInt32 => "uint32",
            Self::SInt64 => "sint64",
            Self::UInt64 => "uint64",
            Self::Real32 => "real32",
            Self::Real64 => "real64",
            Self::Boolean => "boolean",
            Self::String => "string",
            Self::DateTime => "datetime",
            Self::Reference => "ref",
            Self::Char16 => "char16",
            Self::Object => "object",
        }
    }
}

impl fmt::Display for CimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.name())?;
        if self.array { f.write_str("[]") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names() {
        assert_eq!(CimType::from_code(0x2008).unwrap().to_string(), "string[]");
        assert_eq!(CimType::from_code(0x4066).unwrap().to_string(), "ref");
        assert_eq!(CimType::from_code(0), None);
        assert_eq!(CimType::from_code(0x1_0008), None);
    }
}
