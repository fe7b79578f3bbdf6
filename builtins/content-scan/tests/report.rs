//! How often the detectors are right, on texts whose findings are known; `docs/scan.md` shows the same numbers.
//!
//! `CPEX_BLESS=1 cargo test -p cpex-content-scan --test report` writes them anew. What must hold whatever is written there
//! stands here.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use cpex_content_scan::{Detect as _, InjectionScanner, Kind, PiiScanner};
use cpex_sdk::scan::ContentScanner as _;

const PII: &str = include_str!("pii.txt");
const INJECTION: &str = include_str!("injection.txt");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scan.md");

/// The least share, in percent, of what is found that is right, and of what is there that is found.
const LEAST: [(Kind, usize, usize); 7] = [
    (Kind::Ssn, 95, 95),
    (Kind::CreditCard, 90, 95),
    (Kind::Iban, 95, 95),
    (Kind::Email, 90, 95),
    (Kind::Phone, 90, 90),
    (Kind::Ip, 85, 95),
    (Kind::UsPassport, 70, 95),
];

/// The same of lines with instructions.
const LEAST_OF_INJECTIONS: (usize, usize) = (90, 85);

/// The classes of lines that hold an injection.
const HOLDING: [&str; 3] = ["direct", "indirect", "obfuscated"];

/// The classes of lines that hold none.
const CLEAN: [&str; 2] = ["about", "harmless"];

/// How a detector did on one class.
#[derive(Default)]
struct Score {
    right: usize,
    missed: Vec<String>,
    alarms: Vec<String>,
}

impl Score {
    fn precision(&self) -> usize {
        share(self.right, self.alarms.len())
    }

    fn recall(&self) -> usize {
        share(self.right, self.missed.len())
    }
}

/// The share of what is right, in percent, rounded down.
fn share(right: usize, wrong: usize) -> usize {
    (100 * right).checked_div(right + wrong).unwrap_or(100)
}

fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(expand).collect()
}

/// The line with each `{U+XXXX}` as the character it stands for.
fn expand(line: &str) -> String {
    let mut parts = line.split("{U+");
    let mut expanded = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap();
        expanded.push(u32::from_str_radix(code, 16).ok().and_then(char::from_u32).unwrap());
        expanded.push_str(rest);
    }
    expanded
}

/// The text of a line without its marks, and the kind and text of each of them.
fn unmarked(line: &str) -> (String, Vec<(String, String)>) {
    let mut pieces = line.split('«');
    let mut text = pieces.next().unwrap().to_owned();
    let mut wanted = Vec::new();
    for piece in pieces {
        let (mark, rest) = piece.split_once('»').unwrap_or_else(|| panic!("a mark has no end: {line}"));
        let (kind, marked) = mark.split_once('|').unwrap_or_else(|| panic!("a mark has no kind: {line}"));
        text.push_str(marked);
        text.push_str(rest);
        wanted.push((kind.to_owned(), marked.to_owned()));
    }
    (text, wanted)
}

fn pii_scores() -> BTreeMap<&'static str, Score> {
    let scanner = PiiScanner::of(Kind::ALL);
    let mut scores: BTreeMap<&str, Score> = Kind::ALL.iter().map(|kind| (kind.name(), Score::default())).collect();
    for line in lines(PII) {
        let (text, mut wanted) = unmarked(&line);
        assert!(wanted.iter().all(|(kind, _)| scores.contains_key(kind.as_str())), "{line}");
        for finding in scanner.detect(&text) {
            let marked = text.get(finding.range).unwrap();
            let score = scores.get_mut(finding.name).unwrap();
            match wanted.iter().position(|(kind, wanted)| kind == finding.name && wanted == marked) {
                Some(index) => {
                    wanted.remove(index);
                    score.right += 1;
                }
                None => score.alarms.push(line.clone()),
            }
        }
        for (kind, _) in wanted {
            scores.get_mut(kind.as_str()).unwrap().missed.push(line.clone());
        }
    }
    scores
}

/// Of injections only whether a line has one counts: rules overlap.
fn injection_scores() -> BTreeMap<&'static str, Score> {
    let scanner = InjectionScanner::default();
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for line in lines(INJECTION) {
        let (class, text) = line.split_once(": ").unwrap();
        let class = HOLDING.into_iter().chain(CLEAN).find(|known| *known == class).unwrap_or_else(|| panic!("{line}"));
        let score = scores.entry(class).or_default();
        match (scanner.scan(text).is_empty(), CLEAN.contains(&class)) {
            (false, true) => score.alarms.push(line.clone()),
            (true, false) => score.missed.push(line.clone()),
            (false, false) | (true, true) => score.right += 1,
        }
    }
    scores
}

/// The precision and recall over all classes.
fn injection_whole(scores: &BTreeMap<&str, Score>) -> (usize, usize) {
    let right = HOLDING.iter().map(|class| scores[class].right).sum();
    let missed = HOLDING.iter().map(|class| scores[class].missed.len()).sum();
    let alarms = CLEAN.iter().map(|class| scores[class].alarms.len()).sum();
    (share(right, alarms), share(right, missed))
}

fn report() -> String {
    let mut report = String::from("| personal data | marked | found | missed | false alarms | precision | recall |\n");
    report.push_str("|---|---|---|---|---|---|---|\n");
    for (kind, score) in pii_scores() {
        let (right, missed, alarms) = (score.right, score.missed.len(), score.alarms.len());
        let (precision, recall) = (score.precision(), score.recall());
        let marked = right + missed;
        writeln!(report, "| `{kind}` | {marked} | {right} | {missed} | {alarms} | {precision} % | {recall} % |")
            .unwrap();
    }
    report.push_str("\n| instructions | lines | taken for one | right |\n|---|---|---|---|\n");
    let scores = injection_scores();
    for class in HOLDING.into_iter().chain(CLEAN) {
        let score = &scores[class];
        let wrong = score.missed.len() + score.alarms.len();
        let taken = if CLEAN.contains(&class) { score.alarms.len() } else { score.right };
        writeln!(report, "| {class} | {} | {taken} | {} % |", score.right + wrong, share(score.right, wrong)).unwrap();
    }
    let (precision, recall) = injection_whole(&scores);
    writeln!(report, "\nOver all lines the precision is {precision} %, the recall {recall} %.").unwrap();
    report
}

#[test]
fn the_page_says_how_often_the_detectors_are_right() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, written) = page.split_at(page.find("| personal data |").unwrap_or(page.len()));
    let report = report();
    if std::env::var_os("CPEX_BLESS").is_some() {
        fs::write(PAGE, format!("{before}{report}")).unwrap();
        return;
    }
    assert!(written == report, "write it anew with CPEX_BLESS=1:\n{report}");
}

#[test]
fn no_kind_is_found_worse_than_its_least() {
    let mut scores = pii_scores();
    for (kind, precision, recall) in LEAST {
        let (name, score) = (kind.name(), scores.remove(kind.name()).unwrap());
        assert!(score.precision() >= precision, "{name}: {} %: {:#?}", score.precision(), score.alarms);
        assert!(score.recall() >= recall, "{name}: {} %: {:#?}", score.recall(), score.missed);
    }
    assert!(scores.is_empty(), "every kind has its least");
}

#[test]
fn instructions_are_found_no_worse_than_their_least() {
    let scores = injection_scores();
    let (precision, recall) = injection_whole(&scores);
    let wrong: Vec<&String> = scores.values().flat_map(|score| score.missed.iter().chain(&score.alarms)).collect();
    assert!(precision >= LEAST_OF_INJECTIONS.0, "precision {precision} %: {wrong:#?}");
    assert!(recall >= LEAST_OF_INJECTIONS.1, "recall {recall} %: {wrong:#?}");
}

#[test]
fn there_are_enough_lines_of_either() {
    assert!(lines(PII).len() >= 300 && lines(INJECTION).len() >= 200);
    let hard = lines(PII).iter().filter(|line| !line.contains('«')).count();
    assert!(hard >= 100, "{hard} lines without personal data");
}
