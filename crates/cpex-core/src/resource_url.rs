//! The URL by which a host is known as a resource of OAuth 2.0.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The identifier of a protected resource (RFC 9728, section 1.2): an `https` URL without a fragment, such as that of an MCP
/// server as its clients know it. `http` is accepted for this machine alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceUrl {
    text: String,
    /// Where the path begins, or the query where there is no path.
    path: usize,
}

/// Why a text does not identify a protected resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an https URL without user, fragment and quotes")]
pub struct ResourceUrlError(pub String);

impl ResourceUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// It is no URL that may identify a protected resource.
    pub fn new(text: &str) -> Result<Self, ResourceUrlError> {
        let path = path_of(text).ok_or_else(|| ResourceUrlError(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), path })
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where its metadata is served (RFC 9728, section 3.1).
    #[must_use]
    pub fn metadata_url(&self) -> String {
        let (origin, path) = self.text.split_at_checked(self.path).unwrap_or((&self.text, ""));
        let path = match path.strip_prefix('/') {
            Some(rest) if rest.is_empty() || rest.starts_with('?') => rest,
            _ => path,
        };
        format!("{origin}/.well-known/oauth-protected-resource{path}")
    }
}

impl fmt::Display for ResourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Where the path of a URL begins that may identify a resource. What could end a quoted string is in none.
fn path_of(text: &str) -> Option<usize> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !br#""\#"#.contains(&byte);
    if !text.bytes().all(is_plain) {
        return None;
    }
    let (rest, is_secure) = match text.strip_prefix("https://") {
        Some(rest) => (rest, true),
        None => (text.strip_prefix("http://")?, false),
    };
    let authority = rest.split(['/', '?']).next().filter(|it| !it.is_empty() && !it.contains('@'))?;
    (is_secure || is_this_machine(authority)).then(|| text.len() - rest.len() + authority.len())
}

fn is_this_machine(authority: &str) -> bool {
    let (host, _) = authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')).unwrap_or((authority, ""));
    let address = host.parse::<Ipv4Addr>().map(IpAddr::from);
    let bracketed = || host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(str::parse::<Ipv6Addr>);
    let address = address.ok().or_else(|| bracketed()?.ok().map(IpAddr::from));
    host.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn metadata_stand_between_the_host_and_the_path() {
        for (resource, metadata) in [
            ("https://a.example", "https://a.example/.well-known/oauth-protected-resource"),
            ("https://a.example/", "https://a.example/.well-known/oauth-protected-resource"),
            ("https://a.example/mcp/hr", "https://a.example/.well-known/oauth-protected-resource/mcp/hr"),
            ("https://a.example/mcp/", "https://a.example/.well-known/oauth-protected-resource/mcp/"),
            ("https://a.example?x=1", "https://a.example/.well-known/oauth-protected-resource?x=1"),
            ("https://a.example/?x=1", "https://a.example/.well-known/oauth-protected-resource?x=1"),
            ("https://a.example/mcp?x=/", "https://a.example/.well-known/oauth-protected-resource/mcp?x=/"),
            ("http://127.0.0.1:8700/mcp", "http://127.0.0.1:8700/.well-known/oauth-protected-resource/mcp"),
            ("http://[::1]:8700/mcp", "http://[::1]:8700/.well-known/oauth-protected-resource/mcp"),
            ("http://localhost", "http://localhost/.well-known/oauth-protected-resource"),
        ] {
            assert_eq!(ResourceUrl::new(resource).unwrap().metadata_url(), metadata, "{resource}");
        }
    }

    #[test]
    fn what_could_mean_another_resource_or_end_a_quoted_string_is_refused() {
        for text in [
            "",
            "https://",
            "https:///mcp",
            "https://?x",
            "a.example/mcp",
            "HTTPS://a.example",
            "ftp://a.example",
            "http://a.example/mcp",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://[::2]",
            "https://user@a.example",
            "https://a.example/#f",
            "https://a.example/\"",
            "https://a.example/\\",
            "https://a.example/ b",
            "https://a.example/\r\nX: y",
            "https://a.example/\u{e9}",
        ] {
            assert_eq!(ResourceUrl::new(text), Err(ResourceUrlError(text.to_owned())), "{text}");
        }
    }
}
