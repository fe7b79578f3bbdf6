//! What tells a number of a kind from other digits.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What the pattern found needs no further check.
pub(super) const fn always(_: &str) -> bool {
    true
}

/// A social security number that may have been issued: no area of 000, 666 or 900 and more, no group or serial of zeros.
pub(super) fn is_ssn(found: &str) -> bool {
    let digits = digits(found);
    let (area, rest) = digits.split_at_checked(3).unwrap_or_default();
    let (group, serial) = rest.split_at_checked(2).unwrap_or_default();
    !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000"
}

/// The check digit of ISO/IEC 7812 (Luhn), over 13 to 19 digits that are not all the same.
pub(super) fn is_card(found: &str) -> bool {
    let digits = digits(found);
    let first = digits.chars().next();
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) => doubled / 10 + doubled % 10,
        })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) && !digits.chars().all(|digit| Some(digit) == first)
}

/// The check digits of ISO 13616: the number, its first four signs moved to the end and letters as numbers, is 1 modulo 97.
pub(super) fn is_iban(found: &str) -> bool {
    let signs: String = found.chars().filter(|sign| *sign != ' ').collect();
    let Some((head, rest)) = signs.split_at_checked(4) else { return false };
    let value = |sign: char| sign.to_digit(36).unwrap_or(0);
    let remainder = rest.chars().chain(head.chars()).map(value).fold(0, |remainder, value| {
        let shifted = if value > 9 { remainder * 100 } else { remainder * 10 };
        (shifted + value) % 97
    });
    (15..=34).contains(&signs.len()) && remainder == 1
}

/// 8 to 15 digits in international form (ITU-T E.164), or 10 to 15 in groups: a date has fewer.
pub(super) fn is_phone(found: &str) -> bool {
    let least = match (found.starts_with('+'), found.contains([' ', '.', '-', '('])) {
        (true, _) => 8,
        (false, true) => 10,
        (false, false) => return false,
    };
    (least..=15).contains(&digits(found).len())
}

/// An address that can be parsed.
pub(super) fn is_ip(found: &str) -> bool {
    found.parse::<Ipv4Addr>().is_ok() || found.parse::<Ipv6Addr>().is_ok()
}

fn digits(found: &str) -> String {
    found.chars().filter(char::is_ascii_digit).collect()
}
