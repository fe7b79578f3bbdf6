//! Making the changes that plugins ask for beside the payload.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::change::ExtensionChange;
use crate::context::is_sensitive_header;
use crate::slots::Slots;

/// Makes a change of a slot; answers whether anything is different, or none where it is no change that could be made.
pub(crate) fn change(slots: &mut Slots, change: ExtensionChange) -> Option<bool> {
    match change {
        ExtensionChange::Label(..) => None,
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
            Some(true)
        }
        ExtensionChange::Custom(key, value) => {
            let custom = Arc::make_mut(slots.custom.get_or_insert_default());
            Some(match value {
                Some(value) if custom.get(&key) == Some(&value) => false,
                Some(value) => {
                    custom.insert(key, value);
                    true
                }
                None => custom.remove(&key).is_some(),
            })
        }
    }
}

fn set_header(headers: &mut BTreeMap<String, String>, name: &str, value: Option<String>) -> Option<bool> {
    if !is_header(name, value.as_deref()) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    Some(match value {
        Some(value) if headers.get(&name) == Some(&value) => false,
        Some(value) => {
            headers.insert(name, value);
            true
        }
        None => headers.remove(&name).is_some(),
    })
}

/// A header is no credential and cannot end another header (RFC 9110, section 5.5).
fn is_header(name: &str, value: Option<&str>) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_name = !name.is_empty() && name.bytes().all(is_token) && !is_sensitive_header(name);
    is_name && value.is_none_or(|value| !value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)))
}
