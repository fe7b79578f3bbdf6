//! The kinds of mistakes in the routes of a document.

use apl_core::diagnostic::{Code, Severity};

macro_rules! codes {
    ($($constant:ident $name:literal $summary:literal;)+) => {
        $(
            #[doc = $summary]
            pub const $constant: &Code = &Code { name: $name, severity: Severity::Error, summary: $summary };
        )+

        /// Every kind, in the order of the documentation.
        pub const ALL: &[&Code] = &[$($constant),+];
    };
}

codes! {
    SELECTOR "route.selector" "A route names what it protects by exactly one selector.";
    PATTERN "route.pattern" "A selector is not a pattern that can match a name.";
    TIE "route.tie" "Two routes could match one operation and neither is more specific.";
    GROUP "route.group" "A route joins a group that the document does not define.";
    AUTHENTICATION "route.authentication" "An authenticator is not an identity plugin of the document.";
    RESPONSE "route.response" "A response is a status, a body and headers, all literal.";
}
