//! How far the text of a policy goes, told before it is parsed.
//!
//! The parser goes down as deep as the text nests, guesses what a bracket opens and begins anew where it guessed wrong, and
//! keeps a chain of operators as a tree that deep. A text that would cost it its stack, or the time of a load, never gets
//! there.

use std::iter::Peekable;
use std::str::CharIndices;

/// How many `[` and `{` may stand within one another.
const MAX_BRACKETS: usize = 16;

/// How many brackets and operators one expression may have around its innermost part.
const MAX_DEPTH: usize = 500;

/// How many tokens the parser may look at: each bracket around a token doubles how often it may come by.
const MAX_LOOKS: u64 = 1 << 21;

/// How many digits the exponent of a number may have: the number is kept in full.
const MAX_EXPONENT: usize = 3;

/// What of a text goes too far.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    /// Byte offset of the place.
    pub(crate) offset: usize,
    /// What it is.
    pub(crate) text: &'static str,
}

/// The first part of the text that goes too far, if there is one.
pub(crate) fn excess(text: &str) -> Option<Excess> {
    let mut measure = Measure { levels: vec![Level::default()], depth: 0, doubling: 0, looks: 0 };
    let mut rest = text.char_indices().peekable();
    while let Some((offset, first)) = rest.next() {
        let fault = match first {
            '#' => skip_line(&mut rest),
            '"' | '`' => {
                skip_text(first, &mut rest);
                measure.operand()
            }
            '0'..='9' => number(&mut rest).or_else(|| measure.operand()),
            _ if is_of_word(first) => measure.word(word(text, offset, &mut rest)),
            '(' | '[' | '{' => measure.open(first),
            ')' | ']' | '}' => measure.close(first),
            ',' | ';' => measure.separate(),
            _ if first.is_whitespace() => None,
            _ => measure.operator(),
        };
        if let Some(text) = fault {
            return Some(Excess { offset, text });
        }
    }
    None
}

/// What is open where the scan stands.
struct Measure {
    /// One for each bracket that is open, and the text itself.
    levels: Vec<Level>,
    /// Brackets that are open, and the operators of the expressions they stand in.
    depth: usize,
    /// Of those brackets, those whose content the parser may look at twice.
    doubling: usize,
    looks: u64,
}

#[derive(Default)]
struct Level {
    /// The operators of the expression so far.
    chain: usize,
    /// Whether what came last is a value, so that another value begins another expression.
    is_value: bool,
}

type Fault = Option<&'static str>;

impl Measure {
    fn operand(&mut self) -> Fault {
        if self.levels.last().is_some_and(|level| level.is_value) {
            self.end_chain();
        }
        self.set_value(true);
        self.look()
    }

    /// `in` joins values as an operator does; every other word is a value or stands before one.
    fn word(&mut self, word: &str) -> Fault {
        if word == "in" { self.operator() } else { self.operand() }
    }

    fn operator(&mut self) -> Fault {
        if let Some(level) = self.levels.last_mut() {
            level.chain += 1;
            level.is_value = false;
        }
        self.deepen()
    }

    fn open(&mut self, bracket: char) -> Fault {
        self.levels.push(Level::default());
        self.doubling += usize::from(bracket != '(');
        if self.doubling > MAX_BRACKETS {
            return Some("brackets stand more than 16 deep within one another");
        }
        self.deepen()
    }

    fn close(&mut self, bracket: char) -> Fault {
        self.end_chain();
        if self.levels.len() > 1 {
            self.levels.pop();
            self.depth = self.depth.saturating_sub(1);
            self.doubling = self.doubling.saturating_sub(usize::from(bracket != ')'));
        }
        self.set_value(true);
        self.look()
    }

    fn separate(&mut self) -> Fault {
        self.end_chain();
        self.set_value(false);
        self.look()
    }

    fn set_value(&mut self, is_value: bool) {
        if let Some(level) = self.levels.last_mut() {
            level.is_value = is_value;
        }
    }

    fn end_chain(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.depth = self.depth.saturating_sub(level.chain);
            level.chain = 0;
        }
    }

    fn deepen(&mut self) -> Fault {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Some("one expression has more than 500 brackets and operators");
        }
        self.look()
    }

    fn look(&mut self) -> Fault {
        self.looks += 1 << self.doubling;
        (self.looks > MAX_LOOKS).then_some("it nests too much for its size")
    }
}

type Rest<'t> = Peekable<CharIndices<'t>>;

const fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn skip_line(rest: &mut Rest<'_>) -> Fault {
    while rest.next_if(|(_, c)| *c != '\n').is_some() {}
    None
}

/// To the end of a text between quotes, in which a backslash takes the next character along where the quote is `"`.
fn skip_text(quote: char, rest: &mut Rest<'_>) {
    while let Some((_, c)) = rest.next() {
        if c == quote {
            return;
        }
        if c == '\\' && quote == '"' {
            rest.next();
        }
    }
}

fn word<'t>(text: &'t str, start: usize, rest: &mut Rest<'t>) -> &'t str {
    let mut end = start + 1;
    while let Some((offset, c)) = rest.next_if(|(_, c)| is_of_word(*c)) {
        end = offset + c.len_utf8();
    }
    text.get(start..end).unwrap_or_default()
}

/// To the end of a number.
fn number(rest: &mut Rest<'_>) -> Fault {
    while rest.next_if(|(_, c)| c.is_ascii_digit() || *c == '.').is_some() {}
    rest.next_if(|(_, c)| matches!(c, 'e' | 'E'))?;
    rest.next_if(|(_, c)| matches!(c, '+' | '-'));
    let mut digits = 0;
    while rest.next_if(|(_, c)| c.is_ascii_digit()).is_some() {
        digits += 1;
    }
    (digits > MAX_EXPONENT).then_some("a number has an exponent of more than three digits")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn what_people_write_is_no_excess() {
        let rule = "allow if {\n\tnot deny\n\tsome x in [1, 2]\n\tx + 1 == input.args.n # ((((\n\tx in {1: [`[`, \"\\\"[\"]}\n}\n";
        assert_eq!(excess(&rule.repeat(2_000)), None);
    }

    #[test]
    fn brackets_end_where_the_parser_would_take_too_long() {
        assert_eq!(excess(&format!("x := {}1{}", "[".repeat(16), "]".repeat(16))), None);
        let found = excess(&format!("x := {}1{}", "[".repeat(17), "]".repeat(17))).unwrap();
        assert_eq!((found.offset, found.text), (21, "brackets stand more than 16 deep within one another"));
        let wide = format!("x := {}{}{}", "[".repeat(14), "1, ".repeat(200), "]".repeat(14));
        assert_eq!(excess(&wide).unwrap().text, "it nests too much for its size");
        assert_eq!(excess(&format!("x := {}1{}", "(".repeat(17), ")".repeat(17))), None);
    }

    #[test]
    fn a_chain_of_operators_ends_where_another_expression_begins() {
        for (long, short) in [
            ("x := 1".to_owned() + &" +\n1".repeat(500), "x := 1 + 1\n".repeat(500)),
            ("x := ".to_owned() + &"-".repeat(500) + "1", "x := -1\n".repeat(500)),
            ("x := input".to_owned() + &".a".repeat(500), "x := input.a.b\n".repeat(500)),
            ("x if 1".to_owned() + &" in y".repeat(501), "x if 1 in y\n".repeat(500)),
            ("x := f(".repeat(300), "x := f(1)\n".repeat(500)),
        ] {
            assert_eq!(excess(&long).unwrap().text, "one expression has more than 500 brackets and operators");
            assert_eq!(excess(&short), None, "{short}");
        }
    }

    #[test]
    fn a_number_is_not_kept_in_more_digits_than_anyone_reads() {
        assert_eq!(excess("x := 1e999"), None);
        assert_eq!(excess("x := 1.5E-999 + a.e1000"), None);
        for number in ["1e1000", "1.0e+1000", "12E0001"] {
            let found = excess(&format!("x := {number}")).unwrap();
            assert_eq!((found.offset, found.text), (5, "a number has an exponent of more than three digits"));
        }
    }
}
