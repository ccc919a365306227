//! What a file is, by its content. A name only supports: where content has no mark of its own, and to judge what is missing.

mod text;

use crate::file_name::{file_name, has_extension};
use crate::hotfix;
use crate::text::looks_binary;
use evidence::{Message, MessageSpec};

/// How many bytes at the beginning of a file suffice to recognise it.
pub const HEAD: usize = 16 << 10;

/// A format that Deminer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// `wmic … get /format:list`.
    WmicList,
    /// `wmic … get /format:csv`.
    WmicCsv,
    /// `wmic … get /format:rawxml`.
    WmicRawxml,
    /// `wmic … get /format:htable` or `hform`: a web page.
    WmicHtable,
    /// `Get-WmiObject` or `Get-CimInstance` as `Format-List` shows it.
    PowershellList,
    /// `Get-CimInstance … | ConvertTo-Json`.
    PowershellJson,
    /// `Export-Clixml`.
    Clixml,
    /// `Export-Csv`, which writes arrays and references as the names of their types.
    ExportCsv,
    /// What `Format-Table` shows: columns, cut at the width of the console.
    PowershellTable,
    /// What `wmic` prints without `/format`: columns of which nothing parts one from the next for sure.
    WmicTable,
    /// The error that `wmic` prints instead of a listing.
    WmicError,
    /// Managed object format, the source text of WMI objects.
    Mof,
    /// A table of Autoruns, comma-separated.
    AutorunsCsv,
    /// A table of Autoruns, tab-separated.
    AutorunsTsv,
    /// An XML export of Autoruns.
    AutorunsXml,
    /// The binary file that Autoruns itself saves.
    AutorunsArn,
    /// The manifest of a bundle.
    Manifest,
    /// The records of a bundle.
    Records,
    /// A Windows event log.
    Evtx,
    /// A text log of Microsoft Defender.
    DefenderLog,
    /// What Microsoft Defender keeps of a finding.
    DefenderHistory,
    /// Events of such logs in JSON.
    EventJson,
    /// A registry hive.
    RegistryHive,
    /// A file of the WMI repository.
    CimRepository,
    /// A scheduled task.
    TaskXml,
    /// A scheduled task as Windows kept it before Vista.
    TaskJob,
    /// A hosts file.
    HostsFile,
    /// What `systeminfo` prints.
    SystemInfo,
    /// Installed updates: `wmic qfe`, `Get-HotFix`.
    Hotfixes,
    /// Packages as DISM lists them.
    Packages,
    /// What `Get-ComputerInfo` prints.
    ComputerInfo,
    /// What `ver` prints.
    WindowsVersion,
    /// A security template, as `secedit /export` and group policy write it.
    SecurityTemplate,
    /// The scripts of a group policy.
    PolicyScripts,
    /// What `net accounts` prints.
    NetAccounts,
    /// What `deminer probe` wrote.
    NetworkCheck,
    /// A Windows program or library.
    Program,
    /// A network capture.
    Capture,
    /// A zip archive.
    Zip,
    /// A gzip-compressed file.
    Gzip,
    /// An archive of another kind: 7z, RAR, CAB, xz, zstd.
    OtherArchive,
    /// Nothing, or nothing but white space.
    Empty,
    /// Text of no known format.
    UnknownText,
    /// Bytes of no known format.
    UnknownBinary,
}

/// The formats that are recognised but not read, as people call them.
pub const NOTES: &[MessageSpec] = &[
    MessageSpec::new("format-wmic-htable", &[]),
    MessageSpec::new("format-clixml", &[]),
    MessageSpec::new("format-export-csv", &[]),
    MessageSpec::new("format-powershell-table", &[]),
    MessageSpec::new("format-wmic-table", &[]),
    MessageSpec::new("format-wmic-error", &[]),
    MessageSpec::new("format-event-log", &[]),
    MessageSpec::new("format-program", &[]),
    MessageSpec::new("format-capture", &[]),
    MessageSpec::new("format-archive", &[]),
];

impl Format {
    /// The name of the format in the documentation and in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WmicList => "wmic-list",
            Self::WmicCsv => "wmic-csv",
            Self::WmicRawxml => "wmic-rawxml",
            Self::WmicHtable => "wmic-htable",
            Self::PowershellList => "powershell-list",
            Self::PowershellJson => "powershell-json",
            Self::Clixml => "clixml",
            Self::ExportCsv => "export-csv",
            Self::PowershellTable => "powershell-table",
            Self::WmicTable => "wmic-table",
            Self::WmicError => "wmic-error",
            Self::Mof => "mof",
            Self::AutorunsCsv => "autoruns-csv",
            Self::AutorunsTsv => "autoruns-tsv",
            Self::AutorunsXml => "autoruns-xml",
            Self::AutorunsArn => "autoruns-arn",
            Self::Manifest => "deminer-manifest",
            Self::Records => "deminer-records",
            Self::Evtx => "event-log",
            Self::DefenderLog => "defender-log",
            Self::DefenderHistory => "defender-history",
            Self::EventJson => "event-json",
            Self::RegistryHive => "registry-hive",
            Self::CimRepository => "cim-repository",
            Self::TaskXml => "task-xml",
            Self::TaskJob => "task-job",
            Self::HostsFile => "hosts-file",
            Self::SystemInfo => "systeminfo",
            Self::Hotfixes => "hotfixes",
            Self::Packages => "packages",
            Self::ComputerInfo => "computer-info",
            Self::WindowsVersion => "windows-version",
            Self::SecurityTemplate => "security-template",
            Self::PolicyScripts => "policy-scripts",
            Self::NetAccounts => "net-accounts",
            Self::NetworkCheck => "network-check",
            Self::Program => "program",
            Self::Capture => "capture",
            Self::Zip => "zip",
            Self::Gzip => "gzip",
            Self::OtherArchive => "archive",
            Self::Empty => "empty",
            Self::UnknownText => "unknown-text",
            Self::UnknownBinary => "unknown-binary",
        }
    }

    /// Recognises a file by the bytes at its beginning ([`HEAD`] of them, or all); `name` supports where content has no mark.
    pub fn recognise(head: &[u8], name: &str) -> Self {
        Self::of_bytes(head, name)
            .unwrap_or_else(|| Self::of_text(crate::text::Text::decode(head).as_str(), name))
    }

    /// Recognises what is not text; `None` where the bytes are text.
    pub fn of_bytes(head: &[u8], name: &str) -> Option<Self> {
        const MAGIC: &[(&[u8], Format)] = &[
            (b"PK\x03\x04", Format::Zip),
            (b"PK\x05\x06", Format::Zip),
            (b"\x1F\x8B\x08", Format::Gzip),
            (b"ElfFile\0", Format::Evtx),
            (b"regf", Format::RegistryHive),
            // The first page of INDEX.BTR (live, administrative, deleted) and of a mapping file.
            (&[0xCC, 0xAC, 0, 0], Format::CimRepository),
            (&[0xDD, 0xAD, 0, 0], Format::CimRepository),
            (&[0xAD, 0xBB, 0, 0], Format::CimRepository),
            (&[0xCD, 0xAB, 0, 0], Format::CimRepository),
            (&[0xD4, 0xC3, 0xB2, 0xA1], Format::Capture),
            (&[0xA1, 0xB2, 0xC3, 0xD4], Format::Capture),
            (&[0x4D, 0x3C, 0xB2, 0xA1], Format::Capture),
            (&[0x0A, 0x0D, 0x0D, 0x0A], Format::Capture),
            (b"7z\xBC\xAF\x27\x1C", Format::OtherArchive),
            (b"Rar!\x1A\x07", Format::OtherArchive),
            (b"MSCF\0\0\0\0", Format::OtherArchive),
            (b"\xFD7zXZ\0", Format::OtherArchive),
            (b"\x28\xB5\x2F\xFD", Format::OtherArchive),
        ];
        if head.is_empty() {
            return Some(Self::Empty);
        }
        if let Some((_, format)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
            return Some(*format);
        }
        if crate::tasks::is_job(head) {
            return Some(Self::TaskJob);
        }
        if crate::detection_history::is_history(head) {
            return Some(Self::DefenderHistory);
        }
        if crate::defender_log::is_log(head, name) {
            return Some(Self::DefenderLog);
        }
        if !looks_binary(head) || hotfix::is_first_run(head) {
            return None;
        }
        Some(if head.starts_with(b"MZ") {
            Self::Program
        } else if has_extension(name, "arn") {
            Self::AutorunsArn
        } else if file_name(name).eq_ignore_ascii_case("OBJECTS.DATA") {
            Self::CimRepository
        } else {
            Self::UnknownBinary
        })
    }

    /// Recognises text by its beginning.
    pub fn of_text(text: &str, name: &str) -> Self {
        if crate::hosts::is_hosts(text, name) {
            return Self::HostsFile;
        }
        match text::recognise(text) {
            // The file is binary, but most of it is UTF-16.
            Self::UnknownText if has_extension(name, "arn") => Self::AutorunsArn,
            Self::UnknownText if has_extension(name, "mof") && text::mentions_instances(text) => Self::Mof,
            format => format,
        }
    }

    /// Whether the bytes at the beginning of a file are text that does not tell yet: blanks and comments, behind which anything may come.
    pub(crate) fn is_undecided(head: &[u8]) -> bool {
        !looks_binary(head) && text::is_undecided(crate::text::Text::decode(head).as_str())
    }

    /// Whether this version reads records from the format.
    pub const fn is_read(self) -> bool {
        if matches!(self, Self::Evtx) {
            return cfg!(feature = "events");
        }
        matches!(
            self,
            Self::WmicList
                | Self::WmicCsv
                | Self::WmicRawxml
                | Self::PowershellList
                | Self::PowershellJson
                | Self::Mof
                | Self::AutorunsCsv
                | Self::AutorunsTsv
                | Self::AutorunsXml
                | Self::DefenderLog
                | Self::DefenderHistory
                | Self::EventJson
                | Self::TaskXml
                | Self::TaskJob
                | Self::HostsFile
                | Self::SystemInfo
                | Self::Hotfixes
                | Self::Packages
                | Self::ComputerInfo
                | Self::WindowsVersion
                | Self::SecurityTemplate
                | Self::PolicyScripts
                | Self::NetAccounts
                | Self::NetworkCheck
                | Self::CimRepository
                | Self::RegistryHive
                | Self::Manifest
                | Self::Records
        )
    }

    /// Whether a file of this format speaks of a host, be it read or not.
    pub const fn is_evidence(self) -> bool {
        self.is_read()
            || self.is_failed_export()
            || matches!(self, Self::WmicHtable | Self::Clixml | Self::AutorunsArn | Self::Evtx)
    }

    /// Whether the file was made by an export that leaves out what it was made for.
    pub(crate) const fn is_failed_export(self) -> bool {
        matches!(self, Self::ExportCsv | Self::PowershellTable | Self::WmicTable | Self::WmicError)
    }

    /// What people call a format that is recognised but not read.
    pub fn unread_words(self) -> Option<Message> {
        let id = match self {
            Self::OtherArchive => "format-archive".to_owned(),
            _ => format!("format-{}", self.as_str()),
        };
        NOTES.iter().find(|spec| spec.id == id).map(MessageSpec::plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn binary_formats_show_in_their_first_bytes() {
        for (head, format) in [
            (b"PK\x03\x04rest".as_slice(), Format::Zip),
            (b"\x1F\x8B\x08\0", Format::Gzip),
            (b"ElfFile\0\0", Format::Evtx),
            (b"regf\x01\0\0\0", Format::RegistryHive),
            (b"\xCC\xAC\0\0\0\0\0\0", Format::CimRepository),
            (b"MZ\x90\0\x03\0\0\0", Format::Program),
            (b"Rar!\x1A\x07\x01\0", Format::OtherArchive),
            (b"\0\x01\x02\x03", Format::UnknownBinary),
            (b"", Format::Empty),
        ] {
            assert_eq!(Format::recognise(head, "EventFilter.txt"), format, "{head:?}");
        }
    }

    #[test]
    fn names_decide_only_where_content_has_no_mark() {
        let zeros = [0; 64];
        assert_eq!(Format::recognise(&zeros, "PC.arn"), Format::AutorunsArn);
        assert_eq!(Format::recognise(&zeros, "fs/objects.data"), Format::CimRepository);
        assert_eq!(Format::recognise(b"regf\0\0\0\0", "OBJECTS.DATA"), Format::RegistryHive);
        assert_eq!(Format::recognise(b"Node,Name\r\nPC,x\r\n", "PC.arn"), Format::WmicCsv);
    }

    #[test]
    fn every_unread_format_has_words() {
        for format in [
            Format::WmicHtable,
            Format::Clixml,
            Format::ExportCsv,
            Format::PowershellTable,
            Format::WmicTable,
            Format::WmicError,
            Format::Evtx,
            Format::Program,
            Format::Capture,
            Format::OtherArchive,
        ] {
            assert!(format.unread_words().is_some(), "{format:?}");
        }
        assert_eq!(Format::WmicList.unread_words(), None);
    }

    proptest! {
        #[test]
        fn anything_is_recognised_as_something(bytes: Vec<u8>, name: String) {
            let _ = Format::recognise(&bytes, &name);
        }

        #[test]
        fn any_text_is_recognised_as_something(text: String) {
            let _ = Format::of_text(&text, "");
        }
    }
}
