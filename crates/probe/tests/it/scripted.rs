//! Every answer of the table, and servers that break every rule.

use crate::server::{
    Act, FLAGS2, Server, challenge, framed, message, negotiated, no_dialect, refusal, set_up, tree,
    up_to_the_last_question, windows,
};
use deminer_probe::scan::{Event, Outcome, Plan, Port, scan};
use deminer_probe::targets::Named;
use deminer_probe::{Answer, Cause, Credentials, Stage, Status};
use std::sync::Mutex;
use std::time::Duration;

fn plan(port: u16) -> Plan {
    Plan {
        ports: vec![Port { number: port, netbios: false }],
        timeout: Duration::from_secs(20),
        at_once: 4,
        credentials: None,
    }
}

/// For servers that never answer: nothing is measured, only waited for.
fn impatient(port: u16) -> Plan {
    Plan { timeout: Duration::from_millis(300), ..plan(port) }
}

fn ask_with(server: &Server, plan: &Plan) -> Outcome {
    let targets = Named::parse(&server.address.ip().to_string()).unwrap().resolve().unwrap();
    scan(&targets, plan, &|_| ()).remove(0)
}

fn ask(script: Vec<Act>) -> Outcome {
    let server = Server::start(script);
    ask_with(&server, &plan(server.address.port()))
}

fn end(outcome: &Outcome) -> (Answer, Stage, String) {
    let verdict = &outcome.verdict;
    (verdict.answer, verdict.stage, verdict.cause.code().unwrap_or_else(|| verdict.cause.as_str().to_owned()))
}

#[test]
fn the_last_answer_of_windows() {
    for (status, answer) in [
        (0xC000_0205, Answer::NotFixed),
        (0xC000_0008, Answer::Fixed),
        (0xC000_0022, Answer::Fixed),
        (0x0000_0000, Answer::Unknown),
        (0x8000_0005, Answer::Unknown),
        (0xC000_0001, Answer::Unknown),
        (0xC000_009A, Answer::Unknown),
        (0xC000_0203, Answer::Unknown),
    ] {
        let outcome = ask(windows(status));
        assert_eq!(end(&outcome), (answer, Stage::Transaction, format!("0x{status:08X}")));
        let peer = &outcome.peer;
        assert_eq!(peer.name.as_deref(), Some("PC-1"));
        assert_eq!(peer.dns_name.as_deref(), Some("pc-1.corp.example"));
        assert_eq!(peer.domain.as_deref(), Some("CORP"));
        assert_eq!(peer.version, Some((6, 1, 7601)));
        assert_eq!(peer.system.as_deref(), Some("Windows 7 Professional 7601 Service Pack 1"));
        assert_eq!(outcome.attempts.len(), 1, "what is plain is not asked again");
    }
}

#[test]
fn a_status_of_dos_tells_nothing_whatever_its_number() {
    for code in [0x005B_0002, 0xC000_0205, 0xC000_0008] {
        let mut script = up_to_the_last_question();
        script.push(Act::Reply(message(0x25, code, FLAGS2 & !0x4000, &[], &[])));
        assert_eq!(end(&ask(script)), (Answer::Unknown, Stage::Transaction, format!("dos-0x{code:08X}")));
    }
}

#[test]
fn set_up_without_extended_security() {
    let outcome = ask(vec![
        Act::Reply(negotiated(false)),
        Act::Reply(set_up(false, "Windows 5.1", "Windows 2000 LAN Manager")),
        Act::Reply(tree()),
        Act::Reply(refusal(0x25, 0xC000_0205)),
    ]);
    assert_eq!(outcome.verdict.answer, Answer::NotFixed);
    assert_eq!(outcome.peer.name.as_deref(), Some("PC-1"));
    assert_eq!(outcome.peer.domain.as_deref(), Some("WORKGROUP"));
    assert_eq!(outcome.peer.system.as_deref(), Some("Windows 5.1"));
}

#[test]
fn the_same_statuses_before_the_last_question_tell_nothing() {
    for status in [0xC000_0205, 0xC000_0008, 0xC000_0022, 0xC000_006D] {
        let code = format!("0x{status:08X}");
        let mut script = up_to_the_last_question();
        script[3] = Act::Reply(refusal(0x75, status));
        assert_eq!(end(&ask(script.clone())), (Answer::Unknown, Stage::TreeConnect, code.clone()));
        script[2] = Act::Reply(refusal(0x73, status));
        assert_eq!(end(&ask(script.clone())), (Answer::Unknown, Stage::SessionSetup, code.clone()));
        script[1] = Act::Reply(refusal(0x73, status));
        assert_eq!(end(&ask(script)), (Answer::Unknown, Stage::SessionSetup, code));
    }
    let busy = ask(vec![Act::Reply(refusal(0x72, 0xC000_0205))]);
    assert_eq!(end(&busy), (Answer::Unknown, Stage::Negotiate, "0xC0000205".to_owned()));
}

#[test]
fn smb1_that_is_not_offered() {
    let two = framed(&[b"\xFESMB".as_slice(), &[0; 60]].concat());
    for (act, why, attempts) in [
        (Act::Reply(no_dialect()), "dialect", 1),
        (Act::Raw(two), "smb2", 1),
        (Act::Reply(refusal(0x72, 0xC000_00BB)), "status", 1),
        (Act::Reset, "reset", 2),
        (Act::Close, "closed", 2),
    ] {
        let outcome = ask(vec![act]);
        assert_eq!(outcome.verdict.answer, Answer::NotOffered, "{why}");
        assert_eq!(outcome.verdict.cause.as_str(), why);
        assert_eq!(outcome.attempts.len(), attempts, "{why}");
    }
}

#[test]
fn whoever_hangs_up_later_tells_nothing() {
    for (act, why) in [(Act::Reset, "reset"), (Act::Close, "closed")] {
        for (questions, stage) in [
            (1, Stage::SessionSetup),
            (2, Stage::SessionSetup),
            (3, Stage::TreeConnect),
            (4, Stage::Transaction),
        ] {
            let mut script = up_to_the_last_question();
            script.truncate(questions);
            script.push(act.clone());
            let outcome = ask(script);
            assert_eq!(end(&outcome), (Answer::Unknown, stage, why.to_owned()));
            assert_eq!(outcome.attempts.len(), 2, "asked once more");
        }
    }
}

#[test]
fn a_server_that_answers_the_second_time() {
    let server = Server::at("127.0.0.1:0", vec![vec![Act::Reset], windows(0xC000_0008)]);
    let outcome = ask_with(&server, &plan(server.address.port()));
    assert_eq!(outcome.verdict.answer, Answer::Fixed);
    assert_eq!(outcome.attempts.len(), 2);
}

#[test]
fn a_server_that_never_answers() {
    for questions in 0..=4 {
        let mut script = up_to_the_last_question();
        script.truncate(questions);
        script.push(Act::Silence);
        let server = Server::start(script);
        let outcome = ask_with(&server, &impatient(server.address.port()));
        assert_eq!(outcome.verdict.answer, Answer::Unknown);
        assert_eq!(outcome.verdict.cause, Cause::TimedOut);
        assert_eq!(outcome.attempts.len(), 2);
    }
}

#[test]
fn a_server_that_answers_byte_by_byte() {
    let two = framed(&[b"\xFESMB".as_slice(), &[0; 60]].concat());
    let outcome = ask(vec![Act::Slowly(two.clone(), Duration::ZERO)]);
    assert_eq!(outcome.verdict.answer, Answer::NotOffered, "in time");

    // Each byte comes in time, and all of them do not.
    let endless = Server::start(vec![Act::Slowly(two, Duration::from_millis(100))]);
    let outcome = ask_with(&endless, &impatient(endless.address.port()));
    assert_eq!((outcome.verdict.answer, outcome.verdict.cause), (Answer::Unknown, Cause::TimedOut));
}

#[test]
fn a_server_that_lies_about_lengths() {
    let long = [&[0, 1, 0xFF, 0xFF], no_dialect().as_slice()].concat();
    let server = Server::start(vec![Act::Raw(long)]);
    let outcome = ask_with(&server, &impatient(server.address.port()));
    assert_eq!(outcome.verdict.cause, Cause::TimedOut, "the rest never arrives");

    let malformed = |act| {
        let outcome = ask(vec![act]);
        assert_eq!(outcome.verdict.answer, Answer::Unknown);
        outcome.verdict.cause.code().unwrap()
    };
    assert_eq!(malformed(Act::Raw(vec![0, 0xFF, 0xFF, 0xFF, 0])), "too-long@1");
    assert_eq!(malformed(Act::Raw(vec![0, 0, 0, 0])), "short@0");
    assert_eq!(malformed(Act::Raw(b"HTTP/1.1 400 Bad Request".to_vec())), "no-session-message@0");
    let short = framed(&no_dialect());
    assert_eq!(malformed(Act::Raw([&[0, 0, 0, 33], &short[4..37]].concat())), "short@33");
    let mut words = no_dialect();
    words[32] = 0xFF;
    assert_eq!(malformed(Act::Reply(words)), "short@33");
    let mut bytes = no_dialect();
    bytes[35] = 0xFF;
    assert_eq!(malformed(Act::Reply(bytes)), "short@37");
}

#[test]
fn an_answer_to_another_question() {
    let mut wrong_mid = framed(&no_dialect());
    wrong_mid[34..36].copy_from_slice(&[0, 0]);
    assert_eq!(end(&ask(vec![Act::Raw(wrong_mid)])).2, "wrong-mid@30");
    assert_eq!(end(&ask(vec![Act::Reply(refusal(0x73, 0))])).2, "wrong-command@4");
    let mut script = up_to_the_last_question();
    script.push(Act::Reply(refusal(0x75, 0xC000_0008)));
    assert_eq!(end(&ask(script)), (Answer::Unknown, Stage::Transaction, "wrong-command@4".to_owned()));
    let mut question = negotiated(true);
    question[9] = 0x18;
    assert_eq!(end(&ask(vec![Act::Reply(question)])).2, "no-reply@9");
}

#[test]
fn whoever_says_that_it_is_no_windows_is_never_fixed() {
    for (system, software, last, answer) in [
        ("Unix", "Samba 4.17.12-Debian", 0xC000_0008, Answer::NotWindows),
        ("Windows 6.1", "Samba 4.17.12-Debian", 0xC000_0008, Answer::NotWindows),
        ("Windows 6.1", "Samba 4.17.12-Debian", 0xC000_0205, Answer::NotWindows),
        ("EMC-SNAS:T8.1", "NT LAN Manager 4.0", 0xC000_0022, Answer::NotWindows),
        ("EMC-SNAS:T8.1", "NT LAN Manager 4.0", 0xC000_0205, Answer::NotFixed),
        ("", "", 0xC000_0008, Answer::Fixed),
    ] {
        let mut script = windows(last);
        script[2] = Act::Reply(set_up(true, system, software));
        // The first round tells the same.
        let mut first = challenge("NAS", "nas.corp.example");
        let length = first.len() - "Windows\0Windows\0".len();
        first.truncate(length);
        let bytes_at = 32 + 1 + 8;
        let bytes = u16::try_from(first.len() - bytes_at - 2).unwrap().to_le_bytes();
        first[bytes_at..bytes_at + 2].copy_from_slice(&bytes);
        script[1] = Act::Reply(first);
        assert_eq!(ask(script).verdict.answer, answer, "{software} {last:08X}");
    }
    let mut refused = up_to_the_last_question();
    refused[2] = Act::Reply(set_up(true, "Unix", "Samba"));
    refused[3] = Act::Reply(refusal(0x75, 0xC000_0022));
    assert_eq!(ask(refused).verdict.answer, Answer::NotWindows);
}

#[test]
fn a_netbios_session_comes_first_where_it_must() {
    let ask = |first: Vec<u8>| {
        let mut script = vec![Act::Raw(first)];
        script.extend(windows(0xC000_0205));
        let server = Server::start(script);
        let mut plan = plan(server.address.port());
        plan.ports[0].netbios = true;
        let outcome = ask_with(&server, &plan);
        let request = server.asked.lock().unwrap()[0][0].clone();
        assert_eq!((request[0], request.len()), (0x81, 72));
        end(&outcome)
    };
    assert_eq!(ask(vec![0x82, 0, 0, 0]).0, Answer::NotFixed);
    assert_eq!(ask(vec![0x85, 0, 0, 0, 0x82, 0, 0, 0]).0, Answer::NotFixed);
    assert_eq!(ask(vec![0x83, 0, 0, 1, 0x82]), (Answer::Unknown, Stage::Netbios, "0x82".to_owned()));
    assert_eq!(
        ask(vec![0x84, 0, 0, 6, 10, 0, 0, 1, 0, 139]),
        (Answer::Unknown, Stage::Netbios, "retargeted".to_owned())
    );
}

#[test]
fn a_closed_port_leads_to_the_next() {
    let server = Server::start([vec![Act::Raw(vec![0x82, 0, 0, 0])], windows(0xC000_0008)].concat());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut plan = plan(closed);
    plan.ports.push(Port { number: server.address.port(), netbios: true });
    let outcome = ask_with(&server, &plan);
    assert_eq!((outcome.verdict.answer, outcome.port), (Answer::Fixed, server.address.port()));
    assert_eq!(outcome.attempts[0].verdict.cause, Cause::Refused);
    assert_eq!(outcome.attempts[0].asked, [Stage::Connect]);

    plan.ports.truncate(1);
    let nobody = ask_with(&server, &plan);
    assert_eq!(end(&nobody), (Answer::Unknown, Stage::Connect, "refused".to_owned()));
    assert_eq!(nobody.attempts.len(), 1);
}

#[test]
fn both_families_of_addresses() {
    let Ok(_) = std::net::TcpListener::bind("[::1]:0") else {
        eprintln!("SKIPPED: there is no IPv6 here");
        return;
    };
    let server = Server::at("[::1]:0", vec![windows(0xC000_0205)]);
    let outcome = ask_with(&server, &plan(server.address.port()));
    assert_eq!(outcome.verdict.answer, Answer::NotFixed);
    let questions = server.asked.lock().unwrap()[0].clone();
    let path = b"\\\\--1.ipv6-literal.net\\IPC$\0";
    assert!(questions[3].windows(path.len()).any(|window| window == path));
}

#[test]
fn exactly_five_messages_and_nothing_written() {
    let server = Server::start(windows(0xC000_0205));
    let log = Mutex::new(Vec::new());
    let targets = Named::parse("127.0.0.1").unwrap().resolve().unwrap();
    let observe = |event: Event<'_>| {
        if let Event::Asked { stage, named, .. } = event {
            log.lock().unwrap().push((stage, named));
        }
    };
    let outcome = scan(&targets, &plan(server.address.port()), &observe).remove(0);
    let commands: Vec<u8> = server.asked.lock().unwrap()[0].iter().map(|question| question[4]).collect();
    assert_eq!(commands, [0x72, 0x73, 0x73, 0x75, 0x25]);
    let stages = [
        Stage::Connect,
        Stage::Negotiate,
        Stage::SessionSetup,
        Stage::SessionSetup,
        Stage::TreeConnect,
        Stage::Transaction,
    ];
    assert_eq!(outcome.attempts[0].asked, stages);
    assert_eq!(log.into_inner().unwrap(), stages.map(|stage| (stage, false)));
}

#[test]
fn a_name_is_used_only_where_none_does_not_do() {
    let mut refused = up_to_the_last_question();
    refused[3] = Act::Reply(refusal(0x75, 0xC000_0022));
    let server = Server::at("127.0.0.1:0", vec![refused, windows(0xC000_0008)]);
    let mut plan = plan(server.address.port());
    plan.credentials = Some(Credentials::new(r"CORP\anna", "sesame".to_owned()));
    let outcome = ask_with(&server, &plan);
    assert_eq!(outcome.verdict.answer, Answer::Fixed);
    assert_eq!(outcome.attempts.iter().map(|attempt| attempt.named).collect::<Vec<_>>(), [false, true]);
    let asked = server.asked.lock().unwrap().clone();
    let name: Vec<u8> = "anna".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let has_name = |question: &Vec<u8>| question.windows(name.len()).any(|window| window == name);
    assert!(!asked[0].iter().any(has_name));
    assert!(has_name(&asked[1][2]));
    let password: Vec<u8> = "sesame".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(
        !asked
            .iter()
            .flatten()
            .any(|question| question.windows(password.len()).any(|window| window == password))
    );

    let open = Server::start(windows(0xC000_0008));
    plan.ports[0].number = open.address.port();
    assert_eq!(ask_with(&open, &plan).attempts.len(), 1);
}

#[test]
fn a_password_that_was_refused_is_not_tried_again() {
    let mut script = up_to_the_last_question();
    script[2] = Act::Reply(refusal(0x73, 0xC000_006D));
    let server = Server::start(script);
    let mut plan = plan(server.address.port());
    plan.credentials = Some(Credentials::new("anna", "wrong".to_owned()));
    let targets = Named::parse("127.0.0.0/28").unwrap().resolve().unwrap();
    let targets: Vec<_> = targets.into_iter().take(1).cycle().take(12).collect();
    let outcomes = scan(&targets, &plan, &|_| ());
    let named = outcomes.iter().flat_map(|outcome| &outcome.attempts).filter(|attempt| attempt.named).count();
    assert_eq!(named, 1, "or the account would be locked");
    for outcome in &outcomes {
        assert_eq!(outcome.verdict.cause, Cause::Status(Status::Nt(0xC000_006D)));
    }
}

#[test]
fn outcomes_stand_in_the_order_of_the_targets() {
    let server = Server::at("0.0.0.0:0", vec![windows(0xC000_0008)]);
    let targets = Named::parse("127.0.0.0/26").unwrap().resolve().unwrap();
    let outcomes = scan(&targets, &plan(server.address.port()), &|_| ());
    assert_eq!(outcomes.len(), 62);
    for (target, outcome) in targets.iter().zip(&outcomes) {
        assert_eq!((target, outcome.verdict.answer), (&outcome.target, Answer::Fixed));
    }
}
