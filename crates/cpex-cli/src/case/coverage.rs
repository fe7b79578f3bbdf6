//! What cases made a policy do: every place of it that decides or does something, with what was seen of it.
//!
//! What there is to see comes from the outline of the compiled policy, what was seen from the traces of the operations that
//! cases perform: both in the words of the trace.

use std::collections::HashMap;

use serde_json::Value as Json;

/// The places of one policy.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    /// The path of the policy, or how a policy in a test file is called.
    pub(crate) policy: String,
    /// In the order the policy is put together.
    pub(crate) places: Vec<Place>,
    /// Where each place is, by its key.
    index: HashMap<Key, usize>,
}

/// A place that decides or does something.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The name of its rule.
    pub(crate) rule: String,
    /// `file:line:column` of its rule.
    pub(crate) at: String,
    /// What is written there, or the effect.
    pub(crate) text: String,
    pub(crate) sights: Vec<Sight>,
}

/// Something that a place can be seen to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    pub(crate) word: &'static str,
    pub(crate) seen: bool,
}

/// A rule, its place, and a step of it by its name; for a pipeline the number of the stage.
type Key = (String, String, String, usize);

impl Coverage {
    /// The coverage of a policy that nothing was seen of.
    pub(crate) fn new(policy: String) -> Self {
        Self { policy, ..Self::default() }
    }

    /// Lists the places of an outline. What one rule does twice in the same words is one place.
    pub(crate) fn list(&mut self, outline: &Json) {
        for (rule, step) in steps(outline) {
            for (stage, (text, words)) in sights(step).into_iter().enumerate() {
                let key = key(rule, step, stage);
                if self.index.contains_key(&key) {
                    continue;
                }
                self.index.insert(key, self.places.len());
                let sights = words.iter().map(|word| Sight { word, seen: false }).collect();
                self.places.push(Place { rule: text_of(&rule["id"]), at: text_of(&rule["at"]), text, sights });
            }
        }
    }

    /// Notes what the explanation of an operation shows, in the view of whoever runs the policy.
    pub(crate) fn note(&mut self, explanation: &Json) {
        for side in elements(&explanation["sides"]) {
            for (rule, step) in steps(&side["rules"]) {
                for (stage, seen) in seen(step).into_iter().enumerate() {
                    let place = self.index.get(&key(rule, step, stage)).and_then(|place| self.places.get_mut(*place));
                    for sight in place.into_iter().flat_map(|place| &mut place.sights) {
                        sight.seen |= seen.contains(&sight.word);
                    }
                }
            }
        }
    }

    /// Adds what was seen of the same policy elsewhere.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, other) in self.places.iter_mut().zip(&other.places) {
            for (own, other) in own.sights.iter_mut().zip(&other.sights) {
                own.seen |= other.seen;
            }
        }
    }

    /// How many things were seen, and how many there are to see.
    pub(crate) fn count(&self) -> (usize, usize) {
        let sights = || self.places.iter().flat_map(|place| &place.sights);
        (sights().filter(|sight| sight.seen).count(), sights().count())
    }
}

const CONDITION: &[&str] = &["held", "failed"];
const ENGINE: &[&str] = &["permitted", "denied"];
const EFFECT: &[&str] = &["ran"];
const CHECK: &[&str] = &["passed", "refused"];
const TRANSFORM: &[&str] = &["changed", "idle"];
const GUARDED: &[&str] = &["changed", "held back"];

/// What there is to see of a step of an outline: what is written, and the words for it. A pipeline has as many as stages.
fn sights(step: &Json) -> Vec<(String, &'static [&'static str])> {
    match kind(step) {
        "condition" => vec![(name(step), CONDITION)],
        "ask" => vec![(name(step), ENGINE)],
        "pipeline" => elements(&step["stages"]).iter().map(|stage| (text_of(&stage["text"]), words(stage))).collect(),
        _ => vec![(name(step), EFFECT)],
    }
}

fn words(stage: &Json) -> &'static [&'static str] {
    match (is(&stage["judges"]), is(&stage["guarded"])) {
        (true, _) => CHECK,
        (false, false) => TRANSFORM,
        (false, true) => GUARDED,
    }
}

/// What was seen of a step of a trace; of a pipeline, for each stage.
fn seen(step: &Json) -> Vec<Vec<&'static str>> {
    match kind(step) {
        "condition" => vec![match step["holds"].as_bool() {
            Some(true) => vec!["held"],
            Some(false) => vec!["failed"],
            // What is neither true nor false denies, and says nothing of the condition.
            None => Vec::new(),
        }],
        "ask" => vec![match step["reply"].as_str() {
            Some("permitted") => vec!["permitted"],
            Some("denied") => vec!["denied"],
            _ => Vec::new(),
        }],
        // Whatever ends an operation is told as a denial of its rule; only this code is that of a denial that is written.
        "deny" if step["code"] != "policy.denied" => Vec::new(),
        "pipeline" => elements(&step["stages"]).iter().map(seen_of_stage).collect(),
        _ => vec![vec!["ran"]],
    }
}

fn seen_of_stage(stage: &Json) -> Vec<&'static str> {
    let [active, passed, changed, refused] = ["active", "passed", "changed", "refused"].map(|name| is(&stage[name]));
    let seen = [
        (passed, "passed"),
        (changed, "changed"),
        (refused, "refused"),
        (!changed && !refused, "idle"),
        (!active, "held back"),
    ];
    seen.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect()
}

/// A step in few words: the same of an outline and of a trace.
fn name(step: &Json) -> String {
    let of = |member: &str| text_of(&step[member]);
    match kind(step) {
        "condition" => of("text"),
        "ask" => of("engine"),
        "taint" => format!("taint({}, {})", of("label"), of("scope")),
        "run" => format!("run({})", of("plugin")),
        "delegate" => format!("delegate({}, audience: {})", of("delegator"), of("audience")),
        "declassify" => format!("declassify({})", of("label")),
        "elicit" => format!("{}({})", of("verb"), of("approver")),
        "pipeline" => of("field"),
        kind => kind.to_owned(),
    }
}

fn key(rule: &Json, step: &Json, stage: usize) -> Key {
    (text_of(&rule["id"]), text_of(&rule["at"]), format!("{} {}", kind(step), name(step)), stage)
}

/// The steps of rules, each with its rule.
fn steps(rules: &Json) -> impl Iterator<Item = (&Json, &Json)> {
    elements(rules).iter().flat_map(|rule| elements(&rule["steps"]).iter().map(move |step| (rule, step)))
}

fn elements(list: &Json) -> &[Json] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn kind(step: &Json) -> &str {
    step["kind"].as_str().unwrap_or_default()
}

fn text_of(text: &Json) -> String {
    text.as_str().unwrap_or_default().to_owned()
}

fn is(flag: &Json) -> bool {
    flag.as_bool().unwrap_or_default()
}
