# What the command line says when it cleans, undoes and verifies.

cli-clean-needs-windows = cleaning, undoing and verifying work on the Windows machine itself, and this is none
cli-hint-clean-needs-windows = run the program there; here `deminer clean plan.json` shows what a plan would do, and `deminer script plan.json` makes a script of it
cli-hint-elevate = open a command prompt with `Run as administrator`, and start the program in it
cli-hint-case = name the folder that `deminer clean --apply` made; it holds plan.json and journal.jsonl, and is for administrators only
cli-hint-case-path = name a folder on a local drive by its full path, for instance C:\case-1; the folder above it has to be there
cli-hint-other-host = make a plan on this machine: `deminer clean` without a plan does
cli-hint-not-verified = run `deminer verify` on the case first, best after a restart
cli-nobody-to-ask = nobody is there to be asked, so it is left alone; add --yes to do only what needs no question, or leave it out with --exclude
cli-ask-action = { $verb } { $target }? { $reason }; its content alone does not ask for it
cli-case-is = backups, journal and receipt go to `{ $path }`
cli-nothing-changed = nothing was changed; add --apply to do it
cli-unseen = this is not the machine that the plan is for, so it was not looked at whether things are still as the plan says; on it, `deminer clean` with this plan looks, and with --apply does it
cli-would-stop = --apply would not begin: { $why }
cli-unpatched = the machine lacked security updates when the plan was made: --apply will ask for them, or for --contain or --unpatched
cli-too-little-read = nothing was found to clean, but too little of the machine was read to say that it is clean; `deminer check` says what is missing
cli-nothing-by-content = nothing is removed without a person's word: look at the findings of `deminer check`, and name those that are to go with --include
cli-restart = part of it is finished when the machine restarts; restart it, then verify
cli-next-verify = next: `deminer verify { $case }`, now and after a restart; `deminer undo { $case }` takes it back
cli-held-back = what would start it again was kept away; --rearm gives that back, too
cli-stopped = stopped: { $why }
cli-watching = watching for { $seconds } seconds, with a look every { $pause } seconds
cli-changed-at = { $time }:
cli-arrived = { $time }: new since the cleaning: { $what }
cli-verify-passed = { $held ->
    [0] the case has no actions
    [one] the one thing that was done holds
   *[other] all { $held } things that were done hold
}
cli-verify-failed = { $held } hold, { $other } do not
cli-again-nothing = the machine was read once more: nothing new is to be removed
cli-again-found = the machine was read once more, and something new is to be removed ({ $count }):
cli-again-failed = whether something new is there cannot be told: { $why }
cli-again-unread = not read: { $areas }
cli-clean-again = next: `deminer clean` shows what it would do about what is new, with `--apply` it does it

cli-run-dry = dry run on { $host }
cli-run-apply = cleaning { $host }
cli-run-resume = carrying on the cleaning of { $host }
cli-run-purge = deleting what was disabled on { $host }
cli-run-undo = undoing the cleaning of { $host }
cli-run-verify = verifying the cleaning of { $host }

cli-action-reason = why: { $reason } ({ $findings })
cli-action-safety = backup: { $backup }; afterwards: { $check }
cli-action-no-backup = none needed
cli-target-plain = { $name }
cli-target-service = the service { $name }
cli-target-task = the task { $name }
cli-target-stock = the stock entry { $name }
cli-outcome-undone = taken back
cli-outcome-planned = to do
cli-outcome-done = done
cli-outcome-at-restart = at restart
cli-outcome-as-it-should = nothing to do
cli-outcome-refused = left alone
cli-outcome-held-back = held back
cli-outcome-failed = failed
cli-outcome-unknown = unknown
cli-sum-planned = { $count } to do
cli-sum-done = { $count } done and proven
cli-sum-as-it-should = { $count } with nothing to do
cli-sum-at-restart = { $count } finished at restart
cli-sum-held-back = { $count } held back
cli-sum-left = { $count } left
cli-sum-nothing = nothing to do

cli-now-gone = gone
cli-now-kept = kept
cli-now-back = back again
cli-now-changed = changed
cli-now-at-restart = at restart
cli-now-not-done = not done
cli-now-undone = undone
cli-now-unknown = unknown

cli-backup-json = every property
cli-backup-mof = MOF text
cli-backup-configuration = its configuration
cli-backup-xml = its XML
cli-backup-value = the old value
cli-backup-quarantine = the file, encrypted
cli-check-present = must be there
cli-check-accepted = Windows must have accepted it
cli-check-disabled = must be disabled
cli-check-absent = must be gone
cli-check-equals = must have its stock value
cli-check-by-hand = is checked by hand

cli-ask-plan = put it into the plan?
cli-next-clean = next, on the machine: `deminer clean { $plan }` shows what it would do, with --apply does it; where only a script may run, `deminer script { $plan }`
cli-next-clean-only = next, on the machine: `deminer clean { $plan }` shows what it would do, with --apply does it
cli-plan-gaps = { $count ->
    [one] one gap in the settings of the machine can be closed by a plan too: `--interactive` asks of it, `--include ID` takes it
   *[other] { $count } gaps in the settings of the machine can be closed by a plan too: `--interactive` asks of each, `--include ID` takes one
}
cli-updates-elsewhere = the packages in `{ $path }` are installed on the machine, and where the folder lies there is not known
cli-updates-path = `{ $path }` is no plain path of a folder on a local drive of the machine
cli-hint-updates-path = name the folder's path there, such as `--updates-on-machine 'D:\updates'`, or make the plan on the machine itself
cli-no-terminal = there is nobody to ask: standard input is no terminal
cli-unanswered = the questions were not all answered, so there is no plan
cli-hint-no-terminal = leave out --interactive, and choose findings with --include and --exclude

cli-experimental = this is experimental here: `deminer selftest` has not passed on a machine of this kind; it takes a moment and shows whether everything can be put back
cli-selftest-passed = passed on { $kind }: all { $steps } steps
cli-selftest-failed = not passed on { $kind }: { $failed } of { $steps } steps failed
cli-step-ok = ok
cli-step-without = without what this machine cannot have: { $what }
cli-phase-make = make { $object }
cli-phase-remove = remove or disable { $object }
cli-phase-verify = verify { $object }
cli-phase-purge = purge { $object }
cli-phase-undo = put back { $object }
cli-phase-compare = compare { $object }
cli-phase-tidy = take away { $object }

cli-opened-hello = Deminer looks for coin miners on this machine. It takes a few minutes, changes nothing, and sends nothing anywhere. With a command it can do more: open a command prompt here and type `deminer --help`
cli-opened-nothing = nothing was found in what was read
cli-opened-found = something was found that needs you: the report says what, why, and which command comes next
cli-opened-unknown = too little was read to say whether the machine is clean: the report says what is missing and how to get it
cli-opened-report = the report is `{ $path }`
cli-opened-ask = open it in the browser?
cli-opened-by-hand = it could not be opened; open it with a double click
cli-opened-end = press Enter to close this window
