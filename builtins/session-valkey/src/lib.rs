//! Session labels, and what waits for a person, in Valkey or Redis, so that processes that share one are replicas.
//!
//! | what | is | asked by |
//! |---|---|---|
//! | the labels of a session | a set under a digest | `ROLE` and `SMEMBERS`; `SADD` and `EXPIRE` in one transaction; `SREM`; `DEL` |
//! | what waits for a person | a string that expires | `GET`; `SET NX PX`, which is what makes an approval good for one replica of all |
//! | what is found without its key | a sorted set, by when it ends | `ZADD`, `ZRANGE`, then `MGET` |
//!
//! Each is one round trip but for the listing, and none is a script. A lost label is a wrong allow, so whatever is not the
//! plain answer is an error, which denies: a server that is a replica, that may drop keys when its memory is full, or that
//! cannot be asked about that is not used at all.
//!
//! Nothing is sent a second time unless it certainly was not sent, or does the same twice: labels are read and added again
//! where the connection was lost, never removed, and no approval is taken twice.

mod config;
mod dial;
mod endpoint;
mod factory;
mod fault;
mod keys;
mod link;
mod server;
mod sessions;
mod tls;
mod waits;

pub use factory::{KIND, ValkeyFactory};
