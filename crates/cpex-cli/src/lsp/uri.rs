//! `file:` URIs (RFC 8089) and paths.

use std::path::{Path, PathBuf};

/// The path of a file; none for what lies elsewhere or is not saved yet.
pub(super) fn to_path(uri: &str) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_once("://")?;
    let (authority, path) = rest.split_at_checked(rest.find('/')?)?;
    if !scheme.eq_ignore_ascii_case("file") || !(authority.is_empty() || authority.eq_ignore_ascii_case("localhost")) {
        return None;
    }
    let path = decoded(path.split(['?', '#']).next().unwrap_or_default())?;
    // A drive has no slash before it.
    let has_drive = matches!(path.as_bytes(), [b'/', letter, b':', ..] if letter.is_ascii_alphabetic());
    Some(PathBuf::from(path.get(usize::from(has_drive)..).unwrap_or_default()))
}

/// The URI of a file.
pub(super) fn of_path(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let encoded: String = path
        .bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("file://{slash}{encoded}")
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_again() {
        for path in ["/a/b c.yaml", "/é/😀%.yaml", "/a#b?c.yaml"] {
            assert_eq!(to_path(&of_path(Path::new(path))), Some(PathBuf::from(path)));
        }
        assert_eq!(of_path(Path::new("/a b/é.yaml")), "file:///a%20b/%C3%A9.yaml");
        assert_eq!(to_path("file:///c%3A/a.yaml"), Some(PathBuf::from("c:/a.yaml")));
        assert_eq!(to_path("FILE://localhost/a.yaml"), Some(PathBuf::from("/a.yaml")));
    }

    #[test]
    fn what_is_no_file_of_this_machine_has_no_path() {
        for uri in
            ["untitled:Untitled-1", "https://h/a", "file://host/a", "file:///%zz", "file:///%f", "file:///%ff", ""]
        {
            assert_eq!(to_path(uri), None, "{uri}");
        }
    }
}
