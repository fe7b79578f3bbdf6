//! `restrict`: what is left for a host's router to choose from, once every restriction of an operation is folded.
//!
//! The order of the restrictions does not matter: each list is folded at once over all of them, and not two by two. Of `a*`,
//! `*b` and `ab` it is `ab` that stays, which the first two alone have no pattern for.

mod backend;

use std::collections::BTreeMap;
use std::sync::Arc;

use apl_core::{CostTier, Fact, Facts as _, Listed, OnEmpty, Restrict};
use serde_json::{Map, Value as Json};

use crate::attribute::Attribute;
use crate::facts::Facts;
use crate::pattern::Pattern;

pub use backend::{Backend, Tier};

/// One `restrict` of an operation, its lists resolved.
#[derive(Clone, Debug, Default)]
pub struct Narrowing {
    allow_models: Option<Vec<Arc<str>>>,
    deny_models: Vec<Arc<str>>,
    allow_regions: Option<Vec<Arc<str>>>,
    allow_sites: Option<Vec<Arc<str>>>,
    max_cost_tier: Option<CostTier>,
    custom: Vec<(Arc<str>, Json)>,
    on_empty: Option<OnEmpty>,
}

/// What is left to choose from. Lists are sorted.
#[derive(Clone, Debug, PartialEq)]
pub struct Restriction {
    /// Patterns of models, one of which must match; none where any model may be chosen.
    pub allow_models: Option<Vec<Arc<str>>>,
    /// Patterns of models, none of which may match.
    pub deny_models: Vec<Arc<str>>,
    /// Regions that may be chosen; none where any may.
    pub allow_regions: Option<Vec<Arc<str>>>,
    /// Sites that may be chosen; none where any may.
    pub allow_sites: Option<Vec<Arc<str>>>,
    /// The most costly tier that may be chosen.
    pub max_cost_tier: Option<CostTier>,
    /// What the host's router knows besides.
    pub custom: BTreeMap<Arc<str>, Json>,
    /// What the router does where nothing is left.
    pub on_empty: OnEmpty,
    /// Whether two restrictions ask for different values of one label of `custom`, so that nothing satisfies both.
    pub unsatisfiable: bool,
}

impl Narrowing {
    /// Resolves the lists of a `restrict` for one operation.
    ///
    /// # Errors
    /// The code of the denial where a list cannot be had.
    pub fn resolve(restrict: &Restrict<Attribute>, facts: &Facts<'_>) -> Result<Self, &'static str> {
        // What is not stated allows nothing.
        let allowed = |listed: &Option<Listed<Attribute>>| match listed {
            Some(listed) => resolve(listed, facts).map(|names| Some(names.unwrap_or_default())),
            None => Ok(None),
        };
        let deny_models = match &restrict.deny_models {
            Some(listed) => resolve(listed, facts)?.ok_or("restrict.unresolved")?,
            None => Vec::new(),
        };
        Ok(Self {
            allow_models: allowed(&restrict.allow_models)?,
            deny_models,
            allow_regions: allowed(&restrict.allow_regions)?,
            allow_sites: allowed(&restrict.allow_sites)?,
            max_cost_tier: restrict.max_cost_tier.clone(),
            custom: restrict.custom.to_vec(),
            on_empty: restrict.on_empty,
        })
    }
}

impl Restriction {
    /// Folds all restrictions of an operation; none where there is none.
    #[must_use]
    pub fn fold(narrowings: &[Narrowing]) -> Option<Self> {
        if narrowings.is_empty() {
            return None;
        }
        let lists = |of: fn(&Narrowing) -> Option<&Vec<Arc<str>>>| narrowings.iter().filter_map(of).collect::<Vec<_>>();
        let (custom, unsatisfiable) = custom(narrowings);
        let asks = |wanted: OnEmpty| narrowings.iter().any(|narrowing| narrowing.on_empty == Some(wanted));
        let tiers = narrowings.iter().filter_map(|narrowing| narrowing.max_cost_tier.as_ref());
        Some(Self {
            allow_models: common(&lists(|narrowing| narrowing.allow_models.as_ref()), covers),
            deny_models: sorted(narrowings.iter().flat_map(|narrowing| narrowing.deny_models.clone()).collect()),
            allow_regions: common(&lists(|narrowing| narrowing.allow_regions.as_ref()), same),
            allow_sites: common(&lists(|narrowing| narrowing.allow_sites.as_ref()), same),
            max_cost_tier: tiers.min_by_key(|tier| (tier.rank, tier.name.to_string())).cloned(),
            custom,
            on_empty: if asks(OnEmpty::Fallback) && !asks(OnEmpty::Deny) { OnEmpty::Fallback } else { OnEmpty::Deny },
            unsatisfiable,
        })
    }

    /// The restriction in the words of policy: the keys that say something, and `on_empty`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let names = |names: &[Arc<str>]| Json::from(names.iter().map(|name| &**name).collect::<Vec<_>>());
        let mut map = Map::new();
        let lists = [
            ("allow_models", self.allow_models.as_deref()),
            ("deny_models", Some(&*self.deny_models).filter(|denied| !denied.is_empty())),
            ("allow_regions", self.allow_regions.as_deref()),
            ("allow_sites", self.allow_sites.as_deref()),
        ];
        map.extend(lists.into_iter().filter_map(|(key, list)| Some((key.to_owned(), names(list?)))));
        map.extend(self.max_cost_tier.iter().map(|tier| ("max_cost_tier".to_owned(), tier.name.clone())));
        if !self.custom.is_empty() {
            let custom = self.custom.iter().map(|(label, value)| (label.to_string(), value.clone())).collect();
            map.insert("custom".to_owned(), Json::Object(custom));
        }
        let on_empty = match self.on_empty {
            OnEmpty::Deny => "deny",
            OnEmpty::Fallback => "fallback",
        };
        map.insert("on_empty".to_owned(), on_empty.into());
        if self.unsatisfiable {
            map.insert("unsatisfiable".to_owned(), true.into());
        }
        Json::Object(map)
    }
}

/// A list as written, or as operator data hold it; none where those hold none.
fn resolve(listed: &Listed<Attribute>, facts: &Facts<'_>) -> Result<Option<Vec<Arc<str>>>, &'static str> {
    let attribute = match listed {
        Listed::Literal(names) => return Ok(Some(names.to_vec())),
        Listed::Data(attribute) => attribute,
    };
    match facts.read(attribute) {
        Fact::Absent => Ok(None),
        Fact::Unavailable(code) => Err(code),
        Fact::List(values) => {
            let names = values.iter().map(|value| value.as_str().map(Arc::from));
            names.collect::<Option<Vec<_>>>().map(Some).ok_or("policy.type_error")
        }
        Fact::Set(names) => Ok(Some(names.iter().map(Arc::from).collect())),
        Fact::Bool(_) | Fact::Number(_) | Fact::Text(_) | Fact::Map(_) => Err("policy.type_error"),
    }
}

/// What stays of several lists: each entry that every other list has one for which covers it.
fn common(lists: &[&Vec<Arc<str>>], covers: fn(&str, &str) -> bool) -> Option<Vec<Arc<str>>> {
    if lists.is_empty() {
        return None;
    }
    let stays = |entry: &Arc<str>| lists.iter().all(|list| list.iter().any(|other| covers(other, entry)));
    Some(sorted(lists.iter().copied().flatten().filter(|entry| stays(entry)).cloned().collect()))
}

/// Whether a pattern of models matches all that another does. What is no pattern is a name.
fn covers(pattern: &str, other: &str) -> bool {
    match (Pattern::parse(pattern), Pattern::parse(other)) {
        (Ok(pattern), Ok(other)) => pattern.covers(&other),
        _ => pattern == other,
    }
}

fn same(name: &str, other: &str) -> bool {
    name == other
}

fn sorted(mut names: Vec<Arc<str>>) -> Vec<Arc<str>> {
    names.sort_unstable();
    names.dedup();
    names
}

/// The labels all agree on, and whether there are others.
fn custom(narrowings: &[Narrowing]) -> (BTreeMap<Arc<str>, Json>, bool) {
    let all = || narrowings.iter().flat_map(|narrowing| &narrowing.custom);
    let is_agreed = |label: &Arc<str>, value: &Json| all().all(|(other, wanted)| other != label || wanted == value);
    let agreed: BTreeMap<_, _> = all().filter(|(label, value)| is_agreed(label, value)).cloned().collect();
    let disputed = all().any(|(label, _)| !agreed.contains_key(label));
    (agreed, disputed)
}

#[cfg(test)]
mod tests;
