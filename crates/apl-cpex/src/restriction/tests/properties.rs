//! Restrictions as an algebra: neither order nor repetition matters, and a fold admits what each of its parts admits.

use super::*;

const TIERS: [&str; 3] = ["bronze", "silver", "gold"];

fn list(from: &'static [&'static str]) -> impl Strategy<Value = Vec<Arc<str>>> + Clone {
    prop::collection::vec(prop::sample::select(from).prop_map(Arc::<str>::from), 0..4)
}

fn narrowing() -> impl Strategy<Value = Narrowing> {
    let models = list(&["a", "ab", "a*", "*b", "*", "**", "a*b", "b/a", "a/**", "***"]);
    let places = prop::option::of(list(&["eu-1", "us-1", "home"]));
    let tier = (0..3u64, any::<bool>()).prop_map(|(rank, is_named)| {
        let named = TIERS.iter().take(usize::try_from(rank).unwrap() + 1);
        let name = named.clone().next_back().filter(|_| is_named).map_or_else(|| rank.into(), |name| (*name).into());
        CostTier { name, rank, names: named.map(|name| Arc::from(*name)).collect() }
    });
    let custom = prop::collection::vec((prop::sample::select(vec!["x", "y"]).prop_map(Arc::<str>::from), 0..2u8), 0..3);
    let on_empty = prop::sample::select(vec![None, Some(OnEmpty::Deny), Some(OnEmpty::Fallback)]);
    let lists = (prop::option::of(models.clone()), models, places.clone(), places);
    (lists, prop::option::of(tier), custom, on_empty).prop_map(
        |((allow_models, deny_models, allow_regions, allow_sites), max_cost_tier, custom, on_empty)| Narrowing {
            allow_models,
            deny_models,
            allow_regions,
            allow_sites,
            max_cost_tier,
            custom: custom.into_iter().map(|(label, value)| (label, value.into())).collect(),
            on_empty,
        },
    )
}

fn backend() -> impl Strategy<Value = Backend<'static>> {
    let model = prop::sample::select(vec!["a", "b", "ab", "aab", "b/a", "a/b/c", "ba", "", "***"]);
    let place = prop::option::of(prop::sample::select(vec!["eu-1", "us-1", "home", "away"]));
    let tier = prop_oneof![
        (0..4u64).prop_map(Tier::Rank),
        prop::sample::select(vec!["bronze", "silver", "gold", "platinum"]).prop_map(Tier::Name),
    ];
    (prop::option::of(model), place.clone(), place, prop::option::of(tier))
        .prop_map(|(model, region, site, cost_tier)| Backend { model, region, site, cost_tier })
}

proptest! {
    #[test]
    fn the_order_of_restrictions_does_not_matter(
        (before, after) in prop::collection::vec(narrowing(), 1..5)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(Restriction::fold(&before), Restriction::fold(&after));
    }

    #[test]
    fn a_restriction_that_stands_twice_stands_once(all in prop::collection::vec(narrowing(), 1..4), again in 0..4usize) {
        let once = Restriction::fold(&all);
        let twice: Vec<_> = all.iter().chain(all.iter().skip(again)).cloned().collect();
        prop_assert_eq!(once, Restriction::fold(&twice));
    }

    #[test]
    fn what_is_admitted_in_the_end_is_admitted_by_each(
        all in prop::collection::vec(narrowing(), 1..5),
        backends in prop::collection::vec(backend(), 1..20),
    ) {
        let folded = Restriction::fold(&all).unwrap();
        for backend in &backends {
            for one in &all {
                prop_assert!(!folded.admits(backend) || admits(one, *backend), "{backend:?} {folded:?} {one:?}");
            }
        }
    }

    #[test]
    fn what_is_named_exactly_by_all_is_left(all in prop::collection::vec(narrowing(), 1..4)) {
        let ask = |one: Narrowing| Narrowing { allow_models: Some(names(&["a"])), ..one };
        let all: Vec<_> = all.into_iter().map(ask).collect();
        let backend = Backend { model: Some("a"), region: Some("eu-1"), site: Some("home"), cost_tier: Some(Tier::Rank(0)) };
        let folded = Restriction::fold(&all).unwrap();
        let each = all.iter().all(|one| admits(one, backend));
        prop_assert_eq!(folded.admits(&backend), each && !folded.unsatisfiable, "{:?}", folded);
    }
}
