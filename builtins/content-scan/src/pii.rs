//! Personal data: numbers and addresses that identify a person or an account.

mod check;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::LazyLock;

use cpex_sdk::scan::ContentScanner;
use regex::Regex;

use crate::detect::{Detect, Finding};
use crate::disguise;

/// Finds personal data of the kinds it was made for.
#[derive(Clone, Debug)]
pub struct PiiScanner {
    detectors: Vec<Detector>,
    /// Whether they are of the kinds alone, and none was described by somebody else.
    is_of_kinds: bool,
}

#[derive(Clone, Debug)]
struct Detector {
    /// What its findings are called.
    name: Cow<'static, str>,
    pattern: Regex,
    /// Whether what the pattern found is of the kind.
    check: fn(&str) -> bool,
}

/// The word for a kind that a document describes itself.
pub(crate) const CUSTOM: &str = "custom";

macro_rules! kinds {
    ($($variant:ident $name:literal $check:ident $pattern:literal $doc:literal;)+) => {
        /// A kind of personal data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $(#[doc = $doc] $variant),+ }

        impl Kind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// What a list of kinds may name: these, and what a document describes itself.
            pub(crate) const WORDS: &'static [&'static str] = &[$($name,)+ CUSTOM];

            /// The spelling of documents.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it is, in a sentence.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            fn pattern(self) -> &'static str {
                match self { $(Self::$variant => $pattern),+ }
            }

            fn check(self) -> fn(&str) -> bool {
                match self { $(Self::$variant => check::$check),+ }
            }
        }
    };
}

kinds! {
    Ssn "ssn" is_ssn r"\b[0-9]{3}(?:-[0-9]{2}-|\x20[0-9]{2}\x20)[0-9]{4}\b"
        "A US social security number, its groups apart.";
    CreditCard "credit_card" is_card r"\b[2-6](?:[ -]?[0-9]){12,18}\b"
        "The number of a payment card, by its first digits, its length and its check digit (ISO/IEC 7812).";
    Iban "iban" is_iban r"\b[A-Z]{2}[0-9]{2}(?:\x20?[A-Z0-9]{4}){2,7}(?:\x20?[A-Z0-9]{1,3})?\b"
        "An international bank account number, by its check digits (ISO 13616).";
    Email "email" is_email r"\b[A-Za-z0-9_][A-Za-z0-9._%+'-]*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}\b"
        "An email address.";
    Phone "phone" is_phone r"\+[0-9]{1,3}(?:[ .-]?\(?[0-9]{1,4}\)?){2,6}\b|(?:\(|\b)[0-9]{1,4}\)?(?:[ .-]?\(?[0-9]{2,4}\)?){2,5}\b"
        "A phone number in international form, or with its groups apart.";
    Ip "ip" is_ip r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3,}\b|\b(?:[0-9A-Fa-f]{1,4}:){2,7}(?::|[0-9A-Fa-f]{1,4}\b)(?::?[0-9A-Fa-f]{1,4}\b)*"
        "An IP address, version 4 or 6.";
    UsPassport "us_passport" always r"\b[A-Z][0-9]{8}\b"
        "The number of a US passport: a letter and eight digits.";
}

/// No kind of personal data has that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind(pub String);

impl PiiScanner {
    /// The kinds that are looked for where nothing else is said.
    pub const DEFAULT: &'static [Kind] = &[Kind::Ssn, Kind::CreditCard, Kind::Iban];

    /// A scanner for these kinds.
    #[must_use]
    pub fn of(kinds: &[Kind]) -> Self {
        let detector = |kind: &Kind| {
            let pattern = Regex::new(kind.pattern()).ok()?;
            Some(Detector { name: Cow::Borrowed(kind.name()), pattern, check: kind.check() })
        };
        Self { detectors: kinds.iter().filter_map(detector).collect(), is_of_kinds: true }
    }

    /// The same scanner that also finds what a regular expression describes, under that name.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, pattern: Regex) -> Self {
        self.detectors.push(Detector { name: name.into(), pattern, check: check::always });
        self.is_of_kinds = false;
        self
    }

    /// Whether it finds nothing but what the kinds describe.
    pub(crate) const fn is_of_kinds(&self) -> bool {
        self.is_of_kinds
    }

    fn plain(&self, text: &str) -> Vec<Finding<'_>> {
        let mut found = Vec::new();
        for Detector { name, pattern, check } in &self.detectors {
            let matches = pattern.find_iter(text).filter(|matched| check(matched.as_str()));
            let alone = matches.map(|matched| matched.range()).filter(|range| stands_alone(text, range));
            found.extend(alone.map(|range| Finding { name, range }));
        }
        found
    }
}

impl Default for PiiScanner {
    fn default() -> Self {
        // Its patterns are compiled once for all.
        static DEFAULT: LazyLock<PiiScanner> = LazyLock::new(|| PiiScanner::of(PiiScanner::DEFAULT));
        DEFAULT.clone()
    }
}

impl Detect for PiiScanner {
    fn detect(&self, text: &str) -> Vec<Finding<'_>> {
        disguise::detect(text, |text| self.plain(text))
    }
}

impl ContentScanner for PiiScanner {
    fn scan(&self, text: &str) -> Vec<Range<usize>> {
        self.detect(text).into_iter().map(|finding| finding.range).collect()
    }
}

/// Whether a match is no part of a longer run of digits and hyphens.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    let is_digit = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_digit());
    let follows = before.strip_suffix('-').is_some_and(|rest| is_digit(rest.chars().next_back()));
    let goes_on = after.strip_prefix('-').is_some_and(|rest| is_digit(rest.chars().next()));
    !follows && !goes_on
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no kind of personal data `{}`", self.0)
    }
}

impl std::error::Error for UnknownKind {}
