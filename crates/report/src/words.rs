//! The ids under which the catalogue words what an assessment says by its types.

use crate::catalogue::Catalogue;
use detect::assessment::{Action, Confidence, Kind, Severity, Stage, State, Verdict};
use evidence::{Area, Level};

/// A type whose values have a name in machine-readable output and a word in the catalogue.
pub(crate) trait Word: Copy {
    /// What stands before the name in the ids of the catalogue.
    const PREFIX: &'static str;

    /// The name in machine-readable output.
    fn name(self) -> &'static str;

    /// The word in the language of the catalogue.
    fn word(self, catalogue: &Catalogue) -> String {
        catalogue.word_for(&format!("{}-{}", Self::PREFIX, self.name()))
    }
}

macro_rules! words {
    ($type:ty, $prefix:literal, { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl Word for $type {
            const PREFIX: &'static str = $prefix;

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        #[cfg(test)]
        impl tests::All for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
    };
}

words!(Verdict, "verdict", {
    Infected => "infected",
    Suspicious => "suspicious",
    Inconclusive => "inconclusive",
    Clean => "clean",
});

words!(Severity, "severity", {
    Critical => "critical",
    High => "high",
    Medium => "medium",
    Low => "low",
    Info => "info",
});

words!(Confidence, "confidence", {
    Certain => "certain",
    Likely => "likely",
    Possible => "possible",
});

words!(Kind, "kind", {
    Subscription => "subscription",
    Orphan => "orphan",
    StockMissing => "stock-missing",
    ClassStore => "class-store",
    ConsumerClass => "consumer-class",
    Task => "task",
    Service => "service",
    Driver => "driver",
    Run => "run",
    Autostart => "autostart",
    Process => "process",
    Connection => "connection",
    File => "file",
    Account => "account",
    Setting => "setting",
    Patch => "patch",
    Hardening => "hardening",
    Network => "network",
    Event => "event",
    Script => "script",
});

words!(Action, "action", {
    Remove => "remove",
    Restore => "restore",
    Review => "review",
    AskOwner => "ask-owner",
    Patch => "patch",
    Harden => "harden",
    None => "none",
});

words!(State, "state", {
    Ok => "ok",
    Act => "act",
    Unknown => "unknown",
});

words!(Level, "level", {
    Error => "error",
    Warning => "warning",
    Info => "info",
});

impl Word for Area {
    const PREFIX: &'static str = "area";

    fn name(self) -> &'static str {
        self.as_str()
    }
}

impl Word for Stage {
    const PREFIX: &'static str = "stage";

    fn name(self) -> &'static str {
        self.as_str()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde::Serialize;
    use std::fmt::Debug;

    /// Every value of a type, for tests.
    pub(crate) trait All: Sized + 'static {
        const ALL: &'static [Self];
    }

    impl All for Area {
        const ALL: &'static [Self] = &Area::ALL;
    }

    impl All for Stage {
        const ALL: &'static [Self] = &Stage::ALL;
    }

    fn names_are_the_serialised_ones<T: Word + All + Serialize + Debug>() {
        for value in T::ALL {
            assert_eq!(serde_json::to_value(value).unwrap(), value.name(), "{value:?}");
        }
    }

    /// The ids of the catalogue for every value of a type.
    fn ids<T: Word + All>() -> impl Iterator<Item = String> {
        T::ALL.iter().map(|value| format!("{}-{}", T::PREFIX, value.name()))
    }

    /// The ids of the catalogue that are built from types.
    pub(crate) fn all_ids() -> Vec<String> {
        ids::<Verdict>()
            .chain(ids::<Severity>())
            .chain(ids::<Confidence>())
            .chain(ids::<Kind>())
            .chain(ids::<Action>())
            .chain(ids::<State>())
            .chain(ids::<Level>())
            .chain(ids::<Area>())
            .chain(ids::<Stage>())
            .chain(Verdict::ALL.iter().map(|verdict| format!("verdict-meaning-{}", verdict.name())))
            .chain(Stage::ALL.iter().map(|stage| format!("stage-question-{}", stage.as_str())))
            .collect()
    }

    #[test]
    fn machine_names_are_the_serialised_ones() {
        names_are_the_serialised_ones::<Verdict>();
        names_are_the_serialised_ones::<Severity>();
        names_are_the_serialised_ones::<Confidence>();
        names_are_the_serialised_ones::<Kind>();
        names_are_the_serialised_ones::<Action>();
        names_are_the_serialised_ones::<State>();
        names_are_the_serialised_ones::<Level>();
        names_are_the_serialised_ones::<Area>();
        names_are_the_serialised_ones::<Stage>();
    }
}
