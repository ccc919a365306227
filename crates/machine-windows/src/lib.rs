//! The Windows implementation of the `machine::Machine` trait, from Windows 7 on.
//!
//! The only crate with unsafe code: calls into Windows, each with the reason why it is sound. On other systems the crate is empty, so that
//! the workspace builds there; what needs no Windows (access lists, what is deleted at restart, settings out of the registry, tables of
//! bytes) is tested there too.
//!
//! Libraries: what is linked is what Windows itself loads for every program (`KnownDLLs`) and what Windows 7 has; everything else is
//! loaded by its full path in `System32` when it is needed, so that no library beside the program is ever taken for Windows' own.
#![cfg_attr(not(windows), forbid(unsafe_code))]

#[cfg(any(windows, test))]
mod access;
#[cfg(any(windows, test))]
mod bytes;
#[cfg(any(windows, test))]
mod failure_actions;
#[cfg(any(windows, test))]
mod notify;
#[cfg(any(windows, test))]
mod pending;
#[cfg(any(windows, test))]
mod ranges;
#[cfg(any(windows, test))]
mod stored;

#[cfg(windows)]
mod accounts;
#[cfg(windows)]
mod beside;
#[cfg(windows)]
mod bits;
#[cfg(windows)]
mod change;
#[cfg(windows)]
mod event_log;
#[cfg(windows)]
mod facts;
#[cfg(windows)]
mod fault;
#[cfg(windows)]
mod file;
#[cfg(windows)]
mod firewall;
#[cfg(windows)]
mod hidden;
#[cfg(windows)]
mod library;
#[cfg(windows)]
mod network;
#[cfg(windows)]
mod package;
#[cfg(windows)]
mod policy;
#[cfg(windows)]
mod process;
#[cfg(windows)]
mod read;
#[cfg(windows)]
mod registry;
#[cfg(windows)]
mod security;
#[cfg(windows)]
mod service;
#[cfg(windows)]
mod settings;
#[cfg(windows)]
mod signature;
#[cfg(windows)]
mod tasks;
#[cfg(windows)]
mod text;
#[cfg(windows)]
mod token;
#[cfg(windows)]
mod updates;
#[cfg(windows)]
mod window;
#[cfg(windows)]
mod wmi;

#[cfg(windows)]
pub use library::only_of_windows;
#[cfg(windows)]
pub use read::Windows;
#[cfg(windows)]
pub use window::{errors_obey_escapes, output_obeys_escapes, owns_console};
