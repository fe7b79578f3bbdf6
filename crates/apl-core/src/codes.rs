//! The kinds of mistakes in the rules of a document.

use crate::diagnostic::{Code, Severity};

macro_rules! codes {
    ($($constant:ident $severity:ident $name:literal $summary:literal;)+) => {
        $(
            #[doc = $summary]
            pub const $constant: &Code = &Code { name: $name, severity: Severity::$severity, summary: $summary };
        )+

        /// Every kind, in the order of the documentation.
        pub const ALL: &[&Code] = &[$($constant),+];
    };
}

codes! {
    SYNTAX Error "rule.syntax" "A rule, an expression or a value in it is not written as the language asks.";
    SPELLING Error "rule.spelling" "An operator is spelled as in another language.";
    TOO_DEEP Error "rule.too_deep" "Brackets stand inside one another more often than a rule may nest them.";
    LITERAL Error "rule.literal" "A text, a number or a list cannot be read or cannot stand there.";
    REGEX Error "rule.regex" "A regular expression is not valid or is too large.";
    UNKNOWN_ATTRIBUTE Error "rule.unknown_attribute" "A path names no attribute.";
    ALWAYS_PRESENT Error "rule.always_present" "`exists` asks for an attribute that always has a value.";
    CONSTANT Error "rule.constant" "An expression asks nothing of the operation.";
    PREDICATE_ALONE Error "rule.predicate_alone" "A step is an expression and does not say what follows from it.";
    UNKNOWN_EFFECT Error "rule.unknown_effect" "A step names an effect that the language does not have.";
    UNKNOWN_PLUGIN Error "rule.unknown_plugin" "A step names a plugin that the document does not declare for it.";
    UNKNOWN_ENGINE Error "rule.unknown_engine" "A step asks a decision engine that the document does not declare.";
    UNKNOWN_STAGE Error "rule.unknown_stage" "A field pipeline names a stage that the language does not have.";
    FIELD Error "rule.field" "A field path is not written as the language asks, or leads nowhere in particular.";
    FIELD_STAR Warning "rule.field_star" "A name in a field path has a star, which is no pattern there.";
    HASH_KEY Error "rule.hash_key" "A field pipeline hashes and the document gives no key to hash under.";
    UNAVAILABLE Error "rule.unavailable" "A rule needs a part of the language that this build does not have.";
    ARGUMENT Error "rule.argument" "An effect is given what it does not take, or lacks what it needs.";
    STEP Error "rule.step" "A step, or a list of steps, has a shape the language does not know.";
    MISPLACED Error "rule.misplaced" "A step stands where what it does cannot be done, or would be done at the wrong time.";
    YAML Error "rule.yaml" "YAML reads an unquoted line otherwise than it looks.";
    DUPLICATE_ID Error "rule.duplicate_id" "Two steps of the document have the same id.";
    GUARDED_ALLOW Warning "rule.guarded_allow" "An `allow` under a condition exempts from nothing.";
    RESERVED_CODE Warning "rule.reserved_code" "A deny uses a code that begins like those of the runtime.";
}
