//! Every slot under every capability: what a plugin sees and what it may change, and nothing else.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use apl_cmf::{
    AgentContext, Author, Capabilities, Capability, Change, Client, Credentials, DataPolicy, Delegation, Draft,
    Elicitation, ElicitationStatus, Envelope, ExtensionChange, Hop, HttpContext, Identity, LabelScope, Message, Meta,
    Minted, NameSet, ObjectProfile, PrincipalKind, Proofs, RequestContext, Role, Secret, Slot, Standing, Subject, Tier,
    View, Workload,
};
use serde_json::{Map, Value as Json, json};

use Capability::{
    AppendDelegation, AppendLabels, ReadAgent, ReadClaims, ReadClient, ReadCompletion, ReadCustom, ReadData,
    ReadDelegatedTokens, ReadDelegation, ReadFramework, ReadHeaders, ReadInboundCredentials, ReadLabels, ReadLlm,
    ReadMcp, ReadMeta, ReadObjects, ReadPermissions, ReadProvenance, ReadRoles, ReadSubject, ReadTeams, ReadWorkload,
    WriteCustom, WriteDelegatedTokens, WriteHeaders,
};

/// An envelope in which every slot holds something.
fn full() -> Envelope {
    let map = || Map::from_iter([("a".to_owned(), json!(1))]);
    let workload = || Workload { spiffe_id: "spiffe://x/y".into(), trust_domain: "x".into() };
    let names = || NameSet::from_iter(["a"]);
    let subject = Subject {
        id: "eve".into(),
        tenant: Some("acme".into()),
        roles: names(),
        permissions: names(),
        teams: names(),
        claims: map(),
        ..Subject::default()
    };
    let identity = Identity {
        subject: Some(subject),
        client: Some(Client { id: "app".into(), ..Client::default() }),
        caller_workload: Some(workload()),
    };
    let policy = DataPolicy { apply_labels: NameSet::from_iter(["pay"]), ..DataPolicy::default() };
    let draft = Draft::new(Message::new(Role::User, Vec::new()))
        .request(RequestContext { request_id: Some("r".into()), ..RequestContext::default() })
        .agent(AgentContext { agent_id: Some("a".into()), ..AgentContext::default() })
        .delegation(Delegation { chain: vec![Hop::from("bob")], ..Delegation::default() })
        .objects(BTreeMap::from([("o".to_owned(), ObjectProfile::default())]))
        .data(BTreeMap::from([("d".to_owned(), policy)]))
        .meta(Meta { scope: Some("s".into()), ..Meta::default() })
        .http(HttpContext { method: Some("GET".into()), ..HttpContext::default() })
        .mcp(map())
        .llm(map())
        .completion(map())
        .provenance(map())
        .framework(map())
        .custom(map())
        .this_workload(Arc::new(workload()));
    let mut envelope = draft.identify(identity, Standing::Verified, 0);
    envelope.bind_session(&NameSet::from_iter(["secret"]));
    let proofs = Proofs::none().with(PrincipalKind::Client, Secret::from("planted"));
    envelope.receive_credentials(Credentials::bearer("planted"), proofs);
    let policy = Author::Policy(Arc::from("rule"));
    envelope.apply(&policy, Change::Mint(token("authorization"))).unwrap();
    drop(envelope.begin_ledger());
    envelope
}

fn token(header: &str) -> Minted {
    Minted { header: header.to_owned(), value: "planted".into(), audience: Arc::from("a"), permissions: Vec::new() }
}

type Sees = fn(&View<'_>) -> bool;

const SEEN: [(Slot, &str, Option<Capability>, Sees); 28] = [
    (Slot::Request, "request", None, |view| view.request().request_id.is_some()),
    (Slot::Subject, "subject id", Some(ReadSubject), |view| view.subject_id().is_some()),
    (Slot::Subject, "subject tenant", Some(ReadSubject), |view| view.tenant().is_some()),
    (Slot::Subject, "subject roles", Some(ReadRoles), |view| view.roles().is_some()),
    (Slot::Subject, "subject permissions", Some(ReadPermissions), |view| view.permissions().is_some()),
    (Slot::Subject, "subject teams", Some(ReadTeams), |view| view.teams().is_some()),
    (Slot::Subject, "subject claims", Some(ReadClaims), |view| view.claims().is_some()),
    (Slot::Client, "client", Some(ReadClient), |view| view.client().is_some()),
    (Slot::CallerWorkload, "caller workload", Some(ReadWorkload), |view| view.caller_workload().is_some()),
    (Slot::ThisWorkload, "this workload", Some(ReadWorkload), |view| view.this_workload().is_some()),
    (Slot::Labels, "session labels", Some(ReadLabels), |view| view.session_labels().is_some()),
    (Slot::Labels, "message labels", Some(ReadLabels), |view| view.message_labels().is_some()),
    (Slot::Objects, "objects", Some(ReadObjects), |view| view.objects().is_some()),
    (Slot::Data, "data", Some(ReadData), |view| view.data().is_some()),
    (Slot::Agent, "agent", Some(ReadAgent), |view| view.agent().is_some()),
    (Slot::Delegation, "delegation", Some(ReadDelegation), |view| view.delegation().is_some()),
    (Slot::Http, "http", Some(ReadHeaders), |view| view.http().is_some()),
    (Slot::Http, "request headers", Some(ReadHeaders), |view| view.request_headers().is_some()),
    (Slot::Meta, "meta", Some(ReadMeta), |view| view.meta().is_some()),
    (Slot::Mcp, "mcp", Some(ReadMcp), |view| view.mcp().is_some()),
    (Slot::Llm, "llm", Some(ReadLlm), |view| view.llm().is_some()),
    (Slot::Completion, "completion", Some(ReadCompletion), |view| view.completion().is_some()),
    (Slot::Provenance, "provenance", Some(ReadProvenance), |view| view.provenance().is_some()),
    (Slot::Framework, "framework", Some(ReadFramework), |view| view.framework().is_some()),
    (Slot::Custom, "custom", Some(ReadCustom), |view| view.custom().is_some()),
    (Slot::RawCredentials, "inbound", Some(ReadInboundCredentials), |view| view.inbound_credentials().is_some()),
    (Slot::RawCredentials, "proofs", Some(ReadInboundCredentials), |view| {
        view.token_of(PrincipalKind::Client).is_some()
    }),
    (Slot::RawCredentials, "minted", Some(ReadDelegatedTokens), |view| view.delegated_tokens().next().is_some()),
];

#[test]
fn a_slot_is_visible_to_its_capability_and_to_what_implies_it_and_to_no_other() {
    let envelope = full();
    for capability in Capability::ALL {
        let granted = Capabilities::NONE.with(*capability);
        let view = View::new(&envelope, granted);
        for (_, part, needs, sees) in SEEN {
            let expected = needs.is_none_or(|needed| needed == *capability || capability.implies() == Some(needed));
            assert_eq!(sees(&view), expected, "{part} under `{}`", capability.name());
        }
    }
    let blind = View::new(&envelope, Capabilities::NONE);
    for (_, part, needs, sees) in SEEN {
        assert_eq!(sees(&blind), needs.is_none(), "{part} without any capability");
    }
}

#[test]
fn the_table_of_slots_names_the_capabilities_that_show_them() {
    for slot in Slot::ALL.iter().filter(|slot| !matches!(slot.tier(), Tier::Payload | Tier::Output)) {
        let of_slot = SEEN.iter().filter(|(shown, ..)| shown == slot);
        let mut showing: Vec<_> = of_slot.filter_map(|(_, _, needs, _)| needs.map(Capability::name)).collect();
        showing.dedup();
        assert_eq!(showing, slot.reads().iter().map(|read| read.name()).collect::<Vec<_>>(), "{}", slot.name());
    }
}

#[test]
fn what_a_plugin_may_write_is_never_immutable_and_is_readable_by_whom_the_table_says() {
    for slot in Slot::ALL {
        let may_change = matches!(slot.tier(), Tier::Monotonic | Tier::Guarded | Tier::Mutable);
        assert_eq!(slot.writes().is_some(), may_change, "{}", slot.name());
    }
}

/// Every change there is, with the capability a plugin needs for it; none where no plugin may make it.
fn changes() -> Vec<(Option<Capability>, Change<'static>)> {
    let (id, approver) = (Arc::from("1"), Arc::from("bob"));
    let elicitation = Elicitation { id, status: ElicitationStatus::Approved, approver, channel: None };
    let header = || ("x-a".to_owned(), Some("1".to_owned()));
    let ((request, value), (response, same)) = (header(), header());
    vec![
        (Some(AppendLabels), Change::Extension(ExtensionChange::Label(Arc::from("l"), LabelScope::Session))),
        (Some(AppendLabels), Change::Extension(ExtensionChange::Label(Arc::from("m"), LabelScope::Message))),
        (Some(WriteHeaders), Change::Extension(ExtensionChange::RequestHeader(request, value))),
        (Some(WriteHeaders), Change::Extension(ExtensionChange::ResponseHeader(response, same))),
        (Some(AppendDelegation), Change::Extension(ExtensionChange::Hop("carol".into()))),
        (Some(WriteCustom), Change::Extension(ExtensionChange::Custom("b".into(), Some(json!(2))))),
        (Some(WriteDelegatedTokens), Change::Extension(ExtensionChange::DelegatedToken(token("x-token")))),
        (None, Change::Mint(token("x-token"))),
        (None, Change::Elicit(elicitation)),
    ]
}

#[test]
fn a_plugin_changes_a_slot_with_its_capability_and_no_other_and_leaves_no_trace_otherwise() {
    for capability in Capability::ALL {
        for (needs, change) in changes() {
            let mut envelope = full();
            let shown = format!("{change:?} under `{}`", capability.name());
            let author = Author::Plugin(Arc::from("p"), Capabilities::NONE.with(*capability));
            let made = envelope.apply(&author, change);
            assert_eq!(made.is_ok(), needs == Some(*capability), "{shown}");
            assert_eq!(envelope.ledger().entries().len(), usize::from(made.is_ok()), "{shown}");
        }
    }
}

#[test]
fn no_capability_lets_a_plugin_set_a_header_that_carries_credentials_or_ends_another() {
    let author = Author::Plugin(Arc::from("p"), Capabilities::NONE.with(WriteHeaders));
    for name in ["Authorization", "proxy-authorization", "COOKIE", "set-cookie", "X-Api-Key", "", "a b", "a\r\nb"] {
        let mut envelope = full();
        let change = ExtensionChange::RequestHeader(name.to_owned(), Some("1".to_owned()));
        assert!(envelope.apply(&author, Change::Extension(change)).is_err(), "{name:?}");
        assert!(envelope.http().request_headers.is_empty(), "{name:?}");
    }
}

#[test]
fn a_chain_of_delegation_only_grows_and_its_depth_saturates() {
    let mut envelope = full();
    let author = Author::Plugin(Arc::from("p"), Capabilities::NONE.with(AppendDelegation));
    assert_eq!(envelope.delegation().depth, 1, "a chain is as deep as its hops");
    let hop = |subject: &str| Change::Extension(ExtensionChange::Hop(subject.into()));
    envelope.apply(&author, hop("carol")).unwrap();
    envelope.apply(&author, hop("dave")).unwrap();
    let Delegation { chain, depth, origin_subject_id, actor_subject_id, .. } = envelope.delegation();
    assert_eq!(chain.iter().map(|hop| hop.subject_id.as_str()).collect::<Vec<_>>(), ["bob", "carol", "dave"]);
    assert_eq!((*depth, origin_subject_id.as_deref(), actor_subject_id.as_deref()), (3, None, Some("dave")));
    let deep = Delegation { depth: u64::MAX, ..Delegation::default() };
    let mut envelope = Draft::new(Message::new(Role::User, Vec::new())).delegation(deep).identify(
        Identity::default(),
        Standing::Anonymous,
        0,
    );
    envelope.apply(&author, hop("carol")).unwrap();
    assert_eq!(envelope.delegation().depth, u64::MAX);
}

#[test]
fn a_data_policy_labels_the_operation_once_the_capability_answered() {
    let mut envelope = full();
    assert!(envelope.message_labels().is_empty());
    envelope.answer(Message::new(Role::Tool, Vec::new()));
    assert_eq!(envelope.message_labels(), &NameSet::from_iter(["pay"]));
}

#[test]
fn a_change_clones_only_its_slot() {
    let before = full();
    let mut after = before.clone();
    let author = Author::Plugin(Arc::from("p"), Capabilities::NONE.with(WriteCustom));
    let change = ExtensionChange::Custom("b".into(), Some(Json::from(2)));
    after.apply(&author, Change::Extension(change)).unwrap();
    assert!(std::ptr::eq(before.mcp(), after.mcp()) && std::ptr::eq(before.http(), after.http()));
    assert_eq!((before.custom().len(), after.custom().len()), (1, 2));
}

#[test]
fn no_plugin_takes_the_place_of_a_credential_that_policy_minted() {
    let mut envelope = full();
    let plugin = Author::Plugin(Arc::from("p"), Capabilities::NONE.with(WriteDelegatedTokens));
    let add = |header: &str| Change::Extension(ExtensionChange::DelegatedToken(token(header)));
    assert!(envelope.apply(&plugin, add("AUTHORIZATION")).is_err());
    assert!(envelope.apply(&plugin, add("a\r\nb")).is_err());
    envelope.apply(&plugin, add("x-token")).unwrap();
    envelope.apply(&plugin, add("X-Token")).unwrap();
    assert_eq!(envelope.grant().map(|grant| &*grant.audience), Some("a"));
    let policy = Author::Policy(Arc::from("rule"));
    envelope.apply(&policy, Change::Mint(Minted { audience: Arc::from("b"), ..token("x-token") })).unwrap();
    let minted = envelope.take_minted();
    let sent: Vec<_> = minted.iter().map(|minted| (minted.header.as_str(), &*minted.audience)).collect();
    assert_eq!(sent, [("authorization", "a"), ("x-token", "b")]);
    assert_eq!(envelope.take_minted(), []);
}

#[test]
fn of_several_changes_all_are_made_or_none() {
    let mut envelope = full();
    let before = format!("{envelope:?}");
    let author = Author::Plugin(Arc::from("p"), Capabilities::NONE.with(WriteCustom));
    let allowed = || Change::Extension(ExtensionChange::Custom("b".into(), Some(json!(2))));
    let refused = Change::Extension(ExtensionChange::Hop("carol".into()));
    assert_eq!(envelope.apply_all(&author, vec![allowed(), refused]).unwrap_err().slot, Slot::Delegation);
    assert_eq!(format!("{envelope:?}"), before);
    assert!(envelope.apply_all(&author, vec![allowed(), allowed()]).unwrap());
    assert_eq!(envelope.ledger().entries().len(), 1);
}
