//! Keys of the index: paths of hashed names, and where the object lies.

use std::fmt;

use crate::hash::NameHash;

/// Where a key says that its record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef {
    /// Logical page in `OBJECTS.DATA`.
    pub page: u32,
    /// Number of the record in the page's table of contents.
    pub id: u32,
    /// Size in bytes.
    pub size: u32,
}

/// A key of the index, its hashes read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Hash of the namespace's path (`NS_`).
    pub namespace: NameHash,
    /// What the key names.
    pub kind: KeyKind,
}

/// What a [`Key`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// `CD_`: a class definition.
    Class {
        /// Hash of the class name.
        class: NameHash,
        /// Its record.
        at: RecordRef,
    },
    /// `CI_…/IL_`: an instance under its own class.
    Instance {
        /// Hash of the class name.
        class: NameHash,
        /// Hash of the key values.
        instance: NameHash,
        /// Its record.
        at: RecordRef,
    },
    /// `KI_…/I_`: the same instance under the class that defines its keys.
    Keyed {
        /// Hash of the name of the class that defines the keys.
        root: NameHash,
        /// Hash of the key values.
        instance: NameHash,
        /// Its record, the same as that of the `IL_` key.
        at: RecordRef,
    },
    /// `KI_…/IR_…/R_`: some other instance refers to this one.
    Reference {
        /// Hash of the name of the class that defines the target's keys.
        root: NameHash,
        /// Hash of the target's key values.
        instance: NameHash,
        /// Hash of the referring instance's key path.
        from: NameHash,
        /// The reference record.
        at: RecordRef,
    },
    /// `CR_…/C_`: a class and one that derives from it directly.
    Subclass {
        /// Hash of the superclass's name.
        parent: NameHash,
        /// Hash of the class name.
        class: NameHash,
    },
    /// `CR_…/R_`: a class that another class refers to by a typed reference.
    ClassReference {
        /// Hash of the referred class's name.
        class: NameHash,
        /// Hash of the referring class's key path.
        from: NameHash,
    },
}

impl Key {
    /// Reads a key from its parts, `None` when they are not those of a known kind.
    pub(crate) fn from_segments<'a>(mut segments: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let namespace = hash_after(b"NS_", segments.next()?)?;
        let second = segments.next()?;
        let (third, fourth) = (segments.next(), segments.next());
        if segments.next().is_some() {
            return None;
        }
        let kind = match (third, fourth) {
            (None, None) => {
                let (class, at) = located(b"CD_", second)?;
                KeyKind::Class { class, at }
            }
            (Some(third), None) => {
                if let Some(class) = hash_after(b"CI_", second) {
                    let (instance, at) = located(b"IL_", third)?;
                    KeyKind::Instance { class, instance, at }
                } else if let Some(root) = hash_after(b"KI_", second) {
                    let (instance, at) = located(b"I_", third)?;
                    KeyKind::Keyed { root, instance, at }
                } else {
                    let class = hash_after(b"CR_", second)?;
                    match hash_after(b"C_", third) {
                        Some(sub) => KeyKind::Subclass { parent: class, class: sub },
                        None => KeyKind::ClassReference { class, from: hash_after(b"R_", third)? },
                    }
                }
            }
            (Some(third), Some(fourth)) => {
                let (from, at) = located(b"R_", fourth)?;
                let root = hash_after(b"KI_", second)?;
                KeyKind::Reference { root, instance: hash_after(b"IR_", third)?, from, at }
            }
            (None, Some(_)) => return None,
        };
        Some(Self { namespace, kind })
    }

    /// The place of the record that the key names, to be set right.
    pub(crate) fn record_mut(&mut self) -> Option<&mut RecordRef> {
        match &mut self.kind {
            KeyKind::Class { at, .. }
            | KeyKind::Instance { at, .. }
            | KeyKind::Keyed { at, .. }
            | KeyKind::Reference { at, .. } => Some(at),
            KeyKind::Subclass { .. } | KeyKind::ClassReference { .. } => None,
        }
    }

    /// The record that the key names, if it names one.
    pub fn record(&self) -> Option<RecordRef> {
        match self.kind {
            KeyKind::Class { at, .. }
            | KeyKind::Instance { at, .. }
            | KeyKind::Keyed { at, .. }
            | KeyKind::Reference { at, .. } => Some(at),
            KeyKind::Subclass { .. } | KeyKind::ClassReference { .. } => None,
        }
    }
}

impl fmt::Display for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.page, self.id, self.size)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NS_{}/", self.namespace)?;
        match self.kind {
            KeyKind::Class { class, at } => write!(f, "CD_{class}.{at}"),
            KeyKind::Instance { class, instance, at } => write!(f, "CI_{class}/IL_{instance}.{at}"),
            KeyKind::Keyed { root, instance, at } => write!(f, "KI_{root}/I_{instance}.{at}"),
            KeyKind::Reference { root, instance, from, at } => {
                write!(f, "KI_{root}/IR_{instance}/R_{from}.{at}")
            }
            KeyKind::Subclass { parent, class } => write!(f, "CR_{parent}/C_{class}"),
            KeyKind::ClassReference { class, from } => write!(f, "CR_{class}/R_{from}"),
        }
    }
}

/// The hash of a segment that is the prefix and 64 digits, nothing more.
fn hash_after(prefix: &[u8], segment: &[u8]) -> Option<NameHash> {
    let digits = segment.strip_prefix(prefix)?;
    NameHash::from_digits(digits.iter().copied())
}

/// The hash and the place of a segment like `IL_<hash>.<page>.<id>.<size>`.
fn located(prefix: &[u8], segment: &[u8]) -> Option<(NameHash, RecordRef)> {
    let rest = segment.strip_prefix(prefix)?;
    let (digits, numbers) = rest.split_at_checked(NameHash::DIGITS)?;
    let hash = NameHash::from_digits(digits.iter().copied())?;
    let mut numbers = numbers.strip_prefix(b".")?.split(|&b| b == b'.').map(number);
    let at = RecordRef { page: numbers.next()??, id: numbers.next()??, size: numbers.next()?? };
    numbers.next().is_none().then_some((hash, at))
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(key: &str) -> Option<Key> {
        Key::from_segments(key.split('/').map(str::as_bytes))
    }

    #[test]
    fn every_kind_is_read_and_written_the_same() {
        let h = |n: &str| NameHash::of(n).to_string();
        let (a, b, c) = (h("a"), h("b"), h("c"));
        for key in [
            format!("NS_{a}/CD_{b}.1.2959014657.136"),
            format!("NS_{a}/CI_{b}/IL_{c}.1.2.3"),
            format!("NS_{a}/KI_{b}/I_{c}.1.2.3"),
            format!("NS_{a}/KI_{b}/IR_{c}/R_{a}.1.2.3"),
            format!("NS_{a}/CR_{b}/C_{c}"),
            format!("NS_{a}/CR_{b}/R_{c}"),
        ] {
            assert_eq!(parse(&key).unwrap().to_string(), key);
        }
    }

    #[test]
    fn what_is_no_key_is_none() {
        let a = NameHash::of("a");
        for key in [
            String::new(),
            format!("NS_{a}"),
            format!("NS_{a}/CD_{a}"),
            format!("NS_{a}/CD_{a}.1.2"),
            format!("NS_{a}/CD_{a}.1.2.3.4"),
            format!("NS_{a}/CD_{a}.1.2.4294967296"),
            format!("NS_{a}/CI_{a}/I_{a}.1.2.3"),
            format!("NS_{a}/CI_{a}/IL_{a}.1.2.3/x/y"),
        ] {
            assert_eq!(parse(&key), None, "{key}");
        }
    }
}
