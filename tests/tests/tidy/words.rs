//! Files of the repository say nothing about the place where they were written and leave no work marked as undone.

use super::repository::{File, expect_none, files};

/// Paths of one machine. Spelled in two so that this file does not hold them.
const PLACES: [&str; 4] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Marks of undone work.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

#[test]
fn files_name_no_machine_and_no_undone_work() {
    let faults: Vec<String> = files().iter().flat_map(faults).collect();
    expect_none("words of the workshop:", &faults);
}

fn faults(file: &File) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let places = PLACES.iter().filter(|place| begins_a_path(line, place));
        let marks = MARKS.iter().filter(|mark| is_a_word(line, mark));
        faults.extend(places.chain(marks).map(|word| format!("{}:{}: `{word}`", file.path, number + 1)));
    }
    faults
}

/// Whether an absolute path begins with the place: in `https://host/place/` and `a/place/` none does.
fn begins_a_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|before| before.is_alphanumeric() || "._-*}])~".contains(before))
    })
}

fn is_a_word(line: &str, word: &str) -> bool {
    line.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|part| part == word)
}

#[test]
fn a_path_of_a_machine_is_found() {
    for [place, other] in [["see /ro", "ot/x"], ["`/wo", "rk/main`"], ["file:///ho", "me/me/x"]] {
        let found = faults(&File::fixture("a.md", &format!("first\n{place}{other}")));
        assert!(found.iter().any(|fault| fault.starts_with("a.md:2: ")), "{place}{other} is not found");
    }
}

#[test]
fn a_mark_of_undone_work_is_found() {
    assert_eq!(faults(&File::fixture("a.rs", &format!("// {}: later", MARKS[0]))).len(), 1);
}

#[test]
fn parts_of_other_paths_and_words_pass() {
    let text = format!("https://host.example{0}x and docs{0}x, todo = \"deny\", {1}S", PLACES[0], MARKS[0]);
    assert_eq!(faults(&File::fixture("a.md", &text)), Vec::<String>::new());
}
