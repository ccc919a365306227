//! Lists of addresses and ports as the firewall takes and gives them, in one form.
//!
//! The firewall gives back other spellings than it was told: `*` for `any`, `10.0.0.5/255.255.255.255` for one address, ranges in its own
//! order. Two lists are the same where they are the same in the form made here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The list of addresses in one form: `any`, or ranges `first-last` joined by commas, IPv4 before IPv6, sorted, none touching another. `None`
/// where it holds anything else, such as `LocalSubnet`.
pub(crate) fn addresses(written: &str) -> Option<String> {
    let (mut four, mut six) = (Vec::new(), Vec::new());
    for part in written.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if part == "*" || part.eq_ignore_ascii_case("any") {
            return Some("any".to_owned());
        }
        match range(part)? {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                four.push((first.to_bits().into(), last.to_bits().into()));
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => six.push((first.to_bits(), last.to_bits())),
            _ => return None,
        }
    }
    let four = merged(four).into_iter().map(|(first, last)| {
        let ip = |bits: u128| Ipv4Addr::from_bits(u32::try_from(bits).unwrap_or(u32::MAX));
        format!("{}-{}", ip(first), ip(last))
    });
    let six = merged(six)
        .into_iter()
        .map(|(first, last)| format!("{}-{}", Ipv6Addr::from_bits(first), Ipv6Addr::from_bits(last)));
    Some(four.chain(six).collect::<Vec<_>>().join(","))
}

/// `first-last`, `address/mask`, `address/length` or one address.
fn range(text: &str) -> Option<(IpAddr, IpAddr)> {
    if let Some((first, last)) = text.split_once('-') {
        return Some((first.trim().parse().ok()?, last.trim().parse().ok()?));
    }
    let Some((address, mask)) = text.split_once('/') else {
        let one = text.parse().ok()?;
        return Some((one, one));
    };
    match address.parse().ok()? {
        IpAddr::V4(ip) => {
            let mask = match mask.parse::<u32>() {
                Ok(length @ 0..=32) => u32::MAX.checked_shl(32 - length).unwrap_or(0),
                Ok(_) => return None,
                Err(_) => mask.parse::<Ipv4Addr>().ok()?.to_bits(),
            };
            // Holes in a mask would make more than one range.
            if (!mask).count_ones() != (!mask).trailing_ones() {
                return None;
            }
            let first = ip.to_bits() & mask;
            Some((Ipv4Addr::from_bits(first).into(), Ipv4Addr::from_bits(first | !mask).into()))
        }
        IpAddr::V6(ip) => {
            let length = mask.parse::<u32>().ok().filter(|length| *length <= 128)?;
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            let first = ip.to_bits() & mask;
            Some((Ipv6Addr::from_bits(first).into(), Ipv6Addr::from_bits(first | !mask).into()))
        }
    }
}

/// Sorted, with those that overlap or touch made one.
fn merged(mut ranges: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    ranges.retain(|(first, last)| first <= last);
    ranges.sort_unstable();
    let mut found: Vec<(u128, u128)> = Vec::new();
    for (first, last) in ranges {
        match found.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => found.push((first, last)),
        }
    }
    found
}

/// The list of ports in one form: numbers and ranges, sorted by the first number; words as they are, behind.
pub(crate) fn ports(list: &str) -> String {
    let mut parts: Vec<_> = list.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let first = |part: &str| part.split('-').next().and_then(|number| number.parse::<u16>().ok());
    parts.sort_by_key(|part| (first(part).is_none(), first(part), (*part).to_owned()));
    parts.dedup();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_same_addresses_is_one() {
        for (list, same) in [
            ("*", "any"),
            ("10.0.0.1,Any", "any"),
            ("10.0.0.5", "10.0.0.5-10.0.0.5"),
            ("10.0.0.5/255.255.255.255", "10.0.0.5-10.0.0.5"),
            ("10.0.0.0/255.255.255.0", "10.0.0.0-10.0.0.255"),
            ("10.0.0.9/8, 9.0.0.0-9.255.255.255", "9.0.0.0-10.255.255.255"),
            ("0.0.0.0/0", "0.0.0.0-255.255.255.255"),
            ("fe80::/64,10.0.0.7", "10.0.0.7-10.0.0.7,fe80::-fe80::ffff:ffff:ffff:ffff"),
            ("::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("10.0.0.6-255.255.255.255,0.0.0.0-10.0.0.4", "0.0.0.0-10.0.0.4,10.0.0.6-255.255.255.255"),
            ("", ""),
        ] {
            assert_eq!(addresses(list).as_deref(), Some(same), "{list}");
            assert_eq!(addresses(same).as_deref(), Some(same), "{list}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_guessed() {
        for list in ["LocalSubnet", "10.0.0.0/255.0.255.0", "10.0.0.0/33", "::/129", "10.0.0.1-::1", "1", "-"]
        {
            assert_eq!(addresses(list), None, "{list}");
        }
    }

    #[test]
    fn ports_are_sorted() {
        assert_eq!(ports("445, 135,139,135"), "135,139,445");
        assert_eq!(ports("RPC,5000-5010,80"), "80,5000-5010,RPC");
    }
}
