//! `cpex demo`: three people drive one agent against three tools, and policy decides each of their calls.
//!
//! Nothing is staged but the backends: a key is made, tokens are signed with it, the policy is loaded from a directory of
//! its own with the public key beside it, tokens for backends are had from a token endpoint on a socket of this process, and
//! what is printed comes from the outcomes, from the audit log and from what the backends got.

mod backend;
mod endpoint;
mod issuer;
mod log;
mod nearby;
mod scenario;
mod table;

use std::convert::Infallible;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use cpex::document::{Document, LoadError};
use cpex::sdk::http::HttpPort;
use cpex::{Answer, Call, Caller, Decision, InitializeError, ManagerConfig, Operation, Outcome, PluginManager};
use serde_json::Value as Json;
use tokio::net::TcpListener;

use self::backend::Receipt;
use self::issuer::Issuer;
use self::log::Log;
use self::nearby::Nearby;
use self::scenario::{CALLERS, OPERATIONS, Person, Task};
use self::table::Table;
use crate::streams::Streams;

/// The policy that is shown unless another is given.
pub const POLICY: &str = include_str!("../../../examples/policies/agent.yaml");

/// Why the scenario could not be shown.
#[derive(Debug)]
pub enum DemoError {
    /// The policy is refused.
    Policy(LoadError),
    /// A plugin of the policy cannot be initialized.
    Plugin(InitializeError),
    /// No key could be made.
    Key,
    /// A file could not be written or read.
    Io(std::io::Error),
}

/// Runs the scenario under the shipped policy, or under that of a file.
pub(crate) fn command(policy: Option<&Path>, streams: &mut Streams<'_>) -> u8 {
    let (name, text) = match policy {
        None => ("agent.yaml".to_owned(), POLICY.to_owned()),
        Some(path) => match std::fs::read_to_string(path) {
            Ok(text) => (path.display().to_string(), text),
            Err(error) => {
                streams.complain(format_args!("cannot read `{}`: {error}", path.display()));
                return 2;
            }
        },
    };
    match run(&name, &text, streams.output) {
        Ok(()) => 0,
        // Whoever reads has seen enough.
        Err(DemoError::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            streams.complain(error);
            2
        }
    }
}

/// Runs the scenario under a policy, shown under that name, and writes what came of it.
///
/// # Errors
/// That the policy is refused or the scenario cannot be set up. A denial is no error.
pub fn run(name: &str, policy: &str, out: &mut dyn Write) -> Result<(), DemoError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(show(name, policy, out))
}

async fn show(name: &str, policy: &str, out: &mut dyn Write) -> Result<(), DemoError> {
    let directory = tempfile::tempdir()?;
    let issuer = Arc::new(Issuer::new().ok_or(DemoError::Key)?);
    std::fs::write(directory.path().join("issuer.pem"), issuer.public_pem().ok_or(DemoError::Key)?)?;
    std::fs::write(directory.path().join("client.secret"), &issuer.client_secret)?;
    let manager = PluginManager::new(ManagerConfig { http: open(&issuer).await?, ..ManagerConfig::default() });
    cpex::install_builtins(&manager);
    let warnings = manager.stage(&Document::parse(name, policy)?.in_directory(directory.path()))?;
    manager.initialize().await?;

    writeln!(
        out,
        "One agent, three people, three tools. Their tokens were signed a moment ago;\nwhat each call came to was decided by {name}.\n"
    )?;
    for warning in warnings.diagnostics() {
        writeln!(out, "{}", warning.render(warnings.sources()))?;
    }
    let shown = play(&manager, &issuer, &directory.path().join("audit.jsonl")).await?;
    writeln!(out, "{}\nWhat the backends got, as they verified it:\n\n{}", shown.decided, shown.received)?;
    if let Some((person, tool, record)) = shown.record {
        writeln!(
            out,
            "The record of {person}'s {tool}, as the audit log has it but for what is empty:\n{}\n",
            log::shown(&record)
        )?;
    }
    writeln!(out, "{NEXT}")?;
    manager.shutdown().await;
    Ok(())
}

/// Opens the token endpoint, and the way to it.
async fn open(issuer: &Arc<Issuer>) -> Result<Option<Arc<dyn HttpPort>>, DemoError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(endpoint::serve(listener, Arc::clone(issuer)));
    Ok(cpex::outbound_client().map(|client| Arc::new(Nearby { client, address }) as Arc<dyn HttpPort>))
}

/// What came of the scenario.
struct Shown {
    decided: Table<4>,
    received: Table<5>,
    /// One record, with its person and tool.
    record: Option<(&'static str, &'static str, Json)>,
}

async fn play(manager: &PluginManager, issuer: &Issuer, log: &Path) -> Result<Shown, DemoError> {
    let mut shown = Shown {
        decided: Table::new(["caller", "operation", "outcome", "decided by"]),
        received: Table::new(["caller", "operation", "credential for", "scopes", "caller's own token"]),
        record: None,
    };
    for person in CALLERS {
        let token = issuer.token(person);
        for task in OPERATIONS {
            let (outcome, receipt) = perform(manager, person, task, (&token, issuer)).await;
            let records = Log::read(log)?;
            let (outcome_cell, rule) = (outcome_cell(&outcome), decided_by(&outcome, &records));
            shown.decided.add([person.title(), task.tool.to_owned(), outcome_cell, rule]);
            if let Some([audience, scope, inbound]) = receipt.as_ref().map(Receipt::cells) {
                shown.received.add([person.name.to_owned(), task.tool.to_owned(), audience, scope, inbound]);
            }
            let denied = matches!(outcome.decision, Decision::Deny(_));
            let is_told = shown.record.is_none() || denied && person.name == "bob" && task.tool == "send_email";
            if let Some(record) = records.of(&outcome.report).next_back().filter(|_| is_told) {
                shown.record = Some((person.name, task.tool, record.clone()));
            }
        }
    }
    Ok(shown)
}

const NEXT: &str = "Try next: copy examples/policies/agent.yaml, write `require(role.engineer)` for `require(role.hr)`, and \
run\n`cpex demo --policy <your copy>`: the first rows change, and with them who may still send mail.";

/// Performs a task for whoever came with that token, and tells what the backend found, if it was called.
async fn perform(
    manager: &PluginManager,
    person: &Person,
    task: &Task,
    (token, issuer): (&str, &Issuer),
) -> (Outcome<Answer>, Option<Receipt>) {
    let arguments = (task.arguments)();
    let operation =
        Operation::tool(task.tool, arguments).session(format!("{}-1", person.name)).caller(Caller::bearer(token));
    let mut receipt = None;
    let backend = |call: Call| {
        receipt = Some(Receipt::of(&call, issuer, token));
        async { Ok::<_, Infallible>(Answer::structured((task.backend)())) }
    };
    match manager.guard(operation, backend).await {
        Ok(outcome) => (outcome, receipt),
        Err(never) => match never {},
    }
}

fn outcome_cell(outcome: &Outcome<Answer>) -> String {
    match &outcome.decision {
        Decision::Allow(answer) => format!("allow {}", answer.content()),
        Decision::Deny(violation) => format!("deny  {}", violation.code),
        Decision::Pending(pending) => format!("wait  {}", pending.elicitation),
    }
}

/// The rule that denied, or those that changed what the caller receives.
fn decided_by(outcome: &Outcome<Answer>, records: &Log) -> String {
    if let Some(rule) = &outcome.report.rule {
        return rule.id.to_string();
    }
    if let Some(control) = &outcome.report.control {
        return control.to_string();
    }
    let changes = records.of(&outcome.report).filter_map(|record| record.get("changes")?.as_array()).flatten();
    let of_result = changes.filter(|change| change.get("slot") == Some(&Json::from("result")));
    let authors: Vec<&str> = of_result.filter_map(|change| change.get("author")?.as_str()).collect();
    if authors.is_empty() { "-".to_owned() } else { authors.join(", ") }
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(error) => error.fmt(f),
            Self::Plugin(error) => error.fmt(f),
            Self::Key => f.write_str("cannot make a key to sign tokens with"),
            Self::Io(error) => write!(f, "cannot set up the scenario: {error}"),
        }
    }
}

impl std::error::Error for DemoError {}

impl From<LoadError> for DemoError {
    fn from(error: LoadError) -> Self {
        Self::Policy(error)
    }
}

impl From<InitializeError> for DemoError {
    fn from(error: InitializeError) -> Self {
        Self::Plugin(error)
    }
}

impl From<std::io::Error> for DemoError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
