//! The program as a person runs it.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

mod bad_input;
mod baseline;
mod cim;
mod clean;
mod collector;
mod decode;
mod disk;
mod escalate;
mod examples;
mod formats;
mod many_hosts;
mod plan;
mod probe;
mod raw_repository;
mod real_evidence;
mod recipes;
mod recorded;
mod sample;
mod signature;
#[cfg(feature = "net")]
#[path = "../../../probe/tests/it/server.rs"]
mod smb_server;
mod support;
mod usage;
