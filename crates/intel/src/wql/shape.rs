//! What a query waits for.

use super::{Token, tokens};

/// The facts of an event query that say what wakes its consumer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    /// The class behind `FROM`, as written: `__InstanceModificationEvent`, `__TimerEvent`, …
    pub event_class: Option<String>,
    /// The seconds behind `WITHIN`: how often WMI polls.
    pub within: Option<f64>,
    /// The class of the object that changes (`TargetInstance ISA '…'`, or `TargetInstance.__CLASS = '…'`), as written.
    pub target_class: Option<String>,
    /// The timer that is waited for (`TimerId = '…'`), as written.
    pub timer: Option<String>,
    /// Whether the query asks how long the system has been up.
    pub uptime_clause: bool,
    /// Whether there is a `WHERE`.
    pub has_where: bool,
    /// How many comparisons there are behind `WHERE`.
    pub comparisons: usize,
}

/// What wakes the consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// A performance counter that changes all the time, with or without a look at the uptime: a disguised timer.
    PerformanceCounter,
    /// A timer instruction, or the clock (`Win32_LocalTime`, `Win32_UTCTime`).
    Timer,
    /// The start or end of a process.
    ProcessStart,
    /// Somebody logs on or off.
    Logon,
    /// A device or a volume comes or goes.
    Device,
    /// A service changes, or reports an event.
    Service,
    /// The registry changes.
    Registry,
    /// Something is written to an event log.
    EventLog,
    /// The processor's load and the like.
    Processor,
    /// Something else.
    Other,
}

impl Trigger {
    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PerformanceCounter => "performance-counter",
            Self::Timer => "timer",
            Self::ProcessStart => "process-start",
            Self::Logon => "logon",
            Self::Device => "device",
            Self::Service => "service",
            Self::Registry => "registry",
            Self::EventLog => "event-log",
            Self::Processor => "processor",
            Self::Other => "other",
        }
    }
}

/// Classes by what they tell of, as prefixes in lower case; the first that fits counts.
const TRIGGERS: &[(&str, Trigger)] = &[
    ("win32_perf", Trigger::PerformanceCounter),
    ("__timerevent", Trigger::Timer),
    ("win32_localtime", Trigger::Timer),
    ("win32_utctime", Trigger::Timer),
    ("win32_currenttime", Trigger::Timer),
    ("win32_processor", Trigger::Processor),
    ("win32_process", Trigger::ProcessStart),
    ("win32_logonsession", Trigger::Logon),
    ("win32_loggedonuser", Trigger::Logon),
    ("win32_sessionprocess", Trigger::Logon),
    ("win32_networkloginprofile", Trigger::Logon),
    ("win32_volumechangeevent", Trigger::Device),
    ("win32_devicechangeevent", Trigger::Device),
    ("win32_systemconfigurationchangeevent", Trigger::Device),
    ("win32_logicaldisk", Trigger::Device),
    ("win32_usb", Trigger::Device),
    ("win32_service", Trigger::Service),
    ("msft_scmevent", Trigger::Service),
    ("registry", Trigger::Registry),
    ("win32_ntlogevent", Trigger::EventLog),
];

impl Shape {
    /// The shape of a query.
    pub fn of(query: &str) -> Self {
        let tokens = tokens(query);
        let mut shape = Self::default();
        for (at, token) in tokens.iter().enumerate() {
            let next = tokens.get(at + 1);
            let Token::Word(word) = token else {
                if shape.has_where && is_comparison(token) {
                    shape.comparisons += 1;
                }
                continue;
            };
            shape.uptime_clause |= last_part(word).eq_ignore_ascii_case("SystemUpTime");
            if word.eq_ignore_ascii_case("from") && shape.event_class.is_none() {
                shape.event_class = next.and_then(word_or_text);
            } else if word.eq_ignore_ascii_case("within") && shape.within.is_none() {
                shape.within = next.and_then(number);
            } else if word.eq_ignore_ascii_case("where") {
                shape.has_where = true;
            } else if word.eq_ignore_ascii_case("isa") {
                shape.comparisons += 1;
                shape.target_class = shape.target_class.or_else(|| next.and_then(word_or_text));
            } else if last_part(word).eq_ignore_ascii_case("__CLASS") {
                let value = tokens.get(at + 2).and_then(word_or_text);
                shape.target_class = shape.target_class.or(value);
            } else if word.eq_ignore_ascii_case("TimerId") {
                let value = tokens.get(at + 2).and_then(word_or_text);
                shape.timer = shape.timer.or(value);
            }
        }
        shape
    }

    /// What wakes the consumer: by the object that changes, else by the event itself.
    pub fn trigger(&self) -> Trigger {
        let classes = [&self.target_class, &self.event_class];
        let by_class = |class: &String| {
            let class = class.to_lowercase();
            TRIGGERS.iter().find(|(prefix, _)| class.starts_with(prefix)).map(|(_, trigger)| *trigger)
        };
        classes.into_iter().flatten().find_map(by_class).unwrap_or(Trigger::Other)
    }

    /// Whether the query fires by itself, again and again, whatever happens on the machine: a timer, or a performance counter without a
    /// look at the uptime.
    pub fn is_periodic(&self) -> bool {
        match self.trigger() {
            Trigger::Timer => true,
            Trigger::PerformanceCounter => !self.uptime_clause,
            _ => false,
        }
    }
}

fn is_comparison(token: &Token<'_>) -> bool {
    matches!(token, Token::Symbol("=" | "<" | ">" | "<=" | ">=" | "<>" | "!="))
}

fn last_part(word: &str) -> &str {
    word.rsplit('.').next().unwrap_or(word)
}

fn word_or_text(token: &Token<'_>) -> Option<String> {
    match token {
        Token::Word(word) => Some((*word).to_owned()),
        Token::Text { text, .. } => Some(text.clone().into_owned()),
        _ => None,
    }
}

fn number(token: &Token<'_>) -> Option<f64> {
    match token {
        Token::Number(text) => text.parse().ok(),
        Token::Text { text, .. } => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_without_uptime_is_a_timer_in_disguise() {
        let shape = Shape::of(
            "SELECT * FROM __InstanceModificationEvent WITHIN 5600 WHERE TargetInstance ISA 'Win32_PerfFormattedData_PerfOS_System'",
        );
        assert_eq!(shape.trigger(), Trigger::PerformanceCounter);
        assert_eq!(shape.within, Some(5600.0));
        assert!(!shape.uptime_clause && shape.is_periodic());
    }

    #[test]
    fn a_counter_with_uptime_fires_once_after_the_start() {
        let shape = Shape::of(
            "select * from __InstanceModificationEvent within 60 where targetinstance isa \"Win32_PerfRawData_PerfOS_System\" and TargetInstance.SystemUpTime >= 240 AND TargetInstance.SystemUpTime < 301",
        );
        assert!(shape.uptime_clause && !shape.is_periodic());
        assert_eq!(shape.comparisons, 3);
    }

    #[test]
    fn triggers_of_common_queries() {
        for (query, trigger) in [
            ("select * from __timerevent where timerid=\"tick\"", Trigger::Timer),
            ("SELECT * FROM Win32_ProcessStartTrace WHERE ProcessName = 'a.exe'", Trigger::ProcessStart),
            (
                "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA 'Win32_Process'",
                Trigger::ProcessStart,
            ),
            (
                "SELECT * FROM __InstanceCreationEvent WITHIN 15 WHERE TargetInstance ISA 'Win32_LogonSession' AND TargetInstance.LogonType = 2",
                Trigger::Logon,
            ),
            (
                "SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA 'Win32_LocalTime' AND TargetInstance.Hour = 8",
                Trigger::Timer,
            ),
            (
                "SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA \"Win32_Processor\" AND TargetInstance.LoadPercentage > 99",
                Trigger::Processor,
            ),
            ("select * from MSFT_SCMEventLogEvent", Trigger::Service),
            ("SELECT * FROM RegistryKeyChangeEvent WHERE Hive = 'HKEY_LOCAL_MACHINE'", Trigger::Registry),
            ("SELECT * FROM Win32_VolumeChangeEvent WHERE EventType = 2", Trigger::Device),
            ("what is this", Trigger::Other),
        ] {
            assert_eq!(Shape::of(query).trigger(), trigger, "{query}");
        }
        assert_eq!(
            Shape::of("select * from __timerevent where timerid = 'tick'").timer.as_deref(),
            Some("tick")
        );
    }

    #[test]
    fn a_class_may_be_asked_for_by_its_system_property() {
        let shape = Shape::of(
            "SELECT * FROM __InstanceModificationEvent WITHIN 9 WHERE TargetInstance.__CLASS = 'Win32_PerfFormattedData_PerfOS_System'",
        );
        assert_eq!(shape.trigger(), Trigger::PerformanceCounter);
    }
}
