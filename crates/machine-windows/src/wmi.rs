//! WMI by its COM interfaces.

mod call;
mod change;
mod object;
mod provided;
mod variant;

use crate::fault::{Outcome, from_error};
use evidence::wmi::canonical_namespace;
use machine::{Error, Fault, Listed, WmiClassDefinition, WmiInstance, WmiPath};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use windows::Win32::System::Com::{
    CLSCTX_INPROC_SERVER, COINIT_MULTITHREADED, CoCreateInstance, CoInitializeEx, CoInitializeSecurity,
    CoSetProxyBlanket, EOAC_DYNAMIC_CLOAKING, EOAC_NONE, RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
    RPC_C_IMP_LEVEL_IMPERSONATE,
};
use windows::Win32::System::Wmi::{
    IEnumWbemClassObject, IMofCompiler, IWbemClassObject, IWbemLocator, IWbemServices, MofCompiler,
    WBEM_FLAG_FORWARD_ONLY, WBEM_FLAG_RETURN_IMMEDIATELY, WBEM_GENERIC_FLAG_TYPE, WbemLocator,
};
use windows::core::{BSTR, PCWSTR};

/// `WBEM_FLAG_SHALLOW`: the class itself, or its direct subclasses.
const SHALLOW: i32 = 1;
/// `WBEM_FLAG_ENSURE_LOCATABLE`: instances come with their paths.
const LOCATABLE: i32 = 0x100;
/// `WBEM_FLAG_CONNECT_USE_MAX_WAIT`: connecting takes two minutes at most.
const MAX_WAIT: i32 = 0x80;
/// How long the next object may take, or a call, in milliseconds.
const PATIENCE: i32 = 60_000;
/// More objects than any listing has that is not made to exhaust whoever reads it.
const MAX_OBJECTS: usize = 1 << 20;
/// More namespaces than any machine has.
const MAX_NAMESPACES: usize = 4096;

/// `RPC_C_AUTHN_WINNT` and `RPC_C_AUTHZ_NONE`.
const WINNT_WITHOUT_AUTHORIZATION: (u32, u32) = (10, 0);

/// The connections to WMI, one a namespace.
#[derive(Debug, Default)]
pub(crate) struct Wmi {
    is_ready: Cell<bool>,
    services: RefCell<BTreeMap<String, IWbemServices>>,
    /// The compiler of MOF texts, where it was given.
    compiler: Option<IMofCompiler>,
    /// Whether there is nothing but the connections that were given.
    is_given: bool,
}

impl Wmi {
    /// A WMI that is only these namespaces, each by its name, and this compiler.
    pub(crate) fn given(services: BTreeMap<String, IWbemServices>, compiler: IMofCompiler) -> Self {
        let services = services.into_iter().map(|(name, own)| (canonical_namespace(&name), own)).collect();
        Self { services: RefCell::new(services), compiler: Some(compiler), is_given: true, ..Self::default() }
    }

    /// The compiler of MOF texts.
    fn compiler(&self) -> Outcome<IMofCompiler> {
        if let Some(given) = &self.compiler {
            return Ok(given.clone());
        }
        prepare(&self.is_ready);
        // SAFETY: COM is ready on this thread; the library behind the class is the one that is registered for it.
        unsafe { CoCreateInstance(&MofCompiler, None, CLSCTX_INPROC_SERVER) }
            .map_err(|error| from_error(&error))
    }

    /// The services of a namespace. A namespace that is not there, and a computer without WMI, are [`Fault::Unsupported`].
    fn services(&self, namespace: &str) -> Outcome<IWbemServices> {
        let namespace = canonical_namespace(namespace);
        if let Some(known) = self.services.borrow().get(&namespace) {
            return Ok(known.clone());
        }
        if self.is_given {
            return Err(Fault::Unsupported);
        }
        prepare(&self.is_ready);
        // SAFETY: COM is ready on this thread; the library behind the class is the one that is registered for it.
        let locator: IWbemLocator = unsafe { CoCreateInstance(&WbemLocator, None, CLSCTX_INPROC_SERVER) }
            .map_err(|error| from_error(&error))?;
        let none = BSTR::new();
        // SAFETY: plain texts, which outlive the call.
        let services = unsafe {
            locator.ConnectServer(&BSTR::from(&namespace), &none, &none, &none, MAX_WAIT, &none, None)
        }
        .map_err(|error| from_error(&error))?;
        let (authentication, authorization) = WINNT_WITHOUT_AUTHORIZATION;
        // SAFETY: the interface is one that was just made. Where it is no proxy there is nothing to set, and the call says so.
        let _ = unsafe {
            CoSetProxyBlanket(
                &services,
                authentication,
                authorization,
                PCWSTR::null(),
                RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
                RPC_C_IMP_LEVEL_IMPERSONATE,
                None,
                EOAC_NONE,
            )
        };
        self.services.borrow_mut().insert(namespace, services.clone());
        Ok(services)
    }

    /// Lets go of a namespace that is deleted, and of those in it: a connection outlives what it leads to.
    fn forget(&self, namespace: &str) {
        let namespace = canonical_namespace(namespace);
        let below = format!("{namespace}\\");
        self.services.borrow_mut().retain(|known, _| *known != namespace && !known.starts_with(&below));
    }

    /// Every namespace below `root`, sorted. One that cannot be looked into still is there, and is told; only without the first nothing can be
    /// said.
    pub(crate) fn namespaces(&self) -> Outcome<Listed<String>> {
        let mut found = BTreeSet::from(["root".to_owned()]);
        let mut open = VecDeque::from(self.namespaces_in("root")?);
        let mut missed = Vec::new();
        while let Some(namespace) = open.pop_front() {
            if found.len() == MAX_NAMESPACES && !found.contains(&namespace) {
                let fault = Fault::TooMany { limit: MAX_NAMESPACES as u64 };
                missed.push(Error::new("list the WMI namespaces", "", fault));
                break;
            }
            if !found.insert(namespace.clone()) {
                continue;
            }
            match self.namespaces_in(&namespace) {
                Ok(inside) => open.extend(inside),
                Err(fault) => {
                    missed.push(Error::new("list the namespaces in the WMI namespace", namespace, fault));
                }
            }
        }
        Ok(Listed { found: found.into_iter().collect(), missed })
    }

    fn namespaces_in(&self, namespace: &str) -> Outcome<Vec<String>> {
        let inside = instances(&self.services(namespace)?, "__NAMESPACE", 0)?;
        let path = |name: String| canonical_namespace(&format!("{namespace}\\{name}"));
        inside.iter().map(|found| object::name(found).map(path)).collect()
    }

    /// The instances of a class and its subclasses.
    pub(crate) fn instances(&self, namespace: &str, class: &str) -> Outcome<Vec<WmiInstance>> {
        self.listed(namespace, class, 0)
    }

    /// The instances of a class alone.
    pub(crate) fn own_instances(&self, namespace: &str, class: &str) -> Outcome<Vec<WmiInstance>> {
        self.listed(namespace, class, SHALLOW)
    }

    fn listed(&self, namespace: &str, class: &str, flags: i32) -> Outcome<Vec<WmiInstance>> {
        let services = self.services(namespace)?;
        let objects = instances(&services, class, flags)?;
        objects.iter().map(|found| object::instance(found, namespace)).collect()
    }

    /// One instance; `None` where it is not there.
    pub(crate) fn instance(&self, path: &WmiPath) -> Outcome<Option<WmiInstance>> {
        let services = self.services(&path.namespace)?;
        match call::object(&services, &path.relative)? {
            Some(found) => object::instance(&found, &path.namespace).map(Some),
            None => Ok(None),
        }
    }

    /// Every class of a namespace; their instances are not counted, since that would ask for each.
    pub(crate) fn classes(&self, namespace: &str) -> Outcome<Vec<WmiClassDefinition>> {
        let services = self.services(namespace)?;
        provided::check(&services)?;
        let objects = class_objects(&services, "", 0)?;
        let mut classes =
            objects.iter().map(|found| object::class(found, namespace)).collect::<Outcome<Vec<_>>>()?;
        let mut below: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for found in &classes {
            if let Some(superclass) = &found.class.superclass {
                below.entry(superclass.to_lowercase()).or_default().push(found.class.name.clone());
            }
        }
        for found in &mut classes {
            found.subclasses = below.remove(&found.class.name.to_lowercase()).unwrap_or_default();
            found.subclasses.sort();
        }
        classes.sort_by(|a, b| a.class.name.cmp(&b.class.name));
        Ok(classes)
    }

    /// One class; `None` where it is not there.
    pub(crate) fn class(&self, namespace: &str, class: &str) -> Outcome<Option<WmiClassDefinition>> {
        let services = self.services(namespace)?;
        // A text with a key would name an instance.
        if class.contains(['.', '=', ':', '"', '\\', '/']) {
            return Ok(None);
        }
        let Some(found) = call::object(&services, class)? else { return Ok(None) };
        let mut found = object::class(&found, namespace)?;
        let subclasses = class_objects(&services, class, SHALLOW)?;
        found.subclasses = subclasses.iter().map(object::class_name).collect::<Outcome<_>>()?;
        found.subclasses.sort();
        count_instances(&services, &mut found);
        Ok(Some(found))
    }
}

/// Counts the stored instances of the class itself. A class with a provider is never asked: that would run the provider's code.
fn count_instances(services: &IWbemServices, class: &mut WmiClassDefinition) {
    let is_abstract = class.class.qualifiers.iter().any(|(name, _)| name.eq_ignore_ascii_case("abstract"));
    class.instances = match (class.has_provider, is_abstract) {
        (true, _) => None,
        (false, true) => Some(0),
        (false, false) => {
            instances(services, &class.class.name, SHALLOW).ok().map(|found| found.len() as u64)
        }
    };
}

/// Readies COM on this thread, once. Who did that before decides how.
pub(crate) fn prepare(is_ready: &Cell<bool>) {
    if is_ready.replace(true) {
        return;
    }
    // SAFETY: COM stays ready until the program ends; that another mode was chosen before changes nothing for these calls.
    let _ = unsafe { CoInitializeEx(None, COINIT_MULTITHREADED) };
    // SAFETY: no descriptor and no list are given. That it was done before is no reason to stop.
    let _ = unsafe {
        CoInitializeSecurity(
            None,
            -1,
            None,
            None,
            RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
            RPC_C_IMP_LEVEL_IMPERSONATE,
            None,
            EOAC_DYNAMIC_CLOAKING,
            None,
        )
    };
}

fn instances(services: &IWbemServices, class: &str, flags: i32) -> Outcome<Vec<IWbemClassObject>> {
    let flags = flags | LOCATABLE | WBEM_FLAG_FORWARD_ONLY.0 | WBEM_FLAG_RETURN_IMMEDIATELY.0;
    // SAFETY: the text outlives the call.
    let list =
        unsafe { services.CreateInstanceEnum(&BSTR::from(class), WBEM_GENERIC_FLAG_TYPE(flags), None) };
    all(&list.map_err(|error| from_error(&error))?)
}

fn class_objects(services: &IWbemServices, above: &str, flags: i32) -> Outcome<Vec<IWbemClassObject>> {
    let flags = flags | WBEM_FLAG_FORWARD_ONLY.0 | WBEM_FLAG_RETURN_IMMEDIATELY.0;
    // SAFETY: the text outlives the call.
    let list = unsafe { services.CreateClassEnum(&BSTR::from(above), WBEM_GENERIC_FLAG_TYPE(flags), None) };
    all(&list.map_err(|error| from_error(&error))?)
}

fn all(list: &IEnumWbemClassObject) -> Outcome<Vec<IWbemClassObject>> {
    let mut found = Vec::new();
    loop {
        let mut next = [None];
        let mut count = 0;
        // SAFETY: there is room for one object, and for how many there were.
        let code = unsafe { list.Next(PATIENCE, &mut next, &raw mut count) };
        if code.is_err() {
            return Err(from_error(&code.into()));
        }
        let [object] = next;
        match object {
            Some(object) if found.len() < MAX_OBJECTS => found.push(object),
            Some(_) => return Err(Fault::TooMany { limit: MAX_OBJECTS as u64 }),
            None if code.0 == call::TIMED_OUT => return Err(Fault::TimedOut),
            None => return Ok(found),
        }
    }
}
