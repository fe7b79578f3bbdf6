//! What is different between the record of an operation and what it is decided now.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::log::text;

/// A difference that matters to whoever changes a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    /// What changed, such as `allow -> deny`.
    pub(super) kind: String,
    /// What of it, such as the field that is redacted; nothing where the kind says all.
    pub(super) detail: String,
    /// The rule that decided when it was recorded.
    pub(super) before: Option<Rule>,
    /// The rule that decides now.
    pub(super) after: Option<Rule>,
    /// Whether the policy lets more through than it did.
    pub(super) loosens: bool,
}

/// A rule, or the code of a denial that is the runtime's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    pub(super) id: Option<String>,
    pub(super) at: Option<String>,
    pub(super) code: Option<String>,
}

/// The members of a record that are what was decided, under one policy always the same.
const DECIDED: [&str; 15] = [
    "entity",
    "route",
    "caller",
    "decision",
    "code",
    "own_code",
    "reason",
    "control",
    "engines",
    "labels",
    "changes",
    "delegations",
    "restriction",
    "declassified",
    "marks",
];

/// Where the same policy decides otherwise than it did: each member with what it was and what it is.
pub(super) fn divergences(record: &Json, new: &Json) -> Vec<String> {
    let differs = |name: &str, was: Json, is: Json| (was != is).then(|| format!("{name}: {was}, now {is}"));
    let member = |record: &Json, name: &str| match name {
        "changes" => unnamed_elicitations(record.get(name)),
        _ => record.get(name).cloned().unwrap_or_default(),
    };
    let mut found: Vec<String> =
        DECIDED.iter().filter_map(|name| differs(name, member(record, name), member(new, name))).collect();
    found.extend(differs("rule", place(record), place(new)));
    found.extend(differs("approvals", approvals(record), approvals(new)));
    found
}

/// What another policy changes.
pub(super) fn changes(record: &Json, new: &Json) -> Vec<Change> {
    let (was, is) = (text(record, "decision").unwrap_or_default(), text(new, "decision").unwrap_or_default());
    if was != is {
        let loosens = is == "allow" || was == "deny";
        return vec![change(format!("{was} -> {is}"), String::new(), (record, new), loosens)];
    }
    if is == "deny" {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (redacted, redacts) = (treated(record), treated(new));
    for (field, author) in redacts.iter().filter(|(field, _)| !redacted.contains_key(*field)) {
        let after = Some(Rule { id: Some(author.clone()), at: None, code: None });
        found.push(Change { after, ..change("redaction added".to_owned(), field.clone(), (record, new), false) });
    }
    for (field, author) in redacted.iter().filter(|(field, _)| !redacts.contains_key(*field)) {
        let before = Some(Rule { id: Some(author.clone()), at: None, code: None });
        found.push(Change { before, ..change("redaction removed".to_owned(), field.clone(), (record, new), true) });
    }
    let (granted, grants) = (list(record, "delegations"), list(new, "delegations"));
    if granted != grants {
        let detail = format!("{} -> {}", shown(&granted), shown(&grants));
        let within = |new: &Json| granted.iter().any(|old| is_within(new, old));
        found.push(change("delegation".to_owned(), detail, (record, new), !grants.iter().all(within)));
    }
    let (restricted, restricts) = (record.get("restriction"), new.get("restriction"));
    if restricted != restricts {
        let text = |restriction: Option<&Json>| restriction.map_or_else(|| "null".to_owned(), Json::to_string);
        let detail = format!("{} -> {}", text(restricted), text(restricts));
        let loosens = restricted.is_some_and(|restriction| !restriction.is_null());
        found.push(change("restriction".to_owned(), detail, (record, new), loosens));
    }
    found
}

fn change(kind: String, detail: String, (record, new): (&Json, &Json), loosens: bool) -> Change {
    Change { kind, detail, before: rule(record), after: rule(new), loosens }
}

fn rule(record: &Json) -> Option<Rule> {
    let own = |name: &str| text(record, name).map(str::to_owned);
    let of_rule = |name: &str| record.get("rule").and_then(|rule| text(rule, name)).map(str::to_owned);
    let rule = Rule { id: of_rule("id"), at: of_rule("at"), code: own("own_code").or_else(|| own("code")) };
    (rule.id.is_some() || rule.code.is_some()).then_some(rule)
}

/// The rule that decided, wherever the file of the policy lies.
fn place(record: &Json) -> Json {
    let Some(Rule { id: Some(id), at, .. }) = rule(record) else { return Json::Null };
    let at = at.unwrap_or_default();
    let mut parts = at.rsplitn(3, ':');
    let (column, line) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{id} at {line}:{column}").into()
}

/// Approvals without what is new each time.
fn approvals(record: &Json) -> Json {
    let without = |approval: &Json| {
        let members = approval.as_object().into_iter().flatten();
        let kept = members.filter(|(name, _)| ["verb", "rule", "approver", "status"].contains(&name.as_str()));
        kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<String, Json>>()
    };
    list(record, "approvals").iter().map(|approval| Json::from(without(approval))).collect()
}

/// The changes, those of an approval without its identifier, which is new each time.
fn unnamed_elicitations(changes: Option<&Json>) -> Json {
    let mut changes = changes.cloned().unwrap_or_default();
    for change in changes.as_array_mut().into_iter().flatten() {
        if text(change, "slot") == Some("elicitation")
            && let Some(members) = change.as_object_mut()
        {
            members.remove("path");
        }
    }
    changes
}

/// The fields that pipelines changed, each with the last who did.
fn treated(record: &Json) -> BTreeMap<String, String> {
    let of_payload = |change: &Json| {
        let slot = text(change, "slot").filter(|slot| ["args", "result"].contains(slot))?;
        let path = text(change, "path").filter(|path| !path.is_empty())?;
        Some((format!("{slot}.{path}"), text(change, "author")?.to_owned()))
    };
    list(record, "changes").iter().filter_map(of_payload).collect()
}

fn list(record: &Json, name: &str) -> Vec<Json> {
    record.get(name).and_then(Json::as_array).cloned().unwrap_or_default()
}

fn shown(delegations: &[Json]) -> String {
    let one = |delegation: &Json| {
        let scopes = list(delegation, "permissions");
        let scopes: Vec<&str> = scopes.iter().filter_map(Json::as_str).collect();
        let audience = text(delegation, "audience").unwrap_or_default();
        format!("{audience}: {}", scopes.join(" "))
    };
    if delegations.is_empty() { "none".to_owned() } else { delegations.iter().map(one).collect::<Vec<_>>().join(", ") }
}

/// Whether a credential grants no more than another.
fn is_within(new: &Json, old: &Json) -> bool {
    let same = ["delegator", "audience", "subject"].iter().all(|name| new.get(name) == old.get(name));
    let had = list(old, "permissions");
    same && list(new, "permissions").iter().all(|scope| had.contains(scope))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests fail by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_decision_by_the_same_rule_is_no_divergence_wherever_the_file_lies() {
        let record = json!({"decision": "deny", "rule": {"id": "a", "at": "here/p.yaml:3:4"}, "engines": []});
        let mut new = record.clone();
        new["rule"]["at"] = json!("p.yaml:3:4");
        assert_eq!(divergences(&record, &new), Vec::<String>::new());
        new["rule"]["at"] = json!("p.yaml:4:4");
        assert_eq!(divergences(&record, &new), ["rule: \"a at 3:4\", now \"a at 4:4\""]);
        new["decision"] = json!("allow");
        assert_eq!(divergences(&record, &new).first().map(String::as_str), Some("decision: \"deny\", now \"allow\""));
    }

    #[test]
    fn more_scopes_loosen_and_fewer_do_not() {
        let with = |scopes: &[&str]| {
            let granted = json!({"delegator": "d", "audience": "a", "permissions": scopes, "subject": "user"});
            json!({"decision": "allow", "delegations": [granted]})
        };
        let fewer = changes(&with(&["r", "w"]), &with(&["r"]));
        assert_eq!((fewer[0].detail.as_str(), fewer[0].loosens), ("a: r w -> a: r", false));
        assert!(changes(&with(&["r"]), &with(&["r", "w"]))[0].loosens);
    }
}
