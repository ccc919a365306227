//! The program as a person runs it.

mod bad_input;
mod baseline;
mod decode;
mod examples;
mod formats;
mod many_hosts;
mod real_evidence;
mod support;
mod usage;
