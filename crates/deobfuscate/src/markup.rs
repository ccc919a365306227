//! Scripts inside HTML applications, scriptlets and Windows Script Files.

use std::sync::LazyLock;

use regex::Regex;

use crate::engine::{Child, Opened};
use crate::model::Language;

/// Each `<script>` of the text becomes a layer, and what an element runs when something happens to it.
pub(crate) fn open(text: &str, opened: &mut Opened) {
    scripts(text, opened);
    together(opened);
    handlers(text, opened);
}

static HANDLER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)<[a-z][^<>]{0,300}?\s(?:on[a-z]{3,20}|href|src)\s*=\s*(?:"([^"]{4,})"|'([^']{4,})')"#)
        .ok()
});

/// `<body onload="…">`, `<a href="javascript:…">`.
fn handlers(text: &str, opened: &mut Opened) {
    let Some(handler) = HANDLER.as_ref() else { return };
    let vb_page = text.to_ascii_lowercase().contains("language=\"vbs");
    for captures in handler.captures_iter(text).take(64) {
        let Some(value) = captures.get(1).or_else(|| captures.get(2)) else { continue };
        let named = captures.get(0).map_or("", |all| &all.as_str()[..value.start() - all.start()]);
        let runs = named
            .rsplit(char::is_whitespace)
            .next()
            .is_some_and(|name| name.to_ascii_lowercase().starts_with("on"));
        let body = unwrap(value.as_str());
        let scheme = |name: &str| {
            body.get(..name.len())
                .filter(|start| start.eq_ignore_ascii_case(name))
                .and(body.get(name.len()..))
        };
        let (language, script) = match (scheme("vbscript:"), scheme("javascript:")) {
            (Some(rest), _) => (Language::VbScript, rest.to_owned()),
            (_, Some(rest)) => (Language::JScript, rest.to_owned()),
            _ if body.starts_with("data:") && body.contains("script") && body.contains(";base64,") => {
                opened.children.push(Child { how: "script", language: None, text: body });
                continue;
            }
            _ if !runs => continue,
            _ if vb_page => (Language::VbScript, body),
            _ => (Language::JScript, body),
        };
        // A name alone calls what is in a script.
        if script.contains('(') && (9..256 << 10).contains(&script.len()) {
            opened.children.push(Child { how: "script", language: Some(language), text: script });
        }
    }
}

static DECLARED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:function|sub)\s+([a-z_]\w{0,63})").ok());

/// The scripts of one language share what they declare: where one calls what another has, they are one layer as well.
fn together(opened: &mut Opened) {
    let Some(declared) = DECLARED.as_ref() else { return };
    for language in [Language::VbScript, Language::JScript] {
        let own = opened.children.iter().filter(|child| child.language == Some(language));
        let parts: Vec<&str> = own.map(|child| child.text.as_str()).take(64).collect();
        let size: usize = parts.iter().map(|part| part.len()).sum();
        if parts.len() < 2 || size > 256 << 10 {
            continue;
        }
        let shares = parts.iter().enumerate().any(|(at, part)| {
            declared.captures_iter(part).take(64).any(|captures| {
                let others = parts.iter().enumerate().filter(|(other, _)| *other != at);
                others.into_iter().any(|(_, other)| other.contains(&captures[1]))
            })
        });
        if shares {
            let whole = parts.join("\r\n");
            opened.children.push(Child { how: "script", language: Some(language), text: whole });
        }
    }
}

fn scripts(text: &str, opened: &mut Opened) {
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
    if trimmed.contains("&quot;")
        || trimmed.contains("&lt;")
        || trimmed.contains("&#")
        || trimmed.contains("&amp;")
    {
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
    fn scripts_share_what_they_declare() {
        let mut opened = Opened::default();
        open(
            "<html><script language=vbscript>Function d(s):d=s:End Function</script><script language=vbscript>x=d(1)</script></html>",
            &mut opened,
        );
        assert_eq!(opened.children.len(), 3);
        assert_eq!(opened.children[2].text, "Function d(s):d=s:End Function\r\nx=d(1)");
    }

    #[test]
    fn what_happens_to_an_element_runs() {
        for (text, language, wanted) in [
            (
                "<html><body onload=\"eval(unescape(&quot;%41&quot;))\">",
                Language::JScript,
                "eval(unescape(\"%41\"))",
            ),
            ("<img src='x' onerror='run(1, 2)'>", Language::JScript, "run(1, 2)"),
            ("<body onload=\"vbscript:Execute(a &amp; b)\">", Language::VbScript, "Execute(a & b)"),
            ("<a href=\"javascript:go(12345)\">x</a>", Language::JScript, "go(12345)"),
        ] {
            let mut opened = Opened::default();
            open(text, &mut opened);
            let got: Vec<_> = opened.children.iter().map(|c| (c.language, c.text.as_str())).collect();
            assert_eq!(got, [(Some(language), wanted)], "{text}");
        }
        let mut opened = Opened::default();
        open("<a href=\"http://example.com/(x)\">once=\"a(b)(c)(d)\"</a>", &mut opened);
        assert!(opened.children.is_empty(), "{:?}", opened.children);
    }

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
