# What the command line itself says. Messages are sentences in lower case without a stop; hints say what to do.

cli-error = error:
cli-hint = hint:
cli-warning = warning:
cli-note = note:

cli-no-evidence = there is no evidence to check
cli-hint-no-evidence = name files, folders or zip archives that were exported from a machine, or `-` for standard input; `deminer check --help` has examples. On the Windows machine itself, the program reads that machine where no evidence is named; where it may not run, export with `wmic /namespace:\\root\subscription path __EventFilter get /format:list > EventFilter.txt`, and likewise `__EventConsumer` to EventConsumer.txt and `__FilterToConsumerBinding` to FilterToConsumerBinding.txt
cli-nothing-read = { $count ->
    [one] the input holds no evidence that could be checked
   *[other] none of the { $count } inputs holds evidence that could be checked
}
cli-hint-nothing-read = evidence is what wmic, PowerShell or Autoruns export, alone, in a folder or in a zip archive
cli-output-is-evidence = `{ $path }` is part of the evidence and is not overwritten
cli-hint-output-is-evidence = choose a file outside the evidence, or remove that file first
cli-output-is-folder = `{ $path }` is a folder, and the report is one file
cli-hint-output-is-folder = name a file in it
cli-cannot-write = cannot write `{ $path }`: { $problem }
cli-hint-cannot-write = check that the folder exists, that it may be written to, and that there is space left
cli-cannot-print = cannot write to standard output: { $problem }
cli-cannot-read = cannot read `{ $path }`: { $problem }
cli-io-not-found = there is no such file or folder
cli-io-denied = the right to do this is missing
cli-io-folder = it is a folder, and a file is needed
cli-io-no-folder = part of the path is a file, and a folder is needed
cli-io-full = there is no space left
cli-io-read-only = nothing can be written there, the disk is read-only
cli-io-in-use = another program uses it
cli-io-name = no file can have this name
cli-hint-cannot-read = check the spelling, and that you may read the file
cli-hint-did-you-mean = did you mean `{ $name }`?
cli-no-threads = cannot start the threads: { $problem }
cli-hint-no-threads = try a smaller number with `--threads`
cli-data-file = { $problem }
cli-hint-baseline-file = `deminer baseline show` prints baselines in the form that is expected, and `deminer baseline learn` makes one
cli-hint-family-file = `deminer families show` prints families in the form that is expected
cli-unknown-baseline = there is no file and no built-in baseline `{ $name }`
cli-hint-unknown-baseline = `deminer baseline show` lists those that are built in
cli-unknown-family = no family `{ $name }` is known
cli-hint-unknown-family = `deminer families list` lists those that are
cli-nothing-to-learn = the evidence has neither subscriptions nor class names to learn
cli-hint-nothing-to-learn = a baseline is learned from the same exports that `deminer check` reads
cli-learn-from-infected = { $host } is infected ({ $count ->
    [one] 1 finding
   *[other] { $count } findings
} of high severity or above), and what is learned from it would be overlooked from then on
cli-hint-learn-from-infected = see it with `deminer check`, and learn from a machine that is clean
cli-input-too-large = `{ $path }` is larger than { $limit } bytes, and is not decoded
cli-hint-input-too-large = cut out the part that holds the script

cli-answer-joined = the answer over the network of `{ $name }` belongs to this machine by its name
cli-bundle-changed = the evidence of { $host } changed while it was read

cli-surveying = finding hosts
cli-checking = checking hosts

cli-baseline-missing = only in the first: { $name }
cli-baseline-added = only in the second: { $name }
cli-baseline-changed = differs: { $name }
cli-baseline-same = no difference

cli-decode-verdict-benign = benign: nothing that administrators' scripts do not do as well
cli-decode-verdict-suspicious = suspicious: deserves a person's look
cli-decode-verdict-malicious = malicious: does what only attackers do, or hides what it does and loads more
cli-decode-verdict-miner = miner: mines, or starts a miner
cli-decode-traits = what it does
cli-decode-indicators = what it names
cli-decode-notes = what could not be opened

cli-baseline-size = { $entries ->
    [one] 1 entry
   *[other] { $entries } entries
}, { $classes } class names
cli-baseline-field = { $field }: { $expected } -> { $found }
cli-family-size = { $indicators ->
    [one] 1 indicator
   *[other] { $indicators } indicators
} from { $sources ->
    [one] 1 source
   *[other] { $sources } sources
}

cli-cim-problem = { $problem }
cli-hint-repository = name the folder or the archive that holds OBJECTS.DATA, INDEX.BTR and MAPPING1.MAP to MAPPING3.MAP, usually a copy of `C:\Windows\System32\wbem\Repository`
cli-several-repositories = `{ $path }` holds { $count } repositories: { $names }
cli-hint-several-repositories = name one of them in its place, such as `{ $name }`
cli-no-such-object = the repository has no `{ $path }`
cli-hint-no-such-object = `deminer cim ls` lists namespaces and classes; `deminer cim hash` finds traces of what was deleted
cli-object-path = `{ $path }` is no path of a class or instance: { $problem }
cli-hint-object-path = a path looks like `root\default:Win32_Services` or `root\subscription:__EventFilter.Name="SCM Event Log Filter"`

cli-plan-file = `{ $path }` is no plan that can be used: { $problem }
cli-hint-plan-file = `deminer plan EVIDENCE --output plan.json` makes one
cli-several-hosts = the evidence speaks of several machines, and one is meant here
cli-hint-several-hosts = name it with `--host`; `deminer check --quiet` lists the machines
cli-unknown-host = the evidence does not speak of a machine `{ $name }`
cli-hint-unknown-host = `deminer check --quiet` lists the machines
cli-plan-for = plan for { $host }: { $count ->
    [one] 1 action
   *[other] { $count } actions
}
cli-plan-refused = not in the plan
cli-script-left-out = { $count ->
    [one] one action of the plan is of a kind that the script does not do: it removes WMI objects and classes, and nothing else
   *[other] { $count } actions of the plan are of kinds that the script does not do: it removes WMI objects and classes, and nothing else
}
cli-verb-contain = contain
cli-verb-suspend = suspend
cli-verb-disable = disable
cli-verb-end = end
cli-verb-remove = remove
cli-verb-reset = reset
cli-verb-restore = restore
cli-verb-patch = patch
cli-verb-harden = harden

cli-not-windows = there is no Windows machine to collect here
cli-hint-not-windows = run the program on the machine itself, or check what was exported from one: `deminer check PC-1_WMI.zip`
cli-cannot-collect = { $problem }
cli-hint-cannot-collect = start the program as administrator, and check that there is space left
cli-scan-file-relative = the path `{ $path }` is not absolute, and Windows Update needs the whole one
cli-scan-file-other = `{ $path }` is no cabinet, so it cannot be a scan file of Windows Update
cli-hint-scan-file = download wsusscn2.cab from Microsoft (https://go.microsoft.com/fwlink/?LinkID=74689) and name it with its drive and folders: --offline-updates C:\Temp\wsusscn2.cab
cli-scanning = Windows Update searches with the scan file, too, which takes many minutes; it makes a service of it meanwhile and takes that back
cli-collecting = collecting this machine
cli-step-done = { $step }: { $seconds } s, { $records ->
    [one] one record
   *[other] { $records } records
} by now
cli-step-processes = processes and connections
cli-step-wmi = WMI
cli-step-tasks = scheduled tasks
cli-step-services = services and drivers
cli-step-autostarts = Run keys and other places that start code
cli-step-system = settings, accounts, updates
cli-step-files = programs that are started
cli-step-logs = event logs
cli-collected = the evidence is in `{ $path }`; `deminer check` reads it
cli-not-collected = { $count ->
    [one] one thing could not be read; the report says which
   *[other] { $count } things could not be read; the report says which
}
cli-not-elevated = without the rights of an administrator part of the machine cannot be seen: start a command prompt with `Run as administrator`, and the program in it
