//! The policies that can apply to what a step asks.
//!
//! A policy whose scope names another action, or a principal or a resource of another type, is false for every request of
//! the step, and so is left out of all of them: it neither decides nor fails, as it would not among the others.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    ActionConstraint, AuthorizationError, Authorizer, Decision, Entities, EntityTypeName, EntityUid, EvaluationError,
    Policy, PolicyId, PolicySet, PrincipalConstraint, Request, ResourceConstraint,
};
use cpex_sdk::engine::Verdict;

use crate::entities::KnownEntities;
use crate::mentions::Mentions;
use crate::policies::Rule;
use crate::stack::Deep;

/// What is known at load of every request of a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    /// None where it is filled in.
    pub(crate) action: Option<EntityUid>,
    pub(crate) principal: Side,
    pub(crate) resource: Side,
}

/// A principal or a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Side {
    pub(crate) of: EntityTypeName,
    /// None where it is filled in.
    pub(crate) uid: Option<EntityUid>,
}

/// The policies that can apply.
#[derive(Debug)]
pub(crate) struct Slice {
    policies: Deep<PolicySet>,
    /// Where each stands, as written.
    order: HashMap<PolicyId, usize>,
    pub(crate) mentions: Mentions,
    /// The entities they can look at in every request.
    pub(crate) entities: Entities,
}

impl Slice {
    /// Those of the policies that can apply.
    ///
    /// # Errors
    /// When they or the entities do not go together: without one of them, another would decide.
    pub(crate) fn of(rules: &[Rule], scope: &Scope, known: &KnownEntities) -> Result<Self, String> {
        let (mut policies, mut order, mut mentions) = (PolicySet::new(), HashMap::new(), Mentions::default());
        let mut reached = HashSet::new();
        known.reach(scope.action.clone(), &mut reached);
        for (place, rule) in rules.iter().enumerate().filter(|(_, rule)| can_apply(&rule.policy, scope, known)) {
            mentions.add(&rule.mentions);
            known.reach(rule.policy.entity_literals(), &mut reached);
            order.insert(rule.policy.id().clone(), place);
            policies.add(rule.policy.clone()).map_err(|error| error.to_string())?;
        }
        let entities = reached.iter().filter_map(|uid| known.get(uid)).map(|known| known.entity.clone());
        let entities = Entities::from_entities(entities, None).map_err(|error| error.to_string())?;
        let policies = Deep::new(policies, mentions.levels);
        Ok(Self { policies, order, mentions, entities })
    }

    /// What the policies say of a request.
    ///
    /// # Errors
    /// When a policy fails and the request were permitted: Cedar leaves such a policy out, and it may be the one that forbids.
    pub(crate) fn decide(&self, request: &Request, entities: &Entities) -> Result<Verdict, String> {
        self.policies.with(|policies| {
            let response = Authorizer::new().is_authorized(request, policies, entities);
            let diagnostics = response.diagnostics();
            let mut determining: Vec<&PolicyId> = diagnostics.reason().collect();
            determining.sort_by_key(|id| self.order.get(id));
            let determining = determining.into_iter().map(ToString::to_string).collect();
            match (response.decision(), diagnostics.errors().next()) {
                (Decision::Deny, _) => Ok(Verdict::deny(determining)),
                (Decision::Allow, None) => Ok(Verdict::permit(determining)),
                (Decision::Allow, Some(error)) => Err(failure(error)),
            }
        })
    }
}

/// Whether the scope of a policy can hold.
fn can_apply(policy: &Policy, scope: &Scope, known: &KnownEntities) -> bool {
    action_can_match(&policy.action_constraint(), scope.action.as_ref(), known)
        && match policy.principal_constraint() {
            PrincipalConstraint::Any | PrincipalConstraint::In(_) => true,
            PrincipalConstraint::Eq(uid) => scope.principal.can_be(&uid),
            PrincipalConstraint::Is(of) | PrincipalConstraint::IsIn(of, _) => scope.principal.of == of,
        }
        && match policy.resource_constraint() {
            ResourceConstraint::Any | ResourceConstraint::In(_) => true,
            ResourceConstraint::Eq(uid) => scope.resource.can_be(&uid),
            ResourceConstraint::Is(of) | ResourceConstraint::IsIn(of, _) => scope.resource.of == of,
        }
}

fn action_can_match(constraint: &ActionConstraint, action: Option<&EntityUid>, known: &KnownEntities) -> bool {
    let Some(action) = action else { return true };
    match constraint {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(uid) => uid == action,
        ActionConstraint::In(groups) => groups.iter().any(|group| known.is_in(action, group)),
    }
}

impl Side {
    fn can_be(&self, other: &EntityUid) -> bool {
        match &self.uid {
            Some(uid) => uid == other,
            None => self.of == *other.type_name(),
        }
    }
}

/// Why a policy failed, without any value.
fn failure(error: &AuthorizationError) -> String {
    let AuthorizationError::PolicyEvaluationError(error) = error;
    let why = match error.inner() {
        EvaluationError::EntityDoesNotExist(_) => "it looks into an entity that is not there",
        EvaluationError::EntityAttrDoesNotExist(_) | EvaluationError::RecordAttrDoesNotExist(_) => {
            "it looks at an attribute that is absent"
        }
        EvaluationError::TypeError(_) => "a value is of another type than it takes",
        EvaluationError::IntegerOverflow(_) => "a number is out of range",
        EvaluationError::FailedExtensionFunctionExecution(_) => "an extension refuses a value",
        EvaluationError::RecursionLimit(_) => "it nests too deep",
        _ => "it cannot be evaluated",
    };
    format!("the policy `{}` failed: {why}", error.policy_id())
}
