//! What a capability answered to several operations of one message, judged: each its own share.

use apl_cmf::{ContentPart, Message};

use crate::operation::Answer;
use crate::outcome::{Decision, Outcome, Pending};
use crate::underway::{Ended, Shared, Underway};

/// Judges what the capability answered to several operations.
pub(crate) async fn after(mut operations: Vec<Underway>, answer: Answer) -> Ended {
    let Answer { mut message, response_headers } = answer;
    // What was minted for one operation may come back in what answers another.
    for envelope in operations.iter().filter_map(|underway| underway.journey()?.envelope()) {
        envelope.redact_message(&mut message);
    }
    let mut contexts = operations.last_mut().map(Underway::take_contexts).unwrap_or_default();
    let Some(shares) = shares(message, &operations) else {
        let mut outcome = Outcome::engine_down();
        for underway in &mut operations {
            underway.turn();
            outcome = underway.malformed().await;
        }
        return Ended { outcome, contexts, ..Ended::engine_down() };
    };
    let (mut messages, mut reports) = (Vec::new(), Vec::new());
    let (mut waiting, mut shared) = (None::<Pending>, Shared::default());
    for (mut underway, message) in operations.into_iter().zip(shares) {
        underway.put_contexts(contexts);
        let answer = Answer { message, response_headers: response_headers.clone() };
        let Some(ended) = underway.end(answer).await else { return Ended::engine_down() };
        (contexts, shared) = (ended.contexts, ended.shared);
        let Outcome { decision, report } = ended.outcome;
        reports.push(report);
        match decision {
            Decision::Allow(Answer { message, .. }) => messages.push(message),
            Decision::Deny(violation) => {
                let outcome = Outcome::of_several(Decision::Deny(violation), reports);
                return Ended { outcome, contexts, shared, ..Ended::engine_down() };
            }
            Decision::Pending(pending) => drop(waiting.get_or_insert(pending)),
        }
    }
    let outcome = match (waiting, Message::join(messages)) {
        (Some(pending), _) => Outcome::of_several(Decision::Pending(pending), reports),
        (None, Some(message)) => Outcome::of_several(Decision::Allow(Answer::new(message)), reports),
        (None, None) => Outcome::engine_down(),
    };
    Ended { outcome, contexts, shared, ..Ended::engine_down() }
}

/// What of an answer answers which operation, by the identifiers of their requests. Parts without one stay with the answer
/// they follow, the first ones with the first. None where an operation is not answered exactly once, or something else is.
fn shares(message: Message, operations: &[Underway]) -> Option<Vec<Message>> {
    let mut shares: Vec<Message> =
        operations.iter().map(|_| Message { content: Vec::new(), ..message.clone() }).collect();
    let mut answered = vec![false; operations.len()];
    let mut current = 0;
    for part in message.content {
        if let Some(id) = answers(&part) {
            current = operations.iter().position(|underway| underway.request_id() == Some(id))?;
            let answered = answered.get_mut(current)?;
            if std::mem::replace(answered, true) {
                return None;
            }
        }
        shares.get_mut(current)?.content.push(part);
    }
    answered.into_iter().all(|answered| answered).then_some(shares)
}

/// The identifier of the request that a part answers.
fn answers(part: &ContentPart) -> Option<&str> {
    match part {
        ContentPart::ToolResult(_) | ContentPart::PromptResult(_) => part.request_id(),
        _ => None,
    }
}
