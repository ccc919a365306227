//! What a server answers to the network check, on any bytes: its single messages, and whole conversations.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probe::frame::{Deframer, framed};
use probe::reply::{Challenge, Message};
use probe::targets::Named;
use probe::{Options, Session, Step};

fuzz_target!(|data: &[u8]| {
    if let Ok(Message::One(reply)) = Message::parse(data) {
        let _ = (reply.negotiated(), reply.set_up());
    }
    let _ = Challenge::parse(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Named::parse(text);
    }
    let mut deframer = Deframer::default();
    deframer.push(data);
    while let Ok(Some(_)) = deframer.next_frame() {}

    // As they come, and each part as a message of its own.
    for netbios in [false, true] {
        let mut session = Session::new(Options { netbios, ..Options::default() });
        let _ = session.connected();
        let _ = session.receive(data);
    }
    let mut session = Session::new(Options::default());
    let _ = session.connected();
    for part in data.split(|byte| *byte == b'|') {
        if let Step::Done(_) = session.receive(&framed(part)) {
            break;
        }
    }
    assert!(session.asked().len() <= 6);
});
