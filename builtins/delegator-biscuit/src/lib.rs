//! Delegation for CPEX: a Biscuit that is good for one backend, made of the one that the caller came with.
//!
//! A [Biscuit](https://www.biscuitsec.org) is a token of blocks, each signed by a key that the block before it names, the
//! first by the root key. Whoever holds one may append a block, which can only narrow it. Minting is that, and asks nobody:
//!
//! | what is appended | holds where |
//! |---|---|
//! | `check all audience($audience), $audience === "workday-api"` | the backend says it is that audience |
//! | `check all operation($operation), {"read"}.contains($operation)` | it asks for one of the permissions of the step; left out where the step names none |
//! | `check all time($time), $time < 2026-01-01T00:05:00Z` | its clock is before the end |
//!
//! They are `check all` and not `check if`, because a fact of the first block would satisfy the latter in place of what the
//! backend says.
//!
//! A token is attenuated only if the root key signed it, it is not sealed, and what is minted passes here for every
//! permission the step asks for. What is minted is read back and verified before it is handed on.
//!
//! Left out on purpose: minting from nothing, actors (a Biscuit does not say who acts), third-party blocks of our own,
//! lists of revoked tokens (the backend's, which knows them by the identifiers of the blocks).

mod attenuation;
mod config;
mod cost;
mod delegator;
mod factory;
mod inbound;
mod root_key;
mod token;

pub use factory::{BiscuitFactory, KIND};
