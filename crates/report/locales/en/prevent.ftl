# What would let it back in: settings, the account policy, accounts.

hardening-smb1-server = this machine serves SMBv1
hardening-smb1-server-why = EternalBlue and its kin, with which such miners spread, attack the SMBv1 server; nothing newer than Windows XP and Server 2003 needs it
hardening-smb1-client = this machine speaks SMBv1 to servers
hardening-smb1-client-why = a server that offers nothing newer is read without protection against changed or relayed messages
hardening-signing-server = the server does not require signed SMB messages
hardening-signing-server-why = without a signature, a logon to this machine can be relayed from another one
hardening-signing-client = the client does not require signed SMB messages
hardening-signing-client-why = without a signature, what a server answers can be changed on its way, and a logon be relayed
hardening-null-sessions = strangers without an account reach what everyone may read
hardening-null-sessions-why = an anonymous session sees shares and pipes, and counts as everyone
hardening-wdigest = Windows keeps passwords in memory as they are typed
hardening-wdigest-why = Mimikatz, which such miners carry, then reads the passwords of everyone who logs on; some miners switch this on themselves
hardening-lsa-protection = the process that holds credentials is not protected
hardening-lsa-protection-why = any administrator's process can read the credentials in its memory, as Mimikatz does
hardening-credential-guard = credentials are not kept apart from Windows
hardening-credential-guard-why = without Credential Guard, whoever has the rights of an administrator takes password hashes and tickets along to other machines
hardening-token-filter = local accounts have all their rights over the network
hardening-token-filter-why = the hash of one local administrator's password is then enough to run programs on every machine with the same password
hardening-administrator-token = the built-in administrator has all its rights over the network
hardening-administrator-token-why = its password, often the same on many machines, opens all of them
hardening-uac = User Account Control is off
hardening-uac-why = every program of an administrator runs with all rights, and so does what it starts
hardening-anonymous = strangers without an account can list users and shares
hardening-anonymous-why = the list of users is where guessing passwords begins
hardening-ntlm-level = old forms of NTLM are accepted
hardening-ntlm-level-why = answers in LM and NTLMv1 can be turned back into passwords
hardening-lm-hash = passwords are also stored as LM hashes
hardening-lm-hash-why = an LM hash is turned back into its password within minutes
hardening-blank-passwords = accounts without a password can be used over the network
hardening-blank-passwords-why = such an account is open to everyone on the network
hardening-restricted-admin = Remote Desktop accepts a password hash
hardening-restricted-admin-why = in restricted admin mode a stolen hash is enough to log on
hardening-rdp-authentication = Remote Desktop answers before anyone has logged on
hardening-rdp-authentication-why = holes such as BlueKeep are open to everyone who reaches the port, with or without an account
hardening-winrm-exposed = remote management is always running
hardening-winrm-exposed-why = a workstation rarely needs it, and with one stolen password it runs commands from afar; leave it where it is your only way to the machine
hardening-winrm-plain = remote management accepts passwords in plain text
hardening-winrm-plain-why = who listens on the network reads them
hardening-remote-wmi = the firewall lets WMI in from the network
hardening-remote-wmi-why = WannaMine and its kin start themselves on neighbours through WMI as soon as they have one password
hardening-firewall = the firewall or its service is off, or it lets in what no rule allows
hardening-firewall-why = every service of the machine is open to its neighbours, infected ones included
hardening-defender-off = a policy switches Microsoft Defender off
hardening-defender-off-why = such miners set this policy; where other security software protects the machine, it may be wanted
hardening-defender-real-time = real-time protection of Microsoft Defender is off
hardening-defender-real-time-why = what is written and started is not looked at; such miners switch it off before they begin
hardening-defender-service = the service of Microsoft Defender is disabled
hardening-defender-service-why = such miners disable it, and then nothing looks at what is written and started; where other security software protects the machine, it may be wanted. Where Windows refuses the command, the policies that switch Defender off have to go first
hardening-autoplay = removable drives may start programs
hardening-autoplay-why = some of these families also spread over USB drives
hardening-automatic-logon = Windows logs a user on by itself
hardening-automatic-logon-why = the password then lies in the registry, where every program of the machine can read it
hardening-updates-off = automatic updates are off
hardening-updates-off-why = holes stay open until somebody remembers them; where another system brings the updates, it may be wanted
hardening-updates-service = the service of Windows Update is disabled
hardening-updates-service-why = no update is installed, not even by hand; where another system brings the updates, it may be wanted
hardening-lockout = accounts do not lock, or only after many wrong passwords
hardening-lockout-why = such miners guess passwords from a list, as often as the machine lets them
hardening-length = short passwords are allowed
hardening-length-why = short passwords are on the lists that such miners try
hardening-complexity = simple passwords are allowed
hardening-complexity-why = simple passwords are on the lists that such miners try
hardening-plain-text = passwords are stored so that they can be read again
hardening-plain-text-why = whoever copies the account database has every password
hardening-history = old passwords may soon be used again
hardening-history-why = whoever has an old password waits until it is in use again
hardening-password-age = passwords stay valid for very long or for ever
hardening-password-age-why = a password that was once taken opens the machine for as long as it is valid
hardening-lockout-duration = locked accounts are soon open again
hardening-lockout-duration-why = who guesses has only to wait a little
hardening-lockout-window = wrong passwords are soon forgotten
hardening-lockout-window-why = who guesses slowly is never locked out
hardening-guest = the guest account is enabled
hardening-guest-why = anyone can log on as guest; some miners enable it as a way back

# What the values are, what they should be, and how to set them.
hardening-is = { $name } is { $data }; it should be { $wanted }
hardening-is-not-set = { $name } is not set, and this Windows then leaves the gap open; it should be { $wanted }
hardening-restart = it counts from the next start of the machine on
hardening-set = set it: { $command }
hardening-undo = take it back: { $command }
hardening-source = source: { $title }, { $url }
hardening-by-policy = the value comes from group policy ({ $key }), which wins over every local setting: change it in the policy that sets it; `gpresult /scope computer /h gpresult.html` tells which
hardening-policy-unread = whether group policy says otherwise was not read
hardening-note-first = what stands there now was not read: note what `{ $command }` prints before you set it, for that is what takes it back

# Accounts.
title-guest-administrator = the guest account “{ $name }” is an administrator
title-account-no-password = account “{ $name }” may have no password
title-account-never-expires = the password of the administrator “{ $name }” never expires
title-accounts-never-expire =
    { $count ->
        [one] { $count } account has a password that never expires
       *[other] { $count } accounts have passwords that never expire
    }
title-administrators =
    { $count ->
        [one] { $count } local administrator
       *[other] { $count } local administrators
    }
reason-account-no-password = it is exempt from the rule that passwords must be set
reason-account-never-expires = a password that was stolen once stays good
reason-accounts-never-expire = a password that was stolen once stays good; some may be meant to be so, such as those of services: { $names }
reason-guest = the guest is meant to be disabled and without rights; some infections use it as a way back
reason-administrators = make sure that every one of them is known and needed: { $names }

# The stage.
stage-prevent-gaps =
    { $gaps ->
        [one] { $gaps } setting helps such miners
       *[other] { $gaps } settings help such miners
    }{ $unknown ->
        [0] {""}
       *[other] ; { $unknown } could not be told
    }
stage-prevent-ok = every setting that was looked at is as it should be ({ $met })
stage-prevent-partly =
    { $met ->
        [one] { $met } setting is as it should be
       *[other] { $met } settings are as they should be
    }; { $unknown } could not be told

# Worse may be there.
title-deed-shadow-copies = shadow copies or backups were deleted
title-deed-recovery = the recovery of Windows was disabled
title-deed-security-stopped = protection was stopped by a command
title-deed-logs = event logs were cleared by a command
title-deed-credentials = credentials were taken from Windows
title-remote-tool = a program for remote control: { $tool }
title-guest-made-administrator = the guest was made an administrator
title-account-new = account “{ $name }” was made after the first sign of the infection
title-administrator-new = “{ $name }” became an administrator after the first sign of the infection
title-protection-off = Microsoft Defender was switched off after the first sign of the infection
reason-deed = it ran: { $command }
reason-remote-tool = whoever looks after the machine knows whether it belongs there; intruders bring such programs to come back
reason-account-new = made by { $by } at { $time }
reason-administrator-new = added by { $by } at { $time }
reason-protection-off = real-time protection was off at { $time }
reason-stolen-threat = Microsoft Defender found { $threat }, which takes credentials
reason-stolen-command = a command took credentials from Windows
duty-rebuild = build the machine anew rather than clean it, from media and backups older than the first sign
duty-passwords =
    { $count ->
        [one] change the password of the account that was used on this machine, from another machine that is clean
       *[other] change the passwords of the { $count } accounts that were used on this machine, from another machine that is clean
    }
duty-passwords-since =
    { $count ->
        [one] change the password of the account that was used on this machine since the first sign ({ $since }), or left its credentials there before, from another machine that is clean
       *[other] change the passwords of the { $count } accounts that were used on this machine since the first sign ({ $since }), or left their credentials there before, from another machine that is clean
    }
duty-passwords-unknown = no event log tells who was logged on: change the passwords of everyone who used this machine, from another machine that is clean
duty-krbtgt = reset the password of krbtgt twice, the second time after at least ten hours: who had the domain controller can make tickets until then
duty-local-administrators = give the local administrator a password of its own on every machine (Windows LAPS)
duty-cached = this machine remembers the last { $count } domain logons: change the passwords of those users too
duty-accounts =
    { $count ->
        [one] find out whether this account is known, and disable it if not: { $names }
       *[other] find out whether these { $count } accounts are known, and disable those that are not: { $names }
    }
duty-ransomware = keep a backup out of reach of the network now, and see that it can be restored: there are signs of what comes before ransomware
duty-look-further = look further: such a miner got in where others get in too; scan the machine from outside of its Windows, and check its neighbours
rebuild-domain-controller = it is a domain controller: what was changed in the domain cannot be told from this machine alone
rebuild-family = { $family } also settles outside of Windows, where a cleaning does not reach
rebuild-ransomware = somebody prepared it for ransomware
rebuild-logs = its logs were cleared, so nobody knows what else was done
rebuild-many = Microsoft Defender found { $count } different threats: somebody was at work on it
stage-prevent-duties =
    { $duties ->
        [one] { $duties } thing is left for people to do
       *[other] { $duties } things are left for people to do
    }{ $gaps ->
        [0] {""}
        [one] , and { $gaps } setting helps such miners
       *[other] , and { $gaps } settings help such miners
    }
