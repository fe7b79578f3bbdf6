//! Durations as documents write them.

use std::time::Duration;

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Node, Value};

use super::codes;

/// Seconds as a number, or a whole number with its unit: `30s`, `5m`, `24h`, `7d`. None for everything else.
pub(super) fn read(node: &Node) -> Option<Duration> {
    match &node.value {
        Value::Number(seconds) => seconds.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        Value::Text(text) => {
            let number = text.value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let seconds = match text.value.strip_prefix(number)? {
                "s" => 1,
                "m" => 60,
                "h" => 60 * 60,
                "d" => 24 * 60 * 60,
                _ => return None,
            };
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            let count: u64 = number.parse().ok().filter(|_| digits)?;
            count.checked_mul(seconds).map(Duration::from_secs)
        }
        _ => None,
    }
}

/// Refuses a timeout of zero, which nothing could meet.
pub(super) fn check_timeout(section: &Node, key: &str, faults: &mut Vec<Diagnostic>) {
    if let Some(node) = section.get(key).filter(|node| read(node) == Some(Duration::ZERO)) {
        faults.push(Diagnostic::new(codes::WRONG_VALUE, node.span, "a timeout is longer than nothing"));
    }
}
