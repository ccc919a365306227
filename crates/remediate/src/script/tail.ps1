
Add-Type -AssemblyName System.Management

try { $Sha = New-Object System.Security.Cryptography.SHA256CryptoServiceProvider }
catch { $Sha = New-Object System.Security.Cryptography.SHA256Managed }
$Utf8 = New-Object System.Text.UTF8Encoding($false)

function Get-Hash([string]$Text) {
    $bytes = $Sha.ComputeHash($Utf8.GetBytes($Text))
    return ([BitConverter]::ToString($bytes) -replace '-', '').ToLowerInvariant()
}

# One spelling for each value: see Value::canonical in the sources of Deminer.
function Get-Canonical($Value) {
    if ($null -eq $Value) { return '' }
    if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
    if ($Value -is [array]) {
        $parts = @()
        $empty = $true
        foreach ($item in $Value) {
            $part = Get-Canonical $item
            if ($part -ne '') { $empty = $false }
            $parts += $part
        }
        if ($empty) { return '' }
        return '{' + [string]::Join(',', $parts) + '}'
    }
    $text = [Convert]::ToString($Value, [Globalization.CultureInfo]::InvariantCulture)
    if ($text -eq 'true') { return 'true' }
    if ($text -eq 'false') { return 'false' }
    $text = $text.Replace("`r`r`n", "`n").Replace("`r`n", "`n").Replace("`r", "`n")
    return $text.TrimEnd()
}

function Get-Reference([string]$Text) {
    $quote = $Text.IndexOf('"')
    $colon = $Text.IndexOf(':')
    if (($colon -ge 0) -and (($quote -lt 0) -or ($colon -lt $quote))) { $Text = $Text.Substring($colon + 1) }
    return $Text.ToLowerInvariant()
}

# Keys are compared as WMI does: without case, and with every blank.
function Get-KeyHash([string]$Name, $Value) {
    if (($Name -eq 'Filter') -or ($Name -eq 'Consumer')) { return Get-Hash (Get-Reference ([string]$Value)) }
    return Get-Hash ([string]$Value).ToLowerInvariant()
}

# The same text for actions on the same object.
function Get-Identity($Action) {
    $parts = @($Action.Kind, $Action.Namespace, $Action.NamespaceHash, $Action.Class, $Action.ClassHash)
    foreach ($name in ($Action.Keys.Keys | Sort-Object)) { $parts += $Action.Keys[$name] }
    return [string]::Join(' ', $parts)
}

function Get-Namespaces([string]$Root) {
    $found = @($Root)
    $class = New-Object System.Management.ManagementClass($Root + ':__NAMESPACE')
    foreach ($child in $class.GetInstances()) { $found += Get-Namespaces ($Root + '\' + $child['Name']) }
    return $found
}

function Find-Namespace($Action) {
    if ($Action.ContainsKey('Namespace')) { return $Action.Namespace }
    foreach ($namespace in (Get-Namespaces 'root')) {
        if ((Get-Hash $namespace.ToLowerInvariant()) -eq $Action.NamespaceHash) { return $namespace }
    }
    return $null
}

function Find-Class([string]$Namespace, $Action) {
    if ($Action.ContainsKey('Class')) { return $Action.Class }
    $options = New-Object System.Management.EnumerationOptions
    $options.EnumerateDeep = $true
    $top = New-Object System.Management.ManagementClass($Namespace, '', $null)
    foreach ($class in $top.GetSubclasses($options)) {
        if ((Get-Hash $class['__CLASS'].ToLowerInvariant()) -eq $Action.ClassHash) { return $class['__CLASS'] }
    }
    return $null
}

# Whether each field that the plan knows is on the object as the plan knows it.
function Test-Fields($Object, $Fields, [bool]$Hashed) {
    $left = $Fields.Count
    foreach ($property in $Object.Properties) {
        $name = $property.Name
        if ($Hashed) { $name = Get-Hash $name.ToLowerInvariant() }
        if (-not $Fields.ContainsKey($name)) { continue }
        if ((Get-Hash (Get-Canonical $property.Value)) -ne $Fields[$name]) { return $false }
        $left = $left - 1
    }
    return ($left -eq 0)
}

function Test-Keys($Object, $Keys, [bool]$Hashed) {
    $left = $Keys.Count
    foreach ($property in $Object.Properties) {
        $name = $property.Name
        if ($Hashed) { $name = Get-Hash $name.ToLowerInvariant() }
        if (-not $Keys.ContainsKey($name)) { continue }
        if ((Get-KeyHash $property.Name $property.Value) -ne $Keys[$name]) { return $false }
        $left = $left - 1
    }
    return ($left -eq 0)
}

# The object that an action means; nothing where it is gone.
function Find-Target($Action) {
    $namespace = Find-Namespace $Action
    if ($null -eq $namespace) { return $null }
    $name = Find-Class $namespace $Action
    if ($null -eq $name) { return $null }
    $class = New-Object System.Management.ManagementClass($namespace, $name, $null)
    if ($Action.Kind -eq 'class') { return $class }
    $hashed = $Action.ContainsKey('ClassHash')
    foreach ($object in $class.GetInstances()) {
        if (($object['__CLASS'] -eq $name) -and (Test-Keys $object $Action.Keys $hashed)) { return $object }
    }
    return $null
}

# Why an object must stay; nothing where it may go.
function Get-Obstacle($Action, $Object) {
    if (-not (Test-Fields $Object $Action.Fields ($Action.ContainsKey('ClassHash')))) { return 'it has changed since the plan was made' }
    if ($Action.Kind -eq 'class') {
        foreach ($qualifier in $Object.Qualifiers) {
            if (($qualifier.Name -eq 'provider') -or ($qualifier.Name -eq 'dynamic')) { return 'a provider stands behind the class' }
        }
        foreach ($child in $Object.GetSubclasses()) { return 'the class has subclasses' }
        foreach ($instance in $Object.GetInstances()) { return 'the class has instances' }
    }
    if ($Action.Unbound -and $Apply) {
        $bindings = New-Object System.Management.ManagementClass($Object['__NAMESPACE'], '__FilterToConsumerBinding', $null)
        foreach ($binding in $bindings.GetInstances()) {
            if ((Get-Reference $binding['Filter']) -eq (Get-Reference $Object['__RELPATH'])) { return 'another binding uses it' }
        }
    }
    return $null
}

$own = Get-Hash ([Environment]::MachineName.ToLowerInvariant())
if (($own -ne $PlanHost) -and (-not $AnyHost)) {
    Write-Output 'This plan is for another machine. Nothing was done. (-AnyHost skips this check.)'
    exit 2
}
if ($LeftOut -gt 0) { Write-Output "Actions of the plan that are of kinds which this script does not do: $LeftOut" }
if ($Apply) {
    if ($Backup -eq '') { $Backup = Join-Path (Get-Location).Path ('deminer-backup-' + [Guid]::NewGuid().ToString('N')) }
    if (Test-Path -LiteralPath $Backup) { Write-Output 'The backup folder is there already. Nothing was done.'; exit 2 }
    $folder = [IO.Directory]::CreateDirectory($Backup)
    $Backup = $folder.FullName
    Write-Output "Exports go to $Backup"
}

$left = 0
$missing = 0
$removed = @{}
foreach ($action in $Actions) {
    if ($null -eq $action) { continue }
    $label = $action.Kind + ' ' + $action.Id
    try {
        $object = Find-Target $action
        if ($null -eq $object) {
            if ($removed.ContainsKey((Get-Identity $action))) { Write-Output "$label was removed before"; continue }
            Write-Output "$label was not found"
            $missing = $missing + 1
            continue
        }
        $obstacle = Get-Obstacle $action $object
        if ($null -ne $obstacle) { Write-Output "$label stays: $obstacle"; $left = $left + 1; continue }
        if (-not $Apply) { Write-Output "$label would be removed"; $left = $left + 1; continue }
        $file = Join-Path $Backup ($action.Id + '.mof')
        $text = $object.GetText([System.Management.TextFormat]::Mof)
        [IO.File]::WriteAllText($file, $text, [Text.Encoding]::Unicode)
        if ([IO.File]::ReadAllText($file) -ne $text) { throw 'the export could not be read back' }
        $object.Delete()
        if ($null -ne (Find-Target $action)) { throw 'it is still there' }
        $removed[(Get-Identity $action)] = $true
        Write-Output "$label was removed"
    }
    catch {
        $left = $left + 1
        Write-Output ($label + ' failed: ' + $_.Exception.GetType().Name)
    }
}
if ($missing -gt 0) {
    Write-Output "$missing not found. If no earlier run removed them, their names may have been changed by the export: make the plan anew from an export in another format."
}
if ($left -gt 0) { Write-Output "$left left." }
if (($left -gt 0) -or ($missing -gt 0)) { exit 1 }
Write-Output 'All done.'
exit 0
