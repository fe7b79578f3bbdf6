//! The payload a hooked plugin is handed: a message, or a payload of the host's own.

use apl_cmf::{Envelope, MessagePayload, View};
use cpex_sdk::{HookPoint, OwnPayload, PluginContext, PluginError, PluginInstance, PluginResult};

use crate::road::state::Passage;

/// What a plugin is handed.
#[derive(Clone, Copy)]
pub(super) enum Given<'p> {
    Message(&'p MessagePayload),
    Own(&'p OwnPayload),
}

/// What a plugin answers in the place of it.
pub(super) enum Modified {
    Message(MessagePayload),
    Own(OwnPayload),
}

/// What a handler answers; none where there is no handler.
pub(super) type Handled = Option<Result<PluginResult<Modified>, PluginError>>;

impl<'p> Given<'p> {
    /// The payload of this side; none before the capability answered.
    pub(super) fn of(envelope: &'p Envelope, passage: &'p Passage) -> Option<Self> {
        match &passage.own {
            Some(own) => Some(Self::Own(own)),
            None => envelope.payload(passage.side()).map(Self::Message),
        }
    }

    /// Hands it to the plugin.
    pub(super) async fn to(
        self,
        plugin: &PluginInstance,
        point: &HookPoint,
        view: &View<'_>,
        context: &mut PluginContext,
    ) -> Handled {
        match self {
            Self::Message(payload) => {
                let answer = plugin.call(point, payload, view, context).await?;
                Some(answer.map(|result| result.map(Modified::Message)))
            }
            Self::Own(payload) => {
                let answer = plugin.call_own(point, payload, view, context).await?;
                Some(answer.map(|result| result.map(Modified::Own)))
            }
        }
    }
}
