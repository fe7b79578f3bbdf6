//! No value of anybody is in a span: one is planted everywhere a host, a caller, a capability or a plugin may put one.

use std::collections::BTreeMap;

use cpex::cmf::{AgentContext, Credentials, HttpContext, Meta, RequestContext};
use cpex::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::capture::{Seen, capture};
use super::watched::{PLANTED, guard, manager};

const DOCUMENT: &str = "
plugins:
  - { name: failing, kind: test/scripted, hooks: [cmf.tool_pre_invoke], on_error: ignore, config: { do: error } }
  - { name: shadow, kind: test/scripted, hooks: [cmf.tool_pre_invoke], mode: audit, config: { do: deny } }
  - { name: tee, kind: test/scripted, hooks: [cmf.tool_pre_invoke], mode: fire_and_forget, config: { do: error } }
  - { name: denying, kind: test/scripted, config: { do: deny } }
routes:
  - tool: lookup
    args: { note: 'redact' }
    policy:
      - 'taint(secret, session)'
      - \"args.mode == 'deny': deny('no')\"
      - \"args.mode == 'plugin': run(denying)\"
    result: { ssn: 'str | mask(2)' }
  - tool: strict
    args: { note: 'int' }
";

fn planted(name: &str) -> String {
    format!("{PLANTED}-{name}")
}

fn map(name: &str) -> Map<String, Json> {
    Map::from_iter([(planted(name), json!(planted(name)))])
}

/// An operation with a planted value in every slot.
fn operation(tool: &str, mode: &str) -> Operation {
    let subject = Subject {
        id: planted("subject"),
        issuer: Some(planted("issuer")),
        tenant: Some(planted("tenant")),
        roles: NameSet::from_iter([planted("role").as_str()]),
        permissions: NameSet::from_iter([planted("permission").as_str()]),
        teams: NameSet::from_iter([planted("team").as_str()]),
        claims: map("claim"),
        ..Subject::default()
    };
    let headers =
        BTreeMap::from([("authorization".to_owned(), planted("token")), (planted("header"), planted("value"))]);
    let http = HttpContext { request_headers: headers, path: Some(planted("path")), ..HttpContext::default() };
    let agent = AgentContext { session_id: Some(planted("session")), ..AgentContext::default() };
    let request = RequestContext { request_id: Some(planted("request")), ..RequestContext::default() };
    let arguments = json!({ "mode": mode, "note": planted("note"), "more": { planted("key"): [planted("item")] } });
    let Json::Object(arguments) = arguments else { panic!("arguments are an object") };
    Operation::tool(tool, arguments)
        .caller(Caller::vouched(Identity { subject: Some(subject), ..Identity::default() }))
        .carried_by(http)
        .acting_agent(agent)
        .request(request)
        .server(planted("server"))
        .meta(Meta { properties: map("meta"), ..Meta::default() })
        .custom(map("custom"))
}

fn answer() -> Answer {
    Answer::structured(json!({ "ssn": planted("ssn"), planted("field"): planted("result") }))
        .response_headers(BTreeMap::from([(planted("answered"), planted("answer"))]))
}

fn expect_no_value(seen: &[Seen]) {
    assert!(!seen.is_empty());
    for span in seen {
        let mut texts = vec![span.name(), span.metadata.target()];
        texts.extend(span.values.iter().flat_map(|(name, value)| [*name, value.as_str()]));
        for text in texts {
            assert!(!text.contains(PLANTED), "{}: {:?}", span.name(), span.values);
        }
    }
}

#[test]
fn no_value_of_an_operation_is_in_any_span_however_it_ends() {
    let ends = [
        ("lookup", "allow", None),
        ("lookup", "deny", Some("policy.denied")),
        ("lookup", "plugin", Some("plugin.denied")),
        ("strict", "allow", Some("args.invalid")),
        ("none", "allow", Some("route.unmatched")),
    ];
    for (tool, mode, code) in ends {
        let ((), seen) = capture(async {
            let manager = manager(DOCUMENT).await;
            let outcome = guard(&manager, operation(tool, mode), answer()).await;
            assert_eq!(outcome.report.code, code);
            drop(manager.authorize(operation(tool, mode)).await);
            manager.could_allow(operation(tool, mode)).await;
            manager.background_ended().await;
        });
        expect_no_value(&seen);
    }
}

#[test]
fn no_uri_path_or_credential_is_in_any_span() {
    let http =
        || HttpContext { method: Some("GET".to_owned()), path: Some(format!("/{PLANTED}")), ..HttpContext::default() };
    let credentials = || Caller::Credentials(Credentials::bearer(PLANTED));
    let (_, seen) = capture(async {
        let manager = manager(DOCUMENT).await;
        drop(manager.authorize(Operation::resource(format!("file://{PLANTED}")).caller(credentials())).await);
        drop(manager.authorize(Operation::http(http(), map("query")).caller(credentials())).await);
    });
    assert_eq!(seen.iter().filter(|span| span.name() == "cpex.invocation").count(), 2);
    expect_no_value(&seen);
}
