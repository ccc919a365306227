//! Input made to cost time or memory: it ends soon, and what was left out is said.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::io::Write as _;
use std::time::{Duration, Instant};

use base64::Engine as _;
use deminer_deobfuscate::{Decoded, Language, Limits, ScriptVerdict, decode};
use proptest::prelude::*;

const LANGUAGES: [Language; 8] = [
    Language::PowerShell,
    Language::Batch,
    Language::VbScript,
    Language::JScript,
    Language::Html,
    Language::CommandLine,
    Language::Binary,
    Language::Unknown,
];

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Decodes in every language, each within a time that even an unoptimised build keeps.
fn all_in_time(text: &str, limits: &Limits) {
    for language in LANGUAGES {
        let started = Instant::now();
        let decoded = decode(text, Some(language), limits);
        assert!(started.elapsed() < Duration::from_mins(1), "{language:?} took {:?}", started.elapsed());
        within(&decoded, limits);
    }
}

fn within(decoded: &Decoded, limits: &Limits) {
    assert!(decoded.layers.len() <= limits.max_layers);
    assert!(decoded.indicators.len() <= limits.max_indicators);
    let output: usize = decoded.layers.iter().skip(1).map(|layer| layer.text.len()).sum();
    assert!(output <= limits.max_output, "{output}");
    for (i, layer) in decoded.layers.iter().enumerate().skip(1) {
        assert!(layer.from < i);
    }
}

fn says(decoded: &Decoded, id: &str) -> bool {
    decoded.problems.iter().any(|problem| problem.id == id)
}

#[test]
fn more_input_than_is_read() {
    let limits = Limits { max_input: 1000, ..Limits::default() };
    let decoded = decode(&"日本語".repeat(1000), None, &limits);
    assert!(decoded.layers[0].text.len() <= 1000);
    assert!(says(&decoded, "input-truncated"));
    assert_ne!(decoded.verdict.as_str(), "benign");
}

#[test]
fn long_texts_of_one_kind() {
    let limits = Limits { max_steps: 200_000, max_output: 1 << 20, ..Limits::default() };
    for piece in [
        "a",
        "(",
        "[",
        "{",
        "$(",
        "\"",
        "'",
        "`",
        "'a'+",
        "%a%",
        "^",
        "&",
        "-",
        "$a=",
        "@(",
        "<script>",
        "iex ",
        "1,",
        "a.",
        "[char]",
        "powershell -e ",
        "cmd /c ",
        "a=a&a:",
        "\\\\a\\",
        "http://",
        "a.com ",
        "1.2.3.4:5 ",
        "4",
        "!",
        "set a=%a%%a%\n",
        "'x'|%{",
        "é",
    ] {
        all_in_time(&piece.repeat(20_000), &limits);
    }
}

#[test]
fn ten_thousand_nested_layers() {
    // Each layer holds the next in Base64, which grows by a third; one that names itself does not grow.
    let mut script = "'end'".to_owned();
    for _ in 0..24 {
        script = format!(
            "iex ([Text.Encoding]::ASCII.GetString([Convert]::FromBase64String('{}')))",
            base64(script.as_bytes())
        );
    }
    let limits = Limits { max_layers: 10, ..Limits::default() };
    let decoded = decode(&script, Some(Language::PowerShell), &limits);
    assert_eq!(decoded.layers.len(), 10);
    assert!(says(&decoded, "layer-limit"));
    let all = decode(&script, Some(Language::PowerShell), &Limits::default());
    assert_eq!(all.layers.last().unwrap().text, "'end'");
    assert_eq!(all.layers.len(), 25);
    let nested = format!("{}'x'{}", "iex ".repeat(10_000), ")".repeat(10_000));
    within(&decode(&nested, Some(Language::PowerShell), &Limits::default()), &Limits::default());
    let quoted = "cmd /c ".repeat(10_000);
    within(&decode(&quoted, Some(Language::CommandLine), &Limits::default()), &Limits::default());
}

#[test]
fn ten_thousand_interpreters_in_a_line() {
    let line = format!("{}echo 1", "cmd /c ".repeat(10_000));
    let decoded = decode(&line, Some(Language::CommandLine), &Limits::default());
    within(&decoded, &Limits::default());
    assert!(says(&decoded, "layer-limit"), "{:?}", decoded.problems);
}

#[test]
fn bombs() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b'a'; 64 << 20]).unwrap();
    let bomb = base64(&encoder.finish().unwrap());
    let script = format!(
        "iex (New-Object IO.StreamReader(New-Object IO.Compression.GzipStream((New-Object IO.MemoryStream(,[Convert]::FromBase64String('{bomb}'))),[IO.Compression.CompressionMode]::Decompress))).ReadToEnd()"
    );
    let limits = Limits { max_output: 1 << 20, ..Limits::default() };
    let decoded = decode(&script, Some(Language::PowerShell), &limits);
    within(&decoded, &limits);
    assert!(says(&decoded, "damaged-stream"), "{:?}", decoded.problems);
    let grown = "$a='aaaaaaaaaaaaaaaa';".to_owned() + &"$a=$a+$a;".repeat(100) + "iex $a";
    let decoded = decode(&grown, Some(Language::PowerShell), &limits);
    within(&decoded, &limits);
    assert!(says(&decoded, "output-limit"), "{:?}", decoded.problems);
    let replaced = format!("iex ('{}'.Replace('a','{}'))", "a".repeat(10_000), "b".repeat(10_000));
    within(&decode(&replaced, Some(Language::PowerShell), &limits), &limits);
}

/// Loops of `VBScript` and `JScript` whose every turn works through a long text or list.
#[test]
fn functions_are_paid_for() {
    let long = "4".repeat(100_000);
    let wide = "é".repeat(50_000);
    for (language, script) in [
        (Language::VbScript, "For i = 1 To 1000000000: t = Space(1000000): Next".to_owned()),
        (Language::VbScript, format!("s = \"{long}\": For i = 1 To 9999999: t = UCase(s): Next")),
        (Language::VbScript, format!("s = \"{long}\": For i = 1 To 9999999: t = StrReverse(s): Next")),
        (Language::VbScript, format!("s = \"{wide}\": For i = 1 To Len(s): t = Mid(s, i, 1): Next")),
        (Language::VbScript, format!("s = \"{long}\": For i = 1 To 9999999: t = Split(s, \"4\"): Next")),
        (
            Language::VbScript,
            format!("s = \"{long}\": For i = 1 To 9999999: t = Replace(s, \"4\", \"5\"): Next"),
        ),
        (Language::VbScript, "For i = 1 To 99999: For j = 1 To 1000000000: Next: Next".to_owned()),
        (Language::JScript, format!("s='{long}';for(i=0;i<9999999;i++){{t=s.split('')}}")),
        (Language::JScript, format!("s='{long}';for(i=0;i<9999999;i++){{t=s.replace(/4+5/g,'')}}")),
        (Language::JScript, format!("s='{long}';for(i=0;i<9999999;i++){{t=s.indexOf('5')}}")),
        (Language::JScript, format!("s='{wide}';for(i=0;i<s.length;i++){{t=s.charCodeAt(i)}}")),
        (Language::JScript, format!("s='{wide}';for(i=0;i<9999999;i++){{t=s[49999]}}")),
        (Language::JScript, format!("s='{long}';for(i=0;i<9999999;i++){{t=s==s+'x'}}")),
        (Language::JScript, "for(i=0;i<9999999;i++){t=''.replace(/\\w{40}/,'')}".to_owned()),
        (Language::JScript, "a=['x'];for(i=0;i<9999999;i++){a=[a]}".to_owned()),
        (Language::JScript, format!("a=['x'];{}t=a+'';", "a=[a,a,a,a,a,a,a,a,a,a];".repeat(40))),
        (Language::JScript, format!("a=['x'];{}t=a.join('');", "a=a.concat(a);".repeat(60))),
    ] {
        let started = Instant::now();
        let decoded = decode(&script, Some(language), &Limits::default());
        let start: String = script.chars().filter(|&c| c != '4' && c != 'é').take(80).collect();
        println!("{:?} {start}", started.elapsed());
        assert!(started.elapsed() < Duration::from_mins(1), "{start} took {:?}", started.elapsed());
        within(&decoded, &Limits::default());
    }
}

/// The same of PowerShell: objects that grow or hold themselves, and methods that work through much each time.
#[test]
fn objects_are_paid_for() {
    // A part of what is allowed, which shows as much in less time.
    let limits = Limits { max_steps: 1_000_000, ..Limits::default() };
    let long = "4".repeat(100_000);
    let wide = "é".repeat(50_000);
    let turns = "for($i=0;$i -lt 9999999;$i++)";
    for script in [
        "$b=New-Object Text.StringBuilder;[void]$b.Append('xxxxxxxx');do{[void]$b.Append($b.ToString())}until($b.Length -lt 0)".to_owned(),
        format!("$b=[Text.StringBuilder]'{long}';{turns}{{[void]$b.Insert(0,'x')}}"),
        format!("$b=[Text.StringBuilder]'{long}';{turns}{{[void]$b.Replace('4','5')}}"),
        format!("$b=New-Object Text.StringBuilder;{turns}{{[void]$b.Append('x',1000000)}}"),
        format!("$a='x';{turns}{{$a=,$a}};\"$a\""),
        format!("$a='x';{}\"$a\"", "$a=($a,$a);".repeat(80)),
        format!("$l=New-Object Collections.ArrayList;[void]$l.Add(1);{turns}{{[void]$l.Add($l);\"$l\"}}"),
        format!("$l=New-Object Collections.ArrayList;[void]$l.Add(1);{turns}{{$l.AddRange($l)}}"),
        format!("$l=[Collections.ArrayList](1..100000);{turns}{{$l.Insert(0,1);$l.RemoveAt(5);$l.Reverse()}}"),
        format!("$h=@{{}};{turns}{{$h.a=$h;$h.b=$h;$h.a.b.a}};\"$($h.Values)\""),
        format!("$h=@{{}};{turns}{{$h[\"k$i\"]=$h.Keys.Count}}"),
        format!("$h=@{{}};1..100000|%{{$h[$_]=1}};{turns}{{$k=$h.GetEnumerator();$v=$h.Values;$c=$h.Clone();$c.a=1}}"),
        format!("$h=@{{}};1..100000|%{{$h[\"a$_\"]=1}};function f($a,$b,$c){{}};{turns}{{f @h}}"),
        format!("$a=1..1000000;{turns}{{foreach($x in $a){{break}}}}"),
        format!("$a=1..1000000;{turns}{{$b=$a|sort -Descending;$c=$a|select -First 1;$d=$a|select -Last 1}}"),
        format!("$a=1..1000000;{turns}{{$b=$a -eq 5;$c=5 -in $a;$d=$a -contains 0;$e=[math]::Abs($a)}}"),
        format!("$a=1..1000000;{turns}{{$b=\"$a\";$c=-join $a;$d=[string]$a;$e=$a+$a}}"),
        format!("$s='{wide}';{turns}{{$t=$s.Substring(49999,1);$u=$s[49999];$v=$s[49998,49999]}}"),
        format!("$s='{long}';{turns}{{$t=$s.Trim('5');$u=$s.Split('5');$v=$s -eq 'x';$w=$s -match '5'}}"),
        format!("$f={{{long}}};{turns}{{$t=$f.ToString();$u=\"$f\"}}"),
        format!("$s='{long}';{turns}{{$t=[regex]::Replace($s,'4',{{$args[0]}})}}"),
        format!("$s='{long}';{turns}{{$t=ConvertTo-SecureString ('76492d1116743f0423413b16050a5345'+$s) -Key (1..16)}}"),
        format!("$b=[byte[]](1..200)*1000;{turns}{{$t=[BitConverter]::ToString($b);[array]::Reverse($b)}}"),
        format!("$i=0;{}1{}", "switch($i){default{switch(1..1000){default{$i++;".repeat(20), "}}}}".repeat(20)),
        format!("$a=,'{}';{turns}{{$a[0]}}", "x".repeat(8000)),
        format!("$a='{}','y';{turns}{{$a[$i%2]}}", "x".repeat(8000)),
        format!("function f{{$x+='x';$y=$x;{}}};{turns}{{f}}", "$z=1;".repeat(200)),
        "function f($a=(f),$b=(f)){f;f};f".to_owned(),
        format!("{turns}{{if('x' -match '(.)$'){{$b=[regex]::Match('x','\\w')}}}}"),
        format!("{turns}{{'x' -match \"\\w{{50}}$i\";'x' -replace \"\\w{{50}}a$i\";'x' -split \"\\w{{50}}b$i\"}}"),
        "while(1){if($s -match '(.)$'){break}}".to_owned(),
        "while(1){if($a){break};$b+='x'}".to_owned(),
        "while(1){$b+='xxxxxxxxxxxxxxxx';if($b -eq 'y'){break}}".to_owned(),
        "foreach($i in 1..1000000){\"http://$i.example/x\";\"powershell -c $i\"}".to_owned(),
        format!("{turns}{{sv (\"a$i\"+'a'*100000) 1;gv a*b;$env:x+='xxxxxxxx'}}"),
        format!("$m=New-Object IO.MemoryStream;{turns}{{$m.Write([byte[]](1..100),0,100)}}"),
    ] {
        let started = Instant::now();
        let decoded = decode(&script, Some(Language::PowerShell), &limits);
        let start: String = script.chars().filter(|&c| c != '4' && c != 'é').take(80).collect();
        println!("{:?} {start}", started.elapsed());
        assert!(started.elapsed() < Duration::from_secs(20), "{start} took {:?}", started.elapsed());
        within(&decoded, &limits);
    }
}

/// What decoders do: one character after another out of a long text.
#[test]
fn long_payloads_of_scripts_are_opened() {
    let text = format!("x=1;{}", "a".repeat(20_000));
    let hex: String = text.bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    let shifted: String = text.bytes().map(|b| char::from(b + 1)).collect();
    for (language, script) in [
        (
            Language::VbScript,
            format!(
                "s = \"{hex}\"\r\nFor i = 1 To Len(s) Step 2\r\nr = r & Chr(\"&H\" & Mid(s, i, 2))\r\nNext\r\nExecute r"
            ),
        ),
        (
            Language::JScript,
            format!(
                "var t=\"{shifted}\",s=\"\";for(var i=0;i<t.length;i++){{s+=String.fromCharCode(t.charCodeAt(i)-1)}}eval(s);"
            ),
        ),
        (
            Language::JScript,
            format!(
                "var t=\"{hex}\",s=\"\";for(var i=0;i<t.length;i+=2){{s+=String.fromCharCode(parseInt(t.substr(i,2),16))}}eval(s);"
            ),
        ),
    ] {
        let started = Instant::now();
        let decoded = decode(&script, Some(language), &Limits::default());
        println!("{language:?} {:?}", started.elapsed());
        assert!(
            decoded.layers.iter().any(|layer| layer.text == text),
            "{language:?}: {:?}",
            decoded.problems
        );
    }
}

/// The ways in which PowerShell unpacks, at the size of real payloads.
#[test]
fn long_payloads_of_powershell_are_opened() {
    let plain: String = "echo one two three\n".chars().cycle().take(640_000).collect();
    let hex: String = plain.bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    for script in [
        format!(
            "$h='{hex}';$s='';for($i=0;$i -lt $h.Length;$i+=2){{$s+=[char][convert]::ToByte($h.Substring($i,2),16)}};iex $s"
        ),
        format!(
            "$h='{hex}';$b=New-Object Text.StringBuilder;for($i=0;$i -lt $h.Length;$i+=2){{[void]$b.Append([char][convert]::ToInt32($h[$i]+$h[$i+1],16))}};iex $b.ToString()"
        ),
        format!("iex (-join('{hex}' -split '(..)'|?{{$_}}|%{{[char][convert]::ToUInt32($_,16)}}))"),
    ] {
        let decoded = decode(&script, Some(Language::PowerShell), &Limits::default());
        assert!(decoded.problems.is_empty(), "{:?}", decoded.problems);
        assert!(decoded.layers.iter().any(|layer| layer.text == plain), "{}", decoded.layers.len());
    }
}

#[test]
fn a_long_loop_of_powershell_is_opened() {
    let plain: Vec<u8> = b"echo one two three\n".iter().copied().cycle().take(300_000).collect();
    let hidden: Vec<u8> = plain.iter().map(|byte| byte ^ 0x23).collect();
    let script = format!(
        "$b=[Convert]::FromBase64String('{}');$r='';for($i=0;$i -lt $b.Length;$i++){{$r+=[char]($b[$i] -bxor 35)}};IEX $r",
        base64(&hidden)
    );
    let decoded = decode(&script, Some(Language::PowerShell), &Limits::default());
    assert!(!says(&decoded, "step-limit"), "{:?}", decoded.problems);
    assert!(decoded.layers.iter().any(|layer| layer.text.as_bytes() == plain), "{}", decoded.layers.len());
}

/// Random bytes, the same in every run.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..len).map(|_| next()).collect()
}

/// Data holds the words of any language by chance; they mean nothing there.
#[test]
fn nothing_is_read_out_of_random_data() {
    let data = base64(&noise(3 << 19));
    // Words that long data has sooner or later.
    let data =
        data.replace("AA", "MySa").replace("BB", "carsS").replace("CC", "sChtaskS").replace("DD", "SORRY");
    let lines: String = data
        .as_bytes()
        .chunks(64)
        .map(|line| format!("{}\r\n", String::from_utf8_lossy(line)))
        .collect::<Vec<_>>()
        .concat();
    for text in [
        data.clone(),
        lines.clone(),
        format!("$data = '{data}'\r\nWrite-Output $data.Length"),
        format!("$data = @'\r\n{lines}'@\r\nWrite-Output $data.Length"),
    ] {
        let decoded = decode(&text, None, &Limits::default());
        assert!(decoded.traits.is_empty(), "{:?}", decoded.traits);
        assert!(decoded.indicators.is_empty(), "{:?}", decoded.indicators);
    }
    let line = format!("powershell -e {}", base64(&noise(100_000)));
    let decoded = decode(&line, Some(Language::CommandLine), &Limits::default());
    let ids: Vec<_> = decoded.traits.iter().map(|hit| hit.id).collect();
    assert_eq!(ids, ["encoded-command"]);
    // What stands beside the data still counts.
    let beside = format!("{data} schtasks /create /tn x /tr y");
    assert!(
        decode(&beside, None, &Limits::default()).traits.iter().any(|hit| hit.id == "scheduled-task-create")
    );
}

#[test]
fn catastrophic_expressions() {
    let started = Instant::now();
    let subject = "a".repeat(50_000);
    for pattern in ["(a+)+$", "(a|a)*b", "(a?){40}a{40}", "a{1000}{1000}", "(?:x+x+)+y"] {
        for script in [
            format!("'{subject}' -replace '{pattern}',''"),
            format!("'{subject}' -split '{pattern}'"),
            format!("[regex]::Matches('{subject}','{pattern}')"),
        ] {
            decode(&script, Some(Language::PowerShell), &Limits::default());
        }
        decode(&format!("'{subject}'.replace(/{pattern}/g,'')"), Some(Language::JScript), &Limits::default());
    }
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
}

#[test]
fn utf16_that_is_none() {
    for bytes in [
        &[0x41_u8][..],
        &[0x00, 0xd8],
        &[0x00, 0xdc, 0x41, 0x00],
        &[0xff, 0xfe],
        &[0xfe, 0xff, 0xd8],
        &[0; 7],
        &[0xff; 9],
    ] {
        let decoded = decode(
            &format!("powershell -e {}", base64(bytes)),
            Some(Language::CommandLine),
            &Limits::default(),
        );
        assert!(!decoded.layers.is_empty());
    }
    let damaged = decode("powershell -enc ZQBjAGgAb", Some(Language::CommandLine), &Limits::default());
    assert!(says(&damaged, "damaged-base64"));
    assert_eq!(damaged.layers[1].text, "ech");
}

/// Pieces of syntax, put together at random: near enough to scripts to reach every part of the readers.
fn syntax() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "$a",
        "=",
        "'x'",
        "\"$a\"",
        "+",
        "-f",
        "-join",
        "-split",
        "-replace",
        "-bxor",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        "%",
        "?",
        "iex",
        "&",
        ".",
        ";",
        ",",
        "[char]",
        "[byte[]]",
        "1",
        "0x41",
        "..",
        "-1",
        "for",
        "foreach",
        "if",
        "while",
        "function f",
        "return",
        "in",
        "$_",
        "::",
        ".Replace",
        ".Split",
        ".Length",
        "[Convert]::FromBase64String",
        "New-Object",
        "IO.MemoryStream",
        "`",
        "@",
        "#",
        "\n",
        " ",
        "powershell -e QQBB",
        "cmd /c ",
        "set a=b",
        "%a:~1,2%",
        "^",
        "!",
        "Chr(",
        "& ",
        "Execute ",
        "eval(",
        "String.fromCharCode",
        "Next",
        "For i = 1 To 3",
        "var b",
        "/x/g",
        "\u{2019}",
        "é",
        "<script>",
        "</script>",
        "++",
        "-=",
        "@{a=",
        "@a",
        ".a",
        "::new()",
        "do{",
        "}until(",
        "switch(",
        "default{",
        "break",
        "New-Object Text.StringBuilder",
        ".Append(",
        ".Add(",
        ".Insert(0,",
        "sort",
        "-match",
        "-in",
        "*",
        "ConvertTo-SecureString",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_at_all(text in "\\PC{0,300}") {
        for language in LANGUAGES {
            within(&decode(&text, Some(language), &Limits::default()), &Limits::default());
        }
    }

    #[test]
    fn anything_like_a_script(text in syntax()) {
        let limits = Limits { max_steps: 50_000, max_output: 1 << 18, ..Limits::default() };
        for language in LANGUAGES {
            let once = decode(&text, Some(language), &limits);
            within(&once, &limits);
            prop_assert_eq!(once, decode(&text, Some(language), &limits));
        }
    }
}

/// Busy loops stand in front of payloads to tire out whoever reads along.
#[test]
fn what_stands_behind_a_busy_loop_is_opened() {
    let line = "m.exe -o stratum+tcp://pool.a.example:14444 --donate-level 1";
    let reversed: String = line.chars().rev().collect();
    for (language, text) in [
        (
            Language::PowerShell,
            format!(
                "foreach($i in 1..3000){{foreach($j in 1..3000){{$x=$i+$j}}}};$r='{reversed}';iex (-join $r[-1..-300])"
            ),
        ),
        (
            Language::PowerShell,
            format!(
                "1..3000|%{{foreach($j in 1..3000){{$x=$j}}}};for($i=0;$i -lt 9000000;$i++){{}};$r='{reversed}';iex (-join $r[-1..-300])"
            ),
        ),
        (
            Language::VbScript,
            format!(
                "For i = 1 To 90000000\nx = i + 1\nNext\nr = \"{reversed}\"\nCreateObject(\"WScript.Shell\").Run StrReverse(r)\n"
            ),
        ),
        (
            Language::JScript,
            format!(
                "for(var i=0;i<90000000;i++){{x=i}}\nvar r='{reversed}';new ActiveXObject('WScript.Shell').Run(r.split('').reverse().join(''));"
            ),
        ),
    ] {
        let decoded = decode(&text, Some(language), &Limits::default());
        assert!(decoded.problems.iter().any(|problem| problem.id == "step-limit"), "{text}");
        assert_eq!(decoded.verdict, ScriptVerdict::Miner, "{text}: {:?}", decoded.layers);
    }
}

#[test]
fn what_a_loop_that_was_given_up_writes_is_not_known() {
    let text = "$r='';foreach($i in 1..3000){foreach($j in 1..3000){$x=$j}; $r+='Get-Date;'};$y='kept';iex \"$r\"; iex \"write $y\"";
    let decoded = decode(text, Some(Language::PowerShell), &Limits::default());
    let texts: Vec<&str> = decoded.layers.iter().skip(1).map(|layer| layer.text.as_str()).collect();
    assert!(
        texts.contains(&"write kept") && !texts.iter().any(|text| text.starts_with("Get-Date")),
        "{texts:?}"
    );
    assert_eq!(decoded.verdict, ScriptVerdict::Suspicious, "{:?}", decoded.traits);
    assert!(decoded.traits.iter().any(|hit| hit.id == "unfinished-run"), "{:?}", decoded.traits);
}
