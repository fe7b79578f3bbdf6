//! An example: a policy decision point that speaks the OpenID AuthZEN Authorization API 1.0, made of CPEX.
//!
//! What is asked is decided as the call of a tool, under a document like any other: [`point`] says how. [`server`] is the
//! HTTP around it. `policy.yaml` has a policy to try; run it by `cargo run -p authzen`.

pub mod point;
pub mod request;
pub mod server;

pub use point::DecisionPoint;
pub use server::Server;
