//! `http`: the requests a route protects, by path and method.

use apl_core::diagnostic::Diagnostic;
use apl_core::node::{Entry, Node, Text};

use super::names::{self, Names, fault};
use crate::code;
use crate::http::is_method;
use crate::pattern::Pattern;
use crate::uri::has_dots;

/// Reads a selector that is a map: the paths, the methods it is narrowed to, and both on one line.
pub(super) fn read(entry: &Entry, faults: &mut Vec<Diagnostic>) -> (Names, Vec<String>) {
    let methods = entry.value.entry("method").map(|entry| methods(entry, faults)).unwrap_or_default();
    let names = match (entry.value.entry("path"), entry.value.entry("path_prefix")) {
        (Some(paths), None) => names::read(paths, path, faults),
        (None, Some(prefixes)) => {
            let names = names::read(prefixes, prefix, faults);
            Names { shown: format!("path_prefix={}", names.shown), ..names }
        }
        (Some(_), Some(second)) => {
            let message = "`path` and `path_prefix` exclude one another";
            let help = "make a route of its own for each";
            faults.push(Diagnostic::new(code::SELECTOR, second.key.span, message).help(help));
            Names::default()
        }
        (None, None) => {
            let message = "this selector does not say which paths it is for";
            let help = "add `path` or `path_prefix`; `path_prefix: /` is every path";
            faults.push(Diagnostic::new(code::SELECTOR, entry.key.span, message).help(help));
            Names::default()
        }
    };
    let narrowed = if methods.is_empty() { String::new() } else { format!("{} ", methods.join(",")) };
    (Names { shown: format!("{narrowed}{}", names.shown), ..names }, methods)
}

/// A path or pattern of paths, which is matched against paths that are decoded.
pub(super) fn path(text: &Text) -> Result<Pattern, Diagnostic> {
    let pattern = Pattern::parse(&text.value).map_err(|error| fault(text, error))?;
    let absolute = Pattern::prefix("/").map_err(|error| fault(text, error))?;
    if !pattern.intersects(&absolute) {
        let message = format!("no request has the path `{pattern}`: each begins with `/`");
        let help = format!("write `/{pattern}`");
        return Err(Diagnostic::new(code::PATTERN, text.span, message).help(help));
    }
    check(text)?;
    Ok(pattern)
}

fn prefix(text: &Text) -> Result<Pattern, Diagnostic> {
    let written = &text.value;
    let pattern = Pattern::prefix(written).map_err(|error| fault(text, error))?;
    if !written.starts_with('/') {
        let message = format!("no path begins with `{written}`: each begins with `/`");
        let help = format!("write `/{written}`");
        return Err(Diagnostic::new(code::PATTERN, text.span, message).help(help));
    }
    if written.contains('*') {
        let message = "`*` is no wildcard in a prefix, which every path below it has";
        let help = "write the pattern under `path`, or leave the wildcards out";
        return Err(Diagnostic::new(code::PATTERN, text.span, message).help(help));
    }
    check(text)?;
    Ok(pattern)
}

/// Refuses what no path has that is decoded and may be matched: a route that protects nothing should not look as if it did.
fn check(text: &Text) -> Result<(), Diagnostic> {
    let written = &text.value;
    let (message, help) = if written.contains(['?', '#']) {
        ("a path is matched without query and fragment", "leave them out; `args.query` is the query")
    } else if has_escape(written) {
        ("a path is matched decoded, so that no path has this escape", "write the character it stands for")
    } else if written.contains(|sign: char| sign == '\\' || sign.is_control()) || has_dots(written.as_bytes()) {
        ("a request for such a path is denied before any route is looked for", "write the path it leads to")
    } else {
        return Ok(());
    };
    Err(Diagnostic::new(code::PATTERN, text.span, message).help(help))
}

fn has_escape(text: &str) -> bool {
    text.split('%').skip(1).any(|after| {
        let digits = after.get(..2);
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// The methods, each once.
fn methods(entry: &Entry, faults: &mut Vec<Diagnostic>) -> Vec<String> {
    let texts = entry.value.one_or_many();
    if texts.is_empty() {
        let message = "`method` names nothing, so this route protects nothing";
        let help = "leave it out for every method";
        faults.push(Diagnostic::new(code::SELECTOR, entry.key.span, message).help(help));
    }
    let mut methods: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts.iter().filter_map(Node::text) {
        if !is_method(&text.value) {
            let message = format!("`{}` is no method of HTTP", text.value);
            faults.push(Diagnostic::new(code::PATTERN, text.span, message).help("write one such as `GET`"));
        } else if !methods.contains(&text.value) {
            methods.push(text.value.clone());
        }
    }
    methods
}
