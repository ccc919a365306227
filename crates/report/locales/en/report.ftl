# The report's own words. Messages are in lower case; a heading is capitalised by nobody.

## Verdicts

verdict-infected = infected
verdict-suspicious = suspicious
verdict-inconclusive = inconclusive
verdict-clean = clean

verdict-meaning-infected = a miner or its persistence is on this machine
verdict-meaning-suspicious = something here needs a person's look
verdict-meaning-inconclusive = too little was read to say
verdict-meaning-clean = nothing of the kind in what was read: { $areas }

## Scales

severity-critical = critical
severity-high = high
severity-medium = medium
severity-low = low
severity-info = info

confidence-certain = certain
confidence-likely = likely
confidence-possible = possible

action-remove = remove
action-restore = restore
action-review = review
action-ask-owner = ask the owner
action-patch = patch
action-harden = harden
action-none = nothing to do

state-ok = ok
state-act = act
state-unknown = unknown

level-error = error
level-warning = warning
level-info = info

## What findings are about

kind-subscription = WMI subscription
kind-orphan = orphan
kind-stock-missing = stock entry missing
kind-class-store = class store
kind-consumer-class = consumer class
kind-task = scheduled task
kind-service = service
kind-driver = driver
kind-run = Run entry
kind-autostart = autostart entry
kind-process = process
kind-connection = connection
kind-file = file
kind-account = account
kind-setting = setting
kind-patch = security update
kind-hardening = hardening
kind-network = network
kind-event = event
kind-script = script

## The eight stages

stage-confirm = confirm
stage-patch = patch
stage-collect = collect
stage-compare = compare
stage-locate = locate
stage-remove = remove
stage-verify = verify
stage-prevent = prevent

stage-question-confirm = is this a coin miner, or another infection that persists through WMI?
stage-question-patch = are the Windows security updates in, MS17-010 above all?
stage-question-collect = is the evidence safe?
stage-question-compare = what differs from a clean machine?
stage-question-locate = executable or script? where does it start, what does it run?
stage-question-remove = what goes, in which order, and how to take it back?
stage-question-verify = is it gone, and does it stay gone?
stage-question-prevent = what would let it back in?

## Areas of a machine

area-event-filters = WMI event filters
area-event-consumers = WMI event consumers
area-bindings = WMI bindings
area-timers = WMI timers
area-other-namespaces = subscriptions in other namespaces
area-class-stores = WMI classes with payloads
area-consumer-classes = consumer classes and providers
area-tasks = scheduled tasks
area-services = services and drivers
area-autostarts = Run keys and other autostart places
area-processes = processes
area-connections = network connections
area-events = event logs
area-files = files that autostart entries name
area-accounts = local accounts
area-settings = settings that miners change
area-patch = security updates
area-hardening = hardening

## Headings

heading-report = Deminer report
heading-overview = hosts
heading-stages = stages
heading-findings = findings ({ $count })
heading-recorded = recorded for completeness ({ $count })
heading-coverage = what was read
heading-duties = what is left for people to do ({ $count })
heading-exposure = accounts that were used here ({ $count })
heading-neighbours = neighbours ({ $count })
heading-timeline = timeline ({ $count })
heading-notes = notes on the evidence ({ $count })
heading-run-notes = notes on the run ({ $count })

## Labels

label-why = why
label-family = family
label-confidence = confidence
label-action = action
label-attack = ATT&CK
label-finding-id = finding
label-next = next
label-subject = record
label-decoded = decoded
label-indicators = names
label-traits = traits
label-evidence = read in
label-read = complete
label-partial = in part
label-not-read = not read
label-host = host
label-host-id = host id
label-verdict = verdict
label-findings = findings
label-also-named = also known as
label-system = system
label-custody = custody
label-time = time (UTC)
label-event = event
label-layer = layer { $number }

## Sentences

next-as-before = as for { $stage }
custody-verified = the evidence is as it was collected: its manifest verifies
custody-unsealed = the evidence came without a manifest
custody-broken = the evidence differs from its manifest
no-findings = nothing that is not on a clean machine, in what was read
nothing-read = nothing
areas-not-read =
    { $count ->
        [0] everything read
        [one] { $count } area not read
       *[other] { $count } areas not read
    }
label-account = account
label-last-use = last use
label-uses = used
exposure-explained = whoever was on this machine may have their passwords
logon-at-machine = { $count } × at the machine
logon-over-network = { $count } × over the network
logon-other-credentials = { $count } × with other credentials
logon-remote-desktop = { $count } × by Remote Desktop
logon-cached = { $count } × with cached credentials
logon-elsewhere = { $count } × for another machine
used-by-services = by services
used-by-tasks = by scheduled tasks
neighbours-explained = the evidence names these as other victims, or as trying to get in; check them too
place-offset = offset { $offset }
place-record = record { $record }
place-sha256 = SHA-256 { $hash }
not-opened = layer { $number } was not opened, or not completely: { $reason }
unopened-damaged-base64 = its Base64 is cut off or damaged
unopened-damaged-stream = a compressed stream in it is cut off, damaged or too large
unopened-depth-limit = brackets or blocks are nested too deeply
unopened-encoded-script = it is in Microsoft’s encoded form
unopened-indicator-limit = it names more than is listed
unopened-input-truncated = it is too long, and only its beginning was looked at
unopened-layer-limit = there are more layers than are opened
unopened-length-limit = it has more parts than are followed
unopened-locked-text = a text in it is protected with a key that only the user’s machine has
unopened-output-limit = what comes out of it is too large
unopened-step-limit = working it out takes too many steps
from-layer = from layer { $number }
from-field = from { $field }
partly-read = { $area }, in part
more-lines =
    { $count ->
        [one] { $count } more line
       *[other] { $count } more lines
    }
more-characters =
    { $count ->
        [one] { $count } more character
       *[other] { $count } more characters
    }
further-fields =
    { $count ->
        [one] { $count } further field
       *[other] { $count } further fields
    }
more-entries = { $count } more
shown-when-verbose = `--verbose` shows all
recorded-shown-when-verbose =
    { $count ->
        [one] { $count } entry recorded for completeness
       *[other] { $count } entries recorded for completeness
    }
findings-count =
    { $count ->
        [0] no findings
        [one] { $count } finding
       *[other] { $count } findings
    }
hosts-checked =
    { $count ->
        [0] no host checked
        [one] { $count } host checked
       *[other] { $count } hosts checked
    }
cut-on-paper = cut on paper: the file has all { $count } characters
overview-below = the list of all hosts stands at the end
printed-with = written by deminer { $version }

## How lists and sentences are joined

join-sentences = { $first }; { $second }
join-list = { $first }, { $second }
