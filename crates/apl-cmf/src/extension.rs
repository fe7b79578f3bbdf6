//! Making the changes that plugins ask for beside the payload.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::change::ExtensionChange;
use crate::context::is_sensitive_header;
use crate::credential::{is_header_value, is_http_token};
use crate::slots::Slots;

/// Makes a change of a slot, one that [can be made](is_possible); answers whether anything is different.
pub(crate) fn change(slots: &mut Slots, change: ExtensionChange) -> bool {
    match change {
        ExtensionChange::RequestHeader(name, value) => {
            let http = Arc::make_mut(slots.http.get_or_insert_default());
            set_header(&mut http.request_headers, &name, value)
        }
        ExtensionChange::ResponseHeader(name, value) => {
            let http = Arc::make_mut(slots.http.get_or_insert_default());
            set_header(&mut http.response_headers, &name, value)
        }
        ExtensionChange::Hop(hop) => {
            Arc::make_mut(slots.delegation.get_or_insert_default()).append(hop);
            true
        }
        ExtensionChange::Custom(key, value) => {
            let custom = Arc::make_mut(slots.custom.get_or_insert_default());
            match value {
                Some(value) if custom.get(&key) == Some(&value) => false,
                Some(value) => {
                    custom.insert(key, value);
                    true
                }
                None => custom.remove(&key).is_some(),
            }
        }
        // These stand beside the slots.
        ExtensionChange::Label(..) | ExtensionChange::DelegatedToken(_) => false,
    }
}

/// Whether a change is one that could be made: of headers, those that are headers and carry no credential.
pub(crate) fn is_possible(change: &ExtensionChange) -> bool {
    match change {
        ExtensionChange::RequestHeader(name, value) | ExtensionChange::ResponseHeader(name, value) => {
            is_http_token(name) && !is_sensitive_header(name) && value.as_deref().is_none_or(is_header_value)
        }
        ExtensionChange::DelegatedToken(minted) => minted.is_sendable(),
        ExtensionChange::Label(..) | ExtensionChange::Hop(_) | ExtensionChange::Custom(..) => true,
    }
}

fn set_header(headers: &mut BTreeMap<String, String>, name: &str, value: Option<String>) -> bool {
    let name = name.to_ascii_lowercase();
    match value {
        Some(value) if headers.get(&name) == Some(&value) => false,
        Some(value) => {
            headers.insert(name, value);
            true
        }
        None => headers.remove(&name).is_some(),
    }
}
