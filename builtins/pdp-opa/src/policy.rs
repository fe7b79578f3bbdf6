//! From the texts of a policy to an engine that is ready, and what is known of its rules.

use std::num::NonZeroU32;
use std::time::Duration;

use cpex_sdk::config::{ConfigFault, ConfigNode};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use serde_json::Value as Json;

use crate::definition::{Form, Place, definitions};
use crate::extent::excess;
use crate::query;
use crate::rules::{Fault, Rules, query_text};
use crate::source::{Placed, Source};

/// How many steps of evaluation one ask may take.
pub(crate) const MAX_STEPS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99_999);

/// The stack that reading a policy is given. What reading takes is bounded by what a text may nest.
const STACK: usize = 64 * 1024 * 1024;

/// How wide the engine takes a tab to be.
const TAB: usize = 4;

/// A policy that is ready to be asked.
#[derive(Debug)]
pub(crate) struct Policy {
    /// Cloned for each ask; a clone shares what was compiled.
    pub(crate) engine: Engine,
    pub(crate) rules: Rules,
    /// The modules, by the indexes of places in [`Self::rules`].
    pub(crate) sources: Vec<Source>,
}

impl Policy {
    /// Compiles modules over data.
    pub(crate) fn compile(modules: Vec<Placed<'_>>, data: Vec<(Placed<'_>, Json)>) -> Result<Self, Vec<ConfigFault>> {
        let excesses: Vec<ConfigFault> = modules
            .iter()
            .filter_map(|(node, source)| excess(&source.text).map(|it| source.fault(node, it.offset, it.text)))
            .collect();
        if !excesses.is_empty() {
            return Err(excesses);
        }
        stacker::grow(STACK, || compile(modules, data))
    }

    /// The rule that a query names.
    pub(crate) fn query(&self, node: &ConfigNode<'_>) -> Result<Vec<String>, ConfigFault> {
        let text = node.text().unwrap_or_default();
        let path = query::parse(text).map_err(|misread| node.fault(misread.text).offset(misread.offset))?;
        let form = self.rules.all().find(|(known, ..)| *known == path).map(|(_, form, _)| form);
        let what = match form {
            Some(Form::Value) => return Ok(path),
            Some(Form::Function(_)) => "is a function",
            Some(Form::Set) => "is a set",
            Some(Form::Object) => "is an object",
            None => {
                let fault = node.fault(format!("the policy has no rule `{text}`"));
                return Err(match self.rules.nearest(text) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault,
                });
            }
        };
        Err(node.fault(format!("`{text}` {what}")).help("ask a rule whose value is true or false"))
    }
}

fn compile(modules: Vec<Placed<'_>>, data: Vec<(Placed<'_>, Json)>) -> Result<Policy, Vec<ConfigFault>> {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(true);
    // The engine looks at its clock after so many steps, and no time at all may have passed then: a bound on steps.
    engine.set_execution_timer_config(ExecutionTimerConfig { limit: Duration::ZERO, check_interval: MAX_STEPS });
    let mut faults = Vec::new();
    for (index, (node, source)) in modules.iter().enumerate() {
        if let Err(error) = engine.add_policy(index.to_string(), source.text.to_string()) {
            faults.push(misread(node, source, &error.to_string()));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let trees = engine.get_modules().iter().map(|module| serde_json::to_value(&**module).unwrap_or_default());
    let trees: Vec<Json> = trees.collect();
    let found = trees.iter().zip(&modules).enumerate();
    let rules =
        Rules::new(found.flat_map(|(index, (tree, (_, source)))| definitions(index, &source.text, tree)).collect());
    faults.extend(rules.check().into_iter().filter_map(|fault| placed(&modules, fault)));
    faults.extend(add_data(&mut engine, &rules, data));
    let Some(first) = rules.all().next().map(|(path, ..)| query_text(path)) else {
        faults.extend(modules.first().map(|(node, source)| source.fault(node, 0, "the policy has no rules")));
        return Err(faults);
    };
    if faults.is_empty() {
        // Compiles all of it, whichever rule is named.
        if let Err(error) = engine.compile_with_entrypoint(&first.into()) {
            let error = error.to_string();
            let at = Position::of(&error).and_then(|at| modules.get(at.text)).or(modules.first());
            faults.extend(at.map(|(node, source)| misread(node, source, &error)));
        }
    }
    let sources = modules.into_iter().map(|(_, source)| source).collect();
    if faults.is_empty() { Ok(Policy { engine, rules, sources }) } else { Err(faults) }
}

/// Adds data, which must leave rules alone and agree with itself.
fn add_data(engine: &mut Engine, rules: &Rules, data: Vec<(Placed<'_>, Json)>) -> Vec<ConfigFault> {
    let mut faults = Vec::new();
    for ((node, source), data) in data {
        if let Some((path, ..)) = rules.all().find(|(path, ..)| is_in(&data, path)) {
            let text = format!("`{}` is a rule and stands in the data too", query_text(path));
            faults.push(source.fault(&node, 0, text));
        } else if engine.add_data(Value::from(data)).is_err() {
            faults.push(source.fault(&node, 0, "it gives something another value than a file before it"));
        }
    }
    faults
}

/// Whether data has a value where a rule stands, or one that is no object on the way there.
fn is_in(data: &Json, path: &[String]) -> bool {
    let mut at = data;
    for name in path {
        match at.get(name) {
            Some(next) => at = next,
            None => return !at.is_object(),
        }
    }
    true
}

fn placed(modules: &[Placed<'_>], fault: Fault) -> Option<ConfigFault> {
    let Place { text, offset } = fault.place;
    let (node, source) = modules.get(text)?;
    Some(ConfigFault { help: fault.help, ..source.fault(node, offset, fault.text) })
}

/// What the engine says of a text it cannot read.
fn misread(node: &ConfigNode<'_>, source: &Source, error: &str) -> ConfigFault {
    let offset = Position::of(error).map_or(0, |at| source.offset(at.line, at.column, TAB));
    let said = error.rsplit_once("error: ").map_or(error, |(_, said)| said).trim_end_matches(['.', '\n', ' ']);
    source.fault(node, offset, format!("this is no policy: {said}"))
}

/// A position in a text, as the engine's errors state it: `--> 0:3:5`, each from 1 but the index of the text.
pub(crate) struct Position {
    pub(crate) text: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Position {
    /// The first position that an error states.
    pub(crate) fn of(error: &str) -> Option<Self> {
        let mut numbers = error.split_once("--> ")?.1.lines().next()?.split(':').map(|part| part.trim().parse().ok());
        Some(Self { text: numbers.next()??, line: numbers.next()??, column: numbers.next()?? })
    }
}
