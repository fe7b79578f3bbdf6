//! Questions to people, opened and answered by those who were asked, at any replica.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cpex::prelude::*;
use cpex::sdk::config::{ConfigFault, Key, PluginConfig};
use cpex::sdk::elicitation::{QuestionId, Verdict};
use cpex::sdk::testing::{KeptElicitations, ManualClock, RecordingSink};
use cpex::sdk::{AuditSink, Clock, Factory, Host, Instance, Record, SinkError, async_trait};
use cpex::{Inbox, ManagerConfig, SystemClock, Violation};
use serde_json::{Map, Value as Json, json};

use super::monitor::{TRUSTED, guard, run, token};

const DOCUMENT: &str = "
plugins:
  - { name: jwt, kind: identity/jwt, config: { trusted_issuers: *trusted } }
  - { name: managers, kind: elicitation/inbox, capabilities: [read_subject], config: { expiry: 1h } }
  - { name: log, kind: audit/kept }
global:
  authentication: [jwt]
routes:
  - tool: raise_salary
    policy: [ \"require_approval(managers, from: claim.manager, purpose: 'Raise a salary', timeout: 8h)\" ]
  - tool: wire
    policy: [ \"confirm(managers)\" ]
";

/// Replicas under one document, on one store.
struct Replicas {
    here: PluginManager,
    there: PluginManager,
    clock: Arc<ManualClock>,
    sink: Arc<Sink>,
}

impl Replicas {
    async fn new() -> Self {
        Self::under("authentication: [jwt]", "authentication: [jwt]").await
    }

    /// The same with something else in place of a part of the document.
    async fn under(part: &str, other: &str) -> Self {
        let clock = Arc::new(ManualClock::at(SystemClock::default().now_ms()));
        let store = KeptElicitations::new(Arc::clone(&clock) as _);
        let sink = Arc::<Sink>::default();
        let replica = async || {
            let config = ManagerConfig {
                clock: Some(Arc::clone(&clock) as _),
                elicitations: Some(Arc::new(store.clone())),
                ..ManagerConfig::default()
            };
            let manager = PluginManager::new(config);
            cpex::install_builtins(&manager);
            manager.register_factory("audit/kept", Arc::new(Sinks(Arc::clone(&sink))));
            let document = format!("{TRUSTED}{}", DOCUMENT.replace(part, other));
            let warnings = manager.load_config_yaml(&document).unwrap_or_else(|refused| panic!("{refused}"));
            assert!(warnings.diagnostics().is_empty(), "{warnings}");
            manager.initialize().await.unwrap();
            manager
        };
        let (here, there) = (replica().await, replica().await);
        Self { here, there, clock, sink }
    }

    /// Eve asks for a raise, and is told to wait.
    async fn asked(&self) -> String {
        match guard(&self.here, raise(500)).await.decision {
            Decision::Pending(pending) => pending.elicitation,
            other => panic!("{other:?}"),
        }
    }

    /// What is open to a person, at the other replica.
    async fn open(&self, who: &Json) -> Vec<QuestionId> {
        let listing = inbox(&self.there, who).await.unwrap().list().await.unwrap();
        listing.questions.iter().map(|open| open.question).collect()
    }

    async fn answer(&self, who: &Json, question: &QuestionId, verdict: Verdict) -> Result<(), Violation> {
        inbox(&self.there, who).await?.answer(question, verdict, Some("as agreed in May")).await
    }

    /// The last records, as their hook, decision, code, and caller.
    fn last_records(&self, count: usize) -> Vec<String> {
        let records = self.sink.kept.records();
        let text = |record: &Json, field: &str| record[field].as_str().unwrap_or("-").to_owned();
        let shown = records.iter().skip(records.len() - count).map(|record| {
            let caller = record["caller"]["subject"].as_str().unwrap_or("-");
            format!("{} {} {} {caller}", text(record, "hook"), text(record, "decision"), text(record, "code"))
        });
        shown.collect()
    }
}

fn raise(amount: u32) -> Operation {
    let arguments = Map::from_iter([("amount".to_owned(), json!(amount))]);
    let eve = token(&json!({ "sub": "eve", "manager": "carol" }));
    Operation::tool("raise_salary", arguments).caller(Caller::bearer(&eve))
}

async fn inbox(manager: &PluginManager, who: &Json) -> Result<Inbox, Violation> {
    manager.inbox("managers", Caller::bearer(&token(who))).await
}

fn carol() -> Json {
    json!({ "sub": "carol" })
}

fn code(refused: Result<(), Violation>) -> String {
    refused.unwrap_err().code.to_string()
}

#[test]
fn trap_39_an_operation_goes_on_once_after_who_was_asked_said_yes() {
    run(async {
        let replicas = Replicas::new().await;
        let id = replicas.asked().await;
        let waiting = guard(&replicas.there, raise(500).resume(id.as_str())).await;
        assert!(matches!(waiting.decision, Decision::Pending(_)), "{waiting:?}");
        let question = replicas.open(&carol()).await[0];
        replicas.answer(&carol(), &question, Verdict::Approve).await.unwrap();
        let changed = guard(&replicas.here, raise(5_000).resume(id.as_str())).await;
        assert_eq!(changed.report.code, Some("elicitation.scope"));
        let (here, there) = tokio::join!(
            guard(&replicas.here, raise(500).resume(id.as_str())),
            guard(&replicas.there, raise(500).resume(id.as_str()))
        );
        let allowed = [&here, &there].into_iter().filter(|end| matches!(end.decision, Decision::Allow(_))).count();
        assert_eq!(allowed, 1, "{here:?} {there:?}");
        let again = guard(&replicas.there, raise(500).resume(id.as_str())).await;
        assert_eq!(again.report.code, Some("elicitation.replayed"));
    });
}

#[test]
fn trap_39_a_no_denies_for_good() {
    run(async {
        let replicas = Replicas::new().await;
        let id = replicas.asked().await;
        let question = replicas.open(&carol()).await[0];
        replicas.answer(&carol(), &question, Verdict::Deny).await.unwrap();
        assert_eq!(code(replicas.answer(&carol(), &question, Verdict::Approve).await), "elicitation.invalid");
        for _ in 0..2 {
            let denied = guard(&replicas.here, raise(500).resume(id.as_str())).await;
            assert_eq!(denied.report.code, Some("elicitation.denied"));
        }
    });
}

#[test]
fn trap_39_nobody_answers_but_who_was_asked_and_all_others_are_told_the_same() {
    run(async {
        let replicas = Replicas::new().await;
        let id = replicas.asked().await;
        let question = replicas.open(&carol()).await[0];
        let refusal = |refused: Result<(), Violation>| refused.unwrap_err();
        let others = refusal(replicas.answer(&json!({ "sub": "mallory" }), &question, Verdict::Approve).await);
        let own =
            refusal(replicas.answer(&json!({ "sub": "eve", "manager": "carol" }), &question, Verdict::Approve).await);
        let unknown = refusal(replicas.answer(&carol(), &QuestionId([0; 32]), Verdict::Approve).await);
        let record = ["elicit deny elicitation.invalid carol"];
        assert_eq!(replicas.last_records(1), record);
        replicas.clock.advance(Duration::from_secs(3600));
        let now = replicas.clock.now_ms() / 1000;
        let carol = json!({ "sub": "carol", "exp": now + 60 });
        let expired = refusal(replicas.answer(&carol, &question, Verdict::Approve).await);
        assert_eq!((&others, &own, &unknown), (&own, &unknown, &expired));
        assert_eq!(&*expired.code, "elicitation.invalid");
        let eve = token(&json!({ "sub": "eve", "manager": "carol", "exp": now + 60 }));
        let denied = guard(&replicas.here, raise(500).caller(Caller::bearer(&eve)).resume(id.as_str())).await;
        assert_eq!(denied.report.code, Some("elicitation.expired"));
    });
}

#[test]
fn an_inbox_opens_to_those_the_document_identifies_and_to_nobody_a_host_names() {
    run(async {
        let replicas = Replicas::new().await;
        let _ = replicas.asked().await;
        let carol = Subject { id: "carol".into(), issuer: Some("https://idp.example".into()), ..Subject::default() };
        let vouched = Caller::vouched(Identity { subject: Some(carol), ..Identity::default() });
        for (caller, code) in [
            (vouched, "auth.invalid"),
            (Caller::anonymous(), "auth.missing"),
            (Caller::bearer("made-up"), "auth.malformed"),
            (Caller::bearer(&token(&json!({ "sub": "carol", "exp": 1 }))), "auth.expired"),
        ] {
            let refused = replicas.here.inbox("managers", caller).await.unwrap_err();
            assert_eq!((&*refused.code, refused.http_status), (code, 401));
            assert_eq!(replicas.last_records(1), [format!("elicit deny {code} -")]);
        }
        for name in ["jwt", "log", "owners", ""] {
            let refused = replicas.here.inbox(name, Caller::anonymous()).await.unwrap_err();
            assert_eq!(&*refused.reason, "there is no inbox of that name");
        }
    });
}

#[test]
fn a_host_vouches_for_who_opens_an_inbox_where_it_may_vouch_for_callers() {
    run(async {
        let carol = |issuer: &str| {
            let subject = Subject { id: "carol".into(), issuer: Some(issuer.into()), ..Subject::default() };
            Caller::vouched(Identity { subject: Some(subject), ..Identity::default() })
        };
        let replicas = Replicas::under("authentication: [jwt]", "authentication: [jwt, host]").await;
        let _ = replicas.asked().await;
        let mut inbox = replicas.there.inbox("managers", carol("https://idp.example")).await.unwrap();
        assert_eq!(inbox.list().await.unwrap().questions.len(), 1);
        let mut other = replicas.there.inbox("managers", carol("https://other.example")).await.unwrap();
        assert!(other.list().await.unwrap().questions.is_empty(), "the same name of another issuer is another person");
        let nobody = Caller::vouched(Identity::default());
        assert_eq!(&*replicas.there.inbox("managers", nobody).await.unwrap_err().code, "auth.missing");
    });
}

#[test]
fn what_an_approver_is_shown_does_not_let_the_operation_go_on() {
    run(async {
        let replicas = Replicas::new().await;
        let id = replicas.asked().await;
        let listing = inbox(&replicas.there, &carol()).await.unwrap().list().await.unwrap();
        let shown = serde_json::to_string(&listing).unwrap();
        assert!(shown.contains(r#""arguments":{"amount":500}"#), "{shown}");
        assert!(!shown.contains(&id) && !shown.contains("eyJ"), "{shown}");
        let question = listing.questions[0].question.to_string();
        let tried = guard(&replicas.here, raise(500).resume(question)).await;
        assert_eq!(tried.report.code, Some("elicitation.invalid"));
    });
}

#[test]
fn an_answer_is_recorded_before_it_counts() {
    run(async {
        let replicas = Replicas::new().await;
        let id = replicas.asked().await;
        let question = replicas.open(&carol()).await[0];
        replicas.sink.fails.store(true, Ordering::Relaxed);
        assert_eq!(code(replicas.answer(&carol(), &question, Verdict::Approve).await), "audit.failed");
        replicas.sink.fails.store(false, Ordering::Relaxed);
        let waiting = guard(&replicas.here, raise(500).resume(id)).await;
        assert!(matches!(waiting.decision, Decision::Pending(_)), "{waiting:?}");
        replicas.answer(&carol(), &question, Verdict::Approve).await.unwrap();
        let record = replicas.sink.kept.records().pop().unwrap();
        let expected = json!([{
            "id": null,
            "question": question.to_string(),
            "verb": "require_approval",
            "rule": "routes[0].policy[0]",
            "approver": "carol",
            "status": "approved",
            "comment": "as agreed in May",
        }]);
        assert_eq!(record["approvals"], expected);
        assert_eq!(replicas.last_records(1), ["elicit allow - carol"]);
        let asked = &replicas.sink.kept.records()[0]["approvals"][0];
        assert_eq!(asked["question"], json!(question.to_string()), "the record of who asks names the same question");
    });
}

#[test]
fn a_comment_is_bounded() {
    run(async {
        let replicas = Replicas::new().await;
        let _ = replicas.asked().await;
        let question = replicas.open(&carol()).await[0];
        let mut inbox = inbox(&replicas.there, &carol()).await.unwrap();
        let comment = |length| "ä".repeat(length);
        let refused = inbox.answer(&question, Verdict::Approve, Some(&comment(1_001))).await.unwrap_err();
        assert_eq!(&*refused.code, "payload.invalid");
        inbox.answer(&question, Verdict::Approve, Some(&comment(1_000))).await.unwrap();
    });
}

#[test]
fn who_is_asked_to_confirm_answers_their_own_request() {
    run(async {
        let replicas = Replicas::new().await;
        let eve = json!({ "sub": "eve" });
        let wire = || Operation::tool("wire", Map::new()).caller(Caller::bearer(&token(&eve)));
        let Decision::Pending(pending) = guard(&replicas.here, wire()).await.decision else { panic!("not pending") };
        let question = replicas.open(&eve).await[0];
        replicas.answer(&eve, &question, Verdict::Approve).await.unwrap();
        let allowed = guard(&replicas.there, wire().resume(pending.elicitation)).await;
        assert!(matches!(allowed.decision, Decision::Allow(_)), "{allowed:?}");
    });
}

/// A sink that keeps records, and fails when told to.
#[derive(Default)]
struct Sink {
    kept: RecordingSink,
    fails: AtomicBool,
}

#[async_trait]
impl AuditSink for Sink {
    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(SinkError("planted".to_owned()));
        }
        self.kept.write(record).await
    }
}

struct Sinks(Arc<Sink>);

impl Factory for Sinks {
    fn keys(&self, _plugin: &str) -> Option<&'static [Key]> {
        Some(&[])
    }

    fn build(&self, _declaration: &PluginConfig, _host: &Host) -> Result<Instance, Vec<ConfigFault>> {
        Ok(Instance::Sink(Arc::clone(&self.0) as _))
    }
}
