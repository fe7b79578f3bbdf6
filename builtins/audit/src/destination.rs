//! What lines are written to.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// A file that lines are added to.
#[derive(Debug)]
pub(crate) struct LogFile {
    pub(crate) file: File,
    /// Whether the file ends within a line when it is opened: a process that wrote to it died, or its disk was full.
    pub(crate) torn: bool,
}

impl LogFile {
    /// Opens a file to add to it; one that is not there is made, for its owner alone to read and write.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let metadata = file.metadata()?;
        let torn = metadata.is_file() && metadata.len() > 0 && !ends_a_line(path);
        Ok(Self { file, torn })
    }

    /// Whether the path still leads to this file, so that what is added can be found there.
    #[cfg(unix)]
    pub(crate) fn is_at(&self, path: &Path) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt as _;
        let own = self.file.metadata()?;
        Ok(std::fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino())))
    }

    /// Whether the path still leads to this file: elsewhere than on Unix an open file cannot be moved or removed.
    #[cfg(not(unix))]
    pub(crate) fn is_at(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }
}

/// Whether standard error is there at all: the standard library takes what is written to a closed one for written.
#[cfg(unix)]
pub(crate) fn check_stderr() -> io::Result<()> {
    std::os::fd::AsFd::as_fd(&io::stderr()).try_clone_to_owned().map(drop)
}

/// Whether standard error is there at all; known on Unix only.
#[cfg(not(unix))]
pub(crate) fn check_stderr() -> io::Result<()> {
    Ok(())
}

/// A file that cannot be read counts as one that does not: an empty line does less harm than two records in one.
fn ends_a_line(path: &Path) -> bool {
    let last = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        io::Result::Ok(last)
    };
    last().is_ok_and(|last| last == *b"\n")
}
