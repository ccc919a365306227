# Deminer's collector for machines on which no program may run. It reads, and writes into one folder; nothing else changes.
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File collect.ps1
#   powershell -NoProfile -ExecutionPolicy Bypass -File collect.ps1 -Folder D:\PC-1_WMI -NoHives -NoLogs
#
# Run it as administrator, in PowerShell 2.0 to 5.1, or in 7, which hands it on to Windows PowerShell where that is there.
# Put the folder into a zip of the same name, carry it to another machine, and give it to deminer check.
# Only instances that are stored are listed, class by class: listing others would run the code of their providers.
param([string]$Folder = '', [switch]$NoHives, [switch]$NoLogs)
$ErrorActionPreference = 'Stop'
# A list is cut after four elements unless this says otherwise, and Format-List reads the global one.
$FormatEnumerationLimit = -1
$global:FormatEnumerationLimit = -1
$System = Join-Path $env:SystemRoot 'System32'
$Started = (Get-Date).ToUniversalTime()

# A 32-bit PowerShell on a 64-bit Windows would be shown another System32 and another registry; PowerShell 7 has no Get-WmiObject.
$Native = Join-Path $env:SystemRoot 'Sysnative\WindowsPowerShell\v1.0\powershell.exe'
$Windows = Join-Path $System 'WindowsPowerShell\v1.0\powershell.exe'
$other = ''
if (($env:PROCESSOR_ARCHITEW6432) -and (Test-Path -LiteralPath $Native)) { $other = $Native }
elseif (($PSVersionTable.PSVersion.Major -gt 5) -and (Test-Path -LiteralPath $Windows)) { $other = $Windows }
if ($other -ne '') {
    $words = @('-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', $MyInvocation.MyCommand.Path)
    if ($Folder -ne '') { $words += @('-Folder', $Folder) }
    if ($NoHives) { $words += '-NoHives' }
    if ($NoLogs) { $words += '-NoLogs' }
    & $other $words
    exit $LASTEXITCODE
}

if ($Folder -eq '') { $Folder = Join-Path (Get-Location).Path ($env:COMPUTERNAME + '_WMI') }
if (Test-Path -LiteralPath $Folder) {
    Write-Output "$Folder is there already; name another folder with -Folder."
    exit 2
}
$Folder = (New-Item -ItemType Directory -Path $Folder).FullName
$Problems = New-Object System.Collections.ArrayList

function Note([string]$what, $record) { $null = $Problems.Add(@($what, [string]$record.Exception.Message)) }

# One step: what fails is noted, and the rest goes on.
function Step([string]$name, [scriptblock]$work) {
    Write-Output "$name ..."
    $began = Get-Date
    try { & $work } catch { Note $name $_ }
    $seconds = [int]((Get-Date) - $began).TotalSeconds
    Write-Output "  $seconds s"
}

# Where the copy of a file or folder goes: below the letter of its drive, as other collections of evidence lay it out.
function Place([string]$path) {
    $place = Join-Path $Folder $path.Replace(':', '')
    $null = New-Item -ItemType Directory -Path (Split-Path -Parent $place) -Force
    $place
}

# Runs a program of Windows by its whole path, and fails where it does.
function Run([string]$program, [string[]]$words) {
    $null = & (Join-Path $System $program) $words
    if ($LASTEXITCODE -ne 0) { throw "$program ended with $LASTEXITCODE" }
}

# What a program of Windows says, in a file.
function Said([string]$program, [string[]]$words, [string]$file) {
    $text = & (Join-Path $System $program) $words
    $text | Out-File -Width 1000000 -FilePath (Join-Path $Folder $file)
}

# Copies a folder file by file: one that is refused is noted.
function Copy-Tree([string]$from, [string]$to) {
    $null = New-Item -ItemType Directory -Path $to -Force
    foreach ($item in @(Get-ChildItem -LiteralPath $from -Force)) {
        $target = Join-Path $to $item.Name
        # What is a link leads elsewhere, and perhaps in a circle.
        if (($item.Attributes -band [System.IO.FileAttributes]::ReparsePoint) -ne 0) { continue }
        try {
            if ($item.PSIsContainer) { Copy-Tree $item.FullName $target }
            else { Copy-Item -LiteralPath $item.FullName -Destination $target }
        } catch { Note $item.FullName $_ }
    }
}

# The classes of Windows below some of its own.
$Standard = @{
    '__EventConsumer' = @('ActiveScriptEventConsumer', 'CommandLineEventConsumer', 'LogFileEventConsumer', 'NTEventLogEventConsumer', 'SMTPEventConsumer')
    '__TimerInstruction' = @('__AbsoluteTimerInstruction', '__IntervalTimerInstruction')
}

# The stored instances of one class, without those of classes below it.
function Stored([string]$space, [string]$class) {
    $options = New-Object System.Management.EnumerationOptions
    $options.EnumerateDeep = $false
    $scope = '\\.\' + $space + ':' + $class
    $source = New-Object System.Management.ManagementClass($scope)
    $source.GetInstances($options)
}

# The names of all namespaces, the root first.
function Namespaces([string]$top) {
    $top
    $inside = @()
    try { $inside = @(Stored $top '__NAMESPACE' | ForEach-Object { $_.Name }) } catch { Note $top $_ }
    foreach ($name in $inside) { Namespaces ($top + '\' + $name) }
}

# Whether listing the classes of a namespace would ask a provider for them.
function Has-ClassProvider([string]$space) {
    try { @(Stored $space '__ClassProviderRegistration').Count -gt 0 } catch { $false }
}

# The names of the classes at or below one whose instances are stored; a namespace that does not have the class has none.
function Below([string]$space, [string]$class) {
    if (Has-ClassProvider $space) {
        # Asking for the classes of this namespace would run somebody's code: only those that Windows has in each are listed.
        $null = $Problems.Add(@(($space + ':' + $class), 'a provider makes classes here, and was not run: only the classes of Windows were listed'))
        if ($Standard.ContainsKey($class)) { return $Standard[$class] }
        return @($class)
    }
    try {
        foreach ($definition in @(Get-WmiObject -Namespace $space -Query ("SELECT * FROM meta_class WHERE __this ISA '" + $class + "'"))) {
            if ($definition -eq $null) { continue }
            $name = $definition.__CLASS
            $dynamic = @($definition.Qualifiers | Where-Object { ($_.Name -eq 'dynamic') -or ($_.Name -eq 'provider') })
            if ($dynamic.Count -eq 0) { $name }
            else { $null = $Problems.Add(@(($space + ':' + $name), 'its instances come from a provider, which was not run')) }
        }
    } catch {
        $code = [string]$_.Exception.ErrorCode
        if (($code -ne 'InvalidClass') -and ($code -ne 'NotFound')) { Note ($space + ':' + $class) $_ }
    }
}

# The instances of some classes and of those below them, as a list.
function Listing([string]$file, [string[]]$classes, [string[]]$spaces) {
    $found = @(foreach ($space in $spaces) {
        foreach ($class in $classes) {
            foreach ($name in @(Below $space $class)) {
                try { Stored $space $name } catch {
                    $code = [string]$_.Exception.ErrorCode
                    if (($code -ne 'InvalidClass') -and ($code -ne 'NotFound')) { Note ($space + ':' + $name) $_ }
                }
            }
        }
    })
    $found | Format-List * | Out-File -Width 1000000 -FilePath (Join-Path $Folder $file)
}

# Whether a class has a default or a qualifier that could be a payload; the longest of a plain Windows has 134 characters.
function Is-Large($class) {
    foreach ($property in $class.Properties) {
        if ((Text-Length $property.Value) -gt 60) { return $true }
    }
    foreach ($qualifier in $class.Qualifiers) {
        if ((Text-Length $qualifier.Value) -gt 512) { return $true }
    }
    return $false
}

function Text-Length($value) {
    if ($value -eq $null) { return 0 }
    if ($value -is [array]) { return $value.Length }
    return ([string]$value).Length
}

# A word of JSON, in ASCII.
function Quoted([string]$text) {
    $out = New-Object System.Text.StringBuilder
    foreach ($c in $text.ToCharArray()) {
        $code = [int]$c
        if (($code -lt 32) -or ($code -gt 126) -or ($code -eq 34) -or ($code -eq 92)) {
            $null = $out.Append('\u' + $code.ToString('x4'))
        } else { $null = $out.Append($c) }
    }
    '"' + $out.ToString() + '"'
}

# The SHA-256 of a file, in hex.
function Hash([string]$path) {
    try { $sha = New-Object System.Security.Cryptography.SHA256CryptoServiceProvider }
    catch { $sha = New-Object System.Security.Cryptography.SHA256Managed }
    $stream = [System.IO.File]::OpenRead($path)
    try { [System.BitConverter]::ToString($sha.ComputeHash($stream)).Replace('-', '').ToLower() } finally { $stream.Close() }
}

if (Get-Command Get-WmiObject -ErrorAction SilentlyContinue) {
    $spaces = @(Namespaces 'root')
    Step 'event filters' { Listing 'EventFilter.txt' @('__EventFilter') $spaces }
    Step 'event consumers' { Listing 'EventConsumer.txt' @('__EventConsumer') $spaces }
    Step 'bindings' { Listing 'FilterToConsumerBinding.txt' @('__FilterToConsumerBinding') $spaces }
    Step 'timers and providers' {
        Listing 'Providers.txt' @('__TimerInstruction', '__EventConsumerProviderRegistration', '__Win32Provider') $spaces
    }
    Step 'classes, which may hold a payload' {
        $whole = @('root\subscription', 'root\default')
        $text = @(foreach ($space in $spaces) {
            if (Has-ClassProvider $space) {
                $null = $Problems.Add(@(($space + ': classes'), 'they come from a provider, which was not run'))
                continue
            }
            '#pragma namespace("\\\\.\\' + $space.Replace('\', '\\') + '")'
            try {
                Get-WmiObject -Namespace $space -List | Where-Object { $_.Name -notlike '__*' } |
                    Where-Object { ($whole -contains $space) -or (Is-Large $_) } | ForEach-Object { $_.GetText('Mof') }
            } catch { Note ($space + ': classes') $_ }
        })
        $text | Out-File -Width 1000000 -FilePath (Join-Path $Folder 'ClassStore.mof')
    }
    Step 'updates' {
        $updates = Get-WmiObject -Namespace 'root\cimv2' -Class Win32_QuickFixEngineering
        $updates | Format-List * | Out-File -Width 1000000 -FilePath (Join-Path $Folder 'Hotfix.txt')
    }
} else {
    # PowerShell 7 alone: instances only, without the definitions of classes.
    $files = @{ EventFilter = '__EventFilter'; EventConsumer = '__EventConsumer'; FilterToConsumerBinding = '__FilterToConsumerBinding' }
    foreach ($file in $files.Keys) {
        Step $file {
            $found = @(Get-CimInstance -Namespace 'root/subscription' -ClassName $files[$file])
            $path = Join-Path $Folder ($file + '.json')
            ConvertTo-Json -InputObject $found -Depth 6 | Out-File -Width 1000000 -FilePath $path
        }
    }
    $null = $Problems.Add(@('classes', 'only Windows PowerShell can write them'))
}

Step 'version and updates of Windows' { Said 'systeminfo.exe' @() 'systeminfo.txt' }
Step 'account policy' { Said 'net.exe' @('accounts') 'net-accounts.txt' }
Step 'scheduled tasks' { Copy-Tree (Join-Path $System 'Tasks') (Place (Join-Path $System 'Tasks')) }

# The drivers that MS17-010 and the update for BlueKeep mend; newer systems do not have them.
foreach ($file in @('drivers\etc\hosts', 'drivers\srv.sys', 'drivers\termdd.sys')) {
    $path = Join-Path $System $file
    if (Test-Path -LiteralPath $path) { Step $file { Copy-Item -LiteralPath $path -Destination (Place $path) } }
}

# The folders of the users, by their names.
$Profiles = @()
Step 'start-up folders' {
    $list = 'Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
    foreach ($key in @(Get-ChildItem -LiteralPath $list | Where-Object { $_.PSChildName -like 'S-1-5-21-*' })) {
        $place = [string](Get-ItemProperty -LiteralPath $key.PSPath).ProfileImagePath
        if (($place -ne '') -and (Test-Path -LiteralPath $place)) { $script:Profiles += ,@($key.PSChildName, $place) }
    }
    $below = 'Microsoft\Windows\Start Menu\Programs\Startup'
    $places = @(Join-Path $env:ProgramData $below)
    foreach ($one in $Profiles) { $places += Join-Path $one[1] (Join-Path 'AppData\Roaming' $below) }
    foreach ($place in $places) {
        if (Test-Path -LiteralPath $place) { Copy-Tree $place (Place $place) }
    }
}

if (-not $NoHives) {
    Step 'the registry: services, Run keys and the other places that start code' {
        foreach ($name in @('SOFTWARE', 'SYSTEM')) {
            try { Run 'reg.exe' @('save', "HKLM\$name", (Place (Join-Path $System "config\$name")), '/y') } catch { Note "HKLM\$name" $_ }
        }
        foreach ($one in $Profiles) {
            $user = $one[0]
            $classes = $user + '_Classes'
            foreach ($hive in @(@($user, 'NTUSER.DAT'), @($classes, 'AppData\Local\Microsoft\Windows\UsrClass.dat'))) {
                $path = Join-Path $one[1] $hive[1]
                # Of a user who is logged on the registry has it open; of others the file itself can be copied.
                try {
                    if (Test-Path -LiteralPath ('Registry::HKEY_USERS\' + $hive[0])) { Run 'reg.exe' @('save', ('HKU\' + $hive[0]), (Place $path), '/y') }
                    elseif (Test-Path -LiteralPath $path) { Copy-Item -LiteralPath $path -Destination (Place $path) }
                } catch { Note $path $_ }
            }
        }
    }
}

if (-not $NoLogs) {
    $logs = Join-Path $System 'winevt\Logs'
    $channels = @(
        'Microsoft-Windows-WMI-Activity/Operational', 'Microsoft-Windows-TaskScheduler/Operational',
        'Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational', 'Microsoft-Windows-Sysmon/Operational',
        'Microsoft-Windows-Windows Defender/Operational', 'Microsoft-Windows-Bits-Client/Operational',
        'Microsoft-Windows-SMBServer/Audit', 'Windows PowerShell', 'Application', 'System', 'Security')
    $there = @()
    try { $there = @(& (Join-Path $System 'wevtutil.exe') 'el') } catch { Note 'event logs' $_ }
    foreach ($channel in $channels) {
        if (($there.Count -gt 0) -and ($there -notcontains $channel)) { continue }
        Step ('event log ' + $channel) {
            Run 'wevtutil.exe' @('epl', $channel, (Place (Join-Path $logs ($channel.Replace('/', '%4') + '.evtx'))))
        }
    }
}

# The seal: what was read, by whom and when, what could not be read, and the SHA-256 of every file.
Step 'the seal' {
    $identity = New-Object System.Security.Principal.WindowsPrincipal([System.Security.Principal.WindowsIdentity]::GetCurrent())
    $rights = '[]'
    if ($identity.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) { $rights = '["administrator"]' }
    $guid = ''
    try { $guid = [string](Get-ItemProperty -LiteralPath 'Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography').MachineGuid } catch { Note 'MachineGuid' $_ }
    $machine = '{"name":' + (Quoted $env:COMPUTERNAME)
    if ($guid -ne '') { $machine += ',"id":' + (Quoted $guid) }
    $machine += '}'
    $members = @(foreach ($file in @(Get-ChildItem -LiteralPath $Folder -Recurse -Force | Where-Object { -not $_.PSIsContainer })) {
        $path = $file.FullName.Substring($Folder.Length).TrimStart('\').Replace('\', '/')
        '{"path":' + (Quoted $path) + ',"sha256":"' + (Hash $file.FullName) + '","length":' + $file.Length + '}'
    })
    $failures = @(foreach ($problem in $Problems) { '{"what":' + (Quoted $problem[0]) + ',"why":' + (Quoted $problem[1]) + '}' })
    $lines = @('{"schema":"deminer.bundle/1","host":' + $machine + ',', '"operator":' + (Quoted ($env:USERDOMAIN + '\' + $env:USERNAME)) + ',',
        '"started":"' + $Started.ToString('s') + 'Z","ended":"' + (Get-Date).ToUniversalTime().ToString('s') + 'Z",',
        '"program":{"version":' + (Quoted ('collector script, PowerShell ' + $PSVersionTable.PSVersion)) + '},', '"rights":' + $rights + ',',
        '"members":[', ($members -join ",`n"), '],', '"failures":[', ($failures -join ",`n"), ']}')
    $inside = Join-Path $Folder 'deminer'
    $null = New-Item -ItemType Directory -Path $inside -Force
    [System.IO.File]::WriteAllText((Join-Path $inside 'manifest.json'), ($lines -join "`n"))
}
Write-Output "$($Problems.Count) things could not be read; deminer\manifest.json in the folder says which."
Write-Output "The evidence is in $Folder. On another machine: deminer check $Folder"
