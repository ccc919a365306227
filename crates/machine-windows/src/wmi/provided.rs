//! Namespaces whose classes come from a provider: to list them is to run its code.

use super::{SHALLOW, call, instances, object};
use crate::fault::Outcome;
use machine::Fault;
use windows::Win32::System::Wmi::IWbemServices;
use windows::core::w;

/// The providers of classes that Windows has, with their class identifiers, as they are registered in the repository of Windows 10. That of
/// `root\directory\ldap` is none of them: it would ask the domain's controllers.
const STOCK: [(&str, &str); 3] = [
    ("WmiPerfClass", "{661FF7F6-F4D1-4593-B59D-4C54C1ECE68B}"),
    ("WMIProv", "{D2D588B5-D081-11D0-99E0-00C04FC2F8EC}"),
    ("DelegatorProvider", "{03E7DAD7-17A6-4F91-A879-F276B6FD62F8}"),
];

/// Fails where listing the classes of the namespace would run code that is not known to be Windows' own.
pub(super) fn check(services: &IWbemServices) -> Outcome<()> {
    // What derives from the class may have a provider itself.
    let registrations = match instances(services, "__ClassProviderRegistration", SHALLOW) {
        Ok(found) => found,
        Err(Fault::NotFound) => return Ok(()),
        Err(fault) => return Err(fault),
    };
    for registration in registrations {
        let provider = object::system_text(&registration, w!("provider"))?.unwrap_or_default();
        if !is_stock(services, &provider)? {
            return Err(Fault::Other {
                code: 0,
                text: "its classes come from a provider, whose code would run".to_owned(),
            });
        }
    }
    Ok(())
}

/// Whether the reference names a provider of Windows, and what is registered under that name is it.
fn is_stock(services: &IWbemServices, reference: &str) -> Outcome<bool> {
    for (name, identifier) in STOCK {
        let path = format!("__Win32Provider.Name=\"{name}\"");
        let own = reference.rsplit_once(':').map_or(reference, |(_, own)| own);
        if own.eq_ignore_ascii_case(&path) {
            let Some(found) = call::object(services, &path)? else { return Ok(false) };
            let registered = object::system_text(&found, w!("CLSID"))?;
            return Ok(registered.is_some_and(|registered| registered.eq_ignore_ascii_case(identifier)));
        }
    }
    Ok(false)
}
