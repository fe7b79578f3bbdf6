//! JSON as it is written: a member that stands twice stands twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Map(Vec<(String, Tree)>),
    List(Vec<Tree>),
    Text(String),
    /// `null`, a boolean, or a number.
    Word(String),
}

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Tree, serde_json::Error> {
    serde_json::from_str(text)
}

impl Tree {
    /// The same with another value in the place of every member of that name, at any depth.
    pub(super) fn with_members(self, name: &str, value: &Self) -> Self {
        match self {
            Self::Map(members) => {
                let member = |(own, inner): (String, Self)| {
                    let inner = if own == name { value.clone() } else { inner.with_members(name, value) };
                    (own, inner)
                };
                Self::Map(members.into_iter().map(member).collect())
            }
            Self::List(list) => Self::List(list.into_iter().map(|inner| inner.with_members(name, value)).collect()),
            leaf => leaf,
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Word("null".to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Word(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Word(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Word(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Word(format!("{value:?}")))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = access.next_element()? {
            list.push(value);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Tree::Map(members))
    }
}

#[test]
fn a_member_that_stands_twice_is_read_and_replaced_twice() {
    let read = read(r#"{"a":1,"b":[{"\u0061":2,"a":{"a":3}}]}"#)
        .map(|tree| tree.with_members("a", &Tree::Text(String::new())));
    let blank = |name: &str| (name.to_owned(), Tree::Text(String::new()));
    let inner = Tree::Map(vec![blank("a"), blank("a")]);
    assert_eq!(read.ok(), Some(Tree::Map(vec![blank("a"), ("b".to_owned(), Tree::List(vec![inner]))])));
}
