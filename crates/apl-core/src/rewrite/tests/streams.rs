//! A text that comes in pieces becomes what the whole becomes, however it is cut.

use proptest::prelude::*;

use super::properties::{PATHS, SECRET, record, spaced};
use super::*;
use crate::fact::Unresolved;
use crate::hash_key::DeclaredKey;
use crate::scanner::{Scan, Scanner};

/// Declares a scanner that finds the secret.
struct Scanning;

impl Declared for Scanning {
    fn plugin(&self, name: &str) -> Result<usize, Unresolved> {
        Plugins.plugin(name)
    }

    fn hash_key(&self) -> DeclaredKey {
        Plugins.hash_key()
    }

    fn scanner(&self, _: Scan) -> Result<Arc<dyn Scanner>, Unresolved> {
        Ok(Arc::new(Self))
    }
}

impl Scanner for Scanning {
    fn scan(&self, text: &str) -> Option<Vec<std::ops::Range<usize>>> {
        Some(text.match_indices(SECRET).map(|(at, found)| at..at + found.len()).collect())
    }
}

fn active_on<T>(path: &str, pipeline: &str, check: impl FnOnce(&ActiveRewrite<'_, Attribute>) -> T) -> T {
    let rewrite = rewrite_of(&Scanning, path, pipeline).unwrap();
    check(&rewrite.activate(&World::new(json!({"roles": ["hr"]}))).unwrap())
}

const PIPELINES: [&str; 14] = [
    "redact",
    "omit",
    "mask(2)",
    "hash",
    "str",
    "required",
    "required | redact",
    "int | redact(role.hr)",
    "omit(role.x) | map",
    "pii.redact",
    "pii.detect",
    "injection.scan(deny)",
    "taint(seen, message) | pii.redact",
    "len(1..3) | omit",
];

/// What a pipeline makes of a text that is cut so: what it hands on, and how it ends.
fn streamed(active: &ActiveRewrite<'_, Attribute>, pieces: &[&str]) -> (String, Streamed) {
    let (mut stream, mut released) = (active.stream(), String::new());
    for piece in pieces {
        let before = released.len();
        stream.push(piece, &mut released);
        assert!(!stream.is_refused() || released.len() == before || active.could_transform(), "{pieces:?}");
    }
    let was_refused = stream.is_refused();
    let ended = stream.finish(&mut released);
    assert!(!was_refused || ended.fault.is_some(), "{pieces:?}");
    (released, ended)
}

/// Whether what comes of a text in pieces is what comes of the whole.
fn agrees(
    active: &ActiveRewrite<'_, Attribute>,
    whole: &Result<Option<String>, RewriteFault>,
    pieces: &[&str],
) -> Result<(), TestCaseError> {
    let (released, ended) = streamed(active, pieces);
    let labels: Vec<_> = active.labels().into_iter().cloned().collect();
    prop_assert_eq!(&ended.labels, &labels, "{:?}", pieces);
    prop_assert_eq!(ended.fault.as_ref(), whole.as_ref().err(), "{:?}", pieces);
    if let Ok(treated) = whole {
        let expected = treated.clone().unwrap_or_else(|| pieces.concat());
        prop_assert_eq!(released, expected, "{:?}", pieces);
        prop_assert_eq!(ended.is_changed, treated.is_some(), "{:?}", pieces);
    }
    Ok(())
}

/// Cuts a text at those of its characters.
fn cut<'t>(text: &'t str, places: &[prop::sample::Index]) -> Vec<&'t str> {
    let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut places: Vec<usize> = places.iter().map(|place| *place.get(&bounds)).chain([0, text.len()]).collect();
    places.sort_unstable();
    places.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// The same text with each character a piece.
fn characters(text: &str) -> Vec<&str> {
    text.split("").filter(|piece| !piece.is_empty()).collect()
}

/// A record as text, whole or damaged.
fn document() -> impl Strategy<Value = String> {
    let damage = prop_oneof![
        4 => Just(None),
        1 => any::<prop::sample::Index>().prop_map(|place| Some((place, ""))),
        1 => (any::<prop::sample::Index>(), prop::sample::select(vec!["}", "x", "\"", ",", "\\ud800", "1e999", "[[[["])).prop_map(Some),
    ];
    (record(), record(), 0..3u8, damage).prop_map(|(value, twin, style, damage)| {
        let mut text = match style {
            0 => value.to_string(),
            1 => spaced(&value),
            // The members of two records in one map: names come twice.
            _ => match (value.to_string().strip_suffix('}'), twin.to_string().strip_prefix('{')) {
                (Some(head), Some(tail)) if head.len() > 1 && tail.len() > 1 => format!("{head},{tail}"),
                _ => format!(" {value} "),
            },
        };
        if let Some((place, damage)) = damage {
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let at = *place.get(&bounds);
            if damage.is_empty() { text.truncate(at) } else { text.insert_str(at, damage) }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_text_in_two_pieces_becomes_what_the_whole_becomes(
        text in document(),
        path in prop::sample::select(&PATHS[..]),
        pipeline in prop::sample::select(&PIPELINES[..]),
    ) {
        active_on(path, pipeline, |active| {
            let whole = active.apply_text(&text);
            for (at, _) in text.char_indices() {
                agrees(active, &whole, &[&text[..at], &text[at..]])?;
            }
            agrees(active, &whole, &[&text])?;
            agrees(active, &whole, &[])
                .or_else(|refused| if text.is_empty() { Err(refused) } else { Ok(()) })
        })?;
    }

    #[test]
    fn a_text_in_many_pieces_becomes_what_the_whole_becomes(
        text in document(),
        path in prop::sample::select(&PATHS[..]),
        pipeline in prop::sample::select(&PIPELINES[..]),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        active_on(path, pipeline, |active| {
            let whole = active.apply_text(&text);
            agrees(active, &whole, &cut(&text, &places))?;
            agrees(active, &whole, &characters(&text))
        })?;
    }

    #[test]
    fn what_is_handed_on_before_a_text_breaks_off_is_treated(
        value in record(),
        path in prop::sample::select(&PATHS[..]),
        pipeline in prop::sample::select(vec!["redact", "omit", "hash"]),
        place in any::<prop::sample::Index>(),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        prop_assume!(value.is_object() || value.is_array());
        active_on(path, pipeline, |active| {
            let text = spaced(&value);
            let Ok(treated) = active.apply_text(&text) else { return Ok(()) };
            let treated = treated.unwrap_or_else(|| text.clone());
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let broken = format!("{}\u{0}", &text[..*place.get(&bounds)]);
            let (released, ended) = streamed(active, &cut(&broken, &places));
            prop_assert_eq!(ended.fault, Some(RewriteFault::Unreadable));
            prop_assert!(treated.starts_with(&released), "{path}: {broken} gave {released}, not {treated}");
            Ok(())
        })?;
    }
}

#[test]
fn nothing_leaves_that_a_path_may_lead_to() {
    for (path, text) in [
        ("a", r#"{"b":1,"a":"S3CR3T"}x"#),
        ("a.b", r#"{"c":1, "a" : "S3CR3T"}"#),
        ("a.b", r#"{"a":-123.4e+5, "c":"S"}"#),
        ("a[]", r#"{"a":"S3CR3T"}"#),
        ("[]", r#"["S3CR3T", {"b":"S3CR3T"}, "#),
        ("**.a", r#"{"b":[{"\u0061":{"c":["S3CR3T"]}}]"#),
        ("a", r#"{"a":{"b":"S3CR3T","b":"S3CR3T"}} {"#),
    ] {
        active_on(path, "redact", |active| {
            assert_eq!(active.apply_text(text), Err(RewriteFault::Unreadable), "{path} in {text}");
            for at in 0..=text.len() {
                let (released, ended) = streamed(active, &[&text[..at], &text[at..]]);
                assert!(!released.contains(SECRET) && !released.contains("123"), "{path} in {text}: {released}");
                assert_eq!(ended.fault, Some(RewriteFault::Unreadable));
            }
        });
    }
}

#[test]
fn what_no_path_leads_to_leaves_as_it_comes() {
    let check = |path: &str, pieces: &[(&str, &str)]| {
        active_on(path, "omit", |active| {
            let mut stream = active.stream();
            for (piece, expected) in pieces {
                let mut released = String::new();
                stream.push(piece, &mut released);
                assert_eq!(released, *expected, "{path} after {piece}");
            }
        });
    };
    check(
        "a",
        &[
            ("  ", "  "),
            ("{", "{"),
            ("\"", ""),
            ("b\":\"lo", "\"b\":\"lo"),
            ("ng", "ng"),
            ("\",", "\""),
            ("\"a\":1", ""),
            ("}", "}"),
        ],
    );
    check(
        "a.b",
        &[
            ("{\"x\":[1,{\"b\":2}],\"a\":{\"c\":\"te", "{\"x\":[1,{\"b\":2}],\"a\":{\"c\":\"te"),
            ("xt\"", "xt\""),
            (",\"b\":[1,2", ""),
            ("]}}", "}}"),
        ],
    );
    check("[].a", &[("[{\"a\":1,", "[{"), ("\"b\":2},{", "\"b\":2},{")]);
    check("**.a", &[("[\"a long te", "[\"a long te"), ("xt\",{\"ab", "xt\",{"), ("c\":\"d", "\"abc\":\"d")]);
}

#[test]
fn what_is_never_in_force_holds_nothing_back() {
    active_on("a", "redact(role.other)", |active| {
        let (released, ended) = streamed(active, &["no JSON", " at all"]);
        assert_eq!((released.as_str(), ended.fault, ended.is_changed), ("no JSON at all", None, false));
    });
}
