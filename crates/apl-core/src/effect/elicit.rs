//! `require_approval(name, from: .., ..)` and the verbs like it: asks a person, and leaves the operation pending meanwhile.

use std::sync::Arc;
use std::time::Duration;

use super::pairs::Pairs;
use crate::call::Call;
use crate::codes;
use crate::condition::{self, Condition};
use crate::context::{Context, Declared};
use crate::diagnostic::Diagnostic;
use crate::fact::Vocabulary;
use crate::node::{Entry, Text};
use crate::path::{Path, Segment};
use crate::template;

/// Asks a person.
#[derive(Debug)]
pub struct Elicit<A> {
    /// The verb, as written.
    pub verb: &'static str,
    /// The channel's name in the document.
    pub approver: Arc<str>,
    /// Its index among the declared plugins.
    pub index: usize,
    /// Who is asked: the attribute that holds the person's identifier.
    pub from: A,
    /// The channel's own way to reach that person.
    pub channel: Option<Arc<str>>,
    /// What an answer is good for: what must hold of the arguments of the repeated call. Without one the answer is good
    /// for the very arguments that were asked about.
    pub scope: Option<Condition<A>>,
    /// What it is for, as the person reads it.
    pub purpose: Option<Arc<str>>,
    /// How long the question stands.
    pub timeout: Option<Duration>,
}

/// A verb that asks a person.
struct Verb {
    name: &'static str,
    /// Whether the caller is asked where nobody is named.
    asks_caller: bool,
}

const VERBS: [Verb; 6] = [
    Verb { name: "require_approval", asks_caller: false },
    Verb { name: "confirm", asks_caller: true },
    Verb { name: "require_step_up", asks_caller: true },
    Verb { name: "require_attestation", asks_caller: false },
    Verb { name: "request_info", asks_caller: false },
    Verb { name: "require_review", asks_caller: false },
];

const FORM: &str = "require_approval(name, from: claim.manager)";
const KEYS: [&str; 5] = ["from", "channel", "scope", "purpose", "timeout"];

/// Units of durations, in seconds.
const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];

/// Compiles the form of one line.
pub(super) fn compile<V: Vocabulary, D: Declared>(
    call: &Call<'_>,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Elicit<V::Attribute>> {
    elicit(&Pairs::of_call(call, &KEYS, FORM, faults)?, context, faults)
}

/// Compiles the form of a map.
pub(super) fn compile_map<V: Vocabulary, D: Declared>(
    entry: &Entry,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Elicit<V::Attribute>> {
    elicit(&Pairs::of_map(entry, "name", &KEYS, faults)?, context, faults)
}

fn elicit<V: Vocabulary, D: Declared>(
    pairs: &Pairs,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Elicit<V::Attribute>> {
    let before = faults.len();
    let verb = VERBS.iter().find(|verb| verb.name == pairs.effect)?;
    let index = match context.declared.approver(&pairs.name.value) {
        Ok(index) => Some(index),
        Err(unresolved) => {
            let fault = Diagnostic::new(codes::UNKNOWN_PLUGIN, pairs.name.span, unresolved.message);
            faults.push(Diagnostic { help: unresolved.help, ..fault });
            None
        }
    };
    let from = from(verb, pairs, context, faults);
    let scope = pairs.text("scope", faults).map(|text| {
        let range = 0..text.value.len();
        condition::compile(text, range, context.vocabulary, faults)
    });
    let channel = literal(pairs, "channel", faults);
    let purpose = literal(pairs, "purpose", faults);
    let timeout = pairs.text("timeout", faults).map(|text| duration(text, faults));
    if faults.len() > before {
        return None;
    }
    Some(Elicit {
        verb: verb.name,
        approver: pairs.name.value.as_str().into(),
        index: index?,
        from: from?,
        channel,
        scope: scope.flatten(),
        purpose,
        timeout: timeout.flatten(),
    })
}

/// Who is asked.
fn from<V: Vocabulary, D>(
    verb: &Verb,
    pairs: &Pairs,
    context: &Context<'_, V, D>,
    faults: &mut Vec<Diagnostic>,
) -> Option<V::Attribute> {
    if let Some(text) = pairs.text("from", faults) {
        return template::attribute(text, 0..text.value.len(), context.vocabulary, faults);
    }
    if !verb.asks_caller {
        let message = format!("`{}` does not say who is asked", verb.name);
        let help = "name the attribute that holds the person's id, as in `from: claim.manager`";
        faults.push(Diagnostic::new(codes::ARGUMENT, pairs.name.span, message).help(help));
        return None;
    }
    let caller = ["subject", "id"].map(|name| Segment::Name(name.to_owned()));
    context.vocabulary.resolve(&Path { segments: caller.into(), range: 0..0 }).ok()
}

/// A text that is shown as it is written.
fn literal(pairs: &Pairs, key: &str, faults: &mut Vec<Diagnostic>) -> Option<Arc<str>> {
    let text = pairs.text(key, faults)?;
    if text.value.contains("${") {
        let message = format!("`{key}` is shown as it is written and takes no `${{}}`");
        faults.push(Diagnostic::new(codes::ARGUMENT, text.span, message));
    }
    Some(text.value.as_str().into())
}

fn duration(text: &Text, faults: &mut Vec<Diagnostic>) -> Option<Duration> {
    let mut chars = text.value.chars();
    let unit = chars.next_back().and_then(|last| UNITS.iter().find(|(unit, _)| *unit == last));
    let seconds = unit.and_then(|(_, seconds)| chars.as_str().parse::<u64>().ok()?.checked_mul(*seconds));
    let seconds = seconds.filter(|seconds| *seconds > 0);
    if seconds.is_none() {
        let message = format!("`{}` is no duration", text.value);
        let help = "write a number and a unit: `30s`, `5m`, `24h` or `7d`";
        faults.push(Diagnostic::new(codes::ARGUMENT, text.span, message).help(help));
    }
    seconds.map(Duration::from_secs)
}
