//! Many inputs: the same bytes in every run, hosts joined, in order.

use crate::support::{STOCK, TempDir, check, examples, run, subscription, utf16, zipped};
use std::fs;

/// A folder of bundles: most are clean, some hosts are spread over two archives, some are infected.
fn fleet(hosts: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    for number in 0..hosts {
        let mut text = STOCK.to_owned();
        if number % 7 == 3 {
            text += &subscription(
                "Updater",
                "select * from x within 60",
                "powershell -w hidden -e ZQBjAGgAbwAgADEA",
            );
        }
        let host = format!("HOST-{number:03}");
        fs::write(
            folder.path().join(format!("{host}_WMI.zip")),
            zipped(&[("export.txt", utf16(&text).as_slice())]),
        )
        .unwrap();
        if number % 10 == 0 {
            let second = folder.path().join("second");
            fs::create_dir_all(&second).unwrap();
            let text = subscription("Second", "select * from y", "cmd.exe /c calc.exe");
            fs::write(second.join(format!("{host}_WMI.zip")), zipped(&[("more.txt", text.as_bytes())]))
                .unwrap();
        }
    }
    folder
}

#[test]
fn threads_do_not_change_a_byte() {
    let fleet = fleet(80);
    for format in ["text", "json", "jsonl", "csv", "html"] {
        let with = |threads: &str| {
            run(["check", fleet.path().to_str().unwrap(), "--format", format, "--threads", threads]).stdout
        };
        let once = with("1");
        assert!(!once.is_empty());
        assert!(once == with("8"), "{format} differs with the number of threads");
        assert!(once == with("8"), "{format} differs from run to run");
    }
}

#[test]
fn hosts_stand_in_the_order_of_their_names() {
    let fleet = fleet(45);
    let (status, report) = check(&[fleet.path()]);
    assert_eq!(status, 1);
    let names: Vec<_> = report["assessments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|host| host["host"]["name"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<_> = (0..45).map(|number| format!("HOST-{number:03}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn two_bundles_of_one_host_are_one_assessment() {
    let fleet = fleet(1);
    let (_, report) = check(&[fleet.path()]);
    let hosts = report["assessments"].as_array().unwrap();
    assert_eq!(hosts.len(), 1, "{report:#}");
    let titles = hosts[0]["findings"].to_string();
    assert!(titles.contains("Second"), "{titles}");
    assert_eq!(hosts[0]["verdict"], "suspicious", "{titles}");
}

#[test]
fn one_bundle_may_speak_of_several_hosts() {
    let listing = |host: &str| {
        format!(
            "__GENUS          : 2\r\n__CLASS          : __EventFilter\r\n\
             __RELPATH        : __EventFilter.Name=\"SCM Event Log Filter\"\r\n\
             __SERVER         : {host}\r\n__NAMESPACE      : ROOT\\subscription\r\n\
             EventNamespace   : root\\cimv2\r\nName             : SCM Event Log Filter\r\n\
             Query            : select * from MSFT_SCMEventLogEvent\r\nQueryLanguage    : WQL\r\n\
             PSComputerName   : {host}\r\n\r\n"
        )
    };
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("filters.txt"), listing("PC-B") + &listing("PC-A")).unwrap();
    let (_, report) = check(&[folder.path()]);
    let names: Vec<_> =
        report["assessments"].as_array().unwrap().iter().map(|host| host["host"]["name"].clone()).collect();
    assert_eq!(names, ["PC-A", "PC-B"], "{report:#}");
}

#[test]
fn the_worst_host_decides_the_exit_status() {
    let clean = examples().join("PC-CLEAN_WMI.zip");
    let infected = examples().join("PC-ACCOUNTING_WMI.zip");
    let clean = clean.to_str().unwrap();
    assert_eq!(run(["check", clean]).status, 0);
    assert_eq!(run(["check", clean, infected.to_str().unwrap()]).status, 1);

    let folder = TempDir::new().unwrap();
    let part = folder.path().join("PC-9_WMI.txt");
    let filter_only: String = STOCK.split_inclusive("QueryLanguage=WQL\r\r\n").next().unwrap().to_owned();
    fs::write(&part, filter_only).unwrap();
    let part = part.to_str().unwrap();
    assert_eq!(run(["check", part]).status, 3, "filters alone do not make a machine clean");
    assert_eq!(run(["check", part, clean]).status, 3);
    assert_eq!(run(["check", part, clean, infected.to_str().unwrap()]).status, 1);
}

#[test]
fn full_coverage_can_be_required() {
    let clean = examples().join("PC-CLEAN_WMI.zip");
    let clean = clean.to_str().unwrap();
    assert_eq!(run(["check", clean, "--require", "full"]).status, 3);
    assert_eq!(run(["check", clean, "--require", "subscriptions"]).status, 0);
}
