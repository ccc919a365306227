use super::*;
use crate::format::Format;
use proptest::prelude::*;

fn settings(parsed: &Parsed) -> Vec<String> {
    let one = |data: &RecordData| {
        let RecordData::Setting(setting) = data else { panic!("{data:?}") };
        let details: Vec<_> = setting.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {}{} {}", setting.kind, setting.name, setting.value, details.join(" "))
            .trim_end()
            .to_owned()
    };
    parsed.records.iter().map(|(_, data)| one(data)).collect()
}

#[test]
fn versions_at_the_start_of_a_text() {
    for (text, expected) in [
        ("10.0.19045 N/A", Some(("10.0.19045", None))),
        ("10.0.19045.3803]", Some(("10.0.19045", Some("3803")))),
        ("6.1.7601", Some(("6.1.7601", None))),
        ("6.1", None),
        ("6.1.760", None),
        ("6.1.760123", None),
        ("10.0.100000.1", Some(("10.0.100000", Some("1")))),
        ("10.0.1000000", None),
        ("6.1.7601.", None),
        ("6.1.7601.1.2", None),
        ("6.1.7601a", None),
        ("100.0.19045", None),
        ("", None),
        ("ü", None),
    ] {
        let found = version_at_start(text).map(|found| (found.version, found.revision));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_ver_prints() {
    for (text, expected) in [
        ("\r\nMicrosoft Windows [Version 10.0.19045.3803]\r\n", "os-build 10.0.19045 ubr=3803"),
        ("\r\nMicrosoft Windows [Versión 6.1.7601]\r\n", "os-build 6.1.7601"),
        ("Microsoft Windows XP [Version 5.1.2600]\n", "os-build 5.1.2600"),
        ("Microsoft Windows [版本 10.0.14393.10]\n", "os-build 10.0.14393 ubr=10"),
    ] {
        assert_eq!(Format::of_text(text, ""), Format::WindowsVersion, "{text}");
        assert_eq!(settings(&parse_ver(&Text::decode(text.as_bytes()))), [expected]);
    }
    assert_eq!(Format::of_text("see Windows [Chapter 3]\n", ""), Format::UnknownText);
}

#[test]
fn what_get_computer_info_prints() {
    let text = "\n\nWindowsBuildLabEx                        : 14393.0.amd64fre.rs1_release.160715-1616\n\
        WindowsProductName                       : Windows Server 2016 Standard\n\
        CsDNSHostName                            : SRV-16\n\
        OsName                                   : Microsoft Windows Server 2016 Standard\n\
        OsVersion                                : 10.0.14393\n\
        WindowsUBR                               : 1066\n\
        OsHotFixes                               : {KB3192137, KB4015217, KB4013418, KB4019472...}\n";
    assert_eq!(Format::of_text(text, ""), Format::ComputerInfo);
    let parsed = parse_computer_info(&Text::decode(text.as_bytes()));
    assert_eq!(
        settings(&parsed),
        [
            "os-build 10.0.14393 host=SRV-16 product=Microsoft Windows Server 2016 Standard ubr=1066",
            "hotfix-list truncated host=SRV-16 listed=4",
            "hotfix KB3192137 host=SRV-16",
            "hotfix KB4015217 host=SRV-16",
            "hotfix KB4013418 host=SRV-16",
            "hotfix KB4019472 host=SRV-16"
        ]
    );
    assert_eq!(parsed.problems[0].message.id, "note-hotfix-cut");
}

#[test]
fn values_that_go_on_below_themselves() {
    let text = "WindowsProductName  : Windows Server 2016\n                      Standard\n\
        OsName              : Microsoft Windows\n                      Server 2016 Standard\n\
        OsVersion           : 10.0.14393\n\
        OsHotFixes          : {KB3192137,\n                      KB4013429, KB4015217,\n                      KB4013418...}\n\
        OsLocale            : en-US\n";
    let read = |text: &str| {
        let parsed = parse_computer_info(&Text::decode(text.as_bytes()));
        (settings(&parsed), parsed.problems.len())
    };
    let (found, problems) = read(text);
    assert_eq!(found[0], "os-build 10.0.14393 product=Microsoft Windows Server 2016 Standard");
    assert_eq!(found[1], "hotfix-list truncated listed=4");
    assert!(found.contains(&"hotfix KB4013429".to_owned()), "{found:?}");
    assert_eq!(problems, 1);
    // A list that nothing closes is cut.
    let (found, _) = read("OsHotFixes : {KB3192137, KB4013429\nOsLocale   : en-US\n");
    assert_eq!(found[0], "hotfix-list truncated listed=2");
}

#[test]
fn what_does_not_follow_the_updates_has_no_revision() {
    let read = |text: &str| {
        assert_eq!(Format::of_text(text, ""), Format::ComputerInfo);
        settings(&parse_computer_info(&Text::decode(text.as_bytes())))
    };
    let hal = "WindowsProductName         : Windows 10 Pro\nOsHardwareAbstractionLayer : 10.0.14393.206\n";
    assert_eq!(read(hal), ["image-version 10.0.14393 product=Windows 10 Pro"]);
    let lab = |lab: &str| read(&format!("WindowsBuildLabEx : {lab}\n"));
    assert_eq!(lab("19041.1.amd64fre.vb_release.191206-1406"), ["image-version 10.0.19041"]);
    assert_eq!(lab("7601.24545.amd64fre.win7sp1_ldr.200102-1707"), ["image-version 6.1.7601"]);
    let parsed = parse_computer_info(&Text::decode(b"WindowsProductName : Windows 10 Pro\n"));
    assert_eq!(parsed.problems[0].message.id, "note-hotfix-unread");
}

#[test]
fn get_computer_info_as_json_and_as_a_table() {
    let json = r#"{ "WindowsBuildLabEx": "14393.0.amd64fre", "CsDNSHostName": "SRV-16",
        "OsName": "Microsoft Windows Server 2016 Standard", "OsVersion": "10.0.14393", "WindowsUBR": 1066,
        "OsHotFixes": [ { "HotFixID": "KB3192137", "Description": "Update" }, { "HotFixID": "KB4013429" } ] }"#;
    let read = |text: &str| {
        assert_eq!(Format::of_text(text, ""), Format::ComputerInfo);
        settings(&parse_computer_info(&Text::decode(text.as_bytes())))
    };
    let build = "os-build 10.0.14393 host=SRV-16 product=Microsoft Windows Server 2016 Standard ubr=1066";
    let updates = [
        "hotfix-list complete host=SRV-16 listed=2",
        "hotfix KB3192137 host=SRV-16",
        "hotfix KB4013429 host=SRV-16",
    ];
    assert_eq!(read(json)[0], build);
    assert_eq!(read(json)[1..], updates);
    let table = "#TYPE Microsoft.PowerShell.Commands.ComputerInfo\n\
        \"WindowsBuildLabEx\",\"CsDNSHostName\",\"OsName\",\"OsVersion\",\"WindowsUBR\",\"OsHotFixes\"\n\
        \"14393.0.amd64fre\",\"SRV-16\",\"Microsoft Windows Server 2016 Standard\",\"10.0.14393\",\"1066\",\"Microsoft.PowerShell.Commands.HotFix[]\"\n";
    assert_eq!(read(table), [build]);
}

#[test]
fn the_parts_of_a_file_version() {
    let text = |name: &str| {
        format!(
            "\nFileName        : C:\\Windows\\System32\\drivers\\{name}\nFileMajorPart   : 6\nFileMinorPart   : 1\n\
             FileBuildPart   : 7601\nFilePrivatePart : 23689\n"
        )
    };
    assert_eq!(Format::of_text(&text("srv.sys"), ""), Format::ComputerInfo);
    let read = |name| settings(&parse_computer_info(&Text::decode(text(name).as_bytes())));
    assert_eq!(read("srv.sys"), ["srv-sys-version srv.sys6.1.7601.23689"]);
    assert_eq!(read("termdd.sys"), ["termdd-sys-version termdd.sys6.1.7601.23689"]);
    assert_eq!(read("srv2.sys"), [""; 0]);
}

#[test]
fn of_several_files_each_is_read_and_only_drivers_in_their_place_count() {
    let file = |path: &str, last: u32| {
        format!(
            "FileName        : {path}\nFileMajorPart   : 6\nFileMinorPart   : 1\nFileBuildPart   : 7601\n\
             FilePrivatePart : {last}\n\n"
        )
    };
    let read = |text: &str| settings(&parse_computer_info(&Text::decode(text.as_bytes())));
    let store = file(r"C:\Windows\winsxs\amd64_x\srv.sys", 23_689);
    let own = file(r"C:\Windows\System32\drivers\srv.sys", 17_514);
    let terminal = file(r"C:\Windows\System32\drivers\termdd.sys", 24_441);
    for text in [format!("{store}{own}"), format!("{own}{store}")] {
        assert_eq!(read(&text), ["srv-sys-version srv.sys6.1.7601.17514"]);
    }
    assert_eq!(
        read(&format!("{own}{terminal}")),
        ["srv-sys-version srv.sys6.1.7601.17514", "termdd-sys-version termdd.sys6.1.7601.24441"]
    );
    let unnamed = own.split_once('\n').unwrap().1;
    for text in [&store, unnamed] {
        let parsed = parse_computer_info(&Text::decode(text.as_bytes()));
        assert_eq!(settings(&parsed), [""; 0]);
        assert_eq!(parsed.problems[0].message, OTHER_FILE.plain());
    }
}

/// A program of the smallest kind that has version information.
fn program(version: [u16; 4], wide: bool) -> Vec<u8> {
    fn put(image: &mut [u8], at: usize, bytes: &[u8]) {
        image[at..at + bytes.len()].copy_from_slice(bytes);
    }
    let mut image = vec![0_u8; 0x400];
    put(&mut image, 0, b"MZ");
    put(&mut image, 0x3C, &0x40_u32.to_le_bytes());
    put(&mut image, 0x40, b"PE\0\0");
    put(&mut image, 0x46, &1_u16.to_le_bytes());
    let directories: usize = if wide { 112 } else { 96 };
    let optional = u16::try_from(directories + 128).unwrap();
    put(&mut image, 0x54, &optional.to_le_bytes());
    put(&mut image, 0x58, &(if wide { 0x20B_u16 } else { 0x10B }).to_le_bytes());
    put(&mut image, 0x58 + directories + 16, &0x1000_u32.to_le_bytes());
    let section = 0x58 + usize::from(optional);
    for (at, number) in [(8, 0x200_u32), (12, 0x1000), (16, 0x200), (20, 0x200)] {
        put(&mut image, section + at, &number.to_le_bytes());
    }
    // Three directories of one entry each: type, name, language.
    for (at, id, points) in [(0x200, 16_u32, 0x8000_0020_u32), (0x220, 1, 0x8000_0040), (0x240, 1033, 0x60)] {
        put(&mut image, at + 14, &1_u16.to_le_bytes());
        put(&mut image, at + 16, &id.to_le_bytes());
        put(&mut image, at + 20, &points.to_le_bytes());
    }
    put(&mut image, 0x260, &0x1080_u32.to_le_bytes());
    put(&mut image, 0x264, &92_u32.to_le_bytes());
    let [a, b, c, d] = version.map(u32::from);
    for (at, number) in [(0x2A8, SIGNATURE), (0x2B0, a << 16 | b), (0x2B4, c << 16 | d)] {
        put(&mut image, at, &number.to_le_bytes());
    }
    image
}

const SIGNATURE: u32 = 0xFEEF_04BD;

#[test]
fn the_numeric_version_of_a_driver() {
    for wide in [false, true] {
        let image = program([6, 1, 7601, 23_689], wide);
        let parsed = parse_judged_driver(&image, "srv.sys");
        assert_eq!(settings(&parsed), ["srv-sys-version srv.sys6.1.7601.23689"]);
        assert!(parsed.coverage.is_complete(Area::Patch));
        let parsed = parse_judged_driver(&image, "C/Windows/System32/drivers/termdd.sys");
        assert_eq!(
            settings(&parsed),
            ["termdd-sys-version C/Windows/System32/drivers/termdd.sys6.1.7601.23689"]
        );
        assert!(!parsed.coverage.is_complete(Area::Patch));
    }
    let parsed = parse_judged_driver(b"MZ", "srv.sys");
    assert_eq!((parsed.records.len(), parsed.problems.len()), (0, 1));
}

#[test]
fn what_a_program_says_of_itself() {
    let mut image = program([6, 22, 2, 0], true);
    let mut texts = Vec::new();
    for (name, text) in [("CompanyName", "www.xmrig.com"), ("OriginalFilename", "xmrig.exe")] {
        texts.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
        texts.resize(texts.len().next_multiple_of(4), 0);
        texts.extend(text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
        texts.resize(texts.len().next_multiple_of(4), 0);
    }
    // Behind the numbers, in the same version information.
    let start = 0x280 + 92;
    image[start..start + texts.len()].copy_from_slice(&texts);
    image[0x264..0x268].copy_from_slice(&u32::try_from(92 + texts.len()).unwrap().to_le_bytes());
    let facts = parse_program(&image).unwrap();
    assert_eq!(facts.version, Some([6, 22, 2, 0]));
    assert_eq!(facts.original_name.as_deref(), Some("xmrig.exe"));
    assert_eq!(facts.company.as_deref(), Some("www.xmrig.com"));
    assert!(!facts.is_signed);
    // The directory of signatures names the last bytes of the file.
    let directory = 0x58 + 112 + 32;
    image[directory..directory + 4].copy_from_slice(&0x3F0_u32.to_le_bytes());
    image[directory + 4..directory + 8].copy_from_slice(&16_u32.to_le_bytes());
    assert!(parse_program(&image).unwrap().is_signed);
    assert_eq!(parse_program(b"MZ"), None);
}

#[test]
fn the_driver_by_its_name_and_place() {
    let (smb, terminal) = (Some("srv-sys-version"), Some("termdd-sys-version"));
    for (path, expected) in [
        ("srv.sys", smb),
        ("C/Windows/System32/drivers/SRV.SYS", smb),
        ("C:\\Windows\\Sysnative\\drivers\\srv.sys", smb),
        ("case/PC-1/winnt/system32/DRIVERS/srv.sys", smb),
        ("PC1_srv.sys", smb),
        ("PC-1/drivers/srv.sys", smb),
        ("bundle.zip!srv.sys", smb),
        ("C/Windows/System32/drivers/termdd.sys", terminal),
        ("PC1-TermDD.sys", terminal),
        ("C/Windows/WinSxS/amd64_microsoft-windows-smbserver_1/srv.sys", None),
        ("Windows.old/Windows/System32/drivers/srv.sys", None),
        ("WINDOWS/$NtUninstallKB4012598$/srv.sys", None),
        ("WINDOWS/$hf_mig$/KB4012598/SP3QFE/srv.sys", None),
        ("WINDOWS/LastGood/system32/DRIVERS/srv.sys", None),
        ("WINDOWS/system32/dllcache/srv.sys", None),
        ("Users/x/Downloads/srv.sys", None),
        ("C/Windows/Temp/srv.sys", None),
        ("C:\\Users\\x\\Desktop\\Windows\\System32\\drivers\\srv.sys", None),
        ("srv2.sys", None),
        ("iscsisrv.sys", None),
    ] {
        assert_eq!(judged_driver(path, false), expected, "{path}");
    }
    assert_eq!(judged_driver("Windows/System32/drivers/srv.sys", true), smb);
    assert_eq!(judged_driver("C/Tools/srv.sys", true), None);
    assert_eq!(judged_driver("srv.sys", true), None);
}

#[test]
fn a_driver_is_missing_only_from_a_whole_folder() {
    let whole = ["Ntfs.sys", "tcpip.sys", "srv2.sys", "srvnet.sys"];
    assert!(lacks_smb_driver(whole));
    assert!(!lacks_smb_driver(whole.into_iter().chain(["SRV.SYS"])));
    assert!(!lacks_smb_driver(whole.into_iter().skip(1)));
    assert!(!lacks_smb_driver([]));
}

proptest! {
    #[test]
    fn any_damage_to_a_driver_is_no_panic(damage in proptest::collection::vec((0..0x400_usize, any::<u8>()), 0..40), cut in 0..0x401_usize) {
        let mut image = program([6, 1, 7601, 23_689], true);
        for (at, byte) in damage {
            image[at] = byte;
        }
        let _ = parse_driver(&image[..cut]);
        let _ = parse_program(&image[..cut]);
    }

    #[test]
    fn any_bytes_are_no_panic(bytes: Vec<u8>) {
        let _ = parse_driver(&bytes);
    }
}
