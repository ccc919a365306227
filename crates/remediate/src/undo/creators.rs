//! Who made the parts of a subscription. WMI gives what is put back the account that asks as its creator, and Windows serves a subscription only
//! where filter, consumer and binding have the same one.

use crate::messages as m;
use crate::object::{Context, Object, read, wmi_instances};
use crate::plan::Target;
use crate::receipt::{ActionReceipt, Outcome};
use evidence::wmi::{canonical_namespace, schema};
use evidence::{ObjectPath, Value};
use machine::{Machine, WmiInstance};
use std::collections::BTreeSet;

/// Says of what came back where it has another creator than what it is bound to. What cannot be read is not spoken of.
pub(super) fn tell(machine: &dyn Machine, context: &Context, receipts: &mut [ActionReceipt]) {
    let namespaces: BTreeSet<String> = receipts.iter().filter_map(namespace).collect();
    for namespace in namespaces {
        for binding in wmi_instances(machine, &namespace, schema::BINDING).unwrap_or_default() {
            let ends = ["Filter", "Consumer"].map(|name| end(machine, context, &binding, name));
            let [Some(filter), Some(consumer)] = ends else { continue };
            let parts = [&filter, &consumer, &binding];
            let creators: Vec<_> = parts.iter().filter_map(|part| creator(part)).collect();
            if creators.windows(2).all(|pair| pair.first() == pair.last()) {
                continue;
            }
            for receipt in receipts.iter_mut().filter(|receipt| receipt.outcome == Outcome::Done) {
                let Ok(Some(Object::WmiInstance(own))) = read(machine, &receipt.target, context) else {
                    continue;
                };
                if parts.iter().any(|part| part.path == own.path) {
                    receipt.message = m::UNDO_CREATORS.with([binding.path.relative.as_str().into()]);
                }
            }
        }
    }
}

/// The namespace of a part of a subscription that came back.
fn namespace(receipt: &ActionReceipt) -> Option<String> {
    match &receipt.target {
        Target::WmiInstance { namespace, .. } if receipt.outcome == Outcome::Done => Some(namespace.clone()),
        _ => None,
    }
}

/// The filter or consumer of a binding.
fn end(machine: &dyn Machine, context: &Context, binding: &WmiInstance, name: &str) -> Option<WmiInstance> {
    let path: ObjectPath = binding.object.reference(name)?;
    let namespace =
        path.namespace.as_deref().map_or_else(|| binding.path.namespace.clone(), canonical_namespace);
    let target = Target::WmiInstance { namespace, class: path.class, keys: path.keys.into_iter().collect() };
    match read(machine, &target, context) {
        Ok(Some(Object::WmiInstance(found))) => Some(*found),
        _ => None,
    }
}

fn creator(instance: &WmiInstance) -> Option<&Value> {
    let mut own = instance.object.properties.iter();
    own.find(|property| property.name.as_str() == "CreatorSID").map(|property| &property.value)
}
