use super::*;
use crate::Problem;
use crate::format::Format;
use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, IBM866, SHIFT_JIS, UTF_8, WINDOWS_1252};
use evidence::RecordData;
use proptest::prelude::*;
use std::fmt::Write as _;

/// The output of a Windows whose labels and sentences are these.
struct Words {
    encoding: &'static Encoding,
    host: &'static str,
    product: (&'static str, &'static str),
    version: (&'static str, &'static str),
    server: &'static str,
    updates: (&'static str, &'static str),
    cards: (&'static str, &'static str),
}

const LANGUAGES: &[Words] = &[
    Words {
        encoding: WINDOWS_1252,
        host: "Host Name:",
        product: ("OS Name:", "Microsoft Windows 7 Professional "),
        version: ("OS Version:", "6.1.7601 Service Pack 1 Build 7601"),
        server: "Logon Server:",
        updates: ("Hotfix(s):", "{} Hotfix(s) Installed."),
        cards: ("Network Card(s):", "2 NIC(s) Installed."),
    },
    Words {
        encoding: WINDOWS_1252,
        host: "Nom de l’hôte\u{A0}:",
        product: ("Nom du système d’exploitation\u{A0}:", "Microsoft Windows 7 Professionnel "),
        version: ("Version du système\u{A0}:", "6.1.7601 Service Pack 1 version 7601"),
        server: "Serveur d’ouverture de session\u{A0}:",
        updates: ("Correctif(s)\u{A0}:", "{} Corrections installées."),
        cards: ("Carte(s) réseau\u{A0}:", "2 carte(s) réseau installée(s)."),
    },
    Words {
        encoding: IBM866,
        host: "Имя узла:",
        product: ("Название ОС:", "Майкрософт Windows 7 Профессиональная "),
        version: ("Версия ОС:", "6.1.7601 Service Pack 1 построение 7601"),
        server: "Сервер входа в сеть:",
        updates: ("Исправление(я):", "Число установленных исправлений - {}."),
        cards: ("Сетевые адаптеры:", "Число сетевых адаптеров - 2."),
    },
    Words {
        encoding: SHIFT_JIS,
        host: "ホスト名:",
        product: ("OS 名:", "Microsoft Windows 7 Professional "),
        version: ("OS バージョン:", "6.1.7601 Service Pack 1 ビルド 7601"),
        server: "ログオン サーバー:",
        updates: ("ホットフィックス:", "{} ホットフィックスがインストールされています。"),
        cards: ("ネットワーク カード:", "2 NIC(s) インストール済みです。"),
    },
    Words {
        encoding: GBK,
        host: "主机名:",
        product: ("OS 名称:", "Microsoft Windows 7 专业版 "),
        version: ("OS 版本:", "6.1.7601 Service Pack 1 Build 7601"),
        server: "登录服务器:",
        updates: ("修补程序:", "安装了 {} 个修补程序。"),
        cards: ("网卡:", "安装了 2 个 NIC。"),
    },
    Words {
        encoding: BIG5,
        host: "主機名稱:",
        product: ("作業系統名稱:", "Microsoft Windows 7 專業版 "),
        version: ("作業系統版本:", "6.1.7601 Service Pack 1 組建 7601"),
        server: "登入伺服器:",
        updates: ("Hotfix:", "已安裝 {} 個 Hotfix。"),
        cards: ("網路卡:", "已安裝 2 個 NIC。"),
    },
    Words {
        encoding: EUC_KR,
        host: "호스트 이름:",
        product: ("OS 이름:", "Microsoft Windows 7 Professional "),
        version: ("OS 버전:", "6.1.7601 서비스 팩 Service Pack 1 빌드 7601"),
        server: "로그온 서버:",
        updates: ("핫픽스:", "{}개의 핫픽스가 설치되었습니다."),
        cards: ("네트워크 카드:", "NIC 2개 설치됨."),
    },
    Words {
        encoding: UTF_8,
        host: "ชื่อโฮสต์:",
        product: ("ชื่อระบบปฏิบัติการ:", "Microsoft Windows 7 Professional "),
        version: ("รุ่นของระบบปฏิบัติการ:", "6.1.7601 Service Pack 1 รุ่น 7601"),
        server: "เซิร์ฟเวอร์เข้าสู่ระบบ:",
        updates: ("โปรแกรมแก้ไขด่วน:", "{} โปรแกรมแก้ไขด่วนที่ติดตั้ง"),
        cards: ("การ์ดเครือข่าย:", "ติดตั้ง 2 NIC แล้ว"),
    },
];

fn output(words: &Words, counted: usize, updates: &[&str]) -> String {
    let mut text = format!("\r\n{}  PC-7\r\n", words.host);
    for (label, value) in [words.product, words.version] {
        let _ = write!(text, "{label}  {value}\r\n");
    }
    text += "CPU:  1.\r\n      [01]: Intel64 Family 6 Model 42 ~2500 MHz\r\n";
    let _ = write!(text, "{}  \\\\PC-7\r\n", words.server);
    let _ = write!(text, "{}  {}\r\n", words.updates.0, words.updates.1.replace("{}", &counted.to_string()));
    for (number, update) in updates.iter().enumerate() {
        let _ = write!(text, "      [{:02}]: {update}\r\n", number + 1);
    }
    let _ = write!(text, "{}  {}\r\n", words.cards.0, words.cards.1);
    text + "      [01]: Adapter\r\n            IP\r\n            [01]: 192.0.2.1\r\n      [02]: Other\r\n"
}

fn read(bytes: &[u8]) -> Parsed {
    assert_eq!(Format::recognise(bytes, "PC.txt"), Format::SystemInfo, "{}", String::from_utf8_lossy(bytes));
    parse(&Text::decode(bytes))
}

/// The records in short: kind, name, value and details.
fn short(parsed: &Parsed) -> Vec<String> {
    let one = |data: &RecordData| {
        let RecordData::Setting(setting) = data else { panic!("{data:?}") };
        let details: Vec<_> = setting.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {}{} {}", setting.kind, setting.name, setting.value, details.join(" "))
    };
    parsed.records.iter().map(|(_, data)| one(data)).collect()
}

#[test]
fn every_language_in_its_code_page_and_in_unicode() {
    for words in LANGUAGES {
        let text = output(words, 3, &["KB2534111", "KB4012212", "KB976902"]);
        let (code_page, _, lossy) = words.encoding.encode(&text);
        assert!(!lossy, "{text}");
        let utf16: Vec<u8> =
            "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [&*code_page, text.as_bytes(), &utf16] {
            let parsed = read(bytes);
            let product = words.product.1.trim();
            if bytes != &*code_page {
                assert!(short(&parsed)[0].contains(product), "{parsed:?}");
            }
            assert!(short(&parsed)[0].starts_with("os-build 6.1.7601 host=PC-7 product="), "{parsed:?}");
            assert!(short(&parsed)[0].ends_with("service-pack=1"), "{parsed:?}");
            assert_eq!(
                short(&parsed)[1..],
                [
                    "hotfix-list complete counted=3 host=PC-7 listed=3",
                    "hotfix KB2534111 host=PC-7",
                    "hotfix KB4012212 host=PC-7",
                    "hotfix KB976902 host=PC-7"
                ]
            );
            assert_eq!(parsed.problems, []);
            assert!(parsed.coverage.is_complete(Area::Patch));
        }
    }
}

#[test]
fn a_list_that_is_shorter_than_its_count_is_truncated_in_every_language() {
    for words in LANGUAGES {
        let parsed = read(output(words, 273, &["KB2534111", "KB4012212"]).as_bytes());
        assert_eq!(short(&parsed)[1], "hotfix-list truncated counted=273 host=PC-7 listed=2");
        assert!(!parsed.coverage.is_complete(Area::Patch));
        let [Problem { message, .. }] = &parsed.problems[..] else { panic!("{:?}", parsed.problems) };
        assert_eq!(message.id, "note-hotfix-truncated");
    }
}

#[test]
fn a_list_of_none_is_complete_and_empty() {
    for value in ["N/A", "Н/Д", "0 Hotfix(s) Installed."] {
        let words = Words { updates: ("Hotfix(s):", value), ..LANGUAGES[0] };
        let parsed = read(output(&words, 0, &[]).as_bytes());
        assert_eq!(short(&parsed)[1..], ["hotfix-list complete host=PC-7 listed=0"], "{value}");
    }
}

#[test]
fn comma_separated() {
    let text = "\"Host Name\",\"OS Name\",\"OS Version\",\"OS Manufacturer\",\"Logon Server\",\"Hotfix(s)\",\"Network Card(s)\"\r\n\
        \"SRV-1\",\"Microsoft Windows Server 2012 R2 Standard\",\"6.3.9600 N/A Build 9600\",\"Microsoft Corporation\",\"\\\\SRV-1\",\
        \"3 Hotfix(s) Installed.,[01]: KB2919355,[02]: KB4012216,[03]: KB4489881\",\"1 NIC(s) Installed.,[01]: Intel\"\r\n";
    let parsed = read(text.as_bytes());
    assert_eq!(
        short(&parsed),
        [
            "os-build 6.3.9600 host=SRV-1 product=Microsoft Windows Server 2012 R2 Standard",
            "hotfix-list complete counted=3 host=SRV-1 listed=3",
            "hotfix KB2919355 host=SRV-1",
            "hotfix KB4012216 host=SRV-1",
            "hotfix KB4489881 host=SRV-1"
        ]
    );
}

#[test]
fn table() {
    let text = "\r\nHost Name       OS Name                          OS Version                Hotfix(s)\r\n\
        =============== ================================ ========================= ==========================\r\n\
        PC-10           Microsoft Windows 10 Pro         10.0.14393 N/A Build 14393 2 Hotfix(s) Installed.,[01]: KB3199986,[02]: KB4013429\r\n";
    assert_eq!(
        short(&read(text.as_bytes())),
        [
            "os-build 10.0.14393 host=PC-10 product=Microsoft Windows 10 Pro",
            "hotfix-list complete counted=2 host=PC-10 listed=2",
            "hotfix KB3199986 host=PC-10",
            "hotfix KB4013429 host=PC-10"
        ]
    );
}

#[test]
fn several_machines_in_one_file() {
    let first = output(&LANGUAGES[0], 1, &["KB4012212"]);
    let second = output(&LANGUAGES[0], 1, &["KB2534111"]).replace("PC-7", "PC-8");
    let parsed = read(format!("{first}{second}").as_bytes());
    let of = |host: &str| short(&parsed).iter().filter(|line| line.contains(host)).count();
    assert_eq!((of("PC-7"), of("PC-8")), (3, 3));
}

#[test]
fn old_windows_has_updates_of_other_names() {
    let words = Words { version: ("OS Version:", "5.1.2600 Build 2600"), ..LANGUAGES[0] };
    let parsed = read(output(&words, 3, &["File 1", "Q147222", "KB893803v2 - Update"]).as_bytes());
    assert!(short(&parsed)[0].ends_with("service-pack=0"), "{parsed:?}");
    assert_eq!(
        short(&parsed)[1..],
        ["hotfix-list complete counted=3 host=PC-7 listed=3", "hotfix KB893803 host=PC-7"]
    );
}

#[test]
fn offsets_are_those_of_the_stored_bytes() {
    let text = output(&LANGUAGES[2], 1, &["KB4012212"]);
    let (bytes, _, _) = IBM866.encode(&text);
    let at = |needle: &[u8]| bytes.windows(needle.len()).position(|window| window == needle).unwrap() as u64;
    let parsed = read(&bytes);
    let (Location::Offset(offset), _) = parsed.records[2] else { panic!() };
    assert_eq!(offset, at(b"[01]: KB4012212"));
}

#[test]
fn prose_and_listings_are_not_taken_for_it() {
    for text in [
        "a: b\nc: d\ne: 10.0.19045\n",
        "BIOS:  x\nmodel:  y\nversion:  1.2.3456 of 2017\n",
        "Host Name: x\nOS Name: y\nOS Version: 6.1.7601x Build 7601\n",
        "CreatorSID={1}\nName=x\nQuery=a: b\nc: d\ne: 10.0.19045 Build 19045\n",
        "__GENUS : 2\nName : x: y\nc: d\ne: 10.0.19045 Build 19045\n",
    ] {
        assert_ne!(Format::of_text(text, ""), Format::SystemInfo, "{text}");
    }
}

proptest! {
    #[test]
    fn anything_is_read_without_panic(text: String) {
        let _ = parse(&Text::decode(text.as_bytes()));
    }

    #[test]
    fn damaged_output_is_read_without_panic(cut in 0..600_usize, at in 0..600_usize, put in "\\PC{0,8}") {
        let mut text = output(&LANGUAGES[0], 2, &["KB4012212", "KB976902"]);
        let at = text.floor_char_boundary(at);
        text.insert_str(at, &put);
        text.truncate(text.floor_char_boundary(cut.max(at)));
        for (location, _) in parse(&Text::decode(text.as_bytes())).records {
            let Location::Offset(offset) = location else { panic!("{location:?}") };
            prop_assert!(offset <= text.len() as u64);
        }
    }
}
