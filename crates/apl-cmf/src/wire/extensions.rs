//! The context of an operation as it stands on the wire, slot by slot. Credentials and what policy restricts are no slots.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::{
    AgentContext, Client, DataPolicy, Delegation, Draft, HttpContext, Meta, NameSet, ObjectProfile, RequestContext,
    Subject, Workload,
};

macro_rules! slots {
    ($(#[$meta:meta])* $type:ident { $($name:ident: $slot:ty, $doc:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $type {
            $(#[doc = $doc] #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$slot>,)+
        }

        impl $type {
            /// Whether no slot holds anything.
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                $(self.$name.is_none())&&+
            }
        }
    };
}

slots! {
    /// The slots.
    Extensions {
        request: RequestContext, "The request it belongs to.";
        agent: AgentContext, "The agent that acts.";
        http: HttpContext, "The HTTP request that carried it.";
        security: Security, "Who asks, and how far data is tainted.";
        delegation: Delegation, "The chain of delegation that led to the caller.";
        mcp: Map<String, Json>, "The MCP context.";
        llm: Map<String, Json>, "The inference context.";
        completion: Map<String, Json>, "The completion context.";
        provenance: Map<String, Json>, "Where its content came from.";
        framework: Map<String, Json>, "The agent framework's context.";
        meta: Meta, "What the host knows of the entity.";
        custom: Map<String, Json>, "What the host attached.";
    }
}

slots! {
    /// Who asks, and what is known of the data.
    Security {
        subject: Subject, "The verified subject.";
        client: Client, "The verified OAuth client.";
        caller_workload: Workload, "The attested workload that asks.";
        this_workload: Workload, "The workload the runtime is.";
        labels: NameSet, "Taint labels.";
        objects: BTreeMap<String, ObjectProfile>, "Profiles of the objects it touches.";
        data: BTreeMap<String, DataPolicy>, "What holds for the data it gives out.";
    }
}

impl Extensions {
    /// The slot that says who somebody is, or how far data is tainted, if there is one.
    pub(super) fn stated_identity(&self) -> Option<&'static str> {
        let security = self.security.as_ref()?;
        let stated = [
            ("subject", security.subject.is_some()),
            ("client", security.client.is_some()),
            ("caller_workload", security.caller_workload.is_some()),
            ("this_workload", security.this_workload.is_some()),
            ("labels", security.labels.is_some()),
        ];
        stated.into_iter().find_map(|(slot, is_stated)| is_stated.then_some(slot))
    }

    /// The draft with these slots.
    pub(super) fn attach(self, mut draft: Draft) -> Draft {
        macro_rules! attach {
            ($from:expr => $($name:ident)+) => { $(if let Some(slot) = $from.$name { draft = draft.$name(slot); })+ };
        }
        if let Some(security) = self.security {
            attach!(security => objects data);
        }
        attach!(self => request agent http delegation mcp llm completion provenance framework meta custom);
        draft
    }
}
