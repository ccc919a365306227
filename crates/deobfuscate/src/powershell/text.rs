//! A text that knows its length: loops of scripts take one character after another out of long texts.

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    all: String,
    /// UTF-16 units, as .NET counts. As many as there are bytes only where all is ASCII.
    units: usize,
}

impl Text {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let all = text.into();
        Self { units: units(&all), all }
    }

    pub(crate) fn push_str(&mut self, more: &str) {
        self.units += units(more);
        self.all.push_str(more);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.all
    }

    /// The length in .NET's units.
    pub(crate) fn units(&self) -> usize {
        self.units
    }

    pub(crate) fn is_plain(&self) -> bool {
        self.units == self.all.len()
    }

    /// How many characters.
    pub(crate) fn count(&self) -> usize {
        if self.is_plain() { self.all.len() } else { self.all.chars().count() }
    }

    /// What finding a character costs.
    pub(crate) fn cost_of(&self, index: usize) -> usize {
        if self.is_plain() { 0 } else { index.min(self.all.len()) }
    }

    pub(crate) fn at(&self, index: usize) -> Option<char> {
        if self.is_plain() {
            self.all.as_bytes().get(index).copied().map(char::from)
        } else {
            self.all.chars().nth(index)
        }
    }

    /// Some characters from one on; `None` beyond the end.
    pub(crate) fn part(&self, start: usize, len: usize) -> Option<&str> {
        if self.is_plain() {
            return self.all.get(start..start.saturating_add(len).min(self.all.len()));
        }
        let from = self.place(start)?;
        let rest = self.all.get(from..)?;
        let to = rest.char_indices().nth(len).map_or(rest.len(), |(at, _)| at);
        rest.get(..to)
    }

    /// The byte at which a character begins; the end is a place too.
    pub(crate) fn place(&self, index: usize) -> Option<usize> {
        if self.is_plain() {
            return (index <= self.all.len()).then_some(index);
        }
        self.all.char_indices().map(|(at, _)| at).chain([self.all.len()]).nth(index)
    }
}

fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_characters() {
        let plain = Text::new("abcd");
        assert_eq!((plain.units(), plain.count(), plain.at(3)), (4, 4, Some('d')));
        assert_eq!((plain.part(1, 2), plain.part(4, 9), plain.part(5, 1)), (Some("bc"), Some(""), None));
        let mut wide = Text::new("aé");
        wide.push_str("😀z");
        assert_eq!((wide.units(), wide.count(), wide.at(3)), (5, 4, Some('z')));
        assert_eq!((wide.part(1, 2), wide.part(4, 1), wide.part(5, 1)), (Some("é😀"), Some(""), None));
        assert_eq!((wide.place(4), wide.place(5)), (Some(8), None));
    }
}
