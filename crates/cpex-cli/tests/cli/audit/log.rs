//! Logs that the sink writes, and what `cpex audit verify` says of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use cpex::sdk::config::PluginConfig;
use cpex::sdk::testing::{SequentialIds, block_on, host, record};
use cpex::sdk::{AuditSink, Host, IdSource, Instance, Record};
use serde_json::{Value as Json, json};

/// The public key of the seed that logs are signed by.
pub(super) const PUBLIC: &str = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";

/// A directory with a log in it.
pub(super) struct Log {
    folder: PathBuf,
    /// Removed with it, but for one that was there before.
    _directory: Option<tempfile::TempDir>,
    ids: Arc<dyn IdSource>,
}

/// A sink that writes to it.
pub(super) struct Sink(Arc<dyn AuditSink>);

/// What a command said.
pub(super) struct Ran {
    pub(super) status: u8,
    pub(super) out: String,
}

/// Identifiers from a number on.
struct From(u128, SequentialIds);

impl IdSource for From {
    fn next(&self) -> u128 {
        self.0 + self.1.next()
    }

    fn next_secret(&self) -> Option<u128> {
        Some(self.next())
    }
}

impl Log {
    pub(super) fn new() -> Self {
        Self::with_id(0)
    }

    pub(super) fn with_id(first: u128) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ids = Arc::new(From(first, SequentialIds::default()));
        Self { folder: directory.path().to_owned(), _directory: Some(directory), ids }
    }

    /// In a folder that is there, with identifiers that no other process takes.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        let ids = Arc::new(From(u128::from(std::process::id()) << 64, SequentialIds::default()));
        Self { folder, _directory: None, ids }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A sink of a config, which is that of a chained file with checkpoints after three records where it does not say more.
    pub(super) fn open(&self, more: &Json) -> Sink {
        let mut config = json!({
            "destination": { "file": { "path": "log.jsonl" } },
            "chain": { "key": { "kind": "literal", "secret": "07".repeat(32) }, "checkpoint_every": 3 },
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.sink(config)
    }

    pub(super) fn open_plain(&self) -> Sink {
        self.sink(json!({ "destination": { "file": { "path": "log.jsonl" } } }))
    }

    fn sink(&self, config: Json) -> Sink {
        let host = Host { directory: self.folder.clone(), ids: Arc::clone(&self.ids), ..host() };
        let factory = cpex::builtin_factory("audit/logger").unwrap();
        let declaration = PluginConfig { config, ..PluginConfig::new("log", "audit/logger") };
        let Ok(Instance::Sink(sink)) = factory.build(&declaration, &host) else { panic!("expected a sink") };
        block_on(sink.initialize()).unwrap();
        Sink(sink)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join("log.jsonl")
    }

    pub(super) fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// With their line breaks.
    pub(super) fn lines(&self) -> Vec<String> {
        self.text().split_inclusive('\n').map(str::to_owned).collect()
    }

    /// Every file, in some order.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    pub(super) fn verify(&self, more: &str) -> Ran {
        let verified = verify(&format!("{} --key {PUBLIC} {more}", self.path().display()));
        let folder = format!("{}/", self.folder.display());
        Ran { out: verified.out.replace(&folder, ""), ..verified }
    }
}

impl Sink {
    pub(super) fn write(&self, records: usize) {
        for _ in 0..records {
            self.record(&record());
        }
    }

    pub(super) fn record(&self, record: &Record<'_>) {
        block_on(self.0.write(record)).unwrap();
    }

    pub(super) fn close(self) {
        block_on(self.0.shutdown());
    }
}

impl Ran {
    /// Of files of these texts, `log0.jsonl` and so on.
    pub(super) fn of(texts: &[&str], more: &str) -> Self {
        let bytes: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
        Self::of_bytes(&bytes, more)
    }

    pub(super) fn of_bytes(texts: &[&[u8]], more: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut words = format!("--key {PUBLIC} {more}");
        for (number, text) in texts.iter().enumerate() {
            let path = directory.path().join(format!("log{number}.jsonl"));
            fs::write(&path, text).unwrap();
            words.push_str(&format!(" {}", path.display()));
        }
        let verified = verify(&words);
        let folder = format!("{}/", directory.path().display());
        Self { out: verified.out.replace(&folder, ""), ..verified }
    }

    pub(super) fn expect(&self, status: u8, said: &[&str]) {
        assert_eq!(self.status, status, "{}", self.out);
        for said in said {
            assert!(self.out.contains(said), "`{said}` does not stand in:\n{}", self.out);
        }
    }

    /// The same as an object.
    pub(super) fn json_of(&self, log: &Log) -> Json {
        serde_json::from_str(&log.verify("--format json").out).unwrap()
    }
}

/// Runs `cpex audit verify` with words that hold no blanks.
pub(super) fn verify(words: &str) -> Ran {
    run(&format!("audit verify {words}"))
}

/// Runs `cpex` with words that hold no blanks.
pub(super) fn run(words: &str) -> Ran {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut streams = cpex_cli::Streams { input: &mut std::io::empty(), output: &mut output, errors: &mut errors };
    let words = ["cpex"].into_iter().chain(words.split_whitespace());
    let status = cpex_cli::run(words.map(Into::into), &mut streams);
    Ran { status, out: String::from_utf8([output, errors].concat()).unwrap() }
}

/// The public key of a seed.
pub(super) fn public(seed: &[u8]) -> String {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
    pair.public_key().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
