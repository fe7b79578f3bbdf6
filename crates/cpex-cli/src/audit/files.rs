//! The files of a log in the order they were written, and their lines.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// A line as it stands in a file, without its line break.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) at: At,
    pub(super) bytes: Vec<u8>,
    /// Whether a line break ends it.
    pub(super) is_ended: bool,
}

/// Where a line stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    /// Place of its file among those given.
    pub(super) file: usize,
    /// From 1.
    pub(super) line: u64,
}

/// The lines of a file, one after another.
pub(super) struct Lines {
    file: usize,
    line: u64,
    reader: BufReader<File>,
}

/// The order in which files of one log were written: what was moved out of the way bears a number, the younger the lower, and
/// comes before what bears none. Files of different names stay in the order they were given.
pub(super) fn in_order(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut logs: Vec<(PathBuf, Vec<PathBuf>)> = Vec::new();
    for path in paths {
        let name = name(path);
        match logs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, files)) => files.push(path.clone()),
            None => logs.push((name, vec![path.clone()])),
        }
    }
    for (_, files) in &mut logs {
        files.sort_by_key(|path| std::cmp::Reverse(number(path).unwrap_or(0)));
    }
    logs.into_iter().flat_map(|(_, files)| files).collect()
}

/// The lines of the file in that place.
pub(super) fn lines(file: usize, path: &Path) -> io::Result<Lines> {
    Ok(Lines { file, line: 0, reader: BufReader::new(File::open(path)?) })
}

impl Iterator for Lines {
    type Item = io::Result<Raw>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = Vec::new();
        match self.reader.read_until(b'\n', &mut bytes) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => return Some(Err(error)),
        }
        let is_ended = bytes.last() == Some(&b'\n');
        if is_ended {
            bytes.pop();
        }
        self.line += 1;
        Some(Ok(Raw { at: At { file: self.file, line: self.line }, bytes, is_ended }))
    }
}

fn number(path: &Path) -> Option<u32> {
    path.extension()?.to_str()?.parse().ok()
}

fn name(path: &Path) -> PathBuf {
    if number(path).is_some() { path.with_extension("") } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_put_in_the_order_they_were_written() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let given = paths(&["a/log.jsonl", "b.jsonl", "a/log.jsonl.1", "a/log.jsonl.10", "a/log.jsonl.2"]);
        let expected = paths(&["a/log.jsonl.10", "a/log.jsonl.2", "a/log.jsonl.1", "a/log.jsonl", "b.jsonl"]);
        assert_eq!(in_order(&given), expected);
    }
}
