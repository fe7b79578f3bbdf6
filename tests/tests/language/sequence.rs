//! What holds along a sequence of calls: labels only grow, and the same sequence leaves the same records.

use super::agreement::{Case, case};
use super::choices::Choices;
use super::property::check;
use super::request::Call;
use super::runtime::Runtime;
use super::world::Labels;

#[test]
fn labels_of_a_session_only_grow() {
    check(400, case, |case| grow(&case.document, &case.calls));
}

/// Only `declassify` takes a label away, which generated policies do not hold: with it, the property above must fail.
#[test]
fn a_label_that_is_taken_away_is_noticed() {
    let is_found = |seed| {
        let Case { document, mut calls, .. } = case(&mut Choices::of_seed(seed));
        let route = "\"routes\": [ { \"tool\": \"unknown\", \"policy\": [\"declassify(l1, reason: 'slip')\"] },";
        // Whoever called calls what declassifies.
        calls.extend(calls.clone().into_iter().map(|call| Call { tool: "unknown", ..call }));
        grow(&document.replace("\"routes\": [", route), &calls).is_err()
    };
    assert!((0..10_000).any(is_found));
}

fn grow(document: &str, calls: &[Call]) -> Result<(), String> {
    let runtime = Runtime::new(document)?;
    let mut before: Vec<Labels> = Vec::new();
    for call in calls.iter().chain(calls) {
        let after = runtime.call(call).sessions;
        // A call touches one session; each that was there is still there and has what it had.
        let mut left = after.clone();
        for had in &before {
            match left.iter().position(|has| has.is_superset(had)) {
                Some(at) => drop(left.remove(at)),
                None => return Err(format!("{had:?} shrank: {before:?} became {after:?}")),
            }
        }
        before = after;
    }
    Ok(())
}

#[test]
fn the_same_calls_leave_the_same_records_byte_for_byte() {
    check(400, case, |case| {
        let (first, second) = (records(case)?, records(case)?);
        if first.len() < case.calls.len() {
            return Err(format!("{} calls left {} records", case.calls.len(), first.len()));
        }
        if first == second { Ok(()) } else { Err(format!("{first:#?}\nand then\n{second:#?}")) }
    });
}

fn records(case: &Case) -> Result<Vec<String>, String> {
    let runtime = Runtime::recording(&case.document)?;
    for call in &case.calls {
        runtime.call(call);
    }
    Ok(runtime.records())
}
