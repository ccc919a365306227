//! The languages that the report speaks.

/// A language of the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English, the language of everything that has no other wording.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Japanese];

    /// The language for a tag as systems and people give it: `ja`, `ja-JP`, `ja_JP.UTF-8`. What is not known is English.
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("ja") { Self::Japanese } else { Self::English }
    }

    /// The tag of the language (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn tags_of_systems_are_understood() {
        for tag in ["ja", "JA", "ja-JP", "ja_JP.UTF-8", "ja-Hira-JP"] {
            assert_eq!(Language::from_tag(tag), Language::Japanese, "{tag}");
        }
        for tag in ["en", "en-GB", "de", "", "C", "jav", "POSIX"] {
            assert_eq!(Language::from_tag(tag), Language::English, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), language);
        }
    }
}
