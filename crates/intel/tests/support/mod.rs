//! Objects as different sources show them.
#![allow(dead_code, reason = "each test file uses its own part")]

use evidence::{Property, PropertyName, State, Value, WmiObject};

/// An object of a listing that shows every property and no namespace, as `wmic` does.
pub(crate) fn listed(class: &str, fields: &[(&'static str, &str)]) -> WmiObject {
    let schema = evidence::wmi::schema::of(class).expect("a standard class");
    let mut object = mof(class, &[]);
    object.omits_defaults = false;
    object.namespace = None;
    object.properties = schema.properties.iter().map(|name| property(name, Value::from(""))).collect();
    with(object, fields)
}

/// An object of a format that leaves out what is default, as MOF does.
pub(crate) fn mof(class: &str, fields: &[(&'static str, &str)]) -> WmiObject {
    let object = WmiObject {
        class: class.into(),
        namespace: Some(r"root\subscription".into()),
        omits_defaults: true,
        ..WmiObject::default()
    };
    with(object, fields)
}

/// The same object with other values.
pub(crate) fn with(mut object: WmiObject, fields: &[(&'static str, &str)]) -> WmiObject {
    for (name, value) in fields {
        set(&mut object, name, Value::from(*value), State::Known);
    }
    object
}

/// Sets a property.
pub(crate) fn set(object: &mut WmiObject, name: &'static str, value: Value, state: State) {
    object.properties.retain(|own| own.name.as_str() != name);
    object.properties.push(Property { name: PropertyName::known(name), value, state });
}

fn property(name: &'static str, value: Value) -> Property {
    Property { name: PropertyName::known(name), value, state: State::Known }
}

/// The stock filter as `wmic` lists it.
pub(crate) fn stock_filter() -> WmiObject {
    listed(
        "__EventFilter",
        &[
            ("Name", "SCM Event Log Filter"),
            ("Query", "select * from MSFT_SCMEventLogEvent"),
            ("QueryLanguage", "WQL"),
            ("EventNamespace", r"root\cimv2"),
            ("CreatorSID", "{1,2,0,0,0,0,0,5,32,0,0,0,32,2,0,0}"),
        ],
    )
}

/// The stock consumer as `wmic` lists it.
pub(crate) fn stock_consumer() -> WmiObject {
    listed(
        "NTEventLogEventConsumer",
        &[
            ("Name", "SCM Event Log Consumer"),
            ("Category", "0"),
            ("EventID", "0"),
            ("EventType", "1"),
            ("InsertionStringTemplates", ""),
            ("NameOfUserSIDProperty", "sid"),
            ("NumberOfInsertionStrings", "0"),
            ("SourceName", "Service Control Manager"),
            ("CreatorSID", "{1,2,0,0,0,0,0,5,32,0,0,0,32,2,0,0}"),
        ],
    )
}

/// The stock binding as `wmic` lists it.
pub(crate) fn stock_binding() -> WmiObject {
    listed(
        "__FilterToConsumerBinding",
        &[
            ("Filter", r#""__EventFilter.Name="SCM Event Log Filter"""#),
            ("Consumer", r#""NTEventLogEventConsumer.Name="SCM Event Log Consumer"""#),
            ("DeliverSynchronously", "FALSE"),
            ("MaintainSecurityContext", "FALSE"),
            ("SlowDownProviders", "FALSE"),
        ],
    )
}
