//! An example: a host that chooses among models as policy lets it.
//!
//! Callers ask for an `assistant`, and not for a model. `policy.yaml` says what may answer: by model, region, site and cost. The
//! router holds what it could choose from, the best first, and takes the first that the restriction admits. Run it by
//! `cargo run -p router`.

use std::error::Error;
use std::fmt;
use std::io::Write;
use std::path::Path;

use cpex::apl::OnEmpty;
use cpex::policy::{Backend, Restriction, Tier};
use cpex::prelude::*;
use serde_json::{Map, Value, json};

/// A model that the host can have answer.
#[derive(Debug)]
pub struct Model {
    /// Its name.
    pub name: &'static str,
    /// Where it runs.
    pub region: &'static str,
    /// At which site.
    pub site: &'static str,
    /// What it costs, by the names of the document.
    pub cost_tier: &'static str,
}

/// What the host has, the best first.
#[derive(Debug)]
pub struct Router {
    /// What it chooses from.
    pub models: Vec<Model>,
    /// What answers where policy leaves nothing of that, and the choice to the host.
    pub fallback: Model,
}

/// Policy leaves nothing to choose from.
#[derive(Debug, PartialEq, Eq)]
pub struct NothingLeft;

impl Router {
    /// The model that answers an operation under that restriction.
    ///
    /// # Errors
    /// Nothing is left, and policy does not leave that to the host.
    pub fn choose(&self, restriction: Option<&Restriction>) -> Result<&Model, NothingLeft> {
        let admits = |model: &&Model| restriction.is_none_or(|restriction| restriction.admits(&model.backend()));
        match (self.models.iter().find(admits), restriction.map(|restriction| restriction.on_empty)) {
            (Some(model), _) => Ok(model),
            (None, Some(OnEmpty::Fallback)) => Ok(&self.fallback),
            (None, Some(OnEmpty::Deny) | None) => Err(NothingLeft),
        }
    }
}

impl Model {
    /// The model in the words of restrictions.
    fn backend(&self) -> Backend<'_> {
        Backend {
            model: Some(self.name),
            region: Some(self.region),
            site: Some(self.site),
            cost_tier: Some(Tier::Name(self.cost_tier)),
        }
    }

    /// What the model answers. This one says who it is.
    fn answer(&self) -> Answer {
        Answer::structured(json!({ "text": format!("{} in {}", self.name, self.region) }))
    }
}

/// One request for inference: decided, routed, answered and judged.
///
/// # Errors
/// What the caller is told could not be written.
pub async fn ask(
    manager: &PluginManager,
    router: &Router,
    (model, confidential): (&str, bool),
    caller: Identity,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let arguments = Map::from_iter([
        ("messages".to_owned(), json!([])),
        ("parameters".to_owned(), json!({ "confidential": confidential })),
    ]);
    let operation = Operation::llm(model, arguments).caller(Caller::vouched(caller));
    let permit = match manager.authorize(operation).await.decision {
        Decision::Allow(permit) => permit,
        Decision::Deny(violation) => return writeln!(out, "{model}: denied, {}", violation.reason),
        Decision::Pending(_) => return writeln!(out, "{model}: waits for a person"),
    };
    // A permit that is dropped because nothing may answer is on the record as abandoned.
    let Ok(chosen) = router.choose(permit.restriction().as_ref()) else {
        return writeln!(out, "{model}: nothing is left to answer");
    };
    match permit.complete(chosen.answer()).await.decision.allowed() {
        Some(answer) => {
            writeln!(out, "{model}: {}", answer.content().get("text").and_then(Value::as_str).unwrap_or(""))
        }
        None => writeln!(out, "{model}: withheld"),
    }
}

/// Callers of two tenants ask for what their tenants may have.
///
/// # Errors
/// The document does not load, or what happens cannot be told.
pub async fn story(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let manager = PluginManager::from_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("policy.yaml")).await?;
    let router = router();
    for (asked, tenant, teams) in [
        (("assistant", false), "acme", &[][..]),
        (("assistant", false), "initech", &[]),
        (("assistant", true), "initech", &[]),
        (("assistant", true), "nobody", &[]),
        (("draft", false), "acme", &[]),
        (("chat", false), "acme", &["trials"]),
        (("chat", false), "acme", &["trials", "payroll"]),
    ] {
        let subject = Subject {
            tenant: Some(tenant.to_owned()),
            teams: teams.iter().copied().collect(),
            id: "eve".to_owned(),
            ..Subject::default()
        };
        let identity = Identity { subject: Some(subject), ..Identity::default() };
        ask(&manager, &router, asked, identity, out).await?;
    }
    Ok(())
}

/// The models of this example.
#[must_use]
pub fn router() -> Router {
    let model = |name, region, site, cost_tier| Model { name, region, site, cost_tier };
    Router {
        models: vec![
            model("large-3-preview", "us-1", "cloud", "silver"),
            model("large-2", "us-1", "cloud", "gold"),
            model("medium-2", "us-1", "cloud", "silver"),
            model("medium-2", "eu-1", "cloud", "silver"),
            model("local/tiny", "eu-1", "home", "bronze"),
        ],
        fallback: model("small-1", "us-1", "cloud", "bronze"),
    }
}

impl fmt::Display for NothingLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("policy leaves no model to choose from")
    }
}

impl Error for NothingLeft {}
