//! Everything that the command line itself can say. The wording is in the report's catalogue, in `cli.ftl`.

use evidence::MessageSpec;

macro_rules! messages {
    ($($name:ident = $id:literal [$($arg:literal),*];)*) => {
        $(pub(crate) const $name: MessageSpec = MessageSpec::new($id, &[$($arg),*]);)*
        /// Every message of the command line.
        #[cfg(test)]
        pub(crate) const ALL: &[MessageSpec] = &[$($name),*];
    };
}

messages! {
    // The words before a message.
    ERROR = "cli-error" [];
    HINT = "cli-hint" [];
    WARNING = "cli-warning" [];
    NOTE = "cli-note" [];

    // What stops a command, and what to do about it.
    NO_EVIDENCE = "cli-no-evidence" [];
    HINT_NO_EVIDENCE = "cli-hint-no-evidence" [];
    NOT_WINDOWS = "cli-not-windows" [];
    HINT_NOT_WINDOWS = "cli-hint-not-windows" [];
    CANNOT_COLLECT = "cli-cannot-collect" ["problem"];
    HINT_CANNOT_COLLECT = "cli-hint-cannot-collect" [];
    SCAN_FILE_RELATIVE = "cli-scan-file-relative" ["path"];
    SCAN_FILE_OTHER = "cli-scan-file-other" ["path"];
    HINT_SCAN_FILE = "cli-hint-scan-file" [];
    SCANNING = "cli-scanning" [];
    NOTHING_READ = "cli-nothing-read" ["count"];
    HINT_NOTHING_READ = "cli-hint-nothing-read" [];
    OUTPUT_IS_EVIDENCE = "cli-output-is-evidence" ["path"];
    HINT_OUTPUT_IS_EVIDENCE = "cli-hint-output-is-evidence" [];
    OUTPUT_IS_FOLDER = "cli-output-is-folder" ["path"];
    HINT_OUTPUT_IS_FOLDER = "cli-hint-output-is-folder" [];
    CANNOT_WRITE = "cli-cannot-write" ["path", "problem"];
    HINT_CANNOT_WRITE = "cli-hint-cannot-write" [];
    CANNOT_PRINT = "cli-cannot-print" ["problem"];
    CANNOT_READ = "cli-cannot-read" ["path", "problem"];
    IO_NOT_FOUND = "cli-io-not-found" [];
    IO_DENIED = "cli-io-denied" [];
    IO_FOLDER = "cli-io-folder" [];
    IO_NO_FOLDER = "cli-io-no-folder" [];
    IO_FULL = "cli-io-full" [];
    IO_READ_ONLY = "cli-io-read-only" [];
    IO_IN_USE = "cli-io-in-use" [];
    IO_NAME = "cli-io-name" [];
    HINT_CANNOT_READ = "cli-hint-cannot-read" [];
    HINT_DID_YOU_MEAN = "cli-hint-did-you-mean" ["name"];
    NO_THREADS = "cli-no-threads" ["problem"];
    HINT_NO_THREADS = "cli-hint-no-threads" [];
    DATA_FILE = "cli-data-file" ["problem"];
    HINT_BASELINE_FILE = "cli-hint-baseline-file" [];
    HINT_FAMILY_FILE = "cli-hint-family-file" [];
    UNKNOWN_BASELINE = "cli-unknown-baseline" ["name"];
    HINT_UNKNOWN_BASELINE = "cli-hint-unknown-baseline" [];
    UNKNOWN_FAMILY = "cli-unknown-family" ["name"];
    HINT_UNKNOWN_FAMILY = "cli-hint-unknown-family" [];
    NOTHING_TO_LEARN = "cli-nothing-to-learn" [];
    HINT_NOTHING_TO_LEARN = "cli-hint-nothing-to-learn" [];
    LEARN_FROM_INFECTED = "cli-learn-from-infected" ["host", "count"];
    HINT_LEARN_FROM_INFECTED = "cli-hint-learn-from-infected" [];
    INPUT_TOO_LARGE = "cli-input-too-large" ["path", "limit"];
    HINT_INPUT_TOO_LARGE = "cli-hint-input-too-large" [];
    CIM_PROBLEM = "cli-cim-problem" ["problem"];
    HINT_REPOSITORY = "cli-hint-repository" [];
    SEVERAL_REPOSITORIES = "cli-several-repositories" ["path", "count", "names"];
    HINT_SEVERAL_REPOSITORIES = "cli-hint-several-repositories" ["name"];
    NO_SUCH_OBJECT = "cli-no-such-object" ["path"];
    HINT_NO_SUCH_OBJECT = "cli-hint-no-such-object" [];
    OBJECT_PATH = "cli-object-path" ["path", "problem"];
    HINT_OBJECT_PATH = "cli-hint-object-path" [];

    PLAN_FILE = "cli-plan-file" ["path", "problem"];
    HINT_PLAN_FILE = "cli-hint-plan-file" [];
    SEVERAL_HOSTS = "cli-several-hosts" [];
    HINT_SEVERAL_HOSTS = "cli-hint-several-hosts" [];
    UNKNOWN_HOST = "cli-unknown-host" ["name"];
    HINT_UNKNOWN_HOST = "cli-hint-unknown-host" [];

    // Plans.
    PLAN_FOR = "cli-plan-for" ["host", "count"];
    PLAN_REFUSED = "cli-plan-refused" [];
    ASK_PLAN = "cli-ask-plan" [];
    NEXT_CLEAN = "cli-next-clean" ["plan"];
    NEXT_CLEAN_ONLY = "cli-next-clean-only" ["plan"];
    PLAN_GAPS = "cli-plan-gaps" ["count"];
    UPDATES_ELSEWHERE = "cli-updates-elsewhere" ["path"];
    UPDATES_PATH = "cli-updates-path" ["path"];
    HINT_UPDATES_PATH = "cli-hint-updates-path" [];
    NO_TERMINAL = "cli-no-terminal" [];
    UNANSWERED = "cli-unanswered" [];
    HINT_NO_TERMINAL = "cli-hint-no-terminal" [];
    SCRIPT_LEFT_OUT = "cli-script-left-out" ["count"];
    VERB_CONTAIN = "cli-verb-contain" [];
    VERB_SUSPEND = "cli-verb-suspend" [];
    VERB_DISABLE = "cli-verb-disable" [];
    VERB_END = "cli-verb-end" [];
    VERB_REMOVE = "cli-verb-remove" [];
    VERB_RESET = "cli-verb-reset" [];
    VERB_RESTORE = "cli-verb-restore" [];
    VERB_PATCH = "cli-verb-patch" [];
    VERB_HARDEN = "cli-verb-harden" [];

    // Cleaning, undoing, verifying.
    CLEAN_NEEDS_WINDOWS = "cli-clean-needs-windows" [];
    HINT_CLEAN_NEEDS_WINDOWS = "cli-hint-clean-needs-windows" [];
    HINT_ELEVATE = "cli-hint-elevate" [];
    HINT_CASE = "cli-hint-case" [];
    HINT_CASE_PATH = "cli-hint-case-path" [];
    HINT_OTHER_HOST = "cli-hint-other-host" [];
    HINT_NOT_VERIFIED = "cli-hint-not-verified" [];
    NOBODY_TO_ASK = "cli-nobody-to-ask" [];
    ASK_ACTION = "cli-ask-action" ["verb", "target", "reason"];
    CASE_IS = "cli-case-is" ["path"];
    NOTHING_CHANGED = "cli-nothing-changed" [];
    EXPERIMENTAL = "cli-experimental" [];
    SELFTEST_PASSED = "cli-selftest-passed" ["kind", "steps"];
    SELFTEST_FAILED = "cli-selftest-failed" ["kind", "failed", "steps"];
    STEP_OK = "cli-step-ok" [];
    STEP_WITHOUT = "cli-step-without" ["what"];
    PHASE_MAKE = "cli-phase-make" ["object"];
    PHASE_REMOVE = "cli-phase-remove" ["object"];
    PHASE_VERIFY = "cli-phase-verify" ["object"];
    PHASE_PURGE = "cli-phase-purge" ["object"];
    PHASE_UNDO = "cli-phase-undo" ["object"];
    PHASE_COMPARE = "cli-phase-compare" ["object"];
    PHASE_TIDY = "cli-phase-tidy" ["object"];
    UNSEEN = "cli-unseen" [];
    WOULD_STOP = "cli-would-stop" ["why"];
    UNPATCHED = "cli-unpatched" [];
    TOO_LITTLE_READ = "cli-too-little-read" [];
    NOTHING_BY_CONTENT = "cli-nothing-by-content" [];
    RESTART = "cli-restart" [];
    NEXT_VERIFY = "cli-next-verify" ["case"];
    HELD_BACK = "cli-held-back" [];
    STOPPED = "cli-stopped" ["why"];
    WATCHING = "cli-watching" ["seconds", "pause"];
    CHANGED_AT = "cli-changed-at" ["time"];
    ARRIVED = "cli-arrived" ["time", "what"];
    VERIFY_PASSED = "cli-verify-passed" ["held"];
    VERIFY_FAILED = "cli-verify-failed" ["held", "other"];
    AGAIN_NOTHING = "cli-again-nothing" [];
    AGAIN_FOUND = "cli-again-found" ["count"];
    AGAIN_FAILED = "cli-again-failed" ["why"];
    AGAIN_UNREAD = "cli-again-unread" ["areas"];
    CLEAN_AGAIN = "cli-clean-again" [];
    RUN_DRY = "cli-run-dry" ["host"];
    RUN_APPLY = "cli-run-apply" ["host"];
    RUN_RESUME = "cli-run-resume" ["host"];
    RUN_PURGE = "cli-run-purge" ["host"];
    RUN_UNDO = "cli-run-undo" ["host"];
    RUN_VERIFY = "cli-run-verify" ["host"];
    ACTION_REASON = "cli-action-reason" ["reason", "findings"];
    ACTION_SAFETY = "cli-action-safety" ["backup", "check"];
    ACTION_NO_BACKUP = "cli-action-no-backup" [];
    TARGET_PLAIN = "cli-target-plain" ["name"];
    TARGET_SERVICE = "cli-target-service" ["name"];
    TARGET_TASK = "cli-target-task" ["name"];
    TARGET_STOCK = "cli-target-stock" ["name"];
    OUTCOME_UNDONE = "cli-outcome-undone" [];
    OUTCOME_PLANNED = "cli-outcome-planned" [];
    OUTCOME_DONE = "cli-outcome-done" [];
    OUTCOME_AT_RESTART = "cli-outcome-at-restart" [];
    OUTCOME_AS_IT_SHOULD = "cli-outcome-as-it-should" [];
    OUTCOME_REFUSED = "cli-outcome-refused" [];
    OUTCOME_HELD_BACK = "cli-outcome-held-back" [];
    OUTCOME_FAILED = "cli-outcome-failed" [];
    OUTCOME_UNKNOWN = "cli-outcome-unknown" [];
    SUM_PLANNED = "cli-sum-planned" ["count"];
    SUM_DONE = "cli-sum-done" ["count"];
    SUM_AS_IT_SHOULD = "cli-sum-as-it-should" ["count"];
    SUM_AT_RESTART = "cli-sum-at-restart" ["count"];
    SUM_HELD_BACK = "cli-sum-held-back" ["count"];
    SUM_LEFT = "cli-sum-left" ["count"];
    SUM_NOTHING = "cli-sum-nothing" [];
    NOW_GONE = "cli-now-gone" [];
    NOW_KEPT = "cli-now-kept" [];
    NOW_BACK = "cli-now-back" [];
    NOW_CHANGED = "cli-now-changed" [];
    NOW_AT_RESTART = "cli-now-at-restart" [];
    NOW_NOT_DONE = "cli-now-not-done" [];
    NOW_UNDONE = "cli-now-undone" [];
    NOW_UNKNOWN = "cli-now-unknown" [];
    BACKUP_JSON = "cli-backup-json" [];
    BACKUP_MOF = "cli-backup-mof" [];
    BACKUP_CONFIGURATION = "cli-backup-configuration" [];
    BACKUP_XML = "cli-backup-xml" [];
    BACKUP_VALUE = "cli-backup-value" [];
    BACKUP_QUARANTINE = "cli-backup-quarantine" [];
    CHECK_PRESENT = "cli-check-present" [];
    CHECK_ACCEPTED = "cli-check-accepted" [];
    CHECK_DISABLED = "cli-check-disabled" [];
    CHECK_ABSENT = "cli-check-absent" [];
    CHECK_EQUALS = "cli-check-equals" [];
    CHECK_BY_HAND = "cli-check-by-hand" [];

    // Started by a double click.
    OPENED_HELLO = "cli-opened-hello" [];
    OPENED_NOTHING = "cli-opened-nothing" [];
    OPENED_FOUND = "cli-opened-found" [];
    OPENED_UNKNOWN = "cli-opened-unknown" [];
    OPENED_REPORT = "cli-opened-report" ["path"];
    OPENED_ASK = "cli-opened-ask" [];
    OPENED_BY_HAND = "cli-opened-by-hand" [];
    OPENED_END = "cli-opened-end" [];

    // Collecting.
    COLLECTING = "cli-collecting" [];
    COLLECTED = "cli-collected" ["path"];
    STEP_DONE = "cli-step-done" ["step", "seconds", "records"];
    STEP_PROCESSES = "cli-step-processes" [];
    STEP_WMI = "cli-step-wmi" [];
    STEP_TASKS = "cli-step-tasks" [];
    STEP_SERVICES = "cli-step-services" [];
    STEP_AUTOSTARTS = "cli-step-autostarts" [];
    STEP_SYSTEM = "cli-step-system" [];
    STEP_FILES = "cli-step-files" [];
    STEP_LOGS = "cli-step-logs" [];
    NOT_COLLECTED = "cli-not-collected" ["count"];
    NOT_ELEVATED = "cli-not-elevated" [];

    // Samples.
    SAMPLE_PACKED = "cli-sample-packed" ["count", "path"];
    SAMPLE_LINE = "cli-sample-line" ["format", "length", "origin"];
    SAMPLE_PROGRAM = "cli-sample-program" [];
    SAMPLE_TEXT = "cli-sample-text" [];
    SAMPLE_DATA = "cli-sample-data" [];
    CANNOT_PACK = "cli-cannot-pack" ["problem"];
    NO_FINDING = "cli-no-finding" ["name"];
    HINT_NO_FINDING = "cli-hint-no-finding" [];
    NO_PAYLOAD = "cli-no-payload" ["named"];
    HINT_NO_PAYLOAD = "cli-hint-no-payload" [];
    NOTHING_LEARNED = "cli-nothing-learned" [];
    HINT_NOTHING_LEARNED = "cli-hint-nothing-learned" [];

    // Signatures.
    HINT_SIGNATURE_SET = "cli-hint-signature-set" [];
    SIGNATURE_BROKEN = "cli-signature-broken" ["path"];
    SIGNATURE_STRANGER = "cli-signature-stranger" ["path"];
    SIGNATURE_UNSIGNED = "cli-signature-unsigned" ["path"];
    SIGNATURE_NO_KEY = "cli-signature-no-key" ["path"];
    HINT_SIGNATURE = "cli-hint-signature" [];
    SIGNATURE_SIGNED = "cli-signature-signed" ["path", "version", "key"];
    SIGNATURE_OWN = "cli-signature-own" ["path", "version"];
    SIGNATURE_WRITTEN = "cli-signature-written" ["count", "path", "version"];
    SIGNATURE_DROPPED = "cli-signature-dropped" ["path"];
    SIGNATURE_HASHES_ONLY = "cli-signature-hashes-only" [];
    SIGNATURE_LEFT_OUT = "cli-signature-left-out" [];
    SIGNATURE_COMMON = "cli-signature-common" [];
    SIGNATURE_SHORT = "cli-signature-short" [];
    SIGNATURE_BASELINE = "cli-signature-baseline" ["name"];
    SIGNATURE_CLEAN = "cli-signature-clean" [];
    KEYS_WRITTEN = "cli-keys-written" ["secret", "public"];

    // The hand-over.
    ESCALATED = "cli-escalated" ["path", "questions"];
    TOO_MANY_FILES = "cli-too-many-files" ["path", "limit"];
    HINT_TOO_MANY_FILES = "cli-hint-too-many-files" [];
    HANDOVER_README = "cli-handover-readme" [];
    HANDOVER_TITLE = "cli-handover-title" ["host"];
    HANDOVER_PACKED = "cli-handover-packed" ["time", "operator"];
    HANDOVER_VERDICT = "cli-handover-verdict" ["verdict"];
    HANDOVER_PROGRAM = "cli-handover-program" [];
    HANDOVER_NO_PROGRAM = "cli-handover-no-program" [];
    HANDOVER_STAGES = "cli-handover-stages" [];
    HANDOVER_STAGE = "cli-handover-stage" ["stage", "state", "summary"];
    HANDOVER_FINDINGS = "cli-handover-findings" [];
    HANDOVER_FINDING = "cli-handover-finding" ["severity", "title", "id"];
    HANDOVER_MORE = "cli-handover-more" ["count"];
    HANDOVER_NONE = "cli-handover-none" [];
    HANDOVER_ACCOUNTS = "cli-handover-accounts" [];
    HANDOVER_EXPOSED = "cli-handover-exposed" [];
    HANDOVER_DUTIES = "cli-handover-duties" [];
    HANDOVER_NEIGHBOURS = "cli-handover-neighbours" [];
    HANDOVER_QUESTIONS = "cli-handover-questions" [];
    HANDOVER_MISSING = "cli-handover-missing" ["area", "how"];
    HANDOVER_UNCLEAR = "cli-handover-unclear" ["title", "id"];
    HANDOVER_CONTENTS = "cli-handover-contents" [];

    // Remarks on the evidence.
    BUNDLE_CHANGED = "cli-bundle-changed" ["host"];
    ANSWER_JOINED = "cli-answer-joined" ["name"];

    // What is known.
    BASELINE_SIZE = "cli-baseline-size" ["entries", "classes"];
    BASELINE_MISSING = "cli-baseline-missing" ["name"];
    BASELINE_ADDED = "cli-baseline-added" ["name"];
    BASELINE_CHANGED = "cli-baseline-changed" ["name"];
    BASELINE_FIELD = "cli-baseline-field" ["field", "expected", "found"];
    BASELINE_SAME = "cli-baseline-same" [];
    FAMILY_SIZE = "cli-family-size" ["indicators", "sources"];

    // Decoded scripts.
    DECODE_BENIGN = "cli-decode-verdict-benign" [];
    DECODE_SUSPICIOUS = "cli-decode-verdict-suspicious" [];
    DECODE_MALICIOUS = "cli-decode-verdict-malicious" [];
    DECODE_MINER = "cli-decode-verdict-miner" [];
    DECODE_TRAITS = "cli-decode-traits" [];
    DECODE_INDICATORS = "cli-decode-indicators" [];
    DECODE_NOTES = "cli-decode-notes" [];

    // Progress.
    SURVEYING = "cli-surveying" [];
    CHECKING = "cli-checking" [];
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use report::{Catalogue, Language};

    #[test]
    fn every_message_is_worded_in_every_language() {
        for language in Language::ALL {
            let catalogue = Catalogue::get(language);
            for message in ALL {
                assert!(catalogue.has(message.id), "{} in {}", message.id, language.tag());
            }
        }
    }
}
