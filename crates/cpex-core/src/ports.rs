//! What a host may bring to a manager, and the process's own where it brings nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use apl_cmf::Workload;
use cpex_sdk::elicitation::ElicitationStore;
use cpex_sdk::http::HttpPort;
use cpex_sdk::metrics::Metrics;
use cpex_sdk::{Clock, IdSource, SecretReader, SessionStore, Stores};

use crate::document::MemoryBounds;
use crate::elicitation::MemoryElicitations;
use crate::payload_policy::HookPayloadPolicy;
use crate::process::{ProcessSecrets, RandomIds, SystemClock};
use crate::session::MemoryStore;

/// The ports a host may replace; the default is the process's own.
#[derive(Clone, Default)]
pub struct ManagerConfig {
    /// What time it is.
    pub clock: Option<Arc<dyn Clock>>,
    /// Where identifiers come from.
    pub ids: Option<Arc<dyn IdSource>>,
    /// How secret sources are read.
    pub secrets: Option<Arc<dyn SecretReader>>,
    /// How plugins reach peers.
    pub http: Option<Arc<dyn HttpPort>>,
    /// Where session labels are kept under a document that names no store.
    pub sessions: Option<Arc<dyn SessionStore>>,
    /// Where what waits for a person is kept, and which approvals were used, whatever store a document names. Where the host
    /// brings none that is the store of the document, if it keeps such things, else this process's own: replicas would each
    /// accept an approval once.
    pub elicitations: Option<Arc<dyn ElicitationStore>>,
    /// The workload this process is, as its platform attests it: `this_workload` of every operation that states no other.
    pub this_workload: Option<Workload>,
    /// What plugins may change on hooks, by the names of those; on others what their mode lets them.
    pub payload_policies: BTreeMap<String, HookPayloadPolicy>,
    /// Whether the host loads plugins from the directories of `plugin_dirs`, before it loads a document; any other refuses
    /// a document that lists some.
    pub loads_plugin_dirs: bool,
    /// What is told of decisions and of what they wait for, to be counted and timed.
    pub metrics: Option<Arc<dyn Metrics>>,
}

/// The ports of one manager.
pub(crate) struct Ports {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    secrets: Option<Arc<dyn SecretReader>>,
    sessions: Option<Arc<dyn SessionStore>>,
    pub(crate) elicitations: Arc<dyn ElicitationStore>,
    /// Whether that is the host's.
    pub(crate) brings_elicitations: bool,
    /// That of the host, or the one that was lent where it brought none.
    http: OnceLock<Arc<dyn HttpPort>>,
    /// The process's own store. Documents bound it in their own ways; its sessions are the same under all of them.
    memory: MemoryStore,
}

impl Ports {
    /// Those of a host, and the process's own for the others.
    pub(crate) fn new(
        clock: Option<Arc<dyn Clock>>,
        ids: Option<Arc<dyn IdSource>>,
        secrets: Option<Arc<dyn SecretReader>>,
        sessions: Option<Arc<dyn SessionStore>>,
        elicitations: Option<Arc<dyn ElicitationStore>>,
        http: Option<Arc<dyn HttpPort>>,
    ) -> Self {
        let clock = clock.unwrap_or_else(|| Arc::new(SystemClock::default()));
        let memory = MemoryStore::new(Arc::clone(&clock));
        let brings_elicitations = elicitations.is_some();
        let elicitations = elicitations.unwrap_or_else(|| Arc::new(MemoryElicitations::new(Arc::clone(&clock))));
        let ids = ids.unwrap_or_else(|| Arc::new(RandomIds::default()));
        let http = http.map_or_else(OnceLock::new, OnceLock::from);
        Self { clock, ids, secrets, sessions, elicitations, brings_elicitations, http, memory }
    }

    /// What reads the secrets of a document in that directory.
    pub(crate) fn secrets(&self, directory: PathBuf) -> Arc<dyn SecretReader> {
        self.secrets.clone().unwrap_or_else(|| Arc::new(ProcessSecrets { directory }))
    }

    /// Lends an HTTP port to plugins, if none is there.
    pub(crate) fn lend_http(&self, port: Arc<dyn HttpPort>) {
        // A port that is there stays.
        let _ = self.http.set(port);
    }

    /// How plugins reach peers.
    pub(crate) fn http(&self) -> Option<Arc<dyn HttpPort>> {
        self.http.get().cloned()
    }

    /// The store of a document: the one it had made, or the memory of this process within its bounds. One that says neither
    /// has that of the host.
    pub(crate) fn store(&self, document: (Option<&Stores>, Option<MemoryBounds>)) -> Arc<dyn SessionStore> {
        match (document, &self.sessions) {
            ((Some(made), _), _) => Arc::clone(&made.sessions),
            ((None, None), Some(own)) => Arc::clone(own),
            ((None, bounds), _) => Arc::new(self.memory.within(bounds.unwrap_or_default())),
        }
    }
}

impl fmt::Debug for ManagerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagerConfig").finish_non_exhaustive()
    }
}
