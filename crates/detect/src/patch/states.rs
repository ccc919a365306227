//! The states of packages in the component store.

use evidence::Setting;

/// The states of a package in which it counts, in words and in the numbers of the component store.
const IN_USE: [&str; 4] = ["installed", "superseded", "112", "80"];

/// The states of a package that waits for a restart to be installed or taken away: of DISM, and of the component store
/// (Microsoft, *CBS Servicing States Chart*).
const PENDING: [&str; 4] = ["install-pending", "uninstall-pending", "96", "5"];

/// Whether a package is in use.
pub(super) fn in_use(package: &Setting) -> bool {
    IN_USE.contains(&package.value.as_str())
}

/// Whether a package waits for a restart.
pub(super) fn waits(package: &Setting) -> bool {
    PENDING.contains(&package.value.as_str())
}
