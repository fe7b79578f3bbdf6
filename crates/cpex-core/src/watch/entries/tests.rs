#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::os::unix::fs::symlink;

use notify::event::{AccessKind, AccessMode, CreateKind, Flag, ModifyKind, RenameMode};

use super::*;

/// A directory as Kubernetes makes one: the file leads through `..data` to that of one version.
fn mounted() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path().canonicalize().unwrap();
    fs::create_dir(top.join("..1")).unwrap();
    fs::write(top.join("..1/policy.yaml"), "routes: []").unwrap();
    symlink("..1", top.join("..data")).unwrap();
    symlink("..data/policy.yaml", top.join("policy.yaml")).unwrap();
    (folder, top)
}

fn entry(directory: &Path, name: &str) -> (PathBuf, OsString) {
    (directory.to_owned(), name.into())
}

#[test]
fn each_link_on_the_way_to_a_file_stands_in_a_directory_that_is_watched() {
    let (_folder, top) = mounted();
    let entries = Entries::of([top.join("policy.yaml").as_path()]);
    let expected = [entry(&top, "..data"), entry(&top, "policy.yaml"), entry(&top.join("..1"), "policy.yaml")];
    assert_eq!(entries.0, BTreeSet::from(expected));
    assert_eq!(entries.directories().len(), 2);
}

#[test]
fn links_to_elsewhere_and_parts_that_lead_back_are_followed() {
    let (_folder, top) = mounted();
    let elsewhere = tempfile::tempdir().unwrap();
    let far = elsewhere.path().canonicalize().unwrap();
    symlink(&top, far.join("current")).unwrap();
    // `..` leads back from where the link leads, not from where it stands.
    let back = far.join("current/..").join(top.file_name().unwrap()).join("./policy.yaml");
    let entries = Entries::of([back.as_path()]);
    assert!(entries.0.contains(&entry(&far, "current")), "{entries:?}");
    assert!(entries.0.contains(&entry(&top.join("..1"), "policy.yaml")), "{entries:?}");
}

#[test]
fn a_file_that_is_not_there_and_links_in_a_circle_have_directories_too() {
    let (_folder, top) = mounted();
    symlink("round", top.join("round")).unwrap();
    let entries = Entries::of([top.join("round").as_path(), top.join("missing.yaml").as_path()]);
    assert_eq!(entries.0, BTreeSet::from([entry(&top, "round"), entry(&top, "missing.yaml")]));
}

#[test]
fn what_happens_to_other_files_and_what_only_reads_is_no_change() {
    let (_folder, top) = mounted();
    let entries = Entries::of([top.join("policy.yaml").as_path()]);
    let event = |kind, path: &str| Event::new(kind).add_path(top.join(path));
    let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
    let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
    let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
    let cases = [
        (event(renamed, "..data"), true),
        (event(EventKind::Create(CreateKind::File), "policy.yaml"), true),
        (event(written, "..1/policy.yaml"), true),
        (event(EventKind::Any, ""), true),
        (Event::new(EventKind::Other).set_flag(Flag::Rescan), true),
        (event(renamed, "..data_tmp"), false),
        (event(EventKind::Create(CreateKind::File), "other.log"), false),
        (event(opened, "policy.yaml"), false),
    ];
    for (event, expected) in cases {
        assert_eq!(entries.concern(&event), expected, "{event:?}");
    }
}
