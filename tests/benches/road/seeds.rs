//! k. What the pieces cost together: pay data, mail and source code, each behind a token, predicates, an expression, labels,
//! a scan or a pipeline, with a record of each side in a file.

use cpex::prelude::*;
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

use super::Bench;
use super::monitor::{guard, ready};
use super::tokens::Key;

/// What the routes decide by, with this step where one asks an engine.
fn policy(issuer: &Json, log: &TempDir, asks: &Json) -> Json {
    json!({
        "global": { "pdp": [{ "kind": "cedar", "policy_text": CEDAR }] },
        "plugins": [
            { "name": "jwt", "kind": "identity/jwt", "config": { "trusted_issuers": [issuer] } },
            { "name": "log", "kind": "audit/logger",
              "config": { "destination": { "file": { "path": log.path().join("log.jsonl") } } } },
            { "name": "pii", "kind": "validator/pii-scan", "config": { "mode": "deny" } },
        ],
        "routes": [
            { "tool": "get_compensation", "authentication": ["jwt"],
              "args": { "employee_id": "required | str | regex('^[0-9]{6}$')" },
              "policy": ["require(role.hr)", asks, "taint(secret, session)"],
              "result": { "ssn": "str | redact(!perm.view_ssn)" } },
            { "tool": "send_email", "authentication": ["jwt"],
              "policy": ["require(perm.email_send)", "run(pii)",
                         "security.labels contains 'secret': deny('session touched secret data', 'session_tainted')"] },
            { "tool": "search_repos", "authentication": ["jwt"],
              "policy": ["require(team.engineering | team.security)", "args.visibility != 'internal' & !role.security: deny"] },
        ],
    })
}

const CEDAR: &str = "permit(principal, action == Action::\"read\", resource is Employee) \
                     when { principal.roles.contains(\"hr\") };";

pub(crate) fn all(bench: &mut Bench) {
    let cel = json!({ "cel": { "expr": "role.hr && args.employee_id != subject.id" } });
    let cedar =
        json!({ "cedar": { "action": "read", "resource": { "type": "Employee", "id": "${args.employee_id}" } } });
    let [compensation, email, repositories] = &CALLS;
    one(bench, "k-get-compensation", &cel, compensation);
    one(bench, "k-get-compensation-by-cedar", &cedar, compensation);
    one(bench, "k-send-email", &cel, email);
    one(bench, "k-search-repos", &cel, repositories);
}

/// A tool, what it is called with and what it answers.
type Call = (&'static str, fn() -> Json, fn() -> Json);

const CALLS: [Call; 3] = [
    (
        "get_compensation",
        || json!({ "employee_id": "004217" }),
        || json!({ "salary": 95000, "ssn": "555-12-3456", "grade": 7, "currency": "EUR", "since": "2021-04-01" }),
    ),
    (
        "send_email",
        || json!({ "to": "friend@elsewhere.example", "subject": "lunch", "body": "At noon, the usual place?" }),
        || json!({ "sent": true }),
    ),
    (
        "search_repos",
        || json!({ "query": "rate limiter", "visibility": "internal" }),
        || json!({ "found": ["gateway", "proxy"] }),
    ),
];

/// One call of a caller whose token was seen before, in a session of its own.
fn one(bench: &mut Bench, name: &'static str, asks: &Json, (tool, arguments, answer): &Call) {
    if !bench.wants(name) {
        return;
    }
    let key = Key::ed25519();
    let issuer = json!({ "issuer": "https://idp.example", "audiences": ["agents"], "decoding_key": key.described() });
    let log = tempfile::tempdir().unwrap();
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    manager.load_config_yaml(&policy(&issuer, &log, asks).to_string()).unwrap();
    ready(manager.initialize()).unwrap();
    let token =
        key.signed_for(json!({ "sub": "eve", "roles": ["hr"], "scope": "email_send", "teams": ["engineering"] }));
    let members = |value: Json| value.as_object().cloned().unwrap_or_default();
    let operation = || {
        let arguments: Map<String, Json> = members(arguments());
        let operation = Operation::tool(*tool, arguments).caller(Caller::bearer(&token)).session("s1");
        (operation, Answer::structured(answer()))
    };
    let run = |(operation, answer)| {
        let outcome = guard(&manager, operation, answer);
        assert!(matches!(outcome.decision, Decision::Allow(_)), "{outcome:?}");
        outcome
    };
    drop(run(operation()));
    bench.scenario(name, operation, run);
}
