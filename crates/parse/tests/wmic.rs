//! The published workflow's example, in every encoding and with every line end in which it may come.
#![allow(clippy::disallowed_methods, reason = "tests read their samples, and write where nobody else does")]

use deminer_parse::text::{Encoding, Text};
use deminer_parse::wmic::parse_list;
use deminer_parse::{Parsed, Problem};
use evidence::{Area, Location, RecordData, WmiObject};
use std::path::PathBuf;

/// The folder of the example; `None`, loudly, where the data are not there.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn example() -> Option<PathBuf> {
    let data = std::env::var_os("DEMINER_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let folder = data.join("text/workflow-example");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: {} is not there", folder.display());
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the data are missing");
    None
}

fn object(parsed: &Parsed) -> &WmiObject {
    match parsed.records.as_slice() {
        [(Location::Offset(_), RecordData::WmiObject(object))] => object,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_workflow_example_is_read_in_every_form() {
    let Some(folder) = example() else { return };
    let files = [
        ("EventFilter.txt", "__EventFilter", Area::EventFilters),
        ("EventConsumer.txt", "NTEventLogEventConsumer", Area::EventConsumers),
        ("FilterToConsumerBinding.txt", "__FilterToConsumerBinding", Area::Bindings),
    ];
    for (file, class, area) in files {
        let stored = std::fs::read(folder.join(file)).unwrap();
        let original = Text::decode(&stored);
        assert_eq!(original.encoding(), Encoding::Utf16LeBom);
        let as_stored = parse_list(&original);
        assert!(as_stored.coverage.is_complete(area), "{file}");
        assert_eq!(as_stored.problems, Vec::<Problem>::new());
        let expected = object(&as_stored);
        assert_eq!(expected.class, class);
        for line_end in ["\r\r\n", "\r\n", "\n", "\r\n\r\n"] {
            let text = original.as_str().replace("\r\r\n", line_end);
            let wide =
                |order: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(order).collect() };
            let narrow = text.as_bytes().to_vec();
            let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
            for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes), narrow, with_mark] {
                let parsed = parse_list(&Text::decode(&bytes));
                assert_eq!(object(&parsed), expected, "{file} {line_end:?}");
                assert_eq!(parsed.problems, Vec::<Problem>::new());
                assert!(parsed.coverage.is_complete(area));
            }
        }
    }
}

#[test]
fn a_japanese_listing_is_read_in_its_code_page() {
    let text = "\r\r\n\r\r\nCreatorSID={1,2}\r\r\nEventAccess=\r\r\nEventNamespace=root\\cimv2\r\r\nName=監視フィルター\r\r\n\
                Query=select * from x where Name='社内'\r\r\nQueryLanguage=WQL\r\r\n\r\r\n";
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    let decoded = Text::decode(&bytes);
    assert_eq!(decoded.encoding(), Encoding::ShiftJis);
    let parsed = parse_list(&decoded);
    assert_eq!(parsed.records[0].0, Location::Offset(6));
    insta::assert_snapshot!(serde_json::to_string_pretty(object(&parsed)).unwrap(), @r#"
    {
      "class": "__EventFilter",
      "class_source": "inferred",
      "properties": [
        {
          "name": "CreatorSID",
          "value": [
            1,
            2
          ]
        },
        {
          "name": "EventAccess",
          "value": null
        },
        {
          "name": "EventNamespace",
          "value": "root\\cimv2"
        },
        {
          "name": "Name",
          "value": "監視フィルター"
        },
        {
          "name": "Query",
          "value": "select * from x where Name='社内'"
        },
        {
          "name": "QueryLanguage",
          "value": "WQL"
        }
      ]
    }
    "#);
}
