//! The conformance corpus through every door, and what holds for any bytes.

pub mod fuzz;
pub mod scenarios;
