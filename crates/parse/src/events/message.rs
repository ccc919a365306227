//! Events of which an export holds only the message: what it says, taken apart again.

use super::wanted::{SYSMON, WMI_ACTIVITY};
use std::collections::BTreeMap;

/// What stands before each field in the messages of the WMI-Activity log, in order, and the name of the field.
const WMI_LABELS: &[(u32, &[(&str, &str)])] = &[
    (
        5857,
        &[
            ("HostProcess = ", "HostProcess"),
            ("; ProcessID = ", "ProcessID"),
            ("; ProviderPath = ", "ProviderPath"),
        ],
    ),
    (
        5858,
        &[
            ("Id = ", "Id"),
            ("; ClientMachine = ", "ClientMachine"),
            ("; User = ", "User"),
            ("; ClientProcessId = ", "ClientProcessId"),
            ("; Component = ", "Component"),
            ("; Operation = ", "Operation"),
            ("; ResultCode = ", "ResultCode"),
            ("; PossibleCause = ", "PossibleCause"),
        ],
    ),
    (
        5859,
        &[
            ("Namespace = ", "NamespaceName"),
            ("; NotificationQuery = ", "Query"),
            ("; OwnerName = ", "User"),
            ("; HostProcessID = ", "Processid"),
            (";  Provider= ", "Provider"),
            (", queryID = ", "queryid"),
            ("; PossibleCause = ", "PossibleCause"),
        ],
    ),
    (
        5860,
        &[
            ("Namespace = ", "NamespaceName"),
            ("; NotificationQuery = ", "Query"),
            ("; UserName = ", "User"),
            ("; ClientProcessID = ", "Processid"),
            (", ClientMachine = ", "ClientMachine"),
            ("; PossibleCause = ", "PossibleCause"),
        ],
    ),
    (
        5861,
        &[
            ("Namespace = ", "Namespace"),
            ("; Eventfilter = ", "ESS"),
            (" (refer to its activate eventid:5859); Consumer = ", "CONSUMER"),
            ("; PossibleCause = ", "PossibleCause"),
        ],
    ),
];

/// The fields of an English message; empty where the provider's messages are not known.
pub(super) fn fields(provider: &str, event: u32, message: &str) -> BTreeMap<String, String> {
    if provider.eq_ignore_ascii_case(WMI_ACTIVITY) {
        let labels = WMI_LABELS.iter().find(|(id, _)| *id == event).map_or(&[][..], |(_, labels)| labels);
        labelled(message, labels)
    } else if provider.eq_ignore_ascii_case(SYSMON) {
        lines(message)
    } else {
        BTreeMap::new()
    }
}

/// The text between the labels. A field may hold what looks like a later label; the first one counts.
fn labelled(message: &str, labels: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut data = BTreeMap::new();
    let mut labels = labels.iter().peekable();
    let Some((first, _)) = labels.peek() else { return data };
    let Some((_, mut rest)) = message.split_once(first) else { return data };
    while let Some((_, name)) = labels.next() {
        let value = match labels.peek().and_then(|(label, _)| rest.split_once(label)) {
            Some((value, behind)) => {
                rest = behind;
                value
            }
            None => std::mem::take(&mut rest),
        };
        data.insert((*name).to_owned(), value.trim().to_owned());
        if rest.is_empty() {
            break;
        }
    }
    data
}

/// `Name: value`, one field a line behind a first line that says what happened.
fn lines(message: &str) -> BTreeMap<String, String> {
    let lines = message.lines().skip(1).filter_map(|line| line.split_once(": "));
    lines.map(|(name, value)| (name.trim().to_owned(), value.trim_end().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_read_from_its_message() {
        let message = "Namespace = //./root/subscription; Eventfilter = F; x (refer to its activate eventid:5859); \
                       Consumer = CommandLineEventConsumer=\"C\"; PossibleCause = Binding EventFilter: \ninstance of …";
        let data = fields("microsoft-windows-wmi-activity", 5861, message);
        assert_eq!(data["Namespace"], "//./root/subscription");
        assert_eq!(data["ESS"], "F; x");
        assert_eq!(data["CONSUMER"], "CommandLineEventConsumer=\"C\"");
        assert!(data["PossibleCause"].starts_with("Binding"));
    }

    #[test]
    fn a_message_that_ends_early_gives_what_it_has() {
        let data = fields(WMI_ACTIVITY, 5859, "Namespace = //./root/CIMV2; NotificationQuery = select 1");
        assert_eq!(data.len(), 2);
        assert_eq!(data["Query"], "select 1");
        assert!(fields(WMI_ACTIVITY, 5859, "Espace de noms").is_empty());
        assert!(fields("Other", 1, "a: b").is_empty());
    }

    #[test]
    fn the_lines_of_sysmon_are_fields() {
        let data = fields(SYSMON, 21, "Activity detected:\r\nOperation: Created\r\nFilter:  \"x\"\r\n");
        assert_eq!(data["Operation"], "Created");
        assert_eq!(data["Filter"], " \"x\"");
    }
}
