//! What `hash` writes, and which values it tells apart.

#![expect(clippy::panic, reason = "tests fail by panicking")]

use super::*;

fn hash(value: &Json) -> String {
    match compile("hash").unwrap().edit(value) {
        Ok(Edit::Replace(Json::String(hash))) => hash,
        other => panic!("not hashed: {other:?}"),
    }
}

#[test]
fn a_hash_is_that_of_rfc_4231_in_lower_case_hex() {
    assert_eq!(
        hash(&json!("what do ya want for nothing?")),
        "hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

#[test]
fn text_is_hashed_as_it_is_and_other_values_as_canonical_json() {
    for (value, canonical) in [
        (json!(null), "null"),
        (json!(true), "true"),
        (json!([]), "[]"),
        (json!({"b": "x", "a": [1, 2]}), r#"{"a":[1,2],"b":"x"}"#),
    ] {
        assert_eq!(hash(&value), hash(&json!(canonical)), "{value}");
    }
    assert_ne!(hash(&json!("x")), hash(&json!(["x"])));
}

#[test]
fn canonical_json_is_that_of_rfc_8785() {
    let (numbers, sorted) = (
        r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#,
        r#"{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}"#,
    );
    for (written, canonical) in [
        (
            numbers,
            concat!(
                r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
                r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
            ),
        ),
        (sorted, "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"),
    ] {
        let value: Json = serde_json::from_str(written).unwrap();
        assert_eq!(hash(&value), hash(&json!(canonical)), "{written}");
    }
}

#[test]
fn numbers_are_hashed_by_their_value_as_a_double() {
    for (written, canonical) in [
        ("1.0", "1"),
        ("-0.0", "0"),
        ("1e21", "1e+21"),
        ("100000000000000000000", "100000000000000000000"),
        ("9007199254740993", "9007199254740992"),
        ("5e-324", "5e-324"),
        // The nearest double, where a reader in a hurry takes its neighbour.
        ("1.0715660391465826e-75", "1.0715660391465826e-75"),
    ] {
        let value: Json = serde_json::from_str(written).unwrap();
        assert_eq!(hash(&value), hash(&json!(canonical)), "{written}");
    }
}

#[test]
fn a_value_that_nests_deeper_than_json_is_read_is_refused() {
    let nested = |depth| (0..depth).fold(json!(0), |inside, _| json!([{ "a": inside }]));
    assert!(compile("hash").unwrap().edit(&nested(63)).is_ok());
    let refused = compile("hash").unwrap().edit(&nested(64)).unwrap_err();
    assert_eq!(refused.0, "a value whose maps and lists nest at most 127 deep");
}

proptest! {
    #[test]
    fn equal_values_have_equal_hashes_and_no_others_do(left in r"\PC{0,3}", right in r"\PC{0,3}") {
        prop_assert_eq!(left == right, hash(&json!(left)) == hash(&json!(right)));
        prop_assert_eq!(left == right, hash(&json!({"a": left})) == hash(&json!({"a": right})));
    }
}
