//! Delegation for CPEX: downstream tokens from an OAuth 2.0 token endpoint.
//!
//! What a `delegate` step asks for is posted to the token endpoint, and what that grants is the credential of the operation:
//!
//! | `subject` of the step | what is posted |
//! |---|---|
//! | `user`, `client` | token exchange (RFC 8693), with the token that party came with as the subject token |
//! | `caller_workload` | its token as a client assertion (RFC 7523, section 2.2), which gives the workload a token; then token exchange with that as the subject token |
//! | `this_workload` | client credentials (RFC 6749, section 4.4) |
//!
//! The step's `actor` is sent as the actor token. `audience` is sent as it is, `target` as the `resource` where it is an
//! absolute URI (RFC 8707, section 2), `permissions` as the `scope`. Except for the assertion, this process authenticates by
//! its identifier and secret (RFC 6749, section 2.3.1).
//!
//! The token of a party is the one its identity plugin verified: what else the caller sent may be anybody's. An answer is taken only if it is a bearer token that can be sent and says what RFC 6749 (section 5.1) and, of an exchange,
//! RFC 8693 (section 2.2.1) require. Nothing is posted twice: a token may have been minted whose answer was lost. Of what the
//! peer says, only the error codes of these RFCs get into a record.
//!
//! OpenID Connect and the authorisation code grant are no part of it: nobody logs in here.

mod answer;
mod cache;
mod config;
mod delegator;
mod endpoint;
mod factory;
mod form;

pub use factory::{KIND, OAuthFactory};
