//! Which functions there are.

use super::bench::{ask, permits, refused};
use serde_json::json;

#[test]
fn a_call_of_what_is_not_there_is_refused_where_it_stands_even_in_rules_that_nobody_asks() {
    let policy = "package t\n\nallow if true\n\nother if {\n\thttp.send({\"url\": \"https://x\"}).status_code == 200\n\tstartwith(\"a\", \"b\")\n}\n";
    let faults = refused(policy);
    assert_eq!(faults.len(), 2);
    assert!(faults[0].0.starts_with("the function `http.send` reaches the network"), "{faults:?}");
    assert!(faults[0].1.starts_with("http.send({"), "{faults:?}");
    assert_eq!(faults[1], ("there is no function `startwith`".to_owned(), "startwith(\"a\", \"b\")".to_owned()));
}

#[test]
fn a_call_with_other_arguments_than_the_function_takes_is_refused() {
    let policy =
        "package t\nallow if { f(1); lower(\"a\", \"b\", \"c\"); g(1, 2) }\nf(x, y) if x == y\ng := 1\nh if count()";
    let texts: Vec<String> = refused(policy).into_iter().map(|(text, _)| text).collect();
    assert_eq!(
        texts,
        [
            "`f` takes 2 arguments, not 1",
            "`lower` takes 1 argument, not 3",
            "`g` is a rule and takes no arguments",
            "`count` takes 1 argument, not 0",
        ]
    );
}

#[test]
fn a_format_is_written_out_and_no_request_says_how_wide_it_is() {
    assert!(permits("package t\nallow if sprintf(\"%s-%03d\", [\"a\", 7]) == \"a-007\"", json!({})));
    for (call, text) in [
        ("sprintf(input.args.f, [1])", "the format of `sprintf` must be written out as text"),
        ("sprintf(\"%0999999999d\", [1])", "a width in the format of `sprintf` has more than three digits"),
    ] {
        assert_eq!(refused(&format!("package t\nallow if {call} == \"x\""))[0].0, text);
    }
}

#[test]
fn every_function_that_is_there_can_be_called() {
    for call in [
        "abs(-1) == 1",
        "array.slice(array.reverse(array.concat([1], [2])), 0, 1) == [2]",
        "bits.and(bits.or(1, 2), bits.xor(bits.rsh(8, 2), 1)) == 3",
        "ceil(0.5) + floor(0.5) + round(0.4) == 1",
        "concat(\"/\", split(\"a.b\", \".\")) == \"a/b\"",
        "format_int(255, 16) == \"ff\"",
        "glob.match(\"*.example.com\", [\".\"], \"api.example.com\")",
        "indexof(\"abc\", \"c\") == count(\"ab\")",
        "union({{1}, {2}}) == {1, 2}",
        "intersection({{1, 2}, {2}}) == {2}",
        "json.unmarshal(json.marshal({\"a\": 1})).a == 1",
        "json.remove({\"a\": 1, \"b\": 2}, [\"b\"]) == {\"a\": 1}",
        "max([1, 2]) - min([1, 2]) == 1",
        "object.get({\"a\": 1}, \"b\", 2) == 2",
        "object.subset({\"a\": 1, \"b\": 2}, {\"a\": 1})",
        "regex.match(`^[a-z]+$`, lower(\"ABC\"))",
        "regex.replace(\"aab\", \"a+\", \"x\") == \"xb\"",
        "semver.compare(\"1.2.3\", \"1.10.0\") == -1",
        "sort([2, 1]) == [1, 2]",
        "strings.any_prefix_match(\"/a/b\", [\"/a\"])",
        "substring(trim_prefix(\"prefix-x\", \"prefix-\"), 0, 1) == \"x\"",
        "sum([1, 2]) * product([2, 2]) == 12",
        "time.weekday(time.parse_rfc3339_ns(\"2026-01-01T00:00:00Z\")) == \"Thursday\"",
        "time.parse_duration_ns(\"1s\") == 1000000000",
        "to_number(\"1.5\") == 1.5",
        "type_name(upper(trim_space(\" a \"))) == \"string\"",
        "count([path | walk({\"a\": 1}, [path, _])]) == 2",
    ] {
        assert_eq!(
            ask(&format!("package t\nallow if {call}"), json!({})).map(|verdict| verdict.permits),
            Ok(true),
            "{call}"
        );
    }
}
