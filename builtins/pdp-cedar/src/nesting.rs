//! How deep a text of Cedar nests, told from its tokens alone: what parses it recurses as deep, so that the stack for it
//! must be there before it is parsed.

/// The nesting past which a text is refused.
pub(crate) const MOST_LEVELS: usize = 20_000;

/// How many levels the deepest policy of a text may nest, never fewer than it does: of brackets, and of operators that
/// stand in a row, each of which is one more node around those before it.
pub(crate) fn levels(text: &str) -> usize {
    let (mut deepest, mut policy) = (0, Policy::default());
    let mut before = b' ';
    for (_, byte) in tokens(text) {
        match byte {
            b'(' | b'[' | b'{' => policy.open(byte),
            b')' | b']' | b'}' => policy.open = policy.open.saturating_sub(1),
            b'.' | b'+' | b'-' | b'*' | b'!' => policy.in_a_row += 1,
            b'f' if before == b'i' => policy.in_a_row += 1,
            b'&' | b'|' if before == byte => policy.in_a_row += 1,
            b';' if policy.open == 0 => {
                deepest = deepest.max(policy.levels());
                policy = Policy::default();
            }
            _ => {}
        }
        // The third `&` of a row begins a pair of its own.
        before = if matches!((before, byte), (b'&', b'&') | (b'|', b'|')) { b' ' } else { byte };
    }
    deepest.max(policy.levels())
}

/// How deep the brackets of a schema nest.
pub(crate) fn brackets(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for (_, byte) in tokens(text) {
        match byte {
            b'(' | b'[' | b'{' | b'<' => open += 1,
            b')' | b']' | b'}' | b'>' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// The offset of the first slot of a template, such as `?principal`.
pub(crate) fn first_slot(text: &str) -> Option<usize> {
    tokens(text).find(|(_, byte)| *byte == b'?').map(|(offset, _)| offset)
}

#[derive(Default)]
struct Policy {
    open: usize,
    most_open: usize,
    in_a_row: usize,
}

impl Policy {
    fn open(&mut self, bracket: u8) {
        // One `when` after another is one condition.
        if bracket == b'{' && self.open == 0 {
            self.in_a_row += 1;
        }
        self.open += 1;
        self.most_open = self.most_open.max(self.open);
    }

    const fn levels(&self) -> usize {
        self.most_open + self.in_a_row
    }
}

/// The bytes outside of strings and comments, with their offsets.
fn tokens(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let mut bytes = text.bytes().enumerate().peekable();
    std::iter::from_fn(move || {
        loop {
            let (offset, byte) = bytes.next()?;
            match byte {
                // Whatever follows a backslash closes nothing.
                b'"' => loop {
                    match bytes.next()?.1 {
                        b'"' => break,
                        b'\\' => drop(bytes.next()),
                        _ => {}
                    }
                },
                b'/' if bytes.peek().is_some_and(|(_, next)| *next == b'/') => {
                    while !matches!(bytes.next()?.1, b'\n' | b'\r') {}
                }
                _ => return Some((offset, byte)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_operators_in_a_row_are_levels() {
        for (condition, expected) in [
            ("true", 2),
            ("((true))", 4),
            ("a && b && c", 4),
            ("a &&& b", 3),
            ("context.a.b", 4),
            ("if a then b else if c then d else e", 4),
            ("[1, [2], 3].contains(-1)", 6),
            ("\"(((\" == \"\\\"(((\" // (((\n", 2),
            ("true } unless { false } when { true", 4),
        ] {
            let policy = format!("permit(principal, action, resource) when {{ {condition} }};");
            assert_eq!(levels(&policy), expected, "{condition}");
            assert_eq!(levels(&format!("{policy}\npermit(principal, action, resource);{policy}")), expected);
        }
    }

    #[test]
    fn whatever_is_written_is_counted() {
        for (text, expected) in [("", 0), ("\"", 0), ("\"\\", 0), ("//", 0), ("/", 0), (")))((", 2), ("(;(;(", 3)] {
            assert_eq!(levels(text), expected, "{text}");
        }
        assert_eq!((brackets("Set<Set<{a: [Long]}>>"), brackets(">>><")), (4, 1));
    }

    #[test]
    fn a_slot_is_found_where_it_is_one() {
        assert_eq!(first_slot("// ?principal\npermit(principal == ?principal, action, resource);"), Some(34));
        assert_eq!(first_slot("permit(principal, action, resource) when { \"?\" == \"?\" };"), None);
    }
}
