//! `cpex fmt`: files are replaced whole or not at all, and what is refused stays as it is.

use std::fs;

use super::command::{Place, top};

const LAID_OUT: &str = "routes:\n  - tool: t\n    policy: [\"require(role.hr)\"]\n";
const WRITTEN: &str = "routes:\n- {tool: t, policy: ['require( role.hr )']}  # HR\n";
const EXPECTED: &str = "routes:\n  - { tool: t, policy: [\"require(role.hr)\"] } # HR\n";

fn read(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

#[test]
fn files_are_laid_out_and_those_that_changed_are_named() {
    let place = Place::new().with("a.yaml", LAID_OUT).with("b/c.yml", WRITTEN).with("b/d.test.yaml", "cases:   []\n");
    let ran = place.cpex("fmt .");
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "b/c.yml\nb/d.test.yaml\n", ""));
    assert_eq!(read(&place, "b/c.yml"), EXPECTED);
    assert_eq!(read(&place, "b/d.test.yaml"), "cases: []\n");
    let again = place.cpex("fmt .");
    assert_eq!((again.status, again.out.as_str()), (0, ""));
}

#[test]
fn a_check_names_what_would_change_and_changes_nothing() {
    let place = Place::new().with("a.yaml", LAID_OUT).with("b.yaml", WRITTEN);
    let ran = place.cpex("fmt --check a.yaml b.yaml");
    assert_eq!((ran.status, ran.out.as_str()), (1, "b.yaml\n"));
    assert_eq!(read(&place, "b.yaml"), WRITTEN);
    assert_eq!(place.cpex("fmt --check a.yaml").status, 0);
}

#[test]
fn standard_input_is_laid_out_on_standard_output() {
    let place = Place::new();
    let ran = place.cpex_reading("fmt -", WRITTEN.as_bytes());
    assert_eq!((ran.status, ran.out.as_str()), (0, EXPECTED));
    let checked = place.cpex_reading("fmt --check -", WRITTEN.as_bytes());
    assert_eq!((checked.status, checked.out.as_str()), (1, "<stdin>\n"));
    let checked = place.cpex_reading("fmt --check -", EXPECTED.as_bytes());
    assert_eq!((checked.status, checked.out.as_str()), (0, ""));
    place.cpex_reading("fmt -", b"\xff").expect(2, &["standard input"]);
    place.cpex_reading("fmt -", b"a: [").expect(2, &["<stdin>:1:4: error[document.syntax]"]);
}

#[test]
fn what_is_refused_stays_as_it_is_and_the_rest_is_laid_out() {
    let tabs = "a:\n\tb: 1\n";
    let place = Place::new().with("a.yaml", tabs).with("b.yaml", b"\xff\xfe").with("c.yaml", WRITTEN);
    let said = ["a.yaml:2:2: error[document.syntax]: a tab cannot indent", "b.yaml:1:1: error[document.unreadable]"];
    place.cpex("fmt .").expect(2, &said);
    assert_eq!(read(&place, "a.yaml"), tabs);
    assert_eq!(fs::read(place.path().join("b.yaml")).unwrap(), b"\xff\xfe");
    assert_eq!(read(&place, "c.yaml"), EXPECTED);
}

#[test]
fn paths_that_lead_nowhere_exit_with_2() {
    Place::new().cpex("fmt nowhere.yaml").expect(2, &["`nowhere.yaml` does not exist"]);
    Place::new().with("a.txt", "").cpex("fmt .").expect(2, &["there is no *.yaml to lay out"]);
}

#[test]
fn line_ends_and_a_byte_order_mark_are_normalised() {
    let place = Place::new().with("a.yaml", "\u{feff}a: 1\r\nb: |\r\n    x\r\n").with("empty.yaml", "");
    place.cpex("fmt .").expect(0, &["a.yaml"]);
    assert_eq!((read(&place, "a.yaml"), read(&place, "empty.yaml")), ("a: 1\n\nb: |\n  x\n".to_owned(), String::new()));
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let place = Place::new().with("real/a.yaml", WRITTEN);
    let (real, link) = (place.path().join("real/a.yaml"), place.path().join("link.yaml"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    place.cpex("fmt link.yaml").expect(0, &["link.yaml"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(read(&place, "real/a.yaml"), EXPECTED);
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let left: Vec<_> = fs::read_dir(place.path().join("real")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn the_shipped_policy_is_laid_out() {
    let policy = top().join("examples/policies");
    let ran = Place::new().cpex(&format!("fmt --check {}", policy.display()));
    assert_eq!((ran.status, ran.out.as_str()), (0, ""));
}
