//! HTTP requests that are themselves what is decided, on the road.

use apl_cmf::{ContentPart, Draft, Host, HttpContext, HttpRequest, Message, Role, ToolCall};
use cpex_core::{Answer, Operation, Outcome, Request};
use cpex_sdk::{HttpPostRequest, HttpPreRequest};
use serde_json::{Map, Value as Json, json};

use crate::support::{Bench, allowed, denied, eve, lookup};

fn sent(method: &str, path: &str) -> HttpContext {
    HttpContext {
        method: Some(method.to_owned()),
        path: Some(path.to_owned()),
        host: Host::of_authority("API.example:8443").ok(),
        scheme: Some("https".to_owned()),
        ..HttpContext::default()
    }
}

fn request(method: &str, path: &str, arguments: &Json) -> Operation {
    Operation::http(sent(method, path), arguments.as_object().unwrap().clone())
}

fn get(path: &str) -> Operation {
    request("GET", path, &json!({}))
}

fn text(text: &str) -> ContentPart {
    ContentPart::text(text)
}

/// A request with a body that came as text.
fn posted(query: &Json, body: &str) -> Operation {
    let arguments = Map::from_iter([("query".to_owned(), query.clone())]);
    let part = ContentPart::HttpRequest(HttpRequest::new("1", arguments));
    Operation::new(Message::new(Role::User, vec![part, text(body)])).carried_by(sent("POST", "/orders"))
}

async fn guard(bench: &Bench, operation: Operation, answer: Answer) -> Outcome<Answer> {
    let backend = |_call| async { Ok::<_, std::convert::Infallible>(answer) };
    let Ok(outcome) = bench.manager.guard(operation, backend).await;
    outcome
}

#[tokio::test]
async fn an_http_request_is_decided_by_its_route_over_all_there_is_of_it() {
    let document = r#"
plugins: [ { name: log, kind: audit/test } ]
routes:
  - http: { path: '/orders/*', method: [GET, POST] }
    policy:
      - "require(http.method == 'POST', http.path == '/orders/7', http.host == 'api.example', http.scheme == 'https')"
      - "require(http.request_headers.x-tenant == 'acme', meta.entity_type == 'http', meta.entity_name == http.path)"
      - "require(route.key == 'http:GET,POST /orders/*', args.query.q == 'a', args.body.total == 3)"
    post_policy:
      - "require(http.response_headers.content-type == 'text/plain', result.ok)"
"#;
    let bench = Bench::new(document).await;
    let mut context = sent("POST", "/orders/7");
    context.request_headers.insert("X-Tenant".into(), "acme".into());
    context.request_headers.insert("Authorization".into(), "Bearer x".into());
    let arguments = json!({ "query": { "q": "a" }, "body": { "total": 3 } });
    let operation = Operation::http(context, arguments.as_object().unwrap().clone());
    let answer = Answer::structured(json!({ "ok": true }));
    let headers = [("Content-Type".to_owned(), "text/plain".to_owned())];
    allowed(guard(&bench, operation.clone(), answer.clone().response_headers(headers.into())).await);
    let records = bench.records();
    assert_eq!((&records[0]["hook"], &records[1]["hook"]), (&json!("http.request"), &json!("http.response")));
    assert_eq!((&records[0]["entity"]["type"], &records[1]["entity"]["name"]), (&json!("http"), &json!("/orders/7")));
    assert_eq!(denied(&guard(&bench, operation, answer).await), "policy.require_failed");
    assert_eq!(denied(&bench.guard(get("/orders/7")).await), "policy.require_failed");
    assert_eq!(denied(&bench.guard(request("PUT", "/orders/7", &json!({}))).await), "route.unmatched");
}

#[tokio::test]
async fn trap_10_a_path_is_matched_decoded_and_policy_reads_it_so() {
    let document = r#"
routes:
  - { http: { path_prefix: /admin }, policy: [ "require(role.hr)", "http.path == '/admin/x y': deny('read', 'read')" ] }
  - { http: '*' }
"#;
    let bench = Bench::new(document).await;
    for path in ["/admin", "/%61dmin", "/admin/x", "/adm%69n/%78"] {
        assert_eq!(denied(&bench.guard(get(path)).await), "policy.require_failed", "{path}");
    }
    let outcome = bench.guard(get("/admin/%78%20y").caller(eve())).await;
    assert_eq!(denied(&outcome), "policy.denied");
    allowed(bench.guard(get("/administrator")).await);
}

#[tokio::test]
async fn trap_10_a_path_that_cannot_be_read_one_way_is_denied_and_never_normalised() {
    let bench = Bench::new("{ plugins: [ { name: log, kind: audit/test } ], routes: [ { http: '*' } ] }").await;
    for path in
        ["a", "", "/a/../b", "/a/%2e%2e/b", "/a%2fb", "/a%5Cb", "/%zz", "/%ff", "/a%00", "/a?token=hunter2", "/a#b"]
    {
        assert_eq!(denied(&bench.guard(get(path)).await), "request.malformed", "{path}");
    }
    assert!(!json!(bench.records()).to_string().contains("hunter2"), "a record names no query");
    for method in ["", "GET /", "G\r\nET"] {
        assert_eq!(denied(&bench.guard(request(method, "/a", &json!({}))).await), "request.malformed", "{method}");
    }
    let nothing = Operation::http(HttpContext::default(), Map::new());
    assert_eq!(denied(&bench.guard(nothing).await), "request.malformed", "and never `request.unidentified`");
    allowed(bench.guard(get("/a")).await);
}

#[tokio::test]
async fn trap_11_the_host_is_never_that_of_a_header() {
    let document = r#"{ routes: [ { http: '*', policy: [ "exists(http.host): deny('host', 'host')" ] } ] }"#;
    let bench = Bench::new(document).await;
    let headers = ["Host", "X-Forwarded-Host", ":authority"].map(|name| (name.to_owned(), "api.example".to_owned()));
    let context = HttpContext { host: None, request_headers: headers.into(), ..sent("GET", "/") };
    allowed(bench.guard(Operation::http(context.clone(), Map::new())).await);
    let stated = HttpContext { host: Host::of_authority("api.example").ok(), ..context };
    assert_eq!(denied(&bench.guard(Operation::http(stated, Map::new())).await), "policy.denied");
}

#[tokio::test]
async fn a_body_that_came_as_text_is_read_and_treated_and_its_other_bytes_stay() {
    let document = r#"
routes:
  - http: /orders
    args: { query.token: omit, body.card: "required | mask(2)", '**.ssn': redact }
    policy: [ "args.body.total > 10: deny" ]
"#;
    let bench = Bench::new(document).await;
    let body = r#"{ "total": 1.50, "card": "12345678", "a": { "ssn": 7 }, "card":"87654321" }"#;
    let mut permit = allowed(bench.manager.authorize(posted(&json!({ "token": "t", "q": "a" }), body)).await);
    let call = permit.take_call();
    let treated = r#"{ "total": 1.50, "card": "******78", "a": { "ssn": "[REDACTED]" }, "card":"******21" }"#;
    assert_eq!(call.message.content[1], text(treated));
    assert_eq!(call.arguments().unwrap(), json!({ "query": { "q": "a" } }).as_object().unwrap());
    let dear = posted(&json!({}), r#"{"card":"12345678","total":11}"#);
    assert_eq!(denied(&bench.guard(dear).await), "policy.denied");
    for wrong in [r#"{"total":1}"#, "card=12345678", r#"{"card":"12345678"},"x":{}"#, ""] {
        assert_eq!(denied(&bench.guard(posted(&json!({}), wrong)).await), "args.invalid", "{wrong}");
    }
    assert_eq!(denied(&bench.guard(request("POST", "/orders", &json!({}))).await), "args.invalid");
}

#[tokio::test]
async fn a_plugin_in_a_pipeline_gets_values_of_query_and_body_and_changes_both() {
    let document = r#"
plugins: [ { name: fields, kind: test/fields } ]
routes: [ { http: /orders, args: { '**.note': "run(fields)" } } ]
"#;
    let bench = Bench::new(document).await;
    let body = r#"{ "note":"planted", "n": 1.0, "items": [ { "note" : "kept" }, { "note":"planted" } ] }"#;
    let mut permit = allowed(bench.manager.authorize(posted(&json!({ "note": "planted" }), body)).await);
    let call = permit.take_call();
    assert_eq!(call.message.content[1], text(&body.replace("planted", "treated")));
    assert_eq!(call.arguments().unwrap()["query"], json!({ "note": "treated" }));
    let opaque = posted(&json!({}), "note=planted");
    assert_eq!(denied(&bench.guard(opaque).await), "args.invalid");
}

#[tokio::test]
async fn a_pipeline_that_only_checks_lets_an_opaque_body_pass() {
    let bench = Bench::new(r#"{ routes: [ { http: /orders, args: { query.q: "required | str" } } ] }"#).await;
    allowed(bench.guard(posted(&json!({ "q": "a" }), "a=1")).await);
    assert_eq!(denied(&bench.guard(posted(&json!({ "q": 1 }), "a=1")).await), "args.invalid");
}

#[tokio::test]
async fn an_http_request_has_one_body_at_most_and_asks_for_nothing_else() {
    let bench = Bench::new("{ routes: [ { http: '*' }, { tool: '*' } ] }").await;
    let structured = HttpRequest::new("1", Map::from_iter([("body".to_owned(), json!(1))]));
    let tool = ToolCall::new("1", "t", Map::new());
    let request = || ContentPart::HttpRequest(HttpRequest::default());
    for parts in [
        vec![request(), request()],
        vec![request(), text("a"), text("b")],
        vec![ContentPart::HttpRequest(structured), text("a")],
        vec![text("a")],
        vec![ContentPart::ToolCall(tool)],
    ] {
        let draft = Draft::new(Message::new(Role::User, parts.clone())).http(sent("GET", "/"));
        let outcome = bench.manager.invoke::<HttpPreRequest>(Request::new(draft)).await;
        assert_eq!(denied(&outcome), "request.malformed", "{parts:?}");
    }
    let bare = Draft::new(Message::new(Role::User, Vec::new())).http(sent("GET", "/"));
    allowed(bench.manager.invoke::<HttpPreRequest>(Request::new(bare)).await);
}

#[tokio::test]
async fn what_a_request_is_answered_is_treated_in_every_form() {
    let bench = Bench::new("{ routes: [ { http: '*', result: { ssn: redact } } ] }").await;
    let answer = |part| Answer::new(Message::new(Role::Tool, vec![part]));
    let treated = allowed(guard(&bench, get("/"), answer(text(r#"{ "ssn":1 }"#))).await);
    assert_eq!(treated.message.content, [text(r#"{ "ssn":"[REDACTED]" }"#)]);
    assert_eq!(denied(&guard(&bench, get("/"), answer(text("<p>ssn 1</p>"))).await), "result.unreadable");
}

#[tokio::test]
async fn both_hooks_of_an_http_request_are_one_road_in_either_spelling() {
    let document = r#"
plugins: [ { name: seen, kind: test/control, hooks: [http_pre_request, http.request] } ]
routes: [ { http: /a, policy: [ "require(role.hr)" ], post_policy: [ "require(http.response_headers.x-ok == 'yes')" ] } ]
"#;
    let bench = Bench::new(document).await;
    assert!(bench.manager.has_hooks_for("http_pre_request") && bench.manager.has_hooks_for("http.response"));
    for (before, after) in [("http.request", "http.response"), ("http_pre_request", "http_post_request")] {
        let asking = Draft::new(Message::new(Role::User, Vec::new())).http(sent("GET", "/a"));
        let asking = Request { caller: eve(), ..Request::new(asking) };
        let invoked = allowed(bench.manager.invoke_by_name(before, asking).await);
        let response_headers = [("X-Ok".to_owned(), "yes".to_owned())].into();
        let answering = Draft::new(Message::new(Role::Tool, vec![text("hello")]))
            .http(HttpContext { response_headers, ..HttpContext::default() });
        let answering = Request { contexts: Some(invoked.contexts), ..Request::new(answering) };
        allowed(bench.manager.invoke_by_name(after, answering).await);
    }
    assert_eq!(bench.calls().len(), 2, "a plugin on both spellings runs once");
}

#[tokio::test]
async fn an_answer_alone_is_judged_under_its_path_where_its_route_speaks_only_of_results() {
    let bench =
        Bench::new("{ routes: [ { http: /a, result: { ssn: redact } }, { http: /b, policy: [ allow ] } ] }").await;
    let answering = |path| Draft::new(Answer::structured(json!({ "ssn": 1 })).message).http(sent("GET", path));
    let outcome = bench.manager.invoke::<HttpPostRequest>(Request::new(answering("/%61"))).await;
    assert!(serde_json::to_string(&allowed(outcome).payload).unwrap().contains("[REDACTED]"));
    let outcome = bench.manager.invoke::<HttpPostRequest>(Request::new(answering("/b"))).await;
    assert_eq!(denied(&outcome), "request.malformed");
}

#[tokio::test]
async fn an_operation_that_http_carries_is_not_the_request_itself() {
    let document = r#"{ routes: [ { http: '*', policy: [ deny ] }, { tool: lookup, policy: [ "require(http.path == '/%6dcp')" ] } ] }"#;
    let bench = Bench::new(document).await;
    allowed(bench.guard(lookup().carried_by(sent("POST", "/%6dcp"))).await);
}

#[tokio::test]
async fn the_authentication_of_a_request_is_that_of_the_path_it_is_read_as() {
    let document = r"
plugins: [ { name: who, kind: test/identity, config: { yield: eve } } ]
routes: [ { http: /a, authentication: [who] }, { http: '*' } ]
";
    let bench = Bench::new(document).await;
    assert!(bench.manager.authentication_in_force(&get("/%61")));
    assert!(!bench.manager.authentication_in_force(&get("/b")));
    assert_eq!(denied(&bench.guard(get("/%61").caller(eve())).await), "auth.invalid");
    allowed(bench.guard(get("/%61")).await);
}

#[tokio::test]
async fn the_defaults_of_models_agents_and_requests_are_in_force_for_each_alone() {
    let document = r"
global: { defaults: { llm: { policy: [ deny ] }, agent: { policy: [ deny ] }, http: { policy: [ deny ] } } }
routes: [ { llm: '*' }, { agent: '*' }, { http: '*' }, { tool: '*' } ]
";
    let bench = Bench::new(document).await;
    for (operation, rule) in [
        (Operation::llm("m", Map::new()), "defaults.llm.policy[0]"),
        (Operation::agent("a", Map::new()), "defaults.agent.policy[0]"),
        (get("/"), "defaults.http.policy[0]"),
    ] {
        let outcome = bench.guard(operation).await;
        assert_eq!(&*outcome.report.rule.as_ref().unwrap().id, rule);
    }
    allowed(bench.guard(lookup()).await);
}
