//! Everything that `probe` can say. The wording is in the report's catalogue, in `probe.ftl`.

use evidence::MessageSpec;

macro_rules! messages {
    ($($name:ident = $id:literal [$($arg:literal),*];)*) => {
        $(pub(super) const $name: MessageSpec = MessageSpec::new($id, &[$($arg),*]);)*
        /// Every message of the command.
        #[cfg(test)]
        const ALL: &[MessageSpec] = &[$($name),*];
    };
}

messages! {
    // What stops the command, and what to do about it.
    PREFIX = "probe-prefix" ["named", "most"];
    RANGE = "probe-range" ["named"];
    NAME = "probe-name" ["named"];
    NO_HOST = "probe-no-host" ["named"];
    UNRESOLVED = "probe-unresolved" ["named"];
    TOO_MANY = "probe-too-many" ["count", "most"];
    MANY = "probe-many" ["count", "most"];
    LINE = "probe-line" ["path", "line", "problem"];
    EMPTY_LIST = "probe-empty-list" ["path"];
    NO_PASSWORD = "probe-no-password" [];
    PASSWORD_TEXT = "probe-password-text" [];
    HINT_TARGET = "probe-hint-target" [];
    HINT_TOO_MANY = "probe-hint-too-many" [];
    HINT_UNRESOLVED = "probe-hint-unresolved" [];
    HINT_LIST = "probe-hint-list" [];
    HINT_MANY = "probe-hint-many" [];
    HINT_PASSWORD = "probe-hint-password" ["variable"];

    // Before and while asking.
    OWN_NETWORK = "probe-own-network" ["count"];
    PUBLIC = "probe-public" ["count"];
    PASSWORD = "probe-password" ["user"];
    ASKING = "probe-asking" [];
    LOGGED = "probe-logged" ["path"];

    // The answers.
    NOT_FIXED = "probe-not-fixed" [];
    FIXED = "probe-fixed" [];
    NOT_OFFERED = "probe-not-offered" [];
    NOT_WINDOWS = "probe-not-windows" [];
    UNKNOWN = "probe-unknown" [];
    COUNT = "probe-count" ["answer", "count"];
    SILENT = "probe-silent" ["count"];

    // Why.
    WHY_NOT_FIXED = "probe-why-not-fixed" ["code"];
    WHY_FIXED = "probe-why-fixed" ["code"];
    WHY_NO_DIALECT = "probe-why-no-dialect" [];
    WHY_SMB2 = "probe-why-smb2" [];
    WHY_NEGOTIATE_REFUSED = "probe-why-negotiate-refused" ["code"];
    WHY_HUNG_UP = "probe-why-hung-up" [];
    WHY_NOT_WINDOWS = "probe-why-not-windows" ["who", "stage", "cause"];
    WHY_UNKNOWN = "probe-why-unknown" ["stage", "cause"];
    STAGE_CONNECT = "probe-stage-connect" [];
    STAGE_NETBIOS = "probe-stage-netbios" [];
    STAGE_NEGOTIATE = "probe-stage-negotiate" [];
    STAGE_SESSION_SETUP = "probe-stage-session-setup" [];
    STAGE_TREE_CONNECT = "probe-stage-tree-connect" [];
    STAGE_TRANSACTION = "probe-stage-transaction" [];
    CAUSE_STATUS = "probe-cause-status" ["code"];
    CAUSE_REFUSED = "probe-cause-refused" [];
    CAUSE_TIMED_OUT = "probe-cause-timed-out" [];
    CAUSE_UNREACHABLE = "probe-cause-unreachable" [];
    CAUSE_CLOSED = "probe-cause-closed" [];
    CAUSE_RESET = "probe-cause-reset" [];
    CAUSE_SESSION_REFUSED = "probe-cause-session-refused" ["code"];
    CAUSE_RETARGETED = "probe-cause-retargeted" [];
    CAUSE_MALFORMED = "probe-cause-malformed" ["offset", "what"];
    CAUSE_SYSTEM = "probe-cause-system" ["problem"];
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
