//! What holds of every text.

use cpex::document::Document;
use proptest::prelude::*;

use super::super::layout::{Refused, layout};

/// Texts that are documents more often than chance would have it.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b c",
        "a: ",
        "k: ",
        "'q'",
        "\"d\"",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "\n- ",
        "\n  - ",
        "# c",
        " # c",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&x ",
        "*x",
        "|\n  t",
        ">-\n  t\n\n  u",
        "|+\n\n",
        "? ",
        "~",
        "1.50",
        "true",
        "\n\n",
        "\t",
        "''",
        ": ",
        "\nroutes:",
        "\n  policy:",
        " role.a:deny",
        "\"require( a )\"",
        "---\n",
        "\n...",
        "\r\n",
        "|2\n    t",
        "\"x\n  y\"",
        "é",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat() + "\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_is_read_is_laid_out_and_then_stays(text in text()) {
        match layout("d", &text) {
            Ok(once) => prop_assert_eq!(layout("d", &once).ok(), Some(once)),
            Err(Refused::Document(_)) => {}
            // Keys of lines under a sign, comments behind tabs, and documents that are text and nothing else.
            Err(Refused::Otherwise(_)) => {
                let is_text = Document::parse("d", &text).is_ok_and(|document| document.root().text().is_some());
                prop_assert!(is_text || text.contains("? ") || text.contains('\t'), "is not laid out");
            }
        }
    }
}
