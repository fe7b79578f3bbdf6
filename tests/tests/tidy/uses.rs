//! The paths a source names: `use` trees, and paths written out that begin at `crate`, `self`, `super` or a child module.

use proc_macro2::{Delimiter, TokenTree};

use super::source::{inside, is_ident, is_punct};

/// A path that a module names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// As written, a brace or a rename resolved: `crate`, `a`, `B`.
    pub(super) path: Vec<String>,
    /// The name it has here, if a `use` brought it. A glob brings none.
    pub(super) name: Option<String>,
    /// Whether a `pub use` hands it on.
    pub(super) reexport: bool,
    /// The inline modules around it.
    pub(super) inline: Vec<String>,
}

/// All paths that the tokens of a source name; `words` gets every word outside of `use`.
pub(super) fn named(tokens: &[TokenTree], words: &mut Vec<String>) -> Vec<Named> {
    let mut found = Vec::new();
    walk(tokens, &[], words, &mut found);
    found
}

fn walk(tokens: &[TokenTree], inline: &[String], words: &mut Vec<String>, found: &mut Vec<Named>) {
    let mut at = 0;
    let mut public = false;
    while let Some(token) = tokens.get(at) {
        let rest = tokens.get(at + 1..).unwrap_or_default();
        at += 1;
        match token {
            TokenTree::Ident(word) if word == "pub" => {
                public = true;
                // `pub(crate)` and `pub(in crate::a)` name a scope, not a use.
                at += usize::from(rest.first().is_some_and(|next| inside(next, Delimiter::Parenthesis).is_some()));
                continue;
            }
            TokenTree::Ident(word) if word == "use" => {
                let end = rest.iter().position(|token| is_punct(token, ';')).unwrap_or(rest.len());
                tree(rest.get(..end).unwrap_or_default(), &[], &mut |path, name| {
                    found.push(Named { path, name, reexport: public, inline: inline.to_vec() });
                });
                at += end;
            }
            TokenTree::Ident(word) => {
                words.push(word.to_string());
                let before = tokens.get(..at - 1).unwrap_or_default();
                if !matches!(before, [.., a, b] if is_punct(a, ':') && is_punct(b, ':')) {
                    let path = written_out(word.to_string(), rest);
                    let path = Named { path, name: None, reexport: false, inline: inline.to_vec() };
                    found.extend((path.path.len() > 1).then_some(path));
                }
            }
            TokenTree::Group(group) => {
                let mut inner = inline.to_vec();
                inner.extend(module_name(tokens, at - 1));
                walk(&group.stream().into_iter().collect::<Vec<_>>(), &inner, words, found);
            }
            _ => {}
        }
        public = false;
    }
}

/// The name of the inline module whose braces stand at that place.
fn module_name(tokens: &[TokenTree], braces: usize) -> Option<String> {
    inside(tokens.get(braces)?, Delimiter::Brace)?;
    let [word, TokenTree::Ident(name)] = tokens.get(braces.checked_sub(2)?..braces)? else { return None };
    is_ident(word, "mod").then(|| name.to_string())
}

/// The path that begins with a word and goes on with `::word`.
fn written_out(first: String, mut rest: &[TokenTree]) -> Vec<String> {
    let mut path = vec![first];
    while let [a, b, TokenTree::Ident(word), after @ ..] = rest
        && is_punct(a, ':')
        && is_punct(b, ':')
    {
        path.push(word.to_string());
        rest = after;
    }
    path
}

/// Calls back with every leaf of a `use` tree and the name it gets.
fn tree(tokens: &[TokenTree], before: &[String], leaf: &mut impl FnMut(Vec<String>, Option<String>)) {
    for branch in tokens.split(|token| is_punct(token, ',')) {
        let mut path = before.to_vec();
        let mut rename = None;
        let mut glob = false;
        let mut braces = None;
        for token in branch {
            match token {
                TokenTree::Ident(word) if word == "as" => rename = Some(None),
                TokenTree::Ident(word) if rename.is_some() => rename = Some(Some(word.to_string())),
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Punct(sign) => glob |= sign.as_char() == '*',
                TokenTree::Group(group) => braces = Some(group.stream()),
                TokenTree::Literal(_) => {}
            }
        }
        if let Some(braces) = braces {
            tree(&braces.into_iter().collect::<Vec<_>>(), &path, leaf);
        } else if path.len() > before.len() || glob {
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let name = rename.flatten().or_else(|| path.last().cloned()).filter(|_| !glob);
            leaf(path, name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::tokens;
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let found = named(&tokens(text).expect("the fixture is Rust"), &mut Vec::new());
        let line = |named: &Named| {
            let name = named.name.clone().unwrap_or_default();
            let reexport = if named.reexport { "pub " } else { "" };
            format!("{reexport}{}{} {name}", named.inline.join("/"), named.path.join("::")).trim_end().to_owned()
        };
        found.iter().map(line).collect()
    }

    #[test]
    fn use_trees_are_taken_apart() {
        let text = "use crate::{a::{self, B as C}, d::*};\npub(crate) use e::F;\npub use g::H;";
        let expected = ["crate::a a", "crate::a::B C", "crate::d", "pub e::F F", "pub g::H H"];
        assert_eq!(paths(text), expected);
    }

    #[test]
    fn paths_written_out_are_seen_in_bodies_and_macros() {
        let text =
            "fn f(e: crate::e::F) { a::crate_b(x.y); vec![super::c()] }\npub(in crate::no) struct S(pub self::d::E);";
        assert_eq!(paths(text), ["crate::e::F", "a::crate_b", "super::c", "self::d::E"]);
    }

    #[test]
    fn inline_modules_are_told() {
        assert_eq!(paths("mod m { use super::a; }"), ["msuper::a a"]);
    }
}
