# Made by Deminer from a plan. Removes WMI objects that the plan names, and nothing else.
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File FILE              shows what it would remove
#   powershell -NoProfile -ExecutionPolicy Bypass -File FILE -Apply       exports, removes, reads again
#
# The exports are MOF files in the folder -Backup (a new folder in the current one where none is given);
# mofcomp puts an object back: mofcomp -N:root\subscription FILE.mof
# Names and contents stand here as SHA-256 only. Run it as administrator, on the machine that the plan is for.
param([switch]$Apply, [string]$Backup = '', [switch]$AnyHost)
$ErrorActionPreference = 'Stop'

