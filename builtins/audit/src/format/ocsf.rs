//! The events of OCSF 1.6: API Activity (6003) with the profiles `security_control` and `trace` for a record, Base Event (0)
//! for a line about the log itself.
//!
//! Attributes that the schema requires are there in every event; what it would want more for than a record knows is left
//! out, such as the span, of which it requires when it ended. The record stands whole beside them.

use cpex_sdk::Record;
use cpex_sdk::audit::{RecordCaller, RecordEntity};
use serde::Serialize;

use crate::notice::Notice;

const SCHEMA: &str = "1.6.0";

/// API Activity, but for `unmapped`.
#[derive(Serialize)]
pub(super) struct Activity<'r> {
    class_uid: u32,
    category_uid: u32,
    activity_id: u32,
    activity_name: &'static str,
    type_uid: u32,
    time: u64,
    severity_id: u32,
    status_id: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'r str>,
    action_id: u32,
    disposition_id: u32,
    policy: Policy<'r>,
    actor: Actor<'r>,
    api: Api<'r>,
    src_endpoint: Endpoint<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Trace<'r>>,
    metadata: Metadata,
}

/// Base Event, but for `unmapped`.
#[derive(Serialize)]
pub(super) struct Base {
    class_uid: u32,
    category_uid: u32,
    activity_id: u32,
    activity_name: &'static str,
    type_uid: u32,
    time: u64,
    severity_id: u32,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Metadata {
    version: &'static str,
    product: Product,
    profiles: &'static [&'static str],
    log_name: &'static str,
    uid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_uid: Option<String>,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Policy<'r> {
    uid: &'r str,
}

#[derive(Serialize)]
struct Actor<'r> {
    user: User<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_uid: Option<&'r str>,
}

#[derive(Serialize)]
struct User<'r> {
    name: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Organization<'r>>,
}

#[derive(Serialize)]
struct Organization<'r> {
    uid: &'r str,
}

#[derive(Serialize)]
struct Api<'r> {
    operation: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Service<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request<'r>>,
}

#[derive(Serialize)]
struct Service<'r> {
    name: &'r str,
}

#[derive(Serialize)]
struct Request<'r> {
    uid: &'r str,
}

#[derive(Serialize)]
struct Endpoint<'r> {
    svc_name: &'r str,
}

#[derive(Serialize)]
struct Trace<'r> {
    uid: &'r str,
}

/// What a decision is in the words of the schema.
struct Verdict {
    severity_id: u32,
    status_id: u32,
    status: &'static str,
    action_id: u32,
    disposition_id: u32,
}

pub(super) fn activity<'r>(record: &'r Record<'_>) -> Activity<'r> {
    let verdict = verdict(record.decision);
    let (activity_id, activity_name) = record.entity.as_ref().map_or((99, "other"), kind);
    Activity {
        class_uid: 6003,
        category_uid: 6,
        activity_id,
        activity_name,
        type_uid: 6003 * 100 + activity_id,
        time: record.time_ms,
        severity_id: verdict.severity_id,
        status_id: verdict.status_id,
        status: verdict.status,
        status_code: record.own_code.or(record.code),
        status_detail: record.reason,
        action_id: verdict.action_id,
        disposition_id: verdict.disposition_id,
        policy: Policy { uid: record.policy },
        actor: actor(&record.caller),
        api: Api {
            operation: record.entity.map_or(record.hook, |entity| entity.name),
            service: record.entity.and_then(|entity| entity.server).map(|name| Service { name }),
            request: record.request.id.map(|uid| Request { uid }),
        },
        src_endpoint: Endpoint { svc_name: record.caller.workload.or(record.caller.client).unwrap_or("unknown") },
        trace: record.request.trace_id.map(|uid| Trace { uid }),
        metadata: metadata(record.id.to_string(), Some(record.operation.to_string()), &["security_control", "trace"]),
    }
}

pub(super) fn notice(notice: &Notice) -> Base {
    let (stream, sequence) = notice.place;
    Base {
        class_uid: 0,
        category_uid: 0,
        activity_id: 99,
        activity_name: notice.body.name(),
        type_uid: 99,
        time: notice.time_ms,
        severity_id: 1,
        metadata: metadata(format!("{stream}.{sequence}"), None, &[]),
    }
}

fn metadata(uid: String, correlation_uid: Option<String>, profiles: &'static [&'static str]) -> Metadata {
    let product = Product { name: "CPEX", vendor_name: "CPEX", version: env!("CARGO_PKG_VERSION") };
    Metadata { version: SCHEMA, product, profiles, log_name: "cpex.audit", uid, correlation_uid }
}

/// A suspended operation did not happen: it is denied for now, by a challenge.
fn verdict(decision: &str) -> Verdict {
    match decision {
        "allow" => Verdict { severity_id: 1, status_id: 1, status: "success", action_id: 1, disposition_id: 1 },
        "pending" => Verdict { severity_id: 1, status_id: 99, status: "pending", action_id: 2, disposition_id: 23 },
        _ => Verdict { severity_id: 2, status_id: 2, status: "failure", action_id: 2, disposition_id: 2 },
    }
}

/// The activity of an entity: what only fetches is a read, of the rest it is not known what it does.
fn kind(entity: &RecordEntity<'_>) -> (u32, &'static str) {
    match entity.kind {
        "resource" | "prompt" => (2, "read"),
        _ => (99, "invoke"),
    }
}

fn actor<'r>(caller: &RecordCaller<'r>) -> Actor<'r> {
    let user = User {
        name: caller.subject.unwrap_or(caller.standing),
        uid: caller.subject,
        domain: caller.issuer,
        org: caller.tenant.map(|uid| Organization { uid }),
    };
    Actor { user, app_uid: caller.client }
}
