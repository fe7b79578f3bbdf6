//! JSON as text has it: repeated keys, escapes, spacing and the digits of numbers are kept.

use serde_json::Value as Json;

use super::choices::Choices;

/// A value with the blanks around it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) before: &'static str,
    pub(super) kind: Kind,
    pub(super) after: &'static str,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Map(Vec<Member>),
    List(Vec<Node>),
    /// A text, number or word as written.
    Leaf(String),
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// The name as written, quotes and blanks included.
    pub(super) written: String,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn new(value: &Json) -> Self {
        Self::spaced(value, &mut Choices::replay(&[]))
    }

    /// The value with blanks, escapes and repeated keys at random; of a repeated key the last counts.
    pub(super) fn spaced(value: &Json, choices: &mut Choices) -> Self {
        const BLANKS: [&str; 4] = ["", " ", "\n  ", "\t"];
        let kind = match value {
            Json::Object(map) => {
                let mut members = Vec::new();
                for (name, value) in map {
                    if choices.once_in(5) {
                        // An occurrence before the one that counts, with a value of its own.
                        let values: Vec<Json> = map.values().cloned().collect();
                        let earlier = Self::spaced(&choices.pick(&values), choices);
                        members.push(Member { name: name.clone(), written: escaped(name, choices), value: earlier });
                    }
                    let value = Self::spaced(value, choices);
                    members.push(Member { name: name.clone(), written: escaped(name, choices), value });
                }
                Kind::Map(members)
            }
            Json::Array(list) => Kind::List(list.iter().map(|value| Self::spaced(value, choices)).collect()),
            Json::String(text) => Kind::Leaf(escaped(text, choices)),
            other => Kind::Leaf(other.to_string()),
        };
        Self { before: choices.pick(&BLANKS), kind, after: choices.pick(&BLANKS) }
    }

    /// As text, with the blanks or without.
    pub(super) fn text(&self, with_blanks: bool) -> String {
        let inner = match &self.kind {
            Kind::Map(members) => {
                let member = |member: &Member| format!("{}:{}", member.written, member.value.text(with_blanks));
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            }
            Kind::List(list) => {
                format!("[{}]", list.iter().map(|node| node.text(with_blanks)).collect::<Vec<_>>().join(","))
            }
            Kind::Leaf(written) => written.clone(),
        };
        if with_blanks { format!("{}{inner}{}", self.before, self.after) } else { inner }
    }

    pub(super) fn value(&self) -> Json {
        serde_json::from_str(&self.text(false)).unwrap()
    }

    /// Puts another value in the place of this one.
    pub(super) fn replace(&mut self, value: &Json) {
        self.kind = Self::new(value).kind;
    }
}

/// A JSON string of the text in which some characters are escaped that need not be.
pub(super) fn escaped(text: &str, choices: &mut Choices) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        let must = matches!(sign, '"' | '\\') || sign.is_control();
        if must || choices.once_in(8) {
            let mut units = [0; 2];
            for unit in sign.encode_utf16(&mut units) {
                out += &if choices.once_in(2) { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
            }
        } else {
            out.push(sign);
        }
    }
    out.push('"');
    out
}

/// A text without the blanks that JSON does not count.
pub(super) fn without_blanks(text: &str) -> String {
    let (mut in_string, mut is_escaped) = (false, false);
    text.chars()
        .filter(|sign| {
            let is_kept = in_string || !matches!(sign, ' ' | '\n' | '\t' | '\r');
            if is_escaped {
                is_escaped = false;
            } else if in_string && *sign == '\\' {
                is_escaped = true;
            } else if *sign == '"' {
                in_string = !in_string;
            }
            is_kept
        })
        .collect()
}
