//! An example: a host whose agent raises salaries, and whose policy has a second person approve what is large.
//!
//! `policy.yaml` says who is asked. The host shows people what they are asked, in an inbox that it opens by their own token, and
//! lets the agent repeat its call. Run it by `cargo run -p approval`.

mod issuer;

use std::convert::Infallible;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use cpex::prelude::*;
use cpex::sdk::elicitation::{OpenQuestion, QuestionId, Verdict};
use cpex::{ManagerConfig, MemoryElicitations, SystemClock, Violation};
use serde_json::{Map, json};

pub use issuer::Issuer;

/// The manager of this process. There is no other, so its memory is where what waits is kept.
///
/// # Errors
/// The document does not load.
pub async fn start(issuer: &Arc<Issuer>) -> Result<PluginManager, Box<dyn Error>> {
    let config = ManagerConfig {
        secrets: Some(Arc::clone(issuer) as _),
        elicitations: Some(Arc::new(MemoryElicitations::new(Arc::new(SystemClock::default())))),
        ..ManagerConfig::default()
    };
    let manager = PluginManager::new(config);
    cpex::install_builtins(&manager);
    manager.load_config_yaml(include_str!("../policy.yaml"))?;
    manager.initialize().await?;
    Ok(manager)
}

/// The agent calls the tool, for whoever its token is of; again, where it was given an id.
///
/// # Errors
/// What the agent is told could not be written.
pub async fn raise(
    manager: &PluginManager,
    token: &str,
    amount: u32,
    approval: Option<&str>,
    out: &mut impl Write,
) -> std::io::Result<Option<String>> {
    let arguments = Map::from_iter([("amount".to_owned(), json!(amount)), ("employee".to_owned(), json!("dan"))]);
    let operation = Operation::tool("raise_salary", arguments).caller(Caller::bearer(token));
    let operation = match approval {
        Some(id) => operation.resume(id),
        None => operation,
    };
    let mut raised = None;
    let Ok(outcome) = manager
        .guard(operation, async |call: Call| {
            raised = call.arguments().and_then(|arguments| arguments.get("amount").cloned());
            Ok::<_, Infallible>(Answer::structured(json!({ "done": true })))
        })
        .await;
    if let Some(amount) = raised {
        writeln!(out, "backend: dan is raised by {amount}")?;
    }
    match outcome.decision {
        Decision::Allow(_) => writeln!(out, "agent: raise by {amount}: done")?,
        Decision::Deny(violation) => writeln!(out, "agent: raise by {amount}: denied, {}", violation.reason)?,
        Decision::Pending(pending) => {
            writeln!(out, "agent: raise by {amount}: waiting for an approval")?;
            return Ok(Some(pending.elicitation));
        }
    }
    Ok(None)
}

/// What waits for a person.
///
/// # Errors
/// What the person is told: nobody was verified, for one.
pub async fn open(manager: &PluginManager, token: &str) -> Result<Vec<OpenQuestion>, Violation> {
    let mut inbox = manager.inbox("managers", Caller::bearer(token)).await?;
    let listing = inbox.list().await?;
    Ok(listing.questions)
}

/// What a person says to a question.
///
/// # Errors
/// What the person is told: it is not theirs to answer, for one.
pub async fn answer(
    manager: &PluginManager,
    token: &str,
    question: QuestionId,
    (verdict, comment): (Verdict, &str),
) -> Result<(), Violation> {
    let mut inbox = manager.inbox("managers", Caller::bearer(token)).await?;
    inbox.answer(&question, verdict, Some(comment)).await
}

/// Eve's agent asks for a raise of 500, carol approves it, and it is done once.
///
/// # Errors
/// The document does not load, or what happens cannot be told.
pub async fn story(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let issuer = Arc::new(Issuer::new().ok_or("there is no randomness")?);
    let manager = start(&issuer).await?;
    let eve = issuer.token(&json!({ "sub": "eve", "roles": ["hr"], "manager": "carol" }));
    let carol = issuer.token(&json!({ "sub": "carol" }));
    raise(&manager, &eve, 50, None, out).await?;
    let approval = raise(&manager, &eve, 500, None, out).await?.ok_or("nobody was asked")?;
    raise(&manager, &eve, 500, Some(&approval), out).await?;

    writeln!(out, "eve: {} questions in her inbox", told(open(&manager, &eve).await)?.len())?;
    for question in told(open(&manager, &carol).await)? {
        let (asker, purpose) = (question.asker.subject.unwrap_or_default(), question.purpose.unwrap_or_default());
        let arguments = question.arguments.map(|arguments| json!(arguments)).unwrap_or_default();
        writeln!(out, "carol: {asker} wants this: {purpose}, {arguments}")?;
        if let Err(refused) = answer(&manager, &eve, question.question, (Verdict::Approve, "me too")).await {
            writeln!(out, "eve: {}", refused.reason)?;
        }
        told(answer(&manager, &carol, question.question, (Verdict::Approve, "as agreed in May")).await)?;
        writeln!(out, "carol: approved")?;
    }

    raise(&manager, &eve, 5000, Some(&approval), out).await?;
    raise(&manager, &eve, 500, Some(&approval), out).await?;
    raise(&manager, &eve, 500, Some(&approval), out).await?;
    Ok(())
}

fn told<T>(answered: Result<T, Violation>) -> Result<T, String> {
    answered.map_err(|refused| refused.reason.to_string())
}
