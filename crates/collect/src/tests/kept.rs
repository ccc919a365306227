//! What is kept whole, and what else is looked up.

use super::*;

#[test]
fn a_class_with_a_command_or_a_known_name_is_kept_in_every_namespace() {
    let mut state = computer();
    for (name, above) in
        [("Plain", None), ("Known", None), ("Middle", Some("__EventConsumer")), ("Deep", Some("Middle"))]
    {
        state.add_class(r"root\cimv2", name, above);
    }
    let options = Options { keeps_class: |name| name == "Known", ..Options::default() };
    let (_, evidence) = collected_with(&Memory::new(state), &options);
    let mut kept: Vec<_> = evidence
        .wmi_classes()
        .map(|(_, class)| class)
        .filter(|class| class.namespace.as_deref() == Some(r"root\cimv2"))
        .map(|class| class.name.as_str())
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, ["Deep", "Known", "Middle"]);
}

#[test]
fn the_libraries_behind_providers_and_com_handlers_are_looked_up() {
    let mut state = computer();
    let class = |id: &str| format!(r"HKLM\SOFTWARE\Classes\CLSID\{id}\InprocServer32");
    let (provider, handler) =
        ("{0f3c0f3c-0f3c-0f3c-0f3c-0f3c0f3c0f3c}", "{1f3c0f3c-0f3c-0f3c-0f3c-0f3c0f3c0f3c}");
    add(&mut state, &class(provider), "", r"C:\Users\Public\p.dll");
    add(&mut state, &class(handler), "", r"%SystemRoot%\h.dll");
    state.add_file(r"C:\Users\Public\p.dll", b"MZ");
    state.add_class(r"root\cimv2", "__Win32Provider", None);
    let own = WmiObject {
        properties: vec![
            Property { name: PropertyName::known("Name"), value: Value::text("Prov"), state: State::Known },
            Property {
                name: PropertyName::known("CLSID"),
                value: Value::text(provider.to_uppercase()),
                state: State::Known,
            },
        ],
        class: "__Win32Provider".to_owned(),
        ..WmiObject::default()
    };
    state.add_instance(r"root\cimv2", own, &["Name"]);
    let task =
        format!("<Task><Actions><ComHandler><ClassId>{handler}</ClassId></ComHandler></Actions></Task>");
    state.add_file(r"C:\Windows\System32\Tasks\Com", task.as_bytes());
    let (_, evidence) = collected(&Memory::new(state));
    let image = |name: &str| {
        let found = evidence.autostarts().find(|(_, entry)| entry.name == name);
        found.and_then(|(_, entry)| entry.image_path.clone())
    };
    assert_eq!(image("Prov").as_deref(), Some(r"C:\Users\Public\p.dll"));
    assert_eq!(image(r"\Com").as_deref(), Some(r"C:\Windows\h.dll"));
    assert!(file(&evidence, r"C:\Users\Public\p.dll").unwrap().exists);
}

#[test]
fn what_protects_the_machine_is_told() {
    let mut state = computer();
    let key = r"HKLM\SOFTWARE\Microsoft\Security Center\Provider\Av\{1}";
    add(&mut state, key, "DISPLAYNAME", "Own Antivirus");
    state.add_registry_value(key, "STATE", RegistryData::dword(0x41000));
    let (_, evidence) = collected(&Memory::new(state));
    let (_, own) = evidence.settings().find(|(_, setting)| setting.kind == "antivirus").unwrap();
    assert_eq!((own.name.as_str(), own.details["state"].as_str()), ("Own Antivirus", "266240"));
}
