//! The rules of a policy: which depend on which, and what a question reaches.

use std::collections::{BTreeMap, BTreeSet};

use crate::definition::{Call, Definition, Form, Input, Mention, Place};
use crate::functions;
use crate::nearest::nearest;

/// The bytes of stack that one part of a rule's weight may take: what the engine was seen to take without optimisation, and
/// half as much again.
pub(crate) const PART: usize = 8 * 1024;

/// How much one question may weigh.
const MAX_WEIGHT: usize = 2_048;

/// Widths in a format of `sprintf`: so many digits.
const MAX_WIDTH_DIGITS: usize = 3;

/// The rules of a policy.
#[derive(Debug)]
pub(crate) struct Rules {
    definitions: Vec<Definition>,
    /// The definitions of a rule, by the names that lead to it from `data`.
    by_path: BTreeMap<Vec<String>, Vec<usize>>,
}

/// What is wrong with a rule.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    pub(crate) text: String,
    pub(crate) help: Option<String>,
}

/// What a question depends on.
#[derive(Debug)]
pub(crate) struct Reach<'r> {
    /// What is read of `input`.
    pub(crate) inputs: Vec<&'r Input>,
    /// Where something is replaced by `with`.
    pub(crate) with: Option<Place>,
    /// How much stack it takes, in parts of [`PART`].
    pub(crate) weight: usize,
}

impl Rules {
    pub(crate) fn new(definitions: Vec<Definition>) -> Self {
        let mut by_path: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
        for (index, definition) in definitions.iter().enumerate() {
            by_path.entry(definition.path.clone()).or_default().push(index);
        }
        Self { definitions, by_path }
    }

    /// Every call of a function that is not there, and every rule that depends on itself or on too many others.
    pub(crate) fn check(&self) -> Vec<Fault> {
        let calls = self.definitions.iter().flat_map(|definition| &definition.calls);
        let mut faults: Vec<Fault> = calls.filter_map(|call| self.check_call(call)).collect();
        let mut weights = Weights::new(self);
        for index in 0..self.definitions.len() {
            if let Err(fault) = weights.of(index, 0) {
                // Whatever depends on it has the same fault.
                faults.push(fault);
                break;
            }
        }
        faults
    }

    /// The names that lead to every rule, with what it makes.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&[String], Form, Place)> {
        self.definitions.iter().map(|definition| (definition.path.as_slice(), definition.form, definition.place))
    }

    /// What the rule depends on, if there is one.
    pub(crate) fn reach(&self, path: &[String]) -> Option<Reach<'_>> {
        let mut left: Vec<usize> = self.by_path.get(path)?.clone();
        let mut weights = Weights::new(self);
        let weight = left.iter().filter_map(|index| weights.of(*index, 0).ok()).max()?;
        let mut reached: BTreeSet<usize> = BTreeSet::new();
        let mut reach = Reach { inputs: Vec::new(), with: None, weight };
        while let Some(index) = left.pop() {
            let Some(definition) = self.definitions.get(index).filter(|_| reached.insert(index)) else { continue };
            reach.inputs.extend(&definition.inputs);
            reach.with = reach.with.or(definition.with);
            definition.mentions.iter().for_each(|mention| left.extend(self.led_to(&mention.path)));
            definition.calls.iter().for_each(|call| left.extend(self.called(call)));
        }
        Some(reach)
    }

    /// The definitions that a path leads to, through or towards.
    fn led_to<'r>(&'r self, path: &'r [String]) -> impl Iterator<Item = usize> + 'r {
        let through = (1..path.len()).filter_map(|length| self.by_path.get(path.get(..length)?));
        let from = self.by_path.range(path.to_vec()..);
        let towards = from.take_while(|(candidate, _)| candidate.starts_with(path)).map(|(_, indexes)| indexes);
        through.chain(towards).flatten().copied()
    }

    fn called(&self, call: &Call) -> impl Iterator<Item = usize> {
        self.by_path.get(&call.path).into_iter().flatten().copied()
    }

    fn check_call(&self, call: &Call) -> Option<Fault> {
        let fault = |text: String, help| Some(Fault { place: call.place, text, help });
        let own = self.called(call).find_map(|index| self.definitions.get(index));
        let expected = match own.map(|definition| definition.form) {
            Some(Form::Function(arguments)) => arguments,
            Some(_) => return fault(format!("`{}` is a rule and takes no arguments", call.name), None),
            None => match functions::arity(&call.name) {
                Some(arguments) => arguments,
                None => {
                    let (text, help) = functions::refuse(&call.name, self.functions().iter().map(String::as_str));
                    return fault(text, help);
                }
            },
        };
        // A value after the arguments is what the result is to be.
        if !(expected..=expected + 1).contains(&call.arguments) {
            return fault(format!("`{}` takes {}, not {}", call.name, count(expected), call.arguments), None);
        }
        if own.is_none() && call.name == "sprintf" { check_format(call) } else { None }
    }

    /// The names of the functions that the policy defines.
    fn functions(&self) -> Vec<String> {
        let functions = self.definitions.iter().filter(|definition| matches!(definition.form, Form::Function(_)));
        functions.filter_map(|definition| definition.path.last().cloned()).collect()
    }

    /// The nearest of the rules that have one value.
    pub(crate) fn nearest(&self, written: &str) -> Option<String> {
        let values = self.definitions.iter().filter(|definition| definition.form == Form::Value);
        let paths: Vec<String> = values.map(|definition| query_text(&definition.path)).collect();
        nearest(written, paths.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// The names that lead to a rule, as a query writes them.
pub(crate) fn query_text(path: &[String]) -> String {
    let mut text = "data".to_owned();
    for name in path {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
        text.push_str(&if is_plain {
            format!(".{name}")
        } else {
            format!("[{}]", serde_json::Value::from(name.as_str()))
        });
    }
    text
}

/// The weights of definitions, each with the heaviest it depends on.
struct Weights<'r> {
    rules: &'r Rules,
    known: Vec<Weight>,
}

#[derive(Clone, Copy)]
enum Weight {
    Unknown,
    /// It is being added up.
    Open,
    Known(usize),
}

impl<'r> Weights<'r> {
    fn new(rules: &'r Rules) -> Self {
        Self { rules, known: vec![Weight::Unknown; rules.definitions.len()] }
    }

    fn of(&mut self, index: usize, above: usize) -> Result<usize, Fault> {
        let rules = self.rules;
        let Some(definition) = rules.definitions.get(index) else { return Ok(0) };
        let fault = |text: String| Err(Fault { place: definition.place, text, help: None });
        match self.known.get(index) {
            Some(Weight::Known(weight)) if above + weight <= MAX_WEIGHT => return Ok(*weight),
            Some(Weight::Open) => return fault(format!("`{}` depends on itself", query_text(&definition.path))),
            _ => {}
        }
        if above + definition.weight > MAX_WEIGHT {
            return fault("too many rules stand behind one another, or one nests too deep".to_owned());
        }
        self.set(index, Weight::Open);
        let mut below = 0;
        let mentions = definition.mentions.iter().filter(|mention| !mention.is_shadowed);
        let mentioned = mentions.flat_map(|Mention { path, .. }| rules.led_to(path));
        for next in mentioned.chain(definition.calls.iter().flat_map(|call| rules.called(call))) {
            below = below.max(self.of(next, above + definition.weight)?);
        }
        self.set(index, Weight::Known(definition.weight + below));
        Ok(definition.weight + below)
    }

    fn set(&mut self, index: usize, weight: Weight) {
        if let Some(known) = self.known.get_mut(index) {
            *known = weight;
        }
    }
}

/// A format must be written out, so that no request says how wide a text becomes.
fn check_format(call: &Call) -> Option<Fault> {
    let fault = |text: &str| Some(Fault { place: call.place, text: text.to_owned(), help: None });
    let Some(format) = &call.text else {
        return fault("the format of `sprintf` must be written out as text");
    };
    let widths = format.split('%').skip(1).map(|rest| rest.chars().take_while(|c| c.is_numeric() || *c == '.'));
    if widths.map(Iterator::count).any(|digits| digits > MAX_WIDTH_DIGITS) {
        return fault("a width in the format of `sprintf` has more than three digits");
    }
    None
}

fn count(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    }
}
