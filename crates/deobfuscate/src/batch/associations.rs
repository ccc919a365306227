//! What `assoc` and `ftype` print on every Windows: names out of which command lines take letters.
//!
//! Source: the defaults of `HKEY_CLASSES_ROOT` on Windows 10 and 11.

/// Extensions and what files with them are.
const ASSOC: [(&str, &str); 21] = [
    (".bat", "batfile"),
    (".cdxml", "Microsoft.PowerShellCmdletDefinitionXML.1"),
    (".cmd", "cmdfile"),
    (".com", "comfile"),
    (".exe", "exefile"),
    (".hta", "htafile"),
    (".inf", "inffile"),
    (".js", "JSFile"),
    (".jse", "JSEFile"),
    (".lnk", "lnkfile"),
    (".ps1", "Microsoft.PowerShellScript.1"),
    (".ps1xml", "Microsoft.PowerShellXMLData.1"),
    (".psc1", "Microsoft.PowerShellConsole.1"),
    (".psd1", "Microsoft.PowerShellData.1"),
    (".psm1", "Microsoft.PowerShellModule.1"),
    (".reg", "regfile"),
    (".scr", "scrfile"),
    (".vbe", "VBEFile"),
    (".vbs", "VBSFile"),
    (".wsf", "WSFFile"),
    (".wsh", "WSHFile"),
];

/// What opens them.
const FTYPE: [(&str, &str); 9] = [
    ("batfile", r#""%1" %*"#),
    ("cmdfile", r#""%1" %*"#),
    ("comfile", r#""%1" %*"#),
    ("exefile", r#""%1" %*"#),
    ("JSFile", r#"C:\Windows\System32\WScript.exe "%1" %*"#),
    (
        "Microsoft.PowerShellConsole.1",
        r#""C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" "-p" "%1""#,
    ),
    ("Microsoft.PowerShellScript.1", r#""C:\Windows\System32\notepad.exe" "%1""#),
    ("regfile", r#"regedit.exe "%1""#),
    ("VBSFile", r#""%SystemRoot%\System32\WScript.exe" "%1" %*"#),
];

/// The lines that `assoc` or `ftype` prints, all or those of one name.
pub(super) fn lines(command: &str, name: &str) -> Option<Vec<String>> {
    let table: &[(&str, &str)] = match command {
        "assoc" => &ASSOC,
        "ftype" => &FTYPE,
        _ => return None,
    };
    let own = |known: &str| name.is_empty() || known.eq_ignore_ascii_case(name);
    let lines = table.iter().filter(|(known, _)| own(known)).map(|(known, value)| format!("{known}={value}"));
    Some(lines.collect())
}
