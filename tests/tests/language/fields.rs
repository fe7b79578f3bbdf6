//! What field pipelines mean: every place of a value is held against the path, one by one.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::forms;
use super::json_text::{Kind, Node};
use super::slip::Slip;
use super::tree::{Part, Pipeline, Stage};
use super::truth;
use super::world::{Fault, World};

/// A pipeline with its conditions decided.
pub(super) struct Active<'p> {
    field: &'p [Part],
    stages: Vec<&'p Stage>,
    slip: Option<Slip>,
}

/// Why values are refused. Which of several faults is met first is nobody's promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    Invalid,
    Unreadable,
}

pub(super) type Refusals = BTreeSet<Refusal>;

/// A step from a value into it.
#[derive(Clone, PartialEq)]
enum Way {
    Name(String),
    Element,
}

/// What becomes of a place.
enum Fate {
    Stays,
    Replaced,
    Removed,
}

impl<'p> Active<'p> {
    /// Every condition is asked, in written order, before anything is treated.
    pub(super) fn new(pipeline: &'p Pipeline, world: &World<'_>) -> Result<Self, Fault> {
        let mut stages = Vec::new();
        for stage in &pipeline.stages {
            let acts = match stage {
                Stage::Redact(Some(guard)) | Stage::Omit(Some(guard)) => truth::holds(&guard.tree, world)?,
                _ => true,
            };
            if acts {
                stages.push(stage);
            }
        }
        Ok(Self { field: &pipeline.field.tree, stages, slip: world.slip })
    }

    pub(super) fn could_transform(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage, Stage::Mask(_) | Stage::Redact(_) | Stage::Omit(_)))
    }

    pub(super) fn omits(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage, Stage::Omit(_)))
    }

    fn is_required(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage, Stage::Required))
    }

    /// Treats a value and says what is wrong with it.
    pub(super) fn apply(&self, value: &mut Node) -> Refusals {
        let mut refusals = Refusals::new();
        let mut found = 0;
        self.place(value, &mut Vec::new(), &mut refusals, &mut found);
        if found == 0 && self.is_required() && self.field.contains(&Part::Any) {
            refusals.insert(Refusal::Invalid);
        }
        refusals
    }

    fn place(&self, value: &mut Node, ways: &mut Vec<Way>, refusals: &mut Refusals, found: &mut usize) -> Fate {
        if leads(self.field, ways) {
            *found += 1;
            match self.treat(value, refusals) {
                Fate::Stays => {}
                treated => return treated,
            }
        }
        self.expect(value, ways, refusals);
        let mut seen = BTreeSet::new();
        match &mut value.kind {
            Kind::Map(members) => members.retain_mut(|member| {
                let is_again = !seen.insert(member.name.clone());
                if is_again && self.slip == Some(Slip::OnlyFirstOccurrenceIsTreated) {
                    return true;
                }
                ways.push(Way::Name(member.name.clone()));
                let fate = self.place(&mut member.value, ways, refusals, found);
                ways.pop();
                !matches!(fate, Fate::Removed)
            }),
            Kind::List(list) => list.retain_mut(|element| {
                ways.push(Way::Element);
                let fate = self.place(element, ways, refusals, found);
                ways.pop();
                !matches!(fate, Fate::Removed)
            }),
            Kind::Leaf(_) => {}
        }
        Fate::Stays
    }

    /// What the path asks of a value it goes through. What `**` looks for may be nowhere.
    fn expect(&self, value: &Node, ways: &[Way], refusals: &mut Refusals) {
        for (at, part) in self.field.iter().enumerate() {
            let is_searched = at > 0 && self.field[at - 1] == Part::Any;
            if *part == Part::Any || is_searched || !leads(&self.field[..at], ways) {
                continue;
            }
            let is_there = match (&value.kind, part) {
                (Kind::Map(members), Part::Name(name)) => members.iter().any(|member| member.name == *name),
                (Kind::List(_), Part::Each) => true,
                (Kind::Leaf(written), _) if written == "null" => false,
                _ if self.could_transform() && self.slip != Some(Slip::OtherShapesAreSkipped) => {
                    refusals.insert(Refusal::Unreadable);
                    continue;
                }
                _ => false,
            };
            if !is_there && self.is_required() {
                refusals.insert(Refusal::Invalid);
            }
        }
    }

    /// Takes a value through the stages.
    fn treat(&self, value: &mut Node, refusals: &mut Refusals) -> Fate {
        let mut current = Some(value.value());
        let mut is_changed = false;
        for stage in &self.stages {
            let Some(now) = &current else {
                if matches!(stage, Stage::Required) {
                    refusals.insert(Refusal::Invalid);
                }
                continue;
            };
            match stage {
                Stage::Redact(_) => (current, is_changed) = (Some("[REDACTED]".into()), true),
                Stage::Omit(_) => current = None,
                Stage::Mask(_) if now.is_null() => {}
                Stage::Mask(shown) => match mask(now, *shown, self.slip) {
                    Some(masked) => (current, is_changed) = (Some(masked.into()), true),
                    None => drop(refusals.insert(Refusal::Invalid)),
                },
                Stage::Required if !now.is_null() => {}
                check
                    if now.is_null()
                        && !matches!(check, Stage::Required)
                        && self.slip != Some(Slip::NullIsValidated) => {}
                check if forms::is_valid(check, now, self.slip) => {}
                _ => drop(refusals.insert(Refusal::Invalid)),
            }
        }
        match current {
            None => Fate::Removed,
            Some(_) if !is_changed => Fate::Stays,
            Some(treated) => {
                value.replace(&treated);
                Fate::Replaced
            }
        }
    }
}

/// Whether a path, or the beginning of one, leads this way.
fn leads(parts: &[Part], ways: &[Way]) -> bool {
    match (parts, ways) {
        ([], []) => true,
        ([Part::Any, rest @ ..], _) => {
            leads(rest, ways) || ways.split_first().is_some_and(|(_, deeper)| leads(parts, deeper))
        }
        ([Part::Name(name), rest @ ..], [Way::Name(member), deeper @ ..]) => name == member && leads(rest, deeper),
        ([Part::Each, rest @ ..], [Way::Element, deeper @ ..]) => leads(rest, deeper),
        _ => false,
    }
}

fn mask(value: &Json, shown: usize, slip: Option<Slip>) -> Option<String> {
    let text: Vec<char> = match value {
        Json::String(text) => text.chars().collect(),
        Json::Number(number) if number.is_f64() => number.as_f64()?.to_string().chars().collect(),
        Json::Number(number) => number.to_string().chars().collect(),
        _ => return None,
    };
    let is_short = text.len() <= 2 * shown && slip != Some(Slip::MaskShowsShortValues);
    let hidden = if is_short { text.len() } else { text.len().saturating_sub(shown) };
    Some(text.iter().enumerate().map(|(at, sign)| if at < hidden { '*' } else { *sign }).collect())
}
