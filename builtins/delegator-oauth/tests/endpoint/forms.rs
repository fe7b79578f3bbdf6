//! What is posted, and what becomes of what is granted.

use apl_cmf::PrincipalKind::{CallerWorkload, Client, Subject};
use apl_cmf::Proofs;
use cpex_sdk::delegation::Party;
use serde_json::json;

use super::bench::{ACCESS_TOKEN, Bench, JWT, Step, issued, proofs};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// `gate way` and the secret, each encoded as in a form, joined, in base64.
const BASIC: &str = "Basic Z2F0ZSt3YXk6cGxhbnRlZC1zZWNyZXQlMkYlMkI=";

fn pairs<'p>(pairs: &[(&'p str, &'p str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn the_users_token_is_exchanged_for_one_of_the_backend() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &issued("minted"));
    let minted = bench.mint(&Step { permissions: &["read", "write"], ..Step::default() }).await.unwrap();
    assert_eq!((minted.header.as_str(), minted.value.expose()), ("Authorization", "Bearer minted"));
    assert_eq!((&*minted.audience, minted.permissions), ("workday-api", vec!["read".into(), "write".into()]));
    let expected = [
        ("grant_type", EXCHANGE),
        ("subject_token", "user-token"),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", "workday-api"),
        ("scope", "read write"),
    ];
    assert_eq!(bench.form(), pairs(&expected));
    let heard = &bench.peer.heard()[0];
    assert!(heard.head.starts_with("POST /token HTTP/1.1\r\n"), "{}", heard.head);
    assert_eq!(heard.header("Authorization"), Some(BASIC));
    assert_eq!(heard.header("Content-Type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(heard.header("Accept"), Some("application/json"));
}

#[tokio::test]
async fn each_party_has_its_token_and_types_are_those_of_the_config() {
    let bench = Bench::new(&json!({
        "subject_token_type": JWT, "default_outbound_header": "X-Service-Token",
    }))
    .await;
    bench.peer.say_json("200 OK", &issued("minted"));
    let proofs = proofs(&[(Subject, "user-token"), (Client, "client-token")]);
    let step = Step { proofs, subject: Party::Client, permissions: &[], ..Step::default() };
    let minted = bench.mint(&step).await.unwrap();
    assert_eq!((minted.header.as_str(), minted.value.expose()), ("X-Service-Token", "minted"));
    assert!(minted.permissions.is_empty());
    let expected = [
        ("grant_type", EXCHANGE),
        ("subject_token", "client-token"),
        ("subject_token_type", JWT),
        ("audience", "workday-api"),
    ];
    assert_eq!(bench.form(), pairs(&expected));
}

#[tokio::test]
async fn a_target_that_is_a_uri_is_the_resource() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &issued("minted"));
    let step = Step { target: Some("https://api.example/v1"), audience: "hr & pay", ..Step::default() };
    assert_eq!(bench.mint(&step).await.unwrap().audience.as_ref(), "hr & pay");
    let form = bench.form();
    let backend = [("audience", "hr & pay"), ("resource", "https://api.example/v1"), ("scope", "read")];
    assert_eq!(form[3..], pairs(&backend));
    assert!(bench.peer.heard()[0].body.contains("audience=hr+%26+pay&resource=https%3A%2F%2Fapi.example%2Fv1"));
}

#[tokio::test]
async fn an_actor_is_sent_beside_the_subject() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &issued("minted"));
    bench.mint(&Step { actor: Some(Party::CallerWorkload), ..Step::default() }).await.unwrap();
    let actor = [("actor_token", "workload-token"), ("actor_token_type", JWT)];
    assert_eq!(bench.form()[1], ("subject_token".to_owned(), "user-token".to_owned()));
    assert_eq!(bench.form()[3..5], pairs(&actor));
}

#[tokio::test]
async fn this_process_asks_for_itself_with_nobodys_token() {
    let bench = Bench::granted(&json!({}), false).await;
    bench.peer.say_json("200 OK", &json!({ "access_token": "own", "token_type": "bearer", "scope": "read" }));
    let minted = bench.mint(&Step { subject: Party::ThisWorkload, ..Step::default() }).await.unwrap();
    assert_eq!(minted.value.expose(), "Bearer own");
    let expected = [("grant_type", "client_credentials"), ("audience", "workday-api"), ("scope", "read")];
    assert_eq!(bench.form(), pairs(&expected));
    assert_eq!(bench.peer.heard()[0].header("Authorization"), Some(BASIC));
}

#[tokio::test]
async fn a_workload_asserts_itself_and_what_it_gets_is_exchanged() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say_json("200 OK", &json!({ "access_token": "of-workload", "token_type": "Bearer", "expires_in": 60 }));
    bench.peer.say_json("200 OK", &issued("minted"));
    let step = Step { subject: Party::CallerWorkload, actor: Some(Party::User), ..Step::default() };
    assert_eq!(bench.value(&step).await, "Bearer minted");
    let heard = bench.peer.heard();
    assert_eq!(heard.len(), 2);
    let asserted = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"),
        ("client_assertion", "workload-token"),
    ];
    assert_eq!(heard[0].form(), pairs(&asserted));
    assert_eq!(heard[0].header("Authorization"), None, "the workload is not this process");
    let exchanged = [
        ("grant_type", EXCHANGE),
        ("subject_token", "of-workload"),
        ("subject_token_type", ACCESS_TOKEN),
        ("actor_token", "user-token"),
        ("actor_token_type", JWT),
        ("audience", "workday-api"),
        ("scope", "read"),
    ];
    assert_eq!(heard[1].form(), pairs(&exchanged));
    assert_eq!(heard[1].header("Authorization"), Some(BASIC));
}

#[tokio::test]
async fn a_workload_that_is_refused_gets_no_further() {
    let bench = Bench::new(&json!({})).await;
    bench.peer.say("401 Unauthorized", "", r#"{"error":"invalid_client"}"#);
    let step = Step { subject: Party::CallerWorkload, ..Step::default() };
    assert_eq!(bench.cause(&step).await, "as the caller workload: the token endpoint refused: `invalid_client`");
    assert_eq!(bench.peer.heard().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_sent() {
    let bench = Bench::new(&json!({})).await;
    let step = Step::default();
    let same = proofs(&[(Subject, "a"), (Client, "a"), (CallerWorkload, "b")]);
    let one =
        |actor: &str| format!("`user` and `{actor}` were identified by one token, which says of nobody that it acts");
    let nobody = "nobody can act for this process, nor it for others";
    for (step, cause) in [
        (Step { permissions: &["read write"], ..step.clone() }, "`read write` is not one scope of RFC 6749"),
        (Step { permissions: &["read", ""], ..step.clone() }, "`` is not one scope of RFC 6749"),
        (Step { proofs: Proofs::none(), ..step.clone() }, "the token of `user`: it was identified by none"),
        (Step { actor: Some(Party::Client), ..step.clone() }, "the token of `client`: it was identified by none"),
        (Step { actor: Some(Party::Client), proofs: same, ..step.clone() }, &one("client")),
        (Step { actor: Some(Party::User), ..step.clone() }, &one("user")),
        (Step { subject: Party::ThisWorkload, actor: Some(Party::User), ..step.clone() }, nobody),
        (Step { actor: Some(Party::ThisWorkload), ..step.clone() }, nobody),
    ] {
        assert_eq!(bench.cause(&step).await, cause);
    }
    let blind = Bench::granted(&json!({}), false).await;
    assert_eq!(
        blind.cause(&step).await,
        "the token of `user`: the plugin needs the capability `read_inbound_credentials`"
    );
    assert!(bench.peer.heard().is_empty() && blind.peer.heard().is_empty());
}
