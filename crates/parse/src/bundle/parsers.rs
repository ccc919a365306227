//! Which parser reads which format.

use super::names;
use crate::format::Format;
use crate::text::Text;
use crate::{
    Parsed, autoruns, events, group_policy, hosts, hotfix, mof, network, policy, powershell, systeminfo,
    tasks, version, wmic,
};

/// Reads a text in its format; `place` is the path of the file inside the bundle.
pub(super) fn parse(format: Format, text: &Text<'_>, place: &str) -> Parsed {
    match format {
        Format::WmicList => {
            let mut parsed = wmic::parse_list(text);
            // The content tells that there are none, the name of what.
            if let Some((area, state)) = names::area(place).filter(|_| wmic::says_no_instances(text)) {
                parsed.coverage.add(area, state);
            }
            parsed
        }
        Format::WmicCsv => wmic::parse_csv(text),
        Format::WmicRawxml => wmic::parse_rawxml(text),
        Format::PowershellList => powershell::parse_list(text),
        Format::PowershellJson => powershell::parse_json(text),
        Format::Mof => mof::parse(text),
        Format::AutorunsCsv | Format::AutorunsTsv => autoruns::parse_table(text),
        Format::AutorunsXml => autoruns::parse_xml(text),
        Format::EventJson => events::parse_json(text),
        Format::TaskXml => tasks::parse(text, place),
        Format::HostsFile => hosts::parse(text),
        Format::SystemInfo => systeminfo::parse(text),
        Format::Hotfixes => hotfix::parse_updates(text),
        Format::Packages => hotfix::parse_packages(text),
        Format::ComputerInfo => version::parse_computer_info(text),
        Format::NetworkCheck => network::parse(text),
        Format::WindowsVersion => version::parse_ver(text),
        Format::SecurityTemplate => policy::parse_template(text),
        Format::PolicyScripts => group_policy::parse(text, place),
        Format::NetAccounts => policy::parse_net_accounts(text),
        _ => Parsed::default(),
    }
}
