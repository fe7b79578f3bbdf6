//! The names a compiled expression has for what it reads. No expression can write them: a name of CEL has no `@`.

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The value of an attribute.
    Attribute(usize),
    /// The same, where a loop may read it many times.
    InLoop(usize),
    /// Whether the attribute is there.
    Has(usize),
    /// A compiled pattern.
    Pattern(usize),
    /// What is left of the steps.
    Budget,
}

impl Slot {
    /// Its name.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Attribute(index) => format!("@.{index}"),
            Self::InLoop(index) => format!("@*{index}"),
            Self::Has(index) => format!("@?{index}"),
            Self::Pattern(index) => format!("@~{index}"),
            Self::Budget => "@!".to_owned(),
        }
    }

    /// What a name stands for; none where it is no such name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let mut signs = name.strip_prefix('@')?.chars();
        let sign = signs.next()?;
        let index = || signs.as_str().parse().ok();
        match sign {
            '.' => index().map(Self::Attribute),
            '*' => index().map(Self::InLoop),
            '?' => index().map(Self::Has),
            '~' => index().map(Self::Pattern),
            '!' => Some(Self::Budget),
            _ => None,
        }
    }

    /// Whether a name is of no expression, but was put there when it was compiled.
    pub(crate) fn is_own(name: &str) -> bool {
        name.starts_with('@')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_stands_for() {
        for slot in [Slot::Attribute(0), Slot::InLoop(12), Slot::Has(3), Slot::Pattern(1), Slot::Budget] {
            assert_eq!(Slot::of(&slot.name()), Some(slot));
        }
        for name in ["args", "@result", "@", "@.", "@.x", "@not_strictly_false", ""] {
            assert_eq!(Slot::of(name), None, "{name}");
        }
    }
}
