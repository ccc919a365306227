//! Host names in other scripts than Latin, in the form that the network knows: `xn--` and Punycode (RFC 3492, RFC 5890).

use std::fmt::Write as _;

/// The longest label of a name, in its ASCII form.
const MAX_LABEL: usize = 63;

/// The name in ASCII; `None` where it is ASCII already or no name.
pub(super) fn ascii(host: &str) -> Option<String> {
    if host.is_ascii() || host.len() > 253 {
        return None;
    }
    let mut out = String::with_capacity(host.len() * 2);
    for label in host.split('.') {
        if !out.is_empty() {
            out.push('.');
        }
        if !label.chars().all(|c| c.is_alphanumeric() || c == '-') || label.is_empty() {
            return None;
        }
        let lower = label.to_lowercase();
        if lower.is_ascii() {
            out.push_str(&lower);
        } else {
            let label = format!("xn--{}", punycode(&lower)?);
            if label.len() > MAX_LABEL {
                return None;
            }
            let _ = write!(out, "{label}");
        }
    }
    Some(out)
}

/// RFC 3492, section 6.3, with the parameters of section 5.
fn punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    const T_MIN: u32 = 1;
    const T_MAX: u32 = 26;
    let chars: Vec<u32> = label.chars().map(u32::from).collect();
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    let all = u32::try_from(chars.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut done) = (128_u32, 0_u32, 72_u32, basic);
    while done < all {
        let next = chars.iter().copied().filter(|&c| c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(done + 1)?)?;
        n = next;
        for &c in &chars {
            if c < n {
                delta = delta.checked_add(1)?;
            } else if c == n {
                let (mut q, mut k) = (delta, BASE);
                loop {
                    let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
                    if q < t {
                        break;
                    }
                    out.push(digit(t + (q - t) % (BASE - t)));
                    q = (q - t) / (BASE - t);
                    k += BASE;
                }
                out.push(digit(q));
                bias = adapt(delta, done + 1, done == basic);
                delta = 0;
                done += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(out)
}

/// RFC 3492, section 6.1.
const fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// `a` to `z` stand for 0 to 25, `0` to `9` for 26 to 35.
fn digit(value: u32) -> char {
    char::from_digit((value + 10) % 36, 36).unwrap_or('a')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_network_knows_them() {
        // Samples of RFC 3492 (7.1 B, L) and names that registries publish.
        for (host, expected) in [
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
            ("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
            ("EXÄMPLE.com", "xn--exmple-cua.com"),
        ] {
            assert_eq!(ascii(host).as_deref(), Some(expected));
        }
        for none in ["plain.example", "a b.рф", "..рф", "р_ф.com"] {
            assert_eq!(ascii(none), None, "{none}");
        }
        assert_eq!(ascii(&"ф".repeat(120)), None, "longer than a name may be");
    }
}
