//! Crates depend on one another only as the table in ARCHITECTURE.md says. The table is read, not copied: prose and rule
//! cannot part.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::metadata::{Member, members};
use super::repository::{expect_none, top};

const HEADER: &str = "| crate | is | may depend on (of ours) |";

/// What a row of the table permits.
#[derive(Debug)]
enum Permitted {
    Any,
    Only(BTreeSet<String>),
}

#[test]
fn crates_depend_on_one_another_as_the_architecture_says() {
    let text = fs::read_to_string(top().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is readable");
    expect_none("arrows that the table in ARCHITECTURE.md does not have:", &faults(&table(&text), &members()));
}

fn table(text: &str) -> BTreeMap<String, Permitted> {
    let rows = text.lines().skip_while(|line| *line != HEADER).skip(2).take_while(|line| line.starts_with('|'));
    let table: BTreeMap<_, _> = rows.filter_map(row).collect();
    assert!(!table.is_empty(), "no table begins with `{HEADER}`");
    table
}

fn row(line: &str) -> Option<(String, Permitted)> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [_, name, _, permitted, _] = cells.as_slice() else { return None };
    let name = code_spans(name).next()?;
    let permitted = match *permitted {
        "any" => Permitted::Any,
        cell => Permitted::Only(code_spans(cell).collect()),
    };
    Some((name, permitted))
}

fn code_spans(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

fn faults(table: &BTreeMap<String, Permitted>, members: &[Member]) -> Vec<String> {
    let mut faults = Vec::new();
    for member in members {
        let Some(row) = table.get(&member.name).or_else(|| table.get(&shelf(member))) else {
            faults.push(format!("`{}` has no row", member.name));
            continue;
        };
        let Permitted::Only(permitted) = row else { continue };
        for used in &member.uses {
            let on_shelf = members.iter().find(|other| other.name == *used).map(shelf);
            if !permitted.contains(used) && !on_shelf.is_some_and(|shelf| permitted.contains(&shelf)) {
                faults.push(format!("`{}` → `{used}`", member.name));
            }
        }
    }
    faults
}

/// The row that stands for all packages of a folder, such as `builtins/*`.
fn shelf(member: &Member) -> String {
    let parent = member.folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    format!("{parent}/*")
}

fn fixture() -> BTreeMap<String, Permitted> {
    table(&format!(
        "prose\n{HEADER}\n|---|---|---|\n| `low` | x | nothing |\n| `builtins/*` | x | `low` |\n\
         | `list` (shelf) | x | `builtins/*` |\n| `top` | x | any |\n\nmore | prose\n"
    ))
}

fn member(name: &str, folder: &str, uses: &[&str]) -> Member {
    Member {
        name: name.to_owned(),
        folder: folder.to_owned(),
        uses: uses.iter().map(|&used| used.to_owned()).collect(),
    }
}

#[test]
fn an_arrow_of_the_table_passes() {
    let members = [
        member("low", "crates/low", &[]),
        member("x-jwt", "builtins/jwt", &["low"]),
        member("list", "crates/list", &["x-jwt"]),
        member("top", "tests", &["low", "list", "x-jwt"]),
    ];
    assert_eq!(faults(&fixture(), &members), Vec::<String>::new());
}

#[test]
fn an_arrow_the_table_does_not_have_is_named() {
    let members = [
        member("low", "crates/low", &["x-jwt"]),
        member("x-jwt", "builtins/jwt", &["list"]),
        member("list", "crates/list", &["low"]),
    ];
    assert_eq!(faults(&fixture(), &members), ["`low` → `x-jwt`", "`x-jwt` → `list`", "`list` → `low`"]);
}

#[test]
fn a_crate_without_a_row_is_named() {
    assert_eq!(faults(&fixture(), &[member("stray", "crates/stray", &[])]), ["`stray` has no row"]);
}
