//! A query: the names that lead to one rule.

use std::iter::Peekable;
use std::str::CharIndices;

/// What is wrong with a query.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misread {
    /// Byte offset in it.
    pub(crate) offset: usize,
    pub(crate) text: &'static str,
}

/// The names after `data` in a query such as `data.hr.allow` or `data.hr["read-only"].allow`.
pub(crate) fn parse(text: &str) -> Result<Vec<String>, Misread> {
    let Some(rest) = text.strip_prefix("data").filter(|rest| rest.starts_with(['.', '['])) else {
        return Err(Misread { offset: 0, text: "a query is the path of a rule, such as `data.hr.allow`" });
    };
    let start = text.len() - rest.len();
    let mut rest = rest.char_indices().peekable();
    let mut names = Vec::new();
    while let Some((offset, c)) = rest.next() {
        let name = match c {
            '.' => plain(&mut rest),
            '[' => quoted(&mut rest),
            _ => None,
        };
        let Some(name) = name else {
            return Err(Misread {
                offset: start + offset,
                text: "expected a name, as in `.allow` or `[\"read-only\"]`",
            });
        };
        names.push(name);
    }
    Ok(names)
}

type Rest<'t> = Peekable<CharIndices<'t>>;

fn plain(rest: &mut Rest<'_>) -> Option<String> {
    let mut name = String::new();
    while let Some((_, c)) = rest.next_if(|(_, c)| c.is_ascii_alphanumeric() || *c == '_') {
        name.push(c);
    }
    Some(name).filter(|name| name.starts_with(|first: char| !first.is_ascii_digit()))
}

/// A name in quotes and the bracket after it. What JSON escapes is escaped.
fn quoted(rest: &mut Rest<'_>) -> Option<String> {
    rest.next_if(|(_, c)| *c == '"')?;
    let mut name = "\"".to_owned();
    loop {
        let (_, c) = rest.next()?;
        name.push(c);
        match c {
            '"' => break,
            '\\' => name.push(rest.next()?.1),
            _ => {}
        }
    }
    rest.next_if(|(_, c)| *c == ']')?;
    serde_json::from_str(&name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_a_path() {
        let names = |text| parse(text).unwrap_or_default();
        assert_eq!(names("data.hr.allow"), ["hr", "allow"]);
        assert_eq!(names(r#"data["a.b"].c["d\"]"]"#), ["a.b", "c", "d\"]"]);
        for other in ["", "data", "hr.allow", "input.x", "dataset.x"] {
            assert_eq!(parse(other).map_err(|it| it.offset), Err(0), "{other}");
        }
        for (other, offset) in [("data.", 4), ("data.a b", 6), ("data.a[x]", 6), ("data.1", 4), ("data.a[\"x", 6)] {
            assert_eq!(parse(other).map_err(|it| it.offset), Err(offset), "{other}");
        }
    }
}
