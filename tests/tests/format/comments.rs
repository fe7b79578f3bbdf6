//! Comments put into documents wherever one may stand.

use std::fmt::Write as _;

use super::documents::{documents, laid_out, readable};

#[test]
fn comments_and_blank_lines_put_anywhere_change_nothing_and_survive() {
    let mut inserted = 0;
    for written in documents().iter().filter(|written| written.text.lines().count() < 80) {
        let values = readable(&written.text).unwrap().root().to_json();
        let plain = readable(&laid_out(&written.text).unwrap()).unwrap().root().to_json();
        for seed in 1..=3 {
            let (text, comments) = with_comments(&written.text, &values, seed);
            inserted += comments;
            let after = laid_out(&text).unwrap_or_else(|refused| panic!("{}: {refused}\n{text}", written.place));
            for number in 0..comments {
                let comment = format!("# {number}.");
                assert_eq!(
                    after.matches(&comment).count(),
                    1,
                    "{}: `{comment}` of:\n{text}\nin:\n{after}",
                    written.place
                );
            }
            assert_eq!(readable(&after).unwrap().root().to_json(), plain, "{}:\n{text}", written.place);
            assert_eq!(laid_out(&after).unwrap(), after, "{}:\n{text}", written.place);
        }
    }
    assert!(inserted > 1_000, "only {inserted} comments could be put anywhere");
}

/// The text with comments and blank lines between and behind its lines, and how many comments. What would change a value is
/// no place for a comment.
fn with_comments(text: &str, values: &serde_json::Value, seed: u64) -> (String, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let mut choices = Choices(seed);
    let mut begun = String::new();
    let mut comments = 0;
    for (index, line) in lines.iter().enumerate() {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let columns = [0, indent(line), indent(line) + 2, lines.get(index + 1).map_or(0, |next| indent(next))];
        let column = columns[choices.below(columns.len())];
        let mut behind = String::new();
        match choices.below(6) {
            0 => writeln!(behind, "{line}\n\n{:column$}# {comments}.", "").unwrap(),
            1 => writeln!(behind, "{line}\n{:column$}# {comments}.\n", "").unwrap(),
            2 => writeln!(behind, "{line} # {comments}.").unwrap(),
            3 => writeln!(behind, "{line}\n").unwrap(),
            _ => {}
        }
        let rest: String = lines.iter().skip(index + 1).map(|line| format!("{line}\n")).collect();
        let whole = format!("{begun}{behind}{rest}");
        if !behind.is_empty() && readable(&whole).is_some_and(|document| document.root().to_json() == *values) {
            begun.push_str(&behind);
            comments += usize::from(behind.contains(&format!("# {comments}.")));
        } else {
            begun.push_str(line);
            begun.push('\n');
        }
    }
    (begun, comments)
}

/// Numbers that look random, the same for a seed each time (a linear congruential generator).
struct Choices(u64);

impl Choices {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}
