//! Doubles for the tests of a plugin: what the runtime lends to it, and operations to try it on, without a runtime.
//!
//! Time stands still until told, identifiers count from 1, secrets are those the test names: two runs of one test see the
//! same. Nothing here is fit for production.
//!
//! ```
//! use cpex_sdk::cmf::{Capability, MessagePayload, View};
//! use cpex_sdk::testing::tool_call;
//! use cpex_sdk::{
//!     CmfToolPreInvoke, HookHandler, Plugin, PluginContext, PluginError, PluginResult, PluginViolation, Verdict,
//! };
//!
//! struct OnlyHr;
//!
//! impl Plugin for OnlyHr {}
//!
//! #[cpex_sdk::async_trait]
//! impl HookHandler<CmfToolPreInvoke> for OnlyHr {
//!     async fn handle(
//!         &self,
//!         _payload: &MessagePayload,
//!         extensions: &View<'_>,
//!         _context: &mut PluginContext,
//!     ) -> Result<PluginResult<MessagePayload>, PluginError> {
//!         let is_hr = extensions.roles().is_some_and(|roles| roles.contains("hr"));
//!         let violation = || PluginViolation::new("only people of HR may ask", "hr.only");
//!         Ok(if is_hr { PluginResult::allow() } else { PluginResult::deny(violation()) })
//!     }
//! }
//!
//! let call = tool_call("get_compensation").argument("employee_id", "000042").subject("alice").role("hr");
//!
//! // Roles are there to be read only once they are granted.
//! let blind = call.clone().build().run(&OnlyHr)?;
//! assert!(matches!(blind.verdict, Verdict::Deny(_)));
//! let seeing = call.grant(Capability::ReadRoles).build().run(&OnlyHr)?;
//! assert!(matches!(seeing.verdict, Verdict::Allow));
//! # Ok::<(), PluginError>(())
//! ```

mod call;
mod elicitations;
mod metrics;
mod process;
mod record;
mod wait;

use std::path::PathBuf;
use std::sync::Arc;

use crate::factory::Host;
use crate::process::Clock;

pub use call::{Call, CallBuilder, tool_call};
pub use elicitations::KeptElicitations;
pub use metrics::RecordingMetrics;
pub use process::{FixedFiles, FixedSecrets, ManualClock, START_MS, SequentialIds};
pub use record::{RecordingSink, record};
pub use wait::block_on;

/// What a factory is lent: a clock that stands at [`START_MS`], identifiers from 1, no secrets, no files, no HTTP, the
/// current directory.
///
/// A test that needs a collaborator in its own hands names it: `Host { directory, ..testing::host() }`.
#[must_use]
pub fn host() -> Host {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    Host {
        elicitations: Arc::new(KeptElicitations::new(Arc::clone(&clock))),
        clock,
        ids: Arc::new(SequentialIds::default()),
        secrets: Arc::new(FixedSecrets::default()),
        files: Arc::new(FixedFiles::default()),
        http: None,
        directory: PathBuf::from("."),
    }
}
