use super::*;
use crate::format::Format;
use evidence::RecordData;
use proptest::prelude::*;

fn settings(parsed: &Parsed) -> Vec<String> {
    let one = |data: &RecordData| {
        let RecordData::Setting(setting) = data else { panic!("{data:?}") };
        let details: Vec<_> = setting.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {}:{} {}", setting.kind, setting.name, setting.value, details.join(" "))
            .trim_end()
            .to_owned()
    };
    parsed.records.iter().map(|(_, data)| one(data)).collect()
}

fn read(text: &str) -> Vec<String> {
    assert_eq!(Format::of_text(text, ""), Format::Hotfixes, "{text}");
    settings(&parse_updates(&Text::decode(text.as_bytes())))
}

/// What each layout of the same two updates gives.
const EXPECTED: [&str; 3] = [
    "hotfix-list :complete host=PC-1 listed=2",
    "hotfix KB2534111: host=PC-1 installed=2017-03-15 installed-on=3/15/2017",
    "hotfix KB4012212: host=PC-1 installed=2017-03-16 installed-on=3/16/2017",
];

#[test]
fn tables_of_wmic() {
    let text = "Caption                                     CSName  Description      FixComments  HotFixID   InstallDate  InstalledBy          InstalledOn  Name  ServicePackInEffect  Status  \r\r\n\
                http://support.microsoft.com/?kbid=2534111  PC-1    Update                        KB2534111               NT AUTHORITY\\SYSTEM  3/15/2017                                        \r\r\n\
                http://support.microsoft.com/?kbid=4012212  PC-1    Security Update               KB4012212               NT AUTHORITY\\SYSTEM  3/16/2017                                        \r\r\n";
    assert_eq!(read(text), EXPECTED);
}

#[test]
fn lists_of_wmic_and_of_powershell() {
    let wmic = "\r\r\n\r\r\nCaption=http://support.microsoft.com/?kbid=2534111\r\r\nCSName=PC-1\r\r\nDescription=Update\r\r\nHotFixID=KB2534111\r\r\n\
                InstalledOn=3/15/2017\r\r\nStatus=\r\r\n\r\r\n\r\r\nCaption=http://support.microsoft.com/?kbid=4012212\r\r\nCSName=PC-1\r\r\n\
                Description=Security Update\r\r\nHotFixID=KB4012212\r\r\nInstalledOn=3/16/2017\r\r\nStatus=\r\r\n";
    assert_eq!(read(wmic), EXPECTED);
    let powershell = "\n\nPSComputerName      : PC-1\nInstalledOn         : 3/15/2017\n__GENUS             : 2\n\
                      __CLASS             : Win32_QuickFixEngineering\nHotFixID            : KB2534111\n\n\
                      PSComputerName      : PC-1\nInstalledOn         : 3/16/2017\n__GENUS             : 2\n\
                      __CLASS             : Win32_QuickFixEngineering\nHotFixID            : KB4012212\n";
    assert_eq!(read(powershell)[0], EXPECTED[0]);
    assert_eq!(read(powershell).len(), 3);
}

#[test]
fn comma_separated() {
    let wmic = "\r\r\nNode,Caption,CSName,Description,FixComments,HotFixID,InstallDate,InstalledBy,InstalledOn,Name,ServicePackInEffect,Status\r\r\n\
                PC-1,http://support.microsoft.com/?kbid=2534111,PC-1,Update,,KB2534111,,NT AUTHORITY\\SYSTEM,3/15/2017,,,\r\r\n\
                PC-1,http://support.microsoft.com/?kbid=4012212,PC-1,Security Update,,KB4012212,,NT AUTHORITY\\SYSTEM,3/16/2017,,,\r\r\n";
    assert_eq!(read(wmic), EXPECTED);
    let powershell = "#TYPE System.Management.ManagementObject#root\\cimv2\\Win32_QuickFixEngineering\n\
                      \"PSComputerName\",\"Description\",\"HotFixID\",\"InstalledOn\"\n\
                      \"PC-1\",\"Update\",\"KB2534111\",\"3/15/2017\"\n\"PC-1\",\"Update\",\"KB4012212\",\"3/16/2017\"\n";
    assert_eq!(read(powershell), EXPECTED);
}

#[test]
fn tables_of_powershell_with_wide_letters() {
    let text = "\nSource        Description      HotFixID      InstalledBy          InstalledOn              \n\
                ------        -----------      --------      -----------          -----------              \n\
                PC-1          更新プログラム          KB2534111     NT AUTHORITY\\SYSTEM  2017/03/15 0:00:00       \n\
                PC-1          Security Update  KB4012212     NT AUTHORITY\\SYSTEM  2017/03/16 0:00:00       \n";
    let read = read(text);
    assert_eq!(read[0], EXPECTED[0]);
    assert!(read[1].starts_with("hotfix KB2534111: host=PC-1"), "{read:?}");
    assert!(read[2].starts_with("hotfix KB4012212: host=PC-1"), "{read:?}");
}

#[test]
fn json_of_powershell_and_xml_of_wmic() {
    let one = |id: &str| {
        format!(
            "{{\"PSComputerName\": \"PC-1\", \"__CLASS\": \"Win32_QuickFixEngineering\", \"HotFixID\": \"{id}\", \
             \"InstalledOn\": {{\"value\": \"\\/Date(1489536000000)\\/\"}}}}"
        )
    };
    let expected = [
        "hotfix-list :complete host=PC-1 listed=2",
        r"hotfix KB2534111: host=PC-1 installed=2017-03-15 installed-on=/Date(1489536000000)/",
        r"hotfix KB4012212: host=PC-1 installed=2017-03-15 installed-on=/Date(1489536000000)/",
    ];
    assert_eq!(read(&format!("[\n{},\n{}\n]", one("KB2534111"), one("KB4012212"))), expected);
    assert_eq!(read(&one("KB4012212"))[0], "hotfix-list :complete host=PC-1 listed=1");

    let property = |name: &str, value: &str| {
        format!(
            "<PROPERTY NAME=\"{name}\" CLASSORIGIN=\"x\" TYPE=\"string\"><VALUE>{value}</VALUE></PROPERTY>"
        )
    };
    let instance = |id: &str, on: &str| {
        let inside =
            [property("CSName", "PC-1"), property("HotFixID", id), property("InstalledOn", on)].concat();
        format!(
            "<INSTANCE CLASSNAME=\"Win32_QuickFixEngineering\">{inside}<PROPERTY NAME=\"Name\" TYPE=\"string\"></PROPERTY></INSTANCE>"
        )
    };
    let xml = format!(
        "<COMMAND SEQUENCENUM=\"1\"><RESULTS NODE=\"PC-1\"><CIM>{}{}</CIM></RESULTS></COMMAND>",
        instance("KB2534111", "3/15/2017"),
        instance("KB4012212", "3/16/2017")
    );
    assert_eq!(read(&xml), EXPECTED);

    // What cannot be read is told.
    let cut = &one("KB4012212")[..80];
    assert_eq!(Format::of_text(cut, ""), Format::Hotfixes);
    let parsed = parse_updates(&Text::decode(cut.as_bytes()));
    assert_eq!((parsed.records.len(), parsed.problems[0].message.id.as_str()), (0, "note-hotfix-unread"));
}

#[test]
fn numbers_line_by_line() {
    let expected = ["hotfix-list :complete listed=2", "hotfix KB2534111:", "hotfix KB4012212:"];
    assert_eq!(read("KB2534111\r\nKB4012212\r\n"), expected);
    assert_eq!(read("\n - kb2534111,\n - \"KB4012212\"\n"), expected);
    for other in ["KB2534111 and more\n", "see KB2534111\n", "KB2534111\nyes\n", "KB12\n"] {
        assert_eq!(Format::of_text(other, ""), Format::UnknownText, "{other}");
    }
}

#[test]
fn several_machines_in_one_listing() {
    let text = "Node,CSName,HotFixID\r\nA,A,KB4012212\r\nB,B,KB2534111\r\nB,B,KB4013429\r\n";
    assert_eq!(
        read(text),
        [
            "hotfix-list :complete host=A listed=1",
            "hotfix KB4012212: host=A",
            "hotfix-list :complete host=B listed=2",
            "hotfix KB2534111: host=B",
            "hotfix KB4013429: host=B"
        ]
    );
}

#[test]
fn the_first_run_of_wmic_on_xp() {
    let table = "Caption  CSName  Description  HotFixID  \r\r\n         XP-1                 Q147222   \r\r\n         XP-1                 KB4012598 \r\r\n";
    let mut bytes = b"Please wait while WMIC is being installed.".to_vec();
    bytes.extend(table.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(Format::recognise(&bytes, "qfe.txt"), Format::Hotfixes);
    let expected = ["hotfix-list :complete host=XP-1 listed=2", "hotfix KB4012598: host=XP-1"];
    assert_eq!(settings(&parse_updates(&Text::decode(&bytes))), expected);
}

#[test]
fn a_heading_without_rows_is_an_empty_list() {
    assert_eq!(read("HotFixID  \r\r\n"), ["hotfix-list :complete listed=0"]);
    assert_eq!(read("HotFixID  \r\r\nKB4012212 \r\r\n")[1], "hotfix KB4012212:");
}

const PACKAGES: &str = "\nDeployment Image Servicing and Management tool\nVersion: 10.0.14393.0\n\nImage Version: 10.0.14393.447\n\nPackages listing:\n\n";

#[test]
fn packages_as_a_list_and_as_a_table() {
    let list = format!(
        "{PACKAGES}Package Identity : Package_for_KB3199986~31bf3856ad364e35~amd64~~10.0.1.0\nState : Installed\nRelease Type : Update\n\
         Install Time : 11/2/2016 5:00 PM\n\nPackage Identity : Package_for_RollupFix~31bf3856ad364e35~amd64~~14393.447.1.0\nState : Superseded\n\
         Release Type : Security Update\nInstall Time : 11/22/2016 5:00 PM\n"
    );
    let table = format!(
        "{PACKAGES}Package Identity | State | Release Type\n--- | --- | ---\n\
         Package_for_KB3199986~31bf3856ad364e35~amd64~~10.0.1.0 | Installed | Update | 11/2/2016\n\
         Package_for_RollupFix~31bf3856ad364e35~amd64~~14393.447.1.0 | Superseded | Security Update | 11/22/2016\n"
    );
    for text in [list, table] {
        assert_eq!(Format::of_text(&text, ""), Format::Packages);
        let parsed = parse_packages(&Text::decode(text.as_bytes()));
        assert_eq!(
            settings(&parsed),
            [
                "image-version :10.0.14393",
                "package Package_for_KB3199986~31bf3856ad364e35~amd64~~10.0.1.0:installed installed=2016-11-02",
                "package Package_for_RollupFix~31bf3856ad364e35~amd64~~14393.447.1.0:superseded installed=2016-11-22"
            ]
        );
        assert_eq!(parsed.problems, []);
    }
}

#[test]
fn states_in_an_unknown_language_are_told() {
    let text = "Pakke : Package_for_KB4012212~31bf3856ad364e35~amd64~~6.1.1.0\nTilstand : Installeret\n";
    let parsed = parse_packages(&Text::decode(text.as_bytes()));
    assert_eq!(
        settings(&parsed)[0],
        "package Package_for_KB4012212~31bf3856ad364e35~amd64~~6.1.1.0:Installeret"
    );
    assert_eq!(parsed.problems[0].message.id, "note-package-states");
}

#[test]
fn numbers_of_updates() {
    let number = |text| update_in(text).map(|update| update.number);
    for (text, expected) in [
        ("KB4012212", Some(4_012_212)),
        ("Update (kb893803)", Some(893_803)),
        ("KB941569_WM11", Some(941_569)),
        ("KB12345", None),
        ("KB12345678", None),
        ("AKB4012212", None),
        ("http://support.microsoft.com/?kbid=4012212", None),
        ("İKB4012212 KB4013429", Some(4_013_429)),
    ] {
        assert_eq!(number(text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn anything_is_read_without_panic(text in "(HotFixID|CSName|KB4012212|[,=:\\|~ \\n\"]|\\PC){0,60}") {
        let text = Text::decode(text.as_bytes());
        let _ = (parse_updates(&text), parse_packages(&text));
    }
}
