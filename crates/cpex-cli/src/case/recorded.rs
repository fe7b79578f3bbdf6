//! Runs cases and keeps the audit log they leave, with everything that decides their operations again.

use std::collections::BTreeSet;

use cpex::document::Document;
use serde_json::Value as Json;

use super::error::RunError;
use super::file::TestFile;
use super::recorder::RECORDER;
use super::run::runtime;
use super::stage::Stage;

/// What one case left.
#[derive(Debug)]
pub struct Recorded {
    /// Its name.
    pub name: String,
    /// Its records, in the form of the lines of an `audit/logger`.
    pub records: Vec<Json>,
}

impl TestFile {
    /// The policy as it is watched: with a sink that keeps what decides operations again.
    ///
    /// # Errors
    /// That it does not load.
    pub fn watched_policy(&self) -> Result<Document, RunError> {
        Ok(self.policy.open()?.with_plugin(RECORDER, "audit/logger"))
    }

    /// The names of what its cases script.
    pub(crate) fn scripted(&self) -> BTreeSet<String> {
        let stubs = self.stubs.iter().chain(self.cases.iter().flat_map(|case| &case.stubs));
        stubs.map(|stub| stub.plugin.clone()).collect()
    }

    /// Runs every case and keeps its records. What cases expect is not looked at.
    ///
    /// # Errors
    /// That the policy does not load, or that a stub does not fit it.
    pub fn record(&self) -> Result<Vec<Recorded>, RunError> {
        let policy = self.watched_policy()?;
        let run = |case: &super::file::Case| {
            let stubs = self.stubs.iter().chain(&case.stubs).cloned();
            let records = runtime()?.block_on(async {
                let mut stage = Stage::set(&policy, self.now_ms, stubs, &case.steps).await?;
                for step in &case.steps {
                    stage.perform(step).await;
                }
                let records = stage.recorded();
                stage.end().await;
                Ok::<_, RunError>(records)
            })?;
            Ok(Recorded { name: case.name.clone(), records: records.into_iter().enumerate().map(line).collect() })
        };
        self.cases.iter().map(run).collect()
    }
}

/// The record as a line of the one stream of its case.
fn line((index, mut record): (usize, Json)) -> Json {
    if let Some(members) = record.as_object_mut() {
        members.insert("stream".to_owned(), "case".into());
        members.insert("sequence".to_owned(), (index + 1).into());
    }
    record
}
