# What runs, and whom it talks to.
title-process = running process: { $program } ({ $pid })
title-processes = { $count } running processes: { $program }
title-connection = connection to { $partner } by { $process }
reason-busy = it uses { $percent } % of the processors now, and has used { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
} of processor time
reason-no-window = nobody sees it: it has no window
reason-runs-scripts = the program belongs to Windows and runs what it is handed: what that is, its command line and the process that started it tell
reason-wmi-child = { $parent } started it, which starts what WMI subscriptions name; script hosts that it has started and that still run: { $count }
reason-lasting = it works hard and has been connected to { $partner } for { $minutes } minutes
reason-module = it runs scripts and has loaded a library from a place that any program can write: { $module }
reason-mines-openly = it mines openly, as its owner might want: ask
reason-pool-address = it is connected to { $address }, the address of a mining pool ({ $source })
reason-mining-port = it is connected to { $partner }; mining pools often listen on such ports, which proves nothing by itself
