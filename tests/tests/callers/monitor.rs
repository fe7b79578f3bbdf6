//! A manager under a document, and tokens that its issuers signed.

use std::convert::Infallible;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cpex::SystemClock;
use cpex::prelude::*;
use cpex::sdk::Clock as _;
use serde_json::{Map, Value as Json, json};

/// The document of the issuers, for `trusted_issuers: *trusted`.
pub(super) const TRUSTED: &str = "
x-trusted: &trusted
  - issuer: https://idp.example
    audiences: [agents]
    decoding_key: { kind: secret, secret: hush-hush-hush-hush }
";

pub(super) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

/// A manager under that document and the issuers.
pub(super) async fn manager(document: &str) -> PluginManager {
    let manager = PluginManager::default();
    cpex::install_builtins(&manager);
    manager.load_config_yaml(&format!("{TRUSTED}{document}")).unwrap_or_else(|refused| panic!("{refused}"));
    manager.initialize().await.unwrap();
    manager
}

/// A token of the issuer with these claims beside those that make it acceptable; a claim given here comes first.
pub(super) fn token(claims: &Json) -> String {
    let now = SystemClock::default().now_ms() / 1000;
    let mut all = json!({ "iss": "https://idp.example", "aud": "agents", "sub": "eve", "exp": now + 600 });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(&all.to_string()));
    let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"hush-hush-hush-hush"), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(code.as_ref()))
}

/// A call of a tool without arguments.
pub(super) fn tool(name: &str) -> Operation {
    Operation::tool(name, Map::new())
}

/// What became of an operation whose backend answers nothing.
pub(super) async fn guard(manager: &PluginManager, operation: Operation) -> Outcome<Answer> {
    let Ok(outcome) =
        manager.guard(operation, |_call| async { Ok::<_, Infallible>(Answer::structured(Json::Null)) }).await;
    outcome
}
