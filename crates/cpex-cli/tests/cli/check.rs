//! `cpex check`: every mistake with its place, and the exit status.

use serde_json::json;

use super::command::{Place, top};

const GOOD: &str = "routes: [{ tool: t, policy: [\"require(role.hr)\"] }]";
const BAD: &str = "routs: []\nroutes:\n  - { tool: t, policy: [\"require(rol.hr)\", \"denny\"] }\n";
const WARNED: &str = "routes: [{ tool: t, policy: [\"deny('x', 'auth.mine')\"] }]";

#[test]
fn a_policy_without_mistakes_exits_with_0() {
    Place::new().with("a.yaml", GOOD).cpex("check a.yaml").expect(0, &["1 file checked: 0 errors, 0 warnings"]);
}

#[test]
fn every_mistake_is_shown_and_exits_with_1() {
    let said = [
        "a.yaml:1:1: error[document.unknown_key]",
        "a.yaml:3:34: error[rule.unknown_attribute]",
        "a.yaml:3:45: error[rule.unknown_effect]",
        "^^^^^",
        "1 file checked: 3 errors, 0 warnings",
    ];
    Place::new().with("a.yaml", BAD).cpex("check a.yaml").expect(1, &said);
}

#[test]
fn a_warning_passes_unless_it_is_denied() {
    let place = Place::new().with("a.yaml", WARNED);
    place.cpex("check a.yaml").expect(0, &["a.yaml:1:41: warning[rule.reserved_code]", "0 errors, 1 warning"]);
    place.cpex("check --deny-warnings a.yaml").expect(1, &["warning[rule.reserved_code]"]);
}

#[test]
fn a_directory_is_searched_for_policies_and_not_for_tests() {
    let place = Place::new().with("a.yaml", GOOD).with("b/c.yaml", GOOD).with("b/d.test.yaml", "no: policy");
    place.cpex("check .").expect(0, &["2 files checked"]);
}

#[test]
fn a_file_that_cannot_be_read_exits_with_2() {
    Place::new().cpex("check nowhere.yaml").expect(2, &["`nowhere.yaml` does not exist"]);
    Place::new()
        .with("a.yaml", b"\xff\xfe")
        .with("b.yaml", BAD)
        .cpex("check .")
        .expect(2, &["a.yaml:1:1", "b.yaml:1:1"]);
}

#[test]
fn a_kind_only_a_host_knows_is_taken_on_trust() {
    let policy =
        "plugins: [{ name: p, kind: acme.Scan, config: { a: 1 } }]\nroutes: [{ tool: t, policy: [\"run(p)\"] }]";
    Place::new().with("a.yaml", policy).cpex("check a.yaml").expect(0, &[]);
}

#[test]
fn json_gives_every_finding() {
    let place = Place::new().with("a.yaml", BAD).with("b.yaml", GOOD);
    let ran = place.cpex("check --format json .");
    assert_eq!(ran.status, 1);
    let answer = ran.json();
    let unknown = json!({
        "code": "rule.unknown_attribute",
        "severity": "error",
        "file": "a.yaml",
        "line": 3,
        "column": 34,
        "end_line": 3,
        "end_column": 40,
        "message": "there is no attribute namespace `rol`",
        "help": "did you mean `role`?",
    });
    assert_eq!(answer["files"][0]["file"], "a.yaml");
    assert_eq!(answer["files"][0]["findings"].as_array().map(Vec::len), Some(3));
    assert_eq!(answer["files"][0]["findings"][1], unknown);
    assert_eq!(answer["files"][1], json!({ "file": "b.yaml", "findings": [] }));
}

#[test]
fn what_is_wrong_with_an_attribute_file_is_said_at_its_place_and_the_file_is_no_policy() {
    let policy = "global: { attribute_files: [facts/a.yaml] }\nroutes: [{ tool: t, policy: [\"require(data.on)\"] }]";
    let place = Place::new().with("a.yaml", policy).with("facts/a.yaml", "data: { on: true }\n");
    place.cpex("check .").expect(0, &["1 file checked: 0 errors, 0 warnings"]);
    let place = place.with("facts/a.yaml", "data:\n  on: true\ndta: {}\n");
    place.cpex("check .").expect(1, &["facts/a.yaml:3:1: error[document.unknown_key]", "1 file checked: 1 error"]);
    let finding = &place.cpex("check --format json a.yaml").json()["files"][0]["findings"][0];
    assert_eq!((&finding["file"], &finding["line"]), (&json!("facts/a.yaml"), &json!(3)));
    let at = &place.cpex("check --format sarif a.yaml").json()["runs"][0]["results"][0]["locations"][0];
    assert_eq!(at["physicalLocation"]["artifactLocation"]["uri"], "facts/a.yaml");
}

#[test]
fn every_format_exits_alike() {
    let place = Place::new().with("bad.yaml", BAD).with("good.yaml", GOOD).with("warned.yaml", WARNED);
    for format in ["text", "json", "sarif"] {
        let status = |rest: &str| place.cpex(&format!("check --format {format} {rest}")).status;
        assert_eq!((status("good.yaml"), status("warned.yaml"), status("bad.yaml")), (0, 0, 1), "{format}");
        assert_eq!((status("--deny-warnings good.yaml"), status("--deny-warnings warned.yaml")), (0, 1), "{format}");
        assert_eq!(status("nowhere.yaml"), 2, "{format}");
    }
}

#[test]
fn sarif_gives_every_finding_under_its_rule() {
    let place = Place::new().with("with blank.yaml", WARNED.replace("x", "\u{fc}\u{1F600}x")).with("good.yaml", GOOD);
    let report = place.cpex("check --format sarif .").json();
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    assert_eq!((&run["tool"]["driver"]["name"], &run["columnKind"]), (&json!("cpex"), &json!("unicodeCodePoints")));
    assert_eq!(run["results"].as_array().map(Vec::len), Some(1));
    let result = &run["results"][0];
    let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!((&rule["id"], &result["ruleId"]), (&json!("rule.reserved_code"), &json!("rule.reserved_code")));
    assert_eq!((&rule["defaultConfiguration"]["level"], &result["level"]), (&json!("warning"), &json!("warning")));
    assert!(result["message"]["text"].as_str().unwrap().ends_with("\nhelp: choose another first word"));
    let at = &result["locations"][0]["physicalLocation"];
    assert_eq!(at["artifactLocation"]["uri"], "with%20blank.yaml");
    assert_eq!(at["region"], json!({ "startLine": 1, "startColumn": 43, "endLine": 1, "endColumn": 54 }));
}

#[test]
fn sarif_has_a_rule_for_every_kind_of_finding() {
    let report = Place::new().with("a.yaml", GOOD).cpex("check --format sarif .").json();
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for code in ["document.syntax", "route.tie", "rule.syntax", "lint.unreachable"] {
        assert!(rules.iter().any(|rule| rule["id"] == code), "{code}");
    }
}

#[test]
fn lints_warn_with_their_place_and_advice() {
    let policy = "routes: [{ tool: t, policy: [\"args.x > 5: deny\"] }]";
    let said = [
        "a.yaml:1:31: warning[lint.absent_allows]: an operation without `args.x` is not denied here",
        "help: write `!exists(args.x) | ..` to deny it too, or `exists(args.x) & ..` if it may pass",
        "0 errors, 1 warning",
    ];
    Place::new().with("a.yaml", policy).cpex("check a.yaml").expect(0, &said);
}

#[test]
fn the_shipped_policy_checks_once_its_key_and_its_secret_are_there() {
    let policy = std::fs::read_to_string(top().join("examples/policies/agent.yaml")).unwrap();
    let place = Place::new().with("agent.yaml", policy);
    place.cpex("check agent.yaml").expect(1, &["issuer.pem"]);
    let key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let place = place.with("issuer.pem", key);
    place.cpex("check agent.yaml").expect(1, &["client.secret"]);
    place.with("client.secret", "hush").cpex("check agent.yaml").expect(0, &["0 errors, 0 warnings"]);
}
