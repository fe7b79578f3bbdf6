//! The shelf list: builtin kind, feature and factory
