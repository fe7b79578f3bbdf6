//! The stages of field pipelines: one file each, and one line each in the table below.
//!
//! A stage is a pure function of one value. Whether it is in force for an operation is its pipeline's affair
//! ([`crate::rewrite::Rewrite`]), and so is every value that is not there.

mod boolean;
mod bounds;
mod choice;
mod contract;
mod date;
mod email;
mod hash;
mod integer;
mod length;
mod list;
mod map;
mod mask;
mod max_bytes;
mod number;
mod omit;
mod range;
mod redact;
mod regex;
mod required;
mod scan;
mod taint;
mod text;
mod url;
mod uuid;
mod written;

use std::sync::Arc;

use crate::codes;
use crate::diagnostic::{self, Diagnostic};
use crate::hash_key::HashKey;
use crate::scanner::{Scan, Scanner};

pub(crate) use contract::{Invalid, Kind, Stage};
pub(crate) use length::characters;
pub(crate) use regex::pattern;
pub(crate) use written::{Written, is_quoted};

/// A stage of the language, as documentation lists it.
#[derive(Clone, Copy, Debug)]
pub struct StageDoc {
    /// How it is written.
    pub form: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
}

/// A stage of the table.
pub(crate) struct Row {
    name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) parse: Parse,
}

/// How a stage is compiled.
#[derive(Clone, Copy)]
pub(crate) enum Parse {
    /// From what is written.
    Stage(fn(&Written<'_>) -> Result<Box<dyn Stage>, Diagnostic>),
    /// Alone, or with the condition under which it is in force.
    Guarded(fn() -> Box<dyn Stage>),
    /// Alone, under the key of the document.
    Keyed(fn(HashKey) -> Box<dyn Stage>),
    /// Alone, with a scanner.
    Scanned(Scan, fn(Arc<dyn Scanner>) -> Box<dyn Stage>),
    /// With a scanner and the label of what it finds, alone or with `(deny)`.
    Detecting(Scan, fn(Arc<dyn Scanner>) -> Box<dyn Stage>),
    /// With a label and perhaps its scope.
    Labelled(fn() -> Box<dyn Stage>),
    /// With the name of a plugin, which is asked in its place.
    Plugin,
}

macro_rules! stages {
    ($($name:literal $form:literal $kind:ident $parse:expr, $doc:literal;)+) => {
        /// Every stage of field pipelines, in the order of the documentation.
        pub const STAGES: &[StageDoc] = &[$(StageDoc { form: $form, doc: $doc }),+];

        const ROWS: &[Row] = &[$(Row { name: $name, kind: Kind::$kind, parse: $parse }),+];
    };
}

use Parse::{Detecting, Guarded, Keyed, Labelled, Plugin, Scanned, Stage as Of};

stages! {
    "required" "required" Presence Of(required::parse), "The field is present and not null.";
    "str" "str" Check Of(text::parse), "The value is text.";
    "int" "int" Check Of(integer::parse), "The value is a number with no fraction.";
    "float" "float" Check Of(number::parse), "The value is a number.";
    "bool" "bool" Check Of(boolean::parse), "The value is true or false.";
    "list" "list" Check Of(list::parse), "The value is a list.";
    "map" "map" Check Of(map::parse), "The value is a map.";
    "email" "email" Check Of(email::parse), "The value is an email address.";
    "url" "url" Check Of(url::parse), "The value is an absolute http or https URL.";
    "uuid" "uuid" Check Of(uuid::parse), "The value is a UUID.";
    "date" "date" Check Of(date::parse), "The value is a date or a date with a time, as RFC 3339 writes them.";
    "enum" "enum(a, b)" Check Of(choice::parse), "The value is one of those listed.";
    "regex" "regex(\"..\")" Check Of(regex::parse), "The value is text in which the regular expression is found.";
    "len" "len(1..100)" Check Of(length::parse), "The value is text of that many characters.";
    ".." "a..b" Check Of(range::parse), "The value is a number between the two, both included.";
    "max_bytes" "max_bytes(n)" Check Of(max_bytes::parse), "The value takes at most that many bytes.";
    "mask" "mask(n)" Transform Of(mask::parse), "Every character but the last n becomes `*`.";
    "redact" "redact" Transform Guarded(redact::stage), "The value becomes `[REDACTED]`, always or when the condition holds.";
    "omit" "omit" Transform Guarded(omit::stage), "The field or element is taken out, always or when the condition holds.";
    "hash" "hash" Transform Keyed(hash::stage), "The value becomes its HMAC-SHA-256 under `plugin_settings.hash_key`.";
    "pii.redact" "pii.redact" Transform Scanned(Scan::Pii, scan::redact), "What is found of personal data in the texts of the value becomes `[REDACTED]`.";
    "pii.detect" "pii.detect" Note Detecting(Scan::Pii, scan::detect), "Personal data in the texts of the value add the message label `pii`; with `(deny)` they are refused.";
    "injection.scan" "injection.scan" Note Detecting(Scan::Injection, scan::detect), "Texts that try to instruct a model add the message label `injection`; with `(deny)` they are refused.";
    "run" "run(name)" Note Plugin, "A plugin gets the value, all values of the path at once, and may change or refuse it.";
    "plugin" "plugin(name)" Note Plugin, "The same as `run(name)`.";
    "taint" "taint(label, scope)" Note Labelled(taint::stage), "Adds a label where the field is there; for the session unless the scope is `message`.";
}

/// The stage of the table that is written there.
///
/// # Errors
/// When there is none of that name.
pub(crate) fn row(written: &Written<'_>) -> Result<&'static Row, Diagnostic> {
    let name = if written.is_range() { ".." } else { written.name() };
    if let Some(row) = ROWS.iter().find(|row| row.name == name) {
        return Ok(row);
    }
    let place = written.name_span();
    if name.contains(char::is_whitespace) {
        let fault = Diagnostic::new(codes::SYNTAX, place, format!("`{name}` is not one stage"));
        return Err(fault.help("write `|` between two stages"));
    }
    let fault = Diagnostic::new(codes::UNKNOWN_STAGE, place, format!("there is no stage `{name}`"));
    let names = || ROWS.iter().map(|row| row.name).filter(|name| *name != "..");
    Err(match diagnostic::nearest(name, names()) {
        Some(_) => fault.nearest(name, names()),
        None => fault.help(format!(
            "the stages are {}",
            STAGES.iter().map(|stage| format!("`{}`", stage.form)).collect::<Vec<_>>().join(", ")
        )),
    })
}

#[cfg(test)]
mod tests;
