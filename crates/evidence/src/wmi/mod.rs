//! WMI objects: values, instances, class definitions, paths, and how the parts of a subscription belong together.

mod class;
mod fingerprint;
mod link;
mod object;
mod path;
pub mod schema;
mod sid;
mod value;

pub use class::{ClassProperty, WmiClass};
pub use fingerprint::Fingerprint;
pub use link::{Binding, Linked, Orphan, Part, Subscription, link};
pub use object::{ClassSource, Property, PropertyName, Seen, State, WmiObject};
pub use path::{ObjectPath, PathError};
pub use sid::sid_text;
pub use value::Value;

/// The namespace of permanent subscriptions, in its canonical spelling.
pub const SUBSCRIPTION_NAMESPACE: &str = r"root\subscription";

/// The kind of [`Setting`](crate::Setting) that tells when a part of a subscription was added after Windows was installed.
pub const WRITTEN_AFTER_INSTALL: &str = "wmi-written-after-install";

/// The same of a class, or of the registration of a provider of consumers. It only says something beside a finding.
pub const STORED_AFTER_INSTALL: &str = "wmi-stored-after-install";

/// A namespace in its canonical spelling: backslashes, lower case, no leading server or separators.
///
/// `//./root/subscription`, `\\HOST\ROOT\Subscription` and `root\subscription` are one namespace.
pub fn canonical_namespace(text: &str) -> String {
    let text = text.trim().replace('/', "\\");
    let without_server = match text.strip_prefix("\\\\") {
        Some(rest) => rest.split_once('\\').map_or("", |(_, namespace)| namespace),
        None => text.as_str(),
    };
    without_server.trim_matches('\\').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::canonical_namespace;

    #[test]
    fn spellings_of_a_namespace_are_one() {
        for text in [
            r"root\subscription",
            "//./root/subscription",
            r"\\HOST\ROOT\Subscription",
            r"ROOT/subscription\",
        ] {
            assert_eq!(canonical_namespace(text), r"root\subscription", "{text}");
        }
    }
}
