//! `elicitation/ciba`: an OpenID provider asks the person on their own device (OpenID Connect Client-Initiated Backchannel
//! Authentication Core 1.0), in poll mode.
//!
//! The question is posted to the backchannel endpoint once. What it is polled by stands in the store of the host, so that
//! any replica can poll, and one at a time does: the identifier of a request gives its tokens once, and whoever polls too
//! early is slowed down. The answer is then kept in its place.
//!
//! The person who signed in is the one the ID token says. Its signature is not looked at, for it comes over TLS from the
//! token endpoint itself (OpenID Connect Core 1.0, section 3.1.3.7, point 6); its claims are. The access token beside it is
//! never read: an approval gives this process nothing to act with.
//!
//! Ping and push modes are no part of it, for they need the provider to reach this process; nor are user codes, nor hints
//! that are tokens.

mod accepted;
mod channel;
mod config;
mod factory;
mod form;
mod id_token;
mod kept;
mod polled;

pub use factory::{CIBA_KIND, CibaFactory};
