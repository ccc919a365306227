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
        [one] one event `{ $event }` was not kept
       *[other] { $count } events `{ $event }` were not kept
    } of the middle of the log; the first and the last ones were, and { $between } of those between for what they say, { $kept } altogether
note-events-left-out-telling =
    { $count ->
        [one] one event `{ $event }` with telling words was not kept, since there are too many; split the log with `wevtutil epl`
       *[other] { $count } events `{ $event }` with telling words were not kept, since there are too many; split the log with `wevtutil epl`
    }
note-events-no-subscriptions = this log has no event 5859 to 5861: Windows 7 and Server 2012 R2 do not write them, and elsewhere they were overwritten or erased; whether a subscription was registered cannot be told from it
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
note-task-job-cut = the task file ends early; what is there was read
note-defender-log-cut = the log names more than { $limit } different findings; the rest was not kept
note-detection-history-unreadable = the record of a finding of Defender names no threat or no time
