//! How `wmic`, PowerShell and MOF lay objects out.

use super::{Instance, Value};
use std::fmt::Write as _;

/// `wmic … get /format:list`, redirected to a file: `Name=Value` lines that end in `\r\r\n`, two blank lines round every instance.
pub(crate) fn wmic_list<'a>(instances: impl IntoIterator<Item = &'a Instance>) -> String {
    const BLANK: &str = "\r\r\n\r\r\n";
    let mut text = String::new();
    for instance in instances {
        text.push_str(BLANK);
        for (name, value) in &instance.properties {
            let _ = write!(text, "{name}={}\r\r\n", wmic_value(value));
        }
    }
    text.push_str(BLANK);
    text
}

fn wmic_value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "TRUE".to_owned(),
        Value::Bool(false) => "FALSE".to_owned(),
        Value::Bytes(bytes) => {
            format!("{{{}}}", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(","))
        }
        Value::EmptyString => "{\"\"}".to_owned(),
        Value::Reference(path) => format!("\"{path}\""),
    }
}

/// `Get-WmiObject … | Format-List *`: system properties first, names padded, arrays cut at four elements.
pub(crate) fn get_wmi_object<'a>(server: &str, instances: impl IntoIterator<Item = &'a Instance>) -> String {
    let mut text = String::new();
    for instance in instances {
        let derivation = match instance.superclass {
            "__IndicationRelated" => "{__IndicationRelated, __SystemClass}".to_owned(),
            superclass => format!("{{{superclass}, __IndicationRelated, __SystemClass}}"),
        };
        let mut lines = vec![
            ("__GENUS", "2".to_owned()),
            ("__CLASS", instance.class.to_owned()),
            ("__SUPERCLASS", instance.superclass.to_owned()),
            ("__DYNASTY", "__SystemClass".to_owned()),
            ("__RELPATH", instance.path.clone()),
            ("__PROPERTY_COUNT", instance.properties.len().to_string()),
            ("__DERIVATION", derivation),
            ("__SERVER", server.to_owned()),
            ("__NAMESPACE", r"ROOT\subscription".to_owned()),
            ("__PATH", format!(r"\\{server}\ROOT\subscription:{}", instance.path)),
        ];
        lines.extend(instance.properties.iter().map(|(name, value)| (*name, listed_value(value))));
        lines.push(("PSComputerName", server.to_owned()));
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        text.push_str("\r\n\r\n");
        for (name, value) in lines {
            let _ = write!(text, "{name:width$} : {value}\r\n");
        }
    }
    text.push_str("\r\n\r\n");
    text
}

fn listed_value(value: &Value) -> String {
    match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Bytes([a, b, c, d, _, ..]) => format!("{{{a}, {b}, {c}, {d}...}}"),
        Value::EmptyString => "{}".to_owned(),
        Value::Reference(path) => path.clone(),
        other => wmic_value(other),
    }
}

/// The definition of a class in `root\default` that keeps text in the default values of its properties, as `GetObjectText` writes it.
pub(crate) fn class_mof(class: &str, properties: &[(&str, String)]) -> String {
    let mut text =
        format!("#pragma namespace(\"\\\\\\\\.\\\\root\\\\default\")\r\n\r\nclass {class}\r\n{{\r\n");
    for (name, value) in properties {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = write!(text, "\tstring {name} = \"{escaped}\";\r\n");
    }
    text.push_str("};\r\n");
    text
}

/// UTF-16LE with a byte order mark, as `>` writes it.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{USER, filter, stock};
    use super::*;

    #[test]
    fn a_list_is_laid_out_as_wmic_does() {
        let [filter, ..] = stock();
        assert_eq!(
            wmic_list([&filter]),
            "\r\r\n\r\r\nCreatorSID={1,2,0,0,0,0,0,5,32,0,0,0,32,2,0,0}\r\r\nEventAccess=\r\r\nEventNamespace=root\\cimv2\r\r\n\
             Name=SCM Event Log Filter\r\r\nQuery=select * from MSFT_SCMEventLogEvent\r\r\nQueryLanguage=WQL\r\r\n\r\r\n\r\r\n"
        );
    }

    #[test]
    fn a_listing_cuts_arrays_and_keeps_names_aligned() {
        let text = get_wmi_object("HOST", [&filter("x", "select 1", USER)]);
        assert!(text.contains("CreatorSID       : {1, 5, 0, 0...}\r\n"), "{text}");
        assert!(text.contains("Name             : x\r\n"), "{text}");
    }

    #[test]
    fn properties_are_sorted_as_the_tools_print_them() {
        for instance in stock() {
            assert!(instance.properties.is_sorted_by_key(|(name, _)| name.to_uppercase()), "{instance:?}");
        }
    }

    #[test]
    fn a_class_escapes_its_values() {
        let text = class_mof("C", &[("p", "a\"b\\c".to_owned())]);
        assert!(text.contains(r#"string p = "a\"b\\c";"#), "{text}");
    }
}
