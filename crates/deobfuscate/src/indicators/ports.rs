//! Ports that a script opens, listens on or talks to, where they stand apart from an address.

use std::sync::LazyLock;

use regex::Regex;

use super::{Kind, MAX_MATCHES, is_ipv4, is_port};

static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:\b(?:listenport|connectport|localport|remoteport)\s*=\s*|\s-(?:localport|remoteport|listenport)[\s:]+|\bportopening\s+(?:tcp|udp|all)\s+)["']?(\d{1,5}(?:\s*[,-]\s*\d{1,5}){0,15})\b"#,
    )
    .ok()
});
static LISTENER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\b(?:tcplistener|udpclient)["']?\]?(?:::new)?\s*(?:-argumentlist\s+)?\(?\s*(?:[^\r\n;|,(){}]{1,80},\s*)?(\d{1,5})\b"#,
    )
    .ok()
});
static CLIENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:\b(?:tcpclient|udpclient)["']?\]?(?:::new)?\s*(?:-argumentlist\s+)?\(?|\.(?:begin)?connect(?:async)?\s*\()\s*["']([a-z0-9](?:[a-z0-9.-]{1,250})[a-z0-9])["']\s*,\s*["']?(\d{1,5})\b"#,
    )
    .ok()
});
static FORWARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bconnectaddress\s*=\s*([a-z0-9][a-z0-9.-]{1,250})\s[^\r\n&|]{0,200}?\bconnectport\s*=\s*(\d{1,5})\b").ok()
});

/// The ports of a text, and the addresses that they belong to.
pub(super) fn of(text: &str) -> Vec<(Kind, String)> {
    let mut found = Vec::new();
    let each = |pattern: &LazyLock<Option<Regex>>, add: &mut dyn FnMut(&regex::Captures<'_>)| {
        if let Some(pattern) = pattern.as_ref() {
            pattern.captures_iter(text).take(MAX_MATCHES).for_each(|captures| add(&captures));
        }
    };
    each(&NAMED, &mut |captures| {
        for port in captures[1].split([',', '-']).map(str::trim).filter(|port| is_port(port)) {
            found.push((Kind::Port, plain(port)));
        }
    });
    each(&LISTENER, &mut |captures| {
        if is_port(&captures[1]) {
            found.push((Kind::Port, plain(&captures[1])));
        }
    });
    for pattern in [&CLIENT, &FORWARD] {
        each(pattern, &mut |captures| {
            let (host, port) = (captures[1].to_ascii_lowercase(), &captures[2]);
            if is_port(port) && (is_ipv4(&host) || host.contains('.') && host.parse::<f64>().is_err()) {
                found.push((Kind::Endpoint, format!("{host}:{}", plain(port))));
            }
        });
    }
    found
}

/// Without leading zeros.
fn plain(port: &str) -> String {
    port.trim_start_matches('0').to_owned()
}
