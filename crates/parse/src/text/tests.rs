use super::*;

fn decoded(bytes: &[u8]) -> (Encoding, String) {
    let text = Text::decode(bytes);
    (text.encoding(), text.as_str().to_owned())
}

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

#[test]
fn marks_decide() {
    assert_eq!(decoded(b"\xEF\xBB\xBFa"), (Encoding::Utf8Bom, "a".into()));
    assert_eq!(decoded(b"\xFF\xFEa\0"), (Encoding::Utf16LeBom, "a".into()));
    assert_eq!(decoded(b"\xFE\xFF\0a"), (Encoding::Utf16BeBom, "a".into()));
    assert_eq!(decoded(b""), (Encoding::Utf8, String::new()));
}

#[test]
fn utf16_shows_without_a_mark() {
    for text in ["Name=x\r\n", "\r\nName=監視フィルター\r\n\r\n", "管理者が実行したスクリプトのなまえは"]
    {
        assert_eq!(decoded(&utf16(text, u16::to_le_bytes)), (Encoding::Utf16Le, text.into()));
        assert_eq!(decoded(&utf16(text, u16::to_be_bytes)), (Encoding::Utf16Be, text.into()));
    }
}

#[test]
fn code_pages_are_told_apart() {
    let samples = [
        (Encoding::ShiftJis, "サービスの名前が見つかりません。\r\n"),
        (Encoding::ShiftJis, "Name=社内インベントリ収集\r\n"),
        (Encoding::Windows1252, "Größe: 3 Geräte übrig\r\nExécuté à l'écran\r\n"),
        (Encoding::Windows1251, "Имя компьютера не найдено\r\n"),
        (Encoding::Cp866, "Имя компьютера не найдено\r\n"),
        (Encoding::Gbk, "系统找不到指定的文件。\r\n"),
    ];
    for (encoding, text) in samples {
        let (bytes, _, lossy) = encoding.implementation().encode(text);
        assert!(!lossy);
        let (found, read) = match encoding {
            Encoding::Cp866 => decoded(&cp866(text)),
            _ => decoded(&bytes),
        };
        assert_eq!((found, read.as_str()), (encoding, text));
    }
    assert_eq!(decoded(b"Gr\x94\xE1e: drei Ger\x84te \x81brig\r\n").1, "Größe: drei Geräte übrig\r\n");
}

/// The encoder of `encoding_rs` knows no IBM866.
fn cp866(text: &str) -> Vec<u8> {
    (text.chars().map(|c| (0..=255_u8).find(|b| Encoding::Cp866.decode(&[*b]).0.starts_with(c)).unwrap()))
        .collect()
}

#[test]
fn undecodable_bytes_are_told() {
    let text = Text::decode(b"\xEF\xBB\xBFab\xFFc");
    assert_eq!(text.as_str(), "ab\u{FFFD}c");
    let problems = text.problems();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].offset, Some(5));
    assert_eq!(problems[0].message, UNDECODABLE.with(["UTF-8".into()]));
    assert!(Text::decode("あ".as_bytes()).problems().is_empty());
}

#[test]
fn binary_is_not_text() {
    assert!(looks_binary(b"PK\x03\x04\0\0\0\0\x08\0"));
    assert!(looks_binary(b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"));
    assert!(!looks_binary(b"plain\r\n"));
    assert!(!looks_binary(&utf16("Name=x\r\n", u16::to_le_bytes)));
    assert!(!looks_binary(b"Gr\x94\xE1e\r\n"));
    assert!(!looks_binary(b""));
}

#[test]
fn offsets_are_those_of_the_stored_bytes() {
    let text = "a=サー\r\n😀b=ビ\r\nß\r\n";
    for encoding in Encoding::ALL {
        let stored = |text: &str| match encoding {
            Encoding::Utf16Le | Encoding::Utf16LeBom => utf16(text, u16::to_le_bytes),
            Encoding::Utf16Be | Encoding::Utf16BeBom => utf16(text, u16::to_be_bytes),
            // Any bytes are text in these; UTF-8 will do.
            e if e.is_single_byte() => text.as_bytes().to_vec(),
            e => e.implementation().encode(text).0.into_owned(),
        };
        let mut bytes = encoding.mark().to_vec();
        bytes.extend(stored(text));
        let decoded = Text::decode_as(&bytes, encoding);
        let boundaries: Vec<usize> = decoded.as_str().char_indices().map(|(at, _)| at).collect();
        for at in boundaries.iter().chain(boundaries.iter().rev()) {
            let offset = usize::try_from(decoded.offset(*at)).unwrap();
            let before = Text::decode_as(&bytes[..offset], encoding);
            assert_eq!(before.as_str(), &decoded.as_str()[..*at], "{encoding:?}");
        }
        assert_eq!(decoded.offset(usize::MAX), bytes.len() as u64);
    }
}

#[test]
fn addresses_full_of_zeros_are_no_kana() {
    for text in
        ["0.0.0.0 a.example\n0.0.0.0 b.example\n", "127.0.0.1 localhost\n0.0.0.0 a.example\n", "00000000"]
    {
        for text in [text.to_owned(), format!("x{text}")] {
            assert_eq!(Text::decode(text.as_bytes()).as_str(), text);
        }
    }
}
