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

/// The first digits and lengths of the card schemes, and the check digit of ISO/IEC 7812 (Luhn).
pub(super) fn is_card(found: &str) -> bool {
    let digits = digits(found);
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
    is_issued(&digits) && sum.is_multiple_of(10)
}

/// Whether a scheme issues numbers that begin so and are as long.
fn is_issued(digits: &str) -> bool {
    let begin = |count: usize| digits.get(..count).and_then(|digits| digits.parse::<u16>().ok()).unwrap_or(0);
    let length = digits.len();
    match begin(2) {
        40..=49 => matches!(length, 13 | 16 | 19),
        51..=55 => length == 16,
        22..=27 => length == 16 && (2221..=2720).contains(&begin(4)),
        34 | 37 => length == 15,
        35 => (16..=19).contains(&length) && (3528..=3589).contains(&begin(4)),
        30 => (14..=19).contains(&length) && matches!(begin(3), 300..=305 | 309),
        36 | 38 | 39 => (14..=19).contains(&length),
        50 | 56..=69 => (13..=19).contains(&length),
        _ => false,
    }
}

/// An address whose last name is none of a picture: `logo@2x.png` is a file.
pub(super) fn is_email(found: &str) -> bool {
    let last = found.rsplit('.').next().unwrap_or_default();
    !["gif", "jpeg", "jpg", "png", "svg", "webp"].iter().any(|picture| last.eq_ignore_ascii_case(picture))
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

/// 8 to 15 digits in international form (ITU-T E.164), or 10 to 15 in the groups of a phone number.
pub(super) fn is_phone(found: &str) -> bool {
    let count = digits(found).len();
    if found.starts_with('+') {
        return (8..=15).contains(&count);
    }
    let groups: Vec<&str> =
        found.split(|sign: char| !sign.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    (10..=15).contains(&count) && groups.len() > 1 && !is_ip(found) && !is_other(&groups)
}

/// Whether numbers in such groups are something else: a date, an amount, a row of small numbers, an account or a card.
fn is_other(groups: &[&str]) -> bool {
    let is_year = |group: &str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let is_all = |groups: &[&str], length: usize| groups.iter().all(|group| group.len() == length);
    let is_date = match groups {
        [year, month, ..] if is_year(year) => month.len() == 2,
        [day, month, year, ..] => day.len() == 2 && month.len() == 2 && is_year(year),
        _ => false,
    };
    let is_small =
        is_all(groups, 2) && !(groups.len() == 5 && groups.first().is_some_and(|first| first.starts_with('0')));
    let is_amount = groups.split_first().is_some_and(|(_, rest)| is_all(rest, 3));
    let is_in_fours = groups.split_last().is_some_and(|(_, rest)| is_all(rest, 4));
    is_date || is_small || is_amount || is_in_fours || groups.iter().any(|group| group.len() > 5)
}

/// An address that can be parsed.
pub(super) fn is_ip(found: &str) -> bool {
    found.parse::<Ipv4Addr>().is_ok() || found.parse::<Ipv6Addr>().is_ok()
}

fn digits(found: &str) -> String {
    found.chars().filter(char::is_ascii_digit).collect()
}
