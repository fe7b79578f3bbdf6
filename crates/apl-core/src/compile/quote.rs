//! Writes a text as a quoted scalar of YAML, for advice.

/// The text in quotes, so that YAML reads it as it stands.
pub(super) fn quote(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{text}\"") }
}
