//! Damaged class definitions and instances: an object does not vanish with its class.

mod common;

use cim_repository::{Content, EventObjects, Instance, NameHash, Namespace, Repository, Visitor};
use common::Files;

const NAMESPACE: &str = "root\\subscription";
const CLASS: &str = "ActiveScriptEventConsumer";

fn infected() -> Option<(Files, Instance)> {
    let files = common::load("infected-win10")?;
    let objects = files.clone().open().subscriptions();
    let found = consumer(&objects).expect("the consumer is live").clone();
    Some((files, found))
}

fn consumer(objects: &[EventObjects]) -> Option<&Instance> {
    objects.iter().flat_map(|o| &o.consumers).find(|c| c.text("Name") == Some("KillProcess"))
}

/// Whether the consumer's text is among what is left of objects that cannot be decoded.
fn is_in_fragments(objects: &[EventObjects]) -> bool {
    let mut fragments = objects.iter().flat_map(|o| &o.fragments);
    fragments.any(|f| f.fragment.strings.iter().any(|s| s.contains("KillProcess")) && !f.reason.is_empty())
}

fn told(repository: &Repository) -> String {
    repository.problems().into_iter().map(|p| p.text + "\n").collect()
}

#[test]
fn a_flipped_bit_in_the_class_does_not_hide_its_instances() {
    let Some((files, original)) = infected() else { return };
    let size = original.class.location.size as usize;
    for at in (0..size).step_by(31) {
        let mut files = files.clone();
        files.record(&original.class.location)[at] ^= 4;
        let repository = files.open();
        let objects = repository.subscriptions();
        match consumer(&objects) {
            Some(found) if repository.problems().is_empty() => {
                // What cannot be seen is a letter of a name or a bit of a value.
                assert_eq!(found.properties.len(), original.properties.len(), "{at}");
                let script = original.text("ScriptText");
                assert!(found.properties.iter().any(|p| p.value().as_str() == script), "{at}");
            }
            Some(found) => assert!(found.text("ScriptText").is_some(), "{at}: {}", told(&repository)),
            None => {
                // The name of a key property may be another now, then the instance is there under that.
                let script = original.text("ScriptText");
                let consumers = objects.iter().flat_map(|o| &o.consumers);
                let values = || consumers.clone().flat_map(|c| &c.properties).map(|p| p.value().as_str());
                let is_there =
                    values().any(|text| text == script) || values().any(|text| text == Some("KillProcess"));
                assert!(is_there || is_in_fragments(&objects), "{at}: {}", told(&repository));
            }
        }
    }
}

#[test]
fn the_same_class_of_another_namespace_stands_in() {
    let Some((mut files, original)) = infected() else { return };
    files.record(&original.class.location)[12..].fill(0xEE);
    let repository = files.open();
    let objects = repository.subscriptions();
    let found = consumer(&objects).expect("decoded with the class of root\\default");
    assert_eq!(found.text("ScriptText"), original.text("ScriptText"));
    assert_ne!(found.class.namespace, original.class.namespace);
    let told = told(&repository);
    assert!(told.contains("is damaged: it was decoded with that of root\\DEFAULT"), "{told}");

    let namespace = Namespace::new(NAMESPACE);
    assert!(repository.classes(&namespace).any(|c| c.is_err()), "listing says that one cannot be read");
    let class = repository.class(&namespace, CLASS).expect("another stands in").expect("it is there");
    assert_eq!(class.name, CLASS);
}

#[test]
fn without_any_definition_the_text_is_left() {
    let Some((mut files, original)) = infected() else { return };
    let name = NameHash::of(CLASS);
    let repository = files.clone().open();
    for namespace in repository.namespaces() {
        for class in repository.classes(&namespace).flatten().filter(|c| c.name == CLASS) {
            files.record(&class.location)[12..].fill(0xEE);
        }
    }
    for carved in repository.deleted().objects {
        if matches!(&carved.content, Content::Class(class) if class.name == CLASS) {
            let start = usize::try_from(carved.location.offset()).expect("small");
            files.objects[start..start + 500].fill(0xEE);
        }
    }
    let repository = files.open();
    let objects = repository.subscriptions();
    assert_eq!(consumer(&objects), None);
    assert!(is_in_fragments(&objects), "{}", told(&repository));
    let fragment = &objects[0].fragments[0];
    assert_eq!(fragment.fragment.class, Some(name));
    assert_eq!(fragment.location, original.location);
    assert!(fragment.fragment.strings.iter().any(|s| s.contains("WbemScripting.SWbemLocator")));
    assert!(
        told(&repository).contains("an object of a subscription in root\\subscription cannot be decoded")
    );
}

#[test]
fn a_flipped_byte_in_the_instance_leaves_the_rest_of_it() {
    let Some((files, original)) = infected() else { return };
    let size = original.location.size as usize;
    for at in (0..size).step_by(47) {
        let mut files = files.clone();
        files.record(&original.location)[at] ^= 0x80;
        let repository = files.open();
        let objects = repository.subscriptions();
        let consumers = objects.iter().flat_map(|o| &o.consumers).count();
        let fragments = objects.iter().flat_map(|o| &o.fragments).count();
        let text = told(&repository);
        assert_eq!(consumers + fragments, 2, "{at}: {text}");
    }
}

#[test]
fn damaged_qualifiers_do_not_take_the_instance_with_them() {
    struct Find(Option<Instance>);
    impl Visitor for Find {
        fn instance(&mut self, instance: &Instance) {
            let has_room = (instance.location.page_offset + instance.location.size) < 0x2000;
            if self.0.is_none() && has_room && !instance.qualifiers.is_empty() {
                self.0 = Some(instance.clone());
            }
        }
    }
    let Some((mut files, _)) = infected() else { return };
    let mut find = Find(None);
    files.clone().open().walk(&mut find);
    let Some(original) = find.0 else { return };
    // The set lies behind hash, times, header and values; its first entry is the reference of a name.
    let record = files.record(&original.location).to_vec();
    let name = original.qualifiers[0].flavor;
    let kind = |at: usize| {
        record[at + 4] == name
            && (record[at + 5..at + 9] == [8, 0, 0, 0]
                || record[at + 5..at + 9] == [11, 0, 0, 0]
                || record[at + 5..at + 9] == [3, 0, 0, 0])
    };
    let at = (153..record.len() - 9).find(|&at| kind(at)).expect("the set is there");
    files.record(&original.location)[at + 5] = 0xEE;
    let repository = files.open();
    let namespace = original.namespace.clone();
    let again: Vec<_> = repository.instances(&namespace, &original.class.name).flatten().collect();
    let found = again.iter().find(|i| i.relative_path() == original.relative_path()).expect("it is there");
    assert_eq!(found.properties.len(), original.properties.len());
    assert!(found.damage().iter().any(|d| d.contains("qualifiers")), "{:?}", found.damage());
}
