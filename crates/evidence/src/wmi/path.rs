//! Object paths: `\\.\root\subscription:__EventFilter.Name="x"` in all spellings.

use super::canonical_namespace;
use std::fmt;

/// The path of a WMI instance or class, taken apart with quotes respected.
///
/// Names in it may hold any character, `:`, `.`, `,`, `=` and quotes included. Servers and namespaces are optional, `/` and `\` are
/// alike, and case does not matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectPath {
    /// The machine, without its slashes; `.` is the local one.
    pub server: Option<String>,
    /// The namespace in canonical spelling.
    pub namespace: Option<String>,
    /// The class as written.
    pub class: String,
    /// The keys as written, names and unescaped values, sorted by name without case. A singleton (`=@`) has none.
    pub keys: Vec<(String, String)>,
}

/// Why a text is no object path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// There is no class name.
    #[error("the object path names no class")]
    NoClass,
    /// A key has no value, or something follows a value.
    #[error("the object path has a key without a proper value")]
    BadKey,
}

impl ObjectPath {
    /// Reads a path.
    ///
    /// Two spellings of a quote inside a quoted value are read: escaped (`\"`, as WMI writes paths) and bare, as `wmic` shows
    /// them; a bare quote ends the value only where a `,` or the end of the path follows.
    ///
    /// # Errors
    /// [`PathError`] where the text is no path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let text = strip_outer_quotes(text.trim());
        let (server, namespace, object) = split_namespace(text);
        let end = object.find(['.', '=']).unwrap_or(object.len());
        let (class, rest) = object.split_at(end);
        let class = class.trim();
        if class.is_empty() || class.contains('"') {
            return Err(PathError::NoClass);
        }
        let mut keys = match rest.strip_prefix('.') {
            Some(keys) => parse_keys(keys)?,
            None if rest.is_empty() || rest == "=@" => Vec::new(),
            None => vec![(String::new(), parse_value(rest.get(1..).unwrap_or_default())?.0)],
        };
        keys.sort_by_key(|(name, _)| name.to_lowercase());
        Ok(Self { server, namespace, class: class.to_owned(), keys })
    }

    /// The value of the only key, or of the key called `Name`.
    pub fn name(&self) -> Option<&str> {
        match self.keys.as_slice() {
            [(_, value)] => Some(value),
            keys => keys
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("Name"))
                .map(|(_, value)| value.as_str()),
        }
    }

    /// Class and keys without case, for comparing: two paths of one object have one such text.
    pub fn canonical_relative(&self) -> String {
        let mut text = self.class.to_lowercase();
        for (at, (name, value)) in self.keys.iter().enumerate() {
            text.push(if at == 0 { '.' } else { ',' });
            text.push_str(&name.to_lowercase());
            text.push_str("=\"");
            text.push_str(&value.to_lowercase().replace('\\', "\\\\").replace('"', "\\\""));
            text.push('"');
        }
        text
    }
}

impl fmt::Display for ObjectPath {
    /// The path as WMI writes it, as far as its parts are known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "\\\\{}\\{namespace}:", self.server.as_deref().unwrap_or("."))?;
        }
        f.write_str(&self.class)?;
        for (at, (name, value)) in self.keys.iter().enumerate() {
            let before = if at == 0 { "." } else { "," };
            let before = if name.is_empty() { "" } else { before };
            write!(f, "{before}{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))?;
        }
        Ok(())
    }
}

/// `wmic` puts references in quotes without escaping the quotes in them.
fn strip_outer_quotes(text: &str) -> &str {
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.is_empty() => inner,
        _ => text,
    }
}

/// Splits at the colon that ends the namespace: the first one outside quotes.
fn split_namespace(text: &str) -> (Option<String>, Option<String>, &str) {
    let before_quote = text.split('"').next().unwrap_or_default();
    let Some((prefix, _)) = before_quote.split_once(':') else {
        return (None, None, text);
    };
    let object = text.get(prefix.len() + 1..).unwrap_or_default();
    let slashes = prefix.replace('/', "\\");
    let server = slashes.strip_prefix("\\\\").and_then(|rest| rest.split('\\').next());
    let namespace = canonical_namespace(prefix);
    (
        server.filter(|server| !server.is_empty()).map(str::to_owned),
        Some(namespace).filter(|namespace| !namespace.is_empty()),
        object,
    )
}

fn parse_keys(mut text: &str) -> Result<Vec<(String, String)>, PathError> {
    let mut keys = Vec::new();
    loop {
        let (name, rest) = text.split_once('=').ok_or(PathError::BadKey)?;
        let (value, rest) = parse_value(rest)?;
        keys.push((name.trim().to_owned(), value));
        match rest.trim_start().strip_prefix(',') {
            Some(more) => text = more,
            None => return Ok(keys),
        }
    }
}

/// One key value, quoted or bare, and what follows it.
fn parse_value(text: &str) -> Result<(String, &str), PathError> {
    let text = text.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        let value = value.trim();
        return if value.is_empty() { Err(PathError::BadKey) } else { Ok((value.to_owned(), rest)) };
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match quoted.get(at + 1..).and_then(|rest| rest.chars().next()) {
                Some(escaped @ ('\\' | '"')) => {
                    value.push(escaped);
                    chars.next();
                }
                _ => value.push('\\'),
            },
            '"' => {
                let rest = quoted.get(at + 1..).unwrap_or_default();
                if ends_value(rest) {
                    return Ok((value, rest));
                }
                value.push('"');
            }
            other => value.push(other),
        }
    }
    Err(PathError::BadKey)
}

/// Whether a bare quote before `rest` ends the value: nothing follows, or another key does.
fn ends_value(rest: &str) -> bool {
    let rest = rest.trim_start();
    match rest.strip_prefix(',') {
        None => rest.is_empty(),
        Some(next) => {
            let name: &str = next.split('=').next().unwrap_or_default().trim();
            next.contains('=') && !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> ObjectPath {
        ObjectPath::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn spellings_of_one_path_are_one() {
        let paths = [
            r#"__EventFilter.Name="SCM Event Log Filter""#,
            r#""__EventFilter.Name="SCM Event Log Filter"""#,
            r#"\\.\root\subscription:__EventFilter.Name="SCM Event Log Filter""#,
            r#"\\HOST\ROOT\Subscription:__EVENTFILTER.name="scm event log filter""#,
            r#"//./root/subscription:__EventFilter.Name="SCM Event Log Filter""#,
            r#"root\subscription:__EventFilter.Name="SCM Event Log Filter""#,
            r#"__EventFilter.Name = "SCM Event Log Filter""#,
        ];
        for path in paths {
            assert_eq!(
                parse(path).canonical_relative(),
                r#"__eventfilter.name="scm event log filter""#,
                "{path}"
            );
        }
        assert_eq!(parse(paths[3]).namespace.as_deref(), Some(r"root\subscription"));
        assert_eq!(parse(paths[3]).server.as_deref(), Some("HOST"));
    }

    #[test]
    fn quotes_in_names_are_read_escaped_and_bare() {
        assert_eq!(parse(r#"__EventFilter.Name="Windows\" Update""#).name(), Some("Windows\" Update"));
        assert_eq!(parse(r#"__EventFilter.Name="Windows" Update""#).name(), Some("Windows\" Update"));
        assert_eq!(parse(r#"F.Name="a:b.c,d=e""#).name(), Some("a:b.c,d=e"));
    }

    #[test]
    fn a_path_in_a_path_keeps_its_quotes() {
        let path = parse(
            r#"__FilterToConsumerBinding.Consumer="\\\\.\\root\\subscription:X.Name=\"a\"",Filter="__EventFilter.Name=\"b\"""#,
        );
        assert_eq!(path.keys[0].1, r#"\\.\root\subscription:X.Name="a""#);
        assert_eq!(path.keys[1].1, r#"__EventFilter.Name="b""#);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "  ", "=@", "\"", ".Name=\"x\"", "X.Name", "X.Name=", "X.Name=\"x"] {
            assert!(ObjectPath::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(parse("X=@").keys, []);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = ObjectPath::parse(&text);
        }

        #[test]
        fn writing_and_reading_gives_the_same(name in any::<String>(), other in "[^\"]*") {
            let path = ObjectPath {
                server: Some("HOST".into()),
                namespace: Some(r"root\x".into()),
                class: "A_b".into(),
                keys: vec![("K".into(), name), ("L".into(), other)],
            };
            let read = ObjectPath::parse(&path.to_string());
            // A name may itself look like the end of the value; WMI escapes it, and so does `Display`.
            prop_assert_eq!(read, Ok(path));
        }
    }
}
