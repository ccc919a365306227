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
