//! Whether a map in a JSON text has a key twice. Escaped keys are decoded before they are compared.

use std::borrow::Cow;
use std::collections::HashSet;

use super::lexer::{Lexer, Token};
use super::window::Window;

/// Whether some map in the text has a key twice. The text was found to be JSON before.
pub(super) fn has_repeated_key(text: &str) -> bool {
    let (mut lexer, text) = (Lexer::default(), Window::new(text, 0));
    // The keys of each map that is open; a list has none.
    let mut open = Vec::new();
    loop {
        let inside = open.last().map(|(bracket, _)| *bracket);
        match lexer.next(text.rest(lexer.at()), inside) {
            Ok(Some(Token::Open(bracket))) => open.push((bracket, HashSet::new())),
            Ok(Some(Token::Close)) => drop(open.pop()),
            Ok(Some(Token::Key { is_escaped })) => {
                let quoted = text.get(lexer.start()..lexer.at());
                let name = match is_escaped {
                    true => Cow::Owned(serde_json::from_str::<String>(quoted).unwrap_or_default()),
                    false => Cow::Borrowed(quoted.trim_matches('"')),
                };
                if open.last_mut().is_some_and(|(_, keys)| !keys.insert(name)) {
                    return true;
                }
            }
            Ok(Some(Token::Comma | Token::Scalar)) => {}
            Ok(None) | Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::has_repeated_key;

    #[test]
    fn keys_are_compared_within_their_own_map_and_decoded() {
        for text in [r#"{"a":1,"a":2}"#, r#"[{"b":{"a":1, "\u0061":2}}]"#, r#"{"x":[],"y":{"é":1,"\u00e9":1}}"#] {
            assert!(has_repeated_key(text), "{text}");
        }
        for text in [r#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#, "[]", r#"{"a":"a","A":1}"#, r#"{"":1}"#] {
            assert!(!has_repeated_key(text), "{text}");
        }
    }
}
