//! A policy enforcement runtime for AI agents
