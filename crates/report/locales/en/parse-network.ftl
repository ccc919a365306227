# What reading the results of `deminer probe` says.

note-network-schema = the results have the form `{ $schema }`, which this version does not read; read them with the version that wrote them
note-network-damaged = the results end in the middle or are damaged ({ $problem }); what came before is read
note-network-left-out = { $count ->
    [one] 1 address is left out: nobody answered there, or no Windows
   *[other] { $count } addresses are left out: nobody answered there, or no Windows
}
