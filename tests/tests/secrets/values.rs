//! Every public type that holds a secret, with one in it, as it prints.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use cpex::apl::compile::{DeclaredKey, HashKey};
use cpex::cmf::{
    Author, Capabilities, Capability, Change, ContentPart, Credentials, Draft, Envelope, ExtensionChange, Identity,
    Message, Minted, PrincipalKind, Proofs, Role, Secret, Standing, Subject, ToolCall, View,
};
use cpex::policy::{Declarations, Facts};
use cpex::prelude::*;
use cpex::sdk::config::SecretSource;
use cpex::sdk::delegation::{MintRequest, Notes, Party};
use cpex::sdk::elicitation::{Ask, ElicitationStore as _, Entry, QuestionId, StoreKey};
use cpex::sdk::http::{ClientIdentity, Egress, OutboundResponse};
use cpex::sdk::peer::Trust;
use cpex::sdk::testing::{FixedSecrets, ManualClock, START_MS, block_on, tool_call};
use cpex::sdk::{Inbound, PluginResult, Resolution, Verdict};
use cpex::{MemoryStore, OwnRequest, Request};
use cpex_core::MemoryElicitations;
use serde_json::Map;

use super::source::holders;
use super::{expect_none, road};

/// A secret under every name that is looked for.
fn secret() -> Secret {
    Secret::from("planted-secret")
}

pub(super) fn minted() -> Minted {
    Minted { header: "X-Pay".to_owned(), value: secret(), audience: "pay".into(), permissions: Vec::new() }
}

pub(super) fn credentials() -> Credentials {
    Credentials::bearer("planted-token").with("Cookie", "session=planted").with_parameter("token", "planted")
}

fn envelope() -> Envelope {
    let call = ContentPart::ToolCall(ToolCall::new("call", "get_pay", Map::new()));
    let draft = Draft::new(Message::new(Role::Assistant, vec![call]));
    let mut envelope = draft.identify(Identity::default(), Standing::Verified, START_MS);
    envelope.receive_credentials(credentials(), proofs());
    envelope.apply(&Author::Policy("rule".into()), Change::Mint(minted())).unwrap();
    envelope
}

fn proofs() -> Proofs {
    Proofs::none().with(PrincipalKind::Subject, secret())
}

fn show(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

/// What messages and hooks hold.
fn of_messages() -> Vec<(&'static str, String)> {
    let envelope = envelope();
    let all = [Capability::ReadInboundCredentials, Capability::ReadDelegatedTokens];
    let view = View::new(&envelope, all.into_iter().collect::<Capabilities>());
    let data = Map::new();
    let result: PluginResult<()> = PluginResult {
        verdict: Verdict::Allow,
        changes: vec![ExtensionChange::DelegatedToken(minted())],
        metadata: Map::new(),
    };
    let mut before = Vec::from([
        ("apl-cmf::Change", show(&Change::Mint(minted()))),
        ("apl-cmf::Credentials", show(&credentials())),
        ("apl-cmf::Envelope", show(&envelope)),
        ("apl-cmf::ExtensionChange", show(&ExtensionChange::DelegatedToken(minted()))),
        ("apl-cmf::Minted", show(&minted())),
        ("apl-cmf::Proofs", show(&proofs())),
        ("apl-cmf::Secret", show(&secret())),
        ("apl-cmf::View", show(&view)),
        ("apl-cpex::Facts", show(&Facts::of(&envelope, None, None, &data))),
        ("cpex-sdk::Call", show(&tool_call("get_pay").build())),
        ("cpex-sdk::PluginResult", show(&result)),
    ]);
    let notes = Notes::default();
    let request = MintRequest {
        target: None,
        audience: "pay",
        permissions: &[],
        subject: Party::User,
        actor: None,
        operation: view,
        notes: &notes,
    };
    let ask = Ask {
        question: QuestionId([0; 32]),
        rule: "rule",
        verb: "require_approval",
        approver: "carol",
        issuer: None,
        channel: None,
        purpose: None,
        entity: None,
        timeout: Duration::from_secs(1),
        operation: view,
    };
    before.extend([("cpex-sdk::MintRequest", show(&request)), ("cpex-sdk::Ask", show(&ask))]);
    before
}

/// What a process lends and keeps.
fn of_processes() -> Vec<(&'static str, String)> {
    let key = HashKey::new(b"planted-key");
    let declared = DeclaredKey::Known(key.clone().unwrap());
    let client = ClientIdentity { certificates: "public".to_owned(), key: secret() };
    let response = OutboundResponse {
        status: 200,
        headers: vec![("set-cookie".to_owned(), "planted".to_owned())],
        body: b"planted".to_vec().into(),
    };
    let clock = Arc::new(ManualClock::default());
    let kept = MemoryElicitations::new(Arc::clone(&clock) as Arc<_>);
    let key_of_entry = StoreKey { sort: "test", digest: [0; 32] };
    let entry = Entry { key: &key_of_entry, shelf: None, value: b"planted", ttl: Duration::from_secs(1) };
    let _ = block_on(kept.put(entry)).unwrap();
    Vec::from([
        ("apl-core::DeclaredKey", show(&declared)),
        ("apl-core::HashKey", show(&key)),
        ("apl-cpex::Declarations", show(&Declarations::new(Vec::new()).with_hash_key(declared))),
        ("cpex-core::MemoryElicitations", show(&kept)),
        ("cpex-core::MemoryStore", show(&MemoryStore::new(clock))),
        ("cpex-sdk::ClientIdentity", show(&client)),
        ("cpex-sdk::Egress", show(&Egress { identity: Some(client.clone()), ..Egress::default() })),
        ("cpex-sdk::FixedSecrets", show(&FixedSecrets::default().with("KEY", "planted"))),
        ("cpex-sdk::OutboundResponse", show(&response)),
        ("cpex-sdk::Trust", show(&Trust { identity: Some(client), ..Trust::default() })),
        ("cpex-sdk::SecretSource", show(&SecretSource::Literal { secret: secret() })),
    ])
}

/// What hosts hand in, and what identifies who calls.
fn of_callers() -> Vec<(&'static str, String)> {
    let (credentials, draft) = (credentials(), Draft::new(Message::new(Role::User, Vec::new())));
    let ada = Subject { id: "ada".to_owned(), ..Subject::default() };
    let verified = Resolution::by_token(cpex::cmf::Principal::Subject(ada), "planted");
    let Resolution::Verified(inner) = &verified else { panic!("it is verified") };
    let caller = || Caller::Credentials(super::values::credentials());
    let request = Request { caller: caller(), ..Request::new(Draft::new(Message::new(Role::User, Vec::new()))) };
    Vec::from([
        ("cpex-core::Caller", show(&caller())),
        ("cpex-core::Operation", show(&Operation::tool("get_pay", Map::new()).caller(caller()))),
        ("cpex-core::OwnRequest", show(&OwnRequest { caller: caller(), ..OwnRequest::new(()) })),
        ("cpex-core::Request", show(&request)),
        ("cpex-sdk::Inbound", show(&Inbound { credentials: &credentials, draft: &draft })),
        ("cpex-sdk::Resolution", show(&verified)),
        ("cpex-sdk::Verified", show(inner)),
    ])
}

#[test]
fn trap_35_no_public_type_that_holds_a_secret_prints_it() {
    let mut shown = of_messages();
    shown.extend(of_processes());
    shown.extend(of_callers());
    shown.extend(road::of_operations());
    for (name, text) in &shown {
        expect_none(text, name);
    }
    let shown: BTreeSet<String> = shown.into_iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(shown, holders(), "left: what is printed here; right: what holds a secret as the sources say");
}
