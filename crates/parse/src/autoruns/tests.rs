use super::*;
use crate::text::Text;
use evidence::{Area, AutostartEntry, AutostartKind, ReadState, RecordData};
use proptest::prelude::*;

const CSV: &str = "\r\nSysinternals Autoruns v14.09 - Autostart program viewer\r\n\r\n\
Time,Entry Location,Entry,Enabled,Category,Profile,Description,Signer,Company,Image Path,Version,Launch String,MD5,VT detection\r\n\
\"20220310-210830\",\"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\",\"\",,\"Logon\",\"System-wide\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\r\n\
\"20220310-210830\",\"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\",\"updater\",enabled,\"Logon\",\"System-wide\",\"Helper\",\"(Not verified) Acme\",\"Acme\",\"c:\\windows\\temp\\a.exe\",\"1.0\",\"\"\"c:\\windows\\temp\\a.exe\"\" -o pool\",\"ABCDEF\",\"3|70\"\r\n\
\"\",\"Task Scheduler\",\"\\sysupdater0\",disabled,\"Tasks\",\"System-wide\",\"\",\"(Verified) Microsoft Windows\",\"Microsoft Corporation\",\"c:\\windows\\system32\\cmd.exe\",\"10\",\"cmd /c x\",\"\",\"\"\r\n\
\"\",\"WMI Database Entries\",\"Consumer\",enabled,\"WMI\",\"System-wide\",\"\",\"\",\"\",\"\",\"\",\"powershell -e AAAA\",\"\",\"\"\r\n\
\"\",\"WMI Database Entries\",\"Killer\",enabled,\"WMI\",\"System-wide\",\"\",\"\",\"\",\"\",\"\",\"Dim a\nSet a = GetObject(x)\",\"\",\"\"\r\n";

const XML: &str = r#"<?xml version="1.0" encoding="UTF-16"?>
<autoruns>
<item>
<location>HKLM\System\CurrentControlSet\Services</location>
<itemname>WinRing0_1_2_0</itemname>
<enabled>Enabled</enabled>
<launchstring>\??\C:\Windows\a &amp; b.sys &lt;x&#62; &odd;</launchstring>
<imagepath>c:\windows\a.sys</imagepath>
<SHA256hash>AB</SHA256hash>
</item>
<item><location>WMI Database Entries</location><itemname></itemname></item>
</autoruns>"#;

fn entries(parsed: &Parsed) -> Vec<&AutostartEntry> {
    fn entry(data: &RecordData) -> Option<&AutostartEntry> {
        match data {
            RecordData::Autostart(entry) => Some(entry),
            _ => None,
        }
    }
    parsed.records.iter().filter_map(|(_, data)| entry(data)).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_table_in_every_column() {
    let bytes = utf16(CSV);
    let parsed = parse_table(&Text::decode(&bytes));
    assert_eq!(parsed.problems, []);
    let records: Vec<_> = parsed.records.iter().map(|(_, data)| data).collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&records).unwrap());
}

#[test]
fn offsets_point_to_the_rows_as_they_were_stored() {
    let bytes = utf16(CSV);
    let parsed = parse_table(&Text::decode(&bytes));
    for ((location, _), start) in
        parsed.records.iter().zip(["\"20220310-210830\",\"HKLM", "\"\",\"Task", "\"\",\"WMI"])
    {
        let evidence::Location::Offset(offset) = location else { panic!("{location:?}") };
        let row: Vec<u8> = start.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(bytes[usize::try_from(*offset).unwrap()..].starts_with(&row), "{start} at {offset}");
    }
}

#[test]
fn commas_and_tabs_tell_the_same() {
    let commas = parse_table(&Text::decode(CSV.as_bytes()));
    let tabbed = CSV.replace("\",\"", "\"\t\"").replace(",enabled,", "\tenabled\t");
    let tabbed = tabbed.replace(",disabled,", "\tdisabled\t").replace("\",,\"", "\"\t\t\"");
    let header = CSV.lines().nth(3).unwrap();
    let tabs = parse_table(&Text::decode(tabbed.replace(header, &header.replace(',', "\t")).as_bytes()));
    assert_eq!(entries(&tabs), entries(&commas));
}

#[test]
fn consumers_are_told_apart_by_what_they_run() {
    let parsed = parse_table(&Text::decode(CSV.as_bytes()));
    let consumers: Vec<_> = parsed
        .records
        .iter()
        .filter_map(|(_, data)| match data {
            RecordData::WmiObject(object) => {
                Some((object.class.as_str(), object.name(), object.properties.len()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        consumers,
        [("CommandLineEventConsumer", "Consumer", 2), ("ActiveScriptEventConsumer", "Killer", 2)]
    );
}

#[test]
fn xml_items_become_entries_by_their_place() {
    let bytes = utf16(XML);
    let parsed = parse_xml(&Text::decode(&bytes));
    assert_eq!(parsed.problems, []);
    let [driver] = entries(&parsed)[..] else { panic!("{:?}", parsed.records) };
    assert_eq!(driver.kind, Some(AutostartKind::Driver));
    assert_eq!(driver.launch_string.as_deref(), Some(r"\??\C:\Windows\a & b.sys <x> &odd;"));
    assert_eq!(driver.hashes["sha256"], "ab");
    assert_eq!(parsed.coverage.get(Area::EventConsumers), Some(ReadState::Partial));
}

#[test]
fn damaged_xml_keeps_what_comes_before() {
    let cut = XML.split_once("<imagepath>").unwrap().0.to_owned() + "<imagepath";
    let parsed = parse_xml(&Text::decode(cut.as_bytes()));
    assert_eq!(entries(&parsed).len(), 1);
    assert_eq!(parsed.problems.len(), 1);
}

#[test]
fn all_places_with_microsofts_entries_cover_autostarts_but_never_subscriptions() {
    let header = "Entry Location,Entry,Category,Company,Image Path\n";
    let rows = |company: &str| {
        ["Logon", "Tasks", "Services", "Drivers", "Codecs", "WMI"]
            .map(|category| format!("place,name,{category},{company},x.exe\n"))
            .concat()
    };
    let all = parse_table(&Text::decode((header.to_owned() + &rows("Microsoft Corporation")).as_bytes()));
    for area in [Area::Autostarts, Area::Tasks, Area::Services] {
        assert!(all.coverage.is_complete(area), "{area:?}");
    }
    assert!(!all.coverage.is_complete(Area::EventConsumers));
    let some = parse_table(&Text::decode((header.to_owned() + &rows("Acme")).as_bytes()));
    assert_eq!(some.coverage.get(Area::Tasks), Some(ReadState::Partial));
    assert_eq!(some.problems[0].message.id, "note-autoruns-hidden");
}

#[test]
fn uneven_rows_are_read_and_told() {
    let text = "Entry Location,Entry,Category,Image Path\na,b,Logon,c,left over\nshort\n";
    let parsed = parse_table(&Text::decode(text.as_bytes()));
    assert_eq!(entries(&parsed)[0].extra["column 5"], "left over");
    assert_eq!(parsed.problems[0].message.id, "note-autoruns-uneven");
    assert_eq!(parsed.problems[0].offset, Some(41));
}

#[test]
fn a_table_without_header_is_an_error_in_words() {
    let parsed = parse_table(&Text::decode(b"nothing here"));
    assert_eq!(parsed.problems[0].message.id, "note-autoruns-no-header");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        parse_table(&Text::decode(&bytes));
        parse_xml(&Text::decode(&bytes));
    }

    #[test]
    fn any_rows_are_read_without_panic(rows in "[a\",\t\r\n<>&;é]{0,200}") {
        let table = format!("Entry Location,Entry,Category,Image Path\n{rows}");
        parse_table(&Text::decode(table.as_bytes()));
        let xml = format!("<autoruns><item><itemname>{rows}");
        parse_xml(&Text::decode(xml.as_bytes()));
    }

    #[test]
    fn a_written_cell_is_read_back(name in "[a-zA-Z \",é\u{3042}]{1,30}".prop_filter("trimmed", |n| n.trim() == n)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["Entry Location", "Entry", "Category", "Image Path"]).unwrap();
        writer.write_record(["place", &name, "Logon", "x.exe"]).unwrap();
        let bytes = writer.into_inner().unwrap();
        let parsed = parse_table(&Text::decode(&bytes));
        prop_assert_eq!(&entries(&parsed)[0].name, &name);
    }
}
