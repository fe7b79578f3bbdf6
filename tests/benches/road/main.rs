//! What the road costs, beside the floor of each scenario measured in the same run.
//!
//! `make bench` runs every scenario under criterion, counts its allocations exactly and, where valgrind is installed, its
//! instructions, and prints one table. Envelopes are built outside the measured part and handed over by move.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark reports, and fails by panicking"
)]

mod fields;
mod monitor;
mod routes;
mod scenarios;
mod table;

use std::time::Instant;

use criterion::{BatchSize, Criterion};

/// What to do with each scenario.
enum Bench {
    /// Time it, and count what it allocates.
    Measure(Box<Criterion>, Vec<table::Row>),
    /// Run the one of this name so many times: the part that valgrind counts.
    Repeat(String, u32),
}

impl Bench {
    /// One scenario. `floor` names the scenario that bounds it from below; `setup` is not part of the measure.
    fn scenario<I, O>(
        &mut self,
        name: &'static str,
        floor: Option<&'static str>,
        setup: impl Fn() -> I,
        run: impl Fn(I) -> O,
    ) {
        match self {
            Self::Measure(criterion, rows) => {
                criterion.bench_function(name, |bencher| bencher.iter_batched(&setup, &run, BatchSize::SmallInput));
                let input = setup();
                let mut output = None;
                let counted = allocation_counter::measure(|| output = Some(run(input)));
                drop(output);
                rows.push(table::Row::new(name, floor, counted.count_total, counted.bytes_total));
            }
            Self::Repeat(wanted, times) if wanted == name => {
                let inputs: Vec<I> = (0..*times).map(|_| setup()).collect();
                // Dropping is no part of what is measured, here as under criterion.
                std::mem::forget(run_counted(inputs, &run));
            }
            Self::Repeat(..) => {}
        }
    }
}

impl Bench {
    /// Whether that scenario is run, so that what it needs is made.
    fn wants(&self, name: &str) -> bool {
        match self {
            Self::Measure(..) => true,
            Self::Repeat(wanted, _) => wanted == name,
        }
    }

    /// A scenario that takes long: timed a few times and not by criterion. What it makes is counted as long as it is kept.
    fn long<O>(&mut self, name: &'static str, run: impl Fn() -> O) {
        const TIMES: usize = 5;
        let Self::Measure(_, rows) = self else { return };
        let mut times: Vec<f64> = Vec::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            let output = run();
            times.push(begun.elapsed().as_secs_f64() * 1e9);
            drop(output);
        }
        times.sort_by(f64::total_cmp);
        let mut output = None;
        let counted = allocation_counter::measure(|| output = Some(run()));
        drop(output);
        rows.push(table::Row {
            ns: Some(times[TIMES / 2]),
            kept: Some(counted.bytes_current),
            ..table::Row::new(name, None, counted.count_total, counted.bytes_total)
        });
    }
}

/// The part whose instructions are counted, a function of its own so that valgrind finds it by name.
#[inline(never)]
fn run_counted<I, O>(inputs: Vec<I>, run: impl Fn(I) -> O) -> Vec<O> {
    inputs.into_iter().map(run).collect()
}

fn all(bench: &mut Bench) {
    scenarios::all(bench);
    fields::all(bench);
    routes::all(bench);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, name, times] = arguments.as_slice()
        && flag == "--repeat"
    {
        all(&mut Bench::Repeat(name.clone(), times.parse().unwrap()));
        return;
    }
    let mut bench = Bench::Measure(Box::new(Criterion::default().configure_from_args()), Vec::new());
    all(&mut bench);
    if let Bench::Measure(criterion, rows) = bench {
        criterion.final_summary();
        table::print(&rows);
    }
}
