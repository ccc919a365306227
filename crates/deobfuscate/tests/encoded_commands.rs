//! The published set of 1,411 real encoded command lines: the first layer against the published text.
//!
//! The publisher's text is not the decoded text to the letter. Its makers dropped zero bytes instead of reading UTF-16,
//! wrote lines with `\n` and cut white space off the ends, so that
//!
//! - `\r\n` there is `\n`, and leading or trailing white space is missing;
//! - a character beyond U+00FF appears as its two bytes, low byte first, the curly quote U+201D as `\x1d` and a blank.
//!
//! With these two habits undone, the rest must be equal. What is still not is listed with its reason.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::io::Read as _;
use std::path::PathBuf;

use deminer_deobfuscate::{Limits, ScriptVerdict, decode};

fn data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("DEMINER_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let file = root.join(path);
    if file.exists() {
        return Some(file);
    }
    println!("SKIPPED: {} is missing", file.display());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the test data is missing in CI");
    None
}

struct Record {
    command: String,
    published: String,
}

fn records() -> Option<Vec<Record>> {
    let file = std::fs::File::open(data("powershell/encoded-commands.jsonl.gz")?).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let parse = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| value[name].as_str().unwrap().to_owned();
        Record { command: field("command"), published: field("decoded") }
    };
    Some(text.lines().map(parse).collect())
}

/// The text as the publisher wrote it down.
fn as_published(text: &str) -> String {
    let mut out = String::new();
    for unit in text.encode_utf16() {
        for byte in unit.to_le_bytes() {
            if byte != 0 {
                out.push(char::from(byte));
            }
        }
    }
    out.replace("\r\n", "\n").trim().to_owned()
}

#[test]
fn first_layers_equal_the_published_text() {
    let Some(records) = records() else { return };
    assert_eq!(records.len(), 1411);
    let (mut letter, mut habits, mut other) = (0, 0, Vec::new());
    for (number, record) in records.iter().enumerate() {
        let decoded = decode(&record.command, None, &Limits::default());
        let first = decoded
            .layers
            .iter()
            .find(|layer| layer.how.starts_with("base64"))
            .map_or("", |layer| &layer.text);
        if first == record.published {
            letter += 1;
        } else if as_published(first) == record.published.replace("\r\n", "\n").trim() {
            habits += 1;
        } else {
            other.push(number);
        }
    }
    assert_eq!((letter, habits), (1315, 93), "differing: {other:?}");
    // 176 and 1195 end in half a character, a single byte 0x0A: a line end to the publisher, U+FFFD to us.
    // 1352 is damaged: a byte is missing within its twentieth word, so that UTF-16 reads as Chinese from there on,
    // and the publisher's dropping of zero bytes brings back some of the letters.
    assert_eq!(other, [176, 1195, 1352]);
}

#[test]
fn every_one_is_found_to_be_bad() {
    let Some(records) = records() else { return };
    let quiet: Vec<usize> = records
        .iter()
        .enumerate()
        .filter(|(_, record)| {
            decode(&record.command, None, &Limits::default()).verdict == ScriptVerdict::Benign
        })
        .map(|(number, _)| number)
        .collect();
    // Seen alone these do what administrators do: run a local file, read the machine's id, open a manual, change the
    // console's encoding. Who started them and from where decides, and that is not in the text.
    assert_eq!(quiet.len(), 13, "{quiet:?}");
}
