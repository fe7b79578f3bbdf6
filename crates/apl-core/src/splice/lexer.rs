//! Cuts JSON text (RFC 8259) into tokens, byte by byte.
//!
//! The lexer holds no input and no stack: it is fed what comes next and told what it stands in, and it keeps its place
//! inside a token where the input ends in one. So a text may arrive in pieces, and no nesting can exhaust it.

/// A lexer, and how far it has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexer {
    state: State,
    /// Bytes taken since the beginning.
    at: usize,
    /// Where the latest token began.
    start: usize,
    /// Whether the text token at hand has an escape.
    is_escaped: bool,
}

/// What the text consists of. Where it stands is [`Lexer::start`] to [`Lexer::at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open(Bracket),
    Close,
    /// The name of a member, in its quotes.
    Key {
        /// Whether a backslash stands in it.
        is_escaped: bool,
    },
    Comma,
    /// A text, number or word.
    Scalar,
}

/// What may be nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Map,
    List,
}

/// The text is no JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// What may come next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Value,
    /// After `[`.
    ValueOrClose,
    /// After `{`.
    KeyOrClose,
    Key,
    Colon,
    /// After a value: a comma, the end of what it stands in, or nothing more.
    After,
    /// Within a text.
    Text(Quoted, Escape),
    Number(Number),
    /// What is left of `true`, `false` or `null`.
    Word(&'static [u8]),
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quoted {
    Key,
    Value,
}

/// Where in an escape a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    No,
    /// After the backslash.
    Begun,
    /// In `\u`, with so many digits to come.
    Hex(u8),
}

/// What of a number was read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Minus,
    Zero,
    Digits,
    Point,
    Fraction,
    Exponent,
    Sign,
    Power,
}

impl Lexer {
    /// How many bytes were taken: the end of the latest token.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Where the latest token began.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Whether the input ended inside a token, and then whether that is the name of a member.
    pub(super) const fn within(&self) -> Option<bool> {
        match self.state {
            State::Text(quoted, _) => Some(matches!(quoted, Quoted::Key)),
            State::Number(_) | State::Word(_) => Some(false),
            _ => None,
        }
    }

    /// The next token of the input, which begins at [`Lexer::at`]; none where the input ends before the token does.
    ///
    /// # Errors
    /// When no JSON goes on like this.
    pub(super) fn next(&mut self, input: &[u8], inside: Option<Bracket>) -> Result<Option<Token>, Malformed> {
        let mut input = input;
        loop {
            match self.state {
                State::Text(quoted, escape) => return self.text(input, quoted, escape),
                State::Number(number) => return self.number(input, number),
                State::Word(left) => return self.word(input, left),
                _ => {}
            }
            let blanks = input.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
            self.at += blanks;
            let Some((&byte, rest)) = input.get(blanks..).and_then(<[u8]>::split_first) else { return Ok(None) };
            self.start = self.at;
            self.at += 1;
            input = rest;
            match (self.state, byte) {
                (State::Key | State::KeyOrClose, b'"') => self.begin_text(Quoted::Key),
                (State::KeyOrClose, b'}') | (State::ValueOrClose, b']') => return Ok(Some(self.close())),
                (State::Colon, b':') => self.state = State::Value,
                (State::Value | State::ValueOrClose, _) => {
                    if let Some(bracket) = self.begin_value(byte)? {
                        return Ok(Some(Token::Open(bracket)));
                    }
                }
                (State::After, _) => return self.after(byte, inside).map(Some),
                _ => return Err(Malformed),
            }
        }
    }

    fn begin_value(&mut self, byte: u8) -> Result<Option<Bracket>, Malformed> {
        self.state = match byte {
            b'{' => State::KeyOrClose,
            b'[' => State::ValueOrClose,
            b'"' => {
                self.begin_text(Quoted::Value);
                return Ok(None);
            }
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => State::Number(Number::Digits),
            b't' => State::Word(b"rue"),
            b'f' => State::Word(b"alse"),
            b'n' => State::Word(b"ull"),
            _ => return Err(Malformed),
        };
        Ok(match byte {
            b'{' => Some(Bracket::Map),
            b'[' => Some(Bracket::List),
            _ => None,
        })
    }

    fn begin_text(&mut self, quoted: Quoted) {
        self.is_escaped = false;
        self.state = State::Text(quoted, Escape::No);
    }

    fn after(&mut self, byte: u8, inside: Option<Bracket>) -> Result<Token, Malformed> {
        match (byte, inside) {
            (b',', Some(Bracket::Map)) => self.state = State::Key,
            (b',', Some(Bracket::List)) => self.state = State::Value,
            (b'}', Some(Bracket::Map)) | (b']', Some(Bracket::List)) => return Ok(self.close()),
            _ => return Err(Malformed),
        }
        Ok(Token::Comma)
    }

    fn close(&mut self) -> Token {
        self.state = State::After;
        Token::Close
    }

    fn text(&mut self, input: &[u8], quoted: Quoted, escape: Escape) -> Result<Option<Token>, Malformed> {
        let (mut escape, mut taken) = (escape, 0);
        loop {
            if escape == Escape::No {
                taken += plain(input.get(taken..).unwrap_or_default());
            }
            let Some(&byte) = input.get(taken) else { break };
            taken += 1;
            escape = match (escape, byte) {
                (Escape::No, b'"') => {
                    self.at += taken;
                    return Ok(Some(self.end_text(quoted)));
                }
                (Escape::No, b'\\') => {
                    self.is_escaped = true;
                    Escape::Begun
                }
                (Escape::Begun, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Escape::No,
                (Escape::Begun, b'u') => Escape::Hex(4),
                (Escape::Hex(1), byte) if byte.is_ascii_hexdigit() => Escape::No,
                (Escape::Hex(left), byte) if byte.is_ascii_hexdigit() => Escape::Hex(left - 1),
                _ => return Err(Malformed),
            };
        }
        self.at += taken;
        self.state = State::Text(quoted, escape);
        Ok(None)
    }

    fn end_text(&mut self, quoted: Quoted) -> Token {
        match quoted {
            Quoted::Key => {
                self.state = State::Colon;
                Token::Key { is_escaped: self.is_escaped }
            }
            Quoted::Value => {
                self.state = State::After;
                Token::Scalar
            }
        }
    }

    fn number(&mut self, input: &[u8], number: Number) -> Result<Option<Token>, Malformed> {
        use Number as N;
        let mut number = number;
        for (taken, &byte) in input.iter().enumerate() {
            number = match (number, byte) {
                (N::Minus, b'0') => N::Zero,
                (N::Minus | N::Digits, b'0'..=b'9') => N::Digits,
                (N::Zero | N::Digits, b'.') => N::Point,
                (N::Point | N::Fraction, b'0'..=b'9') => N::Fraction,
                (N::Zero | N::Digits | N::Fraction, b'e' | b'E') => N::Exponent,
                (N::Exponent, b'+' | b'-') => N::Sign,
                (N::Exponent | N::Sign | N::Power, b'0'..=b'9') => N::Power,
                (N::Zero | N::Digits | N::Fraction | N::Power, _) => {
                    self.at += taken;
                    self.state = State::After;
                    return Ok(Some(Token::Scalar));
                }
                _ => return Err(Malformed),
            };
        }
        self.at += input.len();
        self.state = State::Number(number);
        Ok(None)
    }

    fn word(&mut self, input: &[u8], left: &'static [u8]) -> Result<Option<Token>, Malformed> {
        let mut left = left;
        for (taken, byte) in input.iter().enumerate() {
            match left.split_first() {
                Some((wanted, rest)) if wanted == byte => left = rest,
                Some(_) => return Err(Malformed),
                None => {
                    self.at += taken;
                    self.state = State::After;
                    return Ok(Some(Token::Scalar));
                }
            }
        }
        self.at += input.len();
        self.state = State::Word(left);
        Ok(None)
    }
}

/// How many bytes of a text stand for themselves, up to a quote, a backslash or what may not stand there.
fn plain(input: &[u8]) -> usize {
    input.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)).count()
}

#[cfg(test)]
mod tests;
