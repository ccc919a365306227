//! The autostart places of the registry, as tables.
//!
//! The places are those that Autoruns (Sysinternals) lists and Microsoft documents each; categories are in its words. The tables are plain data, so
//! that a running machine is asked for the same places as a hive.

use evidence::AutostartKind;

/// How entries stand in a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Every value is an entry: its name, and what it starts.
    Values,
    /// Every value of the key and of the keys directly below is an entry.
    BelowValues,
    /// Values of these names are entries; `""` is the default value.
    Named(&'static [&'static str]),
    /// In each key below, at a path (empty for the key itself), values of these names are entries.
    Below(&'static str, &'static [&'static str]),
    /// The names of the keys below are class ids.
    ChildClasses,
    /// The data of values are class ids.
    ValueClasses,
    /// The names of values are class ids.
    NameClasses,
    /// In each key below, the value of this name is a class id; where it holds none, the key's own name may be one.
    BelowClass(&'static str),
    /// The names of the keys below are names of programs' classes (`Vendor.AddIn`), whose ids stand below `Classes`.
    ChildProgIds,
    /// In each key below, the binary value of this name begins with a path, up to its first NUL.
    BelowPacked(&'static str),
    /// In each key two levels below, the value `Script` is a program and `Parameters` its arguments.
    Scripts,
}

/// An autostart place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The kind of its entries.
    pub kind: AutostartKind,
    /// The category in the words of Autoruns.
    pub category: &'static str,
    /// The key below that of the table.
    pub key: &'static str,
    /// How entries stand in it.
    pub form: Form,
}

const fn run(key: &'static str, form: Form) -> Row {
    Row { kind: AutostartKind::Run, category: "Logon", key, form }
}

const fn other(category: &'static str, key: &'static str, form: Form) -> Row {
    Row { kind: AutostartKind::Other, category, key, form }
}

/// Below `HKLM\SOFTWARE`, `HKLM\SOFTWARE\WOW6432Node` and a user's `Software`.
pub const SOFTWARE: &[Row] = &[
    run(r"Microsoft\Windows\CurrentVersion\Run", Form::Values),
    run(r"Microsoft\Windows\CurrentVersion\RunOnce", Form::Values),
    run(r"Microsoft\Windows\CurrentVersion\RunOnceEx", Form::BelowValues),
    run(r"Microsoft\Windows\CurrentVersion\RunServices", Form::Values),
    run(r"Microsoft\Windows\CurrentVersion\RunServicesOnce", Form::Values),
    run(r"Microsoft\Windows\CurrentVersion\Policies\Explorer\Run", Form::Values),
    run(
        r"Microsoft\Windows NT\CurrentVersion\Terminal Server\Install\Software\Microsoft\Windows\CurrentVersion\Run",
        Form::Values,
    ),
    run(
        r"Microsoft\Windows NT\CurrentVersion\Terminal Server\Install\Software\Microsoft\Windows\CurrentVersion\RunOnce",
        Form::Values,
    ),
    run(r"Microsoft\Windows NT\CurrentVersion\Windows", Form::Named(&["Load", "Run"])),
    run(
        r"Microsoft\Windows NT\CurrentVersion\Winlogon",
        Form::Named(&["Shell", "Userinit", "Taskman", "AppSetup", "System", "GinaDLL", "UIHost", "VMApplet"]),
    ),
    run(r"Microsoft\Windows\CurrentVersion\Policies\System", Form::Named(&["Shell"])),
    other(
        "Logon",
        r"Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders",
        Form::Named(&["Startup", "Common Startup"]),
    ),
    other("Winlogon", r"Microsoft\Windows NT\CurrentVersion\Winlogon\Notify", Form::Below("", &["DllName"])),
    other(
        "Winlogon",
        r"Microsoft\Windows NT\CurrentVersion\Winlogon\GPExtensions",
        Form::Below("", &["DllName"]),
    ),
    other(
        "Winlogon",
        r"Microsoft\Windows\CurrentVersion\Authentication\Credential Providers",
        Form::ChildClasses,
    ),
    other(
        "Winlogon",
        r"Microsoft\Windows\CurrentVersion\Authentication\Credential Provider Filters",
        Form::ChildClasses,
    ),
    other("Winlogon", r"Microsoft\Windows\CurrentVersion\Authentication\PLAP Providers", Form::ChildClasses),
    other("Logon", r"Microsoft\Active Setup\Installed Components", Form::Below("", &["StubPath"])),
    other("Logon", r"Microsoft\Windows\CurrentVersion\Group Policy\Scripts\Startup", Form::Scripts),
    other("Logon", r"Microsoft\Windows\CurrentVersion\Group Policy\Scripts\Shutdown", Form::Scripts),
    other("Logon", r"Microsoft\Windows\CurrentVersion\Group Policy\Scripts\Logon", Form::Scripts),
    other("Logon", r"Microsoft\Windows\CurrentVersion\Group Policy\Scripts\Logoff", Form::Scripts),
    other(
        "Image Hijacks",
        r"Microsoft\Windows NT\CurrentVersion\Image File Execution Options",
        Form::Below("", &["Debugger", "VerifierDlls"]),
    ),
    other(
        "Image Hijacks",
        r"Microsoft\Windows NT\CurrentVersion\SilentProcessExit",
        Form::Below("", &["MonitorProcess"]),
    ),
    other("Image Hijacks", r"Microsoft\Command Processor", Form::Named(&["AutoRun"])),
    other(
        "AppInit",
        r"Microsoft\Windows NT\CurrentVersion\Windows",
        Form::Named(&["AppInit_DLLs", "IconServiceLib"]),
    ),
    other("Image Hijacks", r"Microsoft\Windows NT\CurrentVersion\AeDebug", Form::Named(&["Debugger"])),
    other("Image Hijacks", r"Microsoft\Windows\Windows Error Reporting\Hangs", Form::Named(&["Debugger"])),
    other("Network Providers", r"Microsoft\NetSh", Form::Values),
    other("Codecs", r"Microsoft\Windows NT\CurrentVersion\Drivers32", Form::Values),
    other("AMSI", r"Microsoft\AMSI\Providers", Form::ChildClasses),
    other(
        "Internet Explorer",
        r"Microsoft\Windows\CurrentVersion\Explorer\Browser Helper Objects",
        Form::ChildClasses,
    ),
    other("Explorer", r"Microsoft\Windows\CurrentVersion\Explorer\ShellServiceObjects", Form::ChildClasses),
    other(
        "Explorer",
        r"Microsoft\Windows\CurrentVersion\Explorer\ShellIconOverlayIdentifiers",
        Form::BelowClass(""),
    ),
    other("Explorer", r"Microsoft\Windows\CurrentVersion\Explorer\ShellExecuteHooks", Form::NameClasses),
    other("Explorer", r"Microsoft\Windows\CurrentVersion\Explorer\SharedTaskScheduler", Form::NameClasses),
    other("Explorer", r"Microsoft\Windows\CurrentVersion\ShellServiceObjectDelayLoad", Form::ValueClasses),
    other("Office", r"Microsoft\Office\Access\Addins", Form::ChildProgIds),
    other("Office", r"Microsoft\Office\Excel\Addins", Form::ChildProgIds),
    other("Office", r"Microsoft\Office\Outlook\Addins", Form::ChildProgIds),
    other("Office", r"Microsoft\Office\PowerPoint\Addins", Form::ChildProgIds),
    other("Office", r"Microsoft\Office\Word\Addins", Form::ChildProgIds),
    other("Office", r"Microsoft\Office test\Special\Perf", Form::Named(&[""])),
];

/// Below `Classes` of the machine, and of a user.
pub const CLASSES: &[Row] = &[
    other("Explorer", r"*\ShellEx\ContextMenuHandlers", Form::BelowClass("")),
    other("Explorer", r"*\ShellEx\PropertySheetHandlers", Form::BelowClass("")),
    other("Explorer", r"AllFileSystemObjects\ShellEx\ContextMenuHandlers", Form::BelowClass("")),
    other("Explorer", r"AllFileSystemObjects\ShellEx\PropertySheetHandlers", Form::BelowClass("")),
    other("Explorer", r"Directory\ShellEx\ContextMenuHandlers", Form::BelowClass("")),
    other("Explorer", r"Directory\ShellEx\CopyHookHandlers", Form::BelowClass("")),
    other("Explorer", r"Directory\ShellEx\DragDropHandlers", Form::BelowClass("")),
    other("Explorer", r"Directory\ShellEx\PropertySheetHandlers", Form::BelowClass("")),
    other("Explorer", r"Directory\Background\ShellEx\ContextMenuHandlers", Form::BelowClass("")),
    other("Explorer", r"Drive\ShellEx\ContextMenuHandlers", Form::BelowClass("")),
    other("Explorer", r"Folder\ShellEx\ColumnHandlers", Form::BelowClass("")),
    other("Explorer", r"Folder\ShellEx\ContextMenuHandlers", Form::BelowClass("")),
    other("Explorer", r"Folder\ShellEx\DragDropHandlers", Form::BelowClass("")),
    other("Explorer", r"Folder\ShellEx\PropertySheetHandlers", Form::BelowClass("")),
    other("Explorer", r"lnkfile\ShellEx\ContextMenuHandlers", Form::BelowClass("")),
    other("Explorer", r"Protocols\Filter", Form::BelowClass("CLSID")),
    other("Explorer", r"Protocols\Handler", Form::BelowClass("CLSID")),
];

/// File types and protocols whose command starts with much that people or Windows open; hijacks of them pass by the prompt for
/// elevation or catch every program. The command is the default value of `shell\open\command` below each, below `Classes` of the machine and
/// of a user.
pub const COMMANDS: &[&str] = &[
    "exefile",
    "comfile",
    "batfile",
    "cmdfile",
    "piffile",
    "scrfile",
    "htafile",
    "mscfile",
    "ms-settings",
    "Folder",
    "txtfile",
    ".exe",
    ".cmd",
];

/// Below a user's hive.
pub const USER: &[Row] = &[
    run("Environment", Form::Named(&["UserInitMprLogonScript"])),
    other("Logon", r"Control Panel\Desktop", Form::Named(&["SCRNSAVE.EXE"])),
    other(
        "Environment",
        "Environment",
        Form::Named(&["COR_PROFILER", "COR_PROFILER_PATH", "CORECLR_PROFILER_PATH"]),
    ),
];

/// Below `HKLM\SYSTEM\CurrentControlSet`.
pub const CONTROL_SET: &[Row] = &[
    other(
        "Boot Execute",
        r"Control\Session Manager",
        Form::Named(&["BootExecute", "SetupExecute", "Execute", "S0InitialCommand"]),
    ),
    other("Boot Execute", r"Control\SafeBoot", Form::Named(&["AlternateShell"])),
    other("Boot Execute", r"Control\BootVerificationProgram", Form::Named(&["ImagePath"])),
    other("AppCertDLLs", r"Control\Session Manager\AppCertDlls", Form::Values),
    other("KnownDLLs", r"Control\Session Manager\KnownDLLs", Form::Values),
    other(
        "LSA Providers",
        r"Control\Lsa",
        Form::Named(&["Authentication Packages", "Security Packages", "Notification Packages"]),
    ),
    other("LSA Providers", r"Control\Lsa\OSConfig", Form::Named(&["Security Packages"])),
    other("LSA Providers", r"Control\SecurityProviders", Form::Named(&["SecurityProviders"])),
    other("Print Monitors", r"Control\Print\Monitors", Form::Below("", &["Driver"])),
    other("Print Monitors", r"Control\Print\Providers", Form::Below("", &["Name"])),
    other("Network Providers", "Services", Form::Below("NetworkProvider", &["ProviderPath"])),
    other("Time Providers", r"Services\W32Time\TimeProviders", Form::Below("", &["DllName"])),
    other("Winsock Providers", r"Services\WinSock2\Parameters", Form::Named(&["AutodialDLL"])),
    other(
        "Winsock Providers",
        r"Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries",
        Form::BelowPacked("PackedCatalogItem"),
    ),
    other(
        "Winsock Providers",
        r"Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries64",
        Form::BelowPacked("PackedCatalogItem"),
    ),
    other(
        "Winsock Providers",
        r"Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries",
        Form::Below("", &["LibraryPath"]),
    ),
    other(
        "Winsock Providers",
        r"Services\WinSock2\Parameters\NameSpace_Catalog5\Catalog_Entries64",
        Form::Below("", &["LibraryPath"]),
    ),
    other(
        "Environment",
        r"Control\Session Manager\Environment",
        Form::Named(&["COR_PROFILER", "COR_PROFILER_PATH", "CORECLR_PROFILER_PATH"]),
    ),
    run(r"Control\Terminal Server\Wds\rdpwd", Form::Named(&["StartupPrograms"])),
    run(r"Control\Terminal Server\WinStations\RDP-Tcp", Form::Named(&["InitialProgram"])),
];

/// Below a user's or the machine's `Software`: files of a start-up folder that Windows was told not to start, as [`APPROVED`] says it of values.
pub const APPROVED_FILES: &str = r"Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\StartupFolder";

/// Below a user's or the machine's `Software`: entries of [`SOFTWARE`] that Windows was told not to start, by the key of the place. An odd first
/// byte of the binary value of an entry's name says so.
pub const APPROVED: &[(&str, &str)] = &[
    (
        r"Microsoft\Windows\CurrentVersion\Run",
        r"Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run",
    ),
    (
        r"WOW6432Node\Microsoft\Windows\CurrentVersion\Run",
        r"Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run32",
    ),
];
