#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use apl_cmf::{AgentContext, Draft, Identity, Message, Role, Standing, Subject, Workload};
use serde_json::{Map, json};

use super::*;
use crate::document::Document;

/// The sources of a document.
fn sources(written: &str) -> Vec<SessionSource> {
    let text = format!("plugin_settings: {{ sessions: {written} }}\nroutes: [ {{ tool: t }} ]\n");
    Document::parse("policy.yaml", &text).unwrap().settings().sessions
}

fn map(json: Json) -> Map<String, Json> {
    if let Json::Object(map) = json { map } else { Map::new() }
}

fn user(id: &str, issuer: Option<&str>, claims: Json) -> Identity {
    let issuer = issuer.map(str::to_owned);
    Identity {
        subject: Some(Subject { id: id.to_owned(), issuer, claims: map(claims), ..Subject::default() }),
        ..Identity::default()
    }
}

fn with_client(identity: Identity, id: &str, claims: Json) -> Identity {
    Identity { client: Some(Client { id: id.to_owned(), claims: map(claims), ..Client::default() }), ..identity }
}

fn with_workload(identity: Identity, id: &str) -> Identity {
    let workload = Workload { spiffe_id: id.to_owned(), trust_domain: "d.example".to_owned() };
    Identity { caller_workload: Some(workload), ..identity }
}

fn key(written: &str, session: Option<&str>, identity: Identity) -> Option<SessionKey> {
    let agent = AgentContext { session_id: session.map(str::to_owned), ..AgentContext::default() };
    let draft = Draft::new(Message::new(Role::User, Vec::new())).agent(agent);
    session_key(&sources(written), &draft.identify(identity, Standing::Verified, 0))
}

#[test]
fn sessions_of_different_callers_sources_and_ids_have_different_keys() {
    let eve =
        || user("eve", Some("https://a"), json!({ "sid": "1", "n": 1, "s": { "id": "1" }, "https://x/sid": "1" }));
    let both = |client: &str, issuer: Json| with_client(eve(), client, json!({ "iss": issuer }));
    let claim = "[{ claim: sid }]";
    let keys = [
        key("[agent_session]", Some("1"), eve()),
        key("[agent_session]", Some("2"), eve()),
        key("[agent_session]", Some("1"), user("bob", Some("https://a"), json!({}))),
        key("[agent_session]", Some("1"), user("eve", Some("https://b"), json!({}))),
        key("[agent_session]", Some("1"), user("eve", Some(""), json!({}))),
        key("[agent_session]", Some("1"), user("eve", None, json!({}))),
        key("[agent_session]", Some("1"), with_client(Identity::default(), "eve", json!({}))),
        key("[agent_session]", Some("1"), with_workload(Identity::default(), "eve")),
        key(claim, None, eve()),
        key("[{ claim: n }]", None, eve()),
        key("[{ claim: s.id }]", None, eve()),
        key("[{ claim: 'https://x/sid' }]", None, eve()),
        key(claim, None, user("eve", Some("https://a"), json!({ "sid": "2" }))),
        key(claim, None, user("eve", Some("https://a"), json!({ "sid": 1 }))),
        key(claim, None, user("eve", Some("https://a"), json!({ "sid": -1 }))),
        key(claim, None, user("bob", Some("https://a"), json!({ "sid": "1" }))),
        key(claim, None, with_client(Identity::default(), "eve", json!({ "sid": "1" }))),
        key("[client_and_subject]", None, both("app", json!("https://a"))),
        key("[client_and_subject]", None, both("app", json!("https://b"))),
        key("[client_and_subject]", None, both("app", json!(null))),
        key("[client_and_subject]", None, both("other", json!("https://a"))),
        key("[workload]", None, with_workload(eve(), "spiffe://d.example/w")),
        key("[workload]", None, with_workload(eve(), "spiffe://d.example/v")),
        key("[workload]", None, with_workload(Identity::default(), "spiffe://d.example/w")),
    ];
    for (index, one) in keys.iter().enumerate() {
        assert!(one.is_some(), "{index} yields none");
        for (other, two) in keys.iter().enumerate().skip(index + 1) {
            assert_ne!(one, two, "{index} and {other}");
        }
    }
}

#[test]
fn the_first_source_that_yields_wins() {
    let written = "[{ claim: sid }, client_and_subject, workload, agent_session]";
    let eve = || user("eve", None, json!({ "sid": "1" }));
    let bare = || user("eve", None, json!({}));
    let app = |identity| with_client(identity, "app", json!({ "sid": "9" }));
    for (identity, alone) in [
        (with_workload(app(eve()), "w"), "[{ claim: sid }]"),
        (with_workload(app(bare()), "w"), "[client_and_subject]"),
        (with_workload(bare(), "w"), "[workload]"),
        (bare(), "[agent_session]"),
    ] {
        let found = key(written, Some("s"), identity.clone());
        assert!(found.is_some(), "{alone}");
        assert_eq!(found, key(alone, Some("s"), identity), "{alone}");
    }
}

#[test]
fn nothing_else_is_a_session_id() {
    for claims in [
        json!({}),
        json!({ "sid": null }),
        json!({ "sid": "" }),
        json!({ "sid": true }),
        json!({ "sid": 1.5 }),
        json!({ "sid": 1.0 }),
        json!({ "sid": ["1"] }),
        json!({ "sid": { "id": "1" } }),
    ] {
        assert_eq!(key("[{ claim: sid }]", Some("s"), user("eve", None, claims.clone())), None, "{claims}");
    }
    assert_eq!(key("[agent_session]", Some(""), user("eve", None, json!({}))), None);
    assert_eq!(key("[agent_session]", None, user("eve", None, json!({}))), None);
    assert_eq!(key("[client_and_subject]", Some("s"), user("eve", None, json!({}))), None);
    assert_eq!(key("[client_and_subject]", Some("s"), with_client(Identity::default(), "app", json!({}))), None);
    assert_eq!(key("[workload]", Some("s"), user("eve", None, json!({}))), None);
    assert_eq!(key("[]", Some("s"), user("eve", None, json!({}))), None);
}

#[test]
fn a_claim_of_the_client_is_no_session_id_of_its_users() {
    let shared = with_client(user("eve", None, json!({})), "app", json!({ "sid": "1" }));
    assert_eq!(key("[{ claim: sid }]", None, shared), None);
}

#[test]
fn nobody_has_no_session_whatever_the_source() {
    for written in ["[agent_session]", "[{ claim: sid }]", "[client_and_subject]", "[workload]"] {
        assert_eq!(key(written, Some("s"), Identity::default()), None, "{written}");
    }
}
