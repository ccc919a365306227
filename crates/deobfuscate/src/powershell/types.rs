//! Static members and methods of .NET types, and what `New-Object` makes.

use std::rc::Rc;

use super::collections::Map;
use super::eval::Evaluator;
use super::text::Text;
use super::trace::{Gap, Trick};
use super::value::{Value, char_of};
use super::{objects, operators, shape, strings};
use crate::encoding::{self, Wrapping};
use crate::number;

pub(super) fn static_member(type_name: &str, name: &str) -> Value {
    match (type_name, name) {
        ("text.encoding" | "text.asciiencoding" | "text.utf8encoding" | "text.unicodeencoding", name) => {
            encoding_name(name).map_or(Value::Unknown, Value::Encoding)
        }
        ("string", "empty") => Value::text(""),
        ("environment", "newline") => Value::text("\r\n"),
        ("int" | "int32", "maxvalue") => Value::Int(i64::from(i32::MAX)),
        ("char", "maxvalue") => Value::Char('\u{ffff}'),
        ("byte", "maxvalue") => Value::Int(255),
        ("io.path", "directoryseparatorchar") => Value::Char('\\'),
        ("io.compression.compressionmode" | "stringsplitoptions" | "globalization.numberstyles", mode) => {
            Value::text(mode)
        }
        ("text.regularexpressions.regexoptions", mode) => Value::text(mode),
        _ => Value::Unknown,
    }
}

fn encoding_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "ascii" | "us-ascii" | "text.asciiencoding" | "20127" => "ascii",
        "utf8" | "utf-8" | "default" | "text.utf8encoding" | "65001" => "utf8",
        "unicode" | "utf-16" | "utf-16le" | "text.unicodeencoding" | "1200" => "unicode",
        "bigendianunicode" | "utf-16be" | "1201" => "bigendianunicode",
        "iso-8859-1" | "latin1" | "28591" | "1252" | "windows-1252" => "latin1",
        _ => return None,
    })
}

pub(super) fn static_call(me: &mut Evaluator<'_>, type_name: &str, name: &str, args: &[Value]) -> Value {
    if name == "new" {
        return construct(me, type_name, args);
    }
    if args.iter().any(Value::is_unknown) {
        return Value::Unknown;
    }
    let text = |i: usize| args.get(i).and_then(|arg| arg.to_text(""));
    match (type_name, name) {
        ("convert", _) => convert(me, name, args),
        ("char" | "string", "tostring") | ("char", "convertfromutf32") => match args.first() {
            Some(Value::Int(number)) => {
                char_of(*number).map_or(Value::Unknown, |c| Value::text(c.to_string()))
            }
            Some(other) => other.to_text("").map_or(Value::Unknown, Value::text),
            None => Value::Unknown,
        },
        ("string", "join" | "concat" | "format") => text_call(me, name, args),
        ("regex" | "text.regularexpressions.regex", _) => strings::regex(me, name, args),
        ("text.encoding", "getencoding") => text(0)
            .and_then(|name| encoding_name(&name.to_ascii_lowercase()))
            .map_or(Value::Unknown, Value::Encoding),
        ("array", "reverse") => Value::Null,
        ("linq.enumerable", "reverse") => match args {
            [items] if me.step(items.weight()) => {
                let mut items: Vec<Value> = items.items().collect();
                items.reverse();
                me.trace.trick(Trick::Reversed);
                me.trace.step("reversed");
                me.bounded(Value::list(items))
            }
            _ => Value::Unknown,
        },
        ("diagnostics.process", "start") => {
            match args {
                [info @ Value::Map(_)] => process(me, info),
                [program, given] => started(me, Some(program), Some(given)),
                _ => {}
            }
            Value::Unknown
        }
        ("scriptblock" | "management.automation.scriptblock", "create") => {
            if let Some(first) = args.first() {
                me.trace.run(first, " ");
            }
            Value::Unknown
        }
        ("uri", "unescapedatastring") | ("net.webutility" | "web.httputility", "urldecode") => {
            text(0).map_or(Value::Unknown, |text| me.bounded(Value::text(encoding::percent(&text))))
        }
        // What comes out of a protected string and goes in between is the same text here.
        (
            "runtime.interopservices.marshal",
            "securestringtobstr"
            | "securestringtocotaskmemunicode"
            | "securestringtoglobalallocunicode"
            | "securestringtocotaskmemansi"
            | "securestringtoglobalallocansi"
            | "ptrtostringauto"
            | "ptrtostringuni"
            | "ptrtostringbstr"
            | "ptrtostringansi",
        ) => args.first().cloned().unwrap_or(Value::Unknown),
        ("bitconverter", _) => bits(me, name, args),
        ("environment", "getenvironmentvariable") => {
            text(0).map_or(Value::Unknown, |name| me.variable(&format!("env:{}", name.to_ascii_lowercase())))
        }
        ("io.path", "combine") => match args.iter().map(|arg| arg.to_text("")).collect::<Option<Vec<_>>>() {
            Some(parts) => {
                let last = parts.len().saturating_sub(1);
                let part = |(i, part): (usize, &String)| {
                    if i < last { format!("{}\\", part.trim_end_matches('\\')) } else { part.clone() }
                };
                me.bounded(Value::text(parts.iter().enumerate().map(part).collect::<String>()))
            }
            None => Value::Unknown,
        },
        ("math" | "byte" | "int" | "int32" | "int16" | "int64" | "uint32", _) => number_call(me, name, args),
        ("string", "isnullorempty" | "isnullorwhitespace") => {
            text(0).map_or(Value::Unknown, |text| Value::Bool(text.trim().is_empty()))
        }
        _ => Value::Unknown,
    }
}

/// `[string]`.
fn text_call(me: &mut Evaluator<'_>, name: &str, args: &[Value]) -> Value {
    match name {
        "join" => match args {
            [separator, items] => {
                operators::binary(me, super::ast::Op::Join, items.clone(), separator.clone())
            }
            [separator, items @ ..] => {
                operators::binary(me, super::ast::Op::Join, Value::list(items.to_vec()), separator.clone())
            }
            [] => Value::Unknown,
        },
        "concat" => operators::binary(
            me,
            super::ast::Op::Join,
            Value::list(args.iter().flat_map(Value::items).collect()),
            Value::text(""),
        ),
        "format" => match args {
            [pattern, rest @ ..] => {
                let rest = if let [Value::List(items)] = rest { items.to_vec() } else { rest.to_vec() };
                operators::binary(me, super::ast::Op::Format, pattern.clone(), Value::list(rest))
            }
            [] => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

/// `[math]`, and the reading of numbers.
fn number_call(me: &mut Evaluator<'_>, name: &str, args: &[Value]) -> Value {
    let text = |i: usize| args.get(i).and_then(|arg| arg.to_text(""));
    match name {
        "parse" => {
            let hex = text(1).is_some_and(|style| style.to_ascii_lowercase().contains("hex"));
            let base = Value::Int(if hex { 16 } else { 10 });
            convert(me, "toint64", &[args.first().cloned().unwrap_or(Value::Null), base])
        }
        "max" | "min" => match (args.first().and_then(Value::to_int), args.get(1).and_then(Value::to_int)) {
            (Some(a), Some(b)) => Value::Int(if name == "max" { a.max(b) } else { a.min(b) }),
            _ => Value::Unknown,
        },
        "ceiling" => match args.first() {
            Some(Value::Float(number)) => Value::Int(number::whole(number.ceil())),
            Some(other) => other.to_int().map_or(Value::Unknown, Value::Int),
            None => Value::Unknown,
        },
        "abs" => {
            args.first().and_then(Value::to_int).map_or(Value::Unknown, |n| Value::Int(n.saturating_abs()))
        }
        "round" | "floor" | "truncate" => match args.first() {
            Some(Value::Float(number)) if name != "round" => Value::Int(number::whole(number.floor())),
            Some(other) => other.to_int().map_or(Value::Unknown, Value::Int),
            None => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

fn convert(me: &mut Evaluator<'_>, name: &str, args: &[Value]) -> Value {
    let first = args.first().cloned().unwrap_or(Value::Null);
    match name {
        "frombase64string" | "frombase64chararray" => {
            let Some(text) = first.to_text("") else { return Value::Unknown };
            let Some(unpacked) = encoding::base64(&text) else { return Value::Unknown };
            me.trace.trick(Trick::Base64);
            let out = Value::Bytes(Rc::new(unpacked.bytes));
            me.trace.produce(&first, "base64", &out);
            me.bounded(out)
        }
        "fromhexstring" => match first.to_text("").map(|text| hex(&text)) {
            Some(Some(bytes)) => me.bounded(Value::Bytes(Rc::new(bytes))),
            _ => Value::Unknown,
        },
        "tobase64string" => match first.to_bytes() {
            Some(bytes) => {
                use base64::Engine as _;
                me.bounded(Value::text(base64::engine::general_purpose::STANDARD.encode(bytes.as_slice())))
            }
            None => Value::Unknown,
        },
        "toint16" | "toint32" | "toint64" | "touint16" | "touint32" | "touint64" | "tobyte" | "tosbyte" => {
            match args.get(1).and_then(Value::to_int) {
                Some(base @ (2 | 8 | 10 | 16)) => {
                    me.trace.step("char-codes");
                    let owned;
                    let text = match &first {
                        Value::Str(text) => text.as_str(),
                        other => {
                            owned = other.to_text("").unwrap_or_default();
                            &owned
                        }
                    };
                    let digits = text.trim().trim_start_matches("0x").trim_start_matches("0X");
                    u32::try_from(base)
                        .ok()
                        .and_then(|base| i64::from_str_radix(digits, base).ok())
                        .map_or(Value::Unknown, Value::Int)
                }
                _ => first.to_int().map_or(Value::Unknown, Value::Int),
            }
        }
        "tochar" => match &first {
            Value::Str(text) if text.chars().count() == 1 => {
                text.chars().next().map_or(Value::Unknown, Value::Char)
            }
            other => other.to_int().and_then(char_of).map_or(Value::Unknown, Value::Char),
        },
        "tostring" => match (first.to_int(), args.get(1).and_then(Value::to_int)) {
            (Some(number), Some(16)) => Value::text(format!("{number:x}")),
            (Some(number), Some(8)) => Value::text(format!("{number:o}")),
            (Some(number), Some(2)) => Value::text(format!("{number:b}")),
            _ => first.to_text(" ").map_or(Value::Unknown, Value::text),
        },
        _ => Value::Unknown,
    }
}

/// `[BitConverter]`.
fn bits(me: &mut Evaluator<'_>, name: &str, args: &[Value]) -> Value {
    let bytes = |len: usize| -> Option<Vec<u8>> {
        let all = args.first()?.to_bytes()?;
        let at = usize::try_from(args.get(1).and_then(Value::to_int).unwrap_or(0)).ok()?;
        all.get(at..at.checked_add(len)?).map(<[u8]>::to_vec)
    };
    let number = |len: usize| -> Option<i64> {
        Some(bytes(len)?.iter().rev().fold(0_i64, |number, byte| number << 8 | i64::from(*byte)))
    };
    let int = |number: Option<i64>| number.map_or(Value::Unknown, Value::Int);
    match name {
        "tostring" => {
            let Some(bytes) = args.first().and_then(Value::to_bytes) else { return Value::Unknown };
            if !me.step(bytes.len() * 4) {
                return Value::Unknown;
            }
            let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            me.bounded(Value::text(pairs.join("-")))
        }
        "tochar" => int(number(2)).to_int().and_then(char_of).map_or(Value::Unknown, Value::Char),
        "touint16" => int(number(2)),
        "toint16" => int(number(2).map(|number| if number > 0x7fff { number - 0x1_0000 } else { number })),
        "touint32" => int(number(4)),
        "toint32" => int(number(4).map(|number| i64::from(number::low32(number)))),
        "toint64" => int(number(8)),
        "getbytes" => match args.first() {
            Some(Value::Int(number)) => Value::Bytes(Rc::new(number::low32(*number).to_le_bytes().to_vec())),
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

/// Pairs of hexadecimal digits to bytes.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// What a `ProcessStartInfo` starts.
pub(super) fn process(me: &mut Evaluator<'_>, info: &Value) {
    if let Value::Map(map) = info {
        started(me, map.get("filename"), map.get("arguments"));
    }
}

fn started(me: &mut Evaluator<'_>, program: Option<&Value>, given: Option<&Value>) {
    let text = |value: Option<&Value>| value.and_then(|value| value.to_text(" "));
    if let (Some(program), Some(given)) = (text(program), text(given)) {
        me.trace.tell(&Rc::new(Text::new(format!("{program} {given}"))));
    }
}

/// `New-Object name(args)`.
pub(super) fn construct(me: &mut Evaluator<'_>, type_name: &str, args: &[Value]) -> Value {
    let lower = type_name.to_ascii_lowercase();
    let name = lower.strip_prefix("system.").unwrap_or(&lower);
    let first = args.first();
    match name {
        "io.memorystream" if first.is_none_or(|first| matches!(first, Value::Int(_))) => {
            Value::Stream(Rc::new(Vec::new()))
        }
        "io.memorystream" => match first.and_then(Value::to_bytes) {
            Some(bytes) => {
                let out = Value::Stream(bytes);
                if let Some(first) = first {
                    me.trace.produce(first, "bytes", &out);
                }
                out
            }
            None => Value::Unknown,
        },
        "io.compression.deflatestream" => inflate(me, first, Wrapping::Raw, "deflate"),
        "io.compression.gzipstream" => inflate(me, first, Wrapping::Gzip, "gzip"),
        "io.compression.zlibstream" => inflate(me, first, Wrapping::Zlib, "zlib"),
        "io.streamreader" | "io.binaryreader" | "io.bufferedstream" => match first {
            Some(Value::Stream(bytes)) => Value::Stream(Rc::clone(bytes)),
            _ => Value::Unknown,
        },
        "string" => match args {
            [chars] => operators::binary(me, super::ast::Op::Join, chars.clone(), Value::text("")),
            [c, times] => {
                let c = c.to_text("").map_or(Value::Unknown, Value::text);
                operators::binary(me, super::ast::Op::Mul, c, times.clone())
            }
            _ => Value::Unknown,
        },
        "text.asciiencoding" | "text.utf8encoding" | "text.unicodeencoding" => {
            encoding_name(name).map_or(Value::Unknown, Value::Encoding)
        }
        "text.stringbuilder" => match first {
            Some(Value::Str(text)) if me.step(text.len()) => objects::builder(text),
            Some(Value::Unknown) => Value::Unknown,
            _ => objects::builder(""),
        },
        "regex" | "text.regularexpressions.regex" => match first {
            Some(Value::Str(pattern)) => Value::Pattern(Rc::clone(pattern)),
            _ => Value::Unknown,
        },
        "diagnostics.processstartinfo" => {
            let mut map = Map::default();
            for (name, value) in ["FileName", "Arguments"].iter().zip(args) {
                map.set(name, value.clone());
            }
            Value::map(map)
        }
        "diagnostics.process" => {
            let mut map = Map::default();
            map.set("StartInfo", Value::map(Map::default()));
            Value::map(map)
        }
        "management.automation.pscredential" => args.get(1).cloned().unwrap_or(Value::Unknown),
        _ if shape::is_list(name) => match first {
            Some(Value::Int(_)) | None => Value::list(Vec::new()),
            Some(Value::Unknown) => Value::Unknown,
            Some(items) => me.bounded(Value::List(Rc::new(items.to_list()))),
        },
        _ if shape::is_table(name) => match first {
            Some(Value::Map(map)) => Value::Map(Rc::clone(map)),
            _ => Value::map(Map::default()),
        },
        "byte[]" => match first.and_then(Value::to_int).and_then(|n| usize::try_from(n).ok()) {
            Some(len) if len <= me.room => me.bounded(Value::Bytes(Rc::new(vec![0; len]))),
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

fn inflate(me: &mut Evaluator<'_>, stream: Option<&Value>, wrapping: Wrapping, how: &'static str) -> Value {
    let Some((value, bytes)) = stream.and_then(|value| value.to_bytes().map(|bytes| (value, bytes))) else {
        return Value::Unknown;
    };
    me.trace.trick(Trick::Compressed);
    // What is left of the budget bounds what a bomb may unpack.
    let room = me.room.min(usize::try_from(*me.steps).unwrap_or(usize::MAX).saturating_mul(64));
    if let Some(unpacked) = encoding::inflate(&bytes, wrapping, room) {
        if unpacked.damaged {
            me.trace.gap(Gap::Damaged);
        }
        let out = Value::Stream(Rc::new(unpacked.bytes));
        me.trace.produce(value, how, &out);
        me.step(out.weight());
        out
    } else {
        me.trace.gap(Gap::Damaged);
        Value::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_digits() {
        assert_eq!(hex("486"), None);
        assert_eq!(hex("48-65").as_deref(), Some(b"He".as_slice()));
    }
}
