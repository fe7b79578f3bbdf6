//! Identity plugins for CPEX: signed JSON web tokens and API keys.
//!
//! `identity/jwt` looks for one token in one place of a request, verifies it with a key of the issuer the token names, and
//! answers who it speaks for: a user, an OAuth client or a workload. Keys are part of the document; none is ever taken from
//! a token.
//!
//! A token is a JWS in compact form (RFC 7515) whose payload is a set of claims (RFC 7519). It is accepted when all of this
//! holds, and refused with the code of the first that does not:
//!
//! | what | else |
//! |---|---|
//! | the place holds one value, and it is not empty | `auth.ambiguous`, `auth.empty` |
//! | at most 16 KiB, three parts in base64url, objects of JSON at most 32 deep that state no member twice, `alg`, `kid`, `typ` and registered claims of their types | `auth.malformed` |
//! | no `crit` in the header, and a `typ` that is that of a token, if any | `auth.invalid` |
//! | `iss` is exactly that of a trusted issuer | `auth.issuer` |
//! | `alg` is one that the key of the issuer may be used with | `auth.invalid` |
//! | `kid`, where both the token and the key have one, is that of the key; the signature verifies | `auth.signature` |
//! | `exp` is there, and lies ahead | `auth.invalid`, `auth.expired` |
//! | `nbf` and `iat`, where given, do not lie ahead | `auth.not_yet_valid` |
//! | `aud` names one of the audiences, unless their check was switched off | `auth.audience` |
//! | the principal has an identifier (a SPIFFE ID, for a workload), and claims that are mapped have a readable shape | `auth.invalid`, `auth.malformed` |
//!
//! No token there, or a credential of another scheme, is neither accepted nor refused. Times are read from the clock port,
//! and the leeway is none unless the document grants one. What is recorded of a refusal names issuer, key and check; nothing
//! of the token can get into it, for the texts are fixed.
//!
//! Keys that an issuer publishes are fetched when a token asks for them; what is there serves while it cannot be fetched, for a
//! day. A token that comes again is not verified again until it expires or the keys are fetched anew; of its text a digest is
//! kept, and how many are kept is fixed.
//!
//! `identity/api-key` recognises callers by random keys or by keys with a costly hash; no key stands in a document.

mod algorithm;
mod api_key;
mod config;
mod factory;
mod issuer;
mod key;
mod key_set;
mod mapping;
mod place;
mod refusal;
mod resolver;
mod token;
mod verified;

pub use api_key::{API_KEY_KIND, ApiKeyFactory};
pub use factory::{JwtFactory, KIND};
