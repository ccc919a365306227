use super::*;
use std::mem::discriminant;

#[test]
fn where_a_connection_breaks_decides_what_it_says() {
    let broken = |netbios, connected: bool, how| {
        let mut session = Session::new(Options { netbios, ..Options::default() });
        if connected {
            let _ = session.connected();
        }
        session.broken(how)
    };
    for how in [Break::TimedOut, Break::Refused, Break::Unreachable, Break::System("x".into())] {
        assert_eq!(broken(false, false, how).answer, Answer::Unknown);
    }
    assert_eq!(broken(false, true, Break::Reset).answer, Answer::NotOffered);
    assert_eq!(broken(false, true, Break::Closed).answer, Answer::NotOffered);
    assert_eq!(broken(false, true, Break::TimedOut).answer, Answer::Unknown);
    assert_eq!(broken(true, true, Break::Reset).answer, Answer::Unknown);
}

#[test]
fn signs_of_life_are_not_an_answer() {
    let mut session = Session::new(Options::default());
    let _ = session.connected();
    let alive = [0x85, 0, 0, 0];
    for _ in 0..MAX_KEEP_ALIVES {
        assert_eq!(session.receive(&alive), Step::Wait);
    }
    let Step::Done(verdict) = session.receive(&alive) else { panic!("and on and on") };
    assert_eq!(verdict.answer, Answer::Unknown);
}

#[test]
fn questions_of_the_right_kind() {
    let mut session = Session::new(Options { netbios: true, ..Options::default() });
    assert_eq!(session.stage(), Stage::Connect);
    assert_eq!(session.connected()[0], 0x81);
    let step = session.receive(&[0x82, 0, 0, 0]);
    assert_eq!(discriminant(&step), discriminant(&Step::Send(Vec::new())));
    assert_eq!(session.asked(), [Stage::Netbios, Stage::Negotiate]);
}
