//! Rust sources as tokens: comments are gone, strings are whole, brackets match, macro bodies are seen too.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A source without what only tests see.
#[derive(Debug, Default)]
pub(super) struct Product {
    pub(super) tokens: Vec<TokenTree>,
    /// Modules that only tests see and that have files of their own.
    pub(super) test_modules: Vec<String>,
}

/// The tokens of a source, or where it is no Rust.
pub(super) fn tokens(text: &str) -> Result<Vec<TokenTree>, String> {
    match TokenStream::from_str(text) {
        Ok(stream) => Ok(stream.into_iter().collect()),
        Err(fault) => Err(format!("line {}: is no Rust: {fault}", fault.span().start().line)),
    }
}

/// The same tokens without items under `#[cfg(test)]`. Such items stand at the top of a file or of a module.
pub(super) fn product(tokens: Vec<TokenTree>) -> Product {
    let mut product = Product::default();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let is_test = is_punct(&token, '#') && rest.peek().is_some_and(is_cfg_test);
        if !is_test {
            product.tokens.push(token);
            continue;
        }
        let item: Vec<TokenTree> = take_item(&mut rest);
        if let [.., TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(_)] = item.as_slice()
            && word == "mod"
        {
            product.test_modules.push(name.to_string());
        }
    }
    product
}

/// The first line of a token.
pub(super) fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

pub(super) fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

pub(super) fn is_ident(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// The tokens between the brackets of a group of that kind.
pub(super) fn inside(token: &TokenTree, delimiter: Delimiter) -> Option<Vec<TokenTree>> {
    match token {
        TokenTree::Group(group) if group.delimiter() == delimiter => Some(group.stream().into_iter().collect()),
        _ => None,
    }
}

fn is_cfg_test(token: &TokenTree) -> bool {
    let Some(attribute) = inside(token, Delimiter::Bracket) else { return false };
    let [name, condition] = attribute.as_slice() else { return false };
    let condition = inside(condition, Delimiter::Parenthesis).unwrap_or_default();
    is_ident(name, "cfg") && matches!(condition.as_slice(), [only] if is_ident(only, "test"))
}

/// Takes an item up to its `;` or its last braces, its attributes before.
fn take_item(rest: &mut impl Iterator<Item = TokenTree>) -> Vec<TokenTree> {
    let mut item = Vec::new();
    for token in rest {
        let ends = is_punct(&token, ';') || inside(&token, Delimiter::Brace).is_some();
        item.push(token);
        // The braces of `use a::{b, c};` are not its end.
        let is_use = item.iter().any(|token| is_ident(token, "use"));
        if ends && (!is_use || item.last().is_some_and(|token| is_punct(token, ';'))) {
            break;
        }
    }
    item
}

#[test]
fn what_only_tests_see_is_left_out() {
    let text = "fn a() {}\n#[cfg(test)]\nuse x::{y, z};\n#[cfg(test)]\n#[path = \"t\"]\nmod tests;\n\
                #[cfg(test)]\nmod more { fn b() {} }\nfn c() {}";
    let product = product(tokens(text).expect("the fixture is Rust"));
    let text: TokenStream = product.tokens.into_iter().collect();
    assert_eq!(text.to_string(), "fn a () { } fn c () { }");
    assert_eq!(product.test_modules, ["tests"]);
}

#[test]
fn what_is_no_rust_is_a_fault() {
    assert_eq!(tokens("fn a() {}\n}").err().map(|fault| fault.starts_with("line 2")), Some(true));
}
