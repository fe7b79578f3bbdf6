//! How large a payload a plugin is handed: its `max_content_size`.

use cpex_sdk::PluginError;

use super::payload::Given;
use crate::size::{is_within, own_is_within};
use crate::snapshot::Control;

/// Why the plugin is not handed a payload, where it is too large for it. What it does not see it cannot judge, so that this
/// is a failure of the plugin, and its `on_error` says what that means.
pub(super) fn refused(control: &Control, given: Given<'_>) -> Option<PluginError> {
    let limit = control.config.max_content_size?;
    let within = match given {
        Given::Message(payload) => is_within(payload, limit),
        Given::Own(payload) => own_is_within(payload, limit),
    };
    let text = || format!("the payload has more than the {limit} bytes of its `max_content_size`");
    (!within).then(|| PluginError(text()))
}
