use super::*;
use proptest::prelude::*;

fn addresses(text: &str) -> Vec<String> {
    Named::parse(text).unwrap().resolve().unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn addresses_and_ranges() {
    assert_eq!(addresses("10.0.0.7"), ["10.0.0.7"]);
    assert_eq!(addresses(" [fe80::1%2] "), ["fe80::1%2"]);
    assert_eq!(addresses("10.0.0.5/30"), ["10.0.0.5", "10.0.0.6"]);
    assert_eq!(addresses("10.0.0.4/31"), ["10.0.0.4", "10.0.0.5"]);
    assert_eq!(addresses("10.0.0.4/32"), ["10.0.0.4"]);
    assert_eq!(addresses("fd00::/126"), ["fd00::", "fd00::1", "fd00::2", "fd00::3"]);
    assert_eq!(addresses("10.0.0.0/24").len(), 254);
}

#[test]
fn what_is_none_is_said_for_each() {
    let error = |text: &str| Named::parse(text).unwrap_err().to_string();
    hold(&[
        (error("10.0.0.0/33"), "`10.0.0.0/33` is no range: behind the `/` stands a number from 0 to 32"),
        (error("fd00::/129"), "`fd00::/129` is no range: behind the `/` stands a number from 0 to 128"),
        (error("10.0.0.0/"), "`10.0.0.0/` is no range: behind the `/` stands a number from 0 to 32"),
        (error("10.0.0.0/+8"), "`10.0.0.0/+8` is no range: behind the `/` stands a number from 0 to 32"),
        (error("pc-1/24"), "`pc-1/24` is no range: before the `/` stands an address"),
        (error("10.0.0.300"), "`10.0.0.300` is neither an address nor a name"),
        (error("a b"), "`a b` is neither an address nor a name"),
        (error(""), "`` is neither an address nor a name"),
        (error("0.0.0.0"), "`0.0.0.0` is no address of a host"),
        (error("224.0.0.1"), "`224.0.0.1` is no address of a host"),
        (error("ff02::1"), "`ff02::1` is no address of a host"),
        (error("239.0.0.0/30"), "`239.0.0.0/30` is no address of a host"),
        (error("10.0.0.0/8"), "these are 16777214 addresses, more than 1048576"),
        (error("fd00::/8"), "these are 18446744073709551615 addresses, more than 1048576"),
    ]);
}

fn hold(pairs: &[(String, &str)]) {
    for (found, expected) in pairs {
        assert_eq!(found, expected);
    }
}

#[test]
fn sums_are_held_against_the_limit() {
    let named = |texts: &[&str]| texts.iter().map(|text| Named::parse(text).unwrap()).collect::<Vec<_>>();
    assert_eq!(count(&named(&["10.0.0.0/24", "pc-1", "10.1.0.1"]), MANY), Ok(256));
    let many = named(&["10.0.0.0/22", "10.1.0.0/30", "10.1.1.1"]);
    assert_eq!(count(&many, MANY), Err(Error::TooMany { count: 1025, most: MANY }));
    assert_eq!(count(&many, u64::MAX), Ok(1025));
}

#[test]
fn public_addresses_are_told_apart() {
    let public = |text: &str| match Named::parse(text).unwrap() {
        Named::Address(target) => target.is_public(),
        other => panic!("{other:?}"),
    };
    for own in [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.7.7",
        "127.0.0.1",
        "169.254.1.1",
        "100.64.0.1",
        "::1",
        "fe80::1",
        "fd12::1",
    ] {
        assert!(!public(own), "{own}");
    }
    for public_one in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1"] {
        assert!(public(public_one), "{public_one}");
    }
}

#[test]
fn unc_paths_have_no_colons() {
    assert_eq!(in_unc("fe80::1".parse().unwrap()), "fe80--1.ipv6-literal.net");
    assert_eq!(in_unc("10.0.0.1".parse().unwrap()), "10.0.0.1");
}

proptest! {
    #[test]
    fn any_text_is_something_or_an_error(text: String) {
        let _ = Named::parse(&text);
    }

    #[test]
    fn a_range_is_as_large_as_it_says(bits in 0_u32.., prefix in 16_u8..=32) {
        let text = format!("{}/{prefix}", Ipv4Addr::from_bits(bits));
        if let Ok(named) = Named::parse(&text) {
            let all = named.resolve().unwrap();
            prop_assert_eq!(all.len() as u64, named.count());
            prop_assert!(all.windows(2).all(|pair| pair[0].address < pair[1].address));
        }
    }
}
