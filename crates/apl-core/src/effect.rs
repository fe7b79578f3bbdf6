//! The effects of the language, one file each, and the table they are compiled from.

mod rewrite;
mod run;
mod taint;

pub use rewrite::{ActiveRewrite, Rewrite, RewriteFault, Side};
pub use run::Run;
pub use taint::{Scope, Taint};
