//! The language against a second, naive implementation of it, and what holds for every policy.
//!
//! `reference` interprets policies as trees, straight from what the language says; it shares no code with the runtime.
//! `generate` makes the trees, `print` writes them as documents, and `agreement` compares what both make of a call.
//! `CPEX_CASES` is the number of cases of each property; `CPEX_SEED` the first seed.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod language {
    mod agreement;
    mod anything;
    mod choices;
    mod fewer_roles;
    mod fields;
    mod forms;
    mod generate;
    mod generate_steps;
    mod json_text;
    mod narrowing;
    mod ports;
    mod print;
    mod print_steps;
    mod property;
    mod reference;
    mod reference_steps;
    mod request;
    mod restriction;
    mod runtime;
    mod scripted;
    mod secrets;
    mod sequence;
    mod slip;
    mod tree;
    mod truth;
    mod vocabulary;
    mod world;
}
