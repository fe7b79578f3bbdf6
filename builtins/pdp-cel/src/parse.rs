//! From text to the tree of the parser, and from what the parser says of a text to what its author can read.

use std::thread;

use cel::{Env, ParseError, ParseErrors, Program};
use cpex_sdk::config::ConfigFault;

use crate::place::{fault, offset};

/// What the parser, which recurses, has at hand for what [`crate::scan`] lets through.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Does it on a thread with a large stack; none where there is no such thread or it panicked.
pub(crate) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).ok()?.join().ok())
}

/// The tree of an expression.
///
/// # Errors
/// The first thing that is wrong with it; what follows is mostly wrong because of it.
pub(crate) fn parse(env: &Env, text: &str) -> Result<Program, Vec<ConfigFault>> {
    if text.trim().is_empty() {
        return Err(vec![fault(text, 0, "the expression is empty").help("write one, as in `args.amount < 500`")]);
    }
    env.compile(text).map_err(|ParseErrors { errors }| vec![refusal(text, errors.first())])
}

/// What a message of the parser begins with, and what is said instead.
const SAID: &[(&str, &str, &str)] = &[
    ("invalid int literal", "this number is too large", "a whole number has up to 64 bits"),
    ("invalid uint literal", "this number is too large", "a whole number has up to 64 bits"),
    ("invalid double literal", "this number is too large", "write one that a double can hold"),
    ("invalid string literal", "this string has an escape that CEL does not know", "write `\\\\` for a backslash"),
    ("invalid bytes literal", "these bytes have an escape that CEL does not know", "write `\\\\` for a backslash"),
    ("invalid argument to has", "`has` asks for a path of names", "write `has(args.amount)`"),
    ("argument must be a simple name", "a loop begins with a name of its own", "write `args.items.all(item, item.ok)`"),
    ("unsupported syntax", "optional values are not known here", "ask with `has(..)` whether there is a value"),
    ("reserved identifier", "this word is reserved", "write `args['for']` for a key of that name"),
];

/// What other languages write, and how CEL does.
const SPELLINGS: &[(&str, &str)] = &[
    ("and", "`&&`"),
    ("&", "`&&`"),
    ("or", "`||`"),
    ("|", "`||`"),
    ("not", "`!`"),
    ("=", "`==`"),
    ("matches", "`text.matches('pattern')`"),
    ("contains", "`text.contains('part')`, or `element in list`"),
];

fn refusal(text: &str, error: Option<&ParseError>) -> ConfigFault {
    let Some(error) = error else { return fault(text, 0, "this is no expression of CEL") };
    let (line, column) = error.pos;
    let at = offset(text, usize::try_from(line).unwrap_or_default(), usize::try_from(column).unwrap_or_default());
    if let Some((_, said, help)) = SAID.iter().find(|(begins, ..)| error.msg.starts_with(begins)) {
        return fault(text, at, *said).help(*help);
    }
    let rest = text.get(at..).unwrap_or_default();
    if rest.trim().is_empty() {
        return fault(text, text.trim_end().len(), "the expression ends too early");
    }
    let unexpected = token(rest);
    if unexpected.starts_with(['\'', '"']) && error.msg.contains("token recognition") {
        // It is closed, or the scan before had said so.
        return fault(text, at, "this string has an escape that CEL does not know")
            .help("write `\\\\` for a backslash");
    }
    let fault = fault(text, at, format!("`{unexpected}` is not expected here"));
    match SPELLINGS.iter().find(|(word, _)| *word == unexpected) {
        Some((_, spelling)) => fault.help(format!("CEL writes {spelling}")),
        None => fault,
    }
}

/// The word that a text begins with, or its first character.
fn token(rest: &str) -> &str {
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    rest.get(..length.max(first)).unwrap_or_default()
}
