//! The detectors on labelled lines: what is found, what is not, and how often they are wrong.
//!
//! A line is `kind: text`, what should be found standing between `«` and `»`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use cpex_content_scan::{InjectionScanner, Kind, PiiScanner};
use cpex_sdk::scan::ContentScanner;

const LINES: &str = include_str!("labelled.txt");

/// The text of a line without its marks, and what stands between them.
fn unmarked(marked: &str) -> (String, Vec<String>) {
    let text = marked.replace(['«', '»'], "");
    let wanted = marked.split('«').skip(1).map(|rest| rest.split('»').next().unwrap().to_owned());
    (text, wanted.collect())
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = LINES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no kind: {line}")))
}

fn found(scanner: &dyn ContentScanner, text: &str) -> Vec<String> {
    scanner.scan(text).into_iter().map(|range| text.get(range).unwrap().to_owned()).collect()
}

#[test]
fn personal_data_is_found_where_it_stands_and_nowhere_else() {
    for kind in Kind::ALL {
        let scanner = PiiScanner::of(&[*kind]);
        let own: Vec<_> = lines().filter(|(of, _)| *of == kind.name()).collect();
        assert!(own.iter().any(|(_, line)| line.contains('«')) && own.iter().any(|(_, line)| !line.contains('«')));
        for (_, marked) in own {
            let (text, wanted) = unmarked(marked);
            assert_eq!(found(&scanner, &text), wanted, "{}: {text}", kind.name());
        }
    }
}

/// Of injections only whether a line has one counts: rules overlap.
#[test]
fn few_injections_are_missed_and_little_else_is_taken_for_one() {
    let scanner = InjectionScanner::default();
    let (mut hits, mut misses, mut alarms) = (0, Vec::new(), Vec::new());
    for (label, text) in lines() {
        match (label, found(&scanner, text).is_empty()) {
            ("injection", false) => hits += 1,
            ("injection", true) => misses.push(text),
            ("harmless", false) => alarms.push(text),
            _ => {}
        }
    }
    let (recall, precision) = (share(hits, misses.len()), share(hits, alarms.len()));
    assert!(recall >= 90, "{recall} %, missed: {misses:#?}");
    assert!(precision >= 90, "{precision} %, taken for injections: {alarms:#?}");
}

fn share(right: usize, wrong: usize) -> usize {
    100 * right / (right + wrong)
}

#[test]
fn by_default_numbers_of_persons_cards_and_accounts_are_found() {
    let text = "ssn 536-90-4399, card 4111 1111 1111 1111, account DE89 3704 0044 0532 0130 00, mail a@b.example";
    assert_eq!(
        found(&PiiScanner::default(), text),
        ["536-90-4399", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"]
    );
}

#[test]
fn a_pattern_of_the_host_is_found_as_well() {
    let badge = PiiScanner::of(&[]).with("badge", regex::Regex::new(r"\bEMP-[0-9]{5}\b").unwrap());
    assert_eq!(found(&badge, "badge EMP-12345, not EMP-1"), ["EMP-12345"]);
}

#[test]
fn a_long_text_takes_linear_time_and_no_text_is_a_fault() {
    let scanners: [Box<dyn ContentScanner>; 2] =
        [Box::new(PiiScanner::of(Kind::ALL)), Box::<InjectionScanner>::default()];
    for text in
        ["", "1-".repeat(50_000).as_str(), "ignore ".repeat(20_000).as_str(), "é\u{0}\u{10FFFF}".repeat(999).as_str()]
    {
        for scanner in &scanners {
            for range in scanner.scan(text) {
                assert!(text.get(range).is_some());
            }
        }
    }
}
