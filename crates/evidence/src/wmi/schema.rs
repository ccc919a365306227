//! The classes that subscriptions are made of: their properties, in index order.
//!
//! Measured in `root\subscription` of real repositories (see `docs/formats.md`); Microsoft documents the same lists under
//! "Standard consumer classes" and "WMI system classes".

/// The class of event filters.
pub const EVENT_FILTER: &str = "__EventFilter";
/// The class of bindings.
pub const BINDING: &str = "__FilterToConsumerBinding";
/// The class of interval timers.
pub const INTERVAL_TIMER: &str = "__IntervalTimerInstruction";
/// The class of absolute timers.
pub const ABSOLUTE_TIMER: &str = "__AbsoluteTimerInstruction";
/// The consumer that runs a command line.
pub const COMMAND_LINE: &str = "CommandLineEventConsumer";
/// The consumer that runs a script.
pub const ACTIVE_SCRIPT: &str = "ActiveScriptEventConsumer";
/// The consumer that writes to an event log.
pub const NT_EVENT_LOG: &str = "NTEventLogEventConsumer";
/// The consumer that writes to a file.
pub const LOG_FILE: &str = "LogFileEventConsumer";
/// The consumer that sends mail.
pub const SMTP: &str = "SMTPEventConsumer";

/// What matters of a class.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The class.
    pub class: &'static str,
    /// Every property, inherited ones first.
    pub properties: &'static [&'static str],
    /// The properties that decide what an instance does: they make its fingerprint.
    pub meaningful: &'static [&'static str],
    /// The default values that Windows gives, where they are neither null, empty, zero nor false.
    pub defaults: &'static [(&'static str, &'static str)],
}

/// Every class that Deminer knows by its properties.
pub const SCHEMAS: &[Schema] = &[
    Schema {
        class: EVENT_FILTER,
        properties: &["Name", "CreatorSID", "QueryLanguage", "Query", "EventNamespace", "EventAccess"],
        meaningful: &["QueryLanguage", "Query", "EventNamespace"],
        defaults: &[],
    },
    Schema {
        class: BINDING,
        properties: &[
            "Filter",
            "Consumer",
            "DeliveryQoS",
            "DeliverSynchronously",
            "MaintainSecurityContext",
            "SlowDownProviders",
            "CreatorSID",
        ],
        meaningful: &[
            "Filter",
            "Consumer",
            "DeliveryQoS",
            "DeliverSynchronously",
            "MaintainSecurityContext",
            "SlowDownProviders",
        ],
        defaults: &[],
    },
    Schema {
        class: COMMAND_LINE,
        properties: &[
            "MachineName",
            "MaximumQueueSize",
            "CreatorSID",
            "Name",
            "ExecutablePath",
            "CommandLineTemplate",
            "UseDefaultErrorMode",
            "CreateNewConsole",
            "CreateNewProcessGroup",
            "CreateSeparateWowVdm",
            "CreateSharedWowVdm",
            "Priority",
            "WorkingDirectory",
            "DesktopName",
            "WindowTitle",
            "XCoordinate",
            "YCoordinate",
            "XSize",
            "YSize",
            "XNumCharacters",
            "YNumCharacters",
            "FillAttribute",
            "ShowWindowCommand",
            "ForceOnFeedback",
            "ForceOffFeedback",
            "RunInteractively",
            "KillTimeout",
        ],
        meaningful: &["ExecutablePath", "CommandLineTemplate", "WorkingDirectory", "RunInteractively"],
        defaults: &[("Priority", "32")],
    },
    Schema {
        class: ACTIVE_SCRIPT,
        properties: &[
            "MachineName",
            "MaximumQueueSize",
            "CreatorSID",
            "Name",
            "ScriptingEngine",
            "ScriptText",
            "ScriptFilename",
            "KillTimeout",
        ],
        meaningful: &["ScriptingEngine", "ScriptText", "ScriptFilename"],
        defaults: &[],
    },
    Schema {
        class: NT_EVENT_LOG,
        properties: &[
            "MachineName",
            "MaximumQueueSize",
            "CreatorSID",
            "Name",
            "UNCServerName",
            "SourceName",
            "EventID",
            "EventType",
            "Category",
            "NumberOfInsertionStrings",
            "InsertionStringTemplates",
            "NameOfRawDataProperty",
            "NameOfUserSIDProperty",
        ],
        meaningful: &[
            "UNCServerName",
            "SourceName",
            "EventID",
            "EventType",
            "Category",
            "NumberOfInsertionStrings",
            "InsertionStringTemplates",
            "NameOfRawDataProperty",
            "NameOfUserSIDProperty",
        ],
        defaults: &[("EventType", "1")],
    },
    Schema {
        class: LOG_FILE,
        properties: &[
            "MachineName",
            "MaximumQueueSize",
            "CreatorSID",
            "Name",
            "Filename",
            "Text",
            "MaximumFileSize",
            "IsUnicode",
        ],
        meaningful: &["Filename", "Text"],
        defaults: &[("MaximumFileSize", "65535")],
    },
    Schema {
        class: SMTP,
        properties: &[
            "MachineName",
            "MaximumQueueSize",
            "CreatorSID",
            "Name",
            "SMTPServer",
            "Subject",
            "FromLine",
            "ReplyToLine",
            "Message",
            "ToLine",
            "CcLine",
            "BccLine",
            "HeaderFields",
        ],
        meaningful: &[
            "SMTPServer",
            "Subject",
            "FromLine",
            "ReplyToLine",
            "Message",
            "ToLine",
            "CcLine",
            "BccLine",
        ],
        defaults: &[],
    },
    Schema {
        class: INTERVAL_TIMER,
        properties: &["TimerId", "SkipIfPassed", "IntervalBetweenEvents"],
        meaningful: &["IntervalBetweenEvents", "SkipIfPassed"],
        defaults: &[],
    },
    Schema {
        class: ABSOLUTE_TIMER,
        properties: &["TimerId", "SkipIfPassed", "EventDateTime"],
        meaningful: &["EventDateTime", "SkipIfPassed"],
        defaults: &[],
    },
];

/// The schema of the class; names are compared without case.
pub fn of(class: &str) -> Option<&'static Schema> {
    SCHEMAS.iter().find(|schema| schema.class.eq_ignore_ascii_case(class))
}

/// The standard spelling of a property name, if it is a standard one in that very spelling.
pub fn intern(name: &str) -> Option<&'static str> {
    SCHEMAS.iter().flat_map(|schema| schema.properties.iter().copied()).find(|known| *known == name)
}

/// The class in its standard spelling, if it is a standard one.
pub fn standard_class(class: &str) -> Option<&'static str> {
    of(class).map(|schema| schema.class)
}

/// Whether the class is one of the five consumer classes that Windows ships.
pub fn is_standard_consumer(class: &str) -> bool {
    [COMMAND_LINE, ACTIVE_SCRIPT, NT_EVENT_LOG, LOG_FILE, SMTP]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(class))
}

/// Whether the class is a timer instruction.
pub fn is_timer_class(class: &str) -> bool {
    class.eq_ignore_ascii_case(INTERVAL_TIMER) || class.eq_ignore_ascii_case(ABSOLUTE_TIMER)
}

/// Whether a set of property names has the three that every consumer class inherits from `__EventConsumer`.
pub fn looks_like_consumer<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = [false; 3];
    for name in names {
        for (at, inherited) in ["MachineName", "MaximumQueueSize", "CreatorSID"].iter().enumerate() {
            if let Some(seen) = seen.get_mut(at) {
                *seen |= name.eq_ignore_ascii_case(inherited);
            }
        }
    }
    seen == [true; 3]
}

/// The class whose properties the names are, where the names leave no other choice.
///
/// A listing without class names shows every property of an instance, null or not; so the class is the one of which all properties
/// are among the names and which has no others.
pub fn infer<'a>(names: &(impl Iterator<Item = &'a str> + Clone)) -> Option<&'static str> {
    let own = |schema: &Schema, name: &str| schema.properties.iter().any(|p| p.eq_ignore_ascii_case(name));
    let count = names.clone().count();
    SCHEMAS
        .iter()
        .find(|schema| schema.properties.len() == count && names.clone().all(|name| own(schema, name)))
        .map(|schema| schema.class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_inferred_from_its_whole_property_set_only() {
        for schema in SCHEMAS {
            assert_eq!(infer(&schema.properties.iter().copied()), Some(schema.class));
            assert_eq!(infer(&schema.properties.iter().skip(1).copied()), None, "{}", schema.class);
        }
    }

    #[test]
    fn property_counts_are_those_that_wmi_reports() {
        let count = |class| of(class).map(|schema| schema.properties.len());
        assert_eq!(count(EVENT_FILTER), Some(6));
        assert_eq!(count(BINDING), Some(7));
        assert_eq!(count(COMMAND_LINE), Some(27));
        assert_eq!(count(ACTIVE_SCRIPT), Some(8));
        assert_eq!(count(NT_EVENT_LOG), Some(13));
    }

    #[test]
    fn meaningful_properties_are_properties() {
        for schema in SCHEMAS {
            for name in schema.meaningful.iter().chain(schema.defaults.iter().map(|(name, _)| name)) {
                assert!(schema.properties.contains(name), "{} of {}", name, schema.class);
            }
        }
    }
}
