# Security updates: what was decided, from what, and what would settle it.

patch-title-open = MS17-010 is not installed
patch-title-fixed = MS17-010 is installed
patch-title-unknown = whether MS17-010 is installed cannot be told
patch-title-unserviced = MS17-010 was never made for this service pack
patch-title-hole-open = { $name } ({ $id }) is open
patch-title-hole-unknown = whether { $name } ({ $id }) is open cannot be told
patch-title-hole-fixed = { $name } ({ $id }) is fixed
patch-title-support = support of { $product } ended on { $day }

# What the evidence says.
patch-sign-file-fixed = srv.sys is version { $found }, fixed from { $minimum } on
patch-sign-file-open = srv.sys is version { $found }, older than the fixed { $minimum }
patch-sign-file-unserviced = srv.sys is version { $found }, of a service pack that never got the fix
patch-sign-file-shipped = srv.sys is version { $found }, of a Windows that was released with the fix
patch-sign-file-absent = srv.sys is not there: the machine serves no SMBv1, and there is nothing to fix
patch-sign-file-foreign = srv.sys is version { $found }, which belongs to another Windows than the one that was read
patch-sign-shipped = build { $build } was released with the fix
patch-sign-future = build { $build } is newer than any that this version knows, and so released with the fix
patch-sign-revision-fixed = the build is { $found }, fixed from { $minimum } on
patch-sign-revision-open = the build is { $found }, older than the fixed { $minimum }
patch-sign-no-revision = build { $build } may or may not be fixed: its revision, the fourth number, was not read
patch-sign-rollup-fixed = the rollup { $found } is installed, fixed from { $minimum } on
patch-sign-rollup-open = the newest rollup that is installed is { $found }, older than the fixed { $minimum }
patch-sign-rollup-older = the newest rollup that is installed is { $found }, older than the fixed { $minimum }; a single update may have brought the fix all the same
patch-sign-update = { $update } is installed, which holds the fix for { $products }
patch-sign-foreign-update = { $update } is listed, which is for another Windows: { $products }
patch-sign-foreign-rollup = the rollup { $found } is installed, which is for another Windows than the one that was read
patch-sign-predates = { $update } is listed, which some take for the fix; it is older
patch-sign-bulletin = { $update } is listed, which is the number of the bulletin and not of an update
patch-sign-not-in-it = { $update } is listed, which some take for the fix; it is a later update that does not hold it
patch-sign-disputed = { $update } is listed, and sources disagree whether it holds the fix
patch-sign-truncated = the list of updates is cut: it names { $listed } of { $counted }
patch-sign-cut = the list of updates is cut behind the first { $listed }
patch-sign-empty = the list of updates is empty, which says nothing: such lists leave out cumulative updates
patch-sign-not-in-list = no update that is listed is known to hold the fix, which proves nothing: such lists leave updates out
patch-sign-nothing = what was read does not tell of it
patch-sign-versions = the evidence names several versions of Windows: { $versions }
patch-sign-no-service-pack = no service pack is installed, and the fix was never made for such a Windows
patch-sign-unserviced = service pack { $service-pack } is installed, for which the fix was never made
patch-sign-unknown-version = { $version } is the version of no Windows that is known
patch-sign-network-fixed = over the network it answers as a fixed machine does
patch-sign-network-open = over the network it answers as a machine without the fix does
patch-sign-network-not-offered = it offers no SMBv1 over the network, which says nothing of the fix
patch-sign-network-unclear = its answer over the network tells nothing
patch-sign-restart = an update waits for a restart: what runs may be older than what is on the disk
patch-against = against that: { $sign }

# What would settle it.
patch-settle = to settle it: { $what }
patch-settle-file = read the version of C:\Windows\System32\drivers\srv.sys, or add the file itself to the evidence
patch-settle-revision = read the revision of the build, the value UBR under HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion
patch-settle-product = read which Windows it is: `systeminfo > systeminfo.txt`
patch-settle-list = read the whole list of updates: `wmic qfe list full /format:list > qfe.txt`
patch-settle-restart = restart the machine and read it again
patch-settle-network = ask the machine over the network, read-only: `deminer probe` with its name or address

# What to do.
patch-remedy-install = install { $update } ({ $products }) or any later rollup
patch-remedy-service-pack = install service pack { $service-pack } first, then { $update } ({ $products })
patch-remedy-one = install { $update } ({ $products })
patch-remedy-or = { $first }, or else { $second }
patch-remedy-none = there is no update for it: isolate the machine, or retire it

# Other holes, and support.
patch-hole-update = { $update } is installed, which holds the fix
patch-hole-nothing = the version of Windows has the hole, and what was read does not tell whether it is fixed
patch-hole-driver-fixed = { $driver } is version { $found }, fixed from { $minimum } on
patch-hole-driver-open = { $driver } is version { $found }, older than the fixed { $minimum }
patch-hole-driver-between = { $driver } is version { $found }, older than { $minimum }, which is known to be fixed, and newer than those that are known to be open
patch-hole-driver-unserviced = { $driver } is version { $found }, of a service pack that never got the fix
patch-settle-driver = read the version of C:\Windows\System32\drivers\{ $driver }, or add the file itself to the evidence
patch-hole-service-pack = this service pack never got a fix: install the newest service pack first, then the newest rollup
patch-hole-install = it is closed by { $update }, or any later rollup
patch-support = Microsoft makes no more updates for it, unless they are bought: the next hole stays open

# The stage.
stage-patch-ok = MS17-010 is installed: { $sign }
stage-patch-restart = MS17-010 is installed, but a restart is due: { $sign }
stage-patch-open = MS17-010 is not installed: { $sign }; { $remedy }
stage-patch-open-restart = MS17-010 is not in use: { $sign }; a restart is due, and what waits for it may hold the fix: restart, and check again; if it is still missing, { $remedy }
stage-patch-hole = MS17-010 is installed, but { $name } ({ $id }) is open: install { $update } or any later rollup
stage-patch-hole-unserviced = MS17-010 is installed, but { $name } ({ $id }) is open, and this service pack never got a fix: install the newest service pack first
stage-patch-contradicted = the evidence contradicts itself: { $sign }; against that: { $against }
stage-patch-cannot-tell = whether MS17-010 is installed cannot be told: { $why }; { $settle }
stage-patch-unknown = no evidence of security updates was read: run `systeminfo > systeminfo.txt` on the machine, or copy C:\Windows\System32\drivers\srv.sys
patch-title-address = { $address }, an address of this machine: { $sign }
patch-address = an address can pass to another machine, so this does not decide; ask the machine by its name

# What Windows Update says.
patch-title-missing =
    { $count ->
        [one] Windows Update says that { $count } update is missing
       *[other] Windows Update says that { $count } updates are missing
    }
patch-title-missing-none = by the scan file that was given, Windows Update misses nothing
patch-scan =
    { $count ->
        [one] searched with { $file } on { $day } (SHA-256 { $sha256 }): { $count } update is missing by it
       *[other] searched with { $file } on { $day } (SHA-256 { $sha256 }): { $count } updates are missing by it
    }
patch-scan-issued = the scan file is of { $day }: updates that came later are not in it
patch-title-search =
    { $days ->
        [one] Windows Update last looked for updates on { $day }, { $days } day before the newest evidence
       *[other] Windows Update last looked for updates on { $day }, { $days } days before the newest evidence
    }

# How old the last update is.
patch-title-age-recent =
    { $days ->
        [one] the last update of Windows that was read is of { $day }, { $days } day before the evidence ends
       *[other] the last update of Windows that was read is of { $day }, { $days } days before the evidence ends
    }
patch-title-age-support = the last update of Windows that was read is of { $day }; support ended on { $ended }
patch-title-age-old =
    { $days ->
        [one] no update of Windows was installed after { $day }, for { $days } day
       *[other] no update of Windows was installed after { $day }, for { $days } days
    }
patch-title-age-unknown = how old the last update of Windows is cannot be told
patch-age-update = the last one that was read: { $update }, installed on { $day }
patch-age-no-clock = when the evidence was collected is not known; collect it with `deminer collect`, whose manifest says so
patch-age-order = which number is the month and which the day cannot be told
patch-age-undated =
    { $count ->
        [one] { $count } listed update has no day that can be read, and may be newer
       *[other] { $count } listed updates have no day that can be read, and may be newer
    }
patch-age-beyond =
    { $count ->
        [one] { $count } update has a day behind that of collecting: a clock was wrong
       *[other] { $count } updates have a day behind that of collecting: a clock was wrong
    }
patch-age-cut = the list of updates is cut, and what is missing may be newer
patch-age-log = only the event log tells of updates, and it may have been cut or cleared since
patch-age-support = counted to the end of support on { $day }: later updates are only for those who buy them
patch-age-install = updates come every month, each with all that came before: let Windows Update search, and install the newest cumulative update

patch-missing = { $update }: { $title }
patch-search = updates come every month; what has come since then is not installed
stage-patch-missing =
    { $count ->
        [one] MS17-010 is in, but Windows Update says that { $count } critical or important update is missing
       *[other] MS17-010 is in, but Windows Update says that { $count } critical or important updates are missing
    }
