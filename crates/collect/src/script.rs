//! The collector for machines on which no program may run.

/// A PowerShell script for 2.0 to 7 that writes what the parsers read. ASCII, lines end in `\n`.
pub const SCRIPT: &str = include_str!("collector.ps1");

#[cfg(test)]
mod tests {
    use super::SCRIPT;

    #[test]
    fn the_grammar_of_powershell_reads_it() {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
        let tree = parser.parse(SCRIPT, None).unwrap();
        assert!(!tree.root_node().has_error(), "{}", tree.root_node().to_sexp());
    }

    #[test]
    fn it_is_ascii_and_uses_nothing_newer_than_powershell_2() {
        assert!(SCRIPT.is_ascii() && !SCRIPT.contains('\r'));
        let newer = [
            "[pscustomobject]",
            "[ordered]",
            "Get-FileHash",
            "ForEach-Object -Parallel",
            ".ForEach(",
            ".Where(",
            "::new(",
            " -in ",
            " -notin ",
            "-shl",
            "??",
            "?.",
            "&&",
            "||",
            "using namespace",
            "\nclass ",
            "\nenum ",
            "#requires",
            "utf8NoBOM",
            "$PSItem",
            "$PSScriptRoot",
            "$PSCommandPath",
            "-NoNewline",
            "Get-Content -Raw",
            "Compress-Archive",
            "Get-ScheduledTask",
            "Get-ChildItem -Directory",
            "Get-ChildItem -File",
            "Invoke-RestMethod",
        ];
        let code: String =
            SCRIPT.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
        // The one branch in which only PowerShell 7 is there may use what that has, and nothing else may.
        let (old, new) = code.split_once("} else {\n").unwrap();
        let (only_new, rest) = new.split_once("\n}\n").unwrap();
        assert!(only_new.contains("Get-CimInstance") && only_new.contains("ConvertTo-Json"));
        let old = format!("{old}{rest}").to_lowercase();
        for word in newer.iter().chain(&["Get-CimInstance", "Get-CimClass", "ConvertTo-Json"]) {
            assert!(!old.contains(&word.to_lowercase()), "{word}");
        }
    }

    #[test]
    fn it_deletes_and_changes_nothing() {
        let verbs = [
            "remove-",
            "set-",
            "stop-",
            "clear-",
            "invoke-wmi",
            "delete",
            ".put(",
            "start-process",
            "invoke-expression",
        ];
        let code = SCRIPT.to_lowercase();
        for verb in verbs {
            assert!(!code.contains(verb), "{verb}");
        }
    }
}
