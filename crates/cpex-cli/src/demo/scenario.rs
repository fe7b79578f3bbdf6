//! Who calls what in the scenario, and what the backends answer.

use serde_json::{Map, Value as Json, json};

/// One person who drives the agent.
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) roles: &'static [&'static str],
    pub(super) permissions: &'static [&'static str],
    pub(super) teams: &'static [&'static str],
}

/// One call the agent makes for whoever drives it.
pub(super) struct Task {
    pub(super) tool: &'static str,
    pub(super) arguments: fn() -> Map<String, Json>,
    /// The answer of the backend, the same for everybody.
    pub(super) backend: fn() -> Json,
}

pub(super) const CALLERS: &[Person] = &[
    Person { name: "alice", roles: &["hr"], permissions: &["view_ssn", "email_send"], teams: &[] },
    Person { name: "bob", roles: &["hr"], permissions: &["email_send"], teams: &[] },
    Person { name: "carol", roles: &["engineer"], permissions: &["email_send"], teams: &["engineering"] },
];

/// In the order each person's session makes them.
pub(super) const OPERATIONS: &[Task] = &[
    Task { tool: "get_compensation", arguments: employee, backend: compensation },
    Task { tool: "send_email", arguments: mail, backend: sent },
    Task { tool: "search_repos", arguments: query, backend: repositories },
];

impl Person {
    /// Name and entitlements: `alice (hr, view_ssn)`.
    pub(super) fn title(&self) -> String {
        let told: Vec<&str> =
            self.roles.iter().chain(self.permissions).copied().filter(|it| *it != "email_send").collect();
        format!("{} ({})", self.name, told.join(", "))
    }
}

fn employee() -> Map<String, Json> {
    members(json!({ "employee_id": "004217" }))
}

fn compensation() -> Json {
    json!({ "salary": 95000, "ssn": "555-12-3456" })
}

fn mail() -> Map<String, Json> {
    members(json!({ "to": "friend@elsewhere.example", "body": "lunch at noon?" }))
}

fn sent() -> Json {
    json!({ "sent": true })
}

fn query() -> Map<String, Json> {
    members(json!({ "query": "rate limiter", "visibility": "internal" }))
}

fn repositories() -> Json {
    json!({ "found": ["gateway", "proxy"] })
}

fn members(arguments: Json) -> Map<String, Json> {
    match arguments {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}
