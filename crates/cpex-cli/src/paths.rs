//! From paths on the command line to the files to read.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A path that cannot be looked into.
#[derive(Debug)]
pub(crate) struct Lost {
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error.kind() {
            io::ErrorKind::NotFound => write!(f, "`{}` does not exist", self.path.display()),
            _ => write!(f, "cannot look into `{}`: {}", self.path.display(), self.error),
        }
    }
}

/// The files that paths lead to: a file itself, whatever its name; of a directory, at any depth and in order of their
/// paths, the files whose name `wanted` admits. What begins with a dot is passed over.
pub(crate) fn collect(paths: &[PathBuf], wanted: fn(&str) -> bool) -> Result<Vec<PathBuf>, Lost> {
    let mut files = Vec::new();
    for path in paths {
        let lost = |error| Lost { path: path.clone(), error };
        if fs::metadata(path).map_err(lost)?.is_dir() {
            walk(path, wanted, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn walk(directory: &Path, wanted: fn(&str) -> bool, files: &mut Vec<PathBuf>) -> Result<(), Lost> {
    let lost = |error| Lost { path: directory.to_owned(), error };
    let entries: Result<Vec<fs::DirEntry>, io::Error> = fs::read_dir(directory).map_err(lost)?.collect();
    let mut entries = entries.map_err(lost)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = entry.path();
        // A link to a directory is not followed: it may lead back up.
        if name.starts_with('.') {
            continue;
        } else if entry.file_type().map_err(lost)?.is_dir() {
            walk(&path, wanted, files)?;
        } else if wanted(&name) && path.is_file() {
            files.push(path_as_written(path));
        }
    }
    Ok(())
}

/// The path without the `./` that looking into `.` puts before it.
fn path_as_written(path: PathBuf) -> PathBuf {
    path.strip_prefix(".").map(Path::to_owned).unwrap_or(path)
}
