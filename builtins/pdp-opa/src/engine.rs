//! Questions of steps, prepared.

use std::sync::Arc;

use cpex_sdk::async_trait;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check};
use cpex_sdk::engine::{DecisionEngine, Prepared, Read};
use serde_json::Value as Json;

use crate::attributes::{attributes, written};
use crate::config::Settings;
use crate::definition::Input;
use crate::nearest::nearest;
use crate::policy::Policy;
use crate::question::{RegoQuestion, Stack};
use crate::rules::{Reach, query_text};

/// What the map of a step may say.
const KEYS: &[Key] = &[
    Key::optional("query", Shape::Text, "The rule that is asked, such as `data.hr.allow`."),
    Key::optional("input", Shape::Any, "What the rule decides by, in place of the attributes."),
];

/// An engine that decides by Rego.
pub(crate) struct RegoEngine {
    policy: Arc<Policy>,
    query: Option<Vec<String>>,
}

impl RegoEngine {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { policy: Arc::new(settings.policy), query: settings.query }
    }

    fn asked(&self, step: &ConfigNode<'_>) -> Result<Vec<String>, ConfigFault> {
        match (step.get("query"), &self.query) {
            (Some(query), _) => self.policy.query(&query),
            (None, Some(query)) => Ok(query.clone()),
            (None, None) => {
                let fault = step.fault("it says no `query`, and the engine has none either");
                Err(fault.help("name the rule to ask, as in `opa(\"data.hr.allow\")`"))
            }
        }
    }

    /// How people find what is read of `input`.
    fn place(&self, input: &Input) -> String {
        let source = self.policy.sources.get(input.place.text);
        source.map_or_else(String::new, |source| format!("{} line {}", source.name(), source.line(input.place.offset)))
    }

    /// The attributes that make up `input`.
    fn read(&self, step: &ConfigNode<'_>, reach: &Reach<'_>) -> Result<Vec<Vec<String>>, Vec<ConfigFault>> {
        let (mut reads, mut faults) = (Vec::new(), Vec::new());
        for input in &reach.inputs {
            let names: Vec<&str> = input.names.iter().map(String::as_str).collect();
            match attributes(&names) {
                Ok(read) => reads.extend(read),
                Err(nowhere) => {
                    let fault = step.fault(format!("{}, which {} reads", nowhere.text, self.place(input)));
                    faults.push(ConfigFault { help: nowhere.help, ..fault });
                }
            }
        }
        // Shorter before longer, so that what stands in another is put into it.
        reads.sort();
        reads.dedup();
        if faults.is_empty() { Ok(reads) } else { Err(faults) }
    }

    /// Everything the policy reads that the `input` of the step does not have.
    fn check_input(&self, input: &ConfigNode<'_>, reach: &Reach<'_>) -> Vec<ConfigFault> {
        let mut faults = Vec::new();
        for read in &reach.inputs {
            let mut at = input.clone();
            for name in &read.names {
                let Json::Object(members) = at.value else { break };
                let Some(next) = at.get(name) else {
                    let path = read.names.join(".");
                    let fault =
                        at.fault(format!("there is no `{name}` here, and {} reads `input.{path}`", self.place(read)));
                    faults.push(match nearest(name, members.keys().map(String::as_str)) {
                        Some(near) => fault.help(format!("did you mean `{near}`?")),
                        None => fault,
                    });
                    break;
                };
                at = next;
            }
        }
        faults
    }
}

#[async_trait]
impl DecisionEngine for RegoEngine {
    fn prepare(&self, written_map: &Json) -> Result<Prepared, Vec<ConfigFault>> {
        let step = ConfigNode::root(written_map);
        let faults = check(&step, KEYS);
        if !faults.is_empty() {
            return Err(faults);
        }
        let path = self.asked(&step).map_err(|fault| vec![fault])?;
        let query = query_text(&path);
        let Some(reach) = self.policy.rules.reach(&path) else {
            return Err(vec![step.fault(format!("the policy has no rule `{query}`"))]);
        };
        if let Some(place) = reach.with {
            let place = self.place(&Input { names: Vec::new(), place });
            let text = format!("`{query}` depends on `with`, which {place} says: it replaces what was asked");
            return Err(vec![
                step.fault(text).help("`with` is for tests; pass what differs as the argument of a function"),
            ]);
        }
        let reads = match step.get("input") {
            None => Some(self.read(&step, &reach)?),
            Some(input) => {
                let faults = self.check_input(&input, &reach);
                if !faults.is_empty() {
                    return Err(faults);
                }
                None
            }
        };
        let attributes = reads.iter().flatten().map(|names| Read::new(written(names))).collect();
        let question = RegoQuestion { policy: Arc::clone(&self.policy), query, reads, stack: Stack::of(reach.weight) };
        Ok(Prepared { question: Arc::new(question), reads: attributes })
    }
}
