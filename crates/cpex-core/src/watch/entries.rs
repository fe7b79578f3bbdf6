//! What stands in directories that decides what is read under a path: the file itself, and each link on the way to it.
//!
//! Kubernetes swaps a whole directory by renaming one link, `..data`, beside the files that lead through it; an editor writes a
//! new file and renames it over the old one. Neither touches the file that was read, so that directories are watched, and in
//! each what stands under these names.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind};

/// How many links are followed; more are a circle.
const MAX_LINKS: usize = 40;

/// Names in directories, these with every link followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entries(BTreeSet<(PathBuf, OsString)>);

impl Entries {
    /// Those of all these paths, as they lead now.
    pub(super) fn of<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Self {
        let mut entries = Self::default();
        paths.into_iter().for_each(|path| entries.follow(path));
        entries
    }

    /// The directories they stand in.
    pub(super) fn directories(&self) -> BTreeSet<&Path> {
        self.0.iter().map(|(directory, _)| directory.as_path()).collect()
    }

    /// Whether what happened may have changed what is read. What is not understood may have.
    pub(super) fn concern(&self, event: &Event) -> bool {
        let is_read = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
            EventKind::Access(_) => true,
            _ => false,
        };
        !is_read && (event.need_rescan() || event.paths.is_empty() || event.paths.iter().any(|path| self.hold(path)))
    }

    /// Whether a path is one of the names, or one of the directories themselves.
    fn hold(&self, path: &Path) -> bool {
        let is_entry = |(directory, name): &(PathBuf, OsString)| {
            path == directory || (path.parent() == Some(directory) && path.file_name() == Some(name))
        };
        self.0.iter().any(is_entry)
    }

    fn follow(&mut self, path: &Path) {
        let Ok(path) = std::path::absolute(path) else { return };
        let owned = |part: Component<'_>| part.as_os_str().to_owned();
        let mut rest: VecDeque<OsString> = path.components().map(owned).collect();
        let (mut at, mut links) = (PathBuf::new(), 0);
        while let Some(name) = rest.pop_front() {
            if name == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&name);
            match std::fs::read_link(&next) {
                Ok(target) if links < MAX_LINKS => {
                    links += 1;
                    self.0.insert((at.clone(), name));
                    target.components().map(owned).rev().for_each(|part| rest.push_front(part));
                }
                Ok(_) | Err(_) => {
                    if rest.is_empty() {
                        self.0.insert((at.clone(), name));
                    }
                    at = next;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
