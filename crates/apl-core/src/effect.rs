//! The effects of the language: one file each, and one line each in the table below.
//!
//! From the table come the effects a document may name, the [`Action`]s of programs and the [`Effect`]s an engine performs.

mod allow;
pub(crate) mod ask;
mod declassify;
mod delegate;
mod deny;
mod elicit;
mod pairs;
pub(crate) mod restrict;
mod run;
pub(crate) mod taint;

use std::sync::Arc;

use crate::call::Call;
use crate::condition::{Condition, ConditionFault, ConditionTrace};
use crate::context::{Context, Declared};
use crate::decision::Denial;
use crate::diagnostic::Diagnostic;
use crate::fact::{Facts, Vocabulary};
use crate::node::Entry;
use crate::rewrite::{ActiveRewrite, Part, Rewrite, RunField};
use crate::rule::Rule;

pub use ask::{Ask, DIALECTS, Dialect};
pub use declassify::Declassify;
pub use delegate::{Delegate, Party};
pub use elicit::Elicit;
pub use restrict::{CostTier, Listed, OnEmpty, Restrict};
pub use run::Run;
pub use taint::{Scope, Taint};

/// An effect of the language, as documentation lists it.
#[derive(Clone, Copy, Debug)]
pub struct EffectDoc {
    /// The names it is written under, the first being the usual one.
    pub names: &'static [&'static str],
    /// What it does, in one sentence.
    pub doc: &'static str,
}

/// How an effect is compiled from each of the forms it may be written in.
pub(crate) struct EffectRow<V: Vocabulary, D> {
    pub(crate) names: &'static [&'static str],
    pub(crate) call: CompileCall<V, D, V::Attribute>,
    pub(crate) map: Option<CompileMap<V, D, V::Attribute>>,
}

type CompileCall<V, D, A> = fn(&Call<'_>, &Context<'_, V, D>, &mut Vec<Diagnostic>) -> Option<Compiled<A>>;
type CompileMap<V, D, A> = fn(&Entry, &Context<'_, V, D>, &mut Vec<Diagnostic>) -> Option<Compiled<A>>;

/// What an effect comes to.
pub(crate) enum Compiled<A> {
    /// Nothing.
    GoOn,
    /// The end.
    Deny(Denial),
    /// A request to the engine.
    Perform(Action<A>),
    /// A question for a decision engine.
    Ask(Ask<A>),
    /// The parts of a field pipeline.
    Pipeline(Vec<Part<A>>),
}

macro_rules! effects {
    ($($module:ident $names:expr, $doc:literal $(, map $map:path)? $(, performs $kind:ident $(<$of:ident>)?)?;)+) => {
        /// Every effect of the language, in the order of the documentation.
        pub const EFFECTS: &[EffectDoc] = &[$(EffectDoc { names: &$names, doc: $doc }),+];

        /// What a program may ask an engine to perform. What few programs hold is boxed: a program has as much room for each
        /// of its statements as the largest needs.
        #[derive(Debug)]
        pub enum Action<A> {
            $($(#[doc = $doc] $kind(Box<$kind$(<$of>)?>),)?)+
            /// Narrows the backends that the host's router may choose.
            Restrict(Box<Restrict<A>>),
            /// Applies a field pipeline to the arguments or the result.
            Rewrite(Arc<Rewrite<A>>),
            /// Hands the values of a field to a plugin.
            RunField(RunField),
        }

        /// An effect to perform. Closed: an engine matches every kind.
        #[derive(Debug)]
        pub enum Effect<'p, A> {
            $($(#[doc = $doc] $kind(&'p $kind$(<$of>)?),)?)+
            /// Narrows the backends that the host's router may choose.
            Restrict(&'p Restrict<A>),
            /// Asks a decision engine.
            Ask(&'p Ask<A>),
            /// Applies a field pipeline to the arguments or the result.
            Rewrite(ActiveRewrite<'p, A>),
            /// Hands the values of a field to a plugin.
            RunField(&'p RunField),
        }

        impl<A> Action<A> {
            /// The effect for one operation: the conditions within it are decided, and told as the rule's.
            pub(crate) fn activate<F, T>(
                &self,
                facts: &F,
                rule: &Rule,
                trace: &mut T,
            ) -> Result<Effect<'_, A>, ConditionFault>
            where
                F: Facts<Attribute = A>,
                T: ConditionTrace<A>,
            {
                Ok(match self {
                    $($(Self::$kind(effect) => Effect::$kind(effect),)?)+
                    Self::Restrict(restrict) => Effect::Restrict(restrict),
                    Self::RunField(run) => Effect::RunField(run),
                    Self::Rewrite(rewrite) => Effect::Rewrite(rewrite.activate_traced(facts, rule, trace)?),
                })
            }
        }

        $($(
            impl<A> From<$kind$(<$of>)?> for Compiled<A> {
                fn from(effect: $kind$(<$of>)?) -> Self {
                    Self::Perform(Action::$kind(Box::new(effect)))
                }
            }
        )?)+

        /// How the effect of that name is compiled.
        pub(crate) fn row<V: Vocabulary, D: Declared>(name: &str) -> Option<EffectRow<V, D>> {
            let rows = [$(EffectRow {
                names: &$names,
                call: |call, context, faults| $module::compile(call, context, faults).map(Compiled::from),
                map: effects!(@map $($map)?),
            }),+];
            rows.into_iter().find(|row| row.names.contains(&name))
        }
    };
    (@map) => { None };
    (@map $map:path) => { Some(|entry, context, faults| $map(entry, context, faults).map(Compiled::from)) };
}

effects! {
    allow ["allow"], "Goes on with the next step; it exempts from nothing.";
    deny ["deny"], "Halts the phase and denies the operation.", map deny::compile_map;
    run ["run", "plugin"], "Invokes a plugin, which may deny or modify.", performs Run;
    taint ["taint"], "Adds a taint label to the session or to this operation.", performs Taint;
    declassify ["declassify"], "Removes a label of the session, once the operation is allowed to its end.",
        map declassify::compile_map, performs Declassify;
    delegate ["delegate"], "Mints the credential the operation goes to its backend with.",
        map delegate::compile_map, performs Delegate;
    elicit [
        "require_approval",
        "confirm",
        "require_step_up",
        "require_attestation",
        "request_info",
        "require_review"
    ], "Asks a person, and leaves the operation pending meanwhile.", map elicit::compile_map, performs Elicit<A>;
    ask ["opa"], "Asks the embedded engine of that name a query; what it denies is denied.";
}

impl<A> From<()> for Compiled<A> {
    fn from((): ()) -> Self {
        Self::GoOn
    }
}

impl<A> From<Ask<A>> for Compiled<A> {
    fn from(ask: Ask<A>) -> Self {
        Self::Ask(ask)
    }
}

impl<A> Action<A> {
    /// The attributes it mentions, in written order.
    pub(crate) fn attributes(&self) -> Vec<&A> {
        match self {
            Self::Elicit(elicit) => {
                [&elicit.from].into_iter().chain(elicit.scope.iter().flat_map(Condition::attributes)).collect()
            }
            Self::Restrict(restrict) => restrict.attributes().collect(),
            Self::Rewrite(rewrite) => rewrite.attributes().collect(),
            Self::Run(_) | Self::RunField(_) | Self::Taint(_) | Self::Declassify(_) | Self::Delegate(_) => Vec::new(),
        }
    }
}

impl<A> From<Denial> for Compiled<A> {
    fn from(denial: Denial) -> Self {
        Self::Deny(denial)
    }
}
