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
    let tier = |name: &str, rank| Some(CostTier { name: name.into(), rank, names: Box::default() });
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

#[test]
fn a_tier_that_is_named_in_two_ways_is_one() {
    let tier = |name: Json| Narrowing {
        max_cost_tier: Some(CostTier { name, rank: 1, names: Box::new(["bronze".into(), "silver".into()]) }),
        ..Narrowing::default()
    };
    let (named, numbered) = (tier("silver".into()), tier(1.into()));
    assert_eq!(Restriction::fold(&[named.clone(), numbered.clone()]), Restriction::fold(&[numbered, named]));
}

fn admits(restriction: &Narrowing, backend: Backend<'_>) -> bool {
    Restriction::fold(std::slice::from_ref(restriction)).unwrap().admits(&backend)
}

#[test]
fn a_backend_is_admitted_by_what_is_known_of_it() {
    let model = |model| Backend { model: Some(model), ..Backend::default() };
    let some = Narrowing { deny_models: names(&["gpt-*-preview"]), ..models(&["gpt-*", "claude-4"]) };
    for (name, expected) in [("gpt-5", true), ("claude-4", true), ("gpt-5-preview", false), ("claude-4-5", false)] {
        assert_eq!(admits(&some, model(name)), expected, "{name}");
    }
    assert!(!admits(&some, Backend::default()));
    let tier = CostTier { name: "silver".into(), rank: 1, names: Box::new(["bronze".into(), "silver".into()]) };
    let placed = Narrowing {
        allow_regions: Some(names(&["eu-1"])),
        allow_sites: Some(names(&["home"])),
        max_cost_tier: Some(tier),
        ..Narrowing::default()
    };
    let at_home =
        Backend { model: None, region: Some("eu-1"), site: Some("home"), cost_tier: Some(Tier::Name("bronze")) };
    assert!(admits(&placed, at_home));
    assert!(admits(&placed, Backend { cost_tier: Some(Tier::Rank(1)), ..at_home }));
    for other in [
        Backend { region: None, ..at_home },
        Backend { region: Some("eu-*"), ..at_home },
        Backend { site: Some("away"), ..at_home },
        Backend { cost_tier: None, ..at_home },
        Backend { cost_tier: Some(Tier::Rank(2)), ..at_home },
        Backend { cost_tier: Some(Tier::Name("gold")), ..at_home },
    ] {
        assert!(!admits(&placed, other), "{other:?}");
    }
}

#[test]
fn what_cannot_be_told_of_admits_nothing() {
    let model = Backend { model: Some("a"), ..Backend::default() };
    assert!(!admits(&Narrowing { deny_models: names(&["b***"]), ..Narrowing::default() }, model));
    assert!(!admits(&models(&["a***"]), model));
    let custom = |value: Json| Narrowing { custom: vec![("gpu".into(), value)], ..Narrowing::default() };
    let disputed = Restriction::fold(&[custom(json!(1)), custom(json!(2))]).unwrap();
    assert!(!disputed.admits(&model));
    assert!(admits(&custom(json!(1)), model));
}

mod properties;
