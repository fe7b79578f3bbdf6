//! The scenarios of `docs/performance.md` are those that the benchmarks measure.

use cpex_conformance::scenarios::{self, Scenario};

use super::page;

const PAGE: &str = "docs/performance.md";

#[test]
fn the_table_of_scenarios_is_made_from_the_list() {
    let row = |Scenario { name, floor, doc }: &Scenario| {
        let floor = floor.map(|floor| format!("`{floor}`")).unwrap_or_default();
        [format!("`{name}`"), (*doc).to_owned(), floor]
    };
    let table = page::table(["scenario", "what one iteration is", "floor"], scenarios::ALL.iter().map(row));
    page::expect_fresh(PAGE, &page::with_part(&page::read(PAGE), "scenarios", &table));
}

#[test]
fn the_run_that_is_shown_has_every_scenario() {
    let written = page::read(PAGE);
    let (_, run) = page::sections(&written, 2).into_iter().find(|(heading, _)| *heading == "A run").unwrap();
    let shown: Vec<&str> = run.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(shown, scenarios::ALL.iter().map(|scenario| scenario.name).collect::<Vec<_>>());
}

#[test]
fn a_floor_is_a_scenario_that_runs_before_what_is_measured_against_it() {
    for (at, scenario) in scenarios::ALL.iter().enumerate() {
        if let Some(floor) = scenario.floor {
            assert!(scenarios::ALL[..at].iter().any(|before| before.name == floor), "{}", scenario.name);
        }
    }
}
