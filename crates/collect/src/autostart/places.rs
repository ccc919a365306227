//! The places in the registry from which Windows starts code, with the categories that Autoruns gives them.

use evidence::AutostartKind;

/// A place.
#[derive(Debug)]
pub(super) struct Place {
    /// The category, as Autoruns calls it.
    pub(super) category: &'static str,
    /// The kind.
    pub(super) kind: AutostartKind,
    /// The key below the root.
    pub(super) key: &'static str,
    /// Which of its values start code.
    pub(super) shape: Shape,
}

/// Which values of a key start code.
#[derive(Debug)]
pub(super) enum Shape {
    /// Every one.
    Every,
    /// Those with these names.
    Named(&'static [&'static str]),
    /// That with this name in each subkey.
    Below(&'static str),
}

const fn run(key: &'static str) -> Place {
    Place { category: "Logon", kind: AutostartKind::Run, key, shape: Shape::Every }
}

const fn other(category: &'static str, key: &'static str, shape: Shape) -> Place {
    Place { category, kind: AutostartKind::Other, key, shape }
}

/// Below `HKLM`.
pub(super) const IN_MACHINE: &[Place] = &[
    run(r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run"),
    run(r"SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce"),
    run(r"SOFTWARE\Microsoft\Windows\CurrentVersion\RunServices"),
    run(r"SOFTWARE\Microsoft\Windows\CurrentVersion\RunServicesOnce"),
    run(r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer\Run"),
    run(r"SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion\Run"),
    run(r"SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion\RunOnce"),
    other(
        "Winlogon",
        r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon",
        Shape::Named(&["Shell", "Userinit", "Taskman", "VmApplet", "System"]),
    ),
    other(
        "Winlogon",
        r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\Notify",
        Shape::Below("DllName"),
    ),
    other(
        "AppInit",
        r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Windows",
        Shape::Named(&["AppInit_DLLs"]),
    ),
    other(
        "AppInit",
        r"SOFTWARE\Wow6432Node\Microsoft\Windows NT\CurrentVersion\Windows",
        Shape::Named(&["AppInit_DLLs"]),
    ),
    other("AppInit", r"SYSTEM\CurrentControlSet\Control\Session Manager\AppCertDlls", Shape::Every),
    other(
        "Image Hijacks",
        r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options",
        Shape::Below("Debugger"),
    ),
    other(
        "Image Hijacks",
        r"SOFTWARE\Wow6432Node\Microsoft\Windows NT\CurrentVersion\Image File Execution Options",
        Shape::Below("Debugger"),
    ),
    other(
        "Image Hijacks",
        r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SilentProcessExit",
        Shape::Below("MonitorProcess"),
    ),
    other("Image Hijacks", r"SOFTWARE\Microsoft\Command Processor", Shape::Named(&["Autorun"])),
    other(
        "Boot Execute",
        r"SYSTEM\CurrentControlSet\Control\Session Manager",
        Shape::Named(&["BootExecute", "SetupExecute", "Execute", "S0InitialCommand"]),
    ),
    other(
        "LSA Providers",
        r"SYSTEM\CurrentControlSet\Control\Lsa",
        Shape::Named(&["Authentication Packages", "Security Packages", "Notification Packages"]),
    ),
    other(
        "LSA Providers",
        r"SYSTEM\CurrentControlSet\Control\SecurityProviders",
        Shape::Named(&["SecurityProviders"]),
    ),
    other("Print Monitors", r"SYSTEM\CurrentControlSet\Control\Print\Monitors", Shape::Below("Driver")),
    other(
        "Network Providers",
        r"SYSTEM\CurrentControlSet\Control\NetworkProvider\Order",
        Shape::Named(&["ProviderOrder"]),
    ),
    other("Logon", r"SOFTWARE\Microsoft\Active Setup\Installed Components", Shape::Below("StubPath")),
    other("Logon", r"SYSTEM\CurrentControlSet\Control\SafeBoot", Shape::Named(&["AlternateShell"])),
    other("Logon", r"SYSTEM\CurrentControlSet\Control\BootVerificationProgram", Shape::Named(&["ImagePath"])),
    other(
        "Logon",
        r"SYSTEM\CurrentControlSet\Control\Terminal Server\Wds\rdpwd",
        Shape::Named(&["StartupPrograms"]),
    ),
    other("Netsh", r"SOFTWARE\Microsoft\NetSh", Shape::Every),
];

/// Below the hive of each user.
pub(super) const IN_USER: &[Place] = &[
    run(r"Software\Microsoft\Windows\CurrentVersion\Run"),
    run(r"Software\Microsoft\Windows\CurrentVersion\RunOnce"),
    run(r"Software\Microsoft\Windows\CurrentVersion\RunServices"),
    run(r"Software\Microsoft\Windows\CurrentVersion\RunServicesOnce"),
    run(r"Software\Microsoft\Windows\CurrentVersion\Policies\Explorer\Run"),
    other("Logon", r"Software\Microsoft\Windows NT\CurrentVersion\Windows", Shape::Named(&["Load", "Run"])),
    other("Winlogon", r"Software\Microsoft\Windows NT\CurrentVersion\Winlogon", Shape::Named(&["Shell"])),
    other("Winlogon", r"Control Panel\Desktop", Shape::Named(&["SCRNSAVE.EXE"])),
    other("Logon", r"Environment", Shape::Named(&["UserInitMprLogonScript"])),
    other("Image Hijacks", r"Software\Microsoft\Command Processor", Shape::Named(&["Autorun"])),
];
