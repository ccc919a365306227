//! Reader for the on-disk WMI (CIM) repository of Windows Vista to 11, format 2.2.

#![forbid(unsafe_code)]

mod bytes;
mod carve;
mod class;
mod deleted;
mod embedded;
mod encoding;
mod error;
mod finder;
mod hash;
mod index;
mod index_page;
mod instance;
mod key;
mod mapping;
mod namespace;
mod namespaces;
mod open;
mod pages;
mod part;
mod read_at;
mod rebuild;
mod record;
mod reference;
mod repository;
mod subscriptions;
mod text;
mod time;
mod trace;
mod types;
mod value;
mod walk;

pub use carve::Origin;
pub use class::{Class, Method, Property};
pub use deleted::{Carved, Content, Deleted, Fragment, Status};
pub use embedded::{EmbeddedObject, EmbeddedProperty};
pub use error::{Error, FileKind, Problem, Result};
pub use hash::{NameHash, md5_of_name};
pub use instance::{Instance, PropertyValue};
pub use key::{Key, KeyKind, RecordRef};
pub use mapping::{Mapping, PageMap};
pub use namespace::Namespace;
pub use open::Parts;
pub use part::Qualifier;
pub use read_at::ReadAt;
pub use record::Location;
pub use reference::ReferenceRecord;
pub use repository::Repository;
pub use subscriptions::EventObjects;
pub use time::FileTime;
pub use trace::Trace;
pub use types::{BaseType, CimType};
pub use value::Value;
pub use walk::{Summary, Visitor};

/// Size of a page in `OBJECTS.DATA` and `INDEX.BTR`.
pub const PAGE_SIZE: usize = 0x2000;
