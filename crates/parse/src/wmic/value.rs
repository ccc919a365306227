//! The text of a value, read by its kind.

use super::layout::Kind;
use evidence::Value;

/// The value that a listing shows as `text`.
pub(super) fn parse(kind: Kind, text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    let read = match kind {
        Kind::Bool => boolean(text),
        Kind::Number => number(text),
        Kind::Bytes | Kind::Strings => array(text),
        Kind::Reference => {
            let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            inner.map(Value::from)
        }
        Kind::Text | Kind::Free => None,
        Kind::Any => boolean(text).or_else(|| array(text)),
    };
    read.unwrap_or_else(|| Value::from(text.trim_end_matches(['\r', '\n'])))
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "TRUE" => Some(Value::Bool(true)),
        "FALSE" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// A number in the one spelling that Windows gives it; anything else stays text, so that nothing is lost.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if !canonical {
        return None;
    }
    text.parse().map(Value::Uint).or_else(|_| text.parse().map(Value::Int)).ok().filter(|_| text != "-0")
}

/// `{1,2}` or `{"a","b"}`. The quotes of the strings are not escaped in them, so `","` always parts two.
pub(super) fn array(text: &str) -> Option<Value> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    if inner.is_empty() {
        return Some(Value::Array(Vec::new()));
    }
    if let Some(strings) = inner.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Some(Value::Array(strings.split("\",\"").map(Value::from).collect()));
    }
    bytes(inner)
        .or_else(|| inner.split([',', ';']).map(|item| number(item.trim())).collect())
        .map(Value::Array)
}

/// The elements of a `uint8[]`: the one array that every record has.
fn bytes(inner: &str) -> Option<Vec<Value>> {
    let mut items = Vec::with_capacity(inner.len() / 2 + 1);
    let (mut item, mut digits) = (0_u64, 0);
    for byte in inner.bytes() {
        match byte {
            b'0'..=b'9' if digits < 3 && (digits == 0 || item > 0) => {
                item = item * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b',' if digits > 0 => {
                items.push(Value::Uint(item));
                (item, digits) = (0, 0);
            }
            _ => return None,
        }
    }
    items.push(Value::Uint(item));
    (digits > 0).then_some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_their_kind() {
        let numbers = |items: &[u64]| Value::Array(items.iter().copied().map(Value::Uint).collect());
        assert_eq!(parse(Kind::Bool, "TRUE"), Value::Bool(true));
        assert_eq!(parse(Kind::Text, "TRUE"), Value::from("TRUE"));
        assert_eq!(parse(Kind::Number, "32"), Value::Uint(32));
        assert_eq!(parse(Kind::Number, "-1"), Value::Int(-1));
        assert_eq!(parse(Kind::Number, "032"), Value::from("032"));
        assert_eq!(parse(Kind::Number, "18446744073709551616"), Value::from("18446744073709551616"));
        assert_eq!(parse(Kind::Bytes, "{1,5,0}"), numbers(&[1, 5, 0]));
        assert_eq!(parse(Kind::Bytes, "{1000;20}"), numbers(&[1000, 20]));
        assert_eq!(parse(Kind::Bytes, "{}"), Value::Array(Vec::new()));
        for odd in ["{1,}", "{,1}", "{01}", "{00,1}", "{1", "{1,x}"] {
            assert_eq!(parse(Kind::Bytes, odd), Value::from(odd));
        }
        assert_eq!(parse(Kind::Bytes, "{1,5,0,0...}"), Value::from("{1,5,0,0...}"));
        assert_eq!(parse(Kind::Strings, r#"{""}"#), Value::Array(vec![Value::from("")]));
        assert_eq!(
            parse(Kind::Strings, r#"{"a","b"c"}"#),
            Value::Array(vec![Value::from("a"), Value::from("b\"c")])
        );
        assert_eq!(parse(Kind::Reference, r#""F.Name="x"""#), Value::from(r#"F.Name="x""#));
        assert_eq!(parse(Kind::Reference, r#"F.Name="x""#), Value::from(r#"F.Name="x""#));
        assert_eq!(parse(Kind::Reference, "\""), Value::from("\""));
        assert_eq!(parse(Kind::Free, "{1,2}"), Value::from("{1,2}"));
        assert_eq!(parse(Kind::Any, "{1,2}"), numbers(&[1, 2]));
        assert_eq!(parse(Kind::Any, ""), Value::Null);
    }
}
