//! Which attributes of an operation a path into `input` leads to.
//!
//! `input` is the namespaces of attributes, nested. Only what a policy mentions is read, so a mention that leads to no
//! attribute would be undefined for ever; it is a mistake instead.

use crate::nearest::nearest;

/// Attributes with one value each.
pub(crate) const FIELDS: &[&str] = &[
    "authenticated",
    "delegated",
    "delegation.depth",
    "delegation.origin_subject_id",
    "delegation.actor_subject_id",
    "delegation.age_seconds",
    "delegation.granted",
    "delegation.granted.permissions",
    "delegation.granted.audience",
    "subject.id",
    "subject.type",
    "subject.issuer",
    "subject.tenant",
    "subject.roles",
    "subject.permissions",
    "subject.teams",
    "client.id",
    "client.trust_level",
    "client.scopes",
    "client.authorized_scopes",
    "client.roles",
    "client.permissions",
    "client.audiences",
    "client.teams",
    "caller_workload.spiffe_id",
    "caller_workload.trust_domain",
    "this_workload.spiffe_id",
    "this_workload.trust_domain",
    "workload.spiffe_id",
    "workload.trust_domain",
    "security.labels",
    "session.labels",
    "message.labels",
    "elicitation.id",
    "elicitation.status",
    "elicitation.outcome",
    "elicitation.approver",
    "elicitation.channel",
    "tool.name",
    "prompt.name",
    "resource.uri",
    "llm.model",
    "agent.name",
    "route.key",
    "meta.entity_type",
    "meta.entity_name",
    "meta.tags",
    "meta.scope",
    "agent.session_id",
    "agent.conversation_id",
    "agent.turn",
    "agent.agent_id",
    "agent.parent_agent_id",
    "agent.input",
    "http.method",
    "http.path",
    "http.host",
    "http.scheme",
    "request.id",
    "request.environment",
    "request.time",
    "request.hour",
    "request.weekday",
    "request.trace_id",
    "request.span_id",
];

/// Trees that are read whole, whatever of them is mentioned: what is null in them is null to the policy.
pub(crate) const WHOLE: &[&str] = &["args", "result"];

/// Namespaces whose names nobody lists: each name is read by itself.
pub(crate) const NAMED: &[&str] = &[
    "role",
    "perm",
    "team",
    "client.role",
    "client.perm",
    "claim",
    "client.claim",
    "meta.properties",
    "mcp",
    "http.request_headers",
    "http.response_headers",
    "llm",
    "completion",
    "provenance",
    "framework",
    "custom",
    "data",
];

/// What leads nowhere, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Nowhere {
    pub(crate) text: String,
    pub(crate) help: Option<String>,
}

/// The attributes that `input` followed by these names is made of, each by its names.
pub(crate) fn attributes(names: &[&str]) -> Result<Vec<Vec<String>>, Nowhere> {
    if let Some(field) = FIELDS.iter().filter(|field| leads(field, names)).max_by_key(|field| field.len()) {
        return Ok(vec![parts(field)]);
    }
    if let Some(tree) = WHOLE.iter().find(|tree| leads(tree, names)) {
        return Ok(vec![parts(tree)]);
    }
    if let Some(tree) = NAMED.iter().filter(|tree| leads(tree, names)).max_by_key(|tree| tree.len()) {
        let mut path = parts(tree);
        if let Some(name) = names.get(path.len()) {
            path.push((*name).to_owned());
            return Ok(vec![path]);
        }
    }
    let listed = FIELDS.iter().chain(WHOLE).filter(|path| is_part(names, path));
    let listed: Vec<Vec<String>> = listed.map(|path| parts(path)).collect();
    if listed.is_empty() { Err(nowhere(names)) } else { Ok(listed) }
}

/// The path of an attribute as policy writes it.
pub(crate) fn written(names: &[String]) -> String {
    let mut written = String::new();
    for name in names {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if is_plain && !name.is_empty() {
            written.push_str(if written.is_empty() { "" } else { "." });
            written.push_str(name);
        } else {
            let escaped = name.replace('\\', "\\\\").replace('\'', "\\'");
            written.push_str(&format!("['{escaped}']"));
        }
    }
    written
}

fn parts(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

/// Whether the names begin with that path.
fn leads(path: &str, names: &[&str]) -> bool {
    let mut names = names.iter();
    path.split('.').all(|part| names.next() == Some(&part))
}

/// Whether that path begins with the names.
fn is_part(names: &[&str], path: &str) -> bool {
    let mut parts = path.split('.');
    names.iter().all(|name| parts.next() == Some(*name))
}

fn nowhere(names: &[&str]) -> Nowhere {
    let dotted = names.join(".");
    if NAMED.iter().any(|tree| is_part(names, tree)) {
        let text = format!("`input.{dotted}` cannot be read whole: nobody lists its names");
        return Nowhere { text, help: Some(format!("name what of it is meant, as in `input.{dotted}.x`")) };
    }
    let text = format!("`input.{dotted}` is no attribute");
    let known = || FIELDS.iter().chain(WHOLE).chain(NAMED).copied();
    if let Some(near) = nearest(&dotted, known()) {
        return Nowhere { text, help: Some(format!("did you mean `input.{near}`?")) };
    }
    let first = names.first().copied().unwrap_or_default();
    let fields: Vec<&str> = known().filter(|path| path.split('.').next() == Some(first)).collect();
    let help = match nearest(first, known().filter_map(|path| path.split('.').next())) {
        _ if !fields.is_empty() => Some(format!("`{first}` has {}", fields.join(", "))),
        Some(near) => Some(format!("did you mean `input.{near}`?")),
        None => Some("to ask about something else, give the step an `input` of its own".to_owned()),
    };
    Nowhere { text, help }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    fn read(names: &[&str]) -> Vec<String> {
        attributes(names).unwrap().iter().map(|names| written(names)).collect()
    }

    #[test]
    fn a_path_leads_to_the_attribute_it_goes_through() {
        assert_eq!(read(&["subject", "id"]), ["subject.id"]);
        assert_eq!(read(&["authenticated"]), ["authenticated"]);
        assert_eq!(read(&["args", "path", "x"]), ["args"]);
        assert_eq!(read(&["claim", "address", "city"]), ["claim.address"]);
        assert_eq!(read(&["claim", "https://x/it's"]), ["claim['https://x/it\\'s']"]);
        assert_eq!(read(&["role", "hr"]), ["role.hr"]);
        assert_eq!(read(&["client", "role", "a"]), ["client.role.a"]);
        assert_eq!(read(&["llm", "model"]), ["llm.model"]);
        assert_eq!(read(&["llm", "provider"]), ["llm.provider"]);
        assert_eq!(read(&["delegation", "granted"]), ["delegation.granted"]);
        assert_eq!(read(&["delegation", "granted", "audience"]), ["delegation.granted.audience"]);
    }

    #[test]
    fn a_part_of_a_namespace_leads_to_all_of_it_that_can_be_listed() {
        assert_eq!(read(&["message"]), ["message.labels"]);
        assert_eq!(read(&["tool"]), ["tool.name"]);
        assert_eq!(read(&["http"]).len(), 4);
        assert_eq!(read(&[]).len(), FIELDS.len() + WHOLE.len());
    }

    #[test]
    fn what_leads_nowhere_is_told_with_what_is_near() {
        let refused = |names: &[&str]| attributes(names).unwrap_err();
        let near = refused(&["subjcet", "id"]);
        assert_eq!(near.text, "`input.subjcet.id` is no attribute");
        assert_eq!(near.help.as_deref(), Some("did you mean `input.subject.id`?"));
        assert_eq!(refused(&["claim"]).text, "`input.claim` cannot be read whole: nobody lists its names");
        let field = refused(&["tool", "description"]);
        assert_eq!(field.help.as_deref(), Some("`tool` has tool.name"));
        let foreign = refused(&["attributes", "request", "http"]);
        assert_eq!(foreign.help.as_deref(), Some("to ask about something else, give the step an `input` of its own"));
    }
}
