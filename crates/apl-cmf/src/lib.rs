//! The Common Message Format: one envelope for tools, prompts, resources, inference and agents
