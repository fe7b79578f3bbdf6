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

mod engines;
mod fields;
mod monitor;
mod plugins;
mod routes;
mod scenarios;
mod seeds;
mod store;
mod table;
mod threads;
mod tokens;

use std::time::{Duration, Instant};

use cpex_conformance::scenarios as listed;
use criterion::{BatchSize, Criterion};
use table::Row;

/// What to do with each scenario.
enum Bench {
    /// Time it, and count what it allocates.
    Measure(Box<Criterion>, Vec<Row>),
    /// Run the one of this name so many times: the part that valgrind counts.
    Repeat(String, u32),
}

impl Bench {
    /// One scenario. `setup` is not part of the measure.
    fn scenario<I, O>(&mut self, name: &'static str, setup: impl Fn() -> I, run: impl Fn(I) -> O) {
        match self {
            Self::Measure(criterion, rows) => {
                criterion.bench_function(name, |bencher| bencher.iter_batched(&setup, &run, BatchSize::SmallInput));
                let input = setup();
                let mut output = None;
                let counted = allocation_counter::measure(|| output = Some(run(input)));
                drop(output);
                rows.push(Row { allocations: Some((counted.count_total, counted.bytes_total)), ..Row::new(name) });
            }
            Self::Repeat(wanted, times) if wanted == name => {
                let inputs: Vec<I> = (0..*times).map(|_| setup()).collect();
                // Dropping is no part of what is measured, here as under criterion.
                std::mem::forget(run_counted(inputs, &run));
            }
            Self::Repeat(..) => {}
        }
    }

    /// Whether that scenario is run, so that what it needs is made.
    fn wants(&self, name: &str) -> bool {
        match self {
            Self::Measure(..) => true,
            Self::Repeat(wanted, _) => wanted == name,
        }
    }

    /// A scenario that takes long: timed a few times and not by criterion. What it makes is counted as long as it is kept.
    fn load<O>(&mut self, name: &'static str, run: impl Fn() -> O) {
        let Self::Measure(_, rows) = self else { return };
        let time = median(|| {
            let begun = Instant::now();
            let output = run();
            let time = begun.elapsed();
            drop(output);
            time
        });
        let mut output = None;
        let counted = allocation_counter::measure(|| output = Some(run()));
        drop(output);
        rows.push(Row {
            ns: Some(nanoseconds(time)),
            allocations: Some((counted.count_total, counted.bytes_total)),
            note: Some(format!("{:.1} MB kept", counted.bytes_current as f64 / 1e6)),
            ..Row::new(name)
        });
    }

    /// A scenario that times itself, once for each call; `run` gives what it takes by the call, and what is to be said of it.
    fn timed(&mut self, name: &'static str, run: impl Fn() -> (Duration, String)) {
        let Self::Measure(_, rows) = self else { return };
        let (time, note) = median(run);
        rows.push(Row { ns: Some(nanoseconds(time)), note: Some(note), ..Row::new(name) });
    }
}

/// The median of a few runs.
fn median<T: Ord>(run: impl Fn() -> T) -> T {
    const TIMES: usize = 5;
    let mut results: Vec<T> = (0..TIMES).map(|_| run()).collect();
    results.sort();
    results.swap_remove(TIMES / 2)
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// The part whose instructions are counted, a function of its own so that valgrind finds it by name.
#[inline(never)]
fn run_counted<I, O>(inputs: Vec<I>, run: impl Fn(I) -> O) -> Vec<O> {
    inputs.into_iter().map(run).collect()
}

fn all(bench: &mut Bench) {
    scenarios::all(bench);
    store::all(bench);
    engines::all(bench);
    fields::all(bench);
    tokens::all(bench);
    plugins::all(bench);
    seeds::all(bench);
    routes::all(bench);
    threads::all(bench);
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
        let measured: Vec<&str> = rows.iter().map(|row| row.scenario.name).collect();
        let expected: Vec<&str> = listed::ALL.iter().map(|scenario| scenario.name).collect();
        assert_eq!(measured, expected, "what is measured is what is listed");
        table::print(&rows);
    }
}
