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
    TITLE_CLASS_UNKNOWN = "title-class-unknown" ["namespace", "class"];
    TITLE_STORE_INSTANCE = "title-store-instance" ["class", "name"];
    TITLE_CLASS_NAME = "title-class-name" ["namespace", "class"];
    TITLE_CONSUMER_CLASS = "title-consumer-class" ["class", "provider"];
    TITLE_AUTOSTART = "title-autostart" ["kind", "name"];

    TITLE_PROCESS = "title-process" ["program", "pid"];
    TITLE_PROCESSES = "title-processes" ["program", "count"];
    TITLE_CONNECTION = "title-connection" ["partner", "process"];
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
    REASON_DISGUISED = "reason-disguised" ["path"];
    REASON_STORE_TOTAL = "reason-store-total" ["size", "limit"];
    REASON_STORE_INSTANCE = "reason-store-instance" ["class"];
    REASON_VOLUNTARY_MINER = "reason-voluntary-miner" [];
    REASON_NOT_SIGNED = "reason-not-signed" ["path"];
    REASON_TASK_NO_DESCRIPTOR = "reason-task-no-descriptor" [];
    REASON_TASK_NO_FILE = "reason-task-no-file" [];
    REASON_CONSUMER_PROVIDER = "reason-consumer-provider" ["class"];

    REASON_BUSY = "reason-busy" ["percent", "minutes"];
    REASON_NO_WINDOW = "reason-no-window" [];
    REASON_RUNS_SCRIPTS = "reason-runs-scripts" [];
    REASON_WMI_CHILD = "reason-wmi-child" ["parent", "count"];
    REASON_MINES_OPENLY = "reason-mines-openly" [];
    REASON_POOL_ADDRESS = "reason-pool-address" ["address", "source"];
    REASON_MINING_PORT = "reason-mining-port" ["partner"];

    REASON_HISTORY = "reason-history" ["time"];
    REASON_HISTORY_GONE = "reason-history-gone" ["time"];
    REASON_EVENT_COUNT = "reason-event-count" ["count"];
    REASON_DEFENDER = "reason-defender" ["threat", "path"];
    REASON_LOG_CLEARED = "reason-log-cleared" ["time"];

    // What a class store holds.
    CONTENT_EXECUTABLE = "content-executable" [];
    CONTENT_SCRIPT = "content-script" [];
    CONTENT_PACKED = "content-packed" [];

    // Settings, accounts, values of the registry.
    TITLE_SETTING = "title-setting" ["kind", "name", "value"];
    TITLE_ACCOUNT = "title-account" ["name"];
    TITLE_REGISTRY_STORE = "title-registry-store" ["key", "name"];
    TITLE_FILE = "title-file" ["path"];
    TITLE_RAN = "title-ran" ["program"];
    REASON_PREFETCH = "reason-prefetch" ["path"];
    SETTING_HOSTS = "setting-hosts" [];
    SETTING_PORTPROXY = "setting-portproxy" [];
    SETTING_ROUTE = "setting-route" [];
    SETTING_FIREWALL = "setting-firewall" [];
    SETTING_EXCLUSION = "setting-exclusion" [];
    SETTING_MOF = "setting-mof" [];
    SETTING_DNS = "setting-dns" [];
    SETTING_IPSEC = "setting-ipsec" [];
    SETTING_OTHER = "setting-other" [];
    REASON_HOSTS_BLOCKED = "reason-hosts-blocked" ["name", "address", "source"];
    REASON_HOSTS_REDIRECTED = "reason-hosts-redirected" ["name", "address", "source"];
    REASON_HOSTS_PRIVATE = "reason-hosts-private" ["name", "address", "source"];
    REASON_HOSTS_POOL = "reason-hosts-pool" ["name", "address"];
    REASON_HOSTS_POOL_BLOCKED = "reason-hosts-pool-blocked" ["name", "address"];
    REASON_FORWARDING = "reason-forwarding" ["from", "to"];
    REASON_FORWARDING_POOL = "reason-forwarding-pool" ["from", "to"];
    REASON_ROUTE_NOWHERE = "reason-route-nowhere" ["destination"];
    REASON_NAME_SERVERS = "reason-name-servers" ["family", "source"];
    REASON_IPSEC = "reason-ipsec" [];
    REASON_EXCLUSION_BROAD = "reason-exclusion-broad" ["name", "source"];
    REASON_EXCLUSION_WRITABLE = "reason-exclusion-writable" ["name"];
    REASON_MOF_PLACE = "reason-mof-place" ["path"];
    REASON_ACCOUNT_HIDDEN = "reason-account-hidden" [];
    REASON_ACCOUNT_GUEST = "reason-account-guest" [];
    REASON_ACCOUNT_ADMINISTRATOR = "reason-account-administrator" [];
    REASON_REGISTRY_STORE = "reason-registry-store" ["size"];
    REASON_STOCK_VALUE = "reason-stock-value" ["value", "found", "source"];
    REASON_DEBUGGER = "reason-debugger" ["image", "debugger"];
    REASON_DEBUGGER_LOGON = "reason-debugger-logon" ["image", "debugger"];
    REASON_CLASS_HIJACKED = "reason-class-hijacked" ["name", "library", "source"];
    REASON_CLASS_SCRIPTLET = "reason-class-scriptlet" ["library"];
    REASON_SERVICE_LIBRARY = "reason-service-library" ["service", "found", "expected"];

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

    // Security updates.
    PATCH_TITLE_OPEN = "patch-title-open" [];
    PATCH_TITLE_UNSERVICED = "patch-title-unserviced" [];
    PATCH_TITLE_HOLE_OPEN = "patch-title-hole-open" ["name", "id"];
    PATCH_TITLE_HOLE_UNKNOWN = "patch-title-hole-unknown" ["name", "id"];
    PATCH_TITLE_HOLE_FIXED = "patch-title-hole-fixed" ["name", "id"];
    PATCH_TITLE_SUPPORT = "patch-title-support" ["product", "day"];
    PATCH_SIGN_FILE_FIXED = "patch-sign-file-fixed" ["found", "minimum"];
    PATCH_SIGN_FILE_OPEN = "patch-sign-file-open" ["found", "minimum"];
    PATCH_SIGN_FILE_UNSERVICED = "patch-sign-file-unserviced" ["found"];
    PATCH_SIGN_FILE_SHIPPED = "patch-sign-file-shipped" ["found"];
    PATCH_SIGN_FILE_ABSENT = "patch-sign-file-absent" [];
    PATCH_SIGN_FILE_FOREIGN = "patch-sign-file-foreign" ["found"];
    PATCH_SIGN_SHIPPED = "patch-sign-shipped" ["build"];
    PATCH_SIGN_FUTURE = "patch-sign-future" ["build"];
    PATCH_SIGN_REVISION_FIXED = "patch-sign-revision-fixed" ["found", "minimum"];
    PATCH_SIGN_REVISION_OPEN = "patch-sign-revision-open" ["found", "minimum"];
    PATCH_SIGN_NO_REVISION = "patch-sign-no-revision" ["build"];
    PATCH_SIGN_ROLLUP_FIXED = "patch-sign-rollup-fixed" ["found", "minimum"];
    PATCH_SIGN_ROLLUP_OPEN = "patch-sign-rollup-open" ["found", "minimum"];
    PATCH_SIGN_ROLLUP_OLDER = "patch-sign-rollup-older" ["found", "minimum"];
    PATCH_SIGN_UPDATE = "patch-sign-update" ["update", "products"];
    PATCH_SIGN_FOREIGN_UPDATE = "patch-sign-foreign-update" ["update", "products"];
    PATCH_SIGN_PREDATES = "patch-sign-predates" ["update"];
    PATCH_SIGN_BULLETIN = "patch-sign-bulletin" ["update"];
    PATCH_SIGN_NOT_IN_IT = "patch-sign-not-in-it" ["update"];
    PATCH_SIGN_DISPUTED = "patch-sign-disputed" ["update"];
    PATCH_SIGN_TRUNCATED = "patch-sign-truncated" ["listed", "counted"];
    PATCH_SIGN_CUT = "patch-sign-cut" ["listed"];
    PATCH_SIGN_EMPTY = "patch-sign-empty" [];
    PATCH_SIGN_NOT_IN_LIST = "patch-sign-not-in-list" [];
    PATCH_SIGN_NOTHING = "patch-sign-nothing" [];
    PATCH_SIGN_VERSIONS = "patch-sign-versions" ["versions"];
    PATCH_SIGN_NO_SERVICE_PACK = "patch-sign-no-service-pack" [];
    PATCH_SIGN_UNSERVICED = "patch-sign-unserviced" ["service-pack"];
    PATCH_SIGN_UNKNOWN_VERSION = "patch-sign-unknown-version" ["version"];
    PATCH_SIGN_NETWORK_FIXED = "patch-sign-network-fixed" [];
    PATCH_SIGN_NETWORK_OPEN = "patch-sign-network-open" [];
    PATCH_SIGN_NETWORK_NOT_OFFERED = "patch-sign-network-not-offered" [];
    PATCH_SIGN_NETWORK_UNCLEAR = "patch-sign-network-unclear" [];
    PATCH_SIGN_RESTART = "patch-sign-restart" [];
    PATCH_AGAINST = "patch-against" ["sign"];
    PATCH_SETTLE = "patch-settle" ["what"];
    PATCH_SETTLE_FILE = "patch-settle-file" [];
    PATCH_SETTLE_REVISION = "patch-settle-revision" [];
    PATCH_SETTLE_PRODUCT = "patch-settle-product" [];
    PATCH_SETTLE_LIST = "patch-settle-list" [];
    PATCH_SETTLE_RESTART = "patch-settle-restart" [];
    PATCH_SETTLE_NETWORK = "patch-settle-network" [];
    PATCH_REMEDY_INSTALL = "patch-remedy-install" ["update", "products"];
    PATCH_REMEDY_SERVICE_PACK = "patch-remedy-service-pack" ["service-pack", "update", "products"];
    PATCH_REMEDY_NONE = "patch-remedy-none" [];
    PATCH_HOLE_UPDATE = "patch-hole-update" ["update"];
    PATCH_HOLE_NOTHING = "patch-hole-nothing" [];
    PATCH_HOLE_INSTALL = "patch-hole-install" ["update"];
    PATCH_SUPPORT = "patch-support" [];
    STAGE_PATCH_OK = "stage-patch-ok" ["sign"];
    STAGE_PATCH_RESTART = "stage-patch-restart" ["sign"];
    STAGE_PATCH_OPEN = "stage-patch-open" ["sign", "remedy"];
    STAGE_PATCH_HOLE = "stage-patch-hole" ["name", "id", "update"];
    STAGE_PATCH_CONTRADICTED = "stage-patch-contradicted" ["sign", "against"];
    STAGE_PATCH_CANNOT_TELL = "stage-patch-cannot-tell" ["why", "settle"];
    STAGE_PATCH_UNKNOWN = "stage-patch-unknown" [];

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
