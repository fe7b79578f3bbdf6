//! From the inputs of a record to the operation they describe, by the reader of policy tests.

use cpex::apl::node::{Entry, Layout, Node, Text, Value};
use cpex::apl::span::Span;
use cpex::cmf::{AgentContext, ContentPart, Identity, LlmRequest};
use cpex::{Answer, Caller, Operation};
use serde_json::{Map, Value as Json};

use crate::case::{Defaults, Fields, Subjects, Who, read_answer, read_step};

/// An operation as a record describes it.
pub(super) struct Request {
    pub(super) operation: Operation,
    pub(super) identity: Identity,
}

/// The keys of inputs that a step of a case has, too.
const OF_A_STEP: [&str; 3] = ["caller", "context", "call"];

/// Reads the operation.
///
/// # Errors
/// Why the inputs are none.
pub(super) fn operation(inputs: &Json) -> Result<Request, String> {
    let mut inputs = inputs.clone();
    // What an operation carries has no form to be checked: it is as it was.
    let args = inputs.pointer_mut("/call").and_then(Json::as_object_mut).and_then(|call| call.remove("args"));
    let of_a_step = |name: &&str| Some(((*name).to_owned(), inputs.get(*name)?.clone()));
    let step: Map<String, Json> = OF_A_STEP.iter().filter_map(of_a_step).collect();
    let mut fields = Fields::default();
    let step = read_step(&mut fields, &node(&step.into()), &Subjects::default(), &Defaults::default(), None);
    let step = step.filter(|_| fields.faults.is_empty()).ok_or_else(|| faults(&fields))?;
    let Who::Scripted(identity) = step.who else { return Err("it states no caller".to_owned()) };
    let agent = agent(&inputs)?;
    let mut operation = step.operation.acting_agent(agent);
    if let Some(Json::Object(args)) = args {
        operation = operation.with_draft(|draft| draft.replace_message(|message| with_arguments(message, &args)).0);
    }
    if inputs.get("vouched").and_then(Json::as_bool) == Some(true) {
        operation = operation.caller(Caller::Vouched(identity.clone()));
    }
    Ok(Request { operation, identity: *identity })
}

/// Reads the answer of the capability. Of one that is not kept there is a structured one that holds nothing.
///
/// # Errors
/// Why the inputs are none.
pub(super) fn answer(inputs: &Json) -> Result<Answer, String> {
    let of_an_answer = |name: &&str| Some(((*name).to_owned(), inputs.get(*name)?.clone()));
    let mut section: Map<String, Json> =
        ["result", "result_parts", "is_error"].iter().filter_map(of_an_answer).collect();
    if !section.contains_key("result") && !section.contains_key("result_parts") {
        section.insert("result".to_owned(), Json::Object(Map::new()));
    }
    let mut fields = Fields::default();
    let answer = read_answer(&mut fields, &node(&section.into()));
    let answer = answer.filter(|_| fields.faults.is_empty()).ok_or_else(|| faults(&fields))?;
    let headers = inputs.get("response_headers").cloned().unwrap_or_else(|| Json::Object(Map::new()));
    let headers = serde_json::from_value(headers).map_err(|error| format!("`response_headers`: {error}"))?;
    Ok(answer.response_headers(headers))
}

/// The agent that acts, in the session that the pseudonym tells apart.
fn agent(inputs: &Json) -> Result<AgentContext, String> {
    let agent = inputs.pointer("/context/agent").cloned().unwrap_or_else(|| Json::Object(Map::new()));
    let agent: AgentContext = serde_json::from_value(agent).map_err(|error| format!("`agent`: {error}"))?;
    let pseudonym = inputs.get("session").and_then(Json::as_str).map(str::to_owned);
    Ok(AgentContext { session_id: agent.session_id.or(pseudonym), ..agent })
}

fn with_arguments(message: &cpex::cmf::Message, args: &Map<String, Json>) -> cpex::cmf::Message {
    let mut message = message.clone();
    for arguments in message.content.iter_mut().filter_map(ContentPart::arguments_mut) {
        let model = arguments.remove(LlmRequest::MODEL);
        arguments.clone_from(args);
        arguments.extend(model.map(|model| (LlmRequest::MODEL.to_owned(), model)));
    }
    message
}

fn faults(fields: &Fields) -> String {
    let texts: Vec<&str> = fields.faults.iter().map(|fault| fault.message.as_str()).collect();
    if texts.is_empty() { "they say nothing".to_owned() } else { texts.join("; ") }
}

/// The value as a tree that stands nowhere.
fn node(value: &Json) -> Node {
    let span = Span { source: 0, start: 0, end: 0 };
    let text = |value: &str| Text { value: value.to_owned(), span, layout: Layout::Folded };
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Number(number.clone()),
        Json::String(value) => Value::Text(text(value)),
        Json::Array(elements) => Value::List(elements.iter().map(node).collect()),
        Json::Object(members) => {
            Value::Map(members.iter().map(|(key, value)| Entry { key: text(key), value: node(value) }).collect())
        }
    };
    Node { span, value }
}
