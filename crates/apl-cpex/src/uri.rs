//! URIs of resources, as far as the choice of a route depends on how they are read.

use std::borrow::Cow;

/// Whether the path of a URI has a segment `.` or `..` (RFC 3986, section 3.3), as written or once percent-decoded. What
/// serves it may resolve such a segment, and then serve another resource than the one whose route was found.
///
/// A backslash parts segments too, as it does for some servers.
#[must_use]
pub fn has_dot_segments(uri: &str) -> bool {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    // The scheme is no segment: `file:../x` begins with one that is `..`.
    let path = match path.split_once(':') {
        Some((scheme, rest)) if !scheme.contains('/') => rest,
        _ => path,
    };
    has_dots(path.as_bytes()) || has_dots(&decoded(path))
}

/// Whether a path has a dot segment. Some servers read what follows a `;` as no part of the segment, and so does this.
pub(crate) fn has_dots(path: &[u8]) -> bool {
    let mut segments = path.split(|byte| matches!(byte, b'/' | b'\\'));
    segments.any(|segment| {
        let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
        matches!(name, b"." | b"..")
    })
}

/// The bytes of a text, escapes of the form `%2e` replaced once; what is no escape stays.
pub(crate) fn decoded(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        let escape = match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                digit(*high).zip(digit(*low)).map(|(high, low)| (high << 4 | low, after))
            }
            _ => None,
        };
        let (byte, after) = escape.unwrap_or((*first, tail));
        decoded.push(byte);
        rest = after;
    }
    Cow::Owned(decoded)
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::has_dot_segments;

    #[test]
    fn a_dot_segment_is_found_however_it_is_written() {
        for uri in [
            "file:///a/../b",
            "file:///a/./b",
            "file:///a/..",
            "file:../b",
            "../b",
            "..",
            "file:///a/%2e%2e/b",
            "file:///a/.%2E/b",
            "file:///a%2f..%2fb",
            "file:///a%2F%2e%2e",
            r"file:///a\..\b",
            "file:///a%5c..%5cb",
            "file:///a/..?q",
            "file:///a/..#f",
            "note:%2e",
            "file:///a/..;x/b",
        ] {
            assert!(has_dot_segments(uri), "{uri}");
        }
    }

    #[test]
    fn dots_elsewhere_are_no_segment() {
        for uri in [
            "file:///a.b/c..d/...",
            "file:///a/.hidden",
            "https://host.example/a?path=/../b",
            "https://host.example/a#/../b",
            "note:x",
            "",
            "file:///100%",
            "file:///a/%2",
            "file:///a/%252e%252e/b",
            "a/b:../c%zz",
        ] {
            assert!(!has_dot_segments(uri), "{uri}");
        }
    }
}
