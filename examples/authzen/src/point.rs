//! The decisions: each question is an operation that the document judges.
//!
//! | of the question | is, in the document |
//! |---|---|
//! | `action.name` | the tool |
//! | `resource`, `context`, `action.properties` | the arguments `resource`, `context`, `properties` |
//! | `subject.id`, `.type` | the verified subject: who asks is believed, as the API has it |
//! | `subject.properties` | its claims, and of these `roles`, `permissions`, `teams` and `tenant` what they are called |
//!
//! To be permitted is all there is to such an operation, so what stands in for its backend does nothing. It runs to its end
//! and is recorded as it was decided.

use std::convert::Infallible;
use std::path::Path;

use cpex::cmf::{RequestContext, SubjectKind};
use cpex::prelude::*;
use cpex::{StartError, Violation};
use serde_json::{Map, Value as Json, json};

use crate::request::{Asked, Entity, Evaluation, Malformed, Semantic};

/// Decides what is asked.
#[derive(Debug)]
pub struct DecisionPoint {
    manager: PluginManager,
}

impl DecisionPoint {
    /// A decision point under the document of a file.
    ///
    /// # Errors
    /// Why the document does not load.
    pub async fn of_file(path: &Path) -> Result<Self, StartError> {
        Ok(Self { manager: PluginManager::from_file(path).await? })
    }

    /// The answer to what is asked, in the request of that identifier.
    pub async fn answer(&self, asked: Asked, request_id: Option<&str>) -> Json {
        let (questions, semantic) = match asked {
            Asked::One(question) => return self.decision(*question, request_id).await.1,
            Asked::Several(questions, semantic) => (questions, semantic),
        };
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            let (permits, answer) = match question {
                Ok(question) => self.decision(question, request_id).await,
                Err(malformed) => (false, refused(&malformed)),
            };
            answers.push(answer);
            let is_last = match semantic {
                Semantic::ExecuteAll => false,
                Semantic::DenyOnFirstDeny => !permits,
                Semantic::PermitOnFirstPermit => permits,
            };
            if is_last {
                break;
            }
        }
        json!({ "evaluations": answers })
    }

    async fn decision(&self, question: Evaluation, request_id: Option<&str>) -> (bool, Json) {
        let Some(operation) = operation(question) else {
            return (false, refused(&Malformed("subjects of this type are not known here".to_owned())));
        };
        let context = RequestContext { request_id: request_id.map(str::to_owned), ..RequestContext::default() };
        let nothing = async |_call: Call| Ok::<_, Infallible>(Answer::structured(json!({})));
        let Ok(outcome) = self.manager.guard(operation.request(context), nothing).await;
        match outcome.decision {
            Decision::Allow(_) => (true, json!({ "decision": true })),
            Decision::Deny(violation) => (false, denied(&violation)),
            // Nobody comes back with an approval, so that waiting for one permits nothing.
            Decision::Pending(_) => (false, json!({ "decision": false })),
        }
    }
}

/// None for a subject of a type that no policy of a document could tell from others.
fn operation(question: Evaluation) -> Option<Operation> {
    let Evaluation { subject, action, resource, context } = question;
    let resource = json!({ "type": resource.kind, "id": resource.id, "properties": resource.properties });
    let arguments = [("resource", resource), ("context", json!(context)), ("properties", json!(action.properties))];
    let arguments = arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let identity = Identity { subject: Some(verified(subject)?), ..Identity::default() };
    Some(Operation::tool(action.name, arguments).caller(Caller::vouched(identity)))
}

fn verified(subject: Entity) -> Option<Subject> {
    let kinds = [SubjectKind::User, SubjectKind::Agent, SubjectKind::Service, SubjectKind::System];
    let told = &subject.properties;
    Some(Subject {
        kind: kinds.into_iter().find(|kind| kind.name() == subject.kind)?,
        tenant: told.get("tenant").and_then(Json::as_str).map(str::to_owned),
        roles: names(told, "roles"),
        permissions: names(told, "permissions"),
        teams: names(told, "teams"),
        id: subject.id,
        claims: subject.properties,
        ..Subject::default()
    })
}

/// The texts of a list; what is none is a claim and nothing more.
fn names(properties: &Map<String, Json>, key: &str) -> NameSet {
    let list = properties.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Json::as_str).collect()
}

/// What a denied caller may be told is what its reason is.
fn denied(violation: &Violation) -> Json {
    let context = json!({ "code": &*violation.code, "reason_user": { "en": &*violation.reason } });
    json!({ "decision": false, "context": context })
}

fn refused(malformed: &Malformed) -> Json {
    json!({ "decision": false, "context": { "error": { "status": 400, "message": malformed.0 } } })
}
