//! Words of the language whose steps are not compiled, refused by name so that none is ignored.

use super::assembly::Assembly;
use crate::codes;
use crate::fact::Vocabulary;
use crate::span::Span;

const WORDS: [&str; 16] = [
    "delegate",
    "declassify",
    "require_approval",
    "confirm",
    "require_step_up",
    "require_attestation",
    "request_info",
    "require_review",
    "parallel",
    "restrict",
    "cedar",
    "cel",
    "opa",
    "authzen",
    "on_allow",
    "on_deny",
];

/// Whether a word begins such a step.
pub(super) fn is_unavailable(word: &str) -> bool {
    WORDS.contains(&word)
}

/// Whether a line is a field operation, given whether `|` and `:` stand in it outside quotes and brackets.
pub(super) fn is_field_operation(line: &str, has_bar: bool, has_colon: bool) -> bool {
    let rest = line.strip_prefix("args").or_else(|| line.strip_prefix("result"));
    rest.is_some_and(|rest| rest.starts_with(['.', '['])) && has_bar && !has_colon
}

/// Refuses a step that begins with such a word.
pub(super) fn refuse<V: Vocabulary, D>(assembly: &mut Assembly<'_, V, D>, word: &str, span: Span) {
    assembly.refuse(codes::UNAVAILABLE, span, format!("`{word}` is not available in this version of APL"), None);
}

/// Refuses a field operation among steps.
pub(super) fn refuse_field_operation<V: Vocabulary, D>(assembly: &mut Assembly<'_, V, D>, span: Span) {
    let message = "field operations are not available as steps in this version of APL";
    let help = "write the pipeline under `args:` or `result:`, as in `result: { ssn: \"str | redact\" }`";
    assembly.refuse(codes::UNAVAILABLE, span, message, Some(help));
}
