//! Which encoding bytes are in, by their content.

use super::Encoding;

/// How much of a file is looked at.
const SAMPLE: usize = 1 << 16;

/// The encoding that the content suggests.
pub(super) fn detect(bytes: &[u8]) -> Encoding {
    for encoding in [Encoding::Utf8Bom, Encoding::Utf16LeBom, Encoding::Utf16BeBom] {
        if bytes.starts_with(encoding.mark()) {
            return encoding;
        }
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Encoding::Utf8;
    }
    if is_damaged_utf8(bytes) {
        return Encoding::Utf8;
    }
    code_page(bytes)
}

/// Whether bytes are not text in any of the encodings that [`Text`](super::Text) reads.
pub fn looks_binary(bytes: &[u8]) -> bool {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let unit = match detect(sample) {
        Encoding::Utf8Bom
        | Encoding::Utf16LeBom
        | Encoding::Utf16BeBom
        | Encoding::Utf16Le
        | Encoding::Utf16Be => {
            return false;
        }
        _ => sample,
    };
    let control = |byte: &&u8| matches!(byte, 0x01..=0x08 | 0x0E..=0x19 | 0x1C..=0x1F | 0x7F);
    unit.contains(&0) || unit.iter().filter(control).count() * 50 > unit.len()
}

/// UTF-16 that does not begin with a byte order mark.
fn utf16_without_mark(bytes: &[u8]) -> Option<Encoding> {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let (units, _) = sample.as_chunks::<2>();
    // Plain text with many zeros behind other characters, such as `0.0.0.0`, would pass for kana.
    let is_plain = sample.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'));
    if units.is_empty() || is_plain {
        return None;
    }
    let little = Units::count(units, u16::from_le_bytes);
    let big = Units::count(units, u16::from_be_bytes);
    if little.speaks_for_text(&big, units.len()) {
        Some(Encoding::Utf16Le)
    } else if big.speaks_for_text(&little, units.len()) {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// What the code units of a sample are, in one byte order.
#[derive(Debug, Default)]
struct Units {
    /// Letters, digits, signs, blanks and line ends of ASCII.
    ascii: usize,
    /// The blocks of Japanese punctuation and kana.
    kana: usize,
    /// Control characters, zero, and what is no character.
    odd: usize,
}

impl Units {
    fn count(units: &[[u8; 2]], order: fn([u8; 2]) -> u16) -> Self {
        let mut counts = Self::default();
        for unit in units {
            match order(*unit) {
                0x09 | 0x0A | 0x0D | 0x20..=0x7E => counts.ascii += 1,
                0x3000..=0x30FF => counts.kana += 1,
                0x00..=0x1F | 0x7F..=0x9F | 0xFFFE | 0xFFFF => counts.odd += 1,
                _ => {}
            }
        }
        counts
    }

    /// Whether this byte order reads as text, and better than the `other`.
    fn speaks_for_text(&self, other: &Self, total: usize) -> bool {
        let few = |count: usize| count * 50 <= total;
        few(self.odd)
            && ((self.ascii > 0 && self.ascii * 20 >= total && self.ascii > 4 * other.ascii)
                || (self.kana * 5 >= total && self.kana > 4 * other.kana && self.ascii >= other.ascii))
    }
}

/// UTF-8 with a few bytes broken, such as the last character of a file that was cut off.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
        if broken > 8 && broken * 8 > whole {
            return false;
        }
    }
    whole >= 8 * broken
}

/// The code page whose reading is the most plausible.
fn code_page(bytes: &[u8]) -> Encoding {
    let sample = lines_above_ascii(bytes);
    // In the order of preference: the first of equals wins.
    let candidates = [
        Encoding::ShiftJis,
        Encoding::Windows1252,
        Encoding::Cp850,
        Encoding::Cp437,
        Encoding::Gbk,
        Encoding::Windows1251,
        Encoding::Cp866,
        Encoding::Windows1250,
        Encoding::Korean,
        Encoding::Big5,
    ];
    let mut best = (Encoding::Windows1252, i64::MIN);
    for candidate in candidates {
        let (text, lossy) = candidate.decode(&sample);
        let score = plausibility(&text) - if lossy { 4 } else { 0 };
        if score > best.1 {
            best = (candidate, score);
        }
    }
    best.0
}

/// The first lines that hold a byte above 0x7F, up to the size of a sample.
fn lines_above_ascii(bytes: &[u8]) -> Vec<u8> {
    let mut sample = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        let room = SAMPLE - sample.len();
        sample.extend_from_slice(line.get(..room).unwrap_or(line));
        if sample.len() >= SAMPLE {
            break;
        }
    }
    sample
}

/// How much a reading looks like something that a person or Windows wrote.
///
/// The weights are per character; those of two-byte encodings count double, as they stand for two bytes.
fn plausibility(text: &str) -> i64 {
    let mut score = 0;
    let mut before = ' ';
    for character in text.chars() {
        score += match character {
            '\0'..='\x7F' => 0,
            // Kana, Hangul syllables, ideographs.
            '\u{3041}'..='\u{30FF}' => 10,
            '\u{AC00}'..='\u{D7A3}' => 5,
            '\u{4E00}'..='\u{9FA5}' if is_everyday(character) => 8,
            '\u{4E00}'..='\u{9FA5}' => 3,
            // Japanese punctuation and full-width letters.
            '\u{3000}'..='\u{3020}' | '\u{FF01}'..='\u{FF5E}' => 6,
            // Half-width katakana come in words of their own.
            '\u{FF61}'..='\u{FF9F}' if ('\u{FF61}'..='\u{FF9F}').contains(&before) => 2,
            '\u{FF61}'..='\u{FF9F}' => -2,
            // What no encoding should make of text.
            '\u{80}'..='\u{9F}' | char::REPLACEMENT_CHARACTER | '\u{E000}'..='\u{F8FF}' => -20,
            // Line drawing and blocks.
            '\u{2500}'..='\u{259F}' => -6,
            '\u{A0}' | '§' | '©' | '«' | '®' | '°' | '»' | '–' | '—' | '‘' | '’' | '“' | '”' | '„' | '…'
            | '€' | '№' => 1,
            c if c.is_lowercase() => letter_after(before, c),
            c if c.is_uppercase() => match before {
                b if b.is_lowercase() => -5,
                b if b.is_uppercase() => letter_after(b, c),
                _ => 2,
            },
            c if c.is_alphabetic() => 0,
            _ => -3,
        };
        // Languages that write ideographs do not put single ones into words of lower-case Latin letters.
        let mixed = |a: char, b: char| a >= '\u{3041}' && b.is_ascii_lowercase();
        if mixed(character, before) || mixed(before, character) {
            score -= 6;
        }
        before = character;
    }
    score
}

/// The weight of a letter behind another character.
fn letter_after(before: char, letter: char) -> i64 {
    let cyrillic = |c: char| ('\u{400}'..='\u{45F}').contains(&c);
    let latin = |c: char| c < '\u{250}' && c.is_alphabetic();
    let greek = |c: char| ('\u{370}'..='\u{3FF}').contains(&c);
    match (before, letter) {
        (_, l) if greek(l) => -2,
        (b, l) if cyrillic(b) && cyrillic(l) => 4,
        (b, l) if latin(b) && latin(l) && is_western(l) => 4,
        (b, l) if latin(b) && latin(l) => 3,
        (b, _) if b.is_alphabetic() => -5,
        _ => 1,
    }
}

/// Letters that German, French, Spanish, Italian, Portuguese and the Nordic languages write often.
fn is_western(letter: char) -> bool {
    "äöüßéèêëàâçîïôùûñáíóúãõåæøÄÖÜÉÀÇÑÁÍÓÚÃÕÅÆØ".contains(letter)
}

/// Ideographs of the messages of Windows and of names, in Japan, China and Taiwan.
fn is_everyday(ideograph: char) -> bool {
    "一二三十人大小日本年月上下中国国東京名前場所実行変更追加削除開始終了停止有効無効使用利用設定情報管理者権限検索表示画面起動時間分秒\
     自動手動処理成功失敗接続切断通信機能番号結果状態種類対象内容方法必要可能社内外部長事業情報用株式会社的是不在有我他这这来到个们说为时和地出会\
     要可以你之对生能过子那得于着自己面发后作里所然家都文件系统程序用户服务器网络启动计算机错误登录密码無效檔案系統程式用戶伺服器網路電腦"
        .contains(ideograph)
}
