//! A question: what a step asks, of the policies that can apply to it.

use std::collections::HashSet;
use std::sync::Arc;

use cedar_policy::{Context, Entities, Entity, EntityUid, Request, RequestValidationError, RestrictedExpression};
use cpex_sdk::async_trait;
use cpex_sdk::engine::{EngineError, Inquiry, Question, Verdict};
use serde_json::Value as Json;

use crate::entities::UNREADABLE;
use crate::given::Given;
use crate::slice::Slice;
use crate::step::{EntityPlan, Step};
use crate::subject::Subject;
use crate::value::Misfit;

/// A prepared question.
#[derive(Debug)]
pub(crate) struct CedarQuestion {
    pub(crate) given: Arc<Given>,
    pub(crate) slice: Arc<Slice>,
    pub(crate) step: Step,
    pub(crate) principal: Principal,
}

/// Who is the principal.
#[derive(Debug)]
pub(crate) enum Principal {
    Subject(Subject),
    Written(EntityPlan),
}

#[async_trait]
impl Question for CedarQuestion {
    async fn ask(&self, inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        self.decide(inquiry).map_err(EngineError)
    }
}

impl Principal {
    /// The paths it is read from.
    pub(crate) fn reads(&self) -> Vec<String> {
        match self {
            Self::Subject(subject) => subject.reads(),
            Self::Written(_) => Vec::new(),
        }
    }
}

/// A principal or a resource of one operation.
struct Party {
    uid: EntityUid,
    attributes: Vec<(String, RestrictedExpression)>,
}

impl CedarQuestion {
    fn decide(&self, inquiry: &Inquiry<'_>) -> Result<Verdict, String> {
        let part = |name: &str| inquiry.map.get(name).unwrap_or(&Json::Null);
        let principal = match &self.principal {
            Principal::Subject(subject) => {
                let (uid, attributes) = subject.fill(inquiry.attributes)?;
                Party { uid, attributes }
            }
            Principal::Written(plan) => Party::of(plan, part("principal"), "principal")?,
        };
        let resource = Party::of(&self.step.resource, part("resource"), "resource")?;
        let action = self.step.action.fill(part("action")).map_err(|misfit| misfit.below("action").to_string())?;
        let context = self.step.context.fill(inquiry.map.get("context"));
        let context = context.map_err(|misfit| misfit.below("context").to_string())?;
        let context = Context::from_pairs(context).map_err(|_| format!("in the context, {UNREADABLE}"))?;
        let schema = self.given.schema.as_ref().map(|schema| &schema.schema);
        let uids = (principal.uid.clone(), action.clone(), resource.uid.clone());
        let request =
            Request::new(uids.0, uids.1, uids.2, context, schema).map_err(|error| unfit(&error).to_owned())?;
        let entities = self.entities(principal, &action, resource, inquiry.map)?;
        self.slice.decide(&request, &entities)
    }

    /// The entities that the policies can look at in one operation.
    fn entities(
        &self,
        principal: Party,
        action: &EntityUid,
        resource: Party,
        filled: &Json,
    ) -> Result<Entities, String> {
        let known = &self.given.known;
        let mut reached = HashSet::new();
        if !known.is_empty() {
            let parties = [principal.uid.clone(), action.clone(), resource.uid.clone()];
            known.reach(parties.into_iter().chain(self.references(filled)), &mut reached);
        }
        reached.remove(&principal.uid);
        reached.remove(&resource.uid);
        let mut entities: Vec<Entity> = Vec::with_capacity(reached.len() + 2);
        let is_there = |uid: &&EntityUid| self.slice.entities.get(uid).is_none();
        entities.extend(reached.iter().filter(is_there).filter_map(|uid| Some(known.get(uid)?.entity.clone())));
        if principal.uid != resource.uid {
            entities.push(resource.build(self, "resource")?);
        } else if !resource.attributes.is_empty() {
            return Err("the resource is the principal, whose attributes are not the resource's to give".to_owned());
        }
        entities.push(principal.build(self, "principal")?);
        let schema = self.given.schema.as_ref().map(|schema| &schema.schema);
        let all = self.slice.entities.clone().upsert_entities(entities, schema);
        all.map_err(|_| "the principal or the resource does not fit the schema".to_owned())
    }

    /// The entities that the step refers to.
    fn references(&self, filled: &Json) -> Vec<EntityUid> {
        let mut found = Vec::new();
        self.step.context.references(filled.get("context"), &mut found);
        self.step.resource.attributes.references(filled.pointer("/resource/attributes"), &mut found);
        if let Principal::Written(plan) = &self.principal {
            plan.attributes.references(filled.pointer("/principal/attributes"), &mut found);
        }
        found
    }
}

impl Party {
    fn of(plan: &EntityPlan, filled: &Json, name: &str) -> Result<Self, String> {
        let read = || {
            let attributes = plan.attributes.fill(filled.get("attributes"));
            Ok(Self { uid: plan.fill(filled)?, attributes: attributes.map_err(|misfit| misfit.below("attributes"))? })
        };
        read().map_err(|misfit: Misfit| misfit.below(name).to_string())
    }

    /// The entity, with what the config knows of it.
    fn build(self, question: &CedarQuestion, name: &str) -> Result<Entity, String> {
        let entity = match question.given.known.get(&self.uid) {
            Some(known) => known.with(self.attributes),
            None => Entity::new(self.uid, self.attributes.into_iter().collect(), HashSet::new())
                .map_err(|_| UNREADABLE.to_owned()),
        };
        entity.map_err(|fault| format!("of the {name}, {fault}"))
    }
}

/// What of a request goes against the schema.
const fn unfit(error: &RequestValidationError) -> &'static str {
    match error {
        RequestValidationError::InvalidContext(_) | RequestValidationError::TypeOfContext(_) => {
            "the context does not fit the schema"
        }
        RequestValidationError::UndeclaredAction(_) | RequestValidationError::ExternalAction(_) => {
            "the schema has no such action"
        }
        _ => "the schema does not admit this principal and this resource for the action",
    }
}
