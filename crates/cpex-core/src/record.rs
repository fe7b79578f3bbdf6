//! The record of one side of an operation, borrowed from how it ended.

mod kept;

use apl_cmf::{Entry, Envelope, Identity, NameSet, Standing};
use apl_cpex::Restriction;
use cpex_sdk::audit::{
    Id, Record, RecordCaller, RecordChange, RecordDelegation, RecordEntity, RecordLabels, RecordRule, RequestIds,
};
use cpex_sdk::{HookSide, code};

use crate::outcome::Delegation;
use crate::road::state::{Journey, Passage, Stop};
pub(crate) use kept::Kept;

/// The record of how one side of an operation ended, by what stopped it if anything did, under that identifier.
pub(crate) fn of<'r>(journey: &'r Journey, stop: Option<&'r Stop>, id: Id) -> Record<'r> {
    let (passage, envelope) = (&journey.passage, journey.envelope());
    let denied = stop.and_then(Stop::denied);
    let trail = &passage.trail;
    let denial = denied.map(|denied| &denied.denial);
    let request = journey.request_context();
    Record {
        version: 1,
        time_ms: passage.received_ms,
        id,
        operation: passage.operation,
        phase: match passage.point.side {
            HookSide::Pre => "pre",
            HookSide::Post => "post",
        },
        hook: passage.point.name,
        request: RequestIds {
            id: request.request_id.as_deref(),
            trace_id: request.trace_id.as_deref(),
            span_id: request.span_id.as_deref(),
        },
        entity: journey.entity().map(|entity| RecordEntity {
            kind: entity.kind.name(),
            name: entity.name,
            server: journey.server(),
        }),
        route: passage.route().map(|route| &*route.layer),
        policy: &passage.snapshot.digest,
        caller: caller(envelope),
        decision: match stop {
            None => "allow",
            Some(Stop::Denied(_)) => "deny",
            Some(Stop::Suspended(_)) => "pending",
        },
        code: denial.map(|denial| denial.code),
        own_code: denial.and_then(|denial| denial.own_code.as_deref()),
        reason: denial.map(|denial| denial.reason.as_deref().unwrap_or_else(|| table_text(denial.code))),
        rule: stop.and_then(Stop::rule).map(|rule| RecordRule { id: &rule.id, at: &rule.at }),
        control: denied.and_then(|denied| denied.control.as_deref()),
        controls: &trail.executions,
        engines: &trail.verdicts,
        labels: labels(passage, envelope),
        changes: envelope.map(changes).unwrap_or_default(),
        delegations: trail.delegations.iter().map(delegation).collect(),
        restriction: Restriction::fold(&passage.yields.narrowings).map(|restriction| restriction.to_json()),
        declassified: &trail.declassified,
        approvals: &trail.approvals,
        marks: &trail.marks,
        errors: &trail.errors,
        digests: None,
        inputs: None,
    }
}

fn table_text(code: &str) -> &'static str {
    code::find(code).map_or("denied", |row| row.text)
}

fn caller(envelope: Option<&Envelope>) -> RecordCaller<'_> {
    let identity = envelope.map_or(Identity::NOBODY, Envelope::identity);
    let subject = identity.subject.as_ref();
    RecordCaller {
        standing: match envelope.map_or(Standing::Anonymous, Envelope::standing) {
            Standing::Verified => "verified",
            Standing::Vouched => "vouched",
            Standing::Anonymous => "anonymous",
        },
        subject: subject.map(|subject| subject.id.as_str()),
        issuer: subject.and_then(|subject| subject.issuer.as_deref()),
        tenant: subject.and_then(|subject| subject.tenant.as_deref()),
        client: identity.client.as_ref().map(|client| client.id.as_str()),
        workload: identity.caller_workload.as_ref().map(|workload| workload.spiffe_id.as_str()),
    }
}

fn labels<'r>(passage: &'r Passage, envelope: Option<&'r Envelope>) -> RecordLabels<'r> {
    static NO_LABELS: std::sync::LazyLock<NameSet> = std::sync::LazyLock::new(NameSet::default);
    RecordLabels {
        before: passage.trail.labels_before.as_ref(),
        after: envelope.and_then(Envelope::session_labels),
        message: envelope.map_or(&NO_LABELS, Envelope::message_labels),
    }
}

fn delegation(delegation: &Delegation) -> RecordDelegation<'_> {
    let Delegation { delegator, audience, permissions, subject } = delegation;
    RecordDelegation { delegator, audience, permissions, subject }
}

fn changes(envelope: &Envelope) -> Vec<RecordChange<'_>> {
    envelope.ledger().entries().iter().map(change).collect()
}

fn change(entry: &Entry) -> RecordChange<'_> {
    RecordChange { author: entry.author.name(), slot: entry.slot.name(), path: &entry.path, kind: entry.kind.name() }
}
