//! `if`: what follows a condition that is known, or that nobody knows here.

use super::{MAX_DEPTH, Shell};

impl Shell {
    /// Runs what follows the condition; says whether its readable form is written already.
    pub(super) fn condition(&mut self, text: &str, depth: usize) -> bool {
        let (truth, rest) = judged(text, |name| self.vars.contains_key(&name.to_ascii_lowercase()));
        let rest = rest.trim();
        if truth == Some(false) {
            return self.loops > 0;
        }
        if rest.is_empty() || depth >= MAX_DEPTH {
            return false;
        }
        let ended = self.frame.as_ref().is_some_and(|frame| frame.ended);
        let shown = self.command(rest, None, depth + 1);
        // What may be skipped ends nothing.
        if let Some(frame) = self.frame.as_mut() {
            frame.ended &= ended || truth == Some(true);
        }
        if !shown && self.loops > 0 && truth == Some(true) {
            self.out.push_str(rest);
            return true;
        }
        shown
    }
}

/// Whether a condition holds, where its text tells, and what follows it.
fn judged(text: &str, is_set: impl Fn(&str) -> bool) -> (Option<bool>, &str) {
    let mut rest = text.trim_start();
    let (mut no, mut any_case) = (false, false);
    loop {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        if word.eq_ignore_ascii_case("not") {
            no = !no;
        } else if word.eq_ignore_ascii_case("/i") {
            any_case = true;
        } else if word.eq_ignore_ascii_case("defined") {
            // What the script did not set may still be set.
            let (name, after) = word_and_rest(after);
            return (is_set(name).then_some(!no), after);
        } else if ["exist", "errorlevel", "cmdextversion"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
        {
            return (None, word_and_rest(after).1);
        } else {
            break;
        }
        rest = after.trim_start();
    }
    let (left, operator, right, after) = if let Some((left, after)) = around_equals(rest) {
        let (right, after) = word_and_rest(after);
        (left, "==", right, after)
    } else {
        let (left, after) = word_and_rest(rest);
        let (operator, after) = word_and_rest(after);
        let (right, after) = word_and_rest(after);
        (left, operator, right, after)
    };
    // What still holds a mark is known only when it runs.
    let known = !left.contains(['%', '!']) && !right.contains(['%', '!']);
    let same = if any_case { left.eq_ignore_ascii_case(right) } else { left == right };
    let numbers = (left.parse::<i64>().ok(), right.parse::<i64>().ok());
    let truth = match (operator.to_ascii_lowercase().as_str(), numbers) {
        ("==", _) => Some(same),
        ("equ", (Some(a), Some(b))) => Some(a == b),
        ("neq", (Some(a), Some(b))) => Some(a != b),
        ("lss", (Some(a), Some(b))) => Some(a < b),
        ("leq", (Some(a), Some(b))) => Some(a <= b),
        ("gtr", (Some(a), Some(b))) => Some(a > b),
        ("geq", (Some(a), Some(b))) => Some(a >= b),
        _ => None,
    };
    (truth.filter(|_| known).map(|truth| truth != no), after)
}

/// The two sides of `==` where it stands before the first blank outside quotes.
fn around_equals(text: &str) -> Option<(&str, &str)> {
    let (left, right) = text.split_once("==")?;
    (left.matches('"').count() % 2 == 0 && !left.trim().contains(' ') || left.trim().starts_with('"'))
        .then(|| (left.trim(), right.trim_start()))
}

fn word_and_rest(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let mut quoted = false;
    let end = text
        .char_indices()
        .find(|&(at, c)| {
            quoted ^= c == '"';
            !quoted && (c.is_whitespace() || c == '(' && at > 0)
        })
        .map_or(text.len(), |(at, _)| at);
    (&text[..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_text_decides() {
        for (text, truth, rest) in [
            ("99==99 call x", Some(true), "call x"),
            ("98==99 call x", Some(false), "call x"),
            ("not 1==2 call x", Some(true), "call x"),
            ("/i \"A b\"==\"a B\" (echo x)", Some(true), "(echo x)"),
            ("5 equ 5 call x", Some(true), "call x"),
            ("5 GTR 7 call x", Some(false), "call x"),
            ("exist c:\\x del c:\\x", None, "del c:\\x"),
            ("defined known call x", Some(true), "call x"),
            ("not defined known call x", Some(false), "call x"),
            ("defined other call x", None, "call x"),
            ("!a!==1 call x", None, "call x"),
            ("", None, ""),
        ] {
            let (found, after) = judged(text, |name| name == "known");
            assert_eq!((found, after.trim()), (truth, rest), "{text}");
        }
    }
}
