//! Hooks of the host's own: points that stand at no operation, with payloads of the host's making.
//!
//! Policy has no rules for them, since there is no entity a route could name. The plugins on them run as everywhere: by their
//! modes, priorities and `on_error`, under the guard, and on the record.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::hook::{Hook, HookPoint, HookSide};
use crate::payload::PayloadFault;

/// A hook of the host's own; [`crate::define_hook!`] declares one.
pub trait OwnHook: Hook<Payload: Clone + Serialize + DeserializeOwned> {}

/// A payload of such a hook without its type, as the runtime holds it. A copy is one reference more.
#[derive(Clone)]
pub struct OwnPayload {
    value: Arc<dyn Encode>,
}

impl OwnPayload {
    /// The payload of a typed hook.
    #[must_use]
    pub fn of<T: Clone + Serialize + Send + Sync + 'static>(value: T) -> Self {
        Self { value: Arc::new(value) }
    }

    /// The payload as that type, if it is one.
    #[must_use]
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.value.as_any().downcast_ref()
    }

    /// The payload as JSON, for hosts and plugins that have no types.
    ///
    /// # Errors
    /// It has no JSON form.
    pub fn to_json(&self) -> Result<Json, PayloadFault> {
        self.value.encode()
    }
}

impl fmt::Debug for OwnPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnPayload").finish_non_exhaustive()
    }
}

/// What the runtime knows of a hook of the host's own.
#[derive(Clone, Copy, Debug)]
pub struct HookDefinition {
    /// Its declaration.
    pub point: &'static HookPoint,
    decode: fn(Json) -> Result<OwnPayload, PayloadFault>,
}

impl HookDefinition {
    /// The definition of a typed hook.
    #[must_use]
    pub fn of<H: OwnHook>() -> Self {
        Self { point: H::POINT, decode: decode::<H::Payload> }
    }

    /// The definition of a hook whose payload is JSON, under a name that is known when the process runs. The name lives as
    /// long as the process.
    #[must_use]
    pub fn json(name: &str) -> Self {
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        let point = HookPoint { name, aliases: &[], side: HookSide::Pre, entity: None, after: None };
        Self { point: Box::leak(Box::new(point)), decode: decode::<Json> }
    }

    /// Reads a payload of the hook.
    ///
    /// # Errors
    /// It is not of the hook's shape.
    pub fn decode(&self, payload: Json) -> Result<OwnPayload, PayloadFault> {
        (self.decode)(payload)
    }
}

trait Encode: Any + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn encode(&self) -> Result<Json, PayloadFault>;
}

impl<T: Serialize + Send + Sync + 'static> Encode for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn encode(&self) -> Result<Json, PayloadFault> {
        serde_json::to_value(self).map_err(|error| PayloadFault(format!("the payload has no JSON form: {error}")))
    }
}

fn decode<T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static>(
    payload: Json,
) -> Result<OwnPayload, PayloadFault> {
    // The text of the error may quote the payload, which is nobody's but the hook's.
    let read = serde_json::from_value::<T>(payload);
    read.map(OwnPayload::of).map_err(|_| PayloadFault("the payload is not of the shape of this hook".to_owned()))
}

/// Declares hooks of the host's own, each with the type of its payload.
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize)]
/// pub struct Checkpoint {
///     pub name: String,
/// }
///
/// cpex_sdk::define_hook! {
///     /// After a checkpoint was written.
///     pub CheckpointSaved "checkpoint.saved" => Checkpoint;
/// }
/// ```
#[macro_export]
macro_rules! define_hook {
    ($($(#[$attribute:meta])* $visibility:vis $hook:ident $name:literal $([$($alias:literal)+])? => $payload:ty;)+) => {
        $(
            $(#[$attribute])*
            #[derive(Debug)]
            $visibility struct $hook;

            impl $crate::Hook for $hook {
                type Payload = $payload;
                const POINT: &'static $crate::HookPoint = &$crate::HookPoint {
                    name: $name,
                    aliases: &[$($($alias),+)?],
                    side: $crate::HookSide::Pre,
                    entity: None,
                    after: None,
                };
            }

            impl $crate::OwnHook for $hook {}
        )+
    };
}
