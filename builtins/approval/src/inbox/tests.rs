#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::time::Duration;

use apl_cmf::{
    Capabilities, ContentPart, Credentials, Draft, Entity, EntityKind, Envelope, Identity, Message, Proofs, Role,
    Standing, Subject, ToolCall, View,
};
use cpex_sdk::elicitation::{
    Approver, Ask, ElicitationChannel, ElicitationError, ElicitationStore as _, Entry, Listing, QuestionId, Status,
    Turn, Verdict,
};
use cpex_sdk::testing::{KeptElicitations, ManualClock, START_MS, block_on, host};
use serde_json::{Map, Value as Json, json};

use super::*;

const CAROL: Approver<'_> = Approver { id: "carol", issuer: Some("https://idp.example") };
const QUESTION: QuestionId = QuestionId([7; 32]);
const HOUR: Duration = Duration::from_secs(3600);

/// An inbox, and the clock it goes by.
struct Bench {
    clock: Arc<ManualClock>,
    store: KeptElicitations,
    config: Json,
    arguments: Map<String, Json>,
    capabilities: Capabilities,
}

impl Bench {
    fn new(config: Json) -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = KeptElicitations::new(Arc::clone(&clock) as _);
        let arguments = Map::from_iter([("amount".to_owned(), json!(500))]);
        let capabilities = Capabilities::NONE.with(Capability::ReadSubject);
        Self { clock, store, config, arguments, capabilities }
    }

    /// One of the replicas that share the store.
    fn replica(&self) -> Arc<dyn ElicitationChannel> {
        let declaration = PluginConfig { config: self.config.clone(), ..PluginConfig::new("managers", INBOX_KIND) };
        let host = Host { clock: Arc::clone(&self.clock) as _, elicitations: Arc::new(self.store.clone()), ..host() };
        match InboxFactory.build(&declaration, &host).unwrap() {
            Instance::Approver(channel) => channel,
            other => panic!("{other:?}"),
        }
    }

    fn ask(&self, question: QuestionId) -> Result<(), ElicitationError> {
        let envelope = self.envelope();
        let ask = Ask {
            question,
            rule: "routes[0].policy[0]",
            verb: "require_approval",
            approver: "carol",
            issuer: Some("https://idp.example"),
            channel: None,
            purpose: Some("Raise a salary"),
            timeout: HOUR,
            entity: Some(Entity { kind: EntityKind::Tool, name: "raise_salary" }),
            operation: View::new(&envelope, self.capabilities),
        };
        block_on(self.replica().ask(&ask))
    }

    fn envelope(&self) -> Envelope {
        let call = ToolCall::new("call", "raise_salary", self.arguments.clone());
        let draft = Draft::new(Message::new(Role::Assistant, vec![ContentPart::ToolCall(call)]));
        let subject = Subject { id: "eve".into(), ..Subject::default() };
        let identity = Identity { subject: Some(subject), ..Identity::default() };
        let mut envelope = draft.identify(identity, Standing::Verified, START_MS);
        envelope.receive_credentials(Credentials::bearer("planted-token"), Proofs::none());
        envelope
    }

    fn list(&self, approver: Approver<'_>) -> Listing {
        block_on(self.replica().inbox().unwrap().list(&approver)).unwrap()
    }

    /// Whether it is open to that person, and if so whether this answer was the first.
    fn answer(&self, approver: Approver<'_>, verdict: Verdict) -> Option<Turn> {
        let replica = self.replica();
        let inbox = replica.inbox().unwrap();
        let open = block_on(inbox.find(&approver, &QUESTION)).unwrap()?;
        Some(block_on(inbox.answer(&approver, &open, verdict)).unwrap())
    }

    fn check(&self) -> Status {
        block_on(self.replica().check(&QUESTION)).unwrap()
    }
}

#[test]
fn who_was_asked_is_shown_what_there_is_to_judge_and_no_credential() {
    let bench = Bench::new(json!({}));
    bench.ask(QUESTION).unwrap();
    let listing = bench.list(CAROL);
    let expected = json!({
        "questions": [{
            "question": QUESTION.to_string(),
            "rule": "routes[0].policy[0]",
            "verb": "require_approval",
            "purpose": "Raise a salary",
            "entity": { "type": "tool", "name": "raise_salary" },
            "asker": { "subject": "eve", "client": null, "workload": null },
            "arguments": { "amount": 500 },
            "asked_ms": START_MS,
            "expires_ms": START_MS + 3_600_000,
        }],
        "has_more": false,
    });
    assert_eq!(serde_json::to_value(&listing).unwrap(), expected);
    assert!(!format!("{listing:?}").contains("500"), "arguments are in nothing that is printed");
}

#[test]
fn what_the_document_does_not_grant_or_show_is_not_shown() {
    let mut bench = Bench::new(json!({ "shows_arguments": false }));
    bench.capabilities = Capabilities::NONE;
    bench.ask(QUESTION).unwrap();
    let shown = bench.list(CAROL).questions.remove(0);
    assert_eq!((shown.arguments, shown.asker.subject), (None, None));
}

#[test]
fn a_question_is_one_persons_and_that_persons_issuer_is_part_of_it() {
    let bench = Bench::new(json!({}));
    bench.ask(QUESTION).unwrap();
    for (id, issuer) in [("eve", CAROL.issuer), ("carol", None), ("carol", Some("https://other.example")), ("", None)] {
        let other = Approver { id, issuer };
        assert!(bench.list(other).questions.is_empty(), "{other:?}");
        assert_eq!(bench.answer(other, Verdict::Approve), None, "{other:?}");
    }
    assert_eq!(bench.check(), Status::Pending);
    let named = Bench::new(json!({ "approver_issuer": "https://other.example" }));
    named.ask(QUESTION).unwrap();
    assert_eq!(named.answer(CAROL, Verdict::Approve), None);
    let other = Approver { issuer: Some("https://other.example"), ..CAROL };
    assert_eq!(named.answer(other, Verdict::Approve), Some(Turn::First));
}

#[test]
fn the_first_answer_stands_at_every_replica() {
    for (verdict, other) in [(Verdict::Approve, Verdict::Deny), (Verdict::Deny, Verdict::Approve)] {
        let bench = Bench::new(json!({}));
        bench.ask(QUESTION).unwrap();
        let late = bench.replica();
        let open = block_on(late.inbox().unwrap().find(&CAROL, &QUESTION)).unwrap().unwrap();
        assert_eq!(bench.answer(CAROL, verdict), Some(Turn::First));
        assert_eq!(block_on(late.inbox().unwrap().answer(&CAROL, &open, other)), Ok(Turn::Again));
        assert_eq!(bench.answer(CAROL, other), None, "what was answered is open to nobody");
        assert!(bench.list(CAROL).questions.is_empty());
        let by = "carol".to_owned();
        let expected = if verdict == Verdict::Approve { Status::Approved { by } } else { Status::Denied { by } };
        assert_eq!(bench.check(), expected);
    }
}

#[test]
fn a_question_and_its_answer_stand_for_the_shorter_of_two_times() {
    for (expiry, stands) in [(json!("30m"), HOUR / 2), (json!("8h"), HOUR), (Json::Null, HOUR)] {
        let config = if expiry.is_null() { json!({}) } else { json!({ "expiry": expiry }) };
        for is_answered in [false, true] {
            let bench = Bench::new(config.clone());
            bench.ask(QUESTION).unwrap();
            bench.clock.advance(stands.saturating_sub(Duration::from_millis(1)));
            assert_eq!(bench.check(), Status::Pending);
            if is_answered {
                assert_eq!(bench.answer(CAROL, Verdict::Approve), Some(Turn::First));
            }
            bench.clock.advance(Duration::from_millis(1));
            assert!(bench.list(CAROL).questions.is_empty());
            assert_eq!(bench.answer(CAROL, Verdict::Approve), None);
            assert_eq!(bench.check(), Status::Expired);
        }
    }
}

#[test]
fn what_is_too_large_to_be_shown_is_not_asked() {
    let mut bench = Bench::new(json!({}));
    bench.arguments.insert("note".to_owned(), json!("x".repeat(64 * 1024)));
    let refused = bench.ask(QUESTION).unwrap_err();
    assert_eq!(refused.0, "the arguments are larger than is shown to an approver: 65536 bytes");
    assert!(bench.list(CAROL).questions.is_empty());
}

#[test]
fn what_cannot_be_read_is_no_question_and_no_answer() {
    for (key, shelf) in
        [(kept::question_key(&QUESTION), Some(kept::shelf("managers", &CAROL))), (kept::answer_key(&QUESTION), None)]
    {
        let bench = Bench::new(json!({}));
        bench.ask(QUESTION).unwrap();
        let spoiled = Entry { key: &key, shelf: shelf.as_ref(), value: b"[1,{}]", ttl: HOUR };
        block_on(bench.store.replace(spoiled)).unwrap();
        let replica = bench.replica();
        assert_eq!(block_on(replica.check(&QUESTION)).unwrap_err().0, "what is kept cannot be read");
        let inbox = replica.inbox().unwrap();
        assert_eq!(block_on(inbox.list(&CAROL)).is_err(), shelf.is_some());
        assert_eq!(block_on(inbox.find(&CAROL, &QUESTION)).is_err(), shelf.is_some());
    }
}

#[test]
fn a_question_is_asked_once() {
    let bench = Bench::new(json!({}));
    bench.ask(QUESTION).unwrap();
    assert!(bench.ask(QUESTION).is_err());
}

#[test]
fn a_listing_is_bounded_and_says_so() {
    let bench = Bench::new(json!({}));
    for at in 0..101 {
        bench.ask(QuestionId([at; 32])).unwrap();
    }
    let listing = bench.list(CAROL);
    assert_eq!((listing.questions.len(), listing.has_more), (100, true));
}

#[test]
fn all_that_is_wrong_with_a_config_is_said() {
    let texts = |config: Json| {
        let declaration = PluginConfig { config, ..PluginConfig::new("managers", INBOX_KIND) };
        let faults = InboxFactory.build(&declaration, &host()).unwrap_err();
        faults.into_iter().map(|fault| fault.text).collect::<Vec<_>>()
    };
    assert_eq!(texts(json!({ "expiry": "soon" })), ["expected how long questions stand"]);
    assert_eq!(texts(json!({ "expiry": 0 })), ["expected how long questions stand"]);
    let faults = texts(json!({ "approver_issuer": 5, "shows_argument": true }));
    assert_eq!(faults, ["expected text, found a number", "unknown key `shows_argument`"]);
}
