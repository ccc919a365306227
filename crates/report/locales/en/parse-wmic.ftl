# What reading text and the listings of wmic says.
note-text-undecodable = some bytes are not text in { $encoding } and were replaced; collect the file again if a name or script is affected
note-wmic-two-readings = { $count ->
    [one] a record of the listing can be read in two ways, and both are shown
   *[other] { $count } records of the listing can be read in two ways, and both are shown
  }; this may be text made to hide something: export it again with /format:rawxml
note-wmic-behind-script = { $count ->
    [one] a record follows a script
   *[other] { $count } records follow a script
  }, and a listing cannot prove that the script ends there; export it again with /format:rawxml to be sure
note-wmic-incomplete = { $count ->
    [one] a record ends before its last property
   *[other] { $count } records end before their last property
  }, so the listing was cut off; export it again
note-wmic-outside = { $count ->
    [one] a line belongs to no record and was not used
   *[other] { $count } lines belong to no record and were not used
  }
note-wmic-no-records = the listing holds no record; check that the export worked, and run it again
note-wmic-no-instances = wmic found no instances; only the name of the file tells of which class
note-wmic-tangled = the listing is full of lines that look like properties, and records in it may have been missed; export it again with /format:rawxml
note-wmic-csv-commas = { $count ->
    [one] a row has more commas than columns, and where its values end was guessed
   *[other] { $count } rows have more commas than columns, and where their values end was guessed
  }; export it again with /format:list or /format:rawxml to be sure
note-wmic-xml-damaged = the XML is damaged, and what follows was not read: { $detail }; export it again
note-wmic-xml-too-deep = the XML is nested more than { $limit } levels deep, and what follows was not read; wmic writes no such file
