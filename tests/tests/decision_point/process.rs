//! Cerbos, a process of its own that ends with the test.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use tempfile::TempDir;

/// How often another port is tried: somebody else may take the one that was free.
const TRIES: usize = 10;

/// A decision point on loopback, under the policies of `tests/pdp`.
pub(super) struct Cerbos {
    process: Child,
    /// Where its other port is, which nobody uses.
    _folder: TempDir,
    pub(super) url: String,
}

impl Cerbos {
    pub(super) fn start() -> Self {
        (0..TRIES).find_map(|_| Self::started()).expect("it starts on one of the ports")
    }

    fn started() -> Option<Self> {
        let pdp = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/pdp"));
        let program: PathBuf = pdp.join("node_modules/@cerbos/cerbos-linux-x64/cerbos-linux-x64");
        assert!(program.is_file(), "the decision point is not installed: run `make setup`");
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let settings = [
            "storage.driver=disk".to_owned(),
            format!("storage.disk.directory={}", pdp.join("policies").display()),
            "storage.disk.watchForChanges=false".to_owned(),
            format!("server.httpListenAddr={address}"),
            format!("server.grpcListenAddr=unix:{}", folder.path().join("grpc").display()),
            "telemetry.disabled=true".to_owned(),
        ];
        let mut process = Command::new(program)
            .arg("server")
            .args(settings.map(|setting| format!("--set={setting}")))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let cerbos = Self { process, _folder: folder, url: format!("http://{address}") };
        // It says so once it has the port; where it does not get it, it ends.
        lines.by_ref().map_while(Result::ok).find(|line| line.contains("Starting HTTP server"))?;
        // A pipe that nobody reads would hold it up.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Some(cerbos)
    }
}

impl Drop for Cerbos {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
