//! The engine: the questions that steps ask of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cpex_sdk::async_trait;
use cpex_sdk::config::ConfigFault;
use cpex_sdk::engine::{DecisionEngine, Prepared, Read};
use serde_json::Value as Json;

use crate::given::Given;
use crate::question::{CedarQuestion, Principal};
use crate::schema::CheckedSchema;
use crate::slice::{Scope, Side, Slice};
use crate::step::Step;
use crate::subject::Subject;

/// An engine that decides by Cedar policies.
#[derive(Debug)]
pub(crate) struct CedarEngine {
    given: Arc<Given>,
    /// One for all steps that ask alike.
    slices: Mutex<HashMap<Scope, Arc<Slice>>>,
}

impl CedarEngine {
    pub(crate) fn new(given: Given) -> Self {
        Self { given: Arc::new(given), slices: Mutex::default() }
    }

    fn question(&self, mut step: Step) -> Result<(CedarQuestion, Vec<String>), ConfigFault> {
        let fault = |text: String| ConfigFault::at(Vec::new(), text);
        let written = step.principal.take();
        let of = written.as_ref().map(|plan| plan.of.clone()).or_else(Subject::type_name);
        let of = of.ok_or_else(|| fault("there is no principal".to_owned()))?;
        let scope = Scope {
            action: step.action.written().cloned(),
            principal: Side { of, uid: written.as_ref().and_then(|plan| plan.uid.clone()) },
            resource: Side { of: step.resource.of.clone(), uid: step.resource.uid.clone() },
        };
        let schema = self.given.schema.as_ref();
        if let Some(schema) = schema {
            admitted(schema, &scope)?;
        }
        let slice = self.slice(&scope).map_err(fault)?;
        let principal = match written {
            Some(plan) => Principal::Written(plan),
            None => Principal::Subject(Subject::of(scope.principal.of, &slice.mentions, schema).map_err(fault)?),
        };
        let reads = principal.reads();
        Ok((CedarQuestion { given: Arc::clone(&self.given), slice, step, principal }, reads))
    }

    fn slice(&self, scope: &Scope) -> Result<Arc<Slice>, String> {
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slice) = slices.get(scope) {
            return Ok(Arc::clone(slice));
        }
        let slice = Arc::new(self.given.rules.with(|rules| Slice::of(rules, scope, &self.given.known))?);
        slices.insert(scope.clone(), Arc::clone(&slice));
        Ok(slice)
    }
}

/// Whether the schema has a request like those of a step.
fn admitted(schema: &CheckedSchema, scope: &Scope) -> Result<(), ConfigFault> {
    let (principal, resource) = (&scope.principal.of, &scope.resource.of);
    if schema.admits(principal, scope.action.as_ref(), resource) {
        return Ok(());
    }
    let action = scope.action.as_ref().map_or_else(|| "any action".to_owned(), |action| format!("`{action}`"));
    let text = format!("by the schema, no `{principal}` may ask for {action} on a `{resource}`");
    let fault = ConfigFault::at(Vec::new(), text);
    Err(fault.help("write the action and the types as the schema does; without `principal` it is a `User`"))
}

#[async_trait]
impl DecisionEngine for CedarEngine {
    fn prepare(&self, written: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        let step = Step::read(written)?;
        let (question, reads) = self.question(step).map_err(|fault| vec![fault])?;
        let reads = reads.into_iter().map(Read::new).collect();
        Ok(Prepared { question: Arc::new(question), reads })
    }
}
