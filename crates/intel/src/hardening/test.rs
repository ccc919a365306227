//! What a value should be: `= 1 | 2`, `!= 0`, `>= 5`, `1 .. 10`, `lacks text`.

use serde::{Deserialize, Deserializer, de};
use std::fmt;
use std::str::FromStr;

/// What a value should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of these numbers.
    OneOf(Vec<i64>),
    /// Any number but this.
    Not(i64),
    /// This number or a higher one.
    AtLeast(i64),
    /// A number from the first to the last.
    Within(i64, i64),
    /// A text without this in it.
    Lacks(String),
}

impl Test {
    /// Whether the data is as it should be; `None` where it is no number and should be one.
    pub fn holds(&self, data: &str) -> Option<bool> {
        let number = || data.trim().parse::<i64>().ok();
        Some(match self {
            Self::OneOf(numbers) => numbers.contains(&number()?),
            Self::Not(other) => number()? != *other,
            Self::AtLeast(least) => number()? >= *least,
            Self::Within(first, last) => (*first..=*last).contains(&number()?),
            Self::Lacks(text) => !data.to_lowercase().contains(&text.to_lowercase()),
        })
    }
}

impl FromStr for Test {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            text.trim().parse::<i64>().map_err(|_| format!("expected a number, found `{}`", text.trim()))
        };
        if let Some(rest) = text.strip_prefix("lacks ") {
            Ok(Self::Lacks(rest.to_owned()))
        } else if let Some(rest) = text.strip_prefix("!=") {
            number(rest).map(Self::Not)
        } else if let Some(rest) = text.strip_prefix(">=") {
            number(rest).map(Self::AtLeast)
        } else if let Some(rest) = text.strip_prefix('=') {
            rest.split('|').map(number).collect::<Result<_, _>>().map(Self::OneOf)
        } else if let Some((first, last)) = text.split_once("..") {
            Ok(Self::Within(number(first)?, number(last)?))
        } else {
            Err(format!("expected `=`, `!=`, `>=`, `A .. B` or `lacks`, found `{text}`"))
        }
    }
}

impl<'de> Deserialize<'de> for Test {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// In signs that every language reads.
impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(numbers) => {
                let numbers: Vec<_> = numbers.iter().map(i64::to_string).collect();
                f.write_str(&numbers.join(" / "))
            }
            Self::Not(other) => write!(f, "≠ {other}"),
            Self::AtLeast(least) => write!(f, "≥ {least}"),
            Self::Within(first, last) => write!(f, "{first}–{last}"),
            Self::Lacks(text) => write!(f, "≠ …{text}…"),
        }
    }
}
