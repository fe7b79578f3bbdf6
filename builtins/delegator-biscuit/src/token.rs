//! The Biscuits of callers: which are read at all, and what is believed of one.

use biscuit_auth::{Biscuit, PublicKey};

/// How long the text of a token may be. It is one header, and every block costs a signature.
pub(crate) const MAX_BYTES: usize = 8 * 1024;

/// A token that the root key signed and a block may be appended to.
///
/// # Errors
/// Why it is none, without anything of it.
pub(crate) fn verified(text: &str, root: &PublicKey) -> Result<Biscuit, &'static str> {
    if text.len() > MAX_BYTES {
        return Err("is longer than 8 KiB");
    }
    // What the library says of a token may repeat it.
    let token = Biscuit::from_base64(text, root).map_err(|_| "is no Biscuit under the root key")?;
    if token.container().proof.is_sealed() {
        return Err("is sealed, so that no block can be appended to it");
    }
    Ok(token)
}

/// Whether one token is the other with a block more, of nobody but this process.
pub(crate) fn attenuates(minted: &Biscuit, inbound: &Biscuit) -> bool {
    let (minted, inbound) = (minted.container().to_proto(), inbound.container().to_proto());
    minted.root_key_id == inbound.root_key_id
        && minted.authority == inbound.authority
        && minted
            .blocks
            .split_last()
            .is_some_and(|(own, before)| before == inbound.blocks && own.external_signature.is_none())
}
