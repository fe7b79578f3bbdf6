//! What bounds loops: a number of steps for each evaluation, taken by a function that every iteration calls.
//!
//! An iteration takes one step, and more where what it looks at is large: what it does is proportional to the values it has
//! at hand, and those may be as large as a request is.

use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::{CelBool, CelBytes, CelList, CelMap, CelMapKey, CelString, DYN_TYPE, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::{DeclarationError, Env, ExecutionError};

use crate::slot::Slot;

/// How many steps the loops of one expression may take together, for one operation.
pub const MAX_STEPS: u32 = 10_000;

/// Takes the steps of an iteration.
const STEP: &str = "@step";
/// Gives what a loop goes through, in an order that is always the same.
const IN_ORDER: &str = "@in_order";

/// How many bytes of a value are looked at in the time of one step.
const BYTES_PER_STEP: usize = 256;
/// How many bytes a value weighs besides its text.
const BYTES_PER_VALUE: usize = 16;

/// The steps that are left.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

/// Declares what counts.
///
/// # Errors
/// That it is declared already.
pub(crate) fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload(IN_ORDER, "in_order", vec![DYN_TYPE], sorted)?;
    env.add_overload(STEP, "step_1", vec![BUDGET, DYN_TYPE], step)?;
    env.add_overload(STEP, "step_2", vec![BUDGET, DYN_TYPE, DYN_TYPE], step)
}

/// The same, evaluated only where there is a step left for it. `bound` are the names of the loops around it.
pub(crate) fn counted(value: IdedExpr, bound: &[String]) -> IdedExpr {
    let names = std::iter::once(Slot::Budget.name()).chain(bound.iter().cloned());
    let step = call(STEP, names.map(|name| node(Expr::Ident(name))).collect());
    // The step is true or an error, and an error of the condition is that of the whole.
    call(operators::CONDITIONAL, vec![step, value, node(Expr::Literal(LiteralValue::Null))])
}

/// The same, where it is a map the list of its keys in order: a map has none, and what an expression says must not depend
/// on one.
pub(crate) fn in_order(range: IdedExpr) -> IdedExpr {
    call(IN_ORDER, vec![range])
}

impl Budget {
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(MAX_STEPS))
    }

    /// Takes the steps of looking at a value.
    ///
    /// # Errors
    /// That there are not as many.
    pub(crate) fn look_at(&self, value: &dyn Val) -> Result<(), ExecutionError> {
        self.take(bytes(value) / BYTES_PER_STEP)
    }

    /// Whether more steps were asked for than there were.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn take(&self, steps: usize) -> Result<(), ExecutionError> {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
        self.0.store(left, Ordering::Relaxed);
        if left == 0 { Err(ExecutionError::function_error(STEP, "no steps are left")) } else { Ok(()) }
    }
}

/// One iteration: the budget, and the values of the loops around it.
fn step<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let mut arguments = arguments.into_iter();
    let budget = arguments.next().ok_or(ExecutionError::MissingArgumentOrTarget)?;
    let budget = budget.downcast_ref::<Budget>().ok_or(ExecutionError::MissingArgumentOrTarget)?;
    let looked_at: usize = arguments.map(|value| bytes(&*value)).sum();
    budget.take(1 + looked_at / BYTES_PER_STEP)?;
    Ok(CowVal::Borrowed(&CelBool::TRUE))
}

fn sorted<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let range = arguments.pop().ok_or(ExecutionError::MissingArgumentOrTarget)?;
    let Some(map) = range.downcast_ref::<CelMap<'_>>() else { return Ok(range) };
    let mut keys: Vec<CelMapKey<'v>> = map.inner().keys().cloned().collect();
    keys.sort_unstable();
    let keys: Vec<Box<dyn Val + 'v>> = keys.iter().map(|key| key.inner().clone_as_boxed()).collect();
    Ok(CowVal::owned(CelList::from(keys)))
}

/// What a value weighs.
fn bytes(value: &dyn Val) -> usize {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        return text.inner().len();
    }
    if let Some(bytes) = value.downcast_ref::<CelBytes<'_>>() {
        return bytes.inner().len();
    }
    let inner: usize = if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        list.inner().iter().map(|element| bytes(&**element)).sum()
    } else if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        map.inner().iter().map(|(key, member)| bytes(key.inner()) + bytes(&**member)).sum()
    } else {
        0
    };
    inner + BYTES_PER_VALUE
}

fn call(name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    node(Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }))
}

const fn node(expr: Expr) -> IdedExpr {
    IdedExpr { id: 0, expr }
}

const BUDGET: Type = Type::new_unspecified_type("@budget");
static BUDGET_TYPE: Type = BUDGET;

impl Val for Budget {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        &BUDGET_TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(Self(AtomicU32::new(self.0.load(Ordering::Relaxed))))
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Budget {}
