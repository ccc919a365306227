//! Evidence and intelligence to an assessment.
//!
//! Pure: nothing here reads a file, a clock or a machine. A finding says what it means by message ids and typed arguments, never how it
//! reads.
#![forbid(unsafe_code)]

pub mod assessment;
