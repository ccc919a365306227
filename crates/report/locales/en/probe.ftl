# The command `deminer probe`.

probe-prefix = `{ $named }` is no range of addresses: behind the `/` stands a number from 0 to { $most }
probe-range = `{ $named }` is no range of addresses: before the `/` stands an address
probe-name = `{ $named }` is neither an address nor the name of a machine
probe-no-host = `{ $named }` is no address of a single machine
probe-unresolved = no address is known for the name `{ $named }`
probe-too-many = these are { $count } addresses; one run asks { $most } at most
probe-many = these are { $count } addresses, more than { $most }
probe-line = { $path }, line { $line }: { $problem }
probe-empty-list = `{ $path }` names no machine
probe-no-password = there is no password, and nobody to ask for it
probe-password-text = the password in the environment is no Unicode text
probe-hint-target = name a machine (`pc-1`), an address (`10.0.0.7`, `fd00::7`), a range (`10.0.0.0/24`), or a list (`@machines.txt`)
probe-hint-too-many = name smaller ranges, one after the other
probe-hint-unresolved = check the spelling, or name the address
probe-hint-list = a list has a name, an address or a range in each line; what stands behind `#` is a remark
probe-hint-many = add `--large` where so many are meant
probe-hint-password = put the password into the environment as `{ $variable }`, or run the command in a terminal

probe-own-network = { $count ->
    [one] asking 1 address whether it has MS17-010; this is a check of your own network, and nothing is changed there
   *[other] asking { $count } addresses whether they have MS17-010; this is a check of your own network, and nothing is changed there
}
probe-public = { $count ->
    [one] 1 of the addresses is public: ask it only if it is yours
   *[other] { $count } of the addresses are public: ask them only if they are yours
}
probe-password = password of `{ $user }`:
probe-asking = asking
probe-logged = what was asked, and when, is in `{ $path }`

probe-not-fixed = not fixed
probe-fixed = fixed
probe-not-offered = SMBv1 not offered
probe-not-windows = not Windows
probe-unknown = unknown
probe-count = { $answer }: { $count }
probe-silent = { $count ->
    [one] 1 address of a range cannot be reached and is unknown; `--verbose` shows it
   *[other] { $count } addresses of ranges cannot be reached and are unknown; `--verbose` shows them
}

probe-why-not-fixed = the update MS17-010 is missing: it answered { $code } to the last question. Install the update, or isolate the machine
probe-why-fixed = the update MS17-010 is there: it answered { $code } to the last question
probe-why-no-dialect = it speaks no SMBv1, so the hole cannot be reached this way; this says nothing of the update
probe-why-smb2 = it answered in SMBv2 or later, so the hole cannot be reached this way; this says nothing of the update
probe-why-negotiate-refused = it refuses SMBv1 ({ $code }), so the hole cannot be reached this way; this says nothing of the update
probe-why-hung-up = it hung up when it was asked for SMBv1, so the hole cannot be reached this way; this says nothing of the update
probe-why-not-windows = it says that it is `{ $who }`, so the update is not for it; it ended at { $stage }: { $cause }
probe-why-unknown = it cannot be told; it ended at { $stage }: { $cause }
probe-stage-connect = the connection
probe-stage-netbios = the NetBIOS session
probe-stage-negotiate = the choice of the protocol
probe-stage-session-setup = the logon
probe-stage-tree-connect = the connection to IPC$
probe-stage-transaction = the last question
probe-cause-status = it answered { $code }
probe-cause-refused = the port is closed
probe-cause-timed-out = no whole answer came in time
probe-cause-unreachable = there is no way to the address
probe-cause-closed = it hung up
probe-cause-reset = the connection was reset
probe-cause-session-refused = the session was refused ({ $code })
probe-cause-retargeted = it pointed to another address, which is not asked
probe-cause-malformed = the answer breaks the protocol at byte { $offset } ({ $what })
probe-cause-system = { $problem }
