//! One attempt at one server: a socket for a [`Session`], with a deadline for every step.

use crate::answer::Verdict;
use crate::session::{Break, Session, Step};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How much is read at once.
const PIECE: usize = 4096;

/// Leads the conversation to its end. No step takes longer than `timeout`, however slowly its bytes arrive.
pub(crate) fn attempt(
    address: SocketAddr,
    timeout: Duration,
    session: &mut Session,
    asked: &dyn Fn(&Session),
) -> Verdict {
    match talk(address, timeout, session, asked) {
        Ok(verdict) => verdict,
        Err(how) => session.broken(how),
    }
}

fn talk(
    address: SocketAddr,
    timeout: Duration,
    session: &mut Session,
    asked: &dyn Fn(&Session),
) -> Result<Verdict, Break> {
    let mut stream = TcpStream::connect_timeout(&address, timeout).map_err(|problem| broken(&problem))?;
    // Questions are small and answered one by one.
    let _ = stream.set_nodelay(true);
    let mut message = session.connected();
    loop {
        asked(session);
        let deadline = Instant::now() + timeout;
        stream.set_write_timeout(Some(timeout)).map_err(|problem| broken(&problem))?;
        stream.write_all(&message).map_err(|problem| broken(&problem))?;
        message = loop {
            match read(&mut stream, deadline, session)? {
                Step::Wait => {}
                Step::Send(message) => break message,
                Step::Done(verdict) => return Ok(verdict),
            }
        };
    }
}

/// Reads what has arrived, or waits for it until the deadline.
fn read(stream: &mut TcpStream, deadline: Instant, session: &mut Session) -> Result<Step, Break> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Break::TimedOut);
    }
    stream.set_read_timeout(Some(left)).map_err(|problem| broken(&problem))?;
    let mut piece = [0; PIECE];
    match stream.read(&mut piece) {
        Ok(0) => Err(Break::Closed),
        Ok(length) => Ok(session.receive(piece.get(..length).unwrap_or_default())),
        Err(problem) if problem.kind() == io::ErrorKind::Interrupted => Ok(Step::Wait),
        Err(problem) => Err(broken(&problem)),
    }
}

fn broken(problem: &io::Error) -> Break {
    use io::ErrorKind as Kind;
    match problem.kind() {
        Kind::TimedOut | Kind::WouldBlock => Break::TimedOut,
        Kind::ConnectionRefused => Break::Refused,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => {
            Break::Unreachable
        }
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => Break::Reset,
        _ => Break::System(problem.to_string()),
    }
}
