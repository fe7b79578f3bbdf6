//! Replaces what a file holds, whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a new file beside the old one and puts it in its place. Permissions stay; of a link, what it leads to is
/// replaced.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".cpex-fmt").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}
