# What reading MOF and the output of PowerShell says.

note-mof-open-string = a string has no closing quote and was taken to end with its line; check that the file is whole
note-mof-escape = `\{ $character }` is no escape in MOF and was kept as it stands; mofcomp would refuse this text
note-mof-expected = `{ $expected }` must stand here, but `{ $found }` does; what this belongs to was skipped, so look at the text itself
note-mof-expected-name = a name must stand here, but `{ $found }` does; what this belongs to was skipped, so look at the text itself
note-mof-expected-value = a value must stand here, but `{ $found }` does; the value is treated as unknown, so look at the text itself
note-mof-unknown-statement = `{ $found }` begins neither a class nor an instance and was skipped up to the next `;`
note-mof-ends-early = the text ends inside a class or an instance, so something is missing; collect the file again
note-mof-too-deep = values are nested more than { $limit } levels deep and were not read; no program of Windows writes this
note-mof-alias = the alias `${ $alias }` stands for no instance with a known key and was kept as it stands
note-mof-more-problems = { $count ->
    [one] there is one more problem of this kind
   *[other] there are { $count } more problems of this kind
  }; the text is damaged, or is no MOF

note-powershell-ambiguous = { $count ->
    [one] a record of the listing is one of several readings, since text in it looks like properties
   *[other] { $count } records of the listing are several readings of the same lines, since text in them looks like properties
  }; this may be made to hide something: export it again with ConvertTo-Json -Depth 4
note-powershell-incomplete = { $count ->
    [one] a record does not have as many properties as it says
   *[other] { $count } records do not have as many properties as they say
  }, so the listing was cut or changed; export it again
note-powershell-no-records = the listing holds no record; check that the export worked, and run it again
note-powershell-json-broken = { $count ->
    [one] an object is no valid JSON
   *[other] { $count } objects are no valid JSON
  }, which was left out ({ $detail }); export it again
note-powershell-json-cut = the JSON ends inside an object, which was not read; export it again
note-powershell-json-foreign = { $count ->
    [one] an object of the JSON is no WMI object and was not used
   *[other] { $count } objects of the JSON are no WMI objects and were not used
  }
note-powershell-json-shallow = { $count ->
    [one] an object shows only the type of a value
   *[other] { $count } objects show only the type of a value
  }, because the JSON is not deep enough; export it again with ConvertTo-Json -Depth 4
