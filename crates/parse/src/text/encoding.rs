//! The encodings themselves.

use encoding_rs as er;
use std::borrow::Cow;

/// How text was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8 without a byte order mark, plain ASCII included.
    Utf8,
    /// UTF-8 behind a byte order mark.
    Utf8Bom,
    /// UTF-16, low byte first, without a byte order mark.
    Utf16Le,
    /// UTF-16, low byte first, behind a byte order mark: what `wmic /output` writes.
    Utf16LeBom,
    /// UTF-16, high byte first, without a byte order mark.
    Utf16Be,
    /// UTF-16, high byte first, behind a byte order mark.
    Utf16BeBom,
    /// Code page 932, Japanese.
    ShiftJis,
    /// Code page 936, simplified Chinese.
    Gbk,
    /// Code page 949, Korean.
    Korean,
    /// Code page 950, traditional Chinese.
    Big5,
    /// Code page 1252, Western European (ANSI).
    Windows1252,
    /// Code page 1250, Central European (ANSI).
    Windows1250,
    /// Code page 1251, Cyrillic (ANSI).
    Windows1251,
    /// Code page 866, Russian (OEM).
    Cp866,
    /// Code page 850, Western European (OEM).
    Cp850,
    /// Code page 437, United States (OEM).
    Cp437,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 16] = [
        Self::Utf8,
        Self::Utf8Bom,
        Self::Utf16Le,
        Self::Utf16LeBom,
        Self::Utf16Be,
        Self::Utf16BeBom,
        Self::ShiftJis,
        Self::Gbk,
        Self::Korean,
        Self::Big5,
        Self::Windows1252,
        Self::Windows1250,
        Self::Windows1251,
        Self::Cp866,
        Self::Cp850,
        Self::Cp437,
    ];

    /// The name of the encoding, for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Bom => "UTF-8",
            Self::Utf16Le | Self::Utf16LeBom => "UTF-16LE",
            Self::Utf16Be | Self::Utf16BeBom => "UTF-16BE",
            Self::ShiftJis => "Shift_JIS (code page 932)",
            Self::Gbk => "GBK (code page 936)",
            Self::Korean => "code page 949",
            Self::Big5 => "Big5 (code page 950)",
            Self::Windows1252 => "Windows-1252",
            Self::Windows1250 => "Windows-1250",
            Self::Windows1251 => "Windows-1251",
            Self::Cp866 => "code page 866",
            Self::Cp850 => "code page 850",
            Self::Cp437 => "code page 437",
        }
    }

    /// The byte order mark in front of the text; empty where there is none.
    pub const fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8Bom => b"\xEF\xBB\xBF",
            Self::Utf16LeBom => b"\xFF\xFE",
            Self::Utf16BeBom => b"\xFE\xFF",
            _ => b"",
        }
    }

    /// Whether every code unit takes two bytes.
    pub const fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16LeBom | Self::Utf16Be | Self::Utf16BeBom)
    }

    /// Whether every character takes one byte.
    pub const fn is_single_byte(self) -> bool {
        matches!(
            self,
            Self::Windows1252
                | Self::Windows1250
                | Self::Windows1251
                | Self::Cp866
                | Self::Cp850
                | Self::Cp437
        )
    }

    /// The decoder. Code pages 437 and 850 have tables of their own, see [`Encoding::decode`].
    pub(super) fn implementation(self) -> &'static er::Encoding {
        match self {
            Self::Utf8 | Self::Utf8Bom => er::UTF_8,
            Self::Utf16Le | Self::Utf16LeBom => er::UTF_16LE,
            Self::Utf16Be | Self::Utf16BeBom => er::UTF_16BE,
            Self::ShiftJis => er::SHIFT_JIS,
            Self::Gbk => er::GBK,
            Self::Korean => er::EUC_KR,
            Self::Big5 => er::BIG5,
            Self::Windows1252 | Self::Cp850 | Self::Cp437 => er::WINDOWS_1252,
            Self::Windows1250 => er::WINDOWS_1250,
            Self::Windows1251 => er::WINDOWS_1251,
            Self::Cp866 => er::IBM866,
        }
    }

    /// Decodes bytes that hold no byte order mark, and says whether some of them had to be replaced.
    pub(super) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        match self {
            Self::Cp437 => (decode_by_table(bytes, CP437), false),
            Self::Cp850 => (decode_by_table(bytes, CP850), false),
            _ => self.implementation().decode_without_bom_handling(bytes),
        }
    }
}

/// The characters from 0x80 on, from the Unicode consortium's `VENDORS/MICSFT/PC/CP437.TXT`.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
                     αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

/// The characters from 0x80 on, from the Unicode consortium's `VENDORS/MICSFT/PC/CP850.TXT`.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
                     ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

fn decode_by_table<'a>(bytes: &'a [u8], table: &str) -> Cow<'a, str> {
    if let (true, Ok(text)) = (bytes.is_ascii(), std::str::from_utf8(bytes)) {
        return Cow::Borrowed(text);
    }
    let upper: Vec<char> = table.chars().collect();
    let character = |byte: &u8| match byte.checked_sub(0x80) {
        None => char::from(*byte),
        Some(at) => upper.get(usize::from(at)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    Cow::Owned(bytes.iter().map(character).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole() {
        assert_eq!(CP437.chars().count(), 128);
        assert_eq!(CP850.chars().count(), 128);
        assert_eq!(Encoding::Cp437.decode(b"na\x8Bve \xE3").0, "naïve π");
        assert_eq!(Encoding::Cp850.decode(b"S\xC6o Paulo \xF4").0, "São Paulo ¶");
    }
}
