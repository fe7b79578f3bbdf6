//! What cargo says of the workspace and of all it depends on.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use super::repository::top;

/// A package of this workspace, with what it depends on of ours to run or to build: optional dependencies too, those of
/// tests not.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Its folder from the top of the repository.
    pub(super) folder: String,
    pub(super) uses: BTreeSet<String>,
}

/// A resolved package.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// The oldest Rust it declares to build with.
    pub(super) rust: Option<(u64, u64)>,
    /// Whether it is a package of this workspace.
    pub(super) ours: bool,
    /// Places of its normal dependencies in [`Graph::packages`].
    pub(super) uses: Vec<usize>,
    /// The names of its dependencies that a feature brings.
    pub(super) optional: BTreeSet<String>,
}

/// Everything the workspace resolves to on this platform.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) packages: Vec<Package>,
}

impl Graph {
    /// The packages that the named one brings to whoever depends on it, itself included, each with one that asks for it, along
    /// those dependencies alone, each from one package to another.
    pub(super) fn reachable(&self, from: &str, along: impl Fn(&Package, &Package) -> bool) -> BTreeMap<usize, usize> {
        let start = self.packages.iter().position(|package| package.ours && package.name == from);
        let start = start.unwrap_or_else(|| panic!("`{from}` is no package of the workspace"));
        let mut found = BTreeMap::from([(start, start)]);
        let mut open = vec![start];
        while let Some(place) = open.pop() {
            let package = self.package(place);
            for &next in package.uses.iter().filter(|&&next| along(package, self.package(next))) {
                if let Entry::Vacant(new) = found.entry(next) {
                    new.insert(place);
                    open.push(next);
                }
            }
        }
        found
    }

    pub(super) fn package(&self, place: usize) -> &Package {
        self.packages.get(place).expect("a place comes from this graph")
    }
}

/// The packages of this workspace.
pub(super) fn members() -> Vec<Member> {
    let metadata = ask(MetadataCommand::new().no_deps(), &[]);
    let ours: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let member = |package: &cargo_metadata::Package| Member {
        name: package.name.to_string(),
        folder: folder(&metadata, package),
        uses: package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development && ours.contains(&dependency.name))
            .map(|dependency| dependency.name.clone())
            .collect(),
    };
    metadata.packages.iter().map(member).collect()
}

/// Everything the workspace resolves to on this platform.
pub(super) fn graph() -> Graph {
    let metadata = ask(&mut MetadataCommand::new(), &["--filter-platform", "host-tuple"]);
    let place: BTreeMap<_, _> =
        metadata.packages.iter().enumerate().map(|(place, package)| (&package.id, place)).collect();
    let resolve = metadata.resolve.as_ref().expect("cargo resolves the workspace");
    let uses: BTreeMap<_, Vec<usize>> = resolve.nodes.iter().map(|node| (&node.id, normal(node, &place))).collect();
    let packages = metadata.packages.iter().map(|package| Package {
        name: package.name.to_string(),
        version: package.version.to_string(),
        rust: package.rust_version.as_ref().map(|rust| (rust.major, rust.minor)),
        ours: metadata.workspace_members.contains(&package.id),
        uses: uses.get(&package.id).cloned().unwrap_or_default(),
        optional: package.dependencies.iter().filter(|it| it.optional).map(|it| it.name.clone()).collect(),
    });
    Graph { packages: packages.collect() }
}

fn normal(node: &cargo_metadata::Node, place: &BTreeMap<&cargo_metadata::PackageId, usize>) -> Vec<usize> {
    let is_normal = |dependency: &&cargo_metadata::NodeDep| {
        dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
    };
    node.deps.iter().filter(is_normal).filter_map(|dependency| place.get(&dependency.pkg).copied()).collect()
}

fn folder(metadata: &Metadata, package: &cargo_metadata::Package) -> String {
    let folder = package.manifest_path.parent().expect("a manifest lies in a folder");
    let folder = folder.strip_prefix(&metadata.workspace_root).expect("a member lies in the workspace");
    folder.as_str().replace('\\', "/")
}

fn ask(command: &mut MetadataCommand, options: &[&str]) -> Metadata {
    let options = ["--offline"].iter().chain(options).map(|&option| option.to_owned());
    command.manifest_path(top().join("Cargo.toml")).other_options(options.collect::<Vec<_>>());
    command.exec().unwrap_or_else(|fault| panic!("`cargo metadata` fails: {fault}"))
}
