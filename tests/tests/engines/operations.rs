//! The operations that the questions are asked of.

use cpex::cmf::{Identity, NameSet, Subject};
use cpex::prelude::*;
use serde_json::{Map, Value as Json, json};

/// One operation.
pub(super) struct Asked {
    pub(super) caller: &'static str,
    pub(super) x: Option<Json>,
    pub(super) y: Option<Json>,
    /// The session, in one of which is a label; none for an operation of no session.
    pub(super) session: Option<&'static str>,
}

/// The session that has the label.
pub(super) const TAINTED: &str = "tainted";

/// Every value of an argument, then every caller and session with a few.
pub(super) fn all() -> Vec<Asked> {
    let mut all = Vec::new();
    for x in values() {
        for y in others() {
            all.push(Asked { caller: "ada", x: x.clone(), y, session: Some("s1") });
        }
    }
    for caller in ["ada", "bob", "rea", ""] {
        for session in [Some("s1"), Some(TAINTED), None] {
            for x in [None, Some(json!(1)), Some(json!(900)), Some(json!("hr")), Some(json!("much"))] {
                all.push(Asked { caller, x, y: None, session });
            }
        }
    }
    all
}

/// Values of all types, at the edges of comparisons.
fn values() -> Vec<Option<Json>> {
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(500),
        json!(500.0),
        json!(499.5),
        json!(-3),
        json!(u64::MAX),
        json!(9_007_199_254_740_993_u64),
        json!(1e300),
        json!(""),
        json!("eu"),
        json!("EU"),
        json!("eu "),
        json!("499"),
        json!("true"),
        json!("ü"),
        json!([]),
        json!(["eu"]),
        json!([["eu"]]),
        json!({}),
        json!({ "k": 1 }),
        json!({ "k": null, "eu": 1 }),
    ];
    std::iter::once(None).chain(values.into_iter().map(Some)).collect()
}

/// What they are compared with.
fn others() -> Vec<Option<Json>> {
    let values = [json!(500), json!(499.5), json!("eu"), json!(["eu", 500, null]), json!({ "eu": 500 }), json!(null)];
    std::iter::once(None).chain(values.into_iter().map(Some)).collect()
}

impl Asked {
    /// It, as a call of a tool.
    pub(super) fn operation(&self, tool: &str) -> Operation {
        let given = [("x", &self.x), ("y", &self.y)];
        let arguments: Map<String, Json> =
            given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect();
        let operation = Operation::tool(tool, arguments).caller(caller(self.caller));
        match self.session {
            Some(session) => operation.session(session),
            None => operation,
        }
    }

    pub(super) fn show(&self) -> String {
        let show = |value: &Option<Json>| value.as_ref().map_or("absent".to_owned(), Json::to_string);
        format!("{:?} in {:?} with x {} and y {}", self.caller, self.session, show(&self.x), show(&self.y))
    }
}

/// Somebody of HR, somebody of nothing, somebody whose role has a dot, nobody.
fn caller(name: &str) -> Caller {
    let names = |names: &[&str]| names.iter().copied().collect::<NameSet>();
    let subject = match name {
        "" => return Caller::anonymous(),
        "ada" => Subject {
            roles: names(&["hr"]),
            permissions: names(&["pay"]),
            teams: names(&["people"]),
            tenant: Some("acme".into()),
            claims: json!({ "level": 3 }).as_object().cloned().unwrap_or_default(),
            ..named("ada")
        },
        "rea" => Subject {
            roles: names(&["admin.readonly"]),
            tenant: Some("elsewhere".into()),
            claims: json!({ "level": "high" }).as_object().cloned().unwrap_or_default(),
            ..named("rea")
        },
        _ => named(name),
    };
    Caller::vouched(Identity { subject: Some(subject), ..Identity::default() })
}

fn named(id: &str) -> Subject {
    Subject { id: id.to_owned(), ..Subject::default() }
}
