//! A manager under a document.

use std::convert::Infallible;

use cpex::prelude::*;
use serde_json::{Map, Value as Json};

pub(super) use super::token::token;

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
