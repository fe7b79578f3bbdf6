//! Files that a config names are part of the document: of its digest, of what is watched, and of where mistakes are shown. And
//! what an engine said is in the record and in the trace.

use std::path::PathBuf;
use std::sync::Arc;

use cpex_core::{ManagerConfig, Operation, PluginManager, Viewer};
use cpex_sdk::config::{ConfigFault, Key, PluginConfig, Shape};
use cpex_sdk::engine::{DecisionEngine, EngineError, Inquiry, Prepared, Question, Verdict};
use cpex_sdk::testing::RecordingSink;
use cpex_sdk::{AuditSink, Factory, Host, Instance, Record, SinkError, async_trait};
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

use crate::support::{allowed, denied, eve};

const DOCUMENT: &str = "
global: { pdp: [ { kind: verdicts, policy_file: rules/verdict.txt } ] }
plugins: [ { name: sink, kind: test/records } ]
routes:
  - { tool: lookup, policy: [ { id: gate, verdicts: {} } ] }
";

#[test]
fn a_mistake_in_a_named_file_is_shown_there() {
    let folder = Folder::with("permit\nör dény");
    let refused = folder.manager().load_config_file(&folder.policy()).unwrap_err().to_string();
    let file = folder.verdict().display().to_string();
    assert!(refused.starts_with(&format!("{file}:2:4: error[document.config]: `verdicts`: no such word")), "{refused}");
    assert!(refused.contains("ör dény"), "{refused}");
}

#[test]
fn a_named_file_that_cannot_be_read_is_a_mistake_of_the_key_that_names_it() {
    let folder = Folder::with("permit");
    std::fs::remove_file(folder.verdict()).unwrap();
    let refused = folder.manager().load_config_file(&folder.policy()).unwrap_err().to_string();
    assert!(
        refused.contains("policy.yaml:2:49: error[document.config]: `verdicts`: cannot open the file"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_named_file_counts_in_the_digest_and_is_among_the_files_of_the_document() {
    let folder = Folder::with("permit");
    let manager = folder.manager();
    manager.reload_file(&folder.policy()).await.unwrap();
    let first = manager.status().in_force.unwrap();
    assert!(first.files.contains(&folder.verdict()), "{:?}", first.files);
    let _ = allowed(manager.authorize(call()).await);
    std::fs::write(folder.verdict(), "deny").unwrap();
    manager.reload_file(&folder.policy()).await.unwrap();
    let second = manager.status().in_force.unwrap();
    assert_ne!(first.digest, second.digest);
    assert_eq!(denied(&manager.authorize(call()).await), "pdp.denied");
}

#[tokio::test]
async fn what_an_engine_says_is_in_the_record_and_in_the_trace() {
    for (text, verdict, policies) in
        [("permit", "permit", json!(["first"])), ("deny", "deny", json!(["first"])), ("fail", "error", json!([]))]
    {
        let folder = Folder::with(text);
        let manager = folder.manager();
        manager.reload_file(&folder.policy()).await.unwrap();
        let explained = manager.explain(call(), None).await.to_json(Viewer::Admin);
        let step = &explained["sides"][0]["rules"][0]["steps"][0];
        assert_eq!((&step["kind"], &step["policies"]), (&json!("ask"), &policies), "{explained:#}");
        let record = folder.sink.records().remove(0);
        let expected = json!([{ "engine": "verdicts", "rule": "gate", "verdict": verdict, "policies": policies }]);
        assert_eq!(record["engines"], expected);
    }
}

/// A document in a directory, and the file it names.
struct Folder {
    folder: TempDir,
    sink: Arc<RecordingSink>,
}

impl Folder {
    fn with(verdict: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("rules")).unwrap();
        std::fs::write(folder.path().join("rules/verdict.txt"), verdict).unwrap();
        std::fs::write(folder.path().join("policy.yaml"), DOCUMENT).unwrap();
        Self { folder, sink: Arc::default() }
    }

    fn policy(&self) -> PathBuf {
        self.folder.path().join("policy.yaml")
    }

    fn verdict(&self) -> PathBuf {
        self.folder.path().join("rules/verdict.txt")
    }

    fn manager(&self) -> PluginManager {
        let manager = PluginManager::new(ManagerConfig::default());
        manager.register_factory("verdicts", Arc::new(Verdicts));
        manager.register_factory("test/records", Arc::new(Records(Arc::clone(&self.sink))));
        manager
    }
}

fn call() -> Operation {
    Operation::tool("lookup", Map::new()).session("s1").caller(eve())
}

/// Engines that decide what a file says: `permit`, `deny` or `fail`.
struct Verdicts;

impl Factory for Verdicts {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(const { &[Key::required("policy_file", Shape::Text, "What it decides.")] })
    }

    fn build(&self, declaration: &PluginConfig, host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        let path = declaration.config["policy_file"].as_str().unwrap();
        let at = || vec!["policy_file".into()];
        let text = host.files.read(path).map_err(|error| vec![ConfigFault::at(at(), error.to_string())])?;
        let again = host.files.read(path);
        assert_eq!(again.as_ref(), Ok(&text));
        match &*text {
            "permit" => Ok(Instance::Engine(Arc::new(Decides(Some(true))))),
            "deny" => Ok(Instance::Engine(Arc::new(Decides(Some(false))))),
            "fail" => Ok(Instance::Engine(Arc::new(Decides(None)))),
            other => {
                let offset = other.find("dény").unwrap();
                Err(vec![ConfigFault::at(at(), "no such word").offset(offset).in_file(path)])
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Decides(Option<bool>);

#[async_trait]
impl DecisionEngine for Decides {
    fn prepare(&self, _written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        Ok(Prepared { question: Arc::new(*self), reads: Vec::new() })
    }
}

#[async_trait]
impl Question for Decides {
    async fn ask(&self, _inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        let policies = vec!["first".to_owned()];
        match self.0 {
            Some(true) => Ok(Verdict::permit(policies)),
            Some(false) => Ok(Verdict::deny(policies)),
            None => Err(EngineError("planted".to_owned())),
        }
    }
}

struct Records(Arc<RecordingSink>);

impl Factory for Records {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Sink(Arc::new(Kept(Arc::clone(&self.0)))))
    }
}

struct Kept(Arc<RecordingSink>);

#[async_trait]
impl AuditSink for Kept {
    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        self.0.write(record).await
    }
}
