//! Runs a property over many cases, and shows the smallest that fails.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::choices::{Choices, shrink};

/// Checks `holds` for `count` cases of `generate`, or for as many as `CPEX_CASES` says. Seeds are counted from
/// `CPEX_SEED`, or 0, so that a run is repeated by running it again.
pub(super) fn check<T: Display>(
    count: u64,
    generate: impl Fn(&mut Choices) -> T,
    holds: impl Fn(&T) -> Result<(), String>,
) {
    let first = number("CPEX_SEED").unwrap_or(0);
    for seed in first..first.saturating_add(number("CPEX_CASES").unwrap_or(count)) {
        let mut choices = Choices::of_seed(seed);
        let case = generate(&mut choices);
        if outcome(&case, &holds).is_err() {
            let script =
                shrink(choices.drawn(), |script| outcome(&generate(&mut Choices::replay(script)), &holds).is_err());
            let smallest = generate(&mut Choices::replay(&script));
            let fault = outcome(&smallest, &holds).err().unwrap_or_default();
            panic!("CPEX_SEED={seed} fails; made small:\n{smallest}\n{fault}");
        }
    }
}

fn outcome<T>(case: &T, holds: impl Fn(&T) -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| holds(case))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("it panicked: {}", text.unwrap_or_default()))
    })
}

fn number(variable: &str) -> Option<u64> {
    let written = std::env::var(variable).ok()?;
    Some(written.parse().unwrap_or_else(|_| panic!("`{variable}` is not a number: `{written}`")))
}
