//! Loading what a page shows, with the builtins and nothing else.

use std::fs;
use std::sync::Arc;

use cpex::apl::diagnostic::Severity;
use cpex::cmf::{Capability, MessagePayload, Secret, View};
use cpex::document::{Document, LoadError};
use cpex::sdk::config::{ConfigFault, Key, PluginConfig, SecretSource};
use cpex::sdk::{
    CmfToolPreInvoke, Factory, HookHandler, Host, Instance, Plugin, PluginContext, PluginError, PluginInstance,
    PluginResult, SecretError, SecretReader, Uses, async_trait,
};
use cpex::{ManagerConfig, PluginManager, Warnings};

use super::page::Block;

/// The public key that examples name by the path `idp.pem`.
const KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
                   MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
                   -----END PUBLIC KEY-----\n";

/// The files that examples name, each with its text.
const FILES: [(&str, &str); 8] = [
    ("idp.pem", KEY),
    ("regions.yaml", "data: { regions: [eu, us], tenants: { acme: { region: eu, limit: 10000 } } }\n"),
    ("mail.yaml", "routes: [{ tool: send_email, groups: [internal] }]\n"),
    ("groups.yaml", "groups: { internal: { policy: [require(authenticated)] } }\n"),
    ("again.yaml", "include: [again.yaml]\n"),
    ("pay.rego", "package pay\nmay_raise if input.args.amount <= data.raises.most\n"),
    ("limits.json", "{ \"raises\": { \"most\": 500 } }\n"),
    ("more-regions.yaml", "data: { regions: [eu, us, asia] }\n"),
];

/// What loading found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Findings {
    /// Whether the document does not load.
    pub(super) refused: bool,
    /// The code of each finding, in the order of the text.
    pub(super) codes: Vec<&'static str>,
    /// The findings as people read them.
    pub(super) shown: String,
}

/// The document an example stands for: itself, or one around it.
pub(super) fn document(block: &Block) -> String {
    let key = ["policy", "post_policy", "args", "result"].into_iter().find(|key| block.is(key));
    match key {
        None => block.text.clone(),
        Some(key) => {
            let inside: String = block.text.lines().map(|line| format!("      {line}\n")).collect();
            format!(
                "plugins:\n  - {{ name: audit-log, kind: audit/logger }}\n\
                 routes:\n  - tool: get_compensation\n    {key}:\n{inside}"
            )
        }
    }
}

/// Loads an example.
pub(super) fn load(block: &Block) -> Findings {
    let text = document(block);
    let manager = manager(block);
    if block.is("latin-1") {
        let bytes: Vec<u8> = text.chars().map(|sign| u8::try_from(sign).expect("a character of Latin-1")).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.yaml");
        fs::write(&path, bytes).unwrap();
        return findings(&manager.load_config_file(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in FILES.iter().filter(|(name, _)| text.contains(name)) {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let document =
        Document::parse("<document>", &text).map(|document| document.of_file(&folder.path().join("policy.yaml")));
    let load = |document| if block.is("alone") { manager.stage(&document) } else { manager.check(&document) };
    findings(&document.and_then(load))
}

/// A kind of plugin that says what it needs.
struct Reader;

impl Plugin for Reader {}

#[async_trait]
impl HookHandler<CmfToolPreInvoke> for Reader {
    async fn handle(
        &self,
        _payload: &MessagePayload,
        _extensions: &View<'_>,
        _context: &mut PluginContext,
    ) -> Result<PluginResult<MessagePayload>, PluginError> {
        Ok(PluginResult::allow())
    }
}

impl Factory for Reader {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn uses(&self) -> Option<Uses> {
        Some(Uses { needs: &[Capability::ReadLabels], may_use: &[] })
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Plugin(PluginInstance::of(Self).on::<CmfToolPreInvoke>().build()))
    }
}

fn manager(block: &Block) -> PluginManager {
    let manager = PluginManager::new(ManagerConfig { secrets: Some(Arc::new(AnySecret)), ..ManagerConfig::default() });
    manager.register_factory("example/reader", Arc::new(Reader));
    if !block.is("bare") {
        cpex::install_builtins(&manager);
    }
    manager
}

fn findings(loaded: &Result<Warnings, LoadError>) -> Findings {
    let (diagnostics, shown) = match loaded {
        Ok(warnings) => (warnings.diagnostics(), warnings.to_string()),
        Err(refused) => (refused.diagnostics(), refused.to_string()),
    };
    let refused = diagnostics.iter().any(|finding| finding.code.severity == Severity::Error);
    assert_eq!(refused, loaded.is_err(), "errors refuse, warnings do not: {shown}");
    Findings { refused, codes: diagnostics.iter().map(|finding| finding.code.name).collect(), shown }
}

/// Has a secret wherever an example says there is one, but for the environment variable `UNSET`.
struct AnySecret;

impl SecretReader for AnySecret {
    fn read(&self, source: &SecretSource) -> Result<Secret, SecretError> {
        if matches!(source, SecretSource::EnvVar { name } if name == "UNSET") {
            return Err(SecretError("the environment variable `UNSET` is not set".to_owned()));
        }
        Ok(Secret::from("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"))
    }
}
