//! What a replay found, and how it is printed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::compare::{Change, Rule};

/// How many operations stand for all that are alike.
const EXAMPLES: usize = 3;

/// What a replay found.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) operations: BTreeMap<String, Found>,
    pub(super) changes: BTreeMap<Change, Examples>,
    pub(super) missing: BTreeMap<String, Examples>,
    pub(super) diverged: Vec<(String, String, Vec<String>)>,
    pub(super) torn: Vec<String>,
    pub(super) is_chained: bool,
    /// How many operations were decided under this very policy before.
    pub(super) of_this_policy: BTreeSet<String>,
}

/// What an operation came to; the later one of two that both hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    Unkept,
    Alike,
    Changed,
    Undetermined,
    Diverged,
}

/// Operations of which some thing is so.
#[derive(Debug, Default)]
pub(super) struct Examples {
    count: usize,
    first: Vec<String>,
}

impl Report {
    /// Notes what a side of an operation came to.
    pub(super) fn note(&mut self, operation: &str, found: Found) {
        let noted = self.operations.entry(operation.to_owned()).or_insert(found);
        *noted = (*noted).max(found);
    }

    /// How many operations came to that.
    pub(super) fn count(&self, found: Found) -> usize {
        self.operations.values().filter(|noted| **noted == found).count()
    }

    /// Whether the policy lets something through that was not.
    pub(super) fn loosens(&self) -> bool {
        self.changes.keys().any(|change| change.loosens)
    }

    /// For people.
    pub(super) fn text(&self, policy: &str) -> String {
        let mut lines = vec![self.summary(policy)];
        for place in &self.torn {
            lines.push(format!("{place}: no record: the line is cut off or was changed"));
        }
        if self.is_chained {
            lines.push("the log is chained; `cpex audit verify` tells whether it is whole, this does not".to_owned());
        }
        for (operation, phase, differences) in &self.diverged {
            lines.push(format!("\ndiverged: {operation} ({phase})"));
            lines.extend(differences.iter().map(|difference| format!("  {difference}")));
        }
        let mut kind = "";
        for (change, examples) in &self.changes {
            if change.kind != kind {
                kind = &change.kind;
                let all = self.changes.iter().filter(|(other, _)| other.kind == kind);
                lines.push(format!("\n{kind}: {}", all.map(|(_, examples)| examples.count).sum::<usize>()));
            }
            lines.push(format!("  {}{}", what(change), examples.text()));
        }
        if !self.missing.is_empty() {
            lines.push(format!("\nundetermined: {}", self.count(Found::Undetermined)));
            let missing =
                self.missing.iter().map(|(path, examples)| format!("  {path} is not known{}", examples.text()));
            lines.extend(missing);
        }
        lines.join("\n")
    }

    fn summary(&self, policy: &str) -> String {
        let of = |found| self.count(found);
        let mut parts = vec![format!("{} alike", of(Found::Alike)), format!("{} changed", of(Found::Changed))];
        for (found, word) in
            [(Found::Diverged, "diverged"), (Found::Undetermined, "undetermined"), (Found::Unkept, "not kept")]
        {
            if of(found) > 0 {
                parts.push(format!("{} {word}", of(found)));
            }
        }
        let (all, own) = (self.operations.len(), self.of_this_policy.len());
        let noun = if all == 1 { "operation" } else { "operations" };
        format!("{all} {noun} under {policy}, {own} recorded under this very policy: {}", parts.join(", "))
    }

    /// For programs.
    pub(super) fn json(&self, policy: &str) -> Json {
        let examples = |examples: &Examples| json!({ "count": examples.count, "operations": examples.first });
        let changes = self.changes.iter().map(|(change, found)| {
            let Examples { count, first } = found;
            json!({
                "change": change.kind,
                "detail": change.detail,
                "before": change.before.as_ref().map(rule_json),
                "after": change.after.as_ref().map(rule_json),
                "loosens": change.loosens,
                "count": count,
                "operations": first,
            })
        });
        let diverged = self.diverged.iter().map(|(operation, phase, differences)| {
            json!({ "operation": operation, "phase": phase, "differences": differences })
        });
        let missing: BTreeMap<&str, Json> =
            self.missing.iter().map(|(path, found)| (path.as_str(), examples(found))).collect();
        json!({
            "policy": policy,
            "operations": self.operations.len(),
            "of_this_policy": self.of_this_policy.len(),
            "alike": self.count(Found::Alike),
            "changed": self.count(Found::Changed),
            "diverged": self.count(Found::Diverged),
            "undetermined": self.count(Found::Undetermined),
            "not_kept": self.count(Found::Unkept),
            "torn": self.torn,
            "chained": self.is_chained,
            "changes": changes.collect::<Vec<_>>(),
            "divergences": diverged.collect::<Vec<_>>(),
            "missing": missing,
        })
    }
}

impl Examples {
    /// One more operation.
    pub(super) fn add(&mut self, operation: &str) {
        if self.first.iter().any(|first| first == operation) {
            return;
        }
        self.count += 1;
        if self.first.len() < EXAMPLES {
            self.first.push(operation.to_owned());
        }
    }

    fn text(&self) -> String {
        format!(": {}, such as {}", self.count, self.first.join(", "))
    }
}

fn what(change: &Change) -> String {
    let mut what = Vec::new();
    if !change.detail.is_empty() {
        what.push(change.detail.clone());
    }
    what.extend(change.before.as_ref().map(|rule| format!("before by {}", named(rule))));
    what.extend(change.after.as_ref().map(|rule| format!("now by {}", named(rule))));
    if what.is_empty() { "by no rule".to_owned() } else { what.join(", ") }
}

fn named(rule: &Rule) -> String {
    let Rule { id, at, code } = rule;
    let mut named = id.clone().or_else(|| code.clone()).unwrap_or_default();
    if let Some(at) = at {
        named.push_str(&format!(" at {at}"));
    }
    match (id, code) {
        (Some(_), Some(code)) => format!("{named} ({code})"),
        _ => named,
    }
}

fn rule_json(rule: &Rule) -> Json {
    json!({ "id": rule.id, "at": rule.at, "code": rule.code })
}
