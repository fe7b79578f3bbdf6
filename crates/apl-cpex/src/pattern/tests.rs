#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::cmp::Ordering::{Equal, Greater, Less};

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{MAX_CHARS, MAX_WILDCARDS, Pattern, PatternError, foremost};

#[test]
fn a_star_stops_at_a_slash_and_two_do_not() {
    let table = [
        ("pay", "pay", true),
        ("pay", "payee", false),
        ("pay", "Pay", false),
        ("hr-*", "hr-", true),
        ("hr-*", "hr-salary", true),
        ("hr-*", "hr-salary/2024", false),
        ("hr-**", "hr-salary/2024", true),
        ("*-read", "file-read", true),
        ("*-read", "file/x-read", false),
        ("**-read", "file/x-read", true),
        ("a*a", "a", false),
        ("a*a", "aa", true),
        ("file:///*/notes/**", "file:///ann/notes/a/b", true),
        ("file:///*/notes/**", "file:///ann/x/notes/a", false),
        ("**/notes/*.md", "a/notes/notes/x.md", true),
        ("**/notes/*.md", "a/notes/x/y.md", false),
        ("*é*", "caféine", true),
        ("*é*", "cafeine", false),
        ("gpt-*", "gpt-4*", true),
    ];
    for (pattern, name, expected) in table {
        assert_eq!(parse(pattern).matches(name), expected, "`{pattern}` and `{name}`");
    }
}

#[test]
fn a_lone_star_matches_every_name() {
    for name in ["", "a", "/", "a/b", "file:///x/y"] {
        assert!(parse("*").matches(name), "`{name}`");
    }
}

#[test]
fn only_a_text_without_wildcards_is_an_exact_name() {
    assert_eq!(parse("pay/now").exact(), Some("pay/now"));
    assert_eq!(parse("pay*").exact(), None);
    assert_eq!(parse("*").exact(), None);
}

#[test]
fn what_is_no_pattern_is_refused_with_advice() {
    let table = [
        (String::new(), PatternError::Empty, "an empty name matches nothing; write `*` for every name"),
        (
            "a***".into(),
            PatternError::StarRun,
            "`***` is no wildcard; write `*`, which stops at `/`, or `**`, which does not",
        ),
        (
            "*****".into(),
            PatternError::StarRun,
            "`***` is no wildcard; write `*`, which stops at `/`, or `**`, which does not",
        ),
        ("é".repeat(513), PatternError::TooLong, "a pattern has at most 512 characters; shorten it"),
        ("*a".repeat(9), PatternError::TooManyWildcards, "a pattern has at most 8 wildcards; write fewer"),
    ];
    for (text, error, message) in table {
        assert_eq!(Pattern::parse(&text), Err(error), "`{text}`");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_pattern_at_its_limits_is_read_and_matches() {
    let long = "é".repeat(MAX_CHARS);
    assert!(parse(&long).matches(&long));
    let wild = "**a".repeat(MAX_WILDCARDS);
    assert!(parse(&wild).matches(&"a".repeat(MAX_WILDCARDS)));
    assert!(!parse(&wild).matches(&"a".repeat(MAX_WILDCARDS - 1)));
    let wide = format!("*{}*", "a".repeat(MAX_CHARS - 2));
    assert!(parse(&wide).matches(&"a".repeat(MAX_CHARS)));
    assert!(!parse(&wide).matches(&"a".repeat(MAX_CHARS - 3)));
}

#[test]
fn coverage_and_intersection_are_those_of_the_names_matched() {
    let table = [
        // covers, is covered, intersects
        ("*/**", "**/*", true, true, true),
        ("**/**", "**/*", true, true, true),
        ("**", "*", true, true, true),
        ("a**", "a*", true, false, true),
        ("a*", "ab*", true, false, true),
        ("a*", "*a", false, false, true),
        ("a*b", "b*a", false, false, false),
        ("*-read", "*-write", false, false, false),
        ("a/*", "a/b/*", false, false, false),
        ("a/**", "a/*/*", true, false, true),
        ("**ab**", "**a**b**", false, true, true),
        ("a*c", "abc", true, false, true),
        ("abc", "abc", true, true, true),
        ("abc", "abd", false, false, false),
        ("x**/*/*y", "x**/*y", false, true, true),
    ];
    for (left, right, covers, covered, meet) in table {
        let (one, other) = (parse(left), parse(right));
        assert_eq!(one.covers(&other), covers, "`{left}` covers `{right}`");
        assert_eq!(other.covers(&one), covered, "`{right}` covers `{left}`");
        assert_eq!(one.intersects(&other), meet, "`{left}` meets `{right}`");
        assert_eq!(other.intersects(&one), meet, "`{right}` meets `{left}`");
    }
}

#[test]
fn precedence_goes_by_each_criterion_in_turn() {
    let table = [
        ("ab", "ab*", Greater),
        ("ab", "ba", Equal),
        ("abc*", "ab*", Greater),
        ("éé*", "abc*", Less),
        ("é*é", "ab*b", Less),
        ("a*b*", "a*", Greater),
        ("a*", "a**", Greater),
        ("a*c*", "a*b", Less),
        ("a*b", "a**bc", Greater),
        ("a**c", "a*b", Less),
        ("a*bc", "a*d", Greater),
        ("a*b", "a*c", Equal),
        ("**", "*", Greater),
        ("*", "*", Equal),
        ("*/**", "**/**", Greater),
    ];
    for (left, right, expected) in table {
        assert_eq!(parse(left).precedence(&parse(right)), expected, "`{left}` before `{right}`");
        assert_eq!(parse(right).precedence(&parse(left)), expected.reverse(), "`{right}` before `{left}`");
    }
}

#[test]
fn a_pattern_of_first_segments_matches_whatever_follows_them() {
    let table = [
        ("planner", "planner", true),
        ("planner", "planner/message/send", true),
        ("planner", "planner2/send", false),
        ("plan*", "planner/tasks/get", true),
        ("plan*", "other/planner", false),
        ("**er", "planner/x", true),
        ("**er", "a/planner", false),
        ("planner/*", "planner", false),
        ("planner/*", "planner/send", true),
        ("planner/*", "planner/message/send", false),
        ("*", "planner/message/send", true),
    ];
    for (pattern, name, expected) in table {
        assert_eq!(Pattern::of_first_segment(pattern).unwrap().matches(name), expected, "`{pattern}` and `{name}`");
    }
}

#[test]
fn a_prefix_ends_where_a_segment_ends() {
    let table = [
        ("/", "/", true),
        ("/", "/a/b", true),
        ("/a", "/a", true),
        ("/a", "/a/b", true),
        ("/a", "/ab", false),
        ("/a/", "/a/b", true),
        ("/a/", "/a", false),
        ("/*", "/a", false),
    ];
    for (prefix, name, expected) in table {
        assert_eq!(Pattern::prefix(prefix).unwrap().matches(name), expected, "`{prefix}` and `{name}`");
    }
}

#[test]
fn a_prefix_stands_between_exact_names_and_globs_and_the_longer_comes_first() {
    let prefix = |text| Pattern::prefix(text).unwrap();
    assert_eq!(parse("/a").precedence(&prefix("/a/b")), Greater);
    assert_eq!(prefix("/").precedence(&parse("/a/b/*")), Greater);
    assert_eq!(prefix("/a/b").precedence(&prefix("/a")), Greater);
    assert_eq!(prefix("/a/").precedence(&prefix("/a")), Greater);
    assert_eq!(prefix("/a").precedence(&prefix("/a")), Equal);
}

#[test]
fn a_method_of_an_agent_beats_the_agent_which_beats_globs_of_agents() {
    let agents = |text| Pattern::of_first_segment(text).unwrap();
    let order =
        ["planner/message/send", "planner/message/*", "planner/*", "planner/**", "planner", "planner*", "plan*", "*"];
    for pair in order.windows(2) {
        assert_eq!(agents(pair[0]).precedence(&agents(pair[1])), Greater, "`{}` before `{}`", pair[0], pair[1]);
    }
}

#[test]
fn where_precedence_runs_in_a_ring_the_choice_does_not_depend_on_order() {
    let ring = ["a*c*c*b", "a*b", "a*d*"].map(parse);
    let [narrow, wide, aside] = &ring;
    assert!(ring.iter().all(|pattern| pattern.matches("adccb")));
    assert_eq!(narrow.precedence(wide), Greater);
    assert_eq!(wide.precedence(aside), Greater);
    assert_eq!(aside.precedence(narrow), Greater);
    for order in [[narrow, wide, aside], [aside, narrow, wide], [wide, aside, narrow], [aside, wide, narrow]] {
        assert_eq!(choose(&order), Some(aside));
    }
}

#[test]
fn every_pair_of_short_patterns_agrees_with_all_short_names() {
    let names = names();
    let globs = texts(4).into_iter().map(|text| (parse(&text), matched(&text, &names)));
    let others = texts(2).into_iter().flat_map(|text| other_forms(&text, &names));
    let patterns: Vec<_> = globs.chain(others).collect();
    for (one, ones) in &patterns {
        assert_matches(one, &names, ones);
        for (other, others) in &patterns {
            assert_relations(one, ones, other, others);
        }
    }
}

proptest! {
    #[test]
    fn pairs_of_patterns_agree_with_all_short_names(left in text(), right in text()) {
        let names = names();
        let (one, other) = (parse(&left), parse(&right));
        let (ones, others) = (matched(&left, &names), matched(&right, &names));
        assert_matches(&one, &names, &ones);
        assert_relations(&one, &ones, &other, &others);
    }

    #[test]
    fn pairs_of_patterns_of_other_forms_agree_with_all_short_names(left in text_of(2), right in text()) {
        let names = names();
        for (one, ones) in other_forms(&left, &names) {
            assert_matches(&one, &names, &ones);
            let globs = [(parse(&right), matched(&right, &names))];
            for (other, others) in globs.into_iter().chain(other_forms(&right, &names)) {
                assert_relations(&one, &ones, &other, &others);
                assert_relations(&other, &others, &one, &ones);
            }
        }
    }

    #[test]
    fn a_long_name_is_matched_as_the_definition_says(pattern in "[ab/é*]{1,24}", name in "[ab/é]{0,60}") {
        if let Ok(parsed) = Pattern::parse(&pattern) {
            prop_assert_eq!(parsed.matches(&name), defined(&pattern, &name));
        }
    }

    #[test]
    fn an_automaton_of_several_words_is_as_exact_as_a_short_one(
        parts in prop::collection::vec(("[ab]{30,80}", select(vec!["*", "**"])), 1..5),
        fill in "[ab/]{0,3}",
    ) {
        let pattern: String = parts.iter().flat_map(|(letters, wild)| [letters, *wild]).collect();
        let pattern = format!("*{pattern}");
        let name: String = parts.iter().flat_map(|(letters, _)| [letters.as_str(), fill.as_str()]).collect();
        prop_assert_eq!(parse(&pattern).matches(&name), defined(&pattern, &name));
    }

    #[test]
    fn precedence_is_antisymmetric_and_each_of_its_parts_transitive(texts in prop::array::uniform3(text())) {
        let [a, b, c] = texts.map(|text| parse(&text));
        prop_assert_eq!(a.precedence(&a), Equal);
        prop_assert_eq!(a.precedence(&b), b.precedence(&a).reverse());
        if a.sharpness(&b).is_gt() && b.sharpness(&c).is_gt() {
            prop_assert_eq!(a.sharpness(&c), Greater);
        }
        if a.tightness() >= b.tightness() && b.tightness() >= c.tightness() {
            prop_assert!(a.tightness() >= c.tightness());
        }
    }

    #[test]
    fn the_choice_among_two_is_that_of_precedence(left in text(), right in text()) {
        let (one, other) = (parse(&left), parse(&right));
        match one.precedence(&other) {
            Greater => prop_assert_eq!(choose(&[&other, &one]), Some(&one)),
            Less => prop_assert_eq!(choose(&[&other, &one]), Some(&other)),
            Equal => {}
        }
    }

    #[test]
    fn the_choice_among_many_does_not_depend_on_their_order(
        texts in prop::collection::vec(text(), 1..7),
        turn in any::<Index>(),
    ) {
        let patterns: Vec<_> = texts.iter().map(|text| parse(text)).collect();
        let mut order: Vec<_> = patterns.iter().collect();
        let chosen = choose(&order).unwrap();
        let turn = turn.index(order.len());
        order.rotate_left(turn);
        order.reverse();
        prop_assert_eq!(chosen.precedence(choose(&order).unwrap()), Equal);
    }

    #[test]
    fn parsing_any_text_never_panics(text in any::<String>(), stars in "[*/\\PC]{0,40}", name in any::<String>()) {
        for text in [text, stars] {
            if let Ok(pattern) = Pattern::parse(&text) {
                prop_assert_eq!(pattern.to_string(), text);
                let _ = pattern.matches(&name);
            }
        }
    }
}

fn parse(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

fn choose<'p>(candidates: &[&'p Pattern]) -> Option<&'p Pattern> {
    foremost(candidates.iter().copied(), |pattern| pattern, |_, _| Equal)
}

/// What matching means, by trying every way to divide the name.
fn defined(pattern: &str, name: &str) -> bool {
    fn rest(pattern: &[char], name: &[char]) -> bool {
        match pattern {
            [] => name.is_empty(),
            ['*', '*', after @ ..] => (0..=name.len()).any(|taken| rest(after, &name[taken..])),
            ['*', after @ ..] => {
                let segment = name.iter().position(|c| *c == '/').unwrap_or(name.len());
                (0..=segment).any(|taken| rest(after, &name[taken..]))
            }
            [first, after @ ..] => name.first() == Some(first) && rest(after, &name[1..]),
        }
    }
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    pattern == "*" || rest(&chars(pattern), &chars(name))
}

/// All names of up to six characters; `c` stands for every letter that no pattern here names.
fn names() -> Vec<String> {
    let mut names = vec![String::new()];
    let mut last = names.clone();
    for _ in 0..6 {
        last = last.iter().flat_map(|name| ["a", "b", "c", "/"].map(|more| format!("{name}{more}"))).collect();
        names.extend_from_slice(&last);
    }
    names
}

/// All patterns of up to so many parts, of one letter.
fn texts(parts: usize) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut last = vec![String::new()];
    for _ in 0..parts {
        last = last.iter().flat_map(|text| ["a", "/", "*", "**"].map(|more| format!("{text}{more}"))).collect();
        last.retain(|text| !text.contains("***"));
        texts.extend_from_slice(&last);
    }
    texts.sort();
    texts.dedup();
    texts
}

/// A pattern short enough that what two of them have in common, or not, shows within six characters.
fn text() -> impl Strategy<Value = String> {
    text_of(3)
}

/// A pattern of up to so many literal characters.
fn text_of(literals: usize) -> impl Strategy<Value = String> {
    let literals = prop::collection::vec(select(vec!["a", "b", "/"]), 0..=literals);
    let wildcards = prop::collection::vec((any::<Index>(), select(vec!["*", "**"])), 0..3);
    let written = (literals, wildcards).prop_map(|(mut parts, wildcards)| {
        for (place, wildcard) in wildcards {
            parts.insert(place.index(parts.len() + 1), wildcard);
        }
        parts.concat()
    });
    written.prop_filter("no pattern", |text| !text.is_empty() && !text.contains("***"))
}

fn matched(text: &str, names: &[String]) -> Vec<bool> {
    names.iter().map(|name| defined(text, name)).collect()
}

/// The patterns of first segments and of prefixes that a text is, with the names each matches.
fn other_forms(text: &str, names: &[String]) -> Vec<(Pattern, Vec<bool>)> {
    let mut forms = Vec::new();
    if !text.contains('/') && text != "*" {
        let first = |name: &String| defined(text, name.split('/').next().unwrap());
        forms.push((Pattern::of_first_segment(text).unwrap(), names.iter().map(first).collect()));
    }
    if !text.contains('*') {
        let below = |name: &String| {
            name.strip_prefix(text).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || text.ends_with('/'))
        };
        forms.push((Pattern::prefix(text).unwrap(), names.iter().map(below).collect()));
    }
    forms
}

fn assert_matches(pattern: &Pattern, names: &[String], expected: &[bool]) {
    for (name, expected) in names.iter().zip(expected) {
        assert_eq!(pattern.matches(name), *expected, "`{pattern}` and `{name}`");
    }
}

fn assert_relations(one: &Pattern, ones: &[bool], other: &Pattern, others: &[bool]) {
    let covers = ones.iter().zip(others).all(|(one, other)| *one || !*other);
    let meet = ones.iter().zip(others).any(|(one, other)| *one && *other);
    assert_eq!(one.covers(other), covers, "`{one}` covers `{other}`");
    assert_eq!(one.intersects(other), meet, "`{one}` meets `{other}`");
}
