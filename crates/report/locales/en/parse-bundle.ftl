# What the opener of bundles, the recogniser of formats and the reader of Autoruns exports say.

## Formats that are recognised but not read

format-wmic-htable = a web page made by wmic (`/format:htable`); export with `/format:list` or `/format:rawxml` instead
format-clixml = a PowerShell export (`Export-Clixml`); export with `Format-List *` or `ConvertTo-Json -Depth 5` instead
format-export-csv = a table of PowerShell's `Export-Csv`, which leaves out arrays and references; export with `Format-List *` and `Out-File -Width 8192`, or with `ConvertTo-Json -Depth 5` instead
format-powershell-table = a table of PowerShell's `Format-Table`, which cuts long values; export with `Format-List *` and `Out-File -Width 8192`, or with `ConvertTo-Json -Depth 5` instead
format-wmic-table = a table of wmic, in which values cannot be told apart for sure; export with `/format:list` or `/format:rawxml` instead
format-wmic-error = an error of wmic instead of a listing; run the command again as an administrator, with `/namespace:\\root\subscription` and `/format:list`
format-event-log = a Windows event log
format-program = a Windows program or library
format-capture = a network capture
format-archive = an archive that is not zip; unpack it, or pack it again as zip

## Files and folders

note-path-missing = there is no such file or folder; check the path
note-path-denied = the right to read this is missing; copy it as an administrator, or run Deminer as one
note-path-unreadable = this cannot be read: { $reason }
note-path-special = this is a device, a pipe or a socket and was not opened; save its content to a file, or pass it on standard input with `-`
note-path-link = this is a link and was not followed; name its target if it belongs to the evidence
note-folder-deep = folders below this are nested deeper than { $limit } and were not searched; name the inner folder itself
note-folder-crowded =
    { $limit ->
        [one] more than one file lies here; the rest was not read. Name smaller folders one by one
       *[other] more than { $limit } files lie here; the rest was not read. Name smaller folders one by one
    }
note-no-evidence = no evidence was found here; expected are exports of wmic, PowerShell or Autoruns, MOF text, or a bundle `NAME_WMI.zip`
note-stdin-empty = standard input was empty; pipe an export or a bundle into it
note-too-large = this is larger than { $limit } MiB and was not read; split it, or export less
note-file-empty = this file is empty; whether the export failed or found nothing cannot be told, so export it again
note-unknown-text = this text is in no known format and was not read; expected is the output of wmic, `Get-WmiObject`, `ConvertTo-Json` or Autoruns, or MOF text
note-unknown-binary = these bytes are in no known format and were not read; the file may be damaged or encrypted
note-format-unread = recognised but not read: { $format }
note-autoruns-arn = this is Autoruns' own binary format, which only Autoruns reads; open it there and save it as text or XML, or run `autorunsc -a * -c -h -s -nobanner`
note-files-unread =
    { $count ->
        [one] one file of this disk was not read: no parser knows its format
       *[other] { $count } files of this disk were not read: no parser knows their formats
    }
note-more =
    { $count ->
        [one] and one more note like this: { $note }
       *[other] and { $count } more notes like this: { $note }
    }

## Archives

note-archive-damaged = the archive cannot be opened: { $reason }; copy it again from where it came
note-archive-crowded = the archive has { $count } members, more than the { $limit } that are read; unpack it and name the folder
note-archive-budget = the archive unpacks to more than { $limit } MiB; the rest was not read. Unpack it by hand if you trust it
note-archive-nested = archives are read one inside another, no deeper; unpack this one and name it
note-member-ratio = this member unpacks to more than { $ratio } times its size, as a zip bomb does, and was not read
note-member-name-unsafe = this member's name leads out of the archive, and the member was not read; no collector makes such names
note-member-name-long = this member's name is longer than { $length } characters or deeper than { $depth } folders, and the member was not read
note-member-link = this member is a symbolic link and was not followed
note-member-encrypted = this member is encrypted and was not read; pack it again without a password
note-member-method = this member is packed by method { $method }, which is not supported; pack it again as ordinary zip
note-member-duplicate = the archive lists a name more than once and only one member of that name was read; somebody may want to hide the others
note-member-damaged = this member cannot be unpacked: { $reason }

## Manifest and hosts

note-manifest-damaged = the manifest cannot be read, so nothing vouches for this bundle: { $reason }
note-manifest-schema = the manifest has the schema `{ $schema }`, which this version does not know; use a newer Deminer
note-manifest-differs = `{ $member }` is not what was collected: its length or SHA-256 differs from the manifest
note-manifest-missing = `{ $member }` is listed in the manifest and is missing from the bundle
note-manifest-unlisted = `{ $member }` is not listed in the manifest; it was added after collecting
note-manifest-failure = the collector could not read { $what }: { $why }
note-record-damaged = line { $line } is not a record: { $reason }
note-other-host = the bundle is named after `{ $bundle }`, but its records speak of `{ $record }`; check whether bundles were mixed up
note-host-renamed = the event logs show this machine under several names: now { $name }, also { $names }; all of them were taken for one machine

## Autoruns

note-autoruns-no-header = this table of Autoruns has no line with the names of its columns, and was not read; export it again with `autorunsc -c`
note-autoruns-uneven =
    { $rows ->
        [one] one row has { $cells } cells under { $columns } columns; cells without a column are kept by number
       *[other] { $rows } rows have another number of cells than there are columns ({ $columns }), the first one { $cells }; cells without a column are kept by number
    }
note-autoruns-too-many = the export has more than { $limit } entries; the rest was not read
note-autoruns-bad-xml = the XML is damaged from here on, what comes before was read: { $reason }
note-autoruns-hidden = no entry of Microsoft's is listed, so the export hides them and what poses as them; export all entries with `autorunsc -a * -c -h -s -nobanner`
