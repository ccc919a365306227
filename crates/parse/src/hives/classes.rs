//! The classes of the machine (COM): which library or program serves which.

use super::view::{View, class_id};
use evidence::Location;
use std::collections::BTreeMap;

/// Classes of one hive that are read.
const MAX_CLASSES: usize = 200_000;

/// Classes by their ids in lower case, and the ids by the names that programs give them.
#[derive(Debug, Default)]
pub(super) struct Classes<'h> {
    servers: BTreeMap<String, (Location, String)>,
    root: Option<View<'h>>,
}

impl<'h> Classes<'h> {
    /// Those of the SOFTWARE hive. What 32-bit programs see counts where the machine has no other.
    pub(super) fn of(software: &View<'h>) -> Self {
        let mut servers = BTreeMap::new();
        for path in [r"Classes\CLSID", r"Classes\WOW6432Node\CLSID", r"WOW6432Node\Classes\CLSID"] {
            for class in software.at(path).iter().flat_map(View::children).take(MAX_CLASSES) {
                let Some(id) = class_id(&class.name()) else { continue };
                if let Some(server) = server(&class) {
                    servers.entry(id).or_insert_with(|| (class.location(), server));
                }
            }
        }
        Self { servers, root: software.at("Classes") }
    }

    /// The library or program that serves the class of this id.
    pub(super) fn server(&self, id: &str) -> Option<&str> {
        self.servers.get(&class_id(id)?).map(|(_, server)| server.as_str())
    }

    /// The id of the class that a program gave this name.
    pub(super) fn id_of(&self, name: &str) -> Option<String> {
        self.root.as_ref()?.at(&format!("{name}\\CLSID"))?.text("")
    }

    /// All of them, for those who know classes from other sources.
    pub(super) fn into_servers(self) -> BTreeMap<String, (Location, String)> {
        self.servers
    }
}

/// What serves a class. For a class of .NET, its own library rather than that of .NET.
fn server(class: &View) -> Option<String> {
    if let Some(key) = class.at("InprocServer32") {
        let library = key.text("");
        if library.as_deref().is_some_and(|library| library.to_lowercase().ends_with("mscoree.dll"))
            && let Some(own) = key.text("CodeBase")
        {
            return Some(own.strip_prefix("file:///").map_or(own.clone(), |path| path.replace('/', "\\")));
        }
        if library.is_some() {
            return library;
        }
    }
    class.at("LocalServer32")?.text("")
}
