//! Everything that detection can say. The wording is in the report's catalogue.

use evidence::MessageSpec;

macro_rules! messages {
    ($($name:ident = $id:literal [$($arg:literal),*];)*) => {
        $(pub(crate) const $name: MessageSpec = MessageSpec::new($id, &[$($arg),*]);)*
        /// Every message of this crate.
        pub(crate) const ALL: &[MessageSpec] = &[$($name),*];
    };
}

messages! {
    // Titles.
    TITLE_SUBSCRIPTION = "title-subscription" ["class", "name"];
    TITLE_SUBSCRIPTION_STOCK_NAME = "title-subscription-stock-name" ["class", "name"];
    TITLE_SUBSCRIPTION_AMBIGUOUS = "title-subscription-ambiguous" ["class", "name"];
    TITLE_ORPHAN_FILTER = "title-orphan-filter" ["name"];
    TITLE_ORPHAN_CONSUMER = "title-orphan-consumer" ["class", "name"];
    TITLE_ORPHAN_TIMER = "title-orphan-timer" ["name"];
    TITLE_ORPHAN_BINDING = "title-orphan-binding" ["filter", "consumer"];
    TITLE_STOCK_MISSING = "title-stock-missing" ["entry"];
    TITLE_CLASS_STORE = "title-class-store" ["namespace", "class"];
    TITLE_CLASS_NAME = "title-class-name" ["namespace", "class"];
    TITLE_CONSUMER_CLASS = "title-consumer-class" ["class", "provider"];
    TITLE_AUTOSTART = "title-autostart" ["kind", "name"];

    TITLE_DEFENDER = "title-defender" ["threat"];
    TITLE_SCRIPT_RAN = "title-script-ran" ["text"];
    TITLE_PROCESS_RAN = "title-process-ran" ["text"];
    TITLE_LOG_CLEARED = "title-log-cleared" ["log"];

    // Kinds of autostart places, as arguments of titles.
    PLACE_RUN = "place-run" [];
    PLACE_TASK = "place-task" [];
    PLACE_SERVICE = "place-service" [];
    PLACE_DRIVER = "place-driver" [];
    PLACE_OTHER = "place-other" [];

    // Reasons.
    REASON_NOT_IN_BASELINE = "reason-not-in-baseline" [];
    REASON_STOCK_DIFFERS = "reason-stock-differs" ["entry", "field", "expected", "found"];
    REASON_STOCK_CLASS_DIFFERS = "reason-stock-class-differs" ["entry", "expected", "found"];
    REASON_BASELINE_HEARSAY = "reason-baseline-hearsay" ["entry"];
    REASON_BASELINE_FILE = "reason-baseline-file" ["entry", "file"];
    REASON_CAN_RUN_CODE = "reason-can-run-code" ["class"];
    REASON_CANNOT_RUN_CODE = "reason-cannot-run-code" ["class"];
    REASON_UNKNOWN_CONSUMER_CLASS = "reason-unknown-consumer-class" ["class"];
    REASON_WRITES_SCRIPT = "reason-writes-script" ["file"];
    REASON_TRAIT = "reason-trait" ["field", "trait", "excerpt"];
    REASON_SCRIPT_FILE = "reason-script-file" ["file"];
    REASON_USER_WRITABLE = "reason-user-writable" ["path"];
    REASON_QUERY_COUNTER = "reason-query-counter" ["query"];
    REASON_QUERY_TIMER = "reason-query-timer" ["query"];
    REASON_QUERY_PROCESS = "reason-query-process" ["process"];
    REASON_KILLS_SECURITY_TOOL = "reason-kills-security-tool" ["process"];
    REASON_FAMILY_CONTENT = "reason-family-content" ["family", "indicator", "source"];
    REASON_FAMILY_NAME = "reason-family-name" ["family", "indicator", "source"];
    REASON_AMBIGUOUS = "reason-ambiguous" [];
    REASON_NAMESPACE = "reason-namespace" ["namespace"];
    REASON_NO_BINDING = "reason-no-binding" [];
    REASON_NO_FILTER = "reason-no-filter" ["reference"];
    REASON_NO_CONSUMER = "reason-no-consumer" ["reference"];
    REASON_NO_QUERY = "reason-no-query" [];
    REASON_STOCK_PARTS_MISSING = "reason-stock-parts-missing" ["parts"];
    REASON_STORE_SIZE = "reason-store-size" ["property", "size", "limit"];
    REASON_STORE_CONTENT = "reason-store-content" ["property", "content"];
    REASON_STORE_STOCK_LIST = "reason-store-stock-list" ["namespace", "class"];
    REASON_STORE_VICTIMS = "reason-store-victims" ["property", "count"];
    REASON_VOLUNTARY_MINER = "reason-voluntary-miner" [];
    REASON_NOT_SIGNED = "reason-not-signed" ["path"];
    REASON_TASK_NO_DESCRIPTOR = "reason-task-no-descriptor" [];
    REASON_TASK_NO_FILE = "reason-task-no-file" [];
    REASON_CONSUMER_PROVIDER = "reason-consumer-provider" ["class"];

    REASON_HISTORY = "reason-history" ["time"];
    REASON_HISTORY_GONE = "reason-history-gone" ["time"];
    REASON_EVENT_COUNT = "reason-event-count" ["count"];
    REASON_DEFENDER = "reason-defender" ["threat", "path"];
    REASON_LOG_CLEARED = "reason-log-cleared" ["time"];

    // What a class store holds.
    CONTENT_EXECUTABLE = "content-executable" [];
    CONTENT_SCRIPT = "content-script" [];
    CONTENT_PACKED = "content-packed" [];

    // The timeline.
    TIMELINE_SUBSCRIPTION = "timeline-subscription" ["consumer"];
    TIMELINE_WMI_FILTER = "timeline-wmi-filter" ["operation", "name"];
    TIMELINE_WMI_CONSUMER = "timeline-wmi-consumer" ["operation", "name"];
    TIMELINE_WMI_BINDING = "timeline-wmi-binding" ["operation", "consumer"];
    TIMELINE_SERVICE = "timeline-service" ["name", "path"];
    TIMELINE_TASK_CREATED = "timeline-task-created" ["name"];
    TIMELINE_TASK_CHANGED = "timeline-task-changed" ["name"];
    TIMELINE_TASK_DELETED = "timeline-task-deleted" ["name"];
    TIMELINE_LOG_CLEARED = "timeline-log-cleared" ["log"];
    TIMELINE_DEFENDER = "timeline-defender" ["threat", "path"];
    TIMELINE_DEFENDER_OFF = "timeline-defender-off" [];
    TIMELINE_ACCOUNT_CREATED = "timeline-account-created" ["name"];
    TIMELINE_ACCOUNT_GROUP = "timeline-account-group" ["member", "group"];

    // Notes.
    NOTE_STOCK_COMPATIBLE = "note-stock-compatible" ["entry", "fields"];

    // Stages.
    STAGE_CONFIRM_INFECTED = "stage-confirm-infected" ["count"];
    STAGE_CONFIRM_SUSPICIOUS = "stage-confirm-suspicious" ["count"];
    STAGE_CONFIRM_CLEAN = "stage-confirm-clean" [];
    STAGE_CONFIRM_UNKNOWN = "stage-confirm-unknown" [];
    STAGE_PATCH_UNKNOWN = "stage-patch-unknown" [];
    STAGE_COLLECT_OK = "stage-collect-ok" [];
    STAGE_COLLECT_BROKEN = "stage-collect-broken" [];
    STAGE_COLLECT_UNKNOWN = "stage-collect-unknown" [];
    STAGE_COMPARE_DIFFERS = "stage-compare-differs" ["count"];
    STAGE_COMPARE_OK = "stage-compare-ok" [];
    STAGE_COMPARE_UNKNOWN = "stage-compare-unknown" [];
    STAGE_LOCATE_FOUND = "stage-locate-found" ["count"];
    STAGE_LOCATE_OK = "stage-locate-ok" [];
    STAGE_LOCATE_UNKNOWN = "stage-locate-unknown" [];
    STAGE_REMOVE_ACT = "stage-remove-act" ["count"];
    STAGE_REMOVE_OK = "stage-remove-ok" [];
    STAGE_REMOVE_REVIEW = "stage-remove-review" ["count"];
    STAGE_REMOVE_UNKNOWN = "stage-remove-unknown" [];
    STAGE_VERIFY_UNKNOWN = "stage-verify-unknown" [];
    STAGE_PREVENT_UNKNOWN = "stage-prevent-unknown" [];
    STAGE_PREVENT_NEIGHBOURS = "stage-prevent-neighbours" ["count"];

    // How to get what was not read.
    HOW_EVENT_FILTERS = "how-event-filters" [];
    HOW_EVENT_CONSUMERS = "how-event-consumers" [];
    HOW_BINDINGS = "how-bindings" [];
    HOW_TIMERS = "how-timers" [];
    HOW_OTHER_NAMESPACES = "how-other-namespaces" [];
    HOW_CLASS_STORES = "how-class-stores" [];
    HOW_CONSUMER_CLASSES = "how-consumer-classes" [];
    HOW_TASKS = "how-tasks" [];
    HOW_SERVICES = "how-services" [];
    HOW_AUTOSTARTS = "how-autostarts" [];
    HOW_PROCESSES = "how-processes" [];
    HOW_CONNECTIONS = "how-connections" [];
    HOW_EVENTS = "how-events" [];
    HOW_FILES = "how-files" [];
    HOW_ACCOUNTS = "how-accounts" [];
    HOW_SETTINGS = "how-settings" [];
    HOW_PATCH = "how-patch" [];
    HOW_HARDENING = "how-hardening" [];
}
