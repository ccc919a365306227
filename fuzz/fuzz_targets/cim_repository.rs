//! The reader of WMI repositories on damaged files.
//!
//! The input is two `u16` (little-endian) with the lengths of a mapping file and of the index's part, then the three parts;
//! the rest is `OBJECTS.DATA`. A mapping of length 0 is left out, so that the pages are put in order by guess.

#![no_main]

use std::sync::Arc;

use cim_repository::{Namespace, Parts, Repository, Visitor};
use libfuzzer_sys::fuzz_target;

struct Ignore;
impl Visitor for Ignore {}

fuzz_target!(|data: &[u8]| {
    let Some((lengths, rest)) = data.split_first_chunk::<4>() else { return };
    let length = |i: usize| usize::from(u16::from_le_bytes([lengths[i], lengths[i + 1]]));
    let (mapping, rest) = rest.split_at(length(0).min(rest.len()));
    let (index, objects) = rest.split_at(length(2).min(rest.len()));
    let mappings = if mapping.is_empty() { Vec::new() } else { vec![(1, mapping.to_vec())] };
    let parts =
        Parts { objects: Arc::new(objects.to_vec()), index: Some(Arc::new(index.to_vec())), mappings };
    let Ok(repository) = Repository::from_parts(parts) else { return };
    repository.subscriptions();
    repository.walk(&mut Ignore);
    repository.deleted();
    let root = Namespace::new("root");
    for class in repository.classes(&root).flatten() {
        let _ = repository.instances(&root, &class.name).count();
    }
    let _ = repository.traces_of("root");
    let _ = repository.problems();
});
