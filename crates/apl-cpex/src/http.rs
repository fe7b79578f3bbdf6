//! HTTP requests, as far as the choice of a route depends on how they are read.

use std::borrow::Cow;

use apl_cmf::is_http_token;

use crate::uri::{decoded, has_dots};

/// A request path as routes match it: percent-decoded once, as UTF-8. None where whoever serves it could read another path:
/// one that is not absolute, or has a query or fragment, a broken escape, a control character, a `/` or `\` that is
/// escaped, a `\` at all, or a dot segment (RFC 3986, section 3.3), as written or once decoded.
#[must_use]
pub fn read_path(path: &str) -> Option<Cow<'_, str>> {
    if !path.starts_with('/') || path.contains(['?', '#']) || !has_whole_escapes(path) {
        return None;
    }
    let read = match decoded(path) {
        Cow::Borrowed(_) => Cow::Borrowed(path),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).ok()?),
    };
    let is_plain = !read.contains(|sign: char| sign.is_control() || sign == '\\') && !has_dots(read.as_bytes());
    is_plain.then_some(read)
}

/// Whether a text can be the method of a request: a token (RFC 9110, section 5.6.2).
#[must_use]
pub fn is_method(text: &str) -> bool {
    is_http_token(text)
}

/// Whether each `%` begins an escape, and none stands for what parts segments.
fn has_whole_escapes(path: &str) -> bool {
    path.split('%').skip(1).all(|after| {
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.is_some_and(|digits| !digits.eq_ignore_ascii_case("2f"))
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::{is_method, read_path};

    proptest! {
        #[test]
        fn whatever_is_read_is_absolute_and_has_no_dots_or_controls(path in any::<String>(), sent in "/[a%0-9cef./;\\\\]{0,12}") {
            for path in [path, sent] {
                let Some(read) = read_path(&path) else { continue };
                prop_assert!(read.starts_with('/') && !read.contains(['\\', '\0', '\r', '\n']), "{path:?}");
                prop_assert!(read.split('/').all(|segment| segment != "." && segment != ".."), "{path:?}");
                prop_assert_eq!(read.matches('/').count(), path.matches('/').count(), "decoding parts no segments");
                prop_assert_eq!(path.contains('%'), matches!(read, Cow::Owned(_)));
            }
        }
    }

    #[test]
    fn trap_10_a_path_is_read_as_the_upstream_will_see_it() {
        for (path, read) in [
            ("/", "/"),
            ("/a/b.c", "/a/b.c"),
            ("/a%20b", "/a b"),
            ("/caf%C3%A9", "/café"),
            ("/café", "/café"),
            ("/%61dmin", "/admin"),
            ("/a%252e%252e/b", "/a%2e%2e/b"),
            ("/a%3Fb%23", "/a?b#"),
            ("/a..b/...", "/a..b/..."),
            ("/.well-known/x", "/.well-known/x"),
            ("//a//", "//a//"),
        ] {
            assert_eq!(read_path(path).as_deref(), Some(read), "{path}");
        }
        assert!(matches!(read_path("/a/b"), Some(Cow::Borrowed("/a/b"))));
    }

    #[test]
    fn trap_10_a_path_that_could_be_read_as_another_is_none() {
        for path in [
            "",
            "a",
            "*",
            "http://host.example/a",
            "/a?b",
            "/a#b",
            "/%",
            "/%2",
            "/%zz",
            "/%+1",
            "/%c3",
            "/%C3%28",
            "/%ff",
            "/a\u{7}b",
            "/a%00b",
            "/a%0d%0ab",
            "/a\u{7f}",
            "/a%7f",
            "/a%C2%85",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a%5Cb",
            "/a\\b",
            "/a/../b",
            "/..",
            "/a/.",
            "/./a",
            "/%2e%2e/a",
            "/.%2E/a",
            "/a/%2e",
            "/a/..;x/b",
            "/a/%2e%2e%3bx/b",
        ] {
            assert_eq!(read_path(path), None, "{path}");
        }
    }

    #[test]
    fn a_method_is_a_token() {
        assert!(["GET", "get", "M-SEARCH", "X"].into_iter().all(is_method));
        assert!(!["", "GET ", "G/T", "É", "GET\r\n"].into_iter().any(is_method));
    }
}
