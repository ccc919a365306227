//! What a person names, as addresses: a host, an address, a range in CIDR notation, or a list of them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

/// More addresses than this are asked only when the person says that so many are meant.
pub const MANY: u64 = 1024;

/// More addresses than this are never asked in one run.
pub const MOST: u64 = 1 << 20;

/// Something to ask.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// As the person named it.
    pub named: String,
    /// The name of the host, where it was named by name.
    pub host: Option<String>,
    /// The address.
    pub address: IpAddr,
    /// The network interface of a link-local address.
    pub scope: u32,
}

impl Target {
    /// With a port.
    pub const fn socket(&self, port: u16) -> SocketAddr {
        match self.address {
            IpAddr::V4(address) => SocketAddr::V4(std::net::SocketAddrV4::new(address, port)),
            IpAddr::V6(address) => SocketAddr::V6(SocketAddrV6::new(address, port, 0, self.scope)),
        }
    }

    /// Whether the address is one that the public routes to.
    pub const fn is_public(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => {
                let [a, b, ..] = address.octets();
                !(address.is_private()
                    || address.is_loopback()
                    || address.is_link_local()
                    || (a == 100 && b & 0xC0 == 64))
            }
            IpAddr::V6(address) => {
                !(address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local())
            }
        }
    }
}

/// What is wrong with what the person named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The number behind the slash is none, or too large.
    #[error("`{named}` is no range: behind the `/` stands a number from 0 to {most}")]
    Prefix {
        /// What was named.
        named: String,
        /// The largest number for such an address.
        most: u8,
    },
    /// What stands before the slash is no address.
    #[error("`{named}` is no range: before the `/` stands an address")]
    Range {
        /// What was named.
        named: String,
    },
    /// It is neither an address nor a name that a host can have.
    #[error("`{named}` is neither an address nor a name")]
    Name {
        /// What was named.
        named: String,
    },
    /// The address stands for many hosts or none.
    #[error("`{named}` is no address of a host")]
    NoHost {
        /// What was named.
        named: String,
    },
    /// The name is not known.
    #[error("`{named}` has no address: {problem}")]
    Unresolved {
        /// What was named.
        named: String,
        /// What the system says.
        problem: String,
    },
    /// There are too many.
    #[error("these are {count} addresses, more than {most}")]
    TooMany {
        /// How many there are.
        count: u64,
        /// How many there may be.
        most: u64,
    },
}

/// What a person named, before names are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// An address.
    Address(Target),
    /// A range: its text, the first address, and how many bits of it hold.
    Range(Range),
    /// A name to look up.
    Host(String),
}

/// A range of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    named: String,
    first: IpAddr,
    prefix: u8,
}

impl Named {
    /// Reads what a person typed.
    ///
    /// # Errors
    ///
    /// It can be none of these.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let named = text.trim();
        let owned = || named.to_owned();
        if let Some((address, prefix)) = named.split_once('/') {
            let first: IpAddr = unbracketed(address).parse().map_err(|_| Error::Range { named: owned() })?;
            let most = if first.is_ipv4() { 32 } else { 128 };
            let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
            let prefix = prefix.parse().ok().filter(|prefix| digits && *prefix <= most);
            let prefix = prefix.ok_or(Error::Prefix { named: owned(), most })?;
            return Range { named: owned(), first: masked(first, prefix), prefix }.checked();
        }
        if let Some((address, scope)) = address(unbracketed(named)) {
            let target = Target { named: owned(), host: None, address, scope };
            return if is_host(address) {
                Ok(Self::Address(target))
            } else {
                Err(Error::NoHost { named: owned() })
            };
        }
        if is_name(named) { Ok(Self::Host(owned())) } else { Err(Error::Name { named: owned() }) }
    }

    /// How many addresses it is, as far as that is known without looking names up.
    pub fn count(&self) -> u64 {
        match self {
            Self::Address(_) | Self::Host(_) => 1,
            Self::Range(range) => range.count(),
        }
    }

    /// The addresses. Names are looked up.
    ///
    /// # Errors
    ///
    /// A name is not known.
    pub fn resolve(&self) -> Result<Vec<Target>, Error> {
        match self {
            Self::Address(target) => Ok(vec![target.clone()]),
            Self::Range(range) => Ok(range.addresses()),
            Self::Host(name) => resolve(name),
        }
    }
}

impl Range {
    fn checked(self) -> Result<Named, Error> {
        match self.count() {
            count if count > MOST => Err(Error::TooMany { count, most: MOST }),
            _ if self.addresses().iter().any(|target| !is_host(target.address)) => {
                Err(Error::NoHost { named: self.named })
            }
            _ => Ok(Named::Range(self)),
        }
    }

    const fn bits(&self) -> u32 {
        let width = if self.first.is_ipv4() { 32 } else { 128 };
        width - self.prefix as u32
    }

    /// Of an IPv4 network, the first and the last address are no host's.
    const fn has_edges(&self) -> bool {
        self.first.is_ipv4() && self.prefix < 31
    }

    fn count(&self) -> u64 {
        let all = 1_u64.checked_shl(self.bits()).filter(|_| self.bits() < 64).unwrap_or(u64::MAX);
        if self.has_edges() { all.saturating_sub(2) } else { all }
    }

    fn addresses(&self) -> Vec<Target> {
        let skip = u128::from(self.has_edges());
        let count = u128::from(self.count().min(MOST));
        (skip..count + skip)
            .map(|number| Target {
                named: self.named.clone(),
                host: None,
                address: plus(self.first, number),
                scope: 0,
            })
            .collect()
    }
}

/// The whole list, in the order in which it was named, each address once.
///
/// # Errors
///
/// There are more than `most`, or more than [`MOST`].
pub fn count(named: &[Named], most: u64) -> Result<u64, Error> {
    let count = named.iter().fold(0_u64, |sum, named| sum.saturating_add(named.count()));
    let most = most.min(MOST);
    if count > most { Err(Error::TooMany { count, most }) } else { Ok(count) }
}

fn resolve(name: &str) -> Result<Vec<Target>, Error> {
    let unresolved = |problem: String| Error::Unresolved { named: name.to_owned(), problem };
    let found = (name, 0).to_socket_addrs().map_err(|problem| unresolved(problem.to_string()))?;
    let mut targets: Vec<Target> = Vec::new();
    for socket in found {
        let scope = if let SocketAddr::V6(socket) = socket { socket.scope_id() } else { 0 };
        let address = socket.ip();
        if is_host(address) && !targets.iter().any(|known| known.address == address) {
            targets.push(Target { named: name.to_owned(), host: Some(name.to_owned()), address, scope });
        }
    }
    if targets.is_empty() { Err(unresolved("no address of a host".to_owned())) } else { Ok(targets) }
}

/// Without the brackets round an address of IPv6.
fn unbracketed(text: &str) -> &str {
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text)
}

/// An address, and the number of its interface: `fe80::1%2`.
fn address(text: &str) -> Option<(IpAddr, u32)> {
    let (address, scope) =
        text.split_once('%').map_or((text, None), |(address, scope)| (address, Some(scope)));
    let address = address.parse().ok()?;
    match (address, scope) {
        (_, None) => Some((address, 0)),
        (IpAddr::V6(_), Some(scope)) => Some((address, scope.parse().ok()?)),
        (IpAddr::V4(_), Some(_)) => None,
    }
}

/// Whether a single host can have the address.
fn is_host(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_unspecified()
                || address.is_broadcast()
                || address.octets()[0] >= 224
                || address.octets()[0] == 0)
        }
        IpAddr::V6(address) => !(address.is_unspecified() || address.is_multicast()),
    }
}

/// Whether a host can be called so.
fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.chars().all(|letter| letter.is_alphanumeric() || "-_".contains(letter))
    };
    // All digits and dots is an address that went wrong.
    let digits = name.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && !digits && name.split('.').all(label)
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

fn plus(address: IpAddr, number: u128) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            Ipv4Addr::from_bits(address.to_bits().saturating_add(number)).into()
        }
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits().saturating_add(number)).into(),
    }
}

/// How the address is written in the path of a share: UNC paths have no colons, so IPv6 has a form of its own.
pub(crate) fn in_unc(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}.ipv6-literal.net", address.to_string().replace(':', "-")),
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope {
            0 => write!(f, "{}", self.address),
            scope => write!(f, "{}%{scope}", self.address),
        }
    }
}

#[cfg(test)]
mod tests;
