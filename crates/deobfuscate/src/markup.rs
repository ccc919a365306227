//! Scripts inside HTML applications, scriptlets and Windows Script Files.

use crate::engine::{Child, Opened};
use crate::model::Language;

/// Each `<script>` of the text becomes a layer.
pub(crate) fn open(text: &str, opened: &mut Opened) {
    let lower = text.to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = lower.get(at..).and_then(|rest| rest.find("<script")) {
        let tag = at + found;
        // `<scriptlet` is only the frame.
        let boundary = lower.as_bytes().get(tag + 7).copied().unwrap_or(b'>');
        let Some(open_end) = lower.get(tag..).and_then(|rest| rest.find('>')).map(|end| tag + end) else {
            return;
        };
        at = open_end + 1;
        if boundary.is_ascii_alphanumeric() {
            continue;
        }
        let end = lower.get(at..).and_then(|rest| rest.find("</script")).map_or(text.len(), |end| at + end);
        let attributes = lower.get(tag + 7..open_end).unwrap_or_default();
        if let Some(body) = text.get(at..end) {
            let language = if attributes.contains("vb") { Language::VbScript } else { Language::JScript };
            opened.children.push(Child { how: "script", language: Some(language), text: unwrap(body) });
        }
        at = end;
        if opened.children.len() >= 64 {
            return;
        }
    }
}

/// The script without `CDATA`, comment marks or entities round it.
fn unwrap(body: &str) -> String {
    let trimmed = body.trim();
    if let Some(inner) = trimmed.strip_prefix("<![CDATA[") {
        return inner.trim_end().trim_end_matches("]]>").trim().to_owned();
    }
    if let Some(inner) = trimmed.strip_prefix("<!--") {
        return inner.trim_end().trim_end_matches("-->").trim().to_owned();
    }
    if trimmed.contains("&quot;") || trimmed.contains("&lt;") || trimmed.contains("&#") {
        return trimmed
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
    }
    trimmed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_come_out_with_their_language() {
        let mut opened = Opened::default();
        open(
            "<?XML version=\"1.0\"?><scriptlet><registration progid=\"x\"><script language=\"JScript\"><![CDATA[ var a=1; ]]></script></registration></scriptlet>\
             <SCRIPT Language='VBScript'>Dim b</SCRIPT><script>c(&quot;d&quot;)",
            &mut opened,
        );
        let got: Vec<_> = opened.children.iter().map(|c| (c.language, c.text.as_str())).collect();
        assert_eq!(
            got,
            [
                (Some(Language::JScript), "var a=1;"),
                (Some(Language::VbScript), "Dim b"),
                (Some(Language::JScript), "c(\"d\")")
            ]
        );
    }
}
