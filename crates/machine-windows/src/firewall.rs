//! The rules with which a machine is contained, by the firewall's own interface (Microsoft: `INetFwPolicy2`).
//!
//! Only rules whose names begin as those of containment do are looked at; what else the firewall holds is read from the registry, as in a
//! copy of the hives.

use crate::fault::{Outcome, from_error};
use crate::ranges;
use crate::settings::setting;
use crate::wmi::prepare;
use evidence::Setting;
use machine::Fault;
use std::cell::Cell;
use windows::Win32::Foundation::VARIANT_BOOL;
use windows::Win32::NetworkManagement::WindowsFirewall::{
    INetFwPolicy2, INetFwRule, INetFwRules, NET_FW_ACTION_BLOCK, NET_FW_MODIFY_STATE_GP_OVERRIDE,
    NET_FW_PROFILE_TYPE2, NET_FW_PROFILE2_ALL, NET_FW_RULE_DIR_IN, NetFwPolicy2, NetFwRule,
};
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance};
use windows::Win32::System::Ole::IEnumVARIANT;
use windows::Win32::System::Variant::{VARIANT, VT_DISPATCH};
use windows::core::{BSTR, Interface as _};

/// The kind of setting.
pub(crate) const KIND: &str = "containment";
/// What the names of these rules begin with.
const PREFIX: &str = "Deminer: ";
/// `IPPROTO_TCP`.
const TCP: i32 = 6;
/// More rules than any firewall has.
const MAX_RULES: usize = 1 << 16;
/// The profiles, of which several can be in use at once: domain, private, public.
const PROFILES: [i32; 3] = [1, 2, 4];

/// The rules of this program, sorted by name.
pub(crate) fn list(is_com_ready: &Cell<bool>) -> Outcome<Vec<Setting>> {
    let rules = rules(&policy(is_com_ready)?)?;
    let mut found = Vec::new();
    for rule in each(&rules)? {
        let name = text(name_of(&rule))?;
        if name.starts_with(PREFIX) {
            found.push(read(&rule, name)?);
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Makes the rule, and looks whether it is there and counts.
pub(crate) fn add(wanted: &Setting, is_com_ready: &Cell<bool>) -> Outcome<()> {
    let detail = |name: &str| wanted.details.get(name).map(String::as_str);
    let is_block = wanted.value == "block" && detail("action") == Some("block");
    let is_in = detail("direction") == Some("in") && detail("protocol") == Some("tcp");
    let (Some(ports), Some(from)) = (detail("local-ports"), detail("remote-addresses")) else {
        return Err(Fault::Unsupported);
    };
    if !is_block || !is_in || !wanted.name.starts_with(PREFIX) || wanted.details.len() != 5 {
        return Err(Fault::Unsupported);
    }
    let policy = policy(is_com_ready)?;
    counts(&policy)?;
    let rules = rules(&policy)?;
    if named(&rules, &wanted.name)?.is_some() {
        return Err(Fault::Exists);
    }
    let from = if from == "any" { "*" } else { from };
    // SAFETY: COM is ready on this thread; texts and the rule outlive the calls.
    let make = || unsafe {
        let rule: INetFwRule = CoCreateInstance(&NetFwRule, None, CLSCTX_INPROC_SERVER)?;
        rule.SetName(&BSTR::from(&wanted.name))?;
        rule.SetProtocol(TCP)?;
        rule.SetLocalPorts(&BSTR::from(ports))?;
        rule.SetRemoteAddresses(&BSTR::from(from))?;
        rule.SetDirection(NET_FW_RULE_DIR_IN)?;
        rule.SetAction(NET_FW_ACTION_BLOCK)?;
        rule.SetProfiles(NET_FW_PROFILE2_ALL.0)?;
        rule.SetEnabled(VARIANT_BOOL::from(true))?;
        rules.Add(&rule)
    };
    make().map_err(|error: windows::core::Error| told(&error))?;
    match named(&rules, &wanted.name)? {
        Some(rule) if read(&rule, wanted.name.clone())? == *wanted => Ok(()),
        _ => {
            let text =
                "the firewall took the rule and does not show it; block the ports at the router".to_owned();
            Err(Fault::Other { code: 0, text })
        }
    }
}

/// Removes the rule, where it is still this one.
pub(crate) fn remove(expected: &Setting, is_com_ready: &Cell<bool>) -> Outcome<()> {
    if !expected.name.starts_with(PREFIX) {
        return Err(Fault::Unsupported);
    }
    let rules = rules(&policy(is_com_ready)?)?;
    let mut same = Vec::new();
    for rule in each(&rules)? {
        let name = text(name_of(&rule))?;
        if name.eq_ignore_ascii_case(&expected.name) {
            same.push(read(&rule, name)?);
        }
    }
    match same.as_slice() {
        [] => Err(Fault::NotFound),
        [one] if one == expected => {
            // SAFETY: the text outlives the call.
            unsafe { rules.Remove(&BSTR::from(&expected.name)) }.map_err(|error| told(&error))
        }
        // Of several with one name it cannot be said which goes.
        _ => Err(Fault::Changed),
    }
}

fn policy(is_com_ready: &Cell<bool>) -> Outcome<INetFwPolicy2> {
    prepare(is_com_ready);
    // SAFETY: COM is ready on this thread.
    unsafe { CoCreateInstance(&NetFwPolicy2, None, CLSCTX_INPROC_SERVER) }.map_err(|error| told(&error))
}

fn rules(policy: &INetFwPolicy2) -> Outcome<INetFwRules> {
    // SAFETY: the policy is one that was just made.
    unsafe { policy.Rules() }.map_err(|error| told(&error))
}

/// Fails where a rule of ours would be kept and block nothing.
fn counts(policy: &INetFwPolicy2) -> Outcome<()> {
    // SAFETY: the policy is one that was just made.
    let (state, current) = unsafe { (policy.LocalPolicyModifyState(), policy.CurrentProfileTypes()) };
    let refuse = |text: &str| Err(Fault::Other { code: 0, text: text.to_owned() });
    if state.is_ok_and(|state| state == NET_FW_MODIFY_STATE_GP_OVERRIDE) {
        return refuse(
            "group policy lets no local firewall rule count; block the ports by policy or at the router",
        );
    }
    let current = current.map_err(|error| told(&error))?;
    for profile in PROFILES.into_iter().filter(|profile| current & profile != 0) {
        // SAFETY: as above.
        let enabled = unsafe { policy.get_FirewallEnabled(NET_FW_PROFILE_TYPE2(profile)) };
        if !enabled.map_err(|error| told(&error))?.as_bool() {
            return refuse(
                "the firewall is off for the network of this machine, so a rule would block nothing; switch it on",
            );
        }
    }
    Ok(())
}

/// The rule of this name; `None` where there is none.
fn named(rules: &INetFwRules, name: &str) -> Outcome<Option<INetFwRule>> {
    // SAFETY: the text outlives the call.
    match unsafe { rules.Item(&BSTR::from(name)) }.map_err(|error| told(&error)) {
        Ok(rule) => Ok(Some(rule)),
        Err(Fault::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Every rule.
fn each(rules: &INetFwRules) -> Outcome<Vec<INetFwRule>> {
    // SAFETY: the rules are those that the firewall gave.
    let list = unsafe { rules._NewEnum() }.map_err(|error| told(&error))?;
    let list: IEnumVARIANT = list.cast().map_err(|error| told(&error))?;
    let mut found = Vec::new();
    loop {
        let mut next = [VARIANT::default()];
        let mut count = 0;
        // SAFETY: there is room for one value, and for how many there were.
        let code = unsafe { list.Next(&mut next, &raw mut count) };
        code.ok().map_err(|error| told(&error))?;
        let [next] = next;
        if count == 0 {
            return Ok(found);
        }
        if found.len() >= MAX_RULES {
            return Err(Fault::TooMany { limit: MAX_RULES as u64 });
        }
        // SAFETY: the type says that there is an object.
        let object = unsafe {
            let inner = &next.Anonymous.Anonymous;
            if inner.vt == VT_DISPATCH { (*inner.Anonymous.pdispVal).clone() } else { None }
        };
        found.push(object.ok_or(Fault::Unsupported)?.cast().map_err(|error| told(&error))?);
    }
}

fn name_of(rule: &INetFwRule) -> windows::core::Result<BSTR> {
    // SAFETY: the rule is one that the firewall gave.
    unsafe { rule.Name() }
}

fn text(told_text: windows::core::Result<BSTR>) -> Outcome<String> {
    told_text.map(|text| text.to_string()).map_err(|error| told(&error))
}

/// The rule, with everything by which it could block less than its name says.
fn read(rule: &INetFwRule, name: String) -> Outcome<Setting> {
    // SAFETY: the rule is one that the firewall gave.
    let read = || unsafe {
        Ok(Parts {
            action: rule.Action()?.0,
            direction: rule.Direction()?.0,
            protocol: rule.Protocol()?,
            local_ports: rule.LocalPorts()?.to_string(),
            remote_ports: rule.RemotePorts()?.to_string(),
            local_addresses: rule.LocalAddresses()?.to_string(),
            remote_addresses: rule.RemoteAddresses()?.to_string(),
            profiles: rule.Profiles()?,
            is_enabled: rule.Enabled()?.as_bool(),
            program: rule.ApplicationName()?.to_string(),
            service: rule.ServiceName()?.to_string(),
            interfaces: rule.InterfaceTypes()?.to_string(),
        })
    };
    let parts: Parts = read().map_err(|error| told(&error))?;
    Ok(parts.setting(name))
}

/// What a rule says.
struct Parts {
    action: i32,
    direction: i32,
    protocol: i32,
    local_ports: String,
    remote_ports: String,
    local_addresses: String,
    remote_addresses: String,
    profiles: i32,
    is_enabled: bool,
    program: String,
    service: String,
    interfaces: String,
}

impl Parts {
    /// What is as in a rule that only blocks is left out.
    fn setting(self, name: String) -> Setting {
        let action = if self.action == NET_FW_ACTION_BLOCK.0 { "block" } else { "allow" };
        let direction = if self.direction == NET_FW_RULE_DIR_IN.0 { "in" } else { "out" };
        let protocol = if self.protocol == TCP { "tcp".to_owned() } else { self.protocol.to_string() };
        let is_any = |text: &str| text.is_empty() || text == "*" || text.eq_ignore_ascii_case("all");
        let other = |text: String| (!is_any(&text)).then_some(text);
        let all = NET_FW_PROFILE2_ALL.0;
        let details = [
            ("action", Some(action.to_owned())),
            ("direction", Some(direction.to_owned())),
            ("protocol", Some(protocol)),
            ("local-ports", Some(ranges::ports(&self.local_ports))),
            (
                "remote-addresses",
                Some(ranges::addresses(&self.remote_addresses).unwrap_or(self.remote_addresses)),
            ),
            ("enabled", (!self.is_enabled).then(|| "false".to_owned())),
            (
                "profiles",
                (self.profiles & all != all && self.profiles & 7 != 7).then(|| self.profiles.to_string()),
            ),
            ("remote-ports", other(self.remote_ports)),
            ("local-addresses", other(self.local_addresses)),
            ("program", other(self.program)),
            ("service", other(self.service)),
            ("interfaces", other(self.interfaces)),
        ];
        let mut rule = setting(KIND, name, action);
        rule.details =
            details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        rule
    }
}

/// The fault, with words for the firewall that does not run.
fn told(error: &windows::core::Error) -> Fault {
    /// `EPT_S_NOT_REGISTERED`, `ERROR_SERVICE_NOT_ACTIVE`, `ERROR_SERVICE_DISABLED`: what the interface answers without its service.
    const NOT_RUNNING: [u32; 3] = [0x8007_06D9, 0x8007_0426, 0x8007_0422];
    let code = error.code().0.cast_unsigned();
    if NOT_RUNNING.contains(&code) {
        let text = "the Windows Firewall service (`MpsSvc`) does not run; start it, or block the ports at the router";
        return Fault::Other { code, text: text.to_owned() };
    }
    match from_error(error) {
        Fault::Unsupported => {
            let text = "there is no Windows Firewall here that can be told; block the ports at the router";
            Fault::Other { code, text: text.to_owned() }
        }
        fault => fault,
    }
}
