//! Policy tests: files named `*.test.yaml`, read, run through the runtime, and compared with what they expect.
//!
//! A case states who calls what, what the backend would answer, and what must come of it. It is run under a manager of its
//! own with a clock that stands still, identifiers that count and stores that are empty, so that one case never sees
//! another and every run sees the same. Collaborators are scripted through the factories that real ones come by; there is
//! no switch that lifts a rule. Records go to memory: a test leaves nothing behind.

mod answer;
mod call;
mod caller;
mod cast;
mod codes;
mod compare;
mod context;
mod coverage;
mod doubles;
mod embedded;
mod error;
mod expect;
mod fields;
mod file;
mod part;
mod ports;
mod recorded;
mod recorder;
mod run;
mod seen;
mod stage;
mod step;
mod store;
mod stub;
mod wallet;

pub(crate) use self::answer::read as read_answer;
pub(crate) use self::caller::Subjects;
pub(crate) use self::cast::{Declared, declared};
pub(crate) use self::coverage::{Coverage, Place};
pub(crate) use self::doubles::panic_quietly;
pub use self::error::RunError;
pub(crate) use self::fields::Fields;
pub(crate) use self::file::Request;
pub use self::file::TestFile;
pub(crate) use self::part::Part;
pub use self::recorded::Recorded;
pub use self::run::CaseEnd;
pub(crate) use self::run::{Explained, runtime};
pub(crate) use self::seen::Seen;
pub(crate) use self::step::{Defaults, Who, read as read_step};
