//! A server that keeps labels: Redis or Valkey as it is installed, a process of its own on loopback that ends with the test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use tempfile::TempDir;

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Redis 7.
    Redis,
    /// Valkey 8.
    Valkey,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Redis, Self::Valkey];

    const fn program(self) -> &'static str {
        match self {
            Self::Redis => "redis-server",
            Self::Valkey => "valkey-server",
        }
    }

    /// Where `make setup` puts it, or else the one on the path.
    fn command(self) -> Command {
        let installed = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/bin")).join(self.program());
        if installed.exists() { Command::new(installed) } else { Command::new(self.program()) }
    }

    /// Whether it is installed.
    #[must_use]
    pub fn is_installed(self) -> bool {
        self.command().arg("--version").output().is_ok_and(|output| output.status.success())
    }
}

/// One server. It keeps nothing once it is stopped, unless its options say so.
pub struct StoreServer {
    kind: Kind,
    options: Vec<String>,
    /// Where it listens on `127.0.0.1`.
    pub port: u16,
    /// None while it is stopped.
    process: Option<Child>,
    folder: TempDir,
}

impl StoreServer {
    /// A server with the options of a test, such as `--appendonly yes`.
    #[must_use]
    pub fn start(kind: Kind, options: &[&str]) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut server = Self { kind, options, port: 0, process: None, folder: TempDir::new().unwrap() };
        // Nobody else may take a port that was free a moment ago, and nothing says that nobody does.
        let started = (0..20).find(|_| {
            server.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            server.run().is_ok()
        });
        assert!(started.is_some(), "{} finds no free port", kind.program());
        server
    }

    /// Where it is, as documents write it.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A folder of its own.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Kills it, as a machine that is lost.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may be frozen.
            signal(&process, "-CONT");
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again where it was.
    pub fn start_again(&mut self) {
        self.stop();
        self.run().unwrap();
    }

    /// Lets it do nothing, though it is there.
    pub fn freeze(&self) {
        signal(self.process.as_ref().unwrap(), "-STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        signal(self.process.as_ref().unwrap(), "-CONT");
    }

    /// Says something to it in the protocol, and what it answers as text: the members of a list each after a blank. What it refuses ends the test.
    pub fn told(&self, words: &[&str]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        stream.write_all(request.as_bytes()).unwrap();
        answer(&mut BufReader::new(stream))
    }

    /// The keys that are there, sorted.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let keys = self.told(&["KEYS", "*"]);
        let mut keys: Vec<String> = keys.split(' ').filter(|key| !key.is_empty()).map(str::to_owned).collect();
        keys.sort();
        keys
    }

    fn run(&mut self) -> Result<(), String> {
        let port = self.port.to_string();
        let mut process = self
            .kind
            .command()
            .args(["--bind", "127.0.0.1", "--daemonize", "no", "--save", "", "--dir"])
            .arg(self.folder.path())
            .args(self.listening(&port))
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("`{}` does not run: {error}: run `make setup`", self.kind.program()));
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut log = String::new();
        while output.read_line(&mut log).unwrap() > 0 {
            if log.contains("Ready to accept connections") {
                // What it says from now on is for nobody, and it must not wait for somebody to read it.
                thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
                self.process = Some(process);
                return Ok(());
            }
        }
        let _ = process.wait();
        assert!(log.contains("in use"), "{} ended: {log}", self.kind.program());
        Err(log)
    }

    /// The options of its port, which is one of TLS where those of the test name a certificate.
    fn listening<'p>(&self, port: &'p str) -> [&'p str; 4] {
        if self.options.iter().any(|option| option == "--tls-cert-file") {
            ["--port", "0", "--tls-port", port]
        } else {
            ["--port", port, "--protected-mode", "no"]
        }
    }
}

impl Drop for StoreServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn signal(process: &Child, signal: &str) {
    let _ = Command::new("kill").args([signal, &process.id().to_string()]).status();
}

fn answer(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let line = line.trim_end();
    let (kind, rest) = line.split_at(1);
    assert!(kind != "-", "the server refuses: {rest}");
    match kind {
        "$" if rest == "-1" => String::new(),
        "$" => {
            let mut bytes = vec![0; rest.parse::<usize>().unwrap() + 2];
            stream.read_exact(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).trim_end().to_owned()
        }
        "*" => {
            let count: usize = rest.parse().unwrap();
            (0..count).map(|_| answer(stream)).collect::<Vec<_>>().join(" ")
        }
        _ => rest.to_owned(),
    }
}
