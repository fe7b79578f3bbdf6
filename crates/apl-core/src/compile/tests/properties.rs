//! Any document is compiled or refused, and nothing in it is dropped.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::compile::Phase;
use crate::program::Statement;
use crate::testing::{phase, policy};

fn line() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "require",
        "(",
        ")",
        "[",
        "]",
        "'",
        "\"",
        ":",
        "|",
        "&",
        ",",
        " ",
        "role.a",
        "args.x",
        "deny",
        "run(scan)",
        "taint",
        "!",
        "==",
        "in",
        "1",
        "\\",
        "é",
        "delegate",
        "allow",
        ".",
    ]);
    prop_oneof!["\\PC{0,30}", prop::collection::vec(token, 0..10).prop_map(|tokens| tokens.concat())]
}

fn steps() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![line().prop_map(Json::from), Just(Json::Null), any::<bool>().prop_map(Json::from)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![
            line(),
            prop::sample::select(vec!["when", "do", "id", "deny", "sequential", "cel"]).prop_map(str::to_owned)
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(key, inner, 0..3).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_document_is_compiled_or_refused(json in steps()) {
        for kind in [Phase::Args, Phase::Policy, Phase::Result, Phase::PostPolicy] {
            let (program, faults) = phase(kind, &json);
            prop_assert!(faults.iter().all(|fault| !fault.contains("<no text>")), "{:?}", faults);
            for (at, statement) in program.code.iter().enumerate() {
                if let Statement::Unless(_, target, _) = statement {
                    prop_assert!(at < *target && *target <= program.code.len());
                }
            }
        }
    }

    #[test]
    fn no_line_is_dropped(line in line()) {
        let (program, faults) = policy(&json!([line]));
        prop_assert!(!faults.is_empty() || !program.is_empty() || line.trim() == "allow", "`{}` is ignored", line);
    }
}
