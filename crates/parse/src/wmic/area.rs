//! What a listing covers.

use evidence::wmi::schema;
use evidence::{Area, ReadState, WmiObject};

/// The area that an object belongs to, and how far its listing covers that: what is complete as far as the class is
/// known can only be part of it where the listing leaves properties out.
pub(super) fn area_of(object: &WmiObject) -> Option<(Area, ReadState)> {
    if object.is_filter() {
        return Some((Area::EventFilters, ReadState::Complete));
    }
    if object.is_binding() {
        return Some((Area::Bindings, ReadState::Complete));
    }
    if object.is_timer() {
        return Some((Area::Timers, ReadState::Complete));
    }
    if object.is_consumer() && !object.class.is_empty() {
        return Some((Area::EventConsumers, ReadState::Complete));
    }
    let names = || object.properties.iter().map(|property| property.name.as_str());
    let has = |name: &str| names().any(|own| own.eq_ignore_ascii_case(name));
    if schema::looks_like_consumer(names()) {
        return Some((Area::EventConsumers, ReadState::Complete));
    }
    let area = if has("Filter") && has("Consumer") {
        Area::Bindings
    } else if has("CommandLineTemplate") || has("ScriptText") || has("ScriptFilename") {
        Area::EventConsumers
    } else if has("TimerId") {
        Area::Timers
    } else if has("Query") {
        Area::EventFilters
    } else {
        return None;
    };
    Some((area, ReadState::Partial))
}
