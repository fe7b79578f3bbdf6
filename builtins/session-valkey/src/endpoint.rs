//! Where the server is: a host and a port.

use std::fmt;
use std::net::IpAddr;

/// A host by its name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Endpoint {
    /// Reads `host:port`, where an IPv6 address stands in brackets.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|port| *port != 0 && is_number)?;
        let host = match host.strip_prefix('[').map(|inside| inside.strip_suffix(']')) {
            Some(inside) => inside.filter(|inside| inside.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()))?,
            // Which colon ends an address without brackets is anybody's guess.
            None => Some(host).filter(|host| !host.contains(':'))?,
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_host = host.parse::<IpAddr>().is_ok() || (!host.is_empty() && host.bytes().all(is_name));
        is_host.then(|| Self { host: host.to_owned(), port })
    }

    /// Whether its name or address is that of this host. What a name resolves to is checked when it is dialled.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            return write!(f, "[{}]:{}", self.host, self.port);
        }
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_host_and_a_port_and_nothing_else() {
        for (text, is_loopback) in [
            ("labels.example:6379", false),
            ("10.0.0.7:6380", false),
            ("localhost:6379", true),
            ("127.0.0.1:1", true),
            ("[::1]:6379", true),
            ("[2001:db8::1]:6379", false),
        ] {
            let endpoint = Endpoint::read(text);
            assert_eq!(endpoint.as_ref().map(ToString::to_string).as_deref(), Some(text));
            assert_eq!(endpoint.map(|endpoint| endpoint.is_loopback()), Some(is_loopback), "{text}");
        }
        for text in [
            "",
            "labels.example",
            "labels.example:",
            "labels.example:0",
            "labels.example:65536",
            "labels.example:+1",
            ":6379",
            "valkeys://labels.example:6379",
            "user:secret@labels.example:6379",
            "::1:6379",
            "[::1:6379",
            "[labels.example]:6379",
            "labels example:6379",
            "unix:/run/valkey.sock",
        ] {
            assert_eq!(Endpoint::read(text), None, "{text}");
        }
    }
}
