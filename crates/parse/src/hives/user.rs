//! A user's hives: what starts with the user, and classes that stand before those of the machine.

use super::view::{Place, View, autostart};
use super::{places, store};
use crate::Parsed;
use crate::place::user_of;
use evidence::{Area, AutostartKind, ReadState};

/// Classes of one user that become records.
const MAX_CLASSES: usize = 20_000;

/// File types and protocols whose command starts with much that people or Windows open; hijacks of them pass by the prompt for
/// elevation or catch every program.
const COMMANDS: [&str; 10] = [
    "exefile",
    "comfile",
    "batfile",
    "cmdfile",
    "htafile",
    "mscfile",
    "ms-settings",
    "Folder",
    "txtfile",
    ".exe",
];

/// Reads `NTUSER.DAT`.
pub(super) fn read(view: &View, place: &str, out: &mut Parsed) {
    let user = user_of(place);
    let software = view.at("Software");
    for root in software.iter().cloned().chain(view.at(r"Software\WOW6432Node")) {
        for row in places::COMMON {
            places::read(&root, *row, user.as_deref(), None, out);
        }
    }
    for row in places::USER {
        places::read(view, *row, user.as_deref(), None, out);
    }
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
    let place = Place { category: "Image Hijacks", ..place };
    for class in COMMANDS {
        let Some(key) = view.at(&format!(r"{class}\shell\open\command")) else { continue };
        if let Some(command) = key.text("") {
            out.records.push((key.location(), autostart(place, &key.path, class, &command, None)));
        }
    }
}
