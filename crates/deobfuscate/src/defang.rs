//! Indicators written so that no reader's program turns them into a link.

use std::borrow::Cow;

/// Writes addresses in a text harmlessly: `http://a.b` becomes `hxxp://a[.]b`, `10.0.0.1` becomes `10.0.0[.]1`.
///
/// Only the last dot of a dotted name is bracketed, and dots in paths after the host are left alone. Doing it twice
/// changes nothing.
pub fn defang(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    if let Some((scheme, after)) = text.split_once("://") {
        out.push_str(&harmless_scheme(scheme));
        out.push_str("://");
        rest = after;
    }
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(host_end);
    let (user, host_port) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    if !user.is_empty() {
        out.push_str(user);
        out.push_str("[@]");
    }
    let colons = host_port.matches(':').count();
    match host_port.rfind('.') {
        // An address of IPv6, with or without a port behind its brackets.
        None if colons > 1 && !host_port.contains("[:]") => {
            let end = host_port.find(']').unwrap_or(host_port.len());
            let last = host_port.get(..end).and_then(|address| address.rfind(':')).unwrap_or_default();
            out.push_str(&host_port[..last]);
            out.push_str("[:]");
            out.push_str(&host_port[last + 1..]);
        }
        Some(dot) if !host_port.contains("[.]") => {
            out.push_str(&host_port[..dot]);
            out.push_str("[.]");
            out.push_str(&host_port[dot + 1..]);
        }
        _ => out.push_str(host_port),
    }
    // An address that an address carries along is one too.
    out.push_str(&defang_text(path));
    out
}

/// Writes every address with a scheme in a longer text so that no reader's program makes a link of it: `http://` becomes `hxxp://`. The rest stays as
/// it is, so that the text can still be read as what it was.
pub fn defang_text(text: &str) -> Cow<'_, str> {
    const SCHEMES: [(&str, &str); 3] = [("https", "hxxps"), ("http", "hxxp"), ("ftp", "fxp")];
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at);
        let scheme = SCHEMES.iter().find(|(scheme, _)| {
            let start = before.len().checked_sub(scheme.len());
            start.and_then(|start| before.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(scheme))
        });
        match scheme {
            Some((scheme, harmless)) => {
                out.push_str(before.get(..before.len() - scheme.len()).unwrap_or_default());
                out.push_str(harmless);
            }
            None => out.push_str(before),
        }
        out.push_str("://");
        rest = after.get(3..).unwrap_or_default();
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn harmless_scheme(scheme: &str) -> String {
    let lower = scheme.to_ascii_lowercase();
    if lower == "http" || lower == "https" {
        return lower.replacen("tt", "xx", 1);
    }
    if lower == "ftp" {
        return "fxp".to_owned();
    }
    scheme.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{defang, defang_text};

    #[test]
    fn addresses_become_harmless() {
        assert_eq!(defang("http://evil.example.com/a.ps1"), "hxxp://evil.example[.]com/a.ps1");
        assert_eq!(defang("https://10.0.0.1:8000/x?y=1.2"), "hxxps://10.0.0[.]1:8000/x?y=1.2");
        assert_eq!(defang("pool.example.com:3333"), "pool.example[.]com:3333");
        assert_eq!(defang("stratum+tcp://a.b:1"), "stratum+tcp://a[.]b:1");
        assert_eq!(defang("user@host.example"), "user[@]host[.]example");
        assert_eq!(defang("nothing here"), "nothing here");
        assert_eq!(defang("2001:db8::1"), "2001:db8:[:]1");
        assert_eq!(defang("http://[2001:db8::1]:8080/a"), "hxxp://[2001:db8:[:]1]:8080/a");
        assert_eq!(defang("http://a.b/?x=http://c.d/"), "hxxp://a[.]b/?x=hxxp://c.d/");
    }

    #[test]
    fn texts_keep_everything_but_their_links() {
        for (text, expected) in [
            ("iwr http://a.b/c; iwr HTTPS://d.e", "iwr hxxp://a.b/c; iwr hxxps://d.e"),
            ("ftp://x ftps://y stratum+tcp://z", "fxp://x ftps://y stratum+tcp://z"),
            ("://", "://"),
            ("ログ http://é", "ログ hxxp://é"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(defang_text(text), expected);
            assert_eq!(defang_text(expected), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn twice_is_once(text in "[a-z:/.@]{0,40}") {
            let once = defang(&text);
            // A second user part can only come from text that is no address.
            if !once.contains('@') {
                proptest::prop_assert_eq!(defang(&once), once);
            }
        }
    }
}
