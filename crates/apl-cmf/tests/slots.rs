//! Every slot under every capability: what a plugin sees and what it may change, and nothing else.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use apl_cmf::{
    AgentContext, Author, Capabilities, Capability, Change, Client, DataPolicy, Delegation, Draft, Elicitation,
    ElicitationStatus, Envelope, ExtensionChange, Grant, Hop, HttpContext, Identity, LabelScope, Message, Meta,
    NameSet, ObjectProfile, RequestContext, Role, Standing, Subject, View, Workload,
};
use serde_json::{Map, Value as Json, json};

use Capability::{
    AppendDelegation, AppendLabels, ReadAgent, ReadClaims, ReadClient, ReadCompletion, ReadCustom, ReadData,
    ReadDelegation, ReadFramework, ReadHeaders, ReadLabels, ReadLlm, ReadMcp, ReadMeta, ReadObjects, ReadPermissions,
    ReadProvenance, ReadRoles, ReadSubject, ReadTeams, ReadWorkload, WriteCustom, WriteHeaders,
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
    envelope
}

type Sees = fn(&View<'_>) -> bool;

const SLOTS: [(&str, Option<Capability>, Sees); 25] = [
    ("request", None, |view| view.request().request_id.is_some()),
    ("subject id", Some(ReadSubject), |view| view.subject_id().is_some()),
    ("subject tenant", Some(ReadSubject), |view| view.tenant().is_some()),
    ("subject roles", Some(ReadRoles), |view| view.roles().is_some()),
    ("subject permissions", Some(ReadPermissions), |view| view.permissions().is_some()),
    ("subject teams", Some(ReadTeams), |view| view.teams().is_some()),
    ("subject claims", Some(ReadClaims), |view| view.claims().is_some()),
    ("client", Some(ReadClient), |view| view.client().is_some()),
    ("caller workload", Some(ReadWorkload), |view| view.caller_workload().is_some()),
    ("this workload", Some(ReadWorkload), |view| view.this_workload().is_some()),
    ("session labels", Some(ReadLabels), |view| view.session_labels().is_some()),
    ("message labels", Some(ReadLabels), |view| view.message_labels().is_some()),
    ("objects", Some(ReadObjects), |view| view.objects().is_some()),
    ("data", Some(ReadData), |view| view.data().is_some()),
    ("agent", Some(ReadAgent), |view| view.agent().is_some()),
    ("delegation", Some(ReadDelegation), |view| view.delegation().is_some()),
    ("http", Some(ReadHeaders), |view| view.http().is_some()),
    ("request headers", Some(ReadHeaders), |view| view.request_headers().is_some()),
    ("meta", Some(ReadMeta), |view| view.meta().is_some()),
    ("mcp", Some(ReadMcp), |view| view.mcp().is_some()),
    ("llm", Some(ReadLlm), |view| view.llm().is_some()),
    ("completion", Some(ReadCompletion), |view| view.completion().is_some()),
    ("provenance", Some(ReadProvenance), |view| view.provenance().is_some()),
    ("framework", Some(ReadFramework), |view| view.framework().is_some()),
    ("custom", Some(ReadCustom), |view| view.custom().is_some()),
];

#[test]
fn a_slot_is_visible_to_its_capability_and_to_what_implies_it_and_to_no_other() {
    let envelope = full();
    for capability in Capability::ALL {
        let granted = Capabilities::NONE.with(*capability);
        let view = View::new(&envelope, granted);
        for (slot, needs, sees) in SLOTS {
            let expected = needs.is_none_or(|needed| needed == *capability || capability.implies() == Some(needed));
            assert_eq!(sees(&view), expected, "{slot} under `{}`", capability.name());
        }
    }
    let blind = View::new(&envelope, Capabilities::NONE);
    for (slot, needs, sees) in SLOTS {
        assert_eq!(sees(&blind), needs.is_none(), "{slot} without any capability");
    }
}

/// Every change there is, with the capability a plugin needs for it; none where no plugin may make it.
fn changes() -> Vec<(Option<Capability>, Change<'static>)> {
    let grant = Grant { audience: Arc::from("a"), permissions: NameSet::EMPTY };
    let (id, approver) = (Arc::from("1"), Arc::from("bob"));
    let elicitation = Elicitation { id, status: ElicitationStatus::Approved, approver, channel: None };
    let header = || ("x-a".to_owned(), Some("1".to_owned()));
    let ((request, value), (response, same)) = (header(), header());
    vec![
        (Some(AppendLabels), Change::Extension(ExtensionChange::Label(Arc::from("l"), LabelScope::Session))),
        (Some(AppendLabels), Change::Extension(ExtensionChange::Label(Arc::from("m"), LabelScope::Message))),
        (Some(AppendLabels), Change::Label(Arc::from("n"), LabelScope::Session)),
        (Some(WriteHeaders), Change::Extension(ExtensionChange::RequestHeader(request, value))),
        (Some(WriteHeaders), Change::Extension(ExtensionChange::ResponseHeader(response, same))),
        (Some(AppendDelegation), Change::Extension(ExtensionChange::Hop("carol".into()))),
        (Some(WriteCustom), Change::Extension(ExtensionChange::Custom("b".into(), Some(json!(2))))),
        (None, Change::Grant(grant)),
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
