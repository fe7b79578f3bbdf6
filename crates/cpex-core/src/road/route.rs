//! Finds what is in force for an operation: the plan of the one route it matches, or that of the layers above routes.

use std::borrow::Cow;

use apl_cmf::{ContentPart, Draft, Entity, EntityKind, HttpRequest};
use apl_core::Denial;
use apl_cpex::{Policy, has_dot_segments, is_method, read_path};
use cpex_sdk::{CredentialPlace, code};

use super::state::{Denied, Journey, Matter, Received, Routed};

/// Gives the operation its plan. What is no operation has none. One that should name an entity and does not is denied, and so is one that names a
/// resource or a path that another reader could take for a different one; one that no route matches goes on under the
/// layers above routes, so that these and the plugins hooked on everything have their say before it is denied.
pub(crate) fn route(received: Received<'_>) -> Result<Routed<'_>, Denied> {
    let Received { journey, caller } = received;
    let policy = &journey.passage.snapshot.policy;
    if policy.is_empty() {
        return Ok(Routed { journey, caller });
    }
    let Some(kind) = journey.passage.kind() else { return Ok(Routed { journey, caller }) };
    let Matter::Draft(draft) = &journey.matter else { return Err(Denial::new(code::POLICY_PROTOCOL).into()) };
    let found = find(policy, draft, kind);
    let plan = found.as_ref().map_or_else(|_| policy.unmatched(kind), |found| found.plan);
    journey.passage.plan = Some(plan);
    withhold_credentials(journey, plan)?;
    if found.is_err()
        && let Matter::Draft(draft) = &mut journey.matter
    {
        // Which of its headers an authenticator reads cannot be told, and all that is left to see them is the record.
        draft.remove_request_headers();
    }
    let Found { path, .. } = found?;
    if let Some((path, draft)) = path.and_then(|path| Some((path, journey.matter.take_draft()?))) {
        journey.matter = Matter::Draft(draft.http_path(path));
    }
    Ok(Routed { journey, caller })
}

/// A credential is for the authenticator that reads it, which has it from the host. Neither policy nor plugins, records and
/// the backend are to see it, so it is taken out of the headers and the query, where hosts may have put it too. Cookies are
/// in no draft.
fn withhold_credentials(journey: &mut Journey, plan: usize) -> Result<(), Denial> {
    let Journey { passage, matter, .. } = journey;
    let Matter::Draft(draft) = matter else { return Err(Denial::new(code::POLICY_PROTOCOL)) };
    let mut is_readable = true;
    for accepts in passage.snapshot.authenticators(plan).filter_map(|control| control.accepts.as_ref()) {
        match &accepts.place {
            CredentialPlace::Header(name) => draft.remove_request_header(name),
            CredentialPlace::Parameter(name) => is_readable &= draft.remove_parameter(name),
            CredentialPlace::Cookie(_) => {}
        }
    }
    if is_readable { Ok(()) } else { Err(Denial::new(code::REQUEST_MALFORMED)) }
}

/// What is in force for a draft.
pub(crate) struct Found {
    /// Index of the plan.
    pub(crate) plan: usize,
    /// The path of an HTTP request, where reading it made another text of it.
    path: Option<String>,
}

/// Finds the plan of a draft on a hook of that kind of entity.
pub(crate) fn find(policy: &Policy, draft: &Draft, kind: EntityKind) -> Result<Found, Denial> {
    if kind == EntityKind::Http {
        return find_http(policy, draft).ok_or_else(|| Denial::new(code::REQUEST_MALFORMED));
    }
    let Some(entity) = draft.entity(kind) else { return Err(Denial::new(code::REQUEST_UNIDENTIFIED)) };
    if kind == EntityKind::Resource && has_dot_segments(entity.name) {
        return Err(Denial::new(code::REQUEST_MALFORMED));
    }
    Ok(Found { plan: policy.find(entity, draft.server(), None), path: None })
}

/// An HTTP request is what it is by its context; none that has no path or method a route could be found by.
fn find_http(policy: &Policy, draft: &Draft) -> Option<Found> {
    let http = draft.http_context();
    let method = http.method.as_deref().filter(|method| is_method(method))?;
    let path = read_path(http.path.as_deref()?)?;
    if !is_one_request(&draft.message().content) {
        return None;
    }
    let entity = Entity { kind: EntityKind::Http, name: &path };
    let plan = policy.find(entity, draft.server(), Some(method));
    let path = match path {
        Cow::Borrowed(_) => None,
        Cow::Owned(path) => Some(path),
    };
    Some(Found { plan, path })
}

/// Whether a message holds one HTTP request at most, with one body at most, so that what is judged is all that goes on.
fn is_one_request(parts: &[ContentPart]) -> bool {
    match parts {
        [] | [ContentPart::HttpRequest(_)] => true,
        [ContentPart::HttpRequest(request), ContentPart::Text(_) | ContentPart::Other(_)]
        | [ContentPart::Text(_) | ContentPart::Other(_), ContentPart::HttpRequest(request)] => {
            !request.arguments.contains_key(HttpRequest::BODY)
        }
        _ => false,
    }
}
