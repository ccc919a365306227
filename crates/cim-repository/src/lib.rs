//! Reader for the on-disk WMI repository (CIM repository, class store) of Windows Vista to 11, format 2.2.
//!
//! Windows keeps WMI's classes and the instances that are not made by providers, permanent event subscriptions among them,
//! in `C:\Windows\System32\wbem\Repository`. This crate reads such a folder, or files at hand, without Windows and without
//! trusting what it reads: damage gives an error or a partial answer with a named reason, never a panic or endless work.
//!
//! # Reading
//!
//! ```no_run
//! use cim_repository::{Namespace, Repository};
//!
//! # fn main() -> cim_repository::Result<()> {
//! let repository = Repository::open("evidence/Windows/System32/wbem/Repository")?;
//! for objects in repository.subscriptions() {
//!     for consumer in &objects.consumers {
//!         println!("{}: {}", objects.namespace, consumer.relative_path());
//!     }
//! }
//! for class in repository.classes(&Namespace::new("root\\default")) {
//!     for property in class?.own_properties() {
//!         println!("{} {} = {}", property.cim_type, property.name, property.default);
//!     }
//! }
//! for problem in repository.problems() {
//!     println!("not read: {problem}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - [`Repository::subscriptions`] reads only what it needs; [`Repository::walk`] goes through everything and keeps nothing.
//! - [`Repository::deleted`] recovers objects that the live index does not lead to, and the keys of stale index pages.
//! - [`Repository::traces_of`] finds the hash of a known name wherever it is written, even where the object is gone.
//! - Opening holds the index against the records. An object that the index does not lead to as it should is found by its other key or in
//!   its page, has `is_indexed` false, and is told in [`Repository::problems`].
//! - Without usable mapping files, pages are put in order by the keys that name their records; without `INDEX.BTR`, every record of
//!   a live page counts as there, and its namespace is unknown. Both are told in [`Repository::problems`].
//!
//! # The format
//!
//! Facts come from libyal/dtformats (*WMI repository file formats*), Microsoft's \[MS-WMIO\], and measurements on two public
//! repositories of Windows 10 of which every class and instance is decoded; each module names its source. What
//! those documents leave open or have otherwise, and was measured:
//!
//! - An unused slot of a mapping table (`0xFFFFFFFF`) keeps its number. Two mapping files can have the same version; the
//!   higher id is the live one.
//! - In the index, only `0xFFFFFFFF` means "no child". Logical page 0 is a page of keys like any other: readers that take
//!   0 for "none" miss the last keys of the tree.
//! - An instance's hash is that of its key values in the alphabetical order of the keys' names, joined by U+FFFF, in upper case;
//!   `@` for an instance without keys. A key qualifier is inherited by a class that declares the property anew.
//! - The hash in a reference record's key is that of the key path in the record.
//! - A class record's list of superclasses has the nearest one only; embedded classes have all.
//! - After an instance's qualifiers, a byte of 2 announces one set of qualifiers *for each property*, without a count.
//!
//! # Timestamps
//!
//! An instance has two: [`Instance::session`], when the service that wrote it was *started*, and
//! [`Instance::class_stored`], that of its class. The first is a lower bound for when it was written, no more.

#![forbid(unsafe_code)]

mod bytes;
mod carve;
mod check;
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
mod live;
mod load;
mod location;
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
pub use location::Location;
pub use mapping::{Mapping, PageMap};
pub use namespace::Namespace;
pub use open::Parts;
pub use part::Qualifier;
pub use read_at::ReadAt;
pub use reference::ReferenceRecord;
pub use repository::Repository;
pub use subscriptions::{EventObjects, Undecoded};
pub use time::FileTime;
pub use trace::Trace;
pub use types::{BaseType, CimType};
pub use value::Value;
pub use walk::{Summary, Visitor};

/// Size of a page in `OBJECTS.DATA` and `INDEX.BTR`.
pub const PAGE_SIZE: usize = 0x2000;
