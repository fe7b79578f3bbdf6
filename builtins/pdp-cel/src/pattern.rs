//! `matches`: its patterns are compiled at load and are values of their own where an expression is evaluated.

use std::any::Any;

use cel::common::types::{CelBool, CelString, STRING_TYPE, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use regex::{Regex, RegexBuilder};

/// The function.
pub(crate) const MATCHES: &str = "matches";

/// How many bytes a compiled pattern may take, as in policy itself.
const MAX_BYTES: usize = 1 << 20;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Regex);

/// Declares `text.matches(pattern)` and `matches(text, pattern)`.
///
/// # Errors
/// That it is declared already.
pub(crate) fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload(MATCHES, "matches", vec![STRING_TYPE, PATTERN], matches)?;
    env.add_member_overload(MATCHES, "string_matches", STRING_TYPE, vec![PATTERN], matches)
}

impl Pattern {
    /// Compiles a pattern. It is searched for: one that is to cover a text begins with `^` and ends with `$`.
    ///
    /// # Errors
    /// Why it is none, in one line.
    pub(crate) fn compile(written: &str) -> Result<Self, String> {
        RegexBuilder::new(written).size_limit(MAX_BYTES).build().map(Self).map_err(|error| {
            let why = match error {
                regex::Error::CompiledTooBig(limit) => format!("it takes more than {limit} bytes compiled"),
                error => {
                    let said = error.to_string();
                    said.lines().last().map_or("", |line| line.trim_start_matches("error: ")).to_owned()
                }
            };
            format!("this regular expression cannot be used: {why}")
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the interpreter hands its arguments over")]
fn matches<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [text, pattern] = arguments.as_slice() else { return Err(ExecutionError::MissingArgumentOrTarget) };
    let (Some(text), Some(Pattern(regex))) = (text.downcast_ref::<CelString<'_>>(), pattern.downcast_ref()) else {
        return Err(ExecutionError::MissingArgumentOrTarget);
    };
    let found = if regex.is_match(text.inner()) { &CelBool::TRUE } else { &CelBool::FALSE };
    Ok(CowVal::Borrowed(found))
}

const PATTERN: Type = Type::new_unspecified_type("pattern");
static PATTERN_TYPE: Type = PATTERN;

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        &PATTERN_TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}
