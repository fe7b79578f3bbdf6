//! What makes a log provable: the hash that binds each line to the one before, and the key that signs checkpoints.
//!
//! Hashes are SHA-256 over the bytes of a line without its line break: no canonical form is needed to check them, only the
//! line as it stands.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cpex_sdk::cmf::Secret;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

/// How a stream is chained.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) signer: Arc<Signer>,
    /// After so many records a checkpoint is written.
    pub(crate) every: u64,
}

/// A key that signs checkpoints: Ed25519 (RFC 8032).
pub(crate) struct Signer {
    pair: Ed25519KeyPair,
    id: Hash,
}

/// A SHA-256 hash, shown as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hash([u8; 32]);

/// Bytes that come piece by piece.
#[derive(Clone)]
pub(crate) struct Hashing(Context);

impl Signer {
    /// Reads a private key: PEM of PKCS#8, or the 64 hexadecimal digits of its seed.
    pub(crate) fn read(secret: &Secret) -> Result<Self, &'static str> {
        let text = secret.expose().trim();
        let pair = match text.strip_prefix("-----BEGIN PRIVATE KEY-----") {
            Some(rest) => from_pem(rest),
            None if text.starts_with("-----BEGIN") => None,
            None => from_seed(text),
        };
        let pair =
            pair.ok_or("expected an Ed25519 private key: PEM of PKCS#8, or the 64 hexadecimal digits of its seed")?;
        let id = Hash::of(pair.public_key().as_ref());
        Ok(Self { pair, id })
    }

    /// The digest of the public key, by which a checkpoint names it.
    pub(crate) const fn id(&self) -> Hash {
        self.id
    }

    /// The signature of these bytes, 64 bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> impl fmt::Display + use<> {
        struct Shown(aws_lc_rs::signature::Signature);
        impl fmt::Display for Shown {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(self.0.as_ref(), f)
            }
        }
        Shown(self.pair.sign(bytes))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Hash {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self::from_digest(digest(&SHA256, bytes).as_ref())
    }

    fn from_digest(digest: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
        Self(hash)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Hashing {
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn hash(&self) -> Hash {
        Hash::from_digest(self.0.clone().finish().as_ref())
    }
}

impl fmt::Debug for Hashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing").finish_non_exhaustive()
    }
}

fn from_pem(rest: &str) -> Option<Ed25519KeyPair> {
    let body = rest.strip_suffix("-----END PRIVATE KEY-----")?;
    let body: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
    let der = Zeroizing::new(STANDARD.decode(&*body).ok()?);
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok()
}

fn from_seed(text: &str) -> Option<Ed25519KeyPair> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let digits = Zeroizing::new(digits.filter(|digits| digits.len() == 64)?);
    let seed: Vec<u8> = digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
    Ed25519KeyPair::from_seed_unchecked(&Zeroizing::new(seed)).ok()
}

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    /// The first example of RFC 8032, section 7.1.
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    #[test]
    fn a_seed_is_the_key_of_the_standard() {
        let signer = Signer::read(&SEED.into()).unwrap();
        let public = signer.pair.public_key();
        assert_eq!(Hash::from_digest(public.as_ref()).to_string(), PUBLIC);
        assert_eq!(signer.id(), Hash::of(public.as_ref()));
        let signature = signer.pair.sign(b"");
        UnparsedPublicKey::new(&ED25519, public.as_ref()).verify(b"", signature.as_ref()).unwrap();
        assert!(signer.sign(b"").to_string().starts_with("e5564300c360ac729086e2cc806e828a"));
    }

    #[test]
    fn pem_is_the_same_key_and_line_breaks_at_the_end_do_not_matter() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        for document in [pair.to_pkcs8().unwrap(), pair.to_pkcs8v1().unwrap()] {
            let body = STANDARD.encode(document.as_ref());
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
            let signer = Signer::read(&pem.into()).unwrap();
            assert_eq!(signer.id(), Signer::read(&"07".repeat(32).into()).unwrap().id());
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_its_text() {
        let (short, digits) = (SEED.get(1..).unwrap(), SEED.replace('9', "g"));
        let public = "-----BEGIN PUBLIC KEY-----\nMCo=\n-----END PUBLIC KEY-----";
        let broken = "-----BEGIN PRIVATE KEY-----\nMCo=\n-----END PRIVATE KEY-----";
        for text in ["", short, &digits, public, broken, "-----BEGIN PRIVATE KEY-----\nMCo="] {
            let fault = Signer::read(&text.into()).unwrap_err();
            assert!(fault.starts_with("expected an Ed25519 private key"), "{fault}");
        }
    }

    #[test]
    fn a_key_is_not_shown() {
        let shown = format!("{:?}", Signer::read(&SEED.into()).unwrap());
        assert!(shown.starts_with("Signer { id: Hash("), "{shown}");
        assert!(!shown.contains("157, 97, 177"), "{shown}");
    }

    #[test]
    fn pieces_hash_like_the_whole() {
        let mut hashing = Hashing::new();
        hashing.add(b"ab");
        hashing.add(b"c");
        assert_eq!(hashing.hash(), Hash::of(b"abc"));
        assert_eq!(Hash::of(b"abc").to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
