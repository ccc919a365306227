# Settings that miners change, accounts, values of the registry.
title-setting = { $kind }: “{ $name }”{ $value }
title-account = account: “{ $name }”
title-registry-store = payload in the registry: { $key }, value “{ $name }”
title-file = file: { $path }
title-ran = program that ran: { $program }
reason-prefetch = Windows noted that it ran: { $path }

setting-hosts = line of the hosts file
setting-hosts-folder = place of the hosts file
setting-dns-rule = rule of name resolution
setting-portproxy = forwarded port
setting-route = persistent route
setting-firewall = firewall rule
setting-exclusion = exclusion of Defender
setting-mof = MOF file that WMI compiles again
setting-dns = name servers of an interface
setting-ipsec = IPsec policy
setting-other = setting

reason-hosts-blocked = it keeps the machine from { $name }, where updates or protection come from, by sending it to { $address } ({ $source })
reason-hosts-redirected = it sends { $name }, where updates or protection come from, to the foreign address { $address } ({ $source })
reason-hosts-private = it sends { $name }, where updates or protection come from, to { $address } in a network of one’s own: an update server or cache, if you run one ({ $source })
reason-hosts-pool = it sends the mining pool { $name } to { $address }: whoever mines there mines for somebody else, or through him
reason-hosts-pool-blocked = it blocks the mining pool { $name }: protection, if you did it; miners also shut out each other so
reason-hosts-folder = Windows reads the hosts file from { $path } instead, and what stands in its usual place has no effect ({ $source })
reason-name-rule = { $servers } answers for { $name }, where updates or protection come from ({ $source })
reason-forwarding = what reaches { $from } is handed on to { $to }; few machines need that: ask who set it up
reason-forwarding-pool = what reaches { $from } is handed on to the mining pool { $to }
reason-route-nowhere = every packet to { $destination } is thrown away; families shut out addresses so
reason-name-servers = they were set by hand to just the servers that { $family } sets ({ $source }); both are public servers that people use as well
reason-ipsec = a local IPsec policy filters traffic; few machines have one, and infections close ports with it behind themselves
reason-exclusion-broad = Defender overlooks all of { $name }, so that whatever lies or runs there is never found ({ $source })
reason-exclusion-writable = Defender overlooks a program in a place where programs do not normally live: { $name }
reason-bits-look = to look at it: `bitsadmin /list /allusers /verbose`, or in PowerShell `Get-BitsTransfer -AllUsers`
reason-mof-place = it lies neither with Windows nor with installed programs, and what it defines comes back when WMI makes its repository anew: { $path }
reason-account-hidden = its name ends in $, so that net user does not show it
reason-account-guest = the guest account is enabled: nobody needs a password for it
reason-account-administrator = it is an administrator
reason-registry-store = the value has { $size } characters
reason-stock-value = on a clean machine nothing but Windows’ own stands in { $value }; here it is { $found } ({ $source })
reason-debugger = whenever { $image } is to start, { $debugger } starts
reason-debugger-logon = the logon screen starts { $image } for anyone, and { $debugger } comes in its place: a door without a password
reason-class-hijacked = every program of this user that asks for the class { $name } loads { $library }; malware is known for just this class ({ $source })
reason-class-scriptlet = a class of this user runs a script: { $library }
reason-service-library = the service { $service } of Windows loads { $found } instead of { $expected }

# What was added, and when.
timeline-stored = session of Windows in which this was stored: { $object }
timeline-started = Windows started
timeline-service-changed = start of a service changed: { $name } ({ $start })
timeline-defender-changed = configuration of Defender changed: { $value }
timeline-audit-changed = audit policy changed: { $category }
reason-added-later = it was stored after Windows was installed, in a session that began at { $time } or later
title-provider-changed = provider of Windows with another class behind its name: { $name }
reason-provider-changed = Windows loads { $expected } for it in { $namespace }; here it is { $found }
reason-consumer-handed-on = the standard class { $class } is handed to another provider: { $provider }
title-provider = provider that Windows does not ship: “{ $name }”
