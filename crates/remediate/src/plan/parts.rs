//! What steps are made of.

use super::{Precondition, Target, Verb, subject, suspect};
use crate::messages as m;
use crate::{guard, stock_values};
use detect::assessment::Finding;
use evidence::Message;
use intel::Intel;
use machine::Key;

/// One step, or why there is none.
pub(super) type Step = Result<(Verb, Target, Precondition), Message>;

pub(super) fn fields<const N: usize>(fields: [(&str, Option<String>); N]) -> Precondition {
    let known = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Precondition { fields: known.collect(), unbound: false }
}

pub(super) fn unknown(field: &str) -> Message {
    m::REFUSE_IDENTITY.with([field.into()])
}

/// Whether a text is a registry key with one of the roots that Windows has.
pub(super) fn is_registry_key(text: &str) -> bool {
    let key = Key::new(text);
    let (root, rest) = key.split();
    ["HKLM", "HKU", "HKCU"].iter().any(|known| known.eq_ignore_ascii_case(root))
        && !rest.is_empty()
        && rest.split('\\').all(|part| !part.is_empty() && !part.chars().any(char::is_control))
        && text.len() <= 4_096
}

pub(super) fn reset(key: &Key, name: &str, found: Option<String>, whole: bool) -> Step {
    if stock_values::choices(key, name, r"C:\Windows").is_empty() {
        return Err(m::REFUSE_NO_STOCK_VALUE.with([format!("{}\\{name}", key.0).into()]));
    }
    // Listings take such values apart into their programs, so the whole data may be longer: it is compared as a part.
    let field = if whole { "Data" } else { "Data contains" };
    let precondition = fields([(field, Some(found.ok_or_else(|| unknown("Data"))?))]);
    Ok((Verb::Reset, Target::RegistryValue { key: key.0.clone(), name: name.to_owned() }, precondition))
}

/// The file that an autostart entry starts, where its content was read (its hash is the precondition) and something speaks against the file
/// itself. What may not be deleted is left out without a word, for the finding is about the entry.
pub(super) fn image(finding: &Finding, intel: &Intel) -> Option<Step> {
    let subject = &finding.subject;
    let path = subject::text(subject, &["Image Path"])?;
    let sha256 = subject::text(subject, &["SHA-256"])?;
    let signed = subject::text(subject, &["Signer"]).is_some_and(|signer| signer.starts_with("(Verified)"));
    let may_go = guard::path(&path, None).is_none() && !signed;
    (may_go && suspect::is_suspect(finding, &path, &sha256, intel))
        .then(|| Ok((Verb::Remove, Target::File { path }, fields([("SHA256", Some(sha256.to_lowercase()))]))))
}
