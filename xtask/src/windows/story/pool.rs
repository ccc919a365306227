//! A look-alike of a mining pool on this computer: it takes connections and says nothing.

use anyhow::{Context, Result};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// Ports that pools often listen on, in the order in which they are tried.
const PORTS: [u16; 5] = [14_444, 45_700, 10_343, 13_333, 3_333];

/// It is there as long as this is.
pub(super) struct Pool {
    /// Its port.
    pub(super) port: u16,
    connections: Receiver<TcpStream>,
}

impl Pool {
    pub(super) fn open() -> Result<Self> {
        let listener = PORTS.iter().find_map(|port| TcpListener::bind(("127.0.0.1", *port)).ok());
        let listener = listener.with_context(|| format!("all of these ports are taken: {PORTS:?}"))?;
        let port = listener.local_addr()?.port();
        let (sender, connections) = channel();
        // It ends with the program: nobody waits for it.
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if sender.send(connection).is_err() {
                    break;
                }
            }
        });
        Ok(Self { port, connections })
    }

    /// The next connection, for which it waits as long as a slow computer needs to start a program.
    pub(super) fn accept(&self) -> Result<TcpStream> {
        let patience = std::time::Duration::from_mins(2);
        self.connections.recv_timeout(patience).context("nobody connected to the look-alike pool")
    }
}
