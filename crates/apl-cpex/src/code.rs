//! The kinds of mistakes in the routes of a document.

use apl_core::diagnostic::{Code, Severity};

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
    SELECTOR Error "route.selector" "A route names what it protects by exactly one selector.";
    PATTERN Error "route.pattern" "A selector is not a pattern that can match a name.";
    TIE Error "route.tie" "Two routes could match one operation and neither is more specific.";
    GROUP Error "route.group" "A route joins a group that the document does not define.";
    AUTHENTICATION Error "route.authentication" "An authenticator is not an identity plugin of the document.";
    ACTS_BEFORE_WAIT Error "route.acts_before_wait" "A step acts on the outside before a step that waits for a person.";
    RUN_BEFORE_WAIT Warning "route.run_before_wait" "A plugin runs before a step that waits for a person, and runs again when the call is repeated.";
    OVERRIDE Error "route.override" "A layer changes a plugin in a way it may not.";
    UNUSED_OVERRIDE Warning "route.unused_override" "A layer changes a plugin that nothing under it runs.";
    RESPONSE Error "route.response" "A response is a status, a body and headers, all literal.";
}
