//! What holds along a sequence of calls: labels only grow, and the same sequence leaves the same records.

use super::agreement::{Case, case};
use super::property::check;
use super::runtime::Runtime;
use super::world::Labels;

#[test]
fn labels_of_a_session_only_grow() {
    check(400, case, |case| {
        let runtime = Runtime::new(&case.document)?;
        let mut before: Vec<Labels> = Vec::new();
        for call in case.calls.iter().chain(&case.calls) {
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
    });
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
