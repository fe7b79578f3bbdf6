//! The keys a configuration may have, as tables.

/// One key a configuration knows. Tables of keys serve the unknown-key check, the schema and the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key as written.
    pub name: &'static str,
    /// What may stand under it.
    pub shape: Shape,
    /// Whether it must be given.
    pub required: bool,
    /// One sentence that explains it.
    pub doc: &'static str,
}

impl Key {
    /// A key that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, required: false, doc }
    }

    /// A key that must be given.
    #[must_use]
    pub const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, required: true, doc }
    }
}

/// What may stand under a [`Key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Anything: who reads it checks it.
    Any,
    /// `true` or `false`.
    Bool,
    /// A whole number, not negative.
    Integer,
    /// Any number.
    Number,
    /// Text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Seconds as a number, or text such as `30s`, `5m`, `24h`, `7d`.
    Duration,
    /// A secret source: `{kind: env_var, name}`, `{kind: file, path}` or `{kind: literal, secret}`.
    Secret,
    /// A list whose elements have this shape.
    List(&'static Shape),
    /// One value of this shape or a list of them.
    OneOrMany(&'static Shape),
    /// A map of free keys whose values have this shape.
    Map(&'static Shape),
    /// A map of these keys and no others.
    Section(&'static [Key]),
    /// Any of these shapes; the first whose kind of value fits is the one that is checked.
    Either(&'static [Shape]),
}
