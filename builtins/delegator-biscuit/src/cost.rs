//! How much it may take to decide what a token says.
//!
//! Whoever holds a Biscuit may append blocks, so its Datalog is anybody's. The limits of the library are looked at between
//! rules and not within one, where a join of many facts, a loop or a pattern can take any time. So what is in a token is
//! counted before it is run: a token that takes more than a fixed number of steps is refused.

use std::collections::HashMap;
use std::time::Duration;

use biscuit_auth::builder::{Binary, Fact, Op, Rule, Unary};
use biscuit_auth::{AuthorizerBuilder, AuthorizerLimits, Biscuit};

/// The steps of everything in a token together.
const MAX_STEPS: usize = 100_000;

/// The operations of one expression. The texts they make of texts grow by the square of it.
const MAX_OPERATIONS: usize = 64;

/// The facts that rules may add, and the rounds they may take.
const MAX_DERIVED: usize = 64;
const MAX_ROUNDS: usize = 8;

/// The facts that are stated beside those of a token.
const STATED: [&str; 3] = ["audience", "operation", "time"];

/// Within which limits the token is run.
///
/// # Errors
/// Why it is not.
pub(crate) fn limits(token: &Biscuit) -> Result<AuthorizerLimits, &'static str> {
    let world = AuthorizerBuilder::new().build(token).map_err(|_| "holds what is no Datalog")?;
    let (facts, rules, checks, _) = world.dump();
    let known = Known::new(&facts, &rules);
    let mut steps = 0_usize;
    for rule in &rules {
        steps = steps.saturating_add(known.steps(rule)?.saturating_mul(MAX_ROUNDS));
    }
    for query in checks.iter().flat_map(|check| &check.queries) {
        steps = steps.saturating_add(known.steps(query)?);
    }
    if steps > MAX_STEPS {
        return Err("takes too long to decide");
    }
    // What steps bound is not bounded by time, so that the outcome does not depend on how busy the machine is.
    let max_time = Duration::from_secs(60);
    Ok(AuthorizerLimits { max_facts: known.all as u64, max_iterations: MAX_ROUNDS as u64, max_time })
}

/// How many facts there can be of each name, and of all.
struct Known<'t> {
    by_name: HashMap<&'t str, usize>,
    all: usize,
}

impl<'t> Known<'t> {
    fn new(facts: &'t [Fact], rules: &'t [Rule]) -> Self {
        let mut by_name = HashMap::new();
        let names = facts.iter().map(|fact| fact.predicate.name.as_str()).chain(STATED);
        names.for_each(|name| *by_name.entry(name).or_default() += 1);
        rules.iter().for_each(|rule| *by_name.entry(rule.head.name.as_str()).or_default() += MAX_DERIVED);
        Self { by_name, all: facts.len() + STATED.len() + MAX_DERIVED }
    }

    /// Every combination of facts that the body can match, each found among all facts and tried on all expressions.
    fn steps(&self, rule: &Rule) -> Result<usize, &'static str> {
        let mut each = 1_usize;
        for expression in &rule.expressions {
            let operations = operations(&expression.ops)?;
            if operations > MAX_OPERATIONS {
                return Err("holds an expression that is too long");
            }
            each += operations;
        }
        let of_name = |name: &str| self.by_name.get(name).copied().unwrap_or(0);
        let combinations =
            rule.body.iter().fold(1_usize, |all, predicate| all.saturating_mul(1 + of_name(&predicate.name)));
        Ok(combinations.saturating_mul(each.saturating_add(self.all)))
    }
}

/// A closure without parameters is run at most once, as the right side of `&&` is; one with some is run in a loop.
fn operations(ops: &[Op]) -> Result<usize, &'static str> {
    let each = ops.iter().map(|op| match op {
        Op::Closure(parameters, inner) if parameters.is_empty() => Ok(1 + operations(inner)?),
        Op::Closure(..) => Err("holds a loop"),
        Op::Binary(Binary::Regex) => Err("holds a pattern"),
        Op::Binary(Binary::Ffi(_)) | Op::Unary(Unary::Ffi(_)) => Err("calls what is not there"),
        Op::Value(_) | Op::Unary(_) | Op::Binary(_) => Ok(1),
    });
    each.sum()
}
