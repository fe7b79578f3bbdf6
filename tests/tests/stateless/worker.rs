//! One of the processes: a runtime under the document of `load.rs`, which does the calls it reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use cpex::cmf::{Identity, NameSet, Subject};
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::elicitation::{Ask, ElicitationChannel, ElicitationError, QuestionId, Status};
use cpex::sdk::{Factory, Host, Instance, async_trait};
use cpex::{Caller, Decision, Operation, PluginManager};
use serde::{Deserialize, Serialize};
use serde_json::Map;

/// One call of a user in a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) user: String,
    pub(super) session: String,
    pub(super) tool: String,
    /// The operation that is gone on with.
    pub(super) resumes: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Answered {
    /// It is permitted.
    Allow,
    /// It is denied, by this code.
    Deny(String),
    /// It waits, under this id.
    Pending(String),
}

/// The document of all processes over that server.
pub(super) fn document(endpoint: &str) -> String {
    format!(
        r#"
global:
  session_store: {{ kind: valkey, endpoint: "{endpoint}", connect_timeout_ms: 2000, command_timeout_ms: 2000 }}
plugins:
  - {{ name: people, kind: test/people }}
routes:
  - {{ tool: read_secret, policy: [ "taint(secret, session)" ] }}
  - {{ tool: read_pii, policy: [ "taint(pii, session)" ] }}
  - {{ tool: send, policy: [ "session.labels contains 'secret': deny('x', 'tainted')" ] }}
  - {{ tool: publish, policy: [ "session.labels contains 'pii': deny('x', 'tainted')" ] }}
  - {{ tool: clear, policy: [ "declassify(secret, reason: 'reviewed')" ] }}
  - {{ tool: pay, policy: [ "confirm(people, timeout: 1h)" ] }}
"#
    )
}

/// A runtime under that document, in force.
pub(super) async fn runtime(document: &str) -> PluginManager {
    let manager = PluginManager::default();
    manager.register_factory(cpex_session_valkey::KIND, Arc::new(cpex_session_valkey::ValkeyFactory));
    manager.register_factory("test/people", Arc::new(People));
    let warnings = manager.load_config_yaml(document).unwrap_or_else(|refused| panic!("{refused}"));
    assert!(warnings.diagnostics().is_empty(), "{warnings}");
    manager.initialize().await.unwrap();
    manager
}

pub(super) async fn call(manager: &PluginManager, asked: &Asked) -> Answered {
    let subject = Subject { id: asked.user.as_str().into(), roles: NameSet::default(), ..Subject::default() };
    let caller = Caller::vouched(Identity { subject: Some(subject), ..Identity::default() });
    let mut operation = Operation::tool(asked.tool.as_str(), Map::new()).session(asked.session.as_str()).caller(caller);
    if let Some(id) = &asked.resumes {
        operation = operation.resume(id.as_str());
    }
    let backend = |_call| async { Ok::<_, std::convert::Infallible>(cpex::Answer::structured(serde_json::json!({}))) };
    match manager.guard(operation, backend).await.unwrap().decision {
        Decision::Allow(_) => Answered::Allow,
        Decision::Deny(violation) => Answered::Deny(violation.code.to_string()),
        Decision::Pending(pending) => Answered::Pending(pending.elicitation),
    }
}

/// Does all calls of each session in order, and the sessions side by side.
pub(super) async fn call_all(manager: &Arc<PluginManager>, asked: Vec<Asked>) -> Vec<Answered> {
    let mut lanes: BTreeMap<_, Vec<(usize, Asked)>> = BTreeMap::new();
    for (index, asked) in asked.into_iter().enumerate() {
        // What goes on with an operation does so at once with all others.
        let alone = asked.resumes.as_ref().map(|_| index);
        lanes.entry((asked.user.clone(), asked.session.clone(), alone)).or_default().push((index, asked));
    }
    let tasks: Vec<_> = lanes
        .into_values()
        .map(|lane| {
            let manager = Arc::clone(manager);
            tokio::spawn(async move {
                let mut answers = Vec::new();
                for (index, asked) in lane {
                    answers.push((index, call(&manager, &asked).await));
                }
                answers
            })
        })
        .collect();
    let mut answers = BTreeMap::new();
    for task in tasks {
        answers.extend(task.await.unwrap());
    }
    answers.into_values().collect()
}

/// Whoever is asked says yes.
struct People;

impl Factory for People {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        None
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Approver(Arc::new(Self)))
    }
}

#[async_trait]
impl ElicitationChannel for People {
    async fn ask(&self, _ask: &Ask<'_>) -> Result<(), ElicitationError> {
        Ok(())
    }

    async fn check(&self, _question: &QuestionId) -> Result<Status, ElicitationError> {
        // A process that was not asked knows nothing but the question: there is one user who pays.
        Ok(Status::Approved { by: "eve".to_owned() })
    }
}
