use super::*;
use crate::Parsed;
use crate::format::Format;
use crate::text::Text;
use evidence::RegistryValue;
use proptest::prelude::*;

const ENGLISH: &str = "Force user logoff how long after time expires?:       Never\r\n\
Minimum password age (days):                          0\r\n\
Maximum password age (days):                          42\r\n\
Minimum password length:                              0\r\n\
Length of password history maintained:                None\r\n\
Lockout threshold:                                    Never\r\n\
Lockout duration (minutes):                           30\r\n\
Lockout observation window (minutes):                 30\r\n\
Computer role:                                        WORKSTATION\r\n\
The command completed successfully.\r\n\r\n";

const GERMAN: &str = "C:\\>net accounts\r\n\
Abmeldezeit nach Zeitablauf:                         Nie\r\n\
Minimales Kennwortalter (Tage):                      1\r\n\
Maximales Kennwortalter (Tage):                      Unbegrenzt\r\n\
Minimale Kennwortlänge:                              14\r\n\
Länge der Kennwortchronik:                           24\r\n\
Sperrschwelle:                                       5\r\n\
Sperrdauer (Minuten):                                15\r\n\
Sperrungsüberwachungsfenster (Minuten):              15\r\n\
Computerrolle:                                       SERVER\r\n\
Der Befehl wurde erfolgreich ausgeführt.\r\n";

const TEMPLATE: &str = "[Unicode]\r\nUnicode=yes\r\n[System Access]\r\nMinimumPasswordLength = 7\r\n\
LockoutBadCount = 0\r\nNewAdministratorName = \"Boss\"\r\n[Event Audit]\r\nAuditLogonEvents = 0\r\n\
[Registry Values]\r\nMACHINE\\System\\CurrentControlSet\\Control\\Lsa\\NoLMHash=4,1\r\n\
MACHINE\\Software\\X\\Paths=7,a,b\r\nUSER\\x=4,1\r\n[Privilege Rights]\r\n\
SeDenyNetworkLogonRight = *S-1-5-114\r\n[Version]\r\nsignature=\"$CHICAGO$\"\r\nRevision=1\r\n";

fn settings(parsed: &Parsed) -> Vec<(&str, &str)> {
    let policies = parsed.records.iter().filter_map(|(_, data)| match data {
        RecordData::Setting(setting) => Some((setting.name.as_str(), setting.value.as_str())),
        _ => None,
    });
    policies.collect()
}

fn net_accounts(text: &str) -> Vec<(String, String)> {
    let parsed = parse_net_accounts(&Text::decode(text.as_bytes()));
    settings(&parsed).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn net_accounts_in_any_language_by_the_order_of_its_lines() {
    let expected = [
        ("MinimumPasswordAge", "0"),
        ("MaximumPasswordAge", "42"),
        ("MinimumPasswordLength", "0"),
        ("PasswordHistorySize", "0"),
        ("LockoutBadCount", "0"),
        ("LockoutDuration", "30"),
        ("ResetLockoutCount", "30"),
    ];
    assert_eq!(net_accounts(ENGLISH), pairs(&expected));
    let expected = [
        ("MinimumPasswordAge", "1"),
        ("MaximumPasswordAge", "-1"),
        ("MinimumPasswordLength", "14"),
        ("PasswordHistorySize", "24"),
        ("LockoutBadCount", "5"),
        ("LockoutDuration", "15"),
        ("ResetLockoutCount", "15"),
    ];
    assert_eq!(net_accounts(GERMAN), pairs(&expected));
    let japanese = "有効期間が過ぎた後に強制的にログオフする時間 (分)?:  しない\n最短パスワード有効期間 (日):   0\n\
        最長パスワード有効期間 (日):   42\n最小パスワード長:   8\n記憶するパスワードの履歴の長さ:   なし\n\
        ロックアウトしきい値:   10\nロックアウト期間 (分):   10\nロックアウト監視ウィンドウ (分):   10\n\
        コンピューターの役割:   WORKSTATION\nコマンドは正常に終了しました。\n";
    let read = net_accounts(japanese);
    assert!(read.contains(&("LockoutBadCount".to_owned(), "10".to_owned())), "{read:?}");
    for text in [ENGLISH, GERMAN, japanese] {
        assert_eq!(Format::of_text(text, "x.txt"), Format::NetAccounts, "{text}");
    }
}

#[test]
fn other_tables_are_no_account_policy() {
    let lines: Vec<_> = ENGLISH.lines().collect();
    let swapped = [&lines[1..], &lines[..1]].concat().join("\n");
    for text in [
        lines[..8].join("\n"),
        swapped,
        ENGLISH.replace("(days):                          0", "(days):                          x"),
        ENGLISH.replace("WORKSTATION", "12"),
        "Name: x\nCount: 1\nSize: 2\nTotal: 3\nOther: 4\nMore: 5\nAgain: 6\nFinal: 7\nEnd: 8\n".to_owned(),
    ] {
        assert_ne!(Format::of_text(&text, "net-accounts.txt"), Format::NetAccounts, "{text}");
        assert_eq!(net_accounts(&text), []);
    }
}

#[test]
fn a_security_template_in_utf_16_too() {
    let utf16: Vec<u8> =
        std::iter::once(0xFEFF).chain(TEMPLATE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [TEMPLATE.as_bytes(), &utf16] {
        assert_eq!(Format::recognise(bytes, "x.inf"), Format::SecurityTemplate);
        let parsed = parse_template(&Text::decode(bytes));
        assert_eq!(
            settings(&parsed),
            [
                ("MinimumPasswordLength", "7"),
                ("LockoutBadCount", "0"),
                ("NewAdministratorName", "Boss"),
                ("SeDenyNetworkLogonRight", "*S-1-5-114"),
            ]
        );
        let values = parsed.records.iter().filter_map(|(_, data)| match data {
            RecordData::Registry(RegistryValue { key, name, data, .. }) => Some((key, name, data.as_str())),
            _ => None,
        });
        let values: Vec<_> = values.collect();
        let [(key, name, data), (_, _, paths)] = values[..] else { panic!("{values:?}") };
        assert_eq!(
            (key.as_str(), name.as_str(), data),
            (r"HKLM\System\CurrentControlSet\Control\Lsa", "NoLMHash", "1")
        );
        assert_eq!(paths, "a\nb");
    }
}

#[test]
fn what_is_no_template_is_none() {
    for text in
        ["[section]\r\nName=x\r\n", "[Version]\r\nsignature=\"$CHICAGO$\"\r\n[Strings]\r\na=b\r\n", ""]
    {
        assert_ne!(Format::of_text(text, "x.inf"), Format::SecurityTemplate, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(bytes: Vec<u8>, head in 0_usize..3) {
        let start = [ENGLISH, TEMPLATE, "[System Access]\n"][head];
        let all = [start.as_bytes(), &bytes].concat();
        let text = Text::decode(&all);
        for parsed in [parse_template(&text), parse_net_accounts(&text)] {
            for (location, _) in parsed.records {
                prop_assert!(matches!(location, evidence::Location::Offset(at) if at <= all.len() as u64));
            }
        }
    }

    #[test]
    fn every_number_of_the_table_comes_back(age in 0_u32..999, length in 0_u32..128, threshold in 0_u32..999) {
        let text = ENGLISH
            .replace("(days):                          0", &format!("(days):      {age}"))
            .replace("length:                              0", &format!("length:      {length}"))
            .replace("threshold:                                    Never", &format!("threshold:    {threshold}"));
        let read = net_accounts(&text);
        for (name, number) in
            [("MinimumPasswordAge", age), ("MinimumPasswordLength", length), ("LockoutBadCount", threshold)]
        {
            prop_assert!(read.contains(&(name.to_owned(), number.to_string())), "{:?}", read);
        }
    }
}
