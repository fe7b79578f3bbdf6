//! The kinds of mistakes in a file of policy tests, apart from those that any document can have.

use cpex::apl::diagnostic::{Code, Severity};

macro_rules! codes {
    ($($constant:ident $name:literal $summary:literal;)+) => {
        $(
            #[doc = $summary]
            pub(crate) const $constant: &Code = &Code { name: $name, severity: Severity::Error, summary: $summary };
        )+
    };
}

codes! {
    UNKNOWN_KEY "case.unknown_key" "A key that nothing reads.";
    MISSING_KEY "case.missing_key" "A key that must be given is not.";
    CONFLICT "case.conflict" "Two keys that exclude one another.";
    WRONG_SHAPE "case.wrong_shape" "A value of another shape than its key takes.";
    WRONG_VALUE "case.wrong_value" "A value its key does not take.";
    UNKNOWN_NAME "case.unknown_name" "A name that nothing bears.";
    UNAVAILABLE "case.unavailable" "A part of the format that this version does not serve.";
}
