//! Asks machines over the network, read-only, whether they have the update MS17-010.
//!
//! The check is the well-known one: up to five messages of `SMBv1` (negotiate, session set-up in one or two rounds, connect to
//! `IPC$`, `PeekNamedPipe` on a pipe that is not open). A server without the fix answers the last one with another
//! status than a server with it. Nothing is written or changed there, and only addresses are asked that the caller names.
//!
//! - [`Session`] is the conversation with one server as a state machine without sockets or clocks: bytes in, bytes out.
//! - [`targets`] turns what a person names into addresses.
//! - [`scan`] asks many of them at once, with a deadline for every step.
//!
//! Formats: [MS-CIFS], [MS-SMB] and [MS-NLMP] of Microsoft's Open Specifications; RFC 1002 for `NetBIOS` sessions.
#![forbid(unsafe_code)]

mod answer;
mod bytes;
mod connection;
pub mod frame;
mod ntlm;
pub mod reply;
mod request;
pub mod scan;
mod session;
mod signing;
mod spnego;
pub mod targets;

pub use answer::{Answer, Cause, Malformed, Peer, Stage, Status, Verdict};
pub use ntlm::Credentials;
pub use session::{Break, Options, Session, Step};
