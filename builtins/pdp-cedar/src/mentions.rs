//! What the conditions of a policy mention: the attributes they can look at, and how deep they nest.
//!
//! Which attributes of a principal are worth having is told by name alone. An attribute is seen only by `.name`, `["name"]`
//! and `has`, whatever the entity before it turns out to be, so that a name which stands nowhere is never looked at.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use cedar_policy::pst::{Clause, Expr, Var};

/// The attribute of a principal that holds its claims.
const CLAIMS: &str = "claims";

/// What policies mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mentions {
    /// The names of attributes looked at on anything but the context.
    pub(crate) attributes: BTreeSet<String>,
    /// The names looked at on what is called `claims`.
    pub(crate) claims: BTreeSet<String>,
    /// Whether `claims` are used other than by one name at a time.
    pub(crate) all_claims: bool,
    /// How deep the conditions nest.
    pub(crate) levels: usize,
}

impl Mentions {
    /// What a policy mentions. This recurses as deep as the policy nests.
    ///
    /// # Errors
    /// When it is of a form that cannot be looked into.
    pub(crate) fn of(policy: &Policy) -> Result<Self, String> {
        let tree = policy.to_pst().map_err(|error| error.to_string())?;
        let mut mentions = Self::default();
        let clauses = tree.body().clauses();
        for clause in clauses {
            let (Clause::When(condition) | Clause::Unless(condition)) = clause;
            mentions.look_into(condition, 1)?;
        }
        // Conditions are joined to one, after the three parts of the scope.
        mentions.levels += clauses.len() + 4;
        Ok(mentions)
    }

    /// Takes in what another policy mentions.
    pub(crate) fn add(&mut self, other: &Self) {
        self.attributes.extend(other.attributes.iter().cloned());
        self.claims.extend(other.claims.iter().cloned());
        self.all_claims |= other.all_claims;
        self.levels = self.levels.max(other.levels);
    }

    fn look_into(&mut self, expression: &Expr, level: usize) -> Result<(), String> {
        self.levels = self.levels.max(level);
        match expression {
            Expr::Literal(_) | Expr::Var(_) => {}
            Expr::GetAttr { expr, attr } => {
                self.see(expr, attr);
                self.all_claims |= attr == CLAIMS && !is_context(expr);
                return self.look_before(expr, level);
            }
            Expr::HasAttr { expr, attrs } => {
                self.see(expr, attrs.first());
                for (entity, attribute) in attrs.iter().zip(attrs.iter().skip(1)) {
                    self.see_after(entity, attribute);
                }
                return self.look_before(expr, level);
            }
            _ => {
                for part in parts(expression).ok_or("it holds what only partial evaluation makes")? {
                    self.look_into(part, level + 1)?;
                }
            }
        }
        Ok(())
    }

    /// Looks into what an attribute is asked of. Claims that are asked for a name are not used all at once.
    fn look_before(&mut self, expression: &Expr, level: usize) -> Result<(), String> {
        match expression {
            Expr::GetAttr { expr, attr } => {
                self.levels = self.levels.max(level + 1);
                self.see(expr, attr);
                self.look_before(expr, level + 1)
            }
            other => self.look_into(other, level + 1),
        }
    }

    fn see(&mut self, of: &Expr, attribute: &str) {
        if !is_context(of) {
            self.attributes.insert(attribute.to_owned());
        }
        if let Expr::GetAttr { attr, .. } = of {
            self.see_after(attr, attribute);
        }
    }

    fn see_after(&mut self, before: &str, attribute: &str) {
        self.attributes.insert(attribute.to_owned());
        if before == CLAIMS {
            self.claims.insert(attribute.to_owned());
        }
    }
}

/// Whether it is the context itself, which is a record and no entity.
const fn is_context(expression: &Expr) -> bool {
    matches!(expression, Expr::Var(Var::Context))
}

/// The expressions an expression is made of; none for one that no policy can be written with.
fn parts(expression: &Expr) -> Option<Vec<&Expr>> {
    Some(match expression {
        Expr::UnaryOp { expr, .. } | Expr::Like { expr, .. } => vec![expr],
        Expr::BinaryOp { left, right, .. } => vec![left, right],
        Expr::Is { expr, in_expr, .. } => {
            [Some(expr), in_expr.as_ref()].into_iter().flatten().map(AsRef::as_ref).collect()
        }
        Expr::IfThenElse { cond, then_expr, else_expr } => vec![cond, then_expr, else_expr],
        Expr::Set(elements) => elements.iter().map(AsRef::as_ref).collect(),
        Expr::Record(members) => members.values().map(AsRef::as_ref).collect(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    fn mentions(condition: &str) -> Mentions {
        let text = format!("permit(principal, action, resource) when {{ {condition} }};");
        Mentions::of(&Policy::parse(None, text).unwrap()).unwrap()
    }

    fn names(names: &BTreeSet<String>) -> String {
        names.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_attribute_is_mentioned_however_it_is_got_at() {
        for (condition, expected) in [
            ("principal.roles.contains(\"hr\")", "roles"),
            ("principal[\"roles\"] == [] && principal has tenant", "roles tenant"),
            ("(if context.x then principal else resource).teams == []", "teams"),
            ("resource.owner.tenant == context.tenant", "owner tenant"),
            ("principal has a.b", "a b"),
            ("User::\"x\".permissions == {r: [resource.y]}", "permissions y"),
            ("context.roles == [] || context has teams", ""),
            ("principal is User in resource.group && action in [resource.z] || \"x\" like \"*\"", "group z"),
        ] {
            assert_eq!(names(&mentions(condition).attributes), expected, "{condition}");
        }
    }

    #[test]
    fn claims_are_mentioned_by_name_or_all_at_once() {
        for (condition, expected, all) in [
            ("principal.claims.dept == \"x\"", "dept", false),
            ("principal.claims[\"https://x/y\"].z == 1", "https://x/y", false),
            ("principal.claims has a && principal has claims.b.c", "a b", false),
            ("principal has claims", "", false),
            ("principal.claims == {}", "", true),
            ("(if true then principal.claims else {a: 1}).a == 1", "", true),
            ("context.claims == {} && context.claims.a == 1", "a", false),
        ] {
            let found = mentions(condition);
            assert_eq!((names(&found.claims).as_str(), found.all_claims), (expected, all), "{condition}");
        }
    }

    #[test]
    fn levels_are_those_of_the_deepest_condition() {
        let of = |condition: &str| mentions(condition).levels;
        assert_eq!(of("true"), 6);
        assert!(of("((true))") <= 6 && of("1 + 2 + 3 > 0") >= 7 && of("context.a.b.c == 1") >= 8);
    }
}
