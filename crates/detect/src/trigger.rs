//! What a filter waits for, as far as it says something about who waits.

use crate::content::Content;
use crate::messages as m;
use crate::places::is_security_tool;
use evidence::{Message, WmiObject};
use intel::wql::{Shape, Token, Trigger, tokens};

/// What the queries of a subscription add to the judgement.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    /// Why, in words.
    pub(crate) reasons: Vec<Message>,
    /// Whether the event comes by itself, again and again: a performance counter or a timer.
    pub(crate) periodic: bool,
    /// Whether the event is the start of a tool for looking at the machine.
    pub(crate) security_tool: bool,
}

/// Looks at the query of each filter.
pub(crate) fn triggers<'a>(filters: impl IntoIterator<Item = &'a WmiObject>) -> Triggers {
    let mut triggers = Triggers::default();
    for filter in filters {
        let Some(query) = filter.text("Query") else { continue };
        let shape = Shape::of(query);
        match shape.trigger() {
            Trigger::PerformanceCounter => {
                triggers.periodic = true;
                triggers.reasons.push(m::REASON_QUERY_COUNTER.with([query.into()]));
            }
            Trigger::Timer => {
                triggers.periodic = true;
                triggers.reasons.push(m::REASON_QUERY_TIMER.with([query.into()]));
            }
            Trigger::ProcessStart => {
                for process in programs(query) {
                    triggers.security_tool |= is_security_tool(&process);
                    triggers.reasons.push(m::REASON_QUERY_PROCESS.with([process.into()]));
                }
            }
            _ => {}
        }
    }
    triggers.reasons.sort();
    triggers.reasons.dedup();
    triggers
}

/// The programs that a query names.
fn programs(query: &str) -> Vec<String> {
    let texts = tokens(query).into_iter().filter_map(|token| match token {
        Token::Text { text, .. } => Some(text.into_owned()),
        _ => None,
    });
    texts.filter(|text| text.to_lowercase().ends_with(".exe")).collect()
}

/// Whether a script ends processes.
pub(crate) fn ends_processes(content: &Content) -> bool {
    content.scripts.iter().flat_map(|script| &script.layers).any(|layer| {
        let text = layer.text.to_lowercase();
        [".terminate", "stop-process", "taskkill"].iter().any(|word| text.contains(word))
    })
}
