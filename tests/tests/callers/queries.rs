//! Credentials in the query and the headers of an HTTP request: for the authenticator that reads them, and for nobody after it.

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use cpex::cmf::{Credentials, HttpContext};
use cpex::prelude::*;
use serde_json::{Value as Json, json};

use super::monitor::{manager, run, token};

fn document(folder: &Path) -> String {
    let log = folder.join("log.jsonl");
    format!(
        r#"
plugins:
  - name: user
    kind: identity/jwt
    config: {{ trusted_issuers: *trusted, credential: {{ kind: query_param, name: access_token }} }}
  - {{ name: headed, kind: identity/jwt, config: {{ trusted_issuers: *trusted, header: X-Token }} }}
  - {{ name: log, kind: audit/logger, config: {{ destination: {{ file: {{ path: '{}' }} }} }} }}
routes:
  - http: /me
    authentication: [user]
    policy: [ "exists(args.query.access_token): deny('seen', 'seen')", "args.query.page == 3: deny('third', 'third')" ]
  - http: /headed
    authentication: [headed]
    policy: [ "exists(http.request_headers.x-token): deny('seen', 'seen')", "require(http.request_headers.x-other == 'y')" ]
  - {{ http: /open, policy: [ "exists(args.query.access_token): deny('seen', 'seen')" ] }}
"#,
        log.display()
    )
}

/// What became of a request: the code of its denial, or what the backend got.
fn asked(path: &str, query: &Json, sent: Option<&str>) -> Json {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(async {
        let manager = manager(&document(folder.path())).await;
        let both = |sent: &str| Credentials::none().with_parameter("access_token", sent).with("X-Token", sent);
        let credentials = sent.map_or_else(Credentials::none, both);
        let request = HttpContext {
            method: Some("GET".to_owned()),
            path: Some(path.to_owned()),
            request_headers: [("X-Token", sent.unwrap_or("x")), ("X-Other", "y")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            ..HttpContext::default()
        };
        let arguments = json!({ "query": query }).as_object().cloned().unwrap();
        let operation = Operation::http(request, arguments).caller(Caller::Credentials(credentials));
        let mut got = Json::Null;
        let backend = |call: Call| {
            got = call.arguments().cloned().into();
            async { Ok::<_, Infallible>(Answer::structured(Json::Null)) }
        };
        let Ok(outcome) = manager.guard(operation, backend).await;
        let denied = outcome.decision.violation().map(|violation| Json::from(&*violation.code));
        denied.unwrap_or(got)
    });
    let log = fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert!(!log.is_empty() && sent.is_none_or(|sent| !log.contains(sent)), "{log}");
    outcome
}

#[test]
fn a_credential_in_the_query_is_seen_by_its_authenticator_alone() {
    let token = token(&json!({}));
    let with = |page: u8| json!({ "access_token": token.as_str(), "page": page, "access_token2": "x" });
    let got = json!({ "query": { "page": 1, "access_token2": "x" } });
    assert_eq!(asked("/me", &with(1), Some(&token)), got);
    assert_eq!(asked("/me", &with(3), Some(&token)), json!("third"));
    assert_eq!(
        asked("/me", &json!({ "access_token": ["a", "b"], "page": 1 }), Some(&token)),
        json!({ "query": { "page": 1 } })
    );
}

#[test]
fn a_credential_in_a_header_of_its_own_is_seen_by_its_authenticator_alone() {
    assert_eq!(asked("/headed", &json!({}), Some(&token(&json!({})))), json!({ "query": {} }));
}

#[test]
fn what_stands_in_the_arguments_alone_is_no_credential() {
    let token = token(&json!({}));
    assert_eq!(asked("/me", &json!({ "access_token": token }), None), json!("auth.missing"));
}

#[test]
fn a_query_that_cannot_be_read_is_refused_where_a_credential_could_be_in_it() {
    let token = token(&json!({}));
    for query in [json!("access_token=x"), json!(["access_token", "x"]), json!(1)] {
        assert_eq!(asked("/me", &query, Some(&token)), json!("request.malformed"), "{query}");
    }
    assert_eq!(asked("/open", &json!("a=b"), None), json!({ "query": "a=b" }));
}

#[test]
fn a_parameter_that_no_authenticator_in_force_reads_stays() {
    assert_eq!(asked("/open", &json!({ "access_token": "x" }), None), json!("seen"));
    assert_eq!(asked("/open", &json!({ "page": "1" }), None), json!({ "query": { "page": "1" } }));
}
