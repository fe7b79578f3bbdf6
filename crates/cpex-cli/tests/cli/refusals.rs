//! Test files that are refused: each mistake with its place and in the words of who wrote it.

use super::command::Place;

/// The text of a file, and what is said of it.
const REFUSED: &[(&str, &str)] = &[
    ("cases: []", "f.test.yaml:1:1: error[case.missing_key]: the file names no policy"),
    ("policy: p.yaml\ncases: []", "error[case.missing_key]: the file has no cases"),
    ("policy: p.yaml\npolicy_text: x\ncases: []", "f.test.yaml:2:1: error[case.conflict]"),
    ("policy: 7\ncases: []", "f.test.yaml:1:9: error[case.wrong_shape]: `policy` is text, found a number"),
    ("- a", "error[case.wrong_shape]: `a test file` is a map, found a list"),
    (
        "policy: p.yaml\nnow: yesterday\ncases: []",
        "f.test.yaml:2:6: error[case.wrong_value]: `now` is no date and time",
    ),
    (
        "policy: p.yaml\nsubject: {}\ncases: []",
        "f.test.yaml:2:1: error[case.unknown_key]: a test file has no key `subject`",
    ),
    ("policy: p.yaml\nsubject: {}\ncases: []", "help: did you mean `subjects`?"),
    (
        "policy: p.yaml\nsubjects: { eve: { roles: [hr] } }\ncases: []",
        "f.test.yaml:2:18: error[case.missing_key]: `id` is missing",
    ),
    (
        "policy: p.yaml\nsubjects: { eve: { id: 7 } }\ncases: []",
        "f.test.yaml:2:24: error[case.wrong_shape]: `id` is text, found a number",
    ),
    ("policy: p.yaml\nsubjects: { eve: { id: e, roles: hr } }\ncases: []", "`roles` is a list, found text"),
    ("policy: p.yaml\nsubjects: { eve: { id: e, type: robot } }\ncases: []", "`type` cannot be `robot`"),
    ("CASE { call: { tool: t }, expect: { decision: allow } }", "error[case.missing_key]: a case needs a `name`"),
    ("CASE { name: n, call: { tool: t } }", "error[case.missing_key]: the case expects nothing"),
    ("CASE { name: n, expect: { decision: allow } }", "error[case.missing_key]: `call` is missing"),
    ("CASE { name: n, call: { tool: t }, expect: { code: x } }", "error[case.missing_key]: `decision` is missing"),
    (
        "CASE { name: n, call: { tool: t }, expect: { decision: alow } }",
        "f.test.yaml:3:55: error[case.wrong_value]: `decision` cannot be `alow`",
    ),
    ("CASE { name: n, call: { tool: t }, expects: { decision: allow } }", "a case has no key `expects`"),
    ("CASE { name: n, call: { tool: t }, expect: { decision: deny, cod: x } }", "an expectation has no key `cod`"),
    ("CASE { name: n, call: { tool: t, arguments: {} }, expect: { decision: deny } }", "a call has no key `arguments`"),
    ("CASE { name: n, call: { tool: t, args: [] }, expect: { decision: deny } }", "`args` is a map, found a list"),
    (
        "CASE { name: n, caller: bob, call: { tool: t }, expect: { decision: deny } }",
        "error[case.unknown_name]: no subject is named `bob`",
    ),
    (
        "CASE { name: n, call: { tool: t }, context: { delegation: { depth: deep } }, expect: { decision: deny } }",
        "`depth` is a whole number that is not negative",
    ),
    (
        "CASE { name: n, call: { tool: t }, context: { agnet: {} }, expect: { decision: deny } }",
        "did you mean `agent`?",
    ),
    (
        "CASE { name: n, call: { tool: t }, result: 1, result_parts: [], expect: { decision: deny } }",
        "`result` and `result_parts` exclude one another",
    ),
    (
        "CASE { name: n, call: { tool: t }, result_parts: [{ txt: x }], expect: { decision: deny } }",
        "a part of a result has no key `txt`",
    ),
    (
        "CASE { name: n, call: { tool: t }, is_error: true, expect: { decision: deny } }",
        "`is_error` flags a result, and there is none",
    ),
    ("CASE { name: n, steps: [], call: { tool: t } }", "`call` belongs on a step where a case has `steps`"),
    ("CASE { name: n, steps: [] }", "the case has no steps"),
    ("CASE { name: n, steps: [{ call: { tool: t } }] }", "no step of the case expects anything"),
    (
        "CASE { name: n, steps: [{ call: { tool: t }, resume: true, expect: { decision: deny } }] }",
        "the first step of a case has nothing to resume",
    ),
    (
        "CASE { name: n, call: { tool: t }, expect: { decision: allow, restrict: [x] } }",
        "`restrict` is a map, found a list",
    ),
    ("CASE { name: n, call: { tool: t }, expect: { decision: allow, trace: [x] } }", "`trace` is a map, found a list"),
    (
        "CASE { name: n, stub: { p: { grant: [x] } }, call: { tool: t }, expect: { decision: allow } }",
        "the policy declares no plugin `p`",
    ),
    (
        "CASE { name: n, stub: { p: { grant: read } }, call: { tool: t }, expect: { decision: allow } }",
        "`grant` is a list, found text",
    ),
    ("CASE { name: n, stub: { p: maybe }, call: { tool: t }, expect: { decision: allow } }", "`p` cannot be `maybe`"),
    (
        "CASE { name: n, call: { llm: m, args: { message: [] } }, expect: { decision: allow } }",
        "`args` of this call has no key `message`",
    ),
    (
        "CASE { name: n, call: { llm: m, args: { model: other } }, expect: { decision: allow } }",
        "`args` of this call has no key `model`",
    ),
    ("CASE { name: n, call: { http: /a, args: { form: x } }, expect: { decision: allow } }", "it may have query, body"),
    ("CASE { name: n, call: { http: { method: GET } }, expect: { decision: allow } }", "`path` is missing"),
    ("CASE { name: n, call: { http: /a, llm: m }, expect: { decision: allow } }", "a call is about one entity"),
    ("CASE { name: n, call: { agent: '' }, expect: { decision: allow } }", "an agent has a name"),
    (
        "CASE { name: n, call: { http: /a }, context: { http: { path: /b } }, expect: { decision: allow } }",
        "the call says the path itself, and `context.http` says it again",
    ),
    (
        "CASE { name: n, call: { http: { path: /a, method: GET } }, context: { http: { method: PUT } }, expect: { decision: deny } }",
        "leave `method` out of `context.http`",
    ),
    (
        "CASE { name: n, call: { http: /a }, context: { http: { host: 'a@b' } }, expect: { decision: allow } }",
        "`a@b` is not an authority of the form `host` or `host:port`",
    ),
    ("CASE { name: n, name: m, call: { tool: t }, expect: { decision: allow } }", "error[document.duplicate_key]"),
];

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, said) in REFUSED {
        let text = text.replace("CASE ", "policy: p.yaml\ncases:\n  - ");
        let ran = Place::new().with("p.yaml", "routes: [{ tool: t }]").with("f.test.yaml", &text).cpex("test .");
        assert_eq!(ran.status, 2, "{text}\n{}", ran.out);
        assert!(ran.out.contains(said), "{text}\nshould be answered by `{said}`:\n{}", ran.out);
    }
}

#[test]
fn every_mistake_of_a_file_is_said_at_once() {
    let text = "polcy: x\nnow: 7\ncases:\n  - { nam: a, call: { tol: t }, expect: { decision: yes, labels: a } }\n";
    let ran = Place::new().with("f.test.yaml", text).cpex("test .");
    let lines: Vec<&str> = ran.out.lines().filter(|line| line.contains(": error[")).collect();
    assert!(lines.len() >= 8, "{}", ran.out);
}

#[test]
fn no_bytes_make_it_panic() {
    let texts: [&[u8]; 8] = [
        b"",
        b"\xff\xfe",
        b"\0",
        b"{",
        b"policy: &a *a",
        b"cases: [[[[",
        "policy: \u{202e}\n".as_bytes(),
        b"%YAML 9\n---\n...",
    ];
    for text in texts {
        let place = Place::new().with("f.test.yaml", text).with("p.yaml", text);
        assert_eq!(place.cpex("test f.test.yaml").status, 2, "{text:?}");
        assert_eq!(place.cpex_reading("eval p.yaml -", text).status, 2, "{text:?}");
        assert!(matches!(place.cpex("check p.yaml").status, 0..=2), "{text:?}");
    }
}
