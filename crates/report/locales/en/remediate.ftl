# What planning, applying, undoing and verifying say.

# Why something is left alone.
refuse-stock = it is the stock entry { $entry } of Windows, and that is never removed
refuse-stock-class = { $namespace }:{ $class } is a class of Windows, and those are never removed
refuse-class-unknown = the evidence does not tell its class; export it again with /format:rawxml or from PowerShell, or make the plan on the machine itself
refuse-namespace-unknown = the evidence does not tell the namespace of the class { $class }; collect class definitions with their namespace, or make the plan on the machine itself
refuse-identity = the evidence does not give its { $field }, without which it cannot be told from others; make the plan on the machine itself
refuse-system-program = { $path } belongs to Windows; what starts or misuses it is removed, it is not
refuse-host-process = { $path } is a process of Windows that hosts others; what it was made to run is removed, it is not ended
refuse-microsoft = { $path } is signed by { $signer } and is never deleted
refuse-no-stock-value = { $place } must not be missing, and what Windows ships in it is not known, or not on this machine with Microsoft's signature; set it by hand from a machine of the same version and edition
refuse-other-user = { $name } stands in the registry of the user { $user }, which only a plan made on the machine itself can name
refuse-update = { $name }: `--updates` names no package of { $update } for this machine; install it or any later rollup: `{ $command }`
refuse-update-several = { $name }: `--updates` names several packages of { $update } that may be for this machine: leave only its own in the folder, or install it by hand: `{ $command }`
refuse-update-version = { $name }: the version of Windows is not known, so which package of { $update } is for this machine cannot be told; install it by hand: `{ $command }`
refuse-package = the package { $path } is not signed by Microsoft, or its signature does not hold
refuse-package-gone = the package { $path } is not there
refuse-command = { $name } is nothing that a plan can set: set it by hand, `{ $command }`, and take it back with `{ $undo }`
refuse-gap = { $name } is nothing that a plan can set; see its reasons for what a person can do
refuse-needed = { $name } stays on: the service { $service } depends on it and would not start without
refuse-by-hand = { $name } cannot be removed by a plan; see its reasons, and remove it by hand
refuse-no-finding = no finding has the id { $finding }; ids are in the report
refuse-excluded = it was left out by choice
refuse-path = { $path } is no plain path on a local drive
refuse-link = { $path } is a link or leads through one, and links are not followed
refuse-folder = { $path } is a folder, and only files are deleted
refuse-critical = Windows would stop with the process { $path }, so it is left alone, and nothing that was done keeps it from starting again; once what starts it is disabled, it is gone after a restart
refuse-provider = a provider stands behind the class { $class }; remove the provider first
refuse-class-in-use = deleting the class { $class } would take along what is not in the plan: { $instances ->
    [0] no instances
    [one] 1 instance
   *[other] { $instances } instances
  }, subclasses: { $subclasses }
refuse-bound = another binding still uses the filter: { $binding }
refuse-no-entry = the stock entry { $entry } is not known well enough to be made anew
refuse-not-on-content = its content alone does not ask for it, so somebody has to confirm it
refuse-not-confirmed = it was not confirmed
refuse-verb = that cannot be done to such a target
refuse-not-disabled = it is not disabled any more, or no longer the one that was; look who did that, verify again, and make a plan anew
refuse-windows-service = { $name } is a service that Windows brings, so it stays disabled and is not deleted; put it back as on a machine of the same version, or repair Windows
refuse-boot-driver = Windows loads the driver { $name } before it can read a disk, and without it may not start (stop 0x7B). By hand: make an image of the disk and have a medium at hand that starts Windows for repair; take the name out of every UpperFilters and LowerFilters below HKLM\SYSTEM\CurrentControlSet\Control\Class and HKLM\SYSTEM\CurrentControlSet\Enum, set Start to 4 in the driver's key below HKLM\SYSTEM\CurrentControlSet\Services, and restart
refuse-filter-driver = the devices of { $class } load the driver { $name } as a filter and do not start without it; where they are disks, Windows does not either (stop 0x7B). By hand: take its name, and no other, out of UpperFilters and LowerFilters of that key, and make the plan anew
refuse-protected-file = { $path } belongs to the installer of Windows and is a part of it; where it was altered, `sfc /scannow` puts it back
refuse-owner-unknown = { $path } lies in the Windows folder and its owner cannot be read, so it may be a part of Windows
refuse-signatures = { $path } lies in the Windows folder and signatures cannot be checked on this machine (even ntdll.dll does not verify), so it may be a part of Windows; start the service CryptSvc and try again
refuse-name-only = the evidence gives its name and nothing else, and names alone decide nothing; make the plan on the machine itself
refuse-exclusion = Defender guards its exclusions itself; take { $name } out by hand: Windows Security, virus and threat protection settings, exclusions, or in PowerShell `Remove-MpPreference` with `-ExclusionPath`, `-ExclusionProcess` or `-ExclusionExtension` and the name
refuse-ipsec = the policy { $name } keeps machines from each other and is taken out by hand: look at it with `netsh ipsec static show all`, take it out with `netsh ipsec static delete policy name=` and its name in quotes, then its filter lists and filter actions with `delete filterlist` and `delete filteraction`
refuse-firewall = the firewall rule { $name } is taken out by hand: select it in `wf.msc` (several rules may have the name, and `netsh advfirewall firewall delete rule` takes all of them)
refuse-mof = WMI compiles { $path } again when its repository is rebuilt: by hand, take the path out of the value `Autorecover MOFs` of HKLM\SOFTWARE\Microsoft\WBEM\CIMOM, and keep a copy of the file before you delete it
refuse-bits = BITS keeps no copy of the job { $name } that could be put back, so it is taken out by hand, as administrator: note what `bitsadmin /info { $id } /verbose` says of it, then `bitsadmin /cancel { $id }`
refuse-dns = { $name } is set by hand to the name servers of your network: in the properties of the network adapter (`ncpa.cpl`), Internet Protocol Version 4 and 6, or obtained automatically

# Why something is done that no finding asks for.
reason-selftest = it is an object of the self-test
reason-contain = the ways in are shut, so that the machine is not infected again while it is cleaned

# What became of an action.
outcome-planned = it would be done
outcome-unseen = it would be done, if it is still what the plan says; this is not the machine, so that was not looked at
outcome-done = it is done and proven
outcome-done-despite = it is done and proven, though the machine said: { $error }
outcome-at-restart = it is prepared, and done when the machine restarts
outcome-critical = Windows would stop with the process { $path }, so it is left alone: what starts it is disabled or removed, and it goes at the next start of Windows
outcome-absent = it is not there
outcome-already = it was so already
outcome-changed = its { $field } is not what the plan says; make the plan anew
outcome-other = it is not what it was when it was looked at; make the plan anew
outcome-backup = it was left alone, for it could not be backed up: { $error }
outcome-backup-differs = it was left alone, for its backup did not read back as it was written
outcome-failed = it was not done: { $error }
outcome-unproven = it was done, and is still there
outcome-unknown = it may be done or not, for it could not be read again: { $error }
outcome-stands-still = it stands still and was not ended: carry on with `deminer clean --resume`, end it by hand, or let it run with `deminer undo --rearm`
outcome-resumed = it was not ended, so it runs again
outcome-not-resumed = it was not ended, and may stand still, for it could not be let go: { $error }
outcome-done-no-mof = it is done and proven; WMI gave no MOF text for it, so its backup has the fields alone

# What undoing made of it.
undo-restored = it is back as it was
undo-restored-differs = it is back, but Windows set this anew or did not keep it: { $fields }
undo-as-before = it was not changed
undo-held-back = it was kept disarmed; add --rearm to let it start again
undo-stands-still = it still stands still; add --rearm to let it run again, or end it
undo-disarmed = it is back, and nothing starts it
undo-creators = it is back, but the parts of { $binding } have different creators now, and Windows serves no such subscription; undo them together
undo-process = what was ended does not come back by itself; it starts with what starts it
undo-stock = it belongs to Windows and stays
undo-update = { $update } is still there: this Windows does not let it go without a person; take it out by hand, `{ $command }`
undo-occupied = something else is in its place now, and is left there
undo-needs = it would not start with what it depended on before: { $service } is disabled or gone; put { $service } back first, then this
undo-backup = its backup cannot be used: { $error }

# How things stand.
verify-gone = gone
verify-kept = still as it should be
verify-back = back again
verify-changed = something else is in its place
verify-at-restart = not before the machine restarts
verify-critical = Windows would stop with the process { $path }; it goes at the next start of Windows
verify-not-done = still there, for it was not done
verify-undone = undone
verify-unknown = cannot tell: { $error }
again-too-little = too little of the machine could be read to say that nothing new is there

# By whom what is back is there, as far as that was read.
by-creator = made by { $sid }
by-owner = its owner is { $sid }
by-parent = started by { $name } (process { $pid })
by-parent-gone = started by process { $pid }, which is gone
by-event = logged at { $time }: { $event }

# Why a run did not begin, or stopped.
stop-journal = the journal cannot be written, so nothing more is done: { $error }
stop-receipt = the receipt could not be written: { $error }
stop-machine = the machine refuses: { $error }
stop-redirected = this program is for 32-bit Windows and would see other files than are there; use the deminer.exe for 64-bit Windows (x86_64)
stop-library = { $library } lies beside the program and has the name of a library of Windows, so it may have been loaded in its place; move the program into a folder of its own that only administrators can change, and start it from there
stop-not-elevated = changing anything takes an administrator's full rights; start it elevated
stop-other-host = the plan is for { $plan }, and this is { $machine }
stop-unpatched = the machine lacks security updates and would be infected again; install them first, or add --contain to shut the ways in, or --unpatched to go on all the same
stop-not-contained = the ways in could not be shut, so nothing more is done; shut them elsewhere or install the updates, and add --unpatched to go on
stop-no-action = the case has no action { $action }; `deminer verify` lists them
stop-domain-controller = this is a domain controller, which should be rebuilt rather than cleaned; add --domain-controller to go on all the same
stop-unprotected = others than administrators can change { $path }, so it is not trusted; move it where only administrators can write
stop-case-exists = { $path } is there already; name a new case folder, or carry on or undo that case
stop-case-path = { $path } is no plain path on a local drive, so no case folder
stop-plan = { $error }
stop-case-damaged = { $file } of the case cannot be used: { $detail }
stop-not-verified = what is disabled is deleted only after `deminer verify` has passed and nothing was done since
