//! Messages without the links of the evidence.

use deobfuscate::defang_text;
use evidence::{Arg, Message};

/// The message of the sources of our own claims.
const OWN_SOURCE: &str = "hardening-source";

/// A message with the links taken out of what evidence put into it. The address of a source of our own stays one.
pub(crate) fn without_links(message: &Message) -> Message {
    if message.id == OWN_SOURCE {
        return message.clone();
    }
    let harmless = |name: &str, arg: &Arg| match arg {
        // Where a fact of ours comes from.
        Arg::Text(_) if name == "source" => arg.clone(),
        Arg::Text(text) => Arg::Text(defang_text(text).into_owned()),
        Arg::Message(inner) => Arg::Message(Box::new(without_links(inner))),
        Arg::Number(number) => Arg::Number(*number),
    };
    let args = message.args.iter().map(|(name, arg)| (name.clone(), harmless(name, arg)));
    Message { id: message.id.clone(), args: args.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_sources_keep_their_links() {
        let theirs = Message::new("reason-trait").with("excerpt", "iwr http://a.example/");
        let inner = Message::new("outer").with("inner", theirs.clone());
        assert_eq!(without_links(&theirs).text("excerpt"), Some("iwr hxxp://a.example/"));
        assert_eq!(without_links(&inner), Message::new("outer").with("inner", without_links(&theirs)));
        let ours = Message::new(OWN_SOURCE).with("url", "https://learn.microsoft.com/");
        assert_eq!(without_links(&ours), ours);
    }
}
