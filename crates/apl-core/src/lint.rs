//! Lints: what loads and probably does not do what was meant.
//!
//! A lint is a pure function of a document's layers as they are written, one file each, and one line each in the table
//! below. Lints run over documents without errors; what one cannot read it passes over in silence, for a wrong warning
//! costs more trust than a missing one is worth.

mod absence;
mod absent_allows;
mod absent_holds;
mod data_unset;
mod exact_number;
mod label;
mod label_unread;
mod label_unset;
mod layer;
mod mint_ungated;
mod pipeline;
mod regex_length;
mod report;
mod step;
mod unreachable;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::fact::Vocabulary;
use layer::Outline;
use report::Report;

pub use layer::{Document, Layer};

macro_rules! lints {
    ($($module:ident $constant:ident $name:literal $summary:literal;)+) => {
        $(
            #[doc = $summary]
            pub const $constant: &Code = &Code { name: $name, severity: Severity::Warning, summary: $summary };
        )+

        /// The code of every lint, in the order of the documentation.
        pub const ALL: &[&Code] = &[$($constant),+];

        const CHECKS: &[(&Code, fn(&Outline<'_>, &mut Report<'_>))] = &[$(($constant, $module::check)),+];
    };
}

lints! {
    absent_allows ABSENT_ALLOWS "lint.absent_allows" "The condition of a deny is false where an attribute is absent.";
    absent_holds ABSENT_HOLDS "lint.absent_holds" "A `require` is content with an attribute that is absent.";
    unreachable UNREACHABLE "lint.unreachable" "A step stands behind a deny and never runs.";
    label_unset LABEL_UNSET "lint.label_unset" "A condition asks for a label that nothing adds.";
    label_unread LABEL_UNREAD "lint.label_unread" "A label is added to sessions and no condition asks for it.";
    data_unset DATA_UNSET "lint.data_unset" "A condition asks for a fact that no attribute file states.";
    exact_number EXACT_NUMBER "lint.exact_number" "An argument of any type is compared with a number.";
    mint_ungated MINT_UNGATED "lint.mint_ungated" "A credential is minted before anything decides whether the operation may happen.";
    regex_length REGEX_LENGTH "lint.regex_length" "The texts a regular expression matches are not of the length the pipeline asks for.";
}

/// Runs every lint over a document without errors. What they find is added to `findings`.
pub fn check<V: Vocabulary>(document: &Document<'_>, vocabulary: &V, findings: &mut Vec<Diagnostic>) {
    let is_open = |path: &_| vocabulary.resolve(path).is_ok_and(|attribute| !vocabulary.is_closed(&attribute));
    let outline = Outline::new(document, &is_open);
    for (code, check) in CHECKS {
        check(&outline, &mut Report { code, findings });
    }
}

#[cfg(test)]
mod tests;
