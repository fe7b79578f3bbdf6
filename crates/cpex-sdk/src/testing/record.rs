//! Doubles of the audit port.

use std::sync::{Mutex, PoisonError};

use apl_cmf::NameSet;
use async_trait::async_trait;
use serde_json::Value as Json;

use super::process::START_MS;
use crate::audit::{AuditSink, Id, Record, RecordCaller, RecordLabels, RequestIds, SinkError, Wants};

/// Keeps the records it gets, in order, as they encode to JSON.
#[derive(Debug, Default)]
pub struct RecordingSink {
    records: Mutex<Vec<Json>>,
    wants: Wants,
}

impl RecordingSink {
    /// One whose records hold that, too.
    #[must_use]
    pub fn wanting(wants: Wants) -> Self {
        Self { wants, ..Self::default() }
    }

    /// The records so far.
    #[must_use]
    pub fn records(&self) -> Vec<Json> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl AuditSink for RecordingSink {
    fn wants(&self) -> Wants {
        self.wants.clone()
    }

    async fn write(&self, record: &Record<'_>) -> Result<(), SinkError> {
        let record = serde_json::to_value(record).map_err(|_| SinkError("a record cannot be encoded".to_owned()))?;
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(record);
        Ok(())
    }
}

/// A record to try a sink on: the permit of an anonymous caller's tool call that no route and no control had a part in.
/// A test says what it is about: `Record { decision: "deny", ..testing::record() }`.
#[must_use]
pub fn record() -> Record<'static> {
    static NO_LABELS: NameSet = NameSet::EMPTY;
    Record {
        version: 1,
        time_ms: START_MS,
        id: Id(2),
        operation: Id(1),
        phase: "pre",
        hook: "cmf.tool_pre_invoke",
        request: RequestIds { id: None, trace_id: None, span_id: None },
        entity: None,
        route: None,
        policy: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        caller: RecordCaller {
            standing: "anonymous",
            subject: None,
            issuer: None,
            tenant: None,
            client: None,
            workload: None,
        },
        decision: "allow",
        code: None,
        own_code: None,
        reason: None,
        rule: None,
        control: None,
        controls: &[],
        engines: &[],
        labels: RecordLabels { before: None, after: None, message: &NO_LABELS },
        changes: Vec::new(),
        delegations: Vec::new(),
        restriction: None,
        declassified: &[],
        approvals: &[],
        marks: &[],
        errors: &[],
        digests: None,
        inputs: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::block_on;

    #[test]
    fn records_are_kept_in_order_as_they_encode() {
        let sink = RecordingSink::default();
        let denied = Record { decision: "deny", code: Some("policy.denied"), ..record() };
        for record in [record(), denied] {
            assert_eq!(block_on(sink.write(&record)), Ok(()));
        }
        let records = sink.records();
        let decisions: Vec<_> = records.iter().map(|record| (&record["decision"], &record["code"])).collect();
        assert_eq!(decisions, [(&"allow".into(), &Json::Null), (&"deny".into(), &"policy.denied".into())]);
    }
}
