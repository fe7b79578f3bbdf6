#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn names(names: &[&str]) -> Vec<Arc<str>> {
    names.iter().map(|name| Arc::from(*name)).collect()
}

fn models(allowed: &[&str]) -> Narrowing {
    Narrowing { allow_models: Some(names(allowed)), ..Narrowing::default() }
}

fn folded(narrowings: &[Narrowing]) -> Json {
    Restriction::fold(narrowings).unwrap().to_json()
}

#[test]
fn a_pattern_stays_if_every_other_list_covers_it() {
    let fold = |lists: &[&[&str]]| folded(&lists.iter().map(|list| models(list)).collect::<Vec<_>>());
    assert_eq!(fold(&[&["gpt-*", "claude-4"]]), json!({"allow_models": ["claude-4", "gpt-*"], "on_empty": "deny"}));
    assert_eq!(fold(&[&["gpt-*"], &["gpt-4", "llama"]]), json!({"allow_models": ["gpt-4"], "on_empty": "deny"}));
    assert_eq!(fold(&[&["gpt-*"], &["llama-*"]]), json!({"allow_models": [], "on_empty": "deny"}));
    assert_eq!(fold(&[&["a*"], &["*b"], &["ab", "ac"]]), json!({"allow_models": ["ab"], "on_empty": "deny"}));
}

#[test]
fn what_denies_unites_and_the_lowest_tier_wins() {
    let tier = |name: &str, rank| Some(CostTier { name: name.into(), rank });
    let first = Narrowing { deny_models: names(&["b", "a"]), max_cost_tier: tier("gold", 2), ..Narrowing::default() };
    let second =
        Narrowing { deny_models: names(&["b", "c"]), max_cost_tier: tier("bronze", 0), ..Narrowing::default() };
    let expected = json!({"deny_models": ["a", "b", "c"], "max_cost_tier": "bronze", "on_empty": "deny"});
    assert_eq!(folded(&[first, second]), expected);
}

#[test]
fn a_label_with_two_values_is_left_out_and_nothing_satisfies_both() {
    let custom = |value: Json| Narrowing { custom: vec![("gpu".into(), value)], ..Narrowing::default() };
    assert_eq!(
        folded(&[custom(json!(true)), custom(json!(true))]),
        json!({"custom": {"gpu": true}, "on_empty": "deny"})
    );
    assert_eq!(folded(&[custom(json!(true)), custom(json!("a"))]), json!({"on_empty": "deny", "unsatisfiable": true}));
}

#[test]
fn deny_beats_fallback_and_what_is_not_written_takes_no_part() {
    let on_empty = |on_empty| Narrowing { on_empty, ..models(&["a"]) };
    let fold = |all: &[Option<OnEmpty>]| {
        Restriction::fold(&all.iter().map(|one| on_empty(*one)).collect::<Vec<_>>()).unwrap().on_empty
    };
    assert_eq!(fold(&[None]), OnEmpty::Deny);
    assert_eq!(fold(&[None, Some(OnEmpty::Fallback)]), OnEmpty::Fallback);
    assert_eq!(fold(&[Some(OnEmpty::Deny), Some(OnEmpty::Fallback)]), OnEmpty::Deny);
    assert_eq!(Restriction::fold(&[]), None);
}

fn narrowing() -> impl Strategy<Value = Narrowing> {
    let pattern = prop::sample::select(vec!["a", "ab", "a*", "*b", "*", "**", "a*b", "b/a"]);
    let list = prop::collection::vec(pattern.prop_map(Arc::<str>::from), 0..4);
    let custom = prop::collection::vec((prop::sample::select(vec!["x", "y"]).prop_map(Arc::<str>::from), 0..2u8), 0..3);
    let on_empty = prop::sample::select(vec![None, Some(OnEmpty::Deny), Some(OnEmpty::Fallback)]);
    let allowed = prop::option::of(list.clone());
    (allowed.clone(), list, allowed, prop::option::of(0..3u64), custom, on_empty).prop_map(
        |(allow_models, deny_models, allow_regions, tier, custom, on_empty)| Narrowing {
            allow_models,
            deny_models,
            allow_regions,
            allow_sites: None,
            max_cost_tier: tier.map(|rank| CostTier { name: rank.into(), rank }),
            custom: custom.into_iter().map(|(label, value)| (label, value.into())).collect(),
            on_empty,
        },
    )
}

/// Whether a model may be chosen under a restriction.
fn admits(restriction: &Restriction, model: &str) -> bool {
    let any = |patterns: &[Arc<str>]| patterns.iter().any(|pattern| Pattern::parse(pattern).unwrap().matches(model));
    restriction.allow_models.as_deref().is_none_or(any) && !any(&restriction.deny_models)
}

proptest! {
    #[test]
    fn the_order_of_restrictions_does_not_matter(mut all in prop::collection::vec(narrowing(), 1..4), turn in 0..4usize) {
        let before = Restriction::fold(&all);
        let at = turn % all.len();
        all.rotate_left(at);
        all.reverse();
        prop_assert_eq!(before, Restriction::fold(&all));
    }

    #[test]
    fn what_is_admitted_in_the_end_is_admitted_by_each(all in prop::collection::vec(narrowing(), 1..4)) {
        let folded = Restriction::fold(&all).unwrap();
        for model in ["a", "b", "ab", "aab", "b/a", "ba", ""] {
            for one in &all {
                let alone = Restriction::fold(std::slice::from_ref(one)).unwrap();
                prop_assert!(!admits(&folded, model) || admits(&alone, model), "{model} {folded:?} {alone:?}");
            }
        }
    }

    #[test]
    fn a_restriction_that_stands_twice_stands_once(one in narrowing(), other in narrowing()) {
        let once = Restriction::fold(&[one.clone(), other.clone()]);
        prop_assert_eq!(once, Restriction::fold(&[one.clone(), other, one]));
    }
}
