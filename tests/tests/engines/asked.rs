//! Asking: one document with a route for each question in each language.

use std::fs;
use std::sync::Arc;

use cpex::sdk::testing::ManualClock;
use cpex::{ManagerConfig, PluginManager};
use serde_json::{Map, Value as Json, json};

use super::operations::{Asked, TAINTED};
use super::questions::{QUESTIONS, Question};

/// What decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// Rules of the policy language.
    Apl,
    Cel,
    Cedar,
    Opa,
}

/// Every engine that the policy language is compared with.
pub(super) const ENGINES: &[Engine] = &[Engine::Cel, Engine::Cedar, Engine::Opa];

/// What it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Permit,
    Deny,
    /// It cannot decide, which denies too.
    Error,
}

impl Engine {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Apl => "apl",
            Self::Cel => "cel",
            Self::Cedar => "cedar",
            Self::Opa => "opa",
        }
    }

    /// Whether its language can ask that.
    pub(super) const fn knows(self, question: &Question) -> bool {
        match self {
            Self::Apl | Self::Cel | Self::Opa => true,
            Self::Cedar => question.cedar.is_some(),
        }
    }

    fn step(self, question: &Question) -> Json {
        match self {
            Self::Apl => json!(format!("require({})", question.apl)),
            Self::Cel => json!({ "cel": { "expr": question.cel } }),
            Self::Opa => json!({ "opa": { "query": format!("data.questions.{}_", question.name) } }),
            Self::Cedar => {
                let mentioned = CONTEXT
                    .iter()
                    .filter(|(name, _)| question.cedar.is_some_and(|cedar| cedar.contains(&format!("context.{name}"))));
                let context: Map<String, Json> =
                    mentioned.map(|(name, path)| ((*name).to_owned(), json!(format!("${{{path}}}")))).collect();
                let resource = json!({ "type": "Thing", "id": "thing" });
                json!({ "cedar": { "action": question.name, "resource": resource, "context": context } })
            }
        }
    }

    fn tool(self, question: &Question) -> String {
        format!("{}-{}", self.name(), question.name)
    }
}

/// A manager with every question in force.
pub(super) struct Asking(PluginManager);

impl Asking {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("data.yaml"), DATA).unwrap();
        let path = folder.path().join("policy.yaml");
        fs::write(&path, document().to_string()).unwrap();
        let config = ManagerConfig { clock: Some(Arc::new(ManualClock::default())), ..ManagerConfig::default() };
        let manager = PluginManager::new(config);
        cpex::install_builtins(&manager);
        manager.load_config_file(&path).unwrap_or_else(|refused| panic!("{refused}"));
        manager.initialize().await.unwrap();
        for caller in ["ada", "bob", "rea"] {
            let tainting = Asked { caller, x: None, y: None, session: Some(TAINTED) };
            let tainted = manager.authorize(tainting.operation("taint")).await;
            assert_eq!(tainted.report.code, None, "{caller}");
        }
        Self(manager)
    }

    /// What an engine says of an operation; none where labels of no session are asked for.
    pub(super) async fn ask(&self, engine: Engine, question: &Question, asked: &Asked) -> Option<Answer> {
        let outcome = self.0.authorize(asked.operation(&engine.tool(question))).await;
        match outcome.report.code {
            None => Some(Answer::Permit),
            Some("policy.require_failed" | "pdp.denied") => Some(Answer::Deny),
            Some("policy.type_error" | "pdp.error") => Some(Answer::Error),
            Some("session.unbound") => None,
            Some(other) => panic!("{} of {}: {other}", engine.tool(question), asked.show()),
        }
    }
}

/// What policies of Cedar are told besides who calls: members of the context, each with its attribute.
const CONTEXT: &[(&str, &str)] =
    &[("args", "args"), ("regions", "data.regions"), ("labels", "session.labels"), ("day", "request.weekday")];

/// What the operator states.
const DATA: &str = "data:\n  regions: [eu, us]\n  tenants: { acme: { limit: 10 } }\n";

fn document() -> Json {
    let route = |engine: Engine, question: &Question| json!({ "tool": engine.tool(question), "policy": [engine.step(question)] });
    let all = || std::iter::once(&Engine::Apl).chain(ENGINES);
    let mut routes = vec![json!({ "tool": "taint", "policy": ["taint(secret, session)"] })];
    for question in QUESTIONS {
        routes.extend(all().filter(|engine| engine.knows(question)).map(|engine| route(*engine, question)));
    }
    let cedar = json!({ "kind": "cedar-direct", "policy_text": policies() });
    let opa = json!({ "kind": "opa", "policy_text": rules() });
    json!({ "global": { "attribute_files": ["data.yaml"], "pdp": [cedar, opa] }, "routes": routes })
}

/// A policy of Cedar for each question.
fn policies() -> String {
    let policy = |question: &Question| {
        let cedar = question.cedar?;
        Some(format!("permit(principal, action == Action::\"{}\", resource) when {{ {cedar} }};\n", question.name))
    };
    QUESTIONS.iter().filter_map(policy).collect()
}

/// A rule of Rego for each question.
fn rules() -> String {
    let of = |question: &Question| -> String {
        let bodies = question.opa.split(" | ");
        // A rule may not have the name of a word of Rego.
        bodies.map(|body| format!("{}_ if {{ {body} }}\n", question.name)).collect()
    };
    std::iter::once("package questions\n".to_owned()).chain(QUESTIONS.iter().map(of)).collect()
}
