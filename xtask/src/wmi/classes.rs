//! The three classes of a subscription with every property that they have on Windows Vista and later.

use super::{Instance, Value};

/// The SID of the local administrators, S-1-5-32-544, as WMI stores it.
const ADMINISTRATORS: &[u8] = &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];

/// The SID of an invented user, S-1-5-21-1-2-3-1000.
pub(crate) const USER: &[u8] =
    &[1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 232, 3, 0, 0];

/// An event filter.
pub(crate) fn filter(name: &str, query: &str, creator: &'static [u8]) -> Instance {
    Instance {
        class: "__EventFilter",
        superclass: "__IndicationRelated",
        path: format!("__EventFilter.Name=\"{name}\""),
        properties: vec![
            ("CreatorSID", Value::Bytes(creator)),
            ("EventAccess", Value::Null),
            ("EventNamespace", Value::Text(r"root\cimv2".to_owned())),
            ("Name", Value::Text(name.to_owned())),
            ("Query", Value::Text(query.to_owned())),
            ("QueryLanguage", Value::Text("WQL".to_owned())),
        ],
    }
}

/// A consumer that starts a command line.
pub(crate) fn command_line_consumer(name: &str, command: &str, creator: &'static [u8]) -> Instance {
    Instance {
        class: "CommandLineEventConsumer",
        superclass: "__EventConsumer",
        path: format!("CommandLineEventConsumer.Name=\"{name}\""),
        properties: vec![
            ("CommandLineTemplate", Value::Text(command.to_owned())),
            ("CreateNewConsole", Value::Bool(false)),
            ("CreateNewProcessGroup", Value::Bool(false)),
            ("CreateSeparateWowVdm", Value::Bool(false)),
            ("CreateSharedWowVdm", Value::Bool(false)),
            ("CreatorSID", Value::Bytes(creator)),
            ("DesktopName", Value::Null),
            ("ExecutablePath", Value::Null),
            ("FillAttribute", Value::Null),
            ("ForceOffFeedback", Value::Bool(false)),
            ("ForceOnFeedback", Value::Bool(false)),
            ("KillTimeout", Value::Number(0)),
            ("MachineName", Value::Null),
            ("MaximumQueueSize", Value::Null),
            ("Name", Value::Text(name.to_owned())),
            ("Priority", Value::Number(32)),
            ("RunInteractively", Value::Bool(false)),
            ("ShowWindowCommand", Value::Null),
            ("UseDefaultErrorMode", Value::Bool(false)),
            ("WindowTitle", Value::Null),
            ("WorkingDirectory", Value::Null),
            ("XCoordinate", Value::Null),
            ("XNumCharacters", Value::Null),
            ("XSize", Value::Null),
            ("YCoordinate", Value::Null),
            ("YNumCharacters", Value::Null),
            ("YSize", Value::Null),
        ],
    }
}

/// The binding of a filter to a consumer, with relative references.
pub(crate) fn binding(filter: &Instance, consumer: &Instance, creator: &'static [u8]) -> Instance {
    let quoted = |path: &str| path.replace('\\', "\\\\").replace('"', "\\\"");
    Instance {
        class: "__FilterToConsumerBinding",
        superclass: "__IndicationRelated",
        path: format!(
            "__FilterToConsumerBinding.Consumer=\"{}\",Filter=\"{}\"",
            quoted(&consumer.path),
            quoted(&filter.path)
        ),
        properties: vec![
            ("Consumer", Value::Reference(consumer.path.clone())),
            ("CreatorSID", Value::Bytes(creator)),
            ("DeliverSynchronously", Value::Bool(false)),
            ("DeliveryQoS", Value::Null),
            ("Filter", Value::Reference(filter.path.clone())),
            ("MaintainSecurityContext", Value::Bool(false)),
            ("SlowDownProviders", Value::Bool(false)),
        ],
    }
}

/// The subscription that every Windows since Vista has: filter, consumer, binding.
pub(crate) fn stock() -> [Instance; 3] {
    let filter = filter("SCM Event Log Filter", "select * from MSFT_SCMEventLogEvent", ADMINISTRATORS);
    let consumer = Instance {
        class: "NTEventLogEventConsumer",
        superclass: "__EventConsumer",
        path: "NTEventLogEventConsumer.Name=\"SCM Event Log Consumer\"".to_owned(),
        properties: vec![
            ("Category", Value::Number(0)),
            ("CreatorSID", Value::Bytes(ADMINISTRATORS)),
            ("EventID", Value::Number(0)),
            ("EventType", Value::Number(1)),
            ("InsertionStringTemplates", Value::EmptyString),
            ("MachineName", Value::Null),
            ("MaximumQueueSize", Value::Null),
            ("Name", Value::Text("SCM Event Log Consumer".to_owned())),
            ("NameOfRawDataProperty", Value::Null),
            ("NameOfUserSIDProperty", Value::Text("sid".to_owned())),
            ("NumberOfInsertionStrings", Value::Number(0)),
            ("SourceName", Value::Text("Service Control Manager".to_owned())),
            ("UNCServerName", Value::Null),
        ],
    };
    let binding = binding(&filter, &consumer, ADMINISTRATORS);
    [filter, consumer, binding]
}
