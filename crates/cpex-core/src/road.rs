//! The stages of the road, one file each, and the states between them.

pub(crate) mod bind;
mod challenge;
pub(crate) mod decide;
pub(crate) mod identify;
pub(crate) mod measure;
pub(crate) mod route;
pub(crate) mod settle;
pub(crate) mod shape;
pub(crate) mod state;
pub(crate) mod watch;
pub(crate) mod yields;
