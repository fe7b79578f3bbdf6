//! The kinds of mistakes in a document, apart from those in its rules.

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
    UNREADABLE Error "document.unreadable" "The file cannot be read, or is not UTF-8.";
    LIMIT Error "document.limit" "The document is larger or deeper than it may be.";
    SYNTAX Error "document.syntax" "The text is not YAML.";
    SEVERAL Error "document.several" "A file holds one document.";
    TAG Error "document.tag" "YAML tags and directives are not read.";
    ALIAS Error "document.alias" "An alias stands where it cannot be expanded.";
    MERGE_KEY Error "document.merge_key" "The merge key `<<` is not read.";
    NUMBER Error "document.number" "A number is too large to be held.";
    DUPLICATE_KEY Error "document.duplicate_key" "A map has a key twice.";
    KEY Error "document.key" "A key is text.";
    UNKNOWN_KEY Error "document.unknown_key" "A key that nothing reads.";
    MISPLACED_KEY Error "document.misplaced_key" "A key that is read in another place.";
    MISSING_KEY Error "document.missing_key" "A key that must be given is not.";
    RENAMED Error "document.renamed" "A key of an earlier version that has a replacement.";
    UNSUPPORTED Error "document.unsupported" "A key of the language that this version or this host does not serve.";
    WRONG_SHAPE Error "document.wrong_shape" "A value of another shape than its key takes.";
    WRONG_VALUE Error "document.wrong_value" "A value its key does not take.";
    INCLUDE Error "document.include" "A file that cannot be included.";
    ATTRIBUTE_TWICE Error "document.attribute_twice" "Two attribute files differ in a value.";
    PHASE_TWICE Error "document.phase_twice" "One phase written twice in one section would run twice.";
    EMPTY_AUTHORIZATION Error "document.empty_authorization" "An `authorization` that authorizes nothing.";
    DUPLICATE_PLUGIN Error "document.duplicate_plugin" "Two plugins have one name.";
    DUPLICATE_ENGINE Error "document.duplicate_engine" "Two decision engines have one dialect.";
    UNKNOWN_KIND Error "document.unknown_kind" "A kind that nothing makes.";
    ABSENT_KIND Error "document.absent_kind" "A kind that is not compiled in.";
    MISPLACED_KIND Error "document.misplaced_kind" "A kind that is no plugin.";
    UNKNOWN_HOOK Error "document.unknown_hook" "A hook that nothing dispatches.";
    UNREACHED_PLUGIN Error "document.unreached_plugin" "A declared plugin that nothing reaches.";
    CONFIG Error "document.config" "A plugin or an engine refuses its config.";
    UNKNOWN_SECRET Error "document.unknown_secret" "A secret is taken by a name that none has.";
    SECRET Error "document.secret" "A secret cannot be read, or is empty.";
    UNUSED_CAPABILITY Warning "document.unused_capability" "A plugin is granted what it makes nothing of.";
    MISSING_CAPABILITY Warning "document.missing_capability" "A plugin is not granted what it needs.";
    UNMATCHED Warning "document.unmatched" "Operations that no route matches are not denied.";
    UNSHARED_WAIT Warning "document.unshared_wait" "What waits for a person is kept in one process.";
    FORGETFUL_STORE Warning "document.forgetful_store" "Labels may be forgotten while their session lives.";
    UNUSED_SECRET Warning "document.unused_secret" "A secret that nothing takes.";
    LITERAL_SECRET Warning "document.literal_secret" "A secret stands in the document itself.";
}
