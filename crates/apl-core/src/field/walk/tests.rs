#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::json;

use super::*;
use crate::testing::text;

/// Does one thing with every value, and notes what it met.
struct Witness {
    edit: Edit,
    met: Vec<String>,
}

impl Visit for Witness {
    fn visit(&mut self, value: &Json) -> Result<Edit, RewriteFault> {
        self.met.push(value.to_string());
        Ok(self.edit.clone())
    }

    fn missing(&mut self) -> Result<(), RewriteFault> {
        self.met.push("missing".to_owned());
        Ok(())
    }

    fn mismatch(&mut self) -> Result<(), RewriteFault> {
        self.met.push("mismatch".to_owned());
        Ok(())
    }
}

fn follow(path: &str, edit: Edit, mut value: Json) -> (Vec<String>, Json) {
    let field = Field::parse(&text(path), &mut Vec::new()).unwrap();
    let mut witness = Witness { edit, met: Vec::new() };
    let before = value.clone();
    let changed = walk(&field, &mut value, 8, &mut witness).unwrap();
    assert_eq!(changed, value != before, "{path}");
    (witness.met, value)
}

#[test]
fn a_path_leads_to_the_values_it_names() {
    for (path, value, met) in [
        ("a", json!({"a": 1, "b": 2}), vec!["1"]),
        ("a.b", json!({"a": {"b": [1]}, "b": 2}), vec!["[1]"]),
        ("a[]", json!({"a": [1, null, "x"]}), vec!["1", "null", "\"x\""]),
        ("a[].b", json!({"a": [{"b": 1}, {"b": 2}]}), vec!["1", "2"]),
        ("a[][]", json!({"a": [[1], [], [2]]}), vec!["1", "2"]),
        ("[].a", json!([{"a": 1}]), vec!["1"]),
        ("**.a", json!({"a": 1, "b": [{"a": 2}, {"c": {"a": 3}}]}), vec!["1", "2", "3"]),
        ("**.a", json!({"a": {"a": 1}}), vec!["{\"a\":1}", "1"]),
        ("**[]", json!({"b": [1, [2]]}), vec!["1", "[2]", "2"]),
        ("a.**", json!({"a": {"b": 1}}), vec!["{\"b\":1}", "1"]),
        ("a.**.b", json!({"a": {"b": 1, "c": {"b": 2}}, "b": 3}), vec!["1", "2"]),
        ("0", json!({"0": 1}), vec!["1"]),
        ("**.a.a", json!({"a": {"a": {"a": 1}}}), vec!["{\"a\":1}", "1"]),
    ] {
        assert_eq!(
            follow(path, Edit::Keep, value.clone()).0.iter().filter(|met| *met != "mismatch").collect::<Vec<_>>(),
            met,
            "{path} in {value}"
        );
    }
}

#[test]
fn a_way_that_ends_early_is_told_apart_from_one_of_another_shape() {
    for (path, value, met) in [
        ("a", json!({}), vec!["missing"]),
        ("a", json!(null), vec!["missing"]),
        ("a.b", json!({"a": null}), vec!["missing"]),
        ("a.b", json!({"a": {}}), vec!["missing"]),
        ("a.b", json!({"a": "x"}), vec!["mismatch"]),
        ("a.b", json!({"a": [{"b": 1}]}), vec!["mismatch"]),
        ("a", json!([{"a": 1}]), vec!["mismatch"]),
        ("a[]", json!({"a": {"b": 1}}), vec!["mismatch"]),
        ("a[]", json!({"a": 1}), vec!["mismatch"]),
        ("a[]", json!({"a": []}), vec![]),
        ("a[]", json!({"a": null}), vec!["missing"]),
        ("a[].b", json!({"a": [{"b": 1}, {}, null, 2]}), vec!["1", "missing", "missing", "mismatch"]),
        ("**.a", json!({"b": [1, "x", null]}), vec![]),
        ("**.a.b", json!({"a": {}, "c": {"a": {"b": 1}}, "d": {"a": 5}}), vec!["missing", "1", "mismatch"]),
    ] {
        assert_eq!(follow(path, Edit::Keep, value.clone()).0, met, "{path} in {value}");
    }
}

#[test]
fn names_are_compared_by_code_point() {
    // The second is the same letter, decomposed.
    let value = json!({"\u{e9}": 1, "e\u{301}": 2});
    assert_eq!(follow("\u{e9}", Edit::Keep, value.clone()).0, ["1"]);
    assert_eq!(follow("e\u{301}", Edit::Keep, value).0, ["2"]);
}

#[test]
fn values_are_replaced_and_removed_where_they_stand() {
    let value = json!({"a": [1, {"a": 2}], "b": {"a": 3, "c": 4}});
    let replaced = |path| follow(path, Edit::Replace(json!("x")), value.clone()).1;
    assert_eq!(replaced("b.a"), json!({"a": [1, {"a": 2}], "b": {"a": "x", "c": 4}}));
    assert_eq!(replaced("a[]"), json!({"a": ["x", "x"], "b": {"a": 3, "c": 4}}));
    assert_eq!(replaced("**.a"), json!({"a": "x", "b": {"a": "x", "c": 4}}));
    let removed = |path| follow(path, Edit::Remove, value.clone()).1;
    assert_eq!(removed("b.a"), json!({"a": [1, {"a": 2}], "b": {"c": 4}}));
    assert_eq!(removed("a[]"), json!({"a": [], "b": {"a": 3, "c": 4}}));
    assert_eq!(removed("**.a"), json!({"b": {"c": 4}}));
}

#[test]
fn the_first_fault_ends_the_walk() {
    struct Refuses(usize);
    impl Visit for Refuses {
        fn visit(&mut self, _: &Json) -> Result<Edit, RewriteFault> {
            self.0 += 1;
            Err(RewriteFault::Unreadable)
        }
        fn missing(&mut self) -> Result<(), RewriteFault> {
            Ok(())
        }
        fn mismatch(&mut self) -> Result<(), RewriteFault> {
            Ok(())
        }
    }
    for path in ["[]", "**.a", "[].**[]"] {
        let field = Field::parse(&text(path), &mut Vec::new()).unwrap();
        let mut refuses = Refuses(0);
        let mut value = json!([{"a": [1]}, {"a": [2]}]);
        assert_eq!(walk(&field, &mut value, 8, &mut refuses), Err(RewriteFault::Unreadable), "{path}");
        assert_eq!((refuses.0, value), (1, json!([{"a": [1]}, {"a": [2]}])), "{path}");
    }
}

#[test]
fn a_value_in_which_a_path_goes_too_deep_is_refused() {
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }));
    let field = Field::parse(&text("**.b"), &mut Vec::new()).unwrap();
    let mut witness = Witness { edit: Edit::Keep, met: Vec::new() };
    assert_eq!(walk(&field, &mut nested(8), 8, &mut witness), Ok(false));
    assert_eq!(walk(&field, &mut nested(9), 8, &mut witness), Err(RewriteFault::Unreadable));
}
