//! A harmless stand-in for a miner, for the test under Wine: it connects to the pool that its command line names, uses a little of one
//! processor, and ends with the connection, or after half an hour.
//!
//! Without a pool it is ordinary software that waits.

use std::hint::black_box;
use std::io::Read as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How long it lives at most.
const LONGEST: Duration = Duration::from_mins(30);
/// How much it works in each [`TURN`].
const WORK: Duration = Duration::from_millis(5);
/// How long one turn of work and rest is.
const TURN: Duration = Duration::from_millis(100);

fn main() {
    let pool = std::env::args().find_map(|word| word.strip_prefix("stratum+tcp://").map(str::to_owned));
    let mut connection = pool.and_then(|pool| TcpStream::connect(pool).ok());
    if let Some(connection) = &connection {
        // It need not know whether that is possible: then it only ends later.
        let _ = connection.set_nonblocking(true);
    }
    let began = Instant::now();
    while began.elapsed() < LONGEST {
        if let Some(connection) = &mut connection {
            work();
            if matches!(connection.read(&mut [0; 16]), Ok(0)) {
                break;
            }
        }
        std::thread::sleep(TURN.saturating_sub(WORK));
    }
}

fn work() {
    let began = Instant::now();
    let mut number = 1_u64;
    while began.elapsed() < WORK {
        number = black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
}
