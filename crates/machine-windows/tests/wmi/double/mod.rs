//! A WMI of maps behind the interfaces of COM. Every call that reads or changes something is kept with its arguments, and each can be made
//! to fail. What is never called ends the test.

mod call;
mod list;
pub mod object;
pub mod values;

use call::answer;
use list::{Compiler, List};
use object::{make, relative_path};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use values::{bytes, is_null, text_of};
use windows::Win32::System::Variant::VARIANT;
use windows::Win32::System::Wmi::{
    IEnumWbemClassObject, IMofCompiler, IWbemCallResult, IWbemClassObject, IWbemContext, IWbemObjectSink,
    IWbemServices, IWbemServices_Impl, WBEM_GENERIC_FLAG_TYPE,
};
use windows::core::{BSTR, Error, HRESULT, OutRef, PCWSTR, Ref, Result, implement};

const NOT_FOUND: u32 = 0x8004_1002;
const INVALID_CLASS: u32 = 0x8004_1010;
const ALREADY_EXISTS: u32 = 0x8004_1019;

/// The SID that WMI writes into what this account makes: S-1-5-32-544.
pub const CREATOR: [u8; 16] = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];

pub fn fail(code: u32) -> Error {
    Error::from_hresult(HRESULT(code.cast_signed()))
}

/// A success that says more than that.
pub fn success(code: i32) -> Error {
    Error::from_hresult(HRESULT(code))
}

/// A call: its method, what it names, its flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub method: &'static str,
    pub target: String,
    pub flags: i32,
}

/// A property of a class.
#[derive(Clone)]
pub struct Property {
    pub name: &'static str,
    pub cim_type: i32,
    pub default: VARIANT,
    pub is_key: bool,
    pub is_inherited: bool,
    /// Whether a provider gives its value.
    pub is_dynamic: bool,
}

impl Property {
    pub fn new(name: &'static str, cim_type: i32) -> Self {
        Self {
            name,
            cim_type,
            default: values::null(),
            is_key: false,
            is_inherited: false,
            is_dynamic: false,
        }
    }

    pub fn key(self) -> Self {
        Self { is_key: true, ..self }
    }

    pub fn dynamic(self) -> Self {
        Self { is_dynamic: true, ..self }
    }

    pub fn inherited(self) -> Self {
        Self { is_inherited: true, ..self }
    }

    pub fn default(self, default: VARIANT) -> Self {
        Self { default, ..self }
    }
}

/// A class.
#[derive(Clone)]
pub struct Class {
    pub name: &'static str,
    pub superclass: Option<&'static str>,
    pub qualifiers: Vec<(&'static str, VARIANT)>,
    pub properties: Vec<Property>,
}

impl Class {
    pub fn new(name: &'static str, superclass: Option<&'static str>, properties: Vec<Property>) -> Self {
        Self { name, superclass, qualifiers: Vec::new(), properties }
    }

    pub fn qualified(self, name: &'static str, value: VARIANT) -> Self {
        Self { qualifiers: vec![(name, value)], ..self }
    }

    /// One text for one class.
    pub fn mof(&self) -> String {
        let above = self.superclass.map_or_else(String::new, |above| format!(" : {above}"));
        let shown = self.properties.iter().filter(|own| !own.is_inherited);
        let shown =
            shown.map(|own| format!("\t{} {} = {:?};\n", own.cim_type, own.name, text_of(&own.default)));
        format!("class {}{above}\n{{\n{}}};\n", self.name, shown.collect::<String>())
    }
}

/// A namespace.
#[derive(Default)]
struct Space {
    classes: BTreeMap<String, Class>,
    /// By class and own path, both in lower case.
    instances: BTreeMap<(String, String), Vec<VARIANT>>,
}

/// What all interfaces of a double share.
#[derive(Clone, Default)]
pub struct Shared(Rc<State>);

#[derive(Default)]
struct State {
    spaces: RefCell<BTreeMap<String, Space>>,
    calls: RefCell<Vec<Call>>,
    faults: RefCell<Vec<(&'static str, String, u32)>>,
    /// Classes that the compiler knows how to make, by their texts.
    compiled: RefCell<BTreeMap<String, Class>>,
}

impl Shared {
    /// Adds a class.
    pub fn class(&self, namespace: &str, class: Class) {
        self.0.compiled.borrow_mut().insert(class.mof(), class.clone());
        let mut spaces = self.0.spaces.borrow_mut();
        let space = spaces.entry(namespace.to_lowercase()).or_default();
        space.classes.insert(class.name.to_lowercase(), class);
    }

    /// Adds an instance; what is not named has the default.
    pub fn instance(&self, namespace: &str, class: &str, named: &[(&str, VARIANT)]) {
        let mut spaces = self.0.spaces.borrow_mut();
        let space = spaces.get_mut(&namespace.to_lowercase()).unwrap();
        let class = space.classes[&class.to_lowercase()].clone();
        let value = |own: &Property| {
            let given = named.iter().find(|(name, _)| *name == own.name);
            given.map_or_else(|| own.default.clone(), |(_, value)| value.clone())
        };
        let values: Vec<_> = class.properties.iter().map(value).collect();
        let path = relative_path(&class, &values).to_lowercase();
        space.instances.insert((class.name.to_lowercase(), path), values);
    }

    /// Every call of the method whose target contains the pattern fails from now on.
    pub fn fail_on(&self, method: &'static str, pattern: &str, code: u32) {
        self.0.faults.borrow_mut().push((method, pattern.to_owned(), code));
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        self.0.faults.borrow_mut().clear();
    }

    /// The calls of these methods since the last time that this was asked.
    pub fn calls(&self, methods: &[&str]) -> Vec<Call> {
        let calls = self.0.calls.take();
        calls.into_iter().filter(|call| methods.contains(&call.method)).collect()
    }

    pub fn note(&self, method: &'static str, target: &str, flags: i32) {
        self.0.calls.borrow_mut().push(Call { method, target: target.to_owned(), flags });
    }

    pub fn check(&self, method: &str, target: &str) -> Result<()> {
        let faults = self.0.faults.borrow();
        let known =
            faults.iter().find(|(own, pattern, _)| *own == method && target.contains(pattern.as_str()));
        known.map_or(Ok(()), |(.., code)| Err(fail(*code)))
    }

    /// The class that the compiler makes of a text.
    pub fn compiled(&self, text: &str) -> Option<Class> {
        self.0.compiled.borrow().get(text).cloned()
    }

    /// The interface to a namespace.
    pub fn services(&self, namespace: &str) -> IWbemServices {
        Services { shared: self.clone(), namespace: namespace.to_lowercase() }.into()
    }

    /// The compiler of texts.
    pub fn compiler(&self) -> IMofCompiler {
        Compiler { shared: self.clone() }.into()
    }
}

/// A namespace behind its interface.
#[implement(IWbemServices)]
struct Services {
    shared: Shared,
    namespace: String,
}

impl Services_Impl {
    fn called(&self, method: &'static str, target: &BSTR, flags: WBEM_GENERIC_FLAG_TYPE) -> Result<String> {
        let target = target.to_string();
        self.shared.note(method, &target, flags.0);
        self.shared.check(method, &target)?;
        Ok(target)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Space) -> Result<T>) -> Result<T> {
        let mut spaces = self.shared.0.spaces.borrow_mut();
        work(spaces.get_mut(&self.namespace).expect("the namespace is there"))
    }

    fn object(&self, class: &Class, is_class: bool, values: Vec<VARIANT>) -> IWbemClassObject {
        make(&self.shared, &self.namespace, class, is_class, values)
    }

    fn class_object(&self, class: &Class) -> IWbemClassObject {
        self.object(class, true, class.properties.iter().map(|own| own.default.clone()).collect())
    }

    fn list(&self, objects: Vec<IWbemClassObject>) -> IEnumWbemClassObject {
        List { shared: self.shared.clone(), objects, cursor: Cell::new(0) }.into()
    }

    fn put(&self, instance: &IWbemClassObject, flags: WBEM_GENERIC_FLAG_TYPE) -> Result<()> {
        let get = |name: &str| {
            let (name, mut value, mut kind) = (windows::core::HSTRING::from(name), VARIANT::default(), 0);
            // SAFETY: the name is NUL-terminated, and there is room for value and type.
            unsafe { instance.Get(PCWSTR(name.as_ptr()), 0, &raw mut value, Some(&raw mut kind), None) }
                .map(|()| value)
        };
        let path = text_of(&get("__RELPATH")?).unwrap();
        let class = text_of(&get("__CLASS")?).unwrap();
        self.called("PutInstance", &BSTR::from(&path), flags)?;
        self.with(|space| {
            let class = space.classes.get(&class.to_lowercase()).ok_or_else(|| fail(INVALID_CLASS))?.clone();
            let mut values = Vec::new();
            for own in &class.properties {
                let value = get(own.name)?;
                values.push(if own.name == "CreatorSID" { bytes(&CREATOR) } else { value });
            }
            let is_keyed = |(own, value): (&Property, &VARIANT)| !own.is_key || !is_null(value);
            assert!(class.properties.iter().zip(&values).all(is_keyed), "a key has no value");
            let place = (class.name.to_lowercase(), path.to_lowercase());
            if flags.0 & 2 != 0 && space.instances.contains_key(&place) {
                return Err(fail(ALREADY_EXISTS));
            }
            space.instances.insert(place, values);
            Ok(())
        })
    }
}

/// Whether a class derives from another, or is it.
fn derives(space: &Space, class: &str, from: &str) -> bool {
    let mut own = Some(class.to_lowercase());
    while let Some(name) = own {
        if name == from.to_lowercase() {
            return true;
        }
        own = space.classes.get(&name).and_then(|class| class.superclass).map(str::to_lowercase);
    }
    false
}

impl IWbemServices_Impl for Services_Impl {
    fn GetObject(
        &self,
        path: &BSTR,
        flags: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        object: OutRef<IWbemClassObject>,
        call: OutRef<IWbemCallResult>,
    ) -> Result<()> {
        assert!(object.is_null(), "only the call tells of its object");
        let found = self.called("GetObject", path, flags).and_then(|path| {
            self.with(|space| {
                if let Some(class) = space.classes.get(&path.to_lowercase()) {
                    return Ok(self.class_object(class));
                }
                let known = space.instances.iter().find(|((_, own), _)| *own == path.to_lowercase());
                let ((class, _), values) = known.ok_or_else(|| fail(NOT_FOUND))?;
                Ok(self.object(&space.classes[class], false, values.clone()))
            })
        });
        answer(flags, call, found.map(Some))
    }

    fn DeleteClass(
        &self,
        class: &BSTR,
        flags: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        call: OutRef<IWbemCallResult>,
    ) -> Result<()> {
        let done = self.called("DeleteClass", class, flags).and_then(|name| {
            self.with(|space| {
                if !space.classes.contains_key(&name.to_lowercase()) {
                    return Err(fail(NOT_FOUND));
                }
                // As WMI does: everything below it goes along, and every instance.
                let below: Vec<_> =
                    space.classes.keys().filter(|own| derives(space, own, &name)).cloned().collect();
                space.classes.retain(|own, _| !below.contains(own));
                space.instances.retain(|(own, _), _| !below.contains(own));
                Ok(())
            })
        });
        answer(flags, call, done.map(|()| None))
    }

    fn CreateClassEnum(
        &self,
        above: &BSTR,
        flags: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
    ) -> Result<IEnumWbemClassObject> {
        let above = self.called("CreateClassEnum", above, flags)?;
        let found = self.with(|space| {
            let is_shallow = flags.0 & 1 != 0;
            let is_wanted = |class: &&Class| match (is_shallow, above.as_str()) {
                (false, "") => true,
                (true, above) => class.superclass.unwrap_or_default().eq_ignore_ascii_case(above),
                (false, above) => {
                    !class.name.eq_ignore_ascii_case(above) && derives(space, class.name, above)
                }
            };
            Ok(space.classes.values().filter(is_wanted).map(|class| self.class_object(class)).collect())
        })?;
        Ok(self.list(found))
    }

    fn PutInstance(
        &self,
        instance: Ref<IWbemClassObject>,
        flags: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        call: OutRef<IWbemCallResult>,
    ) -> Result<()> {
        answer(flags, call, self.put(instance.ok()?, flags).map(|()| None))
    }

    fn DeleteInstance(
        &self,
        path: &BSTR,
        flags: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        call: OutRef<IWbemCallResult>,
    ) -> Result<()> {
        let done = self.called("DeleteInstance", path, flags).and_then(|path| {
            self.with(|space| {
                let before = space.instances.len();
                space.instances.retain(|(_, own), _| *own != path.to_lowercase());
                if space.instances.len() == before { Err(fail(NOT_FOUND)) } else { Ok(()) }
            })
        });
        answer(flags, call, done.map(|()| None))
    }

    fn CreateInstanceEnum(
        &self,
        class: &BSTR,
        flags: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
    ) -> Result<IEnumWbemClassObject> {
        let class = self.called("CreateInstanceEnum", class, flags)?;
        let found = self.with(|space| {
            if !space.classes.contains_key(&class.to_lowercase()) {
                return Err(fail(INVALID_CLASS));
            }
            let is_shallow = flags.0 & 1 != 0;
            let is_wanted = |own: &str| {
                if is_shallow { own.eq_ignore_ascii_case(&class) } else { derives(space, own, &class) }
            };
            let found = space.instances.iter().filter(|((own, _), _)| is_wanted(own));
            Ok(found
                .map(|((own, _), values)| self.object(&space.classes[own], false, values.clone()))
                .collect())
        })?;
        Ok(self.list(found))
    }

    fn PutClass(
        &self,
        _: Ref<IWbemClassObject>,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: OutRef<IWbemCallResult>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn OpenNamespace(
        &self,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: OutRef<IWbemServices>,
        _: OutRef<IWbemCallResult>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn CancelAsyncCall(&self, _: Ref<IWbemObjectSink>) -> Result<()> {
        unreachable!("never called")
    }
    fn QueryObjectSink(&self, _: WBEM_GENERIC_FLAG_TYPE) -> Result<IWbemObjectSink> {
        unreachable!("never called")
    }
    fn GetObjectAsync(
        &self,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn PutClassAsync(
        &self,
        _: Ref<IWbemClassObject>,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn DeleteClassAsync(
        &self,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn CreateClassEnumAsync(
        &self,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn PutInstanceAsync(
        &self,
        _: Ref<IWbemClassObject>,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn DeleteInstanceAsync(
        &self,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn CreateInstanceEnumAsync(
        &self,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn ExecQuery(
        &self,
        _: &BSTR,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
    ) -> Result<IEnumWbemClassObject> {
        unreachable!("never called")
    }
    fn ExecQueryAsync(
        &self,
        _: &BSTR,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn ExecNotificationQuery(
        &self,
        _: &BSTR,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
    ) -> Result<IEnumWbemClassObject> {
        unreachable!("never called")
    }
    fn ExecNotificationQueryAsync(
        &self,
        _: &BSTR,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn ExecMethod(
        &self,
        _: &BSTR,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemClassObject>,
        _: OutRef<IWbemClassObject>,
        _: OutRef<IWbemCallResult>,
    ) -> Result<()> {
        unreachable!("never called")
    }
    fn ExecMethodAsync(
        &self,
        _: &BSTR,
        _: &BSTR,
        _: WBEM_GENERIC_FLAG_TYPE,
        _: Ref<IWbemContext>,
        _: Ref<IWbemClassObject>,
        _: Ref<IWbemObjectSink>,
    ) -> Result<()> {
        unreachable!("never called")
    }
}
