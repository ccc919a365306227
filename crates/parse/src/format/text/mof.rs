//! Whether text is MOF: by its words, since blanks, line ends and comments may stand between any two of them.

/// How long a list of qualifiers in front of a class or an instance may be.
const MAX_QUALIFIERS: usize = 4 << 10;

/// How far apart the words of `instance of X` are looked for in the middle of a text.
const MAX_BETWEEN: usize = 256;

/// Whether a statement of MOF begins here.
pub(super) fn begins(text: &str) -> bool {
    let starts = |prefix: &str| super::starts_with(text, prefix);
    if starts("Binding EventFilter:") {
        return true;
    }
    if let Some(directive) = text.strip_prefix('#') {
        let (word, rest) = word(directive.trim_start_matches([' ', '\t']));
        return word.eq_ignore_ascii_case("pragma") && rest.starts_with(char::is_whitespace);
    }
    let statement = behind_qualifiers(text);
    if starts_class(statement) {
        return true;
    }
    // In front of a word, a list in brackets is nothing particular.
    instance(statement).is_some_and(|rest| !word(rest).0.is_empty())
}

/// Whether an instance stands anywhere in the text.
pub(super) fn mentions_instances(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut found = memchr::memmem::find_iter(lower.as_bytes(), b"instance");
    found.any(|at| {
        let end = lower.floor_char_boundary(at.saturating_add(MAX_BETWEEN));
        lower.get(at..end).and_then(instance).is_some_and(|rest| !word(rest).0.is_empty())
    })
}

/// The text behind blanks and comments. A comment that does not end takes all the rest.
pub(super) fn skip_blanks(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\0'));
        let behind = if text.starts_with("//") {
            text.split_once('\n')
        } else if let Some(comment) = text.strip_prefix("/*") {
            comment.split_once("*/")
        } else {
            return text;
        };
        text = behind.map_or("", |(_, behind)| behind);
    }
}

/// The text behind `instance of`.
fn instance(text: &str) -> Option<&str> {
    let (first, rest) = word(text);
    let rest = skip_blanks(rest);
    let (second, behind) = word(rest);
    let named = first.eq_ignore_ascii_case("instance") && second.eq_ignore_ascii_case("of");
    named.then(|| skip_blanks(behind))
}

/// Whether a class begins here: `class X {`, `class X : Y {`, of which the end may be cut off.
fn starts_class(text: &str) -> bool {
    let (keyword, rest) = word(text);
    let (name, rest) = word(skip_blanks(rest));
    if !keyword.eq_ignore_ascii_case("class") || name.is_empty() {
        return false;
    }
    let mut rest = skip_blanks(rest);
    if let Some(parent) = rest.strip_prefix(':') {
        let (parent, behind) = word(skip_blanks(parent));
        if parent.is_empty() && !behind.is_empty() {
            return false;
        }
        rest = skip_blanks(behind);
    }
    rest.is_empty() || rest.starts_with('{')
}

/// The text behind a list of qualifiers, `[dynamic, provider("x")]`, where one is there.
fn behind_qualifiers(text: &str) -> &str {
    let Some(list) = text.strip_prefix('[') else { return text };
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in list.char_indices().take(MAX_QUALIFIERS) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return skip_blanks(list.get(at + 1..).unwrap_or_default()),
            _ => {}
        }
    }
    text
}

/// The name or keyword at the beginning, and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_blanks_and_comments_part_words() {
        for text in [
            "instance of\tCommandLineEventConsumer {};",
            "INSTANCE  OF\nCommandLineEventConsumer",
            "instance/**/of // x\n__EventFilter as $F",
            "#\tpragma\tautorecover",
            "[dynamic, provider(\"a]\\\"]\")] class X {};",
            "[key]\n// y\nclass X\n: Y\n{",
            "Class X",
        ] {
            assert!(begins(text), "{text}");
        }
    }

    #[test]
    fn prose_and_code_are_none() {
        for text in [
            "instances of this",
            "instance off",
            "class dismissed, all",
            "class X:\n    def f(self):",
            "[section]\nclass=x",
            "[class X {",
            "#pragmatic",
            "#include <x>",
            "",
        ] {
            assert!(!begins(text), "{text}");
        }
    }

    #[test]
    fn a_comment_without_an_end_takes_all() {
        assert_eq!(skip_blanks(" // a\n/* b */ \u{FEFF}c // d"), "c // d");
        assert_eq!(skip_blanks("/* a"), "");
        assert_eq!(skip_blanks("/*/ a */b"), "b");
    }

    #[test]
    fn instances_are_found_behind_other_words() {
        assert!(mentions_instances("nothing known; Instance\tOF X"));
        assert!(!mentions_instances("for instance, of"));
    }
}
