//! The check against servers of every kind: scripted ones, recorded ones, and a real Samba.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

mod captures;
mod pcap;
mod samba;
mod scripted;
mod server;
