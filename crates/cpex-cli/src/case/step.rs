//! One step of a case: an operation, who performs it, what the backend answers, and what must come of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use cpex::apl::node::{Node, Value};
use cpex::cmf::{AgentContext, Credentials, Identity, Secret, Subject};
use cpex::{Answer, Operation};

use super::answer;
use super::call::{self, About, Call};
use super::caller::Subjects;
use super::codes;
use super::context::{self, Context};
use super::expect::{self, Expect};
use super::fields::Fields;

/// The session of a step that names none; stores are fresh for every case, so no other case shares it.
const OWN_SESSION: &str = "session";

/// One step, ready to be performed.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What the operation is about, for people.
    pub(crate) label: String,
    /// The operation, by nobody yet.
    pub(crate) operation: Operation,
    pub(crate) who: Who,
    /// The headers it sends, in one text.
    headers: Secret,
    pub(crate) session: String,
    /// Whether it repeats a call that was left pending.
    pub(crate) resumes: bool,
    /// What the backend answers; without it only the phases before the operation run.
    pub(crate) answer: Option<Answer>,
    pub(crate) expect: Option<Expect>,
}

/// Who states the identity of the caller.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// The step: scripted identity plugins yield these principals, none of them for an anonymous caller.
    Scripted(Box<Identity>),
    /// The caller's own credentials, verified by the identity plugins of the document.
    Credentials(Credentials),
}

impl Step {
    /// A text that is the same for steps of the same caller.
    pub(crate) fn principal(&self) -> String {
        match &self.who {
            Who::Scripted(identity) => serde_json::to_string(identity).unwrap_or_default(),
            Who::Credentials(_) => self.headers.expose().to_owned(),
        }
    }
}

/// What a case says for all its steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    caller: Option<Subject>,
    session: Option<String>,
    context: Option<Context>,
}

/// Reads `caller`, `session` and `context`.
pub(crate) fn defaults(fields: &mut Fields, section: &Node, subjects: &Subjects) -> Defaults {
    let caller = section.get("caller").filter(|node| !matches!(node.value, Value::Null));
    Defaults {
        caller: caller.and_then(|node| subjects.caller(fields, node)),
        session: fields.read(section, "session", Fields::text),
        context: fields.read(section, "context", context::read),
    }
}

/// Reads a step: a section with `call` and what belongs to it. One that resumes and has no `call` repeats that of `before`
/// with its answer.
pub(crate) fn read(
    fields: &mut Fields,
    section: &Node,
    subjects: &Subjects,
    outer: &Defaults,
    before: Option<&Node>,
) -> Option<Step> {
    let own = defaults(fields, section, subjects);
    let caller = own.caller.or_else(|| outer.caller.clone());
    let session = own.session.or_else(|| outer.session.clone());
    let context = own.context.or_else(|| outer.context.clone()).unwrap_or_default();
    let resumes = fields.read(section, "resume", Fields::boolean).unwrap_or(false);
    let repeated = before.filter(|_| resumes && section.get("call").is_none());
    let is_answered = ["result", "result_parts"].iter().any(|key| section.get(key).is_some());
    let answer = answer::read(fields, repeated.filter(|_| !is_answered).unwrap_or(section));
    let expect = fields.read(section, "expect", expect::read);
    let called = repeated.unwrap_or(section);
    if called.get("call").is_none() {
        let help = "add `call: {tool: .., args: {..}}`";
        fields.fault_with_help(codes::MISSING_KEY, section.span, "`call` is missing", help);
    }
    let call = fields.read(called, "call", call::read)?;
    if let Some(said) = context.http.as_ref().and_then(|http| call.repeats(http)) {
        let message = format!("the call says the {said} itself, and `context.http` says it again");
        let help = format!("leave `{said}` out of `context.http`");
        fields.fault_with_help(codes::CONFLICT, called.span, message, help);
    }
    let session = session.or_else(|| context.agent.as_ref()?.session_id.clone());
    let session = session.unwrap_or_else(|| OWN_SESSION.to_owned());
    let label = call.about.as_ref().map_or("a call that names nothing", About::name).to_owned();
    let operation = operation(&call, &context, &session);
    let who = who(caller, context, &call.headers);
    let headers = Secret::new(format!("{:?}", call.headers));
    Some(Step { label, operation, who, headers, session, resumes, answer, expect })
}

fn who(caller: Option<Subject>, context: Context, headers: &BTreeMap<String, String>) -> Who {
    let identity = Identity { subject: caller, client: context.client, caller_workload: context.caller_workload };
    if identity.is_authenticated() || headers.is_empty() {
        return Who::Scripted(Box::new(identity));
    }
    let sent = headers.iter().fold(Credentials::none(), |sent, (name, value)| sent.with(name, value.as_str()));
    Who::Credentials(sent)
}

fn operation(call: &Call, context: &Context, session: &str) -> Operation {
    let agent = context.agent.clone().unwrap_or_default();
    let agent = AgentContext { session_id: Some(session.to_owned()), ..agent };
    let mut operation = call.operation().acting_agent(agent);
    if let Some(request) = &context.request {
        operation = operation.request(request.clone());
    }
    if let Some(custom) = &context.custom {
        operation = operation.custom(custom.clone());
    }
    if let Some(http) = call.http(context.http.as_ref()) {
        operation = operation.carried_by(http);
    }
    operation.with_draft(|mut draft| {
        if let Some(workload) = &context.this_workload {
            draft = draft.this_workload(Arc::new(workload.clone()));
        }
        if let Some(delegation) = &context.delegation {
            draft = draft.delegation(delegation.clone());
        }
        if let Some(llm) = &context.llm {
            draft = draft.llm(llm.clone());
        }
        if let Some(completion) = &context.completion {
            draft = draft.completion(completion.clone());
        }
        if let Some(framework) = &context.framework {
            draft = draft.framework(framework.clone());
        }
        if let Some(provenance) = &context.provenance {
            draft = draft.provenance(provenance.clone());
        }
        if let Some(objects) = &context.objects {
            draft = draft.objects(objects.clone());
        }
        if let Some(data) = &context.data {
            draft = draft.data(data.clone());
        }
        draft
    })
}
