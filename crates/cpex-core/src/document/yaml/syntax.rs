//! What is wrong with a text that is not YAML, in plain words.

use apl_core::diagnostic::Diagnostic;
use apl_core::span::Span;
use granit_parser::{ErrorKind, Marker, ScanError};

use crate::document::codes;

/// The finding of the parser's error.
pub(super) fn diagnostic(text: &str, source: u16, error: &ScanError) -> Diagnostic {
    let at = offset(text, error.marker());
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let end = at + next.filter(|c| *c != '\n' && *c != '\r').map_or(0, char::len_utf8);
    let code = match error.kind() {
        ErrorKind::RecursionLimitExceeded => codes::LIMIT,
        ErrorKind::DirectiveDisallowed => codes::TAG,
        _ => codes::SYNTAX,
    };
    let finding = Diagnostic::new(code, Span::new(source, at, end), words(error.kind()));
    match quoted_item(text, at) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// Byte offset of a mark of the parser, which may count characters only.
pub(super) fn offset(text: &str, mark: &Marker) -> usize {
    let counted = || text.char_indices().nth(mark.index()).map_or(text.len(), |(offset, _)| offset);
    mark.byte_offset().unwrap_or_else(counted).min(text.len())
}

/// Advice to quote a list item that YAML reads as something other than the text it is, such as `- !role.guest: deny`.
pub(super) fn quoted_item(text: &str, at: usize) -> Option<String> {
    let (before, after) = text.split_at_checked(at)?;
    let head = before.rsplit(['\n', '\r']).next().unwrap_or_default();
    let tail = after.split(['\n', '\r']).next().unwrap_or_default();
    let line = format!("{head}{tail}");
    let item = line.trim_start().strip_prefix("- ")?.trim();
    if item.is_empty() || item.starts_with(['"', '\'', '{', '[', '|', '>']) {
        return None;
    }
    Some(if item.contains(['"', '\\']) {
        format!("if this is a step, quote it: `- '{}'`", item.replace('\'', "''"))
    } else {
        format!("if this is a step, quote it: `- \"{item}\"`")
    })
}

fn words(kind: &ErrorKind) -> String {
    use ErrorKind as K;
    let words = match kind {
        K::UnexpectedCharacter { character } => {
            return format!("the character `{}` cannot stand here", character.escape_default());
        }
        K::MismatchedFlowCollectionEnd { open, close } => return format!("`{open}` is closed by `{close}`"),
        K::UnclosedFlowCollection { open } => return format!("`{open}` is never closed"),
        K::UnexpectedEofFlowSequence => "`[` is never closed",
        K::UnexpectedEofFlowMapping | K::UnexpectedEofImplicitFlowMapping => "`{` is never closed",
        K::ExpectedFlowMappingSeparator => "expected `,` or `}`",
        K::ExpectedFlowSequenceSeparator => "expected `,` or `]`",
        K::MisplacedFlowCollectionEnd => "this bracket closes nothing",
        K::UnclosedQuotedScalar | K::DocumentIndicatorInQuotedScalar => "this quote is never closed",
        K::UnknownQuotedScalarEscape => "an escape that double quotes do not know",
        K::InvalidQuotedScalarHexEscape
        | K::InvalidLowSurrogateHexEscape
        | K::InvalidLowSurrogate
        | K::MissingLowSurrogate
        | K::UnpairedLowSurrogate
        | K::InvalidUnicodeEscape => "this escape is no character",
        K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar => {
            "nothing may follow a closing quote here"
        }
        K::TabNotAllowed | K::TabInBlockIndentation | K::TabInIndentation | K::TabInPlainScalar => {
            "a tab cannot indent; use blanks"
        }
        K::TabAtBlockScalarStart => "the text after `|` or `>` cannot begin with a tab",
        K::InvalidIndentation
        | K::InvalidBlockScalarIndent
        | K::InvalidQuotedScalarIndent
        | K::InvalidFlowScalarIndent => "this line is not indented as the lines before it ask for",
        K::MappingValueNotAllowed | K::InvalidColonPlacement | K::MappingKeyNotAllowed => {
            "a key cannot stand here; is the line before it complete, and the indentation right?"
        }
        K::SimpleKeyExpected | K::InvalidSimpleKey | K::ExpectedBlockMappingKey => "expected `key: value`",
        K::ExpectedBlockSequenceEntry => "expected another `- ` item of the list, or a line indented less",
        K::BlockEntryInFlowCollection | K::BlockSequenceEntryNotAllowed | K::InvalidBlockEntryWhitespace => {
            "a `- ` item cannot stand here"
        }
        K::CommentNotSeparated | K::CommentInterceptedScalar => "a comment needs a blank before `#`",
        K::ExpectedWhitespace | K::InvalidMappingValueWhitespace | K::FlowMappingValueAdjacentCollection => {
            "expected a blank here"
        }
        K::MissingAnchorOrAliasName => "`&` and `*` begin an anchor or an alias, and this one has no name",
        K::DirectiveDisallowed => "YAML directives are not supported; remove the line",
        K::RecursionLimitExceeded => "lists and maps nest too deep",
        K::BomInsideDocument => "a byte order mark may only begin the document",
        K::InvalidBlockScalarHeader | K::ZeroBlockScalarIndent => "nothing but an indentation may follow `|` or `>`",
        K::PlainScalarStartsWithDashFlowIndicator => "expected a blank after `-`",
        K::InvalidGlobalTagCharacter
        | K::InvalidTagTerminator
        | K::MissingTagUri
        | K::UnclosedVerbatimTag
        | K::InvalidTagEscape
        | K::InvalidTagUtf8LeadingByte
        | K::InvalidTagUtf8TrailingByte
        | K::InvalidTagUtf8
        | K::ExpectedTagBang
        | K::UndeclaredTagHandle => "`!` begins a YAML tag, and tags are not supported",
        K::InvalidDocumentEnd | K::ExpectedDocumentStart | K::MissingDocumentEndBeforeDirective => {
            "nothing may follow the document"
        }
        K::UnexpectedEof | K::UnexpectedEofBlockSequence | K::UnexpectedEofBlockMapping => {
            "the document ends too early"
        }
        _ => "this is not YAML",
    };
    words.to_owned()
}
