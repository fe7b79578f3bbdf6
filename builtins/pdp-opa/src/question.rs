//! A question of one operation.

use std::sync::Arc;

use cpex_sdk::async_trait;
use cpex_sdk::engine::{EngineError, Inquiry, Question, Verdict};
use regorus::Value;
use serde_json::{Map, Value as Json};

use crate::policy::{MAX_STEPS, Policy, Position};
use crate::rules::PART;

/// A rule that is asked.
pub(crate) struct RegoQuestion {
    pub(crate) policy: Arc<Policy>,
    /// The names that lead to the rule, as Rego writes them.
    pub(crate) query: String,
    /// The attributes that make up `input`, by their index, each by its names, shorter before longer; none where the step
    /// has an `input` of its own.
    pub(crate) reads: Option<Vec<Vec<String>>>,
    pub(crate) stack: Stack,
}

/// How many bytes of stack a question may take.
#[derive(Clone, Copy)]
pub(crate) struct Stack(usize);

impl Stack {
    /// That of rules of so many parts.
    pub(crate) const fn of(weight: usize) -> Self {
        Self(weight.saturating_mul(PART).saturating_add(128 * 1024))
    }
}

impl RegoQuestion {
    fn input(&self, inquiry: &Inquiry<'_>) -> Json {
        let Some(reads) = &self.reads else {
            return inquiry.map.get("input").cloned().unwrap_or_default();
        };
        let mut input = Map::new();
        for (index, names) in reads.iter().enumerate() {
            if let Some(value) = inquiry.attributes.read(index) {
                put(&mut input, names, value);
            }
        }
        Json::Object(input)
    }

    fn decide(&self, input: Json) -> Result<Verdict, EngineError> {
        let input = Value::from(input);
        if input == Value::Undefined {
            return Err(EngineError("a value of the input is none of Rego".to_owned()));
        }
        let mut engine = self.policy.engine.clone();
        engine.set_input(input);
        let policies = || vec![self.query.clone()];
        match engine.eval_rule(self.query.clone()) {
            Ok(Value::Bool(true)) => Ok(Verdict::permit(policies())),
            Ok(Value::Bool(false) | Value::Undefined) => Ok(Verdict::deny(policies())),
            Ok(_) => Err(EngineError(format!("`{}` is neither true nor false", self.query))),
            Err(error) => Err(self.failure(&error.to_string())),
        }
    }

    /// What the engine says may hold values of the request; where it says it does not.
    fn failure(&self, said: &str) -> EngineError {
        let query = &self.query;
        if said.contains("time limit") {
            return EngineError(format!("`{query}` takes more than {MAX_STEPS} steps"));
        }
        let place = Position::of(said).and_then(|at| Some((self.policy.sources.get(at.text)?, at)));
        EngineError(match place {
            Some((source, at)) => {
                format!("`{query}` cannot be evaluated, at {} line {} column {}", source.name(), at.line, at.column)
            }
            None => format!("`{query}` cannot be evaluated"),
        })
    }
}

#[async_trait]
impl Question for RegoQuestion {
    async fn ask(&self, inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        let input = self.input(inquiry);
        let Stack(needed) = self.stack;
        stacker::maybe_grow(needed, needed, || self.decide(input))
    }
}

/// Puts a value where its names lead. One that is no object gives way to what stands in it: `delegation.granted` to its
/// `audience`.
fn put(into: &mut Map<String, Json>, names: &[String], value: Json) {
    match names {
        [] => {}
        [name] => {
            into.insert(name.clone(), value);
        }
        [name, rest @ ..] => {
            let inner = into.entry(name.clone()).or_insert_with(|| Json::Object(Map::new()));
            if !inner.is_object() {
                *inner = Json::Object(Map::new());
            }
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}
