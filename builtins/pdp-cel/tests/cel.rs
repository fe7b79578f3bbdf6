//! Expressions as documents write them, asked through the port of decision engines.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod cel {
    mod arbitrary;
    mod bounds;
    mod refusals;
    mod support;
    mod values;
}
