//! What stands between the tokens of a document: blanks, comments, and the signs that the parser reports no events for.

use super::tree::Line;

/// Goes through a text, from one token to the next.
pub(super) struct Gaps<'t> {
    text: &'t str,
    /// Where the last token ended, or what stood behind it.
    at: usize,
    /// What was passed and belongs to nothing yet, each line with its column.
    passed: Vec<(Line<'t>, usize)>,
}

impl<'t> Gaps<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, passed: Vec::new() }
    }

    /// The place reached.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text from the place reached.
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes behind a token.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = self.at.max(at);
    }

    /// Goes to the next token and keeps what is passed. Signs that only separate are passed too.
    pub(super) fn pass(&mut self) {
        loop {
            let rest = self.rest();
            let mut signs = rest.chars();
            match (signs.next(), signs.next()) {
                (Some('\n'), _) => {
                    let is_blank = self.line_so_far().trim().is_empty();
                    if is_blank && self.passed.last().is_none_or(|(line, _)| *line != Line::Blank) {
                        self.passed.push((Line::Blank, 0));
                    }
                    self.at += 1;
                }
                (Some(' ' | '\t' | ','), _) => self.at += 1,
                (Some('?'), None | Some(' ' | '\t' | '\n')) => self.at += 1,
                (Some('#'), _) => {
                    let column = self.column();
                    let comment = self.comment();
                    self.passed.push((Line::Comment(comment), column));
                }
                (Some('-' | '.'), _) if is_marker(rest) && self.line_so_far().is_empty() => self.at += 3,
                _ => return,
            }
        }
    }

    /// Goes to the next token, and behind it if it is that sign.
    pub(super) fn pass_sign(&mut self, sign: char) {
        self.pass();
        if self.rest().starts_with(sign) {
            self.at += sign.len_utf8();
        }
    }

    /// The column of the place reached, from 0.
    pub(super) fn column(&self) -> usize {
        self.line_so_far().chars().count()
    }

    /// The comment that ends the line the last token stands on. A comma in between is passed.
    pub(super) fn line_end(&mut self) -> Option<&'t str> {
        let rest = self.rest().trim_start_matches([' ', '\t']);
        let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start_matches([' ', '\t']);
        rest.starts_with('#').then(|| {
            self.at = self.text.len() - rest.len();
            self.comment()
        })
    }

    /// What was passed.
    pub(super) fn take(&mut self) -> Vec<Line<'t>> {
        self.passed.drain(..).map(|(line, _)| line).collect()
    }

    /// Of what was passed before the next token, the lines up to the last comment that stands as far right as a column and
    /// further than the token and an outer column: they are the foot of what stands in that column.
    pub(super) fn take_foot(&mut self, column: usize, outer: Option<usize>) -> Vec<Line<'t>> {
        self.pass();
        let next = (!self.rest().is_empty()).then(|| self.column());
        let is_inside = |at: usize| at >= column && [next, outer].into_iter().flatten().all(|bound| at > bound);
        let mut end = 0;
        for (index, (line, at)) in self.passed.iter().enumerate() {
            match line {
                Line::Comment(_) if is_inside(*at) => end = index + 1,
                Line::Comment(_) => break,
                Line::Blank => {}
            }
        }
        self.passed.drain(..end).map(|(line, _)| line).collect()
    }

    /// Takes a comment that begins here.
    fn comment(&mut self) -> &'t str {
        let line = self.rest().split('\n').next().unwrap_or_default();
        self.at += line.len();
        line.trim_end()
    }

    fn line_so_far(&self) -> &'t str {
        let before = self.text.get(..self.at).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default()
    }
}

/// Whether a text begins with the mark of a document's start or end.
fn is_marker(text: &str) -> bool {
    ["---", "..."].iter().any(|marker| {
        text.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']))
    })
}
