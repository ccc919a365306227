//! A user's hives: what starts with the user, and classes that stand before those of the machine.

use super::view::{Place, View};
use super::{autostarts, places, store};
use crate::Parsed;
use crate::place::user_of;
use evidence::{Area, AutostartKind, ReadState};

/// Classes of one user that become records.
const MAX_CLASSES: usize = 20_000;

/// Reads `NTUSER.DAT`.
pub(super) fn read(view: &View, place: &str, out: &mut Parsed) {
    let user = user_of(place);
    let software = view.at("Software");
    for root in software.iter().cloned().chain(view.at(r"Software\WOW6432Node")) {
        autostarts::read(&root, places::SOFTWARE, user.as_deref(), None, out);
    }
    if let Some(software) = &software {
        autostarts::mark_disabled(software, user.as_deref(), out);
    }
    autostarts::read(view, places::USER, user.as_deref(), None, out);
    if let Some(classes) = view.at(r"Software\Classes") {
        self::classes(&classes, user.as_deref(), out);
    }
    store::long_texts(view, out);
    out.coverage.add(Area::Autostarts, ReadState::Partial);
}

/// Reads `UsrClass.dat`.
pub(super) fn read_classes(view: &View, place: &str, out: &mut Parsed) {
    classes(view, user_of(place).as_deref(), out);
    store::long_texts(view, out);
    out.coverage.add(Area::Autostarts, ReadState::Partial);
}

/// Classes that a user has for himself go before the machine's, so any program that asks for them runs what stands here.
fn classes(view: &View, profile: Option<&str>, out: &mut Parsed) {
    let place = Place { kind: AutostartKind::Other, category: "COM", profile };
    let ids = [view.at("CLSID"), view.at(r"WOW6432Node\CLSID")];
    let classes = ids.iter().flatten().flat_map(View::children).take(MAX_CLASSES);
    for class in classes {
        for server in ["InprocServer32", "LocalServer32", "TreatAs"] {
            let Some(key) = class.at(server) else { continue };
            if let Some(value) = key.key.value("") {
                out.records.extend(key.entry(place, &class.name(), &value));
            }
        }
    }
    autostarts::read(view, places::CLASSES, profile, None, out);
    autostarts::commands(view, profile, out);
}
