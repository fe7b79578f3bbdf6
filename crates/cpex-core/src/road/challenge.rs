//! Finds what a denied caller may be told of how to come back with a bearer token.

use std::sync::Arc;

use apl_cmf::{EntityKind, Envelope, Standing};
use apl_cpex::Plan;
use cpex_sdk::oauth::is_scope;
use cpex_sdk::{HookSide, code};

use super::state::{Denied, Passage};
use crate::challenge::Challenge;
use crate::snapshot::Bearer;

/// The challenge of a denial; none where no bearer token would help, where none is read for the operation, and where the
/// document says itself how to come back.
pub(super) fn challenge(passage: &Passage, envelope: Option<&Envelope>, denied: &Denied) -> Option<Arc<Challenge>> {
    let plan = passage.plan()?;
    let headers = plan.response.iter().flat_map(|response| &response.headers);
    if headers.into_iter().any(|(name, _)| name.eq_ignore_ascii_case("www-authenticate")) {
        return None;
    }
    let code = denied.denial.code;
    let challenge = if code == code::POLICY_REQUIRE_FAILED {
        too_few_scopes(passage, plan, envelope?)
    } else {
        not_known(passage, denied, error_of(code)?)
    };
    challenge.map(Arc::new)
}

/// What is wrong with a token, by the code of the denial (RFC 6750, section 3.1). None where no other token would help.
fn error_of(code: &str) -> Option<Option<&'static str>> {
    match code {
        code::AUTH_MISSING => Some(None),
        code::AUTH_EMPTY | code::AUTH_AMBIGUOUS => Some(Some("invalid_request")),
        code::AUTH_MALFORMED
        | code::AUTH_INVALID
        | code::AUTH_ISSUER
        | code::AUTH_SIGNATURE
        | code::AUTH_EXPIRED
        | code::AUTH_NOT_YET_VALID
        | code::AUTH_AUDIENCE => Some(Some("invalid_token")),
        _ => None,
    }
}

/// Nobody is known yet, so nothing is said that is not the same for every operation of the kind: scopes of one route would
/// tell strangers which routes there are.
fn not_known(passage: &Passage, denied: &Denied, error: Option<&'static str>) -> Option<Challenge> {
    let bearers: Vec<Bearer<'_>> = bearers(passage).collect();
    if bearers.is_empty() {
        return None;
    }
    // What is wrong with a credential of another sort is nothing to say of a token.
    let is_of_token = bearers.iter().any(|bearer| denied.control.as_ref() == Some(&bearer.control.name));
    let has_scopes = bearers.iter().any(|bearer| bearer.accepts.has_scopes);
    let general = passage.kind().and_then(|kind| general(passage, kind)).filter(|_| has_scopes);
    let scopes = general.map(|plan| &*plan.required_permissions).unwrap_or_default();
    Some(Challenge::new(error.filter(|_| is_of_token), scopes))
}

fn general(passage: &Passage, kind: EntityKind) -> Option<&Plan> {
    let policy = &passage.snapshot.policy;
    policy.plans().get(policy.unmatched(kind))
}

/// The caller is known by a bearer token, and lacks a permission that every caller needs.
fn too_few_scopes(passage: &Passage, plan: &Plan, envelope: &Envelope) -> Option<Challenge> {
    if passage.point.side != HookSide::Pre || envelope.standing() != Standing::Verified {
        return None;
    }
    let has_verified = |bearer: &Bearer<'_>| {
        let executions = &passage.trail.executions;
        executions.iter().any(|made| *made.name == *bearer.control.name && made.requested == "allow")
    };
    bearers(passage).filter(|bearer| bearer.accepts.has_scopes).find(has_verified)?;
    let subject = envelope.identity().subject.as_ref()?;
    let is_lacking = |name: &Arc<str>| is_scope(name) && !subject.permissions.contains(name);
    let is_short = plan.required_permissions.iter().any(is_lacking);
    is_short.then(|| Challenge::new(Some("insufficient_scope"), &plan.required_permissions))
}

fn bearers(passage: &Passage) -> impl Iterator<Item = Bearer<'_>> {
    passage.plan.into_iter().flat_map(|plan| passage.snapshot.bearers(plan))
}
