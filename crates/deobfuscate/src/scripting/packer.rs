//! Dean Edwards' packer: `eval(function(p,a,c,k,e,d){…}('…',62,9,'…'.split('|'),0,{}))`. Its unpacking function is always the same, and has
//! tricks for browsers that are not worth following: the words are put into their places directly.

use std::sync::LazyLock;

use regex::Regex;

static PACKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"eval\s*\(\s*function\s*\(\s*p\s*,\s*a\s*,\s*c\s*,\s*k\s*,[^)]{0,20}\)[\s\S]{0,2000}?\}\s*\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*,\s*(\d{1,2})\s*,\s*\d{1,6}\s*,\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\.\s*split\s*\(\s*['"]\|['"]"#,
    )
    .ok()
});
static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[0-9A-Za-z]+\b").ok());

/// What is packed in a text, at most so much of it.
pub(super) fn unpacked(text: &str, room: usize) -> Option<String> {
    if !text.contains("split") {
        return None;
    }
    let captures = PACKED.as_ref()?.captures(text)?;
    let either = |one: usize, other: usize| {
        captures.get(one).or_else(|| captures.get(other)).map_or("", |text| text.as_str())
    };
    let payload = unescaped(either(1, 2));
    let base: usize = captures.get(3)?.as_str().parse().ok().filter(|base| (2..=62).contains(base))?;
    let words: Vec<&str> = either(4, 5).split('|').collect();
    let mut out = String::with_capacity(payload.len());
    let mut at = 0;
    for found in WORD.as_ref()?.find_iter(&payload) {
        out.push_str(payload.get(at..found.start())?);
        let word =
            number(found.as_str(), base).and_then(|number| words.get(number)).filter(|word| !word.is_empty());
        out.push_str(word.copied().unwrap_or(found.as_str()));
        at = found.end();
        if out.len() > room {
            return None;
        }
    }
    out.push_str(payload.get(at..)?);
    Some(out)
}

/// The number that a word stands for: `0` to `9`, `a` to `z`, `A` to `Z`.
fn number(word: &str, base: usize) -> Option<usize> {
    word.bytes().try_fold(0_usize, |sum, c| {
        let digit = match c {
            b'0'..=b'9' => c - b'0',
            b'a'..=b'z' => c - b'a' + 10,
            _ => c - b'A' + 36,
        };
        let digit = usize::from(digit);
        (digit < base).then_some(sum.checked_mul(base)?.checked_add(digit)?)
    })
}

/// A text between quotes as it is meant.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(other)) => out.push(other),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_put_into_their_places() {
        let head = "eval(function(p,a,c,k,e,d){e=function(c){return c.toString(36)};while(c--){if(k[c]){p=p.replace(1)}}return p}(";
        let packed = format!(
            "{head}'0 1(\\'2.3\\').4(\"x\",b)',62,6,'new|ActiveXObject|WScript|Shell|Run|'.split('|'),0,{{}}))"
        );
        assert_eq!(
            unpacked(&packed, 1000).as_deref(),
            Some("new ActiveXObject('WScript.Shell').Run(\"x\",b)")
        );
        assert_eq!(unpacked(&packed, 10), None);
        for text in ["eval(function(p,a,c,k,e,d){}('a',99,1,'b'.split('|')))", "x.split('|')", ""] {
            assert_eq!(unpacked(text, 1000), None);
        }
        assert_eq!(number("1Z", 62), Some(123));
        assert_eq!(number("z", 10), None);
    }
}
