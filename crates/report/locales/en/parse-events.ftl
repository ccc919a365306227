# What the readers of event logs and scheduled tasks say.

note-events-damaged = the event log is damaged here, the rest of it was read: { $reason }
note-events-records-damaged =
    { $count ->
        [one] one event in this part of the log cannot be read: { $reason }
       *[other] { $count } events in this part of the log cannot be read, the first because: { $reason }
    }
note-events-cut = the event log ends early: { $found } of { $expected } parts are there; copy it again from where it came
note-events-too-long = the event log is larger than { $limit } MiB, and only its beginning was read; split it with `wevtutil epl`
note-events-slow = reading the event log took more than { $seconds } seconds, and the rest was not read
note-events-left-out =
    { $count ->
        [one] one event `{ $event }` between the first and the last { $kept } was not kept
       *[other] { $count } events `{ $event }` were not kept, only the first and the last ones, { $kept } altogether
    }
note-events-object = event { $event } (record { $record }) holds an object that cannot be read; look at the event itself
note-events-script-parts =
    { $count ->
        [one] parts of a script are missing from the log; what is there was joined
       *[other] parts of { $count } scripts are missing from the log; what is there was joined
    }
note-events-not-json = line { $line } is no JSON and was not read: { $reason }
note-events-incomplete =
    { $count ->
        [one] one event has no readable time and was not kept
       *[other] { $count } events have no readable time and were not kept
    }

note-task-bad-xml = the task is damaged from here on, what comes before was read: { $reason }
note-task-other-name = the task calls itself `{ $uri }`, but its file is that of `{ $place }`
