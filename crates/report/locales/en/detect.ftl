# Titles of findings.
title-subscription = WMI subscription: { $class } “{ $name }”
title-subscription-stock-name = stock name, other content: { $class } “{ $name }”
title-subscription-ambiguous = listing that can be read in two ways: { $class } “{ $name }”
title-orphan-filter = event filter without a binding: “{ $name }”
title-orphan-consumer = event consumer without a binding: { $class } “{ $name }”
title-orphan-timer = timer that no filter asks for: “{ $name }”
title-orphan-binding = binding without its partner: { $filter } → { $consumer }
title-stock-missing = stock entry missing: { $entry }
title-class-store = payload in a WMI class: { $namespace }:{ $class }
title-class-name = WMI class with the name of a payload store: { $namespace }:{ $class }
title-consumer-class = consumer class that Windows does not ship: { $class } (provider { $provider })
title-autostart = { $kind }: “{ $name }”

place-run = Run entry
place-task = scheduled task
place-service = service
place-driver = driver
place-other = autostart entry
place-bits = BITS job

# Reasons.
reason-not-in-baseline = it is not on a clean machine
reason-stock-differs = it has the name of the stock entry “{ $entry }”, but { $field } is “{ $found }” instead of “{ $expected }”
reason-stock-class-differs = it has the name of the stock entry “{ $entry }”, but is of the class { $found } instead of { $expected }
reason-baseline-hearsay = it looks like the known entry “{ $entry }”, which was described but never measured: look at it before you trust it
reason-baseline-file = “{ $entry }” is harmless only where the script { $file } does not exist: check for that file
reason-can-run-code = consumers of the class { $class } start programs or scripts, with the rights of SYSTEM
reason-cannot-run-code = consumers of the class { $class } cannot run code
reason-unknown-consumer-class = { $class } is none of the five consumer classes of Windows: what it does depends on its provider
reason-writes-script = it writes a file that Windows would run: { $file }
reason-trait = { $field } { $trait }: { $excerpt }
reason-script-file = it runs a script from disk: { $file }
reason-script-long = the script is { $length } bytes long, and only its beginning was looked at
reason-place-unknown = it lies among the evidence, and where it lay on the machine is not known: { $path }
reason-user-writable = it runs from a place where programs do not normally live: { $path }
reason-query-counter = its event is a performance counter, which comes again and again by itself: { $query }
reason-query-timer = its event is a timer: { $query }
reason-query-process = it waits for the start of { $process }
reason-kills-security-tool = it ends a tool for looking at the machine as soon as that starts: { $process }
reason-family-content = content known of { $family }: { $indicator } ({ $source })
reason-family-name = name known of { $family }: { $indicator } ({ $source }); names alone prove nothing
reason-ambiguous = the listing can be read in two ways, both are shown: such text hides things; read the machine again in a format with class names
reason-namespace = it lives in { $namespace }, where most tools do not look
reason-no-binding = nothing binds it: it does not run now, but a binding would start it again
reason-no-filter = its filter is missing: { $reference }
reason-no-consumer = its consumer is missing: { $reference }
reason-no-query = no filter that was read asks for it
reason-stock-parts-missing = every clean machine has it; missing here: { $parts }. A published removal script deletes it by mistake
reason-store-size = the default value of { $property } has { $size } characters; on clean machines the longest has 134 (limit { $limit })
reason-store-content = { $property } holds { $content }
reason-store-stock-list = { $class } is not among the classes that Windows has in { $namespace }
reason-store-victims = { $property } keeps the { $count ->
    [one] address of one machine that was attacked
   *[other] addresses of { $count } machines that were attacked
}
reason-voluntary-miner = it starts a miner openly, as its owner might want: ask
reason-not-signed = its signature was not verified: { $path }
reason-consumer-provider = it registers the consumer class { $class }
reason-task-no-descriptor = the registry holds it without its security descriptor: the scheduler runs it and shows it to nobody
reason-service-hidden = its security descriptor hides it from the list of services, even from administrators
reason-task-differs =
    { $place ->
        [registry] the registry, from which the scheduler runs it, says that it does something else
        [scheduler] the scheduler says that it does something else than its file
       *[file] its file says that it does something else
    }
reason-task-not-told = the registry holds it, but the scheduler does not show it
reason-task-not-listed = its `Index` in the registry is 0: the scheduler runs it and leaves it out of its lists
reason-task-hidden = it says of itself that the window of the scheduler shall not show it
reason-switched-off = it is switched off: Windows does not start it until somebody switches it on again
reason-task-mails = it sends mail to { $addressee } through the server { $server }
reason-task-mails-files = it sends mail to { $addressee } through the server { $server }, with these files: { $files }
reason-task-no-file = the registry holds it, but its file is gone: it runs without being listed in the folder of tasks

content-executable = an executable program
content-script = a script
content-packed = packed binary data

# Notes.
note-stock-compatible = “{ $entry }” is taken for the stock entry; not all of it could be compared: { $fields }

# Stages.
stage-confirm-infected = infected: { $count ->
    [one] one finding
   *[other] { $count } findings
} of medium severity or above
stage-confirm-suspicious = suspicious: { $count ->
    [one] one finding needs
   *[other] { $count } findings need
} a person’s look
stage-confirm-clean = nothing of the kind in what was read
stage-confirm-unknown = too little was read to say: filters, consumers and bindings are needed, all three
stage-collect-ok = the manifest of the evidence verifies
stage-collect-broken = the evidence differs from its manifest: collect it again
stage-collect-unknown = the evidence came without a manifest; this report gives the SHA-256 of each file, keep both together
stage-compare-differs = { $count ->
    [one] one entry differs
   *[other] { $count } entries differ
} from a clean machine
stage-compare-ok = the subscriptions are those of a clean machine
stage-compare-unknown = the subscriptions were not read completely
stage-locate-found = { $count ->
    [one] one place that starts or holds code was found
   *[other] { $count } places that start or hold code were found
}
stage-locate-ok = subscriptions, tasks, services and autostart entries were read: nothing starts a miner
stage-locate-unknown = tasks, services and other autostart entries were not all read
stage-remove-act = { $count ->
    [one] one entry is
   *[other] { $count } entries are
} to be removed or restored
stage-remove-ok = nothing to remove in what was read
stage-remove-review = { $count ->
    [one] one entry waits
   *[other] { $count } entries wait
} for a decision
stage-remove-unknown = too little was read to say
stage-verify-unknown = to be done after a removal, and again after a restart: export the same evidence anew and check it
stage-prevent-unknown = SMBv1, passwords and credential protection were not read
stage-prevent-neighbours = { $count ->
    [one] one machine that this one attacked, or that tried to get in, is named in the evidence: check it
   *[other] { $count } machines that this one attacked, or that tried to get in, are named in the evidence: check them
}; a miner found means that worse may be there

# How to get what was not read.
how-event-filters = on the machine: wmic /namespace:\\root\subscription path __EventFilter get /format:list > EventFilter.txt, or Get-WmiObject -Namespace root\subscription -Class __EventFilter | Format-List *
how-event-consumers = on the machine: wmic /namespace:\\root\subscription path __EventConsumer get /format:list > EventConsumer.txt, or Get-WmiObject -Namespace root\subscription -Class __EventConsumer | Format-List *
how-bindings = on the machine: wmic /namespace:\\root\subscription path __FilterToConsumerBinding get /format:list > FilterToConsumerBinding.txt, or Get-WmiObject -Namespace root\subscription -Class __FilterToConsumerBinding | Format-List *
how-timers = collect on the machine: deminer collect; or on it: Get-WmiObject -Namespace root\subscription -Class __TimerInstruction | Format-List *, and the same for root\cimv2 and root\default; or copy C:\Windows\System32\wbem\Repository
how-other-namespaces = collect on the machine: deminer collect; or copy C:\Windows\System32\wbem\Repository, which holds all namespaces; or the same three listings for root\default and root\cimv2
how-class-stores = collect on the machine: deminer collect; or copy C:\Windows\System32\wbem\Repository, which holds all classes; or on the machine, for each class that a clean one does not have: ([WmiClass]'root\default:CLASS').GetText('Mof') > CLASS.mof
how-consumer-classes = collect on the machine: deminer collect; or copy C:\Windows\System32\wbem\Repository; or on the machine: Get-WmiObject -Namespace root\subscription -Class __EventConsumerProviderRegistration | Format-List *
how-tasks = copy C:\Windows\System32\Tasks, and C:\Windows\System32\config\SOFTWARE with its logs, which knows of hidden tasks; or on the machine: autorunsc64.exe -accepteula -nobanner -a * -c -h -s * > autoruns.csv
how-services = copy C:\Windows\System32\config\SYSTEM with its logs; or on the machine: autorunsc64.exe -accepteula -nobanner -a * -c -h -s * > autoruns.csv
how-autostarts = copy C:\Windows\System32\config\SOFTWARE and each user’s NTUSER.DAT with their logs; or on the machine: autorunsc64.exe -accepteula -nobanner -a * -c -h -s * > autoruns.csv
how-processes = collect on the machine: deminer collect; a disk does not tell of running processes
how-connections = collect on the machine: deminer collect; or look at netstat -ano for lasting connections to the outside
how-events = copy C:\Windows\System32\winevt\Logs; event 5861 of Microsoft-Windows-WMI-Activity/Operational tells of subscriptions
how-files = check a copy or mounted image of the disk with C:\Windows and C:\Users in it: programs that something starts are read there; or let autorunsc64.exe name their hashes and signatures (-h -s)
how-accounts = copy C:\Windows\System32\config\SAM with its logs (only names and flags are read, no password); or look at net user and net localgroup administrators
how-settings = copy C:\Windows\System32\config\SYSTEM and SOFTWARE with their logs, and C:\Windows\System32\drivers\etc\hosts; or collect on the machine: deminer collect
how-patch = on the machine: systeminfo > systeminfo.txt, and copy C:\Windows\System32\drivers\srv.sys, whose version decides
how-hardening = read it with `deminer collect` on the machine, or add the hives SYSTEM, SOFTWARE and SAM and the account policy: `secedit /export /cfg policy.inf`

# Event logs.
title-defender = Microsoft Defender found { $threat }
title-script-ran = script that ran: { $text }
title-process-ran = process that ran: { $text }
title-log-cleared = event log cleared: { $log }
reason-history = an event log tells of it, first at { $time }; whether it is still there was not read
reason-history-gone = an event log tells of it, first at { $time }; it is no longer there
reason-history-present = an event log tells of it, first at { $time }; it is still there
reason-history-removed = an event log tells of it, first at { $time }; it was removed at { $removed }, { $seconds ->
    [0] within a second
    [one] one second later
   *[other] { $seconds } seconds later
}
fate-present = still there
fate-removed = { $seconds ->
    [0] removed within a second, at { $time }
    [one] removed one second later, at { $time }
   *[other] removed { $seconds } seconds later, at { $time }
}
fate-gone = no longer there
fate-unknown = whether it is still there was not read
reason-deleted = deleted pages of the repository hold it; whether it is still there was not read
reason-deleted-gone = deleted pages of the repository hold it: it was there once, and is there no longer
reason-event-count = { $count } events tell of it
reason-defender = Defender names it { $threat }: { $path }
reason-defender-removed = Defender cleaned, quarantined or removed { $threat } at { $time }: { $path }; what brought it, and what came with it, may still be there
title-lookup = name looked up: { $name } ({ $process })
title-transfer = file fetched by BITS: { $url }
title-driver-loaded = driver loaded: { $path }
title-file-written = file written: { $path }
title-tampered = image of a running process replaced: { $path }
title-provider-loaded = WMI provider loaded: { $name } ({ $path })
title-value-written = registry value written: { $value }
title-query = event query registered: { $query }
title-guesses = failed logons from { $from }: { $count }
title-written-remotely = program written over the network: { $file } (from { $from })
title-smb1 = machines that speak SMBv1 to this one: { $count }
reason-driver = { $driver } ({ $source }): miners set processor registers through it, and hardware monitors use it as well
reason-tampered = Sysmon calls it { $type }: other code may run under the name of this program
reason-query-permanent = it is a permanent query of a subscription that was not read: read the subscriptions
reason-query-temporary = a running program asked for it; it ends with that program
reason-guesses = { $accounts ->
    [one] one account was tried
   *[other] { $accounts } accounts were tried
}; so many failures are no person’s, check that machine as well
reason-guessed = after them { $account } logged on from there at { $time }: its password may have been guessed
reason-written-remotely = it was written to a share that only administrators have; whoever did it has the rights of one
reason-smb1 = they are old, or attack as EternalBlue does: { $names }
reason-log-cleared = cleared at { $time }: whoever does that has something to hide, or reinstalled
timeline-subscription = subscription registered: { $consumer }
timeline-wmi-filter = event filter { $operation }: { $name }
timeline-wmi-consumer = event consumer { $operation }: { $name }
timeline-wmi-binding = binding { $operation }: { $consumer }
timeline-service = service installed: { $name } ({ $path })
timeline-task-created = task created: { $name }
timeline-task-changed = task changed: { $name }
timeline-task-deleted = task deleted: { $name }
timeline-log-cleared = event log cleared: { $log }
timeline-defender = Defender found { $threat }: { $path }
timeline-defender-off = real-time protection of Defender switched off
timeline-account-created = account created: { $name }
timeline-account-group = { $member } added to { $group }
reason-disguised = it has the name of a program of Windows and lies elsewhere: { $path }
reason-store-total = its default values have { $size } characters together (limit { $limit })
reason-store-pieces = it and other classes of its namespace hold { $size } characters in unusually long default values (limit { $limit })
reason-store-instance = { $class } is no class of a subscription, and its instance holds more text than settings need
title-class-unknown = WMI class that a clean machine does not have: { $namespace }:{ $class }
title-store-instance = payload in an instance of a WMI class: { $class } “{ $name }”
