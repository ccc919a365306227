//! The SYSTEM hive: services and drivers, the name of the machine, how it is hardened, and where its traffic goes.

use super::network;
use super::view::{View, setting_with, text};
use super::{autostarts, places, store};
use crate::Parsed;
use evidence::{Area, Location, ReadState, RecordData, Service};

/// More values that tell how a machine is set up, by key below the control set.
const VALUES: &[(&str, &[&str])] = &[
    (
        r"Services\LanmanServer\Parameters",
        &["SMB2", "AutoShareServer", "AutoShareWks", "NullSessionPipes", "NullSessionShares"],
    ),
    (r"Services\LanmanServer", &["Start"]),
    (r"Services\LanmanWorkstation", &["DependOnService"]),
    (r"Control\Session Manager", &["PendingFileRenameOperations"]),
    (r"Control\Terminal Server\WinStations\RDP-Tcp", &["PortNumber"]),
];

pub(super) fn read(view: &View, out: &mut Parsed) {
    let Some(set) = control_set(view) else { return };
    name(&set, out);
    services(&set, out);
    let state = if view.is_sound() { ReadState::Complete } else { ReadState::Partial };
    out.coverage.add(Area::Services, state);
    for (path, names) in VALUES {
        if let Some(key) = set.at(path) {
            names.iter().for_each(|name| key.registry_named(name, out));
        }
    }
    set.watched(out);
    autostarts::read(&set, places::CONTROL_SET, None, None, out);
    network::read(&set, out);
    store::long_texts(view, out);
    for area in [Area::Autostarts, Area::Settings, Area::Hardening] {
        out.coverage.add(area, ReadState::Partial);
    }
}

/// The name of the machine.
pub(super) fn read_name(view: &View, out: &mut Parsed) {
    if let Some(set) = control_set(view) {
        name(&set, out);
    }
}

fn name(set: &View, out: &mut Parsed) {
    let Some(key) = set.at(r"Control\ComputerName\ComputerName") else { return };
    if let Some(name) = key.text("ComputerName") {
        out.records.push((key.location(), setting_with("computer-name", "", &name, [("host", &name)])));
    }
}

/// The control set that Windows ran with last, under the name that it has while it runs.
fn control_set<'h>(view: &View<'h>) -> Option<View<'h>> {
    let current = view.at("Select").and_then(|select| select.number("Current"));
    let chosen = current.and_then(|number| view.at(&format!("ControlSet{number:03}")));
    let set = chosen.or_else(|| view.at("ControlSet001"))?;
    Some(set.named(&format!("{}\\CurrentControlSet", view.path)))
}

fn services(set: &View, out: &mut Parsed) {
    let Some(services) = set.at("Services") else { return };
    out.records.extend(services.children().filter_map(|key| service(&key)));
}

/// The service of a key; `None` where it is none: keys without a type hold settings of network cards and the like.
pub(super) fn service(key: &View) -> Option<(Location, RecordData)> {
    let mut service = Service { name: key.name(), ..Service::default() };
    for value in key.key.values() {
        let number = || u32::try_from(value.number()?).ok();
        match value.name().to_ascii_lowercase().as_str() {
            "displayname" => service.display_name = text(&value),
            "description" => service.description = text(&value),
            "type" => service.service_type = number(),
            "start" => service.start = number(),
            "imagepath" => service.image_path = text(&value),
            "servicedll" => service.service_dll = text(&value),
            "objectname" => service.account = text(&value),
            "failurecommand" => service.failure_command = text(&value),
            _ => {}
        }
    }
    if service.service_type.is_none() && service.image_path.is_none() {
        return None;
    }
    let parameters = key.at("Parameters");
    service.service_dll = parameters.and_then(|key| key.text("ServiceDll")).or(service.service_dll);
    Some((key.location(), RecordData::Service(service)))
}
