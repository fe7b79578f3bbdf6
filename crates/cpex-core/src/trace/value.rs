//! Values of attributes, copied for an explanation.

use apl_core::{Fact, Number};
use serde_json::{Map, Value as Json};

/// How many bytes the values of one recording take at most, roughly. The rest are named and not shown: a policy that reads
/// one long list in every step must not make an explanation of many times its length.
const MAX_BYTES: usize = 1 << 20;

/// What a value takes besides its text.
const OVERHEAD: usize = 8;

/// Copies values as long as they fit.
#[derive(Debug)]
pub(super) struct Values {
    left: usize,
}

impl Default for Values {
    fn default() -> Self {
        Self { left: MAX_BYTES }
    }
}

impl Values {
    /// What there is to say of a value, and the value if it is shown.
    pub(super) fn show(&mut self, fact: Fact<'_>) -> (&'static str, Json) {
        match fact {
            Fact::Absent => return ("absent", Json::Null),
            Fact::Unavailable(_) => return ("unavailable", Json::Null),
            _ => {}
        }
        match fits(fact, self.left) {
            Some(left) => {
                self.left = left;
                ("present", copy(fact))
            }
            None => ("too_large", Json::Null),
        }
    }
}

/// What is left of a number of bytes after the value.
fn fits(fact: Fact<'_>, left: usize) -> Option<usize> {
    match fact {
        Fact::Absent | Fact::Unavailable(_) | Fact::Bool(_) | Fact::Number(_) => left.checked_sub(OVERHEAD),
        Fact::Text(text) => left.checked_sub(OVERHEAD + text.len()),
        Fact::Set(names) => names.iter().try_fold(left, |left, name| left.checked_sub(OVERHEAD + name.len())),
        Fact::List(values) => list_fits(values, left.checked_sub(OVERHEAD)?),
        Fact::Map(members) => map_fits(members, left.checked_sub(OVERHEAD)?),
    }
}

fn list_fits(values: &[Json], left: usize) -> Option<usize> {
    values.iter().try_fold(left, |left, value| fits(value.into(), left))
}

fn map_fits(members: &Map<String, Json>, left: usize) -> Option<usize> {
    members.iter().try_fold(left, |left, (name, value)| fits(value.into(), left.checked_sub(OVERHEAD + name.len())?))
}

fn copy(fact: Fact<'_>) -> Json {
    match fact {
        Fact::Absent | Fact::Unavailable(_) => Json::Null,
        Fact::Bool(value) => value.into(),
        Fact::Number(Number::Int(value)) => integer(value),
        Fact::Number(Number::Float(value)) => value.into(),
        Fact::Text(text) => text.into(),
        Fact::Set(names) => {
            let mut names: Vec<&str> = names.iter().collect();
            names.sort_unstable();
            names.dedup();
            names.into()
        }
        Fact::List(values) => values.into(),
        Fact::Map(members) => members.clone().into(),
    }
}

/// An integer, as text where JSON as read here has none so large.
fn integer(value: i128) -> Json {
    let small = i64::try_from(value).map(Json::from).or_else(|_| u64::try_from(value).map(Json::from));
    small.unwrap_or_else(|_| value.to_string().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_that_does_not_fit_any_more_is_named_and_not_shown() {
        let mut values = Values { left: 100 };
        let list = json!(["one", { "two": [3] }]);
        assert_eq!(values.show((&list).into()), ("present", list.clone()));
        let long = "x".repeat(60);
        assert_eq!(values.show(Fact::Text(&long)), ("too_large", Json::Null));
        assert_eq!(values.show(Fact::Text("y")), ("present", json!("y")));
    }

    #[test]
    fn absent_and_unavailable_are_told_apart() {
        let mut values = Values::default();
        assert_eq!(values.show(Fact::Absent), ("absent", Json::Null));
        assert_eq!(values.show(Fact::Unavailable("session.unbound")), ("unavailable", Json::Null));
        assert_eq!(values.show(Fact::Bool(false)), ("present", json!(false)));
    }

    #[test]
    fn integers_are_numbers_as_far_as_json_has_them() {
        let mut values = Values::default();
        let mut show = |value| values.show(Fact::Number(Number::Int(value))).1;
        assert_eq!(show(-7), json!(-7));
        assert_eq!(show(u64::MAX.into()), json!(u64::MAX));
        assert_eq!(show(i128::MAX), json!(i128::MAX.to_string()));
    }
}
