//! Decisions for CPEX from a policy decision point elsewhere, over the OpenID AuthZEN Authorization API 1.0.
//!
//! A step with `authzen` is one request: an evaluation where its map names one action and one resource, evaluations where it
//! names a list of either. Of those all must be permitted, and the decision point is told to stop at the first that is not.
//!
//! The answer counts only if it is the whole of what the API describes: status 200, an object in JSON that states no member
//! twice, and decisions that are booleans, as many as were asked for. Everything else is an error, after which nothing is
//! permitted. Nothing is asked twice, and nothing of what the decision point says but its decisions gets anywhere: what it
//! gives for reasons may speak of the request.
//!
//! Decisions may be kept for a while, by everything that was asked. The searches of the API and its metadata are no part of
//! this: the endpoint is configured.

mod answer;
mod asked;
mod cache;
mod config;
mod engine;
mod factory;
mod point;
mod question;
mod request;

pub use factory::{AuthZenFactory, KIND};
