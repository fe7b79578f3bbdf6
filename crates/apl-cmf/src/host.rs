//! The host that an HTTP request is for.

use std::fmt;
use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};

/// A host of a validated authority, so that two spellings of one host are one text: lower case, without port and without
/// the dot of the root. What a header says becomes one only if whoever received the request takes it for the authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host(Box<str>);

/// An authority that names no host, or more than a host and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an authority of the form `host` or `host:port`")]
pub struct InvalidAuthority;

/// The longest name, and the longest of its labels, in octets (RFC 1035, section 2.3.4).
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

impl Host {
    /// The host of an authority as HTTP has it: a name or address, perhaps with a port (RFC 9110, section 4.2.3).
    ///
    /// # Errors
    /// There is user information or an escape, the port is none, or what is left is neither a name nor an address.
    pub fn of_authority(authority: &str) -> Result<Self, InvalidAuthority> {
        if let Some(rest) = authority.strip_prefix('[') {
            let (address, port) = rest.split_once(']').ok_or(InvalidAuthority)?;
            let address: Ipv6Addr = address.parse().map_err(|_| InvalidAuthority)?;
            return match port.strip_prefix(':') {
                Some(port) if is_port(port) => Ok(Self(format!("[{address}]").into())),
                None if port.is_empty() => Ok(Self(format!("[{address}]").into())),
                Some(_) | None => Err(InvalidAuthority),
            };
        }
        let name = match authority.split_once(':') {
            Some((name, port)) if is_port(port) => name,
            Some(_) => return Err(InvalidAuthority),
            None => authority,
        };
        let name = name.strip_suffix('.').unwrap_or(name);
        let is_name = name.len() <= MAX_NAME && name.split('.').all(is_label);
        if is_name { Ok(Self(name.to_ascii_lowercase().into())) } else { Err(InvalidAuthority) }
    }

    /// The host as policy reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_port(text: &str) -> bool {
    text.is_empty() || (text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok())
}

fn is_label(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.len() <= MAX_LABEL && text.bytes().all(is_letter)
}

impl TryFrom<String> for Host {
    type Error = InvalidAuthority;

    fn try_from(authority: String) -> Result<Self, InvalidAuthority> {
        Self::of_authority(&authority)
    }
}

impl From<Host> for String {
    fn from(host: Host) -> Self {
        host.0.into()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Host, InvalidAuthority};

    proptest! {
        #[test]
        fn a_host_is_its_own_authority_whatever_it_was_read_from(any in any::<String>(), near in "[a-zA-Z0-9.:_\\[\\]-]{0,24}") {
            for authority in [any, near] {
                let Ok(host) = Host::of_authority(&authority) else { continue };
                prop_assert_eq!(Host::of_authority(host.as_str()), Ok(host.clone()), "{:?}", authority);
                prop_assert!(!host.as_str().bytes().any(|byte| byte.is_ascii_uppercase() || b"@/ ".contains(&byte)));
            }
        }
    }

    #[test]
    fn trap_11_two_spellings_of_one_authority_are_one_host() {
        for (authority, host) in [
            ("api.example", "api.example"),
            ("API.Example:8443", "api.example"),
            ("api.example.", "api.example"),
            ("api.example.:80", "api.example"),
            ("api.example:", "api.example"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[0:0:0:0:0:0:0:1]:443", "[::1]"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(Host::of_authority(authority).map(String::from), Ok(host.to_owned()), "{authority}");
        }
    }

    #[test]
    fn trap_11_what_is_more_or_less_than_an_authority_is_no_host() {
        let long = format!("{}.example", "a".repeat(64));
        for authority in [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "user@api.example",
            "api.example/x",
            "api.example?x",
            "api.example#x",
            "a b",
            "api%2eexample",
            "api.example:80:80",
            "api.example:x",
            "api.example:65536",
            "api.example:+1",
            "bücher.example",
            "[::1",
            "[::1]x",
            "[::1%25eth0]",
            "[x]",
            "::1",
            "a\\b",
            "a,b",
            &long,
        ] {
            assert_eq!(Host::of_authority(authority), Err(InvalidAuthority), "{authority}");
        }
    }
}
