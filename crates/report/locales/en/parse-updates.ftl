# What the readers of versions and installed updates say.

note-version-none = no version information was found in this file; copy it again from C:\Windows\System32\drivers
note-version-other-file = the versions of files were read, and none of them is srv.sys or termdd.sys in System32\drivers: their `FileName` has to be listed with the parts of the version
note-hotfix-truncated = the list of updates is cut: it counts { $counted } and names { $listed }; `wmic qfe list full /format:list` names them all
note-hotfix-cut =
    { $listed ->
        [one] the list of updates is cut behind the first one; `Get-HotFix` names them all
       *[other] the list of updates is cut behind the first { $listed }; `Get-HotFix` names them all
    }
note-hotfix-unread = this looks like a list of updates, and nothing in it could be read; `wmic qfe list full /format:list > qfe.txt` makes one that can be
note-package-states = the state of some packages, “{ $state }”, is in a language that is not known; list them again with `dism /english /online /get-packages`
