//! Payloads that stand in the message of an operation: the message itself, and the typed ones read out of it.

use std::future::Future;
use std::pin::Pin;

use apl_cmf::{Message, MessagePayload, View};

use crate::hook::Hook;
use crate::plugin::{HookHandler, PluginContext, PluginError, PluginResult, Verdict};

/// A call of a handler, as the runtime polls it.
pub(crate) type Handling<'a, P> = Pin<Box<dyn Future<Output = Result<PluginResult<P>, PluginError>> + Send + 'a>>;

/// A payload that stands in the message of an operation. A plugin for the message and one for the typed payload are asked
/// at the same point; this is the one conversion between the two.
pub trait HookPayload: Clone + Send + Sync + Sized + 'static {
    /// Reads it out of a message about an entity of that name.
    ///
    /// # Errors
    /// The message holds no such payload.
    fn read(payload: &MessagePayload, entity: &str) -> Result<Self, PayloadFault>;

    /// Puts it where it was read from. What it does not hold stays as it is.
    ///
    /// # Errors
    /// It is about something else than the message, or does not fit there.
    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault>;

    /// A message that holds it alone.
    fn into_message(self) -> MessagePayload;

    /// Reads it out of a message that nobody needs any more.
    ///
    /// # Errors
    /// As [`HookPayload::read`].
    fn take(payload: MessagePayload, entity: &str) -> Result<Self, PayloadFault> {
        Self::read(&payload, entity)
    }

    /// Whether it is the message itself.
    #[doc(hidden)]
    const IS_MESSAGE: bool = false;

    /// Whether a message about an entity of that name holds such a payload.
    #[doc(hidden)]
    fn fits(message: &Message, entity: &str) -> bool {
        // Only the parts are read: what else a message holds makes no difference.
        let message = Message::new(message.role, message.content.clone());
        Self::read(&MessagePayload { message }, entity).is_ok()
    }

    /// Asks a handler about the message.
    #[doc(hidden)]
    fn ask<'a, H, P>(
        plugin: &'a P,
        payload: &'a MessagePayload,
        extensions: &'a View<'a>,
        context: &'a mut PluginContext,
    ) -> Handling<'a, MessagePayload>
    where
        H: Hook<Payload = Self>,
        P: HookHandler<H>,
    {
        Box::pin(async move {
            let entity = H::POINT.entity.and_then(|kind| extensions.entity(kind));
            let typed = Self::read(payload, entity.map_or("", |entity| entity.name))?;
            let PluginResult { verdict, changes, metadata } = plugin.handle(&typed, extensions, context).await?;
            let verdict = match verdict {
                Verdict::Allow => Verdict::Allow,
                Verdict::Deny(violation) => Verdict::Deny(violation),
                Verdict::Modify(changed) => {
                    let mut payload = payload.clone();
                    changed.write(&mut payload)?;
                    Verdict::Modify(payload)
                }
            };
            Ok(PluginResult { verdict, changes, metadata })
        })
    }
}

/// Why a payload does not fit its hook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PayloadFault(pub String);

impl From<PayloadFault> for PluginError {
    fn from(fault: PayloadFault) -> Self {
        Self(fault.0)
    }
}

impl HookPayload for MessagePayload {
    fn read(payload: &MessagePayload, _entity: &str) -> Result<Self, PayloadFault> {
        Ok(payload.clone())
    }

    fn write(self, payload: &mut MessagePayload) -> Result<(), PayloadFault> {
        *payload = self;
        Ok(())
    }

    fn into_message(self) -> MessagePayload {
        self
    }

    fn take(payload: MessagePayload, _entity: &str) -> Result<Self, PayloadFault> {
        Ok(payload)
    }

    const IS_MESSAGE: bool = true;

    fn ask<'a, H, P>(
        plugin: &'a P,
        payload: &'a MessagePayload,
        extensions: &'a View<'a>,
        context: &'a mut PluginContext,
    ) -> Handling<'a, MessagePayload>
    where
        H: Hook<Payload = Self>,
        P: HookHandler<H>,
    {
        plugin.handle(payload, extensions, context)
    }
}
