//! A file that lines are added to, and the ones it was before.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::end::{self, End};
use crate::config::FileSettings;
use crate::line::Line;
use crate::tail::{Tail, Written};

/// A file that lines are added to.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
}

/// What a file was found to hold.
pub(super) struct Found {
    pub(super) tail: Tail,
    /// How the file ends that was moved out of its way, if one was.
    pub(super) rotated: Option<Tail>,
}

impl LogFile {
    /// Opens a file to add to it; one that is not there is made, for its owner alone to read and write.
    pub(super) fn open(settings: &FileSettings, chained: bool) -> io::Result<(Self, Found)> {
        let path = &settings.path;
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let mut found = Found { tail: Tail::default(), rotated: None };
        if file.metadata()?.is_file() {
            if chained || settings.rotate.is_some() {
                claim(&file)?;
            }
            // Its size is read once nobody else adds to it.
            let size = file.metadata()?.len();
            let end = end::of(path, size, chained).or_else(|error| unread(error, size, chained))?;
            found.tail = tail(end, size, chained)?;
            if size == 0 && chained && settings.rotate.is_some() {
                found.rotated = last_rotated(path)?;
            }
        }
        Ok((Self { file }, found))
    }

    /// Adds a line, and forces it to the disk if it should.
    pub(super) fn append(&mut self, line: &Line, tail: &mut Tail, hashed: bool, is_forced: bool) -> Written {
        let written = tail.append(line, hashed, &mut self.file);
        match (&written.outcome, is_forced) {
            // The line stands in the file, so its place is taken even if the disk does not confirm it.
            (Ok(()), true) => Written { outcome: self.file.sync_data(), ..written },
            _ => written,
        }
    }

    /// Whether the path still leads to this file, so that what is added can be found there.
    #[cfg(unix)]
    pub(super) fn is_at(&self, path: &Path) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt as _;
        let own = self.file.metadata()?;
        Ok(fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino())))
    }

    /// Whether the path still leads to this file: elsewhere than on Unix an open file cannot be moved or removed.
    #[cfg(not(unix))]
    pub(super) fn is_at(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }
}

/// Moves the file out of the way, and before it those that were moved there before. The oldest is overwritten once there are
/// as many as are kept.
pub(super) fn make_way(settings: &FileSettings) -> io::Result<()> {
    let keep = settings.rotate.map_or(1, |rotate| rotate.keep);
    // Up to the first number that is free: what failed half-way before is not moved twice.
    let free = (1..keep).find(|number| !rotated(&settings.path, *number).exists()).unwrap_or(keep);
    for number in (1..free).rev() {
        fs::rename(rotated(&settings.path, number), rotated(&settings.path, number + 1))?;
    }
    fs::rename(&settings.path, rotated(&settings.path, 1))?;
    if settings.fsync { sync_directory(&settings.path) } else { Ok(()) }
}

/// Why a log does not take lines of the other sort.
pub(super) fn mixed(chained: bool) -> io::Error {
    io::Error::other(if chained {
        "it holds lines without a chain: name another file, or move it away"
    } else {
        "it holds lines with a chain: name another file, or move it away"
    })
}

/// The name of a file that was moved out of the way: `log.jsonl.1` is the youngest.
fn rotated(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}

/// What was moved away by a process that died before it began the file anew.
fn last_rotated(path: &Path) -> io::Result<Option<Tail>> {
    let path = rotated(path, 1);
    let Ok(metadata) = fs::metadata(&path) else { return Ok(None) };
    let end = end::of(&path, metadata.len(), true)?;
    tail(end, metadata.len(), true).map(Some)
}

/// Lines without a chain may be added to what cannot be read: an empty line does less harm than two records in one.
fn unread(error: io::Error, size: u64, chained: bool) -> io::Result<End> {
    if chained { Err(error) } else { Ok(End { is_open: size > 0, ..End::default() }) }
}

fn tail(end: End, size: u64, chained: bool) -> io::Result<Tail> {
    if end.last.as_ref().is_some_and(|last| last.chained != chained) {
        return Err(mixed(chained));
    }
    let mut tail = Tail { tip: end.last.and_then(|last| last.hash), size, ..Tail::default() };
    if let Some(torn) = end.torn {
        tail.tear(&torn);
    }
    tail.is_open = end.is_open;
    Ok(tail)
}

/// Nobody else may add to a file whose lines are chained, or that is moved away: each would take the other's lines for forged,
/// or lose them.
#[cfg(unix)]
fn claim(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => {
            io::Error::other("it is written to already: give each sink of each process its own")
        }
        TryLockError::Error(error) => error,
    })
}

/// Elsewhere a claim would keep readers away too.
#[cfg(not(unix))]
fn claim(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Forces the names in the directory to the disk.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
