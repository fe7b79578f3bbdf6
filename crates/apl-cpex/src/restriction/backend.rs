//! Whether a backend may be chosen under a restriction.

use std::sync::Arc;

use apl_core::CostTier;

use super::Restriction;
use crate::pattern::Pattern;

/// A backend that a host's router could choose. What is not stated of it is not known, and is admitted only where nothing is
/// asked of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backend<'b> {
    /// The name of its model.
    pub model: Option<&'b str>,
    /// The region it runs in.
    pub region: Option<&'b str>,
    /// The site it runs at.
    pub site: Option<&'b str>,
    /// What it costs.
    pub cost_tier: Option<Tier<'b>>,
}

/// A cost tier, as a router knows it.
#[derive(Clone, Copy, Debug)]
pub enum Tier<'b> {
    /// By a name of `plugin_settings.cost_tiers`. No other is admitted where a tier is asked for.
    Name(&'b str),
    /// By how high it stands, from 0 for the lowest up.
    Rank(u64),
}

impl Restriction {
    /// Whether the backend may be chosen. What `custom` says is for the router to know, but where it is disputed, no backend
    /// may.
    #[must_use]
    pub fn admits(&self, backend: &Backend<'_>) -> bool {
        !self.unsatisfiable
            && self.admits_model(backend.model)
            && is_among(self.allow_regions.as_deref(), backend.region)
            && is_among(self.allow_sites.as_deref(), backend.site)
            && self.max_cost_tier.as_ref().is_none_or(|most| costs_no_more(most, backend.cost_tier))
    }

    fn admits_model(&self, model: Option<&str>) -> bool {
        let Some(model) = model else { return self.allow_models.is_none() && self.deny_models.is_empty() };
        let is_allowed = |pattern: &Arc<str>| matches(pattern, model).unwrap_or(&**pattern == model);
        // What is no pattern was meant to deny something, and does not say what.
        let is_denied = |pattern: &Arc<str>| matches(pattern, model).unwrap_or(true);
        self.allow_models.as_ref().is_none_or(|patterns| patterns.iter().any(is_allowed))
            && !self.deny_models.iter().any(is_denied)
    }
}

/// Whether a pattern matches; none where it is no pattern.
fn matches(pattern: &str, model: &str) -> Option<bool> {
    Pattern::parse(pattern).ok().map(|pattern| pattern.matches(model))
}

fn is_among(allowed: Option<&[Arc<str>]>, name: Option<&str>) -> bool {
    let Some(allowed) = allowed else { return true };
    name.is_some_and(|name| allowed.iter().any(|allowed| &**allowed == name))
}

fn costs_no_more(most: &CostTier, tier: Option<Tier<'_>>) -> bool {
    match tier {
        None => false,
        Some(Tier::Rank(rank)) => rank <= most.rank,
        Some(Tier::Name(name)) => most.names.iter().any(|tier| &**tier == name),
    }
}
