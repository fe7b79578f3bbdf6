//! What several restrictions leave to choose from, folded as the language says.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::slip::Slip;
use super::tree::Narrowing;
use super::vocabulary::TIERS;

type Names = Vec<&'static str>;

/// What is left, in the words of policy; none where nothing restricts.
pub(super) fn fold(narrowings: &[Narrowing], slip: Option<Slip>) -> Option<Json> {
    if narrowings.is_empty() {
        return None;
    }
    let covers_site = |site: &str, other: &str| match slip {
        Some(Slip::StarOfARegionCovers) => covers(site, other),
        _ => site == other,
    };
    let lists = [
        ("allow_models", common(&stated(narrowings, |narrowing| narrowing.allow_models.clone()), slip, covers)),
        ("deny_models", united(narrowings)),
        ("allow_regions", common(&stated(narrowings, |narrowing| narrowing.allow_regions.clone()), slip, covers_site)),
        ("allow_sites", common(&stated(narrowings, |narrowing| narrowing.allow_sites.clone()), slip, covers_site)),
    ];
    let mut left = Map::new();
    left.extend(lists.into_iter().filter_map(|(key, list)| Some((key.to_owned(), list?.into()))));
    let tiers = stated(narrowings, |narrowing| TIERS.iter().position(|tier| Some(*tier) == narrowing.max_cost_tier));
    let tier = if slip == Some(Slip::DearestTierWins) { tiers.iter().max() } else { tiers.iter().min() };
    left.extend(tier.map(|tier| ("max_cost_tier".to_owned(), TIERS[*tier].into())));
    let on_empty = stated(narrowings, |narrowing| narrowing.on_empty);
    let (strong, weak) =
        if slip == Some(Slip::FallbackBeatsDeny) { ("fallback", "deny") } else { ("deny", "fallback") };
    let on_empty = [strong, weak].into_iter().find(|word| on_empty.contains(word)).unwrap_or("deny");
    left.insert("on_empty".to_owned(), on_empty.into());
    label(narrowings, slip, &mut left);
    Some(left.into())
}

fn stated<T>(narrowings: &[Narrowing], of: impl Fn(&Narrowing) -> Option<T>) -> Vec<T> {
    narrowings.iter().filter_map(of).collect()
}

/// What every list has something for that covers it.
fn common(lists: &[Names], slip: Option<Slip>, covers: impl Fn(&str, &str) -> bool) -> Option<Vec<Json>> {
    let all: BTreeSet<&str> = lists.iter().flatten().copied().collect();
    let stays = |name: &&str| {
        slip == Some(Slip::AllowedModelsUnite) || lists.iter().all(|list| list.iter().any(|other| covers(other, name)))
    };
    (!lists.is_empty()).then(|| all.into_iter().filter(stays).map(Json::from).collect())
}

fn united(narrowings: &[Narrowing]) -> Option<Vec<Json>> {
    let all: BTreeSet<&str> =
        narrowings.iter().filter_map(|narrowing| narrowing.deny_models.clone()).flatten().collect();
    (!all.is_empty()).then(|| all.into_iter().map(Json::from).collect())
}

fn label(narrowings: &[Narrowing], slip: Option<Slip>, left: &mut Map<String, Json>) {
    let mut custom = Map::new();
    for label in ["floor", "team"] {
        let values: Vec<&Json> = narrowings
            .iter()
            .flat_map(|narrowing| &narrowing.custom)
            .filter(|(of, _)| *of == label)
            .map(|(_, value)| value)
            .collect();
        let Some(first) = values.first() else { continue };
        let is_agreed = values.iter().all(|value| value == first);
        if !is_agreed {
            left.insert("unsatisfiable".to_owned(), true.into());
        }
        if is_agreed || slip == Some(Slip::DisputedLabelStays) {
            custom.insert(label.to_owned(), (*first).clone());
        }
    }
    if !custom.is_empty() {
        left.insert("custom".to_owned(), custom.into());
    }
}

/// Short names over signs that patterns tell apart: a pattern that matches all of them that another matches covers it.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut names = vec![String::new()];
    let mut longest = names.clone();
    for _ in 0..5 {
        longest = longest.iter().flat_map(|name| ["a", "b", "c", "/"].map(|sign| format!("{name}{sign}"))).collect();
        names.extend(longest.clone());
    }
    names
});

fn covers(pattern: &str, other: &str) -> bool {
    NAMES.iter().all(|name| matches(pattern, name) || !matches(other, name))
}

/// A pattern that is one star matches every name; elsewhere a star stops at `/`, and two do not.
fn matches(pattern: &str, name: &str) -> bool {
    pattern == "*" || matches_from(pattern.as_bytes(), name.as_bytes())
}

fn matches_from(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([b'*', b'*', rest @ ..], _) => (0..=name.len()).any(|at| matches_from(rest, &name[at..])),
        ([b'*', rest @ ..], _) => {
            (0..=name.len()).any(|at| !name[..at].contains(&b'/') && matches_from(rest, &name[at..]))
        }
        ([], []) => true,
        ([wanted, rest @ ..], [sign, further @ ..]) => wanted == sign && matches_from(rest, further),
        _ => false,
    }
}
