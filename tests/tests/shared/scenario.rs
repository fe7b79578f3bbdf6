//! Pay data, mail and source code, by two processes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cpex_test_peer::store_server::{Kind, StoreServer};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::command::cpex;
use super::process::Replica;

/// The seed of the key that signs checkpoints, and its public key.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

const POLICY: &str = "
plugins:
  - name: jwt-user
    kind: identity/jwt
    config:
      trusted_issuers:
        - issuer: https://idp.example
          audiences: [agents]
          decoding_key: { kind: secret, secret: hush-hush-hush-hush }
  - name: audit-log
    kind: audit/logger
    config:
      destination: { file: { path: audit.jsonl } }
      chain: { key: { kind: file, path: signing.key } }
      replay: { values: [args, result] }
global:
  session_store: { kind: valkey, endpoint: \"ENDPOINT\" }
routes:
  - tool: get_compensation
    authentication: [jwt-user]
    args: { employee_id: \"required | str | regex('^[0-9]{6}$')\" }
    policy: [ \"require(role.hr)\", \"taint(secret, session)\" ]
    result: { ssn: \"str | redact(!perm.view_ssn)\" }
  - tool: send_email
    authentication: [jwt-user]
    policy:
      - \"require(perm.email_send)\"
      - id: no-write-down
        when: \"security.labels contains 'secret'\"
        do: \"deny('session touched secret data', 'session_tainted')\"
  - tool: search_repos
    authentication: [jwt-user]
    policy: [ \"require(team.engineering | team.security)\" ]
";

/// The same for both processes, each in a directory of its own.
fn folder(server: &StoreServer) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("policy.yaml"), POLICY.replace("ENDPOINT", &server.endpoint())).unwrap();
    fs::write(folder.path().join("signing.key"), SEED).unwrap();
    folder
}

fn log(folder: &TempDir) -> PathBuf {
    folder.path().join("audit.jsonl")
}

fn call(person: &str, tool: &str) -> Json {
    let (roles, scope, teams): (&[&str], &str, &[&str]) = match person {
        "alice" => (&["hr"], "view_ssn email_send", &[]),
        "bob" => (&["hr"], "email_send", &[]),
        _ => (&["engineer"], "email_send", &["engineering"]),
    };
    let (args, result) = match tool {
        "get_compensation" => (json!({ "employee_id": "004217" }), json!({ "salary": 95000, "ssn": "555-12-3456" })),
        "send_email" => (json!({ "to": "friend@elsewhere.example" }), json!({ "sent": true })),
        _ => (json!({ "query": "rate limiter" }), json!({ "found": ["gateway"] })),
    };
    let claims = json!({ "sub": person, "roles": roles, "scope": scope, "teams": teams });
    // Everybody's agent calls its session so: what is of one caller is none of the others'.
    let session = "chat-1";
    json!({ "token": super::token::token(&claims), "tool": tool, "session": session, "args": args, "result": result })
}

#[test]
fn trap_41_labels_follow_a_session_over_processes_and_the_logs_prove_and_replay_every_decision() {
    let server = StoreServer::start(Kind::Valkey, &[]);
    let folders = [folder(&server), folder(&server)];
    let [mut first, mut second] = folders.each_ref().map(|folder| Replica::start(folder.path()));

    let mailed = second.decide(&call("alice", "send_email"));
    assert_eq!(mailed["decision"], "allow");
    let paid = first.decide(&call("alice", "get_compensation"));
    assert_eq!(paid["result"], json!({ "salary": 95000, "ssn": "555-12-3456" }));
    // What the first process saw binds the second.
    let held_back = second.decide(&call("alice", "send_email"));
    assert_eq!((&held_back["decision"], &held_back["result"]), (&json!("deny"), &Json::Null));
    // A session of another person is another session, whatever it is called.
    assert_eq!(second.decide(&call("carol", "send_email"))["decision"], "allow");
    let redacted = second.decide(&call("bob", "get_compensation"));
    assert_eq!(redacted["result"], json!({ "salary": 95000, "ssn": "[REDACTED]" }));
    assert_eq!(first.decide(&call("bob", "send_email"))["decision"], "deny");
    assert_eq!(first.decide(&call("carol", "get_compensation"))["code"], "policy.require_failed");
    assert_eq!(first.decide(&call("carol", "search_repos"))["decision"], "allow");
    first.stop();
    second.stop();

    for folder in &folders {
        verifies(&log(folder));
        let same = cpex(["replay".into(), folder.path().join("policy.yaml"), log(folder)]);
        assert_eq!(same.status, 0, "{}{}", same.output, same.errors);
    }
    flips(&folders);
}

/// The log is whole, and is no more once a decision in it is another.
fn verifies(log: &Path) {
    let verify =
        |log: &Path| cpex(["audit".into(), "verify".into(), log.into(), "--key".into(), PathBuf::from(PUBLIC)]);
    let whole = verify(log);
    assert_eq!(whole.status, 0, "{}{}", whole.output, whole.errors);
    let text = fs::read_to_string(log).unwrap();
    let forged = log.with_extension("forged");
    fs::write(&forged, text.replacen(r#""decision":"deny""#, r#""decision":"allow""#, 1)).unwrap();
    assert_ne!(fs::read_to_string(&forged).unwrap(), text);
    assert_eq!(verify(&forged).status, 1);
}

/// Without the label, who was held back is not: these two calls flip, and no other.
fn flips(folders: &[TempDir; 2]) {
    let edited = folders[0].path().join("edited.yaml");
    let text = fs::read_to_string(folders[0].path().join("policy.yaml")).unwrap();
    fs::write(&edited, text.replace(", \"taint(secret, session)\"", "")).unwrap();
    let logs = folders.iter().map(log);
    let arguments = ["replay", "--format", "json"].into_iter().map(PathBuf::from).chain([edited]).chain(logs);
    let ended = cpex(arguments);
    assert_eq!(ended.status, 1, "{}{}", ended.output, ended.errors);
    let report: Json = serde_json::from_str(&ended.output).unwrap();
    let counts = ["operations", "alike", "changed", "undetermined"].map(|count| report[count].as_u64().unwrap());
    assert_eq!(counts, [8, 6, 2, 0], "{report:#}");
    let changes = report["changes"].as_array().unwrap();
    for change in changes {
        assert_eq!((&change["change"], &change["before"]["id"]), (&json!("deny -> allow"), &json!("no-write-down")));
    }
    let flipped = changes.iter().flat_map(|change| change["operations"].as_array().unwrap());
    let flipped = flipped.map(|operation| operation.as_str().unwrap().to_owned());
    assert_eq!(flipped.collect::<BTreeSet<_>>(), held_back(folders));
}

/// The operations that the label held back, as the logs have them.
fn held_back(folders: &[TempDir; 2]) -> BTreeSet<String> {
    let texts = folders.iter().map(|folder| fs::read_to_string(log(folder)).unwrap());
    let lines: Vec<Json> = texts
        .flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>())
        .collect();
    let of_rule = lines.iter().filter(|line| line["rule"]["id"] == "no-write-down");
    of_rule.map(|line| line["operation"].as_str().unwrap().to_owned()).collect()
}
