//! Text from outside, made fit for a terminal.

/// A text on one line, without characters that a terminal obeys.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() || is_unseen(sign) { ' ' } else { sign }).collect()
}

/// Whether a character is not seen and changes how others are: what reverses the direction of a line, or ends it.
const fn is_unseen(sign: char) -> bool {
    matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
