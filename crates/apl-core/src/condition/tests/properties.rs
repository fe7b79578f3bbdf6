//! What holds of every expression over every value.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{eval, world};
use crate::testing::World;

/// An expression as a person would evaluate it.
#[derive(Clone, Debug)]
enum Model {
    Atom(&'static str),
    Not(Box<Model>),
    And(Vec<Model>),
    Or(Vec<Model>),
}

impl Model {
    fn write(&self) -> String {
        let join = |parts: &[Self], sign: &str| {
            parts.iter().map(|part| format!("({})", part.write())).collect::<Vec<_>>().join(sign)
        };
        match self {
            Self::Atom(name) => (*name).to_owned(),
            Self::Not(inner) => format!("!({})", inner.write()),
            Self::And(parts) => join(parts, " & "),
            Self::Or(parts) => join(parts, "|"),
        }
    }

    fn eval(&self, facts: &World) -> Result<bool, &'static str> {
        match self {
            Self::Atom(name) => eval(name, facts),
            Self::Not(inner) => inner.eval(facts).map(|answer| !answer),
            Self::And(parts) => {
                parts.iter().try_fold(true, |held, part| if held { part.eval(facts) } else { Ok(false) })
            }
            Self::Or(parts) => {
                parts.iter().try_fold(false, |held, part| if held { Ok(true) } else { part.eval(facts) })
            }
        }
    }
}

fn model() -> impl Strategy<Value = Model> {
    let atom = prop::sample::select(vec![
        "args.yes",
        "args.no",
        "args.text",
        "session.labels",
        "args.one > 0",
        "args.one != 1",
    ]);
    atom.prop_map(Model::Atom).prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Model::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Model::And),
            prop::collection::vec(inner, 1..4).prop_map(Model::Or),
        ]
    })
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-3_i64..3).prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[0-9a-z.]{0,3}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::btree_map("[ab]", inner, 0..3).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn flat_tests_answer_as_the_tree_does(model in model()) {
        let facts = world();
        prop_assert_eq!(eval(&model.write(), &facts), model.eval(&facts));
    }

    #[test]
    fn negated_forms_are_exactly_the_negation(a in value(), b in value()) {
        let facts = World::new(json!({"args": {"a": a, "b": b}}));
        for (form, negated) in [
            ("args.a == args.b", "args.a != args.b"),
            ("args.a in args.b", "args.a not in args.b"),
            ("args.a in [1, 'a', 0.5]", "args.a not in [1, 'a', 0.5]"),
            ("args.a", "!args.a"),
            ("args.a < args.b", "!(args.a < args.b)"),
        ] {
            prop_assert_eq!(eval(form, &facts).map(|answer| !answer), eval(negated, &facts));
        }
    }

    #[test]
    fn equality_is_symmetric_and_order_is_opposed(a in value(), b in value()) {
        let facts = World::new(json!({"args": {"a": a, "b": b}}));
        prop_assert_eq!(eval("args.a == args.b", &facts), eval("args.b == args.a", &facts));
        prop_assert_eq!(eval("args.a < args.b", &facts), eval("args.b > args.a", &facts));
        prop_assert_eq!(eval("args.a <= args.b", &facts), eval("args.b >= args.a", &facts));
        if eval("args.a < args.b", &facts) == Ok(true) {
            prop_assert_eq!(eval("args.a >= args.b", &facts), Ok(false));
        }
    }
}
