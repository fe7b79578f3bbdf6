//! `url`: the value is an absolute http or https URL.

use std::net::Ipv6Addr;

use serde_json::Value as Json;

use super::contract::{Invalid, Stage, keep_if};
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::field::Edit;

#[derive(Debug)]
struct Url;

pub(super) fn parse(written: &Written<'_>) -> Result<Box<dyn Stage>, Diagnostic> {
    written.bare()?;
    Ok(Box::new(Url))
}

impl Stage for Url {
    fn edit(&self, value: &Json) -> Result<Edit, Invalid> {
        keep_if(value.as_str().is_some_and(is_url), "an absolute http or https URL")
    }
}

/// An `http` or `https` URI (RFC 9110, section 4.2) with every character and escape as RFC 3986 has it. User information
/// before the host is refused: it serves to disguise the host (RFC 9110, section 4.2.4).
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let Some((authority, tail)) = rest.split_at_checked(end) else { return false };
    let (tail, fragment) = tail.split_once('#').unwrap_or((tail, ""));
    is_authority(authority) && is_part(tail, "/?:@") && is_part(fragment, "/?:@")
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (address.parse::<Ipv6Addr>().is_ok(), port),
        None => {
            let (host, port) =
                authority.split_at_checked(authority.find(':').unwrap_or(authority.len())).unwrap_or_default();
            (!host.is_empty() && is_part(host, ""), port)
        }
    };
    host && match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => {
            digits.is_empty() || digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
        }
    }
}

/// Whether a text consists of unreserved characters, sub-delimiters, escapes and those of `more`.
fn is_part(text: &str, more: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_allowed = match byte {
            b'%' => {
                [bytes.next(), bytes.next()].iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit()))
            }
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => {
                true
            }
            byte => byte.is_ascii_alphanumeric() || more.as_bytes().contains(&byte),
        };
        if !is_allowed {
            return false;
        }
    }
    true
}
