//! An expression, asked of one operation.

use std::sync::Arc;

use cel::common::ast::IdedExpr;
use cel::common::types::CelBool;
use cel::{Context, Env, ExecutionError, Value};
use cpex_sdk::async_trait;
use cpex_sdk::engine::{AttributeReader, EngineError, Inquiry, Question, Verdict};

use crate::budget::MAX_STEPS;
use crate::pattern::Pattern;
use crate::scope::Scope;
use crate::slot::Slot;

/// A prepared expression.
pub(crate) struct Asked {
    pub(crate) env: Arc<Env>,
    pub(crate) expression: IdedExpr,
    /// The paths of its slots, for what is said of them.
    pub(crate) paths: Box<[Box<str>]>,
    pub(crate) patterns: Vec<Pattern>,
}

#[async_trait]
impl Question for Asked {
    async fn ask(&self, inquiry: &Inquiry<'_>) -> Result<Verdict, EngineError> {
        let permits = self.evaluate(inquiry.attributes).map_err(EngineError)?;
        Ok(if permits { Verdict::permit(Vec::new()) } else { Verdict::deny(Vec::new()) })
    }
}

impl Asked {
    /// The value of the expression.
    ///
    /// # Errors
    /// Why it has none that decides, without a value of the operation.
    fn evaluate(&self, attributes: &dyn AttributeReader) -> Result<bool, String> {
        let scope = Scope::new(attributes, self.paths.len(), &self.patterns);
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.set_variable_resolver(&scope);
        let answer = match Value::resolve_val(&self.expression, &context) {
            Ok(value) => match value.downcast_ref::<CelBool>() {
                Some(decided) => Ok(*decided.inner()),
                None => Err(format!("its value is no boolean but of type {}", value.get_type().name())),
            },
            Err(error) => Err(self.said(&error)),
        };
        // `true || error` is true, but a loop that was cut short has said nothing.
        if scope.budget.is_spent() { Err(format!("its loops take more than {MAX_STEPS} steps")) } else { answer }
    }

    /// What an error says without the values in it.
    fn said(&self, error: &ExecutionError) -> String {
        match error {
            ExecutionError::UndeclaredReference(name) => match Slot::of(name) {
                Some(Slot::Attribute(index) | Slot::InLoop(index)) => {
                    format!("`{}` is absent", self.paths.get(index).map_or("a value", |path| path))
                }
                _ => "a name stands for nothing".to_owned(),
            },
            ExecutionError::NoSuchOverload(call) => {
                let types = call.argument_types().join(" and ");
                format!("`{}` does not take {types}", call.function().trim_matches(['_', '@']))
            }
            ExecutionError::UnsupportedBinaryOperator(operator, left, right) => {
                format!("`{operator}` does not take {} and {}", left.type_of(), right.type_of())
            }
            ExecutionError::ValuesNotComparable(left, right) => {
                format!("{} and {} cannot be compared", left.type_of(), right.type_of())
            }
            ExecutionError::NoSuchKey(_) => "a map has no such key".to_owned(),
            ExecutionError::IndexOutOfBounds(_) => "a list is shorter than an index into it".to_owned(),
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "division by zero".to_owned(),
            ExecutionError::Overflow(..) => "a number is too large".to_owned(),
            ExecutionError::DuplicateKey(_) => "a map has a key twice".to_owned(),
            ExecutionError::FunctionError { function, .. } => format!("`{function}` cannot read what it is given"),
            _ => "a value is of the wrong type".to_owned(),
        }
    }
}
