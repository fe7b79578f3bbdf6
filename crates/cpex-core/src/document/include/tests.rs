#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;

use apl_core::node::Node;
use cpex_sdk::config::Shape;
use tempfile::TempDir;

use crate::PluginManager;
use crate::document::{Document, Limits, keys};

/// A directory with these files, `policy.yaml` being the first of a document.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn read(directory: &TempDir) -> Document {
    Document::read_file(&directory.path().join("policy.yaml")).unwrap()
}

/// Every finding as it is shown, without the directory and without the line it stands on.
fn found(directory: &TempDir) -> Vec<String> {
    let shown = shown(&read(directory)).replace(&format!("{}/", directory.path().display()), "");
    shown.lines().filter(|line| line.contains(": error[")).map(str::to_owned).collect()
}

fn shown(document: &Document) -> String {
    PluginManager::default().check(document).map_or_else(|refused| refused.to_string(), |warnings| warnings.to_string())
}

fn one(files: &[(&str, &str)]) -> String {
    let found = found(&directory(files));
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    finding.clone()
}

fn tools(document: &Document) -> Vec<String> {
    let routes = document.root().get("routes").map(Node::one_or_many).unwrap();
    routes.iter().map(|route| route.get("tool").and_then(Node::text).unwrap().value.clone()).collect()
}

#[test]
fn lists_are_appended_in_order_and_maps_joined() {
    let directory = directory(&[
        ("policy.yaml", "include: [a/a.yaml, d.yaml]\nroutes: [{tool: r}]\nglobal: {policy: []}\n"),
        ("a/a.yaml", "routes: [{tool: a, groups: g}]\ninclude: [b/b.yaml]\nglobal: {description: all}\n"),
        ("a/b/b.yaml", "routes: [{tool: b}]\nx-home: &x 1\n"),
        ("d.yaml", "x-home: 2\ngroups: {g: {policy: []}}\nroutes: [{tool: d}]\n"),
    ]);
    assert_eq!(found(&directory), [""; 0]);
    let document = read(&directory);
    assert_eq!(tools(&document), ["r", "a", "b", "d"]);
    assert!(document.root().get("global").unwrap().get("description").is_some());
    assert!(document.root().get("x-home").is_none());
}

#[test]
fn every_key_of_the_top_level_takes_a_list_or_a_map() {
    for key in keys::DOCUMENT {
        assert!(matches!(key.shape, Shape::List(_) | Shape::Map(_) | Shape::Section(_)), "{}", key.name);
    }
}

#[test]
fn a_key_that_two_files_give_is_refused_with_both_places() {
    let finding = one(&[
        ("policy.yaml", "include: [a.yaml]\nglobal:\n  policy: []\n"),
        ("a.yaml", "global: {apl: {policy: [deny]}}\n"),
    ]);
    assert_eq!(
        finding,
        "a.yaml:1:16: error[document.duplicate_key]: the key `global.policy` is given twice, here and at policy.yaml:3:3"
    );
}

#[test]
fn a_file_that_is_out_of_reach_is_refused_where_it_is_named() {
    for (name, why) in [
        ("../a.yaml", "error[document.include]: included file `../a.yaml`: a path that is absolute or has `..` is not"),
        ("b/../a.yaml", "error[document.include]: "),
        ("/etc/passwd", "error[document.include]: included file `/etc/passwd`: a path that is absolute"),
        ("absent.yaml", "error[document.unreadable]: included file `absent.yaml`: cannot open the file: "),
        ("b", "error[document.unreadable]: included file `b`: cannot read the file: "),
        ("''", "error[document.unreadable]: "),
    ] {
        let policy = format!("include: [{name}]\n");
        let finding = one(&[("policy.yaml", policy.as_str()), ("a.yaml", "{}"), ("b/b.yaml", "{}")]);
        assert!(finding.starts_with(&format!("policy.yaml:1:11: {why}")), "{finding}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_within_the_directory_and_not_out_of_it() {
    let outside = directory(&[("a.yaml", "routes: [{tool: outside}]\n")]);
    let directory = directory(&[("policy.yaml", "include: [a.yaml]\n"), ("real/a.yaml", "routes: [{tool: inside}]\n")]);
    let link = directory.path().join("a.yaml");
    std::os::unix::fs::symlink("real/a.yaml", &link).unwrap();
    assert_eq!(tools(&read(&directory)), ["inside"]);
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(outside.path().join("a.yaml"), &link).unwrap();
    let found = found(&directory);
    assert!(found.first().unwrap().contains("a link leads out of the directory of the document"), "{found:?}");
    assert!(read(&directory).root().get("routes").is_none());
}

#[test]
fn a_file_is_included_once_and_never_by_itself() {
    let twice = one(&[
        ("policy.yaml", "include: [a.yaml, b.yaml]\n"),
        ("a.yaml", "include: [b.yaml]\n"),
        ("b.yaml", "routes: []\n"),
    ]);
    assert_eq!(
        twice,
        "policy.yaml:1:19: error[document.include]: included file `b.yaml`: `policy.yaml` includes it, and so it is at \
         a.yaml:1:11"
    );
    let circle = one(&[
        ("policy.yaml", "include: [a.yaml]\n"),
        ("a.yaml", "include: [b.yaml]\n"),
        ("b.yaml", "include: [./policy.yaml]\n"),
    ]);
    assert_eq!(
        circle,
        "b.yaml:1:11: error[document.include]: included file `./policy.yaml`: it includes itself: `policy.yaml` includes \
         `a.yaml` includes `b.yaml` includes `policy.yaml`"
    );
}

#[test]
fn files_include_one_another_eight_deep() {
    let deep = |depth: usize| {
        let names: Vec<String> =
            (0..=depth).map(|at| if at == 0 { "policy.yaml".into() } else { format!("{at}.yaml") }).collect();
        let text = |at: usize| if at == depth { "{}\n".to_owned() } else { format!("include: [{}.yaml]\n", at + 1) };
        let files: Vec<(String, String)> = names.into_iter().enumerate().map(|(at, name)| (name, text(at))).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        found(&directory(&files))
    };
    assert_eq!(deep(8), [""; 0]);
    let refused = deep(9);
    let expected =
        "8.yaml:1:11: error[document.limit]: included file `9.yaml`: files include one another deeper than 8 levels";
    assert_eq!(refused, [expected]);
}

#[test]
fn a_document_has_a_thousand_files_at_most() {
    let files: Vec<String> = (0..1000).map(|at| format!("{at}.yaml")).collect();
    let directory = directory(&[("policy.yaml", &format!("include: [{}]\n", files.join(", ")))]);
    files.iter().for_each(|file| fs::write(directory.path().join(file), "").unwrap());
    let found = found(&directory);
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    assert!(finding.ends_with("included file `999.yaml`: a document has 1000 files or fewer"), "{finding}");
}

#[test]
fn limits_bound_all_files_together() {
    let directory = directory(&[("policy.yaml", "include: [a.yaml]\nroutes: []\n"), ("a.yaml", "x-a: [1, 2, 3]\n")]);
    let refused = |limits: Limits| {
        let document = Document::read_file_within(&directory.path().join("policy.yaml"), &limits).unwrap();
        shown(&document)
    };
    let larger = refused(Limits { bytes: 40, ..Limits::default() });
    assert!(larger.contains("the files of the document have more than 40 bytes together"), "{larger}");
    let larger = refused(Limits { nodes: 7, ..Limits::default() });
    assert!(
        larger.contains("the files of the document have more than 7 values, aliases expanded, together"),
        "{larger}"
    );
    assert_eq!(refused(Limits { bytes: 44, nodes: 8, ..Limits::default() }), "0 warnings");
}

#[test]
fn mistakes_are_found_in_the_file_they_stand_in() {
    let found = found(&directory(&[
        ("policy.yaml", "include: [a.yaml, b.yaml, c.yaml]\nroute: []\n"),
        ("a.yaml", "routes:\n  - {tool: a, polices: []}\ngroups:\n"),
        ("b.yaml", "- 1\n"),
        ("c.yaml", "a: [\n"),
    ]));
    let places: Vec<&str> = found.iter().filter_map(|finding| finding.split(']').next()).collect();
    assert_eq!(
        places,
        [
            "policy.yaml:2:1: error[document.unknown_key",
            "a.yaml:2:15: error[document.unknown_key",
            "a.yaml:3:1: error[document.wrong_shape",
            "b.yaml:1:1: error[document.wrong_shape",
            "c.yaml:1:4: error[document.syntax",
        ]
    );
}

#[test]
fn a_rule_of_an_included_file_is_compiled_where_it_stands() {
    let finding = one(&[
        ("policy.yaml", "include: [a.yaml]\nroutes: [{tool: r}]\n"),
        ("a.yaml", "routes:\n  - tool: a\n    policy: [\"require(rol.hr)\"]\n"),
    ]);
    assert!(finding.starts_with("a.yaml:3:23: error["), "{finding}");
}

#[test]
fn the_digest_covers_all_files() {
    let directory = directory(&[("policy.yaml", "include: [a.yaml]\n"), ("a.yaml", "routes: []\n")]);
    let before = read(&directory).digest().to_owned();
    assert_eq!(read(&directory).digest(), before);
    fs::write(directory.path().join("a.yaml"), "routes: [ ]\n").unwrap();
    assert_ne!(read(&directory).digest(), before);
    let alone = Document::read_alone(&directory.path().join("policy.yaml")).unwrap();
    assert_eq!(alone.digest(), Document::parse("d", "include: [a.yaml]\n").unwrap().digest());
}

#[test]
fn a_text_that_is_no_file_includes_nothing() {
    let document = Document::parse("d", "include: [a.yaml]\n").unwrap().in_directory("/");
    let refused = PluginManager::default().check(&document).unwrap_err().to_string();
    assert!(refused.starts_with("d:1:1: error[document.include]: a text that is no file includes none\n"), "{refused}");
}

#[test]
fn the_files_of_a_document_are_those_it_was_read_from_and_those_it_names() {
    let directory = directory(&[
        ("policy.yaml", "include: [a/a.yaml]\nplugin_settings: {hash_key: {kind: file, path: keys/hash}}\n"),
        ("a/a.yaml", "global: {attribute_files: [facts.yaml]}\nx-a: {kind: env_var, path: not}\n"),
    ]);
    let files = read(&directory).files();
    let paths: Vec<&Path> = files.paths().map(|path| path.strip_prefix(directory.path()).unwrap()).collect();
    assert_eq!(paths, ["policy.yaml", "a/a.yaml", "facts.yaml", "keys/hash"].map(Path::new));
    assert_eq!(Document::parse("d", "").unwrap().files().paths().count(), 0);
}

#[test]
fn a_file_that_was_emptied_is_refused() {
    let directory = directory(&[
        ("policy.yaml", "include: [a.yaml, b.yaml]\n"),
        ("a.yaml", "routes: []\n"),
        ("b.yaml", "# none\n"),
    ]);
    let before = read(&directory).files();
    assert!(read(&directory).refuse_emptied(&before).is_ok());
    fs::write(directory.path().join("a.yaml"), "\n# soon\n").unwrap();
    let refused = read(&directory).refuse_emptied(&before).unwrap_err().to_string();
    let expected = "/a.yaml:1:1: error[document.unreadable]: the file is empty, and was not when it was read before\n";
    assert!(refused.contains(expected) && refused.ends_with("refused: 1 error"), "{refused}");
    fs::write(directory.path().join("policy.yaml"), "").unwrap();
    assert!(read(&directory).refuse_emptied(&before).unwrap_err().to_string().contains("/policy.yaml:1:1: "));
    assert!(read(&directory).refuse_emptied(&read(&directory).files()).is_ok());
}
