//! An explanation suffices: whoever has it and the policy knows why an operation of the scenario was denied, and a caller
//! who is shown theirs learns no value from it.
//!
//! Every call of the scenario whose collaborators are all compiled in is explained by `cpex explain --format json`, alone in a
//! session of its own.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use cpex::document::Document;
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

/// What is planted in arguments, results and claims, and may be read by nobody who sees the view of the caller.
const CANARY: &str = "planted-canary";

/// A call of the scenario.
struct Call {
    name: String,
    policy: PathBuf,
    request: Json,
    /// What the case expects of it, if it is the first of its session.
    expect: Json,
}

#[test]
fn a_denial_is_explained_by_its_rule_its_predicates_and_what_they_read() {
    let (mut denied, examples) = (0, examples());
    for call in calls(&examples) {
        let explanation = explain(&call, "admin");
        let side = explanation["sides"].as_array().unwrap().last().unwrap();
        assert_eq!(explanation["decision"], side["decision"], "{}", call.name);
        if side["decision"] == "deny" {
            denied += 1;
            check_denial(&call, side);
        }
    }
    assert!(denied > 8, "only {denied} calls of the scenario are denied");
}

#[test]
fn the_caller_is_shown_no_value_of_arguments_results_or_claims() {
    let examples = examples();
    for call in calls(&examples) {
        let policy = fs::read_to_string(&call.policy).unwrap();
        let shown = explain(&call, "agent").to_string();
        let mut values = vec![CANARY.to_owned()];
        for given in ["call", "result", "result_parts", "caller"] {
            texts(&call.request[given], &mut values);
        }
        // What the author of the policy wrote is the author's to say.
        for value in values.iter().filter(|value| value.len() > 2 && !policy.contains(value.as_str())) {
            assert!(!shown.contains(value.as_str()), "{}: `{value}` in {shown}", call.name);
        }
    }
}

#[test]
fn what_is_planted_is_found_where_a_view_holds_values() {
    let policy = "routes: [ { tool: t, policy: [ \"require(args.canary == 'x')\" ] } ]";
    let folder = tempfile::tempdir().unwrap();
    let policy_file = folder.path().join("policy.yaml");
    fs::write(&policy_file, policy).unwrap();
    let request = planted(&json!({ "call": { "tool": "t" } }));
    let call = Call { name: "t".to_owned(), policy: policy_file, request, expect: Json::Null };
    assert!(explain(&call, "admin").to_string().contains(CANARY));
    assert!(!explain(&call, "agent").to_string().contains(CANARY));
}

/// Checks that the side before or after an operation says all of why it was denied.
fn check_denial(call: &Call, side: &Json) {
    let name = &call.name;
    assert!(side["code"].is_string() && side["reason"].is_string(), "{name}: {side}");
    if let Some(code) = call.expect["code"].as_str() {
        let told = if side["own_code"].is_null() { &side["code"] } else { &side["own_code"] };
        assert_eq!(told, code, "{name}");
    }
    if side["rule"].is_null() {
        // Nobody was identified, or nothing is in force for it: there was no rule to ask.
        assert_eq!(side["rules"], json!([]), "{name}");
        return;
    }
    let last = side["rules"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["id"], &last["at"]), (&side["rule"]["id"], &side["rule"]["at"]), "{name}");
    assert!(is_place(last["at"].as_str().unwrap()), "{name}: {}", last["at"]);
    let steps = last["steps"].as_array().unwrap();
    assert_eq!(steps.last().unwrap()["kind"], "deny", "{name}");
    for condition in steps.iter().filter(|step| step["kind"] == "condition") {
        check_condition(name, condition);
    }
    let decides = steps.iter().any(|step| step["kind"] == "condition" || !step["code"].is_null());
    assert!(decides, "{name}: nothing says why: {steps:?}");
}

/// Checks that a condition shows each predicate that was asked, with what it read and what was not there.
fn check_condition(name: &str, condition: &Json) {
    assert!(condition["holds"].is_boolean() || condition["fault"].is_string(), "{name}: {condition}");
    let tests = condition["tests"].as_array().unwrap();
    assert!(!tests.is_empty(), "{name}: {condition}");
    for test in tests {
        let reads = test["reads"].as_array().unwrap();
        assert!(!reads.is_empty(), "{name}: {test}");
        for read in reads {
            let predicate = test["predicate"].as_str().unwrap();
            assert!(predicate.contains(read["attribute"].as_str().unwrap()), "{name}: {test}");
            match read["state"].as_str().unwrap() {
                "present" => assert!(!read["value"].is_null(), "{name}: {read}"),
                "absent" => assert!(read["value"].is_null(), "{name}: {read}"),
                state => panic!("{name}: {state}"),
            }
        }
    }
}

/// Whether `file:line:column` is a place in a file.
fn is_place(at: &str) -> bool {
    let mut parts = at.rsplitn(3, ':');
    let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
    let (column, line) = (number(), number());
    let text = fs::read_to_string(parts.next().unwrap()).unwrap();
    text.lines().nth(line - 1).is_some_and(|line| (1..=line.chars().count()).contains(&column))
}

/// What the command prints. A stub of the request that the call does not reach is left out.
fn explain(call: &Call, view: &str) -> Json {
    let alone = || {
        let mut request = call.request.clone();
        request.as_object_mut().unwrap().remove("stub");
        printed(call, &request, view).unwrap_or_else(|errors| panic!("{}: {errors}", call.name))
    };
    match printed(call, &call.request, view) {
        Ok(explanation) => explanation,
        Err(errors) if errors.contains("stub: nothing reaches") => alone(),
        Err(errors) => panic!("{}: {errors}", call.name),
    }
}

fn printed(call: &Call, request: &Json, view: &str) -> Result<Json, String> {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("request.yaml");
    fs::write(&written, request.to_string()).unwrap();
    let (policy, request) = (call.policy.display().to_string(), written.display().to_string());
    let words = ["cpex", "explain", &policy, &request, "--view", view, "--format", "json"];
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut streams = cpex_cli::Streams { input: &mut std::io::empty(), output: &mut output, errors: &mut errors };
    let status = cpex_cli::run(words.map(Into::into), &mut streams);
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if ![0, 3].contains(&status) {
        return Err(shown(&errors));
    }
    serde_json::from_slice(&output).map_err(|error| format!("{error}: {}", shown(&output)))
}

/// The published examples with the files that lie beside them where they run.
fn examples() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/policies")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    fs::write(folder.path().join("client.secret"), "secret").unwrap();
    folder
}

/// Every such call, canaries planted.
fn calls(examples: &TempDir) -> Vec<Call> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/scenario");
    let mut calls = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let file = Document::read_file(&path).unwrap_or_else(|error| panic!("{error}")).root().to_json();
        let policy = Path::new(file["policy"].as_str().unwrap());
        let is_example = policy.parent().is_some_and(|parent| parent.ends_with("examples/policies"));
        // What is scripted for a whole file is not reached by each of its calls, and others than examples need it to load.
        if file.get("stub").is_some() && !is_example {
            continue;
        }
        let policy = match policy.file_name().filter(|_| is_example) {
            Some(name) => examples.path().join(name),
            None => folder.join(policy).canonicalize().unwrap(),
        };
        for case in file["cases"].as_array().unwrap() {
            let steps = case["steps"].as_array().cloned().unwrap_or_else(|| vec![case.clone()]);
            for (index, step) in steps.iter().enumerate() {
                let name = format!("{}: {}, step {}", path.display(), case["name"], index + 1);
                let expect = if index == 0 { step["expect"].clone() } else { Json::Null };
                let request = planted(&request(&file, case, step));
                calls.push(Call { name, policy: policy.clone(), request, expect });
            }
        }
    }
    assert!(calls.len() > 30, "only {} calls were found", calls.len());
    calls
}

/// A step as a request of its own. What it does not say, its case or file says.
fn request(file: &Json, case: &Json, step: &Json) -> Json {
    let mut request = Map::new();
    for key in ["caller", "call", "result", "result_parts", "is_error", "context", "session"] {
        let given = [step, case].into_iter().map(|from| &from[key]).find(|given| !given.is_null());
        request.extend(given.map(|given| (key.to_owned(), given.clone())));
    }
    for (key, given) in [("now", file.get("now")), ("stub", case.get("stub").or_else(|| file.get("stub")))] {
        request.extend(given.map(|given| (key.to_owned(), given.clone())));
    }
    if let Some(caller) = request.get("caller").and_then(Json::as_str) {
        let caller = file["subjects"][caller].clone();
        request.insert("caller".to_owned(), caller);
    }
    request.into()
}

/// The request with a value that no policy asks for among its arguments, in its result and in its claims.
fn planted(request: &Json) -> Json {
    let mut request = request.clone();
    let tool = request["call"]["tool"].is_string();
    let answered = request.get("result").is_some();
    let mut plant = |path: &[&str]| {
        let (last, way) = path.split_last().unwrap();
        let Some(owner) = way.iter().try_fold(&mut request, |at, name| at.get_mut(*name)) else { return };
        if let Some(owner) = owner.as_object_mut() {
            let member = owner.entry((*last).to_owned()).or_insert_with(|| json!({}));
            member.as_object_mut().unwrap().insert("canary".to_owned(), CANARY.into());
        }
    };
    if tool {
        plant(&["call", "args"]);
    }
    if answered {
        plant(&["result"]);
    }
    plant(&["caller", "claims"]);
    request
}

/// The texts in a value.
fn texts(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::String(text) => found.push(text.clone()),
        Json::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Json::Object(members) => members.values().for_each(|value| texts(value, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
