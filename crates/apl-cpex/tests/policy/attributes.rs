//! Every attribute of the tables resolves, reads what it says, and is absent exactly where nothing is known.

use apl_cmf::{Draft, EntityKind, Identity, Message, Role, Standing};
use apl_core::{Fact, Facts as _, Names, Number, Path, Segment, Vocabulary as _};
use apl_cpex::{Attribute, Facts, Field, Holding, Tree, ValueKind, Vocabulary};

use serde_json::{Map, Value as Json, json};

use crate::support::{bare, full};

fn path(written: &str) -> Path {
    let segments = written.split('.').map(|word| Segment::Name(word.to_owned())).collect();
    Path { segments, range: 0..written.len() }
}

fn resolve(written: &str) -> Attribute {
    Vocabulary.resolve(&path(written)).unwrap()
}

fn read<'a>(facts: &'a Facts<'_>, attribute: &'a Attribute) -> String {
    match facts.read(attribute) {
        Fact::Absent => "absent".to_owned(),
        Fact::Unavailable(code) => code.to_owned(),
        Fact::Bool(value) => value.to_string(),
        Fact::Number(Number::Int(value)) => value.to_string(),
        Fact::Number(Number::Float(value)) => value.to_string(),
        Fact::Text(value) => format!("'{value}'"),
        Fact::Set(names) => set(names),
        Fact::List(values) => format!("list of {}", values.len()),
        Fact::Map(values) => format!("map of {}", values.len()),
    }
}

fn kind(fact: &Fact<'_>) -> Option<ValueKind> {
    match fact {
        Fact::Absent | Fact::Unavailable(_) => None,
        Fact::Bool(_) => Some(ValueKind::Bool),
        Fact::Number(_) => Some(ValueKind::Number),
        Fact::Text(_) => Some(ValueKind::Text),
        Fact::Set(_) => Some(ValueKind::Names),
        Fact::List(_) | Fact::Map(_) => Some(ValueKind::Any),
    }
}

fn set(names: Names<'_>) -> String {
    format!("{{{}}}", names.iter().collect::<Vec<_>>().join(" "))
}

/// What the operator states.
fn data() -> Map<String, Json> {
    let data = json!({
        "regions": ["eu", "us"],
        "tenants": { "acme": { "region": "eu" }, "a.b": { "region": "us" } },
        "limits": { "high": 100 },
    });
    serde_json::from_value(data).unwrap()
}

#[test]
fn every_field_has_a_value_on_a_full_operation() {
    let envelope = full();
    let data = data();
    let facts = Facts::of(&envelope, EntityKind::Tool, Some("tool:lookup"), &data);
    let others = [Field::PromptName, Field::ResourceUri, Field::LlmModel, Field::AgentName];
    for field in Field::ALL.iter().filter(|field| !others.contains(field)) {
        let attribute = resolve(field.path());
        assert_eq!(attribute, Attribute::Field(*field), "{}", field.path());
        assert_ne!(read(&facts, &attribute), "absent", "{}", field.path());
        assert_eq!(kind(&facts.read(&attribute)), Some(field.kind()), "{}", field.path());
    }
}

#[test]
fn on_an_operation_of_nobody_exactly_the_closed_attributes_have_values() {
    let envelope = bare();
    let data = data();
    let facts = Facts::of(&envelope, EntityKind::Tool, Some("tool:lookup"), &data);
    let known = [
        Field::ToolName,
        Field::RouteKey,
        Field::MetaEntityType,
        Field::MetaEntityName,
        Field::RequestTime,
        Field::RequestHour,
        Field::RequestWeekday,
    ];
    for field in Field::ALL.iter().filter(|field| !known.contains(field)) {
        let value = read(&facts, &resolve(field.path()));
        assert_eq!(value == "absent", !field.is_closed(), "{} is {value}", field.path());
    }
    for holding in Holding::ALL {
        assert_eq!(read(&facts, &resolve(&format!("{}.x", holding.path()))), "false");
    }
    for tree in Tree::ALL {
        assert_eq!(read(&facts, &resolve(&format!("{}.x", tree.path()))), "absent", "{}", tree.path());
    }
}

#[test]
fn values_are_those_of_the_envelope() {
    let envelope = full();
    let data = data();
    let facts = Facts::of(&envelope, EntityKind::Tool, Some("tool:lookup"), &data);
    for (written, expected) in [
        ("authenticated", "true"),
        ("delegated", "true"),
        ("delegation.depth", "2"),
        ("subject.id", "'eve'"),
        ("subject.type", "'user'"),
        ("subject.roles", "{admin.readonly hr}"),
        ("role.hr", "true"),
        ("role.admin", "false"),
        ("client.role.bot", "true"),
        ("client.perm.act", "true"),
        ("perm.view", "true"),
        ("team.people", "true"),
        ("claim.level", "3"),
        ("claim.address.city", "'x'"),
        ("claim.address", "map of 1"),
        ("client.claim.azp", "'app'"),
        ("caller_workload.spiffe_id", "'spiffe://d/w'"),
        ("this_workload.spiffe_id", "'spiffe://d/gate'"),
        ("workload.spiffe_id", "'spiffe://d/gate'"),
        ("workload.trust_domain", "'d'"),
        ("security.labels", "{secret}"),
        ("message.labels", "{}"),
        ("args.id", "'7'"),
        ("args.0", "'zero'"),
        ("args.items", "list of 1"),
        ("args.items.ssn", "absent"),
        ("args", "map of 5"),
        ("result.x", "absent"),
        ("tool.name", "'lookup'"),
        ("prompt.name", "absent"),
        ("route.key", "'tool:lookup'"),
        ("meta.entity_type", "'tool'"),
        ("meta.tags", "{pii}"),
        ("meta.properties.owner", "'hr'"),
        ("mcp.server", "'hr'"),
        ("agent.turn", "2"),
        ("http.request_headers.x-a", "'v'"),
        ("http.response_headers.x-b", "'v'"),
        ("request.time", "1767225600"),
        ("request.hour", "0"),
        ("request.weekday", "4"),
        ("llm.temperature", "0.5"),
        ("custom.flag", "true"),
    ] {
        assert_eq!(read(&facts, &resolve(written)), expected, "{written}");
    }
}

#[test]
fn indexes_go_into_lists_and_keys_into_maps() {
    let envelope = full();
    let data = data();
    let facts = Facts::of(&envelope, EntityKind::Tool, None, &data);
    let name = |name: &str| Segment::Name(name.to_owned());
    let at = |segments: Vec<Segment>| {
        let attribute = Vocabulary.resolve(&Path { segments, range: 0..0 }).unwrap();
        read(&facts, &attribute)
    };
    assert_eq!(at(vec![name("args"), name("items"), Segment::Index(0), name("ssn")]), "'1'");
    assert_eq!(at(vec![name("args"), name("items"), Segment::Index(1), name("ssn")]), "absent");
    assert_eq!(at(vec![name("args"), name("map"), Segment::Lookup(path("args.who"))]), "5");
    assert_eq!(at(vec![name("args"), name("map"), Segment::Lookup(path("subject.id"))]), "5");
    assert_eq!(at(vec![name("args"), name("map"), Segment::Lookup(path("args.none"))]), "absent");
    assert_eq!(at(vec![name("args"), name("items"), Segment::Lookup(path("agent.turn"))]), "absent");
    assert_eq!(at(vec![name("role"), Segment::Key("admin.readonly".to_owned())]), "true");
}

#[test]
fn what_the_operator_states_is_read_by_every_form_of_path() {
    let envelope = full();
    let data = data();
    let facts = Facts::of(&envelope, EntityKind::Tool, None, &data);
    let name = |name: &str| Segment::Name(name.to_owned());
    let at = |segments: Vec<Segment>| {
        let segments = [vec![name("data")], segments].concat();
        read(&facts, &Vocabulary.resolve(&Path { segments, range: 0..0 }).unwrap())
    };
    assert_eq!(at(vec![name("limits"), name("high")]), "100");
    assert_eq!(at(vec![name("regions")]), "list of 2");
    assert_eq!(at(vec![name("regions"), Segment::Index(1)]), "'us'");
    assert_eq!(at(vec![name("regions"), Segment::Index(2)]), "absent");
    assert_eq!(at(vec![name("tenants"), Segment::Key("a.b".to_owned()), name("region")]), "'us'");
    assert_eq!(at(vec![name("tenants"), Segment::Lookup(path("subject.tenant")), name("region")]), "'eu'");
    assert_eq!(at(vec![name("tenants"), Segment::Lookup(path("args.none")), name("region")]), "absent");
    assert_eq!(at(vec![name("tenants"), Segment::Lookup(path("agent.turn"))]), "absent");
    assert_eq!(at(vec![name("limits"), name("low")]), "absent");
}

#[test]
fn labels_cannot_be_read_without_a_session_but_those_of_the_message_can() {
    let envelope = bare();
    let data = data();
    let facts = Facts::of(&envelope, EntityKind::Tool, None, &data);
    assert_eq!(read(&facts, &resolve("session.labels")), "session.unbound");
    assert_eq!(read(&facts, &resolve("security.labels")), "session.unbound");
    assert_eq!(read(&facts, &resolve("message.labels")), "{}");
}

#[test]
fn what_names_no_attribute_is_answered_with_the_nearest_that_does() {
    for (written, message, help) in [
        ("subjct.id", "there is no attribute `subjct.id`", "did you mean `subject.id`?"),
        ("subject.idd", "there is no attribute `subject.idd`", "did you mean `subject.id`?"),
        ("sesion.labels", "there is no attribute `sesion.labels`", "did you mean `session.labels`?"),
        ("role", "`role` names no one", "write the name after it, as in `role.admin`"),
        (
            "role.admin.readonly",
            "`role.admin.readonly` has more than one name after `role`",
            "for a name with a dot write `role['admin.readonly']`",
        ),
        (
            "http.request_headers.X-Id",
            "`http.request_headers.X-Id` never has a value: header names are lower case here",
            "write `http.request_headers.x-id`",
        ),
        ("claim", "`claim` names no value", "write what of it is meant, as in `claim.name`"),
    ] {
        let unresolved = Vocabulary.resolve(&path(written)).unwrap_err();
        assert_eq!((unresolved.message.as_str(), unresolved.help.as_deref()), (message, Some(help)), "{written}");
    }
    let unresolved = Vocabulary.resolve(&path("zebra.stripes")).unwrap_err();
    assert_eq!(unresolved.message, "there is no attribute namespace `zebra`");
}

#[test]
fn an_attribute_is_shown_as_the_language_writes_it() {
    for field in Field::ALL {
        assert_eq!(resolve(field.path()).to_string(), field.path());
    }
    for written in ["role.hr", "client.perm.x_1", "claim.address.city", "args", "http.request_headers.x-trace"] {
        assert_eq!(resolve(written).to_string(), written);
    }
    let key = |name: &str| Segment::Key(name.to_owned());
    let name = |name: &str| Segment::Name(name.to_owned());
    for (segments, shown) in [
        (vec![name("role"), key("admin.readonly")], "role['admin.readonly']"),
        (vec![name("args"), key("it's \\ odd"), Segment::Index(2), name("0")], r"args['it\'s \\ odd'][2].0"),
        (vec![name("args"), key("plain")], "args.plain"),
        (vec![name("args"), Segment::Lookup(path("subject.id")), name("x")], "args[subject.id].x"),
    ] {
        assert_eq!(Vocabulary.resolve(&Path { segments, range: 0..1 }).unwrap().to_string(), shown);
    }
}

#[test]
fn headers_that_carry_credentials_may_be_credentials_and_nothing_else() {
    for (written, expected) in [
        ("http.request_headers.authorization", true),
        ("http.response_headers.set-cookie", true),
        ("http.request_headers.accept", false),
        ("args.authorization", false),
        ("subject.id", false),
    ] {
        assert_eq!(resolve(written).may_be_credential(), expected, "{written}");
    }
}

#[test]
fn an_agent_is_named_without_the_method_that_is_called() {
    let part = json!({ "content_type": "agent_request", "agent_request_id": "1", "name": "planner/message/send" });
    let message = Message::new(Role::User, vec![serde_json::from_value(part).unwrap()]);
    let envelope = Draft::new(message).identify(Identity::default(), Standing::Anonymous, 0);
    let data = data();
    let facts = Facts::of(&envelope, EntityKind::Agent, None, &data);
    assert_eq!(read(&facts, &resolve("agent.name")), "'planner'");
    assert_eq!(read(&facts, &resolve("meta.entity_name")), "'planner/message/send'");
    assert_eq!(read(&facts, &resolve("tool.name")), "absent");
}

#[test]
fn the_model_is_that_of_the_request_whatever_the_host_says_beside_it() {
    let part =
        json!({ "content_type": "llm_request", "llm_request_id": "1", "arguments": { "model": "m", "messages": [] } });
    let message = Message::new(Role::User, vec![serde_json::from_value(part).unwrap()]);
    let beside = Map::from_iter([("model".to_owned(), json!("other")), ("provider".to_owned(), json!("p"))]);
    let envelope = Draft::new(message).llm(beside).identify(Identity::default(), Standing::Anonymous, 0);
    let data = data();
    let facts = Facts::of(&envelope, EntityKind::Llm, None, &data);
    for (written, expected) in
        [("llm.model", "'m'"), ("args.model", "'m'"), ("llm.provider", "'p'"), ("args.messages", "list of 0")]
    {
        assert_eq!(read(&facts, &resolve(written)), expected, "{written}");
    }
}
