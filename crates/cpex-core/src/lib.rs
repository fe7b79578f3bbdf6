//! The road of one invocation: document, registry, snapshot, stages and the plugin manager
