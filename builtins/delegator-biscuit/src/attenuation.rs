//! What is appended to a token, and whether the whole then passes.
//!
//! Checks, facts and policies are built as values, never as text: an audience may hold any characters.

use std::sync::Arc;
use std::time::Duration;

use biscuit_auth::builder::{
    Binary, Check, CheckKind, Expression, Op, Policy, PolicyKind, Predicate, Rule, Term, boolean, fact, pred, set,
    string, var,
};
use biscuit_auth::error::Token as Fault;
use biscuit_auth::{AuthorizerBuilder, AuthorizerLimits, Biscuit, BlockBuilder};

use crate::inbound::Owner;

/// What a token is narrowed to.
pub(crate) struct Purpose<'p> {
    pub(crate) audience: &'p str,
    pub(crate) permissions: &'p [Arc<str>],
    /// Seconds since the Unix epoch.
    pub(crate) now: u64,
    pub(crate) lifetime: Duration,
    /// Whom the token must be about, where nobody was identified by it.
    pub(crate) owner: Option<Owner<'p>>,
}

impl Purpose<'_> {
    /// The same token with one block more, which narrows it to this.
    pub(crate) fn narrow(&self, token: &Biscuit) -> Result<Biscuit, Fault> {
        let audience = check_all("audience", |audience| vec![audience, value(string(self.audience)), EQUAL]);
        let end = Term::Date(self.now.saturating_add(self.lifetime.as_secs()));
        let time = check_all("time", |time| vec![time, value(end), Op::Binary(Binary::LessThan)]);
        let mut block = BlockBuilder::new().check(audience)?;
        if !self.permissions.is_empty() {
            let permissions = set(self.permissions.iter().map(|permission| string(permission)).collect());
            let contains = Op::Binary(Binary::Contains);
            block = block.check(check_all("operation", |operation| vec![value(permissions), operation, contains]))?;
        }
        token.append(block.check(time)?)
    }

    /// Whether all checks of the token hold at the backend, as far as it can be told here, for that permission.
    pub(crate) fn passes(&self, token: &Biscuit, permission: Option<&str>, limits: AuthorizerLimits) -> bool {
        self.authorize(token, permission, limits).is_ok()
    }

    fn authorize(&self, token: &Biscuit, permission: Option<&str>, limits: AuthorizerLimits) -> Result<usize, Fault> {
        let mut backend = AuthorizerBuilder::new()
            .set_limits(limits)
            .fact(fact("audience", &[string(self.audience)]))?
            .fact(fact("time", &[Term::Date(self.now)]))?;
        if let Some(permission) = permission {
            backend = backend.fact(fact("operation", &[string(permission)]))?;
        }
        backend.policy(self.allow())?.build(token)?.authorize()
    }

    /// Checks decide what a token is good for; the policy, whom it is about. It reads the first block, which is the issuer's.
    fn allow(&self) -> Policy {
        let about = self.owner.map(|owner| pred(owner.fact, &[string(owner.id)]));
        let always = Expression { ops: vec![value(boolean(true))] };
        Policy { queries: vec![query(about.into_iter().collect(), always)], kind: PolicyKind::Allow }
    }
}

const EQUAL: Op = Op::Binary(Binary::Equal);

/// A check that a fact of that name is there, and that all of that name, of the first block too, satisfy the expression on
/// their only term.
fn check_all(name: &str, holds: impl FnOnce(Op) -> Vec<Op>) -> Check {
    let expression = Expression { ops: holds(value(var(name))) };
    Check { queries: vec![query(vec![pred(name, &[var(name)])], expression)], kind: CheckKind::All }
}

fn query(body: Vec<Predicate>, expression: Expression) -> Rule {
    Rule::new(pred::<Term>("query", &[]), body, vec![expression], Vec::new())
}

const fn value(term: Term) -> Op {
    Op::Value(term)
}
