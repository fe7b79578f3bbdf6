//! No text and no value makes the engine panic.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::cel::support::{ask_prepared, prepare};

/// Pieces of expressions, which together are one now and then.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "args.a",
        "args.b",
        "role.x",
        "x",
        "1",
        "-1",
        "2u",
        "1.5",
        "'t'",
        "\"",
        "'''",
        "r'",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ":",
        "?",
        ",",
        ".",
        " in ",
        " && ",
        " || ",
        "!",
        " == ",
        " < ",
        " + ",
        " - ",
        " / ",
        " % ",
        " * ",
        "-9223372036854775808",
        "has(args.a)",
        ".all(x, ",
        ".map(x, ",
        ".size()",
        "size(",
        "int(",
        ".matches('a')",
        "null",
        "true",
        "\n",
        "//",
        "ü",
        "\\",
        "${args.a}",
        "`",
        "@result",
        "args.a[0]",
        "args.a[-1]",
        "{'a': 1}",
        ".a",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn values() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(|value| json!(value)),
        "[a-cü]{0,3}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

/// Expressions that load, whatever they are asked about.
const EXPRESSIONS: &[&str] = &[
    "args.a == args.b",
    "args.a < args.b || args.b <= args.a",
    "args.a + args.b == args.a - args.b",
    "args.a * args.b > args.a / args.b",
    "args.a % args.b == -args.a",
    "args.a in args.b",
    "args.a[args.b] == args.b",
    "args.a.all(x, x == args.b) && args.a.exists(x, x in args.b)",
    "args.a.map(x, [x].map(y, x + y)) == [args.b]",
    "int(args.a) + int(args.b) > 0 && uint(args.a) - uint(args.b) == 0u",
    "double(args.a) / double(args.b) > 0.0 && string(args.a) < string(args.b)",
    "size(args.a) == args.b.size() && has(args.a.x) == has(args.b.y)",
    "args.a.contains(args.b) || args.a.startsWith(args.b) || args.a.matches('^a')",
    "type(args.a) == type(args.b) ? args.a : args.b",
    "{args.a: 1, args.b: 2}.a == 1",
];

proptest! {
    #[test]
    fn any_text_is_an_expression_or_refused_at_a_place_in_it(text in prop_oneof![pieces(), ".{0,40}"]) {
        match prepare(&text) {
            Ok(prepared) => drop(ask_prepared(&prepared, &json!({ "args.a": [1], "args.b": "b", "role.x": true }))),
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    let offset = fault.offset_in_text.unwrap();
                    prop_assert!(text.is_char_boundary(offset), "{} at {offset} of {text:?}", fault.text);
                }
            }
        }
    }

    #[test]
    fn any_values_give_an_answer_or_an_error(a in values(), b in values(), which in prop::sample::select(EXPRESSIONS)) {
        let prepared = prepare(which).unwrap();
        let stated = json!({ "args.a": a, "args.b": b });
        let first = ask_prepared(&prepared, &stated);
        prop_assert_eq!(ask_prepared(&prepared, &stated), first, "{} says the same of {}", which, stated);
    }
}
