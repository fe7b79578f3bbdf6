//! Who calls: subjects, clients and workloads as a case states them.

use cpex::apl::diagnostic::nearest;
use cpex::apl::node::{Node, Value};
use cpex::cmf::{Client, Subject, SubjectKind, Workload};

use super::codes;
use super::fields::{Fields, Keys};

const SUBJECT: Keys = Keys {
    of: "a caller",
    known: &["id", "type", "issuer", "tenant", "roles", "permissions", "teams", "claims"],
    unavailable: &[],
};

const CLIENT: Keys = Keys {
    of: "a client",
    known: &[
        "id",
        "trust_level",
        "scopes",
        "authorized_scopes",
        "roles",
        "permissions",
        "audiences",
        "teams",
        "claims",
    ],
    unavailable: &[],
};

const WORKLOAD: Keys = Keys { of: "a workload", known: &["spiffe_id", "trust_domain"], unavailable: &[] };

const KINDS: [SubjectKind; 4] = [SubjectKind::User, SubjectKind::Agent, SubjectKind::Service, SubjectKind::System];

/// The subjects a file names, in written order.
#[derive(Debug, Default)]
pub(crate) struct Subjects(Vec<(String, Subject)>);

impl Subjects {
    /// Reads `subjects`.
    pub(crate) fn read(fields: &mut Fields, node: &Node) -> Self {
        let entries = fields.entries(node, "subjects").unwrap_or_default();
        let named = |entry: &cpex::apl::node::Entry| {
            let name = entry.key.value.clone();
            Some((name, subject(fields, &entry.value, "subjects")?))
        };
        Self(entries.iter().filter_map(named).collect())
    }

    /// Reads `caller`: a name of these, or a map.
    pub(crate) fn caller(&self, fields: &mut Fields, node: &Node) -> Option<Subject> {
        let Value::Text(name) = &node.value else { return subject(fields, node, "caller") };
        let found = self.0.iter().find(|(known, _)| *known == name.value);
        if found.is_none() {
            let message = format!("no subject is named `{}`", name.value);
            let names = self.0.iter().map(|(known, _)| known.as_str());
            let help = match nearest(&name.value, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "describe it under `subjects`, or write the caller as a map".to_owned(),
            };
            fields.fault_with_help(codes::UNKNOWN_NAME, node.span, message, help);
        }
        found.map(|(_, subject)| subject.clone())
    }
}

/// Reads `context.client`.
pub(crate) fn client(fields: &mut Fields, node: &Node, field: &str) -> Option<Client> {
    let section = fields.section(node, field, CLIENT)?;
    Some(Client {
        id: id(fields, section, "id")?,
        trust_level: fields.read(section, "trust_level", Fields::text),
        scopes: fields.read(section, "scopes", Fields::names).unwrap_or_default(),
        authorized_scopes: fields.read(section, "authorized_scopes", Fields::names).unwrap_or_default(),
        roles: fields.read(section, "roles", Fields::names).unwrap_or_default(),
        permissions: fields.read(section, "permissions", Fields::names).unwrap_or_default(),
        audiences: fields.read(section, "audiences", Fields::names).unwrap_or_default(),
        teams: fields.read(section, "teams", Fields::names).unwrap_or_default(),
        claims: fields.read(section, "claims", Fields::map).unwrap_or_default(),
    })
}

/// Reads `context.caller_workload` or `context.this_workload`. The trust domain is that of the SPIFFE ID unless it is given.
pub(crate) fn workload(fields: &mut Fields, node: &Node, field: &str) -> Option<Workload> {
    let section = fields.section(node, field, WORKLOAD)?;
    let spiffe_id = id(fields, section, "spiffe_id")?;
    let own = spiffe_id.strip_prefix("spiffe://").and_then(|rest| rest.split('/').next());
    let own = own.unwrap_or_default().to_owned();
    let trust_domain = fields.read(section, "trust_domain", Fields::text).unwrap_or(own);
    Some(Workload { spiffe_id, trust_domain })
}

fn subject(fields: &mut Fields, node: &Node, field: &str) -> Option<Subject> {
    let section = fields.section(node, field, SUBJECT)?;
    Some(Subject {
        id: id(fields, section, "id")?,
        kind: fields.read(section, "type", kind).unwrap_or_default(),
        issuer: fields.read(section, "issuer", Fields::text),
        tenant: fields.read(section, "tenant", Fields::text),
        roles: fields.read(section, "roles", Fields::names).unwrap_or_default(),
        permissions: fields.read(section, "permissions", Fields::names).unwrap_or_default(),
        teams: fields.read(section, "teams", Fields::names).unwrap_or_default(),
        claims: fields.read(section, "claims", Fields::map).unwrap_or_default(),
    })
}

fn kind(fields: &mut Fields, node: &Node, field: &str) -> Option<SubjectKind> {
    let word = fields.word(node, field, &KINDS.map(SubjectKind::name))?;
    KINDS.into_iter().find(|kind| kind.name() == word)
}

fn id(fields: &mut Fields, section: &Node, key: &str) -> Option<String> {
    if section.get(key).is_none() {
        fields.fault(codes::MISSING_KEY, section.span, format!("`{key}` is missing"));
    }
    fields.read(section, key, Fields::text)
}
