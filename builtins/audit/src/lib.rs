//! Audit sinks for CPEX: one line of JSON for every decision
