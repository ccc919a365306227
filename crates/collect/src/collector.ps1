# Deminer's collector for machines on which no program may run. It reads, and writes into one folder; nothing else changes.
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File collect.ps1
#   powershell -NoProfile -ExecutionPolicy Bypass -File collect.ps1 -Folder D:\PC-1_WMI -NoHives -NoLogs
#
# Run it as administrator, in PowerShell 2.0 to 5.1, or in 7, which hands it on to Windows PowerShell where that is there.
# Put the folder into a zip of the same name, carry it to another machine, and give it to deminer check.
# Only classes whose instances are stored are listed: listing others would run the code of their providers.
param([string]$Folder = '', [switch]$NoHives, [switch]$NoLogs)
$ErrorActionPreference = 'Stop'
$FormatEnumerationLimit = -1
$System = Join-Path $env:SystemRoot 'System32'
$Started = Get-Date

$Windows = Join-Path $System 'WindowsPowerShell\v1.0\powershell.exe'
if (($PSVersionTable.PSVersion.Major -gt 5) -and (Test-Path -LiteralPath $Windows)) {
    $words = @('-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', $MyInvocation.MyCommand.Path)
    if ($Folder -ne '') { $words += @('-Folder', $Folder) }
    if ($NoHives) { $words += '-NoHives' }
    if ($NoLogs) { $words += '-NoLogs' }
    & $Windows $words
    exit $LASTEXITCODE
}

if ($Folder -eq '') { $Folder = Join-Path (Get-Location).Path ($env:COMPUTERNAME + '_WMI') }
if (Test-Path -LiteralPath $Folder) {
    Write-Output "$Folder is there already; name another folder with -Folder."
    exit 2
}
$null = New-Item -ItemType Directory -Path $Folder
$Problems = New-Object System.Collections.ArrayList

# One step: what fails is noted, and the rest goes on.
function Step([string]$name, [scriptblock]$work) {
    $began = Get-Date
    try { & $work } catch { $null = $Problems.Add($name + ': ' + $_.Exception.Message) }
    $seconds = [int]((Get-Date) - $began).TotalSeconds
    Write-Output "$name ($seconds s)"
}

# Runs a program of Windows by its whole path, and fails where it does.
function Run([string]$program, [string[]]$words) {
    $null = & (Join-Path $System $program) $words 2>&1
    if ($LASTEXITCODE -ne 0) { throw "$program ended with $LASTEXITCODE" }
}

# The names of all namespaces, the root first.
function Namespaces([string]$top) {
    $top
    $inside = @()
    try { $inside = @(Get-WmiObject -Namespace $top -Class '__NAMESPACE' | ForEach-Object { $_.Name }) } catch {
        $null = $Problems.Add($top + ': ' + $_.Exception.Message)
    }
    foreach ($name in $inside) { Namespaces ($top + '\' + $name) }
}

# The instances of a class in some namespaces, as a list; a namespace without the class has none.
function Listing([string]$file, [string[]]$classes, [string[]]$spaces) {
    $found = @(foreach ($class in $classes) {
        foreach ($space in $spaces) {
            try { Get-WmiObject -Namespace $space -Class $class } catch {
                if ($space -eq 'root\subscription') { $null = $Problems.Add($space + ':' + $class + ': ' + $_.Exception.Message) }
            }
        }
    })
    $found | Format-List * | Out-File -Width 1000000 -FilePath (Join-Path $Folder $file)
}

if (Get-Command Get-WmiObject -ErrorAction SilentlyContinue) {
    $spaces = @(Namespaces 'root' | Where-Object { $_ -notlike 'root\*\ms_*' })
    Step 'event filters' { Listing 'EventFilter.txt' @('__EventFilter') $spaces }
    Step 'event consumers' { Listing 'EventConsumer.txt' @('__EventConsumer') $spaces }
    Step 'bindings' { Listing 'FilterToConsumerBinding.txt' @('__FilterToConsumerBinding') $spaces }
    Step 'timers and providers' {
        $classes = @('__TimerInstruction', '__EventConsumerProviderRegistration', '__Win32Provider')
        Listing 'Providers.txt' $classes $spaces
    }
    Step 'classes, which may hold a payload' {
        $stores = @('root\subscription', 'root\default', 'root\cimv2')
        $text = @(foreach ($space in $stores) {
            '#pragma namespace("\\\\.\\' + $space.Replace('\', '\\') + '")'
            Get-WmiObject -Namespace $space -List | Where-Object { $_.Name -notlike '__*' } | ForEach-Object { $_.GetText('Mof') }
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
    $null = $Problems.Add('classes: only Windows PowerShell can write them')
}

Step 'version and updates of Windows' {
    $text = & (Join-Path $System 'systeminfo.exe') 2>&1
    $text | Out-File -Width 1000000 -FilePath (Join-Path $Folder 'systeminfo.txt')
}

Step 'scheduled tasks' {
    Copy-Item -LiteralPath (Join-Path $System 'Tasks') -Destination (Join-Path $Folder 'Tasks') -Recurse
}

$driver = Join-Path $System 'drivers\srv.sys'
if (Test-Path -LiteralPath $driver) {
    Step 'the driver that MS17-010 mends' { Copy-Item -LiteralPath $driver -Destination (Join-Path $Folder 'srv.sys') }
}

if (-not $NoHives) {
    Step 'the registry: services, Run keys and the other places that start code' {
        $hives = Join-Path $Folder 'hives'
        $null = New-Item -ItemType Directory -Path $hives
        foreach ($name in @('SOFTWARE', 'SYSTEM')) { Run 'reg.exe' @('save', "HKLM\$name", (Join-Path $hives $name), '/y') }
        $users = @(Get-ChildItem -Path 'Registry::HKEY_USERS' | ForEach-Object { $_.PSChildName } | Where-Object { $_ -like 'S-1-5-21-*' })
        foreach ($user in @($users | Where-Object { $_ -notlike '*_Classes' })) {
            $profiles = Join-Path $hives $user
            $null = New-Item -ItemType Directory -Path $profiles
            Run 'reg.exe' @('save', "HKU\$user", (Join-Path $profiles 'NTUSER.DAT'), '/y')
        }
    }
}

if (-not $NoLogs) {
    $logs = Join-Path $Folder 'logs'
    $null = New-Item -ItemType Directory -Path $logs
    $channels = @(
        'Microsoft-Windows-WMI-Activity/Operational', 'Microsoft-Windows-TaskScheduler/Operational',
        'Microsoft-Windows-PowerShell/Operational', 'Microsoft-Windows-Sysmon/Operational',
        'Windows PowerShell', 'System', 'Security')
    foreach ($channel in $channels) {
        Step ('event log ' + $channel) { Run 'wevtutil.exe' @('epl', $channel, (Join-Path $logs ($channel.Replace('/', '%4') + '.evtx'))) }
    }
}

$text = @('Deminer collector script', ('host: ' + $env:COMPUTERNAME), ('operator: ' + $env:USERDOMAIN + '\' + $env:USERNAME),
    ('started: ' + $Started.ToUniversalTime().ToString('s') + 'Z'), ('ended: ' + (Get-Date).ToUniversalTime().ToString('s') + 'Z'),
    ('PowerShell: ' + $PSVersionTable.PSVersion), 'not read:') + $Problems
$text | Out-File -Width 1000000 -FilePath (Join-Path $Folder 'collector-log.txt')
Write-Output "$($Problems.Count) things could not be read; collector-log.txt says which."
Write-Output "The evidence is in $Folder. On another machine: deminer check $Folder"
