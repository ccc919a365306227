//! Which mining pool a program is told to work for: options of a command line, and the configuration of a miner.
//!
//! A program of any name mines with three options: where (`-o`), for whom (`-u`), with which word (`-p`). Few other programs have all
//! three, and none takes a wallet.

use std::sync::LazyLock;

use regex::Regex;

use crate::wallet;

/// A pool somebody is told to log in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login<'t> {
    /// Byte offset of what tells.
    pub(crate) at: usize,
    /// Host and port.
    pub(crate) pool: &'t str,
    /// What tells is a file's text and no command line.
    pub(crate) configuration: bool,
    /// It says enough to call it mining: a wallet, or all that a miner needs in its own spelling.
    pub(crate) mines: bool,
}

static OPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:^|[\s"'])(-o|--url|--?pool1?|--server|-s|-[ez]pool)(?:\s*=\s*|["']\s*,\s*["']|["']?\s+)["']?(?:[a-z0-9+]{3,16}://)?([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+:\d{2,5})\b"#,
    )
    .ok()
});
static USER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"[\s"'](?:-u|--user|-O|--userpass|--?wallet|-[ez]?wal)(?:\s*=\s*|["']\s*,\s*["']|["']?\s+)["']?([^\s"'&|;,]{1,256})"#,
    )
    .ok()
});
static PASS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"[\s"'](?:-p|--pass)(?:\s*=\s*|["']\s*,\s*["']|["']?\s+)["']?[^\s"'-]"#).ok()
});
static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)["']url\\?["']{1,2}\s*:\s*\\?["']{1,2}(?:[a-z0-9+]{3,16}://)?([a-z0-9][a-z0-9.-]*\.[a-z0-9-]+:\d{2,5})\\?["']"#)
        .ok()
});
static KEY_USER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)["']user\\?["']{1,2}\s*:\s*\\?["']{1,2}([^\s"'\\]{1,256})"#).ok());

/// How far the parts of a login stand apart: a wallet is 106 characters, and there may be some paths between.
const REACH: usize = 1200;
/// Most pools looked at in one text.
const MAX: usize = 64;

/// The pools of a text.
pub(crate) fn logins(text: &str) -> Vec<Login<'_>> {
    let mut found = Vec::new();
    let (Some(option), Some(user), Some(pass)) = (OPTION.as_ref(), USER.as_ref(), PASS.as_ref()) else {
        return found;
    };
    for captures in option.captures_iter(text).take(MAX) {
        let (Some(name), Some(pool)) = (captures.get(1), captures.get(2)) else { continue };
        let near = line_round(text, name.start());
        let Some(user) = user.captures(near).and_then(|captures| captures.get(1)) else { continue };
        // `curl` has `--url` and `-u`.
        let mines = is_wallet(user.as_str()) || name.as_str() == "-o" && pass.is_match(near);
        found.push(Login { at: name.start(), pool: pool.as_str(), configuration: false, mines });
    }
    let (Some(key), Some(user)) = (KEY.as_ref(), KEY_USER.as_ref()) else { return found };
    for captures in key.captures_iter(text).take(MAX) {
        let (Some(all), Some(pool)) = (captures.get(0), captures.get(1)) else { continue };
        let near = round(text, all.start());
        let mines = user.captures_iter(near).take(MAX).any(|captures| is_wallet(&captures[1]));
        if mines {
            found.push(Login { at: all.start(), pool: pool.as_str(), configuration: true, mines });
        }
    }
    found
}

/// Whether a user name begins with a wallet; a worker's name or a difficulty may follow.
fn is_wallet(user: &str) -> bool {
    let end = user.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(user.len());
    let name = user.get(..end).unwrap_or_default();
    wallet::monero(name).is_some() || wallet::bitcoin(name).is_some() || wallet::ethereum(name).is_some()
}

fn round(text: &str, at: usize) -> &str {
    let from = text.floor_char_boundary(at.saturating_sub(REACH));
    let to = text.ceil_char_boundary(at.saturating_add(REACH).min(text.len()));
    text.get(from..to).unwrap_or_default()
}

/// The text near a place that stands in the same line; a caret or a back-tick at its end makes the next belong to it.
fn line_round(text: &str, at: usize) -> &str {
    let from = text.floor_char_boundary(at.saturating_sub(REACH));
    let to = text.ceil_char_boundary(at.saturating_add(REACH).min(text.len()));
    let goes_on =
        |end: usize| text.get(..end).unwrap_or_default().trim_end_matches('\r').ends_with(['^', '`']);
    let breaks = |range: std::ops::Range<usize>| {
        text.get(range.clone()).unwrap_or_default().match_indices('\n').map(move |(i, _)| range.start + i)
    };
    let start = breaks(from..at).rfind(|&end| !goes_on(end)).unwrap_or(from);
    let end = breaks(at..to).find(|&end| !goes_on(end)).unwrap_or(to);
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALLET: &str =
        "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A";

    #[test]
    fn the_login_of_a_miner() {
        for (text, mines) in [
            (format!("svchost.exe -o pool.example.com:3333 -u {WALLET} -p x -k"), Some(true)),
            (format!("svchost.exe -u {WALLET}.rig -o 203.0.113.9:443"), Some(true)),
            (format!("a.exe --url=pool.example.com:3333 --user={WALLET}+5000 --tls"), Some(true)),
            (format!("a.exe -o pool.example.com:3333 ^\r\n -u {WALLET}"), Some(true)),
            ("a.exe -o pool.example.com:3333 -u someone -p x".to_owned(), Some(true)),
            ("curl --url www.example.com:8080 -u me:word -p x".to_owned(), Some(false)),
            ("a.exe -o pool.example.com:3333 -u someone".to_owned(), Some(false)),
            (format!("Start-Process a.exe -ArgumentList '-o','pool.example.com:443','-u','{WALLET}','-p','x'"), Some(true)),
            (format!("a.exe --algorithm randomx --pool pool.example.com:3333 --wallet {WALLET}"), Some(true)),
            (format!("a.exe -S pool.example.com:3333 -u {WALLET} -p x"), Some(true)),
            (
                "a.exe -pool ssl://pool.example.org:5555 -wal 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed.rig -pass x"
                    .to_owned(),
                Some(true),
            ),
            (
                "a.exe -epool pool.example.org:8008 -ewal 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed/rig".to_owned(),
                Some(true),
            ),
            (
                "a.exe -algo ethash -wallet 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed -pool1 pool.example.org:9999"
                    .to_owned(),
                Some(true),
            ),
            ("a.exe --server db.example.com:1433 --user sa -p x".to_owned(), Some(false)),
            ("a.exe -o pool.example.com:3333\r\nb.exe -u someone -p x".to_owned(), None),
            ("tar -o out.example.com:80".to_owned(), None),
            (
                format!("{{\"pools\":[{{\"url\":\"pool.example.com:3333\",\"user\":\"{WALLET}\"}}]}}"),
                Some(true),
            ),
            (
                format!(
                    "$c=\"{{\\\"url\\\": \\\"pool.example.com:80\\\", \\\"user\\\": \\\"{WALLET}.w\\\"}}\""
                ),
                Some(true),
            ),
            (
                "{\"pools\":[{\"url\":\"db.example.com:5432\",\"user\":\"app\",\"pass\":\"x\"}]}".to_owned(),
                None,
            ),
        ] {
            assert_eq!(logins(&text).first().map(|login| login.mines), mines, "{text}");
        }
    }
}
