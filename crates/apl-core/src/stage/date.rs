//! `date`: the value is a date, or a date with a time, as RFC 3339 writes them.

use serde_json::Value as Json;

use super::contract::{Invalid, Stage, keep_if};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Date;

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    written.bare()?;
    Ok(Box::new(Date))
}

impl Stage for Date {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        keep_if(value.as_str().is_some_and(is_date), "a date as RFC 3339 writes it")
    }
}

/// `full-date` or `date-time` of RFC 3339, section 5.6, within the bounds of section 5.7.
fn is_date(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    is_day(date) && (time.is_empty() || time.strip_prefix(['T', 't']).is_some_and(is_time))
}

fn is_day(date: &str) -> bool {
    let Some([year, month, day]) = numbers(date, '-', [4, 2, 2]) else { return false };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn is_time(time: &str) -> bool {
    let Some((clock, rest)) = time.split_at_checked(8) else { return false };
    let Some([hour, minute, second]) = numbers(clock, ':', [2, 2, 2]) else { return false };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    let Some(offset) = offset(zone) else { return false };
    // A leap second is the last of a day in UTC.
    let is_last_minute = (hour * 60 + minute - offset).rem_euclid(24 * 60) == 24 * 60 - 1;
    hour <= 23 && minute <= 59 && (second <= 59 || second == 60 && is_last_minute)
}

/// Minutes east of UTC.
fn offset(zone: &str) -> Option<i32> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, clock) = match zone.strip_prefix('-') {
        Some(clock) => (-1, clock),
        None => (1, zone.strip_prefix('+')?),
    };
    let [hour, minute] = numbers(clock, ':', [2, 2])?;
    (hour <= 23 && minute <= 59).then_some(sign * (hour * 60 + minute))
}

/// The numbers of so many digits each that a text consists of, with a separator between them.
fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i32; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}
