//! Lines of a terminal: widths, padding, wrapping, shortening. Counted in columns, so that wide characters align.

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Characters that do not begin a line in Japanese.
const NOT_FIRST: &str = "、。，．・：；？！」』）］｝〕〉》】’”ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ";
/// Characters that do not end a line in Japanese.
const NOT_LAST: &str = "「『（［｛〔〈《【‘“";

/// The least number of columns that text is wrapped to, however narrow the terminal is.
const MIN_COLUMNS: usize = 20;

/// How many columns the text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The text in lines of at most this many columns: broken at spaces and between wide characters, and inside words where
/// nothing else helps.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width.max(MIN_COLUMNS))
        .word_separator(WordSeparator::Custom(separate))
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// The first characters of the text, and how many are left out.
pub(super) fn shorten(text: &str, max_chars: usize) -> (&str, usize) {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => {
            let (kept, rest) = text.split_at(end);
            (kept, rest.chars().count())
        }
        None => (text, 0),
    }
}

/// The pieces of a line between which it may be broken.
fn separate(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut rest = line;
    Box::new(std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, tail) = rest.split_at(first_break(rest));
        rest = tail;
        Some(Word::from(word))
    }))
}

/// Where the text may be broken for the first time.
fn first_break(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((_, c)) = chars.next() {
        let Some(&(at, next)) = chars.peek() else { break };
        let after_space = c == ' ' && next != ' ';
        let wide = is_wide(c) || is_wide(next);
        if after_space || (wide && next != ' ' && !NOT_LAST.contains(c) && !NOT_FIRST.contains(next)) {
            return at;
        }
    }
    text.len()
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn japanese_is_broken_between_characters_but_not_before_punctuation() {
        assert_eq!(
            wrap("正常なマシンには存在しません。確認してください", 20),
            ["正常なマシンには存在", "しません。確認してく", "ださい"]
        );
        assert_eq!(wrap("あいうえおかきくけこ。", 20), ["あいうえおかきくけ", "こ。"]);
        assert_eq!(wrap("WMI イベント、フィルター", 20), ["WMI イベント、フィル", "ター"]);
    }

    #[test]
    fn long_words_are_broken_and_spaces_are_kept() {
        assert_eq!(wrap(&"x".repeat(45), 20), ["x".repeat(20), "x".repeat(20), "x".repeat(5)]);
        assert_eq!(wrap("a  b", 20), ["a  b"]);
        assert_eq!(wrap("", 20), [""]);
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shorten("日本語", 2), ("日本", 1));
        assert_eq!(shorten("ab", 2), ("ab", 0));
    }

    proptest! {
        #[test]
        fn lines_fit_and_lose_nothing_but_spaces(text in "[a-zA-Z0-9 、。「」あ-ん漢字-]{0,200}", width in 0_usize..90) {
            let lines = wrap(&text, width);
            for line in &lines {
                prop_assert!(columns(line) <= width.max(MIN_COLUMNS), "{:?}", line);
            }
            let bare = |text: &str| text.replace(' ', "");
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
        }
    }
}
