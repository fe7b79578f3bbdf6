#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::{Value as Json, json};

use super::*;
use crate::field::Edit;
use crate::testing::text;

/// Does one thing with every value, and notes what it met.
struct Witness {
    edit: Result<Edit, RewriteFault>,
    met: Vec<String>,
}

impl Visit for Witness {
    fn visit(&mut self, value: &Json) -> Result<Edit, RewriteFault> {
        self.met.push(value.to_string());
        self.edit.clone()
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

fn follow(
    path: &str,
    edit: Result<Edit, RewriteFault>,
    document: &str,
) -> (Vec<String>, Result<Spliced, RewriteFault>) {
    let field = Field::parse(&text(path), &mut Vec::new()).unwrap();
    let mut witness = Witness { edit, met: Vec::new() };
    let spliced = splice(&field, document, 8, &mut witness);
    (witness.met, spliced)
}

fn replaced(path: &str, document: &str) -> String {
    match follow(path, Ok(Edit::Replace(json!("X"))), document).1.unwrap() {
        Spliced::Changed(text) => text,
        other => format!("{other:?}"),
    }
}

fn removed(path: &str, document: &str) -> String {
    match follow(path, Ok(Edit::Remove), document).1.unwrap() {
        Spliced::Changed(text) => text,
        other => format!("{other:?}"),
    }
}

#[test]
fn only_the_bytes_of_the_value_are_replaced() {
    for (path, document, expected) in [
        ("a", r#"{"a":1}"#, r#"{"a":"X"}"#),
        (
            "a",
            "\t{ \"z\" : 1.50e+2 ,\r\n \"a\" : 1 ,\"b\":1E400 } \n",
            "\t{ \"z\" : 1.50e+2 ,\r\n \"a\" : \"X\" ,\"b\":1E400 } \n",
        ),
        ("a", r#"{"a":{"b":[1,"}"]},"c":12345678901234567890123}"#, r#"{"a":"X","c":12345678901234567890123}"#),
        ("a.b", r#"{"b":0,"a":{"b":true}}"#, r#"{"b":0,"a":{"b":"X"}}"#),
        ("a[].b", r#"{"a":[{"b":1},{"b":[2]}]}"#, r#"{"a":[{"b":"X"},{"b":"X"}]}"#),
        ("[]", "[1, [2], {\"a\":3}]", "[\"X\", \"X\", \"X\"]"),
        ("**.a", r#"{"a":{"a":1},"b":[[{"a":2}]]}"#, r#"{"a":"X","b":[[{"a":"X"}]]}"#),
        ("a", r#"{"a":null}"#, r#"{"a":"X"}"#),
        ("a", r#"{"b":"\ud800","a":1}"#, r#"{"b":"\ud800","a":"X"}"#),
    ] {
        assert_eq!(replaced(path, document), expected, "{path} in {document}");
    }
}

#[test]
fn every_occurrence_of_a_repeated_key_is_treated() {
    assert_eq!(replaced("a", r#"{"a":1,"b":2,"a":[3]}"#), r#"{"a":"X","b":2,"a":"X"}"#);
    assert_eq!(replaced("a.b", r#"{"a":{"b":1},"a":{"b":2,"b":3}}"#), r#"{"a":{"b":"X"},"a":{"b":"X","b":"X"}}"#);
}

#[test]
fn escaped_keys_are_decoded_before_they_are_compared() {
    assert_eq!(replaced("ssn", r#"{"\u0073\u0073n":1,"ss\\n":2}"#), r#"{"\u0073\u0073n":"X","ss\\n":2}"#);
    assert_eq!(replaced("'\"'", r#"{"\"":1,"\u0022":2}"#), r#"{"\"":"X","\u0022":"X"}"#);
    assert_eq!(replaced("'😀'", r#"{"\ud83d\ude00":1}"#), r#"{"\ud83d\ude00":"X"}"#);
    assert_eq!(replaced("''", r#"{"":1}"#), r#"{"":"X"}"#);
    // Half a character is no name that could be compared with certainty.
    assert_eq!(replaced("a", r#"{"\ud83d":1}"#), "Unread");
}

#[test]
fn a_removed_value_takes_its_comma_along() {
    for (path, document, expected) in [
        ("a", r#"{"a":1, "b":2, "c":3}"#, r#"{"b":2, "c":3}"#),
        ("b", r#"{"a":1, "b":2, "c":3}"#, r#"{"a":1, "c":3}"#),
        ("c", r#"{"a":1, "b":2 , "c":3 }"#, r#"{"a":1, "b":2  }"#),
        ("a", r#"{ "a" : 1 }"#, "{  }"),
        ("a", r#"{"a":1,"a":2,"b":3,"a":4}"#, r#"{"b":3}"#),
        ("a", r#"{"b":3,"a":4,"a":5}"#, r#"{"b":3}"#),
        ("[]", "[1, 2 ,3]", "[]"),
        ("[].a", r#"[{"a":1},{"a":2,"b":3}]"#, r#"[{},{"b":3}]"#),
        ("**.a", r#"{"x":{"a":{"a":1}},"a":2}"#, r#"{"x":{}}"#),
        ("**[]", r#"{"x":[1,[2]]}"#, r#"{"x":[]}"#),
    ] {
        assert_eq!(removed(path, document), expected, "{path} in {document}");
    }
}

#[test]
fn a_text_that_is_no_object_or_array_is_not_read() {
    for document in ["", " ", "1", "\"a\"", "null", "hello", "{\"a\":1", "{\"a\":1} x", "[1,]", "{\"a\":1}{\"a\":2}"] {
        assert_eq!(follow("a", Ok(Edit::Replace(json!("X"))), document).1, Ok(Spliced::Unread), "{document}");
        assert!(!is_document(document, 8), "{document}");
    }
    assert!(is_document(" {\"a\":[1]} ", 8));
}

#[test]
fn a_fault_counts_only_in_a_text_that_is_json_to_its_end() {
    let fault = || Err(RewriteFault::Invalid { expected: "text".to_owned() });
    for (path, head) in [("a", r#"{"a":1"#), ("a", r#"{"a":{"b":[1]}"#), ("b[].a", r#"{"b":[{"a":1},{"c":[{}]}]"#)] {
        assert_eq!(follow(path, fault(), &format!("{head}}}")).1, Err(fault().unwrap_err()), "{head}");
        assert_eq!(follow(path, fault(), head).1, Ok(Spliced::Unread), "{head}");
        assert_eq!(follow(path, fault(), &format!("{head}}} x")).1, Ok(Spliced::Unread), "{head}");
    }
}

#[test]
fn a_text_that_nests_too_deeply_is_refused_wherever_it_does() {
    let nested = |levels: usize| format!("{{\"b\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert_eq!(follow("a", Ok(Edit::Keep), &nested(8)).1, Ok(Spliced::Same));
    assert_eq!(follow("a", Ok(Edit::Keep), &nested(9)).1, Err(RewriteFault::Unreadable));
    assert_eq!(follow("b", Ok(Edit::Keep), &nested(9)).1, Err(RewriteFault::Unreadable));
    assert_eq!(follow("b", Ok(Edit::Keep), &nested(8)).1, Ok(Spliced::Same));
    assert_eq!(follow("a", Ok(Edit::Keep), &"[".repeat(1_000_000)).1, Err(RewriteFault::Unreadable));
}

#[test]
fn a_value_that_cannot_be_judged_is_refused() {
    for document in [r#"{"a":1e400}"#, r#"{"a":"\ud800"}"#, r#"{"a":["\udc00"]}"#] {
        assert_eq!(follow("a", Ok(Edit::Keep), document).1, Err(RewriteFault::Unreadable), "{document}");
    }
}

#[test]
fn a_way_that_ends_early_is_told_apart_from_one_of_another_shape() {
    for (path, document, met) in [
        ("a", r#"{}"#, vec!["missing"]),
        ("a.b", r#"{"a":null}"#, vec!["missing"]),
        ("a.b", r#"{"a":"x"}"#, vec!["mismatch"]),
        ("a.b", r#"{"a":[{"b":1}]}"#, vec!["mismatch"]),
        ("a", r#"[{"a":1}]"#, vec!["mismatch"]),
        ("a[]", r#"{"a":{"b":1}}"#, vec!["mismatch"]),
        ("a[].b", r#"{"a":[{"b":1},{},null,2]}"#, vec!["1", "missing", "missing", "mismatch"]),
        ("**.a", r#"{"b":[1,"x",null]}"#, vec![]),
        ("**.a", r#"{"a":{"a":1}}"#, vec!["{\"a\":1}", "1"]),
        ("a.**", r#"{"a":{"b":1}}"#, vec!["{\"b\":1}", "1"]),
    ] {
        assert_eq!(
            follow(path, Ok(Edit::Keep), document),
            (met.iter().map(|met| (*met).to_owned()).collect(), Ok(Spliced::Same)),
            "{path} in {document}"
        );
    }
}
