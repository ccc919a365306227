//! Everything that planning, applying, undoing and verifying can say. The wording is in the report's catalogue.

use evidence::MessageSpec;

macro_rules! messages {
    ($($name:ident = $id:literal [$($arg:literal),*];)*) => {
        $(pub(crate) const $name: MessageSpec = MessageSpec::new($id, &[$($arg),*]);)*
        /// Every message of this crate.
        pub(crate) const ALL: &[MessageSpec] = &[$($name),*];
    };
}

messages! {
    // Why something is not planned, or not done though it was planned.
    REFUSE_STOCK = "refuse-stock" ["entry"];
    REFUSE_STOCK_CLASS = "refuse-stock-class" ["namespace", "class"];
    REFUSE_CLASS_UNKNOWN = "refuse-class-unknown" [];
    REFUSE_NAMESPACE_UNKNOWN = "refuse-namespace-unknown" ["class"];
    REFUSE_IDENTITY = "refuse-identity" ["field"];
    REFUSE_SYSTEM_PROGRAM = "refuse-system-program" ["path"];
    REFUSE_HOST_PROCESS = "refuse-host-process" ["path"];
    REFUSE_MICROSOFT = "refuse-microsoft" ["path", "signer"];
    REFUSE_NO_STOCK_VALUE = "refuse-no-stock-value" ["place"];
    REFUSE_UPDATE = "refuse-update" ["name", "update", "command"];
    REFUSE_UPDATE_SEVERAL = "refuse-update-several" ["name", "update", "command"];
    REFUSE_UPDATE_VERSION = "refuse-update-version" ["name", "update", "command"];
    REFUSE_PACKAGE = "refuse-package" ["path"];
    REFUSE_PACKAGE_GONE = "refuse-package-gone" ["path"];
    REFUSE_COMMAND = "refuse-command" ["name", "command", "undo"];
    REFUSE_GAP = "refuse-gap" ["name"];
    REFUSE_NEEDED = "refuse-needed" ["name", "service"];
    REFUSE_BY_HAND = "refuse-by-hand" ["name"];
    REFUSE_OTHER_USER = "refuse-other-user" ["name", "user"];
    REFUSE_NO_FINDING = "refuse-no-finding" ["finding"];
    REFUSE_EXCLUDED = "refuse-excluded" [];
    REFUSE_PATH = "refuse-path" ["path"];
    REFUSE_LINK = "refuse-link" ["path"];
    REFUSE_FOLDER = "refuse-folder" ["path"];
    REFUSE_CRITICAL = "refuse-critical" ["path"];
    REFUSE_PROVIDER = "refuse-provider" ["class"];
    REFUSE_CLASS_IN_USE = "refuse-class-in-use" ["class", "subclasses", "instances"];
    REFUSE_BOUND = "refuse-bound" ["binding"];
    REFUSE_NO_ENTRY = "refuse-no-entry" ["entry"];
    REFUSE_NOT_ON_CONTENT = "refuse-not-on-content" [];
    REFUSE_NOT_CONFIRMED = "refuse-not-confirmed" [];
    REFUSE_VERB = "refuse-verb" [];
    REFUSE_NOT_DISABLED = "refuse-not-disabled" [];
    REFUSE_WINDOWS_SERVICE = "refuse-windows-service" ["name"];
    REFUSE_BOOT_DRIVER = "refuse-boot-driver" ["name"];
    REFUSE_FILTER_DRIVER = "refuse-filter-driver" ["name", "class"];
    REFUSE_PROTECTED_FILE = "refuse-protected-file" ["path"];
    REFUSE_OWNER_UNKNOWN = "refuse-owner-unknown" ["path"];
    REFUSE_SIGNATURES = "refuse-signatures" ["path"];
    REFUSE_NAME_ONLY = "refuse-name-only" [];
    REFUSE_EXCLUSION = "refuse-exclusion" ["name"];
    REFUSE_IPSEC = "refuse-ipsec" ["name"];
    REFUSE_FIREWALL = "refuse-firewall" ["name"];
    REFUSE_MOF = "refuse-mof" ["path"];
    REFUSE_BITS = "refuse-bits" ["name", "id"];
    REFUSE_DNS = "refuse-dns" ["name"];

    // Why something is done that no finding asks for.
    REASON_SELFTEST = "reason-selftest" [];
    REASON_CONTAIN = "reason-contain" [];

    // What became of an action.
    OUTCOME_PLANNED = "outcome-planned" [];
    OUTCOME_UNSEEN = "outcome-unseen" [];
    OUTCOME_DONE = "outcome-done" [];
    OUTCOME_DONE_DESPITE = "outcome-done-despite" ["error"];
    OUTCOME_AT_RESTART = "outcome-at-restart" [];
    OUTCOME_CRITICAL = "outcome-critical" ["path"];
    OUTCOME_ABSENT = "outcome-absent" [];
    OUTCOME_ALREADY = "outcome-already" [];
    OUTCOME_CHANGED = "outcome-changed" ["field"];
    OUTCOME_OTHER = "outcome-other" [];
    OUTCOME_BACKUP = "outcome-backup" ["error"];
    OUTCOME_BACKUP_DIFFERS = "outcome-backup-differs" [];
    OUTCOME_FAILED = "outcome-failed" ["error"];
    OUTCOME_UNPROVEN = "outcome-unproven" [];
    OUTCOME_UNKNOWN = "outcome-unknown" ["error"];
    OUTCOME_STANDS_STILL = "outcome-stands-still" [];
    OUTCOME_RESUMED = "outcome-resumed" [];
    OUTCOME_NOT_RESUMED = "outcome-not-resumed" ["error"];
    OUTCOME_DONE_NO_MOF = "outcome-done-no-mof" [];

    // What undoing made of it.
    UNDO_RESTORED = "undo-restored" [];
    UNDO_RESTORED_DIFFERS = "undo-restored-differs" ["fields"];
    UNDO_AS_BEFORE = "undo-as-before" [];
    UNDO_HELD_BACK = "undo-held-back" [];
    UNDO_STANDS_STILL = "undo-stands-still" [];
    UNDO_DISARMED = "undo-disarmed" [];
    UNDO_CREATORS = "undo-creators" ["binding"];
    UNDO_PROCESS = "undo-process" [];
    UNDO_STOCK = "undo-stock" [];
    UNDO_OCCUPIED = "undo-occupied" [];
    UNDO_NEEDS = "undo-needs" ["service"];
    UNDO_UPDATE = "undo-update" ["update", "command"];
    UNDO_BACKUP = "undo-backup" ["error"];

    // How things stand now.
    VERIFY_GONE = "verify-gone" [];
    VERIFY_KEPT = "verify-kept" [];
    VERIFY_BACK = "verify-back" [];
    VERIFY_CHANGED = "verify-changed" [];
    VERIFY_AT_RESTART = "verify-at-restart" [];
    VERIFY_CRITICAL = "verify-critical" ["path"];
    VERIFY_NOT_DONE = "verify-not-done" [];
    VERIFY_UNDONE = "verify-undone" [];
    VERIFY_UNKNOWN = "verify-unknown" ["error"];
    AGAIN_TOO_LITTLE = "again-too-little" [];

    // By whom what is back is there, as far as that was read.
    BY_CREATOR = "by-creator" ["sid"];
    BY_OWNER = "by-owner" ["sid"];
    BY_PARENT = "by-parent" ["pid", "name"];
    BY_PARENT_GONE = "by-parent-gone" ["pid"];
    BY_EVENT = "by-event" ["time", "event"];

    // Why a run stopped before its end, or did not begin.
    STOP_JOURNAL = "stop-journal" ["error"];
    STOP_RECEIPT = "stop-receipt" ["error"];
    STOP_MACHINE = "stop-machine" ["error"];
    STOP_REDIRECTED = "stop-redirected" [];
    STOP_LIBRARY = "stop-library" ["library"];
    STOP_NOT_ELEVATED = "stop-not-elevated" [];
    STOP_OTHER_HOST = "stop-other-host" ["plan", "machine"];
    STOP_UNPATCHED = "stop-unpatched" [];
    STOP_NOT_CONTAINED = "stop-not-contained" [];
    STOP_NO_ACTION = "stop-no-action" ["action"];
    STOP_DOMAIN_CONTROLLER = "stop-domain-controller" [];
    STOP_UNPROTECTED = "stop-unprotected" ["path"];
    STOP_CASE_EXISTS = "stop-case-exists" ["path"];
    STOP_CASE_PATH = "stop-case-path" ["path"];
    STOP_PLAN = "stop-plan" ["error"];
    STOP_CASE_DAMAGED = "stop-case-damaged" ["file", "detail"];
    STOP_NOT_VERIFIED = "stop-not-verified" [];
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::BTreeSet;

    const FILES: [&str; 2] = [
        include_str!("../../report/locales/en/remediate.ftl"),
        include_str!("../../report/locales/ja/remediate.ftl"),
    ];

    #[test]
    fn every_message_is_worded_with_its_own_arguments_in_each_language() {
        for file in FILES {
            let mut worded = BTreeSet::new();
            for text in entries(file) {
                let (id, words) = text.split_once(" = ").unwrap();
                let spec =
                    ALL.iter().find(|spec| spec.id == id).unwrap_or_else(|| panic!("{id} is not said"));
                let used: BTreeSet<_> = words.split('$').skip(1).map(word).collect();
                assert_eq!(used, spec.args.iter().copied().collect(), "{id}");
                worded.insert(id.to_owned());
            }
            assert_eq!(worded.len(), ALL.len(), "some message is not worded");
        }
    }

    /// The entries of a file: lines that begin with an id, with the indented lines behind them.
    fn entries(file: &str) -> Vec<String> {
        let mut entries: Vec<String> = Vec::new();
        for line in file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            match (line.starts_with(' '), entries.last_mut()) {
                (true, Some(last)) => last.push_str(line),
                _ => entries.push(line.to_owned()),
            }
        }
        entries
    }

    fn word(text: &str) -> &str {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default()
    }
}
