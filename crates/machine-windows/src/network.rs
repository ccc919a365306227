//! Network endpoints with their owners.

use crate::bytes::{array_at, u32_at, u64_at};
use crate::fault::{Outcome, from_win32};
use crate::library::{Library, function};
use evidence::Connection;
use std::ffi::c_void;
use std::net::{Ipv4Addr, Ipv6Addr};
use windows::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_SUCCESS, WIN32_ERROR};

/// `GetExtendedTcpTable` and `GetExtendedUdpTable` (Microsoft: iphlpapi.h).
type GetTable = unsafe extern "system" fn(*mut c_void, *mut u32, i32, u32, u32, u32) -> u32;

const IPV4: u32 = 2;
const IPV6: u32 = 23;
/// `TCP_TABLE_OWNER_MODULE_ALL`: with the time at which each was made.
const TCP_OWNERS: u32 = 8;
/// `UDP_TABLE_OWNER_MODULE`.
const UDP_OWNERS: u32 = 2;
/// Rows begin at a multiple of eight behind the count.
const FIRST_ROW: usize = 8;

/// Lengths of the rows `MIB_TCPROW_OWNER_MODULE`, `MIB_TCP6ROW_OWNER_MODULE`, `MIB_UDPROW_OWNER_MODULE`, `MIB_UDP6ROW_OWNER_MODULE`.
const ROWS: [usize; 4] = [160, 192, 160, 176];

/// How often a table that grows while it is read is read anew.
const TRIES: usize = 8;

/// The endpoints: TCP before UDP, IPv4 before IPv6, each as Windows orders them.
pub(crate) fn list() -> Outcome<Vec<Connection>> {
    let library = Library::system("iphlpapi.dll")?;
    let tcp = function!(library, "GetExtendedTcpTable" as GetTable);
    let udp = function!(library, "GetExtendedUdpTable" as GetTable);
    let [tcp4_row, tcp6_row, udp4_row, udp6_row] = ROWS;
    let mut found = Vec::new();
    let tcp4_rows = table(tcp, IPV4, TCP_OWNERS)?;
    found.extend(rows(&tcp4_rows, tcp4_row).filter_map(tcp4));
    // A machine without IPv6 has no such table.
    let tcp6_rows = table(tcp, IPV6, TCP_OWNERS).unwrap_or_default();
    found.extend(rows(&tcp6_rows, tcp6_row).filter_map(tcp6));
    let udp4_rows = table(udp, IPV4, UDP_OWNERS)?;
    found.extend(rows(&udp4_rows, udp4_row).filter_map(udp4));
    let udp6_rows = table(udp, IPV6, UDP_OWNERS).unwrap_or_default();
    found.extend(rows(&udp6_rows, udp6_row).filter_map(udp6));
    Ok(found)
}

fn table(get: GetTable, family: u32, class: u32) -> Outcome<Vec<u8>> {
    let mut length = 0_u32;
    let mut words: Vec<u64> = Vec::new();
    for _ in 0..TRIES {
        // SAFETY: the buffer is given with its length in bytes, and aligned for the times in it.
        let code = unsafe { get(words.as_mut_ptr().cast(), &raw mut length, 1, family, class, 0) };
        match WIN32_ERROR(code) {
            ERROR_SUCCESS => return Ok(words.iter().flat_map(|word| word.to_ne_bytes()).collect()),
            ERROR_INSUFFICIENT_BUFFER => words = vec![0; (length as usize).div_ceil(8) + 64],
            code => return Err(from_win32(code)),
        }
        length = u32::try_from(words.len() * 8).unwrap_or(u32::MAX);
    }
    Err(machine::Fault::TimedOut)
}

fn rows(table: &[u8], length: usize) -> impl Iterator<Item = &[u8]> {
    let count = u32_at(table, 0).unwrap_or(0) as usize;
    table.get(FIRST_ROW..).unwrap_or_default().chunks_exact(length).take(count)
}

fn tcp4(row: &[u8]) -> Option<Connection> {
    tcp(
        u32_at(row, 0)?,
        (v4(row, 4)?, port(row, 8)?),
        (v4(row, 12)?, port(row, 16)?),
        (u32_at(row, 20)?, u64_at(row, 24)?),
    )
}

fn tcp6(row: &[u8]) -> Option<Connection> {
    tcp(
        u32_at(row, 48)?,
        (v6(row, 0)?, port(row, 20)?),
        (v6(row, 24)?, port(row, 44)?),
        (u32_at(row, 52)?, u64_at(row, 56)?),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "it ends the functions that read a row")]
fn tcp(state: u32, local: (String, u16), remote: (String, u16), owner: (u32, u64)) -> Option<Connection> {
    /// The states from 1 on (Microsoft: `MIB_TCP_STATE`).
    const STATES: [&str; 12] = [
        "closed",
        "listen",
        "syn-sent",
        "syn-received",
        "established",
        "fin-wait-1",
        "fin-wait-2",
        "close-wait",
        "closing",
        "last-ack",
        "time-wait",
        "delete-tcb",
    ];
    let state = STATES.get((state as usize).wrapping_sub(1)).copied();
    let has_partner = state != Some("listen") && state != Some("closed");
    Some(Connection {
        protocol: "tcp".to_owned(),
        local_address: local.0,
        local_port: local.1,
        remote_address: has_partner.then_some(remote.0),
        remote_port: has_partner.then_some(remote.1),
        state: state.map(str::to_owned),
        pid: Some(owner.0),
        created: (owner.1 != 0).then_some(owner.1),
    })
}

fn udp4(row: &[u8]) -> Option<Connection> {
    udp((v4(row, 0)?, port(row, 4)?), (u32_at(row, 8)?, u64_at(row, 16)?))
}

fn udp6(row: &[u8]) -> Option<Connection> {
    udp((v6(row, 0)?, port(row, 20)?), (u32_at(row, 24)?, u64_at(row, 32)?))
}

#[expect(clippy::unnecessary_wraps, reason = "it ends the functions that read a row")]
fn udp(local: (String, u16), owner: (u32, u64)) -> Option<Connection> {
    Some(Connection {
        protocol: "udp".to_owned(),
        local_address: local.0,
        local_port: local.1,
        pid: Some(owner.0),
        created: (owner.1 != 0).then_some(owner.1),
        ..Connection::default()
    })
}

fn v4(row: &[u8], at: usize) -> Option<String> {
    array_at::<4>(row, at).map(|octets| Ipv4Addr::from(octets).to_string())
}

fn v6(row: &[u8], at: usize) -> Option<String> {
    array_at::<16>(row, at).map(|octets| Ipv6Addr::from(octets).to_string())
}

/// Ports are stored as they are sent, the high byte first.
fn port(row: &[u8], at: usize) -> Option<u16> {
    array_at::<2>(row, at).map(u16::from_be_bytes)
}
