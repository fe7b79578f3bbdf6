//! Text that tries to instruct the model that reads it.
//!
//! The rules are fixed patterns of what is usually written to that end. They are no model and understand nothing: text that
//! says the same in other words passes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use cpex_sdk::scan::ContentScanner;
use regex::{Regex, RegexBuilder};

use crate::detect::{Detect, Finding};
use crate::disguise;

/// One pattern, and what it is after.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name, for people.
    pub id: &'static str,
    /// The regular expression; case does not matter.
    pub pattern: &'static str,
    /// What it finds, in a sentence.
    pub doc: &'static str,
}

/// The word for all shipped rules.
pub(crate) const SHIPPED: &str = "shipped";

macro_rules! rules {
    ($($id:literal $pattern:literal $doc:literal;)+) => {
        /// The shipped rules.
        pub const RULES: &[Rule] = &[$(Rule { id: $id, pattern: $pattern, doc: $doc }),+];

        /// What a list of rules may name: all that are shipped, or one of them.
        pub(crate) const WORDS: &[&str] = &[SHIPPED, $($id),+];
    };
}

rules! {
    "ignore-instructions" r"\b(?:ignore|disregard|forget|override|bypass|set\s+aside|stop\s+(?:following|obeying)|(?:do\s+not|don't)\s+(?:follow|obey)|pay\s+no\s+attention\s+to)\b[^.!?\n]{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|your|the|these)\b[^.!?\n]{0,30}\b(?:instructions?|prompts?|rules?|directions?|guidelines?|policies|messages?|context)\b|\bignore\s+(?:the\s+)?above\b"
        "Tells the reader to drop what it was told before.";
    "new-instructions" r"\b(?:new|updated|revised|real|actual|important)\s+(?:system\s+)?(?:instructions?|prompt)\s*(?::|are\s+as\b|follow)|\byour\s+(?:new\s+(?:role|task)|task\s+has\s+changed)\b"
        "Announces instructions that stand in data.";
    "role-change" r"\byou\s+are\s+(?:no\s+longer|(?:now|actually)\s+(?:an?|the|my|in|dan|free|unrestricted|unbound))\b|\bfrom\s+now\s+on\b[^.!?\n]{0,40}\b(?:you|act|respond|answer)\b"
        "Tells the reader what it is from now on.";
    "address-model" r"\b(?:dear|attention|note\s+to(?:\s+the)?|(?:hint|note)\s+for|if\s+you\s+are\s+an?)\s+(?:ai(?:\s+(?:agents?|assistants?|models?))?|assistants?|llms?|(?:large\s+)?language\s+models?)\b\s*[:,]|\b(?:ai|llm)\s+(?:agents?|assistants?|models?)\s+reading\s+this\b|\b(?:ai|llm)\s*:\s*when\s+you\b"
        "Speaks to a model that happens to read it.";
    "pretend" r"\b(?:pretend|act|behave|respond)\b[^.!?\n]{0,30}\b(?:as\s+if|to\s+be|as)\b[^.!?\n]{0,40}\b(?:no|without(?:\s+any)?)\s+(?:restrictions?|rules?|limits?|limitations?|filters?|guidelines?|safety)\b|\b(?:answer|respond|reply|act)\s+without\s+(?:any\s+)?(?:restrictions?|filters?|guidelines?|safety)\b"
        "Asks for a reader without limits.";
    "system-prompt" r"\b(?:reveal|print|show|repeat|output|display|tell\s+me|give\s+me|what\s+(?:is|are))\b[^.!?\n]{0,40}\b(?:system\s+prompt|initial\s+(?:prompt|instructions?)|hidden\s+(?:prompt|instructions?))"
        "Asks for what the reader was told in secret.";
    "chat-markup" r"<\|(?:im_start|im_end|system|assistant|user|endoftext)[^|]{0,20}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant)(?:_prompt|_message)?>"
        "Holds the marks by which a model tells who speaks.";
    "fake-turn" r"(?:^|\n)\s*(?:#{1,4}\s*)?(?:system|assistant|developer)\s*:"
        "Begins a line as if another party spoke.";
    "secrecy" r"\b(?:do\s+not|don't|never|without)\b[^.!?\n]{0,20}\b(?:tell|inform|mention|notify|alert|telling|informing|mentioning|notifying|alerting)\b[^.!?\n]{0,30}\b(?:the\s+)?(?:user|human|operator|anyone|anybody)\b"
        "Asks the reader to keep something from the user.";
    "exfiltrate" r"\b(?:send|post|upload|forward|exfiltrate|transmit|email|leak)\b[^.!?\n]{0,60}\b(?:passwords?|credentials?|secrets?|api\s+keys?|tokens?|conversation|history|system\s+prompt|contents?)\b[^.!?\n]{0,40}\b(?:to|at)\b"
        "Asks the reader to send away what it knows.";
    "jailbreak" r"\b(?:jailbreak|jailbroken|developer\s+mode|god\s+mode|dan\s+mode|do\s+anything\s+now)\b"
        "Names a known way around the limits of models.";
    "disable-safety" r"\b(?:disable|turn\s+off|deactivate|remove|lift)\b[^.!?\n]{0,30}\b(?:safety|filters?|guardrails?|restrictions?|moderation|safeguards?)\b|\b(?:enter|enable|activate|switch\s+to)\s+(?:unrestricted|admin|maintenance|debug)\s+mode\b"
        "Asks for safeguards to be lifted.";
    "run-encoded" r"\b(?:decode|decrypt|unscramble)\b[^.!?\n]{0,60}\b(?:and|then)\b[^.!?\n]{0,20}\b(?:execute|run|follow|obey|do)\b"
        "Asks the reader to obey what it decodes.";
    "tool-call" r"\b(?:call|invoke|use|execute|run)\s+(?:the\s+)?(?:tool|function)\s+[`'\x22]?(?:[a-z0-9]+(?:[_.-][a-z0-9]+)+|[a-z0-9]+[`'\x22]?\s+with)\b"
        "Asks the reader to call a tool by its name.";
    "image-beacon" r"!\[[^\]\n]{0,80}\]\(\s*https?://[^)\s]{1,200}[?&][^)\s]{0,200}=[^)\s]*\)"
        "Holds an image whose address carries data away.";
    "unseen-text" r"[\u{E0000}-\u{E007F}]{2,}|[\u{200B}\u{200C}\u{2060}\u{FEFF}]{4,}"
        "Holds characters that people do not see and models read.";
}

/// Finds text that tries to instruct a model, by [`RULES`] and those a host adds.
#[derive(Clone, Debug)]
pub struct InjectionScanner {
    patterns: Vec<(Cow<'static, str>, Regex)>,
}

impl InjectionScanner {
    /// A scanner with these of the shipped rules.
    #[must_use]
    pub fn of<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Self {
        let compile = |rule: &Rule| {
            let pattern = RegexBuilder::new(rule.pattern).case_insensitive(true).build().ok()?;
            Some((Cow::Borrowed(rule.id), pattern))
        };
        Self { patterns: rules.into_iter().filter_map(compile).collect() }
    }

    /// The same scanner with another pattern, under that name.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, pattern: Regex) -> Self {
        self.patterns.push((name.into(), pattern));
        self
    }

    fn plain(&self, text: &str) -> Vec<Finding<'_>> {
        let mut found = Vec::new();
        for (name, pattern) in &self.patterns {
            found.extend(pattern.find_iter(text).map(|matched| Finding { name, range: matched.range() }));
        }
        found
    }
}

impl Default for InjectionScanner {
    fn default() -> Self {
        // Its patterns are compiled once for all.
        static DEFAULT: LazyLock<InjectionScanner> = LazyLock::new(|| InjectionScanner::of(RULES));
        DEFAULT.clone()
    }
}

impl Detect for InjectionScanner {
    fn detect(&self, text: &str) -> Vec<Finding<'_>> {
        disguise::detect(text, |text| self.plain(text))
    }
}

impl ContentScanner for InjectionScanner {
    fn scan(&self, text: &str) -> Vec<Range<usize>> {
        self.detect(text).into_iter().map(|finding| finding.range).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_compiles_and_has_a_name_of_its_own() {
        assert_eq!(InjectionScanner::default().patterns.len(), RULES.len());
        for (index, rule) in RULES.iter().enumerate() {
            assert!(RULES.iter().skip(index + 1).all(|other| other.id != rule.id), "{}", rule.id);
            assert!(rule.doc.ends_with('.'), "{}", rule.id);
        }
    }
}
