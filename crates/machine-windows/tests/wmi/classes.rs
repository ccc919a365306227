//! Classes: their text, what they take along, and those that a provider gives.

use super::*;

/// A class with a payload in a default value, one that derives from it, one with instances, and one with a provider.
pub(super) fn store() -> Shared {
    let double = Shared::default();
    let payload = Property::new("mimi", STRING).default(text(&"QUJD".repeat(4096)));
    double.class(DEFAULT, Class::new("Office_Updater", None, vec![payload, Property::new("日本", STRING)]));
    double.class(DEFAULT, Class::new("Base", None, Vec::new()));
    double.class(DEFAULT, Class::new("Derived", Some("Base"), Vec::new()));
    double.class(DEFAULT, Class::new("Filled", None, vec![Property::new("Name", STRING).key()]));
    double.instance(DEFAULT, "Filled", &[("Name", text("one"))]);
    double.class(DEFAULT, Class::new("Provided", None, Vec::new()).qualified("Provider", text("evil")));
    double
}

#[test]
fn a_class_goes_and_comes_back_by_its_text() {
    let double = store();
    let mut machine = machine(&double);
    let class = machine.wmi_class(DEFAULT, "office_updater").unwrap().unwrap();
    let calls = double.calls(&["GetObject", "CreateClassEnum", "CreateInstanceEnum"]);
    let stream = STREAM | SHALLOW;
    assert_eq!(
        calls,
        [
            call("GetObject", "office_updater", AT_ONCE),
            call("CreateClassEnum", "office_updater", stream),
            call("CreateInstanceEnum", "Office_Updater", stream | LOCATABLE),
        ]
    );
    assert_eq!(class.class.properties[0].default.as_ref().unwrap().as_text().unwrap().len(), 16_384);
    assert_eq!((class.subclasses.len(), class.instances, class.has_provider), (0, Some(0), false));

    machine.delete_wmi_class(&class).unwrap();
    assert_eq!(
        double.calls(&["DeleteClass", "DeleteInstance"]),
        [call("DeleteClass", "Office_Updater", AT_ONCE)]
    );
    assert_eq!(machine.wmi_class(DEFAULT, "Office_Updater").unwrap(), None);
    assert_eq!(machine.delete_wmi_class(&class).unwrap_err().fault, Fault::NotFound);

    machine.put_wmi_class(&class).unwrap();
    assert_eq!(
        double.calls(&["CompileBuffer"]),
        [call("CompileBuffer", r"\\.\root\default", CREATE_ONLY)],
        "in its namespace, never over another"
    );
    assert_eq!(machine.wmi_class(DEFAULT, "Office_Updater").unwrap().as_ref(), Some(&class));
    assert_eq!(machine.put_wmi_class(&class).unwrap_err().fault, Fault::Exists);
    assert_eq!(double.calls(&["CompileBuffer"]), []);
}

#[test]
fn a_class_that_would_take_others_along_stays() {
    let double = store();
    let mut machine = machine(&double);
    for (name, fault) in [("Base", Fault::InUse), ("Filled", Fault::InUse), ("Provided", Fault::Unsupported)]
    {
        let class = machine.wmi_class(DEFAULT, name).unwrap().unwrap();
        assert_eq!(machine.delete_wmi_class(&class).unwrap_err().fault, fault, "{name}");
    }
    let calls = double.calls(&["DeleteClass", "CreateInstanceEnum"]);
    assert!(!calls.iter().any(|call| call.method == "DeleteClass"), "{calls:?}");
    assert!(!calls.iter().any(|call| call.target == "Provided"), "its provider's code would run: {calls:?}");
    let classes = machine.wmi_classes(DEFAULT).unwrap();
    let names: Vec<_> = classes.iter().map(|class| class.class.name.as_str()).collect();
    assert_eq!(names, ["Base", "Derived", "Filled", "Office_Updater", "Provided"]);
    assert_eq!((&classes[0].subclasses, classes[2].instances), (&vec!["Derived".to_owned()], None));
    assert!(classes[4].has_provider);
    let asked = double.calls(&["CreateInstanceEnum"]);
    assert_eq!(
        asked,
        [call("CreateInstanceEnum", "__ClassProviderRegistration", STREAM | LOCATABLE | SHALLOW)]
    );
    assert_eq!(machine.wmi_class(DEFAULT, "Filled").unwrap().unwrap().instances, Some(1));
    // The whole of Filled goes once its instance is gone.
    let one = machine.wmi_instances(DEFAULT, "Filled").unwrap().remove(0);
    machine.delete_wmi_instance(&one).unwrap();
    let filled = machine.wmi_class(DEFAULT, "Filled").unwrap().unwrap();
    machine.delete_wmi_class(&filled).unwrap();
}

#[test]
fn what_is_no_name_of_a_class_is_not_asked_for() {
    let double = store();
    let machine = machine(&double);
    for name in [r#"Filled.Name="one""#, r"\\.\root\default:Base", "root/default", "a=b"] {
        assert_eq!(machine.wmi_class(DEFAULT, name).unwrap(), None, "{name}");
    }
    assert_eq!(double.calls(&["GetObject"]), []);
}

#[test]
fn a_class_that_the_compiler_refuses_or_swallows_is_no_success() {
    let double = store();
    let mut machine = machine(&double);
    let class = machine.wmi_class(DEFAULT, "Office_Updater").unwrap().unwrap();
    machine.delete_wmi_class(&class).unwrap();
    double.fail_on("CompileBuffer", "Office", 0x8004_1003);
    assert_eq!(machine.put_wmi_class(&class).unwrap_err().fault, Fault::AccessDenied);
    double.heal();
    let unknown = machine::WmiClassDefinition { mof: "class Other {};".into(), ..class };
    assert!(machine.put_wmi_class(&unknown).is_err());
}

#[test]
fn classes_whose_properties_a_provider_gives_are_not_enumerated() {
    let double = Shared::default();
    let name = || Property::new("Name", STRING).key();
    double
        .class(DEFAULT, Class::new("Marked", None, vec![name()]).qualified("DynProps", VARIANT::from(true)));
    double.class(DEFAULT, Class::new("Single", None, vec![name(), Property::new("Value", STRING).dynamic()]));
    let mut machine = machine(&double);
    for class in ["Marked", "Single"] {
        let found = machine.wmi_class(DEFAULT, class).unwrap().unwrap();
        assert!(found.has_provider && found.instances.is_none(), "{found:?}");
        assert_eq!(machine.delete_wmi_class(&found).unwrap_err().fault, Fault::Unsupported);
    }
    assert_eq!(double.calls(&["CreateInstanceEnum"]), []);
}

/// A namespace with classes from a provider, as it is registered.
fn provided(name: &str, identifier: &str) -> Shared {
    let double = store();
    let provider = vec![Property::new("Name", STRING).key(), Property::new("CLSID", STRING)];
    double.class(DEFAULT, Class::new("__Win32Provider", None, provider));
    let registration = vec![Property::new("provider", REFERENCE).key()];
    double.class(DEFAULT, Class::new("__ClassProviderRegistration", None, registration));
    double.instance(DEFAULT, "__Win32Provider", &[("Name", text(name)), ("CLSID", text(identifier))]);
    let path = format!(r#"\\.\root\default:__Win32Provider.Name="{name}""#);
    double.instance(DEFAULT, "__ClassProviderRegistration", &[("provider", text(&path))]);
    double
}

#[test]
fn classes_that_a_provider_gives_are_listed_only_where_it_is_windows_own() {
    let stock = provided("WmiPerfClass", "{661FF7F6-F4D1-4593-B59D-4C54C1ECE68B}");
    assert_eq!(machine(&stock).wmi_classes(DEFAULT).unwrap().len(), 7);
    for (name, identifier) in [
        ("WmiPerfClass", "{00000000-0000-0000-0000-000000000001}"),
        ("Other", "{661FF7F6-F4D1-4593-B59D-4C54C1ECE68B}"),
        ("Microsoft|DSLDAPClassProvider|V1.0", "{1EF94880-01A8-11D2-A90B-00AA00BF3363}"),
    ] {
        let double = provided(name, identifier);
        let error = machine(&double).wmi_classes(DEFAULT).unwrap_err().to_string();
        assert!(error.contains("provider"), "{error}");
        assert_eq!(double.calls(&["CreateClassEnum"]), [], "its code would run");
    }
}

#[test]
fn a_class_without_a_text_is_shown_and_not_deleted() {
    let double = store();
    double.fail_on("GetObjectText", "Office", 0x8004_1001);
    let mut machine = machine(&double);
    assert_eq!(machine.wmi_classes(DEFAULT).unwrap().len(), 5);
    let class = machine.wmi_class(DEFAULT, "Office_Updater").unwrap().unwrap();
    assert_eq!(class.mof, "");
    assert!(matches!(machine.delete_wmi_class(&class).unwrap_err().fault, Fault::Other { .. }));
    assert_eq!(double.calls(&["DeleteClass"]), []);
}
