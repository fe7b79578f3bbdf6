#![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

use proptest::prelude::*;

use super::*;

/// The tokens of a text that arrives in pieces of that size, with what stands there.
fn tokens(text: &[u8], size: usize) -> Result<Vec<(Token, Vec<u8>)>, Malformed> {
    let (mut lexer, mut open, mut tokens) = (Lexer::default(), Vec::new(), Vec::new());
    for end in (size..text.len() + size).step_by(size) {
        let end = end.min(text.len());
        while let Some(token) = lexer.next(&text[lexer.at()..end], open.last().copied())? {
            match token {
                Token::Open(bracket) => open.push(bracket),
                Token::Close => drop(open.pop()),
                Token::Key { .. } | Token::Comma | Token::Scalar => {}
            }
            tokens.push((token, text[lexer.start()..lexer.at()].to_vec()));
        }
    }
    if open.is_empty() && tokens.last().is_some_and(|(token, _)| *token == Token::Close) {
        Ok(tokens)
    } else {
        Err(Malformed)
    }
}

#[test]
fn tokens_stand_where_they_say() {
    let text = br#" { "a" : [ 1.5e+3 , "\"" , true ], "\u0062":{} } "#;
    let shown: Vec<_> = tokens(text, text.len())
        .unwrap_or_default()
        .into_iter()
        .map(|(token, text)| (token, String::from_utf8_lossy(&text).into_owned()))
        .collect();
    let token = |token, text: &str| (token, text.to_owned());
    let expected = [
        token(Token::Open(Bracket::Map), "{"),
        token(Token::Key { is_escaped: false }, "\"a\""),
        token(Token::Open(Bracket::List), "["),
        token(Token::Scalar, "1.5e+3"),
        token(Token::Comma, ","),
        token(Token::Scalar, r#""\"""#),
        token(Token::Comma, ","),
        token(Token::Scalar, "true"),
        token(Token::Close, "]"),
        token(Token::Comma, ","),
        token(Token::Key { is_escaped: true }, r#""\u0062""#),
        token(Token::Open(Bracket::Map), "{"),
        token(Token::Close, "}"),
        token(Token::Close, "}"),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "[01]",
        "[+1]",
        "[1.]",
        "[.5]",
        "[-]",
        "[1e]",
        "[1e+]",
        "[tru]",
        "[truee]",
        "[nul]",
        "[NaN]",
        "['a']",
        "[\"\\x\"]",
        "[\"\\u12g4\"]",
        "[\"\u{1}\"]",
        "[\"\n\"]",
        "[1]]",
        "[1}",
        "{]",
        "[",
        "[\"",
        "[1",
        "{\"a\":1",
        "[1] x",
        "[1][2]",
        "\u{feff}[1]",
        "[1]\u{a0}",
        "[--1]",
        "[1-1]",
    ] {
        assert_eq!(tokens(text.as_bytes(), text.len()), Err(Malformed), "{text}");
    }
}

/// Texts that are JSON or nearly so.
fn nearly_json() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\"",
        "\"\\\"",
        "1",
        "-0.5e1",
        "0",
        "true",
        "null",
        " ",
        "\n",
        "é",
        "\\",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("[{}]", pieces.concat()))
}

proptest! {
    #[test]
    fn a_text_is_json_exactly_where_a_parser_says_so(text in nearly_json()) {
        let parsed = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        prop_assert_eq!(tokens(text.as_bytes(), text.len()).is_ok(), parsed);
    }

    #[test]
    fn a_text_in_pieces_gives_the_same_tokens(text in nearly_json(), size in 1_usize..6) {
        let size_of_all = text.len();
        prop_assert_eq!(tokens(text.as_bytes(), size), tokens(text.as_bytes(), size_of_all));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 1..64)) {
        let _ = tokens(&bytes, bytes.len());
    }
}
