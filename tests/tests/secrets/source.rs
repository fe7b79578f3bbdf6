//! Which public types hold a secret, as their sources say: in a field, or in a field of a field.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What is a secret wherever it stands: our own type, what wipes itself, and keys of the libraries.
const SECRET: [&str; 6] = ["Secret", "Zeroizing", "Hmac", "DecodingKey", "PrivateKey", "KeyPair"];

/// A type by its crate and its name.
type Name = (String, String);

/// A type of ours.
#[derive(Default)]
struct Type {
    is_public: bool,
    /// Every name in its fields.
    words: BTreeSet<String>,
}

/// The public types that hold a secret, as `crate::Type`.
pub(super) fn holders() -> BTreeSet<String> {
    let types = types();
    let mut holders: BTreeSet<&Name> = BTreeSet::new();
    loop {
        let is_holder = |(name, held): &(&Name, &Type)| {
            let holds = |word: &String| {
                SECRET.contains(&word.as_str()) || meant(&types, &name.0, word).any(|name| holders.contains(name))
            };
            SECRET.contains(&name.1.as_str()) || held.words.iter().any(holds)
        };
        let found: BTreeSet<&Name> = types.iter().filter(is_holder).map(|(name, _)| name).collect();
        if found == holders {
            let public = found.into_iter().filter(|name| types.get(*name).is_some_and(|held| held.is_public));
            return public.map(|(package, name)| format!("{package}::{name}")).collect();
        }
        holders = found;
    }
}

/// The types that a word of a crate may mean: the crate's own before those that others publish.
fn meant<'t>(types: &'t BTreeMap<Name, Type>, package: &str, word: &str) -> impl Iterator<Item = &'t Name> {
    let own = (package.to_owned(), word.to_owned());
    let is_own = types.contains_key(&own);
    let word = word.to_owned();
    types.iter().filter_map(move |(name, held)| {
        let fits = if is_own { *name == own } else { name.1 == word && held.is_public };
        fits.then_some(name)
    })
}

fn types() -> BTreeMap<Name, Type> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut types = BTreeMap::new();
    for folder in ["builtins", "crates"] {
        for entry in fs::read_dir(top.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let package = entry.file_name().into_string().unwrap();
            read(&entry.path().join("src"), &package, &mut types);
        }
    }
    assert!(types.len() > 500, "only {} types were found", types.len());
    types
}

fn read(folder: &Path, package: &str, types: &mut BTreeMap<Name, Type>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, package, types);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let tokens = TokenStream::from_str(&fs::read_to_string(&path).unwrap());
            let tokens: Vec<TokenTree> =
                tokens.unwrap_or_else(|fault| panic!("{}: {fault}", path.display())).into_iter().collect();
            declared(&tokens, package, types);
        }
    }
}

/// The types that stand at the top of a file.
fn declared(tokens: &[TokenTree], package: &str, types: &mut BTreeMap<Name, Type>) {
    for (at, token) in tokens.iter().enumerate() {
        let is_enum = is_word(token, "enum");
        if !is_enum && !is_word(token, "struct") {
            continue;
        }
        let Some(TokenTree::Ident(name)) = tokens.get(at + 1) else { continue };
        let known = types.entry((package.to_owned(), name.to_string())).or_default();
        known.is_public |= at > 0 && tokens.get(at - 1).is_some_and(|before| is_word(before, "pub"));
        for token in tokens.iter().skip(at + 2) {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ';' => break,
                TokenTree::Group(group) => {
                    words(group.stream(), is_enum, &mut known.words);
                    if group.delimiter() == Delimiter::Brace {
                        break;
                    }
                }
                _ => {}
            }
        }
    }
}

/// The names in fields, without those of the fields themselves and of variants.
fn words(fields: TokenStream, of_variants: bool, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = fields.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let after = |place: usize, sign: char| matches!(tokens.get(place), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
        match token {
            TokenTree::Group(_) if at > 0 && after(at - 1, '#') => {}
            TokenTree::Group(group) => words(group.stream(), false, found),
            TokenTree::Ident(_) if of_variants || (after(at + 1, ':') && !after(at + 2, ':')) => {}
            TokenTree::Ident(word) => drop(found.insert(word.to_string())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

#[test]
fn a_holder_is_found_through_the_fields_of_others() {
    let mut types = BTreeMap::new();
    let source = "pub struct A { pub b: Vec<B>, Secret: u8 } struct B(Option<Secret>); enum C { Secret, Other(u8) }
        pub enum D { #[doc = \"Secret\"] One { a: std::sync::Arc<Secret> } } pub(crate) struct E { a: u8 }";
    let tokens: Vec<TokenTree> = TokenStream::from_str(source).unwrap().into_iter().collect();
    declared(&tokens, "x", &mut types);
    let words =
        |name: &str| types.get(&("x".to_owned(), name.to_owned())).unwrap().words.iter().cloned().collect::<Vec<_>>();
    assert_eq!(words("A"), ["B", "Vec", "pub", "u8"]);
    assert_eq!(words("B"), ["Option", "Secret"]);
    assert_eq!(words("C"), ["u8"]);
    assert_eq!(words("D"), ["Arc", "Secret", "std", "sync"]);
    let public: Vec<_> = types.iter().filter(|(_, held)| held.is_public).map(|((_, name), _)| name.as_str()).collect();
    assert_eq!(public, ["A", "D"]);
}
