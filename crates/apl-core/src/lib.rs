//! APL, the policy language of CPEX: documents with positions, a grammar, a compiler and a resumable evaluator.
//!
//! The crate is pure. It reads no files, knows no clock, holds no state and awaits nothing: a [`Program`] is compiled
//! from [`node::Node`]s at load, and a [`Run`] over it asks its engine for effects and is told how they ended. What an
//! attribute means is left to a [`Vocabulary`], what its value is to [`Facts`]. So the same evaluator serves the
//! runtime, a checker, a replay and a prover.

mod call;
pub mod codes;
pub mod compile;
mod condition;
mod context;
mod decision;
pub mod diagnostic;
mod effect;
mod expr;
mod fact;
mod field;
mod grammar;
mod hash_key;
pub mod lint;
mod listing;
mod literal;
mod machine;
pub mod node;
mod number;
mod outline;
mod parse;
mod path;
pub mod print;
mod program;
mod rewrite;
mod rule;
mod scan;
mod scanner;
pub mod span;
mod splice;
mod stage;
mod template;
#[cfg(test)]
mod testing;
mod trace;

pub use condition::{Condition, ConditionFault, ConditionTrace, Tested};
pub use decision::{Aside, Decision, Denial, Denied};
pub use effect::{
    Action, Ask, CostTier, DIALECTS, Declassify, Delegate, Dialect, EFFECTS, Effect, EffectDoc, Elicit, Listed,
    OnEmpty, Party, Restrict, Run as RunPlugin, Scope, Taint,
};
pub use fact::{Fact, Facts, Names, Unresolved, Vocabulary};
pub use field::RewriteFault;
pub use listing::denies_certainly;
pub use machine::{Fork, Joined, Limits, Reply, Run, Step, Verdict};
pub use number::Number;
pub use outline::Point;
pub use path::{Path, Segment};
pub use program::{Program, Request, Site};
pub use rewrite::{ActiveRewrite, Deeds, Rewrite, RewriteStream, RunField, Side, StageOutline, Streamed, Treatment};
pub use rule::Rule;
pub use scanner::{Scan, Scanner};
pub use stage::{STAGES, StageDoc};
pub use template::{Template, TemplateFault};
pub use trace::Trace;
