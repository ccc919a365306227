//! The three formats in which `wmic` prints objects: lists, comma-separated values and raw XML.
//!
//! `wmic` prints the properties of an instance in alphabetical order without regard to case, empty ones included.
//! Lists and comma-separated values name neither class nor namespace: the class is inferred from the whole set of
//! properties, and the namespace is taken to be `root\subscription`, as the published workflow asks for it.
//!
//! What a listing covers follows from the classes in it. One that was asked for `CommandLineEventConsumer` alone
//! looks the same as one that was asked for `__EventConsumer` and found no other; it is taken to be the latter, as
//! the workflow prescribes it.

mod area;
mod csv;
mod doubt;
mod layout;
mod lines;
mod list;
mod notes;
mod rawxml;
mod reading;
mod value;

pub use self::csv::parse_csv;
pub(crate) use list::is_no_instances;
pub use list::{parse_list, says_no_instances};
pub use notes::NOTES;
pub use rawxml::parse_rawxml;
