//! A host, from the file of its document to its shutdown: what `docs/embedding.md` shows is parts of this file.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(clippy::print_stderr, reason = "a host says what it wants to where it wants to")]

use std::convert::Infallible;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cpex::cmf::{Secret, View};
use cpex::prelude::*;
use cpex::sdk::config::PluginConfig;
use cpex::sdk::testing::RecordingMetrics;
use cpex::sdk::{
    HookHandler, Plugin, PluginContext, PluginError, PluginResult, PluginViolation, ToolPreInvoke,
    ToolPreInvokePayload, async_trait,
};
use cpex::{Advice, Cut, ManagerConfig, PluginState, Request, ResourceUrl, Violation, WatchConfig};
use serde_json::{Map, Value as Json, json};

/// The manager of this process, under the document in a file and under what the file will say.
async fn start(path: &Path) -> Result<Arc<PluginManager>, Box<dyn Error>> {
    let manager = Arc::new(PluginManager::from_file(path).await?);
    manager.watch(WatchConfig::default())?;
    Ok(manager)
}

/// The same in steps: with ports and factories of the host's own, and what is worth knowing about the document.
async fn start_in_steps(path: &Path) -> Result<PluginManager, Box<dyn Error>> {
    let metrics = Arc::new(RecordingMetrics::default());
    let manager = PluginManager::new(ManagerConfig { metrics: Some(metrics), ..ManagerConfig::default() });
    cpex::install_builtins(&manager);
    let warnings = manager.load_config_file(path)?;
    for warning in warnings.diagnostics() {
        eprintln!("{}", warning.render(warnings.sources()));
    }
    manager.initialize().await?;
    Ok(manager)
}

/// What a health endpoint may say.
fn health(manager: &PluginManager) -> Result<String, String> {
    let status = manager.status();
    let Some(in_force) = status.in_force else { return Err("nothing is in force: everything is denied".to_owned()) };
    if let Some(refused) = status.refused {
        return Err(format!("{} serves on, because of this:\n{}", in_force.digest, refused.error));
    }
    if status.watcher.is_some_and(|watcher| !watcher.is_alive || watcher.trouble.is_some()) {
        return Err("changes of the document may not be seen".to_owned());
    }
    if let Some(plugin) = status.plugins.iter().find(|plugin| plugin.state == PluginState::Disabled) {
        return Err(format!("plugin `{}` failed and is off", plugin.name));
    }
    Ok(format!("{}, reloaded {} times", in_force.digest, in_force.reloads))
}

/// Denies what the host itself knows to be closed.
struct Maintenance;

impl Plugin for Maintenance {}

#[async_trait]
impl HookHandler<ToolPreInvoke> for Maintenance {
    async fn handle(
        &self,
        _payload: &ToolPreInvokePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<ToolPreInvokePayload>, PluginError> {
        Ok(PluginResult::deny(PluginViolation::new("back at noon", "host.maintenance")))
    }
}

/// Closes all tools for as long as some work lasts.
async fn closed_while(manager: &PluginManager, work: impl Future<Output = ()>) -> Result<(), Box<dyn Error>> {
    let declaration = PluginConfig::new("maintenance", "host.maintenance");
    manager.register_handler::<ToolPreInvoke, _>(Maintenance, declaration).await?;
    work.await;
    manager.unregister("maintenance").await?;
    Ok(())
}

/// Calls a backend for a caller, with the headers of the request that came in.
async fn proxied(
    manager: &PluginManager,
    operation: Operation,
    received: Vec<(String, String)>,
    backend: impl AsyncFnOnce(Vec<(String, Secret)>) -> Result<Answer, Infallible>,
) -> Outcome<Answer> {
    let outcome = manager.guard(operation, async |call: Call| {
        let headers = call.headers(received);
        backend(headers).await
    });
    let Ok(outcome) = outcome.await;
    outcome
}

/// Passes on a text that comes in pieces as far as it may be passed on; answers whether all of it was.
async fn forwarded(permit: Permit, pieces: impl Iterator<Item = Vec<u8>>, mut pass_on: impl FnMut(&str)) -> bool {
    let mut stream = permit.stream();
    for piece in pieces {
        match stream.push(&piece) {
            Ok(released) => pass_on(&released),
            // What was passed on so far is all that will be.
            Err(Cut) => break,
        }
    }
    let rest = stream.finish().await.decision.allowed();
    rest.as_ref().map(Answer::text).as_deref().map(pass_on).is_some()
}

/// What one plugin alone has against a payload. It permits nothing, whatever it says.
async fn objection(manager: &PluginManager, plugin: &str) -> Result<Option<String>, Box<dyn Error>> {
    let payload = ToolPreInvokePayload { name: "lookup".to_owned(), args: Map::new() };
    let asked = manager.invoke_plugin(plugin, "tool_pre_invoke", Request::of(payload)).await?;
    Ok(match asked.advice {
        Advice::Pass(_) => None,
        Advice::Deny(violation) => Some(violation.reason.to_string()),
    })
}

/// What an HTTP host serves where strangers look for it, which is at `resource.metadata_url()`.
fn metadata(manager: &PluginManager, resource: &ResourceUrl) -> serde_json::Result<String> {
    serde_json::to_string(&manager.protected_resource(resource))
}

/// The status and the headers of an HTTP host's answer to a denied caller.
fn refusal(violation: &Violation, resource: &ResourceUrl) -> (u16, Vec<(String, String)>) {
    let own = violation.response.as_deref();
    let mut headers = own.map(|own| own.headers.clone()).unwrap_or_default();
    if let Some(challenge) = &violation.challenge {
        headers.push(("WWW-Authenticate".to_owned(), challenge.www_authenticate(resource)));
    }
    (own.and_then(|own| own.status).unwrap_or(violation.http_status), headers)
}

const PROTECTED: &str = "
plugins:
  - name: user
    kind: identity/jwt
    config:
      trusted_issuers:
        - issuer: https://idp.example
          audiences: ['https://gateway.example/mcp']
          decoding_key: { kind: secret, secret: a secret of tests }
routes: [ { tool: lookup, authentication: [user], policy: ['require(perm.lookup)'] } ]
";

const DOCUMENT: &str = "routes: [ { tool: lookup, policy: [ allow ] } ]";

async fn code(manager: &PluginManager) -> Option<&'static str> {
    let backend = |_: Call| async { Ok::<_, std::io::Error>(Answer::structured(json!({}))) };
    manager.guard(Operation::tool("lookup", Map::new()), backend).await.unwrap().report.code
}

#[tokio::test]
async fn a_host_starts_from_a_file_sees_how_it_stands_and_shuts_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    fs::write(&path, DOCUMENT).unwrap();
    let manager = start(&path).await.unwrap();
    assert_eq!(code(&manager).await, None);
    assert!(health(&manager).unwrap().ends_with("reloaded 0 times"));
    manager.reload_file(&path).await.unwrap();
    assert!(health(&manager).unwrap().ends_with("reloaded 1 times"));
    assert!(manager.reload_yaml("rout: []").await.is_err());
    let said = health(&manager).unwrap_err();
    assert!(said.starts_with("sha256:") && said.contains("did you mean `routes`?"), "{said}");
    assert_eq!(code(&manager).await, None, "what was in force is");
    manager.shutdown().await;
    assert_eq!(code(&manager).await, Some("engine.shutdown"));
    assert!(health(&manager).unwrap_err().contains("everything is denied"));
}

#[tokio::test]
async fn a_host_starts_in_steps_and_adds_a_plugin_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    fs::write(&path, DOCUMENT).unwrap();
    let manager = start_in_steps(&path).await.unwrap();
    let work = async {
        assert_eq!(code(&manager).await, Some("plugin.denied"));
        assert_eq!(objection(&manager, "maintenance").await.unwrap().as_deref(), Some("back at noon"));
    };
    closed_while(&manager, work).await.unwrap();
    assert_eq!(code(&manager).await, None);
    let gone = objection(&manager, "maintenance").await.unwrap_err();
    assert_eq!(gone.to_string(), "there is no plugin `maintenance`");
}

#[tokio::test]
async fn a_host_forwards_no_credential_of_the_caller() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    fs::write(&path, "routes: [ { tool: echo, policy: [\"args.x == 'no': deny('no')\"] } ]").unwrap();
    let manager = start_in_steps(&path).await.unwrap();
    let received = [("authorization", "Bearer planted"), ("accept", "text/plain")];
    let received = received.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let backend = async |headers: Vec<(String, Secret)>| {
        let names: Vec<_> = headers.into_iter().map(|(name, _)| name).collect();
        Ok(Answer::structured(json!(names)))
    };
    let outcome = proxied(&manager, Operation::tool("echo", Map::new()), received.into(), backend).await;
    assert_eq!(*outcome.decision.allowed().unwrap().content(), json!(["accept"]));
}

#[tokio::test]
async fn a_host_passes_on_a_text_as_it_comes() {
    let manager = PluginManager::from_yaml("routes: [ { tool: report, result: { ssn: redact } } ]").await.unwrap();
    for (text, expected) in [
        (r#"{"of":"May","ssn":"555-12-3456"}"#, (true, r#"{"of":"May","ssn":"[REDACTED]"}"#)),
        (r#"{"of":"May" or June"#, (false, r#"{"of":"May""#)),
    ] {
        let permit = manager.authorize(Operation::tool("report", Map::new())).await.decision.allowed().unwrap();
        let mut passed = String::new();
        let pieces = text.as_bytes().chunks(4).map(<[u8]>::to_vec);
        let is_whole = forwarded(permit, pieces, |text| passed.push_str(text)).await;
        assert_eq!((is_whole, expected.1.starts_with(&passed)), (expected.0, true), "{passed}");
    }
}

#[tokio::test]
async fn a_host_is_a_protected_resource_and_challenges_who_it_denies() {
    let manager = PluginManager::from_yaml(PROTECTED).await.unwrap();
    let resource = ResourceUrl::new("https://gateway.example/mcp").unwrap();
    let told: Json = serde_json::from_str(&metadata(&manager, &resource).unwrap()).unwrap();
    let expected = json!({
        "resource": "https://gateway.example/mcp", "authorization_servers": ["https://idp.example"],
        "bearer_methods_supported": ["header"], "scopes_supported": ["lookup"],
    });
    assert_eq!(told, expected);
    let outcome = manager.authorize(Operation::tool("lookup", Map::new())).await;
    let (status, headers) = refusal(outcome.decision.violation().unwrap(), &resource);
    let challenge = r#"Bearer resource_metadata="https://gateway.example/.well-known/oauth-protected-resource/mcp""#;
    assert_eq!((status, headers), (401, vec![("WWW-Authenticate".to_owned(), challenge.to_owned())]));
}
