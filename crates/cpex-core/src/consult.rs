//! One plugin, asked alone by its name. No policy has a say, no other plugin is asked and no record is written, so that what
//! it answers permits nothing: it is no [`Decision`](crate::Decision) and leads to no [`Permit`](crate::Permit).

use std::sync::Arc;

use apl_cmf::{Credentials, HttpContext, MessagePayload, NameSet, Proofs, Standing};
use apl_core::Denial;
use apl_core::diagnostic::nearest;
use cpex_sdk::audit::Execution;
use cpex_sdk::config::PluginMode;
use cpex_sdk::{HookPoint, HookSide, Instance, OwnPayload, code};
use serde_json::{Map, Value as Json};

use crate::background;
use crate::context::ContextTable;
use crate::control::{self, Called};
use crate::hooks::{Contexts, Request, asked_by};
use crate::manager::PluginManager;
use crate::operation::Caller;
use crate::outcome::Violation;
use crate::own_hook::OwnRequest;
use crate::road::state::{Journey, Known, Matter};
use crate::snapshot::Snapshot;
use crate::underway::shared;

/// What came of asking one plugin.
#[derive(Debug)]
#[must_use]
pub struct Consulted<P = MessagePayload> {
    /// What its mode and its `on_error` make of its answer.
    pub advice: Advice<P>,
    /// What it did; none of one that runs in the background, which nobody waits for.
    pub execution: Option<Execution>,
    /// What went wrong, for the host's own logs.
    pub errors: Vec<String>,
    /// For the next hook of the request. A permit in it is as it was.
    pub contexts: Contexts,
}

/// Whether the plugin stands against it. Neither permits an operation: only
/// [`PluginManager::guard`] and [`PluginManager::authorize`] do, and the hooks of operations.
#[derive(Debug)]
pub enum Advice<P = MessagePayload> {
    /// It has nothing against it.
    Pass(Passed<P>),
    /// It is against it. One that is off since an error is, too.
    Deny(Violation),
}

/// What a plugin that has nothing against it left.
#[derive(Debug)]
pub struct Passed<P = MessagePayload> {
    /// The payload, changed where its mode lets it.
    pub payload: P,
    /// The HTTP request that carried it, as the plugin left its headers; none where nothing is known of it.
    pub http: Option<Arc<HttpContext>>,
    /// What the host attached, as the plugin left it; none where it attached nothing.
    pub custom: Option<Arc<Map<String, Json>>>,
    /// Labels of the message, those of the plugin among them. It is in no session.
    pub labels: NameSet,
}

/// Why a plugin could not be asked. What was given for it is dropped, and with it a permit: an operation that goes on asks
/// once more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsultError {
    /// There is none of that name.
    #[error("there is no plugin `{name}`{}", hint(nearest.as_deref()))]
    UnknownPlugin {
        /// The name.
        name: String,
        /// The name that comes nearest.
        nearest: Option<String>,
    },
    /// No declaration knows the hook, or it is one of the host's own where one of operations is meant, or the reverse.
    #[error("there is no such hook for this payload: `{hook}`{}", hint(nearest.as_deref()))]
    UnknownHook {
        /// The name.
        hook: String,
        /// The name that comes nearest.
        nearest: Option<String>,
    },
    /// Its mode is `disabled`, so that it was never started.
    #[error("plugin `{plugin}` is declared with `mode: disabled`: give it another mode")]
    Disabled {
        /// The plugin.
        plugin: String,
    },
    /// It is none that handles the hook.
    #[error("plugin `{plugin}` does not handle hook `{hook}`")]
    Unhandled {
        /// The plugin.
        plugin: String,
        /// The hook.
        hook: &'static str,
    },
    /// The payload is not of the shape of the hook.
    #[error("the payload is not of the shape of hook `{hook}`")]
    Payload {
        /// The hook.
        hook: &'static str,
    },
    /// Nothing is in force.
    #[error("no document is in force: load one and call `initialize`")]
    NothingInForce,
}

impl PluginManager {
    /// Asks one plugin about a message at a hook of operations, `on_demand` ones above all. It is asked as policy asks one that
    /// it names, whatever its `conditions` say: its mode and its `on_error` hold, and one that is off denies
    /// `plugin.disabled`.
    ///
    /// Nobody is verified: credentials leave the caller anonymous, and the identity a host vouches for is believed.
    ///
    /// # Errors
    /// The plugin could not be asked.
    pub async fn invoke_plugin(&self, name: &str, hook: &str, request: Request) -> Result<Consulted, ConsultError> {
        let snapshot = self.snapshot().ok_or(ConsultError::NothingInForce)?;
        let point = HookPoint::find(hook)
            .ok_or_else(|| unknown_hook(hook, HookPoint::ALL.iter().flat_map(|point| spellings(point))))?;
        let index = position(&snapshot, name, point)?;
        let Request { envelope, caller, global, contexts } = request;
        let mut contexts = contexts.unwrap_or_default();
        let (asked, answer) = match point.side {
            HookSide::Pre => (envelope, None),
            HookSide::Post => {
                let (asked, answer) = envelope.replace_message(|answer| asked_by(answer, point.entity));
                (asked, Some(answer))
            }
        };
        let table = ContextTable::continued(Some(contexts.take_table()), global);
        let mut journey = identified(Journey::new(snapshot, point, asked, table), caller);
        if let (Some(answer), Matter::Envelope(envelope)) = (answer, &mut journey.matter) {
            envelope.answer(answer);
        }
        let heard = ask(&mut journey, index).await;
        let passed = |journey: Journey| {
            let Matter::Envelope(envelope) = journey.matter else { return None };
            let (request, response) = envelope.into_messages();
            let message = if point.side == HookSide::Pre { Some(request) } else { response };
            message.map(|message| MessagePayload { message })
        };
        Ok(consulted(journey, contexts, heard, passed))
    }

    /// Asks one plugin about a payload at a hook of the host's own, as [`PluginManager::invoke_plugin`] does.
    ///
    /// # Errors
    /// The plugin could not be asked.
    pub async fn invoke_plugin_json(
        &self,
        name: &str,
        hook: &str,
        request: OwnRequest<Json>,
    ) -> Result<Consulted<Json>, ConsultError> {
        let snapshot = self.snapshot().ok_or(ConsultError::NothingInForce)?;
        let definition = snapshot.own_hooks.find(hook).copied();
        let definition =
            definition.ok_or_else(|| unknown_hook(hook, snapshot.own_hooks.points().flat_map(spellings)))?;
        let point = definition.point;
        let index = position(&snapshot, name, point)?;
        let OwnRequest { payload, context, caller, global, mut contexts } = request;
        let payload = definition.decode(payload).map_err(|_| ConsultError::Payload { hook: point.name })?;
        let table = ContextTable::continued(Some(contexts.take_table()), global);
        let mut journey = identified(Journey::new(snapshot, point, context, table), caller);
        journey.passage.own = Some(payload);
        let heard = ask(&mut journey, index).await;
        let passed = |mut journey: Journey| journey.passage.own.take().and_then(|own: OwnPayload| own.to_json().ok());
        Ok(consulted(journey, contexts, heard, passed))
    }
}

/// The index of a plugin that handles the hook.
fn position(snapshot: &Snapshot, name: &str, point: &'static HookPoint) -> Result<usize, ConsultError> {
    let found = snapshot.position(name).and_then(|index| Some((index, snapshot.control(None, index)?)));
    let Some((index, control)) = found else {
        let nearest = nearest(name, snapshot.names()).map(str::to_owned);
        return Err(ConsultError::UnknownPlugin { name: name.to_owned(), nearest });
    };
    match &control.instance {
        None => Err(ConsultError::Disabled { plugin: name.to_owned() }),
        Some(Instance::Plugin(plugin)) if plugin.handles(point) => Ok(index),
        Some(_) => Err(ConsultError::Unhandled { plugin: name.to_owned(), hook: point.name }),
    }
}

/// The operation with the caller the host states.
fn identified(mut journey: Journey, caller: Caller) -> Journey {
    let (identity, standing, inbound) = match caller {
        Caller::Vouched(identity) if identity.is_authenticated() => {
            (Some(identity), Standing::Vouched, Credentials::none())
        }
        Caller::Vouched(_) => (None, Standing::Anonymous, Credentials::none()),
        Caller::Credentials(credentials) => (None, Standing::Anonymous, credentials),
    };
    journey.identify(Known { identity, standing, proofs: Proofs::none() }, inbound);
    journey
}

/// Asks, and gives the denial if there is one.
async fn ask(journey: &mut Journey, index: usize) -> Option<Denial> {
    let snapshot = Arc::clone(&journey.passage.snapshot);
    let (Some(control), Ok(mut identified)) = (snapshot.control(None, index), journey.identified()) else {
        return Some(Denial::new(code::POLICY_PROTOCOL));
    };
    if control.config.mode == PluginMode::FireAndForget && !control.is_disabled() {
        background::start(index, identified.envelope, identified.passage);
        return None;
    }
    let called = control::run(control, &mut identified).await;
    snapshot.meter.executed(&journey.passage.trail.executions);
    match called {
        Called::GoOn => None,
        Called::Deny(denial) => Some(denial),
    }
}

fn consulted<P>(
    mut journey: Journey,
    mut contexts: Contexts,
    denial: Option<Denial>,
    passed: impl FnOnce(Journey) -> Option<P>,
) -> Consulted<P> {
    let passage = &mut journey.passage;
    contexts.put_table(std::mem::take(&mut passage.contexts));
    let (execution, errors) = (passage.trail.executions.pop(), std::mem::take(&mut passage.trail.errors));
    let against = |denial| Advice::Deny(Violation::new(&denial, None));
    let advice = match denial {
        Some(denial) => against(denial),
        None => {
            let (http, custom) = shared(&journey);
            let labels = journey.envelope().map(|envelope| envelope.message_labels().clone()).unwrap_or_default();
            match passed(journey) {
                Some(payload) => Advice::Pass(Passed { payload, http, custom, labels }),
                None => {
                    against(Denial::new(code::PAYLOAD_INVALID).because("the plugin left a payload of another shape"))
                }
            }
        }
    };
    Consulted { advice, execution, errors, contexts }
}

fn spellings(point: &'static HookPoint) -> impl Iterator<Item = &'static str> {
    std::iter::once(point.name).chain(point.aliases.iter().copied())
}

fn unknown_hook<'h>(hook: &str, known: impl Iterator<Item = &'h str>) -> ConsultError {
    ConsultError::UnknownHook { hook: hook.to_owned(), nearest: nearest(hook, known).map(str::to_owned) }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default()
}
