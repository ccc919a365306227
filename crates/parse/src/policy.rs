//! The account policy: what `secedit /export` and group policy (`GptTmpl.inf`) write, and what `net accounts` prints in any language.
//!
//! Every policy becomes a setting of the kind `account-policy` with the name that `secedit` gives it and its number as text; `-1` stands for
//! "never". Registry values and user rights of a security template become records of their own.

mod accounts;
mod template;
#[cfg(test)]
mod tests;

pub use accounts::parse_net_accounts;
pub(crate) use accounts::recognise as recognise_net_accounts;
pub use template::parse_template;
pub(crate) use template::recognise as recognise_template;

use evidence::{RecordData, Setting};

/// The kind of setting that holds a policy.
pub(crate) const KIND: &str = "account-policy";

/// A policy by its name.
pub(crate) fn policy(name: &str, value: &str) -> RecordData {
    RecordData::Setting(Setting {
        kind: KIND.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        ..Setting::default()
    })
}
