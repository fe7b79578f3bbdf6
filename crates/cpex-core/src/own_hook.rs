//! Invoking the hooks of the host's own: the same road, on which policy has nothing to say.

use apl_cmf::{Draft, Message, Role};
use cpex_sdk::{GlobalContext, HookDefinition, OwnHook, OwnPayload};
use serde_json::Value as Json;

use crate::context::ContextTable;
use crate::hooks::{Contexts, HOOK_UNKNOWN, PAYLOAD_INVALID, UNKNOWN};
use crate::manager::PluginManager;
use crate::operation::Caller;
use crate::outcome::{Decision, Outcome};
use crate::road::state::Journey;
use crate::underway::Underway;

/// One invocation of a hook of the host's own.
#[derive(Debug)]
pub struct OwnRequest<P> {
    /// What plugins are asked about.
    pub payload: P,
    /// What surrounds it, for plugins to read; its message is not looked at.
    pub context: Draft,
    /// Who the host says is there. Nobody is verified here: credentials leave the caller anonymous.
    pub caller: Caller,
    /// What plugins of the request share.
    pub global: GlobalContext,
    /// What an earlier hook of the request gave; it is handed on. A denial drops it.
    pub contexts: Contexts,
}

/// What a hook of the host's own let through.
#[derive(Debug)]
pub struct InvokedOwn<P> {
    /// The payload as plugins left it.
    pub payload: P,
    /// For the next hook of the request.
    pub contexts: Contexts,
}

impl<P> OwnRequest<P> {
    /// An invocation by an anonymous caller.
    #[must_use]
    pub fn new(payload: P) -> Self {
        Self {
            payload,
            context: Draft::new(Message::new(Role::System, Vec::new())),
            caller: Caller::anonymous(),
            global: GlobalContext::default(),
            contexts: Contexts::default(),
        }
    }

    fn map<Q>(self, form: impl FnOnce(P) -> Q) -> OwnRequest<Q> {
        let Self { payload, context, caller, global, contexts } = self;
        OwnRequest { payload: form(payload), context, caller, global, contexts }
    }
}

impl PluginManager {
    /// Invokes hook `H` of the host's own. One that was not registered is denied `hook.unknown`.
    pub async fn invoke_own<H: OwnHook>(&self, request: OwnRequest<H::Payload>) -> Outcome<InvokedOwn<H::Payload>> {
        let outcome = self.own(H::POINT.name, request.map(OwnPayload::of), |_, payload| Some(payload)).await;
        released(outcome, |payload| match payload.get::<H::Payload>() {
            Some(typed) => Some(typed.clone()),
            None => HookDefinition::of::<H>().decode(payload.to_json().ok()?).ok()?.get().cloned(),
        })
    }

    /// Invokes a hook of the host's own by its name, with a payload in JSON. A name that was not registered is denied
    /// `hook.unknown`, a payload of another shape than the hook's `payload.invalid`.
    pub async fn invoke_json(&self, hook: &str, request: OwnRequest<Json>) -> Outcome<InvokedOwn<Json>> {
        let outcome = self.own(hook, request, |definition, payload| definition.decode(payload).ok()).await;
        released(outcome, |payload| payload.to_json().ok())
    }

    async fn own<P>(
        &self,
        hook: &str,
        request: OwnRequest<P>,
        read: impl FnOnce(&HookDefinition, P) -> Option<OwnPayload>,
    ) -> Outcome<InvokedOwn<OwnPayload>> {
        let Some(snapshot) = self.snapshot() else { return Outcome::engine_down() };
        let Some(definition) = snapshot.own_hooks.find(hook).copied() else {
            return self.refuse(&UNKNOWN, request.context, HOOK_UNKNOWN).await;
        };
        let OwnRequest { payload, context, caller, global, mut contexts } = request;
        let Some(payload) = read(&definition, payload) else {
            return self.refuse(definition.point, context, PAYLOAD_INVALID).await;
        };
        if snapshot.hooked(definition.point).is_none() && snapshot.settings.max_payload_bytes.is_none() {
            return Outcome::nothing_asked(InvokedOwn { payload, contexts });
        }
        let table = ContextTable::continued(Some(contexts.take_table()), global);
        let mut journey = Journey::new(snapshot, definition.point, context, table);
        journey.passage.own = Some(payload);
        let mut underway = Underway::new(journey);
        let settled = underway.before(caller).await;
        let Some((mut journey, settled)) = underway.into_journey().zip(settled) else {
            return Outcome::engine_down();
        };
        let Outcome { decision: end, report } = settled.conclude(&mut journey);
        let passage = &mut journey.passage;
        contexts.put_table(std::mem::take(&mut passage.contexts));
        let decision = match (end, passage.own.take()) {
            (Decision::Allow(_), Some(payload)) => Decision::Allow(InvokedOwn { payload, contexts }),
            (Decision::Allow(_), None) => return Outcome::engine_down(),
            (Decision::Deny(violation), _) => Decision::Deny(violation),
            (Decision::Pending(pending), _) => Decision::Pending(pending),
        };
        Outcome { decision, report }
    }
}

/// The outcome with the payload in another form.
fn released<P>(
    outcome: Outcome<InvokedOwn<OwnPayload>>,
    form: impl FnOnce(OwnPayload) -> Option<P>,
) -> Outcome<InvokedOwn<P>> {
    let Outcome { decision, report } = outcome;
    let decision = match decision {
        Decision::Allow(InvokedOwn { payload, contexts }) => match form(payload) {
            Some(payload) => Decision::Allow(InvokedOwn { payload, contexts }),
            None => return Outcome::refused(PAYLOAD_INVALID.0, "a plugin left a payload of another shape"),
        },
        Decision::Deny(violation) => Decision::Deny(violation),
        Decision::Pending(pending) => Decision::Pending(pending),
    };
    Outcome { decision, report }
}
